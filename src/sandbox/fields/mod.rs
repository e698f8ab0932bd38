//! User and organization fields (zendesk-api §12).

mod values;

pub(crate) use values::{FieldChanges, Shown, read};

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::body::Fields;
use super::call::{Call, Outcome, url};
use super::errors::{Details, Refusal};
use super::paging::{self, Listing};
use super::records::{Field, FieldOption, Id};
use super::reply::{Document, Reply};
use super::store::State;

const KEYS: &[&str] = &[
    "type",
    "key",
    "title",
    "raw_title",
    "description",
    "raw_description",
    "position",
    "active",
    "regexp_for_validation",
    "tag",
    "custom_field_options",
    "relationship_target_type",
    "relationship_filter",
];

/// What a date field accepts, as the service words it.
const DATE: &str = r"\A([0-9]{4})-(1[0-2]|0[1-9])-(3[01]|[12][0-9]|0[1-9])\z";

/// Returns the pattern that fields of a kind come with.
pub(crate) fn regexp_of(kind: &str) -> Option<String> {
    (kind == "date").then(|| DATE.to_owned())
}

/// Whose fields a route serves.
#[derive(Clone, Copy)]
enum Owner {
    Users,
    Organizations,
}

impl Owner {
    fn many(self) -> &'static str {
        match self {
            Self::Users => "user_fields",
            Self::Organizations => "organization_fields",
        }
    }

    fn one(self) -> &'static str {
        match self {
            Self::Users => "user_field",
            Self::Organizations => "organization_field",
        }
    }

    fn of(self, state: &State) -> &BTreeMap<String, Field> {
        match self {
            Self::Users => &state.user_fields,
            Self::Organizations => &state.organization_fields,
        }
    }

    fn of_mut(self, state: &mut State) -> &mut BTreeMap<String, Field> {
        match self {
            Self::Users => &mut state.user_fields,
            Self::Organizations => &mut state.organization_fields,
        }
    }
}

fn owner(call: &Call<'_>) -> Owner {
    let users = call
        .request
        .segments
        .iter()
        .any(|part| part == "user_fields");
    if users {
        Owner::Users
    } else {
        Owner::Organizations
    }
}

#[derive(Serialize)]
struct View<'a> {
    url: String,
    id: Id,
    #[serde(rename = "type")]
    kind: &'a str,
    key: &'a str,
    title: &'a str,
    description: &'a str,
    raw_title: &'a str,
    raw_description: &'a str,
    position: u32,
    active: bool,
    system: bool,
    regexp_for_validation: Option<&'a str>,
    created_at: jiff::Timestamp,
    updated_at: jiff::Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_field_options: Option<Vec<OptionView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relationship_target_type: Option<&'a str>,
}

#[derive(Serialize)]
struct OptionView<'a> {
    id: Id,
    name: &'a str,
    raw_name: &'a str,
    value: &'a str,
}

fn view<'a>(field: &'a Field, owner: Owner, origin: &str) -> View<'a> {
    let chooses = matches!(field.kind.as_str(), "dropdown" | "multiselect");
    View {
        url: url(origin, owner.many(), field.id),
        id: field.id,
        kind: &field.kind,
        key: &field.key,
        title: &field.title,
        description: &field.description,
        raw_title: &field.title,
        raw_description: &field.description,
        position: field.position,
        active: field.active,
        system: field.system,
        regexp_for_validation: field.regexp.as_deref(),
        created_at: field.created_at,
        updated_at: field.updated_at,
        tag: (field.kind == "checkbox").then(|| field.tag.as_deref().unwrap_or_default()),
        custom_field_options: chooses.then(|| field.options.iter().map(option_view).collect()),
        relationship_target_type: field.target.as_deref(),
    }
}

fn option_view(option: &FieldOption) -> OptionView<'_> {
    let FieldOption { id, name, value } = option;
    OptionView {
        id: *id,
        name,
        raw_name: name,
        value,
    }
}

/// `GET user_fields`, `GET organization_fields`
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let owner = owner(call);
    let fields = owner.of(call.desk.state);
    let rows = fields
        .values()
        .map(|field| (format!("{:08}", field.position), field.id));
    let page = paging::page(
        &Listing::sorted("position,id", rows.collect()),
        call.request,
    )?;
    let mut document = Document::new();
    let by_id = |id: &Id| fields.values().find(|field| field.id == *id);
    let rows = page.ids.iter().filter_map(by_id);
    document.list(
        owner.many(),
        rows.map(|field| view(field, owner, &call.request.origin)),
    );
    page.finish(&mut document);
    Ok(Reply::document(200, document))
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a Field, Refusal> {
    let name = call.variable(0);
    let fields = owner(call).of(call.desk.state);
    let found = fields
        .values()
        .find(|field| field.key == name || field.id.to_string() == name);
    found.ok_or(Refusal::NotFound)
}

fn one(call: &Call<'_>, status: u16, key: &str) -> Outcome {
    let owner = owner(call);
    let field = owner
        .of(call.desk.state)
        .get(key)
        .ok_or(Refusal::NotFound)?;
    Ok(Reply::one(
        status,
        owner.one(),
        &view(field, owner, &call.request.origin),
    ))
}

/// `GET user_fields/{id or key}`, `GET organization_fields/{id or key}`
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let key = find(call)?.key.clone();
    one(call, 200, &key)
}

/// `GET user_fields/{id}/options`, `GET organization_fields/{id}/options`
pub(crate) fn options(call: &mut Call<'_>) -> Outcome {
    let options = &find(call)?.options;
    let rows = options
        .iter()
        .map(|option| (String::new(), option.id))
        .collect();
    let page = paging::page(&Listing::sorted("id", rows), call.request)?;
    let mut document = Document::new();
    let by_id = |id: &Id| options.iter().find(|option| option.id == *id);
    document.list(
        "custom_field_options",
        page.ids.iter().filter_map(by_id).map(option_view),
    );
    page.finish(&mut document);
    Ok(Reply::document(200, document))
}

/// `POST user_fields`, `POST organization_fields`
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let owner = owner(call);
    let body = call.request.record(owner.one())?;
    let fields = Fields(&body);
    call.desk.ignored.extend(fields.unknown(owner.one(), KEYS));
    let key = fields.some_text("key").unwrap_or_default();
    let title = fields.some_text("title").unwrap_or_default();
    let mut details = Details::default();
    if title.trim().is_empty() {
        details.add("title", "Title: cannot be blank", Some("BlankValue"));
    }
    if key.trim().is_empty() {
        details.add("key", "Key: cannot be blank", Some("BlankValue"));
    } else if owner.of(call.desk.state).contains_key(&key) {
        details.add("key", "Key: has already been taken", Some("DuplicateValue"));
    }
    details.check()?;
    let (id, now) = (call.desk.state.next_id(), call.desk.now);
    let kind = fields
        .some_text("type")
        .unwrap_or_else(|| "text".to_owned());
    let options = read_options(call.desk.state, fields);
    let field = Field {
        id,
        key: key.clone(),
        title,
        description: fields.some_text("description").unwrap_or_default(),
        position: 9999,
        active: fields.flag("active").unwrap_or(true),
        system: false,
        regexp: fields
            .some_text("regexp_for_validation")
            .or_else(|| regexp_of(&kind)),
        tag: fields.some_text("tag"),
        options,
        target: fields.some_text("relationship_target_type"),
        created_at: now,
        updated_at: now,
        kind,
    };
    owner.of_mut(call.desk.state).insert(key.clone(), field);
    Ok(one(call, 201, &key)?.header("location", call.location(owner.many(), id)))
}

fn read_options(state: &mut State, fields: Fields<'_>) -> Vec<FieldOption> {
    let rows = fields.get("custom_field_options").and_then(Value::as_array);
    let rows = rows.into_iter().flatten().filter_map(Value::as_object);
    rows.map(|row| FieldOption {
        id: state.next_id(),
        name: Fields(row).some_text("name").unwrap_or_default(),
        value: Fields(row).some_text("value").unwrap_or_default(),
    })
    .collect()
}

/// `PUT user_fields/{id}`, `PUT organization_fields/{id}`; key and type never change
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let owner = owner(call);
    let body = call.request.record(owner.one())?;
    let fields = Fields(&body);
    call.desk.ignored.extend(fields.unknown(owner.one(), KEYS));
    let key = find(call)?.key.clone();
    let options = fields
        .has("custom_field_options")
        .then(|| read_options(call.desk.state, fields));
    let now = call.desk.now;
    if let Some(field) = owner.of_mut(call.desk.state).get_mut(&key) {
        field.title = fields
            .some_text("title")
            .unwrap_or_else(|| field.title.clone());
        if let Some(text) = fields.text("description") {
            field.description = text.unwrap_or_default();
        }
        field.active = fields.flag("active").unwrap_or(field.active);
        if let Some(options) = options {
            field.options = options;
        }
        field.updated_at = now;
    }
    one(call, 200, &key)
}

/// `DELETE user_fields/{id}`, `DELETE organization_fields/{id}`
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let key = find(call)?.key.clone();
    owner(call).of_mut(call.desk.state).remove(&key);
    Ok(Reply::empty(204))
}

/// `PUT user_fields/reorder`, `PUT organization_fields/reorder`
pub(crate) fn reorder(call: &mut Call<'_>) -> Outcome {
    let owner = owner(call);
    let body = call.request.object(owner.one())?;
    let ids = Fields(&body)
        .ids(&format!("{}_ids", owner.one()))
        .unwrap_or_default();
    for (position, id) in (0_u32..).zip(ids) {
        let fields = owner.of_mut(call.desk.state);
        if let Some(field) = fields.values_mut().find(|field| field.id == id) {
            field.position = position;
        }
    }
    Ok(Reply::empty(200))
}
