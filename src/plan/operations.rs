//! Makes operations of calls: their wave, what they require, their place in the order.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Address, Item, Route, Write};

use super::batch::Batch;
use super::steps::{Bond, Step, StepId, Steps, Work};
use super::types::{Need, Operation, OperationId};

/// Numbers the calls by wave and gives each what it requires.
pub(super) fn operations(
    steps: &Steps,
    batches: &[Batch],
    route: &dyn Fn(&Write) -> Route,
) -> Vec<Operation> {
    let calls = Calls::new(steps, batches);
    let waves = calls.waves();
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
        let write = write(steps, batch)?;
        let needs: BTreeSet<Need> = calls.needs(*call, &ids).collect();
        let requires: BTreeSet<OperationId> = needs.iter().map(|need| need.operation).collect();
        Some(Operation {
            id: ids[*call],
            wave: waves[*call],
            route: route(&write),
            changes: gathered(steps, batch, |step| &step.changes),
            settles: gathered(steps, batch, |step| &step.settles),
            requires: requires.into_iter().collect(),
            needs: needs.into_iter().collect(),
            write,
        })
    };
    order.iter().filter_map(operation).collect()
}

/// One write of all items of a call.
fn write(steps: &Steps, batch: &Batch) -> Option<Write> {
    let first = steps.list.get(*batch.steps.first()?)?;
    let (verb, kind) = first.shape()?;
    let items: Vec<Item> = batch
        .steps
        .iter()
        .filter_map(|step| match &steps.list[*step].work {
            Work::Write { verb: _, item } => Some(item.clone()),
            Work::Gate => None,
        })
        .collect();
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

    /// The wave of every call: one more than that of the latest it comes after. Calls about the same
    /// person never share a wave (zendesk-api §15).
    fn waves(&self) -> Vec<u32> {
        let mut waves: Vec<u32> = Vec::with_capacity(self.batches.len());
        let mut latest: BTreeMap<Address, u32> = BTreeMap::new();
        for (call, batch) in self.batches.iter().enumerate() {
            let mut awaited = BTreeSet::new();
            let mut gates = BTreeSet::new();
            for step in &batch.steps {
                self.follow(*step, Bond::Later, &mut awaited, &mut gates);
            }
            let earlier = awaited.iter().map(|place| place.call);
            let earlier = earlier.filter(|earlier| *earlier != call);
            let after_waits = earlier.filter_map(|earlier| waves.get(earlier));
            let people: BTreeSet<Address> = batch
                .steps
                .iter()
                .flat_map(|step| self.steps.list[*step].people())
                .collect();
            let after_people = people.iter().filter_map(|person| latest.get(person));
            let wave = after_waits.chain(after_people).max().copied().unwrap_or(0) + 1;
            for person in people {
                latest.insert(person, wave);
            }
            waves.push(wave);
        }
        waves
    }

    /// What each item of a call needs of earlier calls.
    fn needs(&self, call: usize, ids: &[OperationId]) -> impl Iterator<Item = Need> {
        (0..)
            .zip(&self.batches[call].steps)
            .flat_map(move |(item, step)| {
                let mut awaited = BTreeSet::new();
                self.follow(*step, Bond::Ordered, &mut awaited, &mut BTreeSet::new());
                let earlier = awaited.into_iter().filter(move |place| place.call != call);
                earlier.map(move |place| Need {
                    item,
                    operation: ids[place.call],
                    needed: place.item,
                })
            })
    }

    /// Gathers what a step waits for by bonds of at least `least`, gates passed through.
    fn follow(
        &self,
        step: StepId,
        least: Bond,
        awaited: &mut BTreeSet<Place>,
        gates: &mut BTreeSet<StepId>,
    ) {
        for (earlier, bond) in &self.steps.list[step].waits {
            if *bond < least {
                continue;
            }
            match self.of[*earlier] {
                Some(place) => {
                    awaited.insert(place);
                }
                None => {
                    if gates.insert(*earlier) {
                        self.follow(*earlier, least, awaited, gates);
                    }
                }
            }
        }
    }
}
