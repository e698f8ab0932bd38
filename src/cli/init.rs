//! `zdsync init`: the start of a project folder.

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

/// The account file of a project on the embedded sandbox.
const ACCOUNT: &str = "account.yaml";
/// What git is to leave alone: receipts and the state of the sandbox, which hold people's names.
const IGNORED: &str = ".zdsync/";

/// Writes what a project needs, and nothing over anything.
pub(super) fn run(settings: &Settings, arguments: &InitArgs) -> Result<Exit, Failure> {
    let account = account(arguments)?;
    if arguments.ci != Ci::None && !validate::folder(settings).is_empty() {
        return Err(Failure::new(
            "CI files are read in the root of a repository only, and this folder is not the root",
            "start the project in the root, or add `--ci none`",
        ));
    }
    let mut files = BTreeMap::from([
        (Utf8PathBuf::from("zdsync.yaml"), config(&account)),
        (Utf8PathBuf::from("manifests/team.yaml"), team()),
    ]);
    if arguments.sandbox {
        files.insert(ACCOUNT.into(), ACCOUNT_TEXT.to_owned());
    }
    for (name, text) in schema::all()? {
        let wanted = ["config", "manifest"].contains(&name);
        if wanted || (arguments.sandbox && name == "account") {
            files.insert(format!("schemas/{name}.json").into(), text);
        }
    }
    let install = quoted(arguments.install.as_deref().unwrap_or_default());
    match arguments.ci {
        Ci::Github => {
            let text = github(&install, arguments.sandbox);
            files.insert(".github/workflows/zdsync.yml".into(), text);
        }
        Ci::Gitlab => {
            files.insert(".gitlab-ci.yml".into(), gitlab(&install, arguments.sandbox));
        }
        Ci::None => {}
    }
    write(settings, &files)?;
    ignore(settings)?;
    let mut out = io::stdout().lock();
    for path in files.keys() {
        writeln!(out, "{path}").map_err(|error| Failure::output(&error))?;
    }
    settings
        .note("next: `zdsync check` tests the connection, `zdsync import` declares what is live");
    Ok(Exit::Done)
}

/// The line that names the account.
fn account(arguments: &InitArgs) -> Result<String, Failure> {
    let InitArgs {
        subdomain,
        url,
        sandbox: _, // what remains where neither of the others is given
        ci: _,
        install: _,
    } = arguments;
    let (key, value) = match (subdomain, url) {
        (Some(subdomain), _) => {
            Origin::of_subdomain(subdomain).map_err(Failure::connection)?;
            ("subdomain", subdomain.as_str())
        }
        (None, Some(url)) => {
            Origin::of_url(url).map_err(Failure::connection)?;
            ("url", url.as_str())
        }
        (None, None) => ("sandbox", ACCOUNT),
    };
    Ok(format!("{key}: {}", quoted(value)))
}

/// What JSON writes between quotes, YAML reads as the same text.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn config(account: &str) -> String {
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

fn github(install: &str, sandbox: bool) -> String {
    let credentials = if sandbox {
        ""
    } else {
        "        # Pull requests from forks get no secrets, and so no plan.
        if: github.event.pull_request.head.repo.full_name == github.repository
        env:
          ZENDESK_OAUTH_CLIENT_ID: ${{ secrets.ZENDESK_OAUTH_CLIENT_ID }}
          ZENDESK_OAUTH_CLIENT_SECRET: ${{ secrets.ZENDESK_OAUTH_CLIENT_SECRET }}
"
    };
    format!(
        "name: zdsync

on:
  pull_request:

permissions: {{}}

jobs:
  plan:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with:
          persist-credentials: false
      - run: {install}
      - run: zdsync validate --format github
      - name: Plan
{credentials}        run: zdsync plan --format markdown >> \"$GITHUB_STEP_SUMMARY\"
"
    )
}

fn gitlab(install: &str, sandbox: bool) -> String {
    let credentials = if sandbox {
        ""
    } else {
        "  # Set ZENDESK_OAUTH_CLIENT_ID and ZENDESK_OAUTH_CLIENT_SECRET as masked CI/CD variables, for a client
  # that may only read.
"
    };
    format!(
        "zdsync:
{credentials}  image: rust:1.89
  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
  script:
    - {install}
    - zdsync validate
    - zdsync plan --format markdown > plan.md
  artifacts:
    when: always
    paths: [plan.md]
    expire_in: 1 week
"
    )
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
