//! External ids that two entries share.

use std::borrow::Cow;

use super::{Check, Found, Rule};
use crate::desired::entry::Placed;
use crate::desired::index::{ByName, Context};
use crate::diag::Code;
use crate::manifest::{Clearable, Given, RuleLevel};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD037"),
    title: "an external id is used twice",
    level: RuleLevel::Error,
    enforced: true,
    why: "`external_id` is unique among people and among organizations. Zendesk compares it ignoring \
          case: `HR-7` and `hr-7` are one.",
    config: "",
    bad: "users:\n  - { email: ada@example.com, external_id: HR-7 }\n  - { email: bob@example.com, external_id: hr-7 }\n",
    good: "users:\n  - { email: ada@example.com, external_id: HR-7 }\n  - { email: bob@example.com, external_id: HR-8 }\n",
    source: "Zendesk's reference, Users and Organizations.",
    checks: &[Check::Project(check)],
};

fn check(context: &Context<'_>, found: &mut Found<'_>) {
    check_kind(&context.users, |entry| &entry.external_id, found);
    check_kind(&context.organizations, |entry| &entry.external_id, found);
}

fn check_kind<'a, T: 'a>(
    all: &ByName<'a, T>,
    external_id: impl Fn(&'a T) -> &'a Given<Clearable>,
    found: &mut Found<'_>,
) {
    // Sorted rather than kept in a map: there are as many as there are people.
    let mut given: Vec<(Cow<'a, str>, Placed<'a, Clearable>)> = all
        .values()
        .filter_map(|entry| {
            let given = external_id(entry.value).get()?;
            let text = given.value.as_deref()?.trim();
            let lower = !text.chars().any(char::is_uppercase);
            let folded = if lower {
                Cow::Borrowed(text)
            } else {
                Cow::Owned(text.to_lowercase())
            };
            (!folded.is_empty()).then(|| (folded, entry.placed(given)))
        })
        .collect();
    let order = |place: &Placed<'a, Clearable>| (place.source.path(), place.span);
    given.sort_by(|(a, at), (b, other)| (a, order(at)).cmp(&(b, order(other))));
    for pair in given.windows(2) {
        if let [(name, first), (again, second)] = pair
            && name == again
        {
            let finding = found
                .new_finding(format!("external id `{name}` is used twice"))
                .at(second.place(), "again here")
                .related("first here", first.place())
                .help("give each its own; upper and lower case make no difference");
            found.push(finding);
        }
    }
}
