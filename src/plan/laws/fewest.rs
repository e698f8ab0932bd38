//! The fewest requests that the writes of a plan can take, found by trying every order of them that keeps the laws,
//! and every choice of jobs, on the toy account.

use std::collections::{BTreeMap, BTreeSet};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::toy::Toy;
use super::{administrators_stay, nobody_holds_more, plan, worlds};
use crate::model::{Address, Book, Item, Kind, Policy, Verb};
use crate::plan::Plan;
use crate::plan::steps::{Shape, has_bulk_form};

/// Requests that ask after the jobs of a round.
const POLLS: usize = 2;

/// The most writes of a plan that is searched.
const MOST: usize = 11;

/// How many plans are made for each case that properties are tried on: few have enough alike, and few enough
/// writes.
const PLANS: u32 = 2;

/// Writes by their places, a bit each.
type Set = usize;

struct Search<'p> {
    writes: Vec<(Verb, &'p Item)>,
    /// Every lawful account on the way, by what is done.
    lawful: BTreeMap<Set, (Toy, Book)>,
    /// What must never be done alone, be it that the rest of a job failed.
    broken: BTreeSet<Set>,
}

impl<'p> Search<'p> {
    fn new(plan: &'p Plan, toy: &Toy, policy: &Policy) -> Self {
        let operations = plan.operations.iter();
        let writes = operations.flat_map(|operation| {
            let items = operation.write.items.iter();
            items.map(|item| (operation.write.verb, item))
        });
        let mut search = Self {
            writes: writes.collect(),
            lawful: BTreeMap::new(),
            broken: BTreeSet::new(),
        };
        let mut whole = (toy.clone(), plan.numbers.clone());
        for place in 0..search.writes.len() {
            assert!(search.apply(place, &mut whole));
        }
        let most = toy.seats().max(whole.0.seats());
        let first = (toy.clone(), plan.numbers.clone());
        search.lawful.insert(0, first);
        for done in 0..1 << search.writes.len() {
            let Some(here) = search.lawful.get(&done).cloned() else {
                continue;
            };
            for place in search.open(done) {
                let after = done | 1 << place;
                let mut next = here.clone();
                if search.lawful.contains_key(&after) || !search.apply(place, &mut next) {
                    continue;
                }
                let states = [toy.clone(), next.0.clone(), whole.0.clone()];
                let holds = nobody_holds_more(&states).is_ok()
                    && administrators_stay(&states[..2], policy).is_ok();
                if !holds {
                    search.broken.insert(after);
                } else if next.0.seats() <= most {
                    search.lawful.insert(after, next);
                }
            }
        }
        search
    }

    fn open(&self, done: Set) -> Vec<usize> {
        let places = 0..self.writes.len();
        places.filter(|place| done & 1 << place == 0).collect()
    }

    /// Does one write; what it makes has the same number in whatever order.
    fn apply(&self, place: usize, (toy, book): &mut (Toy, Book)) -> bool {
        let (verb, item) = self.writes[place];
        toy.next = 1_000 + 20 * place as u64;
        toy.apply(verb, item, book).is_ok()
    }

    fn shape(&self, place: usize) -> Shape {
        let (verb, item) = self.writes[place];
        (verb, item.address.kind())
    }

    /// Whether one write after the other, in the order given, is lawful.
    fn is_lawful(&self, mut done: Set, writes: &[usize]) -> bool {
        writes.iter().all(|place| {
            let (verb, item) = self.writes[*place];
            let works = self.lawful.get(&done).is_some_and(|(toy, book)| {
                toy.clone().apply(verb, item, &mut book.clone()).is_ok()
            });
            done |= 1 << place;
            works && self.lawful.contains_key(&done)
        })
    }

    /// What a round of jobs about these costs, if they can go side by side.
    fn round(&self, done: Set, writes: &[usize]) -> Option<usize> {
        let mut jobs: BTreeMap<Shape, Vec<usize>> = BTreeMap::new();
        for place in writes {
            jobs.entry(self.shape(*place)).or_default().push(*place);
        }
        let mut people = BTreeSet::new();
        for (shape, job) in &jobs {
            let addresses = || job.iter().map(|place| &self.writes[*place].1.address);
            // A job tells failures by object.
            let distinct = addresses().collect::<BTreeSet<_>>().len() == job.len();
            let own: BTreeSet<_> = addresses().filter_map(Address::person).collect();
            let apart = distinct && own.into_iter().all(|person| people.insert(person));
            if job.len() < 2 || !has_bulk_form(*shape) || !apart {
                return None;
            }
        }
        let all = writes.iter().fold(done, |all, place| all | 1 << place);
        let mut broken = self.broken.iter();
        if broken.any(|set| set & done == done && set & !all == 0) {
            return None;
        }
        let forth: Vec<usize> = jobs.values().flatten().copied().collect();
        let back: Vec<usize> = jobs.values().rev().flatten().copied().collect();
        let read_again = jobs
            .keys()
            .filter(|(verb, kind)| is_read_again(*verb, *kind));
        let lawful = self.is_lawful(done, &forth) && self.is_lawful(done, &back);
        lawful.then_some(POLLS + jobs.len() + read_again.count())
    }

    fn fewest(&self) -> usize {
        let all: Set = (1 << self.writes.len()) - 1;
        let mut least: BTreeMap<Set, usize> = BTreeMap::from([(0, 0)]);
        for done in 0..all {
            let Some(cost) = least.get(&done).copied() else {
                continue;
            };
            let mut reach = |next: Set, cost: usize| {
                let known = least.entry(next).or_insert(cost);
                *known = cost.min(*known);
            };
            let open = self.open(done);
            for place in &open {
                if self.is_lawful(done, &[*place]) {
                    reach(done | 1 << place, cost + 1);
                }
            }
            for chosen in 1_usize..1 << open.len() {
                let writes = open.iter().enumerate();
                let writes = writes.filter(|(bit, _)| chosen & 1 << bit != 0);
                let writes: Vec<usize> = writes.map(|(_, place)| *place).collect();
                // Fewer are never worth the polls.
                if writes.len() > POLLS + 1
                    && let Some(round) = self.round(done, &writes)
                {
                    let next = writes.iter().fold(done, |next, place| next | 1 << place);
                    reach(next, cost + round);
                }
            }
        }
        least[&all]
    }
}

fn is_read_again(verb: Verb, kind: Kind) -> bool {
    verb == Verb::Create && matches!(kind, Kind::User | Kind::Organization)
}

/// Writes, polls of jobs, and what is read again after them; what is read whatever the order is left out.
fn planned(plan: &Plan) -> usize {
    let jobs = || {
        plan.operations
            .iter()
            .filter(|operation| operation.write.many)
    };
    let rounds: BTreeSet<u32> = jobs().map(|operation| operation.wave).collect();
    let read_again = jobs().filter(|one| is_read_again(one.write.verb, one.write.kind));
    plan.operations.len() + rounds.len() * POLLS + read_again.count()
}

/// Says whether there are enough alike for jobs to be worth their polls.
fn is_interesting(plan: &Plan) -> bool {
    let mut alike: BTreeMap<Shape, usize> = BTreeMap::new();
    for operation in &plan.operations {
        let shape = (operation.write.verb, operation.write.kind);
        *alike.entry(shape).or_default() += operation.write.items.len();
    }
    let writes: usize = alike.values().sum();
    let bulk = alike.into_iter().filter(|(shape, _)| has_bulk_form(*shape));
    let saved: usize = bulk.map(|(_, count)| count - 1).sum();
    plan.refused.is_empty() && writes <= MOST && saved > POLLS
}

#[test]
fn no_lawful_order_of_the_same_writes_takes_fewer_requests() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let config = Config::default();
    let plans = config.cases * PLANS;
    let mut runner = TestRunner::new_with_rng(config, rng);
    let (mut searched, mut gaps) = (0, Vec::new());
    for _ in 0..plans {
        let spec = worlds::spec().new_tree(&mut runner).unwrap().current();
        let (toy, inventory, policy) = spec.build();
        let plan = plan(&inventory, &toy.snapshot(), &policy);
        if !is_interesting(&plan) {
            continue;
        }
        searched += 1;
        let search = Search::new(&plan, &toy, &policy);
        let (own, least) = (planned(&plan), search.fewest());
        if own != least {
            let told = plan.operations.iter().map(|operation| {
                let items = operation.write.items.iter();
                let items: Vec<String> = items.map(|item| item.address.to_string()).collect();
                let items = items.join(", ");
                format!("{}: {:?} {items}", operation.wave, operation.write.verb)
            });
            let told: Vec<String> = told.collect();
            gaps.push(format!(
                "{own} planned, {least} at least:\n{}",
                told.join("\n")
            ));
        }
    }
    let count = gaps.len();
    assert!(
        gaps.is_empty(),
        "{count} of {searched}:\n{}",
        gaps.join("\n")
    );
    assert!(searched > 0, "no plan was searched");
}
