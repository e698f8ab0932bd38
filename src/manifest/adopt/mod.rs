//! From what is live to manifests that declare it.
//!
//! The same snapshot gives the same bytes: entries stand in the order of their names, values in the order
//! of the reference, and only values that differ from what the service gives by itself are written.

mod people;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::model::{Address, Kind, Name, Organization, Role, Snapshot, UserRole};

use people::People;
use text::Entry;

/// What to declare.
#[derive(Clone, Copy)]
pub struct Wishes<'a> {
    /// Whether end users are declared, and not team members only.
    pub end_users: bool,
    /// Whether a permission of a role can be written.
    pub writable: &'a dyn Fn(&str) -> bool,
}

/// Manifests for an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// The texts by path, relative to the folder of manifests, with forward slashes.
    pub files: BTreeMap<String, String>,
    /// What is live and not declared, with why.
    pub left_out: Vec<(Address, &'static str)>,
}

/// Writes manifests for everything that a snapshot holds and that can be declared.
pub fn adopt(snapshot: &Snapshot, wishes: Wishes<'_>) -> Adopted {
    let mut adopted = Adopted::default();
    for ambiguity in &snapshot.ambiguous {
        adopted.left_out.push((
            ambiguity.address.clone(),
            "several objects share this name or address",
        ));
    }
    let people = People::of(snapshot, wishes.end_users, &mut adopted.left_out);
    adopted.section("roles.yaml", "roles", roles(snapshot, wishes, &people));
    adopted.section("groups.yaml", "groups", groups(snapshot));
    adopted.section(
        "organizations.yaml",
        "organizations",
        organizations(snapshot),
    );
    for (file, entries) in people.files() {
        adopted.section(&format!("people/{file}.yaml"), "users", entries);
    }
    adopted.left_out.sort();
    adopted
}

impl Adopted {
    fn section(&mut self, path: &str, section: &str, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        let entries: Vec<String> = entries.into_iter().map(Entry::finish).collect();
        let text = format!("{section}:\n{}", entries.join("\n"));
        self.files.insert(path.to_owned(), text);
    }
}

/// Custom roles with their permissions, and the system roles that somebody holds.
fn roles(snapshot: &Snapshot, wishes: Wishes<'_>, people: &People<'_>) -> Vec<Entry> {
    let held: BTreeSet<&Address> = people
        .all()
        .filter_map(|user| match &user.role {
            Some(UserRole::Named(role)) => Some(role),
            Some(UserRole::EndUser | UserRole::Agent | UserRole::Admin) | None => None,
        })
        .collect();
    let mut entries = Vec::new();
    for (address, observed) in snapshot.of_kind(Kind::Role) {
        let Some(role) = observed.resource.as_role() else {
            continue;
        };
        let mut entry = Entry::default();
        entry.text("name", Some(role.name.as_str()));
        if observed.marks.system {
            if !held.contains(address) {
                continue;
            }
            entry.switch("external", Some(true), false);
        } else {
            custom_role(&mut entry, role, wishes);
        }
        entries.push(entry);
    }
    entries
}

fn custom_role(entry: &mut Entry, role: &Role, wishes: Wishes<'_>) {
    let Role {
        name: _,
        description,
        configuration,
    } = role;
    entry.text("description", description.as_deref());
    let permissions = configuration
        .iter()
        .filter(|(key, value)| !value.is_null() && (wishes.writable)(key));
    entry.map("configuration", permissions);
}

fn groups(snapshot: &Snapshot) -> Vec<Entry> {
    let groups = snapshot.of_kind(Kind::Group);
    groups
        .filter_map(|(_, observed)| observed.resource.as_group())
        .map(|group| {
            let mut entry = Entry::default();
            entry.text("name", Some(group.name.as_str()));
            entry.text("description", group.description.as_deref());
            entry.switch("is_public", group.is_public, true);
            entry
        })
        .collect()
}

fn organizations(snapshot: &Snapshot) -> Vec<Entry> {
    let organizations = snapshot.of_kind(Kind::Organization);
    organizations
        .filter_map(|(_, observed)| observed.resource.as_organization())
        .map(|organization| self::organization(snapshot, organization))
        .collect()
}

fn organization(snapshot: &Snapshot, organization: &Organization) -> Entry {
    let Organization {
        name,
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
    let mut entry = Entry::default();
    entry.text("name", Some(name.as_str()));
    entry.text("external_id", external_id.as_deref());
    entry.list(
        "domain_names",
        domain_names.iter().flatten().map(String::as_str),
    );
    entry.text("details", details.as_deref());
    entry.text("notes", notes.as_deref());
    entry.text("group", known(snapshot, group.as_ref()));
    entry.switch("shared_tickets", *shared_tickets, false);
    entry.switch("shared_comments", *shared_comments, false);
    entry.list("tags", own_tags(tags.as_ref(), field_tags));
    entry.map("organization_fields", set_fields(organization_fields));
    entry
}

/// The name of a group that is there and known by one name.
fn known<'a>(snapshot: &Snapshot, group: Option<&'a Option<Address>>) -> Option<&'a str> {
    let address = group?.as_ref()?;
    let group = snapshot.objects.contains_key(address);
    group.then(|| address.name().as_str())
}

/// The tags that no field put there.
fn own_tags<'a>(
    tags: Option<&'a BTreeSet<String>>,
    field_tags: &'a BTreeSet<String>,
) -> impl Iterator<Item = &'a str> {
    let tags = tags.into_iter().flatten();
    tags.filter(|tag| !field_tags.contains(*tag))
        .map(String::as_str)
}

/// The custom fields that hold something.
fn set_fields(fields: &BTreeMap<String, Json>) -> impl Iterator<Item = (&String, &Json)> {
    fields.iter().filter(|(_, value)| match value {
        Json::Null | Json::Bool(false) => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(values) => !values.is_empty(),
        Json::Bool(true) | Json::Number(_) | Json::Object(_) => true,
    })
}

/// A name as part of a file's name: letters and digits in lower case, one hyphen between.
fn slug(name: &Name) -> String {
    let words = name
        .folded()
        .split(|character: char| !character.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let slug: String = words.join("-").chars().take(60).collect();
    if slug.is_empty() {
        "group".to_owned()
    } else {
        slug
    }
}
