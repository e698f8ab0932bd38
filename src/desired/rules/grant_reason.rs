//! Grants without a reason, where the configuration asks for one.

use std::sync::Arc;

use super::{Check, Found, Rule, grants};
use crate::desired::index::Context;
use crate::diag::{Code, Source};
use crate::manifest::{RuleLevel, Values};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD023"),
    title: "a grant gives no reason",
    level: RuleLevel::Error,
    enforced: false,
    why: "With `grants.require_reason: true` in the configuration, every grant with an end says why it \
          was given, such as the number of a ticket.",
    config: "grants: { require_reason: true }\n",
    bad: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    groups: [{ group: Tier 1, until: 2026-12-31 }]\n",
    good: "groups:\n  - name: Tier 1\nusers:\n  - email: ada@example.com\n    groups: [{ group: Tier 1, until: 2026-12-31, reason: INC-42 }]\n",
    source: "zdsync's own rule.",
    checks: &[Check::Values(check)],
};

fn check(context: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    let wanted = context.project.config.grants.require_reason.get();
    if !wanted.is_some_and(|wanted| wanted.value) {
        return;
    }
    for grant in grants(values, source) {
        let silent = grant
            .reason
            .is_none_or(|reason| reason.value.trim().is_empty());
        if grant.until.is_some() && silent {
            let finding = found
                .new_finding(format!(
                    "the grant of `{}` gives no reason",
                    grant.name.value
                ))
                .at(grant.name.place(), "granted for a while")
                .help("add `reason:`, such as the number of a ticket");
            found.push(finding);
        }
    }
}
