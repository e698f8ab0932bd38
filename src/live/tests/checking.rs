//! What `check` finds out.

use serde_json::json;

use super::world::{person, world};
use crate::api::scripted::{Account, text};
use crate::live::check;

#[tokio::test]
async fn a_check_tells_who_calls_and_what_the_account_has() {
    let account = world()
        .answer("audit_logs?page%5Bsize%5D=1", json!({"audit_logs": []}))
        .answer(
            "oauth/tokens/current",
            json!({"token": {"id": 1, "scopes": ["read", "write"]}}),
        )
        .open();
    let found = check(&account.client.reader()).await.unwrap();
    assert_eq!(found.account.fingerprint, "acme-20");
    assert_eq!(found.role, "admin");
    assert_eq!(
        found.scopes,
        Some(vec!["read".to_owned(), "write".to_owned()])
    );
    assert!(found.is_ready(), "{:?}", found.findings);
    let features: Vec<(&str, Option<bool>)> = found
        .features
        .iter()
        .map(|feature| (feature.name, feature.available))
        .collect();
    assert_eq!(
        features,
        [
            ("custom_roles", Some(true)),
            ("multiple_organizations", Some(true)),
            ("light_agents", Some(false)),
            ("unique_group_names", Some(false)),
            ("user_tags", Some(false)),
            ("bulk_import", None),
            ("audit_log", Some(true)),
        ]
    );
    assert_eq!(found.requests, 6);
}

#[tokio::test]
async fn a_check_names_what_is_missing_and_the_fix() {
    let no_scope = r#"{"error":"Forbidden","description":"You are missing the following required scopes: groups:read, read"}"#;
    let mut agent = person(2, "ada@example.com", "agent");
    agent["custom_role_id"] = json!(30);
    let world = world().answer("users/me", json!({"user": agent}));
    let account = Account::new(move |seen| {
        if seen.line.contains("/groups") {
            return text(403, no_scope);
        }
        if seen.line.contains("audit_logs") || seen.line.contains("oauth") {
            return text(403, r#"{"error":"Forbidden"}"#);
        }
        world.reply(seen)
    });
    let found = check(&account.client.reader()).await.unwrap();
    assert_eq!(found.role, "Tier 2");
    assert_eq!(found.account.fingerprint, "acme-none");
    assert!(!found.is_ready());
    let shown: Vec<String> = found
        .findings
        .iter()
        .map(|finding| format!("{} | {}", finding.message, finding.help))
        .collect();
    assert_eq!(
        shown,
        [
            "the groups cannot be read: the scope `groups:read, read` is missing | give the OAuth client or token the scope `groups:read, read`: planning needs `read`, applying needs `read write`",
            "the caller is an agent (`Tier 2`), who may not change everything | use the credential of an administrator",
        ]
    );
}
