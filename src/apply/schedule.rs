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
        }
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
        self.ended.insert(operation.id, Ended { status, undone });
    }

    /// The operations of the next wave that is not over. `None` when everything has ended.
    ///
    /// In plan order. An operation appears once: the caller must end what it was given.
    pub(super) fn next_wave(&self) -> Option<Vec<Turn<'plan>>> {
        let open = |operation: &&Operation| !self.ended.contains_key(&operation.id);
        let wave = self
            .operations
            .iter()
            .filter(open)
            .map(|operation| operation.wave)
            .min()?;
        Some(
            self.operations
                .iter()
                .filter(|operation| operation.wave == wave)
                .filter(open)
                .map(|operation| Turn {
                    operation,
                    held_back: self.held_back(operation),
                })
                .collect(),
        )
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
    use super::{ItemFailure, Operation, OperationId, Schedule, Status};
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
            settles: Vec::new(),
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
}
