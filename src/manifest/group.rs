//! Groups in a manifest.

use schemars::JsonSchema;
use serde::Deserialize;

use super::presence::Presence;
use super::text::Text;
use super::value::{Clearable, Given, Set};
use super::yaml::Sp;

/// A group of agents. Only the keys written here are managed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Group")]
pub struct GroupEntry {
    /// The name. It is compared ignoring case.
    #[schemars(length(min = 1))]
    pub name: Sp<Text>,
    /// Names it had before: turns what would be a removal and a creation into a rename.
    #[serde(default)]
    pub previously: Given<Set>,
    /// What the group is for.
    #[serde(default)]
    pub description: Given<Clearable>,
    /// Whether agents outside the group may see its tickets. `false` is for ever: a private group can never become public again.
    #[serde(default)]
    pub is_public: Given<bool>,
    /// `absent` removes the group.
    #[serde(default)]
    pub state: Given<Presence>,
    /// `true` says: exists in the account and is not ours. It may be referenced and is never created, changed or removed.
    #[serde(default)]
    pub external: Given<bool>,
}

/// What groups get that do not say otherwise.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GroupDefaults {
    /// What the group is for.
    pub description: Given<Clearable>,
    /// Whether agents outside the group may see its tickets.
    pub is_public: Given<bool>,
}
