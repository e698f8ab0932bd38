//! A plan as text for people, as JSON and as Markdown.
//!
//! People come first: who gains and who loses what. Then every change with its fields, then what else
//! to know, then one line that sums up.

mod access;
mod blocks;
mod document;
mod drawing;
mod drift;
mod human;
mod json;
mod ledger;
mod markdown;
mod notes;
mod summary;
mod table;

#[cfg(test)]
mod tests;

pub use human::{View, human, refusals};
pub use json::{json, schema};
pub use markdown::{MARKER, markdown};
pub use summary::headline;
