//! Profiles, with what they build on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entry::{Entry, Placed};
use super::index::ByName;
use crate::diag::{Place, Source};
use crate::manifest::{Given, Names, ProfileEntry, Text, Values};
use crate::model::Name;

/// Values from one place: an entry, a profile or defaults.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer<'a> {
    /// The values.
    pub(super) values: Values<'a>,
    /// The file they stand in.
    pub(super) source: &'a Arc<Source>,
}

/// A profile that builds on itself.
#[derive(Debug)]
pub(super) struct Cycle {
    /// The names from the profile back to itself.
    pub(super) path: Vec<Name>,
    /// The reference that closes the circle.
    pub(super) place: Place,
}

/// A profile with the layers it consists of, its own first.
#[derive(Debug)]
pub(super) struct Profile<'a> {
    /// Where it is declared.
    pub(super) entry: Entry<'a, ProfileEntry>,
    /// Its values, and those of the profiles it builds on.
    pub(super) layers: Vec<Layer<'a>>,
}

/// All profiles, by name.
#[derive(Debug)]
pub(super) struct Profiles<'a> {
    all: BTreeMap<Name, Profile<'a>>,
    /// Profiles that build on themselves.
    pub(super) cycles: Vec<Cycle>,
    /// References to profiles that are not declared.
    pub(super) unknown: Vec<Placed<'a, Text>>,
}

impl<'a> Profiles<'a> {
    /// Follows what every profile builds on.
    pub(super) fn new(entries: &ByName<'a, ProfileEntry>) -> Self {
        let mut found = Self {
            all: BTreeMap::new(),
            cycles: Vec::new(),
            unknown: Vec::new(),
        };
        for (name, entry) in entries {
            for reference in references(&entry.value.profile, entry.home.source) {
                if !entries.contains_key(&Name::new(reference.value)) {
                    found.unknown.push(reference);
                }
            }
            let mut layers = Vec::new();
            let mut path = vec![name.clone()];
            found.follow(entries, entry, &mut path, &mut layers);
            let entry = *entry;
            found.all.insert(name.clone(), Profile { entry, layers });
        }
        // A circle of three is found from each of its three profiles: keep the one that starts first.
        found
            .cycles
            .retain(|cycle| cycle.path.iter().min() == cycle.path.first());
        found
    }

    fn follow(
        &mut self,
        entries: &ByName<'a, ProfileEntry>,
        entry: &Entry<'a, ProfileEntry>,
        path: &mut Vec<Name>,
        layers: &mut Vec<Layer<'a>>,
    ) {
        layers.push(Layer {
            values: entry.value.values(),
            source: entry.home.source,
        });
        for reference in references(&entry.value.profile, entry.home.source) {
            let Some((name, next)) = entries.get_key_value(&Name::new(reference.value)) else {
                continue;
            };
            if path.first() == Some(name) {
                self.cycles.push(Cycle {
                    path: path.clone(),
                    place: reference.place(),
                });
            }
            // No honest project builds a tower of more than a few profiles.
            if path.contains(name) || path.len() > 100 || layers.len() > 10_000 {
                continue;
            }
            path.push(name.clone());
            self.follow(entries, next, path, layers);
            path.pop();
        }
    }

    /// The profile called `name`.
    pub(super) fn get(&self, name: &str) -> Option<&Profile<'a>> {
        self.all.get(&Name::new(name))
    }

    /// All profiles, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Name, &Profile<'a>)> {
        self.all.iter()
    }
}

/// The names under a `profile` key, with their places.
pub(super) fn references<'a>(
    names: &'a Given<Names>,
    source: &'a Arc<Source>,
) -> impl Iterator<Item = Placed<'a, Text>> {
    let names = names.get().into_iter().flat_map(|names| &names.value.0);
    names.map(move |name| Placed::new(name, source))
}
