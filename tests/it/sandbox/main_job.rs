//! What a reconciler does all day.

use serde_json::{Value, json};
use zdsync::sandbox::{Sandbox, Settings};

use super::account::{ACME, Account};

#[test]
fn an_empty_seed_is_a_working_account() {
    let mut account = Account::new("");
    let me = account.get("users/me").expect(200);
    assert_eq!(me["user"]["role"], "admin");
    let groups = account.get("groups").expect(200);
    assert_eq!(groups["groups"][0]["name"], "Support");
    let organizations = account.get("organizations").expect(200);
    assert_eq!(organizations["organizations"][0]["name"], "sandbox");
    let roles = account.get("custom_roles").expect(200);
    assert_eq!(roles["custom_roles"].as_array().map(Vec::len), Some(6));
}

#[test]
fn every_list_comes_in_both_styles() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    for (path, key) in [
        ("users", "users"),
        ("groups", "groups"),
        ("group_memberships", "group_memberships"),
        ("organizations", "organizations"),
        ("organization_memberships", "organization_memberships"),
        ("user_fields", "user_fields"),
        (&format!("users/{ada}/identities"), "identities"),
        (&format!("users/{ada}/groups"), "groups"),
    ] {
        let offset = account.get(path).expect(200);
        let all = offset[key].as_array().expect("rows").clone();
        assert_eq!(offset["count"], all.len(), "{path}");
        let mut walked: Vec<Value> = Vec::new();
        let mut next = format!("{path}?page[size]=1");
        loop {
            let page = account.get(&next).expect(200);
            walked.extend(page[key].as_array().expect("rows").iter().cloned());
            let link = page["links"]["next"].as_str().expect("a link");
            next = link
                .strip_prefix("http://acme.zendesk.test")
                .expect("the host")
                .to_owned();
            if page["meta"]["has_more"] == false {
                break;
            }
        }
        let ids = |rows: &[Value]| {
            let mut ids: Vec<u64> = rows.iter().filter_map(|row| row["id"].as_u64()).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids(&walked), ids(&all), "{path}");
    }
}

#[test]
fn staff_is_listed_by_role() {
    let mut account = Account::new(ACME);
    let page = account
        .get("users?role[]=agent&role[]=admin&page[size]=100&include=identities")
        .expect(200);
    let names: Vec<&str> = page["users"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|user| user["name"].as_str())
        .collect();
    assert_eq!(names.len(), 3);
    let addresses = page["identities"].as_array().map_or(0, Vec::len);
    assert_eq!(addresses, 4, "secondary addresses come along");
}

#[test]
fn a_promotion_joins_the_default_group_and_a_downgrade_leaves_all() {
    let mut account = Account::new(ACME);
    let dan = account.user("dan@initech.test");
    let role = account.named("custom_roles", "Tier 2");
    let body = json!({ "user": { "role": "agent", "custom_role_id": role } });
    let user = account.put(&format!("users/{dan}"), &body).expect(200)["user"].clone();
    assert_eq!(user["role"], "agent");
    assert_eq!(user["role_type"], 0);
    assert_eq!(user["ticket_restriction"], "groups");
    assert_eq!(user["default_group_id"], account.named("groups", "Support"));
    account.wait(1);
    let body = json!({ "user": { "role": "end-user" } });
    let user = account.put(&format!("users/{dan}"), &body).expect(200)["user"].clone();
    assert_eq!(user["custom_role_id"], Value::Null);
    assert_eq!(user["default_group_id"], Value::Null);
    assert_eq!(user["restricted_agent"], true);
    let left = account
        .get(&format!("users/{dan}/group_memberships"))
        .expect(200);
    assert_eq!(left["count"], 0);
}

#[test]
fn memberships_are_added_moved_and_removed() {
    let mut account = Account::new(ACME);
    let (ben, board) = (
        account.user("ben@acme.test"),
        account.named("groups", "Board"),
    );
    let body = json!({ "group_membership": { "user_id": ben, "group_id": board } });
    let reply = account.post("group_memberships", &body);
    let added = reply.expect(201)["group_membership"].clone();
    assert_eq!(added["default"], false);
    assert!(reply.header("location").is_some());
    account.post("group_memberships", &body).expect(422);
    let path = format!("users/{ben}/group_memberships/{}/make_default", added["id"]);
    let list = account.put(&path, &json!({})).expect(200);
    let defaults = list["group_memberships"].as_array().into_iter().flatten();
    assert_eq!(defaults.filter(|row| row["default"] == true).count(), 1);
    account
        .delete(&format!("group_memberships/{}", added["id"]))
        .expect(204);
    let user = account.get(&format!("users/{ben}")).expect(200);
    assert_eq!(
        user["user"]["default_group_id"],
        account.named("groups", "Support")
    );
}

#[test]
fn bulk_calls_are_jobs_that_work_in_steps() {
    let mut account = Account::unlimited(ACME);
    let people: Vec<Value> = (0..10)
        .map(|n| json!({ "name": format!("P{n}"), "external_id": format!("p-{n}") }))
        .collect();
    let started = account
        .post("users/create_many", &json!({ "users": people }))
        .expect(200);
    assert_eq!(started["job_status"]["status"], "queued");
    assert_eq!(started["job_status"]["progress"], Value::Null);
    let found =
        |account: &mut Account| account.get("users/count").expect(200)["count"]["value"].clone();
    assert_eq!(found(&mut account), 5);
    let id = started["job_status"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let working = account.get(&format!("job_statuses/{id}")).expect(200)["job_status"].clone();
    assert_eq!(working["status"], "working");
    assert_eq!(working["message"], "Creating User #5");
    assert_eq!(found(&mut account), 10, "half of it is done");
    let done = account
        .get(&format!("job_statuses/show_many?ids={id}"))
        .expect(200);
    let done = &done["job_statuses"][0];
    assert_eq!(done["status"], "completed");
    assert_eq!(done["results"].as_array().map(Vec::len), Some(10));
    assert_eq!(found(&mut account), 15);
}

#[test]
fn jobs_go_on_without_being_looked_at() {
    let mut account = Account::unlimited(ACME);
    let dan = account.user("dan@initech.test");
    account
        .delete(&format!("users/destroy_many?ids={dan}"))
        .expect(200);
    account.wait(4);
    assert_eq!(
        account.get(&format!("users/{dan}")).expect(200)["user"]["active"],
        false
    );
}

#[test]
fn a_saved_account_is_restored_whole() {
    let mut account = Account::new(ACME);
    let body = json!({ "group": { "name": "Night shift" } });
    account.post("groups", &body).expect(201);
    let saved = account.sandbox.save().expect("text");
    let mut again = Account::new("");
    again.sandbox = Sandbox::restore(&saved, Settings::default()).expect("an account");
    assert_eq!(again.sandbox.save().expect("text"), saved);
    assert_eq!(again.sandbox.holdings(), account.sandbox.holdings());
    for path in [
        "users",
        "groups",
        "organizations?page[size]=2",
        "users?role=agent",
    ] {
        assert_eq!(again.get(path).text, account.get(path).text, "{path}");
    }
    assert!(Sandbox::restore("{}", Settings::default()).is_err());
}

#[test]
fn the_log_names_callers_and_holds_no_secret() {
    let mut account = Account::new(ACME);
    account.act_as("ada@acme.test");
    account.get("users?page[size]=2");
    account.get("nonsense");
    let log = serde_json::to_value(account.sandbox.log()).expect("JSON");
    assert_eq!(log[0]["actor"], "ada@acme.test");
    assert_eq!(log[0]["status"], 200);
    assert_eq!(log[0]["query"][0], json!(["page[size]", "2"]));
    assert_eq!(log[1]["status"], 404);
    assert!(!log.to_string().contains("secret"));
    assert_eq!(account.sandbox.counters().reads, 2);
}
