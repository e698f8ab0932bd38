//! The whole story, as a team lives it with the example workflows: from the account that is there to a change that
//! was reviewed, one that was made by hand, one from a fork and one that is refused.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and looks at files"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::forge::{Forge, TOKEN};
use super::runner::{Ran, Runner};
use super::script;
use crate::support::{Project, Server};

const ACCOUNT: &str = "\
owner: owner@example.com
roles: [{ name: Tier 1 agent }]
groups: [{ name: Support, default: true }, { name: Escalations }]
users:
  - { email: owner@example.com, name: Olga Owner, role: admin, groups: [Support] }
  - { email: mallory@example.com, name: Mallory Example, role: admin, groups: [Support] }
  - { email: ada@example.com, name: Ada Example, role: Tier 1 agent, groups: [Support] }
";

const CHANGE: &str = "\
groups:
  - name: Night shift
users:
  - email: nina@example.com
    name: Nina Night
    role: Tier 1 agent
    groups: [Night shift]
    default_group: Night shift
";

const COMMENTS: &str = "/repos/octo/access/issues/7/comments";
const ISSUES: &str = "/repos/octo/access/issues";
const READING: &str = "s3cret-that-reads";
const WRITING: &str = "s3cret-that-writes";

/// Runs git in a folder and gives what it printed.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Ada Example",
            "-c",
            "user.email=ada@example.com",
        ])
        .args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// An account, a code forge, and the repository in it.
struct Team {
    account: Server,
    forge: Forge,
    origin: TempDir,
}

impl Team {
    /// A team whose account is declared as it is.
    fn start() -> Self {
        let (seed, origin) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let file = seed.path().join("account.yaml");
        fs::write(&file, ACCOUNT).unwrap();
        git(origin.path(), &["init", "--quiet", "--bare"]);
        let team = Self {
            account: Server::start_with(&file, &["--no-limits"]),
            forge: Forge::start(),
            origin,
        };
        let first = team.copy();
        first.run(&["init", "--url", &team.account.url]).exits(0);
        first.run(&["import"]).exits(0);
        first.run(&["plan", "--detailed-exitcode"]).exits(0);
        let snapshot = ["snapshot", "--redact", "--out", "account.snapshot.json.gz"];
        first.run(&snapshot).exits(0);
        push(&first, "HEAD:main");
        assert!(!git(first.path(), &["ls-files"]).contains(".zdsync/"));
        team
    }

    /// A fresh copy of the default branch, as everybody has one.
    fn copy(&self) -> Project {
        let project = Project::empty().variable("ZENDESK_OAUTH_TOKEN", "t0ken-of-a-person");
        let origin = self.origin.path().to_str().unwrap();
        git(project.path(), &["clone", "--quiet", origin, "."]);
        project
    }

    /// A branch with a change on it. Gives the copy that it was made in, and the commit.
    fn branch(&self, name: &str, change: impl Fn(&Project)) -> (Project, String) {
        let copy = self.copy();
        git(copy.path(), &["switch", "--quiet", "--create", name]);
        change(&copy);
        let commit = push(&copy, name);
        (copy, commit)
    }

    /// Merges a branch as pull request 7. Gives the commit that did.
    fn merge(&self, copy: &Project, branch: &str) -> String {
        let head = git(copy.path(), &["rev-parse", branch]);
        git(copy.path(), &["switch", "--quiet", "main"]);
        git(
            copy.path(),
            &["merge", "--quiet", "--no-ff", "--message", "Merge", branch],
        );
        git(copy.path(), &["push", "--quiet", "origin", "main"]);
        let commit = git(copy.path(), &["rev-parse", "HEAD"]);
        let pulls = json!([{
            "number": 7, "merged_at": "2026-11-22T01:02:03Z", "merge_commit_sha": commit, "base": { "ref": "main" },
            "head": { "sha": head, "repo": { "full_name": "octo/access" } },
        }]);
        let asked = format!("/repos/octo/access/commits/{commit}/pulls");
        self.forge.answers(&asked, pulls);
        commit
    }

    fn runner(&self) -> Runner<'_> {
        let mut runner = Runner::new(&self.forge, self.origin.path());
        for (environment, secret) in [("zendesk-read", READING), ("zendesk-write", WRITING)] {
            let secrets = json!({ "ZENDESK_OAUTH_CLIENT_ID": "zdsync", "ZENDESK_OAUTH_CLIENT_SECRET": secret });
            runner.secrets.insert(environment.to_owned(), secrets);
        }
        runner
    }

    /// Somebody changes the account by hand.
    fn by_hand(&self, who: &str, method: &str, path: &str, body: &Value) -> Value {
        let output = Command::new("curl")
            .args([
                "--silent",
                "--show-error",
                "--fail-with-body",
                "--request",
                method,
            ])
            .args(["--user", &format!("{who}/token:by-hand")])
            .args([
                "--header",
                "Content-Type: application/json",
                "--data",
                &body.to_string(),
            ])
            .arg(format!("{}/api/v2/{path}", self.account.url))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// Commits everything and pushes it. Gives the commit.
fn push(project: &Project, branch: &str) -> String {
    git(project.path(), &["add", "."]);
    git(
        project.path(),
        &["commit", "--quiet", "--message", "A change"],
    );
    git(project.path(), &["push", "--quiet", "origin", branch]);
    git(project.path(), &["rev-parse", "HEAD"])
}

/// The event of pull request 7 from a branch of this repository.
fn pull_request(head: &str, repository: &str) -> Value {
    json!({
        "pull_request": {
            "number": 7, "head": { "sha": head, "repo": { "full_name": repository } }, "base": { "ref": "main" },
        },
        "repository": { "default_branch": "main" },
    })
}

/// The event of a push, or of nothing.
fn repository() -> Value {
    json!({ "repository": { "default_branch": "main" } })
}

/// Asserts how the one job of a workflow ended, and that no secret was printed.
#[track_caller]
fn ended(ran: &Ran, job: &str, well: bool) {
    assert_eq!(
        ran.jobs.get(job),
        Some(&well),
        "{:?}\n{}",
        ran.jobs,
        ran.log
    );
    for secret in [READING, WRITING, TOKEN] {
        assert!(
            !ran.log.contains(secret) && !ran.summary.contains(secret),
            "{}",
            ran.log
        );
    }
}

/// A change on a branch gets one comment, which follows the branch; its merge applies what was reviewed. Gives the
/// commit of the merge.
fn reviewed_and_merged(team: &Team, runner: &mut Runner<'_>) -> String {
    let (ada, first) = team.branch("nights", |copy| {
        let draft = CHANGE.replace("Night shift", "Nights");
        copy.write("manifests/night.yaml", &draft);
        copy.run(&["validate"]).exits(0);
    });
    let event = pull_request(&first, "octo/access");
    let planned = runner.run("zdsync-plan.yml", "pull_request", &event, &first, "nights");
    ended(&planned, "plan", true);
    ada.write("manifests/night.yaml", CHANGE);
    let second = push(&ada, "nights");
    let event = pull_request(&second, "octo/access");
    let planned = runner.run("zdsync-plan.yml", "pull_request", &event, &second, "nights");
    ended(&planned, "plan", true);
    let comments = team.forge.list(COMMENTS);
    assert_eq!(comments.len(), 1);
    let comment = comments[0]["body"].as_str().unwrap();
    let current = comment.contains("Nina Night") && !comment.contains("Nights");
    assert!(current, "{comment}");
    assert_eq!(planned.summary, comment);

    let merge = team.merge(&ada, "nights");
    let applied = runner.run("zdsync-apply.yml", "push", &repository(), &merge, "main");
    ended(&applied, "apply", true);
    ada.run(&["plan", "--detailed-exitcode"]).exits(0);
    // Once more would be something that nobody reviewed.
    let again = runner.run("zdsync-apply.yml", "push", &repository(), &merge, "main");
    ended(&again, "apply", false);
    merge
}

/// The receipt of the apply came along from its run, and the account's own log tells who and when.
#[track_caller]
fn tells_who_and_when(report: &str, merge: &str, day: &str) {
    let (_, told) = report.split_once("**Drift · ").unwrap();
    let title = told.lines().next().unwrap();
    let applied = format!("(commit {}, pull request 7)", &merge[..12]);
    assert!(title.contains(&applied), "{title}");
    let mut items = told.lines();
    let item = items.find(|line| line.starts_with("- `user/ada@example.com`"));
    let item = item.unwrap();
    let deed = format!("by Mallory Example on {day} ");
    assert!(item.contains(&deed), "{item}");
}

#[test]
fn from_the_account_as_it_is_to_a_reviewed_change_and_one_made_by_hand() {
    if !script::can_run() {
        return;
    }
    let team = Team::start();
    let mut runner = team.runner();
    let merge = reviewed_and_merged(&team, &mut runner);
    let issues = || team.forge.list(ISSUES);
    let mut night = || {
        let ran = runner.run(
            "zdsync-drift.yml",
            "schedule",
            &repository(),
            &merge,
            "main",
        );
        ended(&ran, "drift", true);
    };
    night();
    assert!(issues().is_empty());

    // Somebody changes the account by hand: one issue, for as long as it is so.
    let user = team.by_hand("ada@example.com", "GET", "users/me.json", &json!({}));
    let path = format!("users/{}.json", user["user"]["id"]);
    let admin = json!({ "user": { "role": "admin" } });
    let changed = team.by_hand("mallory@example.com", "PUT", &path, &admin);
    night();
    night();
    assert_eq!(issues().len(), 1);
    let report = issues()[0]["body"].as_str().unwrap().to_owned();
    let day = changed["user"]["updated_at"].as_str().unwrap();
    tells_who_and_when(&report, &merge, day.split('T').next().unwrap());

    // Somebody reads the plan in the issue and has it applied.
    let digest = report.split("Digest `").nth(1).unwrap();
    let digest = digest.split('`').next().unwrap();
    let mut event = repository();
    event["inputs"] = json!({ "digest": digest, "allow-removals": "" });
    let undone = runner.run(
        "zdsync-apply.yml",
        "workflow_dispatch",
        &event,
        &merge,
        "main",
    );
    ended(&undone, "apply", true);
    let ran = runner.run(
        "zdsync-drift.yml",
        "schedule",
        &repository(),
        &merge,
        "main",
    );
    ended(&ran, "drift", true);
    assert_eq!(issues()[0]["state"], "closed");
}

#[test]
fn a_fork_is_planned_by_one_job_and_commented_on_by_another() {
    if !script::can_run() {
        return;
    }
    let team = Team::start();
    let mut runner = team.runner();
    let change = |copy: &Project| drop(copy.write("manifests/night.yaml", CHANGE));
    let (_, head) = team.branch("fork", change);
    let foreign = pull_request(&head, "mallory/access");
    let main = git(team.origin.path(), &["rev-parse", "main"]);
    let skipped = runner.run("zdsync-plan.yml", "pull_request", &foreign, &head, "fork");
    assert!(skipped.jobs.is_empty(), "{skipped:?}");
    let ran = runner.run(
        "zdsync-fork.yml",
        "pull_request_target",
        &foreign,
        &main,
        "main",
    );
    ended(&ran, "plan", true);
    ended(&ran, "comment", true);
    let comments = team.forge.list(COMMENTS);
    assert_eq!(comments.len(), 1);
    let comment = comments[0]["body"].as_str().unwrap();
    assert!(
        comment.contains("Nina Night") && comment.contains("snapshot"),
        "{comment}"
    );
    let own = pull_request(&head, "octo/access");
    let skipped = runner.run(
        "zdsync-fork.yml",
        "pull_request_target",
        &own,
        &main,
        "main",
    );
    assert!(skipped.jobs.is_empty(), "{skipped:?}");
}

#[test]
fn a_refused_plan_and_a_mistake_fail_the_check_and_cannot_be_applied() {
    if !script::can_run() {
        return;
    }
    let team = Team::start();
    let mut runner = team.runner();
    let (ada, head) = team.branch("refused", |copy| {
        copy.write("manifests/night.yaml", CHANGE);
        copy.edit(
            "zdsync.yaml",
            "manage:",
            "protected: [user/nina@example.com]\nmanage:",
        );
    });
    let event = pull_request(&head, "octo/access");
    let refused = runner.run("zdsync-plan.yml", "pull_request", &event, &head, "refused");
    ended(&refused, "plan", false);
    assert!(
        refused.summary.contains("**This plan cannot be applied**"),
        "{}",
        refused.summary
    );
    assert_eq!(team.forge.list(COMMENTS).len(), 1);
    let merge = team.merge(&ada, "refused");
    let stopped = runner.run("zdsync-apply.yml", "push", &repository(), &merge, "main");
    ended(&stopped, "apply", false);
    assert!(stopped.log.contains("did not succeed"), "{}", stopped.log);

    let (_, head) = team.branch("mistake", |copy| {
        drop(copy.write("manifests/m.yaml", "users: [{ role: agent }]\n"));
    });
    let event = pull_request(&head, "octo/access");
    let wrong = runner.run("zdsync-plan.yml", "pull_request", &event, &head, "mistake");
    ended(&wrong, "plan", false);
    let comments = team.forge.list(COMMENTS);
    let comment = comments[0]["body"].as_str().unwrap();
    assert_eq!(comments.len(), 1);
    assert!(comment.contains("the manifests have mistakes"), "{comment}");
}
