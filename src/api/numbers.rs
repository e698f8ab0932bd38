//! Addresses become numbers where a call is built.

use serde_json::Value as Json;

use super::Error;
use crate::model::{Address, Book, Item, ObjectId};

/// Where numbers come from: the book as it is when a call is sent, or as it is when the call is only shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Numbers<'a> {
    /// Every number has to be in the book.
    Known(&'a Book),
    /// What is not known yet is written as its address in braces.
    Shown(&'a Book),
}

impl Numbers<'_> {
    /// The number of an item's object, where it is known.
    pub(super) fn of_item(self, item: &Item) -> Option<ObjectId> {
        match self {
            // What apply has learned is newer than what the plan knew.
            Self::Known(book) => book.get(&item.address).or(item.id),
            Self::Shown(book) => item.id.or_else(|| book.get(&item.address)),
        }
    }

    /// An item's object as a part of a path.
    pub(super) fn item_segment(self, item: &Item) -> Result<String, Error> {
        self.segment_of(&item.address, self.of_item(item))
    }

    /// Another object as a part of a path.
    pub(super) fn segment(self, address: &Address) -> Result<String, Error> {
        self.segment_of(address, self.of(address))
    }

    /// An item's object in a body.
    pub(super) fn item_json(self, item: &Item) -> Result<Json, Error> {
        self.json_of(&item.address, self.of_item(item))
    }

    /// Another object in a body.
    pub(super) fn json(self, address: &Address) -> Result<Json, Error> {
        self.json_of(address, self.of(address))
    }

    fn of(self, address: &Address) -> Option<ObjectId> {
        match self {
            Self::Known(book) | Self::Shown(book) => book.get(address),
        }
    }

    fn segment_of(self, address: &Address, id: Option<ObjectId>) -> Result<String, Error> {
        match (id, self) {
            (Some(id), _) => Ok(id.to_string()),
            (None, Self::Shown(_)) => Ok(format!("{{{address}}}")),
            (None, Self::Known(_)) => Err(Error::UnknownNumber(address.clone())),
        }
    }

    fn json_of(self, address: &Address, id: Option<ObjectId>) -> Result<Json, Error> {
        match id {
            Some(id) => Ok(Json::from(id.to_wire())),
            None => self.segment_of(address, None).map(Json::from),
        }
    }
}
