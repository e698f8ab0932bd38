//! What an operation works with, whether a request or a job carries it.

use jiff::Timestamp;

use super::options::Settings;
use super::records::{AuditEntry, Id, Mail, User};
use super::store::State;

/// The account, the clock and the person who acts.
pub(crate) struct Desk<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) settings: &'a Settings,
    pub(crate) now: Timestamp,
    pub(crate) actor: Id,
    /// Keys of the body that were ignored, such as `user.colour`.
    pub(crate) ignored: Vec<String>,
}

impl Desk<'_> {
    /// Writes a line of the audit log.
    pub(crate) fn audit(&mut self, action: &str, source: Source<'_>, description: String) {
        let id = self.state.next_id();
        let actor = self.state.users.get(&self.actor);
        let entry = AuditEntry {
            id,
            action: action.to_owned(),
            actor_id: self.actor,
            actor_name: actor.map(|user| user.name.clone()).unwrap_or_default(),
            source_id: source.id,
            source_type: source.kind.to_owned(),
            source_label: source.label.to_owned(),
            description,
            created_at: self.now,
        };
        self.state.audit.push(entry);
    }

    /// Notes an e-mail that the service would send.
    pub(crate) fn mail(&mut self, to: &str, kind: &str) {
        let mail = Mail {
            at: self.now,
            to: to.to_owned(),
            kind: kind.to_owned(),
        };
        self.state.mails.push(mail);
    }

    /// Remembers what searches still see of a user that is about to change.
    pub(crate) fn before_user_change(&mut self, id: Id) {
        let lag = self.settings.search_lag;
        self.state.remember_user(id, self.now, lag);
    }

    /// Remembers what searches still see of an organization that is about to change.
    pub(crate) fn before_organization_change(&mut self, id: Id) {
        let lag = self.settings.search_lag;
        self.state.remember_organization(id, self.now, lag);
    }

    /// Remembers what searches still see of a group that is about to change.
    pub(crate) fn before_group_change(&mut self, id: Id) {
        let lag = self.settings.search_lag;
        self.state.remember_group(id, self.now, lag);
    }

    pub(crate) fn caller(&self) -> Option<&User> {
        self.state.users.get(&self.actor)
    }

    pub(crate) fn seats(&self) -> Option<u32> {
        self.settings.seats.or(self.state.account.seats)
    }
}

/// What an audit line is about.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) kind: &'a str,
    pub(crate) id: Id,
    pub(crate) label: &'a str,
}
