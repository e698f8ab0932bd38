//! The journal of a running apply, in `.zdsync/journal.jsonl`: what was about to be sent, and what came
//! of it, each line on disk before the next thing happens.
//!
//! An apply that ran to its end leaves none. One that was killed or interrupted leaves its journal, from
//! which the next command learns which background jobs may still run and what had been approved.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::{Client, JobId};
use crate::apply::{self, Event, Outcome, Status};
use crate::model::plural;
use crate::plan::{self, OperationId, Plan};

use super::failure::Failure;
use super::folder::Folder;
use super::receipt::{self, Record, Source};
use super::settings::Settings;

/// The file in `.zdsync`.
const NAME: &str = "journal.jsonl";

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
enum Line {
    /// An apply begins. Always the first line.
    Began {
        format: Format,
        at: Timestamp,
        digest: String,
        operations: usize,
        /// The plan in its saved form.
        plan: String,
        commit: Option<String>,
        pull_request: Option<String>,
    },
    /// An operation is about to be sent.
    Begun { id: OperationId },
    /// A background job carries it out.
    JobStarted { id: OperationId, job: JobId },
    /// It is known what became of it.
    Ended { at: Timestamp, outcome: Outcome },
}

#[derive(Serialize, Deserialize)]
enum Format {
    #[serde(rename = "zdsync.journal/1")]
    Journal1,
}

/// The journal of the apply that runs.
pub(super) struct Journal {
    file: File,
    folder: Folder,
    broken: Option<io::Error>,
}

impl Journal {
    /// Begins a journal in place of any other. Nothing may be sent where that fails.
    pub(super) fn begin(
        folder: &Folder,
        plan: &Plan,
        source: &Source,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let failed = |error: &io::Error| {
            Failure::new(
                format!(
                    "the journal `{}` cannot be written, so nothing was changed: {error}",
                    folder.path(NAME)
                ),
                "an apply keeps a record of what it sends: make the folder writable, or make room on its disk",
            )
        };
        let text = plan::saved::to_text(plan, None).map_err(|error| {
            Failure::new(
                format!("the plan cannot be kept: {error}"),
                "please report this",
            )
        })?;
        let mut journal = Self {
            file: folder.create(NAME).map_err(|error| failed(&error))?,
            folder: folder.clone(),
            broken: None,
        };
        journal
            .write(&Line::Began {
                format: Format::Journal1,
                at: now,
                digest: plan.digest.clone(),
                operations: plan.operations.len(),
                plan: text,
                commit: source.commit.clone(),
                pull_request: source.pull_request.clone(),
            })
            .map_err(|error| failed(&error))?;
        Ok(journal)
    }

    /// Notes a step. Where that fails nothing more may be sent; [`Self::broken`] says why.
    pub(super) fn note(&mut self, event: &Event, now: Timestamp) {
        let line = match event {
            Event::Begun { id, title: _ } => Line::Begun { id: *id },
            Event::JobStarted { id, job } => Line::JobStarted {
                id: *id,
                job: job.clone(),
            },
            Event::Operation(outcome) => Line::Ended {
                at: now,
                outcome: outcome.clone(),
            },
            Event::Started { .. }
            | Event::Verified { .. }
            | Event::NotVerified { .. }
            | Event::Finished { .. } => return,
        };
        if let Err(error) = self.write(&line) {
            self.broken.get_or_insert(error);
        }
    }

    /// Why a line could not be written.
    pub(super) const fn broken(&self) -> Option<&io::Error> {
        self.broken.as_ref()
    }

    /// The apply ran to its end: nothing is left to look after.
    pub(super) fn finish(self) -> Result<(), Failure> {
        self.folder.remove(NAME).map(drop)
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.write_all(&text)?;
        self.file.sync_data()
    }
}

/// An apply that did not run to its end.
#[derive(Debug)]
pub(super) struct Unfinished {
    began_at: Timestamp,
    digest: String,
    operations: usize,
    /// Those of which it is known what became, in the order in which they ended.
    outcomes: Vec<Outcome>,
    /// Operations that were sent and of which nobody knows what became.
    unknown: BTreeSet<OperationId>,
    /// The background jobs of those.
    jobs: Vec<JobId>,
    plan: String,
    source: Source,
    last_at: Timestamp,
}

impl Unfinished {
    /// How every operation of its plan ended, as far as that is known.
    fn outcomes(&self, plan: &Plan) -> Vec<Outcome> {
        let ended: BTreeSet<OperationId> = self.outcomes.iter().map(|outcome| outcome.id).collect();
        let open = plan.operations.iter().map(|operation| operation.id);
        let open = open.filter(|id| !ended.contains(id)).map(|id| {
            let (status, message) = if self.unknown.contains(&id) {
                let message = "zdsync ended before it was known what became of it";
                (Status::Failed, message)
            } else {
                (Status::Skipped, "zdsync ended before its turn")
            };
            Outcome::unanswered(id, status, Some(message.to_owned()))
        });
        self.outcomes.iter().cloned().chain(open).collect()
    }

    /// The plan that was being carried out.
    pub(super) fn plan(&self) -> Result<Plan, Failure> {
        let (plan, _) = plan::saved::from_text(&self.plan).map_err(|error| {
            Failure::new(
                format!("the interrupted plan cannot be used: {error}"),
                "plan and apply afresh; that does only what is left",
            )
        })?;
        Ok(plan)
    }
}

/// The apply that the folder's journal tells of, if it did not run to its end.
pub(super) fn unfinished(folder: &Folder) -> Result<Option<Unfinished>, Failure> {
    Ok(folder.read(NAME)?.as_deref().and_then(parse))
}

/// Writes the receipt of an apply that ended before it could write one itself.
pub(super) fn record(
    settings: &Settings,
    folder: &Folder,
    unfinished: &Unfinished,
) -> Result<(), Failure> {
    // Without its plan nothing can be told of it; whoever resumes it hears why.
    let Ok(plan) = unfinished.plan() else {
        return Ok(());
    };
    let outcomes = unfinished.outcomes(&plan);
    let record = Record {
        plan: &plan,
        outcomes: &outcomes,
        verified: None,
        requests: outcomes.iter().map(|outcome| outcome.requests).sum(),
        started_at: unfinished.began_at,
        finished_at: unfinished.last_at,
        source: &unfinished.source,
        broken_off: true,
        declared: None,
    };
    // One that was interrupted has its own, which knows more.
    if folder.read(&receipt::name(&record))?.is_none() {
        let path = receipt::write(folder, record)?;
        settings.note(&format!("receipt of what was broken off: {path}"));
    }
    Ok(())
}

/// Forgets an apply of which nothing is left to do.
pub(super) fn forget(folder: &Folder) -> Result<(), Failure> {
    folder.remove(NAME).map(drop)
}

/// Reads a journal. A line that is no line, as a crash leaves at the end, is passed over; where it is
/// the first, nothing had been sent.
fn parse(text: &str) -> Option<Unfinished> {
    let mut lines = text.lines().map(serde_json::from_str::<Line>);
    let Some(Ok(Line::Began {
        format: Format::Journal1,
        at,
        digest,
        operations,
        plan,
        commit,
        pull_request,
    })) = lines.next()
    else {
        return None;
    };
    let mut found = Unfinished {
        began_at: at,
        digest,
        operations,
        outcomes: Vec::new(),
        unknown: BTreeSet::new(),
        jobs: Vec::new(),
        plan,
        source: Source {
            commit,
            pull_request,
        },
        last_at: at,
    };
    let mut jobs: BTreeMap<OperationId, JobId> = BTreeMap::new();
    for line in lines.flatten() {
        match line {
            Line::Began { .. } => {}
            Line::Begun { id } => {
                found.unknown.insert(id);
            }
            Line::JobStarted { id, job } => {
                jobs.insert(id, job);
            }
            Line::Ended { at, outcome } => {
                found.unknown.remove(&outcome.id);
                jobs.remove(&outcome.id);
                found.last_at = found.last_at.max(at);
                found.outcomes.push(outcome);
            }
        }
    }
    found.jobs = jobs.into_values().collect();
    Some(found)
}

/// Tells of an apply that did not run to its end, and waits for the jobs it left running, so that what
/// they still change is not planned again.
pub(super) fn look_after(
    settings: &Settings,
    unfinished: &Unfinished,
    client: &Client,
) -> Result<(), Failure> {
    settings.note(&notice(unfinished));
    if unfinished.jobs.is_empty() {
        return Ok(());
    }
    settings.note(&format!(
        "waiting for {} it may have left running",
        plural(unfinished.jobs.len(), "background job")
    ));
    let reader = client.reader();
    let patience = apply::Stop::default().patience();
    let jobs = unfinished.jobs.clone();
    let troubles = super::block_on(apply::wait_for_jobs(&reader, jobs, patience))?;
    for trouble in troubles {
        settings.note(&format!("warning: {trouble}"));
    }
    Ok(())
}

fn notice(unfinished: &Unfinished) -> String {
    let Unfinished {
        began_at,
        digest,
        operations,
        outcomes,
        unknown,
        ..
    } = unfinished;
    let digest: String = digest.chars().take(12).collect();
    if outcomes.len() >= *operations && outcomes.iter().all(is_done) {
        return format!(
            "note: the apply of plan {digest} begun at {began_at:.0} is done but has no receipt yet; the next \
             apply writes it"
        );
    }
    let open =
        operations.saturating_sub(outcomes.iter().filter(|outcome| is_done(outcome)).count());
    format!(
        "note: the apply of plan {digest} begun at {began_at:.0} did not run to its end: {open} of {} not done, \
         of which {} may have taken effect; the account is read as it is now",
        plural(*operations, "operation"),
        unknown.len()
    )
}

fn is_done(outcome: &Outcome) -> bool {
    outcome.status == Status::Done
}

#[cfg(test)]
mod tests {
    use super::{Journal, Source, notice, parse, unfinished};
    use crate::apply::{Event, Outcome, Status};
    use crate::cli::folder::Folder;
    use crate::plan::OperationId;

    const BEGAN: &str = r#"{"line":"began","format":"zdsync.journal/1","at":"2026-11-21T14:05:00Z","digest":"3f9c17aa0b2d4e5f","operations":4,"plan":"","commit":null,"pull_request":null}"#;
    const ENDED: &str = r#"{"line":"ended","at":"2026-11-21T14:05:02Z","outcome":{"id":1,"status":"done","message":null,"failures":[],"because":null,"request_ids":["r-1"],"requests":1,"numbers":[]}}"#;

    fn journal(rest: &str) -> String {
        format!("{BEGAN}\n{rest}")
    }

    #[test]
    fn a_journal_tells_what_is_open_and_which_jobs_may_run() {
        let text = journal(&format!(
            "{{\"line\":\"begun\",\"id\":1}}\n\
             {ENDED}\n\
             {{\"line\":\"begun\",\"id\":2}}\n\
             {{\"line\":\"job_started\",\"id\":2,\"job\":\"V3-ab\"}}\n\
             {{\"line\":\"begun\",\"id\":3}}\n"
        ));
        let found = parse(&text).unwrap();
        assert_eq!((found.outcomes.len(), found.unknown.len()), (1, 2));
        assert_eq!(found.last_at.to_string(), "2026-11-21T14:05:02Z");
        assert_eq!(found.jobs.len(), 1);
        assert_eq!(
            notice(&found),
            "note: the apply of plan 3f9c17aa0b2d begun at 2026-11-21T14:05:00Z did not run to its end: \
             3 of 4 operations not done, of which 2 may have taken effect; the account is read as it is now"
        );
    }

    #[test]
    fn half_written_lines_are_passed_over() {
        let whole = journal("{\"line\":\"begun\",\"id\":1}\n{\"line\":\"begun\",\"id\":2}\n");
        for cut in BEGAN.len()..whole.len() {
            let found = parse(&whole[..cut]).unwrap();
            assert!(found.unknown.len() <= 2 && found.outcomes.is_empty());
        }
        for cut in 0..BEGAN.len() {
            assert!(parse(&BEGAN[..cut]).is_none(), "{cut}");
        }
    }

    #[test]
    fn an_apply_that_ran_to_its_end_leaves_no_journal() {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::of(directory.path().try_into().unwrap());
        let plan = crate::cli::journal::tests::plan();
        let now = "2026-11-21T14:05:00Z".parse().unwrap();
        let mut journal = Journal::begin(&folder, &plan, &Source::default(), now).unwrap();
        let id = OperationId(1);
        let begun = Event::Begun {
            id,
            title: String::new(),
        };
        journal.note(&begun, now);
        let left = unfinished(&folder).unwrap().unwrap();
        assert_eq!((left.unknown.len(), left.outcomes.len()), (1, 0));
        assert_eq!(left.plan().unwrap(), plan);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path(super::NAME)).unwrap();
            assert_eq!(mode.permissions().mode() & 0o777, 0o600);
        }
        let ended = Outcome::unanswered(id, Status::Done, None);
        journal.note(&Event::Operation(ended), now);
        let left = unfinished(&folder).unwrap().unwrap();
        assert_eq!((left.unknown.len(), left.outcomes.len()), (0, 1));
        journal.finish().unwrap();
        assert!(unfinished(&folder).unwrap().is_none());
    }

    /// The plan of an empty project for an empty account.
    fn plan() -> crate::plan::Plan {
        let snapshot = crate::model::Snapshot {
            account: crate::model::Account {
                fingerprint: "acme-1".to_owned(),
                subdomain: "acme".to_owned(),
                url: "https://acme.zendesk.com".to_owned(),
            },
            caller: None,
            taken_at: jiff::Timestamp::UNIX_EPOCH,
            custom_roles: true,
            multiple_organizations: true,
            rate_limit: None,
            objects: std::collections::BTreeMap::new(),
            ambiguous: Vec::new(),
            secondary_emails: std::collections::BTreeMap::new(),
            parts: Vec::new(),
        };
        crate::plan::build(&crate::plan::Inputs {
            inventory: &crate::model::Inventory::default(),
            snapshot: &snapshot,
            policy: &crate::model::Policy::default(),
            at: jiff::Timestamp::UNIX_EPOCH,
            route: &crate::api::route,
            targets: &[],
        })
    }
}
