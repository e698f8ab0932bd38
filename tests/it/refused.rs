//! What a plan refuses, all at once: each with its code, what it is about, where it is asked for, and the
//! way out.

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
    let refused = plan["refused"].as_array().unwrap();
    let lines = refused.iter().map(|refusal| {
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
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    removal_limit user/cleo@acme.example 20
    min_admins user/ada@acme.example 12
    protected user/dan@acme.example 22
    wrong_fingerprint - -
    secondary_email user/lace@acme.example 24
    external_missing group/Nowhere 5
    role_required user/ben@acme.example 16
    private_group group/Private 4
    ");

    let run = project.run(&["plan"]).exits(4);
    for way_out in [
        "--allow-removals users=1",
        "limits.min_admins",
        "account.fingerprint",
        "take `user/dan@acme.example` off `protected`",
        "declare that person as `ada@acme.example`",
        "name one of this account's roles",
        "delete `external: true` to have it made here",
        "a private group can never become public",
    ] {
        let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(way_out), "{way_out}\n{}", run.stdout);
    }
    let run = project.run(&["apply", "--auto-approve"]).exits(4);
    assert_eq!(run.stderr.matches("refused:").count(), refused.len());
}
