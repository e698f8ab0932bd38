//! Searching, through an index that lags behind writes (zendesk-api §3.6).

mod pending;
mod query;
mod routes;

pub(crate) use pending::Pending;
pub(crate) use routes::{autocomplete, count, export, list, users};
