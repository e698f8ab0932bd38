//! People, in the files of their default groups and organizations.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::Choice;
use super::entry::Entry;
use super::files::{END_USERS, Layout, PROFILES, Section, WITHOUT_GROUP};
use super::objects::{own_tags, set_fields};
use super::profiles::{Bundle, Profiles};
use super::{Adopted, LeftOut, Wishes, known};
use crate::model::{Address, Kind, Name, Snapshot, User, UserRole};

/// A person who is declared.
struct Person<'a> {
    user: &'a User,
    /// Whether it is a team member.
    staff: bool,
    /// Whether all parts that were asked for hold the person.
    is_chosen: bool,
    /// What stands under `role`, where it is known by one name.
    role: Option<&'a str>,
    /// The groups; `None` where they are not declared.
    groups: Option<Vec<Address>>,
    /// The organizations; `None` where they are not declared.
    organizations: Option<Vec<Address>>,
    /// The default group, where it is one of the groups.
    default_group: Option<&'a Address>,
    /// The organization that the service takes first.
    organization: Option<Address>,
    /// What others may share.
    bundle: Option<Bundle>,
}

/// Whom to declare.
pub(super) struct People<'a> {
    wishes: Wishes<'a>,
    users: BTreeMap<&'a Address, Person<'a>>,
    profiles: Profiles,
    /// What most people have, which is the account's own choice.
    time_zone: Option<&'a str>,
    locale: Option<&'a str>,
}

impl<'a> People<'a> {
    /// Everybody who is wanted and can be declared; who cannot is noted.
    pub(super) fn of(snapshot: &'a Snapshot, wishes: Wishes<'a>, adopted: &mut Adopted) -> Self {
        let everybody = || {
            let users = snapshot.of_kind(Kind::User);
            users.filter_map(|(_, observed)| observed.resource.as_user())
        };
        let mut people = Self {
            wishes,
            users: BTreeMap::new(),
            profiles: Profiles::default(),
            time_zone: most_frequent(everybody().filter_map(|user| user.time_zone.as_deref())),
            locale: most_frequent(everybody().filter_map(|user| user.locale.as_deref())),
        };
        for (address, observed) in snapshot.of_kind(Kind::User) {
            let Some(user) = observed.resource.as_user() else {
                continue;
            };
            let is_new = Choice(wishes.only).takes_new() && !wishes.known.contains(address);
            if !is_new || !(wishes.in_scope)(user) {
                continue;
            }
            let (person, mut left_out) = Person::of(snapshot, wishes, address, user);
            if !person.is_chosen {
                continue;
            }
            if !person.staff && !wishes.end_users {
                adopted.end_users += 1;
            } else if wishes.dropped.has(address, "") {
                // Noted already.
            } else if let Some(why) = obstacle(user, observed.marks.shared) {
                adopted.left_out.push(left(address, "", why));
            } else {
                adopted.left_out.append(&mut left_out);
                people.users.insert(address, person);
            }
        }
        if wishes.profiles && !wishes.dropped.profiles {
            let bundles = people.users.values();
            people.profiles = Profiles::of(bundles.filter_map(|person| person.bundle.as_ref()));
        }
        people
    }

    /// The roles, groups and organizations that they hold.
    pub(super) fn references(&self) -> BTreeSet<Address> {
        let mut references = BTreeSet::new();
        for person in self.users.values() {
            if let Some(UserRole::Named(role)) = &person.user.role {
                references.insert(role.clone());
            }
            references.extend(person.groups.iter().flatten().cloned());
            references.extend(person.organizations.iter().flatten().cloned());
        }
        references
    }

    /// Puts the entries into their files.
    pub(super) fn write(&self, layout: &mut Layout<'a>) {
        for entry in self.profiles.entries(self.wishes.dropped) {
            layout.add(PROFILES, Section::Profiles, entry);
        }
        for (address, person) in &self.users {
            let group = person.user.default_group.as_ref().and_then(Option::as_ref);
            let (place, otherwise) = if person.staff {
                (group, WITHOUT_GROUP)
            } else {
                (person.organization.as_ref(), END_USERS)
            };
            let home = place.and_then(|place| layout.home(place));
            let file = home.unwrap_or(otherwise).to_owned();
            layout.add(&file, Section::Users, self.entry(address, person));
        }
    }

    fn entry(&self, address: &Address, person: &Person<'a>) -> Entry<'a> {
        let User {
            email,
            external_id,
            number: _, // given by the service
            name,
            role,
            default_group: _, // one of the person's own
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
        } = person.user;
        let mut entry = Entry::new(Some(address.clone()), self.wishes.dropped);
        entry.text("email", email.as_ref().map(Name::as_str));
        entry.text("external_id", external_id.as_deref());
        entry.text("name", name.as_deref());
        let bundle = person.bundle.as_ref();
        if let Some(profile) = bundle.and_then(|bundle| self.profiles.name(bundle)) {
            entry.text("profile", Some(profile));
        } else {
            entry.text("role", person.role);
            entry.list("groups", names(person.groups.as_deref()));
            let default = person.default_group.map(|group| group.name().as_str());
            entry.text("default_group", default);
        }
        entry.list("organizations", names(person.organizations.as_deref()));
        let suspended = suspended.unwrap_or_default();
        entry.text("state", suspended.then_some("suspended"));
        entry.text("alias", alias.as_deref());
        entry.text("phone", phone.as_deref());
        let zone = time_zone.as_deref();
        entry.text("time_zone", zone.filter(|_| zone != self.time_zone));
        let language = locale.as_deref();
        entry.text("locale", language.filter(|_| language != self.locale));
        entry.list("tags", own_tags(tags.as_ref(), field_tags));
        entry.text("notes", notes.as_deref());
        entry.text("details", details.as_deref());
        entry.text("signature", signature.as_deref().filter(|_| person.staff));
        // A custom role decides by itself what its holder sees and says.
        let own = matches!(role, Some(UserRole::Agent));
        let restriction = ticket_restriction.as_deref().filter(|_| own);
        entry.text("ticket_restriction", restriction);
        let private = only_private_comments.filter(|_| own);
        entry.switch("only_private_comments", private, false);
        entry.switch("moderator", moderator.filter(|_| own), false);
        entry.map("user_fields", set_fields(user_fields));
        entry
    }
}

impl<'a> Person<'a> {
    /// The person, and which of the values cannot be declared.
    fn of(
        snapshot: &'a Snapshot,
        wishes: Wishes<'a>,
        address: &Address,
        user: &'a User,
    ) -> (Self, Vec<LeftOut>) {
        let mut left_out = Vec::new();
        let staff = user.role.as_ref().is_none_or(UserRole::is_staff);
        let mut listed = |key, held: &[(Address, bool)]| {
            let mut held = held.iter().map(|(address, _)| address);
            let nameless = held
                .clone()
                .find(|held| known(snapshot, wishes.dropped, held).is_none());
            if let Some(nameless) = nameless {
                let why = format!("the list holds {nameless}, which cannot be declared");
                left_out.push(left(address, key, &why));
                return None;
            }
            (!wishes.dropped.has(address, key)).then(|| held.by_ref().cloned().collect())
        };
        let mut in_groups = memberships(snapshot, Kind::GroupMembership, address);
        in_groups.retain(|_| staff);
        let in_organizations = memberships(snapshot, Kind::OrganizationMembership, address);
        let groups: Option<Vec<Address>> = listed("groups", &in_groups);
        let organizations: Option<Vec<Address>> = listed("organizations", &in_organizations);
        let choice = Choice(wishes.only);
        let is_chosen = choice.takes(user, &in_groups, &in_organizations);
        let usual = in_organizations.iter().find(|(_, default)| *default);
        let usual = usual.or(in_organizations.first());
        let default = user.default_group.as_ref().and_then(Option::as_ref);
        let default = default.filter(|default| {
            let listed = groups.iter().flatten().any(|group| group == *default);
            listed && !wishes.dropped.has(address, "default_group")
        });
        let role = user.role.as_ref().and_then(|role| match role {
            UserRole::EndUser => Some("end-user"),
            UserRole::Agent => Some("agent"),
            UserRole::Admin => Some("admin"),
            UserRole::Named(role) => known(snapshot, wishes.dropped, role),
        });
        let mut person = Self {
            user,
            staff,
            is_chosen,
            role: role.filter(|_| !wishes.dropped.has(address, "role")),
            groups,
            organizations,
            default_group: default,
            organization: usual.map(|(organization, _)| organization.clone()),
            bundle: None,
        };
        person.bundle = person.shareable();
        (person, left_out)
    }

    fn shareable(&self) -> Option<Bundle> {
        let groups = self.groups.as_ref().filter(|groups| !groups.is_empty())?;
        Some(Bundle {
            role: self.role.filter(|_| self.staff)?.to_owned(),
            groups: groups.iter().map(|group| group.name().clone()).collect(),
            default_group: self.default_group.map(|group| group.name().clone()),
        })
    }
}

/// Says whether a person is among those who are wanted.
pub(super) fn is_wanted(
    snapshot: &Snapshot,
    wishes: Wishes<'_>,
    address: &Address,
    user: &User,
) -> bool {
    let groups = memberships(snapshot, Kind::GroupMembership, address);
    let organizations = memberships(snapshot, Kind::OrganizationMembership, address);
    (wishes.in_scope)(user) && Choice(wishes.only).takes(user, &groups, &organizations)
}

fn left(address: &Address, key: &str, why: &str) -> LeftOut {
    LeftOut {
        why: why.to_owned(),
        address: address.clone(),
        key: key.to_owned(),
    }
}

fn names(addresses: Option<&[Address]>) -> impl Iterator<Item = &str> {
    let addresses = addresses.into_iter().flatten();
    addresses.map(|address| address.name().as_str())
}

/// The groups or organizations of a person in name order, and whether each is the default one.
fn memberships(snapshot: &Snapshot, kind: Kind, person: &Address) -> Vec<(Address, bool)> {
    let first = Address::membership(kind, person.name().clone(), Name::new(""));
    let held = snapshot.objects.range(first..);
    held.take_while(|(address, _)| address.kind() == kind && address.name() == person.name())
        .filter_map(|(address, held)| Some((address.container()?, held.marks.default_membership)))
        .collect()
}

/// Why a person cannot be declared.
fn obstacle(user: &User, shared: bool) -> Option<&'static str> {
    let external_id = user.external_id.as_deref().unwrap_or_default();
    if shared {
        Some("came through ticket sharing, which no account may change")
    } else if user.email.is_none() && external_id.trim().is_empty() {
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
