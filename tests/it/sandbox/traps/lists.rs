//! Traps of lists, searches and exports.

use serde_json::{Value, json};
use zdsync::sandbox::Settings;

use crate::sandbox::account::{ACME, Account};

#[test]
fn trap_03_the_last_page_still_links_on() {
    let mut account = Account::new(ACME);
    let page = account.get("users?page[size]=100").expect(200);
    assert_eq!(page["meta"]["has_more"], false);
    assert!(page["meta"]["after_cursor"].is_string());
    assert!(page["links"]["prev"].is_string());
    let next = page["links"]["next"].as_str().expect("a link").to_owned();
    assert!(
        next.contains("?page%5Bafter%5D=") && next.ends_with("&page%5Bsize%5D=100"),
        "{next}"
    );
    let next = next.replace("http://acme.zendesk.test", "");
    let empty = account.get(&next).expect(200);
    assert_eq!(
        empty,
        json!({
            "users": [],
            "meta": { "has_more": false, "after_cursor": null, "before_cursor": null },
            "links": { "prev": null, "next": null },
        })
    );
}

#[test]
fn trap_04_without_a_cursor_lists_end_at_ten_thousand() {
    let mut account = Account::new(ACME);
    let body = account.get("users.json?per_page=2&page=2").expect(200);
    assert!(body.get("meta").is_none());
    assert_eq!(body["count"], 5);
    assert_eq!(
        body["next_page"],
        "http://acme.zendesk.test/api/v2/users.json?page=3&per_page=2"
    );
    assert_eq!(
        body["previous_page"],
        "http://acme.zendesk.test/api/v2/users.json?page=1&per_page=2"
    );
    let deep = account.get("users?page=101").expect(400);
    assert_eq!(deep["errors"][0]["code"], "InvalidPaginationDepth");
    account.get("users?page=100").expect(200);
}

#[test]
fn trap_05_sorting_is_dropped_under_a_cursor() {
    let mut account = Account::new(ACME);
    let support = account.named("groups", "Support");
    let names = |body: &Value| -> Vec<String> {
        let rows = body["users"].as_array().expect("rows").iter();
        rows.map(|row| row["name"].to_string()).collect()
    };
    let path = format!("groups/{support}/users");
    let sorted = account
        .get(&format!("{path}?sort_by=name&sort_order=desc"))
        .expect(200);
    assert_eq!(
        names(&sorted),
        ["\"Olga Owner\"", "\"Ben Plain\"", "\"Ada Lovelace\""]
    );
    let plain = account.get(&format!("{path}?page[size]=10")).expect(200);
    let dropped = account.get(&format!(
        "{path}?page[size]=10&sort_by=name&sort_order=desc"
    ));
    assert_eq!(names(&dropped.expect(200)), names(&plain));
    let unknown = account.get("users?page[size]=10&sort=colour").expect(400);
    assert_eq!(unknown["errors"][0]["code"], "InvalidPaginationParameter");
    let broken = account
        .get("users?page[size]=10&page[after]=xyz")
        .expect(400);
    assert_eq!(broken["errors"][0]["code"], "InvalidPaginationParameter");
}

#[test]
fn trap_37_searches_lag_and_lookups_do_not() {
    let mut account = Account::new(ACME);
    let body =
        json!({ "user": { "name": "Quick Quinn", "email": "q@x.test", "external_id": "q" } });
    account.post("users", &body).expect(201);
    let count = |account: &mut Account, path: &str| account.get(path).expect(200)["count"].clone();
    assert_eq!(count(&mut account, "users/search?external_id=Q"), 1);
    assert_eq!(count(&mut account, "users/show_many?external_ids=q"), 1);
    assert_eq!(count(&mut account, "users/search?query=q@x.test"), 0);
    assert_eq!(count(&mut account, "users/autocomplete?name=quick"), 0);
    account.wait(3);
    assert_eq!(count(&mut account, "users/search?query=q@x.test"), 1);
    assert_eq!(
        count(&mut account, "users/search?query=quinn%20role:end-user"),
        1
    );
    assert_eq!(count(&mut account, "search?query=type:user%20quinn"), 1);
    let id = account.user("q@x.test");
    account.delete(&format!("users/{id}")).expect(200);
    let found = account.get("users/search?query=quinn").expect(200);
    assert_eq!(
        found["users"][0]["active"], false,
        "it is found for a while"
    );
    assert_eq!(count(&mut account, "users/search?external_id=q"), 0);
    account.wait(3);
    assert_eq!(count(&mut account, "users/search?query=quinn"), 0);
}

#[test]
fn trap_38_exports_end_with_nulls_and_lack_the_last_minute() {
    let mut account = Account::new(ACME);
    let dan = account.user("dan@initech.test");
    account.delete(&format!("users/{dan}")).expect(200);
    let first = account
        .get("incremental/users/cursor?start_time=0")
        .expect(200);
    let rows = first["users"].as_array().expect("rows");
    assert_eq!(rows.len(), 4, "who changed a moment ago is missing");
    assert_eq!(first["end_of_stream"], true);
    let cursor = first["after_cursor"].as_str().expect("a cursor").to_owned();
    let path = format!(
        "incremental/users/cursor?cursor={}",
        cursor.replace('=', "%3D")
    );
    let empty = account.get(&path).expect(200);
    assert_eq!(empty["after_cursor"], Value::Null);
    assert_eq!(empty["after_url"], Value::Null);
    assert_eq!(empty["end_of_stream"], true);
    account.wait(61);
    let later = account.get(&path).expect(200);
    assert_eq!(
        later["users"][0]["active"], false,
        "deleted people are exported"
    );
    assert_eq!(later["users"][0]["permanently_deleted"], false);
    assert_eq!(later["users"][0]["email"], Value::Null);
    let now = account.now.as_second();
    let recent = account.get(&format!("incremental/users/cursor?start_time={}", now - 30));
    assert_eq!(
        recent.expect(400)["errors"][0]["code"],
        "StartTimeTooRecent"
    );
}

#[test]
fn trap_40_links_may_name_another_host() {
    let settings = Settings {
        link_origin: Some("https://old-name.zendesk.com".to_owned()),
        ..Settings::default()
    };
    let mut account = Account::with(ACME, settings);
    let page = account.get("users?page[size]=1").expect(200);
    let next = page["links"]["next"].as_str().expect("a link");
    assert!(
        next.starts_with("https://old-name.zendesk.com/api/v2/users?"),
        "{next}"
    );
}

#[test]
fn trap_44_objects_hold_keys_that_older_clients_do_not_know() {
    let mut account = Account::new(ACME);
    let me = account.get("users/me").expect(200)["user"].clone();
    for key in [
        "is_billing_admin",
        "suspension_details",
        "authenticity_token",
    ] {
        assert!(me.get(key).is_some(), "{key}");
    }
    let made = account
        .post("users", &json!({ "user": { "name": "x" } }))
        .expect(201);
    assert_eq!(made["user"]["last_active"], "2026-05-06");
}

#[test]
fn trap_45_the_offset_list_of_organizations_may_be_cached() {
    let mut account = Account::new(ACME);
    let reply = account.get("organizations");
    assert_eq!(reply.header("cache-control"), Some("max-age=30, private"));
    let reply = account.get("organizations?page[size]=5");
    assert_eq!(
        reply.header("cache-control"),
        Some("max-age=0, private, must-revalidate")
    );
}
