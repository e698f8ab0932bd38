//! The people of a seed.

use jiff::Timestamp;

use super::build::Builder;
use super::{Name, SeedUser};
use crate::sandbox::records::{
    GroupMembership, Id, Identity, OrganizationMembership, Rank, Role, Tickets, User,
};
use crate::sandbox::text::{self, fold};
use crate::sandbox::time_zones;
use crate::sandbox::users::rank_named;

impl Builder<'_> {
    /// The owner comes first; the record of an unlisted owner is made here.
    pub(super) fn people(&mut self) {
        let seed = self.seed;
        let is_admin = |user: &&SeedUser| {
            !user.deleted && user.role.as_ref().is_some_and(|role| role.text == "admin")
        };
        let wanted = seed.owner.as_ref().map(|name| fold(&name.text));
        let place = match &wanted {
            Some(email) => seed.users.iter().position(|user| {
                user.email
                    .as_ref()
                    .is_some_and(|own| fold(&own.text) == *email)
                    && !user.deleted
            }),
            None => seed.users.iter().position(|user| is_admin(&user)),
        };
        let owner = self.state.account.owner;
        if let Some(listed) = place.and_then(|place| seed.users.get(place)) {
            self.person(listed, owner, true);
        } else {
            let default = format!("owner@{}.example.com", self.state.account.subdomain);
            let made = SeedUser {
                email: Some(Name::new(wanted.unwrap_or(default))),
                name: Some("Account Owner".to_owned()),
                is_billing_admin: Some(true),
                ..SeedUser::default()
            };
            self.person(&made, owner, true);
        }
        for (index, user) in seed.users.iter().enumerate() {
            if Some(index) != place {
                let id = self.state.next_id();
                self.person(user, id, false);
            }
        }
    }

    fn person(&mut self, seed: &SeedUser, id: Id, owner: bool) {
        let role = seed
            .role
            .as_ref()
            .map_or("end-user", |role| role.text.as_str());
        let role = if owner { "admin" } else { role };
        let rank = rank_named(&self.state, role).unwrap_or(Rank::END_USER);
        let user = self.user(seed, id, rank, owner);
        let created_at = user.created_at;
        self.state.insert_user(user);
        if seed.deleted {
            return;
        }
        let addresses = seed.email.iter().chain(&seed.secondary_emails);
        for (index, email) in addresses.enumerate() {
            let verified = seed.verified.unwrap_or(true);
            self.identity(
                id,
                "email",
                &fold(&email.text),
                (index == 0, verified),
                created_at,
            );
        }
        if rank.is_staff() {
            self.memberships(seed, id, created_at);
        }
        for (index, name) in seed.organizations.iter().enumerate() {
            if let Some(organization) = self.organizations.get(&fold(&name.text)).copied() {
                let row = OrganizationMembership {
                    id: self.state.next_id(),
                    user_id: id,
                    organization_id: organization,
                    default: index == 0,
                    view_tickets: false,
                    created_at,
                    updated_at: created_at,
                };
                self.state.insert_organization_membership(row);
            }
        }
        self.phone(seed, id, created_at);
    }

    fn user(&mut self, seed: &SeedUser, id: Id, rank: Rank, owner: bool) -> User {
        let account = &self.state.account;
        let zone = seed.time_zone.as_ref().map(|zone| zone.text.clone());
        let zone = zone.unwrap_or_else(|| account.time_zone.clone());
        let email = seed
            .email
            .as_ref()
            .map_or("unnamed", |email| email.text.as_str());
        let local = email.split('@').next().unwrap_or(email);
        let created_at = seed.created_at.unwrap_or(self.at);
        let restriction = seed.ticket_restriction.clone();
        User {
            id,
            name: seed.name.clone().unwrap_or_else(|| local.to_owned()),
            created_at,
            updated_at: created_at,
            iana_time_zone: time_zones::iana(&zone).unwrap_or_default(),
            time_zone: zone,
            shared_phone: None,
            locale: seed
                .locale
                .clone()
                .unwrap_or_else(|| account.locale.clone()),
            rank: if seed.deleted { Rank::END_USER } else { rank },
            external_id: seed
                .external_id
                .as_ref()
                .filter(|_| !seed.deleted)
                .map(|id| id.text.clone()),
            tags: text::tags(seed.tags.iter().map(String::as_str)),
            alias: seed.alias.clone(),
            active: !seed.deleted,
            shared: seed.shared,
            shared_agent: seed.shared_agent,
            last_login_at: seed.last_login_at,
            signature: seed.signature.clone(),
            details: seed.details.clone(),
            notes: seed.notes.clone(),
            is_billing_admin: seed.is_billing_admin,
            moderator: rank.role == Role::Admin,
            ticket_restriction: match rank.role {
                Role::EndUser => Some(restriction.unwrap_or_else(|| "requested".to_owned())),
                Role::Agent => restriction,
                Role::Admin => None,
            },
            only_private_comments: seed.only_private_comments,
            suspended: seed.suspended,
            report_csv: rank.role == Role::Admin,
            user_fields: seed.user_fields.clone(),
            owner,
            permanently_deleted: false,
            tickets: Tickets {
                requested: seed.tickets.requested,
                open_requested: seed.tickets.open,
                assigned: seed.tickets.assigned,
                ccd: seed.tickets.ccd,
            },
        }
    }

    fn memberships(&mut self, seed: &SeedUser, user: Id, at: Timestamp) {
        let group = |name: &Name| self.groups.get(&fold(&name.text)).copied();
        let mut groups: Vec<Id> = match &seed.groups {
            Some(names) => names.iter().filter_map(group).collect(),
            None => vec![self.state.account.default_group],
        };
        let default = seed
            .default_group
            .as_ref()
            .and_then(group)
            .or(groups.first().copied());
        if let Some(default) = default.filter(|default| !groups.contains(default)) {
            groups.push(default);
        }
        let mut joined = Vec::new();
        for group in groups {
            if joined.contains(&group) {
                continue;
            }
            joined.push(group);
            let row = GroupMembership {
                id: self.state.next_id(),
                user_id: user,
                group_id: group,
                default: Some(group) == default,
                created_at: at,
                updated_at: at,
            };
            self.state.insert_group_membership(row);
        }
    }

    fn identity(
        &mut self,
        user: Id,
        kind: &str,
        value: &str,
        (primary, verified): (bool, bool),
        at: Timestamp,
    ) {
        let row = Identity {
            id: self.state.next_id(),
            user_id: user,
            kind: kind.to_owned(),
            value: value.to_owned(),
            verified,
            verified_at: verified.then_some(at),
            primary,
            created_at: at,
            updated_at: at,
        };
        self.state.insert_identity(row);
    }

    /// A number that somebody has already is shared, as it would be through the API.
    fn phone(&mut self, seed: &SeedUser, user: Id, at: Timestamp) {
        let Some(phone) = &seed.phone else {
            return;
        };
        let key = ("phone_number".to_owned(), fold(phone));
        if !self.state.index.identity_values.contains_key(&key) {
            self.identity(user, "phone_number", phone, (true, false), at);
        } else if let Some(user) = self.state.users.get_mut(&user) {
            user.shared_phone = Some(phone.clone());
        }
    }
}
