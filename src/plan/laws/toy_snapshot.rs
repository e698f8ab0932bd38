//! The toy account as a complete read sees it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::toy::{Held, Person, Toy};
use crate::model::{
    Account, Address, Caller, Coverage, GroupMembership, Kind, Marks, Name, ObjectId, Observed,
    OrganizationMembership, Part, Resource, Snapshot, User, UserRole,
};

type Objects = BTreeMap<Address, Observed>;

fn note(objects: &mut Objects, id: u64, resource: Resource, marks: Marks, members: Option<u64>) {
    let id = ObjectId::from_wire(id);
    let observed = Observed {
        id,
        resource,
        marks,
        members,
    };
    let twin = objects.insert(observed.resource.address(), observed);
    assert!(twin.is_none(), "two live objects with one identity");
}

impl Toy {
    /// The account as a complete read sees it.
    pub(in crate::plan) fn snapshot(&self) -> Snapshot {
        let mut objects = BTreeMap::new();
        self.named(&mut objects);
        self.holding(&mut objects);
        let secondary_emails = self.people.iter().flat_map(|(id, person)| {
            let primary = person.user.email.clone();
            let others = person
                .emails
                .iter()
                .filter(move |email| Some(*email) != primary.as_ref());
            others.map(move |email| (email.clone(), self.address(*id)))
        });
        Snapshot {
            account: Account {
                fingerprint: format!("toy-{}", self.default_group),
                subdomain: "toy".to_owned(),
                url: "https://toy.example".to_owned(),
            },
            caller: None::<Caller>,
            taken_at: Timestamp::UNIX_EPOCH,
            custom_roles: !self.roles.is_empty(),
            multiple_organizations: self.multiple_organizations,
            rate_limit: Some(700),
            secondary_emails: secondary_emails.collect(),
            objects,
            ambiguous: Vec::new(),
            parts: Kind::ALL.into_iter().map(part).collect(),
        }
    }

    fn address(&self, person: u64) -> Address {
        Address::user(self.people[&person].user.key())
    }

    fn named(&self, objects: &mut Objects) {
        for (id, role) in &self.roles {
            let holders = self
                .people
                .values()
                .filter(|person| person.role == Held::Custom(*id));
            let marks = Marks {
                system: role.name == Name::new("Light agent"),
                ..Marks::default()
            };
            note(
                objects,
                *id,
                Resource::from(role.clone()),
                marks,
                Some(holders.count() as u64),
            );
        }
        for (id, group) in &self.groups {
            let marks = Marks {
                account_default: *id == self.default_group,
                ..Marks::default()
            };
            note(objects, *id, Resource::Group(group.clone()), marks, None);
        }
        for (id, organization) in &self.organizations {
            let resource = Resource::from(organization.clone());
            note(objects, *id, resource, Marks::default(), None);
        }
    }

    fn holding(&self, objects: &mut Objects) {
        for (id, person) in &self.people {
            let light = Name::new("Light agent");
            let seatless =
                matches!(person.role, Held::Custom(role) if self.roles[&role].name == light);
            let marks = Marks {
                seatless,
                ..person.marks
            };
            let user = self.user(*id, person);
            note(objects, *id, Resource::from(user), marks, None);
        }
        for (id, (person, group, default)) in &self.group_memberships {
            let group = self.groups[group].name.clone();
            let membership = GroupMembership {
                user: self.address(*person).name().clone(),
                group,
            };
            let marks = Marks {
                default_membership: *default,
                ..Marks::default()
            };
            note(
                objects,
                *id,
                Resource::GroupMembership(membership),
                marks,
                None,
            );
        }
        for (id, (person, to)) in &self.organization_memberships {
            let organization = self.organizations[to].name.clone();
            let membership = OrganizationMembership {
                user: self.address(*person).name().clone(),
                organization,
            };
            let resource = Resource::OrganizationMembership(membership);
            note(objects, *id, resource, Marks::default(), None);
        }
    }

    fn user(&self, id: u64, person: &Person) -> User {
        let mut groups = self.group_memberships.values();
        let default = groups.find(|(holder, _, default)| *holder == id && *default);
        let default = default.map(|(_, group, _)| Address::group(self.groups[group].name.clone()));
        let role = match person.role {
            Held::EndUser => UserRole::EndUser,
            Held::Agent => UserRole::Agent,
            Held::Admin => UserRole::Admin,
            Held::Custom(role) => UserRole::Named(Address::role(self.roles[&role].name.clone())),
        };
        User {
            number: Some(id),
            role: Some(role),
            default_group: Some(default),
            ..person.user.clone()
        }
    }
}

fn part(kind: Kind) -> Part {
    Part {
        kind,
        coverage: Coverage::All,
        complete: true,
        source: format!("GET /{}", kind.section()),
        requests: 1,
        read_at: Timestamp::UNIX_EPOCH,
    }
}
