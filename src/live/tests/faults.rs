//! What goes wrong while the account is read.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::world::{snapshot, world};
use crate::api::Error;
use crate::api::scripted::{Account, Reply, broken, header, text};
use crate::live::{Needs, read};

type Fault = (&'static str, fn() -> Reply);

fn faults() -> Vec<Fault> {
    vec![
        ("rate limit", || {
            header(text(429, "slow down"), "retry-after", "7")
        }),
        ("crash", || text(500, "oops")),
        ("gateway", || text(502, "<html></html>")),
        ("overload", || header(text(503, "busy"), "retry-after", "2")),
        ("overload without a time", || text(503, "")),
        ("collision", || text(409, "try again")),
        ("cut", || text(200, r#"{"users":[{"id""#)),
        ("dropped", broken),
    ]
}

/// An account that answers request number `place` by a fault, once.
fn faulty(place: usize, fault: fn() -> Reply) -> Account {
    let world = world();
    let asked = AtomicUsize::new(0);
    Account::new(move |seen| {
        if asked.fetch_add(1, Ordering::Relaxed) == place {
            fault()
        } else {
            world.reply(seen)
        }
    })
}

#[tokio::test]
async fn a_passing_fault_at_any_request_changes_nothing() {
    let mut expected = snapshot(&world().open(), &Needs::everything(true)).await;
    let requests = world().open();
    snapshot(&requests, &Needs::everything(true)).await;
    let count = requests.seen().len();
    assert!(count >= 9, "{count}");
    for place in 0..count {
        for (case, fault) in faults() {
            let account = faulty(place, fault);
            let mut live = snapshot(&account, &Needs::everything(true)).await;
            live.taken_at = expected.taken_at;
            for (part, other) in live.parts.iter_mut().zip(&mut expected.parts) {
                part.read_at = other.read_at;
            }
            assert_eq!(live, expected, "{case} at request {place}");
            assert_eq!(account.seen().len(), count + 1, "{case} at request {place}");
        }
    }
}

#[tokio::test]
async fn a_refusal_at_any_request_is_one_clear_error() {
    let whole = world().open();
    snapshot(&whole, &Needs::everything(true)).await;
    for (place, line) in whole.lines().into_iter().enumerate() {
        if line.contains("custom_roles") {
            continue;
        }
        let account = faulty(place, || {
            text(
                403,
                r#"{"error":"Forbidden","description":"You are missing the following required scopes: read"}"#,
            )
        });
        let error = read(&account.client.reader(), &Needs::everything(true))
            .await
            .unwrap_err();
        assert!(error.is_forbidden(), "{line}: {error}");
        let path = line.split(['?', ' ']).nth(1).unwrap();
        assert!(error.to_string().contains(path), "{line}: {error}");
        assert!(error.hint().unwrap().contains("`read`"), "{line}");
    }
}

#[tokio::test]
async fn an_anonymous_caller_is_refused_before_anything_else_is_read() {
    let account = world()
        .answer(
            "users/me",
            json!({"user": {"id": null, "name": "Anonymous user", "role": "end-user"}}),
        )
        .open();
    let error = read(&account.client.reader(), &Needs::everything(true))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Anonymous { .. }));
    assert_eq!(account.lines().len(), 1);
}
