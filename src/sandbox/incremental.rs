//! Incremental exports of users and organizations (zendesk-api §3.5).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::call::{Call, Outcome};
use super::errors::Refusal;
use super::limits::Limit;
use super::paging;
use super::records::Id;
use super::reply::{Document, Reply};
use super::{organizations, sideloads, text, users};

/// A row of an export: the second of its last change, and its id.
type Row = (i64, Id);

fn take(call: &mut Call<'_>, header: &'static str, limit: Limit) -> Result<(), Refusal> {
    call.take(Some(header), header, limit)
        .map_err(|seconds| Refusal::EndpointLimit { seconds })
}

/// The last minute is never exported.
fn horizon(call: &Call<'_>) -> i64 {
    call.desk.now.as_second() - 60
}

fn start_time(call: &Call<'_>) -> Result<i64, Refusal> {
    let text = call.request.param("start_time").unwrap_or_default();
    let start: i64 = text.parse().map_err(|_| Refusal::InvalidAttribute {
        attribute: "start_time".to_owned(),
        problem: "Invalid parameter: start_time must be an integer".to_owned(),
    })?;
    if start > horizon(call) {
        Err(Refusal::TooRecent)
    } else {
        Ok(start)
    }
}

fn length(call: &Call<'_>) -> usize {
    let text = call.request.param("per_page").unwrap_or_default();
    text.parse().unwrap_or(1000).clamp(1, 1000)
}

fn write_users(document: &mut Document, call: &Call<'_>, rows: &[Row]) {
    let state = &*call.desk.state;
    let users = rows.iter().filter_map(|(_, id)| state.users.get(id));
    let origin = &call.request.origin;
    document.list(
        "users",
        users.map(|user| users::view(state, user, origin).exported(user.permanently_deleted)),
    );
    let ids: Vec<Id> = rows.iter().map(|(_, id)| *id).collect();
    sideloads::of_users(document, call, &ids);
}

fn encode((second, id): Row) -> String {
    STANDARD.encode(format!("{second}.0||{id}|"))
}

fn decode(cursor: &str) -> Option<Row> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    let (second, rest) = text.split_once(".0||")?;
    Some((second.parse().ok()?, rest.strip_suffix('|')?.parse().ok()?))
}

/// `GET incremental/users/cursor`
pub(crate) fn users_by_cursor(call: &mut Call<'_>) -> Outcome {
    take(
        call,
        "zendesk-ratelimit-incremental-exports-cursor",
        Limit::per_minute(20),
    )?;
    let index = &call.desk.state.index.user_updates;
    let after: Row = match call.request.param("cursor") {
        Some(cursor) => decode(cursor).ok_or(Refusal::InvalidCursor)?,
        None => (start_time(call)?.saturating_sub(1), Id::MAX),
    };
    let bounds = (
        std::ops::Bound::Excluded(after),
        std::ops::Bound::Included((horizon(call), Id::MAX)),
    );
    let size = length(call);
    let mut rows: Vec<Row> = if after < (horizon(call), Id::MAX) {
        index.range(bounds).take(size + 1).copied().collect()
    } else {
        Vec::new()
    };
    let end_of_stream = rows.len() <= size;
    rows.truncate(size);
    let after_cursor = rows.last().map(|row| encode(*row));
    let after_url = after_cursor.as_ref().map(|cursor| {
        let pairs = [
            ("cursor".to_owned(), cursor.clone()),
            ("per_page".to_owned(), size.to_string()),
        ];
        paging::link(call.request, &pairs)
    });
    let mut document = Document::new();
    write_users(&mut document, call, &rows);
    document.field("after_url", &after_url);
    document.field("before_url", &());
    document.field("after_cursor", &after_cursor);
    document.field("before_cursor", &());
    document.field("end_of_stream", &end_of_stream);
    Ok(Reply::document(200, document))
}

/// A page of a time-based export: whole seconds only, so it may be longer than asked.
struct Slice {
    rows: Vec<Row>,
    end_time: i64,
    end_of_stream: bool,
}

fn slice(index: &BTreeSet<Row>, start: i64, horizon: i64, size: usize) -> Slice {
    let mut all = index
        .range((start, 0)..)
        .take_while(|row| row.0 <= horizon)
        .peekable();
    let mut rows: Vec<Row> = Vec::new();
    while let Some(row) = all.peek() {
        if rows.len() >= size && rows.last().is_some_and(|last| last.0 != row.0) {
            break;
        }
        rows.extend(all.next());
    }
    let end_of_stream = all.peek().is_none();
    let last = rows.last().map_or(start, |row| row.0);
    Slice {
        rows,
        end_time: if end_of_stream { last } else { last + 1 },
        end_of_stream,
    }
}

/// The link of a time-based export always carries `.json`.
fn next_page(call: &Call<'_>, end_time: i64, size: usize) -> String {
    let mut request = call.request.clone();
    if !text::is_suffixed(&request.path) {
        request.path.push_str(".json");
    }
    let pairs = [
        ("per_page".to_owned(), size.to_string()),
        ("start_time".to_owned(), end_time.to_string()),
    ];
    paging::link(&request, &pairs)
}

fn finish(call: &Call<'_>, mut document: Document, slice: &Slice) -> Reply {
    document.field("next_page", &next_page(call, slice.end_time, length(call)));
    document.field("count", &slice.rows.len());
    document.field("end_of_stream", &slice.end_of_stream);
    document.field("end_time", &slice.end_time);
    Reply::document(200, document)
}

/// `GET incremental/users`
pub(crate) fn users_by_time(call: &mut Call<'_>) -> Outcome {
    take(
        call,
        "zendesk-ratelimit-incremental-exports",
        Limit::per_minute(10),
    )?;
    let start = start_time(call)?;
    let index = &call.desk.state.index.user_updates;
    let slice = slice(index, start, horizon(call), length(call));
    let mut document = Document::new();
    write_users(&mut document, call, &slice.rows);
    Ok(finish(call, document, &slice))
}

/// `GET incremental/users/sample`; fifty rows to try the form with
pub(crate) fn users_sample(call: &mut Call<'_>) -> Outcome {
    let limit = Limit {
        total: 10,
        seconds: 1200,
    };
    take(call, "zendesk-ratelimit-incremental-exports-sample", limit)?;
    let start = start_time(call)?;
    let slice = slice(
        &call.desk.state.index.user_updates,
        start,
        horizon(call),
        50,
    );
    let mut document = Document::new();
    write_users(&mut document, call, &slice.rows);
    Ok(finish(call, document, &slice))
}

/// `GET incremental/organizations`; those that were deleted too
pub(crate) fn organizations_by_time(call: &mut Call<'_>) -> Outcome {
    take(
        call,
        "zendesk-ratelimit-incremental-exports",
        Limit::per_minute(10),
    )?;
    let start = start_time(call)?;
    let state = &*call.desk.state;
    let slice = slice(
        &state.index.organization_updates,
        start,
        horizon(call),
        length(call),
    );
    let mut document = Document::new();
    let find = |id: &Id| {
        state
            .organizations
            .get(id)
            .or_else(|| state.deleted_organizations.get(id))
    };
    let rows = slice.rows.iter().filter_map(|(_, id)| find(id));
    let origin = &call.request.origin;
    document.list(
        "organizations",
        rows.map(|row| organizations::view(state, row, origin).with_deleted_at(row.deleted_at)),
    );
    Ok(finish(call, document, &slice))
}
