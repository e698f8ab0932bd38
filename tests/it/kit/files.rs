//! What the actions and workflows of the kit must hold to, whatever else checks them.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and reads the repository"
)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The files of a folder, sorted.
fn folder(name: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(ROOT).join(name)).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read(path: &Path) -> (String, Value) {
    let text = fs::read_to_string(path).unwrap();
    let value =
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (text, value)
}

fn actions() -> Vec<PathBuf> {
    let mut found = vec![Path::new(ROOT).join("action.yml")];
    let below = folder("action").into_iter().filter(|path| path.is_dir());
    found.extend(below.map(|path| path.join("action.yml")));
    found
}

fn workflows() -> Vec<PathBuf> {
    let mut found = folder("examples/workflows/github");
    found.extend(folder(".github/workflows"));
    found
}

/// Every object that stands somewhere in a value.
fn objects<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(entries) => {
            found.push(value);
            entries.values().for_each(|value| objects(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| objects(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn nothing_from_outside_becomes_part_of_a_command_and_every_action_is_pinned() {
    for path in actions().into_iter().chain(workflows()) {
        let (text, value) = read(&path);
        let mut steps = Vec::new();
        objects(&value, &mut steps);
        for step in steps {
            if let Some(run) = step["run"].as_str() {
                assert!(!run.contains("${{"), "{}: {run}", path.display());
            }
            if let Some(uses) = step["uses"].as_str() {
                let commit = uses.split('@').nth(1).unwrap_or_default();
                let pinned =
                    commit.len() == 40 && commit.chars().all(|digit| digit.is_ascii_hexdigit());
                assert!(pinned, "{}: {uses}", path.display());
                assert!(
                    text.contains(&format!("{uses} # ")),
                    "{}: which version is {uses}?",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn workflows_begin_with_no_permission_and_write_to_nothing_but_what_they_say() {
    for path in workflows() {
        let (text, value) = read(&path);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert_eq!(
            value["permissions"],
            Value::Object(serde_json::Map::new()),
            "{name}"
        );
        for job in value["jobs"].as_object().unwrap().values() {
            assert!(job["permissions"].is_object(), "{name}");
            assert!(job["timeout-minutes"].is_u64(), "{name}");
            assert_ne!(job["permissions"]["contents"], "write", "{name}");
        }
        assert_eq!(
            text.matches("actions/checkout@").count(),
            text.matches("persist-credentials: false").count(),
            "{name}"
        );
        // Only the apply job is let into the environment that holds the writing credential.
        assert_eq!(
            text.contains("zendesk-write"),
            name == "zdsync-apply.yml",
            "{name}"
        );
        assert_eq!(
            text.contains("pull_request_target"),
            name == "zdsync-fork.yml",
            "{name}"
        );
        if name == "zdsync-fork.yml" {
            assert!(
                !text.contains("secrets.") && !text.contains("environment:"),
                "{text}"
            );
        }
    }
}

#[test]
fn every_input_of_an_action_is_described_and_used_and_every_script_is_there() {
    for path in actions() {
        let (text, value) = read(&path);
        for (input, about) in value["inputs"].as_object().unwrap() {
            assert!(!about["description"].as_str().unwrap().is_empty());
            assert!(
                text.contains(&format!("inputs.{input}")),
                "{}: {input}",
                path.display()
            );
        }
        for step in value["runs"]["steps"].as_array().unwrap() {
            let run = step["run"].as_str().unwrap_or_default();
            let Some(script) = run.split(".sh").next().filter(|_| run.contains(".sh")) else {
                continue;
            };
            let script = script.rsplit('/').next().unwrap();
            let script = Path::new(ROOT).join(format!("action/{script}.sh"));
            assert!(script.exists(), "{}", script.display());
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::metadata(&script).unwrap().permissions().mode();
                assert_ne!(mode & 0o111, 0, "{}", script.display());
            }
        }
    }
}

#[test]
fn the_workflows_give_the_actions_only_inputs_that_they_have() {
    let of_kit = |uses: &str| {
        let path = uses.strip_prefix("your-org/zdsync")?.split('@').next()?;
        Some(
            Path::new(ROOT)
                .join(path.trim_start_matches('/'))
                .join("action.yml"),
        )
    };
    let mut seen = 0;
    for path in workflows() {
        let (_, value) = read(&path);
        let mut steps = Vec::new();
        objects(&value, &mut steps);
        for step in steps {
            let Some(action) = step["uses"].as_str().and_then(of_kit) else {
                continue;
            };
            seen += 1;
            let (_, action) = read(&action);
            for input in step["with"]
                .as_object()
                .into_iter()
                .flat_map(|with| with.keys())
            {
                assert!(
                    action["inputs"][input].is_object(),
                    "{}: {input}",
                    path.display()
                );
            }
        }
    }
    assert_eq!(seen, 5);
}

#[test]
fn the_gitlab_file_calls_what_is_there_and_applies_in_one_environment_only() {
    let (text, value) =
        read(&Path::new(ROOT).join("examples/workflows/gitlab/zdsync.gitlab-ci.yml"));
    for word in text.split_whitespace() {
        if let Some(script) = word.strip_prefix("/opt/zdsync/action/") {
            assert!(
                Path::new(ROOT).join("action").join(script).exists(),
                "{script}"
            );
        }
    }
    for (name, job) in value.as_object().unwrap() {
        let writes = job["environment"] == "zendesk-write";
        assert_eq!(writes, name == "zdsync-apply", "{name}");
    }
}
