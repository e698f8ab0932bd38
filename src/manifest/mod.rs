//! From files to spanned documents: discovery, YAML, the structure of every kind, and the schemas.
//!
//! This room knows one file at a time: what entries mean together is for [`crate::desired`]. Only
//! `source` touches the disk, and only `yaml` names the parser. One file per kind holds its section's
//! entry; no entry uses `tag`, `untagged` or `flatten`, which would lose the places of values.

mod account;
mod adopt;
mod check;
pub mod codes;
mod config;
mod document;
mod group;
mod merge;
mod organization;
mod presence;
mod read;
mod role;
mod schema;
pub mod source;
mod text;
mod tree;
mod user;
mod value;
mod yaml;

#[cfg(test)]
mod tests;

pub use account::Target;
pub use adopt::{Adopted, Dropped, LeftOut, Manifest, Only, Wishes, adopt, externals, is_wanted};
pub use config::{
    AccountConfig, Config, GrantRules, LimitConfig, Limits, Manage, ManageKind, ManageUsers,
    RateLimit, Removals, RuleLevel, RuleLevels, ScopeConfig, Share,
};
pub use document::{Defaults, Document, File};
pub use group::{GroupDefaults, GroupEntry};
pub use merge::{Correction, Corrections, Holdings, append, key_at, lost_comments, merge};
pub use organization::{OrganizationDefaults, OrganizationEntry};
pub use presence::{PersonState, Presence};
pub use read::{Broken, Project, parse_config, parse_manifests, read_project};
pub use role::{RoleDefaults, RoleEntry};
pub use schema::{SCHEMAS, schema};
pub use text::{List, Text};
pub use user::{ProfileEntry, UserDefaults, UserEntry, Values};
pub use value::{
    Clearable, Given, Grant, Granted, Names, OfGroup, OfOrganization, OfRole, OpenMap, Set,
};
pub use yaml::Sp;
