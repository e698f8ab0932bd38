//! What makes finding quick. Everything here follows from the records and is rebuilt on restore.

use std::collections::{BTreeMap, BTreeSet};

use super::records::{
    Group, GroupMembership, Id, Identity, Organization, OrganizationMembership, Role, User,
};
use super::text::fold;

/// Ids by what they are looked up by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    pub(crate) end_users: BTreeSet<Id>,
    pub(crate) agents: BTreeSet<Id>,
    pub(crate) admins: BTreeSet<Id>,
    pub(crate) deleted_users: BTreeSet<Id>,
    pub(crate) by_custom_role: BTreeMap<Id, BTreeSet<Id>>,
    pub(crate) seats: BTreeSet<Id>,
    pub(crate) user_external: BTreeMap<String, Id>,
    pub(crate) user_updates: BTreeSet<(i64, Id)>,
    pub(crate) identity_values: BTreeMap<(String, String), Id>,
    pub(crate) identities_of: BTreeMap<Id, BTreeSet<Id>>,
    pub(crate) group_names: BTreeSet<(String, Id)>,
    pub(crate) deleted_group_names: BTreeSet<(String, Id)>,
    pub(crate) groups_of: BTreeMap<Id, BTreeMap<Id, Id>>,
    pub(crate) members_of: BTreeMap<Id, BTreeMap<Id, Id>>,
    pub(crate) organization_names: BTreeMap<String, Id>,
    pub(crate) organization_external: BTreeMap<String, Id>,
    pub(crate) organization_updates: BTreeSet<(i64, Id)>,
    pub(crate) domains: BTreeMap<String, BTreeSet<(String, Id)>>,
    pub(crate) organizations_of: BTreeMap<Id, BTreeMap<Id, Id>>,
    pub(crate) people_of: BTreeMap<Id, BTreeMap<Id, Id>>,
}

fn put<K: Ord>(map: &mut BTreeMap<K, BTreeMap<Id, Id>>, at: K, key: Id, id: Id) {
    map.entry(at).or_default().insert(key, id);
}

fn take(map: &mut BTreeMap<Id, BTreeMap<Id, Id>>, at: Id, key: Id) {
    if let Some(inner) = map.get_mut(&at) {
        inner.remove(&key);
        if inner.is_empty() {
            map.remove(&at);
        }
    }
}

impl Index {
    pub(crate) fn users_with(&mut self, role: Role) -> &mut BTreeSet<Id> {
        match role {
            Role::EndUser => &mut self.end_users,
            Role::Agent => &mut self.agents,
            Role::Admin => &mut self.admins,
        }
    }

    pub(crate) fn add_user(&mut self, user: &User) {
        self.user_updates
            .insert((user.updated_at.as_second(), user.id));
        if !user.active {
            if !user.permanently_deleted {
                self.deleted_users.insert(user.id);
            }
            return;
        }
        self.users_with(user.rank.role).insert(user.id);
        if user.rank.takes_seat() {
            self.seats.insert(user.id);
        }
        if let Some(role) = user.rank.custom_role {
            self.by_custom_role.entry(role).or_default().insert(user.id);
        }
        if let Some(external) = &user.external_id {
            self.user_external.insert(fold(external), user.id);
        }
    }

    pub(crate) fn drop_user(&mut self, user: &User) {
        self.user_updates
            .remove(&(user.updated_at.as_second(), user.id));
        self.deleted_users.remove(&user.id);
        self.users_with(user.rank.role).remove(&user.id);
        self.seats.remove(&user.id);
        if let Some(holders) = user
            .rank
            .custom_role
            .and_then(|id| self.by_custom_role.get_mut(&id))
        {
            holders.remove(&user.id);
        }
        if let Some(external) = &user.external_id {
            self.user_external.remove(&fold(external));
        }
    }

    pub(crate) fn add_identity(&mut self, identity: &Identity) {
        let key = (identity.kind.clone(), fold(&identity.value));
        self.identity_values.insert(key, identity.id);
        self.identities_of
            .entry(identity.user_id)
            .or_default()
            .insert(identity.id);
    }

    pub(crate) fn drop_identity(&mut self, identity: &Identity) {
        self.identity_values
            .remove(&(identity.kind.clone(), fold(&identity.value)));
        if let Some(ids) = self.identities_of.get_mut(&identity.user_id) {
            ids.remove(&identity.id);
            if ids.is_empty() {
                self.identities_of.remove(&identity.user_id);
            }
        }
    }

    fn group_place(&mut self, group: &Group) -> &mut BTreeSet<(String, Id)> {
        if group.deleted {
            &mut self.deleted_group_names
        } else {
            &mut self.group_names
        }
    }

    pub(crate) fn add_group(&mut self, group: &Group) {
        let key = (fold(&group.name), group.id);
        self.group_place(group).insert(key);
    }

    pub(crate) fn drop_group(&mut self, group: &Group) {
        let key = (fold(&group.name), group.id);
        self.group_place(group).remove(&key);
    }

    pub(crate) fn add_group_membership(&mut self, row: &GroupMembership) {
        put(&mut self.groups_of, row.user_id, row.group_id, row.id);
        put(&mut self.members_of, row.group_id, row.user_id, row.id);
    }

    pub(crate) fn drop_group_membership(&mut self, row: &GroupMembership) {
        take(&mut self.groups_of, row.user_id, row.group_id);
        take(&mut self.members_of, row.group_id, row.user_id);
    }

    pub(crate) fn add_organization(&mut self, organization: &Organization) {
        let id = organization.id;
        self.organization_updates
            .insert((organization.updated_at.as_second(), id));
        if organization.deleted_at.is_some() {
            return;
        }
        let name = fold(&organization.name);
        for domain in &organization.domain_names {
            self.domains
                .entry(domain.clone())
                .or_default()
                .insert((name.clone(), id));
        }
        if let Some(external) = &organization.external_id {
            self.organization_external.insert(fold(external), id);
        }
        self.organization_names.insert(name, id);
    }

    pub(crate) fn drop_organization(&mut self, organization: &Organization) {
        let id = organization.id;
        self.organization_updates
            .remove(&(organization.updated_at.as_second(), id));
        let name = fold(&organization.name);
        for domain in &organization.domain_names {
            if let Some(holders) = self.domains.get_mut(domain) {
                holders.remove(&(name.clone(), id));
                if holders.is_empty() {
                    self.domains.remove(domain);
                }
            }
        }
        if let Some(external) = &organization.external_id {
            self.organization_external.remove(&fold(external));
        }
        self.organization_names.remove(&name);
    }

    pub(crate) fn add_organization_membership(&mut self, row: &OrganizationMembership) {
        put(
            &mut self.organizations_of,
            row.user_id,
            row.organization_id,
            row.id,
        );
        put(
            &mut self.people_of,
            row.organization_id,
            row.user_id,
            row.id,
        );
    }

    pub(crate) fn drop_organization_membership(&mut self, row: &OrganizationMembership) {
        take(&mut self.organizations_of, row.user_id, row.organization_id);
        take(&mut self.people_of, row.organization_id, row.user_id);
    }
}
