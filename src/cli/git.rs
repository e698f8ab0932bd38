//! What git says of a project folder.

use std::process::{Command, Stdio};

use super::settings::Settings;

/// The answer of `git rev-parse` to one question about the project's folder; `None` where there is no git,
/// no repository or no answer.
pub(super) fn rev_parse(settings: &Settings, question: &str) -> Option<String> {
    let output = Command::new("git")
        .args(["rev-parse", question])
        .current_dir(&settings.directory)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let answer = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| answer.trim().to_owned())
}
