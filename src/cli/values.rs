//! The values of flags as people type them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::model::Kind;

/// Reads `users=12`.
pub(super) fn parse_allowance(text: &str) -> Result<(Kind, u64), String> {
    let sections = || Kind::ALL.map(Kind::section).join(", ");
    let (section, count) = text
        .split_once('=')
        .ok_or_else(|| "write it as KIND=COUNT, such as users=12".to_owned())?;
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| kind.section() == section)
        .ok_or_else(|| format!("`{section}` is none of {}", sections()))?;
    let count = count
        .parse()
        .map_err(|_| format!("`{count}` is not a whole number"))?;
    Ok((kind, count))
}

/// Reads a time, or a day, which begins at midnight UTC.
pub(super) fn parse_time(text: &str) -> Result<Timestamp, String> {
    let day = |day: jiff::civil::Date| day.to_zoned(jiff::tz::TimeZone::UTC);
    // A time without its zone reads as a date, too, and is refused.
    let time = if text.len() == "2026-12-31".len() {
        text.parse().and_then(day).map(|day| day.timestamp())
    } else {
        let zoned = |_| text.parse::<jiff::Zoned>().map(|time| time.timestamp());
        text.parse().or_else(zoned)
    };
    time.map_err(|_| "write it as 2026-12-31T23:00:00Z or 2026-12-31".to_owned())
}

/// Reads `50ms` or `2s`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let duration: SignedDuration = text
        .parse()
        .map_err(|_| "write it as a number with a unit, such as 50ms or 2s".to_owned())?;
    Duration::try_from(duration).map_err(|_| "a time cannot be negative".to_owned())
}

/// As [`parse_duration`], for times that clocks are compared with.
pub(super) fn parse_patience(text: &str) -> Result<SignedDuration, String> {
    parse_duration(text)?
        .try_into()
        .map_err(|_| "that is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Kind, parse_allowance};

    #[test]
    fn allowances_name_a_kind_and_a_count() {
        assert_eq!(parse_allowance("users=12"), Ok((Kind::User, 12)));
        assert!(
            parse_allowance("people=12")
                .unwrap_err()
                .contains("group_memberships")
        );
        assert!(parse_allowance("users").is_err());
        assert!(parse_allowance("users=many").is_err());
    }
}
