//! Writes that go side by side, and the jobs they start, brought to their end together.

use std::collections::BTreeMap;

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::api::{JobId, JobStatus, Writer};
use crate::model::{Book, Item, Kind, Verb, Write};

use super::attempt::{Attempt, attempt};
use super::{Stop, jobs};

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

/// Carries out writes of which none needs another, and tells every step when it happens. As soon as the
/// apply is asked to stop, nothing more is sent; what is out, jobs too, is brought to its end.
///
/// Jobs are waited for after everything has been sent, all of them together.
pub(super) async fn carry_out(
    writer: &Writer,
    calls: &[&Write],
    book: &Book,
    stop: &Stop,
    mut tell: impl FnMut(Step),
) {
    let mut waiting = calls.iter().enumerate();
    let mut under_way = FuturesUnordered::new();
    let mut running: BTreeMap<JobId, (usize, Attempt)> = BTreeMap::new();
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
            break;
        };
        match outcome.job.clone() {
            Some(job) => {
                tell(Step::JobStarted(place, job.clone()));
                running.insert(job, (place, outcome));
            }
            None => tell(Step::Ended(place, outcome)),
        }
    }
    let mut statuses: Vec<(JobId, Result<JobStatus, String>)> = Vec::new();
    let pending = running.keys().cloned().collect();
    jobs::wait(&writer.reader(), pending, stop.patience(), |job, status| {
        statuses.push((job.clone(), status));
    })
    .await;
    for (job, status) in statuses {
        let Some((place, started)) = running.remove(&job) else {
            continue;
        };
        let Some(write) = calls.get(place) else {
            continue;
        };
        let mut outcome = match status {
            Ok(status) => jobs::conclude(writer, write, &status, book).await,
            Err(why) => Attempt::failed(&write.items, &why),
        };
        outcome.request_ids.splice(0..0, started.request_ids);
        tell(Step::Ended(place, outcome));
    }
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
