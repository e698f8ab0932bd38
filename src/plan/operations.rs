//! Makes operations of calls: their wave, what they require, their place in the order.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Address, Item, Route, Write};

use super::batch::Batch;
use super::lookup::Lookup;
use super::steps::{Bond, Step, StepId, Steps, Work};
use super::types::{Need, Operation, OperationId};

/// Numbers the calls, given with their waves, and gives each what it requires.
pub(super) fn operations(
    mut steps: Steps,
    batches: Vec<(u32, Batch)>,
    route: &dyn Fn(&Write) -> Route,
) -> Vec<Operation> {
    let (waves, batches): (Vec<u32>, Vec<Batch>) = batches.into_iter().unzip();
    let calls = Calls::new(&steps, &batches);
    let behind = calls.behind_gates();
    let (needed, only_awaited): (Vec<_>, Vec<BTreeSet<usize>>) = (0..batches.len())
        .map(|call| {
            let needed = calls.needed(call);
            let mut awaited = calls.awaited(call, &behind);
            for (_, place) in &needed {
                awaited.remove(&place.call);
            }
            (needed, awaited)
        })
        .unzip();
    let mut order: Vec<usize> = (0..batches.len()).collect();
    order.sort_by_cached_key(|call| {
        let step = batches[*call].steps.first().map(|step| &steps.list[*step]);
        let address = step.and_then(Step::item).map(|item| item.address.clone());
        (waves[*call], step.and_then(Step::shape), address, *call)
    });
    let mut ids = vec![OperationId(0); batches.len()];
    for (id, call) in (1..).zip(&order) {
        ids[*call] = OperationId(id);
    }
    let operation = |call: &usize| {
        let batch = &batches[*call];
        let needs = needed[*call].iter().map(|(item, place)| Need {
            item: *item,
            operation: ids[place.call],
            needed: place.item,
        });
        let needs: BTreeSet<Need> = needs.collect();
        let requires: BTreeSet<OperationId> = needs.iter().map(|need| need.operation).collect();
        let after: BTreeSet<OperationId> =
            only_awaited[*call].iter().map(|call| ids[*call]).collect();
        let changes = gathered(&steps, batch, |step| &step.changes);
        let settles = gathered(&steps, batch, |step| &step.settles);
        let whole = gathered(&steps, batch, |step| &step.whole);
        let write = write(&mut steps, batch)?;
        Some(Operation {
            id: ids[*call],
            wave: waves[*call],
            route: route(&write),
            changes,
            settles,
            after: after.into_iter().collect(),
            whole,
            requires: requires.into_iter().collect(),
            needs: needs.into_iter().collect(),
            write,
        })
    };
    order.iter().filter_map(operation).collect()
}

/// The wave of every call, from 1. A call must stand after all that it waits for. Neighbours of one round share
/// a wave, for which the first of them wait; what has no round goes as early as it can.
pub(super) fn waves(steps: &Steps, batches: &[Batch], rounds: &[Option<usize>]) -> Vec<u32> {
    Calls::new(steps, batches).waves(rounds)
}

/// One write of all items of a call, taken out of the steps.
fn write(steps: &mut Steps, batch: &Batch) -> Option<Write> {
    let first = steps.list.get(*batch.steps.first()?)?;
    let (verb, kind) = first.shape()?;
    let mut items: Vec<Item> = Vec::with_capacity(batch.steps.len());
    for step in &batch.steps {
        let work = std::mem::replace(&mut steps.list[*step].work, Work::Gate);
        if let Work::Write { verb: _, item } = work {
            items.push(item);
        }
    }
    Some(Write {
        verb,
        kind,
        many: batch.many,
        items,
    })
}

fn gathered(steps: &Steps, batch: &Batch, of: fn(&Step) -> &Vec<Address>) -> Vec<Address> {
    let all = batch.steps.iter().flat_map(|step| of(&steps.list[*step]));
    let sorted: BTreeSet<&Address> = all.collect();
    sorted.into_iter().cloned().collect()
}

/// Which call each step belongs to; calls are named by their place in the order of sending.
struct Calls<'s> {
    steps: &'s Steps,
    batches: &'s [Batch],
    /// The call of every step, and its place among the call's items; `None` for gates.
    of: Vec<Option<Place>>,
}

/// An item of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    call: usize,
    item: u32,
}

impl<'s> Calls<'s> {
    fn new(steps: &'s Steps, batches: &'s [Batch]) -> Self {
        let mut of = vec![None; steps.list.len()];
        for (call, batch) in batches.iter().enumerate() {
            for (item, step) in (0..).zip(&batch.steps) {
                of[*step] = Some(Place { call, item });
            }
        }
        Self { steps, batches, of }
    }

    /// The calls that each gate waits for: many steps wait at one gate, and one call holds many steps.
    fn behind_gates(&self) -> BTreeMap<StepId, BTreeSet<usize>> {
        let gates = self.steps.list.iter().enumerate();
        let gates = gates.filter(|(_, step)| step.item().is_none());
        // No gate waits for another.
        let behind = gates.map(|(gate, step)| {
            let places = step
                .waits
                .iter()
                .filter_map(|(earlier, _)| self.of[*earlier]);
            (gate, places.map(|place| place.call).collect())
        });
        behind.collect()
    }

    /// The wave of every call: one more than that of the latest it comes after. Calls about the same
    /// person never share a wave (zendesk-api §15).
    fn waves(&self, rounds: &[Option<usize>]) -> Vec<u32> {
        let behind = self.behind_gates();
        let mut waves: Vec<u32> = Vec::with_capacity(self.batches.len());
        let mut latest: Lookup<u32> = Lookup::default();
        for round in rounds.chunk_by(|left, right| left.is_some() && left == right) {
            let calls = waves.len()..waves.len() + round.len();
            let coming: Vec<(BTreeSet<usize>, Vec<Address>)> = calls
                .map(|call| (self.awaited(call, &behind), self.people(call)))
                .collect();
            let earliest = |(awaited, people): &(BTreeSet<usize>, Vec<Address>),
                            waves: &[u32],
                            latest: &Lookup<u32>| {
                let after_waits = awaited.iter().filter_map(|earlier| waves.get(*earlier));
                let after_people = people.iter().filter_map(|person| latest.get(person));
                after_waits.chain(after_people).max().copied().unwrap_or(0) + 1
            };
            let together = coming
                .iter()
                .map(|one| earliest(one, &waves, &latest))
                .max();
            for one in coming {
                let wave = earliest(&one, &waves, &latest).max(together.unwrap_or(1));
                for person in one.1 {
                    latest.insert(person, wave);
                }
                waves.push(wave);
            }
        }
        waves
    }

    /// Everybody whom a call touches.
    fn people(&self, call: usize) -> Vec<Address> {
        let steps = self.batches[call].steps.iter();
        steps
            .flat_map(|step| self.steps.list[*step].people())
            .collect()
    }

    /// What each item of a call needs to be done: items of earlier calls, gates passed through.
    fn needed(&self, call: usize) -> BTreeSet<(u32, Place)> {
        let mut needed = BTreeSet::new();
        for (item, step) in (0..).zip(&self.batches[call].steps) {
            for (earlier, _) in ordered(&self.steps.list[*step]) {
                if let Some(place) = self.of[*earlier] {
                    needed.insert((item, place));
                    continue;
                }
                // No gate waits for another.
                let behind = ordered(&self.steps.list[*earlier]);
                let places = behind.filter_map(|(earlier, _)| self.of[*earlier]);
                needed.extend(places.map(|place| (item, place)));
            }
        }
        needed.retain(|(_, place)| place.call != call);
        needed
    }

    /// The calls that this one waits for, itself left out.
    fn awaited(&self, call: usize, behind: &BTreeMap<StepId, BTreeSet<usize>>) -> BTreeSet<usize> {
        let mut awaited = BTreeSet::new();
        let mut gates = BTreeSet::new();
        let steps = self.batches[call].steps.iter();
        for (earlier, _) in steps.flat_map(|step| &self.steps.list[*step].waits) {
            if let Some(place) = self.of[*earlier] {
                awaited.insert(place.call);
            } else {
                gates.insert(*earlier);
            }
        }
        awaited.extend(gates.iter().filter_map(|gate| behind.get(gate)).flatten());
        awaited.remove(&call);
        awaited
    }
}

/// What a step waits for and must find done.
fn ordered(step: &Step) -> impl Iterator<Item = &(StepId, Bond)> {
    step.waits.iter().filter(|(_, bond)| *bond >= Bond::Ordered)
}
