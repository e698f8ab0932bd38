//! What a plan costs in requests and seconds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{Coverage, Kind, Name, Snapshot, Verb};

use super::lookup::Lookup;
use super::steps::is_read_again;
use super::types::{Estimate, Operation};

/// Requests a minute where the account does not say (zendesk-api §4.1: the smallest plan's limit).
const LEAST_RATE: u64 = 200;

/// Fewer memberships than this are always looked up one by one.
const MANY_LOOKUPS: usize = 10;

/// How long the list of all group memberships is, which an apply reads where it needs many of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeList {
    /// The requests it takes; `None` where it was not read, and so is not known.
    pages: Option<u64>,
}

impl WholeList {
    /// The list as a snapshot has it.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let mut parts = snapshot.parts.iter();
        let whole = parts.any(|part| {
            part.kind == Kind::GroupMembership
                && matches!(part.coverage, Coverage::All | Coverage::Staff)
        });
        let live = || snapshot.of_kind(Kind::GroupMembership).count() as u64;
        Self {
            pages: whole.then(|| live() / 100 + 1),
        }
    }

    /// Says whether reading it takes fewer requests than so many lookups.
    pub fn is_cheaper_than(self, lookups: usize) -> bool {
        self.requests(lookups) < lookups as u64
    }

    /// The requests that so many lookups take, or the list instead of them.
    pub(super) fn requests(self, lookups: usize) -> u64 {
        let one_by_one = lookups as u64;
        let list = self.pages.filter(|_| lookups >= MANY_LOOKUPS);
        list.map_or(one_by_one, |pages| pages.min(one_by_one))
    }
}

/// Rounds of asking after the jobs of one wave.
pub(super) const POLL_ROUNDS: u64 = 2;

/// Seconds those rounds wait: one, then two.
const POLL_SECONDS: u64 = 3;

/// Counts what is sent, what is asked afterwards, and how long it takes within four fifths of the
/// account's limit. Plain updates of users take a second each (zendesk-api §4.2).
pub(super) fn estimate(snapshot: &Snapshot, operations: &[Operation], list: WholeList) -> Estimate {
    let writes = operations.len() as u64;
    let bulk = operations.iter().filter(|operation| operation.write.many);
    let waves: BTreeSet<u32> = bulk.map(|operation| operation.wave).collect();
    let rounds = waves.len() as u64;
    let jobs = rounds * POLL_ROUNDS;
    let polls =
        jobs + readings(operations) + settling(operations, list) + lookups(operations, list);
    let updates = operations.iter().filter(|operation| {
        let write = &operation.write;
        write.verb == Verb::Update && write.kind == Kind::User && !write.many
    });
    let rate = snapshot.rate_limit.unwrap_or(LEAST_RATE).max(1);
    // 60 seconds over 80 percent of the rate, rounded up: requests · 60 · 10 / (rate · 8).
    let by_rate = ((writes + polls) * 600).div_ceil(rate * 8);
    let by_updates = updates.count() as u64;
    Estimate {
        reads: snapshot.requests(),
        writes,
        polls,
        seconds: by_rate.max(by_updates) + rounds * POLL_SECONDS,
    }
}

/// Requests that read again what jobs have made, one for each job.
fn readings(operations: &[Operation]) -> u64 {
    let read_again = operations.iter().filter(|operation| {
        let write = &operation.write;
        write.many && is_read_again((write.verb, write.kind))
    });
    read_again.count() as u64
}

/// Requests that look up what has no number yet: an address that is switched or dropped, and a membership
/// that a job has made and that becomes a default.
fn lookups(operations: &[Operation], list: WholeList) -> u64 {
    let jobs = operations
        .iter()
        .filter(|operation| operation.write.many && operation.write.verb == Verb::Create);
    let made = jobs.flat_map(|operation| &operation.write.items);
    let by_job = Lookup::of(made.map(|item| (item.address.clone(), ())));
    let switches = |operation: &&Operation| match operation.write.verb {
        Verb::MakeEmailPrimary | Verb::RemoveEmail => true,
        Verb::MakeDefault | Verb::Create | Verb::Update | Verb::Delete | Verb::AddEmail => false,
    };
    let switches = operations.iter().filter(switches).count() as u64;
    let defaults = operations.iter().filter(|operation| {
        let write = &operation.write;
        write.verb == Verb::MakeDefault
            && write
                .items
                .iter()
                .any(|item| by_job.contains(&item.address))
    });
    switches + list.requests(defaults.count())
}

/// Requests that read memberships again: one of each kind for every person who settles, or the list of all
/// in groups.
fn settling(operations: &[Operation], list: WholeList) -> u64 {
    let mut lists: Vec<(Kind, &Name)> = operations
        .iter()
        .flat_map(Operation::lists_read_again)
        .collect();
    lists.sort();
    lists.dedup();
    let in_groups = lists
        .iter()
        .filter(|(kind, _)| *kind == Kind::GroupMembership);
    let in_groups = in_groups.count();
    list.requests(in_groups) + (lists.len() - in_groups) as u64
}

#[cfg(test)]
mod tests {
    use super::WholeList;

    #[test]
    fn the_whole_list_is_read_where_that_is_cheaper() {
        let of = |pages| WholeList { pages };
        assert!(!of(None).is_cheaper_than(1_000_000));
        assert!(!of(Some(1)).is_cheaper_than(9));
        assert!(of(Some(1)).is_cheaper_than(10));
        assert!(!of(Some(150)).is_cheaper_than(150));
        assert_eq!(of(Some(150)).requests(20), 20);
        assert_eq!(of(Some(150)).requests(300), 150);
    }
}
