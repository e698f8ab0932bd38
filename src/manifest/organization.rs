//! Organizations in a manifest.

use schemars::JsonSchema;
use serde::Deserialize;

use super::presence::Presence;
use super::text::Text;
use super::value::{Clearable, Given, OpenMap, Set};
use super::yaml::Sp;

/// An organization of end users. Only the keys written here are managed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Organization")]
pub struct OrganizationEntry {
    /// The name. It is compared ignoring case and may not hold `|`.
    #[schemars(length(min = 1), regex(pattern = r"^[^|]*$"))]
    pub name: Sp<Text>,
    /// Names it had before: turns what would be a removal and a creation into a rename.
    #[serde(default)]
    pub previously: Given<Set>,
    /// The key of another system, such as a CRM. Unique, ignoring case.
    #[serde(default)]
    pub external_id: Given<Clearable>,
    /// Mail domains whose people join by themselves. The whole list: what is missing is removed.
    #[serde(default)]
    pub domain_names: Given<Set>,
    /// Address and the like.
    #[serde(default)]
    pub details: Given<Clearable>,
    /// Notes for agents.
    #[serde(default)]
    pub notes: Given<Clearable>,
    /// The group that gets the new tickets of its people; `null` for none.
    #[serde(default)]
    pub group: Given<Clearable>,
    /// Whether its people see each other's tickets.
    #[serde(default)]
    pub shared_tickets: Given<bool>,
    /// Whether its people may comment on each other's tickets.
    #[serde(default)]
    pub shared_comments: Given<bool>,
    /// Tags. The whole list: what is missing is removed.
    #[serde(default)]
    pub tags: Given<Set>,
    /// Custom fields by key. Only those listed are managed; `null` clears one.
    #[serde(default)]
    pub organization_fields: Given<OpenMap>,
    /// `absent` removes the organization.
    #[serde(default)]
    pub state: Given<Presence>,
    /// `true` says: exists in the account and is not ours. It may be referenced and is never created, changed or removed.
    #[serde(default)]
    pub external: Given<bool>,
}

/// What organizations get that do not say otherwise.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrganizationDefaults {
    /// Address and the like.
    pub details: Given<Clearable>,
    /// Notes for agents.
    pub notes: Given<Clearable>,
    /// The group that gets the new tickets of their people; `null` for none.
    pub group: Given<Clearable>,
    /// Whether their people see each other's tickets.
    pub shared_tickets: Given<bool>,
    /// Whether their people may comment on each other's tickets.
    pub shared_comments: Given<bool>,
    /// Tags.
    pub tags: Given<Set>,
    /// Custom fields by key; an organization's own keys win one by one.
    pub organization_fields: Given<OpenMap>,
}
