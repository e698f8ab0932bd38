//! The whole account, and the only ways to change it that keep the index true.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::index::Index;
use super::jobs::Job;
use super::limits::Limits;
use super::records::{
    Account, AuditEntry, CustomRole, Field, Group, GroupMembership, Id, Identity, Mail,
    Organization, OrganizationMembership, Token, User,
};
use super::search::Pending;

/// The account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) format: String,
    pub(crate) account: Account,
    made: u64,
    pub(crate) requests: u64,
    pub(crate) users: BTreeMap<Id, User>,
    pub(crate) identities: BTreeMap<Id, Identity>,
    pub(crate) groups: BTreeMap<Id, Group>,
    pub(crate) group_memberships: BTreeMap<Id, GroupMembership>,
    pub(crate) organizations: BTreeMap<Id, Organization>,
    pub(crate) deleted_organizations: BTreeMap<Id, Organization>,
    pub(crate) organization_memberships: BTreeMap<Id, OrganizationMembership>,
    pub(crate) custom_roles: BTreeMap<Id, CustomRole>,
    pub(crate) user_fields: BTreeMap<String, Field>,
    pub(crate) organization_fields: BTreeMap<String, Field>,
    pub(crate) jobs: BTreeMap<Id, Job>,
    pub(crate) audit: Vec<AuditEntry>,
    pub(crate) tokens: Vec<Token>,
    pub(crate) mails: Vec<Mail>,
    pub(crate) limits: Limits,
    pub(crate) pending: Pending,
    #[serde(skip)]
    pub(crate) index: Index,
}

/// The form of a saved account that this build writes and reads.
pub(crate) const FORMAT: &str = "zdsync.sandbox/1";

impl State {
    pub(crate) fn new(account: Account) -> Self {
        Self {
            format: FORMAT.to_owned(),
            account,
            made: 0,
            requests: 0,
            users: BTreeMap::new(),
            identities: BTreeMap::new(),
            groups: BTreeMap::new(),
            group_memberships: BTreeMap::new(),
            organizations: BTreeMap::new(),
            deleted_organizations: BTreeMap::new(),
            organization_memberships: BTreeMap::new(),
            custom_roles: BTreeMap::new(),
            user_fields: BTreeMap::new(),
            organization_fields: BTreeMap::new(),
            jobs: BTreeMap::new(),
            audit: Vec::new(),
            tokens: Vec::new(),
            mails: Vec::new(),
            limits: Limits::default(),
            pending: Pending::default(),
            index: Index::default(),
        }
    }

    /// Returns an id that no record had or will have. Later ids are not always greater
    /// (zendesk-api §18.1).
    pub(crate) fn next_id(&mut self) -> Id {
        self.made += 1;
        40_000_000_000_000 + self.made.wrapping_mul(2_654_435_761) % (1 << 32)
    }

    pub(crate) fn reindex(&mut self) {
        let mut index = Index::default();
        self.users.values().for_each(|user| index.add_user(user));
        self.identities
            .values()
            .for_each(|row| index.add_identity(row));
        self.groups
            .values()
            .for_each(|group| index.add_group(group));
        self.group_memberships
            .values()
            .for_each(|row| index.add_group_membership(row));
        self.organizations
            .values()
            .for_each(|row| index.add_organization(row));
        self.deleted_organizations
            .values()
            .for_each(|row| index.add_organization(row));
        self.organization_memberships
            .values()
            .for_each(|row| index.add_organization_membership(row));
        self.index = index;
    }

    pub(crate) fn insert_user(&mut self, user: User) {
        self.index.add_user(&user);
        self.users.insert(user.id, user);
    }

    /// Changes a user and moves `updated_at` if anything differs afterwards. Returns whether it did.
    pub(crate) fn change_user(
        &mut self,
        id: Id,
        now: Timestamp,
        change: impl FnOnce(&mut User),
    ) -> bool {
        let Some(user) = self.users.get_mut(&id) else {
            return false;
        };
        let before = user.clone();
        change(user);
        if *user == before {
            return false;
        }
        user.updated_at = now;
        let user = user.clone();
        self.index.drop_user(&before);
        self.index.add_user(&user);
        true
    }

    /// Moves `updated_at` of a user whose identities or memberships changed.
    pub(crate) fn touch_user(&mut self, id: Id, now: Timestamp) {
        if let Some(user) = self.users.get_mut(&id) {
            self.index
                .user_updates
                .remove(&(user.updated_at.as_second(), id));
            user.updated_at = now;
            self.index.user_updates.insert((now.as_second(), id));
        }
    }

    pub(crate) fn insert_identity(&mut self, identity: Identity) {
        self.index.add_identity(&identity);
        self.identities.insert(identity.id, identity);
    }

    pub(crate) fn remove_identity(&mut self, id: Id) -> Option<Identity> {
        let identity = self.identities.remove(&id)?;
        self.index.drop_identity(&identity);
        Some(identity)
    }

    pub(crate) fn insert_group(&mut self, group: Group) {
        self.index.add_group(&group);
        self.groups.insert(group.id, group);
    }

    /// Changes a group and moves `updated_at` if anything differs afterwards.
    pub(crate) fn change_group(
        &mut self,
        id: Id,
        now: Timestamp,
        change: impl FnOnce(&mut Group),
    ) -> bool {
        let Some(group) = self.groups.get_mut(&id) else {
            return false;
        };
        let before = group.clone();
        change(group);
        if *group == before {
            return false;
        }
        group.updated_at = now;
        let group = group.clone();
        self.index.drop_group(&before);
        self.index.add_group(&group);
        true
    }

    pub(crate) fn insert_group_membership(&mut self, row: GroupMembership) {
        self.index.add_group_membership(&row);
        self.group_memberships.insert(row.id, row);
    }

    pub(crate) fn remove_group_membership(&mut self, id: Id) -> Option<GroupMembership> {
        let row = self.group_memberships.remove(&id)?;
        self.index.drop_group_membership(&row);
        Some(row)
    }

    pub(crate) fn insert_organization(&mut self, organization: Organization) {
        self.index.add_organization(&organization);
        self.organizations.insert(organization.id, organization);
    }

    /// Changes an organization and moves `updated_at` if anything differs afterwards.
    pub(crate) fn change_organization(
        &mut self,
        id: Id,
        now: Timestamp,
        change: impl FnOnce(&mut Organization),
    ) -> bool {
        let Some(organization) = self.organizations.get_mut(&id) else {
            return false;
        };
        let before = organization.clone();
        change(organization);
        if *organization == before {
            return false;
        }
        organization.updated_at = now;
        let organization = organization.clone();
        self.index.drop_organization(&before);
        self.index.add_organization(&organization);
        true
    }

    /// Moves `updated_at` of an organization that did not change.
    pub(crate) fn touch_organization(&mut self, id: Id, now: Timestamp) {
        if let Some(row) = self.organizations.get_mut(&id) {
            let updates = &mut self.index.organization_updates;
            updates.remove(&(row.updated_at.as_second(), id));
            row.updated_at = now;
            updates.insert((now.as_second(), id));
        }
    }

    /// Takes an organization out of the account; the incremental export still knows it.
    pub(crate) fn bury_organization(&mut self, id: Id, now: Timestamp) {
        if let Some(mut organization) = self.organizations.remove(&id) {
            self.index.drop_organization(&organization);
            organization.updated_at = now;
            organization.deleted_at = Some(now);
            self.index.add_organization(&organization);
            self.deleted_organizations.insert(id, organization);
        }
    }

    pub(crate) fn insert_organization_membership(&mut self, row: OrganizationMembership) {
        self.index.add_organization_membership(&row);
        self.organization_memberships.insert(row.id, row);
    }

    pub(crate) fn remove_organization_membership(
        &mut self,
        id: Id,
    ) -> Option<OrganizationMembership> {
        let row = self.organization_memberships.remove(&id)?;
        self.index.drop_organization_membership(&row);
        Some(row)
    }

    /// Returns the identities of a user in id order.
    pub(crate) fn identities_of(&self, user: Id) -> impl Iterator<Item = &Identity> {
        let ids = self.index.identities_of.get(&user).into_iter().flatten();
        ids.filter_map(|id| self.identities.get(id))
    }

    /// Returns the group memberships of a user in id order.
    pub(crate) fn group_memberships_of(&self, user: Id) -> Vec<&GroupMembership> {
        let ids = self
            .index
            .groups_of
            .get(&user)
            .into_iter()
            .flat_map(BTreeMap::values);
        let mut rows: Vec<_> = ids
            .filter_map(|id| self.group_memberships.get(id))
            .collect();
        rows.sort_by_key(|row| row.id);
        rows
    }

    /// Returns the organization memberships of a user in id order.
    pub(crate) fn organization_memberships_of(&self, user: Id) -> Vec<&OrganizationMembership> {
        let ids = self
            .index
            .organizations_of
            .get(&user)
            .into_iter()
            .flat_map(BTreeMap::values);
        let mut rows: Vec<_> = ids
            .filter_map(|id| self.organization_memberships.get(id))
            .collect();
        rows.sort_by_key(|row| row.id);
        rows
    }

    pub(crate) fn default_group_of(&self, user: Id) -> Option<Id> {
        let ids = self.index.groups_of.get(&user)?.values();
        let mut rows = ids.filter_map(|id| self.group_memberships.get(id));
        rows.find(|row| row.default).map(|row| row.group_id)
    }

    pub(crate) fn organization_of(&self, user: Id) -> Option<Id> {
        let ids = self.index.organizations_of.get(&user)?.values();
        let mut rows = ids.filter_map(|id| self.organization_memberships.get(id));
        rows.find(|row| row.default).map(|row| row.organization_id)
    }

    /// Returns the identity of a kind that speaks for the user: the primary one, else the oldest.
    pub(crate) fn main_identity(&self, user: Id, kind: &str) -> Option<&Identity> {
        let of_kind = || self.identities_of(user).filter(|row| row.kind == kind);
        of_kind()
            .find(|row| row.primary)
            .or_else(|| of_kind().min_by_key(|row| (row.created_at, row.id)))
    }

    /// Returns the user who has an address, in whatever place.
    pub(crate) fn holder_of_email(&self, email: &str) -> Option<Id> {
        let key = ("email".to_owned(), super::text::fold(email));
        let identity = self.index.identity_values.get(&key)?;
        self.identities.get(identity).map(|row| row.user_id)
    }

    /// Returns the address that the user object shows.
    pub(crate) fn email_of(&self, user: Id) -> Option<&str> {
        self.main_identity(user, "email")
            .map(|row| row.value.as_str())
    }
}
