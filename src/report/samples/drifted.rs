//! A plan that takes back what was changed by hand, beside something that is asked for.

use crate::model::{Address, Kind, ObjectId, Value};
use crate::plan::{
    Access, Action, Change, ChangeCause, Consulted, Deed, Drift, DriftKind, LastApply, Plan, Since,
};

use super::{access, at, change, field, holds, in_group, plan, role, text, time};

pub(in crate::report) fn last_apply() -> LastApply {
    LastApply {
        finished_at: time("2026-11-20T09:30:04Z"),
        digest: "77aa".repeat(16),
        commit: Some("0123abc4567890fedcba".to_owned()),
        pull_request: Some("41".to_owned()),
        receipt: "20261120T093000000Z-77aa77aa77aa.json".to_owned(),
        caller_id: None,
    }
}

pub(in crate::report) fn by(actor: &str, description: &str) -> Deed {
    Deed {
        actor: actor.to_owned(),
        at: time("2026-11-21T03:14:15Z"),
        entry: ObjectId::from_wire(99),
        description: description.to_owned(),
    }
}

pub(in crate::report) fn drift(address: Address, what: DriftKind) -> Drift {
    Drift {
        address,
        path: None,
        what,
        applied: Value::Null,
        live: Value::Null,
        asked: false,
        since: Since {
            at: last_apply().finished_at,
            by: None,
        },
        by: None,
    }
}

/// Ada was promoted and Ben taken out of a group by hand; a group's description is asked for.
pub(in crate::report) fn drifted() -> Plan {
    let ada = Address::user("ada@example.com");
    let night = Address::membership(
        Kind::GroupMembership,
        "ben@example.com".into(),
        "Night shift".into(),
    );
    let mut plan = plan();
    plan.last_apply = Some(last_apply());
    plan.audit_log = Some(Consulted {
        available: true,
        complete: true,
        requests: 2,
    });
    plan.changes = vec![
        Change {
            cause: Some(ChangeCause::Asked),
            origin: Some(at("groups", 4)),
            ..change(
                Action::Update,
                Address::group("Tier 1"),
                vec![field("description", text("Front line"), text("First line"))],
            )
        },
        Change {
            cause: Some(ChangeCause::Drift),
            origin: Some(at("tier-1", 7)),
            ..change(
                Action::Update,
                ada.clone(),
                vec![field("role", text("admin"), role("Tier 1"))],
            )
        },
        Change {
            cause: Some(ChangeCause::Drift),
            origin: Some(at("tier-1", 12)),
            ..in_group(Action::Create, "ben@example.com", "Night shift")
        },
    ];
    plan.access = people();
    plan.drift = vec![
        Drift {
            path: Some("role".to_owned()),
            applied: role("Tier 1"),
            live: text("admin"),
            by: Some(by(
                "Mallory Example",
                "Role changed from Tier 1 to Administrator",
            )),
            ..drift(ada, DriftKind::Changed)
        },
        drift(night, DriftKind::Missing),
    ];
    plan
}

fn people() -> Vec<Access> {
    vec![
        Access {
            action: Some(Action::Update),
            role_before: Some("admin".to_owned()),
            role_after: Some("Tier 1".to_owned()),
            gains: vec![holds(Kind::Role, "Tier 1")],
            loses: vec![holds(Kind::Role, "admin")],
            origin: Some(at("tier-1", 7)),
            ..access("ada@example.com", "Ada Lovelace")
        },
        Access {
            gains: vec![holds(Kind::Group, "Night shift")],
            origin: Some(at("tier-1", 12)),
            ..access("ben@example.com", "Ben Example")
        },
    ]
}
