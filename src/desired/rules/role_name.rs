//! Names of roles that Zendesk keeps for itself.

use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::Code;
use crate::manifest::{RoleEntry, RuleLevel};
use crate::model::Name;

/// Zendesk's own list, and the words that mean something else under `role`.
const RESERVED: [&str; 9] = [
    "agent",
    "administrator",
    "admin",
    "billing admin",
    "light agent",
    "contributor",
    "legacy agent",
    "end-user",
    "end user",
];

pub(super) static RULE: Rule = Rule {
    code: Code("ZD050"),
    title: "a reserved name of a role",
    level: RuleLevel::Error,
    enforced: true,
    why: "A custom role cannot have the name of a system role, ignoring case. System roles need no entry: \
          they may be referred to as they are.",
    config: "",
    bad: "roles:\n  - name: Light Agent\n",
    good: "roles:\n  - name: Tier 2\n",
    source: "Zendesk's reference, Custom Agent Roles.",
    checks: &[Check::Role(check)],
};

fn check(_: &Context<'_>, name: &Name, entry: &Entry<'_, RoleEntry>, found: &mut Found<'_>) {
    let external = entry
        .value
        .external
        .get()
        .is_some_and(|external| external.value);
    if !external && RESERVED.contains(&name.folded()) {
        let finding = found
            .new_finding(format!("`{name}` is the name of a system role"))
            .at(entry.place(), "reserved by Zendesk")
            .help("choose another name, or take the entry out: system roles are always known");
        found.push(finding);
    }
}
