//! People in too many organizations.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::Code;
use crate::manifest::RuleLevel;

const MOST: usize = 300;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD038"),
    title: "too many organizations",
    level: RuleLevel::Error,
    enforced: true,
    why: "A person can be in at most 300 organizations.",
    config: "",
    bad: "",
    good: "",
    source: "Zendesk's reference, Organization Memberships.",
    checks: &[Check::Person(check)],
};

fn check(_: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let Some(joined) = person.organizations.as_ref() else {
        return;
    };
    if joined.held.len() > MOST && !person.leaves() {
        let message = format!(
            "`{}` would be in {} organizations, and {MOST} are allowed",
            person.address,
            joined.held.len()
        );
        let finding = found
            .new_finding(message)
            .at(joined.list.place(), "too many")
            .help("take some out, or split the person's work");
        found.push(finding);
    }
}
