//! Changes to text that put a mistake right.

use super::{Place, Source};

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced.
    pub place: Place,
    /// What stands there afterwards.
    pub replacement: String,
}

/// Gives the text of `source` with all of `edits` that are about it, and how many were made.
///
/// Everything outside the replaced stretches stays byte for byte. Of two edits that overlap, the
/// first is made; running the checks again offers the other.
pub fn apply_edits<'a>(
    source: &Source,
    edits: impl IntoIterator<Item = &'a TextEdit>,
) -> (String, usize) {
    let mut edits: Vec<&TextEdit> = edits
        .into_iter()
        .filter(|edit| edit.place.source.path() == source.path())
        .collect();
    edits.sort_by_key(|edit| (edit.place.span, &edit.replacement));
    let text = source.text();
    let mut fixed = String::with_capacity(text.len());
    let (mut done, mut made) = (0, 0);
    for edit in edits {
        let span = edit.place.span;
        let Some(before) = text.get(done..span.start()) else {
            continue;
        };
        if text.get(span.start()..span.end()).is_none() || (made > 0 && span.start() < done) {
            continue;
        }
        fixed.push_str(before);
        fixed.push_str(&edit.replacement);
        done = span.end();
        made += 1;
    }
    fixed.push_str(text.get(done..).unwrap_or_default());
    (fixed, made)
}

#[cfg(test)]
mod tests {
    use super::{TextEdit, apply_edits};
    use crate::diag::{Place, Source, Span};

    #[test]
    fn edits_change_their_stretch_and_nothing_else() {
        let source = Source::new(
            "a.yaml",
            "groups: # mine\r\n  - Tier-1 # typo\r\n  - Zoë\r\n",
        );
        let edit = |needle: &str, replacement: &str| TextEdit {
            place: Place::new(
                &source,
                Span::new(source.text().find(needle).unwrap_or_default(), needle.len()),
            ),
            replacement: replacement.to_owned(),
        };
        let edits = [
            edit("Zoë", "Zoe"),
            edit("Tier-1", "Tier 1"),
            edit("er-1", "overlaps"),
        ];
        let (text, made) = apply_edits(&source, &edits);
        assert_eq!(text, "groups: # mine\r\n  - Tier 1 # typo\r\n  - Zoe\r\n");
        assert_eq!(made, 2);
    }
}
