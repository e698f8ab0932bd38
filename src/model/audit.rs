//! The account's own record of who changed what.

use jiff::Timestamp;

use super::ObjectId;

/// One entry of the account's audit log (zendesk-api §14.3). All texts are the account's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The entry's number.
    pub id: ObjectId,
    /// What was done: `create`, `update`, `destroy`, or another word of the service.
    pub action: String,
    /// The number of who did it.
    pub actor_id: Option<ObjectId>,
    /// The full name of who did it.
    pub actor: String,
    /// The number of what was changed.
    pub source: ObjectId,
    /// The kind of thing, in the service's words, such as `user`.
    pub source_type: String,
    /// Its name at the time.
    pub label: String,
    /// What was changed, in the service's words; may be empty.
    pub description: String,
    /// When.
    pub at: Timestamp,
}
