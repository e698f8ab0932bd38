//! What can be seen of a simulator without asking it: the log, counters, and who has what.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::records::Id;
use super::request::Request;
use super::store::State;

/// One line of the request log. Holds no credential and no body.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogEntry {
    /// When, by the clock of the simulator.
    pub at: Timestamp,
    /// Such as `GET`.
    pub method: String,
    /// The path as it was sent.
    pub path: String,
    /// Decoded parameters.
    pub query: Vec<(String, String)>,
    /// None where the connection was dropped.
    pub status: Option<u16>,
    /// Address of the caller, if one was recognised.
    pub actor: Option<String>,
    /// Faults that struck.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
}

/// How many requests of which sort were answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// `GET requests`.
    pub reads: u64,
    /// All others.
    pub writes: u64,
    /// Looks at job statuses; part of `reads`.
    pub polls: u64,
    /// Answers with status 429.
    pub limited: u64,
}

/// What one user has, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// The address that the user object shows.
    pub email: Option<String>,
    /// Display name.
    pub name: String,
    /// `end-user`, `agent`, `admin`, or the name of the custom role of an agent.
    pub role: String,
    /// Names of groups.
    pub groups: BTreeSet<String>,
    /// Name of the default group.
    pub default_group: Option<String>,
    /// Names of organizations.
    pub organizations: BTreeSet<String>,
    /// Whether the user is kept out.
    pub suspended: bool,
    /// False once deleted.
    pub active: bool,
}

impl Counters {
    /// Counts one answer.
    pub(crate) fn count(&mut self, request: &Request, status: u16) {
        if request.method == http::Method::GET {
            self.reads += 1;
        } else {
            self.writes += 1;
        }
        self.polls += u64::from(request.segments.iter().any(|part| part == "job_statuses"));
        self.limited += u64::from(status == 429);
    }
}

/// Returns what every user has, by id; deleted ones too.
pub(crate) fn holdings(state: &State) -> BTreeMap<Id, Holding> {
    let ids = state.users.keys();
    ids.filter_map(|id| Some((*id, holding(state, *id)?)))
        .collect()
}

fn holding(state: &State, id: Id) -> Option<Holding> {
    let user = state.users.get(&id)?;
    let group = |id: &Id| state.groups.get(id).map(|group| group.name.clone());
    let organization = |id: &Id| state.organizations.get(id).map(|row| row.name.clone());
    let role = user
        .rank
        .custom_role
        .filter(|role| Some(*role) != state.account.admin_role);
    let role = role.and_then(|id| state.custom_roles.get(&id));
    let groups = state
        .index
        .groups_of
        .get(&id)
        .into_iter()
        .flat_map(BTreeMap::keys);
    let organizations = state.index.organizations_of.get(&id).into_iter();
    Some(Holding {
        email: state.email_of(id).map(str::to_owned),
        name: user.name.clone(),
        role: role.map_or_else(
            || user.rank.role.as_str().to_owned(),
            |role| role.name.clone(),
        ),
        groups: groups.filter_map(group).collect(),
        default_group: state.default_group_of(id).as_ref().and_then(group),
        organizations: organizations
            .flat_map(BTreeMap::keys)
            .filter_map(organization)
            .collect(),
        suspended: user.suspended,
        active: user.active,
    })
}
