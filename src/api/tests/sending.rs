//! Repetition, credentials, limits and errors of single calls.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::api::scripted::{Account, Reply, Seen, broken, header, json as answer, text};
use crate::api::{Credentials, Error, NotSent, TransportError};
use crate::model::{Address, Book, Item, Kind, ObjectId, Value, Verb, Write};

fn groups() -> Reply {
    answer(200, &json!({"groups": [], "meta": {"has_more": false}}))
}

fn not_sent() -> Reply {
    Err(TransportError::NotSent {
        why: NotSent::Refused,
        detail: String::new(),
    })
}

fn create_group() -> Write {
    Write {
        verb: Verb::Create,
        kind: Kind::Group,
        many: false,
        items: vec![Item {
            address: Address::group("Night"),
            id: None,
            values: vec![("name".into(), Value::text("Night"))],
        }],
    }
}

#[tokio::test]
async fn reads_survive_every_passing_fault() {
    for (case, fault) in [
        (
            "rate limit",
            header(
                text(429, "Number of allowed API requests per minute exceeded"),
                "retry-after",
                "17",
            ),
        ),
        ("crash", answer(500, &json!({"error": "Internal"}))),
        (
            "gateway",
            text(502, "<html><title>502 Bad Gateway</title></html>"),
        ),
        ("overload", header(text(503, "busy"), "retry-after", "3")),
        ("overload without a time", text(503, "")),
        (
            "collision",
            answer(409, &json!({"error": "DatabaseConflict"})),
        ),
        ("cut", text(200, r#"{"groups":[{"id":1,"na"#)),
        ("dropped", broken()),
        (
            "hang",
            Err(TransportError::TimedOut {
                detail: String::new(),
            }),
        ),
    ] {
        let account = Account::in_turn(vec![fault, groups()]);
        let listing = account.client.reader().groups().await;
        assert!(listing.is_ok_and(|listing| listing.complete), "{case}");
    }
}

#[tokio::test]
async fn nothing_is_sent_again_before_its_time() {
    let limited = header(text(429, "slow down"), "retry-after", "27");
    let account = Account::in_turn(vec![limited, groups()]);
    account.client.reader().groups().await.unwrap();
    let seen = account.seen();
    let waited = seen[1].at.duration_since(seen[0].at);
    assert!(waited.as_secs() >= 27, "{waited}");
}

#[tokio::test]
async fn faults_that_stay_end_in_one_clear_error() {
    for (case, fault, expected) in [
        (
            "crash",
            text(500, "oops"),
            "GET /api/v2/groups was answered with 500 Internal Server Error: oops (request req-1)",
        ),
        (
            "dropped",
            broken(),
            "GET /api/v2/groups got no answer: the connection broke before the whole answer had come",
        ),
        (
            "cut",
            text(200, "{"),
            "GET /api/v2/groups was answered with something that cannot be read: it ends too early (1 bytes) (request req-1)",
        ),
    ] {
        let fault = std::sync::Mutex::new(Some(fault));
        let account = Account::new(move |_| {
            let mut fault = fault.lock().unwrap();
            let again = match fault.as_ref().unwrap() {
                Ok(response) => {
                    let mut copy = http::Response::new(response.body().clone());
                    *copy.status_mut() = response.status();
                    copy.headers_mut().clone_from(response.headers());
                    Ok(copy)
                }
                Err(error) => Err(error.clone()),
            };
            fault.replace(again).unwrap()
        });
        let error = account.client.reader().groups().await.unwrap_err();
        assert_eq!(error.to_string(), expected, "{case}");
        assert_eq!(account.seen().len(), 5, "{case}");
    }
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_not_repeated() {
    for (case, fault) in [
        ("dropped", broken()),
        ("crash", text(500, "oops")),
        ("gateway", text(504, "")),
        ("overload", header(text(503, "busy"), "retry-after", "1")),
        ("cut", text(201, r#"{"group":{"id"#)),
        ("another shape", text(201, "{}")),
    ] {
        let account = Account::in_turn(vec![fault]);
        let error = account
            .client
            .writer()
            .perform(&create_group(), &Book::default())
            .await
            .unwrap_err();
        assert!(error.is_outcome_unknown(), "{case}: {error}");
        assert_eq!(account.seen().len(), 1, "{case}");
    }
}

#[tokio::test]
async fn a_create_that_was_certainly_not_carried_out_is_repeated() {
    let made = || answer(201, &json!({"group": {"id": 9, "name": "Night"}}));
    for (case, fault) in [
        ("rate limit", text(429, "slow down")),
        ("collision", text(409, "Requester creation collision")),
    ] {
        let account = Account::in_turn(vec![fault, made()]);
        let performed = account
            .client
            .writer()
            .perform(&create_group(), &Book::default())
            .await
            .unwrap();
        assert_eq!(
            performed.replies[0].id,
            Some(ObjectId::from_wire(9)),
            "{case}"
        );
    }
    // A lost connection counts as passing only where the account has answered before.
    let account = Account::in_turn(vec![groups(), not_sent(), made()]);
    account.client.reader().groups().await.unwrap();
    account
        .client
        .writer()
        .perform(&create_group(), &Book::default())
        .await
        .unwrap();
    assert_eq!(account.seen().len(), 3);
}

#[tokio::test]
async fn a_refused_connection_says_what_to_do_at_once() {
    let account = Account::in_turn(vec![not_sent()]);
    let error = account.client.reader().me().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /api/v2/users/me got no answer: the connection was refused"
    );
    assert!(error.hint().unwrap().contains("zdsync sandbox"));
}

fn tokens(lifetime: Option<u64>) -> impl Fn(&Seen) -> Reply {
    let issued = AtomicU64::new(0);
    move |seen| {
        if seen.line == "POST /oauth/tokens" {
            assert_eq!(seen.authorization, None);
            assert_eq!(
                seen.body,
                json!({"grant_type": "client_credentials", "client_id": "zdsync", "client_secret": "hidden-secret", "scope": "read write"})
            );
            let number = issued.fetch_add(1, Ordering::Relaxed) + 1;
            return answer(
                200,
                &json!({"access_token": format!("token-{number}"), "token_type": "bearer", "expires_in": lifetime}),
            );
        }
        // The first token is revoked after its first use.
        if seen.authorization.as_deref() == Some("Bearer token-1") && seen.line.contains("after") {
            return answer(401, &json!({"error": "invalid_token"}));
        }
        if seen.line.contains("after") {
            return groups();
        }
        answer(
            200,
            &json!({"groups": [], "meta": {"has_more": true, "after_cursor": "a"}}),
        )
    }
}

fn oauth(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Account {
    let credentials = Credentials::oauth_client("zdsync", "hidden-secret");
    Account::with(credentials, Duration::ZERO, answer)
}

#[tokio::test]
async fn a_token_that_is_refused_in_mid_run_is_renewed_once() {
    let account = oauth(tokens(None));
    assert!(account.client.reader().groups().await.unwrap().complete);
    let carried: Vec<String> = account
        .seen()
        .into_iter()
        .filter_map(|seen| seen.authorization)
        .collect();
    assert_eq!(
        carried,
        ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    );

    let account = oauth(|seen| {
        if seen.line == "POST /oauth/tokens" {
            answer(200, &json!({"access_token": "refused"}))
        } else {
            answer(401, &json!({"error": "invalid_token"}))
        }
    });
    let error = account.client.reader().me().await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(
        account
            .lines()
            .iter()
            .filter(|line| line.starts_with("POST"))
            .count(),
        2
    );
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let account = oauth(tokens(Some(1800)));
    let reader = account.client.reader();
    reader.groups().await.unwrap();
    account.clock.advance(Duration::from_secs(1750));
    reader.groups().await.unwrap();
    let carried: Vec<String> = account
        .seen()
        .into_iter()
        .filter_map(|seen| seen.authorization)
        .collect();
    assert_eq!(carried.last().unwrap(), "Bearer token-3");
}

#[tokio::test]
async fn a_client_that_is_not_accepted_is_explained() {
    let account = oauth(|_| {
        answer(
            401,
            &json!({"error": "invalid_client", "error_description": "wrong"}),
        )
    });
    let error = account.client.reader().me().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "POST /oauth/tokens was answered with 401 Unauthorized: wrong (request req-1)"
    );
    assert!(
        error
            .hint()
            .unwrap()
            .contains("ZENDESK_OAUTH_CLIENT_SECRET")
    );
    assert_eq!(account.seen().len(), 1);
}

#[tokio::test]
async fn errors_name_the_next_step() {
    for (status, body, expected) in [
        (
            401,
            json!({"error": "Couldn't authenticate you"}),
            "ZENDESK_OAUTH_TOKEN",
        ),
        (
            403,
            json!({"error": "Forbidden", "description": "You are missing the following required scopes: users:read, read"}),
            "the scope `users:read, read`",
        ),
        (
            403,
            json!({"error": "Forbidden", "description": "Missing the following required scopes: read"}),
            "the scope `read`",
        ),
        (
            403,
            json!({"error": {"title": "Forbidden", "message": "You do not have access to this page."}}),
            "role or the account's plan",
        ),
        (
            404,
            json!({"error": "InvalidEndpoint"}),
            "account.subdomain",
        ),
        (302, json!({}), "redirects are not followed"),
        (
            422,
            json!({"error": "RecordInvalid", "details": {"base": [{"description": "No", "error": "MaxAgentExceeded"}]}}),
            "free a seat",
        ),
    ] {
        let account = Account::in_turn(vec![answer(status, &body)]);
        let error = account.client.reader().me().await.unwrap_err();
        let hint = error.hint().unwrap();
        assert!(hint.contains(expected), "{status} {body}: {hint}");
    }
}

#[tokio::test]
async fn what_the_service_ignored_is_collected_once() {
    let remark = "{:allowed_parameters=>{:unpermitted_keys=>[\"group.colour\"]}}";
    let account = Account::new(move |_| header(groups(), "x-zendesk-api-warn", remark));
    let reader = account.client.reader();
    reader.groups().await.unwrap();
    reader.groups().await.unwrap();
    let warnings = account.client.take_warnings();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].text.contains("group.colour"));
    assert_eq!(warnings[0].request, "GET /api/v2/groups");
    assert!(account.client.take_warnings().is_empty());
}

#[tokio::test]
async fn no_error_holds_a_secret() {
    for (credentials, secrets) in [
        (Credentials::bearer("hidden-token"), vec!["hidden-token"]),
        (
            Credentials::api_token("ada@example.com", "hidden-token"),
            vec![
                "hidden-token",
                "YWRhQGV4YW1wbGUuY29tL3Rva2VuOmhpZGRlbi10b2tlbg==",
            ],
        ),
        (
            Credentials::oauth_client("zdsync", "hidden-secret"),
            vec!["hidden-secret", "hidden-token"],
        ),
    ] {
        for broken_token in [false, true] {
            let account = Account::with(credentials.clone(), Duration::ZERO, move |seen| {
                if seen.line != "POST /oauth/tokens" {
                    return text(400, "no");
                }
                if broken_token {
                    return text(200, r#"{"access_token":{"hidden-token":1}}"#);
                }
                answer(200, &json!({"access_token": "hidden-token"}))
            });
            let error = account.client.reader().me().await.unwrap_err();
            let shown = format!("{error} {error:?} {:?}", error.hint());
            for secret in &secrets {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
    let error = Account::with(Credentials::bearer("hidden\ntoken"), Duration::ZERO, |_| {
        groups()
    })
    .client
    .reader()
    .me()
    .await
    .unwrap_err();
    assert!(matches!(error, Error::Credentials(_)) && !format!("{error:?}").contains("hidden"));
}
