//! Reading users.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::{KIND, view};
use crate::sandbox::call::{Call, Outcome};
use crate::sandbox::counts;
use crate::sandbox::errors::Refusal;
use crate::sandbox::paging::{self, Ids, Listing, Page};
use crate::sandbox::records::{Id, Role, User};
use crate::sandbox::reply::{Document, Reply};
use crate::sandbox::sideloads;
use crate::sandbox::store::State;
use crate::sandbox::text::{self, fold};

pub(crate) fn answer(call: &Call<'_>, page: &Page) -> Reply {
    let state = &*call.desk.state;
    let mut document = Document::new();
    let rows = page.ids.iter().filter_map(|id| state.users.get(id));
    document.list(
        KIND,
        rows.clone()
            .map(|user| view(state, user, &call.request.origin)),
    );
    sideloads::of_users(&mut document, call, &page.ids);
    page.finish(&mut document);
    Reply::document(200, document)
}

/// Which users a list is about.
enum Filter {
    Roles(Vec<Role>),
    CustomRole(Id),
    External(String),
    Nobody,
}

impl Filter {
    fn read(call: &Call<'_>) -> Self {
        if let Some(text) = call.request.param("external_id") {
            return Self::External(fold(text));
        }
        if let Some(role) = call.id_param("permission_set") {
            return Self::CustomRole(role);
        }
        let words: Vec<&str> = call
            .request
            .params("role[]")
            .chain(call.request.params("role"))
            .collect();
        if words.is_empty() {
            return Self::Roles(vec![Role::EndUser, Role::Agent, Role::Admin]);
        }
        let mut roles: Vec<Role> = words.iter().filter_map(|word| Role::parse(word)).collect();
        roles.sort();
        roles.dedup();
        if !roles.is_empty() {
            return Self::Roles(roles);
        }
        let named = |word: &&str| {
            let mut roles = call.desk.state.custom_roles.values();
            roles
                .find(|role| fold(&role.name) == fold(word))
                .map(|role| role.id)
        };
        words
            .iter()
            .find_map(named)
            .map_or(Self::Nobody, Self::CustomRole)
    }

    fn takes(&self, user: &User) -> bool {
        match self {
            Self::Roles(roles) => roles.contains(&user.rank.role),
            Self::CustomRole(role) => user.rank.custom_role == Some(*role),
            Self::External(text) => user.external_id.as_deref().map(fold).as_ref() == Some(text),
            Self::Nobody => false,
        }
    }
}

fn set_of(state: &State, role: Role) -> &BTreeSet<Id> {
    match role {
        Role::EndUser => &state.index.end_users,
        Role::Agent => &state.index.agents,
        Role::Admin => &state.index.admins,
    }
}

fn listing<'a>(state: &'a State, filter: &Filter) -> Listing<'a> {
    match filter {
        Filter::Roles(roles) => {
            let sets = roles.iter().map(|role| set_of(state, *role) as &dyn Ids);
            Listing::ById(sets.collect())
        }
        Filter::CustomRole(role) => {
            let sets = state
                .index
                .by_custom_role
                .get(role)
                .map(|set| set as &dyn Ids);
            Listing::ById(sets.into_iter().collect())
        }
        Filter::External(text) => {
            let id = state.index.user_external.get(text);
            Listing::sorted(
                "id",
                id.map(|id| (String::new(), *id)).into_iter().collect(),
            )
        }
        Filter::Nobody => Listing::ById(Vec::new()),
    }
}

/// U1: `GET users`, in id order
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let filter = Filter::read(call);
    let page = paging::page(&listing(call.desk.state, &filter), call.request)?;
    Ok(answer(call, &page))
}

/// U3: `GET users/count`
pub(crate) fn count(call: &mut Call<'_>) -> Outcome {
    let filter = Filter::read(call);
    Ok(counts::answer(
        call,
        listing(call.desk.state, &filter).count(),
    ))
}

fn of_group(call: &Call<'_>) -> Result<Vec<(String, Id)>, Refusal> {
    let id = call.id(0)?;
    let state = &*call.desk.state;
    state.groups.get(&id).ok_or(Refusal::NotFound)?;
    let people = state
        .index
        .members_of
        .get(&id)
        .into_iter()
        .flat_map(|rows| rows.keys());
    Ok(nested(call, people))
}

fn of_organization(call: &Call<'_>) -> Result<Vec<(String, Id)>, Refusal> {
    let id = call.id(0)?;
    let state = &*call.desk.state;
    state.organizations.get(&id).ok_or(Refusal::NotFound)?;
    let people = state
        .index
        .people_of
        .get(&id)
        .into_iter()
        .flat_map(|rows| rows.keys());
    Ok(nested(call, people))
}

/// Filters the people of a group or organization and keys them for `sort_by`.
fn nested<'a>(call: &Call<'_>, people: impl Iterator<Item = &'a Id>) -> Vec<(String, Id)> {
    let filter = Filter::read(call);
    let sort = call
        .request
        .param("sort_by")
        .filter(|_| !paging::by_cursor(call.request));
    let users = people.filter_map(|id| call.desk.state.users.get(id));
    let users = users.filter(|user| user.active && filter.takes(user));
    users
        .map(|user| {
            let key = match sort {
                Some("name") => fold(&user.name),
                Some("created_at") => user.created_at.to_string(),
                Some("updated_at") => user.updated_at.to_string(),
                Some(_) | None => String::new(),
            };
            (key, user.id)
        })
        .collect()
}

fn nested_page(call: &Call<'_>, mut rows: Vec<(String, Id)>) -> Outcome {
    rows.sort();
    if call.request.param("sort_order") == Some("desc") && !paging::by_cursor(call.request) {
        rows.reverse();
    }
    let page = paging::page(&Listing::Rows { order: "id", rows }, call.request)?;
    Ok(answer(call, &page))
}

/// U2: `GET groups/{id}/users`
pub(crate) fn list_of_group(call: &mut Call<'_>) -> Outcome {
    nested_page(call, of_group(call)?)
}

/// U2: `GET organizations/{id}/users`
pub(crate) fn list_of_organization(call: &mut Call<'_>) -> Outcome {
    nested_page(call, of_organization(call)?)
}

/// `GET groups/{id}/users/count`
pub(crate) fn count_of_group(call: &mut Call<'_>) -> Outcome {
    Ok(counts::answer(call, of_group(call)?.len()))
}

/// `GET organizations/{id}/users/count`
pub(crate) fn count_of_organization(call: &mut Call<'_>) -> Outcome {
    Ok(counts::answer(call, of_organization(call)?.len()))
}

/// U4: `GET users/{id}`; a deleted one too
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0)?;
    let state = &*call.desk.state;
    let user = state
        .users
        .get(&id)
        .filter(|user| !user.permanently_deleted);
    let user = user.ok_or(Refusal::NotFound)?;
    let mut document = Document::new();
    document.field("user", &view(state, user, &call.request.origin));
    sideloads::of_users(&mut document, call, &[id]);
    Ok(Reply::document(200, document))
}

/// U5: `GET users/show_many`; unknown and deleted ones are left out
pub(crate) fn show_many(call: &mut Call<'_>) -> Outcome {
    let state = &*call.desk.state;
    let ids = if let Some(ids) = call.ids_param("ids")? {
        ids
    } else {
        let external = call.request.list("external_ids")?.unwrap_or_default();
        let index = &state.index.user_external;
        external
            .iter()
            .filter_map(|text| index.get(&fold(text)).copied())
            .collect()
    };
    let known: BTreeSet<Id> = ids
        .into_iter()
        .filter(|id| state.users.get(id).is_some_and(|user| user.active))
        .collect();
    Ok(answer(call, &Page::whole(known.into_iter().collect())))
}

/// U8: `GET users/me`; without a credential an anonymous user
pub(crate) fn me(call: &mut Call<'_>) -> Outcome {
    if call.anonymous {
        return Ok(anonymous(call));
    }
    let state = &*call.desk.state;
    let user = call.desk.caller().ok_or(Refusal::NotFound)?;
    let token = Sha256::digest(format!("session {}", user.id));
    let mut document = Document::new();
    let view = view(state, user, &call.request.origin).of_caller(text::hex(&token, 20));
    document.field("user", &view);
    sideloads::of_users(&mut document, call, &[user.id]);
    Ok(Reply::document(200, document))
}

fn anonymous(call: &Call<'_>) -> Reply {
    let account = &call.desk.state.account;
    Reply::one(
        200,
        "user",
        &serde_json::json!({
            "id": null,
            "url": null,
            "name": "Anonymous user",
            "email": "invalid@example.com",
            "created_at": null,
            "updated_at": null,
            "time_zone": account.time_zone,
            "phone": null,
            "photo": null,
            "locale_id": 1,
            "locale": account.locale,
            "organization_id": null,
            "role": "end-user",
            "verified": false,
            "external_id": null,
            "tags": [],
            "active": false,
            "shared": false,
            "suspended": false,
            "user_fields": {},
        }),
    )
}
