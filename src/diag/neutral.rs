//! Text that cannot steer a terminal or reorder what people read.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Says whether a character may not reach output as it is: controls, line and paragraph separators,
/// and the marks that change the direction of text. A line feed and a tab count too.
pub const fn is_hostile(character: char) -> bool {
    character.is_ascii_control()
        || matches!(
            character,
            '\u{80}'..='\u{9f}'
                | '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// Writes hostile characters as visible escapes, such as `\u{1b}`, so that the text stays on its line.
pub fn neutral(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if character == '\n' {
            shown.push_str("\\n");
        } else if is_hostile(character) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Replaces hostile characters by harmless ones of the same length in bytes, so that offsets into
/// the text still hold. Line ends and tabs stay.
pub(super) fn masked(text: &str) -> Option<String> {
    let hostile =
        |character: char| is_hostile(character) && !matches!(character, '\n' | '\r' | '\t');
    if !text.chars().any(hostile) {
        return None;
    }
    let mask = |character: char| {
        if !hostile(character) {
            return character;
        }
        match character.len_utf8() {
            1 => '?',
            2 => '\u{bf}',
            _ => '\u{fffd}',
        }
    };
    Some(text.chars().map(mask).collect())
}

#[cfg(test)]
mod tests {
    use super::{masked, neutral};

    #[test]
    fn escape_codes_and_direction_marks_are_shown_not_obeyed() {
        assert_eq!(neutral("red \u{1b}[31m"), "red \\u{1b}[31m");
        assert_eq!(neutral("moc\u{202e}.elpmaxe"), "moc\\u{202e}.elpmaxe");
        assert_eq!(neutral("two\nlines"), "two\\nlines");
        assert_eq!(neutral("Zoë 山田"), "Zoë 山田");
    }

    #[test]
    fn masking_keeps_every_offset() {
        let text = "a\u{1b}b\u{9b}c\u{202e}d\n";
        let masked = masked(text).unwrap_or_default();
        assert_eq!(masked, "a?b\u{bf}c\u{fffd}d\n");
        assert_eq!(masked.len(), text.len());
    }
}
