//! Compares what is declared with what is live.
//!
//! First `scope` settles which live objects are ours, and `pairing` which live object each entry means;
//! then facts are compared. Pure, and no kind is named except where a scope or an identity is about people.
//! What a difference leads to, and whether it may happen, is for the planner to decide.

mod compare;
mod cursor;
mod pairing;
mod scope;
mod types;

#[cfg(test)]
mod tests;

pub use compare::compare;
pub(crate) use cursor::Cursor;
pub use pairing::stand_in;
pub use scope::{covers, is_caller, is_owner};
pub use types::{Cause, Conflict, Difference, Differences, Fate, Pairs};
