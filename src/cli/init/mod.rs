//! `zdsync init`: the start of a project folder.

mod ask;

use std::collections::BTreeMap;
use std::io::{self, Write};

use camino::Utf8PathBuf;

use crate::api::Origin;

use super::args::{Ci, InitArgs};
use super::exit::Exit;
use super::failure::Failure;
use super::import::{editor_line, write};
use super::settings::Settings;
use super::{embedded, schema, validate};
use ask::Questions;

/// The account file of a project on the embedded sandbox.
const ACCOUNT: &str = "account.yaml";
/// What git is to leave alone: receipts and the state of the sandbox, which hold people's names.
const IGNORED: &str = ".zdsync/";

/// How a CI job installs zdsync where nothing else is said.
const INSTALL: &str = "cargo install --locked zdsync";

/// The CI file of GitHub.
const GITHUB: (&str, &str) = (".github/workflows/zdsync.yml", include_str!("github.yml"));
/// The CI file of GitLab.
const GITLAB: (&str, &str) = (".gitlab-ci.yml", include_str!("gitlab.yml"));

/// Which account a project is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Subdomain(String),
    Url(String),
    Sandbox,
}

/// What a project is to be.
#[derive(Debug)]
struct Choices {
    target: Target,
    ci: Ci,
    install: String,
}

/// Writes what a project needs, and nothing over anything.
pub(super) fn run(settings: &Settings, arguments: &InitArgs) -> Result<Exit, Failure> {
    let choices = choices(arguments)?;
    if choices.ci != Ci::None && !validate::folder(settings).is_empty() {
        return Err(Failure::new(
            "CI files are read in the root of a repository only, and this folder is not the root",
            "start the project in the root, or add `--ci none`",
        ));
    }
    let files = files(&choices)?;
    write(settings, &files)?;
    ignore(settings)?;
    let mut out = io::stdout().lock();
    for path in files.keys() {
        writeln!(out, "{path}").map_err(|error| Failure::output(&error))?;
    }
    settings.note(next(&choices.target));
    Ok(Exit::Done)
}

fn next(target: &Target) -> &'static str {
    match target {
        Target::Sandbox => {
            "next: `zdsync import` declares what is live in the sandbox; then change a manifest, and see \
             `zdsync plan`"
        }
        Target::Subdomain(_) | Target::Url(_) => {
            "next: set ZENDESK_OAUTH_CLIENT_ID and ZENDESK_OAUTH_CLIENT_SECRET; `zdsync check` tests the \
             connection, `zdsync import` declares what is live"
        }
    }
}

/// The files, by path.
fn files(choices: &Choices) -> Result<BTreeMap<Utf8PathBuf, String>, Failure> {
    let sandbox = choices.target == Target::Sandbox;
    let mut files = BTreeMap::from([
        (Utf8PathBuf::from("zdsync.yaml"), config(&choices.target)),
        (Utf8PathBuf::from("manifests/team.yaml"), team()),
    ]);
    if sandbox {
        files.insert(ACCOUNT.into(), ACCOUNT_TEXT.to_owned());
    }
    for (name, text) in schema::all()? {
        let wanted = ["config", "manifest"].contains(&name);
        if wanted || (sandbox && name == "account") {
            files.insert(format!("schemas/{name}.json").into(), text);
        }
    }
    let ci = match choices.ci {
        Ci::Github => Some(GITHUB),
        Ci::Gitlab => Some(GITLAB),
        Ci::None => None,
    };
    if let Some((path, template)) = ci {
        let text = filled(template, &quoted(&choices.install), sandbox);
        files.insert(path.into(), text);
    }
    Ok(files)
}

/// What the flags say; where they name no account, the person is asked.
fn choices(arguments: &InitArgs) -> Result<Choices, Failure> {
    let InitArgs {
        subdomain,
        url,
        sandbox,
        ci,
        install,
    } = arguments;
    let target = match (subdomain, url, sandbox) {
        (Some(subdomain), _, _) => Some(Target::Subdomain(subdomain.clone())),
        (None, Some(url), _) => Some(Target::Url(url.clone())),
        (None, None, true) => Some(Target::Sandbox),
        (None, None, false) => None,
    };
    let Some(target) = target else {
        let mut questions = Questions::new(io::stdin().lock(), io::stderr().lock());
        return questions.ask(*ci, install.clone());
    };
    check(&target)?;
    Ok(Choices {
        target,
        ci: ci.unwrap_or(Ci::None),
        install: install.clone().unwrap_or_else(|| INSTALL.to_owned()),
    })
}

/// Refuses an account that cannot be one.
fn check(target: &Target) -> Result<(), Failure> {
    let origin = match target {
        Target::Subdomain(subdomain) => Origin::of_subdomain(subdomain),
        Target::Url(url) => Origin::of_url(url),
        Target::Sandbox => return Ok(()),
    };
    origin.map(|_| ()).map_err(Failure::connection)
}

/// What JSON writes between quotes, YAML reads as the same text.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn config(target: &Target) -> String {
    let (key, value) = match target {
        Target::Subdomain(subdomain) => ("subdomain", subdomain.as_str()),
        Target::Url(url) => ("url", url.as_str()),
        Target::Sandbox => ("sandbox", ACCOUNT),
    };
    let account = format!("{key}: {}", quoted(value));
    format!(
        "# yaml-language-server: $schema=schemas/config.json
account:
  {account}
manage:
  users:
    # Team members that nobody declares are shown in the plan and left alone.
    undeclared: report
    scope: {{ roles: [agent, admin] }}
  groups: {{ undeclared: report }}
"
    )
}

fn team() -> String {
    format!(
        "{}# What should exist. `zdsync import` writes files like this one for what is live already; by hand:
#
# groups:
#   - name: Tier 1
#     description: First line
# users:
#   - email: ada@example.com
#     name: Ada Example
#     role: agent
#     groups: [Tier 1]
groups: []
",
        editor_line(1)
    )
}

const ACCOUNT_TEXT: &str = "# yaml-language-server: $schema=schemas/account.json
# The account that the embedded sandbox starts from. `zdsync sandbox --reset` starts over.
owner: owner@example.com
groups:
  - { name: Support, default: true }
  - { name: Tier 1, description: First line }
users:
  - { email: owner@example.com, name: Olga Owner, role: admin, groups: [Support] }
  - { email: ada@example.com, name: Ada Example, role: admin, groups: [Support] }
  - { email: grace@example.com, name: Grace Example, role: Staff, groups: [Support, Tier 1], default_group: Tier 1 }
  - { email: bob@customer.example, name: Bob Example }
";

/// The text of a CI file: `@install@` stands for the command that installs zdsync, and lines that begin with
/// `@account@` are for projects with an account of their own.
fn filled(template: &str, install: &str, sandbox: bool) -> String {
    let lines = template.lines().filter_map(|line| {
        let own = line.strip_prefix("@account@");
        if own.is_some() && sandbox {
            return None;
        }
        let line = own.unwrap_or(line).replace("@install@", install);
        Some(format!("{line}\n"))
    });
    lines.collect()
}

/// Adds a line to `.gitignore` where it is missing; what stands there stays.
fn ignore(settings: &Settings) -> Result<(), Failure> {
    let path = settings.path(".gitignore".into());
    let text = if path.exists() {
        embedded::read_file("cannot read", &path)?
    } else {
        String::new()
    };
    let forms = [IGNORED, "/.zdsync/", ".zdsync", "/.zdsync"];
    if text.lines().any(|line| forms.contains(&line.trim())) {
        return Ok(());
    }
    let gap = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let mut options = std::fs::OpenOptions::new();
    options
        .append(true)
        .create(true)
        .open(&path)
        .and_then(|mut file| file.write_all(format!("{gap}{IGNORED}\n").as_bytes()))
        .map_err(|error| Failure::file("cannot write", &path, &error))
}
