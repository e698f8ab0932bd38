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
        let in_ci = env::text(env::GITHUB_SHA).or_else(|| env::text(env::CI_COMMIT_SHA));
        let merged = || git::message(settings, in_ci.as_ref()?);
        Self {
            pull_request: pull_request()
                .or_else(|| merged().and_then(|message| pull_request_of(&message))),
            commit: in_ci.clone().or_else(|| git::rev_parse(settings, "HEAD")),
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

/// The pull or merge request that a forge names in the message of the commit it merges by: GitHub in the
/// title, of a merge or at the end, GitLab in a line of its own.
fn pull_request_of(message: &str) -> Option<String> {
    let title = message.lines().next()?.trim_end();
    let merged = title
        .strip_prefix("Merge pull request #")
        .and_then(|rest| rest.split(' ').next());
    let squashed = || title.strip_suffix(')')?.rsplit_once(" (#").map(|at| at.1);
    let on_gitlab = || {
        let mut lines = message.lines();
        let line = lines.find_map(|line| line.trim().strip_prefix("See merge request "))?;
        line.rsplit_once('!').map(|at| at.1)
    };
    let number = merged.or_else(squashed).or_else(on_gitlab)?;
    let number: u64 = number.parse().ok()?;
    Some(number.to_string())
}

#[cfg(test)]
mod tests {
    use super::pull_request_of;

    #[test]
    fn the_message_of_a_merge_names_its_pull_request() {
        for (message, expected) in [
            (
                "Merge pull request #12 from acme/new-hire\n\nAda joins",
                Some("12"),
            ),
            ("Ada joins (#7)\n\n* more", Some("7")),
            (
                "Merge branch 'x' into 'main'\n\nAda joins\n\nSee merge request acme/access!31\n",
                Some("31"),
            ),
            ("Ada joins, see (#7) there", None),
            ("Ada joins\n\nCloses (#7)", None),
            ("Merge pull request #x from acme/y", None),
            ("Ada joins (#-1)", None),
            ("", None),
        ] {
            assert_eq!(pull_request_of(message).as_deref(), expected, "{message}");
        }
    }
}
