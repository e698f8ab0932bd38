//! Links between pages lead to files and headings that are there.

use std::path::{Component, Path, PathBuf};

use super::pages::{ROOT, all};

/// The text of a page without code, in which nothing is a link.
fn prose(text: &str) -> String {
    let mut fence: Option<String> = None;
    let mut kept = String::new();
    for line in text.lines() {
        let start = line.trim_start();
        let ticks: String = start
            .chars()
            .take_while(|character| *character == '`')
            .collect();
        match &fence {
            Some(open) if start.trim_end() == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                let parts = line
                    .split('`')
                    .enumerate()
                    .filter(|(index, _)| index % 2 == 0);
                parts.for_each(|(_, part)| kept.push_str(part));
                kept.push('\n');
            }
        }
    }
    kept
}

/// The targets of links in a page.
fn links(text: &str) -> Vec<String> {
    let text = prose(text);
    let parts = text.split("](").skip(1);
    parts
        .filter_map(|part| part.split(')').next().map(str::to_owned))
        .collect()
}

/// The anchors that code forges and mdBook give the headings of a page.
fn anchors(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        let title = line.trim_start_matches('#');
        if fenced || title == line || !title.starts_with(' ') {
            continue;
        }
        let letters = title.trim().to_lowercase();
        let letters = letters.chars().filter_map(|character| match character {
            ' ' => Some('-'),
            '-' | '_' => Some(character),
            character => character.is_alphanumeric().then_some(character),
        });
        found.push(letters.collect());
    }
    found
}

/// A path without `.` and `..`.
fn resolved(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => clean.push(part),
        }
    }
    clean
}

#[test]
fn every_link_leads_somewhere() {
    let pages = all();
    let mut wrong = Vec::new();
    for (name, text) in &pages {
        for link in links(text) {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = Path::new(name).parent().unwrap_or(Path::new(""));
            let target = if file.is_empty() {
                name.into()
            } else {
                resolved(&folder.join(file))
            };
            let there = Path::new(ROOT).join(&target).exists();
            let page = pages.iter().find(|(name, _)| Path::new(name) == target);
            let headed = anchor.is_empty()
                || page.is_some_and(|(_, text)| anchors(text).iter().any(|found| found == anchor));
            // A book holds nothing outside its folder.
            let outside = name.starts_with("docs/") && !target.starts_with("docs");
            if !there || !headed || outside {
                wrong.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn links_in_code_are_none_and_anchors_are_those_of_code_forges() {
    let text = "# A `b`: c-d?\n[x](y.md#z)\n```sh\n[no](no.md)\n# no\n```\n`[no](no.md)`\n";
    assert_eq!(links(text), ["y.md#z"]);
    assert_eq!(anchors(text), ["a-b-c-d"]);
}
