//! What was changed in the account since the last apply, in words.

use std::io;

use crate::plan::{ChangeCause, Consulted, Deed, Drift, DriftKind, LastApply, Plan};
use crate::report::pen::{BOLD, DIM, PLAIN, Pen, Piece, YELLOW, width};
use crate::report::phrase;

use super::blocks::Block;

/// Draws the section; nothing where nothing was changed.
pub(super) fn section(pen: &mut Pen<'_>, plan: &Plan) -> io::Result<()> {
    let Some(title) = title(plan) else {
        return Ok(());
    };
    pen.gap()?;
    pen.hanging_at(&[Piece("Drift ", BOLD)], Some(2), &title, PLAIN)?;
    for drift in &plan.drift {
        let address = phrase::address(&drift.address);
        let lead = [
            Piece("  ! ", YELLOW),
            Piece(&address, BOLD),
            Piece("  ", PLAIN),
        ];
        let text = text(drift);
        let taken: usize = lead.iter().map(|Piece(text, _)| width(text)).sum();
        if taken + width(&text) <= pen.columns() {
            pen.hanging_at(&lead, Some(6), &text, PLAIN)?;
        } else {
            pen.line(&lead[..2])?;
            pen.hanging(&[Piece("      ", PLAIN)], &text, PLAIN)?;
        }
    }
    if let Some(remark) = remark(plan) {
        pen.hanging_at(&[Piece("  ", PLAIN)], Some(2), remark, DIM)?;
    }
    Ok(())
}

/// `changed in the account since the apply of 2026-11-21 14:05:04 UTC (commit 0123abc)`.
pub(super) fn title(plan: &Plan) -> Option<String> {
    let last = plan
        .last_apply
        .as_ref()
        .filter(|_| !plan.drift.is_empty())?;
    let LastApply {
        finished_at,
        digest: _, // long, and in the receipt
        commit,
        pull_request,
        receipt: _,
        caller_id: _,
    } = last;
    let short = |commit: &String| {
        let short: String = commit.chars().take(12).collect();
        format!("commit {short}")
    };
    let request = |number: &String| format!("pull request {number}");
    let names: Vec<String> = commit
        .iter()
        .map(short)
        .chain(pull_request.iter().map(request))
        .collect();
    let names = if names.is_empty() {
        String::new()
    } else {
        format!(" ({})", names.join(", "))
    };
    let moment = phrase::moment(*finished_at);
    Some(format!(
        "· changed in the account since the apply of {moment}{names}, not by the manifests"
    ))
}

/// `role: "Tier 1" → admin, by Mallory Example on 2026-11-22 01:02:03 UTC`.
pub(super) fn text(drift: &Drift) -> String {
    let Drift {
        address: _, // stands before
        path,
        what,
        applied,
        live,
        asked,
        since: _, // the section's title says it
        by,
    } = drift;
    let what = match (path, what) {
        (Some(path), _) => format!(
            "{path} {} → {}",
            phrase::value(path, applied),
            phrase::value(path, live)
        ),
        (None, DriftKind::Added) => "was added".to_owned(),
        (None, DriftKind::Missing) => "was removed".to_owned(),
        (None, DriftKind::Changed) => "was changed".to_owned(),
    };
    let asked = if *asked {
        "; the manifests ask for another value now"
    } else {
        ""
    };
    format!(
        "{what}{asked}{}",
        by.as_ref().map_or_else(String::new, deed)
    )
}

fn deed(deed: &Deed) -> String {
    let Deed {
        actor,
        at,
        entry: _, // for machines
        description,
    } = deed;
    let said = if description.is_empty() {
        String::new()
    } else {
        format!(": {}", phrase::quote(description))
    };
    format!(
        ", by {} on {}{said}",
        phrase::name(actor),
        phrase::moment(*at)
    )
}

/// Why it is not said who changed what.
pub(super) fn remark(plan: &Plan) -> Option<&'static str> {
    let nobody = || plan.drift.iter().any(|drift| drift.by.is_none());
    match plan.audit_log {
        None => Some("Who changed it was not asked."),
        Some(Consulted {
            available: false, ..
        }) => Some(
            "Who changed it is not known: the account's audit log is not available (it is part of \
             Enterprise plans, and open to administrators).",
        ),
        Some(Consulted {
            complete: false, ..
        }) if nobody() => Some(
            "Of the account's audit log only the newest entries were read; the others may name more people.",
        ),
        Some(_) if nobody() => Some("Where nobody is named, the account's audit log names nobody."),
        Some(_) => None,
    }
}

/// How a block of changes is marked: ` · takes back drift`, or nothing where it is asked for.
pub(super) fn mark(block: &Block<'_>) -> &'static str {
    let causes: Vec<Option<ChangeCause>> = block.changes().map(|change| change.cause).collect();
    let drift = Some(ChangeCause::Drift);
    if causes.iter().all(|cause| *cause == drift) {
        " · takes back drift"
    } else if causes.contains(&drift) || causes.contains(&Some(ChangeCause::Both)) {
        " · in part takes back drift"
    } else {
        ""
    }
}
