//! Two profiles that say different things of one person.

use std::sync::Arc;

use super::{Check, Found, Rule};
use crate::desired::entry::Placed;
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::desired::profile::{Layer, references};
use crate::diag::{Code, Source};
use crate::manifest::{Given, Grant, Names, OfRole, RuleLevel, Set, Text, Values};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD014"),
    title: "two profiles disagree",
    level: RuleLevel::Error,
    enforced: false,
    why: "Where an entry takes over two profiles that give one key different values, and does not say \
          itself which holds, the first named would win in silence. Write the key in the entry. Groups \
          and organizations are joined and never disagree.",
    config: "",
    bad: "profiles:\n  - { name: day, time_zone: Berlin }\n  - { name: night, time_zone: Sydney }\nusers:\n  - email: ada@example.com\n    profile: [day, night]\n",
    good: "profiles:\n  - { name: day, time_zone: Berlin }\n  - { name: night, time_zone: Sydney }\nusers:\n  - email: ada@example.com\n    profile: [day, night]\n    time_zone: Berlin\n",
    source: "zdsync's own rule.",
    checks: &[Check::Person(check), Check::Project(check_profiles)],
};

fn check(context: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let own = person.entry.value;
    check_entry(
        context,
        &own.values(),
        &own.profile,
        person.entry.home.source,
        found,
    );
}

fn check_profiles(context: &Context<'_>, found: &mut Found<'_>) {
    for (_, profile) in context.profiles.iter() {
        let own = profile.entry.value;
        check_entry(
            context,
            &own.values(),
            &own.profile,
            profile.entry.home.source,
            found,
        );
    }
}

/// A profile that an entry takes over: how it is named there, and its values.
type Taken<'c, 'a> = (Placed<'a, Text>, &'c [Layer<'a>]);

fn check_entry<'a>(
    context: &Context<'a>,
    own: &Values<'a>,
    profiles: &'a Given<Names>,
    source: &'a Arc<Source>,
    found: &mut Found<'_>,
) {
    if profiles.get().is_none_or(|names| names.value.0.len() < 2) {
        return;
    }
    let taken: Vec<Taken<'_, 'a>> = references(profiles, source)
        .filter_map(|name| Some((name, context.profiles.get(name.value)?.layers.as_slice())))
        .collect();
    let mut compare = Compare {
        own,
        taken: &taken,
        found,
    };
    let text = |left: &Option<Text>, right: &Option<Text>| {
        left.as_deref().unwrap_or_default() == right.as_deref().unwrap_or_default()
    };
    let same_role = |left: &Grant<OfRole>, right: &Grant<OfRole>| {
        Name::new(&left.name) == Name::new(&right.name)
    };
    compare.key("role", |values| values.role, same_role);
    compare.key("default_group", |values| values.default_group, text);
    compare.key("alias", |values| values.alias, text);
    compare.key("phone", |values| values.phone, text);
    compare.key("time_zone", |values| values.time_zone, Text::eq);
    compare.key("locale", |values| values.locale, Text::eq);
    compare.key("tags", |values| values.tags, same_set);
    compare.key("notes", |values| values.notes, text);
    compare.key("details", |values| values.details, text);
    compare.key("signature", |values| values.signature, text);
    compare.key(
        "ticket_restriction",
        |values| values.ticket_restriction,
        text,
    );
    compare.key(
        "only_private_comments",
        |values| values.only_private_comments,
        bool::eq,
    );
    compare.key("moderator", |values| values.moderator, bool::eq);
}

fn same_set(left: &Set, right: &Set) -> bool {
    let sorted = |set: &Set| {
        let mut items: Vec<String> = set.iter().map(|item| item.to_lowercase()).collect();
        items.sort();
        items
    };
    sorted(left) == sorted(right)
}

struct Compare<'c, 'a, 'f> {
    own: &'c Values<'a>,
    taken: &'c [Taken<'c, 'a>],
    found: &'c mut Found<'f>,
}

impl<'a> Compare<'_, 'a, '_> {
    fn key<T: 'a>(
        &mut self,
        key: &str,
        field: impl Fn(&Values<'a>) -> &'a Given<T>,
        same: impl Fn(&T, &T) -> bool,
    ) {
        if field(self.own).is_given() {
            return;
        }
        let mut first: Option<Placed<'a, T>> = None;
        for (name, layers) in self.taken {
            let value = layers.iter().find_map(|layer| {
                let value = field(&layer.values).get()?;
                Some(Placed::new(value, layer.source))
            });
            match (first, value) {
                (None, value) => first = value,
                (Some(earlier), Some(value)) if !same(earlier.value, value.value) => {
                    let message = format!("two profiles disagree about `{key}`");
                    let finding = self
                        .found
                        .new_finding(message)
                        .at(name.place(), "says something else than a profile before it")
                        .related("one says this", earlier.place())
                        .related("the other says this", value.place())
                        .help(format!("write `{key}:` in the entry itself"));
                    self.found.push(finding);
                }
                (Some(_), _) => {}
            }
        }
    }
}
