//! Puts plain calls of one wave into jobs where the wave's jobs, which are polled together, make that fewer
//! requests.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Address, Kind, Verb};

use super::batch::{Batch, CAPACITY};
use super::estimate::POLL_ROUNDS;
use super::operations::waves;
use super::steps::{Shape, Step, Steps, has_bulk_form};

/// The calls with their waves, sorted by wave, with plain ones that are alike put together where that pays.
///
/// Calls of one wave need nothing of each other and are about different people, so that any of them may share
/// a job.
pub(super) fn share(steps: &Steps, batches: Vec<Batch>) -> Vec<(u32, Batch)> {
    let moved = numbers_asked_for(steps);
    let mut by_wave: BTreeMap<u32, Vec<Batch>> = BTreeMap::new();
    for (wave, batch) in waves(steps, &batches).into_iter().zip(batches) {
        by_wave.entry(wave).or_default().push(batch);
    }
    let shared = by_wave.into_iter().flat_map(|(wave, batches)| {
        let shared = share_wave(steps, batches, &moved);
        shared.into_iter().map(move |batch| (wave, batch))
    });
    shared.collect()
}

fn share_wave(steps: &Steps, wave: Vec<Batch>, moved: &BTreeSet<&Address>) -> Vec<Batch> {
    let first = |batch: &Batch| batch.steps.first().map(|step| &steps.list[*step]);
    let mut alike: BTreeMap<Shape, usize> = BTreeMap::new();
    for batch in wave.iter().filter(|batch| !batch.many) {
        if let Some(shape) = first(batch).and_then(|step| shared_shape(step, moved)) {
            *alike.entry(shape).or_default() += 1;
        }
    }
    let saved: usize = alike.values().map(|count| count - 1).sum();
    let polled = wave.iter().any(|batch| batch.many);
    let rounds = usize::try_from(POLL_ROUNDS).unwrap_or(usize::MAX);
    // On a tie the plain call, whose errors say more.
    if saved <= if polled { 0 } else { rounds } {
        return wave;
    }
    let mut jobs: BTreeMap<Shape, Batch> = BTreeMap::new();
    let mut shared = Vec::with_capacity(wave.len());
    for batch in wave {
        let shape = first(&batch).and_then(|step| shared_shape(step, moved));
        match shape.filter(|shape| !batch.many && alike.get(shape) > Some(&1)) {
            Some(shape) => {
                let job = jobs.entry(shape).or_insert_with(|| Batch {
                    steps: Vec::new(),
                    many: true,
                });
                job.steps.extend(batch.steps);
                if job.steps.len() == CAPACITY {
                    shared.extend(jobs.remove(&shape));
                }
            }
            None => shared.push(batch),
        }
    }
    shared.extend(jobs.into_values().map(|job| Batch {
        many: job.steps.len() > 1,
        ..job
    }));
    shared
}

/// The shape of a step that may share a job. What gets a number that is asked for later does not: a job does
/// not tell which number became whose (zendesk-api §13).
fn shared_shape(step: &Step, moved: &BTreeSet<&Address>) -> Option<Shape> {
    let (verb, kind) = step.shape().filter(|shape| has_bulk_form(*shape))?;
    let numbered = matches!(kind, Kind::User | Kind::Organization);
    let asked_for = step
        .item()
        .is_some_and(|item| moved.contains(&item.address));
    (verb != Verb::Create || !(numbered || asked_for)).then_some((verb, kind))
}

/// The memberships that become a default, for which their number is needed.
fn numbers_asked_for(steps: &Steps) -> BTreeSet<&Address> {
    let items = steps.list.iter().filter_map(|step| {
        let (verb, _) = step.shape()?;
        step.item().filter(|_| verb == Verb::MakeDefault)
    });
    items.map(|item| &item.address).collect()
}
