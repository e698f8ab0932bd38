//! What was changed in the account since the last apply: told apart from what the manifests ask for, with
//! names and times, in every form.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and looks at files"
)]

use std::fs;

use serde_json::{Value, json};

use crate::support::{Project, Run, Server};

const ACCOUNT: &str = r"
subdomain: acme
owner: olga@acme.example
roles:
  - { name: Tier 1 }
  - { name: Tier 2 }
groups:
  - { name: Support, default: true }
  - { name: Night shift }
  - { name: VIP }
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
  - { email: mallory@acme.example, name: Mallory Example, role: admin }
  - { email: ada@acme.example, name: Ada Lovelace, role: Tier 1, groups: [Support] }
  - { email: ben@acme.example, name: Ben Example, role: Tier 1, groups: [Support, Night shift] }
  - { email: cleo@acme.example, name: Cleo Example, role: Tier 1, groups: [Support] }
";

const MANIFEST: &str = r"
groups:
  - { name: Support }
  - { name: Night shift }
  - { name: VIP, description: Important people }
roles:
  - { name: Tier 1 }
  - { name: Tier 2 }
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
  - { email: ada@acme.example, name: Ada Lovelace, role: Tier 1, groups: [Support], tags: [core] }
  - { email: ben@acme.example, name: Ben Example, role: Tier 1, groups: [Support, Night shift] }
  - { email: cleo@acme.example, name: Cleo Example, role: Tier 1, groups: [Support], state: offboarded }
";

/// What somebody does by hand, without the project's manifests.
const BY_HAND: &str = r"
groups:
  - { name: Support }
  - { name: Night shift }
  - { name: VIP, description: Whoever pays }
  - { name: Shadow }
roles:
  - { name: Tier 1 }
  - { name: Tier 2 }
users:
  - { email: ada@acme.example, name: Ada Lovelace, role: Tier 2, groups: [Support, VIP], tags: [core] }
  - { email: ben@acme.example, name: Ben Example, role: Tier 1, groups: [Support] }
  - { email: cleo@acme.example, name: Cleo Example, role: Tier 1, groups: [Support], state: active }
";

const CONFIG: &str = "manage:\n  groups: { undeclared: report }\n";

struct World {
    server: Server,
    project: Project,
    /// Somebody who changes the account without the project's manifests.
    hands: Project,
}

/// A project that was applied, and an account that was changed by hand since.
fn drifted(flags: &[&str]) -> World {
    let project = Project::empty().variable("ZENDESK_OAUTH_TOKEN", "t0ken-of-the-tests");
    let seed = project.write("account.yaml", ACCOUNT);
    let mut flags = flags.to_vec();
    flags.push("--no-limits");
    let server = Server::start_with(&seed, &flags);
    let config = format!("account: {{ url: \"{}\" }}\n", server.url);
    project.write("zdsync.yaml", &format!("{config}{CONFIG}"));
    project.write("manifests/all.yaml", MANIFEST);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);

    let hands = Project::empty()
        .variable("ZENDESK_EMAIL", "mallory@acme.example")
        .variable("ZENDESK_API_TOKEN", "another-t0ken");
    hands.write("zdsync.yaml", &config);
    hands.write("manifests/all.yaml", BY_HAND);
    hands.run(&["apply", "--auto-approve"]).exits(0);
    World {
        server,
        project,
        hands,
    }
}

/// The drift of a plan, an item a line, without its times.
fn drift(run: &Run) -> Vec<String> {
    let plan = run.json();
    let items = plan["drift"].as_array().unwrap().iter();
    items
        .map(|item| {
            let word = |key: &str| item[key].as_str().unwrap_or("-").to_owned();
            let path = item["path"].as_str().map_or_else(String::new, |path| {
                format!(" {path} {} {}", item["applied"], item["live"])
            });
            let asked = if item["asked"] == json!(true) {
                ", asked too"
            } else {
                ""
            };
            let (what, address, by) = (word("what"), word("address"), word("by"));
            format!("{what} {address}{path}{asked}; {by}").replace('"', "")
        })
        .collect()
}

fn causes(run: &Run) -> Vec<(String, Value)> {
    let plan = run.json();
    let changes = plan["changes"].as_array().unwrap().iter();
    changes
        .map(|change| {
            let address = change["address"].as_str().unwrap().to_owned();
            (address, change["cause"].clone())
        })
        .collect()
}

#[test]
fn what_was_changed_by_hand_is_told_apart_from_what_is_asked_for() {
    let world = drifted(&[]);
    let project = &world.project;
    project.edit(
        "manifests/all.yaml",
        "name: Ben Example",
        "name: Ben Exemplar",
    );
    project.edit(
        "manifests/all.yaml",
        "Important people",
        "Very important people",
    );
    let run = project
        .run(&["plan", "--format", "json", "--detailed-exitcode"])
        .exits(2);
    let expected = [
        "added group/Shadow",
        "changed group/VIP description Important people Whoever pays, asked too",
        "changed user/ada@acme.example role Tier 1 Tier 2",
        "changed user/cleo@acme.example role end-user Tier 1",
        "changed user/cleo@acme.example suspended true false",
        "added group_membership/ada@acme.example/VIP",
        "missing group_membership/ben@acme.example/Night shift",
    ];
    let expected = expected.map(|line| format!("{line}; Mallory Example"));
    assert_eq!(drift(&run), expected);
    let causes = causes(&run);
    let cause = |address: &str| {
        let mut found = causes.iter().filter(|(of, _)| of == address);
        found.next().map(|(_, cause)| cause.clone())
    };
    for (address, expected) in [
        ("user/ada@acme.example", "drift"),
        ("user/ben@acme.example", "asked"),
        ("user/cleo@acme.example", "drift"),
        ("group/VIP", "both"),
        ("group_membership/ada@acme.example/VIP", "drift"),
        ("group_membership/ben@acme.example/Night shift", "drift"),
        ("group_membership/cleo@acme.example/Support", "drift"),
    ] {
        assert_eq!(cause(address), Some(json!(expected)), "{address}");
    }
    let plan = run.json();
    assert_eq!(plan["summary"]["asked"], json!(2));
    assert_eq!(plan["summary"]["drift"], json!(6));
    assert_eq!(plan["audit_log"]["available"], json!(true));
    assert!(plan["last_apply"]["digest"].is_string());
    assert!(plan["drift"][2]["at"].as_str() >= plan["last_apply"]["finished_at"].as_str());
    let role = &plan["drift"][2]["description"];
    assert!(role.as_str().unwrap().contains("Role changed"), "{role}");
}

#[test]
fn drift_is_told_to_people_and_in_pull_requests() {
    let world = drifted(&[]);
    let run = world.project.run(&["plan"]).exits(0);
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [
        "Drift · changed in the account since the apply of 20",
        "! user/ada@acme.example role Tier 1 → Tier 2, by Mallory Example on 20",
        "! group_membership/ben@acme.example/Night shift was removed, by Mallory Example on 20",
        "~ update group/VIP · takes back drift",
        "the manifests ask for nothing new",
    ] {
        assert!(text.contains(line), "{line}\n{}", run.stdout);
    }
    let run = world
        .project
        .run(&["plan", "--format", "markdown"])
        .exits(0);
    for line in [
        "**Drift · changed in the account since the apply of 20",
        "- `user/ada@acme.example` role ",
        "by Mallory Example on 20",
    ] {
        assert!(run.stdout.contains(line), "{line}\n{}", run.stdout);
    }
}

#[test]
fn a_clone_without_receipts_is_told_where_they_are() {
    let world = drifted(&[]);
    let clone = Project::empty().variable("ZENDESK_OAUTH_TOKEN", "t0ken-of-the-tests");
    clone.write("zdsync.yaml", &world.project.read("zdsync.yaml"));
    clone.write("manifests/all.yaml", MANIFEST);
    let run = clone.run(&["plan", "--format", "json"]).exits(0);
    let plan = run.json();
    assert_eq!(plan["last_apply"], Value::Null);
    assert_eq!(plan["drift"], json!([]));
    assert_eq!(plan["summary"]["drift"], Value::Null);
    assert!(causes(&run).iter().all(|(_, cause)| cause.is_null()));

    let folder = world.project.path().join(".zdsync/receipts");
    let file = fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut found = Vec::new();
    for path in [folder.as_path(), file.as_path()] {
        let path = path.to_str().unwrap();
        let run = clone.run(&["plan", "--format", "json", "--receipt", path]);
        found.push(drift(&run.exits(0)));
    }
    assert_eq!(found[0].len(), 7);
    assert_eq!(found[0], found[1]);
    // What would be done is the same, whatever the receipts say.
    let path = folder.to_str().unwrap();
    let told = clone.run(&["plan", "--format", "json", "--receipt", path]);
    assert_eq!(told.json()["digest"], plan["digest"]);

    let run = clone.run(&["plan", "--receipt", "nowhere"]).exits(1);
    assert!(
        run.stderr.contains("cannot read the receipt"),
        "{}",
        run.stderr
    );
    let run = clone.run(&["plan", "--receipt", "zdsync.yaml"]).exits(1);
    assert!(run.stderr.contains("is no receipt"), "{}", run.stderr);
    drop(world.server);
}

#[test]
fn where_there_is_no_audit_log_nobody_is_named() {
    let world = drifted(&["--fault", "GET /audit_logs = status:403"]);
    let run = world.project.run(&["plan", "--format", "json"]).exits(0);
    let plan = run.json();
    assert_eq!(plan["audit_log"]["available"], json!(false));
    assert_eq!(plan["drift"].as_array().unwrap().len(), 7);
    assert!(drift(&run).iter().all(|item| item.ends_with("; -")));
    assert!(
        run.stderr.contains("audit log is not available"),
        "{}",
        run.stderr
    );
    let run = world.project.run(&["plan"]).exits(0);
    assert!(
        run.stdout.contains("audit log is not available"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_saved_plan_leaves_as_good_a_receipt() {
    let project = Project::embedded(ACCOUNT, MANIFEST);
    project.run(&["plan", "--out", "p"]).exits(0);
    project.run(&["apply", "p"]).exits(0);
    project.edit("manifests/all.yaml", "Ada Lovelace", "Ada King");
    let run = project.run(&["plan", "--format", "json"]).exits(0);
    assert_eq!(
        causes(&run),
        [("user/ada@acme.example".to_owned(), json!("asked"))]
    );
    assert_eq!(drift(&run), Vec::<String>::new());
    let run = project.run(&["apply", "p", "--receipt", "."]).exits(1);
    assert!(run.stderr.contains("--receipt"), "{}", run.stderr);
}

#[test]
fn a_stale_plan_says_who_changed_what() {
    for (flags, named) in [
        (&[][..], true),
        (&["--fault", "GET /audit_logs = status:404"][..], false),
    ] {
        let World {
            server: _server,
            project,
            hands,
        } = drifted(flags);
        project.run(&["plan", "--out", "p"]).exits(0);
        hands.edit("manifests/all.yaml", "Whoever pays", "Whoever shouts");
        hands.run(&["apply", "--auto-approve"]).exits(0);
        let run = project.run(&["apply", "p"]).exits(4);
        let text = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        let what = "`group/VIP` has changed since the plan was made: `description` was `Whoever pays` and is \
                    `Whoever shouts`";
        assert!(text.contains(what), "{}", run.stderr);
        let who = format!("{what} (by Mallory Example on 20");
        assert_eq!(text.contains(&who), named, "{}", run.stderr);
        assert_eq!(
            text.contains("audit log is not available"),
            !named,
            "{text}"
        );
    }
}
