//! A plan for people at a terminal.

use std::io::{self, Write};

use crate::plan::{Operation, Plan, Refusal};
use crate::report::pen::{BOLD, DIM, GREEN, PLAIN, Pen, Piece, RED, YELLOW, padded, width};
use crate::report::phrase;

use super::access::{self, Line, Row, Verb};
use super::blocks;
use super::drawing::Drawing;
use super::{drift, notes, summary};

/// From this number on, people for whom the same changes are shown together.
const ALIKE: usize = 10;

/// How a plan is shown.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Whether to colour. Colour never carries a meaning alone.
    pub colour: bool,
    /// The columns of the terminal.
    pub width: usize,
    /// Whether to list what is unchanged, the operations and what each waits for, and every person on
    /// a line of their own.
    pub verbose: bool,
    /// What was read, such as `acme (acme.zendesk.com)` or `snapshot live.json`. Where it is empty, the
    /// plan's own account is named.
    pub source: &'a str,
    /// Whether to leave the changes out and show the people only.
    pub only_access: bool,
}

/// Writes a plan for people.
///
/// # Errors
///
/// Those of `out`.
pub fn human(plan: &Plan, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let pen = &mut Pen::new(out, view.colour, view.width);
    header(pen, plan, view)?;
    people(pen, plan, view)?;
    drift::section(pen, plan)?;
    if !view.only_access {
        changes(pen, plan, view)?;
        if view.verbose {
            operations(pen, plan)?;
        }
    }
    notes::notes(pen, plan, view)?;
    notes::refused(pen, &plan.refused)?;
    closing(pen, plan, view)
}

/// Writes refusals alone, as the plan shows them.
///
/// # Errors
///
/// Those of `out`.
pub fn refusals(refusals: &[Refusal], view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    notes::refused(&mut Pen::new(out, view.colour, view.width), refusals)
}

fn header(pen: &mut Pen<'_>, plan: &Plan, view: &View<'_>) -> io::Result<()> {
    let source = match view.source {
        "" => summary::account(&plan.account),
        source => source.to_owned(),
    };
    let reads = plan.estimate.reads;
    let requests = match reads {
        0 => String::new(),
        1 => " · 1 request".to_owned(),
        _ => format!(" · {} requests", phrase::number(reads)),
    };
    let live = phrase::moment(plan.live_at);
    let text = format!("· {source} · live as of {live}{requests}");
    pen.hanging_at(&[Piece("zdsync plan ", BOLD)], Some(2), &text, PLAIN)?;
    if let (true, Some(caller)) = (view.verbose, &plan.caller) {
        let admin = if caller.admin {
            "admin"
        } else {
            "not an admin"
        };
        let text = format!(
            "{} <{}>, {admin}",
            phrase::name(&caller.name),
            caller.address.name()
        );
        pen.hanging(&[Piece("  read by ", DIM)], &text, PLAIN)?;
    }
    Ok(())
}

fn people(pen: &mut Pen<'_>, plan: &Plan, view: &View<'_>) -> io::Result<()> {
    let rows = access::rows(plan);
    if rows.is_empty() {
        return Ok(());
    }
    pen.title("Access")?;
    let at_least = if view.verbose { usize::MAX } else { ALIKE };
    let groups = access::gathered(&rows, at_least);
    let column = groups
        .iter()
        .map(|group| width(&group_title(group)))
        .max()
        .unwrap_or(0)
        .clamp(12, pen.columns() * 2 / 5);
    let verbs = rows
        .iter()
        .flat_map(|row| &row.lines)
        .map(|line| line.verb.word().len() + 2);
    let columns = [column, verbs.max().unwrap_or(0)];
    for group in &groups {
        let [first, others @ ..] = group.as_slice() else {
            continue;
        };
        person(pen, &group_title(group), &first.lines, columns)?;
        if !others.is_empty() {
            let keys: Vec<_> = group
                .iter()
                .filter_map(|row| row.key)
                .map(phrase::name)
                .collect();
            pen.hanging(&[Piece("      ", PLAIN)], &keys.join(", "), DIM)?;
        }
    }
    Ok(())
}

fn group_title(group: &[&Row<'_>]) -> String {
    match group {
        [row] => row.title(),
        rows => phrase::counted(rows.len(), "person", "people"),
    }
}

/// Draws one row, its columns those of the title and of the verb.
fn person(
    pen: &mut Pen<'_>,
    title: &str,
    lines: &[Line],
    [column, verbs]: [usize; 2],
) -> io::Result<()> {
    let fits = width(title) <= column && pen.columns() >= 80;
    let start = if fits { 2 + column + 2 } else { 6 };
    if !fits {
        pen.line(&[Piece("  ", PLAIN), Piece(title, BOLD)])?;
    }
    let mut last = None;
    for (index, Line { verb, text }) in lines.iter().enumerate() {
        let name = if fits && index == 0 { title } else { "" };
        let name = padded(name, if fits { column } else { 0 });
        let word = if last == Some(*verb) { "" } else { verb.word() };
        let word = padded(word, verbs);
        let blanks = if fits { ("  ", "  ") } else { ("      ", "") };
        let lead = [
            Piece(blanks.0, PLAIN),
            Piece(&name, BOLD),
            Piece(blanks.1, PLAIN),
            Piece(&word, colour(*verb)),
        ];
        pen.hanging_at(&lead, Some(start + verbs), text, PLAIN)?;
        last = Some(*verb);
    }
    Ok(())
}

const fn colour(verb: Verb) -> anstyle::Style {
    match verb {
        Verb::New | Verb::Gains => GREEN,
        Verb::Loses => RED,
        Verb::Role | Verb::Address | Verb::Changes | Verb::Undeclared => YELLOW,
        Verb::Also => DIM,
    }
}

fn changes(pen: &mut Pen<'_>, plan: &Plan, view: &View<'_>) -> io::Result<()> {
    if plan.is_empty() {
        return Ok(());
    }
    pen.title("Changes")?;
    let told = access::told(plan);
    let drawing = Drawing {
        verbose: view.verbose,
        indent: "  ",
        alike: if view.verbose { usize::MAX } else { ALIKE },
        named: usize::MAX,
        told: &told,
    };
    for group in drawing.gathered(&blocks::blocks(plan)) {
        drawing.draw(pen, &group)?;
    }
    Ok(())
}

fn operations(pen: &mut Pen<'_>, plan: &Plan) -> io::Result<()> {
    if plan.operations.is_empty() {
        return Ok(());
    }
    pen.title("Operations")?;
    for Operation {
        id,
        wave,
        write: _, // the route and the changes say it
        route,
        changes,
        requires,
        after: _,   // shows in `wave`
        settles: _, // read again, not written
        whole: _,   // the same
        needs: _,   // `requires`, item by item
    } in &plan.operations
    {
        let head = format!("  {id}  wave {wave}  {} {}", route.method, route.path);
        pen.line(&[Piece(&head, PLAIN)])?;
        pen.hanging(
            &[Piece("        ", PLAIN)],
            &phrase::addresses(changes),
            DIM,
        )?;
        if !requires.is_empty() {
            let requires: Vec<_> = requires.iter().map(ToString::to_string).collect();
            pen.hanging(&[Piece("        after ", DIM)], &requires.join(", "), DIM)?;
        }
    }
    Ok(())
}

fn closing(pen: &mut Pen<'_>, plan: &Plan, view: &View<'_>) -> io::Result<()> {
    pen.gap()?;
    if plan.is_empty() {
        pen.hanging(
            &[Piece("No changes. ", BOLD)],
            summary::nothing(plan),
            PLAIN,
        )?;
    } else {
        pen.hanging(
            &[Piece("In short: ", BOLD)],
            &summary::headline(plan),
            PLAIN,
        )?;
        let text = format!("{} · {}", summary::actions(plan), summary::cost(plan));
        pen.hanging(&[Piece("Plan: ", BOLD)], &text, PLAIN)?;
        if view.only_access {
            pen.line(&[Piece(
                "Only people are shown; without --only-access every change is.",
                DIM,
            )])?;
        }
    }
    if !plan.refused.is_empty() {
        let text = "this plan cannot be applied, for what is named above.";
        pen.hanging(&[Piece("Refused: ", RED)], text, PLAIN)?;
    }
    if plan.refused.is_empty() && !plan.is_empty() {
        pen.line(&[
            Piece("Apply exactly this with: ", DIM),
            Piece("zdsync apply --digest ", PLAIN),
            Piece(&plan.digest, PLAIN),
        ])
    } else {
        pen.line(&[Piece("Digest ", DIM), Piece(&plan.digest, DIM)])
    }
}
