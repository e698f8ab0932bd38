//! Entries as this program writes them: one key a line, values on that line where they fit.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::text::{flow, scalar};
use crate::model::Address;

/// How long a list may be to stay on its line.
const LINE: usize = 100;

/// Keys that are not to be written, with why; an empty key stands for the whole entry, and a custom field
/// is `user_fields.<its key>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// By whose entry and which key.
    pub keys: BTreeMap<(Address, String), String>,
    /// Whether profiles are not to be used.
    pub profiles: bool,
}

impl Dropped {
    /// Says whether a key is not to be written.
    pub(super) fn has(&self, address: &Address, key: &str) -> bool {
        !self.keys.is_empty() && self.keys.contains_key(&(address.clone(), key.to_owned()))
    }
}

/// The value of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// On the line of the key.
    Value(String),
    /// Items.
    List(Vec<String>),
    /// Keys of their own.
    Map(Vec<(String, String)>),
}

/// Where in a text a key of an entry stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The line, from 1.
    pub(super) line: usize,
    /// Whose entry it is; `None` for profiles.
    pub(super) address: Option<Address>,
    /// The key.
    pub(super) key: String,
}

/// One entry of a section.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    /// What it declares; `None` for a profile.
    pub(super) address: Option<Address>,
    keys: Vec<(&'static str, Written)>,
    dropped: &'a Dropped,
}

impl<'a> Entry<'a> {
    /// An entry without keys.
    pub(super) const fn new(address: Option<Address>, dropped: &'a Dropped) -> Self {
        Self {
            address,
            keys: Vec::new(),
            dropped,
        }
    }

    fn is_dropped(&self, key: &str) -> bool {
        let address = self.address.as_ref();
        address.is_some_and(|address| self.dropped.has(address, key))
    }

    fn push(&mut self, key: &'static str, written: Written) {
        if !self.is_dropped(key) {
            self.keys.push((key, written));
        }
    }

    /// A text, where there is one.
    pub(super) fn text(&mut self, key: &'static str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.push(key, Written::Value(scalar(text)));
        }
    }

    /// A switch, where it stands otherwise than by default.
    pub(super) fn switch(&mut self, key: &'static str, switch: Option<bool>, default: bool) {
        if let Some(switch) = switch.filter(|switch| *switch != default) {
            let word = if switch { "true" } else { "false" };
            self.push(key, Written::Value(word.to_owned()));
        }
    }

    /// A list, where something is in it.
    pub(super) fn list<'t>(&mut self, key: &'static str, items: impl IntoIterator<Item = &'t str>) {
        let items: Vec<String> = items.into_iter().map(scalar).collect();
        if !items.is_empty() {
            self.push(key, Written::List(items));
        }
    }

    /// An open map, where something is in it.
    pub(super) fn map<'t>(
        &mut self,
        key: &'static str,
        map: impl IntoIterator<Item = (&'t str, &'t Json)>,
    ) {
        let kept: Vec<(String, String)> = map
            .into_iter()
            .filter(|(own, _)| !self.is_dropped(&format!("{key}.{own}")))
            .map(|(own, value)| (scalar(own), flow(value)))
            .collect();
        if !kept.is_empty() {
            self.push(key, Written::Map(kept));
        }
    }

    /// Writes the lines, indented as an item of a list at `indent` blanks, and notes where each key is.
    pub(super) fn write(&self, indent: usize, text: &mut String, marks: &mut Vec<Mark>) {
        let mut line = text.matches('\n').count() + 1;
        for (index, (key, written)) in self.keys.iter().enumerate() {
            let start = text.len();
            text.extend(std::iter::repeat_n(' ', indent));
            text.push_str(if index == 0 { "- " } else { "  " });
            write_key(key, written, indent + 2, text);
            let mut mark = |line: usize, key: String| {
                marks.push(Mark {
                    line,
                    address: self.address.clone(),
                    key,
                });
            };
            mark(line, (*key).to_owned());
            if let Written::Map(values) = written {
                for (offset, (own, _)) in values.iter().enumerate() {
                    mark(line + offset + 1, format!("{key}.{own}"));
                }
            }
            line += text.get(start..).unwrap_or_default().matches('\n').count();
        }
    }
}

/// Writes a key, which stands at `indent` blanks, with its value.
pub(super) fn write_key(key: &str, written: &Written, indent: usize, text: &mut String) {
    text.push_str(key);
    text.push(':');
    let deeper = " ".repeat(indent + 2);
    match written {
        Written::Value(value) => {
            text.push(' ');
            text.push_str(value);
            text.push('\n');
        }
        Written::List(items) => {
            let line = items.join(", ");
            if line.chars().count() <= LINE {
                text.push_str(" [");
                text.push_str(&line);
                text.push_str("]\n");
                return;
            }
            text.push('\n');
            for item in items {
                text.push_str(&deeper);
                text.push_str("- ");
                text.push_str(item);
                text.push('\n');
            }
        }
        Written::Map(values) => {
            text.push('\n');
            for (key, value) in values {
                text.push_str(&deeper);
                text.push_str(key);
                text.push_str(": ");
                text.push_str(value);
                text.push('\n');
            }
        }
    }
}
