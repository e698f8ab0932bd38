//! Names that compare as the service compares them.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A name or e-mail address: shown as written, compared ignoring case and outer blanks.
#[derive(Clone)]
pub struct Name {
    shown: Arc<str>,
    folded: Arc<str>,
}

impl Name {
    /// Keeps `text` without its outer blanks.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let shown: Arc<str> = Arc::from(text);
        let folded = text.to_lowercase();
        let folded = if *folded == *text {
            Arc::clone(&shown)
        } else {
            Arc::from(folded)
        };
        Self { shown, folded }
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The form that two equal names share.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Says whether nothing is left of the name.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Name {}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown, f)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_compare_without_case_and_outer_blanks_but_keep_their_spelling() {
        let name = Name::new("  Tier 1 ");
        assert_eq!(name, Name::new("tier 1"));
        assert_eq!(name.as_str(), "Tier 1");
        assert_ne!(name, Name::new("Tier  1"));
    }
}
