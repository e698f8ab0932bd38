//! The way back: for each change that was carried out, what would take it back and what nothing can.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::apply::{Outcome, Status};
use crate::model::{Address, FieldChange, Natural};
use crate::plan::{Action, Change, OperationId, Plan, Reason};

use super::json::Shown;

/// What would take one change back.
#[derive(Serialize, JsonSchema)]
pub(super) struct Inverse<'a> {
    /// The address as it is after the change.
    address: Shown<'a>,
    /// The address to give back, where the change gave another one.
    was: Option<Shown<'a>>,
    /// What would be done.
    action: Action,
    /// The values to restore.
    fields: Vec<Restored<'a>>,
    /// Whether only a part of the change is known to be carried out.
    partial: bool,
    /// What cannot be undone; empty where the way back restores everything.
    cannot_be_undone: Vec<&'a str>,
}

/// A value to restore.
#[derive(Serialize, JsonSchema)]
struct Restored<'a> {
    /// The field, by the manifest's key.
    path: &'a str,
    /// The value it had.
    to: Natural<'a>,
}

/// The way back from every change of which at least a part was tried, in address order.
pub(super) fn inverses<'a>(plan: &'a Plan, outcomes: &[Outcome]) -> Vec<Inverse<'a>> {
    let ended: BTreeMap<OperationId, &Outcome> = outcomes
        .iter()
        .map(|outcome| (outcome.id, outcome))
        .collect();
    let mut tried: BTreeSet<&Address> = BTreeSet::new();
    let mut open: BTreeSet<&Address> = BTreeSet::new();
    for operation in &plan.operations {
        let outcome = ended.get(&operation.id).copied();
        if outcome.is_some_and(was_tried) {
            tried.extend(&operation.changes);
        }
        if outcome.is_none_or(|outcome| outcome.status != Status::Done) {
            open.extend(&operation.changes);
        }
    }
    plan.changes
        .iter()
        .filter(|change| tried.contains(&change.address))
        .map(|change| inverse(change, open.contains(&change.address)))
        .collect()
}

/// Whether at least a part was sent. Of a skipped operation that is so where it names the items it left out.
fn was_tried(outcome: &Outcome) -> bool {
    match outcome.status {
        Status::Done | Status::Failed => true,
        Status::Skipped => !outcome.failures.is_empty(),
    }
}

fn inverse(change: &Change, partial: bool) -> Inverse<'_> {
    let fields = if change.action == Action::Create {
        Vec::new()
    } else {
        change.fields.iter().map(restored).collect()
    };
    let mut lost: Vec<&str> = change
        .consequences
        .iter()
        .filter(|consequence| is_final(consequence.reason))
        .map(|consequence| consequence.text.as_str())
        .collect();
    if change.action == Action::Delete && change.address.container().is_none() && lost.is_empty() {
        lost.push("what is made again is another object, without what referred to the old one");
    }
    Inverse {
        address: Shown(&change.address),
        was: change.was.as_ref().map(Shown),
        action: match change.action {
            Action::Create => Action::Delete,
            Action::Delete => Action::Create,
            Action::Suspend | Action::Offboard => Action::Reactivate,
            Action::Reactivate => Action::Suspend,
            Action::Update => Action::Update,
            Action::Rename => Action::Rename,
        },
        fields,
        partial,
        cannot_be_undone: lost,
    }
}

fn restored(field: &FieldChange) -> Restored<'_> {
    Restored {
        path: &field.path,
        to: Natural(&field.before),
    }
}

/// Says whether a consequence stays when the change is taken back.
const fn is_final(reason: Reason) -> bool {
    match reason {
        Reason::WorkingTicketsUnassigned
        | Reason::MailSent
        | Reason::CannotBeUndone
        | Reason::PrivateForever => true,
        Reason::SeatTaken
        | Reason::SeatFreed
        | Reason::MembershipsDropped
        | Reason::DefaultGroupMoved
        | Reason::FiltersBreak
        | Reason::ReachesAgents
        | Reason::DomainMappingChanges
        | Reason::SeatKept => false,
    }
}
