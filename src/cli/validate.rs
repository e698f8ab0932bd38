//! `zdsync validate`: checks the manifests without the account.

use std::io::{self, Write};

use crate::desired;
use crate::diag::{self, Diagnostics};
use crate::model::plural;
use crate::report::diagnostics;

use super::args::{ValidateArgs, ValidateFormat};
use super::exit::Exit;
use super::failure::Failure;
use super::git;
use super::project;
use super::settings::Settings;

/// How often corrections may bring others to light.
const ROUNDS: u32 = 5;

/// Shows every mistake of every file, and with `--fix` mends those that are certain.
pub(super) fn run(settings: &Settings, arguments: &ValidateArgs) -> Result<Exit, Failure> {
    let mut found = check(settings, arguments)?;
    if arguments.fix {
        let mut mended = 0;
        // A file that cannot be read whole hides what else is certain to be wrong in it.
        for _ in 0..ROUNDS {
            let made = fix(settings, &found)?;
            if made == 0 {
                break;
            }
            mended += made;
            found = check(settings, arguments)?;
        }
        settings.note(&format!("{} made", plural(mended, "correction")));
    }
    let folder = folder(settings);
    let mut out = io::stdout().lock();
    match arguments.format {
        ValidateFormat::Human => {
            diagnostics::human(&found, settings.colour, settings.width, &mut out)
        }
        ValidateFormat::Json => diagnostics::json(&found, &mut out),
        ValidateFormat::Github => diagnostics::github(&found, &folder, &mut out),
        ValidateFormat::Sarif => {
            diagnostics::sarif(&found, &desired::rules::help(), &folder, &mut out)
        }
    }
    .and_then(|()| out.flush())
    .map_err(|error| Failure::output(&error))?;
    let (errors, warnings) = (found.errors(), found.warnings());
    settings.note(&format!(
        "{}, {}",
        plural(errors, "error"),
        plural(warnings, "warning")
    ));
    Ok(if errors > 0 { Exit::Error } else { Exit::Done })
}

fn check(settings: &Settings, arguments: &ValidateArgs) -> Result<Diagnostics, Failure> {
    let (project, mut found) = project::read_files(settings)?;
    if let Some(project) = &project {
        found.append(desired::check(
            project,
            arguments.at.unwrap_or_else(Settings::now),
        ));
    }
    found.sort();
    Ok(found)
}

/// Writes the certain corrections into the manifests; says how many were made.
#[expect(clippy::disallowed_methods, reason = "cli may write files")]
fn fix(settings: &Settings, found: &Diagnostics) -> Result<usize, Failure> {
    let mut mended = 0;
    for (source, edits) in found.fixes() {
        let (text, made) = diag::apply_edits(&source, edits);
        let path = settings.directory.join(source.path());
        std::fs::write(&path, text)
            .map_err(|error| Failure::file("cannot write", &path, &error))?;
        mended += made;
    }
    Ok(mended)
}

/// The project's folder seen from the root of its repository, with forward slashes: what GitHub's
/// annotations and code scanning name files by. Empty where it is the root or no repository is known.
pub(super) fn folder(settings: &Settings) -> String {
    let prefix = git::rev_parse(settings, "--show-prefix").unwrap_or_default();
    prefix.trim_end_matches('/').to_owned()
}
