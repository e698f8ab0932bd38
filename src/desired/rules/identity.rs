//! Names with nothing in them.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::diag::Code;
use crate::manifest::RuleLevel;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD015"),
    title: "a name is blank",
    level: RuleLevel::Error,
    enforced: true,
    why: "What names an entry may not be blank: neither `name` nor, for people, `email` and \
          `external_id` together.",
    config: "",
    bad: "groups:\n  - name: ' '\n",
    good: "groups:\n  - name: Tier 1\n",
    source: "Zendesk's reference: `name` is required of roles, groups and organizations.",
    checks: &[Check::Project(check)],
};

fn check(context: &Context<'_>, found: &mut Found<'_>) {
    for (what, place) in &context.blank {
        let help = match *what {
            "user" => "give the person an `email` or an `external_id`",
            _ => "write a name",
        };
        let finding = found
            .new_finding(format!("a {what} has no name"))
            .at(place.clone(), "nothing but blanks")
            .help(help);
        found.push(finding);
    }
}
