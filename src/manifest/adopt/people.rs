//! People, a file for each default group.

use std::collections::{BTreeMap, BTreeSet};

use super::text::Entry;
use super::{known, own_tags, set_fields, slug};
use crate::model::{Address, Kind, Name, Snapshot, User, UserRole};

/// The file of team members who have no default group.
const WITHOUT_GROUP: &str = "without-group";
/// The file of customers.
const END_USERS: &str = "end-users";

/// Whom to declare.
pub(super) struct People<'a> {
    snapshot: &'a Snapshot,
    users: BTreeMap<&'a Address, &'a User>,
    /// What most people have, which is the account's own choice.
    time_zone: Option<&'a str>,
    locale: Option<&'a str>,
}

impl<'a> People<'a> {
    /// Everybody who can be declared; who cannot is noted.
    pub(super) fn of(
        snapshot: &'a Snapshot,
        end_users: bool,
        left_out: &mut Vec<(Address, &'static str)>,
    ) -> Self {
        let mut users = BTreeMap::new();
        for (address, observed) in snapshot.of_kind(Kind::User) {
            let Some(user) = observed.resource.as_user() else {
                continue;
            };
            let staff = user.role.as_ref().is_none_or(UserRole::is_staff);
            if !staff && !end_users {
                continue;
            }
            if let Some(why) = obstacle(user, observed.marks.shared) {
                left_out.push((address.clone(), why));
                continue;
            }
            users.insert(address, user);
        }
        Self {
            snapshot,
            time_zone: most_frequent(users.values().filter_map(|user| user.time_zone.as_deref())),
            locale: most_frequent(users.values().filter_map(|user| user.locale.as_deref())),
            users,
        }
    }

    /// Everybody.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a User> {
        self.users.values().copied()
    }

    /// The entries by the name of their file.
    pub(super) fn files(&self) -> BTreeMap<String, Vec<Entry>> {
        let names = self.file_names();
        let mut files: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for (address, user) in &self.users {
            let file = match (&user.role, user.default_group.as_ref()) {
                (Some(UserRole::EndUser), _) => END_USERS,
                (_, Some(Some(group))) => names.get(group).map_or(WITHOUT_GROUP, String::as_str),
                (_, Some(None) | None) => WITHOUT_GROUP,
            };
            let entries = files.entry(file.to_owned()).or_default();
            entries.push(self.entry(address, user));
        }
        files
    }

    /// The file of each group. Groups whose names make the same file name are numbered in name order.
    fn file_names(&self) -> BTreeMap<&'a Address, String> {
        let mut taken = BTreeSet::from([WITHOUT_GROUP.to_owned(), END_USERS.to_owned()]);
        let groups = self.snapshot.of_kind(Kind::Group);
        groups
            .map(|(address, _)| {
                let base = slug(address.name());
                let mut name = base.clone();
                let mut number = 2;
                while !taken.insert(name.clone()) {
                    name = format!("{base}-{number}");
                    number += 1;
                }
                (address, name)
            })
            .collect()
    }

    fn entry(&self, address: &Address, user: &User) -> Entry {
        let User {
            email,
            external_id,
            number: _, // given by the service
            name,
            role,
            default_group,
            suspended,
            alias,
            phone,
            time_zone,
            locale,
            tags,
            field_tags,
            notes,
            details,
            signature,
            ticket_restriction,
            only_private_comments,
            moderator,
            user_fields,
        } = user;
        let staff = role.as_ref().is_none_or(UserRole::is_staff);
        let mut entry = Entry::default();
        entry.text("email", email.as_ref().map(Name::as_str));
        entry.text("external_id", external_id.as_deref());
        entry.text("name", name.as_deref());
        entry.text("role", role.as_ref().and_then(|role| self.role(role)));
        let default_group = default_group.as_ref().filter(|_| staff);
        self.places(&mut entry, address, staff, default_group);
        let suspended = suspended.unwrap_or_default();
        entry.text("state", suspended.then_some("suspended"));
        entry.text("alias", alias.as_deref());
        entry.text("phone", phone.as_deref());
        let differs = |text: Option<&'_ str>, usual: Option<&str>| text != usual;
        let zone = time_zone.as_deref();
        entry.text("time_zone", zone.filter(|_| differs(zone, self.time_zone)));
        let language = locale.as_deref();
        entry.text(
            "locale",
            language.filter(|_| differs(language, self.locale)),
        );
        entry.list("tags", own_tags(tags.as_ref(), field_tags));
        entry.text("notes", notes.as_deref());
        entry.text("details", details.as_deref());
        entry.text("signature", signature.as_deref().filter(|_| staff));
        // A custom role decides by itself what its holder sees and says.
        let own = matches!(role, Some(UserRole::Agent));
        entry.text(
            "ticket_restriction",
            ticket_restriction.as_deref().filter(|_| own),
        );
        let private = only_private_comments.filter(|_| own);
        entry.switch("only_private_comments", private, false);
        entry.switch("moderator", moderator.filter(|_| own), false);
        entry.map("user_fields", set_fields(user_fields));
        entry
    }

    /// Groups and organizations.
    fn places(
        &self,
        entry: &mut Entry,
        address: &Address,
        staff: bool,
        default_group: Option<&Option<Address>>,
    ) {
        if staff && let Some(groups) = self.memberships(Kind::GroupMembership, address) {
            let default = known(self.snapshot, default_group);
            let default = default.filter(|name| groups.contains(&Name::new(name)));
            entry.list("groups", groups.iter().map(Name::as_str));
            entry.text("default_group", default);
        }
        let organizations = self.memberships(Kind::OrganizationMembership, address);
        entry.list(
            "organizations",
            organizations.iter().flatten().map(Name::as_str),
        );
    }

    /// What a role is called under `role`, where it is known by one name.
    fn role<'r>(&self, role: &'r UserRole) -> Option<&'r str> {
        match role {
            UserRole::EndUser => Some("end-user"),
            UserRole::Agent => Some("agent"),
            UserRole::Admin => Some("admin"),
            UserRole::Named(address) => {
                let known = self.snapshot.objects.contains_key(address);
                known.then(|| address.name().as_str())
            }
        }
    }

    /// The groups or organizations of a person; `None` where one of them is not known by its name, so
    /// that a list would be short.
    fn memberships(&self, kind: Kind, person: &Address) -> Option<BTreeSet<Name>> {
        let first = Address::membership(kind, person.name().clone(), Name::new(""));
        let held = self.snapshot.objects.range(first..);
        held.take_while(|(address, _)| address.kind() == kind && address.name() == person.name())
            .map(|(address, _)| {
                let container = address.container()?;
                let known = self.snapshot.objects.contains_key(&container);
                known.then(|| container.name().clone())
            })
            .collect()
    }
}

/// Why a person cannot be declared.
fn obstacle(user: &User, shared: bool) -> Option<&'static str> {
    let external_id = user.external_id.as_deref().unwrap_or_default();
    if shared {
        Some("came through ticket sharing, which no account may change")
    } else if user.email.is_none() && external_id.is_empty() {
        Some("has neither an e-mail address nor an external id")
    } else {
        None
    }
}

/// What stands most often; the first in order where several do.
fn most_frequent<'a>(texts: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let mut best: Option<(&str, usize)> = None;
    for (text, count) in counts {
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((text, count));
        }
    }
    best.map(|(text, _)| text)
}
