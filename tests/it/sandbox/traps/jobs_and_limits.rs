//! Traps of jobs, limits and lost answers.

use serde_json::{Value, json};
use zdsync::sandbox::{Delivery, Fault, JobPace, Settings, Switch};

use crate::sandbox::account::{ACME, Account};

fn faulty(faults: &[&str]) -> Account {
    let faults = faults
        .iter()
        .map(|text| text.parse::<Fault>().expect("a fault"));
    let settings = Settings {
        faults: faults.collect(),
        bulk_import: Some(true),
        ..Settings::default()
    };
    Account::with(ACME, settings)
}

#[test]
fn trap_15_the_limit_of_one_user_is_text() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    let body = json!({ "user": { "notes": "x" } });
    for _ in 0..5 {
        account.wait(1);
        account.put(&format!("users/{ada}"), &body).expect(200);
    }
    account.wait(1);
    let reply = account.put(&format!("users/{ada}"), &body);
    assert_eq!(reply.status, 429);
    assert!(serde_json::from_str::<Value>(&reply.text).is_err());
    assert_eq!(reply.header("x-rate-limit-remaining"), Some("694"));
    assert_eq!(account.sandbox.counters().limited, 1);
}

#[test]
fn trap_16_updates_are_slow_and_count_even_if_they_change_nothing() {
    let mut account = Account::new(ACME);
    let (ada, ben) = (account.user("ada@acme.test"), account.user("ben@acme.test"));
    let body = json!({ "user": {} });
    account.put(&format!("users/{ada}"), &body).expect(200);
    let reply = account.put(&format!("users/{ben}"), &body);
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (429, Some("1"))
    );
    account.wait(1);
    account.put(&format!("users/{ben}"), &body).expect(200);
    let row = json!({ "id": ada, "notes": "by job" });
    let job = account.put(
        "users/update_many",
        &json!({ "users": [row, row, row, row, row, row] }),
    );
    let done = account.finish(&job.expect(200));
    let fine = done["results"].as_array().expect("rows").iter();
    assert_eq!(
        fine.filter(|row| row["success"] == true).count(),
        6,
        "jobs are not counted"
    );
    let globex = account.named("organizations", "Globex");
    let body = json!({ "organization": {} });
    for _ in 0..5 {
        account
            .put(&format!("organizations/{globex}"), &body)
            .expect(200);
    }
    let refused = account
        .put(&format!("organizations/{globex}"), &body)
        .expect(429);
    assert_eq!(refused["errors"][0]["code"], "TooManyRequests");
}

#[test]
fn trap_17_bulk_creation_is_closed_on_a_fresh_account() {
    let mut account = Account::new(ACME);
    let body = json!({ "users": [{ "name": "x" }] });
    account.post("users/create_many", &body).expect(403);
    account
        .post("users/create_or_update_many", &body)
        .expect(403);
    let ada = account.user("ada@acme.test");
    let body = json!({ "user": { "notes": "x" } });
    account
        .put(&format!("users/update_many?ids={ada}"), &body)
        .expect(200);
}

#[test]
fn trap_18_a_completed_job_may_have_failed_items() {
    let mut account = Account::unlimited(ACME);
    let (globex, initech) = (
        account.named("organizations", "Globex"),
        account.named("organizations", "Initech"),
    );
    let body = json!({ "organizations": [
        { "id": initech, "notes": "fine" },
        { "id": globex, "name": "Initech" },
        { "id": 5, "name": "nobody" },
    ] });
    let job = account.put("organizations/update_many", &body).expect(200);
    let done = account.finish(&job);
    assert_eq!(
        done["results"],
        json!([
            { "id": initech, "action": "update", "status": "Updated", "success": true },
            {
                "index": 1, "error": "OrganizationUpdateFailed", "id": globex,
                "details": "Name: Initech has already been taken",
            },
            { "index": 2, "error": "OrganizationUpdateFailed", "id": 5, "details": "Not found" },
        ])
    );
    let body = json!({ "users": [{ "name": "x", "email": "nonsense" }] });
    let job = account
        .post("users/create_or_update_many", &body)
        .expect(200);
    let done = account.finish(&job);
    assert_eq!(done["results"][0]["id"], 1, "an id that means nothing");
    let settings = Settings {
        switches: [Switch::DocumentedJobItems].into(),
        bulk_import: Some(true),
        jobs: JobPace::Instant,
        ..Settings::default()
    };
    let mut account = Account::with(ACME, settings);
    let body = json!({ "users": [{ "name": "x" }, { "name": "" }] });
    let job = account.post("users/create_many", &body).expect(200);
    assert_eq!(job["job_status"]["status"], "queued");
    let rows = account.finish(&job)["results"].clone();
    assert_eq!(rows[0]["index"], 0);
    assert_eq!(rows[1]["success"], false);
    assert_eq!(rows[1]["error"], "RecordInvalid");
}

#[test]
fn trap_41_failures_may_lack_retry_after_and_json() {
    let mut account = faulty(&[
        "GET /users #1 = status:503",
        "GET /users #2 = html:502",
        "GET /users #3 = status:503:retry=7",
        "GET /users #4 = status:409",
    ]);
    let reply = account.get("users");
    assert_eq!((reply.status, reply.header("retry-after")), (503, None));
    let reply = account.get("users");
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=UTF-8")
    );
    assert_eq!(account.get("users").header("retry-after"), Some("7"));
    assert_eq!(
        account.get("users").expect(409)["error"],
        "DatabaseConflict"
    );
    account.get("users").expect(200);
}

#[test]
fn trap_42_a_repeated_create_is_no_longer_one() {
    let mut account = faulty(&["POST /users #1 = status-after:504"]);
    let body = json!({ "user": { "name": "Nobody's twin" } });
    assert_eq!(account.post("users", &body).status, 504);
    account.post("users", &body).expect(201);
    let names = account.get("users").expect(200).to_string();
    assert_eq!(names.matches("Nobody's twin").count(), 2);
}

#[test]
fn a_dropped_answer_hides_whether_the_request_took_effect() {
    let mut account = faulty(&[
        "POST /groups #1 = drop-before",
        "POST /groups #2 = drop-after",
    ]);
    let mut send = |name: &str| {
        let body = json!({ "group": { "name": name } }).to_string();
        let request = http::Request::post("https://acme.zendesk.com/api/v2/groups")
            .header("authorization", "Bearer x")
            .body(body.into_bytes())
            .expect("a request");
        let now = account.now;
        account.sandbox.respond(now, &request).delivery
    };
    assert_eq!(send("One"), Delivery::Dropped { applied: false });
    assert_eq!(send("Two"), Delivery::Dropped { applied: true });
    assert_eq!(send("Three"), Delivery::Whole);
    let names = account.get("groups").text;
    assert!(!names.contains("One") && names.contains("Two") && names.contains("Three"));
    assert_eq!(account.sandbox.log()[0].faults, ["drop-before"]);
}

#[test]
fn faults_strike_by_chance_but_always_the_same() {
    let struck = || {
        let mut account = faulty(&["GET /groups %30 = status:500"]);
        (0..50)
            .map(|_| account.get("groups").status == 500)
            .collect::<Vec<_>>()
    };
    let first = struck();
    let count = first.iter().filter(|hit| **hit).count();
    assert!((5..30).contains(&count), "{count}");
    assert_eq!(struck(), first);
}

#[test]
fn jobs_get_stuck_or_fail_on_purpose() {
    let body = json!({ "organizations": [{ "name": "A" }, { "name": "B" }, { "name": "C" }] });
    let mut account = faulty(&["POST /organizations/create_many = job-stuck"]);
    let job = account.post("organizations/create_many", &body).expect(200);
    let path = format!(
        "job_statuses/{}",
        job["job_status"]["id"].as_str().expect("an id")
    );
    for _ in 0..4 {
        account.wait(10);
        assert_eq!(
            account.get(&path).expect(200)["job_status"]["status"],
            "working"
        );
    }
    let mut account = faulty(&["POST /organizations/* = job-half-failed"]);
    let job = account.post("organizations/create_many", &body).expect(200);
    let rows = account.finish(&job)["results"].clone();
    assert!(rows[1]["error"].is_string() && rows[2]["error"].is_null());
    let mut account = faulty(&["POST /** = job-failed"]);
    let job = account.post("organizations/create_many", &body).expect(200);
    let path = format!(
        "job_statuses/{}",
        job["job_status"]["id"].as_str().expect("an id")
    );
    account.get(&path);
    assert_eq!(
        account.get(&path).expect(200)["job_status"]["status"],
        "failed"
    );
    account.wait(86_400);
    account.get(&path).expect(404);
}

#[test]
fn only_thirty_jobs_run_at_a_time() {
    let mut account = Account::new(ACME);
    let body = json!({ "organizations": [] });
    for n in 0..30 {
        let reply = account.post("organizations/create_many", &body);
        reply.expect(200);
        let left = format!("total=30; remaining={}; resets=60", 29 - n);
        assert_eq!(
            reply.header("zendesk-ratelimit-inflight-jobs"),
            Some(left.as_str())
        );
    }
    let reply = account.post("organizations/create_many", &body);
    let refused = reply.expect(429);
    assert_eq!(refused["error"], "TooManyJobs");
    assert_eq!(
        refused["current_job_ids"].as_array().map(Vec::len),
        Some(30)
    );
    assert_eq!(reply.header("retry-after"), Some("60"));
    account.wait(5);
    account.post("organizations/create_many", &body).expect(200);
}

#[test]
fn too_many_items_are_refused_before_anything_happens() {
    let mut account = Account::unlimited(ACME);
    let many = |key: &str| {
        let rows: Vec<Value> = (0..101)
            .map(|n| json!({ "name": format!("n{n}") }))
            .collect();
        json!({ key: rows })
    };
    let users = account
        .post("users/create_many", &many("users"))
        .expect(400);
    assert_eq!(
        users["description"],
        "Maximum 100 users may be created per call"
    );
    let rows = account
        .post("organizations/create_many", &many("organizations"))
        .expect(400);
    assert_eq!(rows["max_count"], 100);
    let ids: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    account
        .get(&format!("users/show_many?ids={}", ids.join(",")))
        .expect(400);
    assert_eq!(
        account.get("organizations/count").expect(200)["count"]["value"],
        2
    );
}

#[test]
fn the_account_has_so_many_requests_a_minute() {
    let settings = Settings {
        rpm: Some(3),
        ..Settings::default()
    };
    let mut account = Account::with(ACME, settings);
    for left in ["2", "1", "0"] {
        assert_eq!(
            account.get("users/me").header("ratelimit-remaining"),
            Some(left)
        );
    }
    let reply = account.get("users/me");
    assert_eq!(reply.status, 429);
    assert_eq!(
        reply.text,
        "Number of allowed API requests per minute exceeded"
    );
    assert_eq!(reply.header("retry-after"), Some("48"));
    account.wait(48);
    account.get("users/me").expect(200);
}
