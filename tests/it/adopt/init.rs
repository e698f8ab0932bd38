//! The first minutes of a project.

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
