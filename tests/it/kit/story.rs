//! The whole story, as a team lives it: from the account that is there to a change that was reviewed, and to one
//! that was not.
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
use super::script::{self, Done};
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
    fn start() -> Self {
        let seed = TempDir::new().unwrap();
        let file = seed.path().join("account.yaml");
        fs::write(&file, ACCOUNT).unwrap();
        let (account, origin) = (
            Server::start_with(&file, &["--no-limits"]),
            TempDir::new().unwrap(),
        );
        git(origin.path(), &["init", "--quiet", "--bare"]);
        Self {
            account,
            forge: Forge::start(),
            origin,
        }
    }

    /// A fresh copy of a branch, as every job and every person has one.
    fn checkout(&self, branch: &str) -> Project {
        let project = Project::empty().variable("ZENDESK_OAUTH_TOKEN", "t0ken-of-the-story");
        let origin = self.origin.path().to_str().unwrap();
        git(project.path(), &["clone", "--quiet", origin, "."]);
        if branch != "main" {
            git(project.path(), &["switch", "--quiet", branch]);
        }
        project
    }

    /// Runs a step of a job.
    fn step(
        &self,
        job: &Project,
        name: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Done {
        let common = [
            ("GITHUB_API_URL", self.forge.url.as_str()),
            ("GITHUB_REPOSITORY", "octo/access"),
            ("OUT", "out"),
            ("COMMENT_FILE", "out/plan.md"),
            ("REVIEW_FILE", "out/review.json"),
            ("BRANCH", "main"),
            ("BASE_BRANCH", "main"),
        ];
        let variables = [&common as &[(&str, &str)], variables].concat();
        script::run(job.path(), name, arguments, &variables)
    }

    /// The job of a pull request: the plan as its comment. Gives the copy it worked in.
    fn pull_request(&self, branch: &str) -> Project {
        let job = self.checkout(branch);
        let head = git(job.path(), &["rev-parse", "HEAD"]);
        let secret = ("ZENDESK_OAUTH_TOKEN", "t0ken-of-the-story");
        let about = [("PULL_REQUEST", "7"), ("HEAD_COMMIT", &head), secret];
        let done = self.step(&job, "plan.sh", &[], &about).exits(0);
        assert_eq!(done.output("exit-code"), "0", "{}", job.read("out/plan.md"));
        let token = [("PULL_REQUEST", "7"), ("GITHUB_TOKEN", TOKEN)];
        self.step(&job, "comment.sh", &[], &token).exits(0);
        job
    }

    /// The job after the merge: applies what the stored review says. Gives the copy it worked in.
    fn merged(&self, review: &Value) -> Project {
        let job = self.checkout("main");
        let commit = git(job.path(), &["rev-parse", "HEAD"]);
        let head = git(job.path(), &["rev-parse", "HEAD^2"]);
        let pulls = json!([{
            "number": 7, "merged_at": "2026-11-22T01:02:03Z", "merge_commit_sha": commit, "base": { "ref": "main" },
            "head": { "sha": head, "repo": { "full_name": "octo/access" } },
        }]);
        let asked = format!("/repos/octo/access/commits/{commit}/pulls");
        self.forge.answers(&asked, pulls);
        let token = [
            ("GITHUB_TOKEN", TOKEN),
            ("COMMIT", commit.as_str()),
            ("PLAN_WORKFLOW", "zdsync-plan.yml"),
        ];
        let found = self.step(&job, "reviewed.sh", &["find"], &token).exits(0);
        assert_eq!(found.output("run-id"), "31");
        job.write("stored/review.json", &review.to_string());
        let about = [
            ("PULL_REQUEST", found.output("pull-request")),
            ("HEAD_COMMIT", found.output("head-commit")),
        ];
        let check = ["check", "stored/review.json"];
        let checked = self.step(&job, "reviewed.sh", &check, &about).exits(0);
        let apply = [
            ("DIGEST", checked.output("digest")),
            ("PULL_REQUEST", "7"),
            ("ZENDESK_OAUTH_TOKEN", "t0ken-of-the-story"),
        ];
        self.step(&job, "apply.sh", &[], &apply).exits(0);
        job
    }

    /// The job of every night. Gives the copy it worked in, and whether the account differed.
    fn night(&self) -> (Project, bool) {
        let job = self.checkout("main");
        let secret = [("ZENDESK_OAUTH_TOKEN", "t0ken-of-the-story")];
        let done = self.step(&job, "plan.sh", &[], &secret).exits(0);
        assert_eq!(done.output("exit-code"), "0", "{}", job.read("out/plan.md"));
        let token = [("GITHUB_TOKEN", TOKEN)];
        self.step(&job, "issue.sh", &[], &token).exits(0);
        (job, done.output("has-changes") == "true")
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

fn commit(project: &Project, message: &str, branch: &str) {
    git(project.path(), &["add", "."]);
    git(project.path(), &["commit", "--quiet", "--message", message]);
    git(project.path(), &["push", "--quiet", "origin", branch]);
}

/// The account as it is, declared, on the default branch.
fn adopted(team: &Team) {
    let first = team.checkout("main");
    first.run(&["init", "--url", &team.account.url]).exits(0);
    first.run(&["import"]).exits(0);
    first.run(&["plan", "--detailed-exitcode"]).exits(0);
    commit(&first, "The account as it is", "HEAD:main");
    assert!(!git(first.path(), &["ls-files"]).contains(".zdsync/"));
}

/// A change on a branch, planned twice, reviewed and merged. Gives the stored review.
fn reviewed(team: &Team) -> Value {
    let ada = team.checkout("main");
    git(
        ada.path(),
        &["switch", "--quiet", "--create", "night-shift"],
    );
    ada.write(
        "manifests/night.yaml",
        &CHANGE.replace("Night shift", "Nights"),
    );
    ada.run(&["validate"]).exits(0);
    commit(&ada, "A night shift", "night-shift");
    team.pull_request("night-shift");
    ada.write("manifests/night.yaml", CHANGE);
    commit(&ada, "As the rota calls it", "night-shift");
    let job = team.pull_request("night-shift");
    let comments = team.forge.list("/repos/octo/access/issues/7/comments");
    assert_eq!(comments.len(), 1);
    let comment = comments[0]["body"].as_str().unwrap();
    assert!(
        comment.contains("Nina Night") && !comment.contains("Nights"),
        "{comment}"
    );
    let head = git(ada.path(), &["rev-parse", "HEAD"]);
    let run = json!({
        "id": 31, "run_number": 4, "conclusion": "success", "head_sha": head,
        "head_repository": { "full_name": "octo/access" },
    });
    let runs = "/repos/octo/access/actions/workflows/zdsync-plan.yml/runs";
    team.forge.answers(runs, json!({ "workflow_runs": [run] }));
    git(ada.path(), &["switch", "--quiet", "main"]);
    git(
        ada.path(),
        &[
            "merge",
            "--quiet",
            "--no-ff",
            "--message",
            "Merge",
            "night-shift",
        ],
    );
    git(ada.path(), &["push", "--quiet", "origin", "main"]);
    serde_json::from_str(&job.read("out/review.json")).unwrap()
}

#[test]
fn from_the_account_as_it_is_to_a_reviewed_change_and_one_made_by_hand() {
    if !script::can_run() {
        return;
    }
    let team = Team::start();
    adopted(&team);
    let review = reviewed(&team);
    let applied = team.merged(&review);
    applied.run(&["plan", "--detailed-exitcode"]).exits(0);
    let issues = || team.forge.list("/repos/octo/access/issues");
    assert!(!team.night().1);
    assert!(issues().is_empty());

    let ada = team.by_hand("ada@example.com", "GET", "users/me.json", &json!({}));
    let path = format!("users/{}.json", ada["user"]["id"]);
    let admin = json!({ "user": { "role": "admin" } });
    team.by_hand("mallory@example.com", "PUT", &path, &admin);
    let (night, differs) = team.night();
    assert!(differs);
    team.night();
    assert_eq!(issues().len(), 1);
    assert_eq!(issues()[0]["state"], "open");
    let report = night.read("out/plan.md");
    assert!(report.contains("ada@example.com"), "{report}");

    night.run(&["apply", "--auto-approve"]).exits(0);
    assert!(!team.night().1);
    assert_eq!(issues()[0]["state"], "closed");
}
