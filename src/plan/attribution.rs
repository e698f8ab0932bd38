//! Who changed what, by the account's audit log.
//!
//! The log names things by number and by what they were called, and says in its own words what was done
//! (zendesk-api §14.3). Of the entries about a thing the newest that speaks of the value counts; where
//! none does, the newest.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::model::{Address, Kind, LogEntry, ObjectId, Value};

use super::applied::Since;
use super::drift::{Deed, Drift, DriftKind};
use super::types::Plan;

/// By what the log may know one thing.
struct Trace<'a> {
    ids: BTreeSet<ObjectId>,
    /// Names, folded; looked at only where no number is known.
    labels: BTreeSet<String>,
    /// Words, folded, of which an entry's text has one when it is about the value.
    words: Vec<String>,
    since: Since,
    address: &'a Address,
}

/// What to ask the audit log for: the kinds of entries and the time since when, for the drift that was
/// found. `None` where nothing was.
pub fn questions(drift: &[Drift]) -> Option<(Vec<&'static str>, Timestamp)> {
    let since = drift.iter().map(|drift| drift.since.at).min()?;
    let of = |what: DriftKind| {
        let mut drift = drift.iter();
        drift.any(|drift| drift.what == what && drift.address.container().is_none())
    };
    let mut actions = vec!["update"];
    actions.extend(of(DriftKind::Missing).then_some("destroy"));
    actions.extend(of(DriftKind::Added).then_some("create"));
    Some((actions, since))
}

/// Names who changed what, for the drift of a plan.
pub fn attribute(plan: &mut Plan, log: &[LogEntry]) {
    let deeds: Vec<Option<Deed>> = plan
        .drift
        .iter()
        .map(|drift| {
            let action = match (drift.what, drift.address.container()) {
                (DriftKind::Missing, None) => "destroy",
                (DriftKind::Added, None) => "create",
                (DriftKind::Changed, _) | (_, Some(_)) => "update",
            };
            let mut trace = trace(plan, &drift.address, drift.since);
            trace
                .words
                .extend(drift.path.as_deref().into_iter().flat_map(words));
            deed(&trace, Some(action), log)
        })
        .collect();
    for (drift, deed) in plan.drift.iter_mut().zip(deeds) {
        drift.by = deed;
    }
}

/// Who changed something that a saved plan relies on, or one value of it, since the plan read it.
pub(super) fn culprit(
    plan: &Plan,
    address: &Address,
    path: Option<&str>,
    log: &[LogEntry],
) -> Option<Deed> {
    let since = Since {
        at: plan.live_at,
        by: None,
    };
    let mut trace = trace(plan, address, since);
    trace.words.extend(path.into_iter().flat_map(words));
    deed(&trace, None, log)
}

fn trace<'a>(plan: &Plan, address: &'a Address, since: Since) -> Trace<'a> {
    let person = address.person();
    let subject = person.as_ref().unwrap_or(address);
    let change = plan
        .changes
        .iter()
        .find(|change| change.address == *subject);
    let id = change
        .and_then(|change| change.id)
        .or_else(|| plan.numbers.get(subject));
    let name = change.and_then(|change| {
        let name = change.fields.iter().find(|field| field.path == "name")?;
        if let Value::Text(text) = &name.after {
            Some(text.to_lowercase())
        } else {
            None
        }
    });
    let unmanaged = plan.undeclared.iter().find(|one| one.address == *subject);
    let unmanaged = unmanaged.and_then(|one| one.name.as_ref());
    let labels = [
        Some(subject.name().folded().to_owned()),
        name,
        unmanaged.map(|name| name.to_lowercase()),
    ];
    let container = address.container();
    Trace {
        ids: id.into_iter().collect(),
        labels: labels.into_iter().flatten().collect(),
        words: container
            .iter()
            .map(|container| container.name().folded().to_owned())
            .collect(),
        since,
        address,
    }
}

/// The words by which the log speaks of a field.
fn words(path: &str) -> Vec<String> {
    let own = path.rsplit('.').next().unwrap_or(path);
    let mut words = vec![own.replace('_', " "), own.to_owned()];
    if path == "suspended" {
        words.push("suspen".to_owned());
    }
    words
}

fn deed(trace: &Trace<'_>, action: Option<&str>, log: &[LogEntry]) -> Option<Deed> {
    let kind = match trace.address.kind() {
        Kind::User | Kind::GroupMembership | Kind::OrganizationMembership => "user",
        Kind::Role => "role",
        Kind::Group => "group",
        Kind::Organization => "organization",
    };
    let about = |entry: &&LogEntry| {
        let named = if trace.ids.is_empty() {
            // Numbers of what is gone are not known, and names are no proof: the kind has to agree.
            entry.source_type.contains(kind) && trace.labels.contains(&entry.label.to_lowercase())
        } else {
            trace.ids.contains(&entry.source)
        };
        let late = entry.at.as_second() >= trace.since.at.as_second();
        named && late && action.is_none_or(|action| action == entry.action)
    };
    // The log tells time to the second: what the apply itself did in its last one looks as late as what
    // came after, and counts only where nothing else is told.
    let by_the_apply = |entry: &&LogEntry| {
        let Since { at, by } = trace.since;
        by.is_some() && entry.actor_id == by && entry.at.as_second() == at.as_second()
    };
    let speaks = |entry: &&LogEntry| {
        let text = format!("{} {}", entry.label, entry.description).to_lowercase();
        trace.words.iter().any(|word| text.contains(word.as_str()))
    };
    let (own, others): (Vec<_>, Vec<_>) = log.iter().filter(about).partition(by_the_apply);
    let entry = [others, own].into_iter().find_map(|entries| {
        let speaking = entries.iter().copied().find(speaks);
        speaking.or_else(|| entries.first().copied())
    })?;
    Some(Deed {
        actor: entry.actor.clone(),
        at: entry.at,
        entry: entry.id,
        description: entry.description.clone(),
    })
}
