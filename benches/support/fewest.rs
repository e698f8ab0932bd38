//! The fewest requests that make everything true which is to become true, found by trying every order.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Requests that ask after jobs which run side by side.
const POLLS: u64 = 2;

/// What is done by calls of one sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    Group,
    Organization,
    Rename,
    Join,
    Leave,
    Visit,
    Arrive,
}

impl Shape {
    pub(crate) const ALL: [Self; 7] = [
        Self::Group,
        Self::Organization,
        Self::Rename,
        Self::Join,
        Self::Leave,
        Self::Visit,
        Self::Arrive,
    ];

    /// Says whether one call can do many of it.
    pub(crate) fn is_bulk(self) -> bool {
        self != Self::Group
    }
}

/// One thing that has to become true.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) shape: Shape,
    /// Whom it is about: jobs about the same person cannot run side by side.
    pub(crate) person: Option<usize>,
    /// The place of the fact that must be true before.
    pub(crate) need: Option<usize>,
}

/// Sets of facts and people, a bit each.
type Set = u64;

/// The fewest requests: single calls, bulk calls, and the polls of those that run side by side.
pub(crate) fn fewest(facts: &[Fact]) -> u64 {
    let all: Set = (1 << facts.len()) - 1;
    let mut open = BinaryHeap::from([Reverse((0, 0))]);
    let mut seen = BTreeSet::new();
    while let Some(Reverse((cost, done))) = open.pop() {
        if done == all {
            return cost;
        }
        if seen.insert(done) {
            let turn = Turn {
                cost,
                done,
                ..Turn::default()
            };
            turns(facts, &Shape::ALL, done, turn, &mut open);
        }
    }
    unreachable!("everything can become true")
}

/// What is sent at once, as far as it is chosen.
#[derive(Clone, Copy, Default)]
struct Turn {
    cost: u64,
    done: Set,
    /// The people whom jobs are about, and whether there are jobs.
    people: Set,
    jobs: bool,
}

/// Every choice of what to send next: of each shape nothing, or all that is ready in single calls or in one
/// job. To hold back a part of what could be sent is never better.
fn turns(
    facts: &[Fact],
    shapes: &[Shape],
    before: Set,
    turn: Turn,
    open: &mut BinaryHeap<Reverse<(u64, Set)>>,
) {
    let [shape, rest @ ..] = shapes else {
        if turn.done != before {
            let polls = if turn.jobs { POLLS } else { 0 };
            open.push(Reverse((turn.cost + polls, turn.done)));
        }
        return;
    };
    turns(facts, rest, before, turn, open);
    let has = |set: Set, place: usize| set & (1 << place) != 0;
    let ready = facts.iter().enumerate().filter(|(place, fact)| {
        fact.shape == *shape
            && !has(before, *place)
            && fact.need.is_none_or(|need| has(before, need))
    });
    let (mut own, mut people, mut count) = (0, 0, 0);
    for (place, fact) in ready {
        own |= 1 << place;
        people |= fact.person.map_or(0, |person| 1 << person);
        count += 1;
    }
    if count == 0 {
        return;
    }
    let done = turn.done | own;
    let single = Turn {
        cost: turn.cost + count,
        done,
        ..turn
    };
    turns(facts, rest, before, single, open);
    if shape.is_bulk() && turn.people & people == 0 {
        let job = Turn {
            cost: turn.cost + 1,
            done,
            people: turn.people | people,
            jobs: true,
        };
        turns(facts, rest, before, job, open);
    }
}
