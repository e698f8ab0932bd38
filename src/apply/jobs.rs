//! Background jobs: waited for together, and their results matched by identity (zendesk-api §13).

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::api::{Error, JobId, JobResult, JobState, JobStatus, Reader, Writer};
use crate::model::{Address, Book, Item, Kind, Name, ObjectId, Value, Verb, Write};

use super::ItemFailure;
use super::attempt::{Attempt, look};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// For how long jobs that may be a lost call's are waited for without any progress.
const OUTLASTED: SignedDuration = SignedDuration::from_mins(1);
/// The service forgets jobs after a day.
const FORGOTTEN: &str = "the service no longer knows the job";

/// A job and how it ended; where that is not known, why.
type End = (JobId, Result<JobStatus, String>);

/// Jobs that are under way, asked after together.
#[derive(Debug)]
pub(super) struct Jobs {
    pending: Vec<JobId>,
    patience: SignedDuration,
    pause: Duration,
    seen: BTreeMap<JobId, Option<u64>>,
    /// When one of them last got on.
    moved_at: Option<Timestamp>,
}

impl Jobs {
    /// None yet. All that are left are given up once none has made progress for as long as `patience`.
    pub(super) const fn new(patience: SignedDuration) -> Self {
        Self {
            pending: Vec::new(),
            patience,
            pause: FIRST_PAUSE,
            seen: BTreeMap::new(),
            moved_at: None,
        }
    }

    /// Adds jobs that have just been started.
    pub(super) fn extend(&mut self, jobs: impl Iterator<Item = JobId>) {
        let before = self.pending.len();
        self.pending.extend(jobs);
        if self.pending.len() > before {
            self.pause = FIRST_PAUSE;
            self.moved_at = None;
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Asks after all jobs in one poll, from one second backing off, until some have ended, and gives those.
    /// One that makes no progress for too long, or that cannot be asked after, is given without a status and
    /// with the reason. Gives none once no job has made progress for as long as `at_most`.
    pub(super) async fn wait(
        &mut self,
        reader: &Reader,
        at_most: Option<SignedDuration>,
    ) -> Vec<End> {
        while !self.pending.is_empty() {
            let moved_at = *self.moved_at.get_or_insert_with(|| reader.client().now());
            reader.client().sleep(self.pause).await;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            let ended = match reader.jobs(&self.pending).await {
                Ok(statuses) => self.ended(statuses, moved_at, reader.client().now()),
                Err(error) => self.unknown(&error),
            };
            let still = self
                .moved_at
                .map(|moved_at| reader.client().now().duration_since(moved_at));
            if !ended.is_empty()
                || at_most.is_some_and(|most| still.is_some_and(|still| still >= most))
            {
                return ended;
            }
        }
        Vec::new()
    }

    fn unknown(&mut self, error: &Error) -> Vec<End> {
        let why = |job: JobId| {
            let why = format!(
                "the job {job} may or may not have been carried out; it cannot be asked after: {error}"
            );
            (job, Err(why))
        };
        self.pending.drain(..).map(why).collect()
    }

    /// Takes out the jobs that need not be waited for any more.
    fn ended(&mut self, statuses: Vec<JobStatus>, moved_at: Timestamp, now: Timestamp) -> Vec<End> {
        let mut known: BTreeMap<JobId, JobStatus> = statuses
            .into_iter()
            .map(|status| (status.id.clone(), status))
            .collect();
        let progress: BTreeMap<JobId, Option<u64>> = known
            .iter()
            .map(|(job, status)| (job.clone(), status.progress))
            .collect();
        let moved_at = if progress == self.seen { moved_at } else { now };
        self.moved_at = Some(moved_at);
        self.seen = progress;
        let patience = self.patience;
        let patient = now.duration_since(moved_at) < patience;
        let mut ended = Vec::new();
        self.pending.retain(|job| {
            let end = match known.remove(job) {
                Some(status) if status.state == JobState::Running && patient => return true,
                Some(status) if status.state == JobState::Running => Err(format!(
                    "the job {job} has made no progress for {patience:#} and may still be carried out"
                )),
                Some(status) => Ok(status),
                None => Err(format!("{FORGOTTEN} {job}")),
            };
            ended.push((job.clone(), end));
            false
        });
        ended
    }
}

/// Waits for jobs of an apply that was broken off, so that what they still change is not planned again;
/// no longer than `patience` where none makes progress. Gives a line for people for each that cannot be waited for.
///
/// Costs one request for every 100 jobs and round of asking.
pub async fn wait_for_jobs(
    reader: &Reader,
    jobs: Vec<JobId>,
    patience: SignedDuration,
) -> Vec<String> {
    let mut troubles = Vec::new();
    let mut running = Jobs::new(patience);
    running.extend(jobs.into_iter());
    while !running.is_empty() {
        for (job, status) in running.wait(reader, None).await {
            if let Err(why) = status
                && !why.contains(FORGOTTEN)
            {
                troubles.push(format!("job {job}: {why}"));
            }
        }
    }
    troubles
}

/// Waits for whatever jobs run in the account now. The job of a call whose answer was lost may be among them,
/// and nothing is to be written about its people beside it (zendesk-api §15). Where jobs cannot be listed or
/// do not get on, the wait is over.
pub(super) async fn outlast(reader: &Reader) {
    let newest = reader.newest_jobs().await.unwrap_or_default();
    let running = newest
        .into_iter()
        .filter(|job| job.state == JobState::Running);
    wait_for_jobs(reader, running.map(|job| job.id).collect(), OUTLASTED).await;
}

/// What became of a write whose job has ended, or is not waited for any more.
pub(super) async fn conclude(
    writer: &Writer,
    write: &Write,
    started: Attempt,
    status: Result<JobStatus, String>,
    book: &Book,
) -> Attempt {
    let mut attempt = match status {
        Ok(status) => results(writer, write, &status, book).await,
        Err(why) => Attempt::failed(&write.items, &why),
    };
    attempt.request_ids.splice(0..0, started.request_ids);
    attempt
}

/// What became of the items of a job that has ended.
async fn results(writer: &Writer, write: &Write, status: &JobStatus, book: &Book) -> Attempt {
    if status.state == JobState::Failed {
        let why = status
            .message
            .as_deref()
            .unwrap_or("the service gives no reason");
        return settle_by_looking(writer, write, &format!("the job failed: {why}"), book).await;
    }
    let failed: Vec<&JobResult> = status
        .results
        .iter()
        .filter(|result| !is_as_wanted(write.verb, write.kind, result))
        .collect();
    if status.results.len() < write.items.len() {
        return settle_by_looking(
            writer,
            write,
            "the job does not say what became of it",
            book,
        )
        .await;
    }
    let mut attempt = match attribute(&failed, &write.items, book) {
        Some(failures) => Attempt {
            failures,
            ..Attempt::default()
        },
        None => settle_by_looking(writer, write, &reasons(&failed), book).await,
    };
    if write.verb == Verb::Create && attempt.numbers.is_empty() {
        let ids: Vec<ObjectId> = status
            .results
            .iter()
            .filter_map(|result| result.id)
            .collect();
        attempt.numbers = numbers(writer, write, &ids, &attempt.failures, book).await;
    }
    attempt
}

/// Something that was to be deleted and is not there is as good as deleted, and a membership that is
/// there already as good as made.
fn is_as_wanted(verb: Verb, kind: Kind, result: &JobResult) -> bool {
    result.succeeded
        || (verb == Verb::Delete && result.is_not_found())
        || (verb == Verb::Create && kind.container().is_some() && result.is_duplicate())
}

fn reasons(failed: &[&JobResult]) -> String {
    let mut reasons: Vec<&str> = failed
        .iter()
        .map(|result| result.details.as_str())
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons.join("; ")
}

/// Matches failed results to items: by number, address, external id, or the place that the service
/// itself names. `None` where one of them matches no item or two.
fn attribute(failed: &[&JobResult], items: &[Item], book: &Book) -> Option<Vec<ItemFailure>> {
    let mut failures = BTreeMap::new();
    for result in failed {
        let item = item_of(result, items, book)?;
        let message = match result.error.as_deref() {
            Some(code) if code != result.details => format!("{} ({code})", result.details),
            Some(_) | None => result.details.clone(),
        };
        if failures.insert(item.address.clone(), message).is_some() {
            return None;
        }
    }
    Some(
        failures
            .into_iter()
            .map(|(address, message)| ItemFailure { address, message })
            .collect(),
    )
}

fn item_of<'items>(result: &JobResult, items: &'items [Item], book: &Book) -> Option<&'items Item> {
    let number = |item: &Item| book.get(&item.address).or(item.id);
    let text = |item: &Item, path: &str| {
        item.values
            .iter()
            .find(|(name, _)| name == path)
            .and_then(|(_, value)| match value {
                Value::Text(text) => Some(Name::new(text)),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Set(_)
                | Value::Reference(_)
                | Value::References(_)
                | Value::Json(_) => None,
            })
    };
    let by = |matches: &dyn Fn(&Item) -> bool| items.iter().find(|item| matches(item));
    if let Some(index) = result.index {
        return items.get(index);
    }
    if let Some(external_id) = &result.external_id {
        return by(&|item| text(item, "external_id") == Some(Name::new(external_id)));
    }
    if let Some(email) = &result.email {
        let email = Name::new(email);
        return by(&|item| {
            *item.address.name() == email || text(item, "email") == Some(email.clone())
        });
    }
    let id = result.claimed_id?;
    by(&|item| number(item) == Some(id))
}

/// For creates, looks which items exist; for everything else nothing can be told apart, and every item
/// counts as failed: the next plan shows what is left.
async fn settle_by_looking(writer: &Writer, write: &Write, why: &str, book: &Book) -> Attempt {
    if write.verb != Verb::Create {
        return Attempt::failed(&write.items, why);
    }
    let (found, missing) = look(writer, write.kind, &write.items, book).await;
    Attempt {
        numbers: found,
        ..Attempt::failed(&missing, why)
    }
}

/// The numbers of what a job created. Results do not say which is which (zendesk-api §13, rule 3): the
/// records are read again. Memberships are left out; nothing but making one a default needs theirs.
///
/// Costs one request for every 100, and one for each object that the job's numbers do not lead to.
async fn numbers(
    writer: &Writer,
    write: &Write,
    ids: &[ObjectId],
    failures: &[ItemFailure],
    book: &Book,
) -> Vec<(Address, ObjectId)> {
    let reader = writer.reader();
    let mut known: BTreeMap<Name, ObjectId> = BTreeMap::new();
    match write.kind {
        Kind::User => {
            if let Ok(users) = reader.users_by_id(ids).await {
                known.extend(
                    users
                        .items
                        .into_iter()
                        .map(|record| (record.user.key(), record.id)),
                );
            }
        }
        Kind::Organization => {
            if let Ok(found) = reader.organizations_by_id(ids).await {
                let named =
                    |record: crate::api::OrganizationRecord| (record.organization.name, record.id);
                known.extend(found.items.into_iter().map(named));
            }
        }
        Kind::Role | Kind::Group | Kind::GroupMembership | Kind::OrganizationMembership => {
            return Vec::new();
        }
    }
    let failed = |item: &&Item| {
        failures
            .iter()
            .any(|failure| failure.address == item.address)
    };
    let (told, untold): (Vec<&Item>, Vec<&Item>) = write
        .items
        .iter()
        .filter(|item| !failed(item))
        .partition(|item| known.contains_key(item.address.name()));
    let mut numbers: Vec<(Address, ObjectId)> = told
        .into_iter()
        .filter_map(|item| Some((item.address.clone(), *known.get(item.address.name())?)))
        .collect();
    let untold: Vec<Item> = untold.into_iter().cloned().collect();
    numbers.extend(look(writer, write.kind, &untold, book).await.0);
    numbers
}

#[cfg(test)]
mod tests {
    use crate::api::JobResult;
    use crate::model::{Address, Book, Item, Kind, ObjectId, Value, Verb};

    use super::{attribute, is_as_wanted, reasons};

    fn item(email: &str, id: Option<u64>) -> Item {
        Item {
            address: Address::user(email),
            id: id.map(ObjectId::from_wire),
            values: vec![
                ("email".into(), Value::text(email)),
                ("external_id".into(), Value::text(&format!("x-{email}"))),
            ],
        }
    }

    fn failed(error: &str, details: &str) -> JobResult {
        JobResult {
            error: Some(error.to_owned()),
            details: details.to_owned(),
            ..JobResult::default()
        }
    }

    #[test]
    fn failed_results_are_matched_by_what_they_say_and_never_by_their_order() {
        let items = [
            item("ada@example.com", Some(1)),
            item("bob@example.com", None),
        ];
        let mut book = Book::default();
        book.insert(Address::user("bob@example.com"), ObjectId::from_wire(2));
        let number = |number| JobResult {
            claimed_id: Some(ObjectId::from_wire(number)),
            ..failed("Failed", "no")
        };
        let text = |external_id: Option<&str>, email: Option<&str>| JobResult {
            external_id: external_id.map(str::to_owned),
            email: email.map(str::to_owned),
            ..failed("Failed", "no")
        };
        let place = |index| JobResult {
            index: Some(index),
            ..failed("Failed", "no")
        };
        let (ada, bob) = (Some("ada@example.com"), Some("bob@example.com"));
        for (case, result, expected) in [
            ("the place that is named", place(1), bob),
            ("external id", text(Some("X-ADA@example.com"), None), ada),
            ("address", text(None, Some("Bob@example.com")), bob),
            ("a number the plan knows", number(1), ada),
            ("a number that was learned", number(2), bob),
            ("an unknown number", number(9), None),
            ("nothing", text(None, None), None),
        ] {
            let found = attribute(&[&result], &items, &book);
            let found = found.map(|failures| failures[0].address.clone());
            assert_eq!(found, expected.map(Address::user), "{case}");
        }
        assert_eq!(attribute(&[&place(0), &place(0)], &items, &book), None);
    }

    #[test]
    fn what_is_so_already_is_as_wanted() {
        let gone = failed("RecordNotFound", "Not found");
        let taken = failed("DuplicateValue", "has already been taken");
        for (verb, kind, result, expected) in [
            (Verb::Delete, Kind::User, &gone, true),
            (Verb::Update, Kind::User, &gone, false),
            (Verb::Create, Kind::GroupMembership, &taken, true),
            (Verb::Create, Kind::OrganizationMembership, &taken, true),
            (Verb::Create, Kind::User, &taken, false),
            (Verb::Delete, Kind::User, &taken, false),
        ] {
            assert_eq!(
                is_as_wanted(verb, kind, result),
                expected,
                "{verb:?} {kind:?}"
            );
        }
    }

    #[test]
    fn reasons_are_told_once_each() {
        let (a, b) = (failed("E", "one"), failed("E", "two"));
        assert_eq!(reasons(&[&b, &a, &b]), "one; two");
    }
}
