//! When a call is sent again: pure decisions, without a clock (zendesk-api §15).

use std::time::Duration;

use http::StatusCode;

use super::Replay;

/// Tries of a call that meets errors of the service or the network.
const TRIES: u32 = 5;
/// Tries of a call that collides with another edit.
const COLLISION_TRIES: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The wait after a 429 that names none: the service counts in clock minutes.
const WITHOUT_RETRY_AFTER: Duration = Duration::from_secs(60);

/// How one try ended, if not well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It was certainly not executed: no connection.
    NotSent,
    /// It may have been executed: the answer is missing or cannot be read.
    Unknown,
    /// The service answered with this status and, perhaps, the time to wait.
    Status(StatusCode, Option<Duration>),
}

/// What is known of a call when the decision is made.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// What may be done when the outcome is unknown.
    pub replay: Replay,
    /// Tries so far, from 1.
    pub tries: u32,
    /// The time since the first try.
    pub elapsed: Duration,
    /// The time after which nothing is tried again.
    pub deadline: Duration,
    /// Whether this account has ever answered in this run. Where it has not, a missing connection is
    /// more likely a wrong address than a passing fault.
    pub answered_before: bool,
    /// A number that spreads the waits of calls that failed together.
    pub jitter: u64,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send it again after this time, not before.
    Again(Duration),
    /// Report the error.
    GiveUp,
    /// Look at the account: it may have happened, and a second one would be another one.
    Look,
}

/// Decides what follows a try that did not end well.
pub fn next_step(trouble: Trouble, situation: &Situation) -> Step {
    let step = undelayed(trouble, situation);
    match step {
        Step::Again(wait) if situation.elapsed.saturating_add(wait) > situation.deadline => {
            Step::GiveUp
        }
        Step::Again(_) | Step::GiveUp | Step::Look => step,
    }
}

fn undelayed(trouble: Trouble, situation: &Situation) -> Step {
    let Situation {
        replay,
        tries,
        elapsed: _,
        deadline: _,
        answered_before,
        jitter,
    } = *situation;
    let backed_off = || Step::Again(back_off(tries, jitter));
    match trouble {
        Trouble::NotSent if answered_before && tries < TRIES => backed_off(),
        Trouble::NotSent => Step::GiveUp,
        Trouble::Unknown => uncertain(replay, tries, back_off(tries, jitter)),
        Trouble::Status(status, retry_after) => match status.as_u16() {
            429 => {
                let wait = retry_after.unwrap_or(WITHOUT_RETRY_AFTER);
                Step::Again(at_least(wait, tries, jitter))
            }
            409 if tries < COLLISION_TRIES => backed_off(),
            503 => {
                let wait = at_least(retry_after.unwrap_or_default(), tries, jitter);
                uncertain(replay, tries, wait)
            }
            408 | 500..=599 => uncertain(replay, tries, back_off(tries, jitter)),
            _ => Step::GiveUp,
        },
    }
}

/// A call that may have been executed is repeated only where that does no harm.
const fn uncertain(replay: Replay, tries: u32, wait: Duration) -> Step {
    match replay {
        Replay::LookFirst => Step::Look,
        Replay::Safe if tries < TRIES => Step::Again(wait),
        Replay::Safe => Step::GiveUp,
    }
}

/// The time that the service named and a little more, but no less than without it: a named time may be
/// zero.
fn at_least(named: Duration, tries: u32, jitter: u64) -> Duration {
    let named = named.saturating_add(spread(Duration::from_secs(1), jitter));
    named.max(back_off(tries, jitter))
}

/// Half a second, doubled with every try, half of it spread.
fn back_off(tries: u32, jitter: u64) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << tries.saturating_sub(1).min(10));
    let pause = doubled.min(LONGEST_PAUSE);
    pause.saturating_add(spread(pause / 2, jitter))
}

/// A part of `most` that is the same for the same `jitter`.
fn spread(most: Duration, jitter: u64) -> Duration {
    let part = u32::try_from(mix(jitter) % 1000).unwrap_or(0);
    most * part / 1000
}

/// Scatters neighbouring numbers (the finalizer of splitmix64).
const fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::StatusCode;

    use super::{Situation, Step, Trouble, next_step};
    use crate::api::Replay;

    fn situation(replay: Replay, tries: u32) -> Situation {
        Situation {
            replay,
            tries,
            elapsed: Duration::ZERO,
            deadline: Duration::from_secs(300),
            answered_before: true,
            jitter: 7,
        }
    }

    fn status(code: u16, retry_after: Option<u64>) -> Trouble {
        Trouble::Status(
            StatusCode::from_u16(code).unwrap(),
            retry_after.map(Duration::from_secs),
        )
    }

    #[test]
    fn each_trouble_has_its_own_answer() {
        for (case, trouble, safe, look_first) in [
            ("no connection", Trouble::NotSent, "again", "again"),
            ("no answer", Trouble::Unknown, "again", "look"),
            ("rate limit", status(429, Some(27)), "again", "again"),
            (
                "rate limit without a time",
                status(429, None),
                "again",
                "again",
            ),
            ("collision", status(409, None), "again", "again"),
            ("overload", status(503, Some(5)), "again", "look"),
            (
                "overload without a time",
                status(503, None),
                "again",
                "look",
            ),
            ("crash", status(500, None), "again", "look"),
            ("gateway", status(502, None), "again", "look"),
            ("gateway timeout", status(504, None), "again", "look"),
            ("request timeout", status(408, None), "again", "look"),
            ("bad request", status(400, None), "give up", "give up"),
            ("unauthorized", status(401, None), "give up", "give up"),
            ("forbidden", status(403, None), "give up", "give up"),
            ("not found", status(404, None), "give up", "give up"),
            ("invalid", status(422, None), "give up", "give up"),
            ("redirect", status(302, None), "give up", "give up"),
        ] {
            for (replay, expected) in [(Replay::Safe, safe), (Replay::LookFirst, look_first)] {
                let step = match next_step(trouble, &situation(replay, 1)) {
                    Step::Again(_) => "again",
                    Step::GiveUp => "give up",
                    Step::Look => "look",
                };
                assert_eq!(step, expected, "{case}, {replay:?}");
            }
        }
    }

    #[test]
    fn nothing_is_sent_before_the_time_the_service_named() {
        for jitter in 0..200 {
            for trouble in [status(429, Some(27)), status(503, Some(27))] {
                let step = next_step(
                    trouble,
                    &Situation {
                        jitter,
                        ..situation(Replay::Safe, 1)
                    },
                );
                let Step::Again(wait) = step else {
                    panic!("{step:?}")
                };
                assert!(wait >= Duration::from_secs(27) && wait < Duration::from_secs(28));
            }
        }
    }

    #[test]
    fn a_service_that_names_no_time_at_all_is_not_hammered() {
        let step = next_step(status(429, Some(0)), &situation(Replay::Safe, 7));
        let Step::Again(wait) = step else {
            panic!("{step:?}")
        };
        assert!(wait >= Duration::from_secs(30));
    }

    #[test]
    fn waits_grow_spread_and_end() {
        let waits = |jitter| -> Vec<Step> {
            (1..=5)
                .map(|tries| {
                    next_step(
                        Trouble::Unknown,
                        &Situation {
                            jitter,
                            ..situation(Replay::Safe, tries)
                        },
                    )
                })
                .collect()
        };
        let first = waits(1);
        for (place, least) in [(0, 500), (1, 1000), (2, 2000), (3, 4000)] {
            let Step::Again(wait) = first[place] else {
                panic!("{first:?}")
            };
            assert!(wait >= Duration::from_millis(least));
            assert!(wait <= Duration::from_millis(least * 3 / 2));
        }
        assert_eq!(first[4], Step::GiveUp);
        assert_ne!(first, waits(2));
        assert_eq!(first, waits(1));
    }

    #[test]
    fn the_deadline_ends_everything() {
        let late = Situation {
            elapsed: Duration::from_secs(290),
            ..situation(Replay::Safe, 1)
        };
        assert_eq!(next_step(status(429, Some(27)), &late), Step::GiveUp);
    }

    #[test]
    fn an_account_that_never_answered_is_not_waited_for() {
        let fresh = Situation {
            answered_before: false,
            ..situation(Replay::Safe, 1)
        };
        assert_eq!(next_step(Trouble::NotSent, &fresh), Step::GiveUp);
    }
}
