//! The account owner.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::Code;
use crate::manifest::{PersonState, RuleLevel};
use crate::model::{Name, UserRole};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD040"),
    title: "the owner stays an active administrator",
    level: RuleLevel::Error,
    enforced: true,
    why: "The account owner, whom `account.owner` in the configuration names, is always an \
          administrator, and can be neither suspended nor deleted.",
    config: "",
    bad: "users:\n  - email: owner@acme.example\n    role: agent\n",
    good: "users:\n  - email: owner@acme.example\n    role: admin\n",
    source: "Zendesk's help centre: only the owner can hand the ownership on.",
    checks: &[Check::Person(check)],
};

fn check(context: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let owner = context.project.config.account.owner.as_ref();
    if owner.is_none_or(|owner| Name::new(owner) != *person.address.name()) {
        return;
    }
    let what = match person.state {
        Some(PersonState::Suspended) => Some("suspended"),
        Some(PersonState::Offboarded) => Some("offboarded"),
        Some(PersonState::Deleted) => Some("deleted"),
        Some(PersonState::Active) | None => None,
    };
    if let Some((what, state)) = what.zip(person.entry.value.state.get()) {
        let finding = found
            .new_finding(format!("the account owner cannot be {what}"))
            .at(person.entry.placed(state).place(), "refused by Zendesk")
            .help("hand the ownership on first, and name the new owner in zdsync.yaml");
        found.push(finding);
    }
    if let Some(role) = person
        .role
        .as_ref()
        .filter(|role| role.role != UserRole::Admin)
    {
        let finding = found
            .new_finding("the account owner is always an administrator")
            .at(role.held.place(), "refused by Zendesk")
            .help("write `admin`, or take the key out");
        found.push(finding);
    }
}
