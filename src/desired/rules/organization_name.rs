//! Names of organizations.

use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::Code;
use crate::manifest::{OrganizationEntry, RuleLevel};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD070"),
    title: "a name that Zendesk refuses",
    level: RuleLevel::Error,
    enforced: true,
    why: "The name of an organization may not hold `|`.",
    config: "",
    bad: "organizations:\n  - name: Globex | North\n",
    good: "organizations:\n  - name: Globex North\n",
    source: "Zendesk's reference, Organizations.",
    checks: &[Check::Organization(check)],
};

fn check(
    _: &Context<'_>,
    name: &Name,
    entry: &Entry<'_, OrganizationEntry>,
    found: &mut Found<'_>,
) {
    if name.as_str().contains('|') {
        let finding = found
            .new_finding(format!("`{name}` holds a `|`"))
            .at(entry.place(), "refused by Zendesk")
            .help("write it without");
        found.push(finding);
    }
}
