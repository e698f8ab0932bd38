//! Turning a seed into an account.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Seed, SeedField, check};
use crate::sandbox::fields;
use crate::sandbox::permissions::Predefined;
use crate::sandbox::records::{
    Account, CustomRole, Features, Field, FieldOption, Group, Id, Organization,
};
use crate::sandbox::store::State;
use crate::sandbox::text::{self, fold};

/// Builds the account as of `now`.
pub(crate) fn build(seed: &Seed, now: Timestamp) -> State {
    let start = now
        .checked_sub(SignedDuration::from_hours(30 * 24))
        .unwrap_or(now);
    let start = seed.created_at.unwrap_or(start);
    let start = Timestamp::from_second(start.as_second()).unwrap_or(start);
    let mut builder = Builder {
        seed,
        at: start,
        state: State::new(account(seed)),
        groups: BTreeMap::new(),
        organizations: BTreeMap::new(),
    };
    builder.state.account.owner = builder.state.next_id();
    builder.roles();
    builder.groups();
    builder.organizations();
    builder.fields();
    builder.people();
    builder.state
}

fn account(seed: &Seed) -> Account {
    let subdomain = seed
        .subdomain
        .clone()
        .unwrap_or_else(|| "sandbox".to_owned());
    let live = seed.groups.iter().filter(|group| !group.deleted);
    let mut names: Vec<String> = live.map(|group| fold(&group.name.text)).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    Account {
        name: seed.name.clone().unwrap_or_else(|| subdomain.clone()),
        subdomain,
        time_zone: seed
            .time_zone
            .as_ref()
            .map_or("UTC", |zone| zone.text.as_str())
            .to_owned(),
        locale: seed.locale.clone().unwrap_or_else(|| "en-US".to_owned()),
        rate_limit: seed.rate_limit.unwrap_or(700),
        seats: seed.seats,
        features: Features {
            custom_roles: seed.custom_roles.unwrap_or(true),
            multiple_organizations: seed.multiple_organizations.unwrap_or(true),
            unique_group_names: seed
                .check_group_name_uniqueness
                .unwrap_or(names.len() == count),
            bulk_import: seed.bulk_import.unwrap_or(false),
            sandbox: seed.sandbox.unwrap_or(true),
        },
        owner: 0,
        admin_role: None,
        default_group: 0,
    }
}

/// An account on its way from a seed.
pub(super) struct Builder<'a> {
    pub(super) seed: &'a Seed,
    pub(super) at: Timestamp,
    pub(super) state: State,
    pub(super) groups: BTreeMap<String, Id>,
    pub(super) organizations: BTreeMap<String, Id>,
}

impl Builder<'_> {
    fn roles(&mut self) {
        for role in Predefined::ALL {
            if !check::exists(self.seed, role) {
                continue;
            }
            let (name, description, role_type) = role.words();
            let id = self.state.next_id();
            if role == Predefined::Admin {
                self.state.account.admin_role = Some(id);
            }
            let role = CustomRole {
                id,
                name: name.to_owned(),
                description: description.to_owned(),
                role_type,
                created_at: self.at,
                updated_at: self.at,
                configuration: role.configuration(),
            };
            self.state.custom_roles.insert(id, role);
        }
        for role in &self.seed.roles {
            let folded = fold(&role.name.text);
            let mut roles = self.state.custom_roles.values();
            let known = roles
                .find(|role| fold(&role.name) == folded)
                .map(|role| role.id);
            let id = known.unwrap_or_else(|| self.state.next_id());
            let entry = self
                .state
                .custom_roles
                .entry(id)
                .or_insert_with(|| CustomRole {
                    id,
                    name: role.name.text.clone(),
                    description: String::new(),
                    role_type: 0,
                    created_at: self.at,
                    updated_at: self.at,
                    configuration: Predefined::Staff.configuration(),
                });
            if let Some(description) = &role.description {
                entry.description.clone_from(description);
            }
            let sent = role
                .configuration
                .iter()
                .map(|(key, value)| (key.clone(), value.clone()));
            entry.configuration.extend(sent);
        }
    }

    fn groups(&mut self) {
        let mut default = None;
        for group in &self.seed.groups {
            let id = self.state.next_id();
            self.state.insert_group(Group {
                id,
                name: group.name.text.clone(),
                description: group.description.clone(),
                is_public: group.is_public.unwrap_or(true),
                deleted: group.deleted,
                created_at: self.at,
                updated_at: self.at,
            });
            if group.deleted {
                continue;
            }
            self.groups.entry(fold(&group.name.text)).or_insert(id);
            if let Some(key) = &group.key {
                self.groups.insert(fold(key), id);
            }
            if group.default {
                default = Some(id);
            }
        }
        let default = default.or_else(|| self.groups.get("support").copied());
        self.state.account.default_group = default.unwrap_or_else(|| {
            let id = self.state.next_id();
            self.state.insert_group(Group {
                id,
                name: "Support".to_owned(),
                description: String::new(),
                is_public: true,
                deleted: false,
                created_at: self.at,
                updated_at: self.at,
            });
            self.groups.insert("support".to_owned(), id);
            id
        });
    }

    fn organizations(&mut self) {
        for row in &self.seed.organizations {
            let group = row
                .group
                .as_ref()
                .and_then(|group| self.groups.get(&fold(&group.text)));
            let organization = Organization {
                shared_tickets: row.shared_tickets,
                shared_comments: row.shared_comments,
                external_id: row.external_id.clone(),
                domain_names: text::tags(row.domain_names.iter().map(String::as_str)),
                details: row.details.clone(),
                notes: row.notes.clone(),
                group_id: group.copied(),
                tags: text::tags(row.tags.iter().map(String::as_str)),
                organization_fields: row.organization_fields.clone(),
                ..self.organization(&row.name.text)
            };
            self.organizations
                .insert(fold(&row.name.text), organization.id);
            self.state.insert_organization(organization);
        }
        if self.seed.organizations.is_empty() {
            let name = self.state.account.name.clone();
            let organization = self.organization(&name);
            self.state.insert_organization(organization);
        }
    }

    fn organization(&mut self, name: &str) -> Organization {
        Organization {
            id: self.state.next_id(),
            name: name.to_owned(),
            shared_tickets: false,
            shared_comments: false,
            external_id: None,
            created_at: self.at,
            updated_at: self.at,
            domain_names: Vec::new(),
            details: None,
            notes: None,
            group_id: None,
            tags: Vec::new(),
            organization_fields: BTreeMap::new(),
            tickets: 0,
            deleted_at: None,
        }
    }

    fn fields(&mut self) {
        let seed = self.seed;
        for (position, field) in (0..).zip(&seed.user_fields) {
            let field = self.field(field, position);
            self.state.user_fields.insert(field.key.clone(), field);
        }
        for (position, field) in (0..).zip(&seed.organization_fields) {
            let field = self.field(field, position);
            self.state
                .organization_fields
                .insert(field.key.clone(), field);
        }
    }

    fn field(&mut self, field: &SeedField, position: u32) -> Field {
        let kind = field.kind.clone().unwrap_or_else(|| "text".to_owned());
        let options = field.options.iter().map(|value| FieldOption {
            id: self.state.next_id(),
            name: value.clone(),
            value: value.clone(),
        });
        let options = options.collect();
        Field {
            id: self.state.next_id(),
            key: field.key.text.clone(),
            title: field
                .title
                .clone()
                .unwrap_or_else(|| field.key.text.clone()),
            description: String::new(),
            position,
            active: field.active.unwrap_or(true),
            system: false,
            regexp: fields::regexp_of(&kind),
            tag: field.tag.clone(),
            options,
            target: None,
            created_at: self.at,
            updated_at: self.at,
            kind,
        }
    }
}
