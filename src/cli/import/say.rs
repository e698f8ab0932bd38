//! What an import tells.

use std::collections::BTreeMap;
use std::io::{self, Write};

use camino::Utf8PathBuf;

use crate::manifest::{Adopted, LeftOut};
use crate::model::plural;
use crate::report::text::neutral;

use super::update::Outcome;
use crate::cli::failure::Failure;
use crate::cli::settings::Settings;

/// How many of those that are left out for one reason are named, unless more is asked for.
const FEW: usize = 8;

/// The files, one a line.
pub(super) fn written<'a>(
    settings: &Settings,
    paths: impl Iterator<Item = &'a Utf8PathBuf>,
) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let mut count = 0;
    for path in paths {
        count += 1;
        writeln!(out, "{path}").map_err(|error| Failure::output(&error))?;
    }
    settings.note(&format!("{} written", plural(count, "file")));
    Ok(())
}

/// What is live and not declared, by reason.
pub(super) fn left_out(settings: &Settings, adopted: &Adopted) {
    if adopted.left_out.is_empty() && adopted.end_users == 0 {
        return;
    }
    settings.note("left out:");
    if adopted.end_users > 0 {
        let customers = plural(adopted.end_users, "end user");
        settings.note(&format!(
            "  {customers}: declare them too with `--all-users`"
        ));
    }
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for LeftOut { why, address, key } in &adopted.left_out {
        let what = if key.is_empty() {
            address.to_string()
        } else {
            format!("{key} of {address}")
        };
        reasons.entry(why).or_default().push(what);
    }
    for (why, all) in reasons {
        let names = some(settings, &all);
        settings.note(&format!("  {}: {}", neutral(&names), neutral(why)));
    }
}

/// The first few, or all where more is asked for.
fn some(settings: &Settings, all: &[String]) -> String {
    let shown = if settings.verbose > 0 { all.len() } else { FEW };
    let first: Vec<&str> = all.iter().take(shown).map(String::as_str).collect();
    let names = first.join(", ");
    match all.len().saturating_sub(shown) {
        0 => names,
        more => format!("{names} and {more} more (`-v` names all)"),
    }
}

/// That the plan is empty, and what to do next.
pub(super) fn proven(settings: &Settings, adopted: &Adopted, is_read: bool) {
    settings.note(&format!(
        "{} declared; the plan of these manifests is empty",
        plural(adopted.declared.len(), "object")
    ));
    settings.note(if is_read {
        "next: commit them, change one, and see what `zdsync plan` makes of it"
    } else {
        "next: list this folder under `manifests` in zdsync.yaml, or move the files to where it leads"
    });
}

/// What an update changed, added and took out.
pub(super) fn updated(
    settings: &Settings,
    outcome: &Outcome,
    is_whole: bool,
) -> Result<(), Failure> {
    let Outcome {
        changed,
        new,
        gone,
        added,
    } = outcome;
    let mut out = io::stdout().lock();
    let paths = changed.iter().map(|source| source.path());
    for path in paths.chain(new.keys().map(|path| path.as_str())) {
        writeln!(out, "{path}").map_err(|error| Failure::output(&error))?;
    }
    left_out(settings, added);
    if !gone.is_empty() {
        let all: Vec<String> = gone.iter().map(ToString::to_string).collect();
        let names = some(settings, &all);
        settings.note(&format!(
            "taken out, because it is not live: {}",
            neutral(&names)
        ));
    }
    let proof = if is_whole {
        "the plan of the manifests is empty"
    } else {
        "their plan leaves what was asked for as it is"
    };
    settings.note(&format!(
        "{} changed, {} written, {} added; {proof}",
        plural(changed.len(), "file"),
        plural(new.len(), "file"),
        plural(added.declared.len(), "object")
    ));
    if !(changed.is_empty() && new.is_empty()) {
        settings.note("next: look at the difference with `git diff`, and commit it");
    }
    Ok(())
}
