//! What a plan costs in requests and seconds.

use std::collections::BTreeSet;

use crate::model::{Kind, Name, Snapshot, Verb};

use super::lookup::Lookup;
use super::steps::is_read_again;
use super::types::{Estimate, Operation};

/// Requests a minute where the account does not say (zendesk-api §4.1: the smallest plan's limit).
const LEAST_RATE: u64 = 200;

/// From this many memberships up whose numbers no job tells, an apply reads the whole list for them.
pub const MANY_LOOKUPS: usize = 10;

/// Rounds of asking after the jobs of one wave.
pub(super) const POLL_ROUNDS: u64 = 2;

/// Seconds those rounds wait: one, then two.
const POLL_SECONDS: u64 = 3;

/// Counts what is sent, what is asked afterwards, and how long it takes within four fifths of the
/// account's limit. Plain updates of users take a second each (zendesk-api §4.2).
pub(super) fn estimate(snapshot: &Snapshot, operations: &[Operation]) -> Estimate {
    let writes = operations.len() as u64;
    let bulk = operations.iter().filter(|operation| operation.write.many);
    let waves: BTreeSet<u32> = bulk.map(|operation| operation.wave).collect();
    let rounds = waves.len() as u64;
    let jobs = rounds * POLL_ROUNDS;
    let polls = jobs + readings(operations) + settling(operations) + lookups(snapshot, operations);
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
fn lookups(snapshot: &Snapshot, operations: &[Operation]) -> u64 {
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
    let defaults = defaults.count();
    let live = snapshot.of_kind(Kind::GroupMembership).count();
    let by_list = (live + defaults).div_ceil(100);
    let cheapest = if defaults < MANY_LOOKUPS {
        defaults
    } else {
        by_list
    };
    switches + cheapest as u64
}

/// Requests that read memberships again: one of each kind for every person who settles.
fn settling(operations: &[Operation]) -> u64 {
    let settles = operations.iter().flat_map(|operation| &operation.settles);
    let whole = operations.iter().flat_map(|operation| &operation.whole);
    let settles = settles.map(|one| (one.kind(), one.name()));
    let whole = whole.map(|one| (Kind::OrganizationMembership, one.name()));
    let mut lists: Vec<(Kind, &Name)> = settles.chain(whole).collect();
    lists.sort();
    lists.dedup();
    lists.len() as u64
}
