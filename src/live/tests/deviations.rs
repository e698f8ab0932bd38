//! Answers that differ from what the service is known to send, in ways that must not matter.

use serde_json::{Value, json};

use super::world::{snapshot, world};
use crate::api::scripted::{Account, Reply, Seen, header, json as answer, text};
use crate::live::Needs;
use crate::model::Snapshot;

/// The account of [`world`], with every answer bent.
fn bent(bend: impl Fn(&Seen, Value) -> Reply + Send + Sync + 'static) -> Account {
    let world = world();
    Account::new(move |seen| {
        // Links with a suffix lead to the same lists.
        let plain = Seen {
            line: seen.line.replace(".json", ""),
            ..seen.clone()
        };
        let body = world.reply(&plain)?.into_body();
        bend(seen, serde_json::from_slice(&body).unwrap())
    })
}

/// What is live, without the times and costs of reading it.
async fn live(account: &Account) -> Snapshot {
    let mut live = snapshot(account, &Needs::everything(true)).await;
    live.taken_at = account.began();
    for part in &mut live.parts {
        part.read_at = live.taken_at;
        part.requests = 0;
    }
    live
}

async fn usual() -> Snapshot {
    live(&world().open()).await
}

/// Adds keys that nobody knows to every object, and turns what is absent into `null`.
fn decorated(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: serde_json::Map<String, Value> = fields
                .into_iter()
                .map(|(key, value)| match &*key {
                    // A map of whatever permissions there are.
                    "configuration" => (key, value),
                    _ => (key, decorated(value)),
                })
                .collect();
            fields.insert("url".to_owned(), json!("https://elsewhere.example/x.json"));
            fields.insert("of_tomorrow".to_owned(), json!({"deep": [1, {"er": null}]}));
            for absent in [
                "external_id",
                "alias",
                "notes",
                "details",
                "tags",
                "suspended",
                "shared",
                "description",
                "is_public",
                "deleted",
                "domain_names",
                "role_type",
                "user_fields",
                "organization_fields",
                "identities",
                "count",
                "next_page",
                "links",
                "groups",
                "users",
            ] {
                if absent != "identities" || fields.contains_key("users") {
                    fields.entry(absent).or_insert(Value::Null);
                }
            }
            Value::Object(fields)
        }
        Value::Array(items) => items.into_iter().map(decorated).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

#[tokio::test]
async fn unknown_keys_and_nulls_for_what_is_absent_change_nothing() {
    let account = bent(|_, body| answer(200, &decorated(body)));
    assert_eq!(live(&account).await, usual().await);
}

#[tokio::test]
async fn lists_in_offset_style_with_links_to_another_host_are_read_whole() {
    let account = bent(|seen, mut body| {
        let path = seen.line.split([' ', '?']).nth(1).unwrap_or_default();
        let path = path.trim_end_matches(".json");
        let fields = body.as_object_mut().unwrap();
        fields.remove("links");
        if let Some(meta) = fields.remove("meta") {
            let cursor = meta["after_cursor"].as_str().unwrap_or_default();
            let link = format!(
                "https://old.zendesk.example{path}.json?page%5Bafter%5D={cursor}&per_page=100"
            );
            let next = meta["has_more"].as_bool().unwrap().then_some(link);
            fields.insert("next_page".to_owned(), json!(next));
            fields.insert("previous_page".to_owned(), Value::Null);
        }
        answer(200, &body)
    });
    assert_eq!(live(&account).await, usual().await);
}

#[tokio::test]
async fn limits_in_any_spelling_and_case_are_understood() {
    for (limit, remaining, reset) in [
        ("X-Rate-Limit", "X-Rate-Limit-Remaining", "ratelimit-reset"),
        ("rate-limit", "rate-limit-remaining", "Rate-Limit-Reset"),
        ("RateLimit-Limit", "RATELIMIT-REMAINING", "RateLimit-Reset"),
    ] {
        let account = bent(move |_, body| {
            let reply = answer(200, &body);
            let reply = named(reply, limit, "10");
            let reply = named(reply, remaining, "3");
            named(reply, reset, "20")
        });
        live(&account).await;
        // A share of 8 of 10: with 3 left, a few go, then the rest of the minute is left to others.
        let seen = account.seen();
        let waited = seen[seen.len() - 1].at.duration_since(seen[0].at);
        assert!(waited.as_secs() >= 20, "{limit}: {waited}");
    }
}

fn named(reply: Reply, name: &str, value: &str) -> Reply {
    reply.map(|mut response| {
        let name = http::HeaderName::try_from(name).unwrap();
        response.headers_mut().insert(name, value.parse().unwrap());
        response
    })
}

#[tokio::test]
async fn an_account_without_settings_roles_or_counts_is_still_read() {
    let account = bent(|seen, body| {
        let missing = ["account/settings", "custom_roles", "count"];
        if missing.iter().any(|path| seen.line.contains(path)) {
            return answer(
                404,
                &json!({"error": "InvalidEndpoint", "description": "Not found"}),
            );
        }
        answer(200, &body)
    });
    let live = live(&account).await;
    // What is not known is not forbidden beforehand.
    assert!(live.multiple_organizations && !live.custom_roles);
    assert_eq!(live.objects.len(), usual().await.objects.len() - 2);
}

#[tokio::test]
async fn roles_that_come_in_pages_are_all_read() {
    let world = world();
    let account = Account::new(move |seen| {
        let Some((path, _)) = seen.line.split_once("custom_roles") else {
            return world.reply(seen);
        };
        let whole = Seen {
            line: format!("{path}custom_roles"),
            ..seen.clone()
        };
        let body: Value = serde_json::from_slice(&world.reply(&whole)?.into_body()).unwrap();
        let page = usize::from(seen.line.contains("after"));
        let meta = json!({"has_more": page == 0, "after_cursor": "x"});
        answer(
            200,
            &json!({"custom_roles": [body["custom_roles"][page]], "meta": meta}),
        )
    });
    assert_eq!(live(&account).await.objects, usual().await.objects);
}

#[tokio::test]
async fn a_filter_that_is_ignored_makes_nobody_twice() {
    let world = world().answer(
        "users/2/organization_memberships?page%5Bsize%5D=100",
        json!({"organization_memberships": [], "meta": {"has_more": false}}),
    );
    let account = Account::new(move |seen| {
        let all = Seen {
            line: seen.line.replace("role%5B%5D", "ignored"),
            ..seen.clone()
        };
        world.reply(&all)
    });
    let staff = snapshot(&account, &Needs::everything(false)).await;
    assert!(staff.ambiguous.is_empty(), "{:?}", staff.ambiguous);
}

#[tokio::test]
async fn refusals_in_any_shape_are_shown_and_never_misread() {
    for (body, shown) in [
        (r#"{"error":{"title":"Forbidden","message":"No."}}"#, "No."),
        (r#"{"errors":[{"code":"Forbidden","detail":"No."}]}"#, "No."),
        (r#"{"message":"No.","status":403}"#, "No."),
        (r#"["No."]"#, "No."),
        ("No.", "No."),
        ("", "no reason was given"),
    ] {
        let account = Account::in_turn(vec![header(text(403, body), "content-type", "text/html")]);
        let error = account.client.reader().me().await.unwrap_err();
        assert!(
            error.is_forbidden() && error.to_string().contains(shown),
            "{body}: {error}"
        );
    }
}
