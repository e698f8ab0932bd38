//! What answers say about limits, in every spelling (zendesk-api §2.2, §4).

use std::time::Duration;

use http::HeaderMap;

/// An endpoint's own limit: `total=5; remaining=2; resets=4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// What is left.
    pub remaining: u64,
    /// The time until it is full again.
    pub resets: Duration,
}

/// The limits one answer tells of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests the account allows in a minute.
    pub limit: Option<u64>,
    /// What is left of them in this minute.
    pub remaining: Option<u64>,
    /// The time to the end of this minute as the service counts it.
    pub reset: Option<Duration>,
    /// The time to wait before asking again.
    pub retry_after: Option<Duration>,
    /// What is left of the updates of the user that was written.
    pub user_updates: Option<Bucket>,
    /// What is left of the background jobs.
    pub jobs: Option<Bucket>,
}

impl Limits {
    /// Reads the headers of one answer. What is missing or makes no sense is left out.
    pub fn read(headers: &HeaderMap) -> Self {
        let number = |names: &[&str]| names.iter().find_map(|name| whole(headers, name));
        Self {
            limit: number(&["x-rate-limit", "ratelimit-limit", "rate-limit"]),
            remaining: number(&[
                "x-rate-limit-remaining",
                "ratelimit-remaining",
                "rate-limit-remaining",
            ]),
            reset: number(&["ratelimit-reset", "rate-limit-reset"]).map(Duration::from_secs),
            retry_after: retry_after(headers),
            user_updates: bucket(headers, "create-update-user"),
            jobs: bucket(headers, "inflight-jobs"),
        }
    }
}

/// A whole number; a list or a fraction is read up to its first sign that is no digit.
fn whole(headers: &HeaderMap, name: &str) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    let digits: &str = text
        .split(|character: char| !character.is_ascii_digit())
        .next()?;
    digits.parse().ok()
}

/// The time to wait: seconds, or a date, which counts from the answer's own so that no clocks have to
/// agree (RFC 9110 §10.2.3). A part of a second is a whole one.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let wait = text("retry-after")?;
    if let Ok(seconds) = wait.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds.ceil()).ok();
    }
    let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok();
    let wait = date(wait)?.duration_since(&date(text("date")?)?);
    Some(Duration::try_from(wait).unwrap_or_default())
}

fn bucket(headers: &HeaderMap, name: &str) -> Option<Bucket> {
    let text = ["zendesk-ratelimit-", "zendesk-rate-limit-"]
        .iter()
        .find_map(|prefix| headers.get(format!("{prefix}{name}")))?
        .to_str()
        .ok()?;
    let field = |wanted: &str| {
        text.split(';')
            .filter_map(|part| part.split_once('='))
            .find(|(key, _)| key.trim() == wanted)
            .and_then(|(_, value)| value.trim().parse::<u64>().ok())
    };
    Some(Bucket {
        remaining: field("remaining")?,
        resets: Duration::from_secs(field("resets")?),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{Bucket, Limits};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn every_spelling_is_read() {
        for (case, pairs, expected) in [
            (
                "2021",
                vec![
                    ("x-rate-limit", "700"),
                    ("x-rate-limit-remaining", "668"),
                    ("retry-after", "27"),
                ],
                (Some(700), Some(668), None, Some(27)),
            ),
            (
                "2023",
                vec![
                    ("rate-limit", "700"),
                    ("rate-limit-remaining", "699"),
                    ("rate-limit-reset", "12"),
                ],
                (Some(700), Some(699), Some(12), None),
            ),
            (
                "2026",
                vec![
                    ("ratelimit-limit", "400"),
                    ("ratelimit-remaining", "396"),
                    ("ratelimit-reset", "48"),
                ],
                (Some(400), Some(396), Some(48), None),
            ),
            (
                "a draft standard",
                vec![("ratelimit-limit", "400, 400;w=60")],
                (Some(400), None, None, None),
            ),
            (
                "nonsense",
                vec![("x-rate-limit", "many"), ("ratelimit-reset", "soon")],
                (None, None, None, None),
            ),
            ("none", vec![], (None, None, None, None)),
        ] {
            let limits = Limits::read(&headers(&pairs));
            let seconds = |wait: Option<Duration>| wait.map(|wait| wait.as_secs());
            assert_eq!(
                (
                    limits.limit,
                    limits.remaining,
                    seconds(limits.reset),
                    seconds(limits.retry_after)
                ),
                expected,
                "{case}"
            );
        }
    }

    #[test]
    fn a_wait_is_seconds_or_a_date_and_never_too_short() {
        let answered = "Wed, 21 Oct 2026 07:27:33 GMT";
        for (wait, date, expected) in [
            ("27", None, Some(27)),
            ("1.5", None, Some(2)),
            ("0", None, Some(0)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", Some(answered), Some(27)),
            ("Wed, 21 Oct 2026 07:27:00 GMT", Some(answered), Some(0)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", None, None),
            ("-1", None, None),
            ("soon", Some(answered), None),
        ] {
            let mut pairs = vec![("retry-after", wait)];
            pairs.extend(date.map(|date| ("date", date)));
            let found = Limits::read(&headers(&pairs)).retry_after;
            assert_eq!(found.map(|wait| wait.as_secs()), expected, "{wait}");
        }
    }

    #[test]
    fn endpoint_limits_are_read() {
        let limits = Limits::read(&headers(&[
            (
                "zendesk-ratelimit-create-update-user",
                "total=5; remaining=2; resets=4",
            ),
            (
                "zendesk-rate-limit-inflight-jobs",
                "total=30; remaining=29; resets=60",
            ),
        ]));
        assert_eq!(
            limits.user_updates,
            Some(Bucket {
                remaining: 2,
                resets: Duration::from_secs(4)
            })
        );
        assert_eq!(limits.jobs.map(|bucket| bucket.remaining), Some(29));
    }
}
