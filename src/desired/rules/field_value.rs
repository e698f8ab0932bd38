//! Values of custom fields.

use std::sync::Arc;

use serde_json::Value;

use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::{Code, Place, Source};
use crate::manifest::{OpenMap, OrganizationEntry, RuleLevel, Values};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD043"),
    title: "a custom field cannot hold this",
    level: RuleLevel::Error,
    enforced: false,
    why: "A custom field holds a text, a number, a switch, `null`, or a list of option values. No field \
          type holds a mapping or a list of lists.",
    config: "",
    bad: "users:\n  - email: ada@example.com\n    user_fields: { region: { name: emea } }\n",
    good: "users:\n  - email: ada@example.com\n    user_fields: { region: emea }\n",
    source: "Zendesk's reference, User Fields and Organization Fields.",
    checks: &[
        Check::Values(check),
        Check::Organization(check_organization),
    ],
};

fn check(_: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    if let Some(fields) = values.user_fields.get() {
        check_fields(&fields.value, source, found);
    }
}

fn check_organization(
    _: &Context<'_>,
    _: &Name,
    entry: &Entry<'_, OrganizationEntry>,
    found: &mut Found<'_>,
) {
    if let Some(fields) = entry.value.organization_fields.get() {
        check_fields(&fields.value, entry.home.source, found);
    }
}

fn check_fields(fields: &OpenMap, source: &Arc<Source>, found: &mut Found<'_>) {
    for (key, value) in &fields.0 {
        let fine = match &value.value {
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
            Value::Array(items) => items.iter().all(Value::is_string),
            Value::Object(_) => false,
        };
        if !fine {
            let finding = found
                .new_finding(format!("custom field `{}` cannot hold this", key.value))
                .at(Place::new(source, key.span), "the field")
                .help("write a text, a number, a switch, `null`, or a list of option values");
            found.push(finding);
        }
    }
}
