//! Records that come along with others (zendesk-api §3.7).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::call::Call;
use super::records::{CustomRole, Id, Rank};
use super::reply::Document;
use super::request::Request;
use super::store::State;
use super::{groups as group, identities, organizations as organization, users as user};

/// Writes users, each once, in id order.
pub(crate) fn users(
    document: &mut Document,
    state: &State,
    ids: impl Iterator<Item = Id>,
    request: &Request,
) {
    let ids: BTreeSet<Id> = ids.collect();
    let rows = ids.iter().filter_map(|id| state.users.get(id));
    document.list(
        "users",
        rows.map(|row| user::view(state, row, &request.origin)),
    );
}

/// Writes groups, each once, in id order.
pub(crate) fn groups(
    document: &mut Document,
    state: &State,
    ids: impl Iterator<Item = Id>,
    request: &Request,
) {
    let ids: BTreeSet<Id> = ids.collect();
    let rows = ids.iter().filter_map(|id| state.groups.get(id));
    document.list(
        "groups",
        rows.map(|row| group::view(state, row, &request.origin)),
    );
}

/// Writes organizations, each once, in id order.
pub(crate) fn organizations(
    document: &mut Document,
    state: &State,
    ids: impl Iterator<Item = Id>,
    request: &Request,
) {
    let ids: BTreeSet<Id> = ids.collect();
    let rows = ids.iter().filter_map(|id| state.organizations.get(id));
    let rows = rows.map(|row| organization::view(state, row, &request.origin));
    document.list("organizations", rows);
}

/// Writes everything that `include` asks for beside users.
pub(crate) fn of_users(document: &mut Document, call: &Call<'_>, ids: &[Id]) {
    let (state, request) = (&*call.desk.state, call.request);
    let ids_of = |rows: Option<&BTreeMap<Id, Id>>| {
        rows.map(|rows| rows.keys().copied().collect::<Vec<Id>>())
            .unwrap_or_default()
    };
    if request.includes("organizations") {
        let held = ids
            .iter()
            .flat_map(|id| ids_of(state.index.organizations_of.get(id)));
        organizations(document, state, held, request);
    }
    if request.includes("groups") {
        let held = ids
            .iter()
            .flat_map(|id| ids_of(state.index.groups_of.get(id)));
        groups(document, state, held, request);
    }
    if request.includes("identities") {
        let rows = ids.iter().flat_map(|id| state.identities_of(*id));
        document.list(
            "identities",
            rows.map(|row| identities::view(row, &request.origin)),
        );
    }
    if request.includes("roles") {
        document.list("roles", roles(state, ids));
    }
    if request.includes("abilities") {
        document.list("abilities", ids.iter().map(|id| abilities(call, *id)));
    }
    if request.includes("open_ticket_count") {
        let open = |id: &Id| Some((id.to_string(), state.users.get(id)?.tickets.open_requested));
        let counts: BTreeMap<String, u32> = ids.iter().filter_map(open).collect();
        document.field("open_ticket_count", &counts);
    }
}

/// One entry per role held; a system role without a record has a null id.
fn roles(state: &State, ids: &[Id]) -> Vec<Value> {
    let ranks = ids
        .iter()
        .filter_map(|id| state.users.get(id))
        .map(|user| user.rank);
    let mut out: Vec<Value> = Vec::new();
    for rank in ranks {
        let entry = role(state, rank);
        if !out.contains(&entry) {
            out.push(entry);
        }
    }
    out
}

fn role(state: &State, rank: Rank) -> Value {
    match rank.custom_role.and_then(|id| state.custom_roles.get(&id)) {
        Some(CustomRole {
            id,
            name,
            configuration,
            ..
        }) => {
            json!({ "id": id, "name": name, "configuration": configuration })
        }
        None => json!({ "id": null, "name": rank.role.as_str(), "configuration": {} }),
    }
}

fn abilities(call: &Call<'_>, id: Id) -> Value {
    let user = call.desk.state.users.get(&id);
    let can = user.is_some_and(|user| call.desk.check_may_write(user).is_ok());
    json!({
        "url": call.location("users", id),
        "user_id": id,
        "can_edit": can,
        "can_edit_password": can,
        "can_manage_identities_of": can,
        "can_verify_identities": can,
    })
}
