//! New entries in manifests that are there.

use std::sync::Arc;

use super::page::Page;
use crate::diag::{Diagnostic, Source};
use crate::manifest::tree::Node;

/// Adds entries to a section of a file. The text of the entries is as this program writes it, indented by
/// two blanks. `None` where the file is laid out in a way that has no place for them.
///
/// # Errors
/// A file that is not YAML.
pub fn append(
    source: &Arc<Source>,
    section: &str,
    entries: &str,
) -> Result<Option<Arc<Source>>, Box<Diagnostic>> {
    let (mut page, documents) = Page::open(source)?;
    let home = documents
        .iter()
        .find_map(|document| page.own(document, section).map(|(_, list)| list.clone()));
    let place = match &home {
        Some(list) => in_section(&page, list, entries),
        None => at_the_end(&page, &documents, section, entries),
    };
    let Some((start, end, text)) = place else {
        return Ok(None);
    };
    let text = text.replace('\n', page.line_break());
    page.edit(vec![Page::replaced(start, end, text)]);
    Ok(Some(page.close()))
}

/// A section of its own, below all others.
fn at_the_end(
    page: &Page,
    documents: &[Node],
    section: &str,
    entries: &str,
) -> Option<(usize, usize, String)> {
    let text = page.source.text();
    let [document] = documents else {
        return None;
    };
    if page.is_flow(document) || text.lines().any(|line| line.starts_with("...")) {
        return None;
    }
    let open = if text.ends_with('\n') { "" } else { "\n" };
    let at = page.length();
    Some((at, at, format!("{open}\n{section}:\n{entries}")))
}

/// Below the entries that are there.
fn in_section(page: &Page, list: &Node, entries: &str) -> Option<(usize, usize, String)> {
    if page.is_alias(list) {
        return None;
    }
    let Some(bottom) = list.items().last() else {
        // `[]` gives way to a list below its key.
        let start = page.slice(0, list.span.start()).trim_end_matches(' ').len();
        let text = format!("\n{}", entries.trim_end_matches('\n'));
        return Some((start, page.end(list), text));
    };
    if page.is_flow(list) {
        return None;
    }
    let line = page.line_start(bottom.span.start());
    let indent = page.slice(line, bottom.span.start()).find('-')?;
    let indent = " ".repeat(indent);
    let at = page.next_line(page.end(bottom));
    let is_open = !page.slice(0, at).ends_with('\n');
    let is_dense = list.items().len() > 1 && !is_spaced(page, list);
    let mut text = String::new();
    text.extend(
        [is_open, !is_dense]
            .into_iter()
            .filter(|gap| *gap)
            .map(|_| '\n'),
    );
    for line in entries.split_inclusive('\n') {
        match line.strip_prefix("  ") {
            Some(rest) => text.extend([&indent, rest]),
            None => text.push_str(line),
        }
    }
    Some((at, at, text))
}

/// Says whether blank lines stand between the entries of a list.
fn is_spaced(page: &Page, list: &Node) -> bool {
    list.items().windows(2).any(|pair| match pair {
        [first, second] => {
            let between = page.slice(page.end(first), second.span.start());
            between.lines().skip(1).any(|line| line.trim().is_empty())
        }
        _ => false,
    })
}
