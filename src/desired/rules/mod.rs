//! Every rule that needs no account, one file each, in a static table.
//!
//! A rule says what it is about in its own words: its page in the documentation, the help in SARIF
//! and the message at the keyboard come from here and nowhere else.

mod agent_groups;
mod agent_values;
mod blank_text;
mod cycle;
mod default_group;
mod domain;
mod domain_membership;
mod duplicate;
mod email;
mod end_user_groups;
mod external;
mod external_id;
mod field_value;
mod grant_end;
mod grant_expired;
mod grant_far;
mod grant_reason;
mod identity;
mod locale;
mod organization_count;
mod organization_name;
mod owner;
mod page;
mod permission_key;
mod permission_read_only;
mod permission_value;
mod permissions;
mod previously;
mod private_group;
mod profile_conflict;
mod protected;
mod reading;
mod reference;
mod removed_reference;
mod repeated_item;
mod role_count;
mod role_fallback;
mod role_name;
mod rule_level;
mod scope_role;
mod shared_domain;
mod tag;
mod tag_case;
mod ticket_restriction;
mod time_zone;

pub use page::{help, page, pages};
pub use permissions::is_writable_permission;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::desired::entry::{Entry, Placed};
use crate::desired::grant::Held;
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Source};
use crate::manifest::{GroupEntry, OrganizationEntry, RoleEntry, RuleLevel, Values};
use crate::model::Name;

/// A rule: what it is about, and how to find who breaks it.
#[derive(Debug)]
pub struct Rule {
    /// The stable code.
    pub code: Code,
    /// A short name in lower-case words.
    pub title: &'static str,
    /// How a finding counts where the configuration says nothing.
    pub level: RuleLevel,
    /// Whether the service or zdsync itself cannot do without it, so that the level is fixed.
    pub enforced: bool,
    /// What it finds and why that matters, in whole sentences.
    pub why: &'static str,
    /// What the configuration says in both examples.
    pub config: &'static str,
    /// A short manifest that breaks it.
    pub bad: &'static str,
    /// The same put right.
    pub good: &'static str,
    /// Where the fact comes from.
    pub source: &'static str,
    /// How to look; nothing where it is found while the files are read.
    checks: &'static [Check],
}

/// How a rule looks: at each thing of a kind, or at everything together.
#[derive(Clone, Copy, Debug)]
enum Check {
    /// At everything together.
    Project(fn(&Context<'_>, &mut Found<'_>)),
    /// At the values of each entry, profile and defaults, wherever they are written.
    Values(fn(&Context<'_>, &Values<'_>, &Arc<Source>, &mut Found<'_>)),
    /// At each role.
    Role(fn(&Context<'_>, &Name, &Entry<'_, RoleEntry>, &mut Found<'_>)),
    /// At each group.
    Group(fn(&Context<'_>, &Name, &Entry<'_, GroupEntry>, &mut Found<'_>)),
    /// At each organization.
    Organization(fn(&Context<'_>, &Name, &Entry<'_, OrganizationEntry>, &mut Found<'_>)),
    /// At each person.
    Person(fn(&Context<'_>, &Person<'_>, &mut Found<'_>)),
}

/// Takes what one rule finds, at the severity the configuration wants.
struct Found<'a> {
    rule: &'a Rule,
    severity: Severity,
    all: &'a mut Report,
}

/// All that was found so far.
#[derive(Default)]
struct Report {
    diagnostics: Diagnostics,
    /// Places of profiles and defaults that many people share, by file and offset.
    seen: BTreeSet<(String, u32)>,
}

impl<'a> Found<'a> {
    fn new(rule: &'a Rule, severity: Severity, all: &'a mut Report) -> Self {
        Self {
            rule,
            severity,
            all,
        }
    }

    /// A finding of this rule.
    fn new_finding(&self, message: impl AsRef<str>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.rule.code, message);
        diagnostic.severity = self.severity;
        diagnostic
    }

    /// Says whether nothing was reported of this value yet: what stands in a profile is shared by
    /// many, and looking for the nearest name takes a while.
    fn first_time<T>(&mut self, value: &Placed<'_, T>) -> bool {
        let key = (value.source.path().to_owned(), value.span.offset);
        self.all.seen.insert(key)
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.all.diagnostics.push(diagnostic);
    }
}

/// Every rule, by code.
pub static ALL: &[&Rule] = &[
    &reading::UNREADABLE,
    &reading::NOTHING_DECLARED,
    &reading::SYNTAX,
    &reading::DUPLICATE_KEY,
    &reading::UNKNOWN_KEY,
    &reading::WRONG_VALUE,
    &reading::MISSING_KEY,
    &reading::BLANK_LIST,
    &reading::LIMITS,
    &reading::CONFIGURATION,
    &duplicate::RULE,
    &reference::RULE,
    &cycle::RULE,
    &profile_conflict::RULE,
    &identity::RULE,
    &previously::RULE,
    &removed_reference::RULE,
    &repeated_item::RULE,
    &external::RULE,
    &grant_end::RULE,
    &grant_expired::RULE,
    &grant_far::RULE,
    &grant_reason::RULE,
    &role_fallback::RULE,
    &email::RULE,
    &end_user_groups::RULE,
    &default_group::RULE,
    &agent_groups::RULE,
    &ticket_restriction::RULE,
    &agent_values::RULE,
    &locale::RULE,
    &external_id::RULE,
    &organization_count::RULE,
    &protected::RULE,
    &owner::RULE,
    &tag::RULE,
    &tag_case::RULE,
    &field_value::RULE,
    &blank_text::RULE,
    &time_zone::RULE,
    &role_name::RULE,
    &permission_key::RULE,
    &permission_read_only::RULE,
    &permission_value::RULE,
    &role_count::RULE,
    &private_group::RULE,
    &organization_name::RULE,
    &domain::RULE,
    &shared_domain::RULE,
    &domain_membership::RULE,
    &rule_level::RULE,
    &scope_role::RULE,
];

/// The rule with this code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.code.0 == code)
}

/// How findings of `rule` count in this project; `None` where it is switched off.
fn severity(context: &Context<'_>, rule: &Rule) -> Option<Severity> {
    let levels = &context.project.config.rules.0;
    let wanted = levels
        .iter()
        .find(|(code, _)| !rule.enforced && *code.value == *rule.code.0)
        .map_or(rule.level, |(_, level)| level.value);
    match wanted {
        RuleLevel::Error => Some(Severity::Error),
        RuleLevel::Warning => Some(Severity::Warning),
        RuleLevel::Off => None,
    }
}

/// Runs every rule that is not switched off, and shows each person to `visit` on the way.
pub(super) fn run(context: &Context<'_>, visit: &mut dyn FnMut(&Person<'_>)) -> Diagnostics {
    let mut all = Report::default();
    let on: Vec<(&Rule, Severity)> = ALL
        .iter()
        .filter_map(|rule| Some((*rule, severity(context, rule)?)))
        .collect();
    for (rule, severity) in &on {
        for check in rule.checks {
            let found = &mut Found::new(rule, *severity, &mut all);
            check_objects(context, *check, found);
        }
    }
    for (name, entry) in &context.users {
        let person = Person::new(context, name, entry);
        for (rule, severity) in &on {
            for check in rule.checks {
                if let Check::Person(check) = check {
                    check(context, &person, &mut Found::new(rule, *severity, &mut all));
                }
            }
        }
        visit(&person);
    }
    all.diagnostics.sort();
    all.diagnostics
}

fn check_objects(context: &Context<'_>, check: Check, found: &mut Found<'_>) {
    match check {
        Check::Person(_) => {}
        Check::Project(check) => check(context, found),
        Check::Values(check) => {
            for (values, source) in context.values() {
                check(context, &values, source, found);
            }
        }
        Check::Role(check) => {
            for (name, entry) in &context.roles {
                check(context, name, entry, found);
            }
        }
        Check::Group(check) => {
            for (name, entry) in &context.groups {
                check(context, name, entry, found);
            }
        }
        Check::Organization(check) => {
            for (name, entry) in &context.organizations {
                check(context, name, entry, found);
            }
        }
    }
}

/// Every grant among the values of one place.
fn grants<'a>(
    values: &Values<'a>,
    source: &'a Arc<Source>,
) -> impl Iterator<Item = Held<'a>> + use<'a> {
    let role = values.role.get().map(|role| Held::new(&role.value, source));
    let groups = values.groups.get().into_iter().flat_map(|all| &all.value);
    let organizations = values
        .organizations
        .get()
        .into_iter()
        .flat_map(|all| &all.value);
    role.into_iter()
        .chain(groups.map(|grant| Held::new(grant, source)))
        .chain(organizations.map(|grant| Held::new(grant, source)))
}

/// Says whether this is a domain name of at least two labels.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|character| character.is_alphanumeric() || character == '-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}
