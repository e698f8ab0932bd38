//! What an apply did, for the record: `zdsync.receipt/1`. Fields may be added, never changed.

use std::io::{self, Write};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

use crate::apply::{Event, Outcome, Status};
use crate::model::ObjectId;
use crate::plan::{Memory, Plan};

use super::events::{Failure, failures};
use super::inverse::{Inverse, inverses};
use super::json::{self, Shown};

/// An apply that has ended, or was interrupted.
#[derive(Clone, Copy, Debug)]
pub struct Receipt<'a> {
    /// The plan that was carried out.
    pub plan: &'a Plan,
    /// How its operations ended, in the order in which they did.
    pub outcomes: &'a [Outcome],
    /// When the apply began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The commit that the project folder was at, where it is in git.
    pub commit: Option<&'a str>,
    /// The pull or merge request that the apply ran for, where it did.
    pub pull_request: Option<&'a str>,
    /// What reading again found: an [`Event::Verified`], or an [`Event::NotVerified`] where that failed;
    /// `None` where it was not tried.
    pub verified: Option<&'a Event>,
    /// Requests made to carry the plan out, polls and repetitions included.
    pub requests: u64,
    /// What was declared and now is so; `None` where that is not known.
    pub declared: Option<&'a Memory>,
    /// Whether the program ended before it could tell how the apply did, as when it is killed.
    pub broken_off: bool,
}

/// Writes a receipt as one line of JSON, `"format": "zdsync.receipt/1"`.
///
/// # Errors
///
/// Those of `out`.
pub fn json(receipt: &Receipt<'_>, out: &mut dyn Write) -> io::Result<()> {
    json::line(&document(receipt), out)
}

/// The JSON Schema of what [`json()`] writes.
pub fn schema() -> Schema {
    json::schema::<Document<'_>>()
}

/// The version of the format.
#[derive(Serialize, JsonSchema)]
enum Format {
    #[serde(rename = "zdsync.receipt/1")]
    Receipt1,
}

/// What an apply did.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "zdsync receipt")]
struct Document<'a> {
    format: Format,
    /// The account's fingerprint.
    account: &'a str,
    /// The account's base URL.
    url: &'a str,
    /// The address of the user whose credential was used, where known.
    caller: Option<Shown<'a>>,
    /// That user's number.
    caller_id: Option<ObjectId>,
    /// The plan's digest.
    digest: &'a str,
    /// The commit that the project folder was at, where it is in git.
    commit: Option<&'a str>,
    /// The pull or merge request that the apply ran for, where it did.
    pull_request: Option<&'a str>,
    /// When the plan was made.
    planned_at: Timestamp,
    /// When the apply began.
    started_at: Timestamp,
    /// When it ended.
    finished_at: Timestamp,
    /// Whether the program ended before it could tell how the apply did: then failed operations are those
    /// of which nobody knows what became.
    broken_off: bool,
    /// Operations done.
    done: usize,
    /// Operations failed.
    failed: usize,
    /// Operations skipped.
    skipped: usize,
    /// Requests made, polls included.
    requests: u64,
    /// Requests that the plan expected, polls included.
    expected_requests: u64,
    /// Seconds from beginning to end.
    seconds: u64,
    /// Seconds that the plan expected.
    expected_seconds: u64,
    /// What reading again found; null where that was not done.
    verified: Option<Verified<'a>>,
    /// Why what was changed could not be read again; null where it was, or was not to be.
    not_verified: Option<&'a str>,
    /// How the operations ended, in the order in which they did.
    operations: Vec<Ended<'a>>,
    /// The way back from every change of which at least a part was tried, in address order.
    inverse: Vec<Inverse<'a>>,
    /// What was declared and now is so, by which a later plan tells what was changed in the account since;
    /// null where that is not known.
    declared: Option<&'a Memory>,
}

/// What reading again found.
#[derive(Serialize, JsonSchema)]
struct Verified<'a> {
    /// How many changes were looked at.
    checked: usize,
    /// Requests that it took, which count among no others.
    requests: u64,
    /// What is not as it was to be, and how.
    unmet: Vec<Failure<'a>>,
}

/// How an operation ended.
#[derive(Serialize, JsonSchema)]
struct Ended<'a> {
    /// The operation's name in the plan, such as `op-3`.
    id: String,
    /// How it ended.
    status: Status,
    /// The changes it carries out, whole or in part.
    changes: Vec<Shown<'a>>,
    /// Why it failed or was skipped, for people.
    message: Option<&'a str>,
    /// For a bulk operation, the items that failed or were not tried.
    failures: Vec<Failure<'a>>,
    /// The operation because of which it, or the first of its items, was skipped.
    because: Option<String>,
    /// The service's request ids, in order.
    request_ids: &'a [String],
    /// Requests that carried it out. Polls, which operations share, are in the sum only.
    requests: u64,
    /// The numbers of the objects it made or looked up.
    numbers: Vec<Number<'a>>,
}

/// The number of an object.
#[derive(Serialize, JsonSchema)]
struct Number<'a> {
    /// The object.
    address: Shown<'a>,
    /// Its number.
    id: u64,
}

fn document<'a>(receipt: &Receipt<'a>) -> Document<'a> {
    let Receipt {
        plan,
        outcomes,
        started_at,
        finished_at,
        commit,
        pull_request,
        verified,
        requests,
        declared,
        broken_off,
    } = *receipt;
    let count = |status| {
        outcomes
            .iter()
            .filter(|outcome| outcome.status == status)
            .count()
    };
    Document {
        format: Format::Receipt1,
        account: &plan.account.fingerprint,
        url: &plan.account.url,
        caller: plan.caller.as_ref().map(|caller| Shown(&caller.address)),
        caller_id: plan.caller.as_ref().map(|caller| caller.id),
        digest: &plan.digest,
        commit,
        pull_request,
        planned_at: plan.created_at,
        started_at,
        finished_at,
        broken_off,
        done: count(Status::Done),
        failed: count(Status::Failed),
        skipped: count(Status::Skipped),
        requests,
        expected_requests: plan.estimate.writes + plan.estimate.polls,
        seconds: u64::try_from(finished_at.duration_since(started_at).as_secs()).unwrap_or(0),
        expected_seconds: plan.estimate.seconds,
        verified: verified.and_then(found),
        not_verified: verified.and_then(not_found),
        operations: outcomes
            .iter()
            .map(|outcome| ended(plan, outcome))
            .collect(),
        inverse: inverses(plan, outcomes),
        declared,
    }
}

fn found(event: &Event) -> Option<Verified<'_>> {
    if let Event::Verified {
        checked,
        requests,
        unmet,
    } = event
    {
        Some(Verified {
            checked: *checked,
            requests: *requests,
            unmet: failures(unmet),
        })
    } else {
        None
    }
}

fn not_found(event: &Event) -> Option<&str> {
    if let Event::NotVerified { why } = event {
        Some(why)
    } else {
        None
    }
}

fn ended<'a>(plan: &'a Plan, outcome: &'a Outcome) -> Ended<'a> {
    let Outcome {
        id,
        status,
        message,
        failures: items,
        because,
        request_ids,
        requests,
        numbers,
    } = outcome;
    let planned = super::events::find(plan, *id);
    Ended {
        id: id.to_string(),
        status: *status,
        changes: planned.map_or(Vec::new(), |operation| {
            operation.changes.iter().map(Shown).collect()
        }),
        message: message.as_deref(),
        failures: failures(items),
        because: because.as_ref().map(ToString::to_string),
        request_ids,
        requests: *requests,
        numbers: numbers
            .iter()
            .map(|(address, id)| Number {
                address: Shown(address),
                id: id.to_wire(),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Receipt, json, schema};
    use crate::apply::{Event, Outcome, Status};
    use crate::plan::OperationId;
    use crate::report::samples::{self, everything};

    #[test]
    fn a_receipt_says_what_was_done_for_whom_and_by_whom() {
        let plan = everything::everything();
        let outcomes = [Outcome {
            id: OperationId(1),
            status: Status::Done,
            message: None,
            failures: Vec::new(),
            because: None,
            request_ids: vec!["req-1".to_owned()],
            requests: 1,
            numbers: Vec::new(),
        }];
        let verified = Event::Verified {
            checked: 1,
            requests: 2,
            unmet: Vec::new(),
        };
        let receipt = Receipt {
            plan: &plan,
            outcomes: &outcomes,
            started_at: samples::time("2026-11-21T14:05:00Z"),
            finished_at: samples::time("2026-11-21T14:05:04Z"),
            commit: Some("0123abc"),
            pull_request: Some("7"),
            verified: Some(&verified),
            requests: 3,
            declared: None,
            broken_off: false,
        };
        let mut out = Vec::new();
        json(&receipt, &mut out).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let validator =
            jsonschema::validator_for(&serde_json::to_value(schema()).unwrap()).unwrap();
        assert!(validator.is_valid(&value), "{value}");
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
        {"format":"zdsync.receipt/1","account":"acme-40265381","url":"https://acme.zendesk.com","caller":"user/owner@example.com","caller_id":7,"digest":"3f9c17aa0b2d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789ab","commit":"0123abc","pull_request":"7","planned_at":"2026-11-21T14:02:13Z","started_at":"2026-11-21T14:05:00Z","finished_at":"2026-11-21T14:05:04Z","broken_off":false,"done":1,"failed":0,"skipped":0,"requests":3,"expected_requests":7,"seconds":4,"expected_seconds":4,"verified":{"checked":1,"requests":2,"unmet":[]},"not_verified":null,"operations":[{"id":"op-1","status":"done","changes":["group/Escalations"],"message":null,"failures":[],"because":null,"request_ids":["req-1"],"requests":1,"numbers":[]}],"inverse":[{"address":"group/Escalations","was":null,"action":"delete","fields":[],"partial":false,"cannot_be_undone":[]}],"declared":null}
        "#);
    }
}
