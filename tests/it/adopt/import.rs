//! Manifests for what is live.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and looks at files"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::{Project, Server};

/// Every file below a folder of the project, with its text.
pub(super) fn files(project: &Project, folder: &str) -> BTreeMap<String, String> {
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
    for folder in ["manifests", "again"] {
        let _none = fs::remove_dir_all(project.path().join(folder));
    }
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
        again.stderr.contains("is declared already") && again.stderr.contains("--update"),
        "{}",
        again.stderr
    );
    let again = run("again").exits(1);
    assert!(
        again
            .stderr
            .contains("there already, and nothing is overwritten"),
        "{}",
        again.stderr
    );
    assert_eq!(written, files(project, "manifests"));
    let validate = project.run(&["validate"]).exits(0);
    assert!(
        validate.stderr.contains("0 errors, 0 warnings"),
        "{}{}",
        validate.stdout,
        validate.stderr
    );
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
            "organizations/aurora-bikes.yaml",
            "organizations/borealis-labs.yaml",
            "organizations/cumulus-cafés.yaml",
            "organizations/dormant-example-ltd.yaml",
            "organizations/équinoxe-sarl.yaml",
            "profiles.yaml",
            "roles.yaml",
            "teams/archive-2019.yaml",
            "teams/billing.yaml",
            "teams/chat-pilot.yaml",
            "teams/escalations.yaml",
            "teams/frontline.yaml",
            "teams/night-shift.yaml",
            "teams/support.yaml",
        ]
    );
    assert_eq!(
        written["teams/billing.yaml"],
        "\
groups:
  - name: Billing
    description: Invoices

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
    let organizations = &written["organizations/borealis-labs.yaml"];
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

/// A project for the account that a server serves.
pub(super) fn project_of(server: &Server) -> Project {
    let project = Project::empty().variable("ZENDESK_OAUTH_TOKEN", "t0ken");
    let config = format!("account: {{ url: \"{}\" }}\n", server.url);
    project.write("zdsync.yaml", &config);
    project
}

#[test]
fn generated_accounts_are_imported_and_their_plans_are_empty() {
    let size =
        "users=1000,agents=150,admins=6,deleted=30,groups=50,organizations=60,roles=8,odd=50";
    for seed in 1..=10 {
        let server = Server::generated(size, seed);
        let project = project_of(&server);
        project
            .run(&["import", "--all-users", "--out", "again"])
            .exits(0);
        project.run(&["import", "--all-users"]).exits(0);
        let written = files(&project, "manifests");
        assert_eq!(written, files(&project, "again"));
        // A plan that cannot be made of them, or says a word about them, would say so here.
        let plan = project.run(&["plan", "--detailed-exitcode"]).exits(0);
        assert!(plan.stderr.is_empty(), "{}", plan.stderr);
        let names: Vec<String> = written.keys().map(|name| name.to_lowercase()).collect();
        let unlike: BTreeSet<&String> = names.iter().collect();
        assert_eq!(unlike.len(), names.len(), "{names:?}");
        for name in names {
            let last = name.rsplit('/').next().unwrap();
            assert!(last.len() < 100 && !last.starts_with(['.', '-']), "{name}");
            assert!(name.split('/').count() <= 2, "{name}");
        }
        if seed == 1 {
            import(&project, &[]);
            import(&project, &["--no-profiles"]);
        }
    }
}

#[test]
fn parts_of_an_account_are_imported_and_the_rest_beside_them() {
    let server = Server::generated("users=300,agents=90,groups=9,odd=9", 5);
    let project = project_of(&server);
    let written = import(&project, &["--only", "group:support"]);
    let support = &written["teams/support.yaml"];
    assert!(
        support.starts_with("groups:\n  - name: Support\n    description"),
        "{support}"
    );
    for (name, text) in &written {
        let declares = !text.starts_with("users:") && !text.starts_with("profiles:");
        let external = text.contains("external: true");
        assert_eq!(
            external,
            declares && name != "teams/support.yaml",
            "{name}\n{text}"
        );
    }
    let run = |arguments: &[&str]| project.run(&[&["import"], arguments].concat());
    let rest = run(&["--only", "new", "--out", "manifests/rest"]).exits(0);
    assert!(
        rest.stderr.contains("plan of these manifests is empty"),
        "{}",
        rest.stderr
    );
    project.run(&["validate"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    let none = run(&["--only", "new", "--out", "manifests/more"]).exits(1);
    assert!(none.stderr.contains("nothing is left"), "{}", none.stderr);
    let missing = run(&["--only", "role:Nobody", "--out", "x"]).exits(1);
    assert!(
        missing.stderr.contains("no `role/Nobody`"),
        "{}",
        missing.stderr
    );
    run(&["--only", "people", "--out", "x"]).exits(64);
    let changed = run(&["--only", "changed", "--out", "x"]).exits(1);
    assert!(changed.stderr.contains("--update"), "{}", changed.stderr);
    run(&["--users-in-scope", "--out", "x"]).exits(1);
    let config = project.read("zdsync.yaml");
    let scope = "manage: { users: { scope: { roles: [admin] } } }\n";
    project.write("zdsync.yaml", &format!("{config}{scope}"));
    let admins = import(&project, &["--users-in-scope"]);
    let people = admins.values().flat_map(|text| text.lines());
    let roles: BTreeSet<&str> = people
        .filter(|line| line.starts_with("    role: "))
        .collect();
    assert_eq!(roles, BTreeSet::from(["    role: admin"]));
}

#[test]
fn what_is_left_out_is_said_with_its_reason() {
    let project = Project::embedded(
        "\
owner: owner@example.com
check_group_name_uniqueness: false
groups:
  - { name: Support, default: true }
  - { name: Twins, key: one }
  - { name: Twins, key: two }
users:
  - { email: owner@example.com, name: Olga Owner, role: admin }
  - { email: ada@example.com, name: Ada Example, role: admin, groups: [Support, one] }
  - { email: guest@example.com, name: Guest Example, role: admin, shared_agent: true, shared: true }
  - { email: bo@example.com, name: Bo Example }
",
        "groups: []\n",
    );
    let run = project.run(&["import"]).exits(0);
    let said = run.stderr.split("left out:\n").nth(1).unwrap();
    assert_eq!(
        said,
        "  user/guest@example.com: came through ticket sharing, which no account may change
  group/Twins: several objects share this name or address
7 objects declared; the plan of these manifests is empty
next: commit them, change one, and see what `zdsync plan` makes of it
"
    );
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
