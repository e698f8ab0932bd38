//! Groups of people who are no agents.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::Code;
use crate::manifest::RuleLevel;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD031"),
    title: "groups are for agents",
    level: RuleLevel::Error,
    enforced: true,
    why: "Only agents and administrators can be in a group or have a default group. Zendesk refuses the \
          membership of an end user.",
    config: "",
    bad: "groups:\n  - name: Tier 1\nusers:\n  - email: bob@example.com\n    role: end-user\n    groups: [Tier 1]\n",
    good: "groups:\n  - name: Tier 1\nusers:\n  - email: bob@example.com\n    role: agent\n    groups: [Tier 1]\n",
    source: "Zendesk's reference, Group Memberships.",
    checks: &[Check::Person(check)],
};

fn check(_: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let Some((said, here)) = person.made_end_user() else {
        return;
    };
    let groups = person.groups.iter().flat_map(|joined| &joined.held);
    let places = groups.map(|(group, held)| (group.name().clone(), held.place()));
    let default = person.default_group.as_ref().and_then(|default| {
        let group = default.address.as_ref()?;
        Some((group.name().clone(), default.given.place()))
    });
    for (group, place) in places.chain(default) {
        let finding = found
            .new_finding(format!("an end user cannot be in group `{group}`"))
            .at(place, "groups are for agents")
            .related(&said, here.clone())
            .help("take the group out, or make the person an agent");
        found.push(finding);
    }
}
