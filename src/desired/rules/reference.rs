//! Names that nothing declares.

use super::{Check, Found, Rule};
use crate::desired::entry::Placed;
use crate::desired::index::{Context, Referable, SYSTEM_ROLES};
use crate::desired::person::Person;
use crate::diag::{Code, Place, nearest};
use crate::manifest::{RuleLevel, Text};
use crate::model::{Kind, Name};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD012"),
    title: "not declared",
    level: RuleLevel::Error,
    enforced: true,
    why: "A reference names something that some manifest declares, so that a slip of the pen cannot \
          take anybody out of a group. What exists in the account without being ours is declared with \
          `external: true`. The system roles are always known: end-user, agent, admin, Light agent, \
          Contributor and Billing admin.",
    config: "",
    bad: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    groups: [Tier-1]\n",
    good: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    groups: [Tier 1]\n",
    source: "zdsync's own rule.",
    checks: &[Check::Person(check), Check::Project(check_elsewhere)],
};

fn check(context: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    for unknown in &person.unknown {
        report(context, unknown.what, &unknown.name, found);
    }
}

fn check_elsewhere(context: &Context<'_>, found: &mut Found<'_>) {
    for unknown in &context.profiles.unknown {
        report(context, Referable::Profile, unknown, found);
    }
    let group = Referable::Object(Kind::Group);
    for entry in context.organizations.values() {
        let given = entry.or_default(&entry.value.group, |all| &all.organizations.group);
        let Some(given) = given else {
            continue;
        };
        if let Some(name) = given.value.as_ref().filter(|name| !name.trim().is_empty())
            && context.group(name).is_none()
        {
            let name = Placed {
                value: name,
                span: given.span,
                source: given.source,
            };
            report(context, group, &name, found);
        }
    }
}

fn report(context: &Context<'_>, what: Referable, name: &Placed<'_, Text>, found: &mut Found<'_>) {
    if context.may_be_broken(what, name.value) || !found.first_time(name) {
        return;
    }
    let message = format!("{} `{}` is not declared", what.word(), name.value);
    let help = match nearest_declared(context, what, name.value) {
        Some((meant, Some(place))) => format!("did you mean `{meant}`? (declared in {place})"),
        Some((meant, None)) => format!("did you mean `{meant}`?"),
        None => match what {
            Referable::Profile => "declare it under `profiles`".to_owned(),
            Referable::Object(kind) => format!(
                "declare it under `{}`; with `external: true` if it exists and is not ours",
                kind.section()
            ),
        },
    };
    let finding = found
        .new_finding(message)
        .at(name.place(), "named here")
        .help(help);
    found.push(finding);
}

fn nearest_declared(
    context: &Context<'_>,
    what: Referable,
    name: &str,
) -> Option<(String, Option<Place>)> {
    let places: Vec<(&Name, Place)> = match what {
        Referable::Profile => context
            .profiles
            .iter()
            .map(|(name, profile)| (name, profile.entry.place()))
            .collect(),
        Referable::Object(Kind::Role) => places(&context.roles),
        Referable::Object(Kind::Organization) => places(&context.organizations),
        Referable::Object(_) => places(&context.groups),
    };
    let system: &[&str] = match what {
        Referable::Object(Kind::Role) => &["end-user", "agent", "admin"],
        Referable::Object(_) | Referable::Profile => &[],
    };
    if system.contains(&"admin") && name.trim().eq_ignore_ascii_case("administrator") {
        return Some(("admin".to_owned(), None));
    }
    let more: &[&str] = if system.is_empty() {
        &[]
    } else {
        &SYSTEM_ROLES
    };
    let declared = places.iter().map(|(name, _)| name.as_str());
    let meant = nearest(name, declared.chain(system.iter().chain(more).copied()))?;
    let place = places
        .iter()
        .find(|(name, _)| name.as_str() == meant)
        .map(|(_, place)| place.clone());
    Some((meant.to_owned(), place))
}

fn places<'c, T>(all: &'c crate::desired::index::ByName<'_, T>) -> Vec<(&'c Name, Place)> {
    all.iter()
        .map(|(name, entry)| (name, entry.place()))
        .collect()
}
