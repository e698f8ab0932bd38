//! Agents without a group.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::desired::person::{Person, Unknown};
use crate::diag::Code;
use crate::manifest::RuleLevel;
use crate::model::{Name, UserRole};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD033"),
    title: "an agent needs a group",
    level: RuleLevel::Error,
    enforced: false,
    why: "Every team member belongs to at least one group; Zendesk puts a new agent into the account's \
          default group where none is given, and the removal of the last one may be refused.",
    config: "",
    bad: "users:\n  - email: ada@example.com\n    role: agent\n    groups: []\n",
    good: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    role: agent\n    groups: [Tier 1]\n",
    source: "Zendesk's help centre: each team member must be in at least one group.",
    checks: &[Check::Person(check)],
};

fn check(_: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let (Some(role), Some(joined)) = (&person.role, &person.groups) else {
        return;
    };
    let elsewhere = match &role.role {
        UserRole::Named(name) => *name.name() == Name::new("Contributor"),
        UserRole::EndUser | UserRole::Agent | UserRole::Admin => false,
    };
    if person.leaves() || !role.role.is_staff() || elsewhere || !joined.held.is_empty() {
        return;
    }
    let unknown = person.unknown.iter().any(Unknown::is_group);
    if unknown {
        return; // the misspelt group is reported already
    }
    let help = match joined.ended.first() {
        Some((group, _)) => format!(
            "the grant of `{}` has ended: give the person another group, or another role",
            group.name()
        ),
        None => "give the person a group, or delete the key to leave the groups alone".to_owned(),
    };
    let finding = found
        .new_finding(format!("`{}` is an agent without a group", person.address))
        .at(joined.list.place(), "no group is left")
        .related("made an agent here", role.held.place())
        .help(help);
    found.push(finding);
}
