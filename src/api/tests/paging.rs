//! Lists: where they end, and what proves it.

use serde_json::{Value as Json, json};

use crate::api::Error;
use crate::api::scripted::{Account, json as answer, text};

fn group(id: u64) -> Json {
    json!({"id": id, "name": format!("Group {id}")})
}

fn page(groups: &[u64], has_more: bool, cursor: Option<&str>, link: Option<&str>) -> Json {
    let groups: Vec<Json> = groups.iter().map(|id| group(*id)).collect();
    json!({"groups": groups, "meta": {"has_more": has_more, "after_cursor": cursor, "before_cursor": "b"},
        "links": {"next": link, "prev": null}, "a_key_of_tomorrow": 1})
}

async fn numbers(account: &Account) -> Vec<u64> {
    let listing = account.client.reader().groups().await.unwrap();
    assert!(listing.complete);
    listing
        .items
        .iter()
        .map(|group| group.id.to_wire())
        .collect()
}

#[tokio::test]
async fn a_list_ends_where_it_says_so_though_links_go_on() {
    let last = page(
        &[1],
        false,
        Some("on"),
        Some("https://acme.zendesk.com/api/v2/groups?page%5Bafter%5D=on"),
    );
    let account = Account::in_turn(vec![answer(200, &last)]);
    assert_eq!(numbers(&account).await, [1]);
}

#[tokio::test]
async fn an_empty_page_that_promises_more_is_survived() {
    let account = Account::in_turn(vec![
        answer(200, &page(&[1], true, Some("a"), None)),
        answer(200, &page(&[], true, Some("b"), None)),
        answer(200, &page(&[2], false, Some("c"), None)),
    ]);
    assert_eq!(numbers(&account).await, [1, 2]);
    assert_eq!(
        account.lines(),
        [
            "GET /api/v2/groups?page%5Bsize%5D=100",
            "GET /api/v2/groups?page%5Bsize%5D=100&page%5Bafter%5D=a",
            "GET /api/v2/groups?page%5Bsize%5D=100&page%5Bafter%5D=b",
        ]
    );
}

#[tokio::test]
async fn links_to_a_foreign_host_are_followed_at_home() {
    // Every request of a script asserts its host.
    let account = Account::in_turn(vec![
        answer(
            200,
            &page(
                &[1],
                true,
                None,
                Some("https://evil.example/api/v2/groups.json?page%5Bafter%5D=x%3D"),
            ),
        ),
        answer(200, &page(&[2], false, None, None)),
    ]);
    assert_eq!(numbers(&account).await, [1, 2]);
    assert_eq!(
        account.lines()[1],
        "GET /api/v2/groups.json?page%5Bafter%5D=x%3D"
    );
}

#[tokio::test]
async fn lists_that_lead_nowhere_are_errors() {
    for (case, replies) in [
        (
            "the same cursor again",
            vec![
                page(&[1], true, Some("a"), None),
                page(&[2], true, Some("a"), None),
            ],
        ),
        ("no place to go on", vec![page(&[1], true, None, None)]),
        (
            "a link out of the API",
            vec![page(
                &[1],
                true,
                None,
                Some("https://acme.zendesk.com/oauth/tokens"),
            )],
        ),
        (
            "empty for ever",
            (0..30)
                .map(|number| page(&[], true, Some(&number.to_string()), None))
                .collect(),
        ),
    ] {
        let account = Account::in_turn(replies.iter().map(|reply| answer(200, reply)).collect());
        let error = account.client.reader().groups().await.unwrap_err();
        assert!(matches!(error, Error::Endless { .. }), "{case}: {error}");
    }
}

#[tokio::test]
async fn a_page_without_its_list_is_no_empty_list() {
    for body in [
        r"{}",
        r#"{"meta":{"has_more":false}}"#,
        r#"{"groups":null}"#,
        "[]",
        "null",
        "",
    ] {
        let account = Account::new(move |_| text(200, body));
        let error = account.client.reader().groups().await.unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_list_in_offset_style_is_followed_and_counted() {
    let first = json!({"groups": [group(1)], "count": 2, "next_page": "https://old.zendesk.com/api/v2/groups.json?page=2"});
    let second = json!({"groups": [group(2)], "count": 2, "next_page": null});
    let account = Account::in_turn(vec![answer(200, &first), answer(200, &second)]);
    assert_eq!(numbers(&account).await, [1, 2]);

    let short = json!({"groups": [group(1)], "count": 2, "next_page": null});
    let account = Account::in_turn(vec![answer(200, &short)]);
    assert!(!account.client.reader().groups().await.unwrap().complete);
}

#[tokio::test]
async fn an_account_without_custom_roles_says_so_by_refusing() {
    let forbidden =
        json!({"error": {"title": "Forbidden", "message": "You do not have access to this page."}});
    let no_scope = json!({"error": "Forbidden", "description": "You are missing the following required scopes: read"});
    for (status, body, absent) in [
        (403, &forbidden, true),
        (404, &json!({"error": "InvalidEndpoint"}), true),
        (403, &no_scope, false),
    ] {
        let account = Account::in_turn(vec![answer(status, body)]);
        let roles = account.client.reader().roles().await;
        assert_eq!(
            roles.is_ok_and(|roles| roles.is_none()),
            absent,
            "{status} {body}"
        );
    }
}
