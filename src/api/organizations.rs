//! Organizations (zendesk-api §9).

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::body;
use super::jobs::JobReply;
use super::numbers::Numbers;
use super::paging::{Listed, Page};
use super::users::joined;
use super::{Call, Class, Error, Ignored};
use crate::model::{FieldTags, Fields, Item, Kind, Name, ObjectId, Organization, Texts};

/// An organization as the service reports one. Its group is a number yet.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganizationRecord {
    /// The number.
    pub id: ObjectId,
    /// The values; `group` is not set.
    pub organization: Organization,
    /// The group that new tickets go to.
    pub group: Option<ObjectId>,
}

#[derive(Deserialize)]
pub(super) struct OrganizationReply {
    pub(super) organization: OrganizationWire,
}

#[derive(Deserialize)]
pub(super) struct OrganizationWire {
    pub(super) id: u64,
    name: String,
    external_id: Option<String>,
    domain_names: Option<Texts>,
    details: Option<String>,
    notes: Option<String>,
    group_id: Option<u64>,
    shared_tickets: Option<bool>,
    shared_comments: Option<bool>,
    tags: Option<Texts>,
    organization_fields: Option<Fields>,
}

impl Listed for OrganizationWire {
    const KEYS: &'static [&'static str] = &["organizations"];
}

impl From<OrganizationWire> for OrganizationRecord {
    fn from(wire: OrganizationWire) -> Self {
        let OrganizationWire {
            id,
            name,
            external_id,
            domain_names,
            details,
            notes,
            group_id,
            shared_tickets,
            shared_comments,
            tags,
            organization_fields,
        } = wire;
        Self {
            id: ObjectId::from_wire(id),
            organization: Organization {
                name: Name::new(&name),
                external_id: Some(external_id.unwrap_or_default()),
                domain_names: Some(domain_names.unwrap_or_default()),
                details: Some(details.unwrap_or_default()),
                notes: Some(notes.unwrap_or_default()),
                group: None,
                shared_tickets: Some(shared_tickets.unwrap_or(false)),
                shared_comments: Some(shared_comments.unwrap_or(false)),
                tags: Some(tags.unwrap_or_default()),
                field_tags: FieldTags::default(),
                organization_fields: organization_fields.unwrap_or_default(),
            },
            group: group_id.map(ObjectId::from_wire),
        }
    }
}

pub(super) fn list() -> Call<Page<OrganizationWire>> {
    Call::get("/api/v2/organizations")
}

/// The organization of this very name, ignoring case, without an index (zendesk-api §3.6, O5).
pub(super) fn search_by_name(name: &str) -> Call<Page<OrganizationWire>> {
    Call::get("/api/v2/organizations/search").query("name", name)
}

pub(super) fn show_many(ids: &[ObjectId]) -> Call<Page<OrganizationWire>> {
    Call::get("/api/v2/organizations/show_many").query("ids", joined(ids))
}

pub(super) fn create(item: &Item, numbers: Numbers<'_>) -> Result<Call<OrganizationReply>, Error> {
    let organization = fields(item, numbers)?;
    Ok(Call::post("/api/v2/organizations").json(json!({ "organization": organization })))
}

pub(super) fn create_many(items: &[Item], numbers: Numbers<'_>) -> Result<Call<JobReply>, Error> {
    let organizations = items
        .iter()
        .map(|item| fields(item, numbers).map(Json::Object))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Call::post("/api/v2/organizations/create_many")
        .json(json!({ "organizations": organizations }))
        .class(Class::Job))
}

pub(super) fn update(item: &Item, numbers: Numbers<'_>) -> Result<Call<Ignored>, Error> {
    let organization = fields(item, numbers)?;
    let path = format!("/api/v2/organizations/{}", numbers.item_segment(item)?);
    Ok(Call::put(path)
        .json(json!({ "organization": organization }))
        .class(Class::OrganizationUpdate(numbers.of_item(item))))
}

pub(super) fn update_many(items: &[Item], numbers: Numbers<'_>) -> Result<Call<JobReply>, Error> {
    let organizations = items
        .iter()
        .map(|item| {
            let mut organization = Map::new();
            organization.insert("id".to_owned(), numbers.item_json(item)?);
            organization.append(&mut fields(item, numbers)?);
            Ok(Json::Object(organization))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(Call::put("/api/v2/organizations/update_many")
        .json(json!({ "organizations": organizations }))
        .class(Class::Job))
}

pub(super) fn delete(item: &Item, numbers: Numbers<'_>) -> Result<Call<Ignored>, Error> {
    let path = format!("/api/v2/organizations/{}", numbers.item_segment(item)?);
    Ok(Call::delete(path))
}

pub(super) fn destroy_many(items: &[Item], numbers: Numbers<'_>) -> Result<Call<JobReply>, Error> {
    super::jobs::destroy_many("/api/v2/organizations/destroy_many", items, numbers)
}

fn fields(item: &Item, numbers: Numbers<'_>) -> Result<Map<String, Json>, Error> {
    let mut organization = Map::new();
    for (path, value) in &item.values {
        match &**path {
            "name" | "external_id" | "details" | "notes" | "shared_tickets" | "shared_comments" => {
                organization.insert(path.to_string(), body::plain(value, numbers)?);
            }
            "domain_names" | "tags" => {
                organization.insert(path.to_string(), body::set(value, numbers)?);
            }
            "group" => {
                organization.insert("group_id".to_owned(), body::plain(value, numbers)?);
            }
            other => {
                let Some(key) = other.strip_prefix("organization_fields.") else {
                    return Err(Error::Unwritable {
                        kind: Kind::Organization,
                        field: other.to_owned(),
                    });
                };
                let value = body::plain(value, numbers)?;
                body::put_nested(&mut organization, "organization_fields", key, value);
            }
        }
    }
    Ok(organization)
}
