//! Brings manifests up to what is live, in place: values, items of lists and entries change, and every
//! comment and the layout of the rest stay.
//!
//! One round makes all changes that do not get into each other's way. The caller plans what came of it and
//! asks for what is left, until nothing is.

mod add;
mod entry;
mod lists;
mod page;
mod references;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::adopt::{flow, scalar};
use super::tree::Node;
use crate::diag::{Diagnostic, Source};
use crate::model::{Address, Kind, Name, Value};

pub use add::append;
use page::Page;

/// What is live otherwise than manifests say.
#[derive(Clone, Debug, PartialEq)]
pub enum Correction {
    /// It is not there.
    Gone,
    /// The value under a key; a custom field or permission is `user_fields.<its key>` and so on.
    Is {
        /// The key.
        key: String,
        /// The live value.
        value: Value,
    },
    /// The key has done its work and is to go.
    Without {
        /// The key.
        key: String,
    },
    /// The list under a key holds this too.
    Joined {
        /// `groups` or `organizations`.
        key: &'static str,
        /// The group or organization.
        name: Name,
    },
    /// The list under a key does not hold this.
    Left {
        /// `groups` or `organizations`.
        key: &'static str,
        /// The group or organization.
        name: Name,
    },
}

/// What a live person holds of what manifests manage; `None` for what they do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// What stands under `role`.
    pub role: Option<String>,
    /// The groups.
    pub groups: Option<BTreeSet<Name>>,
    /// The default group.
    pub default_group: Option<Name>,
    /// The organizations.
    pub organizations: Option<BTreeSet<Name>>,
}

/// What is to be done to manifests.
pub struct Corrections<'a> {
    /// By the address that manifests use.
    pub by_address: BTreeMap<Address, Vec<Correction>>,
    /// What a live person holds.
    pub holdings: &'a dyn Fn(&Address) -> Holdings,
}

/// The sections that hold entries, with their kind and what their entries are known by.
const SECTIONS: [(&str, Kind, &[&str]); 4] = [
    ("roles", Kind::Role, &["name"]),
    ("groups", Kind::Group, &["name"]),
    ("organizations", Kind::Organization, &["name"]),
    ("users", Kind::User, &["email", "external_id"]),
];

/// Makes the corrections in all files, in their order; files that need none stay as they are.
///
/// # Errors
/// A file that is not YAML.
pub fn merge(
    sources: &[Arc<Source>],
    corrections: &Corrections<'_>,
) -> Result<Vec<Arc<Source>>, Box<Diagnostic>> {
    let moved = references::Moved::of(corrections);
    let mut merged = Vec::with_capacity(sources.len());
    for source in sources {
        let (mut page, documents) = Page::open(source)?;
        for document in &documents {
            for (section, kind, identities) in SECTIONS {
                correct_section(
                    &mut page,
                    document,
                    corrections,
                    (section, kind, identities),
                );
            }
            moved.follow(&mut page, document);
        }
        merged.push(page.close());
    }
    Ok(merged)
}

/// Whose entry stands at a line (from 1) of a file, and under which key.
///
/// # Errors
/// A file that is not YAML.
pub fn key_at(
    source: &Arc<Source>,
    line: usize,
) -> Result<Option<(Address, String)>, Box<Diagnostic>> {
    let (page, documents) = Page::open(source)?;
    let start = source.offset(line, 1);
    let end = page.line_end(start);
    for document in &documents {
        for (section, kind, identities) in SECTIONS {
            let items = page.own(document, section).map(|(_, list)| list.items());
            for item in items.unwrap_or_default() {
                let found = page.keys(item).find(|(key, value)| {
                    key.span.start() <= end && page.end(value).max(key.span.end()) >= start
                });
                if let (Some((key, _)), Some(address)) =
                    (found, address_of(&page, item, kind, identities))
                {
                    return Ok(Some((address, key.value.clone())));
                }
            }
        }
    }
    Ok(None)
}

/// What an entry declares.
fn address_of(page: &Page, item: &Node, kind: Kind, identities: &[&str]) -> Option<Address> {
    let identity = identities.iter().find_map(|identity| item.get(identity))?;
    Some(Address::new(kind, Name::new(page.spelled(identity))))
}

/// The comments of `before` that are not in `after` any more.
///
/// # Errors
/// A file that is not YAML.
pub fn lost_comments(
    before: &Arc<Source>,
    after: &Arc<Source>,
) -> Result<Vec<String>, Box<Diagnostic>> {
    let (before, _) = Page::open(before)?;
    let (after, _) = Page::open(after)?;
    let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
    for comment in after.comments() {
        *kept.entry(comment).or_default() += 1;
    }
    let lost = before.comments().into_iter().filter(|comment| {
        let left = kept.entry(comment).or_default();
        let is_kept = *left > 0;
        *left = left.saturating_sub(1);
        !is_kept
    });
    Ok(lost.map(str::to_owned).collect())
}

fn correct_section(
    page: &mut Page,
    document: &Node,
    corrections: &Corrections<'_>,
    (section, kind, identities): (&str, Kind, &[&str]),
) {
    let Some((key, list)) = page.own(document, section) else {
        return;
    };
    let (key, list) = (key.clone(), list.clone());
    let mut gone = Vec::new();
    for (index, item) in list.items().iter().enumerate() {
        let Some(address) = address_of(page, item, kind, identities) else {
            continue;
        };
        let Some(wanted) = corrections.by_address.get(&address) else {
            continue;
        };
        if wanted.contains(&Correction::Gone) {
            gone.push(index);
        } else {
            correct(page, item, wanted, &|| (corrections.holdings)(&address));
        }
    }
    entry::remove_entries(page, &key, &list, &gone);
}

fn correct(page: &mut Page, item: &Node, wanted: &[Correction], holdings: &dyn Fn() -> Holdings) {
    let alone = lists::outgrows_profile(page, item, wanted);
    for correction in wanted {
        match correction {
            Correction::Gone | Correction::Joined { .. } | Correction::Left { .. } => {}
            Correction::Without { key } => entry::remove(page, item, key),
            // What takes the place of a profile says these as well.
            Correction::Is { key, .. }
                if alone
                    && ["role", "default_group"].contains(&key.as_str())
                    && page.own(item, key).is_none() => {}
            Correction::Is { key, value } => is(page, item, key, value),
        }
    }
    lists::correct(page, item, wanted, holdings);
}

fn is(page: &mut Page, item: &Node, key: &str, value: &Value) {
    if let Some((outer, inner)) = key.split_once('.') {
        entry::set_within(page, item, outer, inner, &written(key, value));
        return;
    }
    let is_list = page
        .own(item, key)
        .is_some_and(|(_, node)| !node.items().is_empty());
    if let (Value::Set(set), true) = (value, is_list) {
        let there = page
            .own(item, key)
            .map(|(_, node)| entry::item_names(page, node));
        let there = there.unwrap_or_default();
        let live: BTreeSet<Name> = set.iter().map(Name::new).collect();
        let join = live.difference(&there).cloned().collect();
        let leave = there.difference(&live).cloned().collect();
        entry::change_list(page, item, key, &join, &leave);
        return;
    }
    entry::set(page, item, key, &written(key, value));
}

/// A live value on one line.
fn written(key: &str, value: &Value) -> String {
    let names = |texts: Vec<String>| format!("[{}]", texts.join(", "));
    match value {
        Value::Null if key.contains('.') || ["group", "default_group"].contains(&key) => {
            "null".to_owned()
        }
        Value::Null if ["tags", "domain_names"].contains(&key) => "[]".to_owned(),
        Value::Null => "\"\"".to_owned(),
        Value::Bool(switch) => switch.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => scalar(text),
        Value::Set(set) => names(set.iter().map(scalar).collect()),
        Value::Reference(address) => scalar(address.name().as_str()),
        Value::References(addresses) => {
            let addresses = addresses.iter();
            names(
                addresses
                    .map(|address| scalar(address.name().as_str()))
                    .collect(),
            )
        }
        Value::Json(json) => flow(json),
    }
}

#[cfg(test)]
mod tests;
