//! Mistakes that only show when the whole seed is known.

use std::collections::{BTreeMap, BTreeSet};

use super::{Name, Seed, SeedError, SeedUser};
use crate::sandbox::permissions::{self, Predefined};
use crate::sandbox::text::{fold, is_email};
use crate::sandbox::time_zones;

/// Returns all mistakes, in the order of the file.
pub(super) fn check(seed: &Seed) -> Vec<SeedError> {
    let mut check = Check {
        seed,
        errors: Vec::new(),
    };
    check.names();
    check.people();
    let mut errors = check.errors;
    errors.sort_by_key(|error| (error.line, error.column));
    errors
}

struct Check<'a> {
    seed: &'a Seed,
    errors: Vec<SeedError>,
}

impl Check<'_> {
    fn say(&mut self, at: &Name, message: String) {
        self.errors.push(SeedError {
            line: at.line,
            column: at.column,
            message,
        });
    }

    fn unique<'n>(&mut self, what: &str, names: impl Iterator<Item = &'n Name>) {
        let mut seen = BTreeMap::new();
        for name in names {
            if let Some(first) = seen.insert(fold(&name.text), name.line) {
                let text = format!("{what} `{}` stands twice; first on line {first}", name.text);
                self.say(name, text);
            }
        }
    }

    fn zone(&mut self, zone: Option<&Name>) {
        if let Some(zone) = zone.filter(|zone| time_zones::iana(&zone.text).is_none()) {
            self.say(zone, format!("`{}` is no time zone", zone.text));
        }
    }

    fn names(&mut self) {
        let seed = self.seed;
        self.zone(seed.time_zone.as_ref());
        self.unique("role", seed.roles.iter().map(|role| &role.name));
        self.unique(
            "organization",
            seed.organizations.iter().map(|row| &row.name),
        );
        self.unique(
            "user field",
            seed.user_fields.iter().map(|field| &field.key),
        );
        self.unique(
            "organization field",
            seed.organization_fields.iter().map(|field| &field.key),
        );
        if seed.check_group_name_uniqueness == Some(true) {
            let live = seed.groups.iter().filter(|group| !group.deleted);
            self.unique("group", live.map(|group| &group.name));
        }
        for role in &seed.roles {
            for (key, value) in &role.configuration {
                if !permissions::takes(key, value) {
                    self.say(
                        &role.name,
                        format!("permission `{key}` does not take {value}"),
                    );
                }
            }
        }
        for group in seed
            .groups
            .iter()
            .filter(|group| group.default && group.deleted)
        {
            self.say(
                &group.name,
                "the default group cannot be deleted".to_owned(),
            );
        }
        let groups = group_words(seed);
        for row in &seed.organizations {
            if let Some(group) = row
                .group
                .as_ref()
                .filter(|group| !groups.contains(&fold(&group.text)))
            {
                self.say(group, format!("group `{}` is not listed", group.text));
            }
            let known = |key: &String| {
                seed.organization_fields
                    .iter()
                    .any(|field| field.key.text == *key)
            };
            for key in row.organization_fields.keys().filter(|key| !known(key)) {
                self.say(
                    &row.name,
                    format!("organization field `{key}` is not listed"),
                );
            }
        }
    }

    fn people(&mut self) {
        let seed = self.seed;
        let live = || seed.users.iter().filter(|user| !user.deleted);
        let addresses = live().flat_map(|user| user.email.iter().chain(&user.secondary_emails));
        self.unique("address", addresses);
        self.unique(
            "external id",
            live().filter_map(|user| user.external_id.as_ref()),
        );
        let groups = group_words(seed);
        let organizations: BTreeSet<String> = seed
            .organizations
            .iter()
            .map(|row| fold(&row.name.text))
            .collect();
        let roles = role_words(seed);
        let single = seed.multiple_organizations == Some(false);
        for user in &seed.users {
            self.person(user, &groups, &organizations, &roles);
            if let Some(second) = user.organizations.get(1).filter(|_| single) {
                let text = "a second organization needs `multiple_organizations: true`";
                self.say(second, text.to_owned());
            }
        }
    }

    fn person(
        &mut self,
        user: &SeedUser,
        groups: &BTreeSet<String>,
        organizations: &BTreeSet<String>,
        roles: &BTreeSet<String>,
    ) {
        for email in user.email.iter().chain(&user.secondary_emails) {
            if !is_email(&fold(&email.text)) {
                self.say(email, format!("`{}` is no e-mail address", email.text));
            }
        }
        self.zone(user.time_zone.as_ref());
        if let Some(role) = user
            .role
            .as_ref()
            .filter(|role| !roles.contains(&fold(&role.text)))
        {
            self.say(role, format!("role `{}` is not listed", role.text));
        }
        let staff = user
            .role
            .as_ref()
            .is_some_and(|role| role.text != "end-user");
        let held = user.groups.iter().flatten().chain(&user.default_group);
        for group in held {
            if !groups.contains(&fold(&group.text)) {
                self.say(group, format!("group `{}` is not listed", group.text));
            } else if !staff {
                self.say(group, "only agents and admins can be in groups".to_owned());
            }
        }
        for row in &user.organizations {
            if !organizations.contains(&fold(&row.text)) {
                self.say(row, format!("organization `{}` is not listed", row.text));
            }
        }
        let known = |key: &String| {
            self.seed
                .user_fields
                .iter()
                .any(|field| field.key.text == *key)
        };
        let unknown: Vec<&String> = user.user_fields.keys().filter(|key| !known(key)).collect();
        let nowhere = Name::default();
        for key in unknown {
            let at = user.email.as_ref().unwrap_or(&nowhere);
            self.say(at, format!("user field `{key}` is not listed"));
        }
    }
}

/// Everything that a reference to a group may say.
fn group_words(seed: &Seed) -> BTreeSet<String> {
    let live = || seed.groups.iter().filter(|group| !group.deleted);
    let names = live().map(|group| fold(&group.name.text));
    let keys = live().filter_map(|group| group.key.as_deref()).map(fold);
    names.chain(keys).chain(["support".to_owned()]).collect()
}

fn role_words(seed: &Seed) -> BTreeSet<String> {
    let system = ["end-user", "agent", "admin"].map(str::to_owned);
    let mut out: BTreeSet<String> = system.into_iter().collect();
    if seed.custom_roles == Some(false) {
        return out;
    }
    out.extend(seed.roles.iter().map(|role| fold(&role.name.text)));
    let known = Predefined::ALL.iter().filter(|role| exists(seed, **role));
    out.extend(known.map(|role| fold(role.words().0)));
    out
}

/// Returns whether an account of this seed begins with a predefined role.
pub(super) fn exists(seed: &Seed, role: Predefined) -> bool {
    let ordinary = role.words().2 == 0;
    seed.custom_roles != Some(false) && (!ordinary || seed.predefined_roles != Some(false))
}
