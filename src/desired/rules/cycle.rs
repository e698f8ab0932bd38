//! Profiles that build on themselves.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::diag::Code;
use crate::manifest::RuleLevel;
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD013"),
    title: "a profile builds on itself",
    level: RuleLevel::Error,
    enforced: true,
    why: "A profile takes over what the profiles it names say. Where that leads back to the profile \
          itself, nobody could say which of them wins.",
    config: "",
    bad: "profiles:\n  - name: a\n    profile: b\n  - name: b\n    profile: a\n",
    good: "profiles:\n  - name: a\n    profile: b\n  - name: b\n",
    source: "zdsync's own rule.",
    checks: &[Check::Project(check)],
};

fn check(context: &Context<'_>, found: &mut Found<'_>) {
    for cycle in &context.profiles.cycles {
        let names: Vec<&str> = cycle
            .path
            .iter()
            .chain(cycle.path.first())
            .map(Name::as_str)
            .collect();
        let message = format!(
            "profile `{}` builds on itself",
            names.first().copied().unwrap_or_default()
        );
        let finding = found
            .new_finding(message)
            .at(cycle.place.clone(), "leads back to where it began")
            .help(format!("take out one step of {}", names.join(" → ")));
        found.push(finding);
    }
}
