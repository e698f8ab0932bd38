//! Reading again what an apply changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::Client;
use crate::apply::{Event, ItemFailure, Outcome, Status};
use crate::live;
use crate::model::{Address, Book};
use crate::plan::{self, OperationId, Plan, Unmet};

/// Reads what was changed and holds it against the plan; `None` where nothing was changed.
///
/// What failed or was skipped is not looked at: its outcome says so.
pub(super) async fn verify(plan: &Plan, outcomes: &[Outcome], client: &Client) -> Option<Event> {
    let carried_out = carried_out(plan, outcomes);
    if carried_out.is_empty() {
        return None;
    }
    let mut numbers: Book = plan.numbers.clone();
    for change in &plan.changes {
        if let Some(id) = change.id {
            numbers.insert(change.address.clone(), id);
        }
    }
    for (address, id) in outcomes.iter().flat_map(|outcome| &outcome.numbers) {
        numbers.insert(address.clone(), *id);
    }
    let before = client.requests();
    let needs = live::Needs::touched(&carried_out, &numbers);
    let snapshot = match live::read(&client.reader(), &needs).await {
        Ok(snapshot) => snapshot,
        Err(error) => {
            let why = match error.hint() {
                Some(hint) => format!("{error}; {hint}"),
                None => error.to_string(),
            };
            return Some(Event::NotVerified { why });
        }
    };
    let unmet = plan::unmet(plan, &carried_out, &numbers, &snapshot);
    Some(Event::Verified {
        checked: carried_out.len(),
        requests: client.requests() - before,
        unmet: unmet
            .into_iter()
            .map(|Unmet { address, message }| ItemFailure { address, message })
            .collect(),
    })
}

/// The changes of which every operation is done, at least as far as it is about them.
pub(super) fn carried_out(plan: &Plan, outcomes: &[Outcome]) -> BTreeSet<Address> {
    let ended: BTreeMap<OperationId, &Outcome> = outcomes
        .iter()
        .map(|outcome| (outcome.id, outcome))
        .collect();
    let mut done: BTreeSet<&Address> = BTreeSet::new();
    let mut open: BTreeSet<&Address> = BTreeSet::new();
    for operation in &plan.operations {
        let outcome = ended.get(&operation.id).copied();
        for change in &operation.changes {
            if outcome.is_some_and(|outcome| is_done(outcome, change)) {
                done.insert(change);
            } else {
                open.insert(change);
            }
        }
    }
    done.difference(&open).copied().cloned().collect()
}

/// Whether an operation did what it does for this change. Where it names items that are not done, that is so
/// unless one of them, or the person it is about, is the change's.
fn is_done(outcome: &Outcome, change: &Address) -> bool {
    let concerns = |failure: &ItemFailure| {
        let person = failure.address.person();
        failure.address == *change || (person.is_some() && person == change.person())
    };
    match outcome.status {
        Status::Done => true,
        Status::Failed | Status::Skipped => {
            !outcome.failures.is_empty() && !outcome.failures.iter().any(concerns)
        }
    }
}
