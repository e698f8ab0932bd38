//! Roles of the scope that nobody holds.

use super::{Check, Found, Rule};
use crate::desired::index::{Context, Referable, SYSTEM_ROLES};
use crate::desired::person::role;
use crate::diag::{Code, Place, nearest};
use crate::manifest::RuleLevel;
use crate::model::{Kind, Name};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD081"),
    title: "a scope names an unknown role",
    level: RuleLevel::Warning,
    enforced: false,
    why: "`manage.users.scope.roles` says by role which people are ours. A role that no manifest declares \
          may exist in the account alone; more often it is a slip of the pen, and then nobody is ours.",
    config: "manage: { users: { undeclared: report, scope: { roles: [agnet] } } }\n",
    bad: "groups: []\n",
    good: "",
    source: "zdsync's own rule.",
    checks: &[Check::Project(check)],
};

fn check(context: &Context<'_>, found: &mut Found<'_>) {
    let scope = context.project.config.manage.users.scope.get();
    let roles = scope.and_then(|scope| scope.value.roles.get());
    for name in roles.into_iter().flat_map(|roles| &roles.value) {
        let broken = context.may_be_broken(Referable::Object(Kind::Role), name);
        if broken || role(context, name).is_some() {
            continue;
        }
        let finding = found
            .new_finding(format!("role `{}` is not declared", name.value))
            .at(
                Place::new(&context.project.config_source, name.span),
                "nobody may hold it",
            )
            .help("declare it under `roles`, with `external: true` if it is not ours");
        let known = context.roles.keys().map(Name::as_str);
        let known = known
            .chain(["end-user", "agent", "admin"])
            .chain(SYSTEM_ROLES);
        found.push(match nearest(name, known) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding,
        });
    }
}
