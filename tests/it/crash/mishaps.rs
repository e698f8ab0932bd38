//! Accounts that turn against an apply in mid-run, over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and reads files"
)]

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use super::processes::{ACCOUNT, MANIFEST, only_receipt, project};
use crate::support::Project;

/// A manifest whose apply reads nothing between its first write and reading again.
const NAMED: &str = "\
groups: [{ name: Tier 1 }, { name: Tier 2 }]
organizations: [{ name: Globex, tags: [vip] }]
";

/// How many requests the plan of [`NAMED`] reads before anything is written.
pub(super) fn reads_of_named() -> usize {
    let log = tempfile::NamedTempFile::new().unwrap();
    let flags = ["--no-limits", "--log", log.path().to_str().unwrap()];
    let (project, _server) = project(ACCOUNT, NAMED, &flags);
    project.run(&["apply", "--auto-approve"]).exits(0);
    let text = fs::read_to_string(log.path()).unwrap();
    let methods: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let is_read = |entry: &&Value| entry["method"] == "GET";
    let reads = methods.iter().take_while(is_read).count();
    assert!(reads > 0 && methods.len() > reads + 3, "{text}");
    reads
}

/// The account and manifest of [`NAMED`] with a fault at its first request to read again.
pub(super) fn struck_when_reading_again(
    kind: &str,
    log: &str,
) -> (Project, crate::support::Server) {
    let fault = format!("GET ** #{}- = {kind}", reads_of_named() + 1);
    project(
        ACCOUNT,
        NAMED,
        &["--no-limits", "--log", log, "--fault", &fault],
    )
}

fn operations(receipt: &Value, status: &str) -> Vec<Value> {
    let all = receipt["operations"].as_array().unwrap().iter();
    all.filter(|operation| operation["status"] == status)
        .cloned()
        .collect()
}

#[test]
fn a_person_deleted_in_mid_run_fails_alone() {
    let manifest = MANIFEST.replace("alias: B,", "alias: B, role: Team lead,");
    let fault = "POST /groups #1 = delete-user:bob@example.com";
    let (project, _server) = project(ACCOUNT, &manifest, &["--no-limits", "--fault", fault]);
    let run = project.run(&["apply", "--auto-approve"]).exits(3);
    for part in ["Failed", "user/bob@example.com", "Next:", "request ids"] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
    let receipt = only_receipt(&project);
    let undone = [
        operations(&receipt, "failed"),
        operations(&receipt, "skipped"),
    ]
    .concat();
    assert!(
        !undone.is_empty() && receipt["done"].as_u64().unwrap() > 3,
        "{receipt}"
    );
    for operation in &undone {
        let changes = operation["changes"].to_string();
        assert!(changes.contains("bob@example.com"), "{operation}");
    }
    // Who is still wanted is made again.
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn a_credential_revoked_in_mid_run_ends_it_with_the_truth() {
    let fault = "POST ** #2 = revoke-credentials";
    let (project, _server) = project(ACCOUNT, MANIFEST, &["--no-limits", "--fault", fault]);
    let run = project.run(&["apply", "--auto-approve"]).exits(3);
    for part in [
        "no longer accepts the credential",
        "Skipped",
        "ZENDESK_OAUTH_TOKEN",
        "Next:",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
    let receipt = only_receipt(&project);
    assert!(receipt["done"].as_u64().unwrap() > 0, "{receipt}");
    assert!(receipt["failed"].as_u64().unwrap() > 0, "{receipt}");
    assert!(receipt["skipped"].as_u64().unwrap() > 0, "{receipt}");
    assert!(!receipt["inverse"].as_array().unwrap().is_empty());
    // What was approved can be resumed once the credential is mended.
    assert!(run.stderr.contains("--resume"), "{}", run.stderr);
    assert!(project.path().join(".zdsync/journal.jsonl").exists());
}

#[test]
fn a_job_that_never_ends_is_given_up_and_the_rest_is_done() {
    let manifest = format!(
        "organizations: [{{ name: Globex }}]\n{}",
        super::account::many_people()
    );
    let fault = "POST /users/create_many = job-stuck";
    let flags = ["--bulk-import", "--no-limits", "--fault", fault];
    let (project, _server) = project(ACCOUNT, &manifest, &flags);
    let run = project
        .run(&["apply", "--auto-approve", "--job-timeout", "1s"])
        .exits(3);
    for part in ["no progress for 1s", "may still be carried out", "Next:"] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
    let receipt = only_receipt(&project);
    assert_eq!(receipt["failed"], 1, "{receipt}");
    assert_eq!(receipt["done"], 2, "{receipt}");
}

#[test]
fn of_a_job_with_failed_items_only_what_needs_those_is_left_out() {
    let mut manifest = "organizations: [{ name: Globex }, { name: Initech }]\nusers:\n".to_owned();
    for number in 1..=8 {
        let _written = writeln!(
            manifest,
            "  - {{ email: p{number}@example.com, name: P, role: end-user, organizations: [Globex, Initech] }}"
        );
    }
    let fault = "POST /users/create_many = job-half-failed";
    let flags = ["--bulk-import", "--no-limits", "--fault", fault];
    let (project, _server) = project(ACCOUNT, &manifest, &flags);
    let plan = project.run(&["plan", "--format", "json"]).exits(0).json();
    let dependent = plan["operations"]
        .as_array()
        .unwrap()
        .iter()
        .any(|operation| {
            operation["path"] == "/api/v2/organization_memberships/create_many"
                && !operation["requires"].as_array().unwrap().is_empty()
        });
    assert!(dependent, "{}", plan["operations"]);
    let run = project.run(&["apply", "--auto-approve"]).exits(3);
    assert!(
        run.stdout
            .contains("4 items of 8 not tried, the rest is done"),
        "{}",
        run.stdout
    );
    let receipt = only_receipt(&project);
    let skipped = operations(&receipt, "skipped");
    assert_eq!(skipped.len(), 1, "{receipt}");
    assert_eq!(
        skipped[0]["failures"].as_array().unwrap().len(),
        4,
        "{receipt}"
    );
    // What was done was looked at, and the other half is all that is left.
    assert!(run.stdout.contains("Verified:"), "{}", run.stdout);
    let left = project.run(&["plan", "--format", "json"]).exits(0).json();
    let left = left["changes"].to_string();
    for (person, is_left) in [("p1@", false), ("p2@", true), ("p7@", false), ("p8@", true)] {
        assert_eq!(left.contains(person), is_left, "{person}: {left}");
    }
    assert!(run.stdout.contains("Next:"), "{}", run.stdout);
}

#[test]
fn what_cannot_be_read_again_is_not_called_verified() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let path = log.path().to_str().unwrap();
    let (project, _server) = struck_when_reading_again("status:403", path);
    let run = project.run(&["apply", "--auto-approve"]).exits(3);
    for part in ["Not verified:", "3 done", "`zdsync plan` shows whether"] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
    let receipt = only_receipt(&project);
    assert_eq!(receipt["done"], 3, "{receipt}");
    assert_eq!(receipt["verified"], Value::Null);
    assert!(receipt["not_verified"].is_string(), "{receipt}");
    // Nothing is left to go on with.
    assert!(!project.path().join(".zdsync/journal.jsonl").exists());
}
