//! The count endpoints (zendesk-api §3.4).

use serde::Serialize;

use super::call::Call;
use super::reply::Reply;

#[derive(Serialize)]
struct Count {
    value: usize,
    refreshed_at: jiff::Timestamp,
}

/// Answers a count, fresh as of now.
pub(crate) fn answer(call: &Call<'_>, value: usize) -> Reply {
    Reply::one(
        200,
        "count",
        &Count {
            value,
            refreshed_at: call.desk.now,
        },
    )
}
