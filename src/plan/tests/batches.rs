//! As few bulk calls as any order allows, against a search through all orders.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::model::{Address, Kind, Name, Verb};
use crate::plan::batch::batches;
use crate::plan::steps::{Bond, Shape, Steps, Values};

const SHAPES: [Shape; 4] = [
    (Verb::Create, Kind::User),
    (Verb::Update, Kind::User),
    (Verb::Delete, Kind::Organization),
    (Verb::Create, Kind::Organization),
];

/// Enough alike that every send of a shape is a job.
const ALIKE: usize = 4;

/// What each bundle of steps is, and which earlier bundles it waits for.
type Graph = Vec<(usize, Vec<(usize, bool)>)>;

fn graph() -> impl Strategy<Value = Graph> {
    let wait = (any::<prop::sample::Index>(), any::<bool>());
    let bundle = (0..SHAPES.len(), prop::collection::vec(wait, 0..3));
    prop::collection::vec(bundle, 1..9).prop_map(|bundles| {
        let with_waits = bundles
            .into_iter()
            .enumerate()
            .map(|(place, (shape, waits))| {
                let waits = waits.into_iter().filter(|_| place > 0);
                let waits = waits.map(|(index, success)| (index.index(place.max(1)), success));
                (shape, waits.collect())
            });
        with_waits.collect()
    })
}

fn steps(graph: &Graph) -> Steps {
    let mut steps = Steps::default();
    for (place, (shape, waits)) in graph.iter().enumerate() {
        let (verb, kind) = SHAPES[*shape];
        for copy in 0..ALIKE {
            let address = Address::new(kind, Name::new(&format!("{place}-{copy}")));
            let step = steps.write(verb, (&address, None), Values::new(), &[]);
            for (earlier, success) in waits {
                let bond = if *success { Bond::Success } else { Bond::Later };
                for other in 0..ALIKE {
                    steps.wait(step, earlier * ALIKE + other, bond);
                }
            }
        }
    }
    steps
}

/// The fewest sends, found by trying every shape at every turn. To send all of a shape that can be sent is
/// never worse than to hold some of it back.
fn fewest(graph: &Graph) -> usize {
    let all: BTreeSet<usize> = (0..graph.len()).collect();
    let mut reached = BTreeSet::from([BTreeSet::new()]);
    for sends in 0.. {
        if reached.contains(&all) {
            return sends;
        }
        let mut next = BTreeSet::new();
        for done in &reached {
            for shape in 0..SHAPES.len() {
                let mut together = done.clone();
                for (place, (own, waits)) in graph.iter().enumerate() {
                    let mut waits = waits.iter();
                    let ready = waits.all(|(earlier, success)| {
                        let known = if *success { done } else { &together };
                        known.contains(earlier)
                    });
                    if *own == shape && ready {
                        together.insert(place);
                    }
                }
                next.insert(together);
            }
        }
        reached = next;
    }
    unreachable!("every graph can be sent")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_needs_fewer_bulk_calls(graph in graph()) {
        let steps = steps(&graph);
        let sent = batches(&steps);
        prop_assert!(sent.iter().all(|batch| batch.many));
        prop_assert_eq!(sent.iter().map(|batch| batch.steps.len()).sum::<usize>(), steps.list.len());
        prop_assert_eq!(sent.len(), fewest(&graph));
    }

    #[test]
    fn nothing_is_sent_before_what_it_waits_for(graph in graph()) {
        let steps = steps(&graph);
        let mut place = BTreeMap::new();
        for (call, batch) in batches(&steps).iter().enumerate() {
            for (item, step) in batch.steps.iter().enumerate() {
                place.insert(*step, (call, item));
            }
        }
        for (later, step) in steps.list.iter().enumerate() {
            for (earlier, bond) in &step.waits {
                let (earlier, later) = (place[earlier], place[&later]);
                prop_assert!(earlier < later);
                prop_assert!(*bond != Bond::Success || earlier.0 < later.0);
            }
        }
    }
}
