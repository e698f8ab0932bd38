//! A project folder, read and resolved.

use std::io;

use jiff::Timestamp;

use crate::desired;
use crate::diag::Diagnostics;
use crate::manifest::{self, Config, Project};
use crate::model::{Inventory, Policy, plural};
use crate::report::diagnostics;

use super::args::PlanningArgs;
use super::exit::Exit;
use super::failure::Failure;
use super::settings::Settings;

/// What a plan is made from, apart from the account.
pub(super) struct Declared {
    /// Its configuration. The manifests are let go: all that they say is in the inventory.
    pub(super) config: Config,
    /// All that its manifests declare.
    pub(super) inventory: Inventory,
    /// The rules of its configuration.
    pub(super) policy: Policy,
}

/// Reads a project for planning. Mistakes are shown on standard error and end the command; warnings are
/// shown and do not.
pub(super) fn read(
    settings: &Settings,
    planning: &PlanningArgs,
    now: Timestamp,
) -> Result<Declared, Failure> {
    let at = planning.at.unwrap_or(now);
    let (project, inventory) = resolve(settings, read_files(settings)?, at)?;
    let mut policy = project.policy();
    policy
        .allowed_removals
        .extend(planning.allow_removals.iter().copied());
    Ok(Declared {
        config: project.config,
        inventory,
        policy,
    })
}

/// Resolves what was read of a project. Mistakes are shown on standard error and end the command; warnings are
/// shown and do not.
pub(super) fn resolve(
    settings: &Settings,
    (project, mut found): (Option<Project>, Diagnostics),
    at: Timestamp,
) -> Result<(Project, Inventory), Failure> {
    let Some(project) = project else {
        return Err(refuse(settings, &found));
    };
    let (inventory, meaning) = desired::resolve(&project, at);
    found.append(meaning);
    found.sort();
    if found.errors() > 0 {
        return Err(refuse(settings, &found));
    }
    if !settings.quiet {
        show(settings, &found);
    }
    Ok((project, inventory))
}

/// The project of what was read, where its configuration can be used; otherwise every mistake is shown.
pub(super) fn usable(
    settings: &Settings,
    (project, found): (Option<Project>, Diagnostics),
) -> Result<Project, Failure> {
    project.ok_or_else(|| refuse(settings, &found))
}

/// Reads the files of a project; `None` where its configuration cannot be used.
pub(super) fn read_files(settings: &Settings) -> Result<(Option<Project>, Diagnostics), Failure> {
    if !settings.directory.is_dir() {
        return Err(Failure::new(
            format!("there is no folder `{}`", settings.directory),
            "give the folder that holds zdsync.yaml with `-C`",
        ));
    }
    Ok(manifest::read_project(settings.directory.as_std_path()))
}

/// The project for commands that look at the account: its manifests may have mistakes, its configuration
/// may not.
pub(super) fn project(settings: &Settings) -> Result<Project, Failure> {
    usable(settings, read_files(settings)?)
}

/// Shows every mistake, and ends the command.
fn refuse(settings: &Settings, found: &Diagnostics) -> Failure {
    show(settings, found);
    settings.note(&format!(
        "{} in the project; nothing was done",
        plural(found.errors(), "error")
    ));
    Failure::Said(Exit::Error)
}

/// Shows diagnostics on standard error with their lines underlined.
pub(super) fn show(settings: &Settings, found: &Diagnostics) {
    let mut err = io::stderr().lock();
    // Nothing is left to tell the person when standard error cannot be written.
    let _unprinted = diagnostics::human(found, settings.colour_errors, settings.width, &mut err);
}
