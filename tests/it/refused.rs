//! What a plan refuses, all at once: each with its code, what it is about, where it is asked for, and the
//! way out.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use serde_json::Value;

use crate::support::Project;

const ACCOUNT: &str = r"
subdomain: acme
owner: olga@acme.example
roles: [{ name: Tier 1 }]
groups:
  - { name: Support, default: true }
  - { name: Private, is_public: false }
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
  - { email: ada@acme.example, name: Ada Lovelace, role: admin, secondary_emails: [lace@acme.example] }
  - { email: ben@acme.example, name: Ben Example, role: Tier 1, groups: [Support] }
  - { email: cleo@acme.example, name: Cleo Example, role: Tier 1, groups: [Support] }
  - { email: dan@acme.example, name: Dan Example, role: end-user }
";

const CONFIG: &str = r"
account: { sandbox: account.yaml, owner: olga@acme.example, fingerprint: other-1 }
limits: { removals: { users: 0 }, min_admins: 3 }
protected: [user/dan@acme.example]
";

const MANIFEST: &str = r"
groups:
  - { name: Support }
  - { name: Private, is_public: true }
  - { name: Nowhere, external: true }
roles:
  - { name: Tier 1 }
users:
  - email: olga@acme.example
    name: Olga Owner
    role: admin
  - email: ada@acme.example
    name: Ada Lovelace
    role: Tier 1
    groups: [Support]
  - email: ben@acme.example
    name: Ben Example
    role: agent
    groups: [Support]
  - email: cleo@acme.example
    state: offboarded
  - email: dan@acme.example
    name: Daniel Example
  - email: lace@acme.example
    name: Lace Example
";

#[test]
fn every_refusal_says_what_where_and_how_it_would_be_allowed() {
    let project = Project::embedded(ACCOUNT, MANIFEST);
    project.write("zdsync.yaml", CONFIG);
    let run = project.run(&["plan", "--format", "json"]).exits(4);
    let plan = run.json();
    insta::assert_snapshot!(refusals(&plan), @"
    removal_limit user/cleo@acme.example 20
    min_admins user/ada@acme.example 12
    protected user/dan@acme.example 22
    wrong_fingerprint - 2
    secondary_email user/lace@acme.example 24
    external_missing group/Nowhere 5
    role_required user/ben@acme.example 16
    private_group group/Private 4
    ");

    let run = project.run(&["plan"]).exits(4);
    for way_out in [
        "--allow-removals users=1",
        "the limit is 0 (limits.removals.users, zdsync.yaml:3)",
        "the limit is 3 (limits.min_admins, zdsync.yaml:3)",
        "lower `limits.min_admins`",
        "change `account.fingerprint`",
        "take `user/dan@acme.example` off `protected` in zdsync.yaml:4",
        "declare that person as `ada@acme.example`",
        "name one of this account's roles",
        "delete `external: true` to have it made here",
        "a private group can never become public",
    ] {
        let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(way_out), "{way_out}\n{}", run.stdout);
    }
    let run = project.run(&["apply", "--auto-approve"]).exits(4);
    assert_eq!(run.stderr.matches("refused:").count(), 8);
}

/// Every refusal of a plan, one a line: code, address, line.
fn refusals(plan: &Value) -> String {
    let refused = plan["refused"].as_array().unwrap().iter();
    let lines = refused.map(|refusal| {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let line = refusal["source"]["line"].as_u64();
        let line = line.map_or("-".to_owned(), |line| line.to_string());
        assert!(!text(&refusal["message"]).is_empty() && !text(&refusal["help"]).is_empty());
        format!(
            "{} {} {line}",
            text(&refusal["code"]),
            text(&refusal["address"])
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Olga's credential is in use; the configuration says that Pia is the owner.
const SHARED: &str = r"
subdomain: acme
owner: olga@acme.example
roles: [{ name: Tier 1 }]
groups: [{ name: Support, default: true }]
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
  - { email: pia@acme.example, name: Pia Example, role: admin }
  - { email: sam@acme.example, name: Sam Shared, shared: true }
";

const UNTOUCHABLE: &str = r"
roles:
  - { name: Tier 1 }
groups:
  - { name: Support }
users:
  - { email: olga@acme.example, role: Tier 1, groups: [Support] }
  - { email: pia@acme.example, name: Pia Renamed }
  - { email: sam@acme.example, name: Sam Renamed }
  - { email: new@acme.example, name: New Example, role: Tier 1, groups: [Support] }
";

#[test]
fn who_may_not_be_touched_and_what_there_is_no_seat_for_is_refused() {
    let project = Project::embedded(SHARED, UNTOUCHABLE);
    let config =
        "account: { sandbox: account.yaml, owner: pia@acme.example }\nlimits:\n  seats: 2\n";
    project.write("zdsync.yaml", config);
    let plan = project.run(&["plan", "--format", "json"]).exits(4).json();
    insta::assert_snapshot!(refusals(&plan), @"
    min_admins user/olga@acme.example 7
    self_lockout user/olga@acme.example 7
    owner user/pia@acme.example 8
    shared_user user/sam@acme.example 9
    seat_limit user/new@acme.example 10
    ");
    let said = project.run(&["plan"]).exits(4).stdout;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "the limit is 2 (limits.min_admins, the default)",
        "3 paid seats would be in use, and there are 2 (limits.seats, zdsync.yaml:3); one is taken by `new@acme.example`",
        "raise `limits.seats` in zdsync.yaml",
        "use the credential of another administrator",
        "name them in `account.owner` of zdsync.yaml",
        "declare the person with `external: true`",
    ] {
        assert!(said.contains(text), "{text}\n{said}");
    }
    project.edit("zdsync.yaml", "seats: 2", "seats: 3");
    let plan = project.run(&["plan", "--format", "json"]).exits(4).json();
    assert!(!refusals(&plan).contains("seat_limit"));
}
