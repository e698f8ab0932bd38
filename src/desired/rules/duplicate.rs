//! The same thing declared twice.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::diag::Code;
use crate::manifest::RuleLevel;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD011"),
    title: "declared twice",
    level: RuleLevel::Error,
    enforced: true,
    why: "All manifests are one set, and every name stands in it once: of two declarations, \
          neither could be said to hold. Names and e-mail addresses are compared ignoring case and \
          outer blanks, as Zendesk compares them.",
    config: "",
    bad: "groups:\n  - name: Tier 1\n  - name: tier 1\n",
    good: "groups:\n  - name: Tier 1\n",
    source: "Zendesk's reference: names of roles and organizations, and addresses and external ids \
             of people, are unique ignoring case.",
    checks: &[Check::Project(check)],
};

fn check(context: &Context<'_>, found: &mut Found<'_>) {
    for duplicate in &context.duplicates {
        let message = format!("{} `{}` is declared twice", duplicate.what, duplicate.name);
        let finding = found
            .new_finding(message)
            .at(duplicate.second.clone(), "declared again here")
            .related("first declared here", duplicate.first.clone())
            .help(format!(
                "keep one of them; the first is in {}",
                duplicate.first
            ));
        found.push(finding);
    }
}
