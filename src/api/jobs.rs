//! Background jobs (zendesk-api §13).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::failure::{details_of, tidy};
use super::numbers::Numbers;
use super::paging::{Listed, Page};
use super::{Call, Class, Error};
use crate::model::{Item, ObjectId};

/// Names a background job.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(String);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It waits or works.
    Running,
    /// It is over; every item has an outcome of its own.
    Completed,
    /// It is over, and nothing of it may have run.
    Failed,
}

/// A job as the service reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStatus {
    /// The job.
    pub id: JobId,
    /// How far it is.
    pub state: JobState,
    /// How many items it has, where the service says so.
    pub total: Option<u64>,
    /// How many of them it has worked through.
    pub progress: Option<u64>,
    /// What the service says, for people.
    pub message: Option<String>,
    /// What came of the items, as far as it is told. Their order proves nothing.
    pub results: Vec<JobResult>,
}

/// What came of one item of a job. Everything is optional on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobResult {
    /// Whether it worked.
    pub succeeded: bool,
    /// The object; never there for an item that failed, whose number may be false.
    pub id: Option<ObjectId>,
    /// The number as given, whatever came of the item. It is right for what existed before the job.
    pub claimed_id: Option<ObjectId>,
    /// The item's place in the request, where the service says so.
    pub index: Option<usize>,
    /// The object's external id, where the service says so.
    pub external_id: Option<String>,
    /// The object's address, where the service says so.
    pub email: Option<String>,
    /// The service's code word for the failure.
    pub error: Option<String>,
    /// Why it failed, for people.
    pub details: String,
}

impl JobResult {
    /// Says whether it failed because the object does not exist.
    pub fn is_not_found(&self) -> bool {
        !self.succeeded
            && (self.error.as_deref() == Some("RecordNotFound") || self.details == "Not found")
    }

    /// Says whether it failed because a value that must be unique is taken already.
    pub fn is_duplicate(&self) -> bool {
        !self.succeeded
            && (self.error.as_deref() == Some("DuplicateValue") || self.details.contains("already"))
    }

    /// Says whether it failed because no paid seat is left.
    pub fn is_seat_limit(&self) -> bool {
        !self.succeeded
            && (self.error.as_deref() == Some("MaxAgentExceeded")
                || self.details.contains("MaxAgentExceeded"))
    }
}

#[derive(Deserialize)]
pub(super) struct JobReply {
    pub(super) job_status: JobWire,
}

#[derive(Deserialize)]
pub(super) struct JobsReply {
    pub(super) job_statuses: Vec<JobWire>,
}

#[derive(Deserialize)]
pub(super) struct JobWire {
    pub(super) id: JobId,
    total: Option<u64>,
    progress: Option<u64>,
    status: Option<String>,
    message: Option<String>,
    results: Option<Json>,
}

impl From<JobWire> for JobStatus {
    fn from(wire: JobWire) -> Self {
        let JobWire {
            id,
            total,
            progress,
            status,
            message,
            results,
        } = wire;
        let state = match status.as_deref() {
            Some("completed") => JobState::Completed,
            Some("failed" | "killed") => JobState::Failed,
            Some(_) | None => JobState::Running,
        };
        Self {
            id,
            state,
            total,
            progress,
            message: message.map(|text| tidy(&text)),
            results: match results {
                Some(Json::Array(items)) => items.iter().map(result).collect(),
                // A job over one object answers with one result instead of a list (recorded).
                Some(one @ Json::Object(_)) => vec![result(&one)],
                Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) | None => {
                    Vec::new()
                }
            },
        }
    }
}

/// Failed is what has an error, says that it did not succeed, or has an unknown status
/// (zendesk-api §13, rule 1; §21.1).
fn result(item: &Json) -> JobResult {
    let text = |key: &str| {
        item.get(key)
            .and_then(Json::as_str)
            .filter(|text| !text.is_empty())
            .map(tidy)
    };
    let error = text("error");
    let odd_status =
        text("status").is_some_and(|status| !matches!(&*status, "Created" | "Updated" | "Deleted"));
    let success = item.get("success").and_then(Json::as_bool);
    let has_error = item.get("error").is_some_and(|error| !error.is_null());
    let succeeded = !has_error && success != Some(false) && !odd_status;
    let claimed_id = item
        .get("id")
        .and_then(Json::as_u64)
        .map(ObjectId::from_wire);
    let complaints: Vec<String> = details_of(item.get("details"))
        .into_iter()
        .map(|detail| detail.text)
        .collect();
    JobResult {
        succeeded,
        id: claimed_id.filter(|_| succeeded),
        claimed_id,
        index: item
            .get("index")
            .and_then(Json::as_u64)
            .and_then(|index| usize::try_from(index).ok()),
        external_id: text("external_id"),
        email: text("email"),
        details: if complaints.is_empty() {
            error.clone().unwrap_or_default()
        } else {
            complaints.join("; ")
        },
        error,
    }
}

impl Listed for JobWire {
    const KEYS: &'static [&'static str] = &["job_statuses"];
}

/// Every job that the account still knows, the newest first.
pub(super) fn list() -> Call<Page<JobWire>> {
    Call::get("/api/v2/job_statuses")
}

/// At most 100 jobs.
pub(super) fn show_many(jobs: &[JobId]) -> Call<JobsReply> {
    let ids: Vec<&str> = jobs.iter().map(|job| &*job.0).collect();
    Call::get("/api/v2/job_statuses/show_many").query("ids", ids.join(","))
}

/// Deletes objects of one kind by number.
pub(super) fn destroy_many(
    path: &str,
    items: &[Item],
    numbers: Numbers<'_>,
) -> Result<Call<JobReply>, Error> {
    let ids = items
        .iter()
        .map(|item| numbers.item_segment(item))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Call::delete(path)
        .query("ids", ids.join(","))
        .class(Class::Job))
}
