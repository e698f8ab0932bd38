//! The steps that talk to GitHub.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use serde_json::{Value, json};
use tempfile::TempDir;

use super::forge::{BOT, Forge, TOKEN};
use super::script::{self, Done};

const COMMENTS: &str = "/repos/octo/access/issues/7/comments";
const ISSUES: &str = "/repos/octo/access/issues";
const HEAD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const MERGE: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const MARKER: &str = "<!-- zdsync:plan -->\n<!-- zdsync:project . -->\n";

/// A job of the repository `octo/access`.
struct Job {
    forge: Forge,
    folder: TempDir,
}

impl Job {
    fn start() -> Option<Self> {
        let (forge, folder) = (Forge::start(), TempDir::new().unwrap());
        script::can_run().then_some(Self { forge, folder })
    }

    fn run(&self, name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Done {
        let common = [
            ("GITHUB_API_URL", self.forge.url.as_str()),
            ("GITHUB_REPOSITORY", "octo/access"),
            ("GITHUB_TOKEN", TOKEN),
            ("COMMENT_FILE", "plan.md"),
            ("REVIEW_FILE", "review.json"),
        ];
        let variables = [&common as &[(&str, &str)], variables].concat();
        let done = script::run(self.folder.path(), name, arguments, &variables);
        let said = format!("{}{}{:?}", done.run.stdout, done.run.stderr, done.outputs);
        assert!(!said.contains(TOKEN), "{said}");
        done
    }

    #[expect(clippy::disallowed_methods, reason = "a test sets up with files")]
    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn comment(&self, text: &str) -> Done {
        self.write("plan.md", &format!("{MARKER}{text}\n"));
        self.run("comment.sh", &[], &[("PULL_REQUEST", "7")])
    }
}

#[test]
fn a_plan_is_posted_once_then_brought_up_to_date_and_no_comment_of_others_is_touched() {
    let Some(job) = Job::start() else { return };
    // Whoever may comment may begin alike; and the list has more than a page.
    for number in 0..120 {
        let forged = json!({ "id": number, "user": { "login": "mallory" }, "body": format!("{MARKER}forged\n") });
        job.forge.add(COMMENTS, forged);
    }
    let other = MARKER.replace("project .", "project ./other");
    let other =
        json!({ "id": 500, "user": { "login": BOT }, "body": format!("{other}another project\n") });
    job.forge.add(COMMENTS, other);
    let done = job.comment("first").exits(0);
    assert_eq!(done.output("comment-url"), "https://forge.example/1001");
    job.comment("second, \"quoted\" `code` $(id)").exits(0);
    job.comment("third").exits(0);
    let comments = job.forge.list(COMMENTS);
    assert_eq!(comments.len(), 122);
    assert_eq!(comments[121]["body"], format!("{MARKER}third\n"));
    assert_eq!(
        job.forge.writes(),
        [
            format!("POST {COMMENTS}"),
            "PATCH /repos/octo/access/issues/comments/1001".to_owned(),
            "PATCH /repos/octo/access/issues/comments/1001".to_owned(),
        ]
    );
    job.write("plan.md", &format!("{MARKER}x\n"));
    let elsewhere = [("PULL_REQUEST", "8/../../../orgs")];
    job.run("comment.sh", &[], &elsewhere).exits(1);
    let refused = job.run(
        "comment.sh",
        &[],
        &[("PULL_REQUEST", "7"), ("GITHUB_TOKEN", "no")],
    );
    assert_eq!(refused.run.code, 22, "{}", refused.run.stderr);
    assert_eq!(job.forge.writes().len(), 3);
}

#[test]
fn one_issue_is_open_for_as_long_as_the_account_differs() {
    let Some(job) = Job::start() else { return };
    job.forge.add(ISSUES, json!({ "id": 1, "number": 1, "state": "open", "user": { "login": "mallory" }, "body": MARKER }));
    job.forge.add(ISSUES, json!({
        "id": 2, "number": 2, "state": "open", "user": { "login": BOT }, "body": format!("{MARKER}x"), "pull_request": {},
    }));
    let night = |text: &str, code: u64, changes: bool, refused: bool| {
        job.write("plan.md", &format!("{MARKER}{text}\n"));
        let review = json!({ "exit_code": code, "has_changes": changes, "refused": refused });
        job.write("review.json", &review.to_string());
        job.run("issue.sh", &[], &[]).exits(0)
    };
    assert_eq!(night("all is well", 0, false, false).output("issue"), "");
    assert!(job.forge.writes().is_empty());
    assert_eq!(night("first", 0, true, false).output("issue"), "1001");
    assert_eq!(night("second", 4, false, true).output("issue"), "1001");
    night("nobody answers", 1, false, false);
    let issues = job.forge.list(ISSUES);
    assert_eq!(issues.len(), 3);
    assert_eq!(issues[2]["body"], format!("{MARKER}second\n"));
    assert_eq!(issues[2]["labels"], json!(["zdsync-drift"]));
    night("gone", 0, false, false);
    assert_eq!(job.forge.list(ISSUES)[2]["state"], "closed");
    let said = job.forge.list("/repos/octo/access/issues/1001/comments");
    assert_eq!(said[0]["body"], "The account is as the manifests say.");
    night("gone", 0, false, false);
    assert_eq!(night("again", 0, true, false).output("issue"), "1003");
    job.run("issue.sh", &[], &[("ISSUE_LABEL", "a&state=all")])
        .exits(1);
}

fn pull() -> Value {
    json!({
        "number": 7, "merged_at": "2026-11-22T01:02:03Z", "merge_commit_sha": MERGE, "base": { "ref": "main" },
        "head": { "sha": HEAD, "repo": { "full_name": "octo/access" } },
    })
}

fn run(number: u64, conclusion: &str, repository: &str) -> Value {
    json!({
        "id": number, "run_number": number, "conclusion": conclusion, "head_sha": HEAD,
        "head_repository": { "full_name": repository },
    })
}

/// Asks which run planned what was merged, where these pull requests and runs are known.
fn find(pulls: Vec<Value>, runs: &[Value]) -> Option<Done> {
    let job = Job::start()?;
    let asked = format!("/repos/octo/access/commits/{MERGE}/pulls");
    job.forge.answers(&asked, Value::Array(pulls));
    let workflow = "/repos/octo/access/actions/workflows/plan.yml/runs";
    let known = json!({ "workflow_runs": runs });
    job.forge.answers(workflow, known);
    let variables = [
        ("COMMIT", MERGE),
        ("BRANCH", "main"),
        ("PLAN_WORKFLOW", "plan.yml"),
    ];
    Some(job.run("reviewed.sh", &["find"], &variables))
}

#[track_caller]
fn refused(done: Done, reason: &str) {
    let done = done.exits(4);
    let said = &done.run.stderr;
    assert!(said.contains(reason), "not {reason:?}: {said}");
    assert!(done.outputs.is_empty());
}

#[test]
fn the_reviewed_plan_is_that_of_the_last_run_for_the_pull_request_that_was_merged() {
    let of = |conclusion| run(31, conclusion, "octo/access");
    let older = run(30, "failure", "octo/access");
    let Some(done) = find(vec![pull()], &[older, of("success")]) else {
        return;
    };
    let done = done.exits(0);
    assert_eq!(done.output("run-id"), "31");
    assert_eq!(done.output("pull-request"), "7");
    assert_eq!(done.output("head-commit"), HEAD);
    let older = run(30, "success", "octo/access");
    let failed = find(vec![pull()], &[of("failure"), older]).unwrap();
    refused(failed, "did not succeed");
    let never = find(vec![pull()], &[]).unwrap();
    refused(never, "no run of plan.yml");
    let foreign = run(31, "success", "mallory/access");
    refused(
        find(vec![pull()], &[foreign]).unwrap(),
        "no run of plan.yml",
    );
}

#[test]
fn what_came_by_no_reviewed_pull_request_is_refused() {
    let runs = [run(31, "success", "octo/access")];
    let Some(pushed) = find(vec![], &runs) else {
        return;
    };
    refused(pushed, "did not come by a pull request");
    let two = find(vec![pull(), pull()], &runs).unwrap();
    refused(two, "several pull requests");
    for (pointer, value, reason) in [
        ("/merged_at", Value::Null, "did not come"),
        ("/base/ref", "next".into(), "did not come"),
        ("/merge_commit_sha", HEAD.into(), "did not come"),
        ("/head/repo/full_name", "mallory/access".into(), "a fork"),
        ("/head/repo", Value::Null, "a fork"),
    ] {
        let mut other = pull();
        *other.pointer_mut(pointer).unwrap() = value;
        refused(find(vec![other], &runs).unwrap(), reason);
    }
}

#[test]
fn a_stored_plan_counts_for_the_pull_request_that_it_is_of() {
    let Some(job) = Job::start() else { return };
    let variables = [
        ("PULL_REQUEST", "7"),
        ("HEAD_COMMIT", HEAD),
        ("BRANCH", "main"),
    ];
    let digest = "0123456789abcdef".repeat(4);
    let stored = json!({
        "format": "zdsync.review/1", "project": ".", "pull_request": "7", "commit": HEAD, "base": "main",
        "exit_code": 0, "has_changes": true, "refused": false, "digest": digest, "allow_removals": "users=9",
    });
    for (key, value) in [
        ("format", "zdsync.review/2"),
        ("project", "other"),
        ("pull_request", "8"),
        ("commit", MERGE),
        ("base", "next"),
        ("digest", ""),
        ("digest", "x; id"),
    ] {
        let mut other = stored.clone();
        other[key] = value.into();
        job.write("review.json", &other.to_string());
        job.run("reviewed.sh", &["check", "review.json"], &variables)
            .exits(4);
    }
    job.write("review.json", &stored.to_string());
    let done = job
        .run("reviewed.sh", &["check", "review.json"], &variables)
        .exits(0);
    assert_eq!(done.output("digest"), digest);
    assert_eq!(done.output("allow-removals"), "users=9");
}

#[test]
fn receipts_come_from_the_newest_apply_of_the_branch_that_kept_some() {
    let Some(job) = Job::start() else { return };
    let of = |number: u64, branch: &str| {
        let mut run = run(number, "success", "octo/access");
        run["head_branch"] = branch.into();
        run
    };
    let runs = [
        of(40, "main"),
        of(43, "elsewhere"),
        of(42, "main"),
        of(41, "main"),
    ];
    job.forge.answers(
        "/repos/octo/access/actions/workflows/apply.yml/runs",
        json!({ "workflow_runs": runs }),
    );
    for (run, artifacts) in [
        (42, json!([{ "expired": true }])),
        (41, json!([{ "expired": false }])),
        (40, json!([{ "expired": false }])),
    ] {
        let path = format!("/repos/octo/access/actions/runs/{run}/artifacts");
        job.forge.answers(&path, json!({ "artifacts": artifacts }));
    }
    let variables = [
        ("BRANCH", "main"),
        ("APPLY_WORKFLOW", "apply.yml"),
        ("ARTIFACT", "receipts"),
    ];
    assert_eq!(
        job.run("receipts.sh", &[], &variables)
            .exits(0)
            .output("run-id"),
        "41"
    );
    let variables = [
        ("BRANCH", "next"),
        ("APPLY_WORKFLOW", "apply.yml"),
        ("ARTIFACT", "receipts"),
    ];
    assert_eq!(
        job.run("receipts.sh", &[], &variables)
            .exits(0)
            .output("run-id"),
        ""
    );
}

#[test]
fn no_receipts_are_no_mistake_but_a_refused_token_is() {
    let Some(job) = Job::start() else { return };
    let variables = [
        ("BRANCH", "main"),
        ("APPLY_WORKFLOW", "none.yml"),
        ("ARTIFACT", "receipts"),
    ];
    assert_eq!(
        job.run("receipts.sh", &[], &variables)
            .exits(0)
            .output("run-id"),
        ""
    );
    let refused = [&variables as &[(&str, &str)], &[("GITHUB_TOKEN", "no")]].concat();
    job.run("receipts.sh", &[], &refused).exits(1);
}

#[test]
fn a_zdsync_that_is_there_is_used_and_else_the_pinned_sources_are_built_and_cached_by_what_they_are()
 {
    let Some(job) = Job::start() else { return };
    let find = |path: &str| {
        job.run(
            "install.sh",
            &["find"],
            &[("RUNNER_TEMP", "/tmp/runner"), ("PATH", path)],
        )
    };
    let installed = std::path::Path::new(env!("CARGO_BIN_EXE_zdsync"));
    let folder = installed.parent().unwrap().to_str().unwrap();
    let system = "/usr/local/bin:/usr/bin:/bin";
    let done = find(&format!("{folder}:{system}")).exits(0);
    assert_eq!(done.output("path"), installed.to_str().unwrap());
    assert_eq!(done.output("build"), "false");
    let done = find(system).exits(0);
    assert_eq!(done.output("build"), "true");
    assert_eq!(done.output("path"), "/tmp/runner/zdsync/bin/zdsync");
    assert_eq!(done.output("key").len(), 64);
    assert_eq!(done.output("key"), find(system).output("key"));
}
