//! Reading what a job is to work on.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::sandbox::body::Fields;
use crate::sandbox::call::Call;
use crate::sandbox::errors::Refusal;
use crate::sandbox::records::Id;

/// One record of a bulk call.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(super) id: Option<Id>,
    pub(super) external_id: Option<String>,
    pub(super) body: Map<String, Value>,
}

impl Item {
    /// A record that is named by its id.
    pub(crate) fn of_id(id: Id) -> Self {
        Self {
            id: Some(id),
            ..Self::default()
        }
    }

    fn of_external(external_id: String) -> Self {
        Self {
            external_id: Some(external_id),
            ..Self::default()
        }
    }
}

fn bounded<T>(rows: Vec<T>) -> Result<Vec<T>, Refusal> {
    if rows.len() > 100 {
        Err(Refusal::TooManyValues)
    } else {
        Ok(rows)
    }
}

/// Makes an item of every record of a body.
pub(crate) fn items_of_body(records: Vec<Map<String, Value>>) -> Result<Vec<Item>, Refusal> {
    let items = bounded(records)?.into_iter();
    Ok(items
        .map(|body| Item {
            body,
            ..Item::default()
        })
        .collect())
}

/// Makes an item of every id or external id of the query.
pub(crate) fn items_of_query(call: &Call<'_>) -> Result<Vec<Item>, Refusal> {
    if let Some(ids) = call.ids_param("ids")? {
        return Ok(ids.into_iter().map(Item::of_id).collect());
    }
    let external = call.request.list("external_ids")?.unwrap_or_default();
    Ok(external.into_iter().map(Item::of_external).collect())
}

/// Makes the items of an update: one change for many, or each its own.
pub(crate) fn items_of_update(
    call: &Call<'_>,
    one: &str,
    many: &str,
) -> Result<Vec<Item>, Refusal> {
    let mut items = items_of_query(call)?;
    if !items.is_empty() {
        let body = call.request.record(one)?;
        for item in &mut items {
            item.body.clone_from(&body);
        }
        return Ok(items);
    }
    let records = bounded(call.request.records(many)?)?;
    Ok(records.into_iter().map(named).collect())
}

/// A record that carries its own name; an external id beside an id is a change.
fn named(mut body: Map<String, Value>) -> Item {
    let id = Fields(&body).id("id").flatten();
    let external_id = Fields(&body)
        .some_text("external_id")
        .filter(|_| id.is_none());
    body.remove("id");
    Item {
        id,
        external_id,
        body,
    }
}
