//! Roles that end with nothing to follow.

use super::{Check, Found, Rule};
use crate::desired::grant::Held;
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::Code;
use crate::manifest::RuleLevel;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD024"),
    title: "a role ends and none follows",
    level: RuleLevel::Error,
    enforced: false,
    why: "A grant whose end has come counts as not declared, and a role that is not declared is left \
          alone: the person would keep it. Give a profile or the defaults the role that follows.",
    config: "",
    bad: "users:\n  - email: ada@example.com\n    role: { role: admin, until: 2026-12-31 }\n",
    good: "profiles:\n  - { name: support, role: agent }\nusers:\n  - email: ada@example.com\n    profile: support\n    role: { role: admin, until: 2026-12-31 }\n",
    source: "zdsync's own rule.",
    checks: &[Check::Person(check)],
};

fn check(_: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    if person.leaves() {
        return;
    }
    let last = person.all(|values| values.role).last();
    let Some(last) = last.map(|grant| Held::new(grant.value, grant.source)) else {
        return;
    };
    if last.until.is_some() {
        let finding = found
            .new_finding(format!(
                "nothing says which role follows `{}`",
                last.name.value
            ))
            .at(last.name.place(), "ends, and the person keeps it")
            .help("give a profile of this person, or the defaults, the role that follows");
        found.push(finding);
    }
}
