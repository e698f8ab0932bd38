//! Which operations may run now, and which of their items never will: pure bookkeeping over the plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Address;
use crate::plan::{Operation, OperationId};

use super::{ItemFailure, Status};

/// The state of every operation of one apply.
#[derive(Debug)]
pub(super) struct Schedule<'plan> {
    operations: &'plan [Operation],
    ended: BTreeMap<OperationId, Ended>,
    /// Carried out by jobs of which nobody knows yet how they end.
    under_way: BTreeSet<OperationId>,
}

/// How an operation ended, and which of its items are not done, by their place in the plan's write.
#[derive(Debug)]
struct Ended {
    status: Status,
    undone: BTreeSet<u32>,
}

/// An operation whose turn it is.
#[derive(Debug, PartialEq)]
pub(super) struct Turn<'plan> {
    /// The operation as planned.
    pub(super) operation: &'plan Operation,
    /// The items that cannot be written, by their place, each with the operation that it needs and that
    /// did not carry out the item it needs.
    pub(super) held_back: BTreeMap<u32, OperationId>,
}

impl<'plan> Schedule<'plan> {
    pub(super) const fn new(operations: &'plan [Operation]) -> Self {
        Self {
            operations,
            ended: BTreeMap::new(),
            under_way: BTreeSet::new(),
        }
    }

    /// Notes that a job carries an operation out: until its end, only what has nothing to do with it goes on.
    pub(super) fn leave(&mut self, operation: &Operation) {
        self.under_way.insert(operation.id);
    }

    /// Notes how an operation ended, and what of it is not done.
    pub(super) fn end(&mut self, operation: &Operation, status: Status, failures: &[ItemFailure]) {
        let all = 0..count(operation);
        let undone = match (status, failures) {
            (Status::Done, _) => BTreeSet::new(),
            (Status::Failed | Status::Skipped, []) => all.collect(),
            (Status::Failed | Status::Skipped, failures) => {
                undone(operation, failures).unwrap_or_else(|| all.collect())
            }
        };
        self.under_way.remove(&operation.id);
        self.ended.insert(operation.id, Ended { status, undone });
    }

    /// The operations of the next wave that can go on. `None` when everything has ended, or has to wait
    /// for what is under way.
    ///
    /// In plan order. An operation appears once: the caller must end or leave what it was given.
    pub(super) fn next_wave(&self) -> Option<Vec<Turn<'plan>>> {
        let mut waiting = Waiting::default();
        let mut wave: Vec<Turn<'plan>> = Vec::new();
        for operation in self.operations {
            if self.ended.contains_key(&operation.id) {
                continue;
            }
            if self.under_way.contains(&operation.id) || waiting.hold(operation) {
                waiting.add(operation);
                continue;
            }
            let first = wave.first().map(|turn| turn.operation.wave);
            if first.is_some_and(|first| first != operation.wave) {
                break;
            }
            wave.push(Turn {
                operation,
                held_back: self.held_back(operation),
            });
        }
        (!wave.is_empty()).then_some(wave)
    }

    /// The items of which something needed is not done.
    fn held_back(&self, operation: &Operation) -> BTreeMap<u32, OperationId> {
        let mut held_back = BTreeMap::new();
        for need in &operation.needs {
            let is_done = self
                .ended
                .get(&need.operation)
                .is_some_and(|ended| !ended.undone.contains(&need.needed));
            if !is_done {
                held_back.entry(need.item).or_insert(need.operation);
            }
        }
        held_back
    }

    /// How many operations ended in this way.
    pub(super) fn count(&self, status: Status) -> usize {
        self.ended
            .values()
            .filter(|ended| ended.status == status)
            .count()
    }
}

/// What has to wait for jobs, and what has to wait for that.
#[derive(Default)]
struct Waiting {
    operations: BTreeSet<OperationId>,
    people: BTreeSet<Address>,
}

impl Waiting {
    /// Says whether an operation comes after one that waits. Writes about one person keep their order,
    /// whether one needs the other or not, and never go side by side (zendesk-api §15).
    fn hold(&self, operation: &Operation) -> bool {
        let mut earlier = operation.requires.iter().chain(&operation.after);
        !self.operations.is_empty()
            && (earlier.any(|earlier| self.operations.contains(earlier))
                || people(operation).any(|person| self.people.contains(&person)))
    }

    fn add(&mut self, operation: &Operation) {
        self.operations.insert(operation.id);
        self.people.extend(people(operation));
    }
}

/// Everybody an operation touches, those included whose memberships go along.
fn people(operation: &Operation) -> impl Iterator<Item = Address> {
    let items = operation.write.items.iter().map(|item| &item.address);
    let all = items.chain(&operation.changes).chain(&operation.settles);
    all.filter_map(Address::person)
}

fn count(operation: &Operation) -> u32 {
    u32::try_from(operation.write.items.len()).unwrap_or(u32::MAX)
}

/// The places of the items that failures are about: by address, else those about the same person. `None`
/// where a failure is about no item.
fn undone(operation: &Operation, failures: &[ItemFailure]) -> Option<BTreeSet<u32>> {
    let mut places: BTreeMap<&Address, u32> = BTreeMap::new();
    for (place, item) in (0..).zip(&operation.write.items) {
        places.insert(&item.address, place);
    }
    let mut undone = BTreeSet::new();
    for failure in failures {
        if let Some(place) = places.get(&failure.address) {
            undone.insert(*place);
            continue;
        }
        let person = failure.address.person()?;
        let own = places
            .iter()
            .filter(|(address, _)| address.person().as_ref() == Some(&person));
        let before = undone.len();
        undone.extend(own.map(|(_, place)| *place));
        if undone.len() == before {
            return None;
        }
    }
    Some(undone)
}

#[cfg(test)]
mod tests {
    use proptest::bool::weighted;
    use proptest::collection::vec;
    use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
    use proptest::sample::Index;

    use super::{ItemFailure, Operation, OperationId, Schedule, Status, people};
    use crate::model::{Address, Item, Kind, Route, Verb, Write};
    use crate::plan::Need;

    /// An operation about these people, whose items need an item each of an earlier operation.
    fn operation(id: u32, wave: u32, people: &[&str], needs: &[(u32, u32, u32)]) -> Operation {
        let item = |name: &&str| Item {
            address: Address::user(*name),
            id: None,
            values: Vec::new(),
        };
        let need = |(item, operation, needed): &(u32, u32, u32)| Need {
            item: *item,
            operation: OperationId(*operation),
            needed: *needed,
        };
        Operation {
            id: OperationId(id),
            wave,
            write: Write {
                verb: Verb::Create,
                kind: Kind::User,
                many: people.len() > 1,
                items: people.iter().map(item).collect(),
            },
            route: Route {
                method: "POST".to_owned(),
                path: "/api/v2/users".to_owned(),
            },
            changes: Vec::new(),
            requires: needs.iter().map(|need| OperationId(need.1)).collect(),
            after: Vec::new(),
            settles: Vec::new(),
            whole: Vec::new(),
            needs: needs.iter().map(need).collect(),
        }
    }

    fn failure(address: Address) -> ItemFailure {
        ItemFailure {
            address,
            message: "no".to_owned(),
        }
    }

    /// Each operation of the next wave with the places that are held back, and by which operation.
    fn wave(schedule: &Schedule<'_>) -> Vec<(u32, Vec<(u32, u32)>)> {
        let turns = schedule.next_wave().unwrap_or_default().into_iter();
        turns
            .map(|turn| {
                let held_back = turn.held_back.into_iter();
                (
                    turn.operation.id.0,
                    held_back.map(|(place, by)| (place, by.0)).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn what_needs_a_failed_operation_is_held_back_and_the_rest_goes_on() {
        let operations = [
            operation(1, 1, &["a"], &[]),
            operation(2, 1, &["b"], &[]),
            operation(3, 2, &["a"], &[(0, 1, 0)]),
            operation(4, 2, &["b"], &[(0, 2, 0)]),
            operation(5, 3, &["a"], &[(0, 3, 0)]),
        ];
        let mut schedule = Schedule::new(&operations);
        assert_eq!(wave(&schedule), [(1, vec![]), (2, vec![])]);
        schedule.end(
            &operations[0],
            Status::Failed,
            &[failure(Address::user("a"))],
        );
        schedule.end(&operations[1], Status::Done, &[]);
        assert_eq!(wave(&schedule), [(3, vec![(0, 1)]), (4, vec![])]);
        schedule.end(&operations[2], Status::Skipped, &[]);
        schedule.end(&operations[3], Status::Done, &[]);
        assert_eq!(wave(&schedule), [(5, vec![(0, 3)])]);
        schedule.end(&operations[4], Status::Skipped, &[]);
        assert_eq!(schedule.next_wave(), None);
        assert_eq!(schedule.count(Status::Skipped), 2);
    }

    #[test]
    fn of_a_bulk_operation_only_what_needs_a_failed_item_is_held_back() {
        let operations = [
            operation(1, 1, &["a", "b", "c"], &[]),
            operation(2, 2, &["a", "b", "c"], &[(0, 1, 0), (1, 1, 1), (2, 1, 2)]),
            operation(3, 3, &["a", "c"], &[(0, 2, 0), (1, 2, 2)]),
        ];
        let mut schedule = Schedule::new(&operations);
        schedule.end(
            &operations[0],
            Status::Failed,
            &[failure(Address::user("b"))],
        );
        assert_eq!(wave(&schedule), [(2, vec![(1, 1)])]);
        schedule.end(
            &operations[1],
            Status::Skipped,
            &[failure(Address::user("b"))],
        );
        assert_eq!(wave(&schedule), [(3, vec![])]);
    }

    #[test]
    fn a_failure_that_is_about_no_item_counts_for_all() {
        let operations = [
            operation(1, 1, &["a", "b"], &[]),
            operation(2, 2, &["a", "b"], &[(0, 1, 0), (1, 1, 1)]),
        ];
        let membership =
            |name: &str| Address::membership(Kind::GroupMembership, name.into(), "Tier 1".into());
        for (about, expected) in [
            (membership("b"), vec![(1, 1)]),
            (Address::group("Tier 1"), vec![(0, 1), (1, 1)]),
            (membership("x"), vec![(0, 1), (1, 1)]),
        ] {
            let mut schedule = Schedule::new(&operations);
            schedule.end(&operations[0], Status::Failed, &[failure(about)]);
            assert_eq!(wave(&schedule), [(2, expected)]);
        }
    }

    #[test]
    fn what_has_nothing_to_do_with_a_job_under_way_goes_on() {
        let mut last = operation(6, 3, &["f"], &[]);
        last.after = vec![OperationId(3)];
        let operations = [
            operation(1, 1, &["a", "b"], &[]),
            operation(2, 1, &["c"], &[]),
            operation(3, 2, &["a"], &[(0, 1, 0)]),
            operation(4, 2, &["b", "d"], &[]),
            operation(5, 3, &["c", "e"], &[(0, 2, 0)]),
            last,
            operation(7, 3, &["d"], &[]),
        ];
        let mut schedule = Schedule::new(&operations);
        assert_eq!(wave(&schedule), [(1, vec![]), (2, vec![])]);
        schedule.leave(&operations[0]);
        schedule.end(&operations[1], Status::Done, &[]);
        // The others need it, are about the same people, come after such, or are about people of such.
        assert_eq!(wave(&schedule), [(5, vec![])]);
        schedule.end(&operations[4], Status::Done, &[]);
        assert_eq!(schedule.next_wave(), None);
        schedule.end(
            &operations[0],
            Status::Failed,
            &[failure(Address::user("a"))],
        );
        assert_eq!(wave(&schedule), [(3, vec![(0, 1)]), (4, vec![])]);
    }

    /// The requirements, soft and hard, of so many operations, the people of each, and which of them are
    /// carried out by jobs.
    type Shape = Vec<(Vec<bool>, Vec<bool>, Vec<u8>, bool)>;

    fn shapes() -> impl Strategy<Value = Shape> {
        let flags = || vec(weighted(0.2), 12);
        vec((flags(), flags(), vec(0..5_u8, 1..3), any::<bool>()), 1..12)
    }

    /// Operations in waves as a plan has them: after what they wait for, and after those about the same people.
    fn planned(shape: &Shape) -> Vec<Operation> {
        let mut operations: Vec<Operation> = Vec::new();
        for ((hard, soft, people, _), id) in shape.iter().zip(1..) {
            let earlier = |flags: &[bool]| -> Vec<OperationId> {
                let flagged = operations.iter().zip(flags).filter(|(_, flag)| **flag);
                flagged.map(|(operation, _)| operation.id).collect()
            };
            let names: Vec<String> = people.iter().map(|person| format!("p{person}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut new = operation(id, 1, &names, &[]);
            new.requires = earlier(hard);
            new.after = earlier(soft);
            let before = operations.iter().filter(|earlier| {
                new.requires.contains(&earlier.id)
                    || new.after.contains(&earlier.id)
                    || shared(earlier, &new)
            });
            new.wave = before.map(|earlier| earlier.wave).max().unwrap_or(0) + 1;
            operations.push(new);
        }
        operations.sort_by_key(|operation| (operation.wave, operation.id));
        operations
    }

    fn shared(left: &Operation, right: &Operation) -> bool {
        people(left).any(|person| people(right).any(|other| other == person))
    }

    proptest! {
        /// However long jobs take and in whatever order they end: everything has its turn, once, after all
        /// it waits for, and never beside another one about the same person.
        #[test]
        fn no_order_in_which_jobs_end_breaks_the_order_of_a_plan(
            shape in shapes(),
            ends in vec(any::<Index>(), 12),
        ) {
            let operations = planned(&shape);
            let mut schedule = Schedule::new(&operations);
            let mut under_way: Vec<&Operation> = Vec::new();
            let mut ended: Vec<OperationId> = Vec::new();
            let mut ends = ends.iter();
            loop {
                let Some(turns) = schedule.next_wave() else {
                    let Some(end) = ends.next().filter(|_| !under_way.is_empty()) else {
                        break;
                    };
                    let operation = under_way.remove(end.index(under_way.len()));
                    schedule.end(operation, Status::Done, &[]);
                    ended.push(operation.id);
                    continue;
                };
                for (place, turn) in turns.iter().enumerate() {
                    let operation = turn.operation;
                    let mut earlier = operation.requires.iter().chain(&operation.after);
                    prop_assert!(earlier.all(|earlier| ended.contains(earlier)));
                    let mut beside = turns[..place].iter().map(|turn| turn.operation).chain(under_way.iter().copied());
                    prop_assert!(!beside.any(|other| shared(other, operation)));
                }
                for turn in turns {
                    let number = usize::try_from(turn.operation.id.0 - 1)?;
                    if shape[number].3 {
                        schedule.leave(turn.operation);
                        under_way.push(turn.operation);
                    } else {
                        schedule.end(turn.operation, Status::Done, &[]);
                        ended.push(turn.operation.id);
                    }
                }
            }
            ended.sort_unstable();
            let all: Vec<OperationId> = (1..).map(OperationId).take(operations.len()).collect();
            prop_assert_eq!(ended, all);
        }
    }
}
