//! Reading organizations.

use super::{KIND, view};
use crate::sandbox::call::{Call, Outcome};
use crate::sandbox::counts;
use crate::sandbox::errors::Refusal;
use crate::sandbox::limits::Limit;
use crate::sandbox::paging::{self, Listing, Page};
use crate::sandbox::records::{Id, Organization};
use crate::sandbox::reply::{Document, Reply};
use crate::sandbox::text::fold;

fn answer(call: &Call<'_>, page: &Page) -> Reply {
    let state = &*call.desk.state;
    let mut document = Document::new();
    let rows = page.ids.iter().filter_map(|id| state.organizations.get(id));
    document.list(KIND, rows.map(|row| view(state, row, &call.request.origin)));
    page.finish(&mut document);
    Reply::document(200, document)
}

/// O1: `GET organizations`; by id in cursor style, by name in offset style
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let state = &*call.desk.state;
    if paging::by_cursor(call.request) {
        let listing = Listing::ById(vec![&state.organizations]);
        return Ok(answer(call, &paging::cursor_page(&listing, call.request)?));
    }
    let names = &state.index.organization_names;
    let (page, size) = paging::place(call.request)?;
    let ids = names
        .values()
        .skip((page - 1) * size)
        .take(size)
        .copied()
        .collect();
    let page = paging::offset_tail(call.request, ids, page, size, names.len());
    Ok(answer(call, &page).header("cache-control", "max-age=30, private"))
}

/// O1: `GET users/{id}/organizations`
pub(crate) fn list_of_user(call: &mut Call<'_>) -> Outcome {
    let state = &*call.desk.state;
    let user = call.id(0)?;
    state.users.get(&user).ok_or(Refusal::NotFound)?;
    let ids = state
        .index
        .organizations_of
        .get(&user)
        .into_iter()
        .flat_map(|rows| rows.keys());
    let rows = ids.map(|id| (String::new(), *id)).collect();
    let page = paging::page(&Listing::sorted("id", rows), call.request)?;
    Ok(answer(call, &page))
}

/// O2: `GET organizations/count`
pub(crate) fn count(call: &mut Call<'_>) -> Outcome {
    Ok(counts::answer(call, call.desk.state.organizations.len()))
}

/// O3: `GET organizations/{id}`
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let state = &*call.desk.state;
    let row = state
        .organizations
        .get(&call.id(0)?)
        .ok_or(Refusal::NotFound)?;
    Ok(Reply::one(
        200,
        "organization",
        &view(state, row, &call.request.origin),
    ))
}

/// O4: `GET organizations/show_many`; in no useful order
pub(crate) fn show_many(call: &mut Call<'_>) -> Outcome {
    let ids = if let Some(ids) = call.ids_param("ids")? {
        ids
    } else {
        let external = call.request.list("external_ids")?.unwrap_or_default();
        let index = &call.desk.state.index.organization_external;
        external
            .iter()
            .filter_map(|text| index.get(&fold(text)).copied())
            .collect()
    };
    let mut ids: Vec<Id> = ids
        .into_iter()
        .filter(|id| call.desk.state.organizations.contains_key(id))
        .collect();
    ids.sort_unstable_by_key(|id| id.rotate_left(7) ^ 0x5555);
    ids.dedup();
    Ok(answer(call, &Page::whole(ids)))
}

/// O5: `GET organizations/search` by exact name or external id
pub(crate) fn search(call: &mut Call<'_>) -> Outcome {
    let index = &call.desk.state.index;
    let found = match (
        call.request.param("name"),
        call.request.param("external_id"),
    ) {
        (Some(name), None) => index.organization_names.get(&fold(name)),
        (None, Some(external)) => index.organization_external.get(&fold(external)),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Refusal::InvalidAttribute {
                attribute: "name".to_owned(),
                problem: "Invalid parameter: give either name or external_id".to_owned(),
            });
        }
    };
    let rows = found.map(|id| (String::new(), *id)).into_iter().collect();
    let page = paging::offset_page(&Listing::sorted("id", rows), call.request)?;
    Ok(answer(call, &page))
}

/// O6: `GET organizations/autocomplete` by the beginning of a name; reads the search index
pub(crate) fn autocomplete(call: &mut Call<'_>) -> Outcome {
    call.take(None, "organization-autocomplete", Limit::per_minute(100))
        .map_err(|seconds| Refusal::OrganizationLimit { seconds })?;
    let start = fold(call.request.param("name").unwrap_or_default());
    if start.chars().count() < 2 {
        return Err(Refusal::InvalidAttribute {
            attribute: "name".to_owned(),
            problem: "Invalid parameter: name must have at least 2 characters".to_owned(),
        });
    }
    let state = &*call.desk.state;
    let known = |row: &Organization| {
        let seen = state.pending.organization(row.id, call.instant);
        let name = seen.map_or(Some(row.name.as_str()), |old| {
            old.map(|old| old.name.as_str())
        });
        name.is_some_and(|name| fold(name).starts_with(&start))
    };
    let rows = state.organizations.values().filter(|row| known(row));
    let rows = rows.map(|row| (fold(&row.name), row.id)).collect();
    let page = paging::offset_page(&Listing::sorted("name", rows), call.request)?;
    Ok(answer(call, &page))
}

/// O7: `GET organizations/{id}/related`
pub(crate) fn related(call: &mut Call<'_>) -> Outcome {
    let state = &*call.desk.state;
    let id = call.id(0)?;
    let row = state.organizations.get(&id).ok_or(Refusal::NotFound)?;
    let users_count = state
        .index
        .people_of
        .get(&id)
        .map_or(0, std::collections::BTreeMap::len);
    let body = serde_json::json!({ "tickets_count": row.tickets, "users_count": users_count });
    Ok(Reply::one(200, "organization_related", &body))
}
