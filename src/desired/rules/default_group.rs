//! Default groups that are none of the groups.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::Code;
use crate::manifest::RuleLevel;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD032"),
    title: "the default group is none of the groups",
    level: RuleLevel::Error,
    enforced: true,
    why: "An agent's default group is that of one membership: it must be among the groups, and whoever is \
          in a group has one. Where the list of groups is not managed, nothing is checked.",
    config: "",
    bad: "groups:\n  - name: Tier 1\n  - name: Tier 2\nusers:\n  - email: ada@example.com\n    groups: [Tier 1]\n    default_group: Tier 2\n",
    good: "groups:\n  - name: Tier 1\n  - name: Tier 2\nusers:\n  - email: ada@example.com\n    groups: [Tier 1, Tier 2]\n    default_group: Tier 2\n",
    source: "Zendesk's reference, Group Memberships: every agent has exactly one default membership.",
    checks: &[Check::Person(check)],
};

fn check(_: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let (Some(default), Some(joined)) = (&person.default_group, &person.groups) else {
        return;
    };
    if person.leaves() {
        return;
    }
    let finding = match &default.address {
        Some(group) if joined.held.iter().all(|(held, _)| held != group) => {
            let ended = joined.ended.iter().any(|(ended, _)| ended == group);
            let help = if ended {
                "the grant of that group has ended: choose another default"
            } else {
                "add it to the groups, or choose one of them"
            };
            found
                .new_finding(format!("`{}` is none of the groups", group.name()))
                .at(default.given.place(), "the default group")
                .related(
                    format!("the groups of `{}`", person.address),
                    joined.list.place(),
                )
                .help(help)
        }
        None if !joined.held.is_empty() => found
            .new_finding("whoever is in a group has a default group")
            .at(default.given.place(), "says that there is none")
            .related(
                format!("the groups of `{}`", person.address),
                joined.list.place(),
            )
            .help("name one of the groups, or delete the key to leave it alone"),
        Some(_) | None => return,
    };
    found.push(finding);
}
