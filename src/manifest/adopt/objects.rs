//! Roles, groups and organizations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::choice::Choice;
use super::entry::Entry;
use super::files::{Layout, ROLES, Section};
use super::people::People;
use super::{Wishes, known};
use crate::model::{
    Address, FieldTags, Fields, Group, Kind, Observed, Organization, Resource, Role, Snapshot,
    Texts,
};

/// What there is beside people, as far as it is wanted or referred to.
pub(super) struct Objects<'a> {
    snapshot: &'a Snapshot,
    wishes: Wishes<'a>,
    /// By address, and whether it is declared as what exists and is not ours.
    wanted: BTreeMap<&'a Address, (&'a Observed, bool)>,
}

impl<'a> Objects<'a> {
    /// Everything; where parts are named, those, and what they refer to.
    pub(super) fn of(snapshot: &'a Snapshot, wishes: Wishes<'a>, people: &People<'a>) -> Self {
        let choice = Choice(wishes.only);
        let mut objects = Self {
            snapshot,
            wishes,
            wanted: BTreeMap::new(),
        };
        let mut needed: BTreeSet<Address> = people.references();
        needed.extend(wishes.needed.iter().cloned());
        for kind in [Kind::Organization, Kind::Group, Kind::Role] {
            for (address, observed) in snapshot.of_kind(kind) {
                if wishes.known.contains(address) || wishes.dropped.has(address, "") {
                    continue;
                }
                let everything = choice.takes_new() && !choice.is_partial();
                let whole = everything || choice.names(address);
                let is_needed = needed.contains(address);
                // A system role is there on every account and can be referred to; only its holders make
                // it worth a line.
                let foreign = observed.marks.system || !whole;
                if is_needed || (whole && !observed.marks.system) {
                    if !foreign {
                        needed.extend(handles(observed));
                    }
                    objects.wanted.insert(address, (observed, foreign));
                }
            }
        }
        objects
    }

    /// Puts the entries into their files.
    pub(super) fn write(&self, layout: &mut Layout<'a>) {
        for (address, (observed, foreign)) in &self.wanted {
            let mut entry = Entry::new(Some((*address).clone()), self.wishes.dropped);
            entry.text("name", Some(address.name().as_str()));
            if *foreign {
                entry.switch("external", Some(true), false);
            }
            let (file, section) = match &observed.resource {
                Resource::Role(role) => {
                    if !foreign {
                        self.role(&mut entry, role);
                    }
                    (ROLES.to_owned(), Section::Roles)
                }
                Resource::Group(group) => {
                    if !foreign {
                        self::group(&mut entry, group);
                    }
                    (home(layout, address), Section::Groups)
                }
                Resource::Organization(organization) => {
                    if !foreign {
                        self.organization(&mut entry, organization);
                    }
                    (home(layout, address), Section::Organizations)
                }
                Resource::User(_)
                | Resource::GroupMembership(_)
                | Resource::OrganizationMembership(_) => continue,
            };
            layout.add(&file, section, entry);
        }
    }

    fn role(&self, entry: &mut Entry<'_>, role: &Role) {
        let Role {
            name: _,
            description,
            configuration,
        } = role;
        entry.text("description", description.as_deref());
        let permissions = configuration
            .iter()
            .filter(|(key, value)| !value.is_null() && (self.wishes.writable)(key));
        entry.map("configuration", permissions);
    }

    fn organization(&self, entry: &mut Entry<'_>, organization: &Organization) {
        let Organization {
            name: _,
            external_id,
            domain_names,
            details,
            notes,
            group,
            shared_tickets,
            shared_comments,
            tags,
            field_tags,
            organization_fields,
        } = organization;
        entry.text("external_id", external_id.as_deref());
        entry.list("domain_names", domain_names.iter().flat_map(Texts::iter));
        entry.text("details", details.as_deref());
        entry.text("notes", notes.as_deref());
        let group = group.as_ref().and_then(Option::as_ref);
        entry.text(
            "group",
            group.and_then(|group| known(self.snapshot, self.wishes.dropped, group)),
        );
        entry.switch("shared_tickets", *shared_tickets, false);
        entry.switch("shared_comments", *shared_comments, false);
        entry.list("tags", own_tags(tags.as_ref(), field_tags));
        entry.map("organization_fields", set_fields(organization_fields));
    }
}

fn home(layout: &Layout<'_>, address: &Address) -> String {
    layout.home(address).unwrap_or("others.yaml").to_owned()
}

fn group(entry: &mut Entry<'_>, group: &Group) {
    let Group {
        name: _,
        description,
        is_public,
    } = group;
    entry.text("description", description.as_deref());
    entry.switch("is_public", *is_public, true);
}

/// The group that an organization's tickets go to.
fn handles(observed: &Observed) -> Option<Address> {
    let organization = observed.resource.as_organization()?;
    organization.group.clone().flatten()
}

/// The tags that no field put there.
pub(super) fn own_tags<'a>(
    tags: Option<&'a Texts>,
    field_tags: &'a FieldTags,
) -> impl Iterator<Item = &'a str> {
    let tags = tags.into_iter().flat_map(Texts::iter);
    tags.filter(|tag| !field_tags.iter().any(|(_, tags)| tags.contains(tag)))
}

/// The custom fields that hold something.
pub(super) fn set_fields(fields: &Fields) -> impl Iterator<Item = (&str, &Json)> {
    fields.iter().filter(|(_, value)| match value {
        Json::Null | Json::Bool(false) => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(values) => !values.is_empty(),
        Json::Bool(true) | Json::Number(_) | Json::Object(_) => true,
    })
}
