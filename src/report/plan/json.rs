//! A plan for machines: `zdsync.plan/1`. Fields may be added, never changed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::Schema;

use crate::model::{self, Each, FieldChange, Grant, Kind, Natural, ObjectId};
use crate::plan::{self, Action, ChangeCause, Plan};
use crate::report::json::{self, Shown};

use super::document::{
    Access, Account, AuditLog, Caller, Change, Consequence, Counts, Document, Drift, Ending,
    Entitlement, Estimate, Field, Format, LastApply, Managed, Named, Operation, Refusal, Seats,
    Summary, Undeclared, Warning,
};

/// Writes a plan as one line of JSON, `"format": "zdsync.plan/1"`.
///
/// Control characters, bidirectional marks and invisible characters are escaped.
///
/// # Errors
///
/// Those of `out`.
pub fn json(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    json::line(&document(plan), out)
}

/// The JSON Schema of what [`json()`] writes.
pub fn schema() -> Schema {
    json::schema::<Document<'_>>()
}

fn document(plan: &Plan) -> Document<'_> {
    let Plan {
        account,
        caller,
        created_at,
        live_at,
        digest,
        changes,
        operations,
        access,
        undeclared,
        endings,
        refused,
        warnings,
        unchanged: _, // the summary counts them
        not_ours,
        seats,
        estimate,
        allowed_removals,
        numbers: _, // for apply; each change has its own
        coverage,
        last_apply,
        drift,
        audit_log,
        whole_list: _, // for apply
    } = plan;
    Document {
        format: Format::Plan1,
        account: of_account(account),
        caller: caller.as_ref().map(of_caller),
        created_at: *created_at,
        live_at: *live_at,
        digest,
        summary: summary(plan),
        access: Each(access, of_access),
        changes: Each(changes, of_change),
        operations: Each(operations, of_operation),
        estimate: of_estimate(*estimate),
        seats: of_seats(*seats),
        refused: Each(refused, of_refusal),
        warnings: Each(warnings, of_warning),
        undeclared: Each(undeclared, of_undeclared),
        endings: Each(endings, of_ending),
        not_ours: not_ours.clone(),
        allowed_removals: allowed_removals.clone(),
        coverage: coverage.iter().map(of_managed).collect(),
        last_apply: last_apply.as_ref().map(of_last_apply),
        drift: drift.iter().map(of_drift).collect(),
        audit_log: audit_log.map(of_audit_log),
    }
}

fn of_account(account: &model::Account) -> Account<'_> {
    let model::Account {
        fingerprint,
        subdomain,
        url,
    } = account;
    Account {
        fingerprint,
        subdomain,
        url,
    }
}

fn of_caller(caller: &model::Caller) -> Caller<'_> {
    let model::Caller {
        id,
        address,
        name,
        admin,
    } = caller;
    Caller {
        id: id.to_wire(),
        address: Shown(address),
        name,
        admin: *admin,
    }
}

fn summary(plan: &Plan) -> Summary {
    let mut by_kind: BTreeMap<Kind, Counts> = Kind::ALL
        .into_iter()
        .map(|kind| (kind, Counts::default()))
        .collect();
    for change in &plan.changes {
        let counts = by_kind.entry(change.address.kind()).or_default();
        match change.action {
            Action::Create => counts.create += 1,
            Action::Update | Action::Rename | Action::Reactivate => counts.update += 1,
            Action::Suspend | Action::Offboard | Action::Delete if change.along_with.is_some() => {
                counts.along += 1;
            }
            Action::Suspend | Action::Offboard | Action::Delete => counts.remove += 1,
        }
    }
    for (kind, addresses) in &plan.unchanged {
        by_kind.entry(*kind).or_default().unchanged += super::summary::wide(addresses.len());
    }
    let total = |part: fn(&Counts) -> u64| by_kind.values().map(part).sum();
    let [asked, drift] = causes(plan).map_or([None, None], |counts| counts.map(Some));
    Summary {
        create: total(|counts| counts.create),
        update: total(|counts| counts.update),
        remove: total(|counts| counts.remove),
        along: total(|counts| counts.along),
        unchanged: total(|counts| counts.unchanged),
        asked,
        drift,
        by_kind,
    }
}

/// How many changes the manifests ask for and how many take drift back; `None` where that is not known.
fn causes(plan: &Plan) -> Option<[u64; 2]> {
    plan.last_apply.as_ref()?;
    let of = |causes: [ChangeCause; 2]| {
        let changes = plan.changes.iter().filter_map(|change| change.cause);
        super::summary::wide(changes.filter(|cause| causes.contains(cause)).count())
    };
    let known = plan.changes.iter().all(|change| change.cause.is_some());
    known.then(|| {
        [
            of([ChangeCause::Asked, ChangeCause::Both]),
            of([ChangeCause::Drift, ChangeCause::Both]),
        ]
    })
}

fn of_access(access: &plan::Access) -> Access<'_> {
    let plan::Access {
        person,
        name,
        action,
        role_before,
        role_after,
        gains,
        loses,
        consequences,
        origin,
    } = access;
    Access {
        person: Shown(person),
        name,
        action: *action,
        role_before: role_before.as_deref(),
        role_after: role_after.as_deref(),
        gains: Each(gains, of_entitlement),
        loses: Each(loses, of_entitlement),
        consequences: Each(consequences, of_consequence),
        source: origin.as_ref(),
    }
}

fn of_entitlement(entitlement: &plan::Entitlement) -> Entitlement<'_> {
    let plan::Entitlement {
        kind,
        name,
        grant,
        permissions,
    } = entitlement;
    Entitlement {
        kind: *kind,
        name,
        until: grant.as_ref().map(|grant| grant.until),
        reason: grant.as_ref().and_then(|grant| grant.reason.as_deref()),
        permissions,
    }
}

fn of_consequence(consequence: &plan::Consequence) -> Consequence<'_> {
    let plan::Consequence { reason, text } = consequence;
    Consequence {
        reason: *reason,
        text,
    }
}

fn of_change(change: &plan::Change) -> Change<'_> {
    let plan::Change {
        address,
        was,
        action,
        along_with,
        id,
        fields,
        consequences,
        origin,
        requires,
        grant,
        cause,
    } = change;
    Change {
        address: Shown(address),
        was: was.as_ref().map(Shown),
        action: *action,
        along_with: along_with.as_ref().map(Shown),
        id: id.map(ObjectId::to_wire),
        fields: Each(fields, of_field),
        consequences: Each(consequences, of_consequence),
        source: origin.as_ref(),
        requires: Each(requires, Shown),
        until: grant.as_ref().map(|grant| grant.until),
        reason: grant.as_ref().and_then(|grant| grant.reason.as_deref()),
        cause: *cause,
    }
}

fn of_field(field: &FieldChange) -> Field<'_> {
    let FieldChange {
        path,
        before,
        after,
    } = field;
    Field {
        path,
        before: Natural(before),
        after: Natural(after),
    }
}

fn of_operation(operation: &plan::Operation) -> Operation<'_> {
    let plan::Operation {
        id,
        wave,
        write: _, // the changes say what is written
        route: model::Route { method, path },
        changes,
        requires,
        after: _,   // shows in `wave`
        settles: _, // read again, not written
        whole: _,   // the same
        needs: _,   // `requires`, item by item
    } = operation;
    Operation {
        id: Named(id),
        wave: *wave,
        method,
        path,
        changes: Each(changes, Shown),
        requires: Each(requires, Named),
    }
}

fn of_estimate(estimate: plan::Estimate) -> Estimate {
    let plan::Estimate {
        reads,
        writes,
        polls,
        seconds,
    } = estimate;
    Estimate {
        reads,
        writes,
        polls,
        seconds,
    }
}

fn of_seats(seats: plan::Seats) -> Seats {
    let plan::Seats {
        before,
        after,
        peak,
    } = seats;
    Seats {
        before,
        after,
        peak,
    }
}

fn of_refusal(refusal: &plan::Refusal) -> Refusal<'_> {
    let plan::Refusal {
        code,
        address,
        origin,
        message,
        help,
    } = refusal;
    Refusal {
        code: *code,
        message,
        help,
        address: address.as_ref().map(Shown),
        source: origin.as_ref(),
    }
}

fn of_warning(warning: &plan::Warning) -> Warning<'_> {
    let plan::Warning {
        code,
        address,
        message,
    } = warning;
    Warning {
        code,
        message,
        address: address.as_ref().map(Shown),
    }
}

fn of_undeclared(unmanaged: &plan::Unmanaged) -> Undeclared<'_> {
    let plan::Unmanaged {
        address,
        name,
        role,
    } = unmanaged;
    Undeclared {
        address: Shown(address),
        name: name.as_deref(),
        role: role.as_deref(),
    }
}

fn of_managed(managed: &plan::Managed) -> Managed {
    let plan::Managed {
        what,
        declared,
        live,
    } = *managed;
    Managed {
        what,
        declared,
        live,
    }
}

fn of_last_apply(last: &plan::LastApply) -> LastApply<'_> {
    let plan::LastApply {
        finished_at,
        digest,
        commit,
        pull_request,
        receipt,
        caller_id: _, // serves to read the audit log
    } = last;
    LastApply {
        finished_at: *finished_at,
        digest,
        commit: commit.as_deref(),
        pull_request: pull_request.as_deref(),
        receipt,
    }
}

fn of_drift(drift: &plan::Drift) -> Drift<'_> {
    let plan::Drift {
        address,
        path,
        what,
        applied,
        live,
        asked,
        since,
        by,
    } = drift;
    let deed = by.as_ref();
    let description = deed.map(|deed| deed.description.as_str());
    Drift {
        address: Shown(address),
        path: path.as_deref(),
        what: *what,
        applied: Natural(applied),
        live: Natural(live),
        asked: *asked,
        since: since.at,
        by: deed.map(|deed| deed.actor.as_str()),
        at: deed.map(|deed| deed.at),
        description: description.filter(|text| !text.is_empty()),
    }
}

fn of_audit_log(consulted: plan::Consulted) -> AuditLog {
    let plan::Consulted {
        available,
        complete,
        requests,
    } = consulted;
    AuditLog {
        available,
        complete,
        requests,
    }
}

fn of_ending(ending: &plan::Ending) -> Ending<'_> {
    let plan::Ending {
        address,
        grant: Grant { until, reason },
        ended,
    } = ending;
    Ending {
        address: Shown(address),
        until: *until,
        reason: reason.as_deref(),
        ended: *ended,
    }
}
