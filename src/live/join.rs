//! Lists become one snapshot: numbers turn into addresses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::gather::{Gathered, Read};
use crate::api::{
    Client, EmailRecord, GroupRecord, MembershipRecord, OrganizationRecord, RoleRecord, UserRecord,
};
use crate::model::{
    Account, Address, Ambiguity, Caller, FieldTags, Fields, GroupMembership, Kind, Marks, Name,
    ObjectId, Observed, OrganizationMembership, Resource, Snapshot, Texts, UserField, UserRole,
};

/// Joins what was read.
pub(super) fn join(gathered: Gathered, client: &Client) -> Snapshot {
    let Gathered {
        caller,
        settings,
        custom_roles,
        roles,
        groups,
        organizations,
        users,
        group_memberships,
        organization_memberships,
        user_fields,
        organization_fields,
    } = gathered;
    let default_group = groups
        .items
        .iter()
        .find(|group| group.marks.account_default)
        .map(|group| group.id);
    let mut table = Table::default();
    table.add_roles(&roles);
    table.add_groups(&groups);
    table.add_organizations(organizations.items, &organization_fields);
    table.add_users(users.items, &user_fields, custom_roles);
    table.settle();
    table.add_memberships(Kind::GroupMembership, group_memberships.items);
    table.add_memberships(Kind::OrganizationMembership, organization_memberships.items);
    table.settle();
    let secondary_emails = secondary_emails(users.emails, &table);
    Snapshot {
        account: account(client, default_group),
        caller: Some(who(&caller)),
        taken_at: client.now(),
        custom_roles,
        multiple_organizations: settings.multiple_organizations,
        rate_limit: client.rate_limit(),
        objects: table.objects,
        ambiguous: table.ambiguous,
        secondary_emails,
        parts: vec![
            roles.part,
            groups.part,
            organizations.part,
            users.part,
            group_memberships.part,
            organization_memberships.part,
        ],
    }
}

/// The account, which is known by its default group (zendesk-api §7).
pub(super) fn account(client: &Client, default_group: Option<ObjectId>) -> Account {
    let origin = client.origin();
    let group = default_group.map_or_else(|| "none".to_owned(), |id| id.to_string());
    Account {
        fingerprint: format!("{}-{group}", origin.label()),
        subdomain: origin.label().to_owned(),
        url: origin.to_string(),
    }
}

/// The caller, as plans name one.
pub(super) fn who(caller: &UserRecord) -> Caller {
    Caller {
        id: caller.id,
        address: Address::user(caller.user.key()),
        name: caller.user.name.clone().unwrap_or_default(),
        admin: caller.user.role == Some(UserRole::Admin),
    }
}

/// The objects so far, and what their numbers are called.
#[derive(Default)]
struct Table {
    objects: BTreeMap<Address, Observed>,
    names: BTreeMap<(Kind, ObjectId), Address>,
    /// Objects that came under an address that was taken already.
    doubles: BTreeMap<Address, BTreeSet<ObjectId>>,
    ambiguous: Vec<Ambiguity>,
}

impl Table {
    fn add(&mut self, observed: Observed) {
        let address = observed.resource.address();
        let kind = address.kind();
        // A page that shifted while it was read shows the same object twice.
        if self
            .names
            .insert((kind, observed.id), address.clone())
            .is_some()
        {
            return;
        }
        if let Some(known) = self.objects.get(&address) {
            let ids = self.doubles.entry(address).or_default();
            ids.extend([known.id, observed.id]);
            return;
        }
        self.objects.insert(address, observed);
    }

    /// Takes objects that share an identity out: which one is meant cannot be known.
    fn settle(&mut self) {
        for (address, ids) in std::mem::take(&mut self.doubles) {
            self.objects.remove(&address);
            self.names.retain(|_, known| *known != address);
            self.ambiguous.push(Ambiguity {
                address,
                ids: ids.into_iter().collect(),
            });
        }
    }

    fn name(&self, kind: Kind, id: Option<ObjectId>) -> Option<Address> {
        self.names.get(&(kind, id?)).cloned()
    }

    fn add_roles(&mut self, roles: &Read<RoleRecord>) {
        for RoleRecord {
            id,
            role,
            marks,
            members,
        } in &roles.items
        {
            self.add(Observed {
                id: *id,
                resource: Resource::from(role.clone()),
                marks: *marks,
                members: *members,
            });
        }
    }

    fn add_groups(&mut self, groups: &Read<GroupRecord>) {
        for GroupRecord {
            id,
            group,
            marks,
            deleted: _, // those are left out when reading
        } in &groups.items
        {
            self.add(Observed {
                id: *id,
                resource: Resource::Group(group.clone()),
                marks: *marks,
                members: None,
            });
        }
    }

    fn add_organizations(&mut self, records: Vec<OrganizationRecord>, fields: &[UserField]) {
        for OrganizationRecord {
            id,
            mut organization,
            group,
        } in records
        {
            organization.group = Some(self.name(Kind::Group, group));
            if let Some(tags) = &organization.tags {
                organization.field_tags =
                    field_tags(fields, &organization.organization_fields, tags);
            }
            self.add(Observed {
                id,
                resource: Resource::from(organization),
                marks: Marks::default(),
                members: None,
            });
        }
    }

    fn add_users(&mut self, records: Vec<UserRecord>, fields: &[UserField], custom_roles: bool) {
        for record in records {
            let role = self.role(&record, custom_roles);
            let UserRecord {
                id,
                mut user,
                custom_role: _,
                role_type: _,
                default_group,
                organization: _, // memberships are objects of their own
                marks,
                active: _, // deleted people are left out when reading
                restricted: _,
            } = record;
            user.role = Some(role);
            user.default_group = Some(self.name(Kind::Group, default_group));
            if let Some(tags) = &user.tags {
                user.field_tags = field_tags(fields, &user.user_fields, tags);
            }
            self.add(Observed {
                id,
                resource: Resource::from(user),
                marks,
                members: None,
            });
        }
    }

    /// Role and custom role as one value. An administrator's custom role is never looked at, except for
    /// billing administrators; it need not be in the list (zendesk-api §5.2, §11.3).
    fn role(&self, record: &UserRecord, custom_roles: bool) -> UserRole {
        let named = self.name(Kind::Role, record.custom_role);
        match (&record.user.role, record.custom_role, record.role_type) {
            (Some(UserRole::Admin), Some(_), Some(5)) => {
                named.map_or(UserRole::Admin, UserRole::Named)
            }
            (Some(UserRole::Admin), _, _) => UserRole::Admin,
            (Some(UserRole::Agent | UserRole::Named(_)), Some(id), role_type) => {
                match (named, role_type) {
                    (Some(role), _) => UserRole::Named(role),
                    (None, Some(1)) => UserRole::Named(Address::role("Light agent")),
                    (None, Some(3)) => UserRole::Named(Address::role("Contributor")),
                    (None, _) if custom_roles => {
                        UserRole::Named(Address::role(Name::new(&format!("id:{id}"))))
                    }
                    (None, _) => UserRole::Agent,
                }
            }
            (Some(UserRole::Agent | UserRole::Named(_)), None, _) => UserRole::Agent,
            (Some(UserRole::EndUser) | None, _, _) => UserRole::EndUser,
        }
    }

    /// Memberships of somebody or in something that was not read, or that shares its identity with
    /// another, cannot be named and are left out.
    fn add_memberships(&mut self, kind: Kind, records: Vec<MembershipRecord>) {
        let Some(container_kind) = kind.container() else {
            return;
        };
        for MembershipRecord {
            id,
            user,
            container,
            default,
        } in records
        {
            let user = self.name(Kind::User, Some(user));
            let container = self.name(container_kind, Some(container));
            let (Some(user), Some(container)) = (user, container) else {
                continue;
            };
            let resource = if kind == Kind::GroupMembership {
                Resource::GroupMembership(GroupMembership {
                    user: user.name().clone(),
                    group: container.name().clone(),
                })
            } else {
                Resource::OrganizationMembership(OrganizationMembership {
                    user: user.name().clone(),
                    organization: container.name().clone(),
                })
            };
            self.add(Observed {
                id,
                resource,
                marks: Marks {
                    default_membership: default,
                    ..Marks::default()
                },
                members: None,
            });
        }
    }
}

fn secondary_emails(emails: Vec<EmailRecord>, table: &Table) -> BTreeMap<Name, Address> {
    emails
        .into_iter()
        .filter(|known| !known.primary)
        .filter_map(|known| {
            let holder = table.name(Kind::User, Some(known.user))?;
            (*holder.name() != known.email).then_some((known.email, holder))
        })
        .collect()
}

/// The tags that are there because of a field: a ticked checkbox's tag, a chosen option's value
/// (zendesk-api §5.8, §12).
fn field_tags(fields: &[UserField], values: &Fields, tags: &Texts) -> FieldTags {
    let put = |field: &UserField| -> Vec<String> {
        match values.get(&field.key) {
            Some(Json::Bool(true)) => field.tags.iter().cloned().collect(),
            Some(Json::String(choice)) => vec![choice.clone()],
            Some(Json::Array(choices)) => choices
                .iter()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect(),
            Some(Json::Bool(false) | Json::Null | Json::Number(_) | Json::Object(_)) | None => {
                Vec::new()
            }
        }
    };
    let by_field = fields.iter().filter_map(|field| {
        let there = |tag: &String| field.tags.contains(tag) && tags.contains(tag);
        let put: Texts = put(field).into_iter().filter(there).collect();
        (!put.is_empty()).then_some((field.key.as_str(), put))
    });
    by_field.collect()
}
