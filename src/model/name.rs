//! Names that compare as the service compares them.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A name or e-mail address: shown as written, compared ignoring case and outer blanks.
///
/// Clones share one text, in which the folded form follows the written one where the two differ.
#[derive(Clone)]
pub struct Name {
    text: Arc<str>,
    /// Where the folded form begins; 0 where it is the whole text, as written.
    fold: u32,
    /// A hash of the folded form: most names that differ are told apart without looking at their texts.
    hash: u32,
}

/// What hashes of names begin with, another in every run: nobody can choose names whose hashes are alike.
static HASHING: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl Name {
    /// Keeps `text` without its outer blanks.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let changes = |letter: char| letter.is_uppercase() || !letter.is_ascii();
        if text.contains(changes) {
            let folded = text.to_lowercase();
            if let (true, Ok(fold)) = (*folded != *text, u32::try_from(text.len())) {
                let text = Arc::from([text, &folded].concat());
                return Self::of(text, fold);
            }
        }
        Self::of(Arc::from(text), 0)
    }

    fn of(text: Arc<str>, fold: u32) -> Self {
        let hash = HASHING.hash_one(&text[fold as usize..]);
        let hash = u32::try_from(hash >> 32).unwrap_or_default();
        Self { text, fold, hash }
    }

    /// Says whether both are one text, so that there is nothing to compare.
    fn is_same(&self, other: &Self) -> bool {
        self.fold == other.fold && Arc::ptr_eq(&self.text, &other.text)
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        match self.fold {
            0 => &self.text,
            fold => &self.text[..fold as usize],
        }
    }

    /// The form that two equal names share.
    pub fn folded(&self) -> &str {
        &self.text[self.fold as usize..]
    }

    /// Says whether nothing is left of the name.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && (self.is_same(other) || self.folded() == other.folded())
    }
}

impl Eq for Name {}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.is_same(other) {
            return Ordering::Equal;
        }
        self.folded().cmp(other.folded())
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.hash);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl schemars::JsonSchema for Name {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Name".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

/// The spellings that were met, so that all names of one spelling share its text.
#[derive(Debug, Default)]
pub(super) struct Spellings(BTreeSet<(u32, Arc<str>)>);

impl Spellings {
    /// Lets the name share the text of those that were met before.
    pub(super) fn share(&mut self, name: &mut Name) {
        let spelling = (name.hash, Arc::clone(&name.text));
        if let Some((_, text)) = self.0.get(&spelling) {
            name.text = Arc::clone(text);
        } else {
            self.0.insert(spelling);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, Spellings};

    #[test]
    fn names_of_one_spelling_share_its_text_and_others_keep_their_own() {
        let mut spellings = Spellings::default();
        let mut names = ["Tier 1", "tier 1", "Tier 1"].map(Name::new);
        for name in &mut names {
            spellings.share(name);
        }
        let [first, other, again] = names;
        assert!(first.is_same(&again) && !first.is_same(&other));
        assert_eq!(first, other);
        assert_eq!((first.as_str(), other.as_str()), ("Tier 1", "tier 1"));
    }

    #[test]
    fn names_compare_without_case_and_outer_blanks_but_keep_their_spelling() {
        let name = Name::new("  Tier 1 ");
        assert_eq!(name, Name::new("tier 1"));
        assert_eq!(name.as_str(), "Tier 1");
        assert_eq!(name.folded(), "tier 1");
        assert_ne!(name, Name::new("Tier  1"));
        assert_eq!(Name::new("ÉMILE").folded(), "émile");
        assert_eq!(Name::new("é@example.com").folded(), "é@example.com");
        assert!(Name::new(" ").is_empty());
    }
}
