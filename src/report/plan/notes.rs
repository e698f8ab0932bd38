//! What else a terminal tells of a plan: warnings, what is left alone, what ends, what is refused.

use std::io;

use crate::model::{Address, Kind};
use crate::plan::{Plan, Refusal, Warning};
use crate::report::pen::{BOLD, DIM, PLAIN, Pen, Piece, RED, YELLOW};
use crate::report::phrase;

use super::human::View;
use super::summary;

/// What else to know: warnings, what nobody declares, what is left alone, grants that end.
pub(super) fn notes(pen: &mut Pen<'_>, plan: &Plan, view: &View<'_>) -> io::Result<()> {
    if !plan.warnings.is_empty() {
        pen.title("Warnings")?;
    }
    for warning in &plan.warnings {
        pen.hanging(&[Piece("  ! ", YELLOW)], &warning_text(warning), PLAIN)?;
    }
    let mut facts = Vec::new();
    let undeclared = phrase::addresses(summary::undeclared(plan));
    if !undeclared.is_empty() {
        facts.push((
            "! ",
            format!("Declared nowhere (reported only): {undeclared}."),
        ));
    }
    if let Some(raised) = summary::raised(&plan.allowed_removals) {
        facts.push((
            "! ",
            format!("Removal limits raised for this plan: {raised}."),
        ));
    }
    facts.extend(summary::coverage(plan).map(|text| ("", text)));
    facts.extend(still(plan, view).map(|text| ("", text)));
    for (lead, ended) in [("Ends soon: ", false), ("Ended: ", true)] {
        let endings = plan.endings.iter().filter(|ending| ending.ended == ended);
        facts.extend(endings.map(|ending| (lead, format!("{}.", summary::ending(ending)))));
    }
    if !facts.is_empty() {
        pen.gap()?;
    }
    for (lead, text) in facts {
        pen.hanging(&[Piece(lead, YELLOW)], &text, PLAIN)?;
    }
    if view.verbose {
        unchanged(pen, plan)?;
    }
    Ok(())
}

pub(super) fn warning_text(warning: &Warning) -> String {
    let Warning {
        code,
        address,
        message,
    } = warning;
    let about = address.as_ref().map(Address::to_string).unwrap_or_default();
    let about = if about.is_empty() || message.contains(&about) {
        String::new()
    } else {
        format!(" ({about})")
    };
    format!("{message}{about} [{code}]")
}

/// What is left alone.
fn still(plan: &Plan, view: &View<'_>) -> Option<String> {
    let (not_ours, unchanged) = summary::still(plan);
    let hint = if view.verbose { "" } else { " (-v shows them)" };
    let unchanged = unchanged.map(|text| format!("{text}{hint}."));
    let texts: Vec<_> = not_ours.into_iter().chain(unchanged).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

fn unchanged(pen: &mut Pen<'_>, plan: &Plan) -> io::Result<()> {
    for kind in Kind::ALL {
        let addresses = plan
            .unchanged
            .get(&kind)
            .map(Vec::as_slice)
            .unwrap_or_default();
        if !addresses.is_empty() {
            let head = format!("Unchanged {}: ", kind.section().replace('_', " "));
            pen.hanging_at(
                &[Piece(&head, DIM)],
                Some(2),
                &phrase::addresses(addresses),
                DIM,
            )?;
        }
    }
    Ok(())
}

pub(super) fn refused(pen: &mut Pen<'_>, refusals: &[Refusal]) -> io::Result<()> {
    if !refusals.is_empty() {
        pen.gap()?;
    }
    for refusal in refusals {
        let Refusal {
            code: _, // `about` tells it
            address: _,
            origin: _,
            message,
            help,
        } = refusal;
        let lead = [Piece("  × ", RED), Piece("refused: ", RED)];
        pen.hanging_at(&lead, Some(6), message, BOLD)?;
        pen.hanging(&[Piece("      ", PLAIN)], &about(refusal), DIM)?;
        if !help.is_empty() {
            pen.hanging(&[Piece("      help: ", PLAIN)], help, PLAIN)?;
        }
    }
    Ok(())
}

/// `user/ada@example.com · manifests/support.yaml:4 · removal_limit`.
pub(super) fn about(refusal: &Refusal) -> String {
    let parts: Vec<_> = refusal
        .address
        .iter()
        .map(phrase::address)
        .chain(refusal.origin.iter().map(phrase::place))
        .chain([summary::code(refusal.code)])
        .collect();
    parts.join(" · ")
}
