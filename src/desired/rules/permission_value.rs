//! Values of permissions.

use serde_json::Value;

use super::permissions::{Takes, takes};
use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::{Code, Place, nearest};
use crate::manifest::{RoleEntry, RuleLevel};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD053"),
    title: "a permission cannot be this",
    level: RuleLevel::Warning,
    enforced: false,
    why: "Every permission is a switch or one of a few words. Zendesk refuses others; the list here may \
          lag behind Zendesk's, hence a warning only.",
    config: "",
    bad: "roles:\n  - name: Tier 2\n    configuration: { ticket_access: within-group }\n",
    good: "roles:\n  - name: Tier 2\n    configuration: { ticket_access: within-groups }\n",
    source: "Zendesk's reference, Custom Agent Roles.",
    checks: &[Check::Role(check)],
};

fn check(_: &Context<'_>, _: &Name, entry: &Entry<'_, RoleEntry>, found: &mut Found<'_>) {
    let all = entry.value.configuration.get();
    for (key, value) in all.into_iter().flat_map(|all| &all.value.0) {
        let help = match (takes(&key.value), &value.value) {
            (Some(Takes::Switch), value) if !value.is_boolean() => {
                "write `true` or `false`".to_owned()
            }
            (Some(Takes::Words(words)), Value::String(word)) if words.contains(&word.as_str()) => {
                continue;
            }
            (Some(Takes::Words(words)), Value::String(word)) => {
                match nearest(word, words.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("write one of {}", words.join(", ")),
                }
            }
            (Some(Takes::Words(words)), _) => format!("write one of {}", words.join(", ")),
            (Some(Takes::Mapping), value) if !value.is_object() => "write a mapping".to_owned(),
            (Some(Takes::Switch | Takes::Mapping | Takes::ReadOnly) | None, _) => continue,
        };
        let finding = found
            .new_finding(format!("permission `{}` cannot be this", key.value))
            .at(
                Place::new(entry.home.source, value.span),
                "not a value that is known",
            )
            .help(help);
        found.push(finding);
    }
}
