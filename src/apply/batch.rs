//! Writes that go side by side, and the jobs they start, brought to their end together.

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::api::{JobId, Writer};
use crate::model::{Book, Item, Kind, Verb, Write};

use super::Stop;
use super::attempt::{Attempt, attempt};
use super::jobs::{Jobs, conclude};

/// Calls under way at once; the client's rate budget is what really paces them.
pub(super) const SIDE_BY_SIDE: usize = 8;
/// From this many items up, one bulk call with its polls takes fewer requests than single calls.
const WORTH_A_JOB: usize = 4;
/// The most items of one bulk call (zendesk-api §13).
const BULK: usize = 100;

/// What happens to the writes that [`carry_out`] was given, each named by its place among them.
pub(super) enum Step {
    /// It is about to be sent.
    Sent(usize),
    /// It was not sent, because the apply is to end.
    NotSent(usize),
    /// The service took it as a background job.
    JobStarted(usize, JobId),
    /// It is known what became of it.
    Ended(usize, Attempt),
}

/// A write that the service took as a background job.
pub(super) struct Started {
    /// Its place among the writes.
    pub(super) place: usize,
    pub(super) job: JobId,
    /// What is known so far.
    pub(super) attempt: Attempt,
}

/// Sends writes of which none needs another, tells every step when it happens, and gives the jobs that
/// carry some of them out. As soon as the apply is asked to stop, nothing more is sent; what is out is
/// brought to its end.
pub(super) async fn send(
    writer: &Writer,
    calls: &[&Write],
    book: &Book,
    stop: &Stop,
    mut tell: impl FnMut(Step),
) -> Vec<Started> {
    let mut waiting = calls.iter().enumerate();
    let mut under_way = FuturesUnordered::new();
    let mut all = Vec::new();
    loop {
        while under_way.len() < SIDE_BY_SIDE
            && let Some((place, write)) = waiting.next()
        {
            if !stop.is_requested() {
                tell(Step::Sent(place));
            }
            // Whoever was told may have found that it cannot be recorded.
            if stop.is_requested() {
                tell(Step::NotSent(place));
            } else {
                under_way.push(async move { (place, attempt(writer, write, book).await) });
            }
        }
        let Some((place, outcome)) = under_way.next().await else {
            return all;
        };
        match outcome.job.clone() {
            Some(job) => {
                tell(Step::JobStarted(place, job.clone()));
                all.push(Started {
                    place,
                    job,
                    attempt: outcome,
                });
            }
            None => tell(Step::Ended(place, outcome)),
        }
    }
}

/// Carries out writes of which none needs another, and gives what became of them.
///
/// Jobs are waited for after everything has been sent, all of them together.
pub(super) async fn carry_out(
    writer: &Writer,
    calls: &[&Write],
    book: &Book,
    stop: &Stop,
) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    let tell = |step| {
        if let Step::Ended(_, attempt) = step {
            attempts.push(attempt);
        }
    };
    let mut started = send(writer, calls, book, stop, tell).await;
    let mut jobs = Jobs::new(stop.patience());
    jobs.extend(started.iter().map(|started| started.job.clone()));
    while !jobs.is_empty() {
        for (job, status) in jobs.wait(&writer.reader(), None).await {
            let place = started.iter().position(|started| started.job == job);
            let Some(Started { place, attempt, .. }) = place.map(|place| started.remove(place))
            else {
                continue;
            };
            if let Some(write) = calls.get(place) {
                attempts.push(conclude(writer, write, attempt, status, book).await);
            }
        }
    }
    attempts
}

/// The writes that do one thing to many items with the fewest requests.
pub(super) fn writes(verb: Verb, kind: Kind, items: Vec<Item>) -> Vec<Write> {
    let one = |items: Vec<Item>, many: bool| Write {
        verb,
        kind,
        many,
        items,
    };
    if items.len() < WORTH_A_JOB {
        return items
            .into_iter()
            .map(|item| one(vec![item], false))
            .collect();
    }
    items
        .chunks(BULK)
        .map(|items| one(items.to_vec(), true))
        .collect()
}
