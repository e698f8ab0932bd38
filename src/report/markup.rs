//! Foreign text made harmless for Markdown as code forges render it.
//!
//! Mentions, references and links are found by forges in the rendered text, so escaping their first
//! character is not enough: it is put into an element of its own.

use std::fmt::Write as _;

use super::text::neutral;

/// A text without any meaning to Markdown: no emphasis, HTML, table cells, mentions, references, links.
pub fn escaped(text: &str) -> String {
    let text = neutral(text);
    let mut shown = String::with_capacity(text.len() + 16);
    let mut previous = ' ';
    for (at, character) in text.char_indices() {
        let rest = &text[at + character.len_utf8()..];
        if starts_something(previous, character, rest) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "<span>&#{};</span>", u32::from(character));
        } else if has_meaning(character) {
            let _ = write!(shown, "&#{};", u32::from(character));
        } else {
            shown.push(character);
        }
        previous = character;
    }
    shown
}

/// A text as code: what people copy, such as addresses.
pub fn code(text: &str) -> String {
    let shown = neutral(text);
    let plain = !shown.is_empty()
        && shown.trim() == shown
        && !shown.contains(['`', '|', '\\', '<', '>', '&', '$']);
    if plain {
        format!("`{shown}`")
    } else {
        format!("<code>{}</code>", escaped(text))
    }
}

/// A message of ours, in which pairs of backticks mark values: those become code.
pub fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => escaped(part),
            _ => code(part),
        })
        .collect()
}

/// Fences lines of a terminal form, so that nothing in them can end the fence.
pub fn fenced(lines: &str) -> String {
    let longest = lines
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}diff\n{lines}{fence}\n")
}

fn has_meaning(character: char) -> bool {
    matches!(
        character,
        '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '<' | '>' | '&' | '|' | '!' | '{' | '}' | '^'
    )
}

/// Says whether forges would see the start of a mention, a reference, a link, an emoji or a formula.
fn starts_something(previous: char, character: char, rest: &str) -> bool {
    let next = rest.chars().next().unwrap_or(' ');
    match character {
        '@' | '$' => true,
        '#' => !next.is_whitespace(),
        // `:tada:` becomes a picture.
        ':' => next == '/' || (!next.is_whitespace() && rest.contains(':')),
        // `GH-12` names an issue, `www.` starts a link.
        '-' => matches!(previous, 'h' | 'H') && next.is_ascii_digit(),
        '.' => matches!(previous, 'w' | 'W'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{code, escaped, fenced, prose};

    #[test]
    fn nothing_in_a_name_means_anything() {
        for (case, text, expected) in [
            ("plain", "Ada Lovelace (Tier 1)", "Ada Lovelace (Tier 1)"),
            (
                "emphasis",
                "**bold** _it_",
                "&#42;&#42;bold&#42;&#42; &#95;it&#95;",
            ),
            ("HTML", "<img src=x>", "&#60;img src=x&#62;"),
            ("entity", "&lt;", "&#38;lt;"),
            ("mention", "@octo/team", "<span>&#64;</span>octo/team"),
            ("reference", "#123", "<span>&#35;</span>123"),
            ("other reference", "GH-1", "GH<span>&#45;</span>1"),
            ("table cell", "a | b", "a &#124; b"),
            (
                "link",
                "[a](https://x.example)",
                "&#91;a&#93;(https<span>&#58;</span>//x.example)",
            ),
            (
                "bare link",
                "www.x.example",
                "www<span>&#46;</span>x.example",
            ),
            ("emoji", ":tada: 12:30", "<span>&#58;</span>tada: 12:30"),
            ("place", "zdsync.yaml:19", "zdsync.yaml:19"),
            ("formula", "$x$", "<span>&#36;</span>x<span>&#36;</span>"),
            ("lines", "a\n\n# b", "a&#92;n&#92;n# b"),
        ] {
            assert_eq!(escaped(text), expected, "{case}");
        }
    }

    #[test]
    fn code_stays_code() {
        assert_eq!(code("ada@example.com"), "`ada@example.com`");
        assert_eq!(code("a`b"), "<code>a&#96;b</code>");
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
        assert_eq!(code(""), "<code></code>");
        assert_eq!(
            prose("group `Tier 1` is @gone"),
            "group `Tier 1` is <span>&#64;</span>gone"
        );
        assert_eq!(prose("an odd ` mark"), "an odd &#96; mark");
        assert_eq!(fenced("a ``` b\n"), "````diff\na ``` b\n````\n");
    }

    proptest! {
        #[test]
        fn escaped_text_holds_no_bare_metacharacter(text in any::<String>()) {
            let shown = escaped(&text).replace("<span>", "").replace("</span>", "");
            prop_assert!(!shown.contains(['<', '>', '`', '|', '*', '_', '@', '[', '\n', '\\', '$']));
        }
    }
}
