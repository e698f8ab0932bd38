//! Custom fields of users and organizations, for the tags they put on people (zendesk-api §12).

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Call;
use super::paging::{Listed, Page};
use crate::model::UserField;

#[derive(Deserialize)]
pub(super) struct FieldWire {
    key: Option<String>,
    #[serde(rename = "type")]
    sort: Option<String>,
    tag: Option<String>,
    custom_field_options: Option<Vec<OptionWire>>,
}

impl Listed for FieldWire {
    const KEYS: &'static [&'static str] = &["user_fields", "organization_fields"];
}

#[derive(Deserialize)]
struct OptionWire {
    value: Option<String>,
}

impl FieldWire {
    /// The field; ticket-style fields without a key put no tags on people.
    pub(super) fn record(self) -> Option<UserField> {
        let Self {
            key,
            sort,
            tag,
            custom_field_options,
        } = self;
        let options = custom_field_options
            .into_iter()
            .flatten()
            .filter_map(|option| option.value);
        let tags: BTreeSet<String> = tag
            .into_iter()
            .chain(options)
            .filter(|tag| !tag.is_empty())
            .collect();
        Some(UserField {
            key: key?,
            field_type: sort.unwrap_or_default(),
            tags,
        })
    }
}

pub(super) fn of_users() -> Call<Page<FieldWire>> {
    Call::get("/api/v2/user_fields")
}

pub(super) fn of_organizations() -> Call<Page<FieldWire>> {
    Call::get("/api/v2/organization_fields")
}
