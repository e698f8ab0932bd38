//! Manifests that are there, brought up to what is live.
#![expect(clippy::disallowed_methods, reason = "a test looks at files")]

use std::fs;

use super::import::{files, project_of};
use crate::support::{Project, Server};

/// Every comment in the manifests, sorted; the tests write none that looks like one within a value.
fn comments(project: &Project) -> Vec<String> {
    let texts = files(project, "manifests").into_values();
    let mut comments: Vec<String> = texts
        .flat_map(|text| {
            let lines = text.lines().map(str::to_owned).collect::<Vec<_>>();
            lines
                .into_iter()
                .filter_map(|line| line.find("#~").map(|at| line[at..].to_owned()))
        })
        .collect();
    comments.sort();
    comments
}

/// Writes a comment after every line, and one above.
fn comment_on_everything(project: &Project) {
    for (name, text) in files(project, "manifests") {
        let mut number = 0;
        let mut commented = String::new();
        for line in text.lines() {
            if !line.trim().is_empty() {
                number += 1;
                let indent = &line[..line.len() - line.trim_start().len()];
                let (above, beside) = (
                    format!("#~ {name} above {number}"),
                    format!(" #~ {name} {number}"),
                );
                commented.extend([indent, &above, "\n", line, &beside]);
            }
            commented.push('\n');
        }
        project.write(&format!("manifests/{name}"), &commented);
    }
}

/// Updates, and holds the result against the account.
#[track_caller]
fn update(project: &Project, flags: &[&str]) -> String {
    let before = comments(project);
    let arguments = [&["import", "--update"], flags].concat();
    let run = project.run(&arguments).exits(0);
    assert_eq!(comments(project), before, "no comment is lost");
    project.run(&["validate"]).exits(0);
    let plan = project.run(&["plan", "--detailed-exitcode"]).exits(0);
    assert!(plan.stdout.contains("No changes"), "{}", plan.stdout);
    let written = files(project, "manifests");
    project.run(&arguments).exits(0);
    assert_eq!(
        files(project, "manifests"),
        written,
        "nothing is left to do"
    );
    run.stderr
}

#[test]
fn an_account_that_became_another_is_followed_and_every_comment_is_kept() {
    let size = |seed| {
        let size = "users=250,agents=60,groups=20,organizations=20,roles=6,odd=20";
        Server::generated(size, seed)
    };
    for seed in 1..=2 {
        let first = size(seed);
        let project = project_of(&first);
        project.run(&["import", "--all-users"]).exits(0);
        comment_on_everything(&project);
        project.run(&["plan", "--detailed-exitcode"]).exits(0);
        let second = size(seed + 10);
        project.edit("zdsync.yaml", &first.url, &second.url);
        project.run(&["plan"]);
        update(&project, &["--all-users"]);
    }
}

#[test]
fn the_example_is_brought_up_to_its_account() {
    let project = Project::example("acme");
    for (name, text) in files(&project, "manifests") {
        let marked = text.replace("# ", "#~ ");
        project.write(&format!("manifests/{name}"), &marked);
    }
    let before = files(&project, "manifests");
    assert!(!comments(&project).is_empty());
    let said = update(&project, &[]);
    assert!(
        said.contains("the plan of the manifests is empty"),
        "{said}"
    );
    // Files stay where they are, and lines that say nothing else stay as they were.
    for (name, text) in files(&project, "manifests") {
        let Some(before) = before.get(&name) else {
            continue;
        };
        let kept = text.lines().filter(|line| before.contains(line)).count();
        assert!(kept * 2 > before.lines().count(), "{name}\n{text}");
    }
}

const ACCOUNT: &str = "\
owner: owner@example.com
groups:
  - { name: Support, default: true }
  - { name: Tier 1 }
  - { name: Night shift }
users:
  - { email: owner@example.com, name: Olga Owner, role: admin, groups: [Support] }
  - { email: second@example.com, name: Sam Second, role: admin, groups: [Support] }
  - { email: ada@example.com, name: Ada Example, role: Staff, groups: [Support, Night shift], default_group: Support }
  - { email: new@example.com, name: Nina New, role: Staff, groups: [Tier 1], default_group: Tier 1, suspended: true }
";

const MANIFEST: &str = "\
#~ Our teams
roles: [{ name: Staff, external: true }] #~ as Zendesk made it
groups:
  - name: Support
  - name: Tier 1 #~ first line
  #~ was closed last year
  - name: Archive
    description: Old
profiles:
  - name: staff
    role: Staff
    groups: [Support]
users:
  #~ the founder
  - email: second@example.com
    name: Sam #~ short
    role: admin
  - email: ada@example.com
    name: Ada Example
    profile: staff
    groups: #~ more than the profile
      - Tier 1 #~ until spring
  #~ left in March
  - email: gone@example.com #~ bye
    name: Gone
    groups: [Archive, Support]
";

#[test]
fn an_update_reads_like_the_work_of_a_person() {
    let project = Project::embedded(ACCOUNT, MANIFEST);
    let said = update(&project, &[]);
    insta::assert_snapshot!(project.read("manifests/all.yaml"));
    insta::assert_snapshot!("said", said);
}

#[test]
fn only_what_is_asked_for_is_updated() {
    let project = Project::embedded(ACCOUNT, MANIFEST);
    project
        .run(&["import", "--update", "--only", "new"])
        .exits(0);
    let text = project.read("manifests/all.yaml");
    let mut rest = text.lines();
    for line in MANIFEST.lines() {
        assert!(rest.any(|other| other == line), "{line}\n{text}");
    }
    assert!(
        text.contains("new@example.com") && text.contains("gone@example.com"),
        "{text}"
    );

    let project = Project::embedded(ACCOUNT, MANIFEST);
    update(&project, &["--only", "changed"]);
    let text = project.read("manifests/all.yaml");
    assert!(
        !text.contains("new@example.com") && !text.contains("gone@example.com"),
        "{text}"
    );

    let project = Project::embedded(ACCOUNT, MANIFEST);
    project
        .run(&["import", "--update", "--only", "suspended"])
        .exits(0);
    let text = project.read("manifests/all.yaml");
    assert!(
        text.contains("new@example.com") && text.contains("name: Sam #~ short"),
        "{text}"
    );
}

#[test]
fn an_update_of_the_scope_leaves_everybody_else_alone() {
    let others = "  - email: gone@elsewhere.example #~ theirs
    name: Gone Elsewhere
    role: agent
    groups: [Support]
  - { email: customer@example.com, name: Cleo Customer } #~ no agent
";
    let project = Project::embedded(ACCOUNT, &[MANIFEST, others].concat());
    let scope =
        "manage: { users: { scope: { roles: [agent, admin], email_domains: [example.com] } } }\n";
    project.write(
        "zdsync.yaml",
        &["account: { sandbox: account.yaml }\n", scope].concat(),
    );
    // Without a role, nobody tells whether somebody who is not there was an agent.
    project.edit(
        "manifests/all.yaml",
        "name: Gone\n",
        "name: Gone\n    role: Staff\n",
    );
    let update = ["import", "--update", "--users-in-scope"];
    project.run(&update).exits(0);
    let text = project.read("manifests/all.yaml");
    assert!(!text.contains("gone@example.com"), "{text}");
    assert!(text.contains(others), "{text}");
    let left = project.run(&["plan", "--format", "json"]).json()["changes"].clone();
    let left: Vec<&str> = left
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|change| change["address"].as_str())
        .filter(|address| address.starts_with("user/"))
        .collect();
    assert_eq!(
        left,
        ["user/customer@example.com", "user/gone@elsewhere.example"]
    );
    project.run(&update).exits(0);
    assert_eq!(project.read("manifests/all.yaml"), text);
}

#[test]
fn an_update_writes_nothing_where_it_cannot_end_well() {
    let project = Project::embedded(ACCOUNT, MANIFEST);
    project.edit("manifests/all.yaml", "role: admin", "role: [admin]");
    let before = files(&project, "manifests");
    project.run(&["import", "--update"]).exits(1);
    assert_eq!(files(&project, "manifests"), before);

    // A snapshot of the staff alone does not prove that a declared person is gone.
    let project = Project::embedded(ACCOUNT, MANIFEST);
    project
        .run(&["snapshot", "--staff", "--out", "s.json"])
        .exits(0);
    let before = files(&project, "manifests");
    let run = project
        .run(&["import", "--update", "--snapshot", "s.json"])
        .exits(4);
    assert!(run.stderr.contains("gone@example.com"), "{}", run.stderr);
    assert_eq!(files(&project, "manifests"), before);
    let folder = fs::read_dir(project.path().join("manifests")).unwrap();
    assert_eq!(folder.count(), 1);
}
