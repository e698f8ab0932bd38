//! The access table of a Markdown plan: nobody left out silently, whatever the room.

use crate::report::markup::{code, escaped, prose};
use crate::report::phrase;

use super::access::{self, Line, Row, Verb};
use super::summary;

const HEAD: &str = "\n| Person | Gains | Loses | What follows |\n| --- | --- | --- | --- |\n";
/// How many people a row of many names when not all can be: as many as there is room for.
const NAMED: [usize; 6] = [2_000, 1_000, 300, 100, 30, 10];
/// Room kept for the sentence that counts who is not named.
const RESERVE: usize = 600;

/// The table in at most `room` bytes: a row each; or people with the same changes together, all named;
/// or the largest such groups first, with who is not named counted.
pub(super) fn table(rows: &[Row<'_>], room: usize) -> String {
    for at_least in [usize::MAX, 2] {
        let mut text = HEAD.to_owned();
        for group in access::gathered(rows, at_least) {
            text.push_str(&row(&group, usize::MAX));
            if text.len() > room {
                break;
            }
        }
        if text.len() <= room {
            return text;
        }
    }
    let mut groups = access::gathered(rows, 2);
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let tries = NAMED.into_iter().map(|named| cut(&groups, room, named));
    let (mut best, mut fewest) = (String::new(), usize::MAX);
    for (text, left) in tries {
        if left < fewest {
            (best, fewest) = (text, left);
        }
    }
    best
}

/// The table of groups, in their order, with at most `named` people named in a row, and how many rows
/// had no room.
fn cut(groups: &[Vec<&Row<'_>>], room: usize, named: usize) -> (String, usize) {
    let mut taken = HEAD.len() + RESERVE;
    // When one person has no room left, the others, who come after, are not tried.
    let mut full = false;
    let mut unnamed = 0;
    let mut lines = Vec::new();
    let mut left: Vec<&Row<'_>> = Vec::new();
    for group in groups {
        if full {
            left.extend(group);
            continue;
        }
        let line = row(group, named);
        if taken + line.len() > room {
            left.extend(group);
            full = group.len() == 1;
        } else {
            unnamed += group.len().saturating_sub(named);
            taken += line.len();
            lines.push((group.len(), line));
        }
    }
    // Who stands alone must not drown among many.
    lines.sort_by_key(|(size, _)| *size);
    let head = if lines.is_empty() { "" } else { HEAD };
    let lines: String = lines.into_iter().map(|(_, line)| line).collect();
    let mut parts = Vec::new();
    if unnamed > 0 {
        parts.push(format!(
            "{} of the rows above are counted but not named",
            phrase::counted(unnamed, "person", "people")
        ));
    }
    if !left.is_empty() {
        let fates = summary::people(left.iter().filter_map(|row| row.access));
        let fates = fates.map_or(String::new(), |fates| format!(" ({fates})"));
        parts.push(format!(
            "{} not in this table{fates}",
            phrase::counted(left.len(), "row is", "rows are")
        ));
    }
    let parts = parts.join("; ");
    let text = format!(
        "{head}{lines}\n**Too many people for one comment: {parts}.** See them all: `zdsync plan --only-access`\n"
    );
    (text, left.len())
}

fn row(group: &[&Row<'_>], named: usize) -> String {
    let Some(first) = group.first() else {
        return String::new();
    };
    let person = match group {
        [row] => single(row),
        rows => several(rows, named),
    };
    let cell = |verbs: &[Verb]| {
        let lines = first.lines.iter().filter(|line| verbs.contains(&line.verb));
        lines.map(line_text).collect::<Vec<_>>().join("<br>")
    };
    format!(
        "| {person} | {} | {} | {} |\n",
        cell(&[Verb::New, Verb::Role, Verb::Gains, Verb::Changes]),
        cell(&[Verb::Loses]),
        cell(&[Verb::Address, Verb::Undeclared, Verb::Also]),
    )
}

fn single(row: &Row<'_>) -> String {
    let name = escaped(&row.name);
    let origin = row
        .origin
        .map(|origin| format!("<br><sub>{}</sub>", code(&phrase::place(origin))));
    let origin = origin.unwrap_or_default();
    match row.key {
        None => format!("**{name}**{origin}"),
        Some(key) if row.name.is_empty() || row.name == key => format!("{}{origin}", code(key)),
        Some(key) => format!("**{name}**<br>{}{origin}", code(key)),
    }
}

fn several(rows: &[&Row<'_>], named: usize) -> String {
    let keys: Vec<_> = rows
        .iter()
        .filter_map(|row| row.key)
        .take(named)
        .map(code)
        .collect();
    let more = rows.len().saturating_sub(named);
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {} more", phrase::number(summary::wide(more)))
    };
    let count = phrase::counted(rows.len(), "person", "people");
    format!("**{count}**<br>{}{more}", keys.join(", "))
}

fn line_text(line: &Line) -> String {
    let Line { verb, text } = line;
    let text = prose(text);
    match verb {
        Verb::Gains | Verb::Loses | Verb::Also | Verb::Address => text,
        Verb::New | Verb::Role | Verb::Changes => format!("**{}** {text}", verb.word()),
        Verb::Undeclared => format!("**!** {text}"),
    }
}
