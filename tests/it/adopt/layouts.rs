//! For any account and any manifests, laid out and commented in any way: an update keeps every comment,
//! and then there is nothing left to say.

use std::fmt::Write;

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::import::files;
use crate::properties::{
    CONFIG, GROUPS, ORGANIZATIONS, PEOPLE, Person, ROLES, Role, World, account, world,
};
use crate::support::Project;

/// What stands under a key.
enum Value {
    Text(String),
    List(Vec<String>),
}

type Entry = Vec<(&'static str, Value)>;

/// Writes manifests in the way that a row of numbers says; zeros are the plainest way.
struct Pen<'a> {
    choices: std::slice::Iter<'a, u8>,
    text: String,
    comments: usize,
}

impl Pen<'_> {
    fn one_in(&mut self, chances: u8) -> bool {
        let choice = self.choices.next().copied().unwrap_or(0);
        choice % chances == chances - 1
    }

    fn comment(&mut self) {
        self.comments += 1;
        let _infallible = write!(self.text, "#~{}~ why: [a, {{b}}]", self.comments);
    }

    fn line(&mut self, indent: usize, text: &str) {
        if self.one_in(12) {
            self.text.push('\n');
        }
        if self.one_in(6) {
            let _infallible = write!(self.text, "{:indent$}", "");
            self.comment();
            self.text.push('\n');
        }
        let _infallible = write!(self.text, "{:indent$}{text}", "");
        if self.one_in(3) {
            self.text.push(' ');
            self.comment();
        }
        self.text.push('\n');
    }

    fn scalar(&mut self, text: &str) -> String {
        if text.is_empty() || self.one_in(4) {
            return format!("\"{text}\"");
        }
        if self.one_in(4) {
            return format!("'{text}'");
        }
        text.to_owned()
    }

    fn scalars(&mut self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.scalar(text)).collect()
    }

    fn flow(&mut self, value: &Value) -> String {
        match value {
            Value::Text(text) => self.scalar(text),
            Value::List(items) => format!("[{}]", self.scalars(items).join(", ")),
        }
    }

    fn entry(&mut self, entry: &Entry) {
        if self.one_in(3) {
            let pairs: Vec<String> = entry
                .iter()
                .map(|(key, value)| format!("{key}: {}", self.flow(value)))
                .collect();
            self.line(2, &format!("- {{ {} }}", pairs.join(", ")));
            return;
        }
        for (place, (key, value)) in entry.iter().enumerate() {
            let (indent, dash) = if place == 0 { (2, "- ") } else { (4, "") };
            match value {
                Value::List(items) if !items.is_empty() && self.one_in(2) => {
                    self.line(indent, &format!("{dash}{key}:"));
                    let indent = if self.one_in(2) { 4 } else { 6 };
                    for item in self.scalars(items) {
                        self.line(indent, &format!("- {item}"));
                    }
                }
                Value::List(items) if self.one_in(3) => {
                    self.line(indent, &format!("{dash}{key}: ["));
                    for item in self.scalars(items) {
                        self.line(6, &format!("{item},"));
                    }
                    self.line(5, "]");
                }
                Value::List(_) | Value::Text(_) => {
                    let value = self.flow(value);
                    self.line(indent, &format!("{dash}{key}: {value}"));
                }
            }
        }
    }

    fn section(&mut self, name: &str, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        if self.one_in(6) {
            self.line(0, "---");
        }
        self.line(0, &format!("{name}:"));
        for entry in entries {
            self.entry(entry);
        }
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn list<'a>(items: impl IntoIterator<Item = &'a &'static str>) -> Value {
    Value::List(items.into_iter().map(|item| (*item).to_owned()).collect())
}

/// A person with some of the keys that there are.
fn entry(key: &str, person: &Person, pen: &mut Pen<'_>) -> Entry {
    let mut entry = vec![
        ("email", text(&format!("{key}@example.com"))),
        ("name", text(&format!("{key} Person"))),
    ];
    if person.role != Role::EndUser && pen.one_in(4) {
        entry.push(("profile", text("staff")));
    } else {
        entry.push(("role", text(person.role.name())));
    }
    if person.role != Role::EndUser && !pen.one_in(4) {
        entry.push(("groups", list(&person.groups)));
    }
    if !pen.one_in(4) {
        entry.push(("organizations", list(&person.organizations)));
    }
    if pen.one_in(2) {
        entry.push(("alias", text(person.alias)));
    }
    if pen.one_in(2) {
        entry.push(("tags", list(&person.tags)));
    }
    if person.suspended {
        entry.push(("state", text("suspended")));
    }
    entry
}

/// What a world declares, with keys left out here and there, and with things that nobody ever has.
fn declared(world: &World, pen: &mut Pen<'_>) -> [(&'static str, Vec<Entry>); 5] {
    let mut groups: Vec<Entry> = Vec::new();
    for (name, description) in GROUPS.iter().zip(&world.group_descriptions) {
        let mut entry = vec![("name", text(name))];
        if !pen.one_in(3) {
            entry.push(("description", text(description)));
        }
        groups.push(entry);
    }
    groups.push(vec![
        ("name", text("Archive")),
        ("description", text("old")),
    ]);
    let organizations = ORGANIZATIONS.iter().zip(&world.organization_tags);
    let organizations =
        organizations.map(|(name, tags)| vec![("name", text(name)), ("tags", list(tags))]);
    let roles = ROLES.iter().map(|name| vec![("name", text(name))]);
    let mut users: Vec<Entry> = Vec::new();
    for (key, person) in PEOPLE.iter().zip(&world.people) {
        users.extend(person.as_ref().map(|person| entry(key, person, pen)));
    }
    users.push(vec![
        ("email", text("gone@example.com")),
        ("role", text(ROLES[0])),
        ("groups", list(&["Archive", "Support"])),
    ]);
    let staff = vec![
        ("name", text("staff")),
        ("role", text(ROLES[1])),
        ("groups", list(&["Support", "Archive"])),
    ];
    [
        ("roles", roles.collect()),
        ("groups", groups),
        ("organizations", organizations.collect()),
        ("profiles", vec![staff]),
        ("users", users),
    ]
}

/// The numbers of all comments, sorted.
fn comments(project: &Project) -> Vec<usize> {
    let mut numbers: Vec<usize> = files(project, "manifests")
        .values()
        .flat_map(|text| {
            let parts = text.split("#~").skip(1);
            parts.filter_map(|part| part.split('~').next()?.parse().ok())
        })
        .collect();
    numbers.sort_unstable();
    numbers
}

proptest! {
    #![proptest_config(Config { cases: 24, max_shrink_iters: 100, ..Config::default() })]

    #[test]
    fn an_update_keeps_every_comment_and_ends_with_an_empty_plan(
        live in world(),
        wanted in world(),
        choices in prop::collection::vec(any::<u8>(), 600),
        split in any::<bool>(),
    ) {
        let mut pen = Pen { choices: choices.iter(), text: String::new(), comments: 0 };
        let sections = declared(&wanted, &mut pen);
        let project = Project::embedded(&account(&live), "");
        project.write("zdsync.yaml", CONFIG);
        for (place, (name, entries)) in sections.iter().enumerate() {
            pen.section(name, entries);
            if place == 2 && split {
                project.write("manifests/things.yaml", &std::mem::take(&mut pen.text));
            }
        }
        project.write("manifests/all.yaml", &pen.text);
        let all: Vec<usize> = (1..=pen.comments).collect();
        let before = files(&project, "manifests");
        prop_assert_eq!(comments(&project), all.clone());

        let updated = project.run(&["import", "--update", "--all-users"]);
        prop_assert_eq!(updated.code, 0, "{}\n{:#?}", &updated.stderr, before);
        let after = files(&project, "manifests");
        prop_assert_eq!(comments(&project), all, "{:#?}\n{:#?}", before, &after);
        for command in [&["validate"] as &[&str], &["plan", "--detailed-exitcode"]] {
            let run = project.run(command);
            prop_assert_eq!(run.code, 0, "{}{}\n{:#?}\n{:#?}", &run.stdout, &run.stderr, before, &after);
        }
        let again = project.run(&["import", "--update", "--all-users"]);
        prop_assert_eq!(again.code, 0, "{}", &again.stderr);
        prop_assert_eq!(files(&project, "manifests"), after);
    }
}
