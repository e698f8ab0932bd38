//! Grants: when they end, and whether they have.

use std::sync::LazyLock;

use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZoneDatabase;
use jiff::{Timestamp, civil};

use super::entry::Placed;
use crate::diag::Place;
use crate::manifest::{Grant, Text};

/// The time zones that are known: those of this program, whatever the machine has.
pub(super) static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

static PARSER: DateTimeParser = DateTimeParser::new();

/// Reads when a grant ends: a date, which means the last second of that day in UTC, or a time with
/// its zone. `None` where it is neither.
pub(super) fn end(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(date) = text.parse::<civil::Date>()
        && text.len() == 10
    {
        let last = date.at(23, 59, 59, 0);
        return last.in_tz("UTC").ok().map(|end| end.timestamp());
    }
    if text.contains('[') {
        let end = PARSER.parse_zoned_with(&ZONES, text);
        return end.ok().map(|end| end.timestamp());
    }
    text.parse().ok()
}

/// One grant of something that is declared.
#[derive(Clone, Debug)]
pub(super) struct Held<'a> {
    /// The name, as it is written in the grant.
    pub(super) name: Placed<'a, Text>,
    /// When it ends, as written.
    pub(super) until: Option<Placed<'a, Text>>,
    /// When it ends.
    pub(super) end: Option<Timestamp>,
    /// Why it was given.
    pub(super) reason: Option<Placed<'a, Text>>,
}

impl<'a> Held<'a> {
    /// Reads a grant that stands in the file of `name`.
    pub(super) fn new<K: 'a>(
        grant: &'a Grant<K>,
        source: &'a std::sync::Arc<crate::diag::Source>,
    ) -> Self {
        let until = grant.until.as_deref();
        Self {
            name: Placed::new(&grant.name, source),
            until: until.map(|until| Placed::new(until, source)),
            end: until.and_then(|until| end(until)),
            reason: grant
                .reason
                .as_deref()
                .map(|reason| Placed::new(reason, source)),
        }
    }

    /// Says whether it has ended at `at`.
    pub(super) fn has_ended(&self, at: Timestamp) -> bool {
        self.end.is_some_and(|end| end < at)
    }

    /// The place of the name.
    pub(super) fn place(&self) -> Place {
        self.name.place()
    }

    /// Its end and reason, where it has an end.
    pub(super) fn grant(&self) -> Option<crate::model::Grant> {
        self.end.map(|until| crate::model::Grant {
            until,
            reason: self.reason.map(|reason| reason.value.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::end;

    #[test]
    fn a_grant_ends_with_its_day_or_at_its_time() {
        for (text, expected) in [
            ("2026-12-31", Some("2026-12-31T23:59:59Z")),
            ("2026-12-31T18:00:00Z", Some("2026-12-31T18:00:00Z")),
            ("2026-12-31T18:00+01:00", Some("2026-12-31T17:00:00Z")),
            (
                "2026-12-31T18:00[Europe/Berlin]",
                Some("2026-12-31T17:00:00Z"),
            ),
            (
                "2026-07-31T18:00[Europe/Berlin]",
                Some("2026-07-31T16:00:00Z"),
            ),
            ("2026-12-31T18:00", None),
            ("2026-02-30", None),
            ("soon", None),
            ("", None),
        ] {
            let end = end(text).map(|end| end.to_string());
            assert_eq!(end.as_deref(), expected, "{text}");
        }
    }
}
