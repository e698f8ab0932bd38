//! The reference page of the reasons for which a plan is refused.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use std::fmt::Write as _;

use serde_json::Value;

/// Every code in `refused[].code` of a plan, with what the schema says of it.
pub(super) fn page() -> String {
    let schemas = zdsync::report::schemas().unwrap();
    let (_, plan) = schemas
        .into_iter()
        .find(|(name, _)| *name == "plan")
        .unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let mut text = String::from(
        "# Why a plan is refused\n\n\
         A refused plan is printed like any other, says what is refused and which edit or flag would allow it, and\n\
         ends with exit code 4. In JSON each reason has one of these codes under `refused[].code`:\n\n\
         | code | reason |\n| --- | --- |\n",
    );
    for code in plan["$defs"]["RefusalCode"]["oneOf"].as_array().unwrap() {
        let word = code["const"].as_str().unwrap();
        let reason = code["description"].as_str().unwrap();
        writeln!(text, "| `{word}` | {reason} |").unwrap();
    }
    text
}
