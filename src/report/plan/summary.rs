//! What a plan comes to, in one line.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Account, Address, Grant, Kind};
use crate::plan::{
    Access, Action, Change, ChangeCause, Ending, Estimate, Managed, Plan, Reason, RefusalCode,
    Seats, Subject,
};
use crate::report::phrase;

/// The account as people know it: `acme (acme.zendesk.com)`.
pub(super) fn account(account: &Account) -> String {
    let Account {
        fingerprint: _, // for machines
        subdomain,
        url,
    } = account;
    let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
    let host = host.trim_end_matches('/');
    if host == subdomain || host.is_empty() {
        subdomain.clone()
    } else {
        format!("{subdomain} ({host})")
    }
}

/// One sentence, people first: `1 person is new, 2 gain · 1 group changes · 1 change cannot be undone`.
///
/// It starts in lower case and has no full stop. Names do not occur in it.
pub fn headline(plan: &Plan) -> String {
    let mut parts = Vec::new();
    if !plan.refused.is_empty() {
        let reasons = phrase::counted(plan.refused.len(), "reason", "reasons");
        parts.push(format!("refused for {reasons}"));
    }
    if plan.is_empty() {
        parts.push("no changes".to_owned());
    }
    parts.extend(people(&plan.access));
    parts.extend(administrators(&plan.access));
    parts.extend(renamed(plan));
    parts.extend(details(plan));
    parts.extend(roles(plan));
    parts.extend(others(plan));
    let lasting = plan.changes.iter().filter(|change| {
        let lasts = |reason| matches!(reason, Reason::CannotBeUndone | Reason::PrivateForever);
        change.consequences.iter().any(|what| lasts(what.reason))
    });
    let lasting = lasting.count();
    if lasting > 0 {
        let changes = phrase::counted(lasting, "change", "changes");
        parts.push(format!("{changes} cannot be undone"));
    }
    parts.extend(drifted(plan));
    let strangers = plan.undeclared.len() - undeclared(plan).len();
    if strangers > 0 {
        let people = phrase::counted(strangers, "person in scope is", "people in scope are");
        parts.push(format!("{people} declared nowhere"));
    }
    parts.join(" · ")
}

/// `2 values were changed outside the manifests`, and whether that is all there is.
fn drifted(plan: &Plan) -> Option<String> {
    let count = plan.drift.len();
    let nothing_asked = plan
        .changes
        .iter()
        .all(|change| change.cause == Some(ChangeCause::Drift));
    let only = if nothing_asked && !plan.is_empty() {
        "; the manifests ask for nothing new"
    } else {
        ""
    };
    let things = phrase::counted(count, "thing was", "things were");
    (count > 0)
        .then(|| format!("{things} changed outside the manifests since the last apply{only}"))
}

/// How the change of access reads as a whole, in the order in which sentences list it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    New,
    Gains,
    GainsAndLoses,
    Loses,
    Suspended,
    LosesEverything,
    Reactivated,
    Other,
}

impl Fate {
    fn of(access: &Access) -> Self {
        match access.action {
            Some(Action::Create) => Self::New,
            Some(Action::Offboard | Action::Delete) => Self::LosesEverything,
            Some(Action::Suspend) => Self::Suspended,
            Some(Action::Reactivate) => Self::Reactivated,
            Some(Action::Update | Action::Rename) | None => {
                match (access.gains.is_empty(), access.loses.is_empty()) {
                    (false, true) => Self::Gains,
                    (false, false) => Self::GainsAndLoses,
                    (true, false) => Self::Loses,
                    (true, true) => Self::Other,
                }
            }
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::New => ("is new", "are new"),
            Self::Gains => ("gains", "gain"),
            Self::GainsAndLoses => ("gains and loses", "gain and lose"),
            Self::Loses => ("loses", "lose"),
            Self::Suspended => ("is suspended", "are suspended"),
            Self::LosesEverything => ("loses everything", "lose everything"),
            Self::Reactivated => ("is reactivated", "are reactivated"),
            Self::Other => ("changes otherwise", "change otherwise"),
        }
    }
}

/// `2 people gain, 1 loses everything`; `None` where there is nobody.
pub(super) fn people<'a>(access: impl IntoIterator<Item = &'a Access>) -> Option<String> {
    let mut fates: BTreeMap<Fate, usize> = BTreeMap::new();
    // Who only gets another address is counted apart.
    let only_renamed = |one: &&Access| {
        one.action == Some(Action::Rename) && one.gains.is_empty() && one.loses.is_empty()
    };
    for one in access.into_iter().filter(|one| !only_renamed(one)) {
        *fates.entry(Fate::of(one)).or_default() += 1;
    }
    let parts: Vec<_> = fates
        .into_iter()
        .enumerate()
        .map(|(index, (fate, count))| {
            let (one, many) = fate.words();
            let verb = if count == 1 { one } else { many };
            if index == 0 {
                format!("{} {verb}", phrase::counted(count, "person", "people"))
            } else {
                format!("{} {verb}", phrase::number(wide(count)))
            }
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `1 becomes an administrator`: what must not drown among many.
fn administrators(access: &[Access]) -> Option<String> {
    let admin = |role: &Option<String>| role.as_deref() == Some("admin");
    let promoted = access
        .iter()
        .filter(|access| admin(&access.role_after) && !admin(&access.role_before));
    match promoted.count() {
        0 => None,
        1 => Some("1 becomes an administrator".to_owned()),
        count => Some(format!(
            "{} become administrators",
            phrase::number(wide(count))
        )),
    }
}

/// `1 person changes address`.
fn renamed(plan: &Plan) -> Option<String> {
    let people = plan
        .changes
        .iter()
        .filter(|change| change.address.kind() == Kind::User && change.was.is_some());
    let count = people.count();
    let words = phrase::counted(count, "person changes address", "people change address");
    (count > 0).then_some(words)
}

/// `details of 2 people change`: people of whom something changes that is no access.
fn details(plan: &Plan) -> Option<String> {
    let shown: BTreeSet<&Address> = plan.access.iter().map(|access| &access.person).collect();
    let people = plan.changes.iter().filter(|change| {
        change.address.kind() == Kind::User
            && change.action == Action::Update
            && change.was.is_none()
            && !shown.contains(&change.address)
    });
    let count = people.count();
    let people = phrase::counted(count, "person", "people");
    (count > 0).then(|| format!("details of {people} change"))
}

/// `1 role changes for all who hold it`.
fn roles(plan: &Plan) -> Option<String> {
    let count = plan
        .changes
        .iter()
        .filter(|change| reaches_holders(change))
        .count();
    let pronoun = if count == 1 {
        "changes for all who hold it"
    } else {
        "change for all who hold them"
    };
    (count > 0).then(|| format!("{} {pronoun}", phrase::counted(count, "role", "roles")))
}

/// Says whether a change of a role changes what those who hold it may do.
pub(super) fn reaches_holders(change: &Change) -> bool {
    change.address.kind() == Kind::Role
        && matches!(change.action, Action::Update | Action::Rename)
        && change
            .fields
            .iter()
            .any(|field| field.path.starts_with("configuration."))
}

/// Other roles, groups and organizations that change: `1 role, 2 groups change`.
fn others(plan: &Plan) -> Option<String> {
    let parts: Vec<_> = [Kind::Role, Kind::Group, Kind::Organization]
        .into_iter()
        .filter_map(|kind| {
            let changes = plan.changes.iter();
            let count = changes
                .filter(|change| change.address.kind() == kind && !reaches_holders(change))
                .count();
            (count > 0).then(|| (count, phrase::counted_kind(wide(count), kind)))
        })
        .collect();
    let total: usize = parts.iter().map(|(count, _)| count).sum();
    let texts: Vec<_> = parts.into_iter().map(|(_, text)| text).collect();
    let verb = if total == 1 { "changes" } else { "change" };
    (total > 0).then(|| format!("{} {verb}", texts.join(", ")))
}

/// `2 to create, 1 to update, 0 to delete, 3 memberships to add, 1 to remove`.
pub(super) fn actions(plan: &Plan) -> String {
    let of = |change: &Change, action: Action, membership: bool| {
        change.action == action
            && change.address.kind().container().is_some() == membership
            && change.along_with.is_none()
    };
    let count = |action: Action, membership: bool| {
        let changes = plan.changes.iter();
        wide(
            changes
                .filter(|change| of(change, action, membership))
                .count(),
        )
    };
    let mut parts = Vec::new();
    for (action, word, always) in [
        (Action::Create, "create", true),
        (Action::Update, "update", true),
        (Action::Rename, "rename", false),
        (Action::Suspend, "suspend", false),
        (Action::Reactivate, "reactivate", false),
        (Action::Offboard, "offboard", false),
        (Action::Delete, "delete", true),
    ] {
        let count = count(action, false);
        if always || count > 0 {
            parts.push(format!("{} to {word}", phrase::number(count)));
        }
    }
    for (action, word) in [(Action::Create, "add"), (Action::Delete, "remove")] {
        let count = count(action, true);
        if count > 0 {
            let memberships = if count == 1 {
                "membership"
            } else {
                "memberships"
            };
            parts.push(format!("{} {memberships} to {word}", phrase::number(count)));
        }
    }
    let along = plan
        .changes
        .iter()
        .filter(|change| change.along_with.is_some());
    match along.count() {
        0 => {}
        1 => parts.push("1 goes along with what it belongs to".to_owned()),
        count => parts.push(format!(
            "{} go along with what they belong to",
            phrase::number(wide(count))
        )),
    }
    parts.join(", ")
}

/// `7 requests, about 4 s · seats 41 → 41 (peak 41)`.
pub(super) fn cost(plan: &Plan) -> String {
    let Estimate {
        reads: _, // made already; the header tells
        writes,
        polls,
        seconds,
    } = plan.estimate;
    let Seats {
        before,
        after,
        peak,
    } = plan.seats;
    let requests = writes + polls;
    format!(
        "{} {}, about {} · seats {} → {} (peak {})",
        phrase::number(requests),
        if requests == 1 { "request" } else { "requests" },
        duration(seconds),
        phrase::number(before),
        phrase::number(after),
        phrase::number(peak),
    )
}

/// `4 s`, `3 min`, `2 h 5 min`.
fn duration(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `37 users, 5 groups`; `None` where there are none.
fn kinds(counts: impl Iterator<Item = (Kind, u64)>) -> Option<String> {
    let parts: Vec<_> = counts
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| phrase::counted_kind(count, kind))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `dora@example.com leaves group Night shift at the end of 2026-11-30 (INC-42)`.
pub(super) fn ending(ending: &Ending) -> String {
    let Ending {
        address,
        grant,
        ended,
    } = ending;
    let person = phrase::address_name(address);
    let verb = match (address.container().is_some(), ended) {
        (true, false) => "leaves",
        (true, true) => "was to leave",
        (false, false) => "loses a role granted for a time",
        (false, true) => "was to lose a role granted for a time",
    };
    let what = address.container().map_or(String::new(), |container| {
        format!(" {} {}", container.kind(), phrase::address_name(&container))
    });
    let Grant { until, reason } = grant;
    let reason = phrase::reason(reason.as_deref());
    format!("{person} {verb}{what} {}{reason}", phrase::end_of(*until))
}

/// Limits that the command line raised: `users 12`.
pub(super) fn raised(limits: &BTreeMap<Kind, u64>) -> Option<String> {
    let parts: Vec<_> = limits
        .iter()
        .map(|(kind, count)| format!("{} {}", kind.section(), phrase::number(*count)))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Undeclared objects other than people, who stand in the access section.
pub(super) fn undeclared(plan: &Plan) -> Vec<&Address> {
    plan.undeclared
        .iter()
        .map(|unmanaged| &unmanaged.address)
        .filter(|address| address.kind() != Kind::User)
        .collect()
}

/// The stable id of a refusal, as JSON writes it.
pub(super) fn code(code: RefusalCode) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => format!("{code:?}"),
    }
}

/// `Not ours: 212 users.` and `Unchanged: 37 users, 5 groups`, the latter without a full stop.
pub(super) fn still(plan: &Plan) -> (Option<String>, Option<String>) {
    let not_ours = kinds(plan.not_ours.iter().map(|(kind, count)| (*kind, *count)));
    let unchanged = plan
        .unchanged
        .iter()
        .map(|(kind, addresses)| (*kind, wide(addresses.len())));
    (
        not_ours.map(|text| format!("Not ours: {text}.")),
        kinds(unchanged).map(|text| format!("Unchanged: {text}")),
    )
}

/// `Under management: 37 of 41 team members (90 %), 4 organizations of an unknown number (…).`
pub(super) fn coverage(plan: &Plan) -> Option<String> {
    let mut unknown = false;
    let parts: Vec<String> = plan
        .coverage
        .iter()
        .map(|managed| {
            let Managed {
                what,
                declared,
                live,
            } = *managed;
            let (one, many) = match what {
                Subject::TeamMembers => ("team member", "team members"),
                Subject::Groups => ("group", "groups"),
                Subject::Organizations => ("organization", "organizations"),
                Subject::Roles => ("role", "roles"),
            };
            let words = |count: u64| if count == 1 { one } else { many };
            let number = phrase::number(declared);
            let Some(live) = live else {
                unknown = true;
                return format!("{number} {} of an unknown number", words(declared));
            };
            let percent = (declared * 100).checked_div(live);
            let percent = percent.map_or(String::new(), |share| format!(" ({share} %)"));
            format!(
                "{number} of {} {}{percent}",
                phrase::number(live),
                words(live)
            )
        })
        .collect();
    let why = if unknown {
        " (`undeclared: report` reads them all)"
    } else {
        ""
    };
    (!parts.is_empty()).then(|| format!("Under management: {}{why}.", parts.join(", ")))
}

/// Why there is nothing to do.
pub(super) fn nothing(plan: &Plan) -> &'static str {
    if plan.unchanged.values().all(Vec::is_empty) {
        "Nothing is declared that differs from the account."
    } else {
        "The account is as the manifests say."
    }
}

pub(super) fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
