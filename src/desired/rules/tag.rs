//! Tags.

use std::sync::Arc;

use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::{Code, Place, Source};
use crate::manifest::{OrganizationEntry, RuleLevel, Set, Sp, Values};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD041"),
    title: "not a tag",
    level: RuleLevel::Error,
    enforced: false,
    why: "A tag is one word: Zendesk takes blanks and commas for the ends of tags, so that what comes \
          back would never be what was written.",
    config: "",
    bad: "users:\n  - email: ada@example.com\n    tags: [key account]\n",
    good: "users:\n  - email: ada@example.com\n    tags: [key_account]\n",
    source: "Zendesk's help centre, tags.",
    checks: &[
        Check::Values(check),
        Check::Organization(check_organization),
    ],
};

fn check(_: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    if let Some(tags) = values.tags.get() {
        check_tags(tags, source, found);
    }
}

fn check_organization(
    _: &Context<'_>,
    _: &Name,
    entry: &Entry<'_, OrganizationEntry>,
    found: &mut Found<'_>,
) {
    if let Some(tags) = entry.or_default(&entry.value.tags, |all| &all.organizations.tags) {
        check_set(tags.value, tags.source, found);
    }
}

fn check_tags(tags: &Sp<Set>, source: &Arc<Source>, found: &mut Found<'_>) {
    check_set(&tags.value, source, found);
}

fn check_set(tags: &Set, source: &Arc<Source>, found: &mut Found<'_>) {
    for tag in tags {
        let wrong = |character: char| character.is_whitespace() || ",;\"'".contains(character);
        let message = if tag.value.trim().is_empty() {
            "a tag is blank".to_owned()
        } else if tag.value.contains(wrong) {
            format!("`{}` is not one tag", tag.value)
        } else {
            continue;
        };
        let word = tag.value.trim().to_lowercase();
        let word = word
            .split(wrong)
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>();
        let help = match word.as_slice() {
            [] => "write a word, or take it out".to_owned(),
            word => format!("write `{}`, or several tags", word.join("_")),
        };
        let finding = found
            .new_finding(message)
            .at(
                Place::new(source, tag.span),
                "blanks, commas and quotes end a tag",
            )
            .help(help);
        found.push(finding);
    }
}
