//! What an apply tells about itself while it runs.

use serde::{Deserialize, Serialize};

use crate::api::JobId;
use crate::model::{Address, ObjectId};
use crate::plan::OperationId;

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything it covers is done.
    Done,
    /// It, or some item of it, failed.
    Failed,
    /// It, or some item of it, was not tried, because of what it needs or an interrupt.
    Skipped,
}

/// One item of a bulk operation that failed or was not tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemFailure {
    /// What it was about.
    pub address: Address,
    /// Why it failed, for people.
    pub message: String,
}

/// How one operation ended, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The operation.
    pub id: OperationId,
    /// How it ended.
    pub status: Status,
    /// Why it failed or was skipped, for people.
    pub message: Option<String>,
    /// For a bulk operation, the items that failed or were not tried; where none is named, all.
    pub failures: Vec<ItemFailure>,
    /// The operation because of which it, or the first of its items, was skipped.
    pub because: Option<OperationId>,
    /// The service's request ids, in order.
    pub request_ids: Vec<String>,
    /// Requests that carried it out. Polls, which operations share, count at the end only.
    pub requests: u64,
    /// The numbers of the objects it made or looked up.
    pub numbers: Vec<(Address, ObjectId)>,
}

impl Outcome {
    /// The end of an operation of which no answer is known.
    pub const fn unanswered(id: OperationId, status: Status, message: Option<String>) -> Self {
        Self {
            id,
            status,
            message,
            failures: Vec::new(),
            because: None,
            request_ids: Vec::new(),
            requests: 0,
            numbers: Vec::new(),
        }
    }
}

/// One step of an apply, in the order in which they happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The apply begins.
    Started {
        /// The plan's digest.
        digest: String,
        /// How many operations there are.
        operations: usize,
        /// How many requests are expected, polls included.
        expected_requests: u64,
    },
    /// An operation is about to be sent.
    Begun {
        /// The operation.
        id: OperationId,
        /// What it does, for people.
        title: String,
    },
    /// The service carries an operation out as a background job.
    JobStarted {
        /// The operation.
        id: OperationId,
        /// The job.
        job: JobId,
    },
    /// An operation ended.
    Operation(Outcome),
    /// What was changed was read again. Whoever runs the apply tells this, before its end.
    Verified {
        /// How many changes were looked at.
        checked: usize,
        /// Requests that it took.
        requests: u64,
        /// What is not as it was to be, and how.
        unmet: Vec<ItemFailure>,
    },
    /// What was changed could not be read again, so nobody knows whether it holds.
    NotVerified {
        /// Why, for people.
        why: String,
    },
    /// The apply ended.
    Finished {
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
