//! YAML as this program writes it: block lists of entries with one key a line, values on that line.

use std::fmt::Write;

use serde_json::Value as Json;

/// Words that some YAML reader takes for something other than a text.
const WORDS: &[&str] = &[
    "true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf", "infinity",
];

/// How long a list may be to stay on its line.
const LINE: usize = 100;

/// A text as a scalar that every reader takes for this very text: bare where nothing about it is
/// special, else in double quotes with everything invisible escaped.
pub(super) fn scalar(text: &str) -> String {
    if is_bare(text) {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if is_hidden(character) => {
                let number = u32::from(character);
                // Writing to a string cannot fail.
                let _infallible = if number > 0xffff {
                    write!(quoted, "\\U{number:08x}")
                } else {
                    write!(quoted, "\\u{number:04x}")
                };
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

fn is_bare(text: &str) -> bool {
    let begins = text.chars().next().is_some_and(char::is_alphabetic);
    let plain = |character: char| {
        (character.is_alphanumeric() && !is_hidden(character)) || " ._@+/-&'()".contains(character)
    };
    begins
        && !text.ends_with(' ')
        && text.chars().all(plain)
        && !WORDS.contains(&text.to_lowercase().as_str())
}

/// Control characters, marks of direction, separators of lines, and blanks that look like others.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
        || matches!(u32::from(character) & 0xffff, 0xfffe | 0xffff)
}

/// A JSON value on one line.
pub(super) fn flow(value: &Json) -> String {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => scalar(text),
        Json::Array(values) => {
            let values: Vec<String> = values.iter().map(flow).collect();
            format!("[{}]", values.join(", "))
        }
        Json::Object(values) => {
            let values: Vec<String> = values
                .iter()
                .map(|(key, value)| format!("{}: {}", scalar(key), flow(value)))
                .collect();
            format!("{{ {} }}", values.join(", "))
        }
    }
}

/// One entry of a section.
#[derive(Debug, Default)]
pub(super) struct Entry(String);

impl Entry {
    fn key(&mut self, key: &str) {
        self.0
            .push_str(if self.0.is_empty() { "  - " } else { "    " });
        self.0.push_str(key);
        self.0.push(':');
    }

    /// A text, where there is one.
    pub(super) fn text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.value(key, &scalar(text));
        }
    }

    /// A switch, where it stands otherwise than by default.
    pub(super) fn switch(&mut self, key: &str, switch: Option<bool>, default: bool) {
        if let Some(switch) = switch.filter(|switch| *switch != default) {
            self.value(key, if switch { "true" } else { "false" });
        }
    }

    /// A list, where something is in it; on one line where it fits.
    pub(super) fn list<'a>(&mut self, key: &str, items: impl IntoIterator<Item = &'a str>) {
        let items: Vec<String> = items.into_iter().map(scalar).collect();
        if items.is_empty() {
            return;
        }
        let line = items.join(", ");
        if line.chars().count() <= LINE {
            self.value(key, &format!("[{line}]"));
            return;
        }
        self.key(key);
        self.0.push('\n');
        for item in items {
            self.0.push_str("      - ");
            self.0.push_str(&item);
            self.0.push('\n');
        }
    }

    /// An open map, where something is in it, one key a line.
    pub(super) fn map<'a>(
        &mut self,
        key: &str,
        map: impl IntoIterator<Item = (&'a String, &'a Json)>,
    ) {
        let mut map = map.into_iter().peekable();
        if map.peek().is_none() {
            return;
        }
        self.key(key);
        self.0.push('\n');
        for (key, value) in map {
            self.0.push_str("      ");
            self.0.push_str(&scalar(key));
            self.0.push_str(": ");
            self.0.push_str(&flow(value));
            self.0.push('\n');
        }
    }

    fn value(&mut self, key: &str, value: &str) {
        self.key(key);
        self.0.push(' ');
        self.0.push_str(value);
        self.0.push('\n');
    }

    /// The lines.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::{flow, scalar};

    #[test]
    fn scalars_are_bare_only_where_nothing_is_special() {
        for (text, written) in [
            ("Tier 1", "Tier 1"),
            ("ada@example.com", "ada@example.com"),
            ("علي مثال", "علي مثال"),
            ("no", "\"no\""),
            ("NULL", "\"NULL\""),
            ("0123", "\"0123\""),
            ("@x", "\"@x\""),
            ("- a", "\"- a\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            ("a ", "\"a \""),
            ("two\nlines", "\"two\\nlines\""),
            ("a\u{202e}b", "\"a\\u202eb\""),
            ("", "\"\""),
        ] {
            assert_eq!(scalar(text), written);
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_back_as_it_was(text in any::<String>(), other in "[ -~]{0,12}") {
            for text in [text, other] {
                let document = format!("a: {}\nb: {}\n", scalar(&text), flow(&json!([text, {"k": text}])));
                let read: Json = serde_yaml::from_str(&document).unwrap();
                prop_assert_eq!(read, json!({"a": text, "b": [text, {"k": text}]}), "{}", document);
            }
        }
    }
}
