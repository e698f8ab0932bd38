//! What a person gets and no longer has, in words.

use crate::model::Kind;
use crate::plan::{Access, Action, Entitlement};
use crate::report::phrase;

use super::access::{Line, Verb};

/// What a person gets, then what a person no longer has. Nothing of the ledger is left out.
pub(super) fn lines(access: &Access) -> Vec<Line> {
    match access.action {
        Some(Action::Create) => newcomer(access),
        Some(Action::Offboard) => leaver("offboarded", access),
        Some(Action::Delete) => leaver("deleted", access),
        Some(Action::Update | Action::Rename | Action::Suspend | Action::Reactivate) | None => {
            stayer(access)
        }
    }
}

fn line(verb: Verb) -> impl Fn(String) -> Line {
    move |text| Line::new(verb, text)
}

/// `role Tier 1`, where the ledger holds no role.
fn unlisted(role: Option<&String>, ledger: &[Entitlement]) -> Option<String> {
    let listed = ledger.iter().any(|held| held.kind == Kind::Role);
    role.filter(|_| !listed)
        .map(|role| format!("role {}", phrase::name(role)))
}

/// That a new person can sign in goes without saying; that one cannot does not.
fn newcomer(access: &Access) -> Vec<Line> {
    let (sign_in, gains): (Vec<_>, Vec<_>) = access
        .gains
        .iter()
        .cloned()
        .partition(|gain| gain.kind == Kind::User && gain.grant.is_none());
    let role = unlisted(access.role_after.as_ref(), &gains);
    let locked = sign_in
        .is_empty()
        .then(|| "suspended, cannot sign in".to_owned());
    let what: Vec<_> = role
        .into_iter()
        .chain(held(&gains, "", |_| None))
        .chain(locked)
        .collect();
    let what = if what.is_empty() {
        "no role, group or organization".to_owned()
    } else {
        what.join("; ")
    };
    let loses = held(&access.loses, "", |_| None).map(line(Verb::Loses));
    std::iter::once(Line::new(Verb::New, what))
        .chain(loses)
        .collect()
}

fn leaver(how: &str, access: &Access) -> Vec<Line> {
    let role = unlisted(access.role_before.as_ref(), &access.loses);
    let what: Vec<_> = role
        .into_iter()
        .chain(held(&access.loses, "", |_| None))
        .collect();
    let colon = if what.is_empty() { "" } else { ": " };
    let now = access.role_after.as_ref();
    let now = now.map_or(String::new(), |role| {
        format!(", role now {}", phrase::name(role))
    });
    let everything = format!("everything ({how}{now}){colon}{}", what.join("; "));
    // The role to come is named already.
    let gains: Vec<_> = access
        .gains
        .iter()
        .filter(|gain| gain.kind != Kind::Role || Some(&gain.name) != access.role_after.as_ref())
        .cloned()
        .collect();
    let gains = held(&gains, "", |_| None).map(line(Verb::Gains));
    std::iter::once(Line::new(Verb::Loses, everything))
        .chain(gains)
        .collect()
}

fn stayer(access: &Access) -> Vec<Line> {
    let (before, after) = (access.role_before.as_deref(), access.role_after.as_deref());
    let mut lines = Vec::new();
    let mut ledger = access.gains.iter().chain(&access.loses);
    if before != after && !ledger.any(|held| held.kind == Kind::Role) {
        let name = |role: Option<&str>| {
            role.map_or("(none)".into(), |role| phrase::name(role).into_owned())
        };
        lines.push(Line::new(
            Verb::Role,
            format!("{} → {}", name(before), name(after)),
        ));
    }
    let silent = |ledger: &[Entitlement]| ledger.iter().all(|held| held.kind != Kind::User);
    if access.action == Some(Action::Reactivate) && silent(&access.gains) {
        lines.push(Line::new(Verb::Gains, SIGN_IN));
    }
    let was = |role: &Entitlement| before.filter(|before| *before != role.name);
    lines.extend(held(&access.gains, "was", was).map(line(Verb::Gains)));
    if access.action == Some(Action::Suspend) && silent(&access.loses) {
        lines.push(Line::new(Verb::Loses, SIGN_IN));
    }
    let now = |role: &Entitlement| after.filter(|after| *after != role.name);
    lines.extend(held(&access.loses, "now", now).map(line(Verb::Loses)));
    lines
}

const SIGN_IN: &str = "being able to sign in";

/// One phrase for each thing held, those without an end gathered by kind: `groups Tier 1, Support`.
fn held<'e>(
    entitlements: &'e [Entitlement],
    word: &'static str,
    other_role: impl Fn(&Entitlement) -> Option<&'e str>,
) -> impl Iterator<Item = String> {
    let mut phrases = Vec::new();
    for entitlement in entitlements {
        match entitlement.kind {
            Kind::User => phrases.insert(
                0,
                format!("{}{}", SIGN_IN, phrase::until(entitlement.grant.as_ref())),
            ),
            Kind::Role => phrases.push(role_phrase(entitlement, word, other_role(entitlement))),
            Kind::Group
            | Kind::Organization
            | Kind::GroupMembership
            | Kind::OrganizationMembership => {}
        }
    }
    for (kinds, one, many) in [
        ([Kind::Group, Kind::GroupMembership], "group", "groups"),
        (
            [Kind::Organization, Kind::OrganizationMembership],
            "organization",
            "organizations",
        ),
    ] {
        let here = || {
            entitlements
                .iter()
                .filter(move |held| kinds.contains(&held.kind))
        };
        let open: Vec<_> = here()
            .filter(|held| held.grant.is_none())
            .map(|held| phrase::name(&held.name))
            .collect();
        if !open.is_empty() {
            let word = if open.len() == 1 { one } else { many };
            phrases.push(format!("{word} {}", open.join(", ")));
        }
        let ending = here().filter(|held| held.grant.is_some());
        phrases.extend(ending.map(|held| {
            format!(
                "{one} {}{}",
                phrase::name(&held.name),
                phrase::until(held.grant.as_ref())
            )
        }));
    }
    phrases.into_iter()
}

fn role_phrase(role: &Entitlement, word: &str, other: Option<&str>) -> String {
    let Entitlement {
        kind: _, // a role
        name,
        grant,
        permissions,
    } = role;
    let other = other.map_or(String::new(), |other| {
        format!(" ({word} {})", phrase::name(other))
    });
    let permissions: Vec<_> = permissions
        .iter()
        .map(|key| phrase::permission(key))
        .collect();
    let colon = if permissions.is_empty() { "" } else { ": " };
    format!(
        "role {}{other}{}{colon}{}",
        phrase::name(name),
        phrase::until(grant.as_ref()),
        permissions.join(", ")
    )
}
