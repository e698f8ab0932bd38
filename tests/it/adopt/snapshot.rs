//! The account as a file, and plans against it.
#![expect(clippy::disallowed_methods, reason = "a test looks at files")]

use std::fs;

use serde_json::Value;

use super::import::project_of;
use crate::support::{Project, Run, Server};

/// What a plan says that a person reads.
fn changes(run: &Run) -> Value {
    let mut plan = run.json();
    let parts = ["changes", "access", "refused", "summary"];
    parts.map(|part| plan[part].take()).into_iter().collect()
}

/// Holds two values against each other; where one has a pseudonym, the other may have any text.
#[track_caller]
fn assert_same(redacted: &Value, live: &Value) {
    match (redacted, live) {
        (Value::String(text), Value::String(_)) if text.contains("redacted-") => {}
        (Value::Array(redacted), Value::Array(live)) => {
            assert_eq!(redacted.len(), live.len(), "{redacted:#?}\n{live:#?}");
            for (redacted, live) in redacted.iter().zip(live) {
                assert_same(redacted, live);
            }
        }
        (Value::Object(redacted), Value::Object(live)) => {
            let keys: Vec<&String> = redacted.keys().collect();
            assert_eq!(keys, live.keys().collect::<Vec<_>>());
            for (key, value) in redacted {
                assert_same(value, &live[key]);
            }
        }
        (_, _) => assert_eq!(redacted, live),
    }
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
        .run(&["snapshot", "--redact", "--out", "redacted.json.zst"])
        .exits(0);
    let live = online.run(&["plan", "--format", "json"]).exits(0);
    drop(server);

    let offline = Project::example("acme");
    offline.edit("zdsync.yaml", "sandbox: account.yaml", &url);
    for file in ["plain.json", "redacted.json.zst"] {
        fs::copy(online.path().join(file), offline.path().join(file)).unwrap();
    }
    let plain = offline
        .run(&["plan", "--format", "json", "--snapshot", "plain.json"])
        .exits(0);
    assert_eq!(changes(&plain), changes(&live));
    assert!(
        plain.stderr.contains("snapshot of 127.0.0.1"),
        "{}",
        plain.stderr
    );
    assert_eq!(plain.json()["digest"], live.json()["digest"]);
    let redacted = offline
        .run(&[
            "plan",
            "--format",
            "json",
            "--snapshot",
            "redacted.json.zst",
        ])
        .exits(0);
    assert_same(&changes(&redacted), &changes(&live));
    let refused = offline
        .run(&["plan", "--snapshot", "redacted.json.zst", "--out", "p"])
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
    project.run(&["snapshot", "--out", "s.json.xz"]).exits(1);
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

#[test]
fn a_fork_plans_what_the_account_would_be_asked_for() {
    let size = "users=200,agents=60,groups=20,organizations=20,roles=6,odd=20";
    let first = Server::generated(size, 4);
    let project = project_of(&first);
    project.run(&["import", "--all-users"]).exits(0);
    let second = Server::generated(size, 5);
    project.edit("zdsync.yaml", &first.url, &second.url);
    let file = "account.json.zst";
    project
        .run(&["snapshot", "--redact", "--out", file])
        .exits(0);
    let live = project.run(&["plan", "--format", "json"]);
    assert!(live.json()["changes"].as_array().unwrap().len() > 100);
    drop(second);
    // Nothing is left to ask, and nothing to ask it with.
    let fork = project.without_variables();
    let redacted = fork.run(&["plan", "--format", "json", "--snapshot", file]);
    assert_same(&changes(&redacted), &changes(&live));
    assert_eq!(redacted.code, live.code);
}

#[test]
fn files_that_are_no_snapshots_are_told_so() {
    let project = Project::example("acme");
    let refused = |name: &str, bytes: &[u8]| {
        fs::write(project.path().join(name), bytes).unwrap();
        let run = project.run(&["plan", "--snapshot", name]).exits(1);
        run.stderr.lines().next().unwrap_or_default().to_owned()
    };
    project.run(&["snapshot", "--out", "s.json"]).exits(0);
    let whole = project.read("s.json");
    let later = whole.replace("zdsync.snapshot/1", "zdsync.snapshot/2");
    let changed = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut file: Value = serde_json::from_str(&whole).unwrap();
        change(file["snapshot"]["objects"].as_array_mut().unwrap());
        file.to_string()
    };
    let twice = changed(&|objects| objects.push(objects[0].clone()));
    let renamed = changed(&|objects| objects[0][0]["name"] = "Payroll".into());
    let mut said = String::new();
    for (name, bytes) in [
        ("cut.json", &whole.as_bytes()[..whole.len() / 2]),
        ("empty.json", b""),
        ("later.json", later.as_bytes()),
        ("twice.json", twice.as_bytes()),
        ("renamed.json", renamed.as_bytes()),
        ("binary.json", b"\xff\xfe\0"),
        ("deep.json", "[".repeat(100_000).as_bytes()),
        ("plain.json.gz", whole.as_bytes()),
        ("plain.json.zst", whole.as_bytes()),
    ] {
        said.push_str(&refused(name, bytes));
        said.push('\n');
    }
    insta::assert_snapshot!(said);
}

#[test]
fn a_snapshot_is_of_the_shape_that_its_schema_tells() {
    let project = Project::example("acme");
    project.run(&["snapshot", "--out", "s.json"]).exits(0);
    project
        .run(&["snapshot", "--redact", "--out", "r.json"])
        .exits(0);
    let schema = project.run(&["schema", "snapshot"]).exits(0).json();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for name in ["s.json", "r.json"] {
        let snapshot: Value = serde_json::from_str(&project.read(name)).unwrap();
        let wrong: Vec<String> = schema
            .iter_errors(&snapshot)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}
