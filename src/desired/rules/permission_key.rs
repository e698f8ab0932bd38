//! Permissions that are not known.

use super::permissions::{KNOWN, takes};
use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::{Code, Place, nearest};
use crate::manifest::{RoleEntry, RuleLevel};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD051"),
    title: "an unknown permission",
    level: RuleLevel::Warning,
    enforced: false,
    why: "Zendesk ignores permissions that it does not know, so that a misspelt one would be sent with \
          every plan and never hold. New ones appear from time to time, hence a warning only.",
    config: "",
    bad: "roles:\n  - name: Tier 2\n    configuration: { ticket_deletions: true }\n",
    good: "roles:\n  - name: Tier 2\n    configuration: { ticket_deletion: true }\n",
    source: "Zendesk's reference, Custom Agent Roles.",
    checks: &[Check::Role(check)],
};

fn check(_: &Context<'_>, _: &Name, entry: &Entry<'_, RoleEntry>, found: &mut Found<'_>) {
    let all = entry.value.configuration.get();
    for (key, _) in all.into_iter().flat_map(|all| &all.value.0) {
        if takes(&key.value).is_some() {
            continue;
        }
        let finding = found
            .new_finding(format!("permission `{}` is not known", key.value))
            .at(
                Place::new(entry.home.source, key.span),
                "Zendesk may ignore it",
            );
        let known = KNOWN.iter().map(|(known, _)| *known);
        found.push(match nearest(&key.value, known) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help("see whether the account answers with it; if so, this is noise"),
        });
    }
}
