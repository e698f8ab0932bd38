//! Puts steps together into calls, so that as few bulk calls as possible are needed.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Kind;

use super::steps::{Bond, Shape, Step, StepId, Steps, has_bulk_form, is_read_again};

/// A bulk call holds at most this many items (zendesk-api §13).
const CAPACITY: usize = 100;

/// From this many items on, bulk calls and the polls they cost are fewer requests than plain calls, unless what
/// they make is read again.
const WORTH_A_JOB: usize = 4;

/// One call to be: its steps in the order of its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) steps: Vec<StepId>,
    pub(super) many: bool,
}

impl Batch {
    /// One call for all of these: bulk where there are several.
    pub(super) fn of(steps: Vec<StepId>) -> Self {
        Self {
            many: steps.len() > 1,
            steps,
        }
    }
}

/// How many steps a search for the best order may look at.
const SEARCH: usize = 200_000;

/// All calls, in an order in which they may be sent.
///
/// A shape is sent when all its steps are ready, so that it is sent once; calls without a bulk form go
/// first, because waiting never makes them fewer. Where every shape waits for another, orders are tried out;
/// in plans too large for that, the shape with the most ready steps goes.
pub(super) fn batches(steps: &Steps) -> Vec<Batch> {
    let mut schedule = Schedule::new(steps);
    schedule.settle();
    while schedule.left > 0 {
        schedule.send_best();
        schedule.settle();
    }
    schedule.batches
}

#[derive(Clone)]
struct Schedule<'s> {
    steps: &'s Steps,
    pending: BTreeMap<Shape, BTreeSet<StepId>>,
    gates: BTreeSet<StepId>,
    done: Vec<bool>,
    left: usize,
    batches: Vec<Batch>,
}

impl<'s> Schedule<'s> {
    fn new(steps: &'s Steps) -> Self {
        let mut pending: BTreeMap<Shape, BTreeSet<StepId>> = BTreeMap::new();
        let mut gates = BTreeSet::new();
        for (id, step) in steps.list.iter().enumerate() {
            match step.shape() {
                Some(shape) => {
                    pending.entry(shape).or_default().insert(id);
                }
                None => {
                    gates.insert(id);
                }
            }
        }
        Self {
            steps,
            left: pending.values().map(BTreeSet::len).sum(),
            pending,
            gates,
            done: vec![false; steps.list.len()],
            batches: Vec::new(),
        }
    }

    fn step(&self, id: StepId) -> &'s Step {
        &self.steps.list[id]
    }

    fn is_ready(&self, id: StepId) -> bool {
        self.step(id)
            .waits
            .iter()
            .all(|(earlier, _)| self.done[*earlier])
    }

    /// Passes every gate whose steps are all done.
    fn pass_gates(&mut self) {
        let passed: Vec<StepId> = self
            .gates
            .iter()
            .copied()
            .filter(|gate| self.is_ready(*gate))
            .collect();
        for gate in passed {
            self.gates.remove(&gate);
            self.done[gate] = true;
        }
    }

    fn send_plain(&mut self) -> bool {
        let shapes = self
            .pending
            .iter()
            .filter(|(shape, _)| !has_bulk_form(**shape));
        let ready: Vec<StepId> = shapes
            .flat_map(|(_, pending)| pending.iter().copied())
            .filter(|step| self.is_ready(*step))
            .collect();
        for step in &ready {
            self.send(&[*step]);
        }
        !ready.is_empty()
    }

    fn send_whole_shapes(&mut self) -> bool {
        let whole = self.bulk_shapes().into_iter().find_map(|shape| {
            let sendable = self.sendable(shape);
            let all = self
                .pending
                .get(&shape)
                .is_some_and(|all| all.len() == sendable.len());
            all.then_some(sendable)
        });
        match whole {
            Some(steps) => {
                self.send(&steps);
                true
            }
            None => false,
        }
    }

    /// Sends whatever no other order could improve on. Gives the number of whole shapes sent.
    fn settle(&mut self) -> usize {
        let mut shapes = 0;
        loop {
            self.pass_gates();
            if self.send_plain() {
                continue;
            }
            if !self.send_whole_shapes() {
                return shapes;
            }
            shapes += 1;
        }
    }

    /// Sends a part of that shape which leads to the fewest calls.
    fn send_best(&mut self) {
        let mut choices = self.choices();
        if choices.is_empty() {
            // A circle of waits cannot arise: every kind of bond leads from before to after. Should one
            // arise all the same, the order of steps is as good as any, and nothing is left out.
            let first = self.pending.values().flatten().copied().min();
            self.send(first.as_slice());
            return;
        }
        let mut budget = SEARCH / self.steps.list.len().max(1);
        let mut best = (usize::MAX, 0);
        for (place, choice) in choices.iter().enumerate() {
            let sends = self.sends_after(choice, best.0, &mut budget);
            best = best.min((sends.unwrap_or(usize::MAX), place));
        }
        let chosen = choices.swap_remove(best.1);
        self.send(&chosen);
    }

    /// The parts of shapes that can be sent now, largest first.
    fn choices(&self) -> Vec<Vec<StepId>> {
        let shapes = self.bulk_shapes().into_iter();
        let sendable = shapes.map(|shape| self.sendable(shape));
        let mut choices: Vec<Vec<StepId>> = sendable.filter(|steps| !steps.is_empty()).collect();
        choices.sort_by_key(|steps| std::cmp::Reverse(steps.len()));
        choices
    }

    /// How many shapes, whole or in part, are sent if `choice` is next, where that is fewer than `bound`.
    fn sends_after(&self, choice: &[StepId], bound: usize, budget: &mut usize) -> Option<usize> {
        if *budget == 0 {
            return None;
        }
        *budget -= 1;
        let mut trial = self.clone();
        trial.batches.clear();
        trial.send(choice);
        let sent = 1 + trial.settle();
        if trial.left == 0 {
            return Some(sent);
        }
        if sent + trial.bulk_shapes().len() >= bound {
            return None;
        }
        let mut best = None;
        for choice in trial.choices() {
            let bound = best.unwrap_or(bound);
            let rest = trial.sends_after(&choice, bound.saturating_sub(sent), budget);
            best = rest
                .map(|rest| sent + rest)
                .filter(|sends| *sends < bound)
                .or(best);
        }
        best
    }

    fn bulk_shapes(&self) -> Vec<Shape> {
        let with_steps = self.pending.iter().filter(|(_, steps)| !steps.is_empty());
        with_steps
            .map(|(shape, _)| *shape)
            .filter(|shape| has_bulk_form(*shape))
            .collect()
    }

    /// The steps of one shape that could be sent together now, in the order of their items.
    fn sendable(&self, shape: Shape) -> Vec<StepId> {
        let pending = self.pending.get(&shape);
        pending.map_or_else(Vec::new, |pending| {
            let candidates = pending.union(&self.gates).copied().collect();
            sendable(self.steps, candidates, &self.done)
        })
    }

    /// Sends steps of one shape, in bulk where that is fewer requests.
    fn send(&mut self, steps: &[StepId]) {
        let shape = steps.first().and_then(|step| self.step(*step).shape());
        let bulk = shape.filter(|shape| has_bulk_form(*shape));
        let many =
            bulk.is_some_and(|bulk| steps.len() >= WORTH_A_JOB + usize::from(is_read_again(bulk)));
        if many {
            self.batches.extend(jobs(self.steps, steps, &self.done));
        } else {
            let plain = steps.iter().map(|step| Batch::of(vec![*step]));
            self.batches.extend(plain);
        }
        for step in steps {
            self.done[*step] = true;
            if let Some(pending) = shape.and_then(|shape| self.pending.get_mut(&shape)) {
                pending.remove(step);
                self.left -= 1;
            }
        }
    }
}

/// Those of `candidates`, steps of one shape and gates, that could be sent together when the others are done, in
/// the order of their items.
pub(super) fn sendable(steps: &Steps, mut candidates: Vec<StepId>, done: &[bool]) -> Vec<StepId> {
    let mut together = vec![false; steps.list.len()];
    for step in &candidates {
        together[*step] = true;
    }
    loop {
        let before = candidates.len();
        candidates.retain(|step| {
            let mut waits = steps.list[*step].waits.iter();
            let stays = waits.all(|(earlier, bond)| {
                done[*earlier] || (*bond != Bond::Success && together[*earlier])
            });
            together[*step] = stays;
            stays
        });
        if candidates.len() == before {
            break;
        }
    }
    in_order(steps, &candidates, &together)
}

/// Sorts steps by what they wait for among each other, then by address.
fn in_order(steps: &Steps, candidates: &[StepId], together: &[bool]) -> Vec<StepId> {
    let mut ranks = vec![None; together.len()];
    for step in candidates {
        rank(steps, *step, together, &mut ranks);
    }
    let address = |step: StepId| steps.list[step].item().map(|item| &item.address);
    let mut order: Vec<StepId> = candidates.to_vec();
    order.retain(|step| address(*step).is_some());
    order.sort_by_key(|step| (ranks[*step], address(*step)));
    order
}

fn rank(steps: &Steps, step: StepId, together: &[bool], ranks: &mut [Option<usize>]) -> usize {
    if let Some(rank) = ranks[step] {
        return rank;
    }
    ranks[step] = Some(0);
    let earlier = steps.list[step].waits.iter().map(|(earlier, _)| *earlier);
    let inside = earlier.filter(|step| together[*step]);
    let rank = inside
        .map(|step| rank(steps, step, together, ranks) + 1)
        .max()
        .unwrap_or(0);
    ranks[step] = Some(rank);
    rank
}

/// Cuts steps of one shape, of which none is done yet, into jobs. A person's items stay in one job where that
/// costs no further job, so that jobs about different people can run side by side.
pub(super) fn jobs(steps: &Steps, items: &[StepId], done: &[bool]) -> Vec<Batch> {
    let in_sequence = || {
        items
            .chunks(CAPACITY)
            .map(|job| Batch::of(job.to_vec()))
            .collect()
    };
    let person = |step: StepId| {
        let address = &steps.list[step].item()?.address;
        let person = address.kind() == Kind::User || address.kind().container().is_some();
        person.then(|| address.name())
    };
    let is_bound = |step: &StepId| {
        let mut waits = steps.list[*step].waits.iter();
        waits.any(|(earlier, _)| !done[*earlier])
    };
    let impersonal = |step: &StepId| person(*step).is_none();
    if items.len() <= CAPACITY || items.iter().any(|step| impersonal(step) || is_bound(step)) {
        return in_sequence();
    }
    // None waits for another, so that they are sorted by address, and each person's stand together.
    let people = items.chunk_by(|left, right| person(*left) == person(*right));
    let packed = pack(people.map(<[StepId]>::to_vec).collect());
    if packed.len() > items.len().div_ceil(CAPACITY) {
        return in_sequence();
    }
    packed.into_iter().map(Batch::of).collect()
}

/// Packs people's steps into as few jobs as first-fit, largest first, finds.
fn pack(mut people: Vec<Vec<StepId>>) -> Vec<Vec<StepId>> {
    people.sort_by_key(|steps| std::cmp::Reverse(steps.len()));
    let mut jobs: Vec<Vec<StepId>> = Vec::new();
    let mut first_open = 0;
    for steps in people {
        while jobs
            .get(first_open)
            .is_some_and(|job| job.len() >= CAPACITY)
        {
            first_open += 1;
        }
        let fits = |job: &&mut Vec<StepId>| job.len() + steps.len() <= CAPACITY;
        match jobs[first_open..].iter_mut().find(fits) {
            Some(job) => job.extend(steps),
            None => jobs.push(steps),
        }
    }
    jobs
}
