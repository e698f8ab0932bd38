//! Runs the example workflows as GitHub would: conditions, permissions, environments with their secrets, composite
//! actions step by step. Actions of others are stood in for: checkouts are clones, artifacts are folders.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and looks at files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::expression::{filled, holds};
use super::forge::{Forge, TOKEN};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The machine that runs workflows of the repository `octo/access`.
pub(super) struct Runner<'a> {
    pub(super) forge: &'a Forge,
    /// The repository.
    pub(super) origin: &'a Path,
    /// The secrets of every environment.
    pub(super) secrets: BTreeMap<String, Value>,
    artifacts: TempDir,
    programs: TempDir,
    runs: BTreeMap<String, Vec<Value>>,
    number: u64,
}

/// How a workflow ended.
#[derive(Debug)]
pub(super) struct Ran {
    /// The conclusion of every job that was not skipped.
    pub(super) jobs: BTreeMap<String, bool>,
    /// Everything that was printed.
    pub(super) log: String,
    /// What the runs showed on their page.
    pub(super) summary: String,
}

/// One job while it runs.
struct Job<'a> {
    context: Value,
    workspace: TempDir,
    temp: TempDir,
    log: &'a mut String,
}

impl<'a> Runner<'a> {
    pub(super) fn new(forge: &'a Forge, origin: &'a Path) -> Self {
        let programs = TempDir::new().unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_zdsync"), programs.path().join("zdsync"))
            .unwrap();
        Self {
            forge,
            origin,
            secrets: BTreeMap::new(),
            artifacts: TempDir::new().unwrap(),
            programs,
            runs: BTreeMap::new(),
            number: 30,
        }
    }

    /// Runs a workflow for an event of `head` (a commit), on `branch`, and puts it on record.
    pub(super) fn run(
        &mut self,
        file: &str,
        name: &str,
        event: &Value,
        head: &str,
        branch: &str,
    ) -> Ran {
        self.number += 1;
        let path = Path::new(ROOT).join("examples/workflows/github").join(file);
        let workflow: Value = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let mut ran = Ran {
            jobs: BTreeMap::new(),
            log: String::new(),
            summary: String::new(),
        };
        let mut needs = json!({});
        // In order of their names `plan` comes after `comment`, which needs it.
        let mut jobs: Vec<_> = workflow["jobs"].as_object().unwrap().iter().collect();
        jobs.sort_by_key(|(_, job)| job["needs"].is_string());
        for (id, job) in jobs {
            let context = self.context(job, name, event, head, branch, &needs);
            let done = holds(&job["if"], false, &context).then(|| self.job(job, context, &mut ran));
            let result = match done {
                None => "skipped",
                Some(true) => "success",
                Some(false) => "failure",
            };
            needs[id] = json!({ "result": result });
            ran.jobs.extend(done.map(|done| (id.clone(), done)));
        }
        let conclusion = if ran.jobs.values().all(|done| *done) {
            "success"
        } else {
            "failure"
        };
        self.record(file, head, branch, conclusion);
        ran
    }

    fn context(
        &self,
        job: &Value,
        name: &str,
        event: &Value,
        head: &str,
        branch: &str,
        needs: &Value,
    ) -> Value {
        // A token that may only read contents is none that the forge takes.
        let rights = job["permissions"].as_object().unwrap();
        let token = if rights.len() > 1 {
            TOKEN
        } else {
            "reads-contents"
        };
        let environment = job["environment"].as_str().unwrap_or_default();
        json!({
            "github": {
                "event": event, "event_name": name, "repository": "octo/access", "sha": head, "ref_name": branch,
                "server_url": "https://forge.example", "run_id": self.number, "token": token,
            },
            "runner": { "os": "Linux", "arch": "X64" },
            "secrets": self.secrets.get(environment).cloned().unwrap_or_default(),
            "inputs": event["inputs"], "needs": needs, "steps": {},
        })
    }

    fn job(&self, job: &Value, context: Value, ran: &mut Ran) -> bool {
        let mut work = Job {
            context,
            workspace: TempDir::new().unwrap(),
            temp: TempDir::new().unwrap(),
            log: &mut ran.log,
        };
        work.context["runner"]["temp"] = work.temp.path().to_str().unwrap().into();
        let done = self.steps(&mut work, &job["steps"], None, &BTreeMap::new());
        let summary = fs::read_to_string(work.temp.path().join("summary")).unwrap_or_default();
        ran.summary.push_str(&summary);
        done
    }

    /// Runs steps one after the other; says whether all went well.
    fn steps(
        &self,
        work: &mut Job<'_>,
        steps: &Value,
        action: Option<&Path>,
        outer: &BTreeMap<String, String>,
    ) -> bool {
        let mut failed = false;
        for step in steps.as_array().unwrap() {
            if !holds(&step["if"], failed, &work.context) {
                continue;
            }
            let mut environment = outer.clone();
            environment.extend(values(&step["env"], &work.context));
            let done = match step["uses"].as_str() {
                Some(uses) => self.uses(work, uses, step, &environment),
                None => self.shell(work, step, action, &environment),
            };
            failed |= !done;
        }
        !failed
    }

    fn uses(
        &self,
        work: &mut Job<'_>,
        uses: &str,
        step: &Value,
        environment: &BTreeMap<String, String>,
    ) -> bool {
        let with = values(&step["with"], &work.context);
        let given = |name: &str| {
            with.get(name)
                .map(String::as_str)
                .filter(|text| !text.is_empty())
        };
        let (name, _) = uses.split_once('@').unwrap();
        match name {
            "actions/checkout" => {
                let commit = work.context["github"]["sha"].as_str().unwrap().to_owned();
                let folder = work.workspace.path().join(given("path").unwrap_or("."));
                clone(self.origin, &folder, given("ref").unwrap_or(&commit));
                true
            }
            "actions/upload-artifact" => {
                let from = work.workspace.path().join(given("path").unwrap());
                let run = self.number.to_string();
                copy(&from, &self.artifact(&run, given("name").unwrap()))
            }
            "actions/download-artifact" => {
                let run = self.number.to_string();
                let run = given("run-id").unwrap_or(&run);
                let from = self.artifact(run, given("name").unwrap());
                from.exists() && copy(&from, &work.workspace.path().join(given("path").unwrap()))
            }
            "github/codeql-action/upload-sarif" => {
                let text = fs::read_to_string(given("sarif_file").unwrap()).unwrap();
                serde_json::from_str::<Value>(&text).unwrap()["version"] == "2.1.0"
            }
            "actions/cache" => true,
            _ => {
                let below = name.strip_prefix("your-org/zdsync").unwrap();
                let folder = Path::new(ROOT).join(below.trim_start_matches('/'));
                self.composite(work, &folder, &with, environment)
            }
        }
    }

    /// Runs an action of the kit, which sees its inputs and none of the caller's steps and secrets.
    fn composite(
        &self,
        work: &mut Job<'_>,
        folder: &Path,
        with: &BTreeMap<String, String>,
        environment: &BTreeMap<String, String>,
    ) -> bool {
        let text = fs::read_to_string(folder.join("action.yml")).unwrap();
        let action: Value = serde_yaml::from_str(&text).unwrap();
        let outside = work.context.clone();
        let mut inputs = json!({});
        for (name, input) in action["inputs"].as_object().unwrap() {
            let default = filled(input["default"].as_str().unwrap_or_default(), &outside);
            inputs[name] = with.get(name).cloned().unwrap_or(default).into();
        }
        work.context["inputs"] = inputs;
        work.context["steps"] = json!({});
        work.context["secrets"] = json!({});
        let done = self.steps(work, &action["runs"]["steps"], Some(folder), environment);
        work.context = outside;
        done
    }

    fn shell(
        &self,
        work: &mut Job<'_>,
        step: &Value,
        action: Option<&Path>,
        environment: &BTreeMap<String, String>,
    ) -> bool {
        let event = work.temp.path().join("event.json");
        fs::write(&event, work.context["github"]["event"].to_string()).unwrap();
        let outputs = work.temp.path().join("outputs");
        fs::write(&outputs, "").unwrap();
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("bash")
            .args([
                "--noprofile",
                "--norc",
                "-eo",
                "pipefail",
                "-c",
                step["run"].as_str().unwrap(),
            ])
            .current_dir(work.workspace.path())
            .env_clear()
            .env("PATH", format!("{}:{path}", self.programs.path().display()))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", action.unwrap())
            .env("GITHUB_API_URL", &self.forge.url)
            .env("GITHUB_EVENT_PATH", event)
            .env("GITHUB_OUTPUT", &outputs)
            .env("GITHUB_REPOSITORY", "octo/access")
            .env("GITHUB_STEP_SUMMARY", work.temp.path().join("summary"))
            .env("RUNNER_TEMP", work.temp.path())
            .envs(environment)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        work.log.push_str(&String::from_utf8_lossy(&output.stdout));
        work.log.push_str(&String::from_utf8_lossy(&output.stderr));
        if let Some(id) = step["id"].as_str() {
            for line in fs::read_to_string(outputs).unwrap().lines() {
                let (name, value) = line.split_once('=').unwrap();
                work.context["steps"][id]["outputs"][name] = value.into();
            }
        }
        output.status.success()
    }

    fn artifact(&self, run: &str, name: &str) -> PathBuf {
        self.artifacts.path().join(run).join(name)
    }

    /// Puts a run and what it keeps on the forge's record.
    fn record(&mut self, file: &str, head: &str, branch: &str, conclusion: &str) {
        let run = json!({
            "id": self.number, "run_number": self.number, "conclusion": conclusion, "head_sha": head,
            "head_branch": branch, "head_repository": { "full_name": "octo/access" },
        });
        let runs = self.runs.entry(file.to_owned()).or_default();
        runs.push(run);
        let answer = json!({ "workflow_runs": runs });
        let path = format!("/repos/octo/access/actions/workflows/{file}/runs");
        self.forge.answers(&path, answer);
        let kept = self
            .artifact(&self.number.to_string(), "zdsync-receipts")
            .exists();
        let kept = if kept {
            json!([{ "expired": false }])
        } else {
            json!([])
        };
        let path = format!("/repos/octo/access/actions/runs/{}/artifacts", self.number);
        self.forge.answers(&path, json!({ "artifacts": kept }));
    }
}

/// The values of a mapping, with their expressions replaced.
fn values(mapping: &Value, context: &Value) -> BTreeMap<String, String> {
    let entries = mapping.as_object().into_iter().flatten();
    entries
        .map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), filled(&text, context))
        })
        .collect()
}

fn clone(origin: &Path, folder: &Path, commit: &str) {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let folder = folder.to_str().unwrap();
    git(&["clone", "--quiet", origin.to_str().unwrap(), folder]);
    git(&["-C", folder, "checkout", "--quiet", "--detach", commit]);
}

/// Copies a folder of files; nothing to copy is as good.
fn copy(from: &Path, to: &Path) -> bool {
    if let Ok(entries) = fs::read_dir(from) {
        fs::create_dir_all(to).unwrap();
        for entry in entries {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    true
}
