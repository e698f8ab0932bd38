//! `validate`: its four forms, its clock and its corrections.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::Project;

const CONFIG: &str = "account: { subdomain: acme }\n";

/// Findings of every shape: with a correction, with other places, in other files, and without a place.
fn faulty() -> Project {
    let project = Project::empty();
    project.write("zdsync.yaml", CONFIG);
    project.write(
        "manifests/new hires, 100%.yaml",
        "# who joins\nusers:\n  - email: ada@example.com   # the first\n    role: end-user\n    groups: [Tier 1]\n    tags: [VIP]\n",
    );
    project.write(
        "manifests/groups.yaml",
        "groups:\n  - name: Tier 1\n  - name: tier 1\n  - { name: Old, is_public: yes }\n",
    );
    project.write("manifests/more.yaml", "groups:\n  - name: Tier 1\n");
    project.write("manifests/empty.yaml", "");
    project
}

#[test]
fn a_sound_project_says_so_and_no_more() {
    let project = Project::empty();
    project.write("zdsync.yaml", CONFIG);
    project.write("manifests/a.yaml", "groups:\n  - name: Tier 1\n");
    let run = project.run(&["validate"]).exits(0);
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr.starts_with("0 errors, 0 warnings"),
        "{}",
        run.stderr
    );
}

#[test]
fn every_form_tells_the_same_findings() {
    let project = faulty();
    let json = project
        .run(&["validate", "--format", "json"])
        .exits(1)
        .json();
    let codes: Vec<&str> = json["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    assert!(codes.len() > 3, "{codes:?}");
    let human = project.run(&["validate"]).exits(1);
    let github = project.run(&["validate", "--format", "github"]).exits(1);
    let sarif = project
        .run(&["validate", "--format", "sarif"])
        .exits(1)
        .json();
    assert_eq!(github.stdout.lines().count(), codes.len());
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), codes.len());
    for ((code, line), result) in codes.iter().zip(github.stdout.lines()).zip(results) {
        assert!(line.contains(&format!("title={code}::")), "{line}");
        assert_eq!(result["ruleId"], *code);
        assert!(human.stdout.contains(code));
    }
}

/// What GitHub takes: <https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning>.
#[test]
fn code_scanning_can_take_the_sarif_log() {
    let log = faulty()
        .run(&["validate", "--format", "sarif"])
        .exits(1)
        .json();
    assert_eq!(log["version"], "2.1.0");
    let driver = &log["runs"][0]["tool"]["driver"];
    assert_eq!(driver["name"], "zdsync");
    let rules = driver["rules"].as_array().unwrap();
    let codes: BTreeSet<&str> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(codes.len(), rules.len(), "a rule stands twice");
    for rule in rules {
        for text in [
            &rule["shortDescription"]["text"],
            &rule["fullDescription"]["text"],
            &rule["help"]["text"],
            &rule["help"]["markdown"],
        ] {
            assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
    }
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert_eq!(result["locations"].as_array().unwrap().len(), 1, "{result}");
        let related = result["relatedLocations"].as_array();
        for location in result["locations"]
            .as_array()
            .into_iter()
            .chain(related)
            .flatten()
        {
            let physical = &location["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            assert!(
                !uri.starts_with('/') && !uri.contains([' ', ',', '\\']),
                "{uri}"
            );
            let number = |key: &str| physical["region"][key].as_u64().unwrap();
            let start = (number("startLine"), number("startColumn"));
            assert!(
                start >= (1, 1) && start <= (number("endLine"), number("endColumn")),
                "{result}"
            );
        }
    }
}

/// The committee's schema is not ours to pass on: `SARIF_SCHEMA` names a copy, where there is one.
#[test]
fn the_sarif_log_keeps_to_the_published_schema() {
    #[expect(clippy::disallowed_methods, reason = "the test asks where the file is")]
    let Ok(path) = std::env::var("SARIF_SCHEMA") else {
        println!("skipped: SARIF_SCHEMA names no file");
        return;
    };
    #[expect(clippy::disallowed_methods, reason = "the test reads the file")]
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let project = faulty();
    let found = project
        .run(&["validate", "--format", "sarif"])
        .exits(1)
        .json();
    project.run(&["validate", "--fix", "--format", "sarif"]);
    let mended = project.run(&["validate", "--format", "sarif"]).json();
    for log in [found, mended] {
        let faults: Vec<String> = validator
            .iter_errors(&log)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

#[test]
fn corrections_keep_comments_and_layout() {
    let project = Project::empty();
    project.write("zdsync.yaml", CONFIG);
    let text = "# who joins\r\ngroups:\r\n  - Name: Tier 1   # the first line\r\n    is_public: yes\r\n\r\nusers:\r\n  - { email: ada@example.com, tags: [VIP] } # vip\r\n";
    project.write("manifests/a.yaml", text);
    let run = project.run(&["validate", "--fix"]).exits(0);
    let mended = text
        .replace("Name", "name")
        .replace("yes", "true")
        .replace("VIP", "vip");
    assert_eq!(
        project.read("manifests/a.yaml"),
        mended,
        "{}{}",
        run.stdout,
        run.stderr
    );
    let run = project.run(&["validate", "--fix"]).exits(0);
    assert!(run.stderr.contains("0 corrections made"), "{}", run.stderr);
}

#[test]
fn the_clock_can_be_set_by_time_zone_and_day() {
    let project = Project::empty();
    project.write("zdsync.yaml", CONFIG);
    project.write(
        "manifests/a.yaml",
        "groups: [{ name: Tier 1 }, { name: Tier 2 }]\nusers:\n  - email: ada@example.com\n    groups:\n      - Tier 2\n      - { group: Tier 1, until: 2030-12-31, reason: INC-42 }\n",
    );
    for (at, over) in [
        ("2030-12-31", false),
        ("2030-12-31T23:59:59Z", false),
        ("2030-12-31T23:30-01:00", true),
        ("2031-01-01T00:30[Europe/Berlin]", false),
        ("2031-01-01", true),
    ] {
        let run = project.run(&["validate", "--at", at]).exits(0);
        assert_eq!(
            run.stdout.contains("has ended"),
            over,
            "{at}: {}",
            run.stdout
        );
    }
    for at in ["tomorrow", "2031-01-01T00:30", "2031-02-30"] {
        project.run(&["validate", "--at", at]).exits(64);
    }
}

#[test]
fn names_that_older_yaml_takes_for_something_else_are_names() {
    let names = [
        "no",
        "on",
        "0o17",
        "1e3",
        "0x1F",
        "2026-01-01",
        "1_000",
        "007",
        ".inf",
        "12:30",
        "true",
    ];
    let groups = names.map(|name| format!("  - name: {name}\n")).concat();
    let project = Project::embedded(
        "users:\n  - { email: owner@example.com, role: admin }\n",
        &format!("groups:\n{groups}"),
    );
    project.run(&["validate"]).exits(0);
    let plan = project.run(&["plan", "--format", "json"]).exits(0).json();
    let changes = plan["changes"].as_array().unwrap();
    for name in names {
        let address = format!("group/{name}");
        assert!(
            changes
                .iter()
                .any(|change| change["address"] == address.as_str()),
            "{address}"
        );
    }
}
