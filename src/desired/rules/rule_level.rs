//! Levels of rules that do not exist or cannot be changed.

use super::{Check, Found, Rule, rule};
use crate::desired::index::Context;
use crate::diag::{Code, Place, nearest};
use crate::manifest::RuleLevel;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD080"),
    title: "the level of a rule cannot be set",
    level: RuleLevel::Error,
    enforced: true,
    why: "`rules` in the configuration says by code which findings are errors, warnings or nothing. What \
          Zendesk enforces, and what zdsync cannot do without, stays an error.",
    config: "rules: { ZD012: off }\n",
    bad: "groups: []\n",
    good: "",
    source: "zdsync's own rule.",
    checks: &[Check::Project(check)],
};

fn check(context: &Context<'_>, found: &mut Found<'_>) {
    for (code, level) in &context.project.config.rules.0 {
        let place = Place::new(&context.project.config_source, code.span);
        let finding = match rule(code) {
            None => {
                let codes = super::ALL.iter().map(|rule| rule.code.0);
                let finding = found
                    .new_finding(format!("there is no rule `{}`", code.value))
                    .at(place, "unknown code");
                match nearest(code, codes) {
                    Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                    None => finding.help("`zdsync validate` shows the code of each finding"),
                }
            }
            Some(rule) if rule.enforced && level.value != RuleLevel::Error => found
                .new_finding(format!(
                    "the level of `{}` is fixed ({})",
                    code.value, rule.title
                ))
                .at(place, "always an error")
                .help("take it out"),
            Some(_) => continue,
        };
        found.push(finding);
    }
}
