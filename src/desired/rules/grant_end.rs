//! Ends of grants that are no time.

use std::sync::Arc;

use super::{Check, Found, Rule, grants};
use crate::desired::grant::{ZONES, end};
use crate::desired::index::Context;
use crate::diag::{Code, Source, nearest};
use crate::manifest::{RuleLevel, Values};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD020"),
    title: "the end of a grant is no time",
    level: RuleLevel::Error,
    enforced: true,
    why: "`until` is a date, which means the end of that day in UTC, or a time with its zone. A time \
          without a zone would end at another moment for everybody who reads it.",
    config: "",
    bad: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    groups: [{ group: Tier 1, until: 2026-12-31T18:00 }]\n",
    good: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    groups: [{ group: Tier 1, until: '2026-12-31T18:00+01:00' }]\n",
    source: "zdsync's own rule; times as in RFC 3339 and RFC 9557.",
    checks: &[Check::Values(check)],
};

fn check(_: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    for grant in grants(values, source) {
        let Some(until) = grant.until.filter(|until| end(until.value).is_none()) else {
            continue;
        };
        let zoneless = until.value.parse::<jiff::civil::DateTime>().is_ok();
        let zone = zone(until.value);
        let (message, help) = if let Some(zone) = zone.filter(|zone| ZONES.get(zone).is_err()) {
            let message = format!("there is no time zone `{zone}`");
            (message, unknown_zone(zone))
        } else if zone.is_none() && zoneless {
            (
                format!("`{}` has no time zone", until.value),
                "add one: `Z`, `+01:00` or `[Europe/Berlin]`".to_owned(),
            )
        } else {
            (
                format!("`{}` is not a date", until.value),
                "write `2026-12-31`, or a time with its zone such as `2026-12-31T18:00+01:00`"
                    .to_owned(),
            )
        };
        let finding = found
            .new_finding(message)
            .at(until.place(), "the end of a grant")
            .help(help);
        found.push(finding);
    }
}

/// The name in brackets at the end, where there is one that is not an offset.
fn zone(until: &str) -> Option<&str> {
    let (_, zone) = until.trim().strip_suffix(']')?.rsplit_once('[')?;
    let name = zone.trim_start_matches('!');
    (!name.starts_with(['+', '-'])).then_some(name)
}

fn unknown_zone(zone: &str) -> String {
    let known: Vec<String> = ZONES.available().map(|zone| zone.to_string()).collect();
    match nearest(zone, known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "write one of IANA's names, such as `Europe/Berlin`".to_owned(),
    }
}
