//! Commands in the documentation: the program understands every one, and those of blocks marked `sh run` do
//! what the page says.
#![expect(
    clippy::disallowed_methods,
    reason = "programs are found by the PATH that the test got"
)]

use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::pages::all;

/// The lines of the fenced blocks of a page whose language is this.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    // How far the open block is indented, and whether it is one of those looked for.
    let mut open: Option<(usize, bool)> = None;
    for line in text.lines() {
        let bare = line.trim_start();
        match (bare.strip_prefix("```"), open) {
            (Some(_), Some(_)) => open = None,
            (Some(of), None) => open = Some((line.len() - bare.len(), of == language)),
            (None, Some((indent, true))) => found.push(line.get(indent..).unwrap_or("").to_owned()),
            (None, _) => {}
        }
    }
    found
}

/// The words of the calls of the program in a line of shell.
fn calls(line: &str) -> Vec<Vec<String>> {
    let line = line.split(" #").next().unwrap_or(line);
    let parts = line
        .split(['|', '>', ';'])
        .flat_map(|part| part.split("&&"));
    parts
        .filter_map(|part| {
            let part = part.trim();
            let part = part
                .strip_prefix("cargo run --locked -- ")
                .map(|rest| format!("zdsync {rest}"))
                .unwrap_or(part.to_owned());
            part.starts_with("zdsync ").then(|| words(&part))
        })
        .collect()
}

/// The words of a command, with quotes taken off.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, ' ') => words.push(String::new()),
            (_, character) => {
                let last = words.len() - 1;
                words[last].push(character);
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn the_program_understands_every_command_of_every_page() {
    let mut seen = 0;
    for (name, text) in all() {
        let lines = [blocks(&text, "sh"), blocks(&text, "sh run")].concat();
        for call in lines.iter().flat_map(|line| calls(line)) {
            seen += 1;
            let parsed = zdsync::cli::command().try_get_matches_from(&call);
            assert!(
                parsed.is_ok(),
                "{name}: {}: {}",
                call.join(" "),
                parsed.unwrap_err()
            );
        }
    }
    assert!(seen > 20, "{seen}");
    assert_eq!(
        calls("zdsync -C a plan --target 'group/Tier 1' | less # x"),
        [["zdsync", "-C", "a", "plan", "--target", "group/Tier 1"]]
    );
}

#[cfg(unix)]
#[test]
fn the_blocks_that_are_marked_so_run_one_after_the_other() {
    let mut ran = 0;
    for (name, text) in all() {
        let lines = blocks(&text, "sh run");
        if lines.is_empty() {
            continue;
        }
        ran += 1;
        let folder = TempDir::new().unwrap();
        let programs = TempDir::new().unwrap();
        let link = programs.path().join("zdsync");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_zdsync"), link).unwrap();
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("sh")
            .args(["-euc", &lines.join("\n")])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", format!("{}:{path}", programs.path().display()))
            .env("HOME", folder.path())
            .envs(["GIT_AUTHOR", "GIT_COMMITTER"].map(|who| (format!("{who}_NAME"), "Ada Example")))
            .envs(
                ["GIT_AUTHOR", "GIT_COMMITTER"]
                    .map(|who| (format!("{who}_EMAIL"), "ada@example.com")),
            )
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {}\n{said}", output.status);
    }
    assert!(ran > 0);
}
