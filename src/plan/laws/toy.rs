//! A toy account for tests: what writes do to an account, as zendesk-api §5 to §11 tell it, and nothing
//! else. Wherever the page leaves open whether the service refuses something, the toy refuses it.

use std::collections::BTreeMap;

use crate::model::{
    Address, Book, Group, Item, Kind, Marks, Name, ObjectId, Organization, Role, User, Verb,
};

/// A role by number, so that renaming it changes nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Held {
    EndUser,
    Agent,
    Admin,
    Custom(u64),
}

#[derive(Clone, Debug)]
pub(in crate::plan) struct Person {
    pub(in crate::plan) user: User,
    pub(in crate::plan) role: Held,
    pub(in crate::plan) emails: Vec<Name>,
    pub(in crate::plan) marks: Marks,
}

#[derive(Clone, Debug, Default)]
pub(in crate::plan) struct Toy {
    pub(in crate::plan) roles: BTreeMap<u64, Role>,
    pub(in crate::plan) groups: BTreeMap<u64, Group>,
    pub(in crate::plan) organizations: BTreeMap<u64, Organization>,
    pub(in crate::plan) people: BTreeMap<u64, Person>,
    /// Person, group, whether it is the default.
    pub(in crate::plan) group_memberships: BTreeMap<u64, (u64, u64, bool)>,
    /// Person, organization.
    pub(in crate::plan) organization_memberships: BTreeMap<u64, (u64, u64)>,
    pub(in crate::plan) default_group: u64,
    pub(in crate::plan) multiple_organizations: bool,
    pub(in crate::plan) next: u64,
}

pub(in crate::plan) type Done = Result<(), String>;

pub(in crate::plan) fn ensure(holds: bool, otherwise: impl Fn() -> String) -> Done {
    if holds { Ok(()) } else { Err(otherwise()) }
}

impl Toy {
    pub(in crate::plan) fn number(&mut self) -> u64 {
        self.next += 1;
        // Not monotonic, as the service's own numbers.
        1 + (self.next * 7919) % 100_003
    }

    pub(in crate::plan) fn is_staff(&self, person: u64) -> bool {
        self.people[&person].role != Held::EndUser
    }

    pub(in crate::plan) fn groups_of(&self, person: u64) -> Vec<u64> {
        let held = self.group_memberships.values();
        held.filter(|(user, _, _)| *user == person)
            .map(|(_, group, _)| *group)
            .collect()
    }

    pub(in crate::plan) fn organizations_of(&self, person: u64) -> Vec<u64> {
        let held = self.organization_memberships.values();
        held.filter(|(user, _)| *user == person)
            .map(|(_, organization)| *organization)
            .collect()
    }

    pub(in crate::plan) fn active_admins(&self) -> usize {
        let people = self.people.values();
        people
            .filter(|person| person.role == Held::Admin && person.user.suspended != Some(true))
            .count()
    }

    pub(in crate::plan) fn seats(&self) -> usize {
        let seatless = |role: Held| match role {
            Held::EndUser => true,
            Held::Agent | Held::Admin => false,
            Held::Custom(role) => self.roles[&role].name == Name::new("Light agent"),
        };
        self.people
            .values()
            .filter(|person| !seatless(person.role))
            .count()
    }

    pub(in crate::plan) fn join_group(&mut self, person: u64, group: u64) -> Result<u64, String> {
        ensure(self.is_staff(person), || {
            "only agents can be in groups".to_owned()
        })?;
        ensure(self.groups.contains_key(&group), || {
            "no such group".to_owned()
        })?;
        let held = self.groups_of(person);
        ensure(!held.contains(&group), || {
            "is in the group already".to_owned()
        })?;
        let id = self.number();
        self.group_memberships
            .insert(id, (person, group, held.is_empty()));
        Ok(id)
    }

    pub(in crate::plan) fn join_organization(
        &mut self,
        person: u64,
        to: u64,
    ) -> Result<u64, String> {
        ensure(self.organizations.contains_key(&to), || {
            "no such organization".to_owned()
        })?;
        let held = self.organizations_of(person);
        ensure(!held.contains(&to), || {
            "is in the organization already".to_owned()
        })?;
        ensure(held.is_empty() || self.multiple_organizations, || {
            "one organization only".to_owned()
        })?;
        let id = self.number();
        self.organization_memberships.insert(id, (person, to));
        Ok(id)
    }

    pub(in crate::plan) fn make_default(&mut self, membership: u64) {
        let (person, _, _) = self.group_memberships[&membership];
        for (id, (holder, _, default)) in &mut self.group_memberships {
            if *holder == person {
                *default = *id == membership;
            }
        }
    }

    /// Does one item of a write.
    pub(in crate::plan) fn apply(&mut self, verb: Verb, item: &Item, book: &mut Book) -> Done {
        let id = item
            .id
            .or_else(|| book.get(&item.address))
            .map(ObjectId::to_wire);
        let number = || id.ok_or_else(|| format!("`{}` has no number", item.address));
        match (verb, item.address.kind()) {
            (Verb::Create, Kind::User) => self.create_user(item, book),
            (Verb::Create, Kind::GroupMembership | Kind::OrganizationMembership) => {
                self.create_membership(&item.address, book)
            }
            (Verb::Create, kind) => self.create_named(kind, item, book),
            (Verb::Update, Kind::User) => self.update_user(number()?, item, book),
            (Verb::Update, kind) => self.update_named(kind, number()?, item, book),
            (Verb::Delete, kind) => self.delete(kind, number()?),
            (Verb::MakeDefault, _) => {
                let number = number()?;
                ensure(self.group_memberships.contains_key(&number), || {
                    "no such membership".to_owned()
                })?;
                self.make_default(number);
                Ok(())
            }
            (Verb::AddEmail | Verb::MakeEmailPrimary | Verb::RemoveEmail, _) => {
                self.email(verb, number()?, item)
            }
        }
    }

    pub(in crate::plan) fn find(book: &Book, address: &Address) -> Result<u64, String> {
        let number = book.get(address).map(ObjectId::to_wire);
        number.ok_or_else(|| format!("`{address}` has no number"))
    }

    fn create_membership(&mut self, address: &Address, book: &mut Book) -> Done {
        let person = Self::find(book, &address.person().unwrap())?;
        let container = Self::find(book, &address.container().unwrap())?;
        let id = if address.kind() == Kind::GroupMembership {
            self.join_group(person, container)?
        } else {
            self.join_organization(person, container)?
        };
        book.insert(address.clone(), ObjectId::from_wire(id));
        Ok(())
    }

    fn delete(&mut self, kind: Kind, id: u64) -> Done {
        match kind {
            Kind::Role => {
                let held = self
                    .people
                    .values()
                    .any(|person| person.role == Held::Custom(id));
                ensure(!held, || "the role is held".to_owned())?;
                ensure(self.roles.remove(&id).is_some(), || {
                    "no such role".to_owned()
                })
            }
            Kind::Group => {
                ensure(id != self.default_group, || {
                    "the account's default group".to_owned()
                })?;
                let default = self
                    .group_memberships
                    .values()
                    .any(|(_, group, default)| *group == id && *default);
                ensure(!default, || "the group is somebody's default".to_owned())?;
                self.group_memberships
                    .retain(|_, (_, group, _)| *group != id);
                ensure(self.groups.remove(&id).is_some(), || {
                    "no such group".to_owned()
                })
            }
            Kind::Organization => {
                self.organization_memberships.retain(|_, (_, to)| *to != id);
                ensure(self.organizations.remove(&id).is_some(), || {
                    "no such organization".to_owned()
                })
            }
            Kind::User => {
                ensure(self.people.contains_key(&id), || "no such user".to_owned())?;
                ensure(!self.is_staff(id), || "downgrade first".to_owned())?;
                self.people.remove(&id);
                self.organization_memberships
                    .retain(|_, (person, _)| *person != id);
                Ok(())
            }
            Kind::GroupMembership => {
                let held = self.group_memberships.get(&id).copied();
                let (person, _, default) = held.ok_or("no such membership")?;
                ensure(!default, || "the default membership".to_owned())?;
                ensure(self.groups_of(person).len() > 1, || {
                    "the last group".to_owned()
                })?;
                self.group_memberships.remove(&id);
                Ok(())
            }
            Kind::OrganizationMembership => {
                let gone = self.organization_memberships.remove(&id).is_some();
                ensure(gone, || "no such membership".to_owned())
            }
        }
    }
}
