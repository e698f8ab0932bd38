//! Groups that are private for ever.

use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::Code;
use crate::manifest::{GroupEntry, RuleLevel};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD060"),
    title: "a private group is private for ever",
    level: RuleLevel::Off,
    enforced: false,
    why: "A public group can be made private, but a private one can never be public again: it would have \
          to be replaced by a new group. Off unless the configuration switches it on; a plan that makes \
          a group private says so, and one that would make it public again is refused.",
    config: "rules: { ZD060: warning }\n",
    bad: "groups:\n  - { name: Payroll, is_public: false }\n",
    good: "groups:\n  - { name: Payroll, is_public: true }\n",
    source: "Zendesk's reference, Groups.",
    checks: &[Check::Group(check)],
};

fn check(_: &Context<'_>, name: &Name, entry: &Entry<'_, GroupEntry>, found: &mut Found<'_>) {
    let given = entry.or_default(&entry.value.is_public, |all| &all.groups.is_public);
    if let Some(given) = given.filter(|given| !*given.value) {
        let finding = found
            .new_finding(format!("group `{name}` is private for ever"))
            .at(given.place(), "cannot be taken back")
            .help("make sure that it is meant");
        found.push(finding);
    }
}
