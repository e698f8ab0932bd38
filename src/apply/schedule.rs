//! Which operations may run now, and which never will: pure bookkeeping over the plan.

use std::collections::BTreeMap;

use crate::plan::{Operation, OperationId};

use super::Status;

/// The state of every operation of one apply.
#[derive(Debug)]
pub(super) struct Schedule<'plan> {
    operations: &'plan [Operation],
    ended: BTreeMap<OperationId, Status>,
}

impl<'plan> Schedule<'plan> {
    pub(super) const fn new(operations: &'plan [Operation]) -> Self {
        Self {
            operations,
            ended: BTreeMap::new(),
        }
    }

    /// Notes how an operation ended.
    pub(super) fn end(&mut self, id: OperationId, status: Status) {
        self.ended.insert(id, status);
    }

    /// The operations of the next wave that is not over, each with the failed or skipped operation that
    /// keeps it from running, if there is one. `None` when everything has ended.
    ///
    /// In plan order. An operation appears once: the caller must end what it was given.
    pub(super) fn next_wave(&self) -> Option<Vec<(&'plan Operation, Option<OperationId>)>> {
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
                .map(|operation| (operation, self.obstacle(operation)))
                .collect(),
        )
    }

    /// The first operation that this one needs and that is not done.
    fn obstacle(&self, operation: &Operation) -> Option<OperationId> {
        operation
            .requires
            .iter()
            .copied()
            .find(|id| self.ended.get(id) != Some(&Status::Done))
    }

    /// How many operations ended in this way.
    pub(super) fn count(&self, status: Status) -> usize {
        self.ended
            .values()
            .filter(|ended| **ended == status)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::{Operation, OperationId, Schedule, Status};
    use crate::model::{Kind, Route, Verb, Write};

    fn operation(id: u32, wave: u32, requires: &[u32]) -> Operation {
        Operation {
            id: OperationId(id),
            wave,
            write: Write {
                verb: Verb::Create,
                kind: Kind::Group,
                many: false,
                items: Vec::new(),
            },
            route: Route {
                method: "POST".to_owned(),
                path: "/api/v2/groups".to_owned(),
            },
            changes: Vec::new(),
            requires: requires.iter().copied().map(OperationId).collect(),
            settles: Vec::new(),
        }
    }

    #[test]
    fn what_needs_a_failed_operation_is_skipped_and_the_rest_goes_on() {
        let operations = [
            operation(1, 1, &[]),
            operation(2, 1, &[]),
            operation(3, 2, &[1]),
            operation(4, 2, &[2]),
        ];
        let mut schedule = Schedule::new(&operations);
        let wave = |schedule: &Schedule<'_>| {
            schedule.next_wave().map(|wave| {
                wave.into_iter()
                    .map(|(operation, because)| (operation.id.0, because.map(|id| id.0)))
                    .collect()
            })
        };
        assert_eq!(wave(&schedule), Some(vec![(1, None), (2, None)]));
        schedule.end(OperationId(1), Status::Failed);
        schedule.end(OperationId(2), Status::Done);
        assert_eq!(wave(&schedule), Some(vec![(3, Some(1)), (4, None)]));
        schedule.end(OperationId(3), Status::Skipped);
        schedule.end(OperationId(4), Status::Done);
        assert_eq!(wave(&schedule), None);
        assert_eq!(schedule.count(Status::Done), 2);
    }
}
