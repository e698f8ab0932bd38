//! The same item twice in one list.

use std::sync::Arc;

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::diag::{Code, Place, Source, Span};
use crate::manifest::{RuleLevel, Values};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD018"),
    title: "an item stands twice in a list",
    level: RuleLevel::Warning,
    enforced: false,
    why: "Lists of groups, organizations and tags are sets. An item that stands there twice hides which \
          of its two ends would hold: the first does.",
    config: "",
    bad: "users:\n  - email: ada@example.com\n    tags: [vip, VIP]\n",
    good: "users:\n  - email: ada@example.com\n    tags: [vip]\n",
    source: "zdsync's own rule.",
    checks: &[Check::Values(check)],
};

fn check(_: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    let groups = values.groups.get().into_iter().flat_map(|all| &all.value);
    let groups = groups.map(|grant| (&*grant.name.value, grant.name.span));
    check_list(groups, source, found);
    let organizations = values
        .organizations
        .get()
        .into_iter()
        .flat_map(|all| &all.value);
    let organizations = organizations.map(|grant| (&*grant.name.value, grant.name.span));
    check_list(organizations, source, found);
    let tags = values.tags.get().into_iter().flat_map(|all| &all.value);
    check_list(tags.map(|tag| (&*tag.value, tag.span)), source, found);
}

fn check_list<'v>(
    items: impl Iterator<Item = (&'v str, Span)>,
    source: &Arc<Source>,
    found: &mut Found<'_>,
) {
    let mut seen: Vec<(Name, Span)> = Vec::new();
    for (item, span) in items {
        let name = Name::new(item);
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name) {
            let finding = found
                .new_finding(format!("`{name}` stands twice in this list"))
                .at(Place::new(source, span), "again here")
                .related("first here", Place::new(source, *first))
                .help("take one of them out");
            found.push(finding);
        } else {
            seen.push((name, span));
        }
    }
}
