//! Traps of credentials and scopes.

use serde_json::{Value, json};
use zdsync::sandbox::{Credential, Settings};

use crate::sandbox::account::{ACME, Account};

fn strict() -> Account {
    let scopes = |list: &[&str]| list.iter().map(|scope| (*scope).to_owned()).collect();
    let bearer = |token: &str, list: &[&str]| Credential::Bearer {
        token: token.to_owned(),
        email: "olga@acme.test".to_owned(),
        scopes: scopes(list),
    };
    let settings = Settings {
        credentials: vec![
            Credential::ApiToken {
                email: "ada@acme.test".to_owned(),
                token: "right".to_owned(),
            },
            bearer("reader", &["read"]),
            bearer("people", &["users:read", "users:write"]),
            Credential::Client {
                id: "zdsync".to_owned(),
                secret: "s3cret".to_owned(),
                email: "olga@acme.test".to_owned(),
                scopes: Vec::new(),
            },
        ],
        ..Settings::default()
    };
    Account::with(ACME, settings)
}

fn bearer(account: &mut Account, token: &str) {
    account.credential = Some(format!("Bearer {token}"));
}

#[test]
fn trap_19_nobody_is_an_anonymous_user() {
    let mut account = Account::new(ACME);
    account.credential = None;
    let me = account.get("users/me").expect(200)["user"].clone();
    assert_eq!(me["id"], Value::Null);
    assert_eq!(me["name"], "Anonymous user");
    let reply = account.get("users");
    assert_eq!(
        reply.expect(401),
        json!({ "error": "Couldn't authenticate you" })
    );
    assert!(reply.header("www-authenticate").is_some());
    for (credential, error) in [
        ("Bearer ", "invalid_token"),
        ("Basic bm90aGluZw==", "Couldn't authenticate you"),
        (
            "Basic b2xnYUBhY21lLnRlc3Q6cGFzc3dvcmQ=",
            "Couldn't authenticate you",
        ),
    ] {
        account.credential = Some(credential.to_owned());
        let refused = account.get("users/me").expect(401);
        let error = if credential == "Bearer " {
            "Couldn't authenticate you"
        } else {
            error
        };
        assert_eq!(refused["error"], error, "{credential}");
    }
    let mut account = strict();
    bearer(&mut account, "wrong");
    assert_eq!(
        account.get("users/me").expect(401)["error"],
        "invalid_token"
    );
}

#[test]
fn trap_20_an_unknown_scope_fails_late() {
    let mut account = strict();
    account.credential = None;
    let body = json!({
        "grant_type": "client_credentials", "client_id": "zdsync", "client_secret": "s3cret",
        "scope": "raed write",
    });
    let token = account.post("/oauth/tokens", &body).expect(201);
    assert_eq!(token["token_type"], "bearer");
    bearer(
        &mut account,
        token["access_token"].as_str().expect("a token"),
    );
    let refused = account.get("groups").expect(403);
    assert_eq!(
        refused["description"],
        "You are missing the following required scopes: groups:read, read"
    );
    account.credential = None;
    let mut wrong = body.clone();
    wrong["client_secret"] = json!("guess");
    assert_eq!(
        account.post("/oauth/tokens", &wrong).expect(401)["error"],
        "invalid_client"
    );
}

#[test]
fn trap_21_narrow_scopes_do_not_reach_everything() {
    let mut account = strict();
    bearer(&mut account, "people");
    let users = account.get("users").expect(200);
    let id = users["users"][0]["id"].clone();
    for path in [
        format!("users/{id}/identities"),
        "custom_roles".into(),
        "group_memberships".into(),
    ] {
        account.get(&path).expect(403);
    }
    bearer(&mut account, "reader");
    account.get("custom_roles").expect(200);
    let refused = account
        .post("groups", &json!({ "group": { "name": "x" } }))
        .expect(403);
    assert_eq!(refused["error"], "Forbidden");
}

#[test]
fn trap_22_tokens_of_the_new_kind_end() {
    let mut account = Account::new(ACME);
    account.credential = None;
    let body = json!({
        "grant_type": "client_credentials", "client_id": "any", "client_secret": "any",
        "scope": "read write", "expires_in": 1800,
    });
    let reply = account.post("/oauth/tokens", &body);
    let token = reply.expect(201);
    assert_eq!(token["expires_in"], 1800);
    bearer(
        &mut account,
        token["access_token"].as_str().expect("a token"),
    );
    let me = account.get("users/me").expect(200);
    assert_eq!(
        me["user"]["email"], "olga@acme.test",
        "it acts for the owner of the client"
    );
    let current = account.get("oauth/tokens/current").expect(200);
    assert_eq!(current["token"]["scopes"], json!(["read", "write"]));
    account.wait(1800);
    assert_eq!(
        account.get("users/me").expect(401)["error"],
        "invalid_token"
    );
    let saved = account.sandbox.save().expect("text");
    assert!(!saved.contains(token["access_token"].as_str().expect("a token")));
}

#[test]
fn callers_may_do_what_their_role_lets_them() {
    let mut account = Account::new(ACME);
    let dan = account.user("dan@initech.test");
    let ben = account.user("ben@acme.test");
    account.act_as("dan@initech.test");
    account.get("users").expect(403);
    assert_eq!(
        account.get("users/me").expect(200)["user"]["role"],
        "end-user"
    );
    account.act_as("ada@acme.test");
    account.get("users").expect(200);
    account
        .post("groups", &json!({ "group": { "name": "x" } }))
        .expect(403);
    account
        .put(
            &format!("users/{dan}"),
            &json!({ "user": { "notes": "x" } }),
        )
        .expect(403);
    account.act_as("ben@acme.test");
    account.wait(1);
    account
        .put(
            &format!("users/{dan}"),
            &json!({ "user": { "notes": "x" } }),
        )
        .expect(200);
    account.wait(1);
    account
        .put(
            &format!("users/{dan}"),
            &json!({ "user": { "role": "agent" } }),
        )
        .expect(403);
    account.delete(&format!("users/{ben}")).expect(403);
    let globex = account.named("organizations", "Globex");
    let body = json!({ "organization": { "name": "Renamed", "notes": "seen" } });
    let row = account
        .put(&format!("organizations/{globex}"), &body)
        .expect(200);
    assert_eq!(
        row["organization"]["name"], "Globex",
        "only the notes are written"
    );
    assert_eq!(row["organization"]["notes"], "seen");
    account.act_as("stranger@nowhere.test");
    assert_eq!(
        account.get("users/me").expect(200)["user"]["email"],
        "olga@acme.test"
    );
}

#[test]
fn a_manager_of_teams_may_write_agents_but_make_no_admin() {
    let seed = ACME.replace(
        "ticket_access: within-groups",
        "ticket_access: within-groups, manage_team_members: all-with-self-restriction, \
         manage_groups: true, manage_group_memberships: true",
    );
    let mut account = Account::new(&seed);
    let (ben, own) = (account.user("ben@acme.test"), account.user("ada@acme.test"));
    let staff = account.named("custom_roles", "Staff");
    account.act_as("ada@acme.test");
    let mut put = |id: u64, change: Value, status: u16| {
        account.wait(1);
        let body = json!({ "user": change });
        account.put(&format!("users/{id}"), &body).expect(status);
    };
    put(ben, json!({ "custom_role_id": staff }), 200);
    put(ben, json!({ "role": "admin" }), 403);
    put(own, json!({ "role": "end-user" }), 403);
    account
        .post("groups", &json!({ "group": { "name": "x" } }))
        .expect(201);
}
