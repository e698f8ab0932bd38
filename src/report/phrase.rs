//! The words for values, grants and counts that all forms share.
//!
//! Phrases hold foreign text as it is; whoever shows them makes it harmless.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::model::{Address, Excerpt, FieldChange, Grant, Kind, Origin, Value};
use crate::plan::Action;

use super::text::{is_deceptive, quoted};

/// A name, in quotation marks where it could be taken for words of ours.
pub(super) fn name(text: &str) -> Cow<'_, str> {
    if is_ambiguous(text) || text.contains(':') {
        Cow::Owned(quoted(text))
    } else {
        Cow::Borrowed(text)
    }
}

/// Says whether a name could be taken for more than a name.
fn is_ambiguous(text: &str) -> bool {
    let strange = |c: char| {
        is_deceptive(c)
            || matches!(
                c,
                '"' | '(' | ')' | ',' | ';' | '·' | '→' | '<' | '>' | '!' | '~' | '×' | '\\'
            )
    };
    text.is_empty()
        || text.contains(strange)
        || text.contains("  ")
        || text.contains(" until ")
        || text.starts_with(['+', '-', ' '])
        || text.ends_with(' ')
}

/// An address, its names in quotation marks where they could be taken for words of ours.
pub(super) fn address(address: &Address) -> String {
    let part = |name: &str| {
        if is_ambiguous(name) {
            quoted(name)
        } else {
            name.to_owned()
        }
    };
    let container = address.container();
    let container = container.map_or(String::new(), |container| {
        format!("/{}", part(container.name().as_str()))
    });
    format!(
        "{}/{}{container}",
        address.kind(),
        part(address.name().as_str())
    )
}

/// Addresses in one line.
pub(super) fn addresses<'a>(list: impl IntoIterator<Item = &'a Address>) -> String {
    list.into_iter().map(address).collect::<Vec<_>>().join(", ")
}

/// The name part of an address.
pub(super) fn address_name(address: &Address) -> Cow<'_, str> {
    name(address.name().as_str())
}

/// ` (INC-42)`, or nothing.
pub(super) fn reason(reason: Option<&str>) -> String {
    match reason {
        None => String::new(),
        Some(text) if text.contains(['(', ')', '"']) => format!(" ({})", quoted(text)),
        Some(text) => format!(" ({text})"),
    }
}

/// `at the end of 2026-12-31`, or `on 2026-12-31 17:00 UTC`.
pub(super) fn end_of(moment: Timestamp) -> String {
    let preposition = if is_end_of_day(moment) {
        "at the end of"
    } else {
        "on"
    };
    format!("{preposition} {}", end(moment))
}

/// Says whether a moment is the last second of its day in UTC.
fn is_end_of_day(moment: Timestamp) -> bool {
    moment.as_second().rem_euclid(86_400) == 86_399
}

/// When a grant ends: the day where it holds to the end of it, else the minute.
pub(super) fn end(moment: Timestamp) -> String {
    let form = if is_end_of_day(moment) {
        "%Y-%m-%d"
    } else {
        "%Y-%m-%d %H:%M UTC"
    };
    moment.strftime(form).to_string()
}

/// A moment to the second.
pub(super) fn moment(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// ` until 2026-12-31 (INC-42)`, or nothing.
pub(super) fn until(grant: Option<&Grant>) -> String {
    let Some(Grant { until, reason }) = grant else {
        return String::new();
    };
    format!(" until {}{}", end(*until), self::reason(reason.as_deref()))
}

/// `manifests/support.yaml:14`.
pub(super) fn place(origin: &Origin) -> String {
    let Origin {
        file,
        line,
        column: _, // too fine for people; JSON has it
    } = origin;
    format!("{file}:{line}")
}

/// `3,000`.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1 person`, `3,000 people`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    let shown = number(u64::try_from(count).unwrap_or(u64::MAX));
    format!("{shown} {}", if count == 1 { one } else { many })
}

/// `2 group memberships`.
pub(super) fn counted_kind(count: u64, kind: Kind) -> String {
    let (one, many) = match kind {
        Kind::Role => ("role", "roles"),
        Kind::Group => ("group", "groups"),
        Kind::Organization => ("organization", "organizations"),
        Kind::User => ("user", "users"),
        Kind::GroupMembership => ("group membership", "group memberships"),
        Kind::OrganizationMembership => ("organization membership", "organization memberships"),
    };
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A permission's key as words.
pub(super) fn permission(key: &str) -> String {
    name(&key.replace('_', " ")).into_owned()
}

/// A text of the account, in quotation marks, at most 120 characters of it.
pub(super) fn quote(text: &str) -> String {
    quoted(&Excerpt(text, 120).to_string())
}

/// A value; texts in quotation marks, but for those that are names.
pub(super) fn value(path: &str, value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::Bool(switch) => switch.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) if path == "role" => name(text).into_owned(),
        Value::Text(text) => quoted(text),
        Value::Reference(address) => address_name(address).into_owned(),
        Value::Set(_) | Value::References(_) => {
            let items = items(value);
            if items.is_empty() {
                return "(none)".to_owned();
            }
            items.into_iter().collect::<Vec<_>>().join(", ")
        }
        Value::Json(json) => json.to_string(),
    }
}

/// The lines that show a field's change. They may stand on one line where there is room, with a blank
/// between, unless `block` is set.
pub(super) struct FieldText {
    pub(super) lines: Vec<String>,
    pub(super) block: bool,
}

/// Words for a field's change.
pub(super) fn field(action: Action, field: &FieldChange) -> FieldText {
    let FieldChange {
        path,
        before,
        after,
    } = field;
    let line = |text| FieldText {
        lines: vec![text],
        block: false,
    };
    match (before, after) {
        (Value::Null, after) if action == Action::Create => line(value(path, after)),
        (before, Value::Null) if action == Action::Delete => {
            line(format!("was {}", value(path, before)))
        }
        (Value::Text(before), Value::Text(after))
            if before.contains('\n') || after.contains('\n') =>
        {
            FieldText {
                lines: line_changes(before, after),
                block: true,
            }
        }
        (Value::Set(_) | Value::References(_), _) | (_, Value::Set(_) | Value::References(_)) => {
            line(set_change(before, after))
        }
        _ => FieldText {
            lines: vec![value(path, before), format!("→ {}", value(path, after))],
            block: false,
        },
    }
}

fn items(value: &Value) -> BTreeSet<Cow<'_, str>> {
    match value {
        Value::Set(set) => set.iter().map(|item| name(item)).collect(),
        Value::References(addresses) => addresses.iter().map(address_name).collect(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Reference(_)
        | Value::Json(_) => BTreeSet::new(),
    }
}

/// `+ a, - b`; says so where nothing is left.
fn set_change(before: &Value, after: &Value) -> String {
    let (before, after) = (items(before), items(after));
    let added = after.difference(&before).map(|item| format!("+ {item}"));
    let removed = before.difference(&after).map(|item| format!("- {item}"));
    let changes = added.chain(removed).collect::<Vec<_>>().join(", ");
    if after.is_empty() {
        format!("{changes} (none left)")
    } else {
        changes
    }
}

/// The lines that differ between two texts, without those that begin or end both.
fn line_changes(before: &str, after: &str) -> Vec<String> {
    let before: Vec<&str> = before.split('\n').collect();
    let after: Vec<&str> = after.split('\n').collect();
    let same =
        |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
    let head = same(&mut before.iter().zip(&after));
    let (rest_before, rest_after) = (&before[head..], &after[head..]);
    let tail = same(&mut rest_before.iter().rev().zip(rest_after.iter().rev()));
    let removed = &rest_before[..rest_before.len() - tail];
    let added = &rest_after[..rest_after.len() - tail];
    let mut lines = Vec::new();
    lines.extend((head > 0).then(|| format!("({} as before)", counted(head, "line", "lines"))));
    lines.extend(removed.iter().map(|line| format!("- {}", quoted(line))));
    lines.extend(added.iter().map(|line| format!("+ {}", quoted(line))));
    lines.extend((tail > 0).then(|| format!("({} as before)", counted(tail, "line", "lines"))));
    lines
}
