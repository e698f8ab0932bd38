//! Stories about plans, told on the toy account.

mod batches;
mod calls;
mod drift;
mod edges;
mod effects;
mod meaning;
mod order;
mod refusals;
mod reuse;
mod rules;
mod since;
mod waits;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::laws::toy::{Held, Person, Toy};
use super::{Inputs, Plan, RefusalCode, build};
use crate::model::{
    Address, Book, Declared, Group, GroupMembership, Inventory, Kind, Lifecycle, Marks, Name,
    Organization, OrganizationMembership, Origin, Policy, Resource, Role, Route, Snapshot, User,
    UserRole, Write,
};

/// An account and the manifests for it. Groups `Support` (the default) and `Tier 1`, role `Staff`,
/// organization `Globex` are live and declared; administrators `root` and `boss` are live only.
struct Story {
    toy: Toy,
    inventory: Inventory,
    policy: Policy,
    /// Numbers by name.
    ids: BTreeMap<String, u64>,
    /// Last touch to what was read.
    reread: fn(&mut Snapshot),
    targets: Vec<String>,
}

fn mail(name: &str) -> Name {
    Name::new(&format!("{name}@example.com"))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what a user's role is declared as"
)]
fn custom(role: &str) -> Option<UserRole> {
    Some(UserRole::Named(Address::role(role)))
}

impl Story {
    fn new() -> Self {
        let toy = Toy {
            multiple_organizations: true,
            ..Toy::default()
        };
        let mut story = Self {
            toy,
            inventory: Inventory::default(),
            policy: Policy::default(),
            ids: BTreeMap::new(),
            reread: |_| {},
            targets: Vec::new(),
        };
        story.toy.default_group = story.group("Support");
        story.group("Tier 1");
        story.role("Staff");
        story.organization("Globex");
        story.person("root", Held::Admin, &["Support"]);
        story.person("boss", Held::Admin, &["Support"]);
        story.wants(Resource::Group(Group::named("Support".into())));
        story.wants(Resource::Group(Group::named("Tier 1".into())));
        story.wants(Resource::from(Role::named("Staff".into())));
        story.wants(Resource::from(Organization::named("Globex".into())));
        story
    }

    fn group(&mut self, name: &str) -> u64 {
        let id = self.toy.number();
        let group = Group {
            is_public: Some(true),
            ..Group::named(name.into())
        };
        self.toy.groups.insert(id, group);
        self.ids.insert(name.to_owned(), id);
        id
    }

    fn role(&mut self, name: &str) -> Held {
        let id = self.toy.number();
        self.toy.roles.insert(id, Role::named(name.into()));
        self.ids.insert(name.to_owned(), id);
        Held::Custom(id)
    }

    fn organization(&mut self, name: &str) -> u64 {
        let id = self.toy.number();
        let organization = Organization::named(name.into());
        self.toy.organizations.insert(id, organization);
        self.ids.insert(name.to_owned(), id);
        id
    }

    fn holds(&self, role: &str) -> Held {
        Held::Custom(self.ids[role])
    }

    /// A live person in these groups and organizations.
    fn person(&mut self, name: &str, role: Held, places: &[&str]) -> u64 {
        let id = self.toy.number();
        let user = User {
            email: Some(mail(name)),
            name: Some(name.to_owned()),
            suspended: Some(false),
            ..User::default()
        };
        let person = Person {
            user,
            role,
            emails: vec![mail(name)],
            marks: Marks::default(),
        };
        self.toy.people.insert(id, person);
        for place in places {
            let to = self.ids[*place];
            if self.toy.groups.contains_key(&to) {
                self.toy.join_group(id, to).unwrap();
            } else {
                self.toy.join_organization(id, to).unwrap();
            }
        }
        self.ids.insert(name.to_owned(), id);
        id
    }

    fn wants(&mut self, resource: Resource) -> &mut Declared {
        let address = resource.address();
        let declared = Declared {
            resource,
            lifecycle: Lifecycle::Present,
            previously: Vec::new(),
            origin: None,
            grant: None,
        };
        self.inventory.resources.insert(address.clone(), declared);
        self.inventory.resources.get_mut(&address).unwrap()
    }

    /// Declares a person with these groups, which are their whole list.
    fn wants_person(&mut self, name: &str, role: Option<UserRole>, groups: &[&str]) {
        self.wants_user(name, |user| user.role = role);
        self.wants_places(name, Kind::GroupMembership, groups);
    }

    fn wants_user(&mut self, name: &str, change: impl FnOnce(&mut User)) -> &mut Declared {
        let mut user = User {
            email: Some(mail(name)),
            name: Some(name.to_owned()),
            ..User::default()
        };
        change(&mut user);
        self.wants(Resource::from(user))
    }

    fn wants_places(&mut self, name: &str, kind: Kind, places: &[&str]) {
        let user = Address::user(mail(name));
        let list = Origin {
            file: "manifests/people.yaml".into(),
            line: 7,
            column: 5,
        };
        self.inventory.lists.insert((kind, user), Some(list));
        for place in places {
            let user = mail(name);
            self.wants(if kind == Kind::GroupMembership {
                let group = (*place).into();
                Resource::GroupMembership(GroupMembership { user, group })
            } else {
                let organization = (*place).into();
                Resource::OrganizationMembership(OrganizationMembership { user, organization })
            });
        }
    }

    fn snapshot(&self) -> Snapshot {
        let mut snapshot = self.toy.snapshot();
        (self.reread)(&mut snapshot);
        snapshot
    }

    fn plan(&self) -> Plan {
        build(&Inputs {
            inventory: &self.inventory,
            snapshot: &self.snapshot(),
            policy: &self.policy,
            at: "2026-11-21T12:00:00Z".parse().unwrap(),
            route: &route,
            targets: &self.targets,
        })
    }

    /// The plan's changes, one a line: action and address, with the fields that change.
    fn changes(&self) -> String {
        let plan = self.plan();
        let lines = plan.changes.iter().map(|change| {
            let paths = change.fields.iter().map(|field| field.path.as_ref());
            let paths: Vec<&str> = paths.collect();
            let action = format!("{:?}", change.action).to_lowercase();
            format!("{action} {} {}", change.address, paths.join(" "))
                .trim()
                .to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The plan's calls, one a line: wave, what is done to what, with which values.
    fn calls(&self) -> String {
        let plan = self.plan();
        assert_eq!(plan.refused, Vec::new());
        let lines = plan.operations.iter().map(|operation| {
            let write = &operation.write;
            let many = if write.many { " many" } else { "" };
            let items = write.items.iter().map(|item| {
                let paths = item.values.iter().map(|(path, _)| path.as_ref());
                let paths: Vec<&str> = paths.collect();
                format!("{} {}", item.address, paths.join(" "))
                    .trim()
                    .to_owned()
            });
            let items: Vec<String> = items.collect();
            format!(
                "{}:{many} {:?} {}",
                operation.wave,
                write.verb,
                items.join(", ")
            )
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn refusals(&self) -> Vec<RefusalCode> {
        let plan = self.plan();
        plan.refused.iter().map(|refusal| refusal.code).collect()
    }
}

fn route(_: &Write, _: &Book) -> Route {
    Route {
        method: "POST".to_owned(),
        path: "/".to_owned(),
    }
}

fn day(text: &str) -> Timestamp {
    format!("{text}T00:00:00Z").parse().unwrap()
}
