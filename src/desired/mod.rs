//! What is wanted: all manifests resolved into one inventory, and every rule that needs no account.
//!
//! Resolving never stops at a mistake: what is sound is resolved, and every mistake of every file is
//! reported at once. No input or output and no clock live here; the time of the plan is given.

mod entry;
mod grant;
mod index;
mod inventory;
mod person;
mod profile;
pub mod rules;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::diag::Diagnostics;
use crate::manifest::Project;
use crate::model::Inventory;

/// Everything that is wrong with what a project declares, sorted; grants are judged at `at`.
///
/// Structural mistakes are not repeated: they come from reading the project.
pub fn check(project: &Project, at: Timestamp) -> Diagnostics {
    let homes = index::homes(project);
    let context = index::Context::new(project, &homes, at);
    rules::run(&context, &mut |_| {})
}

/// What a project declares, as of `at`, and everything that is wrong with it.
///
/// With errors among the diagnostics the inventory is not fit for a plan.
pub fn resolve(project: &Project, at: Timestamp) -> (Inventory, Diagnostics) {
    let homes = index::homes(project);
    let context = index::Context::new(project, &homes, at);
    let mut gathered = inventory::Gathered::of_objects(&context);
    let diagnostics = rules::run(&context, &mut |person| gathered.add_person(person));
    (gathered.finish(), diagnostics)
}
