//! Organizations (zendesk-api §9).

mod list;
mod write;

pub(crate) use list::{autocomplete, count, list, list_of_user, related, search, show, show_many};
pub(crate) use write::{
    create, create_many, create_one, create_or_update, delete, destroy_many, remove_one, update,
    update_many, update_one,
};

use serde::Serialize;

use super::call::url;
use super::fields::Shown;
use super::records::{Id, Organization};
use super::store::State;

pub(super) const KIND: &str = "organizations";

/// An organization as the wire shows it.
#[derive(Serialize)]
pub(crate) struct View<'a> {
    url: String,
    id: Id,
    name: &'a str,
    shared_tickets: bool,
    shared_comments: bool,
    external_id: Option<&'a str>,
    created_at: jiff::Timestamp,
    updated_at: jiff::Timestamp,
    domain_names: &'a [String],
    details: Option<&'a str>,
    notes: Option<&'a str>,
    group_id: Option<Id>,
    tags: &'a [String],
    organization_fields: Shown<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Option<jiff::Timestamp>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
}

pub(crate) fn view<'a>(state: &'a State, row: &'a Organization, origin: &str) -> View<'a> {
    let Organization {
        id,
        name,
        shared_tickets,
        shared_comments,
        external_id,
        created_at,
        updated_at,
        domain_names,
        details,
        notes,
        group_id,
        tags,
        organization_fields,
        tickets: _,
        deleted_at: _,
    } = row;
    View {
        url: url(origin, KIND, *id),
        id: *id,
        name,
        shared_tickets: *shared_tickets,
        shared_comments: *shared_comments,
        external_id: external_id.as_deref(),
        created_at: *created_at,
        updated_at: *updated_at,
        domain_names,
        details: details.as_deref(),
        notes: notes.as_deref(),
        group_id: *group_id,
        tags,
        organization_fields: Shown::new(&state.organization_fields, organization_fields),
        deleted_at: None,
        result_type: None,
    }
}

impl View<'_> {
    /// Adds the key that only incremental exports carry.
    pub(crate) fn with_deleted_at(mut self, deleted_at: Option<jiff::Timestamp>) -> Self {
        self.deleted_at = Some(deleted_at);
        self
    }

    /// Adds the key that only search results carry.
    pub(crate) fn into_result(mut self) -> Self {
        self.result_type = Some("organization");
        self
    }
}
