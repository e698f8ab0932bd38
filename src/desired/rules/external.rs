//! Values of things that are not ours.

use super::{Check, Found, Rule};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::Code;
use crate::manifest::{Given, GroupEntry, OrganizationEntry, RoleEntry, RuleLevel};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD019"),
    title: "values of something external",
    level: RuleLevel::Error,
    enforced: false,
    why: "`external: true` says that something exists in the account and is not ours: it is never \
          created, changed or removed. Other keys beside it would have no effect.",
    config: "",
    bad: "groups:\n  - { name: Sales, external: true, description: Not ours }\n",
    good: "groups:\n  - { name: Sales, external: true }\n",
    source: "zdsync's own rule.",
    checks: &[
        Check::Role(check_role),
        Check::Group(check_group),
        Check::Organization(check_organization),
    ],
};

fn check_role(_: &Context<'_>, _: &Name, entry: &Entry<'_, RoleEntry>, found: &mut Found<'_>) {
    let RoleEntry {
        name: _,
        previously,
        description,
        configuration,
        state,
        external,
    } = entry.value;
    let keys = [
        ("previously", previously.is_given()),
        ("description", description.is_given()),
        ("configuration", configuration.is_given()),
        ("state", state.is_given()),
    ];
    report(entry, external, &keys, found);
}

fn check_group(_: &Context<'_>, _: &Name, entry: &Entry<'_, GroupEntry>, found: &mut Found<'_>) {
    let GroupEntry {
        name: _,
        previously,
        description,
        is_public,
        state,
        external,
    } = entry.value;
    let keys = [
        ("previously", previously.is_given()),
        ("description", description.is_given()),
        ("is_public", is_public.is_given()),
        ("state", state.is_given()),
    ];
    report(entry, external, &keys, found);
}

fn check_organization(
    _: &Context<'_>,
    _: &Name,
    entry: &Entry<'_, OrganizationEntry>,
    found: &mut Found<'_>,
) {
    let OrganizationEntry {
        name: _,
        previously,
        external_id,
        domain_names,
        details,
        notes,
        group,
        shared_tickets,
        shared_comments,
        tags,
        organization_fields,
        state,
        external,
    } = entry.value;
    let keys = [
        ("previously", previously.is_given()),
        ("external_id", external_id.is_given()),
        ("domain_names", domain_names.is_given()),
        ("details", details.is_given()),
        ("notes", notes.is_given()),
        ("group", group.is_given()),
        ("shared_tickets", shared_tickets.is_given()),
        ("shared_comments", shared_comments.is_given()),
        ("tags", tags.is_given()),
        ("organization_fields", organization_fields.is_given()),
        ("state", state.is_given()),
    ];
    report(entry, external, &keys, found);
}

fn report<T>(
    entry: &Entry<'_, T>,
    external: &Given<bool>,
    keys: &[(&str, bool)],
    found: &mut Found<'_>,
) {
    let Some(external) = external.get().filter(|external| external.value) else {
        return;
    };
    let given: Vec<String> = keys
        .iter()
        .filter(|(_, given)| *given)
        .map(|(key, _)| format!("`{key}`"))
        .collect();
    if given.is_empty() {
        return;
    }
    let finding = found
        .new_finding(format!(
            "{} beside `external: true` has no effect",
            given.join(", ")
        ))
        .at(entry.place(), "exists in the account and is not ours")
        .related("said here", entry.placed(external).place())
        .help("take the other keys out, or `external` if it is ours after all");
    found.push(finding);
}
