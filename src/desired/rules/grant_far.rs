//! Grants that end in the far future.

use std::sync::Arc;

use super::{Check, Found, Rule, grants};
use crate::desired::index::Context;
use crate::diag::{Code, Source};
use crate::manifest::{RuleLevel, Values};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD022"),
    title: "a grant ends in the far future",
    level: RuleLevel::Warning,
    enforced: false,
    why: "A grant with an end years ahead is a permanent one by another name, or a slip of the pen. \
          `grants.longest_days` in the configuration says how far ahead is far; without it, 366 days.",
    config: "",
    bad: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    groups: [{ group: Tier 1, until: 2226-12-31 }]\n",
    good: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    groups: [{ group: Tier 1, until: 2026-12-31 }]\n",
    source: "zdsync's own rule.",
    checks: &[Check::Values(check)],
};

const SECONDS_A_DAY: i64 = 86_400;

fn check(context: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    let longest = context.project.config.grants.longest_days.get();
    let longest = longest.map_or(366, |days| i64::from(days.value));
    for grant in grants(values, source) {
        let (Some(end), Some(until)) = (grant.end, grant.until) else {
            continue;
        };
        let days = end.as_second().saturating_sub(context.at.as_second()) / SECONDS_A_DAY;
        if days > longest {
            let finding = found
                .new_finding(format!(
                    "the grant of `{}` ends in {days} days",
                    grant.name.value
                ))
                .at(until.place(), "far ahead")
                .help(format!(
                    "choose an end within {longest} days, or take `until` out if it is for good"
                ));
            found.push(finding);
        }
    }
}
