//! Which tickets somebody sees.

use std::sync::Arc;

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::{Code, Place, Source, nearest};
use crate::manifest::{RuleLevel, Values};
use crate::model::UserRole;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD034"),
    title: "a ticket restriction without effect",
    level: RuleLevel::Error,
    enforced: false,
    why: "`ticket_restriction` is `organization`, `groups`, `assigned`, `requested` or nothing. For end \
          users only `organization` and `requested` hold: Zendesk turns anything else into `requested` \
          without a word, so that the plan would never come to rest. With a custom role, the role's \
          `ticket_access` decides and writing it has no effect.",
    config: "",
    bad: "roles:\n  - name: Tier 2\nusers:\n  - email: ada@example.com\n    role: Tier 2\n    ticket_restriction: groups\n",
    good: "roles:\n  - name: Tier 2\n    configuration: { ticket_access: within-groups }\nusers:\n  - email: ada@example.com\n    role: Tier 2\n",
    source: "Zendesk's reference, Users.",
    checks: &[Check::Values(check_word), Check::Person(check)],
};

const WORDS: [&str; 4] = ["organization", "groups", "assigned", "requested"];

fn check_word(_: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    let Some(given) = values.ticket_restriction.get() else {
        return;
    };
    let word = given.value.as_deref().unwrap_or_default();
    if word.is_empty() || WORDS.contains(&word) {
        return;
    }
    let finding = found
        .new_finding(format!("`ticket_restriction` cannot be `{word}`"))
        .at(
            Place::new(source, given.span),
            "not one of the values allowed",
        );
    let finding = match nearest(word, WORDS) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help(
            "write `organization`, `groups`, `assigned`, `requested`, or `null` for all tickets",
        ),
    };
    found.push(finding);
}

fn check(_: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let given = person.pick(|values| values.ticket_restriction);
    let (Some(given), Some(role)) = (given, &person.role) else {
        return;
    };
    let word = given.value.as_deref().unwrap_or_default();
    let (message, help) = match &role.role {
        UserRole::Named(name) => (
            format!(
                "`ticket_restriction` has no effect beside role `{}`",
                name.name()
            ),
            "delete it, and set `ticket_access` in the role's `configuration`",
        ),
        UserRole::EndUser if !matches!(word, "organization" | "requested") => (
            format!("an end user's `ticket_restriction` cannot be `{word}`"),
            "write `organization` or `requested`",
        ),
        UserRole::EndUser | UserRole::Agent | UserRole::Admin => return,
    };
    if person.leaves() {
        return;
    }
    let finding = found
        .new_finding(message)
        .at(given.place(), "without effect")
        .related(
            format!("the role of `{}`", person.address),
            role.held.place(),
        )
        .help(help);
    found.push(finding);
}
