//! What the plan step of a pull request does, on the sandbox.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::script::{self, Done};
use crate::support::{Project, Server};

/// Runs the plan step in a project.
fn plan(project: &Project, variables: &[(&str, &str)]) -> Done {
    let common = [("OUT", "out"), ("GITHUB_REPOSITORY", "octo/access")];
    let variables = [&common as &[(&str, &str)], variables].concat();
    script::run(project.path(), "plan.sh", &[], &variables)
}

fn file(project: &Project, name: &str) -> String {
    project.read(&format!("out/{name}"))
}

fn json_file(project: &Project, name: &str) -> Value {
    serde_json::from_str(&file(project, name)).unwrap()
}

/// An event file, as GitHub lays one beside a job.
fn event(project: &Project, head: &str) -> String {
    let event =
        json!({ "pull_request": { "number": 7, "head": { "repo": { "full_name": head } } } });
    let path = project.write("event.json", &event.to_string());
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_plan_gives_the_comment_its_digest_and_the_mistakes() {
    if !script::can_run() {
        return;
    }
    let project = Project::example("acme");
    let event = event(&project, "octo/access");
    let done = plan(
        &project,
        &[
            ("GITHUB_EVENT_PATH", &event),
            ("PULL_REQUEST", "7"),
            ("HEAD_COMMIT", "0123abcd"),
            ("BASE_BRANCH", "main"),
            ("RUN_URL", "https://forge.example/runs/1"),
        ],
    )
    .exits(0);
    let fresh = project.run(&["plan", "--format", "json"]).exits(0).json();
    assert_eq!(done.output("exit-code"), "0");
    assert_eq!(done.output("has-changes"), "true");
    assert_eq!(done.output("refused"), "false");
    assert_eq!(fresh["digest"], done.output("digest"));
    let comment = file(&project, "plan.md");
    assert!(
        comment.starts_with("<!-- zdsync:plan -->\n<!-- zdsync:project . -->\n### zdsync: "),
        "{comment}"
    );
    assert!(comment.len() < 65_536, "{}", comment.len());
    assert!(
        comment.ends_with("<sub>Commit 0123abcd · [log](https://forge.example/runs/1)</sub>\n"),
        "{comment}"
    );
    let sarif = json_file(&project, "plan.sarif");
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"], json!([]));
    assert_eq!(
        json_file(&project, "review.json"),
        json!({
            "format": "zdsync.review/1", "project": ".", "pull_request": "7", "commit": "0123abcd", "base": "main",
            "exit_code": 0, "has_changes": true, "refused": false, "digest": done.output("digest"),
            "allow_removals": "",
        })
    );
}

#[test]
fn a_plan_is_applied_by_its_digest_and_the_receipt_names_the_pull_request() {
    if !script::can_run() {
        return;
    }
    let project = Project::example("acme");
    let done = plan(&project, &[]).exits(0);
    let summary = project.path().join("summary.md");
    let apply = |digest: &str| {
        let variables = [
            ("DIGEST", digest),
            ("PULL_REQUEST", "7"),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
        ];
        script::run(project.path(), "apply.sh", &[], &variables)
    };
    apply(&"0".repeat(64)).exits(4);
    apply("$(id)").exits(1);
    apply(done.output("digest")).exits(0);
    let told = project.read("summary.md");
    assert!(
        told.starts_with("```text\n") && told.ends_with("```\n"),
        "{told}"
    );
    let history = project.run(&["history", "--format", "json"]).exits(0);
    assert!(
        history.stdout.contains("\"pull_request\":\"7\""),
        "{}",
        history.stdout
    );
    let done = plan(&project, &[]).exits(0);
    assert_eq!(done.output("has-changes"), "false");
    assert_eq!(done.output("exit-code"), "0");
}

#[test]
fn a_refused_plan_is_shown_and_gives_no_digest() {
    if !script::can_run() {
        return;
    }
    let project = Project::example("acme");
    project.edit("zdsync.yaml", "users: 3", "users: 0");
    let done = plan(&project, &[]).exits(0);
    assert_eq!(done.output("exit-code"), "4");
    assert_eq!(done.output("refused"), "true");
    assert_eq!(done.output("digest"), "");
    let comment = file(&project, "plan.md");
    assert!(
        comment.contains("**This plan cannot be applied**"),
        "{comment}"
    );
    let done = plan(&project, &[("ALLOW_REMOVALS", "users=9")]).exits(0);
    assert_eq!(done.output("exit-code"), "0");
    assert_eq!(
        json_file(&project, "review.json")["allow_removals"],
        "users=9"
    );
}

#[test]
fn mistakes_stand_in_the_comment_and_in_sarif_and_cannot_leave_their_fence() {
    if !script::can_run() {
        return;
    }
    let project = Project::example("acme");
    project.write(
        "manifests/wrong.yaml",
        "users:\n  - email: 'not ```` an @address'\n    role: agent\n",
    );
    let done = plan(&project, &[("GITHUB_ACTIONS", "true")]).exits(0);
    assert_eq!(done.output("exit-code"), "1");
    assert_eq!(done.output("has-changes"), "false");
    let comment = file(&project, "plan.md");
    assert!(
        comment.contains("### zdsync: the manifests have mistakes\n\n`````text\n"),
        "{comment}"
    );
    assert_eq!(comment.matches("\n`````\n").count(), 1, "{comment}");
    let sarif = json_file(&project, "plan.sarif");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "ZD030", "{sarif}");
    assert!(done.run.stdout.contains("::error "), "{}", done.run.stdout);
    // What the program said is shown where no line of it is a command.
    let shown = done.run.stdout + &done.run.stderr;
    assert!(shown.contains("::stop-commands::"), "{shown}");
}

#[test]
fn an_account_that_cannot_be_reached_leaves_a_comment_too() {
    if !script::can_run() {
        return;
    }
    let project = Project::example("minimal");
    let nowhere = "url: \"http://127.0.0.1:1\"";
    project.edit("zdsync.yaml", "sandbox: account.yaml", nowhere);
    let done = plan(&project, &[]).exits(0);
    assert_eq!(done.output("exit-code"), "1");
    let comment = file(&project, "plan.md");
    assert!(
        comment.contains("### zdsync: no plan could be made"),
        "{comment}"
    );
    assert!(comment.contains("ZENDESK_OAUTH_CLIENT_ID"), "{comment}");
}

/// A program that writes down its environment and then is zdsync.
#[cfg(unix)]
fn watched(project: &Project) -> String {
    use std::os::unix::fs::PermissionsExt;
    let seen = project.path().join("environment");
    let script = format!(
        "#!/bin/sh\nenv >>'{}'\nexec '{}' \"$@\"\n",
        seen.display(),
        env!("CARGO_BIN_EXE_zdsync")
    );
    let path = project.write("watched", &script);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[cfg(unix)]
#[test]
fn a_fork_is_planned_against_the_snapshot_with_an_empty_environment_and_the_same_changes() {
    if !script::can_run() {
        return;
    }
    let server =
        Server::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme/account.yaml"));
    let project = Project::example("acme").variable("ZENDESK_OAUTH_TOKEN", "t0ken-of-the-account");
    let url = format!("url: \"{}\"", server.url);
    project.edit("zdsync.yaml", "sandbox: account.yaml", &url);
    let flags = ["snapshot", "--redact", "--out", "account.snapshot.json.gz"];
    project.run(&flags).exits(0);
    let secrets = [
        ("ZENDESK_OAUTH_TOKEN", "t0ken-of-the-account"),
        ("GITHUB_TOKEN", "t0ken-of-the-forge"),
        ("ACTIONS_RUNTIME_TOKEN", "t0ken-of-the-runner"),
        ("HOME", "/home/runner"),
    ];
    let live = plan(&project, &secrets).exits(0);
    let headline = |text: &str| text.lines().nth(2).unwrap().to_owned();
    let expected = headline(&file(&project, "plan.md"));
    assert_eq!(live.output("has-changes"), "true");
    drop(server);

    let fork = event(&project, "mallory/access");
    let program = watched(&project);
    let given = [("GITHUB_EVENT_PATH", fork.as_str()), ("ZDSYNC", &program)];
    let variables = [&given as &[(&str, &str)], &secrets].concat();
    let refused = plan(&project, &variables).exits(1);
    assert!(
        refused.run.stderr.contains("fork"),
        "{}",
        refused.run.stderr
    );
    assert!(!project.path().join("environment").exists());

    let snapshot = [("SNAPSHOT", "account.snapshot.json.gz")];
    let done = plan(
        &project,
        &[&variables, &snapshot as &[(&str, &str)]].concat(),
    )
    .exits(0);
    assert_eq!(
        done.output("exit-code"),
        "0",
        "{}",
        file(&project, "plan.md")
    );
    assert_eq!(done.output("has-changes"), "true");
    assert_eq!(done.output("digest"), "");
    assert_eq!(headline(&file(&project, "plan.md")), expected);
    let environment = project.read("environment");
    for line in environment.lines() {
        let name = line.split('=').next().unwrap();
        // The last three are the shell's own.
        let known = ["PATH", "COLUMNS", "PWD", "SHLVL", "_"];
        assert!(known.contains(&name), "{line}");
    }
}

#[test]
fn what_is_no_folder_or_limit_is_refused_before_anything_runs() {
    if !script::can_run() {
        return;
    }
    let project = Project::example("minimal");
    for (name, value) in [
        ("PROJECT", "$(touch hit)"),
        ("PROJECT", "a --> b"),
        ("PROJECT", "a--b"),
        ("ALLOW_REMOVALS", "users=1;touch hit"),
        ("ALLOW_REMOVALS", "--snapshot"),
    ] {
        let done = plan(&project, &[(name, value)]).exits(1);
        assert!(done.run.stderr.contains(name), "{}", done.run.stderr);
        assert!(!project.path().join("hit").exists());
        assert!(!project.path().join("out/plan.md").exists());
    }
}
