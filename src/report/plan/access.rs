//! Who gains and who loses what, in words.

use std::collections::BTreeMap;

use crate::model::{Address, Kind, Origin};
use crate::plan::{Access, Change, Consequence, Plan, Unmanaged};
use crate::report::phrase;

use super::{ledger, summary};

/// What a line tells of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    New,
    Role,
    Address,
    Gains,
    Loses,
    Changes,
    Undeclared,
    Also,
}

impl Verb {
    /// The word in the verb column.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Role => "role",
            Self::Address => "renamed",
            Self::Gains => "gains",
            Self::Loses => "loses",
            Self::Changes => "changes",
            Self::Undeclared => "!",
            Self::Also => "also",
        }
    }
}

/// One line about a person: what kind of news, and the news.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) verb: Verb,
    pub(super) text: String,
}

impl Line {
    pub(super) fn new(verb: Verb, text: impl Into<String>) -> Self {
        Self {
            verb,
            text: text.into(),
        }
    }
}

/// A person, or all who hold a role, and what the plan means for them.
#[derive(Debug)]
pub(super) struct Row<'p> {
    /// The full name, or the words that stand for several people.
    pub(super) name: String,
    /// The person's e-mail address or other key; `None` where the row stands for several people.
    pub(super) key: Option<&'p str>,
    pub(super) lines: Vec<Line>,
    pub(super) origin: Option<&'p Origin>,
    /// What the row tells in words.
    pub(super) access: Option<&'p Access>,
}

impl Row<'_> {
    /// `Ada Lovelace <ada@example.com>`.
    pub(super) fn title(&self) -> String {
        match self.key {
            None => self.name.clone(),
            Some(key) if self.name.is_empty() || self.name == key => phrase::name(key).into_owned(),
            Some(key) => format!("{} <{}>", phrase::name(&self.name), phrase::name(key)),
        }
    }
}

/// Every row of the access section: people in address order, then the holders of roles that change,
/// then people in scope whom nobody declares.
pub(super) fn rows(plan: &Plan) -> Vec<Row<'_>> {
    let renamed: BTreeMap<&Address, &Address> = plan
        .changes
        .iter()
        .filter(|change| change.address.kind() == Kind::User)
        .filter_map(|change| Some((&change.address, change.was.as_ref()?)))
        .collect();
    let people = plan.access.iter();
    let people = people.map(|access| person(access, renamed.get(&access.person).copied()));
    let holders = plan.changes.iter().filter_map(holders);
    let strangers = plan.undeclared.iter().filter_map(stranger);
    people.chain(holders).chain(strangers).collect()
}

/// The rows in groups of people who have the same news: first the rows that stand alone, so that none
/// drowns among many, then the groups of `at_least` this many, each where its first person stands.
pub(super) fn gathered<'r, 'p>(rows: &'r [Row<'p>], at_least: usize) -> Vec<Vec<&'r Row<'p>>> {
    let mut alike: BTreeMap<&[Line], Vec<&Row<'p>>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.key.is_some()) {
        alike.entry(&row.lines).or_default().push(row);
    }
    alike.retain(|_, group| group.len() >= at_least);
    let (mut single, mut groups) = (Vec::new(), Vec::new());
    for row in rows {
        match alike.get_mut(row.lines.as_slice()) {
            Some(group) if row.key.is_some() => groups.push(std::mem::take(group)),
            Some(_) | None => single.push(vec![row]),
        }
    }
    groups.retain(|group| !group.is_empty());
    single.append(&mut groups);
    single
}

/// The consequences that the access section tells of, by person or role.
pub(super) fn told(plan: &Plan) -> BTreeMap<&Address, &[Consequence]> {
    let people = plan
        .access
        .iter()
        .map(|access| (&access.person, access.consequences.as_slice()));
    let others = plan
        .changes
        .iter()
        .filter(|change| summary::reaches_holders(change))
        .map(|change| (&change.address, change.consequences.as_slice()));
    others.chain(people).collect()
}

fn person<'p>(access: &'p Access, was: Option<&Address>) -> Row<'p> {
    let Access {
        person,
        name,
        action: _, // the ledger tells it, as the next four
        role_before: _,
        role_after: _,
        gains: _,
        loses: _,
        consequences,
        origin,
    } = access;
    let mut lines: Vec<_> = was.map(renamed).into_iter().collect();
    lines.extend(ledger::lines(access));
    lines.extend(also(consequences));
    if lines.is_empty() {
        lines.push(Line::new(
            Verb::Changes,
            "in a way that gives and takes nothing",
        ));
    }
    Row {
        name: name.clone(),
        key: Some(person.name().as_str()),
        lines,
        origin: origin.as_ref(),
        access: Some(access),
    }
}

fn renamed(was: &Address) -> Line {
    let name = phrase::address_name(was);
    Line::new(
        Verb::Address,
        format!("signs in with this address instead of {name}"),
    )
}

/// What follows, each text once.
fn also(consequences: &[Consequence]) -> Option<Line> {
    let mut texts: Vec<&str> = Vec::new();
    for Consequence { reason: _, text } in consequences {
        if !texts.contains(&text.as_str()) {
            texts.push(text);
        }
    }
    (!texts.is_empty()).then(|| Line::new(Verb::Also, texts.join(" · ")))
}

/// A change to a role changes what all of its holders may do.
fn holders(change: &Change) -> Option<Row<'_>> {
    if !summary::reaches_holders(change) {
        return None;
    }
    let permissions = change
        .fields
        .iter()
        .filter_map(|field| Some((field.path.strip_prefix("configuration.")?, field)));
    let mut lines: Vec<_> = permissions
        .map(|(key, field)| {
            let text = phrase::field(change.action, field).lines.join(" ");
            Line::new(
                Verb::Changes,
                format!("{}: {text}", phrase::permission(key)),
            )
        })
        .collect();
    lines.extend(also(&change.consequences));
    Some(Row {
        name: format!(
            "Everybody with role {}",
            phrase::address_name(&change.address)
        ),
        key: None,
        lines,
        origin: change.origin.as_ref(),
        access: None,
    })
}

fn stranger(unmanaged: &Unmanaged) -> Option<Row<'_>> {
    let Unmanaged {
        address,
        name,
        role,
    } = unmanaged;
    if address.kind() != Kind::User {
        return None;
    }
    let role = role
        .as_ref()
        .map_or("person".into(), |role| phrase::name(role));
    Some(Row {
        name: name.clone().unwrap_or_default(),
        key: Some(address.name().as_str()),
        lines: vec![Line::new(
            Verb::Undeclared,
            format!("{role} in scope, declared nowhere (reported only)"),
        )],
        origin: None,
        access: None,
    })
}
