//! As few bulk calls as any order allows, against a search through all orders.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::Story;
use crate::model::{Address, Kind, Name, Verb};
use crate::plan::batch::batches;
use crate::plan::laws::toy::Held;
use crate::plan::steps::{Bond, Shape, StepId, Steps, Values};

const SHAPES: [Shape; 4] = [
    (Verb::Create, Kind::User),
    (Verb::Update, Kind::User),
    (Verb::Delete, Kind::Organization),
    (Verb::Create, Kind::Organization),
];

/// Enough alike that every send of a shape is a job.
const ALIKE: usize = 5;

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

/// Every other bundle waits through gates, which must make no difference.
fn steps(graph: &Graph) -> Steps {
    let mut steps = Steps::default();
    let mut bundles: Vec<Vec<StepId>> = Vec::new();
    for (place, (shape, waits)) in graph.iter().enumerate() {
        let (verb, kind) = SHAPES[*shape];
        let copies = (0..ALIKE).map(|copy| {
            let address = Address::new(kind, Name::new(&format!("{place}-{copy}")));
            steps.write(verb, (&address, None), Values::new(), &[])
        });
        let bundle: Vec<StepId> = copies.collect();
        for (earlier, success) in waits {
            let bond = if *success { Bond::Success } else { Bond::Later };
            if place % 2 == 1 {
                steps.wait_all(&bundle, &bundles[*earlier], bond);
                continue;
            }
            for step in &bundle {
                for other in &bundles[*earlier] {
                    steps.wait(*step, *other, bond);
                }
            }
        }
        bundles.push(bundle);
    }
    steps
}

/// What a step waits for, through whatever gates.
fn awaited(steps: &Steps, step: StepId) -> Vec<(StepId, Bond)> {
    let waits = steps.list[step].waits.iter();
    let awaited = waits.flat_map(|(earlier, bond)| {
        if steps.list[*earlier].item().is_some() {
            vec![(*earlier, *bond)]
        } else {
            awaited(steps, *earlier)
        }
    });
    awaited.collect()
}

/// Where each step is sent: in which call, as which item.
fn places(steps: &Steps) -> BTreeMap<StepId, (usize, usize)> {
    let mut places = BTreeMap::new();
    for (call, batch) in batches(steps).iter().enumerate() {
        for (item, step) in batch.steps.iter().enumerate() {
            assert_eq!(places.insert(*step, (call, item)), None);
        }
    }
    places
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
        prop_assert_eq!(sent.iter().map(|batch| batch.steps.len()).sum::<usize>(), graph.len() * ALIKE);
        prop_assert_eq!(sent.len(), fewest(&graph));
    }

    #[test]
    fn nothing_is_sent_before_what_it_waits_for(graph in graph()) {
        let steps = steps(&graph);
        let place = places(&steps);
        for (later, here) in &place {
            for (earlier, bond) in awaited(&steps, *later) {
                let (earlier, later) = (place[&earlier], *here);
                prop_assert!(earlier < later);
                prop_assert!(bond != Bond::Success || earlier.0 < later.0);
            }
        }
    }
}

#[test]
fn jobs_that_wait_for_one_another_keep_their_order_beyond_a_hundred_items() {
    let mut steps = Steps::default();
    let mut chain: Vec<StepId> = Vec::new();
    for place in 0..250 {
        // Named so that the order of addresses is the other way round.
        let address = Address::new(Kind::User, Name::new(&format!("{:03}", 999 - place)));
        let step = steps.write(Verb::Update, (&address, None), Values::new(), &[]);
        if let Some(earlier) = chain.last() {
            steps.wait(step, *earlier, Bond::Later);
        }
        chain.push(step);
    }
    let sent = batches(&steps);
    let sizes: Vec<usize> = sent.iter().map(|batch| batch.steps.len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
    let order: Vec<StepId> = sent.into_iter().flat_map(|batch| batch.steps).collect();
    assert_eq!(order, chain);
}

#[test]
fn a_persons_items_share_a_job_where_that_costs_no_further_one() {
    let membership = |person: usize, place: usize| {
        let name = format!("group_membership/p{person:03}@example.com/g{place}");
        Address::parse(&name).unwrap()
    };
    let mut steps = Steps::default();
    for person in 0..67 {
        for place in 0..3 {
            let address = membership(person, place);
            steps.write(Verb::Create, (&address, None), Values::new(), &[]);
        }
    }
    let sent = batches(&steps);
    let sizes: Vec<usize> = sent.iter().map(|batch| batch.steps.len()).collect();
    assert_eq!(sizes, [99, 99, 3]);
    for batch in &sent {
        let people: BTreeSet<Option<Address>> = batch
            .steps
            .iter()
            .map(|step| steps.list[*step].person())
            .collect();
        assert_eq!(people.len() * 3, batch.steps.len());
    }
}

#[test]
fn what_a_jobs_polls_can_carry_along_goes_in_jobs_too() {
    let mut story = Story::new();
    for name in ["ann", "ben", "cat", "dan"] {
        story.person(name, Held::EndUser, &[]);
        story.wants_user(name, |_| {});
        story.wants_places(name, Kind::OrganizationMembership, &["Globex"]);
    }
    let alias = |story: &mut Story, name: &str| {
        story.person(name, Held::EndUser, &[]);
        story.wants_user(name, |user| user.alias = Some("New".to_owned()));
    };
    alias(&mut story, "eve");
    let joins = "1: many Create organization_membership/ann@example.com/Globex, \
        organization_membership/ben@example.com/Globex, \
        organization_membership/cat@example.com/Globex, \
        organization_membership/dan@example.com/Globex";
    let one = format!("{joins}\n1: Update user/eve@example.com alias");
    assert_eq!(story.calls(), one);
    alias(&mut story, "fay");
    let both = "1: many Update user/eve@example.com alias, user/fay@example.com alias";
    assert_eq!(story.calls(), format!("{joins}\n{both}"));
}

#[test]
fn plain_calls_of_one_wave_become_jobs_only_where_that_saves_the_polls() {
    let mut story = Story::new();
    for name in ["ann", "ben"] {
        story.person(name, Held::EndUser, &[]);
        story.wants_user(name, |user| user.alias = Some("New".to_owned()));
    }
    for name in ["cat", "dan"] {
        story.person(name, Held::EndUser, &["Globex"]);
        story.wants_user(name, |_| {});
        story.wants_places(name, Kind::OrganizationMembership, &[]);
    }
    assert!(
        !story.calls().contains("many"),
        "four calls, or two jobs and two polls"
    );
    story.person("eve", Held::EndUser, &[]);
    story.wants_user("eve", |user| user.alias = Some("New".to_owned()));
    assert_eq!(story.calls().matches("many").count(), 2);
}
