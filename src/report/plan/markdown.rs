//! A plan as a comment on a pull request.
//!
//! What a reviewer must see comes first and is cut last: the sentence that sums up, who gains and
//! loses what, what follows, what is refused. Field-level changes are folded and take what room is
//! left. What is left out is counted, and the command that shows it is named.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::Excerpt;
use crate::plan::{Plan, Refusal};
use crate::report::markup::{code, escaped, fenced, prose};
use crate::report::pen::Pen;
use crate::report::phrase;

use super::access::{self, Row};
use super::blocks::{self, Named};
use super::drawing::Drawing;
use super::{drift, notes, summary, table};

/// The first line of every comment, by which a bot finds the one to update.
pub const MARKER: &str = "<!-- zdsync:plan -->";

/// Smaller limits are taken as this: less cannot hold what must be said.
const SMALLEST: usize = 4_000;
/// Room for the titles and the counts of what is left out, however little there is for the rest.
const RESERVE: usize = 1_200;
/// From this number on, objects that change alike are shown once.
const ALIKE: usize = 5;
/// How many of these are named; the access table names people as far as there is room.
const NAMED: usize = 20;

/// Writes a plan as Markdown of at most `limit` bytes (of at least 4,000), to be posted as a comment.
///
/// The first line is [`MARKER`]. People are never dropped silently: where their table alone exceeds
/// the limit, those for whom the same changes stand together, and who is then not named is counted.
///
/// # Errors
///
/// Those of `out`.
pub fn markdown(plan: &Plan, limit: usize, out: &mut dyn Write) -> io::Result<()> {
    let limit = limit.max(SMALLEST);
    let head = head(plan);
    let foot = foot(plan);
    let mut room = limit.saturating_sub(head.len() + foot.len() + RESERVE);
    let mut take = |share: usize, section: &dyn Fn(usize) -> String| {
        let text = section(room / share);
        room = room.saturating_sub(text.len());
        text
    };
    let refused = take(4, &|room| refused(&plan.refused, room));
    let rows = access::rows(plan);
    let access = take(1, &|room| people(plan, &rows, room));
    let consequences = take(2, &|room| consequences(plan, room));
    let drift = take(2, &|room| drifted(plan, room));
    let notes = take(2, &|room| notes(plan, room));
    let details = take(1, &|room| details(plan, room));
    for text in [
        &head,
        &access,
        &drift,
        &consequences,
        &refused,
        &notes,
        &details,
        &foot,
    ] {
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn head(plan: &Plan) -> String {
    let account = summary::account(&plan.account);
    let account = escaped(&Excerpt(&account, 120).to_string());
    let headline = summary::headline(plan);
    let stop = if plan.refused.is_empty() {
        ""
    } else {
        "\n**This plan cannot be applied**: see *Refused* below.\n"
    };
    format!("{MARKER}\n### zdsync: {headline}\n\nAccount {account}\n{stop}")
}

fn foot(plan: &Plan) -> String {
    let live = phrase::moment(plan.live_at);
    let made = phrase::moment(plan.created_at);
    let digest = code(&Excerpt(&plan.digest, 80).to_string());
    let cost = if plan.is_empty() {
        String::new()
    } else {
        format!(" · to apply: {}", summary::cost(plan))
    };
    let (not_ours, unchanged) = summary::still(plan);
    let unchanged = unchanged.map(|text| format!("{text}."));
    let coverage = summary::coverage(plan).map(|text| text.replace('`', ""));
    let still: Vec<_> = coverage
        .into_iter()
        .chain(not_ours)
        .chain(unchanged)
        .collect();
    let still = still.join(" ");
    let space = if still.is_empty() { "" } else { " " };
    format!(
        "\n<sub>{still}{space}Digest {digest} · account read {live}, plan made {made}{cost}</sub>\n"
    )
}

/// Items of a list under a title, as many as fit; the rest is counted.
fn list(title: &str, items: &[String], room: usize) -> String {
    if items.is_empty() {
        return String::new();
    }
    let more = |count: usize| {
        format!(
            "- … and {}: `zdsync plan` shows them all\n",
            phrase::counted(count, "more", "more")
        )
    };
    let mut text = format!("\n**{title}**\n\n");
    let reserve = more(items.len()).len();
    for (index, item) in items.iter().enumerate() {
        let last = index + 1 == items.len();
        let line = format!("- {item}\n");
        if text.len() + line.len() + if last { 0 } else { reserve } > room {
            text.push_str(&more(items.len() - index));
            return text;
        }
        text.push_str(&line);
    }
    text
}

fn people(plan: &Plan, rows: &[Row<'_>], room: usize) -> String {
    let empty = if plan.is_empty() {
        format!("\nNo changes. {}\n", summary::nothing(plan))
    } else {
        String::new()
    };
    match (rows.is_empty(), plan.is_empty()) {
        (true, true) => empty,
        (true, false) => "\nNobody gains or loses access.\n".to_owned(),
        (false, _) => format!(
            "{empty}{}",
            table::table(rows, room.saturating_sub(empty.len()))
        ),
    }
}

fn refused(refusals: &[Refusal], room: usize) -> String {
    let items: Vec<_> = refusals
        .iter()
        .map(|refusal| {
            let about = code(&notes::about(refusal));
            let help = if refusal.help.is_empty() {
                String::new()
            } else {
                format!("<br>help: {}", prose(&refusal.help))
            };
            format!("× {}<br>{about}{help}", prose(&refusal.message))
        })
        .collect();
    list("Refused", &items, room)
}

/// What follows from changes to things other than people; what follows for people is in their table.
fn consequences(plan: &Plan, room: usize) -> String {
    let told = access::told(plan);
    let mut items = Vec::new();
    for change in &plan.changes {
        let about = change
            .address
            .person()
            .unwrap_or_else(|| change.address.clone());
        let known = told.get(&about).copied().unwrap_or_default();
        for consequence in &change.consequences {
            if known.iter().all(|other| other.text != consequence.text) {
                items.push(format!(
                    "{}: {}",
                    code(&phrase::address(&change.address)),
                    prose(&consequence.text)
                ));
            }
        }
    }
    list("What follows", &items, room)
}

/// What was changed in the account since the last apply.
fn drifted(plan: &Plan, room: usize) -> String {
    let Some(title) = drift::title(plan) else {
        return String::new();
    };
    let items: Vec<_> = plan
        .drift
        .iter()
        .map(|drift| {
            let address = code(&phrase::address(&drift.address));
            format!("{address} {}", prose(&drift::text(drift)))
        })
        .collect();
    let text = list(&format!("Drift {}", escaped(&title)), &items, room);
    let remark = drift::remark(plan).map(|remark| format!("\n{remark}\n"));
    format!("{text}{}", remark.unwrap_or_default())
}

fn notes(plan: &Plan, room: usize) -> String {
    let undeclared = summary::undeclared(plan);
    let undeclared = undeclared.iter().map(|address| {
        format!(
            "{} is declared nowhere (reported only)",
            code(&phrase::address(address))
        )
    });
    let raised = summary::raised(&plan.allowed_removals);
    let endings = plan
        .endings
        .iter()
        .map(|ending| escaped(&summary::ending(ending)));
    let items: Vec<_> = raised
        .map(|raised| format!("Removal limits raised for this plan: {raised}"))
        .into_iter()
        .chain(
            plan.warnings
                .iter()
                .map(|warning| prose(&notes::warning_text(warning))),
        )
        .chain(undeclared)
        .chain(endings)
        .collect();
    list("Also to know", &items, room)
}

fn details(plan: &Plan, room: usize) -> String {
    if plan.is_empty() {
        return String::new();
    }
    let open = format!(
        "\n<details><summary>Every change, field by field: {}</summary>\n\n",
        summary::actions(plan)
    );
    let blocks = blocks::blocks(plan);
    let drawing = Drawing {
        verbose: false,
        indent: "",
        alike: ALIKE,
        named: NAMED,
        told: &BTreeMap::new(),
    };
    let room = room.saturating_sub(open.len() + 400);
    let mut lines = String::new();
    let mut left = 0;
    for group in drawing.gathered(&blocks) {
        let text = drawn(&drawing, &group);
        if lines.len() + text.len() > room {
            left += group.len();
        } else {
            lines.push_str(&text);
        }
    }
    let fence = if lines.is_empty() {
        String::new()
    } else {
        fenced(&lines)
    };
    let more = if left == 0 {
        String::new()
    } else {
        let objects = phrase::counted(left, "object that changes is", "objects that change are");
        format!("\n{objects} not shown here: `zdsync plan` shows all.\n")
    };
    format!("{open}{fence}{more}\n</details>\n")
}

fn drawn(drawing: &Drawing<'_>, group: &[Named<'_, '_>]) -> String {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    match drawing.draw(&mut Pen::new(&mut bytes, false, 100), group) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => String::new(),
    }
}
