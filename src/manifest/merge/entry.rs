//! Changes to one entry, list or section.

use std::collections::BTreeSet;

use super::page::{Edit, Page};
use crate::manifest::adopt::scalar;
use crate::manifest::tree::Node;
use crate::manifest::yaml::Sp;
use crate::model::Name;

/// What an item of a list names: the item itself, or what its long form grants.
pub(super) fn item_name(page: &Page, item: &Node) -> Name {
    let long = ["group", "organization", "role"]
        .iter()
        .find_map(|key| item.get(key));
    Name::new(page.spelled(long.unwrap_or(item)))
}

/// The names in a list.
pub(super) fn item_names(page: &Page, list: &Node) -> BTreeSet<Name> {
    list.items()
        .iter()
        .map(|item| item_name(page, item))
        .collect()
}

/// Gives a key of a mapping a value, which fits on a line.
pub(super) fn set(page: &mut Page, map: &Node, key: &str, value: &str) {
    let edits = match page.own(map, key) {
        Some((own, node)) if page.end(node) > node.span.start() => {
            page.rewritten(value_start(page, own, node), page.end(node), value)
        }
        Some((key, _)) => {
            let at = after_colon(page, key);
            vec![Page::replaced(at, at, format!(" {value}"))]
        }
        None => added(page, map, key, value),
    };
    page.edit(edits);
}

/// Gives a key within a key of a mapping a value.
pub(super) fn set_within(page: &mut Page, map: &Node, outer: &str, key: &str, value: &str) {
    if let Some((_, node)) = page.own(map, outer) {
        let node = node.clone();
        if page.is_alias(&node) || page.keys(&node).next().is_none() {
            set(page, map, outer, &format!("{{ {}: {value} }}", scalar(key)));
        } else {
            set(page, &node, key, value);
        }
    } else {
        set(page, map, outer, &format!("{{ {}: {value} }}", scalar(key)));
    }
}

/// Where a value begins: with its mark, for a text in lines of its own.
fn value_start(page: &Page, key: &Sp<String>, node: &Node) -> usize {
    let colon = after_colon(page, key);
    let between = page.slice(colon, node.span.start());
    let mark = between
        .find(['|', '>'])
        .filter(|at| between[..*at].trim().is_empty());
    mark.map_or(node.span.start(), |at| colon + at)
}

fn after_colon(page: &Page, key: &Sp<String>) -> usize {
    let end = key.span.end();
    let rest = page.slice(end, page.length());
    rest.find(':').map_or(end, |at| end + at + 1)
}

/// A new key, after the first one where that is on a line of its own.
fn added(page: &Page, map: &Node, key: &str, value: &str) -> Vec<Edit> {
    let key = scalar(key);
    let Some((first, first_value)) = page.keys(map).next() else {
        let start = map.span.start();
        return page.rewritten(start, page.end(map), format!("{{ {key}: {value} }}"));
    };
    if page.is_flow(map) {
        let last = page
            .keys(map)
            .map(|(key, value)| key.span.end().max(page.end(value)));
        let at = last.max().unwrap_or(first.span.end());
        return vec![Page::replaced(at, at, format!(", {key}: {value}"))];
    }
    let start = first.span.start();
    let indent = page.slice(page.line_start(start), start).chars().count();
    let indent = " ".repeat(indent);
    let end = page.end(first_value);
    let is_short = first_value.text().is_some() && page.line_end(start) == page.line_end(end);
    if is_short {
        let at = page.line_end(start);
        let line_break = page.line_break();
        let text = format!("{line_break}{indent}{key}: {value}");
        return vec![Page::replaced(at, at, text)];
    }
    let line_break = page.line_break();
    let text = format!("{key}: {value}{line_break}{indent}");
    vec![Page::replaced(start, start, text)]
}

/// Takes a key out of a mapping, with its line; its comments stay.
pub(super) fn remove(page: &mut Page, map: &Node, key: &str) {
    let Some((own, node)) = page.own(map, key) else {
        return;
    };
    if page.is_flow(map) {
        let ends: Vec<(usize, usize)> = page
            .keys(map)
            .map(|(key, value)| (key.span.start(), key.span.end().max(page.end(value))))
            .collect();
        let edits = without_item(page, &ends, own.span.start());
        page.edit(edits);
        return;
    }
    let (start, end) = (own.span.start(), own.span.end().max(page.end(node)));
    let head = page.slice(page.line_start(start), start);
    if head.trim().is_empty() {
        let edits = page.without_lines(start, end);
        page.edit(edits);
    }
}

/// Takes one of several things in brackets out, with the comma that set it apart.
fn without_item(page: &Page, items: &[(usize, usize)], start: usize) -> Vec<Edit> {
    let Some(index) = items.iter().position(|(begin, _)| *begin == start) else {
        return Vec::new();
    };
    let Some((begin, end)) = items.get(index).copied() else {
        return Vec::new();
    };
    // Where a comment stands between two items, only the item and its comma go.
    let rest = page.slice(end, page.length());
    let blank = rest.len() - rest.trim_start().len();
    let is_comma = rest.trim_start().starts_with(',');
    let with_comma = if is_comma { end + blank + 1 } else { end };
    let has_comment = |start, end| page.slice(start, end).contains('#');
    if let Some((next, _)) = items.get(index + 1) {
        let end = if has_comment(end, *next) {
            with_comma
        } else {
            *next
        };
        return vec![Page::replaced(begin, end, "")];
    }
    match index.checked_sub(1).and_then(|index| items.get(index)) {
        Some((_, before)) if !has_comment(*before, begin) => {
            vec![Page::replaced(*before, end, "")]
        }
        Some(_) | None => vec![Page::replaced(begin, with_comma, "")],
    }
}

/// Adds items to the list under a key and takes others out. The list is there.
pub(super) fn change_list(
    page: &mut Page,
    map: &Node,
    key: &str,
    join: &BTreeSet<Name>,
    leave: &BTreeSet<Name>,
) {
    let Some((own, list)) = page.own(map, key) else {
        return;
    };
    let there = item_names(page, list);
    if join.is_subset(&there) && leave.is_disjoint(&there) {
        return;
    }
    let join: Vec<String> = join
        .difference(&there)
        .map(|name| scalar(name.as_str()))
        .collect();
    if page.is_alias(list) {
        let kept = there.difference(leave).map(|name| scalar(name.as_str()));
        let all: Vec<String> = kept.chain(join).collect();
        let edit = Page::replaced(
            list.span.start(),
            page.end(list),
            format!("[{}]", all.join(", ")),
        );
        page.edit(vec![edit]);
        return;
    }
    let goes = |item: &Node| leave.contains(&item_name(page, item));
    let edits = if page.is_flow(list) {
        change_flow(page, list, &join, &goes)
    } else {
        change_block(page, own, list, &join, &goes)
    };
    page.edit(edits);
}

fn change_flow(
    page: &Page,
    list: &Node,
    join: &[String],
    goes: &dyn Fn(&Node) -> bool,
) -> Vec<Edit> {
    let items = list.items();
    let kept: Vec<&Node> = items.iter().filter(|item| !goes(item)).collect();
    // Without a comment in it, the list is written anew between its brackets.
    if !page.slice(list.span.start(), page.end(list)).contains('#') {
        let kept = kept
            .iter()
            .map(|item| page.slice(item.span.start(), page.end(item)).to_owned());
        let all: Vec<String> = kept.chain(join.iter().cloned()).collect();
        let text = format!("[{}]", all.join(", "));
        return vec![Page::replaced(list.span.start(), page.end(list), text)];
    }
    let ends: Vec<(usize, usize)> = items
        .iter()
        .map(|item| (item.span.start(), page.end(item)))
        .collect();
    if let Some(item) = items.iter().find(|item| goes(item)) {
        return without_item(page, &ends, item.span.start());
    }
    let at = ends.last().map_or(list.span.start() + 1, |(_, end)| *end);
    let comma = if ends.is_empty() { "" } else { ", " };
    vec![Page::replaced(
        at,
        at,
        format!("{comma}{}", join.join(", ")),
    )]
}

fn change_block(
    page: &Page,
    key: &Sp<String>,
    list: &Node,
    join: &[String],
    goes: &dyn Fn(&Node) -> bool,
) -> Vec<Edit> {
    let items = list.items();
    let Some(final_item) = items.last() else {
        return Vec::new();
    };
    let mut edits = Vec::new();
    for item in items.iter().filter(|item| goes(item)) {
        edits.extend(page.without_lines(item.span.start(), page.end(item)));
    }
    if !join.is_empty() {
        let line = page.line_start(final_item.span.start());
        let lead = page.slice(line, final_item.span.start());
        let indent = &lead[..lead.len() - lead.trim_start().len()];
        let at = page.next_line(page.end(final_item));
        let line_break = page.line_break();
        // The last line of a file may lack its break.
        let open = !page.slice(0, at).ends_with('\n');
        let mut text = if open {
            line_break.to_owned()
        } else {
            String::new()
        };
        for item in join {
            text.extend([indent, "- ", item, line_break]);
        }
        edits.push(Page::replaced(at, at, text));
    } else if items.iter().all(goes) {
        let at = after_colon(page, key);
        edits.push(Page::replaced(at, at, " []"));
    }
    edits
}

/// Takes entries out of a section.
pub(super) fn remove_entries(page: &mut Page, key: &Sp<String>, list: &Node, gone: &[usize]) {
    if gone.is_empty() || page.is_alias(list) {
        return;
    }
    let index = |item: &Node| {
        list.items()
            .iter()
            .position(|other| other.span == item.span)
    };
    let goes = |item: &Node| index(item).is_some_and(|index| gone.contains(&index));
    let edits = if page.is_flow(list) {
        change_flow(page, list, &[], &goes)
    } else {
        change_block(page, key, list, &[], &goes)
    };
    page.edit(edits);
}
