//! The walk over the plan.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::api::{JobId, Writer};
use crate::model::{Address, Book, Kind, Verb, Write, plural};
use crate::plan::{Operation, OperationId, Plan, WholeList};

use super::attempt::Attempt;
use super::batch::{Step, send};
use super::jobs::{Jobs, conclude};
use super::schedule::{Schedule, Turn};
use super::settle::settle;
use super::{Event, ItemFailure, Outcome, Status, Stop, phones};

/// How long no job may show progress before what has nothing to do with it goes on without it.
const HELD_UP: SignedDuration = SignedDuration::from_mins(1);

/// Carries out a plan and says how each operation ended, in the order in which they ended.
///
/// Operations of one wave go side by side; a wave begins when the one before is over. Where nothing is left
/// of it but jobs that make no progress, the later waves go on with what neither needs them nor is about the
/// same people. What needs something that failed is skipped, item by item, and everything else goes on. `emit` hears of every step, before an
/// operation is sent and after it has ended.
///
/// Costs the requests the plan estimates; more where calls have to be repeated or looked after.
pub async fn run(
    plan: &Plan,
    writer: &Writer,
    stop: &Stop,
    emit: &mut (dyn FnMut(&Event) + Send),
) -> Vec<Outcome> {
    let mut walk = Walk {
        writer,
        stop,
        book: plan.numbers.clone(),
        list: plan.whole_list,
        moving: phones::moving(plan),
        schedule: Schedule::new(&plan.operations),
        jobs: Jobs::new(stop.patience()),
        under_way: BTreeMap::new(),
        outcomes: Vec::new(),
        first_request: writer.reader().client().requests(),
        emit,
    };
    (walk.emit)(&Event::Started {
        digest: plan.digest.clone(),
        operations: plan.operations.len(),
        expected_requests: plan.estimate.writes + plan.estimate.polls,
    });
    loop {
        if let Some(wave) = walk.schedule.next_wave() {
            walk.run_wave(wave).await;
        } else if walk.jobs.is_empty() {
            return walk.finish();
        } else {
            walk.wait().await;
        }
    }
}

/// An operation that is carried out, as far as it can be.
#[derive(Clone)]
struct Task<'plan> {
    planned: &'plan Operation,
    /// Without the items that are held back.
    operation: Cow<'plan, Operation>,
    /// What is held back, and the first operation because of which it is.
    held_back: Vec<ItemFailure>,
    because: Option<OperationId>,
}

struct Walk<'run> {
    writer: &'run Writer,
    stop: &'run Stop,
    book: Book,
    list: WholeList,
    /// Who has a telephone number and gets another.
    moving: BTreeSet<Address>,
    schedule: Schedule<'run>,
    jobs: Jobs,
    /// What the jobs carry out.
    under_way: BTreeMap<JobId, (Task<'run>, Attempt)>,
    outcomes: Vec<Outcome>,
    first_request: u64,
    emit: &'run mut (dyn FnMut(&Event) + Send),
}

impl<'run> Walk<'run> {
    /// Takes an operation up, or skips it where nothing of it can be carried out.
    fn taken(&mut self, turn: Turn<'run>) -> Option<Task<'run>> {
        let Turn {
            operation: planned,
            held_back,
        } = turn;
        let because = held_back.values().next().copied();
        if because.is_some() && held_back.len() >= planned.write.items.len() {
            self.skip(planned, because, None);
            return None;
        }
        let is_held_back = |place: u32| held_back.contains_key(&place);
        let items = || (0..).zip(&planned.write.items);
        let operation = if held_back.is_empty() {
            Cow::Borrowed(planned)
        } else {
            let mut part = planned.clone();
            part.write.items = items()
                .filter(|(place, _)| !is_held_back(*place))
                .map(|(_, item)| item.clone())
                .collect();
            Cow::Owned(part)
        };
        let failures = items().filter_map(|(place, item)| {
            let needed = held_back.get(&place)?;
            Some(ItemFailure {
                address: item.address.clone(),
                message: format!("not tried: what it needs of {needed} is not done"),
            })
        });
        Some(Task {
            planned,
            held_back: failures.collect(),
            because,
            operation,
        })
    }

    async fn run_wave(&mut self, wave: Vec<Turn<'run>>) {
        let ready: Vec<Task<'_>> = wave
            .into_iter()
            .filter_map(|turn| self.taken(turn))
            .collect();
        let calls: Vec<_> = ready.iter().map(|task| &task.operation.write).collect();
        self.number_defaults(&calls).await;
        let mut unsettled = Vec::new();
        let (book, writer, stop) = (self.book.clone(), self.writer, self.stop);
        let started = send(writer, &calls, &book, stop, |step| {
            self.step(&ready, step, &mut unsettled);
        })
        .await;
        let own: BTreeSet<JobId> = started.iter().map(|started| started.job.clone()).collect();
        self.jobs.extend(own.iter().cloned());
        for started in started {
            if let Some(task) = ready.get(started.place) {
                self.schedule.leave(task.planned);
                let under_way = (task.clone(), started.attempt);
                self.under_way.insert(started.job, under_way);
            }
        }
        while own.iter().any(|job| self.under_way.contains_key(job)) {
            let before = self.under_way.len();
            self.conclude(Some(HELD_UP), &mut unsettled).await;
            if self.under_way.len() == before {
                break;
            }
        }
        self.settle(unsettled).await;
    }

    /// Learns the numbers of memberships that jobs made and that become defaults now from the whole list, where
    /// that is cheaper. What is not found there is looked up by itself.
    async fn number_defaults(&mut self, calls: &[&Write]) {
        let defaults = calls.iter().filter(|call| call.verb == Verb::MakeDefault);
        let unknown = defaults.flat_map(|call| &call.items).filter_map(|item| {
            let (person, group) = (item.address.person()?, item.address.container()?);
            let known = self.book.get(&item.address).or(item.id);
            let place = (self.book.get(&person)?, self.book.get(&group)?);
            known.is_none().then(|| (place, item.address.clone()))
        });
        let mut unknown: BTreeMap<_, Address> = unknown.collect();
        if !self.list.is_cheaper_than(unknown.len()) {
            return;
        }
        if let Ok(list) = self.writer.reader().group_memberships().await {
            for record in list.items {
                if let Some(address) = unknown.remove(&(record.user, record.container)) {
                    self.book.insert(address, record.id);
                }
            }
        }
    }

    /// Waits until a job has ended.
    async fn wait(&mut self) {
        let mut unsettled = Vec::new();
        self.conclude(None, &mut unsettled).await;
        self.settle(unsettled).await;
    }

    /// Waits until some jobs have ended, or none has made progress for as long as `at_most`.
    async fn conclude(
        &mut self,
        at_most: Option<SignedDuration>,
        unsettled: &mut Vec<(Task<'run>, Attempt)>,
    ) {
        let reader = self.writer.reader();
        for (job, status) in self.jobs.wait(&reader, at_most).await {
            let Some((task, started)) = self.under_way.remove(&job) else {
                continue;
            };
            let write = &task.operation.write;
            let attempt = conclude(self.writer, write, started, status, &self.book).await;
            self.ended(task, attempt, unsettled);
        }
    }

    fn step(
        &mut self,
        ready: &[Task<'run>],
        step: Step,
        unsettled: &mut Vec<(Task<'run>, Attempt)>,
    ) {
        let (Step::Sent(place)
        | Step::NotSent(place)
        | Step::JobStarted(place, _)
        | Step::Ended(place, _)) = &step;
        let Some(task) = ready.get(*place) else {
            return;
        };
        let operation = &*task.operation;
        let id = operation.id;
        match step {
            Step::Sent(_) => (self.emit)(&Event::Begun {
                id,
                title: title(operation),
            }),
            Step::NotSent(_) => {
                let why = self.stop.why().to_owned();
                self.skip(task.planned, None, Some(&why));
            }
            Step::JobStarted(_, job) => (self.emit)(&Event::JobStarted { id, job }),
            Step::Ended(_, attempt) => self.ended(task.clone(), attempt, unsettled),
        }
    }

    /// Ends an operation, unless there is something to look after first.
    fn ended(
        &mut self,
        task: Task<'run>,
        attempt: Attempt,
        unsettled: &mut Vec<(Task<'run>, Attempt)>,
    ) {
        let operation = &*task.operation;
        let some_done = attempt.failures.len() < operation.write.items.len();
        let settles = !operation.settles.is_empty()
            || !operation.whole.is_empty()
            || !phones::items_of(&operation.write, &self.moving).is_empty();
        if some_done && settles {
            unsettled.push((task, attempt));
        } else {
            self.end(&task, attempt);
        }
    }

    /// Looks after the memberships of new agents; the operations end with what comes of it.
    async fn settle(&mut self, unsettled: Vec<(Task<'run>, Attempt)>) {
        if unsettled.is_empty() {
            return;
        }
        for (_, attempt) in &unsettled {
            self.learn(attempt);
        }
        let operations: Vec<(&Operation, BTreeSet<Address>)> = unsettled
            .iter()
            .map(|(task, attempt)| {
                let failed = attempt.failures.iter();
                let failed = failed.map(|failure| failure.address.clone()).collect();
                (&*task.operation, failed)
            })
            .collect();
        let mut settled = settle(self.writer, &operations, self.list, &self.book, self.stop).await;
        let items: Vec<_> = operations
            .iter()
            .flat_map(|(operation, failed)| {
                let items = phones::items_of(&operation.write, &self.moving).into_iter();
                items.filter(|item| !failed.contains(&item.address))
            })
            .collect();
        settled
            .failures
            .extend(phones::settle(self.writer, &items, &self.book).await);
        self.learn(&settled);
        for (task, mut attempt) in unsettled {
            let items = &task.operation.write.items;
            let about = |address: &Address| {
                let person = address.person();
                items
                    .iter()
                    .any(|item| Some(&item.address) == person.as_ref())
            };
            let failures = settled.failures.iter();
            let own = failures.filter(|failure| about(&failure.address)).cloned();
            attempt.failures.extend(own);
            let numbers = settled.numbers.iter();
            let own = numbers.filter(|(address, _)| about(address)).cloned();
            attempt.numbers.extend(own);
            attempt.hopeless = attempt.hopeless.or_else(|| settled.hopeless.clone());
            self.end(&task, attempt);
        }
    }

    fn learn(&mut self, attempt: &Attempt) {
        for (address, id) in &attempt.numbers {
            self.book.insert(address.clone(), *id);
        }
    }

    fn end(&mut self, task: &Task<'_>, attempt: Attempt) {
        self.learn(&attempt);
        let Attempt {
            numbers,
            job: _,
            mut failures,
            remark,
            request_ids,
            hopeless,
        } = attempt;
        if let Some(why) = &hopeless {
            self.stop.give_up(why);
        }
        let (status, message) = verdict(&failures, task, remark);
        failures.extend(task.held_back.iter().cloned());
        let requests = request_ids.len() as u64;
        let outcome = Outcome {
            id: task.planned.id,
            status,
            message,
            failures,
            because: task.because,
            request_ids,
            requests,
            numbers,
        };
        self.note(task.planned, outcome);
    }

    fn skip(&mut self, operation: &Operation, because: Option<OperationId>, message: Option<&str>) {
        let message = message.map(str::to_owned);
        let outcome = Outcome {
            because,
            ..Outcome::unanswered(operation.id, Status::Skipped, message)
        };
        self.note(operation, outcome);
    }

    fn note(&mut self, operation: &Operation, outcome: Outcome) {
        self.schedule
            .end(operation, outcome.status, &outcome.failures);
        (self.emit)(&Event::Operation(outcome.clone()));
        self.outcomes.push(outcome);
    }

    fn finish(self) -> Vec<Outcome> {
        (self.emit)(&Event::Finished {
            done: self.schedule.count(Status::Done),
            failed: self.schedule.count(Status::Failed),
            skipped: self.schedule.count(Status::Skipped),
            requests: self.writer.reader().client().requests() - self.first_request,
        });
        self.outcomes
    }
}

/// How an operation that was tried ended, and what people should know of it.
fn verdict(
    failures: &[ItemFailure],
    task: &Task<'_>,
    remark: Option<String>,
) -> (Status, Option<String>) {
    match failures {
        [] if task.held_back.is_empty() => (Status::Done, remark),
        [] => {
            let all = task.planned.write.items.len();
            let message = format!(
                "{} of {all} not tried, the rest is done",
                plural(task.held_back.len(), "item")
            );
            (Status::Skipped, Some(message))
        }
        [failure] => (Status::Failed, Some(failure.message.clone())),
        [first, ..] => {
            let message = format!(
                "{} failed, first {}: {}",
                plural(failures.len(), "item"),
                first.address,
                first.message
            );
            (Status::Failed, Some(message))
        }
    }
}

/// What an operation does, in a few words: `create user/ada@example.com`, `delete 12 group memberships`.
fn title(operation: &Operation) -> String {
    let write = &operation.write;
    let (verb, thing) = match write.verb {
        Verb::Create => ("create", None),
        Verb::Update => ("update", None),
        Verb::Delete => ("delete", None),
        Verb::MakeDefault => ("make default", None),
        Verb::AddEmail => ("add address of", Some(Kind::User)),
        Verb::MakeEmailPrimary => ("switch address of", Some(Kind::User)),
        Verb::RemoveEmail => ("remove old address of", Some(Kind::User)),
    };
    match (write.items.as_slice(), thing) {
        ([item], _) => format!("{verb} {}", item.address),
        (items, kind) => {
            let word = kind.unwrap_or(write.kind).word().replace('_', " ");
            format!("{verb} {}", plural(items.len(), &word))
        }
    }
}
