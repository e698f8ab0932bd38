//! A plan that fights back.

use crate::model::{Address, Grant, Kind, Origin, Value, Verb};
use crate::plan::{
    Access, Action, Change, Drift, DriftKind, Ending, Entitlement, LastApply, Plan, Reason,
    Refusal, RefusalCode, Unmanaged,
};

use super::drifted::{by, drift, last_apply};
use super::{
    access, change, field, follows, holds, in_group, operation, plan, role, set, text, until,
    warning,
};

/// A name that tries everything at once.
pub(in crate::report) const HOSTILE: &str = "Eve\u{1b}[2K\u{202e}\u{200b}\u{e0041} | `x` <b>@octo #1 https://x.example\n\n```\n## **a** [b](c) | \u{9b}1A until 2026-12-31 (\"ok\")";

/// A plan in which every foreign text is [`HOSTILE`].
pub(in crate::report) fn hostile() -> Plan {
    let mut plan = plan();
    plan.account.subdomain = HOSTILE.to_owned();
    plan.account.url = HOSTILE.to_owned();
    plan.changes = changes();
    plan.access = vec![person()];
    plan.undeclared = [Address::user(HOSTILE), Address::group(HOSTILE)]
        .map(|address| Unmanaged {
            address,
            name: Some(HOSTILE.to_owned()),
            role: Some(HOSTILE.to_owned()),
        })
        .into();
    plan.endings = vec![Ending {
        address: Address::membership(Kind::GroupMembership, HOSTILE.into(), HOSTILE.into()),
        grant: grant(),
        ended: true,
    }];
    plan.warnings = vec![warning(HOSTILE, HOSTILE)];
    plan.refused = vec![Refusal {
        code: RefusalCode::Protected,
        address: Some(Address::user(HOSTILE)),
        origin: place(),
        message: HOSTILE.to_owned(),
        help: HOSTILE.to_owned(),
    }];
    plan.last_apply = Some(LastApply {
        commit: Some(HOSTILE.to_owned()),
        pull_request: Some(HOSTILE.to_owned()),
        ..last_apply()
    });
    plan.drift = vec![Drift {
        path: Some(HOSTILE.to_owned()),
        applied: text(HOSTILE),
        live: role(HOSTILE),
        by: Some(by(HOSTILE, HOSTILE)),
        ..drift(Address::user(HOSTILE), DriftKind::Changed)
    }];
    plan.operations = vec![operation(
        1,
        "PUT",
        HOSTILE,
        Verb::Update,
        &[Address::user(HOSTILE)],
    )];
    plan.unchanged
        .insert(Kind::User, vec![Address::user(HOSTILE)]);
    plan
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "stands where an origin may be absent"
)]
fn place() -> Option<Origin> {
    Some(Origin {
        file: HOSTILE.into(),
        line: 1,
        column: 1,
    })
}

fn grant() -> Grant {
    until("2026-12-31", HOSTILE)
}

fn changes() -> Vec<Change> {
    let fields = vec![
        field(HOSTILE, text(HOSTILE), text(&format!("{HOSTILE}!"))),
        field("configuration.x", text(HOSTILE), text("y")),
        field("tags", set(&[HOSTILE]), set(&[])),
        field("role", role(HOSTILE), text(HOSTILE)),
        field(
            "user_fields.x",
            Value::Null,
            Value::json(&serde_json::json!([HOSTILE])),
        ),
    ];
    let update = |address| Change {
        was: Some(Address::user(HOSTILE)),
        consequences: vec![follows(Reason::SeatTaken, HOSTILE)],
        origin: place(),
        requires: vec![Address::role(HOSTILE)],
        grant: Some(grant()),
        ..change(Action::Rename, address, fields.clone())
    };
    vec![
        update(Address::role(HOSTILE)),
        update(Address::user(HOSTILE)),
        Change {
            along_with: Some(Address::group(HOSTILE)),
            grant: Some(grant()),
            ..in_group(Action::Delete, HOSTILE, HOSTILE)
        },
    ]
}

fn person() -> Access {
    let held = |kind| Entitlement {
        grant: Some(grant()),
        permissions: vec![HOSTILE.to_owned()],
        ..holds(kind, HOSTILE)
    };
    Access {
        role_before: Some(HOSTILE.to_owned()),
        role_after: Some("x".to_owned()),
        gains: vec![held(Kind::Role), held(Kind::Group)],
        loses: vec![held(Kind::Organization)],
        consequences: vec![follows(Reason::SeatTaken, HOSTILE)],
        origin: place(),
        ..access(HOSTILE, HOSTILE)
    }
}
