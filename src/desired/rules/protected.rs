//! Declarations of what is never changed.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::Code;
use crate::manifest::RuleLevel;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD039"),
    title: "a protected entry",
    level: RuleLevel::Warning,
    enforced: false,
    why: "What the configuration lists under `protected` is never changed, whatever the manifests say. A \
          declaration that differs from the account is refused when it comes to a plan.",
    config: "protected: [user/owner@example.com]\n",
    bad: "users:\n  - email: owner@example.com\n    state: suspended\n",
    good: "users:\n  - email: owner@example.com\n",
    source: "zdsync's own rule.",
    checks: &[Check::Person(check)],
};

fn check(context: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let listed = context.protected.contains(&person.address);
    let touched = person.state.is_some()
        || person.role.is_some()
        || person.groups.is_some()
        || person.organizations.is_some();
    if listed && touched {
        let finding = found
            .new_finding(format!("`{}` is protected", person.address))
            .at(
                person.entry.place(),
                "never changed, whatever is written here",
            )
            .help("take the entry out, or the address out of `protected` in zdsync.yaml");
        found.push(finding);
    }
}
