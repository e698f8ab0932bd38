//! Arranges calls in rounds of jobs that are polled together, so that a plan takes the fewest requests that a
//! search finds.
//!
//! A round costs its polls, however many jobs it holds. Between rounds go plain calls, in as many waves as they
//! need, for nothing but themselves. So what is to be chosen is what goes as jobs in which round: a course.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::Verb;

use super::batch::{self, Batch};
use super::estimate::{POLL_ROUNDS, WholeList};
use super::lookup::Lookup;
use super::operations::waves;
use super::steps::{Shape, Step, StepId, Steps, has_bulk_form, is_read_again};

/// How many steps a search may look at.
const SEARCH: usize = 100_000;

/// How many courses a search tries at most.
const TRIALS: usize = 1_000;

/// How many rounds a search begins with at most.
const ROUNDS: usize = 4;

/// The classes of steps that go as jobs in each round, a bit for each.
type Course = Vec<u32>;

/// A shape that has a bulk form, and whether other steps wait for these: what is waited for may be worth a plain
/// call before the round in which the rest goes.
type Class = (Shape, bool);

/// Requests, and items in jobs: on a tie the plain calls, whose errors say more.
type Cost = (u64, usize);

/// All calls with their waves, in an order in which they may be sent.
///
/// An order in which every shape is sent as few times as can be is left only for fewer requests. In plans too
/// large for a search, it stays.
pub(super) fn arrange(steps: &Steps, list: WholeList) -> Vec<(u32, Batch)> {
    let first = in_waves(
        steps,
        batch::batches(steps).into_iter().map(|one| (None, one)),
    );
    let trials = (SEARCH / steps.list.len().max(1)).min(TRIALS);
    if trials == 0 || !may_pay(steps) {
        return first;
    }
    let field = Field::new(steps, list);
    let mut search = Search {
        field: &field,
        trials,
        tried: BTreeMap::new(),
        best: None,
    };
    let all = (1 << field.classes.len()) - 1;
    search.improve(field.course(&first));
    for rounds in 1..=ROUNDS {
        search.improve(vec![all; rounds]);
    }
    while search.widen() {}
    let best = search.best.and_then(|(_, course)| field.follow(&course));
    let best = best.map(|calls| in_waves(steps, calls.into_iter()));
    best.filter(|best| field.cost(best) < field.cost(&first))
        .unwrap_or(first)
}

/// Gives calls their waves; those of one round share one.
fn in_waves(
    steps: &Steps,
    calls: impl Iterator<Item = (Option<usize>, Batch)>,
) -> Vec<(u32, Batch)> {
    let (rounds, batches): (Vec<Option<usize>>, Vec<Batch>) = calls.unzip();
    let waves = waves(steps, &batches, &rounds);
    waves.into_iter().zip(batches).collect()
}

/// Says whether jobs could save more requests than a round of polls costs.
fn may_pay(steps: &Steps) -> bool {
    let mut alike: BTreeMap<Shape, u64> = BTreeMap::new();
    for shape in steps.list.iter().filter_map(Step::shape) {
        *alike.entry(shape).or_default() += 1;
    }
    let bulk = alike.iter().filter(|(shape, _)| has_bulk_form(**shape));
    let saved = bulk.map(|(shape, count)| count.saturating_sub(requests_of_a_job(*shape)));
    saved.sum::<u64>() > POLL_ROUNDS
}

/// What a job takes beside its polls.
fn requests_of_a_job(shape: Shape) -> u64 {
    1 + u64::from(is_read_again(shape))
}

/// The class of each step; `None` where it has no bulk form.
fn classes_of(list: &[Step]) -> Vec<Option<Class>> {
    let mut awaited = vec![false; list.len()];
    for (earlier, _) in list.iter().flat_map(|step| &step.waits) {
        awaited[*earlier] = true;
    }
    let class = |(step, awaited): (&Step, bool)| {
        let shape = step.shape().filter(|shape| has_bulk_form(*shape))?;
        Some((shape, awaited))
    };
    list.iter().zip(awaited).map(class).collect()
}

/// What a search walks through.
struct Field<'s> {
    steps: &'s Steps,
    list: WholeList,
    /// A course names them by their places.
    classes: Vec<Class>,
    /// The place of each step's class; `None` where it has no bulk form.
    class_of: Vec<Option<usize>>,
    /// Everybody whom each step with a bulk form touches, by number.
    people: Vec<Vec<usize>>,
    everybody: usize,
    /// The steps that make a membership which becomes a default: after a job, it has to be looked up.
    defaults: Vec<StepId>,
}

impl<'s> Field<'s> {
    fn new(steps: &'s Steps, list: WholeList) -> Self {
        let every = &steps.list;
        let class_of = classes_of(every);
        let classes: BTreeSet<Class> = class_of.iter().copied().flatten().collect();
        let classes: Vec<Class> = classes.into_iter().collect();
        let place = |class: Option<Class>| classes.binary_search(&class?).ok();
        let class_of: Vec<Option<usize>> = class_of.into_iter().map(place).collect();
        let mut numbers: Lookup<usize> = Lookup::default();
        let mut everybody = 0;
        let mut people = Vec::with_capacity(every.len());
        for (step, class) in every.iter().zip(&class_of) {
            let touched = step.people().filter(|_| class.is_some());
            let touched = touched.map(|person| {
                *numbers.entry_or_insert(person, || {
                    everybody += 1;
                    everybody - 1
                })
            });
            people.push(touched.collect());
        }
        let becomes_default = |step: &&Step| {
            step.shape()
                .is_some_and(|(verb, _)| verb == Verb::MakeDefault)
        };
        let defaults = every.iter().filter(becomes_default).filter_map(Step::item);
        let defaults = defaults.filter_map(|item| steps.created.get(&item.address).copied());
        Self {
            steps,
            list,
            defaults: defaults.collect(),
            classes,
            class_of,
            people,
            everybody,
        }
    }

    /// The classes of each shape.
    fn alike(&self) -> impl Iterator<Item = u32> {
        let mut first = 0;
        let shapes = self.classes.chunk_by(|left, right| left.0 == right.0);
        shapes.map(move |classes| {
            let alike = ((1 << classes.len()) - 1) << first;
            first += classes.len();
            alike
        })
    }

    /// The course that calls took: of every round that holds jobs, whatever has a bulk form.
    fn course<Round: Ord + Copy>(&self, calls: &[(Round, Batch)]) -> Course {
        let jobs = calls.iter().filter(|(_, batch)| batch.many);
        let mut rounds: BTreeMap<Round, u32> = jobs.map(|(round, _)| (*round, 0)).collect();
        for (round, batch) in calls {
            let classes = batch.steps.iter().filter_map(|step| self.class_of[*step]);
            if let Some(open) = rounds.get_mut(round) {
                *open |= classes.fold(0, |all, class| all | 1 << class);
            }
        }
        rounds.into_values().collect()
    }

    /// What calls cost; jobs of one round are polled together.
    fn cost<Round: Ord>(&self, calls: &[(Round, Batch)]) -> Cost {
        let jobs = || calls.iter().filter(|(_, batch)| batch.many);
        let rounds: BTreeSet<&Round> = jobs().map(|(round, _)| round).collect();
        let mut by_job = vec![false; self.steps.list.len()];
        let (mut requests, mut items) = (rounds.len() as u64 * POLL_ROUNDS, 0);
        for (_, batch) in calls {
            let shape = batch
                .steps
                .first()
                .and_then(|step| self.steps.list[*step].shape());
            requests += shape.filter(|_| batch.many).map_or(1, requests_of_a_job);
        }
        for step in jobs().flat_map(|(_, batch)| &batch.steps) {
            by_job[*step] = true;
            items += 1;
        }
        let looked_up = self.defaults.iter().filter(|made| {
            by_job[**made]
                && self.steps.list[**made]
                    .item()
                    .is_some_and(|item| item.address.container().is_some())
        });
        (requests + self.list.requests(looked_up.count()), items)
    }

    /// The calls of a course, each with its round if it is a job; `None` where something would be left over.
    fn follow(&self, course: &[u32]) -> Option<Vec<(Option<usize>, Batch)>> {
        let mut walk = Walk {
            field: self,
            done: vec![false; self.steps.list.len()],
            open: (0..self.steps.list.len()).collect(),
            calls: Vec::new(),
        };
        for round in 0..=course.len() {
            let coming = course.iter().skip(round).fold(0, |all, open| all | open);
            walk.send_plain(coming);
            walk.send_jobs(course, round);
        }
        walk.open.is_empty().then_some(walk.calls)
    }
}

/// A course on its way.
struct Walk<'f, 's> {
    field: &'f Field<'s>,
    done: Vec<bool>,
    /// Steps and gates that are not done.
    open: Vec<StepId>,
    calls: Vec<(Option<usize>, Batch)>,
}

impl Walk<'_, '_> {
    /// Sends whatever is ready and has no round to wait for.
    fn send_plain(&mut self, coming: u32) {
        let Field {
            steps, class_of, ..
        } = self.field;
        loop {
            let before = self.open.len();
            for step in std::mem::take(&mut self.open) {
                let waits_for_round = class_of[step].is_some_and(|class| coming & 1 << class != 0);
                let mut waits = steps.list[step].waits.iter();
                if waits_for_round || !waits.all(|(earlier, _)| self.done[*earlier]) {
                    self.open.push(step);
                    continue;
                }
                self.done[step] = true;
                if steps.list[step].item().is_some() {
                    self.calls.push((None, Batch::of(vec![step])));
                }
            }
            if self.open.len() == before {
                return;
            }
        }
    }

    /// Sends the jobs of a round: of every shape what is ready and about people whom no other job is about.
    /// Shapes whose last round it is choose first, then those with most to send.
    fn send_jobs(&mut self, course: &[u32], round: usize) {
        let open = course.get(round).copied().unwrap_or(0);
        let mut claimed = vec![false; self.field.everybody];
        let mut turns = Vec::new();
        for alike in self.field.alike() {
            let last = course.iter().rposition(|open| open & alike != 0);
            let count = self.sendable(open & alike, &claimed).len();
            turns.push((last, Reverse(count), open & alike));
        }
        turns.sort_unstable();
        let mut sent = Vec::new();
        for (_, _, classes) in turns {
            let items = self.sendable(classes, &claimed);
            for person in items.iter().flat_map(|step| &self.field.people[*step]) {
                claimed[*person] = true;
            }
            sent.extend(batch::jobs(self.field.steps, &items, &self.done));
        }
        sent.sort_by_key(|batch| batch.many);
        for batch in sent {
            for step in &batch.steps {
                self.done[*step] = true;
            }
            self.calls.push((batch.many.then_some(round), batch));
        }
        self.open.retain(|step| !self.done[*step]);
    }

    /// What of these classes, which are of one shape, could go in a job now.
    fn sendable(&self, classes: u32, claimed: &[bool]) -> Vec<StepId> {
        let Field {
            steps,
            class_of,
            people,
            ..
        } = self.field;
        let is_claimed = |step: StepId| people[step].iter().any(|person| claimed[*person]);
        let may_go = |step: &StepId| match class_of[*step] {
            Some(class) => classes & 1 << class != 0 && !is_claimed(*step),
            None => steps.list[*step].item().is_none(),
        };
        let candidates = self.open.iter().copied().filter(may_go);
        batch::sendable(steps, candidates.collect(), &self.done)
    }
}

/// A search for the cheapest course, from several first ones on, by small changes.
struct Search<'f, 's> {
    field: &'f Field<'s>,
    trials: usize,
    tried: BTreeMap<Course, Option<Cost>>,
    best: Option<(Cost, Course)>,
}

impl Search<'_, '_> {
    /// Follows a course to where no small change makes it cheaper.
    fn improve(&mut self, course: Course) {
        let Some(cost) = self.cost(&course) else {
            return;
        };
        let mut here = (cost, course);
        loop {
            let nearby = self.nearby(&here.1).into_iter();
            let cheapest = nearby
                .filter_map(|next| Some((self.cost(&next)?, next)))
                .min();
            match cheapest.filter(|next| next.0 < here.0) {
                Some(next) => here = next,
                None => break,
            }
        }
        if self.best.as_ref().is_none_or(|best| here.0 < best.0) {
            self.best = Some(here);
        }
    }

    /// Says whether two small changes at once make the best course cheaper, and goes on from there.
    fn widen(&mut self) -> bool {
        let Some((cost, course)) = self.best.clone() else {
            return false;
        };
        for near in self.nearby(&course) {
            for far in neighbours(&near, self.field.classes.len()) {
                if self.cost(&far).is_some_and(|found| found < cost) {
                    self.improve(far);
                    return true;
                }
            }
        }
        false
    }

    /// What is near a course, with and without what it does not use.
    fn nearby(&self, course: &[u32]) -> Vec<Course> {
        let calls = self.field.follow(course).unwrap_or_default();
        let used = self.field.course(&calls);
        let mut nearby = neighbours(course, self.field.classes.len());
        nearby.extend(neighbours(&used, self.field.classes.len()));
        nearby.push(used);
        nearby
    }

    /// What a course costs, while there are trials left.
    fn cost(&mut self, course: &Course) -> Option<Cost> {
        if let Some(known) = self.tried.get(course) {
            return *known;
        }
        self.trials = self.trials.checked_sub(1)?;
        let calls = self.field.follow(course);
        let cost = calls.map(|calls| self.field.cost(&calls));
        self.tried.insert(course.clone(), cost);
        cost
    }
}

/// A course with a round less, with two rounds exchanged, or with one class in a round more, a round less, or another round.
fn neighbours(course: &[u32], classes: usize) -> Vec<Course> {
    let mut nearby = Vec::new();
    let mut add = |change: &dyn Fn(&mut Course)| {
        let mut next = course.to_vec();
        change(&mut next);
        next.retain(|open| *open != 0);
        nearby.push(next);
    };
    for round in 0..course.len() {
        add(&|next| next[round] = 0);
        (0..round).for_each(|other| add(&|next| next.swap(round, other)));
        for class in (0..classes).map(|class| 1 << class) {
            add(&|next| next[round] ^= class);
            let to = (0..course.len())
                .filter(|to| course[round] & class != 0 && course[*to] & class == 0);
            for to in to {
                add(&|next| {
                    next[round] ^= class;
                    next[to] |= class;
                });
            }
        }
    }
    nearby
}
