//! Interrupts at every stage of the real program.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and waits for processes"
)]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::mishaps::struck_when_reading_again;
use super::processes::{ACCOUNT, MANIFEST, only_receipt, project};
use crate::support::Project;

/// A program that runs, and what it says.
struct Running {
    child: Child,
    out: tempfile::NamedTempFile,
    err: tempfile::NamedTempFile,
}

impl Running {
    fn apply(project: &Project, arguments: &[&str]) -> Self {
        let (out, err) = (
            tempfile::NamedTempFile::new().unwrap(),
            tempfile::NamedTempFile::new().unwrap(),
        );
        let to = |file: &tempfile::NamedTempFile| File::create(file.path()).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_zdsync"))
            .arg("apply")
            .args(arguments)
            .current_dir(project.path())
            .env_clear()
            .env("ZENDESK_OAUTH_TOKEN", "t0ken")
            .stdin(Stdio::piped())
            .stdout(to(&out))
            .stderr(to(&err))
            .spawn()
            .unwrap();
        Self { child, out, err }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(sent.success());
    }

    fn said(&self) -> String {
        let read = |file: &tempfile::NamedTempFile| fs::read_to_string(file.path()).unwrap();
        read(&self.out) + &read(&self.err)
    }

    /// Waits for the end, which must be that of an interrupt.
    fn ends(mut self) -> String {
        // Waiting would close it, and that is an answer.
        let _stdin = self.child.stdin.take();
        let status = self.child.wait().unwrap();
        let said = self.said();
        assert_eq!(status.code(), Some(130), "{said}");
        said
    }
}

fn wait_for(file: &Path, text: &str) {
    // What is being written may end within a character.
    while !String::from_utf8_lossy(&fs::read(file).unwrap()).contains(text) {
        thread::sleep(Duration::from_millis(20));
    }
}

fn writes(log: &Path) -> bool {
    let text = fs::read_to_string(log).unwrap();
    text.lines()
        .any(|line| !line.contains("\"method\":\"GET\""))
}

#[test]
fn an_interrupt_before_anything_is_sent_ends_the_command() {
    for signal in ["-INT", "-TERM"] {
        let log = tempfile::NamedTempFile::new().unwrap();
        let path = log.path().to_str().unwrap();
        let flags = [
            "--no-limits",
            "--log",
            path,
            "--fault",
            "GET ** #2 = delay:600s",
        ];
        let (project, _server) = project(ACCOUNT, MANIFEST, &flags);
        let reading = Running::apply(&project, &["--auto-approve"]);
        wait_for(log.path(), "delay:");
        reading.signal(signal);
        let said = reading.ends();
        assert!(said.contains("no change was under way"), "{said}");
        let asking = Running::apply(&project, &[]);
        wait_for(asking.err.path(), "Only `yes` is accepted");
        asking.signal(signal);
        let said = asking.ends();
        assert!(said.contains("no change was under way"), "{said}");
        assert!(!writes(log.path()));
        assert!(!project.path().join(".zdsync/journal.jsonl").exists());
        assert!(!project.path().join(".zdsync/receipts").exists());
    }
}

#[test]
fn a_second_interrupt_ends_an_apply_at_once() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let path = log.path().to_str().unwrap();
    let flags = [
        "--no-limits",
        "--log",
        path,
        "--fault",
        "POST /groups #1 = delay:600s",
    ];
    let (project, _server) = project(ACCOUNT, MANIFEST, &flags);
    let running = Running::apply(&project, &["--auto-approve"]);
    wait_for(log.path(), "delay:");
    running.signal("-TERM");
    wait_for(running.err.path(), "once more ends at once");
    running.signal("-INT");
    let said = running.ends();
    assert!(said.contains("ended at once"), "{said}");
    // The journal stays and tells the next one.
    let again = project.run(&["apply", "--resume"]).exits(0);
    assert!(
        again.stderr.contains("did not run to its end"),
        "{}",
        again.stderr
    );
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn an_interrupt_while_reading_again_leaves_the_record() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let path = log.path().to_str().unwrap();
    let (project, _server) = struck_when_reading_again("delay:600s", path);
    let running = Running::apply(&project, &["--auto-approve"]);
    wait_for(log.path(), "delay:");
    running.signal("-INT");
    let said = running.ends();
    assert!(said.contains("Not verified: "), "{said}");
    let receipt = only_receipt(&project);
    assert_eq!(receipt["done"], 3, "{receipt}");
    assert!(receipt["not_verified"].is_string(), "{receipt}");
    assert!(!project.path().join(".zdsync/journal.jsonl").exists());
}
