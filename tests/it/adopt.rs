//! An account that is there already: its snapshot, plans without it, and the manifests it would have.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and looks at files"
)]

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{Project, Run, Server};

/// The changes of a plan, with their fields where `fields` says so.
fn changes(run: &Run, fields: bool) -> Value {
    let mut plan = run.json();
    if !fields {
        for change in plan["changes"].as_array_mut().unwrap() {
            change["fields"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .for_each(|field| {
                    field["before"] = Value::Null;
                });
            change["consequences"] = Value::Null;
        }
    }
    Value::Array(vec![plan["changes"].take(), plan["refused"].take()])
}

#[test]
fn a_plan_against_a_snapshot_is_the_plan_against_the_account_and_asks_nobody() {
    let embedded = Project::example("acme");
    let server = Server::start(&embedded.path().join("account.yaml"));
    let online = Project::example("acme").variable("ZENDESK_OAUTH_TOKEN", "t0ken");
    let url = format!("url: \"{}\"", server.url);
    online.edit("zdsync.yaml", "sandbox: account.yaml", &url);
    online.run(&["snapshot", "--out", "plain.json"]).exits(0);
    online
        .run(&["snapshot", "--redact", "--out", "redacted.json.gz"])
        .exits(0);
    let live = online.run(&["plan", "--format", "json"]).exits(0);
    drop(server);

    let offline = Project::example("acme");
    offline.edit("zdsync.yaml", "sandbox: account.yaml", &url);
    for file in ["plain.json", "redacted.json.gz"] {
        fs::copy(online.path().join(file), offline.path().join(file)).unwrap();
    }
    let plain = offline
        .run(&["plan", "--format", "json", "--snapshot", "plain.json"])
        .exits(0);
    assert_eq!(changes(&plain, true), changes(&live, true));
    assert!(
        plain.stderr.contains("snapshot of 127.0.0.1"),
        "{}",
        plain.stderr
    );
    assert_eq!(plain.json()["digest"], live.json()["digest"]);
    let redacted = offline
        .run(&["plan", "--format", "json", "--snapshot", "redacted.json.gz"])
        .exits(0);
    assert_eq!(changes(&redacted, false), changes(&live, false));
    let refused = offline
        .run(&["plan", "--snapshot", "redacted.json.gz", "--out", "p"])
        .exits(1);
    assert!(refused.stderr.contains("redacted"), "{}", refused.stderr);
}

#[test]
fn a_redacted_snapshot_holds_nothing_personal_and_only_its_owner_reads_it() {
    let project = Project::example("acme");
    project
        .run(&["snapshot", "--redact", "--out", "s.json"])
        .exits(0);
    let text = project.read("s.json");
    for personal in [
        "ada@",
        "Ada",
        "example.com",
        "aurora.example",
        "Olga",
        "crm-101",
        "Answers in French",
        "山田",
    ] {
        assert!(!text.contains(personal), "{personal}");
    }
    assert!(text.contains("Tier 1 agent") && text.contains("Aurora Bikes"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = fs::metadata(project.path().join("s.json")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    project.run(&["snapshot", "--out", "s.json.zst"]).exits(1);
}

#[test]
fn a_snapshot_refuses_what_it_does_not_prove() {
    let project = Project::example("acme");
    project
        .run(&["snapshot", "--staff", "--out", "staff.json"])
        .exits(0);
    let run = project.run(&["plan", "--snapshot", "staff.json"]).exits(4);
    assert!(run.stdout.contains("without `--staff`"), "{}", run.stdout);

    project.run(&["snapshot", "--out", "all.json"]).exits(0);
    project.run(&["plan", "--snapshot", "all.json"]).exits(0);
    let mut cut: Value = serde_json::from_str(&project.read("all.json")).unwrap();
    for part in cut["snapshot"]["parts"].as_array_mut().unwrap() {
        part["complete"] = Value::Bool(false);
    }
    cut["snapshot"]["taken_at"] = "2026-01-01T00:00:00Z".into();
    project.write("cut.json", &cut.to_string());
    let run = project.run(&["plan", "--snapshot", "cut.json"]).exits(4);
    assert!(
        run.stdout.contains("did not come to its end"),
        "{}",
        run.stdout
    );
    assert!(run.stderr.contains("days old"), "{}", run.stderr);

    cut["snapshot"]["account"]["subdomain"] = "other".into();
    project.write("other.json", &cut.to_string());
    project.run(&["plan", "--snapshot", "other.json"]).exits(4);
    project.write("no.json", "{\"format\": \"zdsync.plan/1\"}");
    let run = project.run(&["plan", "--snapshot", "no.json"]).exits(1);
    assert!(run.stderr.contains("zdsync.snapshot/1"), "{}", run.stderr);
}

/// Every file below a folder of the project, with its text.
fn files(project: &Project, folder: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![project.path().join(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            let name = path.strip_prefix(project.path().join(folder)).unwrap();
            files.insert(
                name.to_str().unwrap().to_owned(),
                fs::read_to_string(&path).unwrap(),
            );
        }
    }
    files
}

/// Imports twice into a project whose manifests are gone, and holds the result against the account.
#[track_caller]
fn import(project: &Project, flags: &[&str]) -> BTreeMap<String, String> {
    // A folder that is left behind by nobody; examples bring one.
    let _none = fs::remove_dir_all(project.path().join("manifests"));
    let run = |out: &str| {
        let arguments: Vec<&str> = ["import", "--out", out]
            .iter()
            .chain(flags)
            .copied()
            .collect();
        project.run(&arguments)
    };
    let first = run("manifests").exits(0);
    assert!(
        first.stderr.contains("plan of these manifests is empty"),
        "{}",
        first.stderr
    );
    run("again").exits(0);
    let written = files(project, "manifests");
    assert_eq!(
        written,
        files(project, "again"),
        "importing twice gives the same bytes"
    );
    let again = run("manifests").exits(1);
    assert!(
        again.stderr.contains("`manifests/groups.yaml`"),
        "{}",
        again.stderr
    );
    assert_eq!(written, files(project, "manifests"));
    project.run(&["validate"]).exits(0);
    let plan = project.run(&["plan", "--detailed-exitcode"]).exits(0);
    assert!(plan.stdout.contains("No changes"), "{}", plan.stdout);
    written
}

#[test]
fn the_example_account_is_imported_and_its_plan_is_empty() {
    let project = Project::example("acme");
    let written = import(&project, &[]);
    let names: Vec<&str> = written.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "groups.yaml",
            "organizations.yaml",
            "people/billing.yaml",
            "people/escalations.yaml",
            "people/frontline.yaml",
            "people/support.yaml",
            "roles.yaml"
        ]
    );
    assert_eq!(
        written["people/billing.yaml"],
        "\
users:
  - email: erika@example.com
    name: Erika Mustermann
    role: Tier 1 agent
    groups: [Billing, Support]
    default_group: Billing

  - email: linnea@example.com
    name: Linnéa Exempel
    role: Tier 1 agent
    groups: [Billing, Support]
    default_group: Billing
"
    );
    let organizations = &written["organizations.yaml"];
    assert!(
        organizations.contains("    notes: \"Answers in French, please\"\n"),
        "{organizations}"
    );
    let roles = &written["roles.yaml"];
    assert!(
        roles.contains("      ticket_merge: false\n") && !roles.contains("light_agent"),
        "{roles}"
    );
    let everybody = import(&Project::example("acme"), &["--all-users"]);
    assert!(everybody.contains_key("people/end-users.yaml"));
}

#[test]
fn generated_accounts_are_imported_and_their_plans_are_empty() {
    for seed in 1..=4 {
        let server = Server::generated("users=300,agents=40", seed);
        for flags in [&[] as &[&str], &["--all-users"]] {
            let project = Project::empty().variable("ZENDESK_OAUTH_TOKEN", "t0ken");
            project.write(
                "zdsync.yaml",
                &format!("account: {{ url: \"{}\" }}\n", server.url),
            );
            import(&project, flags);
        }
    }
}

#[test]
fn an_import_from_a_snapshot_gives_the_same_bytes_and_never_pseudonyms() {
    let project = Project::example("acme");
    let online = import(&project, &[]);
    project.run(&["snapshot", "--out", "s.json"]).exits(0);
    project
        .run(&["import", "--snapshot", "s.json", "--out", "offline"])
        .exits(0);
    assert_eq!(online, files(&project, "offline"));
    project
        .run(&["snapshot", "--redact", "--out", "r.json"])
        .exits(0);
    project
        .run(&["import", "--snapshot", "r.json", "--out", "never"])
        .exits(1);
    assert!(!project.path().join("never").exists());
    project
        .run(&["snapshot", "--staff", "--out", "t.json"])
        .exits(0);
    project
        .run(&[
            "import",
            "--snapshot",
            "t.json",
            "--all-users",
            "--out",
            "never",
        ])
        .exits(1);
}

#[test]
fn a_project_starts_with_init_and_import_and_nothing_is_overwritten() {
    let project = Project::empty();
    project.write(".gitignore", "/target");
    project.run(&["init"]).exits(64);
    project
        .run(&["init", "--sandbox", "--ci", "github"])
        .exits(64);
    project.run(&["init", "--sandbox"]).exits(0);
    assert_eq!(project.read(".gitignore"), "/target\n.zdsync/\n");
    assert!(
        project
            .read("manifests/team.yaml")
            .starts_with("# yaml-language-server: $schema=../schemas/manifest.json\n")
    );
    project.run(&["validate"]).exits(0);
    project.run(&["import"]).exits(0);
    let people = project.read("manifests/people/tier-1.yaml");
    assert!(
        people.starts_with("# yaml-language-server: $schema=../../schemas/manifest.json\nusers:\n"),
        "{people}"
    );
    project.run(&["validate"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);

    project.write("manifests/team.yaml", "groups: [{ name: Mine }]\n");
    let again = project.run(&["init", "--subdomain", "acme"]).exits(1);
    assert!(again.stderr.contains("`zdsync.yaml`"), "{}", again.stderr);
    assert_eq!(
        project.read("manifests/team.yaml"),
        "groups: [{ name: Mine }]\n"
    );
}

/// A command that YAML would misread bare.
const INSTALL: &str = "cargo install --locked --path 'tools/own: zdsync' # \"ours\"";

#[test]
fn the_ci_files_run_what_the_program_has() {
    for (ci, file) in [
        ("github", ".github/workflows/zdsync.yml"),
        ("gitlab", ".gitlab-ci.yml"),
    ] {
        for account in [&["--sandbox"] as &[&str], &["--subdomain", "acme"]] {
            let project = Project::empty();
            let arguments = [&["init", "--ci", ci, "--install", INSTALL], account].concat();
            project.run(&arguments).exits(0);
            project.run(&["validate"]).exits(0);
            let text = project.read(file);
            let read: Value = serde_yaml::from_str(&text).unwrap();
            assert!(
                read.to_string().contains(&Value::from(INSTALL).to_string()),
                "{text}"
            );
            assert_eq!(
                text.contains("ZENDESK_OAUTH_CLIENT_SECRET"),
                account.len() == 2,
                "{text}"
            );
            // What the jobs say to the program, it understands.
            for line in text
                .lines()
                .filter_map(|line| line.split(" zdsync ").nth(1))
            {
                let said = line.split(" >").next().unwrap();
                if account.len() == 1 {
                    project.run(&said.split(' ').collect::<Vec<_>>()).exits(0);
                }
            }
        }
    }
    let project = Project::empty();
    project
        .run(&["init", "--url", "http://acme.example"])
        .exits(1);
    project
        .run(&["init", "--subdomain", "https://acme.zendesk.com"])
        .exits(1);
    assert!(!project.path().join("zdsync.yaml").exists());
}
