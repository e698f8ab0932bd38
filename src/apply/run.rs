//! The walk over the plan.

use std::collections::BTreeSet;

use crate::api::Writer;
use crate::model::{Address, Book, Kind, Verb, plural};
use crate::plan::{Operation, OperationId, Plan};

use super::attempt::Attempt;
use super::batch::{Step, carry_out};
use super::schedule::Schedule;
use super::settle::settle;
use super::{Event, Outcome, Status, Stop, phones};

/// Carries out a plan and says how each operation ended, in the order in which they ended.
///
/// Operations of one wave go side by side; a wave begins when the one before is over. What needs a
/// failed operation is skipped, everything else goes on. `emit` hears of every step, before an
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
        moving: phones::moving(plan),
        schedule: Schedule::new(&plan.operations),
        outcomes: Vec::new(),
        first_request: writer.reader().client().requests(),
        emit,
    };
    (walk.emit)(&Event::Started {
        digest: plan.digest.clone(),
        operations: plan.operations.len(),
        expected_requests: plan.estimate.writes + plan.estimate.polls,
    });
    while let Some(wave) = walk.schedule.next_wave() {
        let mut ready = Vec::new();
        for (operation, because) in wave {
            match because {
                Some(because) => walk.skip(operation.id, Some(because), None),
                None => ready.push(operation),
            }
        }
        walk.run_wave(&ready).await;
    }
    walk.finish()
}

struct Walk<'run> {
    writer: &'run Writer,
    stop: &'run Stop,
    book: Book,
    /// Who has a telephone number and gets another.
    moving: BTreeSet<Address>,
    schedule: Schedule<'run>,
    outcomes: Vec<Outcome>,
    first_request: u64,
    emit: &'run mut (dyn FnMut(&Event) + Send),
}

impl Walk<'_> {
    async fn run_wave(&mut self, ready: &[&Operation]) {
        let calls: Vec<_> = ready.iter().map(|operation| &operation.write).collect();
        let mut unsettled: Vec<(&Operation, Attempt)> = Vec::new();
        let (book, writer, stop) = (self.book.clone(), self.writer, self.stop);
        carry_out(writer, &calls, &book, stop, |step| {
            self.step(ready, step, &mut unsettled);
        })
        .await;
        self.settle(unsettled).await;
    }

    fn step<'plan>(
        &mut self,
        ready: &[&'plan Operation],
        step: Step,
        unsettled: &mut Vec<(&'plan Operation, Attempt)>,
    ) {
        let (Step::Sent(place)
        | Step::NotSent(place)
        | Step::JobStarted(place, _)
        | Step::Ended(place, _)) = &step;
        let Some(operation) = ready.get(*place).copied() else {
            return;
        };
        let id = operation.id;
        match step {
            Step::Sent(_) => (self.emit)(&Event::Begun {
                id,
                title: title(operation),
            }),
            Step::NotSent(_) => {
                let why = self.stop.why().to_owned();
                self.skip(id, None, Some(&why));
            }
            Step::JobStarted(_, job) => (self.emit)(&Event::JobStarted { id, job }),
            Step::Ended(_, attempt) => {
                let some_done = attempt.failures.len() < operation.write.items.len();
                let settles = !operation.settles.is_empty()
                    || !phones::items_of(&operation.write, &self.moving).is_empty();
                if some_done && settles {
                    unsettled.push((operation, attempt));
                } else {
                    self.end(operation, attempt);
                }
            }
        }
    }

    /// Looks after the memberships of new agents; the operations end with what comes of it.
    async fn settle(&mut self, unsettled: Vec<(&Operation, Attempt)>) {
        if unsettled.is_empty() {
            return;
        }
        for (_, attempt) in &unsettled {
            self.learn(attempt);
        }
        let operations: Vec<(&Operation, BTreeSet<Address>)> = unsettled
            .iter()
            .map(|(operation, attempt)| {
                let failed = attempt.failures.iter();
                let failed = failed.map(|failure| failure.address.clone()).collect();
                (*operation, failed)
            })
            .collect();
        let mut settled = settle(self.writer, &operations, &self.book).await;
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
        for (operation, mut attempt) in unsettled {
            let items = &operation.write.items;
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
            self.end(operation, attempt);
        }
    }

    fn learn(&mut self, attempt: &Attempt) {
        for (address, id) in &attempt.numbers {
            self.book.insert(address.clone(), *id);
        }
    }

    fn end(&mut self, operation: &Operation, attempt: Attempt) {
        self.learn(&attempt);
        let Attempt {
            numbers,
            job: _,
            failures,
            remark,
            request_ids,
            hopeless,
        } = attempt;
        if let Some(why) = &hopeless {
            self.stop.give_up(why);
        }
        let status = if failures.is_empty() {
            Status::Done
        } else {
            Status::Failed
        };
        let message = match failures.as_slice() {
            [] => remark,
            [failure] => Some(failure.message.clone()),
            [first, ..] => Some(format!(
                "{} failed, first {}: {}",
                plural(failures.len(), "item"),
                first.address,
                first.message
            )),
        };
        let requests = request_ids.len() as u64;
        self.note(Outcome {
            id: operation.id,
            status,
            message,
            failures,
            because: None,
            request_ids,
            requests,
            numbers,
        });
    }

    fn skip(&mut self, id: OperationId, because: Option<OperationId>, message: Option<&str>) {
        let message = message.map(str::to_owned);
        self.note(Outcome {
            id,
            status: Status::Skipped,
            message,
            failures: Vec::new(),
            because,
            request_ids: Vec::new(),
            requests: 0,
            numbers: Vec::new(),
        });
    }

    fn note(&mut self, outcome: Outcome) {
        self.schedule.end(outcome.id, outcome.status);
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
