//! References to what is to be removed.

use super::{Check, Found, Rule};
use crate::desired::entry::{Entry, Placed};
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::{Code, Place};
use crate::manifest::{Clearable, Given, OrganizationEntry, Presence, RuleLevel, Text};
use crate::model::{Name, UserRole};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD017"),
    title: "a reference to what is removed",
    level: RuleLevel::Error,
    enforced: true,
    why: "What is declared with `state: absent` goes. Whoever still refers to it asks for it to stay.",
    config: "",
    bad: "groups:\n  - { name: Old, state: absent }\nusers:\n  - email: ada@example.com\n    groups: [Old]\n",
    good: "groups:\n  - { name: Old, state: absent }\n  - { name: Tier 1 }\nusers:\n  - email: ada@example.com\n    groups: [Tier 1]\n",
    source: "Zendesk's reference: roles that are held cannot be deleted; deleting a group or an \
             organization ends its memberships.",
    checks: &[
        Check::Person(check),
        Check::Organization(check_organization),
    ],
};

fn gone(state: &Given<Presence>) -> bool {
    state
        .get()
        .is_some_and(|state| state.value == Presence::Absent)
}

fn group_gone(context: &Context<'_>, name: &Name) -> Option<Place> {
    let entry = context.groups.get(name)?;
    gone(&entry.value.state).then(|| entry.place())
}

fn check(context: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    if person.leaves() {
        return;
    }
    for (group, held) in person.groups.iter().flat_map(|joined| &joined.held) {
        if let Some(place) = group_gone(context, group.name()) {
            report("group", &held.name, place, found);
        }
    }
    for (address, held) in person.organizations.iter().flat_map(|joined| &joined.held) {
        if let Some(entry) = context.organizations.get(address.name())
            && gone(&entry.value.state)
        {
            report("organization", &held.name, entry.place(), found);
        }
    }
    if let Some(role) = &person.role
        && let UserRole::Named(address) = &role.role
        && let Some(entry) = context.roles.get(address.name())
        && gone(&entry.value.state)
    {
        report("role", &role.held.name, entry.place(), found);
    }
}

fn check_organization(
    context: &Context<'_>,
    _: &Name,
    entry: &Entry<'_, OrganizationEntry>,
    found: &mut Found<'_>,
) {
    let group = entry.or_default(&entry.value.group, |all| &all.organizations.group);
    let Some(group) = group.filter(|_| !gone(&entry.value.state)) else {
        return;
    };
    let name: &Clearable = group.value;
    if let Some(name) = name
        && let Some(place) = group_gone(context, &Name::new(name))
    {
        let name = Placed {
            value: name,
            span: group.span,
            source: group.source,
        };
        report("group", &name, place, found);
    }
}

fn report(what: &str, name: &Placed<'_, Text>, removed: Place, found: &mut Found<'_>) {
    let finding = found
        .new_finding(format!("{what} `{}` is removed", name.value))
        .at(name.place(), "still wanted here")
        .related("removed here", removed)
        .help("take the reference out, or let it stay");
    found.push(finding);
}
