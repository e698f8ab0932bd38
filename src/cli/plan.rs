//! `zdsync plan`: what apply would do.

use std::io::{self, Write};

use camino::Utf8Path;
use jiff::Timestamp;

use crate::api::{self, Client};
use crate::model::{Address, Inventory, Policy, Snapshot, plural};
use crate::plan::{self, Action, Inputs, Memory, Plan, Refusal, RefusalCode};
use crate::report;

use super::account::{self, Purpose};
use super::args::{PlanArgs, PlanFormat, PlanningArgs};
use super::drift;
use super::exit::Exit;
use super::failure::Failure;
use super::folder::Folder;
use super::journal::{self, Unfinished};
use super::project::{self, Declared};
use super::settings::Settings;
use super::snapshot;

/// The longest comment a pull request takes, with room to spare.
const COMMENT: usize = 65_000;

/// A plan and what it was made with.
pub(super) struct Planned {
    /// The plan.
    pub(super) plan: Plan,
    /// The account it is for.
    pub(super) client: Client,
    /// What it was made from.
    pub(super) basis: Basis,
}

/// What a plan was made from, as far as it is still known.
pub(super) enum Basis {
    /// The manifests of the folder.
    Manifests {
        /// All that they declare.
        inventory: Inventory,
        /// The rules of the configuration.
        policy: Box<Policy>,
        /// Whether the plan was limited to no targets.
        whole: bool,
    },
    /// What a saved plan tells of it.
    Saved(Option<Memory>),
}

impl Basis {
    /// What was declared when `plan` was made.
    pub(super) fn memory(self, plan: &Plan) -> Option<Memory> {
        match self {
            Self::Manifests {
                inventory,
                policy,
                whole,
            } => Some(Memory::new(plan, &inventory, &policy, whole)),
            Self::Saved(memory) => memory,
        }
    }
}

/// Prints the plan.
pub(super) fn run(settings: &Settings, arguments: &PlanArgs) -> Result<Exit, Failure> {
    let now = Settings::now();
    let (plan, basis) = if let Some(path) = &arguments.snapshot {
        offline(settings, arguments, path, now)?
    } else {
        let left = interrupted(settings)?;
        let planning = &arguments.planning;
        let planned = made(settings, planning, left.as_ref(), Purpose::Reading, now)?;
        remarks(settings, &planned.client);
        (planned.plan, planned.basis)
    };
    let mut out = io::stdout().lock();
    match arguments.format {
        PlanFormat::Human => {
            let view = view(settings, arguments.only_access);
            report::plan::human(&plan, &view, &mut out)
        }
        PlanFormat::Json => report::plan::json(&plan, &mut out),
        PlanFormat::Markdown => report::plan::markdown(&plan, COMMENT, &mut out),
    }
    .and_then(|()| out.flush())
    .map_err(|error| Failure::output(&error))?;
    if let Some(path) = &arguments.out {
        save(settings, &plan, basis, path)?;
    }
    Ok(exit(&plan, arguments.detailed_exitcode))
}

/// What an apply that was broken off in this project has left, unless one is running now.
fn interrupted(settings: &Settings) -> Result<Option<Unfinished>, Failure> {
    let folder = Folder::of(&settings.directory);
    if folder.is_locked() {
        settings.note(
            "note: an apply is running in this project; what it still changes is planned too",
        );
        return Ok(None);
    }
    journal::unfinished(&folder)
}

const fn exit(plan: &Plan, detailed: bool) -> Exit {
    if !plan.refused.is_empty() {
        Exit::Refused
    } else if detailed && !plan.changes.is_empty() {
        Exit::Changes
    } else {
        Exit::Done
    }
}

#[expect(clippy::disallowed_methods, reason = "cli may write files")]
fn save(settings: &Settings, plan: &Plan, basis: Basis, path: &Utf8Path) -> Result<(), Failure> {
    let path = settings.path(path);
    let declared = basis.memory(plan);
    let text = plan::saved::to_text(plan, declared.as_ref()).map_err(|error| {
        Failure::new(
            format!("the plan cannot be saved: {error}"),
            "please report this",
        )
    })?;
    std::fs::write(&path, text)
        .map_err(|error| Failure::file("cannot save the plan to", &path, &error))?;
    settings.note(&format!(
        "saved to {path}; apply exactly this with: zdsync apply {path}"
    ));
    Ok(())
}

/// How a plan is shown to people.
pub(super) const fn view(settings: &Settings, only_access: bool) -> report::plan::View<'static> {
    report::plan::View {
        colour: settings.colour,
        width: settings.width,
        verbose: settings.verbose > 0,
        source: "",
        only_access,
    }
}

/// Makes a plan that is to be applied, see [`made`].
pub(super) fn fresh(
    settings: &Settings,
    planning: &PlanningArgs,
    left: Option<&Unfinished>,
    now: Timestamp,
) -> Result<Planned, Failure> {
    made(settings, planning, left, Purpose::Writing, now)
}

/// Reads the project and the account and makes a plan, once nothing of an apply that was broken off runs
/// any more.
fn made(
    settings: &Settings,
    planning: &PlanningArgs,
    left: Option<&Unfinished>,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Planned, Failure> {
    let declared = project::read(settings, planning, now)?;
    let client = account::connect(settings, &declared.config, purpose, now)?;
    if let Some(left) = left {
        journal::look_after(settings, left, &client)?;
    }
    let snapshot = super::block_on(account::read(
        &client,
        &declared.inventory,
        &declared.policy,
    ))??;
    let mut plan = build(&declared, &snapshot, planning, now);
    drift::tell(settings, planning, &mut plan, &declared)?;
    drift::attribute(settings, &mut plan, &client)?;
    Ok(Planned {
        plan,
        client,
        basis: basis(declared, planning),
    })
}

fn basis(declared: Declared, planning: &PlanningArgs) -> Basis {
    let Declared {
        config: _, // it has served
        inventory,
        policy,
    } = declared;
    Basis::Manifests {
        inventory,
        policy: Box::new(policy),
        whole: planning.target.is_empty(),
    }
}

/// Reads the project and makes a plan against the account as a file holds it. Makes no request.
fn offline(
    settings: &Settings,
    arguments: &PlanArgs,
    path: &Utf8Path,
    now: Timestamp,
) -> Result<(Plan, Basis), Failure> {
    let declared = project::read(settings, &arguments.planning, now)?;
    let saved = snapshot::load(settings, &declared.config, path, now)?;
    if saved.redaction.is_some() && arguments.out.is_some() {
        return Err(Failure::new(
            "a plan against a redacted snapshot cannot be saved: it does not know the account's values",
            "leave `--out` away, or plan against the account",
        ));
    }
    let live = match &saved.redaction {
        Some(redaction) => redaction.reveal(&saved.snapshot, &declared.inventory, &declared.policy),
        None => saved.snapshot,
    };
    let mut plan = build(&declared, &live, &arguments.planning, now);
    plan.refused.extend(unproven(&plan, &live));
    drift::tell(settings, &arguments.planning, &mut plan, &declared)?;
    Ok((plan, basis(declared, &arguments.planning)))
}

/// Refuses to create what the snapshot does not prove to be missing.
fn unproven(plan: &Plan, snapshot: &Snapshot) -> Option<Refusal> {
    let created: Vec<&Address> = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Create)
        .map(|change| &change.address)
        .filter(|address| address.container().is_none())
        .filter(|address| !snapshot::proves_absence(snapshot, address.kind()))
        .collect();
    let first = created.first()?;
    let others = match created.len() - 1 {
        0 => String::new(),
        more => format!(" and {}", plural(more, "other")),
    };
    Some(Refusal {
        code: RefusalCode::IncompleteRead,
        address: Some((*first).clone()),
        origin: None,
        message: format!(
            "the snapshot does not hold `{first}`{others}, and does not prove that the account has none"
        ),
        help: "take a snapshot of everybody, without `--staff`, or plan against the account"
            .to_owned(),
    })
}

/// Makes the plan. Makes no request.
pub(super) fn build(
    declared: &Declared,
    snapshot: &Snapshot,
    planning: &PlanningArgs,
    now: Timestamp,
) -> Plan {
    plan::build(&Inputs {
        inventory: &declared.inventory,
        snapshot,
        policy: &declared.policy,
        at: planning.at.unwrap_or(now),
        route: &api::route,
        targets: &planning.target,
    })
}

/// Tells what the service remarked on.
pub(super) fn remarks(settings: &Settings, client: &Client) {
    let warnings = client.take_warnings();
    if warnings.is_empty() {
        return;
    }
    let count = plural(warnings.len(), "remark");
    settings.note(&format!("warning: the service made {count}:"));
    for warning in warnings {
        settings.note(&format!(
            "  {}: {}",
            warning.request,
            report::text::neutral(&warning.text)
        ));
    }
}
