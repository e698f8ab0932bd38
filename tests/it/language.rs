//! What the language promises, sentence by sentence: an account, manifests, and what a plan makes of them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Project, Run};

const ACCOUNT: &str = "\
subdomain: acme
owner: olga@example.com
roles: [{ name: Tier 2, configuration: { ticket_access: all, ticket_merge: true } }]
groups:
  - { name: Support, default: true }
  - { name: Escalations, description: Second line }
organizations: [{ name: Globex, tags: [vip, eu] }, { name: Initech }]
users:
  - { email: olga@example.com, name: Olga Owner, role: admin, groups: [Support] }
  - { email: ada@example.com, name: Ada Example, role: Tier 2, groups: [Support, Escalations], default_group: Support, organizations: [Globex, Initech], alias: Al }
  - { email: ben@example.com, name: Ben Example, role: Tier 2, groups: [Support] }
  - { email: cleo@example.net, name: Cleo Customer, organizations: [Globex] }
";

const CONFIG: &str =
    "account: { sandbox: account.yaml, owner: olga@example.com }\nlimits: { min_admins: 1 }\n";

/// Plans a manifest, with more in the configuration.
fn planned(config: &str, manifest: &str) -> Run {
    let project = Project::embedded(ACCOUNT, manifest);
    project.write("zdsync.yaml", &[CONFIG, config].concat());
    project.run(&["plan", "--format", "json"])
}

/// The changes of a plan, such as `update user/ada@example.com`, sorted.
fn changes(plan: &Value) -> BTreeSet<String> {
    let changes = plan["changes"].as_array().into_iter().flatten();
    let shown = changes.map(|change| {
        let word = |key: &str| change[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}", word("action"), word("address"))
    });
    shown.collect()
}

/// An account as of old, and what a manifest that says this changes of it. `ada:` stands for all that is
/// needed to say something of her.
const TABLE: &[(&str, &str, &str, &[&str])] = &[
    (
        "a key that is absent is not managed",
        "",
        "ada: name: Ada Example",
        &[],
    ),
    (
        "a list under a declared key is the whole list",
        "",
        "ada: groups: [Support]",
        &["delete group_membership/ada@example.com/Escalations"],
    ),
    (
        "unless what nobody declares is ignored",
        "manage: { group_memberships: { undeclared: ignore } }\n",
        "ada: groups: [Support]",
        &[],
    ),
    (
        "the list of one kind says nothing of the other",
        "",
        "ada: organizations: [Initech]",
        &["delete organization_membership/ada@example.com/Globex"],
    ),
    (
        "the order of lists means nothing, nor does the case of names",
        "",
        "ada: groups: [escalations, SUPPORT], organizations: [Initech, Globex]",
        &[],
    ),
    (
        "without `default_group` it is not managed, with it, it is",
        "",
        "ada: groups: [Support, Escalations], default_group: Escalations",
        &["update user/ada@example.com"],
    ),
    (
        "an address matches whatever its case",
        "",
        "Ada: name: Ada Example",
        &[],
    ),
    (
        "the user's own keys win over the profile's, and lists are joined",
        "",
        "ada: profile: [p], alias: Al, groups: [Escalations]\nprofiles: [{ name: p, alias: Lo, groups: [Support], role: Tier 2 }]\n",
        &[],
    ),
    (
        "a grant that has ended counts as not declared",
        "",
        "ada: groups: [Support, { group: Escalations, until: 2020-12-31, reason: INC-42 }]",
        &["delete group_membership/ada@example.com/Escalations"],
    ),
    (
        "only listed permissions are managed",
        "",
        "roles: [{ name: Tier 2, configuration: { ticket_access: all } }]\n",
        &[],
    ),
    (
        "a listed one that differs is an update",
        "",
        "roles: [{ name: Tier 2, configuration: { ticket_merge: false } }]\n",
        &["update role/Tier 2"],
    ),
    (
        "tags are a set and the whole set",
        "",
        "organizations: [{ name: Globex, tags: [eu, vip] }, { name: Initech, tags: [new] }]\n",
        &["update organization/Initech"],
    ),
    (
        "what exists and is not ours is referred to and never changed",
        "",
        "groups: [{ name: Support, external: true }, { name: Escalations, external: true }]\n\
             users: [{ email: ada@example.com, groups: [Support, Escalations] }]\n",
        &[],
    ),
    (
        "leaving an entry out removes nothing",
        "",
        "groups: [{ name: Support }]\n",
        &[],
    ),
    (
        "unless what nobody declares is to be removed",
        "manage: { groups: { undeclared: remove } }\n",
        "groups: [{ name: Support }]\n",
        &[
            "delete group/Escalations",
            "delete group_membership/ada@example.com/Escalations",
        ],
    ),
    (
        "`state: absent` removes",
        "",
        "groups: [{ name: Support }, { name: Escalations, state: absent }]\n",
        &[
            "delete group/Escalations",
            "delete group_membership/ada@example.com/Escalations",
        ],
    ),
    (
        "a former name makes a rename of what would be two changes",
        "",
        "groups: [{ name: Tier 3, previously: [Escalations] }]\n",
        &["rename group/Tier 3"],
    ),
    (
        "nobody outside of the scope is removed",
        "manage: { users: { undeclared: remove, scope: { roles: [agent], email_domains: [example.com] } } }\n",
        "ada: name: Ada Example",
        &[
            "delete group_membership/ben@example.com/Support",
            "offboard user/ben@example.com",
        ],
    ),
];

#[test]
fn a_manifest_changes_what_it_says_and_nothing_else() {
    let things = "\
groups: [{ name: Support }, { name: Escalations }]
organizations: [{ name: Globex }, { name: Initech }]
roles: [{ name: Tier 2 }]
";
    for (sentence, config, manifest, expected) in TABLE {
        let ada = manifest
            .split_once("da: ")
            .filter(|(first, _)| first.len() == 1);
        let manifest = match ada {
            Some((first, rest)) => {
                let (keys, rest) = rest.split_once('\n').unwrap_or((rest, ""));
                format!("{things}users: [{{ email: {first}da@example.com, {keys} }}]\n{rest}")
            }
            None => (*manifest).to_owned(),
        };
        let run = planned(config, &manifest);
        assert_eq!(run.code, 0, "{sentence}: {}{}", run.stdout, run.stderr);
        let expected: BTreeSet<String> = expected.iter().map(|one| (*one).to_owned()).collect();
        assert_eq!(changes(&run.json()), expected, "{sentence}");
    }
}

#[test]
fn what_nobody_may_ask_for_is_refused_when_it_is_planned() {
    for (sentence, config, manifest, code, said) in [
        (
            "what is `external` must be live",
            "",
            "groups: [{ name: Nowhere, external: true }]\n",
            "external_missing",
            "Nowhere",
        ),
        (
            "a former name that is live beside the new one",
            "",
            "groups: [{ name: Support, previously: [Escalations] }]\n",
            "rename_target_exists",
            "Escalations",
        ),
        (
            "who is protected is never changed",
            "protected: [user/ada@example.com]\n",
            "users: [{ email: ada@example.com, alias: Lo }]\n",
            "protected",
            "ada@example.com",
        ),
        (
            "a new agent names a role where the account has custom ones",
            "",
            "groups: [{ name: Support }]\nusers: [{ email: new@example.com, name: Nina New, role: agent, groups: [Support] }]\n",
            "",
            "Tier 2",
        ),
        (
            "removals stay within their limit",
            "",
            "groups: [{ name: Support, state: absent }, { name: Escalations, state: absent }]\n",
            "",
            "limit",
        ),
    ] {
        let run = planned(config, manifest);
        assert_eq!(run.code, 4, "{sentence}: {}{}", run.stdout, run.stderr);
        let refused = run.json()["refused"].to_string();
        let found = refused.contains(code) && refused.contains(said);
        assert!(found, "{sentence}: {refused}");
    }
}

#[test]
fn what_can_be_known_offline_is_said_offline() {
    for (sentence, manifest, said) in [
        (
            "an unknown name",
            "users: [{ email: ada@example.com, groups: [Escalation] }]\ngroups: [{ name: Escalations }]\n",
            "Escalations",
        ),
        (
            "a key that there is not",
            "groups: [{ name: Support, discription: x }]\n",
            "description",
        ),
        (
            "nothing where a list is meant",
            "groups: [{ name: Support }]\nusers:\n  - email: ada@example.com\n    groups:\n",
            "write [] to remove all, or delete the key to leave them alone",
        ),
        (
            "one thing declared twice",
            "groups: [{ name: Support }, { name: ' support ' }]\n",
            "Support",
        ),
        (
            "two people who swap addresses",
            "users:\n  - { email: ada@example.com, previously: [ben@example.com] }\n  - { email: ben@example.com, previously: [ada@example.com] }\n",
            "give one a third one",
        ),
        (
            "profiles in a circle",
            "profiles: [{ name: a, profile: b }, { name: b, profile: a }]\n",
            "`a`",
        ),
    ] {
        let project = Project::embedded(ACCOUNT, manifest);
        let run = project.run(&["validate"]).exits(1);
        let all = run.stdout + &run.stderr;
        assert!(all.contains(said), "{sentence}: {all}");
    }
    // System roles are known without being declared.
    for role in [
        "end-user",
        "agent",
        "admin",
        "Light agent",
        "Contributor",
        "Billing admin",
    ] {
        let groups = if role == "end-user" {
            ""
        } else {
            ", groups: [Support]"
        };
        let manifest = format!(
            "groups: [{{ name: Support }}]\nusers: [{{ email: a@example.com, name: A, role: {role}{groups} }}]\n"
        );
        let project = Project::embedded(ACCOUNT, &manifest);
        project.run(&["validate"]).exits(0);
    }
}

#[test]
fn an_account_is_known_by_its_fingerprint() {
    let manifest = "groups: [{ name: Support, description: x }]\n";
    let project = Project::embedded(ACCOUNT, manifest);
    let check = project.run(&["check", "--format", "json"]).json();
    let own = check["account"]["fingerprint"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    for (fingerprint, code) in [(own.as_str(), 0), ("acme-1", 4)] {
        let account = "owner: olga@example.com, sandbox: account.yaml";
        let config = format!("account: {{ {account}, fingerprint: \"{fingerprint}\" }}\n");
        project.write("zdsync.yaml", &config);
        project.run(&["plan"]).exits(code);
        let applied = project.run(&["apply", "--auto-approve"]);
        assert_eq!(applied.code, code, "{}", applied.stderr);
    }
}
