//! What people write down as an account.

use serde_json::json;
use zdsync::sandbox::{Seed, Settings, Size};

use super::account::{ACME, Account};

#[test]
fn mistakes_are_named_by_their_place() {
    for (text, expected) in [
        ("colour: red", "1:1: unknown field `colour`"),
        (
            "users: [{ email: a@b.test, rolle: agent }]",
            "unknown field `rolle`",
        ),
        (
            "users:\n  - { email: a@b.test, role: Chief }",
            "2:30: role `Chief` is not listed",
        ),
        (
            "users:\n  - email: nonsense",
            "2:12: `nonsense` is no e-mail address",
        ),
        (
            "users:\n  - email: a@b.test\n    role: agent\n    groups: [Nowhere]",
            "4:14: group `Nowhere` is not listed",
        ),
        (
            "users:\n  - email: a@b.test\n    groups: [Support]",
            "3:14: only agents and admins can be in groups",
        ),
        (
            "users:\n  - email: a@b.test\n  - email: A@b.test",
            "3:12: address `A@b.test` stands twice; first on line 2",
        ),
        (
            "organizations: [{ name: A }, { name: a }]",
            "organization `a` stands twice",
        ),
        ("name: a\nname: b", "2:1: `name` stands twice"),
        ("time_zone: Atlantis", "1:12: `Atlantis` is no time zone"),
        (
            "groups:",
            "1:7: a list is expected here; [] is the empty one",
        ),
        (
            "users: [{ email: a@b.test, user_fields: { x: 1 } }]",
            "user field `x` is not listed",
        ),
        (
            "roles: [{ name: R, configuration: { ticket_access: some } }]",
            "permission `ticket_access` does not take \"some\"",
        ),
    ] {
        let errors = Seed::parse(text).expect_err(text).to_string();
        assert!(errors.contains(expected), "{text}: {errors}");
        assert!(
            errors.starts_with(|first: char| first.is_ascii_digit()),
            "{errors}"
        );
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = "users:\n  - { email: x, role: Chief }\n  - { email: y, role: Boss }";
    let errors = Seed::parse(text).expect_err("mistakes");
    assert_eq!(errors.0.len(), 4, "{errors}");
}

/// One person per state.
const STATES: &str = r"
owner: boss@acme.test
groups:
  - { name: Twins, key: first }
  - { name: Twins, key: second, description: The other }
  - { name: Gone, deleted: true }
users:
  - email: a@acme.test
    role: agent
    groups: [first, second]
    default_group: second
    alias: Team
    phone: '+491'
    time_zone: Arizona
    locale: de
    suspended: true
    tags: [Two words]
  - { email: b@acme.test, role: Staff, groups: [], phone: '+491' }
  - { email: c@acme.test, deleted: true, name: Former }
  - { name: No Address, external_id: 0042 }
  - { email: d@acme.test, tickets: { requested: 4, open: 2 } }
  - { email: e@acme.test, shared: true }
";

#[test]
fn a_seed_can_hold_every_state_of_a_person() {
    let mut account = Account::new(STATES);
    let user = |account: &mut Account, email: &str| {
        let id = account.user(email);
        account.get(&format!("users/{id}")).expect(200)["user"].clone()
    };
    let a = user(&mut account, "a@acme.test");
    assert_eq!(a["iana_time_zone"], "America/Phoenix");
    assert_eq!((&a["locale"], &a["locale_id"]), (&json!("de"), &json!(8)));
    assert_eq!(
        (&a["phone"], &a["shared_phone_number"]),
        (&json!("+491"), &json!(false))
    );
    assert_eq!(a["suspended"], true);
    assert_eq!(a["tags"], json!(["two_words"]));
    let group = account
        .get(&format!("groups/{}", a["default_group_id"]))
        .expect(200);
    assert_eq!(group["group"]["description"], "The other");
    let b = user(&mut account, "b@acme.test");
    assert_eq!(b["default_group_id"], json!(null));
    assert_eq!(
        (&b["phone"], &b["shared_phone_number"]),
        (&json!("+491"), &json!(true))
    );
    let boss = user(&mut account, "boss@acme.test");
    assert_eq!(boss["role"], "admin");
    assert_eq!(
        account.get("deleted_users").expect(200)["deleted_users"][0]["name"],
        "Former"
    );
    assert_eq!(
        account.get("users/search?external_id=0042").expect(200)["count"],
        1
    );
    let d = account.user("d@acme.test");
    let refused = account.delete(&format!("users/{d}")).expect(422);
    assert_eq!(
        refused["details"]["base"][0]["description"],
        "Base User is requester on 2 ticket(s) that are not closed."
    );
    let e = account.user("e@acme.test");
    account
        .put(&format!("users/{e}"), &json!({ "user": { "notes": "x" } }))
        .expect(403);
}

#[test]
fn ids_are_many_sided() {
    let mut account = Account::new(ACME);
    let users = account.get("users").expect(200);
    let ids: Vec<u64> = users["users"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| row["id"].as_u64())
        .collect();
    assert!(ids.iter().all(|id| *id > 40_000_000_000_000));
    assert!(ids.is_sorted());
    let mut made = Vec::new();
    for n in 0..6 {
        let body = json!({ "group": { "name": format!("g{n}") } });
        made.push(account.post("groups", &body).expect(201)["group"]["id"].as_u64());
    }
    assert!(!made.is_sorted(), "later ids are not always greater");
}

#[test]
fn a_generated_account_is_messy_and_always_the_same() {
    let size: Size = "users=2000,agents=150,admins=3,roles=5"
        .parse()
        .expect("a size");
    let mut account = Account::with_seed(&size.seed(7), Settings::default());
    assert_eq!(
        account.get("users/count").expect(200)["count"]["value"],
        1960
    );
    let staff = account
        .get("users/count?role[]=agent&role[]=admin")
        .expect(200);
    assert_eq!(staff["count"]["value"], 153);
    assert_eq!(
        account.get("deleted_users/count").expect(200)["count"]["value"],
        40
    );
    let holdings = account.sandbox.holdings();
    let suspended = holdings.values().filter(|user| user.suspended).count();
    assert!((20..100).contains(&suspended), "{suspended}");
    let many = holdings
        .values()
        .filter(|user| user.organizations.len() > 1)
        .count();
    assert!(many > 20, "{many}");
    let nameless = holdings
        .values()
        .filter(|user| user.active && user.email.is_none())
        .count();
    assert!(nameless > 10, "{nameless}");
    let groups = account.get("groups").expect(200);
    let mut names: Vec<String> = groups["groups"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["name"].to_string())
        .collect();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count - 1, "two groups share a name");
    let again = Account::with_seed(&size.seed(7), Settings::default());
    assert_eq!(
        again.sandbox.save().expect("text"),
        Account::with_seed(&size.seed(7), Settings::default())
            .sandbox
            .save()
            .expect("text")
    );
    let other = Account::with_seed(&size.seed(8), Settings::default());
    assert_ne!(again.sandbox.holdings(), other.sandbox.holdings());
    for wrong in ["users", "users=x", "people=3", "users=10,agents=20"] {
        assert!(
            wrong.parse::<Size>().is_err() || wrong == "users=10,agents=20",
            "{wrong}"
        );
    }
}

#[test]
fn the_schema_of_seeds_says_what_every_key_means() {
    let schema = Seed::schema().to_value();
    let mut open = vec![&schema];
    let mut keys = 0;
    while let Some(next) = open.pop() {
        if let Some(properties) = next.get("properties").and_then(|all| all.as_object()) {
            for (key, property) in properties {
                assert!(property.get("description").is_some(), "{key} says nothing");
                keys += 1;
            }
            assert_eq!(next["additionalProperties"], false);
        }
        if let Some(definitions) = next.get("$defs").and_then(|all| all.as_object()) {
            open.extend(definitions.values());
        }
    }
    assert!(keys > 70, "{keys}");
    let parsed: serde_json::Value = serde_yaml::from_str(ACME).expect("YAML");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let faults: Vec<String> = validator
        .iter_errors(&parsed)
        .map(|error| error.to_string())
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
}
