//! What searches still see of records that changed a moment ago.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::query::Document;
use crate::sandbox::records::{Group, Id, Organization};
use crate::sandbox::store::State;

/// Former states by record; a record that is new was nothing before.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Pending {
    users: Former<Document>,
    organizations: Former<Organization>,
    groups: Former<Group>,
}

type Former<T> = BTreeMap<Id, Vec<Old<T>>>;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Old<T> {
    until: Timestamp,
    record: Option<T>,
}

fn add<T>(map: &mut Former<T>, id: Id, until: Timestamp, record: Option<T>) {
    map.entry(id).or_default().push(Old { until, record });
}

fn seen<T>(map: &Former<T>, id: Id, now: Timestamp) -> Option<Option<&T>> {
    let old = map.get(&id)?.iter().find(|old| old.until > now)?;
    Some(old.record.as_ref())
}

fn sweep<T>(map: &mut Former<T>, now: Timestamp) {
    map.retain(|_, olds| {
        olds.retain(|old| old.until > now);
        !olds.is_empty()
    });
}

impl Pending {
    /// Returns the old state of a user if searches still see that; the inner nothing is "not yet".
    pub(super) fn user(&self, id: Id, now: Timestamp) -> Option<Option<&Document>> {
        seen(&self.users, id, now)
    }

    /// Returns the old state of an organization if searches still see that.
    pub(crate) fn organization(&self, id: Id, now: Timestamp) -> Option<Option<&Organization>> {
        seen(&self.organizations, id, now)
    }

    /// Returns the old state of a group if searches still see that.
    pub(super) fn group(&self, id: Id, now: Timestamp) -> Option<Option<&Group>> {
        seen(&self.groups, id, now)
    }

    /// Returns the users whose old state is still seen.
    pub(super) fn user_ids(&self) -> impl Iterator<Item = Id> {
        self.users.keys().copied()
    }

    /// Forgets what searches no longer see.
    pub(crate) fn sweep(&mut self, now: Timestamp) {
        sweep(&mut self.users, now);
        sweep(&mut self.organizations, now);
        sweep(&mut self.groups, now);
    }
}

fn until(now: Timestamp, lag: Duration) -> Option<Timestamp> {
    let lag = SignedDuration::try_from(lag)
        .ok()
        .filter(SignedDuration::is_positive)?;
    now.checked_add(lag).ok()
}

impl State {
    /// Keeps what searches see of a user that is about to change.
    pub(crate) fn remember_user(&mut self, id: Id, now: Timestamp, lag: Duration) {
        let Some(until) = until(now, lag) else {
            return;
        };
        let user = self.users.get(&id).filter(|user| user.active);
        let record = user.map(|user| Document::of_user(self, user));
        add(&mut self.pending.users, id, until, record);
    }

    /// Keeps what searches see of an organization that is about to change.
    pub(crate) fn remember_organization(&mut self, id: Id, now: Timestamp, lag: Duration) {
        if let Some(until) = until(now, lag) {
            let record = self.organizations.get(&id).cloned();
            add(&mut self.pending.organizations, id, until, record);
        }
    }

    /// Keeps what searches see of a group that is about to change.
    pub(crate) fn remember_group(&mut self, id: Id, now: Timestamp, lag: Duration) {
        if let Some(until) = until(now, lag) {
            let record = self.groups.get(&id).filter(|group| !group.deleted).cloned();
            add(&mut self.pending.groups, id, until, record);
        }
    }
}
