//! Values in YAML as this program writes them.

use std::fmt::Write;

use serde_json::Value as Json;

/// Words that some YAML reader takes for something other than a text.
const WORDS: &[&str] = &[
    "true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf", "infinity",
];

/// A text as a scalar that every reader takes for this very text: bare where nothing about it is
/// special, else in double quotes with everything invisible escaped.
pub(in crate::manifest) fn scalar(text: &str) -> String {
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
pub(in crate::manifest) fn flow(value: &Json) -> String {
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
