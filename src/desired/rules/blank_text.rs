//! Keys with nothing after them.

use std::sync::Arc;

use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::{Code, Place, Source, Span};
use crate::manifest::{
    Clearable, Given, GroupEntry, OrganizationEntry, RoleEntry, RuleLevel, Values,
};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD044"),
    title: "a text with nothing after its key",
    level: RuleLevel::Warning,
    enforced: false,
    why: "A key with nothing after it means `null`, which clears the field. That is easily an accident: \
          write `\"\"` to clear it, or delete the key to leave it alone.",
    config: "",
    bad: "users:\n  - email: ada@example.com\n    alias:\n",
    good: "users:\n  - email: ada@example.com\n    alias: \"\"\n",
    source: "zdsync's own rule.",
    checks: &[
        Check::Values(check),
        Check::Role(check_role),
        Check::Group(check_group),
        Check::Organization(check_organization),
    ],
};

fn check(_: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    report("default_group", values.default_group, source, found);
    report("alias", values.alias, source, found);
    report("phone", values.phone, source, found);
    report("notes", values.notes, source, found);
    report("details", values.details, source, found);
    report("signature", values.signature, source, found);
    report(
        "ticket_restriction",
        values.ticket_restriction,
        source,
        found,
    );
}

fn check_role(_: &Context<'_>, _: &Name, entry: &Entry<'_, RoleEntry>, found: &mut Found<'_>) {
    report(
        "description",
        &entry.value.description,
        entry.home.source,
        found,
    );
}

fn check_group(_: &Context<'_>, _: &Name, entry: &Entry<'_, GroupEntry>, found: &mut Found<'_>) {
    report(
        "description",
        &entry.value.description,
        entry.home.source,
        found,
    );
}

fn check_organization(
    _: &Context<'_>,
    _: &Name,
    entry: &Entry<'_, OrganizationEntry>,
    found: &mut Found<'_>,
) {
    let source = entry.home.source;
    report("external_id", &entry.value.external_id, source, found);
    report("details", &entry.value.details, source, found);
    report("notes", &entry.value.notes, source, found);
    report("group", &entry.value.group, source, found);
}

fn report(key: &str, given: &Given<Clearable>, source: &Arc<Source>, found: &mut Found<'_>) {
    let Some(given) = given.get() else {
        return;
    };
    if given.value.is_none() && given.span.length == 0 {
        // The parser puts what is not there on the colon of its key.
        let rest = source.text().get(given.span.start()..).unwrap_or_default();
        let behind = given.span.start() + usize::from(rest.starts_with(':'));
        let finding = found
            .new_finding(format!("`{key}` has nothing after it, which clears it"))
            .at(Place::new(source, Span::new(behind, 0)), "nothing here")
            .help("write \"\" to clear it, or delete the key to leave it alone");
        found.push(if rest.starts_with(':') {
            finding.replace_with(" \"\"")
        } else {
            finding
        });
    }
}
