//! Who calls, and what they may do.

use serde_json::Value;

use super::stub::Stub;
use super::{CLIENT_SECRET, Served, project};

fn client(scopes: &str) -> String {
    format!("client olga@example.com zdsync {CLIENT_SECRET} {scopes}")
}

#[test]
fn an_oauth_client_fetches_one_token_for_a_run() {
    let served = Served::with(&["--credential", &client("read write")]);
    let project = served.client_project();
    project
        .run(&["-vv", "plan", "--detailed-exitcode"])
        .exits(2);
    assert_eq!(served.count("POST /oauth/tokens 201"), 1);
    project
        .run(&["-vv", "--log-bodies", "apply", "--auto-approve"])
        .exits(0);
    assert_eq!(served.count("POST /oauth/tokens 201"), 2);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    assert_eq!(
        served
            .requests()
            .iter()
            .filter(|line| line.ends_with("401"))
            .count(),
        0
    );
}

#[test]
fn a_token_that_is_refused_in_mid_run_is_renewed_once() {
    let fault = "GET /groups #1 = token-expired";
    let served = Served::with(&["--credential", &client("read write"), "--fault", fault]);
    served
        .client_project()
        .run(&["plan", "--detailed-exitcode"])
        .exits(2);
    assert_eq!(served.count("POST /oauth/tokens 201"), 2);
    assert_eq!(served.count("GET /api/v2/groups 401"), 1);

    let always = "GET /groups = token-expired";
    let served = Served::with(&["--credential", &client("read write"), "--fault", always]);
    let failed = served.client_project().run(&["plan"]).exits(1);
    assert!(
        failed.stderr.contains("ZENDESK_OAUTH_CLIENT_SECRET"),
        "{}",
        failed.stderr
    );
    assert_eq!(served.count("GET /api/v2/groups 401"), 2);
}

#[test]
fn a_wrong_secret_is_explained() {
    let served = Served::with(&["--credential", "client olga@example.com zdsync another"]);
    let failed = served.client_project().run(&["plan"]).exits(1);
    assert!(
        failed
            .stderr
            .contains("POST /oauth/tokens was answered with 401"),
        "{}",
        failed.stderr
    );
    assert!(
        failed.stderr.contains("ZENDESK_OAUTH_CLIENT_SECRET"),
        "{}",
        failed.stderr
    );
    assert_eq!(served.requests().len(), 1);
}

#[test]
fn the_scope_read_is_enough_to_plan_and_an_apply_names_what_is_missing() {
    let served = Served::with(&["--credential", &client("read")]);
    let project = served.client_project();
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
    project.run(&["snapshot", "--out", "account.json"]).exits(0);
    let failed = project.run(&["apply", "--auto-approve"]).exits(1);
    assert!(failed.stderr.contains("`write`"), "{}", failed.stderr);

    let check = project.run(&["check"]).exits(1);
    assert!(
        check.stdout.contains("no scope `write`"),
        "{}",
        check.stdout
    );
    assert!(
        check.stdout.contains("`read` alone is enough to plan"),
        "{}",
        check.stdout
    );
}

#[test]
fn a_ready_token_without_a_scope_is_explained_by_its_name() {
    for (scopes, plans, missing) in [("read", true, "write"), ("users:read", false, "read")] {
        let token = "hidden-token-with-few-scopes";
        let credential = format!("bearer olga@example.com {token} {scopes}");
        let served = Served::with(&["--credential", &credential]);
        let project = project(&served.server.url).variable("ZENDESK_OAUTH_TOKEN", token);
        if plans {
            project.run(&["plan", "--detailed-exitcode"]).exits(2);
        }
        let failed = project.run(&["apply", "--auto-approve"]);
        let said = format!("{}{}", failed.stdout, failed.stderr);
        assert!(failed.code == 1 || failed.code == 3, "{said}");
        assert!(said.contains("scope"), "{said}");
        assert!(said.contains(missing), "{said}");
        let left = served.requests();
        assert!(
            !left
                .iter()
                .any(|line| line.starts_with("POST") && line.ends_with("201")),
            "{left:?}"
        );
    }
}

#[test]
fn an_anonymous_answer_counts_as_a_refusal() {
    let stub = Stub::json(r#"{"user":{"id":null,"name":"Anonymous user","role":"end-user"}}"#);
    let project = project(&stub.url).variable("ZENDESK_OAUTH_TOKEN", "hidden-token-of-nobody");
    for command in ["plan", "check"] {
        let failed = project.run(&[command]).exits(1);
        assert!(
            failed.stderr.contains("anonymous visitor"),
            "{}",
            failed.stderr
        );
    }
    assert_eq!(stub.heard().len(), 2);
}

#[test]
fn more_than_one_credential_is_an_error_that_names_them() {
    let served = Served::with(&[]);
    let project = served
        .client_project()
        .variable("ZENDESK_OAUTH_TOKEN", "hidden-second-token");
    let failed = project.run(&["plan"]).exits(1);
    for name in [
        "ZENDESK_OAUTH_CLIENT_ID",
        "ZENDESK_OAUTH_TOKEN",
        "unset all but one",
    ] {
        assert!(failed.stderr.contains(name), "{}", failed.stderr);
    }
    assert!(served.files.read("requests.jsonl").is_empty());
}

#[test]
fn no_credential_is_an_error_that_names_the_variables() {
    let served = Served::with(&[]);
    let failed = project(&served.server.url).run(&["plan"]).exits(1);
    assert!(
        failed.stderr.contains("ZENDESK_OAUTH_CLIENT_ID"),
        "{}",
        failed.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_credential_command_gives_any_of_the_three() {
    let token = "hidden-token-of-a-command";
    let secret = "hidden-secret-of-a-command";
    let api_token = "hidden-api-token-of-a-command";
    let credentials = [
        format!("bearer olga@example.com {token}"),
        format!("client olga@example.com zdsync {secret} read write"),
        format!("api-token olga@example.com {api_token}"),
    ];
    let flags: Vec<&str> = credentials
        .iter()
        .flat_map(|credential| ["--credential", credential])
        .collect();
    let served = Served::with(&flags);
    for (printed, tokens) in [
        (format!(r#"{{"oauth_token":"{token}"}}"#), 0),
        (
            format!(r#"{{"oauth_client_id":"zdsync","oauth_client_secret":"{secret}"}}"#),
            1,
        ),
        (
            format!(r#"{{"email":"olga@example.com","api_token":"{api_token}"}}"#),
            1,
        ),
    ] {
        // The command reads what it prints from a place outside the project, as a vault would.
        let vault = served.files.write("vault.json", &printed);
        let project = project(&served.server.url)
            .variable("PATH", "/usr/bin:/bin")
            .variable(
                "ZDSYNC_CREDENTIAL_COMMAND",
                &format!("cat '{}'", vault.display()),
            )
            .secret(token)
            .secret(secret)
            .secret(api_token);
        project
            .run(&["-vv", "--log-bodies", "plan", "--detailed-exitcode"])
            .exits(2);
        assert_eq!(served.count("POST /oauth/tokens 201"), tokens, "{printed}");
    }
    let project = project(&served.server.url)
        .variable("ZDSYNC_CREDENTIAL_COMMAND", "echo hidden-words-of-a-vault")
        .secret("words-of-a-vault\"");
    let failed = project.run(&["plan"]).exits(1);
    assert!(
        failed.stderr.contains("did not print a credential as JSON"),
        "{}",
        failed.stderr
    );
}

#[test]
fn an_api_token_works_and_warns_of_its_end() {
    let token = "hidden-api-token";
    let served = Served::with(&[
        "--credential",
        &format!("api-token olga@example.com {token}"),
    ]);
    let project = project(&served.server.url)
        .variable("ZENDESK_EMAIL", "olga@example.com")
        .variable("ZENDESK_API_TOKEN", token);
    let run = project.run(&["plan", "--detailed-exitcode"]).exits(2);
    assert!(run.stderr.contains("2027-04-30"), "{}", run.stderr);
    let wrong = project.variable("ZENDESK_API_TOKEN", "hidden-other-token");
    let failed = wrong.run(&["plan"]).exits(1);
    assert!(
        failed.stderr.contains("ZENDESK_API_TOKEN"),
        "{}",
        failed.stderr
    );
}

#[test]
fn a_check_tells_caller_scopes_features_and_headroom() {
    let served = Served::with(&["--credential", &client("read write"), "--rpm", "400"]);
    let project = served.client_project();
    let check = project.run(&["check", "--format", "json"]).exits(0).json();
    assert_eq!(check["format"], "zdsync.check/1");
    assert_eq!(check["caller"]["address"], "user/olga@example.com");
    assert_eq!(check["caller"]["role"], "admin");
    assert_eq!(check["scopes"], serde_json::json!(["read", "write"]));
    assert_eq!(check["rate_limit"], 400);
    assert!(
        check["rate_remaining"]
            .as_u64()
            .is_some_and(|left| left > 300)
    );
    let fingerprint = check["account"]["fingerprint"].as_str().unwrap_or_default();
    assert!(fingerprint.starts_with("127.0.0.1-"), "{check}");
    let features: Vec<&str> = check["features"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|feature| feature["name"].as_str())
        .collect();
    for name in [
        "custom_roles",
        "multiple_organizations",
        "bulk_import",
        "audit_log",
    ] {
        assert!(features.contains(&name), "{features:?}");
    }
    assert_eq!(check["findings"], Value::Array(Vec::new()));
}

#[test]
fn a_check_ends_with_the_reason_and_the_fix_where_something_is_missing() {
    for (credential, faults, code, fix) in [
        (
            "bearer ada@example.com hidden-token",
            None,
            "missing_right",
            "administrator",
        ),
        (
            "bearer cleo@example.net hidden-token",
            None,
            "missing_right",
            "administrator",
        ),
        (
            "bearer olga@example.com hidden-token read",
            None,
            "missing_scope",
            "read write",
        ),
        (
            "bearer olga@example.com hidden-token read write",
            Some("GET /groups = status:403"),
            "cannot_read",
            "role",
        ),
    ] {
        let mut flags = vec!["--credential", credential];
        flags.extend(faults.into_iter().flat_map(|fault| ["--fault", fault]));
        let served = Served::with(&flags);
        let project = project(&served.server.url).variable("ZENDESK_OAUTH_TOKEN", "hidden-token");
        let check = project.run(&["check", "--format", "json"]).exits(1).json();
        let findings = check["findings"].to_string();
        assert!(
            findings.contains(code) && findings.contains(fix),
            "{credential}: {findings}"
        );
        let people = project.run(&["check"]).exits(1).stdout;
        assert!(
            people.contains(code) && people.contains("help:"),
            "{people}"
        );
    }
}
