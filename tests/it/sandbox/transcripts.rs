//! One test per exchange that was seen on the wire (zendesk-api §17).

use serde_json::{Value, json};

use super::account::{ACME, Account};

/// Keys of a user in the order of the wire, without those that only some answers carry.
pub(crate) const USER_KEYS: &[&str] = &[
    "id",
    "url",
    "name",
    "email",
    "created_at",
    "updated_at",
    "time_zone",
    "iana_time_zone",
    "phone",
    "shared_phone_number",
    "photo",
    "locale_id",
    "locale",
    "organization_id",
    "role",
    "verified",
    "external_id",
    "tags",
    "alias",
    "active",
    "shared",
    "shared_agent",
    "last_login_at",
    "two_factor_auth_enabled",
    "signature",
    "details",
    "notes",
    "role_type",
    "custom_role_id",
    "is_billing_admin",
    "moderator",
    "ticket_restriction",
    "only_private_comments",
    "restricted_agent",
    "suspended",
    "default_group_id",
    "report_csv",
    "user_fields",
    "suspension_details",
];

#[test]
fn t1_a_fresh_end_user() {
    let mut account = Account::new("{ subdomain: s, time_zone: Africa/Nairobi }");
    let body = json!({ "user": { "name": "Test User 2", "email": "T2@Example.com ", "role": "end-user" } });
    let reply = account.post("users.json", &body);
    let user = reply.expect(201)["user"].clone();
    let mut keys = USER_KEYS.to_vec();
    keys.insert(16, "last_active");
    assert_eq!(reply.keys("user"), keys);
    let id = user["id"].as_u64().expect("an id");
    let url = format!("http://acme.zendesk.test/api/v2/users/{id}.json");
    assert_eq!(reply.header("location"), Some(url.as_str()));
    let expected = json!({
        "id": id,
        "url": url,
        "name": "Test User 2",
        "email": "t2@example.com",
        "created_at": "2026-05-06T09:57:12Z",
        "updated_at": "2026-05-06T09:57:12Z",
        "time_zone": "Africa/Nairobi",
        "iana_time_zone": "Africa/Nairobi",
        "phone": null,
        "shared_phone_number": null,
        "photo": null,
        "locale_id": 1,
        "locale": "en-US",
        "organization_id": null,
        "role": "end-user",
        "verified": false,
        "last_active": "2026-05-06",
        "external_id": null,
        "tags": [],
        "alias": null,
        "active": true,
        "shared": false,
        "shared_agent": false,
        "last_login_at": null,
        "two_factor_auth_enabled": null,
        "signature": null,
        "details": null,
        "notes": null,
        "role_type": null,
        "custom_role_id": null,
        "is_billing_admin": null,
        "moderator": false,
        "ticket_restriction": "requested",
        "only_private_comments": false,
        "restricted_agent": true,
        "suspended": false,
        "default_group_id": null,
        "report_csv": false,
        "user_fields": {},
        "suspension_details": null,
    });
    assert_eq!(user, expected);
}

#[test]
fn t2_a_new_email_is_a_second_identity() {
    let mut account = Account::new("");
    let body = json!({ "user": { "name": "A", "email": "first@d.test", "verified": true } });
    let id = account.post("users", &body).expect(201)["user"]["id"].clone();
    let body = json!({ "user": {
        "verified": true,
        "email": "other@d.test",
        "external_id": "g123",
        "tags": ["test_high_value"],
    } });
    let user = account.put(&format!("users/{id}.json"), &body).expect(200)["user"].clone();
    assert_eq!(user["email"], "first@d.test");
    assert_eq!(user["tags"], json!(["test_high_value"]));
    let list = account
        .get(&format!("users/{id}/identities.json"))
        .expect(200);
    let rows = list["identities"].as_array().expect("rows");
    let short: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!([
                row["value"],
                row["verified"],
                row["primary"],
                row["deliverable_state"]
            ])
        })
        .collect();
    assert_eq!(
        short,
        [
            json!(["first@d.test", true, true, "deliverable"]),
            json!(["other@d.test", true, false, "deliverable"]),
        ]
    );
    assert_eq!(list["count"], 2);
    assert_eq!(list["next_page"], Value::Null);
}

#[test]
fn t3_the_sixth_update_of_a_user_in_a_minute() {
    let mut account = Account::new("");
    account.now = "2026-05-06T23:20:17Z".parse().expect("a timestamp");
    let body = json!({ "user": { "name": "A", "external_id": "a" } });
    let id = account.post("users/create_or_update", &body).expect(201)["user"]["id"].clone();
    let path = format!("users/{id}");
    for n in 0..5 {
        account.wait(3);
        let reply = account.put(&path, &json!({ "user": { "notes": format!("{n}") } }));
        reply.expect(200);
        let left = format!("total=5; remaining={}; resets={}", 4 - n, 40 - 3 * n);
        let name = "zendesk-ratelimit-create-update-user";
        assert_eq!(reply.header(name), Some(left.as_str()));
    }
    account.wait(1);
    let body = json!({ "user": { "tags": ["outsider"] } });
    let reply = account.put(&path, &body);
    assert_eq!(reply.status, 429);
    assert_eq!(
        reply.header("content-type"),
        Some("text/plain; charset=UTF-8")
    );
    assert_eq!(reply.header("retry-after"), Some("27"));
    let left: u32 = reply
        .header("x-rate-limit-remaining")
        .and_then(|text| text.parse().ok())
        .expect("a number");
    assert!(left > 600, "the account has plenty left: {left}");
    assert!(
        reply
            .text
            .starts_with("You have exceeded the rate limit for updating a single")
    );
    account.wait(27);
    account.put(&path, &body).expect(200);
}

#[test]
fn t4_a_deleted_user() {
    let mut account = Account::new(ACME);
    let body = json!({ "user": {
        "name": "Gone", "email": "gone@d.test", "external_id": "x", "verified": true,
        "tags": ["one"], "notes": "n", "user_fields": { "dept": "x" },
    } });
    let mut before = account.post("users", &body).expect(201)["user"].clone();
    let id = before["id"].clone();
    account.wait(5);
    let after = account.delete(&format!("users/{id}")).expect(200)["user"].clone();
    let changed = [
        ("email", json!(null)),
        ("verified", json!(false)),
        ("external_id", json!(null)),
        ("active", json!(false)),
        ("updated_at", json!("2026-05-06T09:57:17Z")),
    ];
    before
        .as_object_mut()
        .expect("an object")
        .remove("last_active");
    for (key, value) in changed {
        before[key] = value;
    }
    assert_eq!(after, before);
}

#[test]
fn t5_a_job_from_start_to_end() {
    let mut account = Account::unlimited("");
    let body = json!({ "users": [{ "name": "A" }] });
    let reply = account.post("users/create_many.json", &body);
    let started = reply.expect(200);
    assert_eq!(
        reply.keys("job_status"),
        [
            "id", "job_type", "url", "total", "progress", "status", "message", "results"
        ]
    );
    let id = started["job_status"]["id"].as_str().expect("an id");
    assert!(id.starts_with("V3-") && id.len() == 35, "{id}");
    assert_eq!(started["job_status"]["total"], 1);
    assert_eq!(started["job_status"]["message"], Value::Null);
    assert_eq!(started["job_status"]["results"], Value::Null);
    let done = account.finish(&started);
    assert_eq!(done["message"], "Completed at 2026-05-06 09:57:12 +0000");
    let row = &done["results"][0];
    assert_eq!(row["status"], "Created");
    assert_eq!(row.as_object().map(serde_json::Map::len), Some(2), "{row}");
    account.get(&format!("users/{}", row["id"])).expect(200);
}

#[test]
fn t6_an_exported_organization_has_one_more_key() {
    let mut account = Account::new(ACME);
    let reply = account.get("incremental/organizations?start_time=0");
    let body = reply.expect(200);
    assert_eq!(body["organizations"][0]["deleted_at"], Value::Null);
    let keys = super::account::keys_in_order(&reply.text["{\"organizations\":[".len()..]);
    assert_eq!(keys.last().map(String::as_str), Some("deleted_at"));
    assert_eq!(keys.len(), 15);
}

#[test]
fn t7_ignored_keys_are_told_in_a_header_even_with_404() {
    let mut account = Account::new(ACME);
    let body = json!({ "organization": { "id": 9_223_372_036_854_775_807_u64, "name": "x" } });
    let reply = account.put("organizations/9223372036854775807.json", &body);
    assert_eq!(
        reply.expect(404),
        json!({ "error": "RecordNotFound", "description": "Not found" })
    );
    assert_eq!(
        reply.header("x-zendesk-api-warn"),
        Some(
            "{:allowed_parameters=>{:controller=>\"organizations\", :action=>\"update\", \
             :unpermitted_keys=>[\"organization.id\"], :invalid_values=>[]}}"
        )
    );
}

#[test]
fn t8_the_headers_of_a_read() {
    let mut account = Account::new("rate_limit: 400");
    account.now = "2026-05-06T12:00:00Z".parse().expect("a timestamp");
    let path = "incremental/users/cursor?start_time=0&per_page=100";
    account.get(path).expect(200);
    account.wait(12);
    let reply = account.get(path);
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("x-zendesk-api-version", "v2"),
        ("x-rate-limit", "400"),
        ("ratelimit-limit", "400"),
        ("x-rate-limit-remaining", "398"),
        ("ratelimit-remaining", "398"),
        ("ratelimit-reset", "48"),
        (
            "zendesk-ratelimit-incremental-exports-cursor",
            "total=20; remaining=18; resets=48",
        ),
        ("cache-control", "max-age=0, private, must-revalidate"),
        ("zendesk-route", "/api/v2/incremental/users/cursor"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    for name in ["etag", "x-request-id", "x-runtime"] {
        assert!(reply.header(name).is_some(), "{name}");
    }
}
