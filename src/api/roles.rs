//! Custom roles (zendesk-api §11).

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::body;
use super::numbers::Numbers;
use super::paging::{Listed, Page};
use super::{Call, Error, Ignored};
use crate::model::{Fields, Item, Kind, Marks, Name, ObjectId, Role};

/// A role as the service reports one.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleRecord {
    /// The number.
    pub id: ObjectId,
    /// The values, every permission among them.
    pub role: Role,
    /// What else is known.
    pub marks: Marks,
    /// How many team members hold it, where the service says so.
    pub members: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct RoleReply {
    pub(super) custom_role: RoleWire,
}

#[derive(Deserialize)]
pub(super) struct RoleWire {
    pub(super) id: u64,
    name: String,
    description: Option<String>,
    role_type: Option<i64>,
    team_member_count: Option<u64>,
    configuration: Option<Fields>,
}

impl Listed for RoleWire {
    const KEYS: &'static [&'static str] = &["custom_roles"];
}

impl From<RoleWire> for RoleRecord {
    fn from(wire: RoleWire) -> Self {
        let RoleWire {
            id,
            name,
            description,
            role_type,
            team_member_count,
            configuration,
        } = wire;
        Self {
            id: ObjectId::from_wire(id),
            role: Role {
                name: Name::new(&name),
                description: Some(description.unwrap_or_default()),
                configuration: configuration.unwrap_or_default(),
            },
            marks: Marks {
                // Only role type 0 is a role that people made or may change (zendesk-api §11.3).
                system: role_type.is_some_and(|sort| sort != 0),
                ..Marks::default()
            },
            members: team_member_count,
        }
    }
}

/// All roles in one answer: this list has no pages (zendesk-api §3.3).
pub(super) fn list() -> Call<Page<RoleWire>> {
    Call::get("/api/v2/custom_roles")
}

pub(super) fn create(item: &Item, numbers: Numbers<'_>) -> Result<Call<RoleReply>, Error> {
    let role = fields(item, numbers)?;
    Ok(Call::post("/api/v2/custom_roles").json(json!({ "custom_role": role })))
}

/// Only the permissions that change are sent: a whole configuration is refused (zendesk-api §11.2).
pub(super) fn update(item: &Item, numbers: Numbers<'_>) -> Result<Call<Ignored>, Error> {
    let role = fields(item, numbers)?;
    let path = format!("/api/v2/custom_roles/{}", numbers.item_segment(item)?);
    Ok(Call::put(path).json(json!({ "custom_role": role })))
}

pub(super) fn delete(item: &Item, numbers: Numbers<'_>) -> Result<Call<Ignored>, Error> {
    let path = format!("/api/v2/custom_roles/{}", numbers.item_segment(item)?);
    Ok(Call::delete(path))
}

fn fields(item: &Item, numbers: Numbers<'_>) -> Result<Map<String, Json>, Error> {
    let mut role = Map::new();
    for (path, value) in &item.values {
        match &**path {
            "name" => {
                role.insert(path.to_string(), body::plain(value, numbers)?);
            }
            "description" => {
                role.insert(path.to_string(), body::text(value, numbers)?);
            }
            other => {
                let Some(key) = other.strip_prefix("configuration.") else {
                    return Err(Error::Unwritable {
                        kind: Kind::Role,
                        field: other.to_owned(),
                    });
                };
                body::put_nested(
                    &mut role,
                    "configuration",
                    key,
                    body::plain(value, numbers)?,
                );
            }
        }
    }
    Ok(role)
}
