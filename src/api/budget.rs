//! How fast requests may follow each other, so that the account's other users never notice.
//!
//! A state machine over the time it is told: it neither waits nor reads a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::{Class, JobId, Limits};
use crate::model::ObjectId;

const MINUTE: Duration = Duration::from_secs(60);
/// Assumed until the first answer says better; the smallest limit of a plan people use (zendesk-api §4.1).
const ASSUMED_LIMIT: u64 = 200;
/// Updates of one user, and of one organization, in a minute (zendesk-api §4.2).
const UPDATES_A_MINUTE: u64 = 5;
/// One user update a second for the whole account, and a little for requests that overtake each other.
const BETWEEN_USER_UPDATES: Duration = Duration::from_millis(1050);
/// How often those look who wait for the first answer after a refusal.
const BEHIND_THE_FIRST: Duration = Duration::from_millis(100);
/// Background jobs queued or running in one account (zendesk-api §4.2).
const JOBS: u64 = 30;

/// The share of the account's limits that this run may use, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(u8);

impl Share {
    /// A share from 1 to 100 percent; other numbers are brought into that range.
    pub const fn percent(percent: u8) -> Self {
        match percent {
            0 => Self(1),
            1..=100 => Self(percent),
            _ => Self(100),
        }
    }

    const fn of(self, limit: u64) -> u64 {
        let part = limit.saturating_mul(self.0 as u64) / 100;
        if part == 0 { 1 } else { part }
    }
}

impl Default for Share {
    /// Four fifths: the rest stays for people and other programs.
    fn default() -> Self {
        Self(80)
    }
}

/// Counts what was sent and says when the next request may go.
#[derive(Clone, Debug)]
pub struct Budget {
    share: Share,
    limit: Option<u64>,
    /// What the last answer of this minute said is left.
    remaining: Option<u64>,
    in_flight: u64,
    sent: u64,
    window_ends: Option<Timestamp>,
    /// When the next request would be due if all were spread evenly.
    due: Option<Timestamp>,
    paused_until: Option<Timestamp>,
    /// Whether the last answer was that there were too many requests.
    refused: bool,
    user_update_due: Option<Timestamp>,
    updates: BTreeMap<(Updated, ObjectId), u64>,
    running: BTreeSet<JobId>,
    job_slots: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Updated {
    User,
    Organization,
}

impl Budget {
    /// A budget that has seen nothing yet.
    pub const fn new(share: Share) -> Self {
        Self {
            share,
            limit: None,
            remaining: None,
            in_flight: 0,
            sent: 0,
            window_ends: None,
            due: None,
            paused_until: None,
            refused: false,
            user_update_due: None,
            updates: BTreeMap::new(),
            running: BTreeSet::new(),
            job_slots: None,
        }
    }

    /// Requests the account allows in a minute, where it has said so.
    pub const fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// What the account last said is left of this minute.
    pub const fn remaining(&self) -> Option<u64> {
        self.remaining
    }

    /// The requests that may be sent in one minute.
    fn allowance(&self) -> u64 {
        self.share.of(self.limit.unwrap_or(ASSUMED_LIMIT))
    }

    /// How long the next request of `class` has to wait; zero if it may go now.
    pub fn wait(&mut self, now: Timestamp, class: Class) -> Duration {
        self.roll(now);
        let paused = self
            .paused_until
            .map_or(Duration::ZERO, |until| left(now, until));
        // After a refusal one request goes ahead, so that the limit is not run into by many at once again.
        let behind = if self.refused && self.in_flight > 0 {
            BEHIND_THE_FIRST
        } else {
            Duration::ZERO
        };
        paused
            .max(behind)
            .max(self.account_wait(now))
            .max(self.class_wait(now, class))
    }

    /// The account's own limit: spread over the minute after a first burst, and never above the share.
    fn account_wait(&self, now: Timestamp) -> Duration {
        let allowance = self.allowance();
        let reserve = self
            .limit
            .unwrap_or(ASSUMED_LIMIT)
            .saturating_sub(allowance);
        let others_left_too_little = self
            .remaining
            .is_some_and(|remaining| remaining.saturating_sub(self.in_flight) <= reserve);
        let burst = interval(allowance).saturating_mul(burst(allowance));
        let spread = self
            .due
            .map_or(Duration::ZERO, |due| left(now, due).saturating_sub(burst));
        if self.sent >= allowance || others_left_too_little {
            let rest = self.window_ends.map_or(MINUTE, |end| left(now, end));
            return rest.max(spread);
        }
        spread
    }

    fn class_wait(&self, now: Timestamp, class: Class) -> Duration {
        let (updated, id, spacing) = match class {
            Class::Plain | Class::Job => return Duration::ZERO,
            Class::UserUpdate(id) => {
                let due = self.user_update_due;
                (
                    Updated::User,
                    id,
                    due.map_or(Duration::ZERO, |due| left(now, due)),
                )
            }
            Class::OrganizationUpdate(id) => (Updated::Organization, id, Duration::ZERO),
        };
        let count = id.and_then(|id| self.updates.get(&(updated, id))).copied();
        if count.unwrap_or(0) >= UPDATES_A_MINUTE {
            let rest = self.window_ends.map_or(MINUTE, |end| left(now, end));
            return rest.max(spacing);
        }
        spacing
    }

    /// Notes that a request goes out now.
    pub fn sent(&mut self, now: Timestamp, class: Class) {
        self.roll(now);
        self.sent += 1;
        self.in_flight += 1;
        let from = self.due.map_or(now, |due| due.max(now));
        self.due = Some(later(from, interval(self.allowance())));
        match class {
            Class::Plain | Class::Job => {}
            Class::UserUpdate(id) => {
                self.user_update_due = Some(later(now, BETWEEN_USER_UPDATES));
                self.count(Updated::User, id);
            }
            Class::OrganizationUpdate(id) => self.count(Updated::Organization, id),
        }
    }

    fn count(&mut self, updated: Updated, id: Option<ObjectId>) {
        if let Some(id) = id {
            *self.updates.entry((updated, id)).or_default() += 1;
        }
    }

    /// Notes that a request came back, or never will.
    pub const fn returned(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Takes over what an answer says about limits.
    pub fn learn(&mut self, now: Timestamp, class: Class, limits: &Limits) {
        self.roll(now);
        if let Some(limit) = limits.limit.filter(|limit| *limit > 0) {
            self.limit = Some(limit);
        }
        if let Some(reset) = limits.reset {
            self.window_ends = Some(later(now, reset.clamp(Duration::from_secs(1), MINUTE)));
        }
        self.remaining = match (self.remaining, limits.remaining) {
            // The service has begun another minute than our clock.
            (Some(known), Some(told)) if told > known.saturating_add(self.in_flight + 8) => {
                self.sent = 0;
                self.updates.clear();
                Some(told)
            }
            // Answers overtake each other: within a minute, only the lowest count is news.
            (Some(known), Some(told)) => Some(known.min(told)),
            (known, told) => told.or(known),
        };
        if let Some(jobs) = limits.jobs {
            self.job_slots = Some(jobs.remaining);
        }
        if let (Some(bucket), Class::UserUpdate(Some(id))) = (limits.user_updates, class) {
            let used = UPDATES_A_MINUTE.saturating_sub(bucket.remaining);
            let counted = self.updates.entry((Updated::User, id)).or_default();
            *counted = (*counted).max(used);
        }
    }

    /// Takes over a refusal because of the account's limit: nobody sends before `wait` is over.
    pub fn pause(&mut self, now: Timestamp, wait: Duration) {
        let until = later(now, wait);
        self.paused_until = Some(self.paused_until.map_or(until, |known| known.max(until)));
        self.refused = true;
    }

    /// Notes an answer that was no refusal for haste; one that was under way when the pause began proves
    /// nothing.
    pub fn accepted(&mut self, now: Timestamp) {
        if self.paused_until.is_none_or(|until| until <= now) {
            self.refused = false;
        }
    }

    /// Notes that a background job was started.
    pub fn job_started(&mut self, job: JobId) {
        self.running.insert(job);
        self.job_slots = self.job_slots.map(|slots| slots.saturating_sub(1));
    }

    /// Notes that a background job has ended.
    pub fn job_ended(&mut self, job: &JobId) {
        if self.running.remove(job) {
            self.job_slots = self.job_slots.map(|slots| slots + 1);
        }
    }

    /// The jobs started here that are not known to have ended, if no further one may be started now.
    pub fn jobs_in_the_way(&self) -> Option<Vec<JobId>> {
        let ours = u64::try_from(self.running.len()).unwrap_or(u64::MAX);
        let full = ours >= self.share.of(JOBS) || self.job_slots == Some(0);
        (full && ours > 0).then(|| self.running.iter().cloned().collect())
    }

    /// Begins a new minute where the last one is over.
    fn roll(&mut self, now: Timestamp) {
        let Some(end) = self.window_ends else {
            self.window_ends = Some(next_clock_minute(now));
            return;
        };
        if now < end {
            return;
        }
        self.window_ends = Some(if left(end, now) < MINUTE {
            later(end, MINUTE)
        } else {
            next_clock_minute(now)
        });
        self.sent = 0;
        self.remaining = None;
        self.updates.clear();
    }
}

/// The distance of requests that are spread evenly over a minute.
fn interval(allowance: u64) -> Duration {
    MINUTE / u32::try_from(allowance).unwrap_or(u32::MAX).max(1)
}

/// How many requests may go at once before they are spread: a tenth of what a minute allows.
fn burst(allowance: u64) -> u32 {
    u32::try_from((allowance / 10).clamp(5, 60)).unwrap_or(5)
}

/// The time from `now` to `until`; zero where that is past.
fn left(now: Timestamp, until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO)
}

fn later(time: Timestamp, wait: Duration) -> Timestamp {
    time.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// The service counts in clock minutes (zendesk-api §4.2).
fn next_clock_minute(now: Timestamp) -> Timestamp {
    let second = now.as_second();
    Timestamp::from_second(second - second.rem_euclid(60) + 60).unwrap_or(Timestamp::MAX)
}
