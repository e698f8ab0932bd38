//! Foreign text made harmless for terminals: nothing moves the cursor, hides, or reorders what follows.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

/// Marks that may pile up on one character before the rest is written out.
const MARKS_IN_A_ROW: usize = 5;

/// Shows every character that a terminal would obey, hide or reorder by: `\n`, `\t` and, for all
/// others, `\u{202e}`.
///
/// These are control characters, bidirectional marks, invisible characters, unusual blanks, and
/// combining marks with nothing to combine with. Joiners within an emoji stay. What is already
/// harmless comes back as it is, so applying it twice changes nothing.
pub fn neutral(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (character, harmless) in judged(text) {
        if harmless {
            shown.push(character);
        } else {
            push_escape(&mut shown, character);
        }
    }
    Cow::Owned(shown)
}

/// Replaces the characters that [`neutral`] would spell out by harmless ones of the same length in
/// bytes, so that offsets into the text still hold. Line ends and tabs stay.
pub(super) fn masked(text: &str) -> Option<String> {
    let stays = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    if text.bytes().all(stays) {
        return None;
    }
    let mask = |(character, harmless)| match character {
        '\n' | '\r' | '\t' => character,
        _ if harmless => character,
        _ => match character.len_utf8() {
            1 => '?',
            2 => '\u{bf}',
            3 => '\u{fffd}',
            _ => '\u{1f6ab}',
        },
    };
    Some(judged(text).map(mask).collect())
}

/// Every character, and whether it may be shown as it is after those before it.
fn judged(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut previous = None;
    let mut marks = 0;
    let mut characters = text.chars().peekable();
    std::iter::from_fn(move || {
        let character = characters.next()?;
        let mark = character.width() == Some(0);
        marks = if mark { marks + 1 } else { 0 };
        let dangling = mark
            && previous.is_none_or(|before: char| before.is_ascii_punctuation() || before == ' ');
        let harmful = is_deceptive(character) || dangling || marks > MARKS_IN_A_ROW;
        let harmless = !harmful || joins_emoji(previous, character, characters.peek().copied());
        previous = harmless.then_some(character);
        Some((character, harmless))
    })
}

/// Puts a text in quotation marks, so that it cannot be taken for words of ours: `"a \"b\"\n"`.
pub fn quoted(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 2);
    shown.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            shown.push('\\');
        }
        shown.push(character);
    }
    shown.push('"');
    neutral(&shown).into_owned()
}

/// Says whether a character is obeyed, hidden or reordered by where text is shown.
pub fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{1680}'
            | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn push_escape(shown: &mut String, character: char) {
    match character {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        other => {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(other));
        }
    }
}

/// Says whether a variation selector or joiner stands where emoji have them.
fn joins_emoji(previous: Option<char>, character: char, next: Option<char>) -> bool {
    let pictorial = |c: Option<char>| {
        c.is_some_and(|c| {
            matches!(c, '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}') && !is_deceptive(c)
        })
    };
    match character {
        '\u{fe0f}' => pictorial(previous),
        '\u{200d}' => (pictorial(previous) || previous == Some('\u{fe0f}')) && pictorial(next),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_deceptive, masked, neutral, quoted};

    #[test]
    fn what_terminals_obey_is_spelled_out() {
        for (case, text, expected) in [
            ("plain", "Ada Lovelace", "Ada Lovelace"),
            (
                "scripts",
                "张伟 Łukasz אדה مريم आदा",
                "张伟 Łukasz אדה مريم आदा",
            ),
            ("colour", "\u{1b}[31mred", "\\u{1b}[31mred"),
            ("cursor by C1", "a\u{9b}2Jb", "a\\u{9b}2Jb"),
            ("override", "txt.\u{202e}exe", "txt.\\u{202e}exe"),
            ("isolates", "\u{2066}a\u{2069}", "\\u{2066}a\\u{2069}"),
            ("Arabic letter mark", "\u{61c}a", "\\u{61c}a"),
            ("lines", "a\nb\r\tc\u{2028}d", "a\\nb\\r\\tc\\u{2028}d"),
            (
                "zero width",
                "Tier\u{200b} 1\u{feff}",
                "Tier\\u{200b} 1\\u{feff}",
            ),
            ("tags", "a\u{e0041}", "a\\u{e0041}"),
            ("no-break space", "Tier\u{a0}1", "Tier\\u{a0}1"),
            ("emoji", "👩‍🚀 ❤️", "👩‍🚀 ❤️"),
            ("joiner between letters", "a\u{200d}b", "a\\u{200d}b"),
            ("selector after a letter", "a\u{fe0f}", "a\\u{fe0f}"),
            ("mark on nothing", "\u{338}a", "\\u{338}a"),
            ("mark on a letter", "e\u{301}", "e\u{301}"),
        ] {
            assert_eq!(neutral(text), expected, "{case}");
        }
    }

    #[test]
    fn marks_do_not_pile_up() {
        let text = format!("a{}", "\u{300}".repeat(50));
        assert_eq!(neutral(&text).matches("\\u{300}").count(), 45);
    }

    #[test]
    fn masking_keeps_every_offset() {
        let text = "a\u{1b}b\u{9b}c\u{202e}d\u{e0041}\t👩\u{200d}🚀\r\n";
        let masked = masked(text).unwrap_or_default();
        assert_eq!(masked, "a?b\u{bf}c\u{fffd}d\u{1f6ab}\t👩\u{200d}🚀\r\n");
        assert_eq!(masked.len(), text.len());
    }

    #[test]
    fn quotes_cannot_be_left() {
        assert_eq!(quoted("a\" → \"b\\\n"), "\"a\\\" → \\\"b\\\\\\n\"");
    }

    proptest! {
        #[test]
        fn nothing_deceptive_is_left_but_joiners_of_emoji(text in any::<String>()) {
            let once = neutral(&text);
            let left = once.chars().filter(|c| is_deceptive(*c) && !matches!(c, '\u{fe0f}' | '\u{200d}'));
            prop_assert_eq!(left.count(), 0);
        }

        #[test]
        fn applying_it_twice_changes_nothing(text in "[a-z\u{1b}\u{202e}\u{338}\u{1f469}\u{200d}\u{fe0f} .]{0,12}") {
            let once = neutral(&text).into_owned();
            prop_assert_eq!(neutral(&once), once.as_str());
        }
    }
}
