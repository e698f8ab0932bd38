//! What git says of a project folder.

use std::process::{Command, Stdio};

use super::settings::Settings;

/// The answer of `git rev-parse` to one question about the project's folder; `None` where there is no git,
/// no repository or no answer.
pub(super) fn rev_parse(settings: &Settings, question: &str) -> Option<String> {
    answer(settings, &["rev-parse", question])
}

/// The message of a commit; `None` where git has no such commit.
pub(super) fn message(settings: &Settings, commit: &str) -> Option<String> {
    let is_name = commit.chars().all(|c| c.is_ascii_hexdigit());
    let show = ["show", "--no-patch", "--format=%B", commit, "--"];
    is_name.then(|| answer(settings, &show)).flatten()
}

fn answer(settings: &Settings, question: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(question)
        .current_dir(&settings.directory)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let answer = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| answer.trim().to_owned())
}
