//! The lists of a person's groups and organizations, and the profiles that give parts of them.

use std::collections::BTreeSet;

use super::entry::{change_list, item_names, remove, set};
use super::page::Page;
use super::{Correction, Holdings};
use crate::manifest::adopt::scalar;
use crate::manifest::tree::Node;
use crate::model::Name;

/// Says whether the profiles of an entry give something that the person does not have, or that cannot be
/// declared, so that the entry has to say everything by itself.
pub(super) fn outgrows_profile(page: &Page, item: &Node, wanted: &[Correction]) -> bool {
    let is_elsewhere = |key: &str, name: &Name| {
        let own = page.own(item, key).map(|(_, own)| item_names(page, own));
        !own.is_some_and(|own| own.contains(name))
    };
    page.own(item, "profile").is_some()
        && wanted.iter().any(|correction| match correction {
            Correction::Left { key, name } => is_elsewhere(key, name),
            Correction::Without { key } => ["groups", "organizations"].contains(&key.as_str()),
            Correction::Gone | Correction::Is { .. } | Correction::Joined { .. } => false,
        })
}

/// Adds what a person joined to the lists, and takes out what the person left.
pub(super) fn correct(
    page: &mut Page,
    item: &Node,
    wanted: &[Correction],
    holdings: &dyn Fn() -> Holdings,
) {
    if outgrows_profile(page, item, wanted) {
        detach(page, item, &holdings());
        return;
    }
    for list in ["groups", "organizations"] {
        let (mut join, mut leave) = (BTreeSet::new(), BTreeSet::new());
        for correction in wanted {
            match correction {
                Correction::Joined { key, name } if *key == list => {
                    join.insert(name.clone());
                }
                Correction::Left { key, name } if *key == list => {
                    leave.insert(name.clone());
                }
                Correction::Joined { .. }
                | Correction::Left { .. }
                | Correction::Gone
                | Correction::Is { .. }
                | Correction::Without { .. } => {}
            }
        }
        if join.is_empty() && leave.is_empty() {
            continue;
        }
        let own = page.own(item, list).map(|(_, own)| item_names(page, own));
        let has_profile = page.own(item, "profile").is_some();
        match own {
            Some(_) => change_list(page, item, list, &join, &leave),
            None if has_profile => set(page, item, list, &line(&join)),
            None => {
                let holdings = holdings();
                let live = if list == "groups" {
                    holdings.groups
                } else {
                    holdings.organizations
                };
                set(page, item, list, &line(&live.unwrap_or_default()));
            }
        }
    }
}

/// Replaces the profiles of an entry by what the person holds.
fn detach(page: &mut Page, item: &Node, holdings: &Holdings) {
    let Holdings {
        role,
        groups,
        default_group,
        organizations,
    } = holdings;
    let default_group = default_group.as_ref().map(|group| scalar(group.as_str()));
    let values = [
        ("role", role.as_deref().map(scalar)),
        ("groups", groups.as_ref().map(line)),
        ("default_group", default_group),
        ("organizations", organizations.as_ref().map(line)),
    ];
    for (key, live) in [("groups", groups), ("organizations", organizations)] {
        let own = page.own(item, key).map(|(_, own)| item_names(page, own));
        if let (Some(own), Some(live)) = (own, live) {
            let join = live.difference(&own).cloned().collect();
            let leave = own.difference(live).cloned().collect();
            change_list(page, item, key, &join, &leave);
        }
    }
    let missing = values
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .filter(|(key, _)| page.own(item, key).is_none());
    let lines: Vec<String> = missing
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    let Some((key, profile)) = page.own(item, "profile") else {
        return;
    };
    if lines.is_empty() {
        remove(page, item, "profile");
        return;
    }
    let (start, end) = (key.span.start(), page.end(profile));
    let gap = if page.is_flow(item) {
        ", ".to_owned()
    } else {
        let indent = page.slice(page.line_start(start), start).chars().count();
        format!("{}{}", page.line_break(), " ".repeat(indent))
    };
    let edits = page.rewritten(start, end, lines.join(&gap));
    page.edit(edits);
}

fn line(names: &BTreeSet<Name>) -> String {
    let names: Vec<String> = names.iter().map(|name| scalar(name.as_str())).collect();
    format!("[{}]", names.join(", "))
}
