//! Words and excerpts shared by everything that speaks to people.

use std::fmt;

/// `1 group`, `2 groups`: the count with the right form of the word.
pub fn plural(count: usize, singular: &str) -> String {
    if count == 1 {
        return format!("1 {singular}");
    }
    match singular.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{count} {stem}ies"),
        _ => format!("{count} {singular}s"),
    }
}

/// Shows at most the first `.1` characters of a text, with an ellipsis where something is cut.
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a>(pub &'a str, pub usize);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(self.1) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Excerpt, plural};

    #[test]
    fn counts_agree_with_their_words() {
        assert_eq!(plural(1, "group"), "1 group");
        assert_eq!(plural(0, "membership"), "0 memberships");
        assert_eq!(plural(2, "identity"), "2 identities");
        assert_eq!(plural(3, "day"), "3 days");
    }

    #[test]
    fn excerpts_cut_between_characters() {
        assert_eq!(Excerpt("héllo", 2).to_string(), "hé…");
        assert_eq!(Excerpt("hé", 2).to_string(), "hé");
    }
}
