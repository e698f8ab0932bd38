//! Memberships that Zendesk adds by itself.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::Code;
use crate::manifest::RuleLevel;
use crate::model::{Kind, Name, Undeclared};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD073"),
    title: "a mail domain adds what the list leaves out",
    level: RuleLevel::Warning,
    enforced: false,
    why: "Zendesk puts people into the organization that their mail domain is mapped to, when they are \
          first registered or verified. A list of organizations that leaves it out would take them out \
          again with the next plan.",
    config: "",
    bad: "organizations:\n  - { name: Globex, domain_names: [globex.example] }\nusers:\n  - email: hank@globex.example\n    organizations: []\n",
    good: "organizations:\n  - { name: Globex, domain_names: [globex.example] }\nusers:\n  - email: hank@globex.example\n    organizations: [Globex]\n",
    source: "Zendesk's help centre, domain mapping.",
    checks: &[Check::Person(check)],
};

fn check(context: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let (Some(joined), Some(email)) = (&person.organizations, person.entry.value.email.get())
    else {
        return;
    };
    if person.leaves() || context.undeclared(Kind::OrganizationMembership) != Undeclared::Remove {
        return;
    }
    let Some((_, domain)) = email.value.rsplit_once('@') else {
        return;
    };
    let Some((organization, place)) = context.domains.get(&Name::new(domain)) else {
        return;
    };
    if joined
        .held
        .iter()
        .any(|(held, _)| held.name() == organization)
    {
        return;
    }
    let finding = found
        .new_finding(format!(
            "Zendesk puts `{}` into `{organization}`",
            person.address
        ))
        .at(joined.list.place(), format!("`{organization}` is left out"))
        .related("because of this domain", place.clone())
        .help(format!(
            "add `{organization}` to the list, or delete the key to leave it alone"
        ));
    found.push(finding);
}
