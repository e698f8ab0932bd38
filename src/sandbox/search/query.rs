//! The search language, as far as people are concerned.

use serde::{Deserialize, Serialize};

use crate::sandbox::records::{Group, Organization, User};
use crate::sandbox::store::State;
use crate::sandbox::text::fold;

/// What the index holds of one record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Document {
    kind: String,
    fields: Vec<(String, String)>,
}

impl Document {
    fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            fields: Vec::new(),
        }
    }

    fn put(&mut self, key: &str, value: impl AsRef<str>) {
        let value = fold(value.as_ref());
        if !value.is_empty() {
            self.fields.push((key.to_owned(), value));
        }
    }

    fn put_all<'a>(&mut self, key: &str, values: impl IntoIterator<Item = &'a String>) {
        values.into_iter().for_each(|value| self.put(key, value));
    }

    pub(super) fn of_user(state: &State, user: &User) -> Self {
        let mut out = Self::new("user");
        out.put("name", &user.name);
        out.put("role", user.rank.role.as_str());
        out.put_all("external_id", &user.external_id);
        out.put_all("tags", &user.tags);
        out.put_all("notes", &user.notes);
        out.put_all("details", &user.details);
        out.put_all("alias", &user.alias);
        out.put("suspended", user.suspended.to_string());
        out.put("created", user.created_at.to_string());
        out.put("updated", user.updated_at.to_string());
        let mut verified = false;
        for identity in state.identities_of(user.id) {
            let key = if identity.kind == "phone_number" {
                "phone"
            } else {
                "email"
            };
            out.put(key, &identity.value);
            verified |= identity.verified;
        }
        out.put("is_verified", verified.to_string());
        if let Some(role) = user.rank.custom_role {
            out.put("custom_role_id", role.to_string());
        }
        for row in state.group_memberships_of(user.id) {
            out.put("group_id", row.group_id.to_string());
            if let Some(group) = state.groups.get(&row.group_id) {
                out.put("group", &group.name);
            }
        }
        for row in state.organization_memberships_of(user.id) {
            out.put("organization_id", row.organization_id.to_string());
            if let Some(organization) = state.organizations.get(&row.organization_id) {
                out.put("organization", &organization.name);
            }
        }
        for (key, value) in &user.user_fields {
            out.put(
                key,
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
            );
        }
        out
    }

    pub(super) fn of_group(group: &Group) -> Self {
        let mut out = Self::new("group");
        out.put("name", &group.name);
        out.put("details", &group.description);
        out.put("created", group.created_at.to_string());
        out.put("updated", group.updated_at.to_string());
        out
    }

    pub(super) fn of_organization(row: &Organization) -> Self {
        let mut out = Self::new("organization");
        out.put("name", &row.name);
        out.put_all("external_id", &row.external_id);
        out.put_all("tags", &row.tags);
        out.put_all("notes", &row.notes);
        out.put_all("details", &row.details);
        out.put_all("domain_names", &row.domain_names);
        out.put("created", row.created_at.to_string());
        out.put("updated", row.updated_at.to_string());
        out
    }
}

/// A parsed search.
#[derive(Clone, Debug)]
pub(super) struct Query {
    terms: Vec<Term>,
}

#[derive(Clone, Debug)]
struct Term {
    key: Option<String>,
    compare: Compare,
    value: String,
    negated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    Equal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        let words = words(text);
        Self {
            terms: words.iter().map(|word| Term::parse(word)).collect(),
        }
    }

    /// Returns the record type asked for, if the search names one.
    pub(super) fn kind(&self) -> Option<&str> {
        let mut kinds = self
            .terms
            .iter()
            .filter(|term| term.key.as_deref() == Some("type"));
        kinds.next().map(|term| term.value.as_str())
    }

    /// Returns the address or external id that every hit must have, so that nothing else is looked at.
    pub(super) fn exact(&self) -> Option<(&str, &str)> {
        let mut plain = self.terms.iter().filter(|term| {
            !term.negated && term.compare == Compare::Equal && !term.value.contains('*')
        });
        plain.find_map(|term| match term.key.as_deref() {
            Some("email") => Some(("email", term.value.as_str())),
            Some("external_id") => Some(("external_id", term.value.as_str())),
            None if term.value.contains('@') => Some(("email", term.value.as_str())),
            Some(_) | None => None,
        })
    }

    pub(super) fn takes(&self, document: &Document) -> bool {
        self.terms
            .iter()
            .all(|term| term.takes(document) != term.negated)
    }
}

/// Splits at blanks outside quotes; the quotes go.
fn words(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            blank if blank.is_whitespace() && !quoted => out.push(String::new()),
            other => {
                if let Some(word) = out.last_mut() {
                    word.push(other);
                }
            }
        }
    }
    out.retain(|word| !word.is_empty());
    out
}

impl Term {
    fn parse(word: &str) -> Self {
        let (negated, word) = word
            .strip_prefix('-')
            .map_or((false, word), |rest| (true, rest));
        let split = word.find([':', '<', '>']).filter(|at| *at > 0);
        let Some(at) = split else {
            let value = fold(word);
            return Self {
                key: None,
                compare: Compare::Equal,
                value,
                negated,
            };
        };
        let (key, rest) = word.split_at(at);
        let signs = [
            (">=", Compare::MoreOrEqual),
            ("<=", Compare::LessOrEqual),
            (">", Compare::More),
            ("<", Compare::Less),
            (":", Compare::Equal),
        ];
        let found = signs
            .iter()
            .find_map(|(sign, compare)| Some((rest.strip_prefix(sign)?, *compare)));
        let (value, compare) = found.unwrap_or((rest, Compare::Equal));
        let key = match fold(key).as_str() {
            "created_at" => "created".to_owned(),
            "updated_at" => "updated".to_owned(),
            "tag" => "tags".to_owned(),
            "user" => {
                return Self {
                    key: None,
                    compare,
                    value: fold(value),
                    negated,
                };
            }
            other => other.to_owned(),
        };
        Self {
            key: Some(key),
            compare,
            value: fold(value),
            negated,
        }
    }

    fn takes(&self, document: &Document) -> bool {
        let Some(key) = &self.key else {
            return document
                .fields
                .iter()
                .any(|(_, value)| has_word(value, &self.value));
        };
        if key == "type" {
            return document.kind == self.value;
        }
        let mut values = document
            .fields
            .iter()
            .filter(|(name, _)| name == key)
            .map(|(_, value)| value);
        match self.value.as_str() {
            "none" => values.next().is_none(),
            "*" => values.next().is_some(),
            _ => values.any(|value| self.fits(key, value)),
        }
    }

    fn fits(&self, key: &str, value: &str) -> bool {
        let wanted = self.value.as_str();
        let begin = value.get(..wanted.len()).unwrap_or(value);
        match self.compare {
            Compare::Less => value < wanted,
            Compare::LessOrEqual => begin <= wanted,
            Compare::More => begin > wanted,
            Compare::MoreOrEqual => value >= wanted,
            Compare::Equal if matches!(key, "created" | "updated") => value.starts_with(wanted),
            Compare::Equal if matches!(key, "name" | "notes" | "details") => {
                has_word(value, wanted)
            }
            Compare::Equal => wanted
                .strip_suffix('*')
                .map_or(value == wanted, |start| value.starts_with(start)),
        }
    }
}

/// Returns whether a text holds a phrase at the beginning of one of its words.
fn has_word(text: &str, phrase: &str) -> bool {
    let phrase = phrase.trim_end_matches('*');
    text.match_indices(phrase).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|letter| !letter.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Document {
        let mut out = Document::new("user");
        out.put("name", "Ada King Lovelace");
        out.put("email", "ada@acme.com");
        out.put("role", "agent");
        out.put("tags", "vip");
        out.put("created", "2026-03-01T00:00:00Z");
        out
    }

    #[test]
    fn searches_find_what_they_name() {
        for (text, found) in [
            ("ada", true),
            ("lovelace ada", true),
            ("love", true),
            ("lace", false),
            ("\"king lovelace\"", true),
            ("name:\"ada king\"", true),
            ("email:ada@acme.com", true),
            ("email:ada*", true),
            ("email:ada", false),
            ("type:user role:agent", true),
            ("type:organization", false),
            ("-role:agent", false),
            ("tags:vip -tags:none", true),
            ("created>2026-02-01", true),
            ("created>=2026-03-01 created<2026-04-01", true),
            ("created<2026-03-01", false),
            ("external_id:none", true),
        ] {
            assert_eq!(Query::parse(text).takes(&ada()), found, "{text}");
        }
    }
}
