//! Memberships in organizations (zendesk-api §10).

use super::Call;
use super::memberships::{MembershipWire, Words};
use super::paging::Page;
use crate::model::ObjectId;

pub(super) const WORDS: Words = Words {
    path: "/api/v2/organization_memberships",
    one: "organization_membership",
    many: "organization_memberships",
    container: "organization_id",
};

/// Every membership, by number.
pub(super) fn list() -> Call<Page<MembershipWire>> {
    Call::get(WORDS.path)
}

pub(super) fn of_user(user: ObjectId) -> Call<Page<MembershipWire>> {
    Call::get(format!("/api/v2/users/{user}/organization_memberships"))
}

pub(super) fn of_organization(organization: ObjectId) -> Call<Page<MembershipWire>> {
    Call::get(format!(
        "/api/v2/organizations/{organization}/organization_memberships"
    ))
}
