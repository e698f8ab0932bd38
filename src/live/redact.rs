//! Pseudonyms in place of what is personal in a snapshot.
//!
//! The salt stands in the file, so that whoever plans can give the manifests' own values the same
//! pseudonyms, and so find what is the same and what differs. Whoever holds the file and guesses a value
//! can therefore confirm the guess: pseudonyms keep values from being read, not from being tested.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::model::{
    Address, Ambiguity, Caller, Coverage, Inventory, Kind, Name, Observed, Organization, Part,
    Policy, Resource, Snapshot, Texts, User,
};

/// The ending of domains that stand for others; no real domain has it (RFC 2606).
const ENDING: &str = ".invalid";

/// Gives pseudonyms. The same salt gives the same value the same pseudonym.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    salt: String,
}

impl Redaction {
    /// Pseudonyms with this salt.
    pub const fn new(salt: String) -> Self {
        Self { salt }
    }

    /// The salt.
    pub fn salt(&self) -> &str {
        &self.salt
    }

    /// The snapshot with pseudonyms for names, e-mail addresses and mail domains, telephone numbers,
    /// free texts, external ids and texts in custom fields.
    ///
    /// Names and descriptions of groups and roles, names of organizations, tags, and numbers stay.
    #[must_use]
    pub fn hide(&self, snapshot: &Snapshot) -> Snapshot {
        rewritten(snapshot, &Hide(self))
    }

    /// The snapshot with the manifests' own values wherever a pseudonym stands for one of them. What the
    /// manifests do not know keeps its pseudonym.
    #[must_use]
    pub fn reveal(&self, snapshot: &Snapshot, inventory: &Inventory, policy: &Policy) -> Snapshot {
        let mut known = Known::default();
        known.gather(self, inventory, policy);
        rewritten(snapshot, &known)
    }

    fn pseudonym(&self, sort: &str, text: &str) -> String {
        let mut hash = Sha256::new();
        for part in [self.salt.as_str(), sort, text] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let mut shown = String::from("redacted-");
        for byte in hash.finalize().iter().take(8) {
            // Writing to a string cannot fail.
            let _infallible = write!(shown, "{byte:02x}");
        }
        shown
    }
}

/// How the words of a snapshot are rewritten.
trait Words {
    /// An e-mail address or external id, which the service compares ignoring case.
    fn key(&self, text: &str) -> String;
    /// A mail domain.
    fn domain(&self, text: &str) -> String;
    /// Any other text.
    fn text(&self, text: &str) -> String;
}

struct Hide<'a>(&'a Redaction);

impl Words for Hide<'_> {
    fn key(&self, text: &str) -> String {
        let folded = text.trim().to_lowercase();
        let is_number = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
        if folded.is_empty() || folded.strip_prefix("id:").is_some_and(is_number) {
            return text.to_owned();
        }
        let key = self.0.pseudonym("key", &folded);
        match folded.rsplit_once('@') {
            Some((_, domain)) => format!("{key}@{}", self.domain(domain)),
            None => key,
        }
    }

    fn domain(&self, text: &str) -> String {
        let folded = text.trim().to_lowercase();
        let mut domain = self.0.pseudonym("domain", &folded);
        domain.push_str(ENDING);
        domain
    }

    fn text(&self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        self.0.pseudonym("text", text)
    }
}

/// What the manifests know, by pseudonym.
#[derive(Debug, Default)]
struct Known {
    keys: BTreeMap<String, String>,
    domains: BTreeMap<String, String>,
    texts: BTreeMap<String, String>,
}

impl Known {
    fn gather(&mut self, redaction: &Redaction, inventory: &Inventory, policy: &Policy) {
        let hide = Hide(redaction);
        for (address, declared) in &inventory.resources {
            if let Some(person) = address.person() {
                self.key(&hide, person.name().as_str());
            }
            if address.kind() == Kind::User {
                for name in &declared.previously {
                    self.key(&hide, name.as_str());
                }
            }
            match &declared.resource {
                Resource::User(user) => self.user(&hide, user),
                Resource::Organization(organization) => self.organization(&hide, organization),
                Resource::Role(_)
                | Resource::Group(_)
                | Resource::GroupMembership(_)
                | Resource::OrganizationMembership(_) => {}
            }
        }
        let scope = policy.scope.iter().flat_map(|scope| &scope.email_domains);
        for domain in scope {
            self.domain(&hide, domain.as_str());
        }
        for address in &policy.protected {
            if let Some(person) = address.person() {
                self.key(&hide, person.name().as_str());
            }
        }
        if let Some(owner) = &policy.owner {
            self.key(&hide, owner.as_str());
        }
    }

    fn user(&mut self, hide: &Hide<'_>, user: &User) {
        let mut user = user.clone();
        if let Some(email) = &user.email {
            self.key(hide, email.as_str());
        }
        if let Some(external_id) = &user.external_id {
            self.key(hide, external_id);
        }
        for text in texts_of_user(&mut user).into_iter().flatten() {
            self.text(hide, text);
        }
        for (_, value) in user.user_fields.iter() {
            self.json(hide, value);
        }
    }

    fn organization(&mut self, hide: &Hide<'_>, organization: &Organization) {
        if let Some(external_id) = &organization.external_id {
            self.key(hide, external_id);
        }
        for domain in organization.domain_names.iter().flat_map(Texts::iter) {
            self.domain(hide, domain);
        }
        for text in [&organization.details, &organization.notes]
            .into_iter()
            .flatten()
        {
            self.text(hide, text);
        }
        for (_, value) in organization.organization_fields.iter() {
            self.json(hide, value);
        }
    }

    fn key(&mut self, hide: &Hide<'_>, text: &str) {
        if let Some((_, domain)) = text.rsplit_once('@') {
            self.domain(hide, domain);
        }
        self.keys
            .insert(hide.key(text).to_lowercase(), text.to_owned());
    }

    fn domain(&mut self, hide: &Hide<'_>, text: &str) {
        self.domains.insert(hide.domain(text), text.to_owned());
    }

    fn text(&mut self, hide: &Hide<'_>, text: &str) {
        self.texts.insert(hide.text(text), text.to_owned());
    }

    fn json(&mut self, hide: &Hide<'_>, value: &Json) {
        match value {
            Json::String(text) => self.text(hide, date(text)),
            Json::Array(values) => values.iter().for_each(|value| self.json(hide, value)),
            Json::Object(values) => values.values().for_each(|value| self.json(hide, value)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
}

impl Words for Known {
    fn key(&self, text: &str) -> String {
        if let Some(plain) = self.keys.get(text) {
            return plain.clone();
        }
        match text.rsplit_once('@') {
            Some((local, domain)) => format!("{local}@{}", self.domain(domain)),
            None => text.to_owned(),
        }
    }

    fn domain(&self, text: &str) -> String {
        self.domains.get(text).map_or(text, String::as_str).into()
    }

    fn text(&self, text: &str) -> String {
        self.texts.get(text).map_or(text, String::as_str).into()
    }
}

fn rewritten(snapshot: &Snapshot, words: &dyn Words) -> Snapshot {
    let Snapshot {
        account,
        caller,
        taken_at,
        custom_roles,
        multiple_organizations,
        rate_limit,
        objects,
        ambiguous,
        secondary_emails,
        parts,
    } = snapshot;
    let of = |address: &Address| address_of(words, address);
    Snapshot {
        account: account.clone(),
        caller: caller.as_ref().map(|caller| {
            let Caller {
                id,
                address,
                name,
                admin,
            } = caller;
            Caller {
                id: *id,
                address: of(address),
                name: words.text(name),
                admin: *admin,
            }
        }),
        taken_at: *taken_at,
        custom_roles: *custom_roles,
        multiple_organizations: *multiple_organizations,
        rate_limit: *rate_limit,
        objects: objects
            .iter()
            .map(|(address, observed)| (of(address), observed_of(words, observed)))
            .collect(),
        ambiguous: ambiguous
            .iter()
            .map(|Ambiguity { address, ids }| Ambiguity {
                address: of(address),
                ids: ids.clone(),
            })
            .collect(),
        secondary_emails: secondary_emails
            .iter()
            .map(|(email, holder)| (Name::new(&words.key(email.as_str())), of(holder)))
            .collect(),
        parts: parts.iter().map(|part| part_of(words, part)).collect(),
    }
}

fn part_of(words: &dyn Words, part: &Part) -> Part {
    let mut part = part.clone();
    if let Coverage::Only(addresses) = &part.coverage {
        let addresses = addresses.iter().map(|address| address_of(words, address));
        part.coverage = Coverage::Only(addresses.collect());
    }
    part
}

fn address_of(words: &dyn Words, address: &Address) -> Address {
    address.rekeyed(&|part| {
        (part.kind() == Kind::User).then(|| Address::user(words.key(part.name().as_str()).as_str()))
    })
}

fn observed_of(words: &dyn Words, observed: &Observed) -> Observed {
    let Observed {
        id,
        resource,
        marks,
        members,
    } = observed;
    let mut resource = resource.clone();
    match &mut resource {
        Resource::User(user) => rewrite_user(words, user),
        Resource::Organization(organization) => rewrite_organization(words, organization),
        Resource::Role(_) | Resource::Group(_) => {}
        Resource::GroupMembership(_) | Resource::OrganizationMembership(_) => {
            resource.rekey(&|part| {
                let is_person = part.kind() == Kind::User;
                is_person.then(|| address_of(words, part))
            });
        }
    }
    Observed {
        id: *id,
        resource,
        marks: *marks,
        members: *members,
    }
}

/// The free texts of a person.
fn texts_of_user(user: &mut User) -> [Option<&mut String>; 6] {
    [
        user.name.as_mut(),
        user.alias.as_mut(),
        user.phone.as_mut(),
        user.notes.as_mut(),
        user.details.as_mut(),
        user.signature.as_mut(),
    ]
}

fn rewrite_user(words: &dyn Words, user: &mut User) {
    if let Some(email) = &mut user.email {
        *email = Name::new(&words.key(email.as_str()));
    }
    if let Some(external_id) = &mut user.external_id {
        *external_id = words.key(external_id);
    }
    for text in texts_of_user(user).into_iter().flatten() {
        *text = words.text(text);
    }
    for (_, value) in user.user_fields.iter_mut() {
        rewrite_json(words, value);
    }
}

fn rewrite_organization(words: &dyn Words, organization: &mut Organization) {
    if let Some(external_id) = &mut organization.external_id {
        *external_id = words.key(external_id);
    }
    if let Some(domains) = &mut organization.domain_names {
        *domains = domains.iter().map(|domain| words.domain(domain)).collect();
    }
    for text in [&mut organization.details, &mut organization.notes]
        .into_iter()
        .flatten()
    {
        *text = words.text(text);
    }
    for (_, value) in organization.organization_fields.iter_mut() {
        rewrite_json(words, value);
    }
}

fn rewrite_json(words: &dyn Words, value: &mut Json) {
    match value {
        // Decimals compare by value and not by spelling, and would not be found again.
        Json::String(text) if text.contains('.') && text.parse::<f64>().is_ok() => {}
        Json::String(text) => *text = words.text(date(text)),
        Json::Array(values) => values
            .iter_mut()
            .for_each(|value| rewrite_json(words, value)),
        Json::Object(values) => values
            .values_mut()
            .for_each(|value| rewrite_json(words, value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// A date is answered as a timestamp at midnight and declared without (zendesk-api §12).
fn date(text: &str) -> &str {
    match text.split_once('T') {
        Some((date, time)) if date.len() == 10 && time.starts_with("00:00:00") => date,
        Some(_) | None => text,
    }
}
