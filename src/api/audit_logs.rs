//! The account's audit log (zendesk-api §14.3).

use std::fmt::Display;

use jiff::Timestamp;
use serde::Deserialize;

use super::paging::{Listed, Page};
use super::{Call, Error, Listing, Reader};
use crate::model::{LogEntry, ObjectId};

/// An entry as it comes. Keys that a kind of entry may lack have a default.
#[derive(Deserialize)]
struct EntryWire {
    id: u64,
    action: Option<String>,
    actor_id: Option<u64>,
    actor_name: Option<String>,
    source_id: Option<u64>,
    source_type: Option<String>,
    source_label: Option<String>,
    change_description: Option<String>,
    created_at: Timestamp,
}

impl Listed for EntryWire {
    const KEYS: &'static [&'static str] = &["audit_logs"];
}

impl From<EntryWire> for LogEntry {
    fn from(wire: EntryWire) -> Self {
        let EntryWire {
            id,
            action,
            actor_id,
            actor_name,
            source_id,
            source_type,
            source_label,
            change_description,
            created_at,
        } = wire;
        Self {
            id: ObjectId::from_wire(id),
            action: action.unwrap_or_default(),
            actor_id: actor_id.map(ObjectId::from_wire),
            actor: actor_name.unwrap_or_default(),
            source: ObjectId::from_wire(source_id.unwrap_or_default()),
            source_type: source_type.unwrap_or_default(),
            label: source_label.unwrap_or_default(),
            description: change_description.unwrap_or_default(),
            at: created_at,
        }
    }
}

/// Entries of one action between two times, both included, the newest first.
fn list(action: &str, from: &dyn Display, to: &dyn Display) -> Call<Page<EntryWire>> {
    Call::get("/api/v2/audit_logs")
        .query("filter[action]", action)
        .query("filter[created_at]", from)
        .query("filter[created_at]", to)
        .query("sort", "-created_at")
}

impl Reader {
    /// The newest 100 entries of one action (`create`, `update`, `destroy`) between two times, both
    /// included, to the second; `None` where the account or the caller has no audit log: it is part of
    /// larger plans and open to administrators only. Costs one request.
    pub async fn audit_log(
        &self,
        action: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Option<Listing<LogEntry>>, Error> {
        let second = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let call = list(action, &second(from), &second(to));
        match self.client().first_page(call).await {
            Ok(listing) => Ok(Some(listing.map(LogEntry::from))),
            Err(error) if error.is_forbidden() || error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
