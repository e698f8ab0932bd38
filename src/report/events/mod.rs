//! What an apply tells while it runs: lines for people, one JSON object per line for machines.

mod human;
mod json;

#[cfg(test)]
mod tests;

pub use human::Progress;
pub(super) use json::{Failure, failures, find};
pub use json::{json, schema};
