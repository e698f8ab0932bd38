//! Who changed what, as far as the account keeps a record.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::api::{Error, Reader};
use crate::model::LogEntry;

/// Pages that are read of one action's entries, at most: of a busy account the newest are enough.
const MOST_PAGES: usize = 5;

/// What was read of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditLog {
    /// The entries, the newest first.
    pub entries: Vec<LogEntry>,
    /// Whether the account has the log and lets the caller read it.
    pub available: bool,
    /// Whether every entry of the time asked for was read.
    pub complete: bool,
    /// Requests that it took.
    pub requests: u64,
}

/// Reads the entries of some actions (`create`, `update`, `destroy`) between two times, both included.
///
/// Costs one request for every 100 entries of each action, at most five for each; one where there is no
/// log. The log is asked again from the oldest entry read so far: that needs no cursor, and ends.
///
/// # Errors
/// Those of the way to the account; a log that is not there is none.
pub async fn audit_log(
    reader: &Reader,
    actions: &[&str],
    from: Timestamp,
    to: Timestamp,
) -> Result<AuditLog, Error> {
    let mut log = AuditLog {
        available: true,
        complete: true,
        ..AuditLog::default()
    };
    let mut known = BTreeSet::new();
    for action in actions {
        let mut until = to;
        let mut left = MOST_PAGES;
        loop {
            let page = reader.audit_log(action, from, until).await?;
            log.requests += 1;
            left -= 1;
            let Some(page) = page else {
                log.available = false;
                log.complete = false;
                return Ok(log);
            };
            let more = page.has_more();
            let before = known.len();
            for entry in page.items {
                until = until.min(entry.at);
                if known.insert(entry.id) {
                    log.entries.push(entry);
                }
            }
            if !more {
                break;
            }
            if left == 0 || known.len() == before {
                log.complete = false;
                break;
            }
        }
    }
    log.entries
        .sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
    Ok(log)
}
