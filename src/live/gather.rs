//! What was read, before it is joined.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::api::{
    AccountSettings, EmailRecord, GroupRecord, Listing, MembershipRecord, OrganizationRecord,
    RoleRecord, UserRecord,
};
use crate::model::{Address, Coverage, Kind, Part, UserField};

/// One kind as it was read.
pub(super) struct Read<T> {
    pub(super) items: Vec<T>,
    pub(super) emails: Vec<EmailRecord>,
    pub(super) part: Part,
}

impl<T> Read<T> {
    /// Nothing was read of this kind.
    pub(super) const fn nothing(kind: Kind, now: Timestamp) -> Self {
        Self {
            items: Vec::new(),
            emails: Vec::new(),
            part: Part {
                kind,
                coverage: Coverage::Nothing,
                complete: true,
                source: String::new(),
                requests: 0,
                read_at: now,
            },
        }
    }

    /// A listing that covers `coverage`.
    pub(super) fn listed(
        kind: Kind,
        coverage: Coverage,
        listing: Listing<T>,
        now: Timestamp,
    ) -> Self {
        let Listing {
            items,
            emails,
            complete,
            requests,
            source,
            ..
        } = listing;
        Self {
            items,
            emails,
            part: Part {
                kind,
                coverage,
                complete,
                source,
                requests,
                read_at: now,
            },
        }
    }

    /// Takes over a further listing of the same kind.
    pub(super) fn add(&mut self, listing: Listing<T>, now: Timestamp) {
        let Listing {
            items,
            emails,
            complete,
            requests,
            source,
            ..
        } = listing;
        self.items.extend(items);
        self.emails.extend(emails);
        self.part.complete &= complete;
        self.part.requests += requests;
        self.part.read_at = now;
        self.note(&source);
    }

    /// Notes one more thing that was asked.
    pub(super) fn note(&mut self, source: &str) {
        if self.part.source.split(", ").any(|known| known == source) {
            return;
        }
        if !self.part.source.is_empty() {
            self.part.source.push_str(", ");
        }
        self.part.source.push_str(source);
    }

    /// Notes that these are covered too, where not everything is.
    pub(super) fn cover(&mut self, more: impl IntoIterator<Item = Address>) {
        match &mut self.part.coverage {
            Coverage::All | Coverage::Staff => {}
            Coverage::Only(known) => known.extend(more),
            coverage @ Coverage::Nothing => *coverage = Coverage::Only(more.into_iter().collect()),
        }
    }
}

/// Everything that was read.
pub(super) struct Gathered {
    pub(super) caller: UserRecord,
    pub(super) settings: AccountSettings,
    pub(super) custom_roles: bool,
    pub(super) roles: Read<RoleRecord>,
    pub(super) groups: Read<GroupRecord>,
    pub(super) organizations: Read<OrganizationRecord>,
    pub(super) users: Read<UserRecord>,
    pub(super) group_memberships: Read<MembershipRecord>,
    pub(super) organization_memberships: Read<MembershipRecord>,
    pub(super) user_fields: Vec<UserField>,
    pub(super) organization_fields: Vec<UserField>,
}

impl Gathered {
    /// Says whether one of these addresses is this person's: under e-mail or external id.
    pub(super) fn is_one_of(user: &UserRecord, people: &BTreeSet<Address>) -> bool {
        let by_external_id = user
            .user
            .external_id
            .as_deref()
            .filter(|external_id| !external_id.is_empty())
            .is_some_and(|external_id| people.contains(&Address::user(external_id)));
        by_external_id || people.contains(&Address::user(user.user.key()))
    }
}
