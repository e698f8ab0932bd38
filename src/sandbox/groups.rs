//! Groups (zendesk-api §7).

use serde::Serialize;
use serde_json::{Map, Value};

use super::body::Fields;
use super::call::{Call, Outcome, url};
use super::counts;
use super::desk::{Desk, Source};
use super::errors::{Details, Refusal};
use super::group_memberships;
use super::options::Switch;
use super::paging::{self, Listing, Page};
use super::records::{Group, Id};
use super::reply::{Document, Reply};
use super::sideloads;
use super::store::State;
use super::text::fold;

const KIND: &str = "groups";
const KEYS: &[&str] = &["name", "description", "is_public"];

/// A group as the wire shows it.
#[derive(Serialize)]
pub(crate) struct View<'a> {
    url: String,
    id: Id,
    is_public: bool,
    name: &'a str,
    description: &'a str,
    default: bool,
    deleted: bool,
    created_at: jiff::Timestamp,
    updated_at: jiff::Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
}

impl View<'_> {
    /// Adds the key that only search results carry.
    pub(crate) fn into_result(mut self) -> Self {
        self.result_type = Some("group");
        self
    }
}

pub(crate) fn view<'a>(state: &State, group: &'a Group, origin: &str) -> View<'a> {
    let Group {
        id,
        name,
        description,
        is_public,
        deleted,
        created_at,
        updated_at,
    } = group;
    View {
        url: url(origin, KIND, *id),
        id: *id,
        is_public: *is_public,
        name,
        description,
        default: state.account.default_group == *id,
        deleted: *deleted,
        created_at: *created_at,
        updated_at: *updated_at,
        result_type: None,
    }
}

fn answer(call: &Call<'_>, rows: Vec<(String, Id)>) -> Outcome {
    let page = paging::page(&Listing::sorted("name,id", rows), call.request)?;
    Ok(page_answer(call, &page))
}

fn page_answer(call: &Call<'_>, page: &Page) -> Reply {
    let state = &*call.desk.state;
    let origin = &call.request.origin;
    let mut document = Document::new();
    let rows = page.ids.iter().filter_map(|id| state.groups.get(id));
    document.list(KIND, rows.map(|group| view(state, group, origin)));
    if call.request.includes("users") {
        let members = page
            .ids
            .iter()
            .filter_map(|id| state.index.members_of.get(id));
        let users = members.flat_map(|rows| rows.keys().copied());
        sideloads::users(&mut document, state, users, call.request);
    }
    page.finish(&mut document);
    Reply::document(200, document)
}

fn all(state: &State, deleted_too: bool) -> Vec<(String, Id)> {
    let gone = state
        .index
        .deleted_group_names
        .iter()
        .filter(|_| deleted_too);
    state
        .index
        .group_names
        .iter()
        .chain(gone)
        .cloned()
        .collect()
}

/// G1: `GET groups`; deleted ones only with `exclude_deleted=false`
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let deleted_too = call.request.param("exclude_deleted") == Some("false");
    answer(call, all(call.desk.state, deleted_too))
}

/// G2: `GET groups/assignable`
pub(crate) fn assignable(call: &mut Call<'_>) -> Outcome {
    answer(call, all(call.desk.state, false))
}

fn of_user(call: &Call<'_>) -> Result<Vec<(String, Id)>, Refusal> {
    let state = &*call.desk.state;
    let user = call.id(0)?;
    state.users.get(&user).ok_or(Refusal::NotFound)?;
    let ids = state
        .index
        .groups_of
        .get(&user)
        .into_iter()
        .flat_map(|rows| rows.keys());
    let groups = ids.filter_map(|id| state.groups.get(id));
    Ok(groups.map(|group| (fold(&group.name), group.id)).collect())
}

/// G1: `GET users/{id}/groups`
pub(crate) fn list_of_user(call: &mut Call<'_>) -> Outcome {
    answer(call, of_user(call)?)
}

/// G3: `GET groups/count`
pub(crate) fn count(call: &mut Call<'_>) -> Outcome {
    Ok(counts::answer(
        call,
        call.desk.state.index.group_names.len(),
    ))
}

/// G3: `GET users/{id}/groups/count`
pub(crate) fn count_of_user(call: &mut Call<'_>) -> Outcome {
    Ok(counts::answer(call, of_user(call)?.len()))
}

fn one(call: &Call<'_>, status: u16, id: Id) -> Outcome {
    let state = &*call.desk.state;
    let group = state.groups.get(&id).ok_or(Refusal::NotFound)?;
    Ok(Reply::one(
        status,
        "group",
        &view(state, group, &call.request.origin),
    ))
}

/// G4: `GET groups/{id}`; a deleted one too
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    one(call, 200, call.id(0)?)
}

/// G5: `POST groups`
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("group")?;
    let id = create_one(&mut call.desk, &body)?;
    Ok(one(call, 201, id)?.header("location", call.location(KIND, id)))
}

fn check_name(desk: &Desk<'_>, name: &str, own: Option<Id>, details: &mut Details) {
    if name.trim().is_empty() {
        details.add("name", "Name: cannot be blank", Some("BlankValue"));
    } else if desk.state.account.features.unique_group_names {
        let folded = fold(name);
        let same = desk.state.index.group_names.range((folded.clone(), 0)..);
        let mut same = same.take_while(|(name, _)| *name == folded);
        if same.any(|(_, id)| Some(*id) != own) {
            details.add(
                "name",
                "Name: has already been taken",
                Some("DuplicateValue"),
            );
        }
    }
}

fn create_one(desk: &mut Desk<'_>, body: &Map<String, Value>) -> Result<Id, Refusal> {
    let fields = Fields(body);
    desk.ignored.extend(fields.unknown("group", KEYS));
    let name = fields.some_text("name").unwrap_or_default();
    let mut details = Details::default();
    check_name(desk, &name, None, &mut details);
    details.check()?;
    let id = desk.state.next_id();
    desk.before_group_change(id);
    desk.state.insert_group(Group {
        id,
        name: name.trim().to_owned(),
        description: fields.some_text("description").unwrap_or_default(),
        is_public: fields.flag("is_public").unwrap_or(true),
        deleted: false,
        created_at: desk.now,
        updated_at: desk.now,
    });
    desk.audit(
        "create",
        Source {
            kind: "group",
            id,
            label: name.trim(),
        },
        String::new(),
    );
    Ok(id)
}

/// G6: `PUT groups/{id}`
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("group")?;
    let id = call.id(0)?;
    let fields = Fields(&body);
    call.desk.ignored.extend(fields.unknown("group", KEYS));
    let desk = &mut call.desk;
    let group = desk.state.groups.get(&id).filter(|group| !group.deleted);
    let was_public = group.ok_or(Refusal::NotFound)?.is_public;
    let mut details = Details::default();
    let name = fields
        .text("name")
        .map(|name| name.unwrap_or_default().trim().to_owned());
    if let Some(name) = &name {
        check_name(desk, name, Some(id), &mut details);
    }
    let is_public = fields.flag("is_public");
    if is_public == Some(true) && !was_public {
        details.add(
            "is_public",
            "A private group cannot become public",
            Some("InvalidValue"),
        );
    }
    details.check()?;
    desk.before_group_change(id);
    let now = desk.now;
    let changed = desk.state.change_group(id, now, |group| {
        if let Some(name) = name {
            group.name = name;
        }
        if let Some(text) = fields.text("description") {
            group.description = text.unwrap_or_default();
        }
        group.is_public = is_public.unwrap_or(group.is_public);
    });
    if changed {
        note(desk, "update", id);
    } else if desk.settings.is(Switch::UpdatesAlwaysTouch)
        && let Some(group) = desk.state.groups.get_mut(&id)
    {
        group.updated_at = now;
    }
    Ok(one(call, 200, id)?.header("location", call.location(KIND, id)))
}

fn note(desk: &mut Desk<'_>, action: &str, id: Id) {
    let label = desk
        .state
        .groups
        .get(&id)
        .map(|group| group.name.clone())
        .unwrap_or_default();
    desk.audit(
        action,
        Source {
            kind: "group",
            id,
            label: &label,
        },
        String::new(),
    );
}

/// G7: `DELETE groups/{id}`
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0)?;
    let desk = &mut call.desk;
    let group = desk.state.groups.get(&id).ok_or(Refusal::NotFound)?;
    if group.deleted {
        let fine = desk.settings.is(Switch::SecondDeleteSucceeds);
        return if fine {
            Ok(Reply::empty(204))
        } else {
            Err(Refusal::NotFound)
        };
    }
    if desk.state.account.default_group == id {
        return Err(Refusal::field(
            "base",
            "Default group cannot be deleted",
            None,
        ));
    }
    let members: Vec<Id> = desk
        .state
        .index
        .members_of
        .get(&id)
        .map(|rows| rows.values().copied().collect())
        .unwrap_or_default();
    let is_default = |id: &Id| {
        desk.state
            .group_memberships
            .get(id)
            .is_some_and(|row| row.default)
    };
    if desk.settings.is(Switch::KeepMembersDefaultGroup) && members.iter().any(is_default) {
        let text = "Group is the default group of an agent and cannot be deleted";
        return Err(Refusal::field("base", text, None));
    }
    for membership in members {
        group_memberships::leave(desk, membership);
    }
    desk.before_group_change(id);
    let now = desk.now;
    desk.state
        .change_group(id, now, |group| group.deleted = true);
    note(desk, "destroy", id);
    release_organizations(desk, id);
    Ok(Reply::empty(204))
}

/// Organizations that sent their tickets to the group send them nowhere now.
fn release_organizations(desk: &mut Desk<'_>, group: Id) {
    let holders = desk
        .state
        .organizations
        .values()
        .filter(|row| row.group_id == Some(group));
    let ids: Vec<Id> = holders.map(|row| row.id).collect();
    let now = desk.now;
    for id in ids {
        desk.state
            .change_organization(id, now, |row| row.group_id = None);
    }
}
