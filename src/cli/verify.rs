//! Reading again what an apply changed.

use std::collections::BTreeSet;

use crate::api::Client;
use crate::apply::{Event, ItemFailure, Outcome, Status};
use crate::live;
use crate::model::{Address, Book};
use crate::plan::{self, OperationId, Plan, Unmet};

use super::failure::Failure;

/// Reads what was changed and holds it against the plan; `None` where nothing was changed.
///
/// What failed or was skipped, in whole or in part, is not looked at: its outcome says so.
pub(super) async fn verify(
    plan: &Plan,
    outcomes: &[Outcome],
    client: &Client,
) -> Result<Option<Event>, Failure> {
    let carried_out = carried_out(plan, outcomes);
    if carried_out.is_empty() {
        return Ok(None);
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
    let snapshot = live::read(&client.reader(), &needs)
        .await
        .map_err(|error| Failure::account(client, error))?;
    let unmet = plan::unmet(plan, &carried_out, &numbers, &snapshot);
    Ok(Some(Event::Verified {
        checked: carried_out.len(),
        requests: client.requests() - before,
        unmet: unmet
            .into_iter()
            .map(|Unmet { address, message }| ItemFailure { address, message })
            .collect(),
    }))
}

/// The changes of which every operation is done.
fn carried_out(plan: &Plan, outcomes: &[Outcome]) -> BTreeSet<Address> {
    let done: BTreeSet<OperationId> = outcomes
        .iter()
        .filter(|outcome| outcome.status == Status::Done)
        .map(|outcome| outcome.id)
        .collect();
    let covered = |wanted: bool| {
        let operations = plan.operations.iter();
        operations
            .filter(move |operation| done.contains(&operation.id) == wanted)
            .flat_map(|operation| &operation.changes)
            .cloned()
            .collect::<BTreeSet<Address>>()
    };
    let open = covered.clone()(false);
    covered(true).difference(&open).cloned().collect()
}
