//! Telephone numbers that did not change although the update succeeded, put right.
//!
//! An update of the number of somebody who has a direct line adds a further number and leaves the old one
//! in place (zendesk-api §5.8), as it does with e-mail addresses. Whether that happened only shows in the
//! record, so records are read again.

use std::collections::BTreeSet;

use crate::api::Writer;
use crate::model::{Address, Book, Item, Kind, ObjectId, Value, Verb, Write};
use crate::plan::Plan;

use super::ItemFailure;

/// The people of a plan who have a telephone number now and get another one.
pub(super) fn moving(plan: &Plan) -> BTreeSet<Address> {
    let changes = plan.changes.iter().filter(|change| {
        let moves = |path: &str, before: &Value, after: &Value| {
            path == "phone" && !before.is_null() && !after.is_null()
        };
        change
            .fields
            .iter()
            .any(|field| moves(&field.path, &field.before, &field.after))
    });
    changes.map(|change| change.address.clone()).collect()
}

/// The items of a write that give one of these people another number.
pub(super) fn items_of<'plan>(write: &'plan Write, moving: &BTreeSet<Address>) -> Vec<&'plan Item> {
    if write.kind != Kind::User || write.verb != Verb::Update || moving.is_empty() {
        return Vec::new();
    }
    write
        .items
        .iter()
        .filter(|item| moving.contains(&item.address) && number_of(item).is_some())
        .collect()
}

/// Reads the records again and makes the new numbers the ones that count.
///
/// Costs one request for every 100 people, and three for each number that had to be put right.
pub(super) async fn settle(writer: &Writer, items: &[&Item], book: &Book) -> Vec<ItemFailure> {
    let failure = |address: &Address, error: &dyn std::fmt::Display| ItemFailure {
        address: address.clone(),
        message: format!("the telephone number could not be switched: {error}"),
    };
    if items.is_empty() {
        return Vec::new();
    }
    let wanted: Vec<(&Item, ObjectId, &str)> = items
        .iter()
        .filter_map(|item| {
            Some((
                *item,
                book.get(&item.address).or(item.id)?,
                number_of(item)?,
            ))
        })
        .collect();
    let ids: Vec<ObjectId> = wanted.iter().map(|(_, id, _)| *id).collect();
    let records = match writer.reader().users_by_id(&ids).await {
        Ok(records) => records.items,
        Err(error) => {
            return items
                .iter()
                .map(|item| failure(&item.address, &error))
                .collect();
        }
    };
    let mut failures = Vec::new();
    for (item, id, phone) in wanted {
        let record = records.iter().find(|record| record.id == id);
        if record.is_none_or(|record| record.user.phone.as_deref() == Some(phone)) {
            continue;
        }
        if let Err(error) = writer.switch_phone(id, phone).await {
            failures.push(failure(&item.address, &error));
        }
    }
    failures
}

fn number_of(item: &Item) -> Option<&str> {
    let (_, value) = item.values.iter().find(|(path, _)| path == "phone")?;
    if let Value::Text(phone) = value {
        Some(phone)
    } else {
        None
    }
}
