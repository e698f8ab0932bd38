//! The receipt of an apply, in `.zdsync/receipts`.

use camino::Utf8PathBuf;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::apply::{Event, Outcome};
use crate::plan::{Memory, Plan};
use crate::report::receipt::{Receipt, json};

use super::env;
use super::failure::Failure;
use super::folder::Folder;
use super::git;
use super::settings::Settings;
use super::verify;

/// The folder in `.zdsync`.
pub(super) const FOLDER: &str = "receipts";

/// What a receipt tells of.
pub(super) struct Record<'a> {
    /// The plan that was carried out.
    pub(super) plan: &'a Plan,
    /// How its operations ended.
    pub(super) outcomes: &'a [Outcome],
    /// What reading again found.
    pub(super) verified: Option<&'a Event>,
    /// Requests made to carry the plan out.
    pub(super) requests: u64,
    /// When the apply began.
    pub(super) started_at: Timestamp,
    /// When it ended.
    pub(super) finished_at: Timestamp,
    /// Where the manifests came from.
    pub(super) source: &'a Source,
    /// Whether it ended before anybody could tell how.
    pub(super) broken_off: bool,
    /// What was declared, whether carried out or not; `None` where that is not known.
    pub(super) declared: Option<Memory>,
}

/// Where the manifests came from.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    /// The commit, where there is one.
    pub(super) commit: Option<String>,
    /// The number of the pull or merge request, where it is applied for one.
    pub(super) pull_request: Option<String>,
}

impl Source {
    /// What the CI environment and git say.
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            commit: commit(settings),
            pull_request: pull_request(),
        }
    }
}

/// Writes the receipt and gives its path. Names begin with the time, so that they sort by it.
pub(super) fn write(folder: &Folder, record: Record<'_>) -> Result<Utf8PathBuf, Failure> {
    let name = name(&record);
    let Record {
        plan,
        outcomes,
        verified,
        requests,
        started_at,
        finished_at,
        source,
        broken_off,
        declared,
    } = record;
    let carried_out = verify::carried_out(plan, outcomes);
    let declared = declared.map(|declared| {
        let changed = plan.changes.iter().map(|change| &change.address);
        declared.without(changed.filter(|address| !carried_out.contains(*address)))
    });
    let Source {
        commit,
        pull_request,
    } = source;
    let receipt = Receipt {
        plan,
        outcomes,
        started_at,
        finished_at,
        commit: commit.as_deref(),
        pull_request: pull_request.as_deref(),
        verified,
        requests,
        declared: declared.as_ref(),
        broken_off,
    };
    let mut text = Vec::new();
    json(&receipt, &mut text).map_err(|error| Failure::output(&error))?;
    folder.write(&name, &String::from_utf8_lossy(&text))
}

/// The receipt's place within the folder: no two applies have the same.
pub(super) fn name(record: &Record<'_>) -> String {
    let time = record
        .started_at
        .to_zoned(TimeZone::UTC)
        .strftime("%Y%m%dT%H%M%S%3fZ");
    let digest: String = record.plan.digest.chars().take(12).collect();
    format!("{FOLDER}/{time}-{digest}.json")
}

/// The pull or merge request that is applied, from the CI environment.
fn pull_request() -> Option<String> {
    let of_ref = env::text(env::GITHUB_REF).and_then(|name| {
        let number = name.strip_prefix("refs/pull/")?.split('/').next()?;
        number.parse().map(|number: u64| number.to_string()).ok()
    });
    of_ref.or_else(|| env::text(env::CI_MERGE_REQUEST_IID))
}

/// The commit that is applied: from the CI environment, else from git, else unknown.
fn commit(settings: &Settings) -> Option<String> {
    if let Some(commit) = env::text(env::GITHUB_SHA).or_else(|| env::text(env::CI_COMMIT_SHA)) {
        return Some(commit);
    }
    git::rev_parse(settings, "HEAD")
}
