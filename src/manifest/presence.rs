//! Whether something is to exist.

use schemars::JsonSchema;
use serde::Deserialize;

/// Whether a role, group or organization is to exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It exists: the same as leaving the key out.
    Present,
    /// It is removed.
    Absent,
}

/// What is wanted of a person's access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonState {
    /// May sign in.
    Active,
    /// May not sign in; keeps role, groups and seat.
    Suspended,
    /// Loses role, groups and organizations and is suspended.
    Offboarded,
    /// Is offboarded and then deleted.
    Deleted,
}
