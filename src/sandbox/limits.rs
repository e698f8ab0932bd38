//! Counting requests in windows of the clock (zendesk-api §4).

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is counted and how often it may happen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) total: u32,
    /// Length of the window as a part of a minute: 60 is a minute, 1 a second.
    pub(crate) seconds: u32,
}

impl Limit {
    pub(crate) const fn per_minute(total: u32) -> Self {
        Self { total, seconds: 60 }
    }
}

/// What is left after a request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) total: u32,
    pub(crate) remaining: u32,
    pub(crate) resets: i64,
}

impl Left {
    /// Writes the value of an endpoint's own rate-limit header.
    pub(crate) fn header(&self) -> String {
        let Self {
            total,
            remaining,
            resets,
        } = self;
        format!("total={total}; remaining={remaining}; resets={resets}")
    }
}

/// The counters of all windows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Limits {
    used: BTreeMap<String, Used>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Used {
    /// When the window ends, in milliseconds since the epoch.
    ends: i64,
    count: u32,
}

impl Limits {
    /// Counts one use of `name`, or tells in how many seconds there is room again.
    pub(crate) fn take(
        &mut self,
        name: &str,
        limit: Limit,
        minute: Duration,
        now: Timestamp,
    ) -> Result<Left, i64> {
        let ends = window_end(limit, minute, now);
        let resets = seconds_until(ends, now);
        let used = self
            .used
            .entry(name.to_owned())
            .or_insert(Used { ends, count: 0 });
        if used.ends != ends {
            *used = Used { ends, count: 0 };
        }
        if used.count >= limit.total {
            return Err(resets.max(1));
        }
        used.count += 1;
        Ok(Left {
            total: limit.total,
            remaining: limit.total - used.count,
            resets,
        })
    }

    /// Forgets windows that are over.
    pub(crate) fn sweep(&mut self, now: Timestamp) {
        if self.used.len() > 64 {
            self.used.retain(|_, used| used.ends > now.as_millisecond());
        }
    }
}

/// Windows are aligned to the clock, not to the first request.
fn window_end(limit: Limit, minute: Duration, now: Timestamp) -> i64 {
    let minute = i64::try_from(minute.as_millis()).unwrap_or(60_000);
    let length = (minute * i64::from(limit.seconds) / 60).max(1);
    (now.as_millisecond().div_euclid(length) + 1) * length
}

fn seconds_until(ends: i64, now: Timestamp) -> i64 {
    (ends - now.as_millisecond() + 999) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn a_window_ends_with_the_clock_minute() {
        let mut limits = Limits::default();
        let five = Limit::per_minute(5);
        let minute = Duration::from_secs(60);
        let now = at("2026-05-06T23:20:33Z");
        for left in (0..5).rev() {
            let taken = limits.take("user", five, minute, now);
            assert_eq!(
                taken,
                Ok(Left {
                    total: 5,
                    remaining: left,
                    resets: 27
                })
            );
        }
        assert_eq!(limits.take("user", five, minute, now), Err(27));
        assert_eq!(
            limits
                .take("other", five, minute, now)
                .map(|left| left.remaining),
            Ok(4)
        );
        let later = at("2026-05-06T23:21:00Z");
        assert_eq!(
            limits
                .take("user", five, minute, later)
                .map(|left| left.remaining),
            Ok(4)
        );
    }

    #[test]
    fn windows_scale_with_the_minute() {
        let mut limits = Limits::default();
        let one = Limit {
            total: 1,
            seconds: 60,
        };
        let fast = Duration::from_millis(600);
        let start = at("2026-01-01T00:00:00Z");
        assert!(limits.take("a", one, fast, start).is_ok());
        assert_eq!(limits.take("a", one, fast, start), Err(1));
        assert!(
            limits
                .take("a", one, fast, at("2026-01-01T00:00:00.600Z"))
                .is_ok()
        );
    }
}
