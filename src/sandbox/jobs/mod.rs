//! Background jobs: queued, worked on in request order, polled (zendesk-api §13).

mod items;
mod routes;
mod run;

pub(crate) use items::{Item, items_of_body, items_of_query, items_of_update};
pub(crate) use routes::{list, show, show_many};
pub(crate) use run::{poll, start, tick};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::records::Id;

/// What a job does to each of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Work {
    CreateUsers,
    UpsertUsers,
    UpdateUsers,
    DeleteUsers,
    CreateOrganizations,
    UpdateOrganizations,
    DeleteOrganizations,
    CreateGroupMemberships,
    DeleteGroupMemberships,
    CreateOrganizationMemberships,
    DeleteOrganizationMemberships,
}

/// The three things that can be done to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Create,
    Update,
    Delete,
}

impl Work {
    fn action(self) -> Action {
        match self {
            Self::CreateUsers
            | Self::UpsertUsers
            | Self::CreateOrganizations
            | Self::CreateGroupMemberships
            | Self::CreateOrganizationMemberships => Action::Create,
            Self::UpdateUsers | Self::UpdateOrganizations => Action::Update,
            Self::DeleteUsers
            | Self::DeleteOrganizations
            | Self::DeleteGroupMemberships
            | Self::DeleteOrganizationMemberships => Action::Delete,
        }
    }

    /// Returns the kind of record in the words of `job_type`, messages and error codes.
    fn noun(self) -> (&'static str, &'static str) {
        match self {
            Self::CreateUsers | Self::UpsertUsers | Self::UpdateUsers | Self::DeleteUsers => {
                ("User", "user")
            }
            Self::CreateOrganizations | Self::UpdateOrganizations | Self::DeleteOrganizations => {
                ("Organization", "organization")
            }
            Self::CreateGroupMemberships | Self::DeleteGroupMemberships => {
                ("GroupMembership", "group membership")
            }
            Self::CreateOrganizationMemberships | Self::DeleteOrganizationMemberships => {
                ("OrganizationMembership", "organization membership")
            }
        }
    }

    /// Returns `job_type`; removals go by the name of updates.
    fn job_type(self) -> String {
        let verb = if self.action() == Action::Create {
            "Create"
        } else {
            "Update"
        };
        format!("Bulk {verb} {}", self.noun().0)
    }

    /// Returns what a job says it is doing while it works.
    fn doing(self) -> (&'static str, &'static str) {
        let (upper, lower) = self.noun();
        match self.action() {
            Action::Create if upper == "User" => ("Creating", upper),
            Action::Create => ("Creating", lower),
            Action::Update => ("Updating", lower),
            Action::Delete => ("Deleting", upper),
        }
    }

    /// Returns the code word of an item that failed.
    fn failure(self) -> String {
        let verb = match self.action() {
            Action::Create => "Create",
            Action::Update => "Update",
            Action::Delete => "Delete",
        };
        format!("{}{verb}Failed", self.noun().0)
    }

    /// Returns the name of the job's class in the refusal of too many jobs.
    fn class(self) -> &'static str {
        match self {
            Self::CreateUsers | Self::UpsertUsers => "UserBulkCreateJob",
            Self::UpdateUsers | Self::DeleteUsers => "UserBulkUpdateJobV2",
            Self::CreateOrganizations => "OrganizationBulkCreateJob",
            Self::UpdateOrganizations | Self::DeleteOrganizations => "OrganizationBulkUpdateJobV2",
            Self::CreateGroupMemberships => "GroupMembershipBulkCreateJob",
            Self::DeleteGroupMemberships => "GroupMembershipBulkDeleteJob",
            Self::CreateOrganizationMemberships => "OrganizationMembershipBulkCreateJob",
            Self::DeleteOrganizationMemberships => "OrganizationMembershipBulkDeleteJob",
        }
    }
}

/// What a fault makes of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fate {
    #[default]
    Normal,
    /// Works on half of its items and never ends.
    Stuck,
    /// Completes, but every second item fails.
    HalfFailed,
    /// Does nothing and ends as failed.
    Failed,
}

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    Queued,
    Working,
    Completed,
    Failed,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Working => "working",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// One job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    id: Id,
    name: String,
    work: Work,
    items: Vec<Item>,
    actor: Id,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
    stage: Stage,
    done: usize,
    results: Vec<Outcome>,
    fate: Fate,
}

/// What became of one item.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Outcome {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    success: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<String>,
}
