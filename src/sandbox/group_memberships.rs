//! Which agent is in which group (zendesk-api §8).

use serde::Serialize;
use serde_json::{Map, Value};

use super::body::Fields;
use super::call::{Call, Outcome, url};
use super::desk::{Desk, Source};
use super::errors::{Details, Refusal};
use super::jobs::{self, Item, Work};
use super::options::Switch;
use super::paging::{self, Listing, Page};
use super::records::{GroupMembership, Id};
use super::reply::{Document, Reply};
use super::sideloads;
use super::store::State;

const KIND: &str = "group_memberships";
const KEYS: &[&str] = &["user_id", "group_id", "default"];

#[derive(Serialize)]
struct View {
    url: String,
    id: Id,
    user_id: Id,
    group_id: Id,
    default: bool,
    created_at: jiff::Timestamp,
    updated_at: jiff::Timestamp,
}

fn view(row: &GroupMembership, origin: &str) -> View {
    let GroupMembership {
        id,
        user_id,
        group_id,
        default,
        created_at,
        updated_at,
    } = *row;
    let url = url(origin, KIND, id);
    View {
        url,
        id,
        user_id,
        group_id,
        default,
        created_at,
        updated_at,
    }
}

fn answer(call: &Call<'_>, page: &Page) -> Reply {
    let mut document = Document::new();
    let rows = page
        .ids
        .iter()
        .filter_map(|id| call.desk.state.group_memberships.get(id));
    document.list(
        KIND,
        rows.clone().map(|row| view(row, &call.request.origin)),
    );
    let state = &*call.desk.state;
    if call.request.includes("users") {
        sideloads::users(
            &mut document,
            state,
            rows.clone().map(|row| row.user_id),
            call.request,
        );
    }
    if call.request.includes("groups") {
        sideloads::groups(
            &mut document,
            state,
            rows.map(|row| row.group_id),
            call.request,
        );
    }
    page.finish(&mut document);
    Reply::document(200, document)
}

fn listed(call: &Call<'_>, rows: Vec<&GroupMembership>) -> Outcome {
    let rows = rows
        .into_iter()
        .map(|row| (String::new(), row.id))
        .collect();
    let page = paging::page(&Listing::sorted("id", rows), call.request)?;
    Ok(answer(call, &page))
}

/// M1: `GET group_memberships`
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let listing = Listing::ById(vec![&call.desk.state.group_memberships]);
    let page = paging::page(&listing, call.request)?;
    Ok(answer(call, &page))
}

/// M1: `GET users/{id}/group_memberships`
pub(crate) fn list_of_user(call: &mut Call<'_>) -> Outcome {
    let user = call.id(0)?;
    call.desk.state.users.get(&user).ok_or(Refusal::NotFound)?;
    listed(call, call.desk.state.group_memberships_of(user))
}

/// M1: `GET groups/{id}/memberships`
pub(crate) fn list_of_group(call: &mut Call<'_>) -> Outcome {
    let group = call.id(0)?;
    call.desk
        .state
        .groups
        .get(&group)
        .ok_or(Refusal::NotFound)?;
    let state = &*call.desk.state;
    let ids = state
        .index
        .members_of
        .get(&group)
        .into_iter()
        .flat_map(|rows| rows.values());
    listed(
        call,
        ids.filter_map(|id| state.group_memberships.get(id))
            .collect(),
    )
}

fn find(state: &State, id: Id, user: Option<Id>) -> Result<&GroupMembership, Refusal> {
    let row = state.group_memberships.get(&id).ok_or(Refusal::NotFound)?;
    if user.is_some_and(|user| user != row.user_id) {
        return Err(Refusal::NotFound);
    }
    Ok(row)
}

/// M3: `GET group_memberships/{id}`
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let row = find(call.desk.state, call.id(0)?, None)?;
    Ok(Reply::one(
        200,
        "group_membership",
        &view(row, &call.request.origin),
    ))
}

/// M3: `GET users/{id}/group_memberships/{id}`
pub(crate) fn show_of_user(call: &mut Call<'_>) -> Outcome {
    let row = find(call.desk.state, call.id(1)?, Some(call.id(0)?))?;
    Ok(Reply::one(
        200,
        "group_membership",
        &view(row, &call.request.origin),
    ))
}

fn created(call: &mut Call<'_>, body: &Map<String, Value>) -> Outcome {
    let id = create_one(&mut call.desk, body)?;
    let row = find(call.desk.state, id, None)?;
    let reply = Reply::one(201, "group_membership", &view(row, &call.request.origin));
    Ok(reply.header("location", call.location(KIND, id)))
}

/// M4: `POST group_memberships`
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("group_membership")?;
    created(call, &body)
}

/// M4: `POST users/{id}/group_memberships`
pub(crate) fn create_for_user(call: &mut Call<'_>) -> Outcome {
    let mut body = call.request.record("group_membership")?;
    let user = call.id(0)?;
    call.desk.state.users.get(&user).ok_or(Refusal::NotFound)?;
    body.insert("user_id".to_owned(), Value::from(user));
    created(call, &body)
}

/// Puts an agent into a group as the body says.
pub(crate) fn create_one(desk: &mut Desk<'_>, body: &Map<String, Value>) -> Result<Id, Refusal> {
    let fields = Fields(body);
    desk.ignored
        .extend(fields.unknown("group_membership", KEYS));
    let user = fields.id("user_id").flatten().unwrap_or(0);
    let group = fields.id("group_id").flatten().unwrap_or(0);
    let mut details = Details::default();
    match desk.state.users.get(&user) {
        Some(found) if found.active && found.rank.is_staff() => {}
        Some(_) => details.add("user", "User is invalid", Some("InvalidValue")),
        None => details.add("user", "User cannot be blank", Some("BlankValue")),
    }
    if desk
        .state
        .groups
        .get(&group)
        .is_none_or(|group| group.deleted)
    {
        details.add("group", "Group cannot be blank", Some("BlankValue"));
    }
    if desk
        .state
        .index
        .groups_of
        .get(&user)
        .is_some_and(|rows| rows.contains_key(&group))
    {
        details.add(
            "user_id",
            "User has already been taken",
            Some("DuplicateValue"),
        );
    }
    details.check()?;
    Ok(join(
        desk,
        user,
        group,
        fields.flag("default").unwrap_or(false),
    ))
}

/// Puts an agent into a group; the first group becomes the default whatever is asked.
pub(crate) fn join(desk: &mut Desk<'_>, user: Id, group: Id, default: bool) -> Id {
    let first = !desk.state.index.groups_of.contains_key(&user);
    let id = desk.state.next_id();
    desk.state.insert_group_membership(GroupMembership {
        id,
        user_id: user,
        group_id: group,
        default: false,
        created_at: desk.now,
        updated_at: desk.now,
    });
    if first || default {
        set_default(desk, user, id);
    }
    desk.state.touch_user(user, desk.now);
    note(desk, user, group, "assigned");
    id
}

fn note(desk: &mut Desk<'_>, user: Id, group: Id, what: &str) {
    let name = |name: Option<&String>| name.cloned().unwrap_or_default();
    let label = name(desk.state.users.get(&user).map(|user| &user.name));
    let group = name(desk.state.groups.get(&group).map(|group| &group.name));
    let source = Source {
        kind: "user",
        id: user,
        label: &label,
    };
    desk.audit("update", source, format!("Group: {group} {what}"));
}

/// Makes one membership of a user the default and all others not.
pub(crate) fn set_default(desk: &mut Desk<'_>, user: Id, membership: Id) {
    let ids: Vec<Id> = desk
        .state
        .group_memberships_of(user)
        .iter()
        .map(|row| row.id)
        .collect();
    for id in ids {
        if let Some(row) = desk.state.group_memberships.get_mut(&id)
            && row.default != (id == membership)
        {
            row.default = id == membership;
            row.updated_at = desk.now;
        }
    }
    desk.state.touch_user(user, desk.now);
}

/// Ends a membership; if it was the default, another one takes its place.
pub(crate) fn leave(desk: &mut Desk<'_>, membership: Id) {
    let Some(row) = desk.state.remove_group_membership(membership) else {
        return;
    };
    if row.default {
        let rest = desk.state.group_memberships_of(row.user_id);
        let next = if desk.settings.is(Switch::NewestBecomesDefault) {
            rest.last()
        } else {
            rest.first()
        };
        if let Some(next) = next.map(|row| row.id) {
            set_default(desk, row.user_id, next);
        }
    }
    desk.state.touch_user(row.user_id, desk.now);
    note(desk, row.user_id, row.group_id, "removed");
}

/// Ends a membership unless a strict switch forbids it.
pub(crate) fn remove_one(
    desk: &mut Desk<'_>,
    membership: Id,
    user: Option<Id>,
) -> Result<(), Refusal> {
    let row = find(desk.state, membership, user)?;
    let rest = desk.state.group_memberships_of(row.user_id).len() - 1;
    let text = if rest == 0 && desk.settings.is(Switch::KeepLastGroup) {
        Some("Agent must belong to at least one group")
    } else if rest > 0 && row.default && desk.settings.is(Switch::KeepDefaultMembership) {
        Some("Default group membership cannot be deleted")
    } else {
        None
    };
    if let Some(text) = text {
        return Err(Refusal::field("base", text, None));
    }
    leave(desk, membership);
    Ok(())
}

/// M6: `DELETE group_memberships/{id}`
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0)?;
    remove_one(&mut call.desk, id, None)?;
    Ok(Reply::empty(204))
}

/// M6: `DELETE users/{id}/group_memberships/{id}`
pub(crate) fn delete_of_user(call: &mut Call<'_>) -> Outcome {
    let (user, id) = (call.id(0)?, call.id(1)?);
    remove_one(&mut call.desk, id, Some(user))?;
    Ok(Reply::empty(204))
}

/// M8: `PUT users/{id}/group_memberships/{id}/make_default`
pub(crate) fn make_default(call: &mut Call<'_>) -> Outcome {
    let (user, id) = (call.id(0)?, call.id(1)?);
    if !find(call.desk.state, id, Some(user))?.default {
        set_default(&mut call.desk, user, id);
    }
    listed(call, call.desk.state.group_memberships_of(user))
}

/// M5: `POST group_memberships/create_many`
pub(crate) fn create_many(call: &mut Call<'_>) -> Outcome {
    let items = jobs::items_of_body(call.request.records(KIND)?)?;
    jobs::start(call, Work::CreateGroupMemberships, items)
}

/// M7: `DELETE group_memberships/destroy_many`
pub(crate) fn destroy_many(call: &mut Call<'_>) -> Outcome {
    let ids = call.ids_param("ids")?.unwrap_or_default();
    let items = ids.into_iter().map(Item::of_id).collect();
    jobs::start(call, Work::DeleteGroupMemberships, items)
}
