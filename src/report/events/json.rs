//! Apply events for machines: `zdsync.events/1`. Fields may be added, never changed.

use std::io::{self, Write};

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use crate::apply::{Event, ItemFailure, Outcome, Status};
use crate::plan::{OperationId, Plan};
use crate::report::json::{self, Shown};

/// Writes an event as one line of JSON, `"format": "zdsync.events/1"`. That an operation was sent is
/// not written: its end is.
///
/// # Errors
///
/// Those of `out`.
pub fn json(plan: &Plan, event: &Event, out: &mut dyn Write) -> io::Result<()> {
    match line(plan, event) {
        Some(line) => json::line(&line, out),
        None => Ok(()),
    }
}

/// The JSON Schema of each line that [`json()`] writes.
pub fn schema() -> Schema {
    json::schema::<Line<'_>>()
}

/// The version of the format.
#[derive(Serialize, JsonSchema)]
enum Format {
    #[serde(rename = "zdsync.events/1")]
    Events1,
}

/// One step of an apply. Lines come in the order in which the steps happen.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[schemars(title = "zdsync apply event")]
enum Line<'e> {
    /// The apply begins. Always the first line.
    Started {
        format: Format,
        /// The plan's digest.
        digest: &'e str,
        /// How many operations there are.
        operations: usize,
        /// How many requests are expected, polls included.
        expected_requests: u64,
    },
    /// An operation ended.
    Operation {
        format: Format,
        /// The operation's name in the plan, such as `op-3`.
        id: String,
        /// How it ended.
        status: Status,
        /// The HTTP method.
        method: Option<&'e str>,
        /// The path; numbers that were not known when planning are written as the address in braces.
        path: Option<&'e str>,
        /// The changes it carries out, whole or in part.
        changes: Vec<Shown<'e>>,
        /// Why it failed or was skipped, for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'e str>,
        /// For a bulk operation, the items that failed or were not tried.
        failures: Vec<Failure<'e>>,
        /// The operation because of which it, or the first of its items, was skipped.
        #[serde(skip_serializing_if = "Option::is_none")]
        because: Option<String>,
        /// The service's request ids, in order.
        request_ids: &'e [String],
        /// Requests it took, polls included.
        requests: u64,
    },
    /// What was changed was read again, unless that was switched off or nothing is done.
    Verified {
        format: Format,
        /// How many changes were looked at.
        checked: usize,
        /// Requests that it took.
        requests: u64,
        /// What is not as it was to be, and how.
        unmet: Vec<Failure<'e>>,
    },
    /// What was changed could not be read again, so nobody knows whether it holds.
    NotVerified {
        format: Format,
        /// Why, for people.
        why: &'e str,
    },
    /// The apply ended. Always the last line.
    Finished {
        format: Format,
        /// Operations done.
        done: usize,
        /// Operations failed.
        failed: usize,
        /// Operations skipped.
        skipped: usize,
        /// Requests made, polls included.
        requests: u64,
    },
}

/// An item of a bulk operation that failed.
#[derive(Serialize, JsonSchema)]
pub(in crate::report) struct Failure<'e> {
    /// What it was about.
    address: Shown<'e>,
    /// Why it failed, for people.
    message: &'e str,
}

/// The items of a bulk operation that failed.
pub(in crate::report) fn failures(items: &[ItemFailure]) -> Vec<Failure<'_>> {
    items
        .iter()
        .map(|ItemFailure { address, message }| Failure {
            address: Shown(address),
            message,
        })
        .collect()
}

fn line<'e>(plan: &'e Plan, event: &'e Event) -> Option<Line<'e>> {
    let format = Format::Events1;
    match event {
        Event::Started {
            digest,
            operations,
            expected_requests,
        } => Some(Line::Started {
            format,
            digest,
            operations: *operations,
            expected_requests: *expected_requests,
        }),
        Event::Begun { id: _, title: _ } | Event::JobStarted { id: _, job: _ } => None,
        Event::Verified {
            checked,
            requests,
            unmet,
        } => Some(Line::Verified {
            format,
            checked: *checked,
            requests: *requests,
            unmet: failures(unmet),
        }),
        Event::NotVerified { why } => Some(Line::NotVerified { format, why }),
        Event::Operation(outcome) => Some(operation(plan, outcome)),
        Event::Finished {
            done,
            failed,
            skipped,
            requests,
        } => Some(Line::Finished {
            format,
            done: *done,
            failed: *failed,
            skipped: *skipped,
            requests: *requests,
        }),
    }
}

fn operation<'e>(plan: &'e Plan, outcome: &'e Outcome) -> Line<'e> {
    let Outcome {
        id,
        status,
        message,
        failures: items,
        because,
        request_ids,
        requests,
        numbers: _, // in the receipt
    } = outcome;
    let planned = find(plan, *id);
    Line::Operation {
        format: Format::Events1,
        id: id.to_string(),
        status: *status,
        method: planned.map(|operation| operation.route.method.as_str()),
        path: planned.map(|operation| operation.route.path.as_str()),
        changes: planned.map_or(Vec::new(), |operation| {
            operation.changes.iter().map(Shown).collect()
        }),
        message: message.as_deref(),
        failures: failures(items),
        because: because.as_ref().map(ToString::to_string),
        request_ids,
        requests: *requests,
    }
}

/// The operation of a plan that has this name; it stands at that place, but for plans made by hand.
pub(in crate::report) fn find(plan: &Plan, id: OperationId) -> Option<&crate::plan::Operation> {
    let place = usize::try_from(id.0).ok()?.checked_sub(1);
    place
        .and_then(|place| plan.operations.get(place))
        .filter(|operation| operation.id == id)
        .or_else(|| plan.operations.iter().find(|operation| operation.id == id))
}
