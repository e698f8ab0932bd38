//! The search routes.

use std::collections::BTreeSet;

use super::query::{Document, Query};
use crate::sandbox::call::{Call, Outcome};
use crate::sandbox::errors::Refusal;
use crate::sandbox::limits::Limit;
use crate::sandbox::paging::{self, Listing};
use crate::sandbox::records::Id;
use crate::sandbox::reply::{Document as Body, Reply};
use crate::sandbox::store::State;
use crate::sandbox::text::fold;
use crate::sandbox::{groups, organizations, users as user};

/// The most results that a search pages through.
const DEEPEST: usize = 1000;

/// Returns the users that a search finds; each is judged by what the index knows of it.
fn find_users(call: &Call<'_>, query: &Query) -> Vec<Id> {
    let state = &*call.desk.state;
    let now = call.desk.now;
    let candidates: BTreeSet<Id> = if let Some((key, value)) = query.exact() {
        let hit = if key == "email" {
            state.holder_of_email(value)
        } else {
            state.index.user_external.get(value).copied()
        };
        hit.into_iter().chain(state.pending.user_ids()).collect()
    } else {
        let index = &state.index;
        let staff = index.agents.iter().chain(&index.admins);
        let active = index.end_users.iter().chain(staff);
        active.copied().chain(state.pending.user_ids()).collect()
    };
    let found = |id: &Id| {
        if let Some(old) = state.pending.user(*id, now) {
            return old.is_some_and(|document| query.takes(document));
        }
        let user = state.users.get(id).filter(|user| user.active);
        user.is_some_and(|user| query.takes(&Document::of_user(state, user)))
    };
    candidates.into_iter().filter(found).collect()
}

fn find_groups(call: &Call<'_>, query: &Query) -> Vec<Id> {
    let state = &*call.desk.state;
    let found = |id: &Id| {
        let current = || state.groups.get(id).filter(|group| !group.deleted);
        let seen = state
            .pending
            .group(*id, call.desk.now)
            .unwrap_or_else(current);
        seen.is_some_and(|group| query.takes(&Document::of_group(group)))
    };
    state.groups.keys().copied().filter(found).collect()
}

fn find_organizations(call: &Call<'_>, query: &Query) -> Vec<Id> {
    let state = &*call.desk.state;
    let found = |id: &Id| {
        let current = || state.organizations.get(id);
        let seen = state
            .pending
            .organization(*id, call.desk.now)
            .unwrap_or_else(current);
        seen.is_some_and(|row| query.takes(&Document::of_organization(row)))
    };
    state.organizations.keys().copied().filter(found).collect()
}

/// U6: `GET users/search`; external ids are looked up at once, everything else in the index
pub(crate) fn users(call: &mut Call<'_>) -> Outcome {
    let ids = if let Some(external) = call.request.param("external_id") {
        let id = call.desk.state.index.user_external.get(&fold(external));
        id.copied().into_iter().collect()
    } else {
        find_users(
            call,
            &Query::parse(call.request.param("query").unwrap_or_default()),
        )
    };
    let rows = ids.into_iter().map(|id| (String::new(), id)).collect();
    let page = paging::offset_page(&Listing::sorted("id", rows), call.request)?;
    Ok(user::list_answer(call, &page))
}

/// U7: `GET users/autocomplete` by the beginning of a name, or by phone
pub(crate) fn autocomplete(call: &mut Call<'_>) -> Outcome {
    let name = call.request.param("name").map(fold);
    let text = match (&name, call.request.param("phone")) {
        (Some(name), _) if name.chars().count() >= 2 => format!("name:\"{name}\""),
        (None, Some(phone)) => format!("phone:\"{phone}\""),
        (Some(_) | None, _) => {
            return Err(Refusal::InvalidAttribute {
                attribute: "name".to_owned(),
                problem: "Invalid parameter: name must have at least 2 characters".to_owned(),
            });
        }
    };
    let ids = find_users(call, &Query::parse(&text));
    let rows = ids.into_iter().map(|id| (String::new(), id)).collect();
    let page = paging::offset_page(&Listing::sorted("id", rows), call.request)?;
    Ok(user::list_answer(call, &page))
}

/// A record that a search found, with the text that places it.
struct Hit {
    kind: &'static str,
    id: Id,
    created: String,
    updated: String,
}

fn hits(call: &Call<'_>, query: &Query, kind: Option<&str>) -> Vec<Hit> {
    let state = &*call.desk.state;
    let wants = |name: &str| kind.is_none_or(|kind| kind == name);
    let mut out = Vec::new();
    if wants("user") {
        let rows = find_users(call, query)
            .into_iter()
            .filter_map(|id| state.users.get(&id));
        out.extend(rows.map(|row| hit("user", row.id, row.created_at, row.updated_at)));
    }
    if wants("group") {
        let rows = find_groups(call, query)
            .into_iter()
            .filter_map(|id| state.groups.get(&id));
        out.extend(rows.map(|row| hit("group", row.id, row.created_at, row.updated_at)));
    }
    if wants("organization") {
        let ids = find_organizations(call, query).into_iter();
        let rows = ids.filter_map(|id| state.organizations.get(&id));
        out.extend(rows.map(|row| hit("organization", row.id, row.created_at, row.updated_at)));
    }
    out.sort_by(|a, b| b.created.cmp(&a.created).then(a.id.cmp(&b.id)));
    out
}

fn hit(kind: &'static str, id: Id, created: jiff::Timestamp, updated: jiff::Timestamp) -> Hit {
    Hit {
        kind,
        id,
        created: created.to_string(),
        updated: updated.to_string(),
    }
}

/// Writes hits under `results`, each with its type.
fn write(body: &mut Body, state: &State, origin: &str, hits: &[Hit]) {
    let mut rows = Vec::with_capacity(hits.len());
    for Hit { kind, id, .. } in hits {
        let row = match *kind {
            "user" => {
                let row = state.users.get(id);
                row.map(|row| Body::raw(&user::view(state, row, origin).into_result()))
            }
            "group" => {
                let row = state.groups.get(id);
                row.map(|row| Body::raw(&groups::view(state, row, origin).into_result()))
            }
            _ => {
                let row = state.organizations.get(id);
                row.map(|row| Body::raw(&organizations::view(state, row, origin).into_result()))
            }
        };
        rows.extend(row.flatten());
    }
    body.list("results", rows);
    body.field("facets", &());
}

fn query(call: &Call<'_>) -> Query {
    Query::parse(call.request.param("query").unwrap_or_default())
}

/// `GET search`; at most a thousand results
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    if paging::by_cursor(call.request) {
        return Err(Refusal::PageNotInteger);
    }
    let (page, size) = paging::place(call.request)?;
    if page * size > DEEPEST {
        return Err(Refusal::SearchTooLarge);
    }
    let query = query(call);
    let mut hits = hits(call, &query, query.kind());
    let ascending = call.request.param("sort_order") == Some("asc");
    if call.request.param("sort_by") == Some("updated_at") {
        hits.sort_by(|a, b| b.updated.cmp(&a.updated).then(a.id.cmp(&b.id)));
    }
    if ascending && call.request.param("sort_by").is_some() {
        hits.reverse();
    }
    let count = hits.len();
    let end = (page * size).min(count);
    let start = ((page - 1) * size).min(end);
    let mut body = Body::new();
    write(
        &mut body,
        call.desk.state,
        &call.request.origin,
        &hits[start..end],
    );
    let ids = hits[start..end].iter().map(|hit| hit.id).collect();
    paging::offset_tail(call.request, ids, page, size, count).finish(&mut body);
    Ok(Reply::document(200, body))
}

/// `GET search/count`
pub(crate) fn count(call: &mut Call<'_>) -> Outcome {
    let query = query(call);
    let count = hits(call, &query, query.kind()).len();
    Ok(Reply::one(200, "count", &count))
}

/// `GET search/export`; one type, all of it, by cursor
pub(crate) fn export(call: &mut Call<'_>) -> Outcome {
    call.take(
        Some("zendesk-ratelimit-search-export"),
        "search-export",
        Limit::per_minute(100),
    )
    .map_err(|seconds| Refusal::EndpointLimit { seconds })?;
    let kind = call.request.param("filter[type]").map(str::to_owned);
    let Some(kind) =
        kind.filter(|kind| matches!(kind.as_str(), "user" | "group" | "organization" | "ticket"))
    else {
        return Err(Refusal::InvalidAttribute {
            attribute: "filter[type]".to_owned(),
            problem: "Invalid parameter: filter[type] must be one of user, group, organization, \
                      ticket"
                .to_owned(),
        });
    };
    let hits = hits(call, &query(call), Some(&kind));
    let (start, size) = paging::export_place(call.request, call.desk.now)?;
    let end = (start + size).min(hits.len());
    let start = start.min(end);
    let mut body = Body::new();
    write(
        &mut body,
        call.desk.state,
        &call.request.origin,
        &hits[start..end],
    );
    let more = end < hits.len();
    paging::export_tail(
        &mut body,
        call.request,
        call.desk.now,
        (end, size),
        end > start,
        more,
    );
    Ok(Reply::document(200, body))
}
