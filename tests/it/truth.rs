//! What counts as a difference: the same value in another spelling never does.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use serde_json::Value;

use crate::support::Project;

const ACCOUNT: &str = r"
subdomain: acme
owner: olga@acme.example
user_fields:
  - { key: dept }
  - { key: vip, type: checkbox, tag: is_vip }
  - { key: off, type: checkbox, tag: is_off }
  - { key: region, type: dropdown, options: [emea, apac] }
  - { key: since, type: date }
  - { key: score, type: decimal }
  - { key: desk, type: integer }
  - { key: skills, type: multiselect, options: [de, fr] }
organization_fields:
  - { key: tier, type: dropdown, options: [gold, silver] }
  - { key: signed, type: date }
  - { key: partner, type: checkbox, tag: is_partner }
roles: [{ name: Tier 2, description: '' }]
groups:
  - { name: Support, default: true }
  - { name: Escalations }
organizations:
  - name: Globex
    external_id: CRM-42
    domain_names: [globex.example, globex.test]
    tags: [vip, eu]
    organization_fields: { tier: gold, signed: '2020-08-19', partner: true }
  - { name: Initech }
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
  - email: ada@acme.example
    name: Ada Lovelace
    role: Tier 2
    groups: [Support, Escalations]
    organizations: [Globex, Initech]
    external_id: E-1
    tags: [core, early]
    locale: en-US
    time_zone: Europe/Berlin
    user_fields: { vip: true, region: emea, since: '2020-08-19', score: 12.5, desk: 7, skills: [fr, de] }
  - { email: ben@acme.example, name: Ben Plain, role: agent }
  - { name: Nobody Addressed, external_id: X-9 }
";

/// Everything as it is, written as people write it.
const MANIFEST: &str = r#"
roles:
  - { name: Tier 2, description: "" }
groups:
  - { name: Support, description: "" }
  - { name: Escalations }
organizations:
  - name: Globex
    external_id: crm-42
    domain_names: [Globex.test, globex.example]
    tags: [eu, vip]
    details: ""
    notes: ""
    organization_fields: { tier: gold, signed: 2020-08-19, partner: true }
  - { name: Initech, external_id: "", tags: [], domain_names: [] }
users:
  - { email: Olga@ACME.example, name: Olga Owner, role: admin, alias: "", groups: [Support] }
  - email: " Ada@Acme.Example"
    name: Ada Lovelace
    role: tier 2
    groups: [escalations, SUPPORT]
    default_group: support
    organizations: [initech, GLOBEX]
    external_id: e-1
    tags: [Early, core]
    alias: ""
    phone: ""
    notes: ""
    details: ""
    signature: ""
    locale: EN-us
    time_zone: Europe/Berlin
    user_fields: { dept: "", vip: true, off: false, region: emea, since: 2020-08-19, score: "12.50", desk: 7.0, skills: [de, fr] }
  - { email: ben@acme.example, role: agent, external_id: "", tags: [] }
  - { external_id: x-9, name: Nobody Addressed }
"#;

#[test]
fn the_same_in_another_spelling_is_no_change() {
    let project = Project::embedded(ACCOUNT, MANIFEST);
    let run = project.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

/// The changes of a plan, one a line: action, address, fields with what they become.
fn changes(plan: &Value) -> String {
    let lines = plan["changes"].as_array().unwrap().iter().map(|change| {
        let fields = change["fields"].as_array().unwrap().iter().map(|field| {
            let (path, after) = (field["path"].as_str().unwrap(), &field["after"]);
            format!(" {path}={after}")
        });
        let fields: String = fields.collect();
        let (action, address) = (&change["action"], &change["address"]);
        format!(
            "{} {}{fields}",
            action.as_str().unwrap(),
            address.as_str().unwrap()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn another_value_is_one_change_of_that_value_alone() {
    let project = Project::embedded(ACCOUNT, MANIFEST);
    for (from, to) in [
        ("since: 2020-08-19", "since: 2020-08-20"),
        ("score: \"12.50\"", "score: 12.51"),
        ("off: false", "off: true"),
        ("region: emea", "region: apac"),
        ("skills: [de, fr]", "skills: [de]"),
        ("tags: [Early, core]", "tags: [core]"),
        ("tier: gold", "tier: \"\""),
        ("[Globex.test, globex.example]", "[globex.example]"),
        (
            "external_id: x-9, name: Nobody",
            "external_id: x-9, name: Somebody",
        ),
    ] {
        project.edit("manifests/all.yaml", from, to);
    }
    let plan = project.run(&["plan", "--format", "json"]).exits(0).json();
    insta::assert_snapshot!(changes(&plan), @r#"
    update organization/Globex domain_names=["globex.example"] organization_fields.tier=null
    update user/Ada@Acme.Example tags=["core"] user_fields.off=true user_fields.region="apac" user_fields.score=12.51 user_fields.since="2020-08-20" user_fields.skills=["de"]
    update user/x-9 name="Somebody Addressed"
    "#);
    project.run(&["apply", "--auto-approve"]).exits(0);
    let run = project.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn what_was_deleted_is_not_there_and_what_it_was_called_is_free() {
    let account = r"
groups: [{ name: Support, default: true }, { name: Gone, deleted: true }]
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
  - { email: ada@acme.example, name: Ada, external_id: e-1, deleted: true }
";
    let manifest = r"
roles: [{ name: Staff, external: true }]
groups: [{ name: Gone }]
users:
  - { email: ada@acme.example, name: Ada, external_id: E-1, role: Staff, groups: [Gone] }
";
    let project = Project::embedded(account, manifest);
    let plan = project.run(&["plan", "--format", "json"]).exits(0).json();
    insta::assert_snapshot!(changes(&plan), @r#"
    create group/Gone name="Gone"
    create user/ada@acme.example email="ada@acme.example" name="Ada" role="Staff" external_id="E-1"
    create group_membership/ada@acme.example/Gone
    "#);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn between_two_of_one_name_nobody_guesses() {
    let account = r"
groups: [{ name: Support, default: true }, { name: Twins, key: one }, { name: twins, key: two }]
users: [{ email: olga@acme.example, name: Olga Owner, role: admin }]
";
    let project = Project::embedded(account, "groups: [{ name: TWINS, description: Which? }]\n");
    let plan = project.run(&["plan", "--format", "json"]).exits(4).json();
    assert_eq!(changes(&plan), "");
    let refused = &plan["refused"][0];
    assert_eq!(refused["code"], "ambiguous");
    let message = refused["message"].as_str().unwrap();
    let numbers = message.rsplit(": ").next().unwrap().split(", ");
    assert_eq!(numbers.count(), 2, "{message}");
}

/// A new agent, a promoted one, and customers whose mail domain belongs to an organization.
const MAPPED: &str = r"
groups: [{ name: Support, default: true }, { name: Tier 1 }]
organizations: [{ name: Globex, domain_names: [globex.example] }, { name: Initech }]
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
  - { email: eve@acme.example, name: Eve }
";

const JOINERS: &str = r"
roles: [{ name: Staff, external: true }]
groups: [{ name: Tier 1 }]
organizations: [{ name: Initech }]
users:
  - { email: dan@acme.example, name: Dan, role: Staff, groups: [Tier 1] }
  - { email: eve@acme.example, name: Eve, role: Staff, groups: [Tier 1] }
  - { email: hank@globex.example, name: Hank, organizations: [Initech] }
  - { email: ida@globex.example, name: Ida }
";

#[test]
fn agents_leave_the_group_that_zendesk_put_them_into_and_mail_domains_add_what_is_ignored() {
    let project = Project::embedded(MAPPED, JOINERS);
    let config = "account: { sandbox: account.yaml }\n\
                  manage: { organization_memberships: { undeclared: ignore } }\n";
    project.write("zdsync.yaml", config);
    project.run(&["apply", "--auto-approve"]).exits(0);
    let run = project.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    // Where the list is the whole list, the next plan says what the mail domain added; then it is gone.
    project.write("zdsync.yaml", "account: { sandbox: account.yaml }\n");
    let plan = project.run(&["plan", "--format", "json"]).exits(0).json();
    assert_eq!(
        changes(&plan),
        "delete organization_membership/hank@globex.example/Globex"
    );
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
}
