//! Groups (zendesk-api §7).

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::body;
use super::numbers::Numbers;
use super::paging::{Listed, Page};
use super::{Call, Error, Ignored};
use crate::model::{Group, Item, Kind, Marks, Name, ObjectId};

/// A group as the service reports one.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupRecord {
    /// The number.
    pub id: ObjectId,
    /// The values.
    pub group: Group,
    /// What else is known.
    pub marks: Marks,
    /// Whether it was deleted; such groups can still be asked for by number.
    pub deleted: bool,
}

#[derive(Deserialize)]
pub(super) struct GroupReply {
    pub(super) group: GroupWire,
}

#[derive(Deserialize)]
pub(super) struct GroupWire {
    pub(super) id: u64,
    name: String,
    description: Option<String>,
    is_public: Option<bool>,
    default: Option<bool>,
    deleted: Option<bool>,
}

impl Listed for GroupWire {
    const KEYS: &'static [&'static str] = &["groups"];
}

impl From<GroupWire> for GroupRecord {
    fn from(wire: GroupWire) -> Self {
        let GroupWire {
            id,
            name,
            description,
            is_public,
            default,
            deleted,
        } = wire;
        Self {
            id: ObjectId::from_wire(id),
            group: Group {
                name: Name::new(&name),
                description: Some(description.unwrap_or_default()),
                is_public: Some(is_public.unwrap_or(true)),
            },
            marks: Marks {
                account_default: default.unwrap_or(false),
                ..Marks::default()
            },
            deleted: deleted.unwrap_or(false),
        }
    }
}

pub(super) fn list() -> Call<Page<GroupWire>> {
    Call::get("/api/v2/groups")
}

/// Names need not be unique: a second one may make a twin (zendesk-api §15).
pub(super) fn create(item: &Item, numbers: Numbers<'_>) -> Result<Call<GroupReply>, Error> {
    let group = fields(item, numbers)?;
    Ok(Call::post("/api/v2/groups").json(json!({ "group": group })))
}

pub(super) fn update(item: &Item, numbers: Numbers<'_>) -> Result<Call<Ignored>, Error> {
    let group = fields(item, numbers)?;
    let path = format!("/api/v2/groups/{}", numbers.item_segment(item)?);
    Ok(Call::put(path).json(json!({ "group": group })))
}

pub(super) fn delete(item: &Item, numbers: Numbers<'_>) -> Result<Call<Ignored>, Error> {
    let path = format!("/api/v2/groups/{}", numbers.item_segment(item)?);
    Ok(Call::delete(path))
}

fn fields(item: &Item, numbers: Numbers<'_>) -> Result<Map<String, Json>, Error> {
    item.values
        .iter()
        .map(|(path, value)| {
            let value = match &**path {
                "name" | "is_public" => body::plain(value, numbers)?,
                "description" => body::text(value, numbers)?,
                _ => {
                    return Err(Error::Unwritable {
                        kind: Kind::Group,
                        field: path.to_string(),
                    });
                }
            };
            Ok((path.to_string(), value))
        })
        .collect()
}
