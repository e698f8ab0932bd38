//! Creating, changing and removing organizations.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{KIND, view};
use crate::sandbox::body::Fields;
use crate::sandbox::call::{Call, Outcome};
use crate::sandbox::desk::{Desk, Source};
use crate::sandbox::errors::{Details, Refusal};
use crate::sandbox::fields::{self, FieldChanges};
use crate::sandbox::jobs::{self, Work};
use crate::sandbox::limits::Limit;
use crate::sandbox::options::Switch;
use crate::sandbox::organization_memberships;
use crate::sandbox::records::{Id, Organization};
use crate::sandbox::reply::Reply;
use crate::sandbox::text::{self, fold};

const KEYS: &[&str] = &[
    "name",
    "shared_tickets",
    "shared_comments",
    "external_id",
    "domain_names",
    "details",
    "notes",
    "group_id",
    "tags",
    "organization_fields",
];

fn one(call: &Call<'_>, status: u16, id: Id) -> Outcome {
    let state = &*call.desk.state;
    let row = state.organizations.get(&id).ok_or(Refusal::NotFound)?;
    Ok(Reply::one(
        status,
        "organization",
        &view(state, row, &call.request.origin),
    ))
}

/// What a body changes about an organization, checked.
struct Draft {
    name: Option<String>,
    external_id: Option<Option<String>>,
    group_id: Option<Option<Id>>,
    fields: FieldChanges,
}

impl Draft {
    fn read(desk: &Desk<'_>, own: Option<Id>, fields: Fields<'_>) -> Result<Self, Refusal> {
        let mut details = Details::default();
        let name = fields
            .text("name")
            .map(|name| name.unwrap_or_default().trim().to_owned());
        if let Some(name) = name.as_ref().or(own.is_none().then_some(&String::new())) {
            check_name(desk, name, own, &mut details);
        }
        let external_id = fields
            .text("external_id")
            .map(|text| text.filter(|text| !text.is_empty()));
        if let Some(Some(text)) = &external_id {
            let holder = desk.state.index.organization_external.get(&fold(text));
            if holder.is_some_and(|id| Some(*id) != own) {
                let text = "External has already been taken";
                details.add("external_id", text, Some("DuplicateValue"));
            }
        }
        let group_id = fields.id("group_id");
        if let Some(Some(group)) = group_id
            && desk
                .state
                .groups
                .get(&group)
                .is_none_or(|group| group.deleted)
        {
            details.add("group", "Group is invalid", Some("InvalidValue"));
        }
        let values = fields.object("organization_fields");
        let changes = fields::read(&desk.state.organization_fields, values, &mut details);
        details.check()?;
        Ok(Self {
            name,
            external_id,
            group_id,
            fields: changes,
        })
    }

    fn write(self, fields: Fields<'_>, row: &mut Organization) {
        let Self {
            name,
            external_id,
            group_id,
            fields: changes,
        } = self;
        row.name = name.unwrap_or_else(|| row.name.clone());
        row.external_id = external_id.unwrap_or_else(|| row.external_id.clone());
        row.group_id = group_id.unwrap_or(row.group_id);
        row.shared_tickets = fields.flag("shared_tickets").unwrap_or(row.shared_tickets);
        row.shared_comments = fields
            .flag("shared_comments")
            .unwrap_or(row.shared_comments);
        if let Some(text) = fields.text("details") {
            row.details = text;
        }
        if let Some(text) = fields.text("notes") {
            row.notes = text;
        }
        if let Some(domains) = fields.list("domain_names") {
            row.domain_names = text::tags(domains.iter().map(String::as_str));
        }
        if let Some(tags) = fields.list("tags") {
            row.tags = text::tags(tags.iter().map(String::as_str));
        }
        changes.write(&mut row.organization_fields, &mut row.tags);
    }
}

fn check_name(desk: &Desk<'_>, name: &str, own: Option<Id>, details: &mut Details) {
    if name.is_empty() {
        details.add("name", "Name: cannot be blank", Some("BlankValue"));
    } else if name.contains('|') {
        details.add("name", "Name: cannot contain |", Some("InvalidValue"));
    } else {
        let holder = desk.state.index.organization_names.get(&fold(name));
        if holder.is_some_and(|id| Some(*id) != own) {
            let text = format!("Name: {name} has already been taken");
            details.add("name", text, Some("DuplicateValue"));
        }
    }
}

/// Makes an organization.
pub(crate) fn create_one(desk: &mut Desk<'_>, body: &Map<String, Value>) -> Result<Id, Refusal> {
    let fields = Fields(body);
    desk.ignored.extend(fields.unknown("organization", KEYS));
    let draft = Draft::read(desk, None, fields)?;
    let id = desk.state.next_id();
    let mut row = Organization {
        id,
        name: String::new(),
        shared_tickets: false,
        shared_comments: false,
        external_id: None,
        created_at: desk.now,
        updated_at: desk.now,
        domain_names: Vec::new(),
        details: None,
        notes: None,
        group_id: None,
        tags: Vec::new(),
        organization_fields: BTreeMap::new(),
        tickets: 0,
        deleted_at: None,
    };
    draft.write(fields, &mut row);
    let label = row.name.clone();
    desk.before_organization_change(id);
    desk.state.insert_organization(row);
    desk.audit(
        "create",
        Source {
            kind: "organization",
            id,
            label: &label,
        },
        String::new(),
    );
    Ok(id)
}

/// Changes an organization; an agent without the right changes its notes only.
pub(crate) fn update_one(
    desk: &mut Desk<'_>,
    id: Id,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    if !desk.state.organizations.contains_key(&id) {
        return Err(Refusal::NotFound);
    }
    let notes_only: Map<String, Value>;
    let mut fields = Fields(body);
    desk.ignored.extend(fields.unknown("organization", KEYS));
    if !desk.may_write_organizations() {
        let notes = body.get_key_value("notes");
        notes_only = notes
            .map(|(key, value)| (key.clone(), value.clone()))
            .into_iter()
            .collect();
        fields = Fields(&notes_only);
    }
    let draft = Draft::read(desk, Some(id), fields)?;
    desk.before_organization_change(id);
    let now = desk.now;
    let changed = desk
        .state
        .change_organization(id, now, |row| draft.write(fields, row));
    if changed {
        let name = desk
            .state
            .organizations
            .get(&id)
            .map(|row| row.name.clone());
        let label = name.unwrap_or_default();
        let source = Source {
            kind: "organization",
            id,
            label: &label,
        };
        desk.audit("update", source, String::new());
    } else if desk.settings.is(Switch::UpdatesAlwaysTouch) {
        desk.state.touch_organization(id, now);
    }
    Ok(())
}

/// Removes an organization; its people lose that membership.
pub(crate) fn remove_one(desk: &mut Desk<'_>, id: Id) -> Result<(), Refusal> {
    let label = desk
        .state
        .organizations
        .get(&id)
        .ok_or(Refusal::NotFound)?
        .name
        .clone();
    let rows = desk.state.index.people_of.get(&id);
    let memberships: Vec<Id> = rows
        .map(|rows| rows.values().copied().collect())
        .unwrap_or_default();
    for membership in memberships {
        organization_memberships::leave(desk, membership);
    }
    desk.before_organization_change(id);
    desk.state.bury_organization(id, desk.now);
    desk.audit(
        "destroy",
        Source {
            kind: "organization",
            id,
            label: &label,
        },
        String::new(),
    );
    Ok(())
}

/// O8: `POST organizations`
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("organization")?;
    let id = create_one(&mut call.desk, &body)?;
    Ok(one(call, 201, id)?.header("location", call.location(KIND, id)))
}

/// O9: `POST organizations/create_or_update`, by id or external id, never by name
pub(crate) fn create_or_update(call: &mut Call<'_>) -> Outcome {
    let mut body = call.request.record("organization")?;
    let fields = Fields(&body);
    let by_id = fields.id("id").flatten();
    let external = fields.some_text("external_id");
    let index = &call.desk.state.index.organization_external;
    let found = by_id
        .filter(|id| call.desk.state.organizations.contains_key(id))
        .or_else(|| external.and_then(|text| index.get(&fold(&text)).copied()));
    body.remove("id");
    let (status, id) = if let Some(id) = found {
        limit(call, id)?;
        update_one(&mut call.desk, id, &body)?;
        (200, id)
    } else {
        (201, create_one(&mut call.desk, &body)?)
    };
    Ok(one(call, status, id)?.header("location", call.location(KIND, id)))
}

fn limit(call: &mut Call<'_>, id: Id) -> Result<(), Refusal> {
    call.take(
        None,
        &format!("update-organization:{id}"),
        Limit::per_minute(5),
    )
    .map_err(|seconds| Refusal::OrganizationLimit { seconds })
}

/// O11: `PUT organizations/{id}`
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("organization")?;
    let id = call.id(0)?;
    if !call.desk.state.organizations.contains_key(&id) {
        call.desk
            .ignored
            .extend(Fields(&body).unknown("organization", KEYS));
        return Err(Refusal::NotFound);
    }
    limit(call, id)?;
    update_one(&mut call.desk, id, &body)?;
    one(call, 200, id)
}

/// O14: `DELETE organizations/{id}`
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0)?;
    remove_one(&mut call.desk, id)?;
    Ok(Reply::empty(204))
}

/// O10: `POST organizations/create_many`
pub(crate) fn create_many(call: &mut Call<'_>) -> Outcome {
    let items = jobs::items_of_body(call.request.records(KIND)?)?;
    jobs::start(call, Work::CreateOrganizations, items)
}

/// O12, O13: `PUT organizations/update_many`
pub(crate) fn update_many(call: &mut Call<'_>) -> Outcome {
    let items = jobs::items_of_update(call, "organization", KIND)?;
    jobs::start(call, Work::UpdateOrganizations, items)
}

/// O15: `DELETE organizations/destroy_many`
pub(crate) fn destroy_many(call: &mut Call<'_>) -> Outcome {
    let items = jobs::items_of_query(call)?;
    jobs::start(call, Work::DeleteOrganizations, items)
}
