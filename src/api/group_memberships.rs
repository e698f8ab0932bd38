//! Memberships in groups (zendesk-api §8).

use super::Call;
use super::memberships::{MembershipWire, Words};
use super::paging::Page;
use crate::model::ObjectId;

pub(super) const WORDS: Words = Words {
    path: "/api/v2/group_memberships",
    one: "group_membership",
    many: "group_memberships",
    container: "group_id",
};

/// Every membership, by number. Deleted groups have none.
pub(super) fn list() -> Call<Page<MembershipWire>> {
    Call::get(WORDS.path)
}

pub(super) fn of_user(user: ObjectId) -> Call<Page<MembershipWire>> {
    Call::get(format!("/api/v2/users/{user}/group_memberships"))
}
