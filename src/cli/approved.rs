//! Plans that somebody approved earlier: saved ones, and the one of an apply that was broken off.

use camino::Utf8Path;
use jiff::Timestamp;

use crate::api::Client;
use crate::live;
use crate::model::{Excerpt, Snapshot};
use crate::plan::{self, Plan, Refusal, RefusalCode};

use super::account::{self, Purpose};
use super::args::{ApplyArgs, PlanningArgs};
use super::drift;
use super::failure::Failure;
use super::journal::{self, Unfinished};
use super::plan::{Basis, Planned};
use super::project;
use super::settings::Settings;

/// How much of a list of addresses a message shows.
const SHOWN: usize = 200;

/// Loads a saved plan and holds it against the account: it is applied only where everything it relies
/// on is still so.
pub(super) fn saved(
    settings: &Settings,
    arguments: &ApplyArgs,
    path: &Utf8Path,
    left: Option<&Unfinished>,
    now: Timestamp,
) -> Result<Planned, Failure> {
    let PlanningArgs {
        allow_removals,
        target,
        at,
        receipt,
    } = &arguments.planning;
    let changed = !target.is_empty() || !allow_removals.is_empty();
    if changed || at.is_some() || receipt.is_some() {
        return Err(Failure::new(
            "a saved plan is applied as it is",
            "leave out `--target`, `--allow-removals`, `--at` and `--receipt`, or plan again with them",
        ));
    }
    let path = settings.path(path);
    #[expect(clippy::disallowed_methods, reason = "cli may read files")]
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::file("cannot read the saved plan", &path, &error))?;
    let (mut plan, declared) = plan::saved::from_text(&text).map_err(|error| {
        Failure::new(
            format!("`{path}` cannot be applied: {error}"),
            "make a new one with `zdsync plan --out FILE`",
        )
    })?;
    let (found, _) = project::read_files(settings)?;
    let Some(found) = found else {
        return Err(Failure::new(
            "the project's zdsync.yaml cannot be used, so the account is not known",
            "`zdsync validate` shows what is wrong with it",
        ));
    };
    let client = account::connect(settings, &found.config, Purpose::Writing, now)?;
    if let Some(left) = left {
        journal::look_after(settings, left, &client)?;
    }
    let needs = live::Needs::of(&plan::relied_on(&plan));
    let snapshot = super::block_on(live::read(&client.reader(), &needs))?
        .map_err(|error| Failure::account(&client, error))?;
    let stale = stale(settings, &plan, &snapshot, &client)?;
    plan.refused.extend(stale);
    Ok(Planned {
        plan,
        client,
        basis: Basis::Saved(declared),
    })
}

/// What keeps the plan from being applied to the account as it is now, with who changed what where the
/// account's audit log tells.
fn stale(
    settings: &Settings,
    plan: &Plan,
    snapshot: &Snapshot,
    client: &Client,
) -> Result<Vec<Refusal>, Failure> {
    let refused = plan::stale(plan, snapshot, &[]);
    if refused
        .iter()
        .all(|refusal| refusal.code != RefusalCode::Stale)
    {
        return Ok(refused);
    }
    let actions = ["update", "create", "destroy"];
    let log = drift::consult(settings, client, &actions, plan.live_at)?;
    Ok(plan::stale(plan, snapshot, &log.entries))
}

/// What is left of the plan that was being carried out when an apply was broken off.
///
/// It is planned afresh from the manifests and the account, for the addresses of that plan only; what
/// that plan did not have is refused, since nobody approved it.
pub(super) fn resumed(
    settings: &Settings,
    left: Option<&Unfinished>,
    now: Timestamp,
) -> Result<Planned, Failure> {
    let Some(left) = left else {
        return Err(Failure::new(
            "there is nothing to resume: no apply of this folder was broken off",
            "run `zdsync apply` without `--resume`",
        ));
    };
    let interrupted = left.plan()?;
    let planning = PlanningArgs {
        allow_removals: interrupted
            .allowed_removals
            .iter()
            .map(|(kind, count)| (*kind, *count))
            .collect(),
        target: interrupted
            .changes
            .iter()
            .map(|change| change.address.to_string())
            .collect(),
        at: None,
        receipt: None,
    };
    let mut planned = super::plan::fresh(settings, &planning, Some(left), now)?;
    // What is done may be gone by now, and so be neither declared nor live.
    let done = |code| code == RefusalCode::UnknownTarget;
    planned.plan.refused.retain(|refusal| !done(refusal.code));
    let beyond = plan::beyond(&interrupted, &planned.plan);
    if beyond.is_empty() {
        return Ok(planned);
    }
    let named: Vec<String> = beyond.iter().map(ToString::to_string).collect();
    Err(Failure::Refused {
        message: format!(
            "the manifests or the account have changed since: the interrupted plan did not have {}",
            Excerpt(&named.join(", "), SHOWN)
        ),
        help: "review `zdsync plan`, then run `zdsync apply` without `--resume`".to_owned(),
    })
}
