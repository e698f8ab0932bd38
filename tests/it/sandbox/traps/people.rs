//! Traps of users, their identities and roles.

use serde_json::{Value, json};
use zdsync::sandbox::{Settings, Switch};

use crate::sandbox::account::{ACME, Account};

fn update(account: &mut Account, id: u64, change: &Value) -> Value {
    account.wait(61);
    let body = json!({ "user": change });
    account.put(&format!("users/{id}"), &body).expect(200)["user"].clone()
}

#[test]
fn trap_01_ignored_keys_are_only_told_in_a_header() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    let body = json!({ "user": { "name": "Ada", "colour": "red", "default_group_id": 1 } });
    let reply = account.put(&format!("users/{ada}"), &body);
    reply.expect(200);
    let warning = reply.header("x-zendesk-api-warn").expect("a warning");
    assert!(
        warning.contains(":unpermitted_keys=>[\"user.colour\", \"user.default_group_id\"]"),
        "{warning}"
    );
    let reply = account.post("users", &json!({ "user": { "id": 5, "name": "B" } }));
    assert_eq!(
        reply.header("x-zendesk-api-warn"),
        None,
        "an id in a user body is not told"
    );
}

#[test]
fn trap_02_an_update_of_the_email_adds_one() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    for _ in 0..2 {
        let user = update(&mut account, ada, &json!({ "email": "ada@new.test" }));
        assert_eq!(user["email"], "ada@acme.test");
    }
    let path = format!("users/{ada}/identities");
    let rows = account.get(&path).expect(200)["identities"].clone();
    assert_eq!(
        rows.as_array().map(Vec::len),
        Some(2),
        "the second time changed nothing"
    );
    let second = rows[1]["id"].clone();
    let list = account
        .put(&format!("{path}/{second}/make_primary"), &json!({}))
        .expect(200);
    assert_eq!(list["identities"][0]["value"], "ada@new.test");
    account
        .delete(&format!("{path}/{}", rows[0]["id"]))
        .expect(204);
    assert_eq!(account.user("ada@new.test"), ada);
}

#[test]
fn trap_06_a_deleted_user_is_still_answered() {
    let mut account = Account::new(ACME);
    let dan = account.user("dan@initech.test");
    let path = format!("users/{dan}");
    assert_eq!(account.delete(&path).expect(200)["user"]["active"], false);
    assert_eq!(account.get(&path).expect(200)["user"]["active"], false);
    account.delete(&path).expect(404);
    account
        .put(&path, &json!({ "user": { "name": "x" } }))
        .expect(404);
    let list = account.get("users").expect(200).to_string();
    assert!(!list.contains("Dan Customer"));
    let many = account
        .get(&format!("users/show_many?ids={dan}"))
        .expect(200);
    assert_eq!(many["count"], 0);
    let gone = account.get(&format!("deleted_users/{dan}")).expect(200);
    assert_eq!(gone["deleted_user"]["name"], "Dan Customer");
    account.delete(&format!("deleted_users/{dan}")).expect(200);
    account.get(&path).expect(404);
}

#[test]
fn trap_08_a_deletion_frees_address_and_external_id() {
    let mut account = Account::new(ACME);
    let body =
        json!({ "user": { "name": "Twin", "email": "ADA@acme.test", "external_id": "e-1" } });
    let clash = account.post("users", &body).expect(422);
    assert_eq!(clash["details"]["email"][0]["error"], "DuplicateValue");
    assert_eq!(
        clash["details"]["external_id"][0]["error"],
        "DuplicateValue"
    );
    let secondary = json!({ "user": { "name": "Twin", "email": "benny@acme.test" } });
    account.post("users", &secondary).expect(422);
    let ada = account.user("ada@acme.test");
    account.delete(&format!("users/{ada}")).expect(200);
    let twin = account.post("users", &body).expect(201);
    assert_ne!(twin["user"]["id"], ada);
}

#[test]
fn trap_09_organization_id_wipes_the_other_memberships() {
    let mut account = Account::new(ACME);
    let cleo = account.user("cleo@globex.test");
    let globex = account.named("organizations", "Globex");
    let path = format!("users/{cleo}/organization_memberships");
    assert_eq!(account.get(&path).expect(200)["count"], 2);
    update(&mut account, cleo, &json!({ "organization_id": globex }));
    assert_eq!(
        account.get(&path).expect(200)["count"],
        1,
        "although it was the default already"
    );
    let user = update(&mut account, cleo, &json!({ "organization_id": null }));
    assert_eq!(user["organization_id"], Value::Null);
    let body = json!({ "user": { "name": "x", "organization_id": 1 } });
    account.post("users", &body).expect(404);
}

#[test]
fn trap_10_lists_are_replaced_and_fields_merged() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    update(
        &mut account,
        ada,
        &json!({ "tags": ["a", "b"], "user_fields": { "dept": "x", "size": 5 } }),
    );
    let user = update(
        &mut account,
        ada,
        &json!({ "tags": ["c"], "user_fields": { "dept": "y" } }),
    );
    assert_eq!(user["tags"], json!(["c"]));
    assert_eq!(user["user_fields"]["dept"], "y");
    assert_eq!(user["user_fields"]["size"], 5);
    let user = update(
        &mut account,
        ada,
        &json!({ "tags": [], "user_fields": { "size": null } }),
    );
    assert_eq!(user["tags"], json!([]));
    assert_eq!(user["user_fields"]["size"], Value::Null);
    assert_eq!(
        user["user_fields"]["vip"], false,
        "an unset checkbox reads false"
    );
    let globex = account.named("organizations", "Globex");
    let body = json!({ "organization": { "domain_names": ["New.test"] } });
    let reply = account
        .put(&format!("organizations/{globex}"), &body)
        .expect(200);
    assert_eq!(reply["organization"]["domain_names"], json!(["new.test"]));
}

#[test]
fn trap_11_fields_write_tags() {
    let mut account = Account::new(ACME);
    let body = json!({ "user": {
        "name": "x", "tags": ["own"], "user_fields": { "vip": true, "tier": "gold" },
    } });
    let user = account.post("users", &body).expect(201)["user"].clone();
    assert_eq!(user["tags"], json!(["own", "gold", "is_vip"]));
    let id = user["id"].as_u64().expect("an id");
    let user = update(
        &mut account,
        id,
        &json!({ "user_fields": { "tier": "silver" } }),
    );
    assert_eq!(user["tags"], json!(["own", "is_vip", "silver"]));
    let user = update(&mut account, id, &json!({ "tags": ["own"] }));
    assert_eq!(user["tags"], json!(["own"]));
    assert_eq!(
        user["user_fields"]["vip"], true,
        "the field stays although its tag went"
    );
    let wrong = json!({ "user": { "user_fields": { "tier": "lead", "size": "many" } } });
    account.wait(1);
    let refused = account.put(&format!("users/{id}"), &wrong).expect(422);
    assert!(refused["details"]["tier"].is_array() && refused["details"]["size"].is_array());
}

#[test]
fn trap_12_tags_come_in_another_order() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    let user = update(
        &mut account,
        ada,
        &json!({ "tags": ["One two", "B", "b", "c"] }),
    );
    assert_eq!(user["tags"], json!(["one_two", "b", "c"]));
    let user = account.get(&format!("users/{ada}")).expect(200);
    assert_eq!(user["user"]["tags"], json!(["c", "b", "one_two"]));
}

#[test]
fn trap_13_a_null_alias_reads_back_empty() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    assert_eq!(
        account.get(&format!("users/{ada}")).expect(200)["user"]["alias"],
        Value::Null
    );
    let user = update(
        &mut account,
        ada,
        &json!({ "alias": null, "notes": "", "details": null }),
    );
    assert_eq!(user["alias"], "");
    assert_eq!(user["notes"], "");
    assert_eq!(user["details"], Value::Null);
}

#[test]
fn trap_14_dates_read_back_as_timestamps() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    let user = update(
        &mut account,
        ada,
        &json!({ "user_fields": { "started": "2020-08-19" } }),
    );
    assert_eq!(user["user_fields"]["started"], "2020-08-19T00:00:00+00:00");
}

#[test]
fn trap_23_a_custom_role_makes_an_end_user_an_agent() {
    let mut account = Account::new(&format!("seats: 3\n{ACME}"));
    let dan = account.user("dan@initech.test");
    let tier = account.named("custom_roles", "Tier 2");
    let body = json!({ "user": { "role": "end-user", "custom_role_id": tier } });
    let full = account.put(&format!("users/{dan}"), &body).expect(422);
    assert_eq!(full["details"]["base"][0]["error"], "MaxAgentExceeded");
    let light = account.named("custom_roles", "Light agent");
    let user = update(&mut account, dan, &json!({ "custom_role_id": light }));
    assert_eq!(
        (&user["role"], &user["role_type"]),
        (&json!("agent"), &json!(1))
    );
}

#[test]
fn trap_24_admins_hold_a_role_that_is_not_listed() {
    let mut account = Account::new(ACME);
    let role = account.get("users/me").expect(200)["user"]["custom_role_id"].clone();
    assert!(role.is_u64());
    let list = account.get("custom_roles").expect(200);
    let mut listed = list["custom_roles"].as_array().into_iter().flatten();
    assert!(listed.all(|listed| listed["id"] != role));
    let shown = account.get(&format!("custom_roles/{role}")).expect(200);
    assert_eq!(shown["custom_role"]["name"], "Admin");
    let settings = Settings {
        switches: [Switch::ListAdminRole].into(),
        ..Settings::default()
    };
    let mut open = Account::with(ACME, settings);
    assert!(
        open.get("custom_roles")
            .expect(200)
            .to_string()
            .contains("\"Admin\"")
    );
}

#[test]
fn trap_30_agents_come_and_go_with_groups() {
    let mut account = Account::new(ACME);
    let body = json!({ "user": { "name": "New", "email": "new@acme.test", "role": "agent" } });
    let user = account.post("users", &body).expect(201)["user"].clone();
    assert_eq!(user["default_group_id"], account.named("groups", "Support"));
    assert_eq!(user["custom_role_id"], Value::Null);
    let escalations = account.named("groups", "Escalations");
    let body = json!({ "user": {
        "name": "N", "role": "admin", "default_group_id": escalations,
    } });
    let user = account.post("users", &body).expect(201)["user"].clone();
    assert_eq!(user["default_group_id"], escalations);
    let groups = account
        .get(&format!("users/{}/groups", user["id"]))
        .expect(200);
    assert_eq!(groups["count"], 1);
    let ada = account.user("ada@acme.test");
    update(&mut account, ada, &json!({ "role": "end-user" }));
    assert_eq!(
        account.get(&format!("users/{ada}/groups")).expect(200)["count"],
        0
    );
}

#[test]
fn trap_31_a_suspended_agent_keeps_the_seat() {
    let mut account = Account::new(&format!("seats: 3\n{ACME}"));
    let (ben, dan) = (
        account.user("ben@acme.test"),
        account.user("dan@initech.test"),
    );
    let user = update(&mut account, ben, &json!({ "suspended": true }));
    assert_eq!(user["suspension_details"], json!({ "channels": ["all"] }));
    assert_eq!(
        account.get(&format!("users/{ben}/groups")).expect(200)["count"],
        1
    );
    let body = json!({ "user": { "role": "agent" } });
    account.wait(1);
    account.put(&format!("users/{dan}"), &body).expect(422);
    update(&mut account, ben, &json!({ "role": "end-user" }));
    update(&mut account, dan, &json!({ "role": "agent" }));
}

#[test]
fn trap_32_a_wrong_restriction_becomes_requested() {
    let mut account = Account::new(ACME);
    let (dan, ada) = (
        account.user("dan@initech.test"),
        account.user("ada@acme.test"),
    );
    let user = update(
        &mut account,
        dan,
        &json!({ "ticket_restriction": "organization" }),
    );
    assert_eq!(user["ticket_restriction"], "organization");
    let user = update(
        &mut account,
        dan,
        &json!({ "ticket_restriction": "groups" }),
    );
    assert_eq!(user["ticket_restriction"], "requested");
    let user = update(&mut account, ada, &json!({ "ticket_restriction": null }));
    assert_eq!(
        user["ticket_restriction"], "groups",
        "agents follow their role"
    );
}

#[test]
fn trap_33_creating_people_mails_them() {
    let mut account = Account::new(ACME);
    for (name, more, mails) in [
        ("a", json!({}), 1),
        ("b", json!({ "skip_verify_email": true }), 0),
        ("c", json!({ "verified": true }), 0),
        ("d", json!({ "role": "agent" }), 1),
    ] {
        let before = account.sandbox.mails().len();
        let mut user = json!({ "name": name, "email": format!("{name}@mail.test") });
        let more = more.as_object().expect("an object").clone();
        user.as_object_mut().expect("an object").extend(more);
        account.post("users", &json!({ "user": user })).expect(201);
        assert_eq!(account.sandbox.mails().len() - before, mails, "{name}");
    }
    let dan = account.user("dan@initech.test");
    let body = json!({ "identity": { "type": "email", "value": "d2@initech.test" } });
    account
        .post(&format!("users/{dan}/identities"), &body)
        .expect(201);
    assert_eq!(
        account.sandbox.mails().last().map(|mail| mail.to.as_str()),
        Some("d2@initech.test")
    );
}

#[test]
fn trap_34_matching_differs_between_users_and_organizations() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    let body = json!({ "user": { "name": "Ada L.", "external_id": "e-1" } });
    let reply = account.post("users/create_or_update", &body);
    let user = reply.expect(200)["user"].clone();
    assert_eq!(
        (&user["id"], &user["external_id"]),
        (&json!(ada), &json!("e-1"))
    );
    assert!(reply.header("location").is_some());
    let body = json!({ "organization": { "name": "globex" } });
    let clash = account
        .post("organizations/create_or_update", &body)
        .expect(422);
    assert_eq!(
        clash["details"]["name"][0]["description"],
        "Name: globex has already been taken"
    );
    let body = json!({ "organization": { "name": "Globex 2", "external_id": "CRM-42" } });
    account
        .post("organizations/create_or_update", &body)
        .expect(200);
}

#[test]
fn trap_39_updates_are_no_drift_signal() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    let before = account.get(&format!("users/{ada}")).expect(200)["user"].clone();
    let user = update(&mut account, ada, &json!({ "name": "Ada Lovelace" }));
    assert_eq!(
        user["updated_at"], before["updated_at"],
        "nothing changed, nothing moved"
    );
    let ben = account.named("groups", "Board");
    let body = json!({ "group_membership": { "user_id": ada, "group_id": ben } });
    account.post("group_memberships", &body).expect(201);
    let after = account.get(&format!("users/{ada}")).expect(200)["user"].clone();
    assert_ne!(
        after["updated_at"], before["updated_at"],
        "it moves without visible change"
    );
    let settings = Settings {
        switches: [Switch::UpdatesAlwaysTouch].into(),
        ..Settings::default()
    };
    let mut other = Account::with(ACME, settings);
    let user = update(&mut other, ada, &json!({ "name": "Ada Lovelace" }));
    assert_ne!(user["updated_at"], before["updated_at"]);
}

#[test]
fn trap_43_the_owner_cannot_be_touched_and_is_not_marked() {
    let mut account = Account::new(&format!(
        "{ACME}  - {{ email: adm@acme.test, name: Second Admin, role: admin }}\n"
    ));
    account.act_as("adm@acme.test");
    let owner = account.user("olga@acme.test");
    let shown = account.get(&format!("users/{owner}")).expect(200)["user"].clone();
    assert!(shown.get("owner").is_none());
    for change in [json!({ "role": "end-user" }), json!({ "suspended": true })] {
        account.wait(1);
        let body = json!({ "user": change });
        let refused = account.put(&format!("users/{owner}"), &body).expect(403);
        assert_eq!(refused["error"]["title"], "Forbidden");
    }
    account.delete(&format!("users/{owner}")).expect(403);
    let own = account.user("adm@acme.test");
    account.wait(1);
    let body = json!({ "user": { "role": "agent" } });
    account.put(&format!("users/{own}"), &body).expect(403);
    account.delete(&format!("users/{own}")).expect(403);
}
