//! Tags in upper case.

use std::sync::Arc;

use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::{Code, Place, Source};
use crate::manifest::{OrganizationEntry, RuleLevel, Set, Values};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD042"),
    title: "a tag in upper case",
    level: RuleLevel::Warning,
    enforced: false,
    why: "Zendesk keeps tags in lower case. They are compared and written in lower case; writing them so \
          shows what will be there.",
    config: "",
    bad: "users:\n  - email: ada@example.com\n    tags: [VIP]\n",
    good: "users:\n  - email: ada@example.com\n    tags: [vip]\n",
    source: "Zendesk's reference, Users: tags are lower-cased.",
    checks: &[
        Check::Values(check),
        Check::Organization(check_organization),
    ],
};

fn check(_: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    if let Some(tags) = values.tags.get() {
        check_set(&tags.value, source, found);
    }
}

fn check_organization(
    _: &Context<'_>,
    _: &Name,
    entry: &Entry<'_, OrganizationEntry>,
    found: &mut Found<'_>,
) {
    if let Some(tags) = entry.value.tags.get() {
        check_set(&tags.value, entry.home.source, found);
    }
}

fn check_set(tags: &Set, source: &Arc<Source>, found: &mut Found<'_>) {
    for tag in tags {
        let lower = tag.value.to_lowercase();
        if lower == *tag.value {
            continue;
        }
        let place = Place::new(source, tag.span);
        // A quoted or escaped tag is left to its author: only a plain word is replaced for certain.
        let plain = source.slice(tag.span) == &*tag.value;
        let finding = found
            .new_finding(format!("tag `{}` is kept as `{lower}`", tag.value))
            .at(place, "upper case is lost")
            .help(format!("write `{lower}`"));
        found.push(if plain {
            finding.replace_with(lower)
        } else {
            finding
        });
    }
}
