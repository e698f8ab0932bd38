//! The main job, end to end: plan, apply, and nothing left to do.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and sets up with files"
)]

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Project, Server};

/// Addresses with what happens to them, sorted.
fn changes(plan: &Value) -> BTreeSet<String> {
    let change =
        |change: &Value| format!("{} {}", change["action"], change["address"]).replace('"', "");
    plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(change)
        .collect()
}

#[test]
fn the_example_is_planned_applied_and_then_as_declared() {
    let project = Project::example("acme");
    let plan = project.run(&["plan", "--detailed-exitcode"]).exits(2);
    for line in [
        "Ελένη Παράδειγμα",
        "role Tier 2 agent (was Tier 1 agent)",
        "Mallory Example",
        "seats",
    ] {
        assert!(
            plan.stdout.contains(line),
            "{line} is missing in\n{}",
            plan.stdout
        );
    }
    assert!(
        !project.path().join(".zdsync").exists(),
        "a plan writes nothing"
    );

    let applied = project.run(&["apply", "--auto-approve"]).exits(0);
    assert!(
        applied.stdout.contains("0 failed") || !applied.stdout.contains("failed"),
        "{}",
        applied.stdout
    );

    let after = project.run(&["plan", "--detailed-exitcode"]).exits(0);
    assert!(after.stdout.contains("No changes"), "{}", after.stdout);
    project.run(&["apply", "--auto-approve"]).exits(0);
}

#[test]
fn the_example_shows_every_sort_of_change() {
    let plan = Project::example("acme")
        .run(&["plan", "--format", "json"])
        .exits(0)
        .json();
    let actions: BTreeSet<&str> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|change| change["action"].as_str())
        .collect();
    let all = [
        "create",
        "delete",
        "offboard",
        "reactivate",
        "rename",
        "suspend",
        "update",
    ];
    assert_eq!(actions, all.into_iter().collect());
    assert_eq!(plan["format"], "zdsync.plan/1");
    assert_eq!(plan["refused"], Value::Array(Vec::new()));
    let undeclared = plan["undeclared"].to_string();
    assert!(
        undeclared.contains("user/mallory@example.com"),
        "{undeclared}"
    );
    assert!(!undeclared.contains("owner@example.com"), "{undeclared}");
}

#[test]
fn the_same_changes_are_planned_and_applied_over_http() {
    let embedded = Project::example("acme");
    let expected = embedded.run(&["plan", "--format", "json"]).exits(0).json();

    let server = Server::start(&embedded.path().join("account.yaml"));
    let online =
        Project::example("acme").variable("ZENDESK_OAUTH_TOKEN", "t0ken-that-nothing-may-show");
    online.edit(
        "zdsync.yaml",
        "sandbox: account.yaml",
        &format!("url: \"{}\"", server.url),
    );
    // Even the most talkative log keeps the token.
    let planned = online
        .run(&["-vv", "plan", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(changes(&planned), changes(&expected));
    assert_eq!(planned["access"], expected["access"]);

    let events = online
        .run(&["apply", "--auto-approve", "--format", "json"])
        .exits(0)
        .json_lines();
    assert_eq!(events.first().unwrap()["event"], "started");
    let finished = events.last().unwrap();
    assert_eq!(
        (&finished["event"], &finished["failed"]),
        (&"finished".into(), &0.into())
    );
    online.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn deleting_one_line_removes_one_membership() {
    let project = Project::example("minimal");
    project.edit(
        "manifests/team.yaml",
        "groups: [Tier 1]\n",
        "groups:\n      - Support\n      - Tier 1\n",
    );
    project.run(&["apply", "--auto-approve"]).exits(0);

    project.edit("manifests/team.yaml", "      - Support\n", "");
    let plan = project.run(&["plan", "--format", "json"]).exits(0).json();
    let membership = "delete group_membership/grace@example.com/Support";
    assert_eq!(changes(&plan), BTreeSet::from([membership.to_owned()]));
    let operations = plan["operations"].as_array().unwrap();
    assert_eq!(operations.len(), 1, "{operations:#?}");
    assert_eq!(operations[0]["method"], "DELETE");

    let events = project
        .run(&["apply", "--auto-approve", "--format", "json"])
        .exits(0)
        .json_lines();
    let finished = events.last().unwrap();
    assert_eq!(
        (&finished["done"], &finished["requests"]),
        (&1.into(), &1.into())
    );
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn a_reviewed_plan_is_applied_by_its_digest_and_another_is_refused() {
    let project = Project::example("minimal");
    let digest = project.run(&["plan", "--format", "json"]).exits(0).json()["digest"].clone();
    let digest = digest.as_str().unwrap();
    let other = "0".repeat(64);
    let refused = project.run(&["apply", "--digest", &other]).exits(4);
    assert!(refused.stderr.contains(digest), "{}", refused.stderr);
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
    project.run(&["apply", "--digest", digest]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    project.run(&["apply", "--digest", digest]).exits(4);
}

#[test]
fn an_apply_leaves_a_receipt() {
    let project = Project::example("minimal");
    project.run_with_input(&["apply"], "yes\n").exits(0);
    let receipts: Vec<_> = std::fs::read_dir(project.path().join(".zdsync/receipts"))
        .unwrap()
        .collect();
    assert_eq!(receipts.len(), 1);
    let text = std::fs::read_to_string(receipts[0].as_ref().unwrap().path()).unwrap();
    let receipt: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&receipt["format"], &receipt["failed"]),
        (&"zdsync.receipt/1".into(), &0.into())
    );
    // Nothing is done, so nothing is recorded.
    project.run(&["apply", "--auto-approve"]).exits(0);
    assert_eq!(
        std::fs::read_dir(project.path().join(".zdsync/receipts"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn the_sandbox_starts_over_when_told_to() {
    let project = Project::example("minimal");
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    project.run(&["sandbox", "--reset"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn too_many_removals_are_refused_and_nothing_is_done() {
    let project = Project::example("acme");
    project.edit("zdsync.yaml", "users: 3, groups: 1", "users: 1, groups: 1");
    for arguments in [&["plan"] as &[&str], &["apply", "--auto-approve"]] {
        let refused = project.run(arguments).exits(4);
        let said = format!("{}{}", refused.stdout, refused.stderr);
        assert!(said.contains("--allow-removals users=3"), "{said}");
    }
    project
        .run(&["plan", "--allow-removals", "users=3"])
        .exits(0);
    project
        .run(&["apply", "--auto-approve", "--allow-removals", "users=3"])
        .exits(0);
}

#[test]
fn a_saved_plan_is_applied_as_it_is() {
    let project = Project::example("acme");
    project.run(&["plan", "--out", "reviewed.plan"]).exits(0);
    let applied = project.run(&["apply", "reviewed.plan"]).exits(0);
    assert!(!applied.stdout.contains("failed"), "{}", applied.stdout);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    // Applied once, it no longer fits the account.
    let stale = project.run(&["apply", "reviewed.plan"]).exits(4);
    assert!(stale.stderr.contains("refused"), "{}", stale.stderr);
}

#[test]
fn a_saved_plan_that_was_tampered_with_is_not_applied() {
    let project = Project::example("minimal");
    project.run(&["plan", "--out", "reviewed.plan"]).exits(0);
    project.edit("reviewed.plan", "First line", "Worst line");
    project.run(&["apply", "reviewed.plan"]).exits(1);
    project.edit("reviewed.plan", "Worst line", "First line");
    project
        .run(&["apply", "reviewed.plan", "--target", "group/Tier 1"])
        .exits(1);
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn a_saved_plan_no_longer_fits_when_what_it_touches_has_changed() {
    let project = Project::example("minimal");
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.edit("manifests/team.yaml", "First line", "Second line");
    project.run(&["plan", "--out", "reviewed.plan"]).exits(0);
    project.edit("manifests/team.yaml", "Second line", "Third line");
    project.run(&["apply", "--auto-approve"]).exits(0);
    let stale = project.run(&["apply", "reviewed.plan"]).exits(4);
    assert!(stale.stderr.contains("group/Tier 1"), "{}", stale.stderr);
}

#[test]
fn a_target_plans_one_address_and_what_it_needs() {
    let project = Project::example("minimal");
    let plan = project
        .run(&["plan", "--format", "json", "--target", "group/tier 1"])
        .exits(0)
        .json();
    assert_eq!(
        changes(&plan),
        BTreeSet::from(["create group/Tier 1".to_owned()])
    );
    let unknown = project.run(&["plan", "--target", "group/Nowhere"]).exits(4);
    assert!(
        unknown.stdout.contains("group/Nowhere"),
        "{}",
        unknown.stdout
    );
}

#[test]
fn check_says_who_is_calling_and_what_the_account_has() {
    let project = Project::example("acme");
    let check = project.run(&["check"]).exits(0);
    for part in ["owner@example.com", "fingerprint  acme-", "custom roles"] {
        assert!(
            check.stdout.contains(part),
            "{part} is missing in\n{}",
            check.stdout
        );
    }
    let check = project.run(&["check", "--format", "json"]).exits(0).json();
    assert_eq!(
        (&check["format"], &check["findings"]),
        (&"zdsync.check/1".into(), &Value::Array(Vec::new()))
    );
}

#[test]
fn the_examples_are_valid_and_schemas_are_as_printed() {
    for example in ["acme", "minimal"] {
        let run = Project::example(example).run(&["validate"]).exits(0);
        assert!(
            run.stderr.contains("0 errors, 0 warnings"),
            "{}{}",
            run.stdout,
            run.stderr
        );
    }
    let project = Project::empty();
    for name in project.run(&["schema"]).exits(0).stdout.lines() {
        let printed = project.run(&["schema", name]).exits(0).stdout;
        let file = format!("{}/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("ZDSYNC_GENERATE").is_some() {
            std::fs::write(&file, &printed).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(kept, printed, "run `just generate` to write {file}");
    }
}

#[test]
fn another_telephone_number_takes_the_place_of_the_one_that_was() {
    let account = "\
owner: owner@example.com
groups: [{ name: Support, default: true }]
users:
  - { email: owner@example.com, name: Olga Owner, role: admin }
  - { email: ada@example.com, name: Ada Example, phone: \"+15550101\" }
  - { email: bo@example.com, name: Bo Example, phone: \"+15550102\" }
";
    let manifest = "\
users:
  - { email: ada@example.com, name: Ada Example, phone: \"+15550103\" }
  - { email: bo@example.com, name: Bo Example, phone: \"\" }
";
    let project = Project::embedded(account, manifest);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn tags_of_a_field_go_with_its_value() {
    let account = "\
user_fields:
  - { key: vip, type: checkbox, tag: is_vip }
  - { key: region, type: dropdown, options: [emea, apac] }
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
  - { email: cleo@globex.example, name: Cleo, tags: [old], user_fields: { vip: true, region: emea } }
";
    let manifest = "\
users:
  - { email: cleo@globex.example, tags: [new], user_fields: { vip: false, region: apac } }
";
    let project = Project::embedded(account, manifest);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn the_role_of_billing_administrators_can_be_given_and_taken() {
    let account = "\
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
  - { email: ada@acme.example, name: Ada Lovelace, role: admin }
  - { email: ben@acme.example, name: Ben Agent, role: Staff }
  - { email: eve@acme.example, name: Eve Biller, role: Billing admin }
";
    let manifest = "\
roles: [{ name: Staff }]
users:
  - { email: ada@acme.example, role: Billing admin }
  - { email: ben@acme.example, role: Billing admin }
  - { email: eve@acme.example, role: Staff }
";
    let project = Project::embedded(account, manifest);
    project.write(
        "zdsync.yaml",
        "account: { sandbox: account.yaml }\nlimits: { min_admins: 1 }\n",
    );
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn what_a_mail_domain_adds_beside_the_list_is_left_again() {
    let account = "\
organizations:
  - { name: Aaa }
  - { name: Globex, domain_names: [globex.example] }
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
";
    let manifest = "\
organizations: [{ name: Aaa }, { name: Globex, external: true }]
users:
  - { email: one@globex.example, name: One, organizations: [] }
  - { email: two@globex.example, name: Two, organizations: [Aaa] }
  - { email: three@globex.example, name: Three, organizations: [Aaa, Globex] }
  - { email: four@globex.example, name: Four }
";
    let project = Project::embedded(account, manifest);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    let snapshot = project.run(&["snapshot"]).exits(0).stdout;
    for (person, place, is_there) in [
        ("one", "Globex", false),
        ("two", "Globex", false),
        ("two", "Aaa", true),
        ("three", "Globex", true),
        ("four", "Globex", true),
    ] {
        let place = format!(r#""name":"{person}@globex.example","container":"{place}""#);
        assert_eq!(snapshot.contains(&place), is_there, "{place}");
    }
}
