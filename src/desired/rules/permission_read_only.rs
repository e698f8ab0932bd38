//! Permissions that cannot be written.

use super::permissions::{Takes, takes};
use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::{Code, Place};
use crate::manifest::{RoleEntry, RuleLevel};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD052"),
    title: "a read-only permission",
    level: RuleLevel::Warning,
    enforced: false,
    why: "Some permissions follow from others or from the plan: Zendesk answers with them and ignores or \
          refuses them when they are sent.",
    config: "",
    bad: "roles:\n  - name: Tier 2\n    configuration: { chat_access: true }\n",
    good: "roles:\n  - name: Tier 2\n    configuration: { voice_access: true }\n",
    source: "Zendesk's OpenAPI description, CustomRoleConfigurationObject.",
    checks: &[Check::Role(check)],
};

fn check(_: &Context<'_>, _: &Name, entry: &Entry<'_, RoleEntry>, found: &mut Found<'_>) {
    let all = entry.value.configuration.get();
    for (key, _) in all.into_iter().flat_map(|all| &all.value.0) {
        if takes(&key.value) == Some(Takes::ReadOnly) {
            let finding = found
                .new_finding(format!("permission `{}` is read-only", key.value))
                .at(Place::new(entry.home.source, key.span), "cannot be written")
                .help("take it out");
            found.push(finding);
        }
    }
}
