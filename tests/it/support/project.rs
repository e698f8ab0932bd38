//! A project folder of its own, and the real binary run in it with an empty environment.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and sets up with files"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What one run of the binary gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Asserts the exit code, showing everything the run said where it differs.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// The standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The standard output as one JSON value a line.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A project folder that goes away with the test.
pub(crate) struct Project {
    folder: TempDir,
    environment: Vec<(String, String)>,
    secrets: Vec<String>,
}

impl Project {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            environment: Vec::new(),
            // How the simulator's own tokens begin.
            secrets: vec!["sandbox-token-".to_owned()],
        }
    }

    /// A copy of one of the examples.
    pub(crate) fn example(name: &str) -> Self {
        let project = Self::empty();
        let example = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name);
        copy(&example, project.folder.path());
        project
    }

    /// A project with an embedded account and one manifest.
    pub(crate) fn embedded(account: &str, manifest: &str) -> Self {
        let project = Self::empty();
        project.write("zdsync.yaml", "account: { sandbox: account.yaml }\n");
        project.write("account.yaml", account);
        project.write("manifests/all.yaml", manifest);
        project
    }

    /// Sets an environment variable for every later run.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Names a text that nothing may show, where no variable holds just it.
    pub(crate) fn secret(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// The same folder with an empty environment.
    pub(crate) fn without_variables(mut self) -> Self {
        self.environment.clear();
        self
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    /// Replaces a text that must be there in a file.
    #[track_caller]
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not hold {from:?}");
        self.write(path, &text.replacen(from, to, 1));
    }

    /// Runs the binary in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with_input(arguments, "")
    }

    /// Runs the binary with something to read on standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_zdsync"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("COLUMNS", "100")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may end without reading its input.
        let _unread = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let run = Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        self.assert_secrets_are_kept(&run);
        run
    }

    /// No secret of the environment may show in anything that a run prints or writes: checked after every
    /// run of the whole suite.
    #[track_caller]
    fn assert_secrets_are_kept(&self, run: &Run) {
        for secret in self.secrets() {
            assert!(
                !run.stdout.contains(secret),
                "a secret is in the output:\n{}",
                run.stdout
            );
            assert!(
                !run.stderr.contains(secret),
                "a secret is in the messages:\n{}",
                run.stderr
            );
            for (path, text) in files(self.folder.path()) {
                assert!(!text.contains(secret), "a secret is in {}", path.display());
            }
        }
    }

    fn secrets(&self) -> impl Iterator<Item = &str> {
        let secret = |name: &str| name.ends_with("_TOKEN") || name.ends_with("_SECRET");
        let variables = self.environment.iter();
        let values = variables
            .filter(move |(name, _)| secret(name))
            .map(|(_, value)| value.as_str());
        values.chain(self.secrets.iter().map(String::as_str))
    }
}

/// Every file below a folder with its text.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            found.push((path, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_name() == ".zdsync" {
            continue;
        }
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
