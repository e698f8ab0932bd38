//! Earlier names that cannot be right.

use std::collections::BTreeMap;

use super::{Check, Found, Rule};
use crate::desired::entry::Placed;
use crate::desired::index::{ByName, Context};
use crate::diag::Code;
use crate::manifest::{Given, RuleLevel, Set, Text};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD016"),
    title: "an earlier name is taken",
    level: RuleLevel::Error,
    enforced: true,
    why: "`previously` says which object of the account is meant by the new name. That cannot be one \
          that another entry keeps, nor one that two entries claim. People who swap their addresses look \
          the same before and after, so they need two steps: first give one of them a third address and \
          apply, then the other its new one. Groups, organizations and roles may swap: a plan tells by \
          their declared values which is which, and refuses where it cannot.",
    config: "",
    bad: "groups:\n  - { name: Tier 1, previously: [Tier 2] }\n  - { name: Tier 2 }\n",
    good: "groups:\n  - { name: Tier 1, previously: [Frontline] }\n  - { name: Tier 2, previously: [Tier 1] }\n",
    source: "zdsync's own rule.",
    checks: &[Check::Project(check)],
};

fn check(context: &Context<'_>, found: &mut Found<'_>) {
    check_kind("role", &context.roles, |entry| &entry.previously, found);
    check_kind("group", &context.groups, |entry| &entry.previously, found);
    check_kind(
        "organization",
        &context.organizations,
        |entry| &entry.previously,
        found,
    );
    check_kind("user", &context.users, |entry| &entry.previously, found);
}

fn check_kind<'a, T: 'a>(
    what: &str,
    all: &ByName<'a, T>,
    previously: impl Fn(&'a T) -> &'a Given<Set>,
    found: &mut Found<'_>,
) {
    let earlier = |value: &'a T| {
        let names = previously(value).get();
        names.into_iter().flat_map(|names| &names.value)
    };
    // An earlier name that another entry has taken since is right where that entry had yet another name
    // before: the two move on in a row. Of people in a circle, nobody can tell whether they have moved.
    let circles = what != "user";
    let moves_on = |name: &Name, before: &Name| {
        let mut seen = vec![name.clone()];
        let mut next = Some(before.clone());
        while let Some(current) = next.take() {
            if seen.contains(&current) {
                return circles;
            }
            let Some(entry) = all.get(&current) else {
                return seen.len() > 1;
            };
            next = earlier(entry.value).next().map(|text| Name::new(text));
            seen.push(current);
        }
        false
    };
    let mut claimed: BTreeMap<Name, Placed<'a, Text>> = BTreeMap::new();
    for (name, entry) in all {
        for before in earlier(entry.value) {
            let place = entry.placed(before);
            let before = Name::new(before);
            let finding = if before == *name {
                found
                    .new_finding(format!("{what} `{before}` is what it is called now"))
                    .at(place.place(), "not an earlier name")
                    .help("take it out")
            } else if let Some(other) = all.get(&before).filter(|_| !moves_on(name, &before)) {
                let help = if earlier(other.value).next().is_some() {
                    "addresses that change places look the same before and after: give one a third one \
                     and apply, then the next"
                } else {
                    "take it out, or declare one of the two no longer"
                };
                found
                    .new_finding(format!("{what} `{before}` is still declared"))
                    .at(place.place(), "said to be an earlier name")
                    .related("declared here", other.place())
                    .help(help)
            } else if let Some(first) = claimed.get(&before) {
                found
                    .new_finding(format!("two entries were `{before}` before"))
                    .at(place.place(), "claimed again here")
                    .related("first claimed here", first.place())
                    .help("leave it with the one that it became")
            } else {
                claimed.insert(before, place);
                continue;
            };
            found.push(finding);
        }
    }
}
