//! One mail domain for two organizations.

use std::collections::BTreeMap;

use super::{Check, Found, Rule};
use crate::desired::entry::Placed;
use crate::desired::index::Context;
use crate::diag::Code;
use crate::manifest::{RuleLevel, Text};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD072"),
    title: "two organizations share a domain",
    level: RuleLevel::Warning,
    enforced: false,
    why: "Zendesk allows one mail domain for several organizations and then puts new people into the one \
          that comes first in the alphabet.",
    config: "",
    bad: "organizations:\n  - { name: Globex, domain_names: [globex.example] }\n  - { name: Initech, domain_names: [Globex.example] }\n",
    good: "organizations:\n  - { name: Globex, domain_names: [globex.example] }\n  - { name: Initech, domain_names: [initech.example] }\n",
    source: "Zendesk's reference, Organizations.",
    checks: &[Check::Project(check)],
};

fn check(context: &Context<'_>, found: &mut Found<'_>) {
    let mut taken: BTreeMap<Name, (&Name, Placed<'_, Text>)> = BTreeMap::new();
    for (name, entry) in &context.organizations {
        let all = entry.value.domain_names.get();
        for domain in all.into_iter().flat_map(|all| &all.value) {
            let place = entry.placed(domain);
            let domain = Name::new(domain);
            let Some((other, first)) = taken.get(&domain) else {
                taken.insert(domain, (name, place));
                continue;
            };
            if *other == name {
                continue;
            }
            let finding = found
                .new_finding(format!(
                    "`{other}` and `{name}` share the domain `{domain}`"
                ))
                .at(place.place(), "again here")
                .related("first here", first.place())
                .help(format!(
                    "new people with that domain join `{other}`: take it out of the other"
                ));
            found.push(finding);
        }
    }
}
