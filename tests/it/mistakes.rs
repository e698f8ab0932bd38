//! Bad input gets one clear error with its cause and the next step, the right exit code, and no change.

use crate::support::{Project, Server};

/// No run may show it; every run is held to that.
const TOKEN: &str = "t0ken-that-nothing-may-show";

const ACCOUNT: &str = "users:\n  - { email: ada@example.com, name: Ada Example, role: admin }\n";
const MANIFEST: &str = "groups:\n  - name: Tier 1\n";

fn online(url: &str) -> Project {
    let project = Project::empty();
    project.write("zdsync.yaml", &format!("account: {{ url: \"{url}\" }}\n"));
    project.write("manifests/all.yaml", MANIFEST);
    project
}

#[test]
fn a_missing_folder_is_named() {
    let run = Project::empty().run(&["-C", "nowhere", "plan"]).exits(1);
    assert!(run.stderr.contains("nowhere"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_folder_without_a_project_says_how_to_start_one() {
    let run = Project::empty().run(&["plan"]).exits(1);
    assert!(run.stderr.contains("zdsync.yaml"), "{}", run.stderr);
}

#[test]
fn a_folder_without_manifests_is_an_error() {
    let project = Project::empty();
    project.write("zdsync.yaml", "account: { sandbox: account.yaml }\n");
    project.write("account.yaml", ACCOUNT);
    for command in ["validate", "plan", "apply"] {
        let run = project.run(&[command]).exits(1);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("manifests"), "{said}");
    }
}

#[test]
fn broken_yaml_is_shown_at_its_line_and_changes_nothing() {
    let project = Project::embedded(ACCOUNT, "groups:\n  - name: [Tier 1\n");
    for command in ["validate", "plan"] {
        let run = project.run(&[command]).exits(1);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("manifests/all.yaml:"), "{said}");
    }
    assert!(!project.path().join(".zdsync").exists());
}

#[test]
fn an_unknown_command_is_wrong_usage() {
    let project = Project::empty();
    for arguments in [
        &["plam"] as &[&str],
        &["plan", "--formatt", "json"],
        &["plan", "--format", "xml"],
    ] {
        project.run(arguments).exits(64);
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let project = Project::empty();
    assert!(
        project
            .run(&["--help"])
            .exits(0)
            .stdout
            .contains("validate")
    );
    assert!(
        project
            .run(&["--version"])
            .exits(0)
            .stdout
            .starts_with("zdsync ")
    );
}

#[test]
fn missing_credentials_name_the_variables() {
    let run = online("http://127.0.0.1:9").run(&["plan"]).exits(1);
    for variable in [
        "ZENDESK_OAUTH_CLIENT_ID",
        "ZENDESK_OAUTH_TOKEN",
        "ZENDESK_API_TOKEN",
    ] {
        assert!(run.stderr.contains(variable), "{}", run.stderr);
    }
}

#[test]
fn two_kinds_of_credentials_are_ambiguous() {
    let project = online("http://127.0.0.1:9")
        .variable("ZENDESK_OAUTH_TOKEN", TOKEN)
        .variable("ZENDESK_EMAIL", "ada@example.com")
        .variable("ZENDESK_API_TOKEN", TOKEN);
    let run = project.run(&["plan"]).exits(1);
    assert!(run.stderr.contains("ZENDESK_OAUTH_TOKEN"), "{}", run.stderr);
}

#[test]
fn a_refused_connection_says_what_refused() {
    // Port 9 of loopback: nothing listens there, and the address is never another machine's.
    let run = online("http://127.0.0.1:9")
        .variable("ZENDESK_OAUTH_TOKEN", TOKEN)
        .run(&["plan"])
        .exits(1);
    assert!(run.stderr.contains("127.0.0.1:9"), "{}", run.stderr);
}

#[test]
fn plain_http_is_for_loopback_only() {
    let run = online("http://acme.example")
        .variable("ZENDESK_OAUTH_TOKEN", TOKEN)
        .run(&["plan"])
        .exits(1);
    assert!(run.stderr.contains("https"), "{}", run.stderr);
}

#[test]
fn an_apply_that_cannot_ask_does_nothing() {
    let project = Project::embedded(ACCOUNT, MANIFEST);
    let run = project.run(&["apply"]).exits(1);
    assert!(run.stderr.contains("--auto-approve"), "{}", run.stderr);
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn an_answer_other_than_yes_does_nothing() {
    let project = Project::embedded(ACCOUNT, MANIFEST);
    project.run_with_input(&["apply"], "no\n").exits(1);
    project.run(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn a_port_in_use_and_a_public_address_are_refused_by_the_sandbox() {
    let project = Project::empty();
    let seed = project.write("account.yaml", ACCOUNT);
    let server = Server::start(&seed);
    let address = server.url.strip_prefix("http://").unwrap();
    project
        .run(&["sandbox", "--listen", address, "--seed", "account.yaml"])
        .exits(1);
    let run = project
        .run(&["sandbox", "--listen", "0.0.0.0:0", "--seed", "account.yaml"])
        .exits(1);
    assert!(run.stderr.contains("loopback"), "{}", run.stderr);
}
