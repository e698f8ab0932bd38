//! The first minutes of a project.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::Project;

#[test]
fn a_project_starts_with_init_and_import_and_nothing_is_overwritten() {
    let project = Project::empty();
    project.write(".gitignore", "/target");
    project.run(&["init"]).exits(64);
    project.run(&["init", "--sandbox"]).exits(0);
    assert_eq!(project.read(".gitignore"), "/target\n.zdsync/\n");
    assert!(
        project
            .read("manifests/team.yaml")
            .starts_with("# yaml-language-server: $schema=../schemas/manifest.json\n")
    );
    project.run(&["validate"]).exits(0);
    project.run(&["import"]).exits(0);
    let people = project.read("manifests/teams/tier-1.yaml");
    assert!(
        people
            .starts_with("# yaml-language-server: $schema=../../schemas/manifest.json\ngroups:\n"),
        "{people}"
    );
    project.run(&["validate"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);

    project.write("manifests/team.yaml", "groups: [{ name: Mine }]\n");
    let again = project.run(&["init", "--subdomain", "acme"]).exits(1);
    assert!(again.stderr.contains("`zdsync.yaml`"), "{}", again.stderr);
    assert_eq!(
        project.read("manifests/team.yaml"),
        "groups: [{ name: Mine }]\n"
    );
}

/// A command that YAML would misread bare.
const INSTALL: &str = "cargo install --locked --path 'tools/own: zdsync' # \"ours\"";

#[test]
fn the_ci_files_run_what_the_program_has() {
    for (ci, file) in [
        ("github", ".github/workflows/zdsync.yml"),
        ("gitlab", ".gitlab-ci.yml"),
    ] {
        for account in [&["--sandbox"] as &[&str], &["--subdomain", "acme"]] {
            let project = Project::empty();
            let arguments = [&["init", "--ci", ci, "--install", INSTALL], account].concat();
            project.run(&arguments).exits(0);
            project.run(&["validate"]).exits(0);
            let text = project.read(file);
            let read: Value = serde_yaml::from_str(&text).unwrap();
            assert!(
                read.to_string().contains(&Value::from(INSTALL).to_string()),
                "{text}"
            );
            assert_eq!(
                text.contains("ZENDESK_OAUTH_CLIENT_SECRET"),
                account.len() == 2,
                "{text}"
            );
            // What the jobs say to the program, it understands.
            for line in text
                .lines()
                .filter_map(|line| line.split(" zdsync ").nth(1))
            {
                let said = line.split(" >").next().unwrap();
                if account.len() == 1 {
                    project.run(&said.split(' ').collect::<Vec<_>>()).exits(0);
                }
            }
        }
    }
    let project = Project::empty();
    let usual = ["init", "--sandbox", "--ci", "github"];
    project.run(&usual).exits(0);
    let text = project.read(".github/workflows/zdsync.yml");
    assert!(
        text.contains("run: \"cargo install --locked zdsync\""),
        "{text}"
    );
    let project = Project::empty();
    project
        .run(&["init", "--url", "http://acme.example"])
        .exits(1);
    project
        .run(&["init", "--subdomain", "https://acme.zendesk.com"])
        .exits(1);
    assert!(!project.path().join("zdsync.yaml").exists());
}

#[test]
fn without_flags_the_person_is_asked() {
    let project = Project::empty();
    let run = project
        .run_with_input(&["init"], "sandbox\nnone\n")
        .exits(0);
    assert!(
        run.stderr.contains("Which Zendesk account?"),
        "{}",
        run.stderr
    );
    assert!(
        project
            .read("zdsync.yaml")
            .contains("sandbox: \"account.yaml\"")
    );
    project.run(&["validate"]).exits(0);
    project.run(&["plan"]).exits(0);

    let project = Project::empty();
    let silent = project.run_with_input(&["init"], "").exits(64);
    assert!(
        silent.stderr.contains("--subdomain NAME"),
        "{}",
        silent.stderr
    );
    assert!(!project.path().join("zdsync.yaml").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_person_at_a_terminal_is_asked_for_what_no_flag_says() {
    let project = Project::empty();
    let started = Command::new("script")
        .args(["-qec", &format!("'{}' init", env!("CARGO_BIN_EXE_zdsync"))])
        .arg("/dev/null")
        .current_dir(project.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut terminal) = started else {
        eprintln!("skipped, there is no terminal to be had");
        return;
    };
    let mut keyboard = terminal.stdin.take().unwrap();
    keyboard.write_all(b"acme corp\nacme\ngithub\n\n").unwrap();
    drop(keyboard);
    let output = terminal.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    for part in [
        "Which Zendesk account?",
        "cannot be the account's address",
        "Plan pull requests in CI?",
        "by which a CI job installs zdsync",
        ".github/workflows/zdsync.yml",
        "next: set ZENDESK_OAUTH_CLIENT_ID",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    let config = project.read("zdsync.yaml");
    assert!(config.contains("subdomain: \"acme\""), "{config}");
    project.run(&["validate"]).exits(0);
}
