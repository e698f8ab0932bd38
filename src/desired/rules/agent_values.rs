//! Values that only agents have.

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::Code;
use crate::manifest::RuleLevel;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD035"),
    title: "a value that only agents have",
    level: RuleLevel::Warning,
    enforced: false,
    why: "`signature` and `only_private_comments` are for agents and administrators. On an end user they \
          have no effect.",
    config: "",
    bad: "users:\n  - email: bob@example.com\n    role: end-user\n    signature: Kind regards, Bob\n",
    good: "users:\n  - email: bob@example.com\n    role: end-user\n",
    source: "Zendesk's reference, Users.",
    checks: &[Check::Person(check)],
};

fn check(_: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let Some((said, here)) = person.made_end_user() else {
        return;
    };
    let signature = person.pick(|values| values.signature);
    let signature = signature
        .filter(|text| text.value.as_ref().is_some_and(|text| !text.is_empty()))
        .map(|text| ("signature", text.place()));
    let private = person.pick(|values| values.only_private_comments);
    let private = private
        .filter(|only| *only.value)
        .map(|only| ("only_private_comments", only.place()));
    for (key, place) in signature.into_iter().chain(private) {
        let finding = found
            .new_finding(format!("`{key}` has no effect on an end user"))
            .at(place, "for agents only")
            .related(&said, here.clone())
            .help("take it out, or make the person an agent");
        found.push(finding);
    }
}
