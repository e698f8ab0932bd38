//! Traps of groups, organizations and roles.

use serde_json::{Value, json};
use zdsync::sandbox::{Settings, Switch};

use crate::sandbox::account::{ACME, Account};

fn strict(switch: Switch) -> Account {
    let settings = Settings {
        switches: [switch].into(),
        ..Settings::default()
    };
    Account::with(ACME, settings)
}

#[test]
fn trap_07_a_deleted_group_is_still_answered_and_an_organization_is_not() {
    let mut account = Account::new(ACME);
    let board = account.named("groups", "Board");
    account.delete(&format!("groups/{board}")).expect(204);
    assert_eq!(
        account.get(&format!("groups/{board}")).expect(200)["group"]["deleted"],
        true
    );
    assert_eq!(account.get("groups").expect(200)["count"], 2);
    assert_eq!(
        account.get("groups?exclude_deleted=false").expect(200)["count"],
        3
    );
    account.delete(&format!("groups/{board}")).expect(404);
    account
        .post("groups", &json!({ "group": { "name": "board" } }))
        .expect(201);
    let globex = account.named("organizations", "Globex");
    account
        .delete(&format!("organizations/{globex}"))
        .expect(204);
    account.get(&format!("organizations/{globex}")).expect(404);
    let cleo = account.user("cleo@globex.test");
    let left = account
        .get(&format!("users/{cleo}/organization_memberships"))
        .expect(200);
    assert_eq!(
        left["organization_memberships"][0]["default"], true,
        "another took over"
    );
}

#[test]
fn trap_25_an_echoed_configuration_may_be_refused() {
    let mut account = Account::new(ACME);
    let tier = account.named("custom_roles", "Tier 2");
    let path = format!("custom_roles/{tier}");
    let role = account.get(&path).expect(200)["custom_role"].clone();
    let body = json!({ "custom_role": { "configuration": role["configuration"] } });
    let reply = account.put(&path, &body);
    reply.expect(200);
    let warning = reply.header("x-zendesk-api-warn").expect("a warning");
    assert!(
        warning.contains("custom_role.configuration.chat_access"),
        "{warning}"
    );
    let mut account = strict(Switch::RefuseReadOnlyPermissions);
    account.put(&path, &body).expect(422);
    let body = json!({ "custom_role": { "configuration": { "ticket_deletion": true } } });
    let role = account.put(&path, &body).expect(200)["custom_role"].clone();
    assert_eq!(role["configuration"]["ticket_deletion"], true);
    assert_eq!(
        role["configuration"]["ticket_access"], "within-groups",
        "the rest stays"
    );
}

#[test]
fn trap_26_roles_are_bounded_named_and_held() {
    let mut account = Account::unlimited(ACME);
    for name in ["tier 2", "Administrator", "light agent", ""] {
        let body = json!({ "custom_role": { "name": name } });
        account.post("custom_roles", &body).expect(422);
    }
    let body =
        json!({ "custom_role": { "name": "x", "configuration": { "ticket_access": "some" } } });
    account.post("custom_roles", &body).expect(422);
    let tier = account.named("custom_roles", "Tier 2");
    account.delete(&format!("custom_roles/{tier}")).expect(422);
    let light = account.named("custom_roles", "Light agent");
    account.delete(&format!("custom_roles/{light}")).expect(403);
    for n in 0..193 {
        let body = json!({ "custom_role": { "name": format!("Role {n}") } });
        let role = account.post("custom_roles", &body).expect(200)["custom_role"].clone();
        assert_eq!(
            role["configuration"].as_object().map(serde_json::Map::len),
            Some(36)
        );
    }
    let body = json!({ "custom_role": { "name": "One too many" } });
    account.post("custom_roles", &body).expect(422);
    let mut small = Account::new("custom_roles: false");
    small.get("custom_roles").expect(403);
    assert_eq!(
        small.get("users/me").expect(200)["user"]["custom_role_id"],
        Value::Null
    );
}

#[test]
fn trap_27_a_repeated_group_makes_a_twin() {
    let mut account = Account::new("check_group_name_uniqueness: false");
    let body = json!({ "group": { "name": "Night" } });
    let first = account.post("groups", &body).expect(201);
    let second = account.post("groups", &body).expect(201);
    assert_ne!(first["group"]["id"], second["group"]["id"]);
    let mut account = Account::new("");
    account.post("groups", &body).expect(201);
    let body = json!({ "group": { "name": "night " } });
    let clash = account.post("groups", &body).expect(422);
    assert_eq!(clash["details"]["name"][0]["error"], "DuplicateValue");
}

#[test]
fn trap_28_a_private_group_stays_private() {
    let mut account = Account::new(ACME);
    let board = account.named("groups", "Board");
    let path = format!("groups/{board}");
    account
        .put(&path, &json!({ "group": { "is_public": true } }))
        .expect(422);
    let support = account.named("groups", "Support");
    let body = json!({ "group": { "is_public": false } });
    let reply = account.put(&format!("groups/{support}"), &body);
    assert_eq!(reply.expect(200)["group"]["is_public"], false);
    assert!(
        reply.header("location").is_some(),
        "an updated group answers its place too"
    );
}

#[test]
fn trap_29_default_groups_are_not_simply_deleted() {
    let mut account = Account::new(ACME);
    let support = account.named("groups", "Support");
    account.delete(&format!("groups/{support}")).expect(422);
    let escalations = account.named("groups", "Escalations");
    let ada = account.user("ada@acme.test");
    let of_ada = format!("users/{ada}/group_memberships");
    let list = account.get(&of_ada).expect(200);
    let rows = list["group_memberships"].as_array().expect("rows");
    let row = rows
        .iter()
        .find(|row| row["group_id"] == escalations)
        .expect("a row")
        .clone();
    let path = format!("{of_ada}/{}/make_default", row["id"]);
    account.put(&path, &json!({})).expect(200);
    let mut other = strict(Switch::KeepMembersDefaultGroup);
    other.put(&path, &json!({})).expect(200);
    other.delete(&format!("groups/{escalations}")).expect(422);
    account.delete(&format!("groups/{escalations}")).expect(204);
    let user = account.get(&format!("users/{ada}")).expect(200);
    assert_eq!(
        user["user"]["default_group_id"], support,
        "the default moved"
    );
}

#[test]
fn the_last_and_the_default_membership_may_be_kept() {
    let mut account = Account::new(ACME);
    let ben = account.user("ben@acme.test");
    let path = format!("users/{ben}/group_memberships");
    let id = account.get(&path).expect(200)["group_memberships"][0]["id"].clone();
    strict(Switch::KeepLastGroup)
        .delete(&format!("group_memberships/{id}"))
        .expect(422);
    account.delete(&format!("{path}/{id}")).expect(204);
    let user = account.get(&format!("users/{ben}")).expect(200);
    assert_eq!(user["user"]["default_group_id"], Value::Null);
    let ada = account.user("ada@acme.test");
    let path = format!("users/{ada}/group_memberships");
    let list = account.get(&path).expect(200);
    let rows = list["group_memberships"].as_array().expect("rows").clone();
    let default = rows
        .iter()
        .find(|row| row["default"] == true)
        .expect("a default");
    let path = format!("group_memberships/{}", default["id"]);
    strict(Switch::KeepDefaultMembership)
        .delete(&path)
        .expect(422);
    account.delete(&path).expect(204);
}

#[test]
fn trap_35_a_membership_is_default_or_null() {
    let mut account = Account::new(ACME);
    let cleo = account.user("cleo@globex.test");
    let path = format!("users/{cleo}/organization_memberships");
    let list = account.get(&path).expect(200);
    let rows = list["organization_memberships"]
        .as_array()
        .expect("rows")
        .clone();
    assert_eq!(rows[0]["default"], true);
    assert_eq!(rows[0]["organization_name"], "Globex");
    assert_eq!(rows[1]["default"], Value::Null);
    let second = rows[1]["id"].clone();
    let list = account
        .put(&format!("{path}/{second}/make_default"), &json!({}))
        .expect(200);
    assert_eq!(
        list["organization_memberships"][0]["organization_name"],
        "Initech"
    );
    let globex = account.named("organizations", "Globex");
    let place = format!("users/{cleo}/organizations/{globex}");
    let one = account
        .put(&format!("{place}/make_default"), &json!({}))
        .expect(200);
    assert_eq!(one["organization_membership"]["default"], true);
    account.delete(&place).expect(204);
    let user = account.get(&format!("users/{cleo}")).expect(200);
    assert_eq!(
        user["user"]["organization_id"],
        account.named("organizations", "Initech")
    );
}

#[test]
fn trap_36_domains_add_memberships_that_nobody_declared() {
    let mut account = Account::new(ACME);
    let globex = account.named("organizations", "Globex");
    let body = json!({ "user": { "name": "x", "email": "x@globex.test" } });
    let user = account.post("users", &body).expect(201)["user"].clone();
    assert_eq!(user["organization_id"], globex);
    let dan = account.user("dan@initech.test");
    let body = json!({ "identity": { "value": "dan@globex.test", "verified": false } });
    let path = format!("users/{dan}/identities");
    let id = account.post(&path, &body).expect(201)["identity"]["id"].clone();
    let memberships = format!("users/{dan}/organization_memberships");
    assert_eq!(account.get(&memberships).expect(200)["count"], 0);
    account
        .put(&format!("{path}/{id}/verify"), &json!({}))
        .expect(200);
    assert_eq!(account.get(&memberships).expect(200)["count"], 1);
}

#[test]
fn a_second_organization_needs_the_setting() {
    let seed = ACME.replace(
        "organizations: [Globex, Initech]",
        "organizations: [Globex]",
    );
    let seed = format!("multiple_organizations: false\n{seed}");
    let mut account = Account::new(&seed);
    let cleo = account.user("cleo@globex.test");
    let initech = account.named("organizations", "Initech");
    let row = json!({ "user_id": cleo, "organization_id": initech });
    let body = json!({ "organization_membership": row });
    account.post("organization_memberships", &body).expect(422);
    let settings = Settings {
        switches: [Switch::SecondOrganizationReplaces].into(),
        ..Settings::default()
    };
    let mut account = Account::with(&seed, settings);
    account.post("organization_memberships", &body).expect(201);
    let path = format!("users/{cleo}/organization_memberships");
    assert_eq!(account.get(&path).expect(200)["count"], 1);
}
