//! Grants that have ended.

use std::sync::Arc;

use super::{Check, Found, Rule, grants};
use crate::desired::index::Context;
use crate::diag::{Code, Source};
use crate::manifest::{RuleLevel, Values};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD021"),
    title: "a grant has ended",
    level: RuleLevel::Warning,
    enforced: false,
    why: "A grant whose end has come counts as not declared. The line is of no more use and misleads who \
          reads it.",
    config: "",
    bad: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    groups: [{ group: Tier 1, until: 2020-12-31 }]\n",
    good: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    groups: []\n",
    source: "zdsync's own rule.",
    checks: &[Check::Values(check)],
};

fn check(context: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    for grant in grants(values, source) {
        if let Some(until) = grant.until.filter(|_| grant.has_ended(context.at)) {
            let finding = found
                .new_finding(format!("the grant of `{}` has ended", grant.name.value))
                .at(until.place(), "is over")
                .help("take the line out: it counts as not there");
            found.push(finding);
        }
    }
}
