//! What was changed in the account since the last apply: read from receipts, attributed by the audit log.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use serde::Deserialize;

use crate::api::Client;
use crate::live::{self, AuditLog};
use crate::model::ObjectId;
use crate::plan::{self, Applied, Consulted, LastApply, Memory, Plan};

use super::args::PlanningArgs;
use super::failure::Failure;
use super::folder::{self, Folder};
use super::project::Declared;
use super::receipt;
use super::settings::Settings;

/// As much of a receipt as tells what was declared. Receipts of older versions lack some of it.
#[derive(Deserialize)]
struct Receipt {
    account: String,
    #[serde(default)]
    caller_id: Option<ObjectId>,
    digest: String,
    commit: Option<String>,
    #[serde(default)]
    pull_request: Option<String>,
    finished_at: Timestamp,
    #[serde(default)]
    declared: Option<Memory>,
}

/// Notes in a plan what was changed in the account since the apply that receipts tell of last.
pub(super) fn tell(
    settings: &Settings,
    planning: &PlanningArgs,
    plan: &mut Plan,
    declared: &Declared,
) -> Result<(), Failure> {
    if let Some(applied) = applied(settings, planning, &plan.account.fingerprint)? {
        plan::drift(plan, &declared.inventory, &declared.policy, &applied);
    }
    Ok(())
}

/// Asks the account's audit log who changed what. Makes no request where nothing was.
pub(super) fn attribute(
    settings: &Settings,
    plan: &mut Plan,
    client: &Client,
) -> Result<(), Failure> {
    let Some((actions, since)) = plan::questions(&plan.drift) else {
        return Ok(());
    };
    let log = consult(settings, client, &actions, since)?;
    plan::attribute(plan, &log.entries);
    plan.audit_log = Some(Consulted {
        available: log.available,
        complete: log.complete,
        requests: log.requests,
    });
    Ok(())
}

/// Reads the audit log from a time on. That it cannot be read keeps nothing from being planned.
pub(super) fn consult(
    settings: &Settings,
    client: &Client,
    actions: &[&str],
    since: Timestamp,
) -> Result<AuditLog, Failure> {
    let reader = client.reader();
    let read = live::audit_log(&reader, actions, since, client.now());
    let log = super::block_on(read)?.unwrap_or_else(|error| {
        settings.note(&format!("warning: the audit log cannot be read: {error}"));
        AuditLog::default()
    });
    if !log.available {
        settings.note(
            "note: who changed it is not known: the account's audit log is not available (it is part of \
             Enterprise plans, and open to administrators)",
        );
    }
    Ok(log)
}

/// What the receipts for an account tell together; `None` where there are none.
fn applied(
    settings: &Settings,
    planning: &PlanningArgs,
    account: &str,
) -> Result<Option<Applied>, Failure> {
    let mut found = Vec::new();
    let mut others = 0;
    // From the newest on, until one says everything.
    for path in paths(settings, planning)?.iter().rev() {
        let given = planning.receipt.as_ref().map(|given| settings.path(given));
        let Some(receipt) = read(settings, path, given.as_ref() == Some(path))? else {
            continue;
        };
        if receipt.account != account {
            others += 1;
            continue;
        }
        // Receipts of older versions tell only what was done.
        let Some(declared) = receipt.declared else {
            continue;
        };
        let ends = declared.whole && declared.pending.is_empty();
        let last = LastApply {
            finished_at: receipt.finished_at,
            digest: receipt.digest,
            commit: receipt.commit,
            pull_request: receipt.pull_request,
            receipt: path.file_name().unwrap_or_default().to_owned(),
            caller_id: receipt.caller_id,
        };
        found.push((last, declared));
        if ends {
            break;
        }
    }
    if others > 0 && found.is_empty() {
        settings.note(&format!(
            "note: no receipt is of account {account}, so what was changed since the last apply is not known"
        ));
    }
    Ok(Applied::of(found.into_iter().rev()))
}

/// The files that may be receipts, the oldest first: their names begin with the time.
fn paths(settings: &Settings, planning: &PlanningArgs) -> Result<Vec<Utf8PathBuf>, Failure> {
    let folder = match &planning.receipt {
        None => Folder::of(&settings.directory).path(receipt::FOLDER),
        Some(path) => {
            let path = settings.path(path);
            if !path.is_dir() {
                return Ok(vec![path]);
            }
            path
        }
    };
    let mut names = folder::names(&folder)?;
    names.retain(|name| Utf8Path::new(name).extension() == Some("json"));
    Ok(names.iter().map(|name| folder.join(name)).collect())
}

/// A receipt; `None` where a file of a folder is none, which is said. A file that was named must be one.
fn read(settings: &Settings, path: &Utf8Path, named: bool) -> Result<Option<Receipt>, Failure> {
    #[expect(clippy::disallowed_methods, reason = "cli may read files")]
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::file("cannot read the receipt", path, &error))?;
    match serde_json::from_str(&text) {
        Ok(receipt) => Ok(Some(receipt)),
        Err(error) if named => Err(Failure::new(
            format!("`{path}` is no receipt: {error}"),
            "give a file that `zdsync apply` left in .zdsync/receipts, or a folder of such",
        )),
        Err(error) => {
            settings.note(&format!("warning: {path} is no receipt: {error}"));
            Ok(None)
        }
    }
}
