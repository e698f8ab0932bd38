//! `zdsync import`: manifests for what is live, and the proof that their plan is empty.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use crate::desired;
use crate::diag::Source;
use crate::manifest::{self, Adopted, Project, Wishes};
use crate::model::{Kind, Snapshot, plural};
use crate::plan::Plan;
use crate::report;
use crate::report::text::neutral;

use super::args::{ImportArgs, PlanningArgs};
use super::exit::Exit;
use super::failure::Failure;
use super::project::Declared;
use super::settings::Settings;
use super::{plan, project, snapshot};

/// The schema that the editor line of manifests leads to, where the project has it.
pub(super) const SCHEMA: &str = "schemas/manifest.json";

/// Writes the manifests and plans what they say.
pub(super) fn run(settings: &Settings, arguments: &ImportArgs) -> Result<Exit, Failure> {
    let now = Settings::now();
    let project = project::project(settings)?;
    let live = live(settings, arguments, &project, now)?;
    let adopted = manifest::adopt(
        &live,
        Wishes {
            end_users: arguments.all_users,
            writable: &desired::rules::is_writable_permission,
        },
    );
    let files = addressed(settings, &arguments.out, &adopted);
    write(settings, &files)?;
    say(settings, &files, &adopted)?;
    prove(settings, project, files, &live, now)
}

fn live(
    settings: &Settings,
    arguments: &ImportArgs,
    project: &Project,
    now: Timestamp,
) -> Result<Snapshot, Failure> {
    let Some(path) = &arguments.snapshot else {
        let (live, client) = snapshot::take(settings, &project.config, arguments.all_users)?;
        plan::remarks(settings, &client);
        return Ok(live);
    };
    let saved = snapshot::load(settings, &project.config, path, now)?;
    if saved.redaction.is_some() {
        return Err(Failure::new(
            "the snapshot is redacted: manifests made from it would declare pseudonyms",
            "take one without `--redact`",
        ));
    }
    if arguments.all_users && !snapshot::proves_absence(&saved.snapshot, Kind::User) {
        return Err(Failure::new(
            "the snapshot does not hold all end users",
            "take one without `--staff`, or leave `--all-users` away",
        ));
    }
    Ok(saved.snapshot)
}

/// The files by their path in the project, each with its editor line where the project has the schema.
fn addressed(
    settings: &Settings,
    folder: &Utf8Path,
    adopted: &Adopted,
) -> BTreeMap<Utf8PathBuf, String> {
    let has_schema = folder.is_relative() && settings.path(SCHEMA.into()).is_file();
    let depth = |path: &Utf8Path| path.components().count().saturating_sub(1);
    adopted
        .files
        .iter()
        .map(|(path, text)| {
            let path = folder.join(path);
            let line = if has_schema {
                editor_line(depth(&path))
            } else {
                String::new()
            };
            (path, format!("{line}{text}"))
        })
        .collect()
}

/// The line by which editors find the schema of a manifest so many folders below the project.
pub(super) fn editor_line(depth: usize) -> String {
    let up = "../".repeat(depth);
    format!("# yaml-language-server: $schema={up}{SCHEMA}\n")
}

/// Writes all files, or none where one of them is there already.
pub(super) fn write(
    settings: &Settings,
    files: &BTreeMap<Utf8PathBuf, String>,
) -> Result<(), Failure> {
    let there: Vec<String> = files
        .keys()
        .filter(|path| settings.path(path).symlink_metadata().is_ok())
        .map(|path| format!("`{path}`"))
        .collect();
    if !there.is_empty() {
        return Err(Failure::new(
            format!(
                "{} there already, and nothing is overwritten",
                is_or_are(&there)
            ),
            "move them away, or work in another folder",
        ));
    }
    for (path, text) in files {
        let path = settings.path(path);
        create(&path, text).map_err(|error| Failure::file("cannot write", &path, &error))?;
    }
    Ok(())
}

fn is_or_are(paths: &[String]) -> String {
    let verb = if paths.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", paths.join(", "))
}

fn create(path: &Utf8Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    // Made anew or not at all, even where somebody else writes at the same time.
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(text.as_bytes())
}

fn say(
    settings: &Settings,
    files: &BTreeMap<Utf8PathBuf, String>,
    adopted: &Adopted,
) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for path in files.keys() {
        writeln!(out, "{path}").map_err(|error| Failure::output(&error))?;
    }
    if !adopted.left_out.is_empty() {
        settings.note("left out:");
    }
    for (address, why) in &adopted.left_out {
        settings.note(&format!("  {}: {why}", neutral(&address.to_string())));
    }
    Ok(())
}

/// Plans what was written, alone, against the same account.
fn prove(
    settings: &Settings,
    project: Project,
    files: BTreeMap<Utf8PathBuf, String>,
    live: &Snapshot,
    now: Timestamp,
) -> Result<Exit, Failure> {
    let sources: Vec<Arc<Source>> = files
        .into_iter()
        .map(|(path, text)| Source::new(path, text))
        .collect();
    let (files, broken, mut found) = manifest::parse_manifests(&sources);
    let project = Project {
        files,
        broken,
        ..project
    };
    let (inventory, meaning) = desired::resolve(&project, now);
    found.append(meaning);
    found.sort();
    if found.errors() > 0 {
        project::show(settings, &found);
        return Err(Failure::new(
            format!(
                "{} in what was written: the account holds what manifests may not",
                plural(found.errors(), "error")
            ),
            "mend the account or the manifests, then see `zdsync plan`",
        ));
    }
    let policy = project.config.policy();
    let declared = Declared {
        config: project.config,
        inventory,
        policy,
    };
    let plan = plan::build(&declared, live, &PlanningArgs::default(), now);
    if plan.changes.is_empty() && plan.refused.is_empty() {
        let declared = plural(declared.inventory.resources.len(), "object");
        settings.note(&format!(
            "{declared} declared; the plan of these manifests is empty"
        ));
        return Ok(Exit::Done);
    }
    show(settings, &plan)?;
    Err(Failure::new(
        "the plan of these manifests is not empty; it is shown above",
        "mend the manifests or zdsync.yaml before anything is applied",
    ))
}

fn show(settings: &Settings, plan: &Plan) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    report::plan::human(plan, &plan::view(settings, false), &mut out)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::output(&error))
}
