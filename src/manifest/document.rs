//! A manifest: one document, and a file of them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::group::{GroupDefaults, GroupEntry};
use super::organization::{OrganizationDefaults, OrganizationEntry};
use super::role::{RoleDefaults, RoleEntry};
use super::text::List;
use super::user::{ProfileEntry, UserDefaults, UserEntry};
use super::value::Given;
use crate::diag::Source;

/// A manifest of zdsync: people, roles, groups and organizations of a Zendesk account. Any file may hold any of the sections; all files together are one set.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "zdsync manifest")]
pub struct Document {
    /// Custom roles (Enterprise).
    pub roles: Given<List<RoleEntry>>,
    /// Groups of agents.
    pub groups: Given<List<GroupEntry>>,
    /// Organizations of end users.
    pub organizations: Given<List<OrganizationEntry>>,
    /// Named bundles that users take over.
    pub profiles: Given<List<ProfileEntry>>,
    /// People: end users, agents and administrators.
    pub users: Given<List<UserEntry>>,
    /// What the entries of this file get that do not say otherwise.
    pub defaults: Given<Defaults>,
}

/// What entries get that do not say otherwise, by section.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// For roles.
    pub roles: RoleDefaults,
    /// For groups.
    pub groups: GroupDefaults,
    /// For organizations.
    pub organizations: OrganizationDefaults,
    /// For people; what their profiles say wins.
    pub users: UserDefaults,
}

impl Document {
    /// Says whether every person has something to be known by, which no derived reader can ask for.
    pub(super) fn names_everybody(&self) -> bool {
        let users = self.users.get().into_iter().flat_map(|all| &all.value);
        users
            .into_iter()
            .all(|user| user.email.is_given() || user.external_id.is_given())
    }

    /// Says whether it declares nothing at all.
    pub const fn is_empty(&self) -> bool {
        let Self {
            roles,
            groups,
            organizations,
            profiles,
            users,
            defaults,
        } = self;
        !(roles.is_given()
            || groups.is_given()
            || organizations.is_given()
            || profiles.is_given()
            || users.is_given()
            || defaults.is_given())
    }
}

/// A manifest file that could be read.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path and text.
    pub source: Arc<Source>,
    /// Its documents.
    pub documents: Vec<Document>,
}
