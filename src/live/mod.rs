//! The account as it is: which listings a plan needs, and the snapshot they make.
//!
//! [`needs()`] chooses, without reading, the cheapest set of listings that proves what a plan has to
//! know; [`read()`] reads them side by side and joins them. Only a [`crate::api::Reader`] comes in here.

mod audit;
mod check;
mod gather;
mod join;
mod needs;
mod organizations;
mod people;
mod read;
mod redact;
pub mod saved;
mod side_by_side;

#[cfg(test)]
mod tests;

pub use audit::{AuditLog, audit_log};
pub use check::{Check, Feature, Finding, check};
pub use needs::{MembershipNeed, Needs, OrganizationNeed, UserNeed, Wanted, needs};
pub use read::read;
pub use redact::Redaction;
