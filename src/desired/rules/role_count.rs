//! Too many custom roles.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::diag::Code;
use crate::manifest::{Presence, RuleLevel};

const MOST: usize = 197;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD054"),
    title: "too many custom roles",
    level: RuleLevel::Error,
    enforced: true,
    why: "An account can have at most 197 custom roles.",
    config: "",
    bad: "",
    good: "",
    source: "Zendesk's reference, Custom Agent Roles.",
    checks: &[Check::Project(check)],
};

fn check(context: &Context<'_>, found: &mut Found<'_>) {
    let wanted = context.roles.values().filter(|entry| {
        let state = entry.value.state.get().map(|state| state.value);
        state != Some(Presence::Absent)
    });
    if let Some(entry) = wanted.clone().nth(MOST) {
        let message = format!(
            "{} roles are declared, and {MOST} are allowed",
            wanted.count()
        );
        let finding = found
            .new_finding(message)
            .at(entry.place(), "one too many")
            .help("take some out");
        found.push(finding);
    }
}
