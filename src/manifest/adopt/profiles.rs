//! Profiles for people who share role and groups.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Dropped, Entry};
use super::names::{FileNames, slug};
use crate::model::{Address, Name};

/// How many people make a profile worth its name.
const SEVERAL: usize = 3;

/// What people share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bundle {
    /// What stands under `role`.
    pub(super) role: String,
    /// What stands under `groups`.
    pub(super) groups: BTreeSet<Name>,
    /// What stands under `default_group`.
    pub(super) default_group: Option<Name>,
}

/// Every profile, with its name.
#[derive(Debug, Default)]
pub(super) struct Profiles(BTreeMap<Bundle, String>);

impl Profiles {
    /// Finds what several of these people share. Names tell the role and the default group; those that
    /// would be alike are numbered in the order of what they stand for.
    pub(super) fn of<'a>(bundles: impl Iterator<Item = &'a Bundle>) -> Self {
        let mut counts: BTreeMap<&Bundle, usize> = BTreeMap::new();
        for bundle in bundles {
            *counts.entry(bundle).or_default() += 1;
        }
        let mut names = FileNames::default();
        let several = counts.into_iter().filter(|(_, count)| *count >= SEVERAL);
        let profiles = several.map(|(bundle, _)| {
            let role = slug(&Name::new(&bundle.role), "role");
            let group = bundle.default_group.as_ref().or(bundle.groups.first());
            let group = group.map(|group| slug(group, "group")).unwrap_or_default();
            let name = names.name(&Name::new(&format!("{role} {group}")), "profile");
            (bundle.clone(), name)
        });
        Self(profiles.collect())
    }

    /// The profile of who has this.
    pub(super) fn name(&self, bundle: &Bundle) -> Option<&str> {
        self.0.get(bundle).map(String::as_str)
    }

    /// The entries, in name order.
    pub(super) fn entries<'a>(&self, dropped: &'a Dropped) -> Vec<Entry<'a>> {
        let by_name: BTreeMap<&String, &Bundle> =
            self.0.iter().map(|(bundle, name)| (name, bundle)).collect();
        by_name
            .into_iter()
            .map(|(name, bundle)| {
                let mut entry = Entry::new(None::<Address>, dropped);
                entry.text("name", Some(name));
                entry.text("role", Some(&bundle.role));
                entry.list("groups", bundle.groups.iter().map(Name::as_str));
                let default = bundle.default_group.as_ref().map(Name::as_str);
                entry.text("default_group", default);
                entry
            })
            .collect()
    }
}
