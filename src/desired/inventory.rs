//! From declarations to the inventory that a plan is made of.

use std::collections::BTreeMap;

use super::entry::{Entry, Placed, origin, origin_of_key};
use super::grant::Held;
use super::index::Context;
use super::person::{Joined, Person};
use crate::manifest::{
    Clearable, Given, GroupEntry, OpenMap, OrganizationEntry, PersonState, Presence, RoleEntry,
    Set, Text,
};
use crate::model::{
    Address, Declared, FieldTags, Grant, Group, GroupMembership, Inventory, Kind, Lifecycle, Name,
    Organization, OrganizationMembership, Origin, Resource, Role, Texts, User,
};

/// The entries of an inventory, in no order: a map that is made of all of them at once is half as
/// large as one that grows.
#[derive(Default)]
pub(super) struct Gathered {
    resources: Vec<(Address, Declared)>,
    lists: Vec<((Kind, Address), Option<Origin>)>,
    ended: Vec<(Address, Grant)>,
}

impl Gathered {
    /// Every role, group and organization that is declared.
    pub(super) fn of_objects(context: &Context<'_>) -> Self {
        let mut gathered = Self::default();
        for (name, entry) in &context.roles {
            let own = entry.value;
            let resource = Resource::from(role(name, entry));
            let lifecycle = lifecycle(&own.state, &own.external);
            gathered.add(entry, resource, lifecycle, &own.previously);
        }
        for (name, entry) in &context.groups {
            let own = entry.value;
            let resource = Resource::Group(group(name, entry));
            let lifecycle = lifecycle(&own.state, &own.external);
            gathered.add(entry, resource, lifecycle, &own.previously);
        }
        for (name, entry) in &context.organizations {
            let own = entry.value;
            let resource = Resource::from(organization(context, name, entry));
            let lifecycle = lifecycle(&own.state, &own.external);
            gathered.add(entry, resource, lifecycle, &own.previously);
        }
        gathered
    }

    fn add<T>(
        &mut self,
        entry: &Entry<'_, T>,
        resource: Resource,
        lifecycle: Lifecycle,
        previously: &Given<Set>,
    ) {
        let declared = Declared {
            lifecycle,
            previously: names(previously),
            origin: Some(origin(entry.home.source, entry.span.start())),
            grant: None,
            resource,
        };
        self.resources.push((declared.resource.address(), declared));
    }

    /// All of it, by address.
    pub(super) fn finish(self) -> Inventory {
        Inventory {
            resources: self.resources.into_iter().collect(),
            lists: self.lists.into_iter().collect(),
            ended: self.ended,
        }
    }

    /// Adds a person and the memberships that the lists give.
    pub(super) fn add_person(&mut self, person: &Person<'_>) {
        let origin = origin(person.entry.home.source, person.entry.span.start());
        let (resource, lifecycle) = match person.state {
            Some(PersonState::Offboarded) => (leaver(person), Lifecycle::Offboarded),
            Some(PersonState::Deleted) => (leaver(person), Lifecycle::Deleted),
            Some(PersonState::Active | PersonState::Suspended) | None => {
                (user(person), Lifecycle::Present)
            }
        };
        if !person.leaves() {
            self.add_list(person, &GROUPS, person.groups.as_ref());
            self.add_list(person, &ORGANIZATIONS, person.organizations.as_ref());
            if let Some(ended) = person.ended_role.as_ref().and_then(Held::grant) {
                self.ended.push((person.address.clone(), ended));
            }
        }
        let grant = person.role.as_ref().and_then(|role| role.held.grant());
        let declared = Declared {
            resource: Resource::from(resource),
            lifecycle,
            previously: names(&person.entry.value.previously),
            origin: Some(origin),
            grant: grant
                .filter(|_| lifecycle == Lifecycle::Present)
                .map(Box::new),
        };
        self.resources.push((person.address.clone(), declared));
    }

    fn add_list(&mut self, person: &Person<'_>, list: &List, joined: Option<&Joined<'_>>) {
        let Some(joined) = joined else {
            return;
        };
        let place = origin_of_key(joined.list.source, joined.list.span, list.key);
        let owner = (list.kind, person.address.clone());
        self.lists.push((owner, Some(place)));
        for (container, held) in &joined.held {
            let declared = Declared {
                resource: (list.membership)(
                    person.address.name().clone(),
                    container.name().clone(),
                ),
                lifecycle: Lifecycle::Present,
                previously: Vec::new(),
                origin: Some(origin(held.name.source, held.name.span.start())),
                grant: held.grant().map(Box::new),
            };
            let address = declared.resource.address();
            self.resources.push((address, declared));
        }
        for (container, held) in &joined.ended {
            if let Some(grant) = held.grant() {
                let (user, container) = (person.address.name().clone(), container.name().clone());
                let address = Address::membership(list.kind, user, container);
                self.ended.push((address, grant));
            }
        }
    }
}

fn lifecycle(state: &Given<Presence>, external: &Given<bool>) -> Lifecycle {
    if external.get().is_some_and(|external| external.value) {
        return Lifecycle::External;
    }
    match state.get().map(|state| state.value) {
        Some(Presence::Absent) => Lifecycle::Absent,
        Some(Presence::Present) | None => Lifecycle::Present,
    }
}

fn role(name: &Name, entry: &Entry<'_, RoleEntry>) -> Role {
    let mut configuration = BTreeMap::new();
    overlay(&mut configuration, &entry.value.configuration);
    for (defaults, _) in &entry.home.defaults {
        overlay(&mut configuration, &defaults.roles.configuration);
    }
    let description = entry.or_default(&entry.value.description, |all| &all.roles.description);
    Role {
        name: name.clone(),
        description: text(description),
        configuration: configuration.into_iter().collect(),
    }
}

fn group(name: &Name, entry: &Entry<'_, GroupEntry>) -> Group {
    let own = entry.value;
    Group {
        name: name.clone(),
        description: text(entry.or_default(&own.description, |all| &all.groups.description)),
        is_public: switch(entry.or_default(&own.is_public, |all| &all.groups.is_public)),
    }
}

fn organization(
    context: &Context<'_>,
    name: &Name,
    entry: &Entry<'_, OrganizationEntry>,
) -> Organization {
    let own = entry.value;
    let mut organization_fields = BTreeMap::new();
    overlay(&mut organization_fields, &own.organization_fields);
    for (defaults, _) in &entry.home.defaults {
        overlay(
            &mut organization_fields,
            &defaults.organizations.organization_fields,
        );
    }
    let group = entry.or_default(&own.group, |all| &all.organizations.group);
    Organization {
        name: name.clone(),
        external_id: own.external_id.get().map(|id| cleared(&id.value)),
        domain_names: own.domain_names.get().map(|all| lower(&all.value)),
        details: text(entry.or_default(&own.details, |all| &all.organizations.details)),
        notes: text(entry.or_default(&own.notes, |all| &all.organizations.notes)),
        group: group.and_then(|group| reference(context, group.value.as_ref())),
        shared_tickets: switch(
            entry.or_default(&own.shared_tickets, |all| &all.organizations.shared_tickets),
        ),
        shared_comments: switch(entry.or_default(&own.shared_comments, |all| {
            &all.organizations.shared_comments
        })),
        tags: entry
            .or_default(&own.tags, |all| &all.organizations.tags)
            .map(|tags| lower(tags.value)),
        field_tags: FieldTags::default(),
        organization_fields: organization_fields.into_iter().collect(),
    }
}

#[expect(
    clippy::option_option,
    reason = "the outer says whether it is managed, the inner whether there is one"
)]
/// A managed reference to a group; `None` where the name is unknown, which is reported elsewhere.
fn reference(context: &Context<'_>, name: Option<&Text>) -> Option<Option<Address>> {
    match name.filter(|name| !name.trim().is_empty()) {
        None => Some(None),
        Some(name) => context.group(name).map(Some),
    }
}

/// One of the two lists of memberships that a person may have.
struct List {
    kind: Kind,
    key: &'static str,
    membership: fn(Name, Name) -> Resource,
}

const GROUPS: List = List {
    kind: Kind::GroupMembership,
    key: "groups",
    membership: |user, group| Resource::GroupMembership(GroupMembership { user, group }),
};

const ORGANIZATIONS: List = List {
    kind: Kind::OrganizationMembership,
    key: "organizations",
    membership: |user, organization| {
        Resource::OrganizationMembership(OrganizationMembership { user, organization })
    },
};

/// A person who leaves: nothing but who it is. The plan knows what leaving means.
fn leaver(person: &Person<'_>) -> User {
    let own = person.entry.value;
    User {
        email: own.email.get().map(|email| Name::new(email)),
        external_id: own.external_id.get().map(|id| cleared(&id.value)),
        name: own.name.get().map(|name| name.to_string()),
        ..User::default()
    }
}

fn user(person: &Person<'_>) -> User {
    let own = person.entry.value;
    let plain = |value: Option<Placed<'_, Text>>| value.map(|value| value.value.to_string());
    User {
        email: own.email.get().map(|email| Name::new(email)),
        external_id: own.external_id.get().map(|id| cleared(&id.value)),
        number: None,
        name: own.name.get().map(|name| name.to_string()),
        role: person.role.as_ref().map(|role| role.role.clone()),
        default_group: person
            .default_group
            .as_ref()
            .map(|group| group.address.clone()),
        suspended: match person.state {
            Some(PersonState::Active) => Some(false),
            Some(PersonState::Suspended | PersonState::Offboarded | PersonState::Deleted) => {
                Some(true)
            }
            None => None,
        },
        alias: text(person.pick(|values| values.alias)),
        phone: text(person.pick(|values| values.phone)),
        time_zone: plain(person.pick(|values| values.time_zone)),
        locale: plain(person.pick(|values| values.locale)),
        tags: person
            .pick(|values| values.tags)
            .map(|tags| lower(tags.value)),
        field_tags: FieldTags::default(),
        notes: text(person.pick(|values| values.notes)),
        details: text(person.pick(|values| values.details)),
        signature: text(person.pick(|values| values.signature)),
        ticket_restriction: text(person.pick(|values| values.ticket_restriction)),
        only_private_comments: switch(person.pick(|values| values.only_private_comments)),
        moderator: switch(person.pick(|values| values.moderator)),
        user_fields: person
            .fields()
            .into_iter()
            .map(|(key, value)| (key, value.value.clone()))
            .collect(),
    }
}

fn text(value: Option<Placed<'_, Clearable>>) -> Option<String> {
    value.map(|value| cleared(value.value))
}

/// The text, or the empty text that clears the field.
fn cleared(value: &Clearable) -> String {
    value.as_deref().unwrap_or_default().to_owned()
}

fn switch(value: Option<Placed<'_, bool>>) -> Option<bool> {
    value.map(|value| *value.value)
}

/// A set that the service keeps in lower case.
fn lower(set: &Set) -> Texts {
    set.iter().map(|item| item.trim().to_lowercase()).collect()
}

fn names(set: &Given<Set>) -> Vec<Name> {
    let names = set.get().into_iter().flat_map(|set| set.iter());
    names.map(|name| Name::new(name)).collect()
}

/// Adds the keys that are not there yet.
fn overlay(map: &mut BTreeMap<String, serde_json::Value>, more: &Given<OpenMap>) {
    let more = more.get().into_iter().flat_map(|more| &more.value.0);
    for (key, value) in more {
        map.entry(key.value.to_string())
            .or_insert_with(|| value.value.clone());
    }
}
