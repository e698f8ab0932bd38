//! Ends of grants that are no time.

use std::sync::Arc;

use super::{Check, Found, Rule, grants};
use crate::desired::grant::end;
use crate::desired::index::Context;
use crate::diag::{Code, Source};
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
        let (message, help) = if zoneless {
            (
                format!("`{}` has no time zone", until.value),
                "add one: `Z`, `+01:00` or `[Europe/Berlin]`",
            )
        } else {
            (
                format!("`{}` is not a date", until.value),
                "write `2026-12-31`, or a time with its zone such as `2026-12-31T18:00+01:00`",
            )
        };
        let finding = found
            .new_finding(message)
            .at(until.place(), "the end of a grant")
            .help(help);
        found.push(finding);
    }
}
