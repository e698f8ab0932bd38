//! The rate budget, against times that are told, and against a service that counts.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use proptest::prelude::{prop_assert, proptest};
use serde_json::json;

use crate::api::scripted::{Account, Reply, Seen, header, json as answer, text};
use crate::api::{Budget, Class, Credentials, JobState, Limits, Share, UserFilter};
use crate::model::{Address, Book, Item, Kind, ObjectId, Value, Verb, Write};

const USER: Class = Class::UserUpdate(Some(ObjectId::from_wire(7)));

fn at(time: &str) -> Timestamp {
    format!("2026-11-21T{time}Z").parse().unwrap()
}

fn told(pairs: &[(&'static str, &str)]) -> Limits {
    let headers: HeaderMap = pairs
        .iter()
        .map(|(name, value)| {
            (
                http::HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            )
        })
        .collect();
    Limits::read(&headers)
}

/// Sends as many as may go at this moment.
fn flood(budget: &mut Budget, now: Timestamp) -> u64 {
    let mut sent = 0;
    while budget.wait(now, Class::Plain).is_zero() {
        budget.sent(now, Class::Plain);
        budget.returned();
        sent += 1;
    }
    sent
}

#[test]
fn a_minute_holds_the_share_and_no_more() {
    for (limit, share, expected) in [
        ("700", 80, 560),
        ("10", 80, 8),
        ("400", 100, 400),
        ("10", 1, 1),
    ] {
        let mut budget = Budget::new(Share::percent(share));
        let mut now = at("12:00:00");
        budget.learn(
            now,
            Class::Plain,
            &told(&[("x-rate-limit", limit), ("ratelimit-reset", "60")]),
        );
        let mut sent = 0;
        while now < at("12:00:59.999") {
            sent += flood(&mut budget, now);
            now += Duration::from_millis(1);
        }
        assert_eq!(sent, expected, "{share} % of {limit}");
        assert!(budget.wait(now, Class::Plain) <= Duration::from_millis(1));
    }
}

#[test]
fn requests_are_spread_after_a_first_burst() {
    let mut budget = Budget::new(Share::percent(80));
    let now = at("12:00:00");
    budget.learn(
        now,
        Class::Plain,
        &told(&[("x-rate-limit", "700"), ("ratelimit-reset", "60")]),
    );
    let first = flood(&mut budget, now);
    assert!((50..=60).contains(&first), "{first}");
    let wait = budget.wait(now, Class::Plain);
    assert!(
        wait > Duration::ZERO && wait <= Duration::from_millis(108),
        "{wait:?}"
    );
    // What was not used is not saved up.
    assert_eq!(flood(&mut budget, at("12:00:30")), first);
}

#[test]
fn what_others_used_is_not_used_again() {
    let mut budget = Budget::new(Share::percent(80));
    let now = at("12:00:20");
    let limits = told(&[
        ("x-rate-limit", "700"),
        ("x-rate-limit-remaining", "140"),
        ("ratelimit-reset", "40"),
    ]);
    budget.learn(now, Class::Plain, &limits);
    assert_eq!(budget.wait(now, Class::Plain), Duration::from_secs(40));
    assert!(budget.wait(at("12:01:00"), Class::Plain).is_zero());
}

#[test]
fn requests_that_are_out_count_as_used() {
    let mut budget = Budget::new(Share::percent(80));
    let now = at("12:00:20");
    let limits = told(&[("x-rate-limit", "700"), ("x-rate-limit-remaining", "142")]);
    budget.learn(now, Class::Plain, &limits);
    budget.sent(now, Class::Plain);
    budget.sent(now, Class::Plain);
    assert!(!budget.wait(now, Class::Plain).is_zero());
    budget.returned();
    assert!(budget.wait(now, Class::Plain).is_zero());
}

#[test]
fn a_user_is_updated_five_times_a_minute_and_users_once_a_second() {
    let mut budget = Budget::new(Share::default());
    let mut now = at("12:00:10");
    for _ in 0..5 {
        assert!(budget.wait(now, USER).is_zero());
        budget.sent(now, USER);
        let wait = budget.wait(now, Class::UserUpdate(Some(ObjectId::from_wire(8))));
        assert!(wait >= Duration::from_secs(1) && wait < Duration::from_millis(1100));
        assert!(budget.wait(now, Class::Plain).is_zero());
        now += wait;
    }
    let rest = at("12:01:00").duration_since(now).unsigned_abs();
    assert_eq!(budget.wait(now, USER), rest);
    assert!(
        budget
            .wait(now, Class::UserUpdate(Some(ObjectId::from_wire(8))))
            .is_zero()
    );
    assert!(budget.wait(at("12:01:00"), USER).is_zero());
}

#[test]
fn updates_that_others_made_count_too() {
    let mut budget = Budget::new(Share::default());
    let now = at("12:00:10");
    let limits = told(&[(
        "zendesk-ratelimit-create-update-user",
        "total=5; remaining=0; resets=50",
    )]);
    budget.learn(now, USER, &limits);
    assert_eq!(budget.wait(now, USER), Duration::from_secs(50));
}

#[test]
fn an_organization_is_updated_five_times_a_minute() {
    let mut budget = Budget::new(Share::default());
    let now = at("12:00:10");
    let class = Class::OrganizationUpdate(Some(ObjectId::from_wire(40)));
    for _ in 0..5 {
        assert!(budget.wait(now, class).is_zero());
        budget.sent(now, class);
    }
    assert_eq!(budget.wait(now, class), Duration::from_secs(50));
}

#[test]
fn a_pause_holds_everybody() {
    let mut budget = Budget::new(Share::default());
    let now = at("12:00:10");
    budget.pause(now, Duration::from_secs(90));
    budget.pause(now, Duration::from_secs(5));
    assert_eq!(budget.wait(now, Class::Plain), Duration::from_secs(90));
    assert_eq!(
        budget.wait(at("12:01:39"), Class::Job),
        Duration::from_secs(1)
    );
}

#[test]
fn after_a_refusal_one_goes_ahead_and_the_others_follow_its_answer() {
    let mut budget = Budget::new(Share::default());
    let now = at("12:00:10");
    budget.pause(now, Duration::from_secs(20));
    // What was under way when the pause began proves nothing.
    budget.accepted(at("12:00:11"));
    let later = at("12:00:30");
    assert!(budget.wait(later, Class::Plain).is_zero());
    budget.sent(later, Class::Plain);
    assert!(!budget.wait(later, Class::Plain).is_zero());
    budget.returned();
    budget.accepted(later);
    budget.sent(later, Class::Plain);
    assert!(budget.wait(later, Class::Plain).is_zero());
}

#[test]
fn a_service_whose_minute_begins_earlier_is_believed() {
    let mut budget = Budget::new(Share::percent(80));
    let now = at("12:00:20");
    budget.learn(
        now,
        Class::Plain,
        &told(&[("x-rate-limit", "700"), ("x-rate-limit-remaining", "120")]),
    );
    assert!(!budget.wait(now, Class::Plain).is_zero());
    budget.learn(
        now,
        Class::Plain,
        &told(&[("x-rate-limit", "700"), ("x-rate-limit-remaining", "699")]),
    );
    assert!(budget.wait(now, Class::Plain).is_zero());
}

proptest! {
    #[test]
    fn no_clock_minute_ever_holds_more_than_the_share(
        limit in 1_u64..900,
        share in 1_u8..=100,
        pauses in proptest::collection::vec(0_u64..3000, 1..400),
    ) {
        let mut budget = Budget::new(Share::percent(share));
        let mut now = at("12:00:07.5");
        let limits = told(&[("x-rate-limit", &limit.to_string())]);
        budget.learn(now, Class::Plain, &limits);
        let mut minutes = BTreeMap::<i64, u64>::new();
        for pause in pauses {
            now += Duration::from_millis(pause);
            let wait = budget.wait(now, Class::Plain);
            prop_assert!(wait <= Duration::from_secs(60));
            // Whoever waits as long as told may go, unless another request went meanwhile.
            now += wait;
            prop_assert!(budget.wait(now, Class::Plain).is_zero());
            budget.sent(now, Class::Plain);
            budget.returned();
            *minutes.entry(now.as_second().div_euclid(60)).or_default() += 1;
        }
        let most = minutes.values().max().copied().unwrap_or(0);
        prop_assert!(most <= (limit * u64::from(share) / 100).max(1), "{minutes:?}");
    }
}

/// A service that counts clock minutes and refuses what is too much.
#[derive(Default)]
struct Counter(Mutex<(i64, u64)>);

impl Counter {
    fn reply(&self, seen: &Seen, limit: u64) -> Reply {
        let second = seen.at.as_second();
        let mut counts = self.0.lock().unwrap();
        if counts.0 != second.div_euclid(60) {
            *counts = (second.div_euclid(60), 0);
        }
        counts.1 += 1;
        let left = limit.saturating_sub(counts.1);
        let reply = if counts.1 > limit {
            text(429, "Number of allowed API requests per minute exceeded")
        } else {
            answer(
                200,
                &json!({"users": [], "meta": {"has_more": true, "after_cursor": second.to_string()}}),
            )
        };
        let reply = header(reply, "x-rate-limit", &limit.to_string());
        let reply = header(reply, "x-rate-limit-remaining", &left.to_string());
        header(
            reply,
            "ratelimit-reset",
            &(60 - second.rem_euclid(60)).to_string(),
        )
    }
}

#[tokio::test]
async fn a_reader_uses_its_share_and_is_never_refused() {
    for limit in [700, 400, 200] {
        let counter = Counter::default();
        let account = Account::with(
            Credentials::bearer("hidden-token"),
            Duration::from_millis(50),
            move |seen| counter.reply(seen, limit),
        );
        let reader = account.client.reader();
        let share = limit * 80 / 100;
        for _ in 0..share * 4 {
            // One page each: what counts here is the pace.
            reader.first_users(UserFilter::All).await.unwrap();
        }
        let mut minutes = BTreeMap::<i64, u64>::new();
        for seen in account.seen() {
            *minutes
                .entry(seen.at.as_second().div_euclid(60))
                .or_default() += 1;
        }
        let counts: Vec<u64> = minutes.into_values().collect();
        println!("{limit} a minute: {counts:?}");
        let full = &counts[..counts.len() - 1];
        assert!(
            full.iter()
                .all(|count| (share * 9 / 10..=share).contains(count)),
            "{limit}: {counts:?}"
        );
    }
}

fn item(id: u64) -> Item {
    Item {
        address: Address::user(format!("user{id}@example.com").as_str()),
        id: Some(ObjectId::from_wire(id)),
        values: vec![("suspended".into(), Value::Bool(true))],
    }
}

fn bulk() -> Write {
    Write {
        verb: Verb::Update,
        kind: Kind::User,
        many: true,
        items: vec![item(1), item(2)],
    }
}

#[tokio::test]
async fn jobs_wait_for_room_instead_of_being_refused() {
    let started = Mutex::new(0);
    let account = Account::new(move |seen| {
        if seen.line.starts_with("PUT") {
            let mut started = started.lock().unwrap();
            *started += 1;
            return answer(
                200,
                &json!({"job_status": {"id": format!("V3-{started}"), "status": "queued"}}),
            );
        }
        let ids = seen.line.split_once("ids=").unwrap().1;
        let jobs: Vec<_> = ids
            .split(',')
            .map(|id| json!({"id": id, "status": if id == "V3-1" { "completed" } else { "working" }, "results": null}))
            .collect();
        answer(200, &json!({ "job_statuses": jobs }))
    });
    let writer = account.client.writer();
    for _ in 0..24 {
        writer.perform(&bulk(), &Book::default()).await.unwrap();
    }
    assert!(account.lines().iter().all(|line| line.starts_with("PUT")));
    let performed = writer.perform(&bulk(), &Book::default()).await.unwrap();
    let lines = account.lines();
    assert!(lines[24].starts_with("GET /api/v2/job_statuses/show_many"));
    assert_eq!(lines.len(), 26);
    let job = performed.job.unwrap();
    let statuses = writer.reader().jobs(&[job]).await.unwrap();
    assert_eq!(statuses[0].state, JobState::Running);
}

#[tokio::test]
async fn a_limit_of_one_user_holds_only_that_call_back() {
    let limited = header(
        text(
            429,
            "You have exceeded the rate limit for updating a single unique user.",
        ),
        "retry-after",
        "27",
    );
    let limited = header(limited, "x-rate-limit-remaining", "668");
    let account = Account::in_turn(vec![
        limited,
        answer(200, &json!({"user": {"id": 7}})),
        answer(200, &json!({"user": {"id": 7}})),
    ]);
    let write = Write {
        many: false,
        items: vec![item(7)],
        ..bulk()
    };
    account
        .client
        .writer()
        .perform(&write, &Book::default())
        .await
        .unwrap();
    account.client.reader().me().await.unwrap();
    let seen = account.seen();
    assert!(seen[1].at.duration_since(seen[0].at).as_secs() >= 27);
    assert_eq!(seen[2].at, seen[1].at);
}
