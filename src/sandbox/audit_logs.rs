//! Who changed what (zendesk-api §14.3).

use serde::Serialize;

use super::call::{Call, Outcome, url};
use super::errors::Refusal;
use super::limits::Limit;
use super::paging::{self, Listing};
use super::records::{AuditEntry, Id};
use super::reply::{Document, Reply};

#[derive(Serialize)]
struct View<'a> {
    url: String,
    id: Id,
    action_label: &'static str,
    actor_id: Id,
    source_id: Id,
    source_type: &'a str,
    source_label: &'a str,
    action: &'a str,
    change_description: &'a str,
    ip_address: &'static str,
    created_at: jiff::Timestamp,
    actor_name: &'a str,
}

fn view<'a>(entry: &'a AuditEntry, origin: &str) -> View<'a> {
    let AuditEntry {
        id,
        action,
        actor_id,
        actor_name,
        source_id,
        source_type,
        source_label,
        description,
        created_at,
    } = entry;
    View {
        url: url(origin, "audit_logs", *id),
        id: *id,
        action_label: match action.as_str() {
            "create" => "Created",
            "destroy" => "Deleted",
            "login" => "Signed in",
            "exported" => "Exported",
            _ => "Updated",
        },
        actor_id: *actor_id,
        source_id: *source_id,
        source_type,
        source_label,
        action,
        change_description: description,
        ip_address: "127.0.0.1",
        created_at: *created_at,
        actor_name,
    }
}

fn wanted(call: &Call<'_>, entry: &AuditEntry) -> bool {
    let is = |name: &str, value: &str| {
        call.request
            .param(&format!("filter[{name}]"))
            .is_none_or(|wanted| wanted == value)
    };
    let created = entry.created_at.to_string();
    let mut range =
        call.request.query.iter().filter(|(key, _)| {
            matches!(key.as_str(), "filter[created_at]" | "filter[created_at][]")
        });
    let from = range.next().is_none_or(|(_, from)| created >= *from);
    let to = range.next().is_none_or(|(_, to)| created <= *to);
    is("source_type", &entry.source_type)
        && is("source_id", &entry.source_id.to_string())
        && is("actor_id", &entry.actor_id.to_string())
        && is("action", &entry.action)
        && is("ip_address", "127.0.0.1")
        && from
        && to
}

/// `GET audit_logs`, newest first unless asked otherwise
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let audit = &call.desk.state.audit;
    let by_cursor = paging::by_cursor(call.request);
    let ascending = if by_cursor {
        call.request.param("sort") == Some("created_at")
    } else {
        call.request.param("sort_order") == Some("asc")
    };
    // A row is named by its place in the log, which only grows.
    let row = |place: usize| {
        let key = if ascending { place } else { usize::MAX - place };
        (format!("{key:020}"), place as Id)
    };
    let rows = (0..audit.len())
        .filter(|place| wanted(call, &audit[*place]))
        .map(row)
        .collect();
    let listing = Listing::sorted("created_at", rows);
    let page = if by_cursor {
        paging::sorted_cursor_page(&listing, call.request, &["created_at", "-created_at"])?
    } else {
        paging::offset_page(&listing, call.request)?
    };
    let entries = page
        .ids
        .iter()
        .filter_map(|place| audit.get(usize::try_from(*place).ok()?));
    let mut document = Document::new();
    document.list(
        "audit_logs",
        entries.map(|entry| view(entry, &call.request.origin)),
    );
    page.finish(&mut document);
    Ok(Reply::document(200, document))
}

/// `GET audit_logs/{id}`
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0)?;
    let entry = call.desk.state.audit.iter().find(|entry| entry.id == id);
    let entry = entry.ok_or(Refusal::NotFound)?;
    Ok(Reply::one(
        200,
        "audit_log",
        &view(entry, &call.request.origin),
    ))
}

/// `POST audit_logs/export`; mails a file to the caller
pub(crate) fn export(call: &mut Call<'_>) -> Outcome {
    call.take(None, "audit-export", Limit::per_minute(1))
        .map_err(|seconds| Refusal::EndpointLimit { seconds })?;
    let to = call
        .desk
        .state
        .email_of(call.desk.actor)
        .unwrap_or_default()
        .to_owned();
    call.desk.mail(&to, "audit-export");
    Ok(Reply::empty(202))
}
