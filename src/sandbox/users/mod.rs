//! Users (zendesk-api §5).

mod create;
mod deleted;
mod draft;
mod list;
mod rank;
mod related;
mod tags;
mod update;
mod view;
mod write;

pub(crate) use create::{create_one, upsert_one};
pub(crate) use deleted::{
    count as count_deleted, list as list_deleted, purge, remove_one, show as show_deleted,
};
pub(crate) use list::{
    answer as list_answer, count, count_of_group, count_of_organization, list, list_of_group,
    list_of_organization, me, show, show_many,
};
pub(crate) use rank::named as rank_named;
pub(crate) use related::{compliance, entitlements, logout_many, related, request_seat};
pub(crate) use tags::{
    add as add_tags, list as list_tags, remove as remove_tags, replace as set_tags,
};
pub(crate) use update::update_one;
pub(crate) use view::view;
pub(crate) use write::{
    create, create_many, create_or_update, create_or_update_many, delete, destroy_many, update,
    update_many,
};

pub(super) const KIND: &str = "users";
