//! Custom roles in a manifest.

use schemars::JsonSchema;
use serde::Deserialize;

use super::presence::Presence;
use super::text::Text;
use super::value::{Clearable, Given, OpenMap, Set};
use super::yaml::Sp;

/// A custom role (Enterprise). Only the keys written here are managed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Role")]
pub struct RoleEntry {
    /// The name. It is compared ignoring case.
    #[schemars(length(min = 1))]
    pub name: Sp<Text>,
    /// Names it had before: turns what would be a removal and a creation into a rename.
    #[serde(default)]
    pub previously: Given<Set>,
    /// What the role is for.
    #[serde(default)]
    pub description: Given<Clearable>,
    /// Permissions by Zendesk's own keys, such as `ticket_access: within-groups`. Only those listed are managed.
    #[serde(default)]
    pub configuration: Given<OpenMap>,
    /// `absent` removes the role.
    #[serde(default)]
    pub state: Given<Presence>,
    /// `true` says: exists in the account and is not ours. It may be referenced and is never created, changed or removed.
    #[serde(default)]
    pub external: Given<bool>,
}

/// What roles get that do not say otherwise.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RoleDefaults {
    /// What the role is for.
    pub description: Given<Clearable>,
    /// Permissions by Zendesk's own keys; a role's own keys win one by one.
    pub configuration: Given<OpenMap>,
}
