//! What refers to groups, organizations and roles that are gone or called otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{change_list, item_name, remove};
use super::page::Page;
use super::{Correction, Corrections};
use crate::manifest::adopt::scalar;
use crate::manifest::tree::Node;
use crate::model::{Address, Kind, Name, Value};

/// Objects that references must no longer name.
pub(super) struct Moved {
    gone: BTreeMap<Kind, BTreeSet<Name>>,
    renamed: BTreeMap<Address, String>,
}

/// Keys of people whose value is a list of names, with what the names are of.
const LISTS: [(&str, Kind); 2] = [
    ("groups", Kind::Group),
    ("organizations", Kind::Organization),
];

/// Keys whose value is one name.
const NAMES: [(&str, Kind); 3] = [
    ("role", Kind::Role),
    ("default_group", Kind::Group),
    ("group", Kind::Group),
];

impl Moved {
    pub(super) fn of(corrections: &Corrections<'_>) -> Self {
        let mut moved = Self {
            gone: BTreeMap::new(),
            renamed: BTreeMap::new(),
        };
        let objects = corrections
            .by_address
            .iter()
            .filter(|(address, _)| address.kind() != Kind::User);
        for (address, wanted) in objects {
            for correction in wanted {
                match correction {
                    Correction::Gone => {
                        let gone = moved.gone.entry(address.kind()).or_default();
                        gone.insert(address.name().clone());
                    }
                    Correction::Is {
                        key,
                        value: Value::Text(name),
                    } if key == "name" => {
                        moved.renamed.insert(address.clone(), name.clone());
                    }
                    Correction::Is { .. }
                    | Correction::Without { .. }
                    | Correction::Joined { .. }
                    | Correction::Left { .. } => {}
                }
            }
        }
        moved
    }

    /// Mends every reference of a document. Values of people and organizations that refer to what is gone
    /// are corrected with them.
    pub(super) fn follow(&self, page: &mut Page, document: &Node) {
        if self.gone.is_empty() && self.renamed.is_empty() {
            return;
        }
        for section in ["users", "profiles", "organizations"] {
            let items = page
                .own(document, section)
                .map(|(_, list)| list.items().to_vec());
            for item in items.unwrap_or_default() {
                self.mend(page, &item, section == "profiles");
            }
        }
        let defaults = page
            .own(document, "defaults")
            .map(|(_, defaults)| defaults.clone());
        for section in ["users", "organizations"] {
            let defaults = defaults.as_ref().and_then(|all| all.get(section));
            if let Some(defaults) = defaults.cloned() {
                self.mend(page, &defaults, true);
            }
        }
    }

    fn is_gone(&self, kind: Kind, name: &Name) -> bool {
        self.gone.get(&kind).is_some_and(|gone| gone.contains(name))
    }

    fn mend(&self, page: &mut Page, map: &Node, is_shared: bool) {
        for (key, kind) in LISTS {
            let Some((_, list)) = page.own(map, key) else {
                continue;
            };
            let list = list.clone();
            let names = list.items().iter().map(|item| item_name(page, item));
            let leave: BTreeSet<Name> = names.filter(|name| self.is_gone(kind, name)).collect();
            if !leave.is_empty() {
                change_list(page, map, key, &BTreeSet::new(), &leave);
            }
            for item in list.items() {
                let word = kind.word();
                let name = item.get(word).unwrap_or(item).clone();
                self.rename(page, kind, &name);
            }
        }
        for (key, kind) in NAMES {
            let Some((_, node)) = page.own(map, key) else {
                continue;
            };
            let node = node.get("role").unwrap_or(node).clone();
            let name = Name::new(page.spelled(&node));
            if is_shared && self.is_gone(kind, &name) {
                remove(page, map, key);
            }
            self.rename(page, kind, &node);
        }
    }

    fn rename(&self, page: &mut Page, kind: Kind, node: &Node) {
        let name = Name::new(page.spelled(node));
        if let Some(renamed) = self.renamed.get(&Address::new(kind, name)) {
            let (start, end) = (node.span.start(), page.end(node));
            page.edit(vec![Page::replaced(start, end, scalar(renamed))]);
        }
    }
}
