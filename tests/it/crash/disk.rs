//! Folders that cannot be written, from the first byte or from a later one on.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and sets up with files"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use super::processes::{ACCOUNT, MANIFEST, project};
use crate::support::Project;

const SMALL: &str = "groups: [{ name: Tier 1, description: First line }]\norganizations: [{ name: Globex }, { name: Initech }]\n";

fn writes(log: &Path) -> usize {
    let text = fs::read_to_string(log).unwrap();
    text.lines()
        .filter(|line| !line.contains("\"method\":\"GET\""))
        .count()
}

/// Applies where no file may grow beyond so many blocks of 512 bytes, as on a disk that is full.
fn apply_within(project: &Project, blocks: usize) -> (i32, String) {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" apply --auto-approve");
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_zdsync")])
        .current_dir(project.path())
        .env_clear()
        .env("ZENDESK_OAUTH_TOKEN", "t0ken")
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// Applies a plan whose record is the longer the longer `words` are, within so many blocks; gives the exit
/// code, having made sure that it is true.
fn fills_up(words: &str, blocks: usize) -> i32 {
    let log = tempfile::NamedTempFile::new().unwrap();
    let flags = ["--no-limits", "--log", log.path().to_str().unwrap()];
    let manifest = SMALL.replace("First line", words);
    let (project, _server) = project(ACCOUNT, &manifest, &flags);
    let (code, said) = apply_within(&project, blocks);
    let point = format!("{} words, {blocks} blocks: {said}", words.len());
    match code {
        0 => assert_eq!(writes(log.path()), 3, "{point}"),
        1 => {
            assert_eq!(writes(log.path()), 0, "{point}");
            assert!(said.contains("so nothing was changed"), "{point}");
        }
        3 => assert!(said.contains("cannot"), "{point}"),
        _ => panic!("{point}"),
    }
    // Once there is room again, the rest is done.
    project.run(&["apply", "--auto-approve"]).exits(0);
    assert_eq!(writes(log.path()), 3, "{point}");
    // What was sent is told, sooner or later.
    let told = project
        .run(&["history", "--format", "json"])
        .exits(0)
        .json();
    let applies = told["applies"].as_array().unwrap().iter();
    let done: u64 = applies.map(|apply| apply["done"].as_u64().unwrap()).sum();
    assert!(done <= 3 && (code != 0 || done == 3), "{point}: {told}");
    assert!(project.path().join(".zdsync/receipts").exists(), "{point}");
    code
}

#[test]
fn a_disk_that_fills_up_at_any_moment_leaves_no_write_without_its_record() {
    let room = (0..200)
        .find(|blocks| fills_up("First line", *blocks) == 0)
        .unwrap();
    assert!(room > 1);
    // The longer the first line of the journal, the earlier a later one does not fit.
    let mut codes = Vec::new();
    for length in (10..1000).step_by(11) {
        codes.push(fills_up(&"w".repeat(length), room));
        if codes.last() == Some(&1) {
            break;
        }
    }
    assert!(codes.is_sorted_by_key(|code| [0, 3, 1].iter().position(|one| one == code)));
    let cut = codes.iter().filter(|code| **code == 3).count();
    assert!(cut > 5, "{codes:?}");
    eprintln!("moments at which the disk was full: {}", room + cut);
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_is_read_only_is_refused_before_anything_is_sent() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let flags = ["--no-limits", "--log", log.path().to_str().unwrap()];
    let (project, _server) = project(ACCOUNT, SMALL, &flags);
    // Nobody, not even root, makes files there.
    std::os::unix::fs::symlink("/proc/self/net", project.path().join(".zdsync")).unwrap();
    let run = project.run(&["apply", "--auto-approve"]).exits(1);
    assert!(run.stderr.contains("cannot lock"), "{}", run.stderr);
    assert_eq!(writes(log.path()), 0);
    // Planning writes nothing and needs no such place.
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn a_journal_whose_last_line_is_half_written_is_gone_on_with() {
    for cut in [1, 9, 30] {
        let fault = "PUT ** #1 = status:401";
        let (project, _server) = project(ACCOUNT, MANIFEST, &["--no-limits", "--fault", fault]);
        project.run(&["apply", "--auto-approve"]).exits(3);
        let journal = project.read(".zdsync/journal.jsonl");
        project.write(".zdsync/journal.jsonl", &journal[..journal.len() - cut]);
        let plan = project.run(&["plan"]).exits(0);
        assert!(
            plan.stderr.contains("did not run to its end"),
            "{}",
            plan.stderr
        );
        project.run(&["apply", "--resume"]).exits(0);
        project.run(&["plan", "--detailed-exitcode"]).exits(0);
    }
}
