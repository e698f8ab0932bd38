//! One of the kit's scripts, run as a job runs it.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and finds programs by the PATH it got"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::Run;

/// What a script was given and what it gave.
pub(super) struct Done {
    pub(super) run: Run,
    /// What it wrote to `GITHUB_OUTPUT`.
    pub(super) outputs: BTreeMap<String, String>,
}

impl Done {
    /// Asserts the exit code.
    #[track_caller]
    pub(super) fn exits(self, code: i32) -> Self {
        Self {
            run: self.run.exits(code),
            outputs: self.outputs,
        }
    }

    /// One output.
    #[track_caller]
    pub(super) fn output(&self, name: &str) -> &str {
        self.outputs
            .get(name)
            .unwrap_or_else(|| panic!("no output {name}: {:?}", self.outputs))
    }
}

/// Says whether the programs are there that the scripts call. Where they are missing it says so, past the
/// capturing of the test runner; where `GITHUB_ACTIONS` is set it fails instead.
pub(super) fn can_run() -> bool {
    let probes: [(&str, &[&str]); 5] = [
        // The bash of macOS is too old for this.
        ("bash", &["-c", "shopt -s inherit_errexit"]),
        ("curl", &["--version"]),
        ("jq", &["--version"]),
        ("git", &["--version"]),
        ("sha256sum", &["--version"]),
    ];
    let missing: Vec<&str> = probes
        .into_iter()
        .filter(|(program, arguments)| {
            let mut asked = Command::new(program);
            asked.args(*arguments).stdout(Stdio::null());
            !asked
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
        .map(|(program, _)| program)
        .collect();
    if missing.is_empty() {
        return true;
    }
    let missing = missing.join(", ");
    assert!(
        std::env::var_os("GITHUB_ACTIONS").is_none(),
        "the kit's tests need {missing}"
    );
    let said = format!(
        "skipped: a test of the kit needs {missing}
"
    );
    std::io::stderr().write_all(said.as_bytes()).unwrap();
    false
}

/// Runs `action/NAME` in a folder, with these variables and `PATH` only.
pub(super) fn run(
    folder: &Path,
    name: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Done {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("action");
    let outputs = TempDir::new().unwrap();
    let file = outputs.path().join("outputs");
    let output = Command::new("bash")
        .arg(kit.join(name))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("ZDSYNC", env!("CARGO_BIN_EXE_zdsync"))
        .env("GITHUB_OUTPUT", &file)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let outputs = fs::read_to_string(&file).unwrap_or_default();
    let outputs = outputs
        .lines()
        .map(|line| line.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let run = Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    Done { run, outputs }
}
