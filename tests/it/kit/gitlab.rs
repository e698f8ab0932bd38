//! The steps that talk to GitLab.

use serde_json::{Value, json};

use super::forge::{BOT_NUMBER, Forge, TOKEN};
use super::script::{self, Done};
use crate::support::Project;

const NOTES: &str = "/projects/9/merge_requests/7/notes";
const HEAD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const MERGE: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn forge() -> Forge {
    let forge = Forge::start();
    forge.answers("/user", json!({ "id": BOT_NUMBER }));
    forge
}

fn run(project: &Project, forge: &Forge, name: &str, arguments: &[&str]) -> Done {
    let variables = [
        ("CI_API_V4_URL", forge.url.as_str()),
        ("CI_PROJECT_ID", "9"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_COMMIT_SHA", MERGE),
        ("CI_DEFAULT_BRANCH", "main"),
        ("GITLAB_TOKEN", TOKEN),
        ("GITHUB_OUTPUT", ""),
        ("OUT", "zdsync-plan"),
        ("COMMENT_FILE", "zdsync-plan/plan.md"),
        ("REVIEW_FILE", "zdsync-plan/review.json"),
        ("PULL_REQUEST", "7"),
        ("HEAD_COMMIT", HEAD),
        ("BASE_BRANCH", "main"),
    ];
    let done = script::run(project.path(), name, arguments, &variables);
    let said = format!("{}{}", done.run.stdout, done.run.stderr);
    assert!(!said.contains(TOKEN), "{said}");
    done
}

#[test]
fn a_merge_request_gets_one_note_and_what_it_said_is_applied_after_the_merge() {
    if !script::can_run() {
        return;
    }
    let (project, forge) = (Project::example("acme"), forge());
    forge.add(NOTES, json!({ "id": 5, "author": { "id": 6 }, "body": "<!-- zdsync:plan -->\n<!-- zdsync:project . -->\nforged" }));
    run(&project, &forge, "plan.sh", &[]).exits(0);
    run(&project, &forge, "gitlab.sh", &["note"]).exits(0);
    run(&project, &forge, "gitlab.sh", &["note"]).exits(0);
    let notes = forge.list(NOTES);
    assert_eq!(notes.len(), 2);
    assert_eq!(notes[1]["body"], project.read("zdsync-plan/plan.md"));
    assert_eq!(
        forge.writes(),
        [format!("POST {NOTES}"), format!("PUT {NOTES}/1001")]
    );

    let review: Value = serde_json::from_str(&project.read("zdsync-plan/review.json")).unwrap();
    let merged = |project: u64, commit: &str| {
        json!([{
            "iid": 7, "state": "merged", "target_branch": "main", "sha": HEAD, "source_project_id": project,
            "merge_commit_sha": commit, "squash_commit_sha": null,
        }])
    };
    let asked = format!("/projects/9/repository/commits/{MERGE}/merge_requests");
    let jobs = "/projects/9/pipelines/31/jobs";
    forge.answers(
        "/projects/9/merge_requests/7/pipelines",
        json!([{ "id": 30 }, { "id": 31 }]),
    );
    forge.answers(
        "/projects/9/jobs/80/artifacts/zdsync-plan/review.json",
        review,
    );
    let success = json!([{ "id": 80, "name": "zdsync-plan", "status": "success" }]);
    let failed = json!([{ "id": 80, "name": "zdsync-plan", "status": "failed" }]);
    for (merge, job, refused) in [
        (json!([]), &success, "did not come by a merge request"),
        (merged(9, HEAD), &success, "did not come by a merge request"),
        (merged(10, MERGE), &success, "from a fork"),
        (merged(9, MERGE), &failed, "did not succeed"),
    ] {
        forge.answers(&asked, merge);
        forge.answers(jobs, job.clone());
        let done = run(&project, &forge, "gitlab.sh", &["apply"]).exits(4);
        assert!(done.run.stderr.contains(refused), "{}", done.run.stderr);
    }
    forge.answers(jobs, success);
    run(&project, &forge, "gitlab.sh", &["apply"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    let receipt: Value = serde_json::from_str(&project.read("zdsync-receipts/last.json")).unwrap();
    assert_eq!(receipt["pull_request"], "7");
    // What was applied once is not what the plan says now.
    run(&project, &forge, "gitlab.sh", &["apply"]).exits(4);
}

#[test]
fn an_issue_of_gitlab_opens_and_closes_with_the_difference_and_receipts_are_fetched() {
    if !script::can_run() {
        return;
    }
    let (project, forge) = (Project::example("minimal"), forge());
    project.write("manifests/more.yaml", "groups: [{ name: Night shift }]\n");
    let look = || {
        run(&project, &forge, "plan.sh", &[]).exits(0);
        run(&project, &forge, "gitlab.sh", &["issue"]).exits(0);
    };
    look();
    look();
    let issues = forge.list("/projects/9/issues");
    assert_eq!(issues.len(), 1);
    assert_eq!(
        issues[0]["description"],
        project.read("zdsync-plan/plan.md")
    );
    project.run(&["apply", "--auto-approve"]).exits(0);
    look();
    assert_eq!(forge.list("/projects/9/issues")[0]["state"], "closed");

    let fetched = project.path().join(".zdsync/receipts/last.json");
    let none = run(&project, &forge, "gitlab.sh", &["receipt"]).exits(0);
    assert!(
        none.run.stderr.contains("no receipt"),
        "{}",
        none.run.stderr
    );
    assert!(!fetched.exists());
    let path = "/projects/9/jobs/artifacts/main/raw/zdsync-receipts/last.json";
    forge.answers(path, json!({ "format": "zdsync.receipt/1" }));
    run(&project, &forge, "gitlab.sh", &["receipt"]).exits(0);
    assert!(fetched.exists());
}
