//! Which entry stands in which file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::entry::{Entry, Mark};
use super::names::FileNames;
use crate::model::{Address, Kind, Snapshot};

/// The file of roles.
pub(super) const ROLES: &str = "roles.yaml";
/// The file of profiles.
pub(super) const PROFILES: &str = "profiles.yaml";
/// The file of team members who have no default group.
pub(super) const WITHOUT_GROUP: &str = "people/without-group.yaml";
/// The file of customers who belong to no organization.
pub(super) const END_USERS: &str = "people/end-users.yaml";

/// The sections of a manifest, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Roles,
    Groups,
    Organizations,
    Profiles,
    Users,
}

impl Section {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Groups => "groups",
            Self::Organizations => "organizations",
            Self::Profiles => "profiles",
            Self::Users => "users",
        }
    }
}

/// A manifest as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The text.
    pub text: String,
    /// The group or organization whose file it is.
    pub home: Option<Address>,
    marks: Vec<Mark>,
    sections: Vec<(&'static str, Range<usize>)>,
}

impl Manifest {
    /// Its sections: their keys and the text of their entries, indented by two blanks.
    pub fn sections(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let sections = self.sections.iter();
        sections.map(|(key, range)| (*key, self.text.get(range.clone()).unwrap_or_default()))
    }

    /// A manifest of some of its sections.
    pub fn part(&self, sections: &[(&str, &str)]) -> String {
        let first = self.text.split_inclusive('\n').next();
        let mut text = first
            .filter(|line| line.starts_with('#'))
            .unwrap_or_default()
            .to_owned();
        for (place, (key, entries)) in sections.iter().enumerate() {
            let gap = if place > 0 { "\n" } else { "" };
            text.extend([gap, key, ":\n", entries]);
        }
        text
    }

    /// Whose entry stands at a line (from 1), and under which key; no address means a profile, and an
    /// empty key the value by which the entry is known.
    pub fn at(&self, line: usize) -> Option<(Option<&Address>, &str)> {
        let after = self.marks.partition_point(|mark| mark.line <= line);
        let mark = self.marks.get(after.checked_sub(1)?)?;
        let first = self
            .marks
            .iter()
            .find(|other| other.address == mark.address);
        let names = first.is_some_and(|first| first.line == mark.line);
        let key = if names { "" } else { mark.key.as_str() };
        Some((mark.address.as_ref(), key))
    }
}

/// Entries by file and section.
pub(super) struct Layout<'a> {
    homes: BTreeMap<&'a Address, String>,
    files: BTreeMap<String, BTreeMap<Section, Vec<Entry<'a>>>>,
}

impl<'a> Layout<'a> {
    /// A file for each group and for each organization; names that make the same file name are numbered
    /// in name order.
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        let mut homes = BTreeMap::new();
        for (kind, folder) in [
            (Kind::Group, "teams"),
            (Kind::Organization, "organizations"),
        ] {
            let mut names = FileNames::default();
            for (address, _) in snapshot.of_kind(kind) {
                let name = names.name(address.name(), kind.word());
                homes.insert(address, format!("{folder}/{name}.yaml"));
            }
        }
        Self {
            homes,
            files: BTreeMap::new(),
        }
    }

    /// The file of a group or organization.
    pub(super) fn home(&self, address: &Address) -> Option<&str> {
        self.homes.get(address).map(String::as_str)
    }

    /// Puts an entry into a file.
    pub(super) fn add(&mut self, file: &str, section: Section, entry: Entry<'a>) {
        let sections = self.files.entry(file.to_owned()).or_default();
        sections.entry(section).or_default().push(entry);
    }

    /// Everything that has an entry.
    pub(super) fn declared(&self) -> BTreeSet<Address> {
        let entries = self.files.values().flat_map(BTreeMap::values).flatten();
        entries.filter_map(|entry| entry.address.clone()).collect()
    }

    /// The texts.
    pub(super) fn finish(self, schema: Option<&str>) -> BTreeMap<String, Manifest> {
        let homes: BTreeMap<String, &Address> = self
            .homes
            .into_iter()
            .map(|(address, path)| (path, address))
            .collect();
        let written = self.files.into_iter().map(|(path, sections)| {
            let mut text = schema.map_or_else(String::new, |schema| {
                let up = "../".repeat(path.matches('/').count());
                format!("# yaml-language-server: $schema={up}{schema}\n")
            });
            let (mut marks, mut places) = (Vec::new(), Vec::new());
            for (place, (section, entries)) in sections.iter().enumerate() {
                if place > 0 {
                    text.push('\n');
                }
                text.push_str(section.key());
                text.push_str(":\n");
                let start = text.len();
                for (place, entry) in entries.iter().enumerate() {
                    if place > 0 {
                        text.push('\n');
                    }
                    entry.write(2, &mut text, &mut marks);
                }
                places.push((section.key(), start..text.len()));
            }
            let home = homes.get(&path).map(|address| (*address).clone());
            let manifest = Manifest {
                text,
                home,
                marks,
                sections: places,
            };
            (path, manifest)
        });
        written.collect()
    }
}
