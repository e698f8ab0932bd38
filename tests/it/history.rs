//! What the list of earlier applies tells, through the real binary.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and calls git"
)]

use std::process::{Command, Stdio};

use crate::support::Project;

const ACCOUNT: &str =
    "users:\n  - { email: ada@example.com, name: Ada Example, role: admin, groups: [] }\n";

/// The cells of every row; quotes in quoted cells are doubled.
fn rows(table: &str) -> Vec<Vec<String>> {
    let row = |line: &str| {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                _ => cells.last_mut().unwrap().push(c),
            }
        }
        assert!(!quoted, "{line}");
        cells
    };
    table.lines().map(row).collect()
}

#[test]
fn no_cell_of_the_table_is_a_formula_or_breaks_its_row() {
    let names = [
        "=HYPERLINK(\"http://elsewhere.example\",\"a, b\")",
        "@SUM(A1)",
        "-2+3",
        "a;b",
    ];
    let entries = names.map(|name| format!("  - name: '{name}'\n"));
    let project = Project::embedded(ACCOUNT, &format!("groups:\n{}", entries.concat()));
    for formula in ["=cmd|' /C calc'!A0", "+1", "-1", "@A1", "\t=1", "＝1"] {
        let project = Project::embedded(ACCOUNT, &project.read("manifests/all.yaml"))
            .variable("GITHUB_SHA", formula)
            .variable("CI_MERGE_REQUEST_IID", formula);
        project.run(&["apply", "--auto-approve"]).exits(0);
        let table = project.run(&["history", "--format", "csv"]).exits(0).stdout;
        let rows = rows(&table);
        assert_eq!(rows.len(), 1 + names.len(), "{table}");
        for row in &rows {
            assert_eq!(row.len(), 10, "{table}");
            for cell in row {
                let first = cell.trim_start().chars().next();
                let formula = first.is_some_and(|first| "=+-@＝＋－＠".contains(first));
                assert!(!formula, "{cell} in {table}");
            }
        }
        for name in names {
            // What the parser of this test makes of doubled quotes is none at all.
            let address = format!("group/{}", name.replace('"', ""));
            let found = rows.iter().any(|row| row[8] == address);
            assert!(found, "{address}\n{table}");
        }
    }
}

#[test]
fn what_was_merged_is_told_by_the_message_of_its_commit() {
    let project = Project::embedded(ACCOUNT, "groups: [{ name: Tier 1 }]\n");
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
            .args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath="])
            .args(arguments)
            .current_dir(project.path())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        assert!(output.status.success(), "{arguments:?}");
        Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
    };
    if git(&["init", "--quiet"]).is_none() {
        eprintln!("skipped, there is no git");
        return;
    }
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "Open tier 1 (#12)"]);
    let commit = git(&["rev-parse", "HEAD"]).unwrap();
    let path = std::env::var("PATH").unwrap();
    let project = project
        .variable("PATH", &path)
        .variable("GITHUB_REF", "refs/heads/main")
        .variable("GITHUB_SHA", &commit);
    project.run(&["apply", "--auto-approve"]).exits(0);
    let all = project
        .run(&["history", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(all["applies"][0]["commit"], *commit);
    assert_eq!(all["applies"][0]["pull_request"], "12");
}
