//! Every declaration of a project, by name.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::sync::Arc;

use jiff::Timestamp;

use super::entry::{Entry, Home};
use super::profile::Profiles;
use crate::diag::{Place, Source, Span};
use crate::manifest::{
    Document, GroupEntry, OrganizationEntry, ProfileEntry, Project, RoleEntry, Sp, Text, UserEntry,
    Values,
};
use crate::model::{Address, Kind, Name, Policy, Undeclared};

/// The system roles that hold no seat or special rights of their own, by the service's names
/// (zendesk-api §11.3). They are always known.
pub(super) const SYSTEM_ROLES: [&str; 3] = ["Light agent", "Contributor", "Billing admin"];

/// The files of a project with the defaults that hold in each.
pub(super) fn homes(project: &Project) -> Vec<Home<'_>> {
    let of_project = project.config.defaults.get();
    project
        .files
        .iter()
        .map(|file| {
            let own = file
                .documents
                .iter()
                .filter_map(|document| document.defaults.get())
                .map(|defaults| (&defaults.value, &file.source));
            let shared = of_project
                .iter()
                .map(|defaults| (&defaults.value, &project.config_source));
            Home {
                source: &file.source,
                defaults: own.chain(shared).collect(),
            }
        })
        .collect()
}

/// Something that is declared twice.
#[derive(Debug)]
pub(super) struct Duplicate {
    /// What it is, such as `group`.
    pub(super) what: &'static str,
    /// Its name.
    pub(super) name: Name,
    /// The first declaration.
    pub(super) first: Place,
    /// The second.
    pub(super) second: Place,
}

/// Declarations of one kind, by name; of several under one name, the first.
pub(super) type ByName<'a, T> = BTreeMap<Name, Entry<'a, T>>;

/// Everything that is declared, by name.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// The project.
    pub(super) project: &'a Project,
    /// The time at which grants are judged.
    pub(super) at: Timestamp,
    /// Roles.
    pub(super) roles: ByName<'a, RoleEntry>,
    /// Groups.
    pub(super) groups: ByName<'a, GroupEntry>,
    /// Organizations.
    pub(super) organizations: ByName<'a, OrganizationEntry>,
    /// People, by e-mail address or else by external id.
    pub(super) users: ByName<'a, UserEntry>,
    /// Profiles.
    pub(super) profiles: Profiles<'a>,
    /// What is declared twice.
    pub(super) duplicates: Vec<Duplicate>,
    /// What is declared with nothing but blanks for a name.
    pub(super) blank: Vec<(&'static str, Place)>,
    /// The organization that each mail domain leads to, and where that is said.
    pub(super) domains: BTreeMap<Name, (Name, Place)>,
    /// What is never changed.
    pub(super) protected: BTreeSet<Address>,
    policy: Policy,
}

/// A name that declarations may refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Referable {
    /// An object of the account.
    Object(Kind),
    /// A profile.
    Profile,
}

impl Referable {
    /// The word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Object(kind) => kind.word(),
            Self::Profile => "profile",
        }
    }

    const fn section(self) -> &'static str {
        match self {
            Self::Object(kind) => kind.section(),
            Self::Profile => "profiles",
        }
    }
}

impl<'a> Context<'a> {
    /// Gathers every declaration. `homes` are those of the same project.
    pub(super) fn new(project: &'a Project, homes: &'a [Home<'a>], at: Timestamp) -> Self {
        let mut gathered = Gathered::default();
        for (home, file) in homes.iter().zip(&project.files) {
            for document in &file.documents {
                gathered.document(home, document);
            }
        }
        let Gathered {
            roles,
            groups,
            organizations,
            users,
            profiles,
            duplicates,
            blank,
        } = gathered;
        let mut domains = BTreeMap::new();
        for (name, entry) in &organizations {
            let all = entry.value.domain_names.get();
            for domain in all.into_iter().flat_map(|all| &all.value) {
                // The first in the alphabet wins, and that is the order of these.
                domains
                    .entry(Name::new(domain))
                    .or_insert_with(|| (name.clone(), entry.placed(domain).place()));
            }
        }
        let policy = project.config.policy();
        Self {
            project,
            at,
            roles,
            groups,
            organizations,
            users,
            profiles: Profiles::new(&profiles),
            duplicates,
            blank,
            domains,
            protected: policy.protected.clone(),
            policy,
        }
    }

    /// What happens to live objects of `kind` that are not declared.
    pub(super) fn undeclared(&self, kind: Kind) -> Undeclared {
        self.policy.undeclared(kind)
    }

    /// The values of every entry, profile and defaults, with the file they stand in.
    pub(super) fn values(&self) -> impl Iterator<Item = (Values<'a>, &'a Arc<Source>)> {
        let project = self.project;
        let shared = project
            .config
            .defaults
            .get()
            .map(|defaults| (defaults.value.users.values(), &project.config_source));
        let of_files = project.files.iter().flat_map(|file| {
            file.documents.iter().flat_map(move |document| {
                let users = document.users.get().into_iter().flat_map(|all| &all.value);
                let profiles = document
                    .profiles
                    .get()
                    .into_iter()
                    .flat_map(|all| &all.value);
                let defaults = document.defaults.get();
                let all = users.map(UserEntry::values);
                all.chain(profiles.map(ProfileEntry::values))
                    .chain(defaults.map(|defaults| defaults.value.users.values()))
                    .map(move |values| (values, &file.source))
            })
        });
        shared.into_iter().chain(of_files)
    }

    /// The address of a declared group, as it is spelled where it is declared.
    pub(super) fn group(&self, name: &str) -> Option<Address> {
        let (name, _) = self.groups.get_key_value(&Name::new(name))?;
        Some(Address::group(name.clone()))
    }

    /// The address of a declared organization, as it is spelled where it is declared.
    pub(super) fn organization(&self, name: &str) -> Option<Address> {
        let (name, _) = self.organizations.get_key_value(&Name::new(name))?;
        Some(Address::organization(name.clone()))
    }

    /// The address of a declared custom role or of a system role.
    pub(super) fn role(&self, name: &str) -> Option<Address> {
        let name = Name::new(name);
        if let Some((name, _)) = self.roles.get_key_value(&name) {
            return Some(Address::role(name.clone()));
        }
        SYSTEM_ROLES
            .into_iter()
            .find(|role| Name::new(role) == name)
            .map(Address::role)
    }

    /// Says whether files that could not be read may declare this name, so that it is not called
    /// unknown on top.
    pub(super) fn may_be_broken(&self, what: Referable, name: &str) -> bool {
        let broken = &self.project.broken;
        broken.blind
            || broken.names.iter().any(|(section, declared)| {
                section == what.section() && Name::new(declared) == Name::new(name)
            })
    }
}

#[derive(Default)]
struct Gathered<'a> {
    roles: ByName<'a, RoleEntry>,
    groups: ByName<'a, GroupEntry>,
    organizations: ByName<'a, OrganizationEntry>,
    users: ByName<'a, UserEntry>,
    profiles: ByName<'a, ProfileEntry>,
    duplicates: Vec<Duplicate>,
    blank: Vec<(&'static str, Place)>,
}

impl<'a> Gathered<'a> {
    fn document(&mut self, home: &'a Home<'a>, document: &'a Document) {
        let Document {
            roles,
            groups,
            organizations,
            profiles,
            users,
            defaults: _, // part of `home`
        } = document;
        let mut problems = Problems {
            duplicates: &mut self.duplicates,
            blank: &mut self.blank,
        };
        let named = |name: &'a Sp<Text>| (&*name.value, name.span);
        for value in roles.get().into_iter().flat_map(|all| &all.value) {
            problems.insert(&mut self.roles, "role", home, named(&value.name), value);
        }
        for value in groups.get().into_iter().flat_map(|all| &all.value) {
            problems.insert(&mut self.groups, "group", home, named(&value.name), value);
        }
        for value in organizations.get().into_iter().flat_map(|all| &all.value) {
            let all = &mut self.organizations;
            problems.insert(all, "organization", home, named(&value.name), value);
        }
        for value in profiles.get().into_iter().flat_map(|all| &all.value) {
            problems.insert(
                &mut self.profiles,
                "profile",
                home,
                named(&value.name),
                value,
            );
        }
        for value in users.get().into_iter().flat_map(|all| &all.value) {
            problems.insert(&mut self.users, "user", home, identity(value), value);
        }
    }
}

/// Where to note what cannot be inserted.
struct Problems<'p> {
    duplicates: &'p mut Vec<Duplicate>,
    blank: &'p mut Vec<(&'static str, Place)>,
}

impl Problems<'_> {
    fn insert<'a, T>(
        &mut self,
        all: &mut ByName<'a, T>,
        what: &'static str,
        home: &'a Home<'a>,
        (name, span): (&str, Span),
        value: &'a T,
    ) {
        let name = Name::new(name);
        let entry = Entry { value, span, home };
        if name.is_empty() {
            self.blank.push((what, entry.place()));
            return;
        }
        match all.entry(name) {
            btree_map::Entry::Vacant(free) => {
                free.insert(entry);
            }
            btree_map::Entry::Occupied(taken) => self.duplicates.push(Duplicate {
                what,
                name: taken.key().clone(),
                first: taken.get().place(),
                second: entry.place(),
            }),
        }
    }
}

/// What names a person: the e-mail address, or else the external id.
pub(super) fn identity(entry: &UserEntry) -> (&str, Span) {
    if let Some(email) = entry.email.get() {
        return (email, email.span);
    }
    let external_id = entry.external_id.get();
    external_id.map_or(("", Span::default()), |id| {
        (id.value.as_deref().unwrap_or_default(), id.span)
    })
}
