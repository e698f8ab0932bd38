//! The real program, killed at every request, and accounts that turn against it over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and waits for processes"
)]

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Project, Server};

pub(super) const ACCOUNT: &str = "\
owner: ada@example.com
groups: [{ name: Support, default: true }, { name: Old }]
users:
  - { email: ada@example.com, name: Ada Example, role: admin, groups: [Support] }
  - { email: bob@example.com, name: Bob Example, role: Team lead, groups: [Support, Old] }
  - { email: cy@example.com, name: Cy Example, role: Team lead, groups: [Support] }
";

pub(super) const MANIFEST: &str = "\
roles: [{ name: Team lead, external: true }]
groups: [{ name: Support, external: true }, { name: Tier 1 }, { name: Old, state: absent }]
organizations: [{ name: Globex, tags: [vip] }]
users:
  - { email: bob@example.com, name: Bob Example, alias: B, groups: [Support, Tier 1] }
  - { email: cy@example.com, state: offboarded }
  - { email: dee@example.com, name: Dee Example, role: Team lead, groups: [Tier 1], default_group: Tier 1 }
  - { email: eve@example.com, name: Eve Example, role: end-user, organizations: [Globex] }
";

pub(super) fn project(account: &str, manifest: &str, flags: &[&str]) -> (Project, Server) {
    let project = Project::embedded(account, manifest);
    let mut all = vec!["--window", "1s"];
    all.extend(flags);
    let server = Server::start_with(&project.path().join("account.yaml"), &all);
    project.write(
        "zdsync.yaml",
        &format!(
            "account: {{ url: \"{}\", owner: ada@example.com }}\nlimits: {{ min_admins: 1 }}\n",
            server.url
        ),
    );
    (project.variable("ZENDESK_OAUTH_TOKEN", "t0ken"), server)
}

/// Starts an apply and kills it once the server has carried out the request that it delays. Says whether
/// there was such a request.
fn killed(project: &Project, log: &std::path::Path) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zdsync"))
        .args(["apply", "--auto-approve"])
        .current_dir(project.path())
        .env_clear()
        .env("ZENDESK_OAUTH_TOKEN", "t0ken")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    loop {
        if fs::read_to_string(log)
            .unwrap_or_default()
            .contains("delay:")
        {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn kill_at(method: &str, place: usize) -> bool {
    let log = tempfile::NamedTempFile::new().unwrap();
    let fault = format!("{method} ** #{place} = delay:600s");
    let path = log.path().to_str().unwrap();
    let (project, _server) = project(
        ACCOUNT,
        MANIFEST,
        &["--fault", &fault, "--log", path, "--no-limits"],
    );
    if !killed(&project, log.path()) {
        project.run(&["plan", "--detailed-exitcode"]).exits(0);
        return false;
    }
    let began = project.path().join(".zdsync/journal.jsonl").exists();
    if began {
        let journal = project.read(".zdsync/journal.jsonl");
        assert!(journal.starts_with("{\"line\":\"began\""), "{journal}");
    } else {
        assert_eq!(method, "GET", "a write without a journal");
    }
    let plan = project.run(&["plan"]).exits(0);
    let told = plan.stderr.contains("did not run to its end")
        || plan.stderr.contains("has no receipt yet");
    assert_eq!(told, began, "{}", plan.stderr);
    // Every other time what was approved is resumed, otherwise planned anew.
    let next: &[&str] = if began && place.is_multiple_of(2) {
        &["apply", "--resume"]
    } else {
        &["apply", "--auto-approve"]
    };
    let again = project.run(next).exits(0);
    let noticed = again.stderr.contains("did not run to its end")
        || again.stderr.contains("has no receipt yet");
    assert_eq!(noticed, began, "{}", again.stderr);
    if began {
        let all = project
            .run(&["history", "--format", "json"])
            .exits(0)
            .json();
        let first = all["applies"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(first["broken_off"], true, "{first}");
        let known = first["operations"].as_array().unwrap().len();
        assert!(known > 3, "{first}");
    }
    let after = project.run(&["plan", "--detailed-exitcode"]).exits(0);
    assert!(!after.stderr.contains("did not run"), "{}", after.stderr);
    assert!(!project.path().join(".zdsync/journal.jsonl").exists());
    true
}

#[test]
fn a_program_killed_at_any_request_leaves_nothing_that_the_next_one_cannot_finish() {
    let points: usize = thread::scope(|scope| {
        let threads: Vec<_> = ["POST", "PUT", "DELETE", "GET"]
            .into_iter()
            .map(|method| scope.spawn(move || (1..100).take_while(|n| kill_at(method, *n)).count()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert!(points >= 20, "{points}");
    eprintln!("requests at which the program was killed: {points}");
}

/// An apply of which one request takes so long, once that is under way.
fn held_up(delay: &str) -> (Project, Server, Child) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let path = log.path().to_str().unwrap();
    let fault = format!("POST /groups #1 = delay:{delay}");
    let flags = ["--no-limits", "--fault", &fault, "--log", path];
    let (project, server) = project(ACCOUNT, MANIFEST, &flags);
    let first = Command::new(env!("CARGO_BIN_EXE_zdsync"))
        .args(["apply", "--auto-approve"])
        .current_dir(project.path())
        .env_clear()
        .env("ZENDESK_OAUTH_TOKEN", "t0ken")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !fs::read_to_string(log.path()).unwrap().contains("delay:") {
        thread::sleep(Duration::from_millis(20));
    }
    (project, server, first)
}

#[test]
fn a_second_apply_has_to_wait_for_one_that_lives() {
    let (project, _server, mut first) = held_up("600s");
    let second = project.run(&["apply", "--auto-approve"]).exits(1);
    assert!(
        second.stderr.contains("another apply is running"),
        "{}",
        second.stderr
    );
    let plan = project.run(&["plan"]).exits(0);
    assert!(
        plan.stderr.contains("an apply is running"),
        "{}",
        plan.stderr
    );
    first.kill().unwrap();
    first.wait().unwrap();
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
#[cfg(unix)]
fn an_interrupt_finishes_what_is_out() {
    let (project, _server, first) = held_up("4s");
    let sent = Command::new("kill")
        .args(["-INT", &first.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    let output = first.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("the apply was interrupted"), "{said}");
    let receipt = only_receipt(&project);
    let ended = |word: &str| receipt[word].as_u64().unwrap();
    assert!(ended("done") > 0 && ended("skipped") > 0 && ended("failed") == 0);
    // What the manifests want beyond what was approved is not resumed.
    let wish = MANIFEST.replace("alias: B,", "alias: Bobby,");
    project.write("manifests/all.yaml", &wish);
    let refused = project.run(&["apply", "--resume"]).exits(4);
    assert!(
        refused.stderr.contains("user/bob@example.com"),
        "{}",
        refused.stderr
    );
    project.write("manifests/all.yaml", MANIFEST);
    project.run(&["apply", "--resume"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

pub(super) fn only_receipt(project: &Project) -> Value {
    let folder = project.path().join(".zdsync/receipts");
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    serde_json::from_str(&fs::read_to_string(found.last().unwrap()).unwrap()).unwrap()
}

#[test]
fn a_job_with_failed_items_is_told_item_by_item() {
    let people = super::account::many_people();
    let (project, _server) = project(
        ACCOUNT,
        &people,
        &[
            "--bulk-import",
            "--no-limits",
            "--fault",
            "POST /users/create_many = job-half-failed",
        ],
    );
    let run = project.run(&["apply", "--auto-approve"]).exits(3);
    assert!(
        run.stdout.contains("Failed") && run.stdout.contains("p2@example.com"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("Next:"), "{}", run.stdout);
    let receipt = only_receipt(&project);
    assert_eq!(receipt["failed"], 1);
    let failures = receipt["operations"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|operation| operation["failures"].as_array().unwrap())
        .count();
    assert_eq!(failures, 4);
    // The rest of the people came to be, and only the others are left.
    let left = project.run(&["plan", "--format", "json"]).exits(0).json();
    assert_eq!(left["changes"].as_array().unwrap().len(), 4);
}

#[test]
fn a_seat_limit_half_way_fails_what_needs_a_seat_and_nothing_else() {
    let (project, _server) = project(
        ACCOUNT,
        "\
roles: [{ name: Team lead, external: true }]
groups: [{ name: Support, external: true }, { name: Tier 1 }]
users:
  - { email: s1@example.com, name: S1, role: Team lead, groups: [Tier 1] }
  - { email: s2@example.com, name: S2, role: Team lead, groups: [Tier 1] }
  - { email: bob@example.com, name: Bob Example, alias: B }
",
        &["--seats", "4", "--no-limits"],
    );
    let run = project.run(&["apply", "--auto-approve"]).exits(3);
    assert!(run.stdout.contains("free a seat"), "{}", run.stdout);
    let receipt = only_receipt(&project);
    assert_eq!(receipt["failed"], 1, "{receipt}");
    let left = project.run(&["plan", "--format", "json"]).exits(0).json();
    let left = left["changes"].to_string();
    assert!(
        !left.contains("alias") && !left.contains("group/Tier 1\",\"was"),
        "{left}"
    );
}

#[test]
fn a_careful_rollout_does_one_part_and_asks_for_the_rest() {
    let (project, _server) = project(ACCOUNT, MANIFEST, &["--no-limits"]);
    let part = ["apply", "--canary", "user/Bob@example.com"];
    project.run(&part).exits(1);
    let stopped = project.run_with_input(&part, "yes\n").exits(3);
    for part in ["nobody to ask", "the first part is done and stays done"] {
        assert!(stopped.stderr.contains(part), "{part}\n{}", stopped.stderr);
    }
    let left = project.run(&["plan", "--format", "json"]).exits(0).json()["changes"].to_string();
    assert!(!left.contains("bob@example.com/Tier 1"), "{left}");
    assert!(left.contains("user/dee@example.com"), "{left}");
    let declined = project
        .run_with_input(&["apply", "--canary", "1"], "yes\nno\n")
        .exits(3);
    assert!(
        declined.stderr.contains("not approved"),
        "{}",
        declined.stderr
    );
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
    project
        .run_with_input(&["apply", "--canary", "1"], "yes\nyes\n")
        .exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    // Nobody is asked for a first part that was approved beforehand or reviewed by digest; the rest waits.
    project.write(
        "manifests/all.yaml",
        &MANIFEST.replace("alias: B,", "alias: Bo,"),
    );
    let digest = project.run(&["plan", "--format", "json"]).exits(0).json()["digest"].clone();
    let reviewed = [
        "apply",
        "--canary",
        "1",
        "--digest",
        digest.as_str().unwrap(),
    ];
    project.run(&reviewed).exits(0);
    project.write(
        "manifests/all.yaml",
        &MANIFEST
            .replace("alias: B,", "alias: Bob,")
            .replace("tags: [vip]", "tags: [core]"),
    );
    let all = ["apply", "--canary", "1", "--auto-approve"];
    let run = project.run(&all).exits(0);
    assert_eq!(run.stdout.matches("Verified:").count(), 1, "{}", run.stdout);
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    project.run(&["apply", "--canary", "0"]).exits(64);
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_anything_is_sent() {
    let (project, _server) = project(ACCOUNT, MANIFEST, &["--no-limits"]);
    project.write(".zdsync", "no folder");
    let run = project.run(&["apply", "--auto-approve"]).exits(1);
    assert!(run.stderr.contains(".zdsync"), "{}", run.stderr);
    fs::remove_file(project.path().join(".zdsync")).unwrap();
    fs::create_dir_all(project.path().join(".zdsync/journal.jsonl")).unwrap();
    let run = project.run(&["apply", "--auto-approve"]).exits(1);
    assert!(run.stderr.contains("journal"), "{}", run.stderr);
    fs::remove_dir(project.path().join(".zdsync/journal.jsonl")).unwrap();
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
    let refused = project
        .run(&["apply", "--auto-approve", "--max-requests", "2"])
        .exits(4);
    assert!(
        refused.stderr.contains("--max-requests"),
        "{}",
        refused.stderr
    );
    let nothing = project.run(&["apply", "--resume"]).exits(1);
    assert!(
        nothing.stderr.contains("nothing to resume"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn what_does_not_hold_afterwards_is_told_and_history_lists_it() {
    let (project, _server) = project(ACCOUNT, MANIFEST, &["--no-limits"]);
    let project = project
        .variable("GITHUB_REF", "refs/pull/7/merge")
        .variable("GITHUB_SHA", "0123abc");
    let run = project.run(&["apply", "--auto-approve"]).exits(0);
    assert!(run.stdout.contains("all as planned"), "{}", run.stdout);
    let receipt = only_receipt(&project);
    assert_eq!(
        (&receipt["pull_request"], &receipt["commit"]),
        (&"7".into(), &"0123abc".into())
    );
    assert_eq!(receipt["verified"]["unmet"], Value::Array(Vec::new()));
    assert!(receipt["requests"].as_u64() >= receipt["done"].as_u64());
    let inverse = receipt["inverse"].to_string();
    for part in [
        "\"action\":\"delete\"",
        "\"action\":\"reactivate\"",
        "cannot be restored",
    ] {
        assert!(inverse.contains(part), "{part}\n{inverse}");
    }
    let all = project.run(&["history"]).exits(0);
    assert!(all.stdout.contains("pull request 7"), "{}", all.stdout);
    let of = |arguments: &[&str]| {
        let mut all = vec!["history", "--format", "json"];
        all.extend(arguments);
        project.run(&all).exits(0).json()["applies"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(of(&["--user", "Bob@example.com"]), 1);
    assert_eq!(of(&["--user", "ada@example.com"]), 0);
    assert_eq!(of(&["--address", "group/tier 1"]), 1);
    assert_eq!(of(&["--address", "group/Tier 2"]), 0);
    assert_eq!(of(&["--since", "2999-01-01"]), 0);
    let table = project.run(&["history", "--format", "csv"]).exits(0).stdout;
    assert!(table.contains("user/dee@example.com"), "{table}");
}
