//! A plan with a bit of everything.

use std::collections::BTreeMap;

use crate::model::{Address, Kind, Value, Verb};
use crate::plan::{
    Access, Action, Change, Ending, Entitlement, Operation, OperationId, Plan, Reason, Refusal,
    RefusalCode, Unmanaged,
};

use super::{
    access, at, change, field, follows, holds, in_group, in_organization, operation, plan, role,
    set, text, until, warning,
};

/// A bit of everything: what the documentation shows.
pub(in crate::report) fn everything() -> Plan {
    let mut plan = plan();
    plan.changes = things();
    plan.changes.extend(persons());
    plan.allowed_removals = BTreeMap::from([(Kind::User, 12)]);
    plan.warnings = vec![warning(
        "api_token",
        "API tokens are being retired by Zendesk",
    )];
    plan.access = vec![ada(), bob(), grace()];
    plan.undeclared = vec![Unmanaged {
        address: Address::user("mallory@example.com"),
        name: Some("Mallory Example".to_owned()),
        role: Some("admin".to_owned()),
    }];
    plan.endings = vec![Ending {
        address: Address::membership(
            Kind::GroupMembership,
            "dora@example.com".into(),
            "Night shift".into(),
        ),
        grant: until("2026-11-30", ""),
        ended: false,
    }];
    plan.operations = vec![
        operation(
            1,
            "POST",
            "/api/v2/groups",
            Verb::Create,
            &[Address::group("Escalations")],
        ),
        Operation {
            wave: 2,
            requires: vec![OperationId(1)],
            ..operation(
                2,
                "PUT",
                "/api/v2/users/update_many",
                Verb::Update,
                &[
                    Address::user("ada@example.com"),
                    Address::user("bob@example.com"),
                ],
            )
        },
    ];
    plan
}

fn things() -> Vec<Change> {
    vec![
        Change {
            origin: Some(at("groups", 7)),
            ..change(
                Action::Create,
                Address::group("Escalations"),
                vec![field("description", Value::Null, text("Second line"))],
            )
        },
        Change {
            origin: Some(at("globex", 1)),
            consequences: vec![follows(
                Reason::DomainMappingChanges,
                "3 members came through old.example; Zendesk will not add or remove anybody by itself",
            )],
            ..change(
                Action::Update,
                Address::organization("Globex"),
                vec![field(
                    "domain_names",
                    set(&["globex.com", "old.example"]),
                    set(&["globex.com", "globex.example"]),
                )],
            )
        },
    ]
}

fn persons() -> Vec<Change> {
    vec![
        Change {
            origin: Some(at("tier-2", 14)),
            requires: vec![Address::role("Tier 2")],
            ..change(
                Action::Update,
                Address::user("ada@example.com"),
                vec![field("role", role("Tier 1"), role("Tier 2"))],
            )
        },
        Change {
            origin: Some(at("leavers", 2)),
            consequences: vec![
                follows(
                    Reason::WorkingTicketsUnassigned,
                    "14 working tickets lose their assignee",
                ),
                follows(Reason::SeatFreed, "frees a seat"),
            ],
            ..change(
                Action::Offboard,
                Address::user("bob@example.com"),
                vec![
                    field("role", role("Tier 1"), text("end-user")),
                    field("suspended", Value::Bool(false), Value::Bool(true)),
                ],
            )
        },
        grace_hired(),
        Change {
            origin: Some(at("tier-2", 19)),
            grant: Some(until("2026-12-31", "INC-42")),
            ..in_group(Action::Create, "ada@example.com", "Escalations")
        },
        in_group(Action::Delete, "bob@example.com", "Tier 1"),
        in_group(Action::Create, "grace@example.com", "Support"),
        in_group(Action::Create, "grace@example.com", "Tier 1"),
        in_organization(Action::Create, "grace@example.com", "Globex"),
    ]
}

fn grace_hired() -> Change {
    Change {
        origin: Some(at("new-hires", 3)),
        consequences: vec![
            follows(Reason::MailSent, "an invitation is mailed"),
            follows(Reason::SeatTaken, "takes a seat"),
        ],
        ..change(
            Action::Create,
            Address::user("grace@example.com"),
            vec![
                field("email", Value::Null, text("grace@example.com")),
                field("name", Value::Null, text("Grace Hopper")),
                field("role", Value::Null, role("Tier 1")),
            ],
        )
    }
}

fn ada() -> Access {
    Access {
        role_before: Some("Tier 1".to_owned()),
        role_after: Some("Tier 2".to_owned()),
        action: Some(Action::Update),
        gains: vec![
            Entitlement {
                permissions: vec!["ticket_deletion".to_owned(), "ticket_merge".to_owned()],
                ..holds(Kind::Role, "Tier 2")
            },
            Entitlement {
                grant: Some(until("2026-12-31", "INC-42")),
                ..holds(Kind::Group, "Escalations")
            },
        ],
        loses: vec![holds(Kind::Role, "Tier 1")],
        origin: Some(at("tier-2", 14)),
        ..access("ada@example.com", "Ada Lovelace")
    }
}

fn bob() -> Access {
    Access {
        action: Some(Action::Offboard),
        role_before: Some("Tier 1".to_owned()),
        role_after: Some("end-user".to_owned()),
        loses: vec![holds(Kind::Role, "Tier 1"), holds(Kind::Group, "Tier 1")],
        consequences: vec![
            follows(
                Reason::WorkingTicketsUnassigned,
                "14 working tickets lose their assignee",
            ),
            follows(Reason::SeatFreed, "frees a seat"),
        ],
        origin: Some(at("leavers", 2)),
        ..access("bob@example.com", "Bob Example")
    }
}

fn grace() -> Access {
    Access {
        action: Some(Action::Create),
        role_after: Some("Tier 1".to_owned()),
        gains: vec![
            holds(Kind::User, "sign in"),
            holds(Kind::Role, "Tier 1"),
            holds(Kind::Group, "Support"),
            holds(Kind::Group, "Tier 1"),
        ],
        consequences: vec![
            follows(Reason::MailSent, "an invitation is mailed"),
            follows(Reason::SeatTaken, "takes a seat"),
        ],
        origin: Some(at("new-hires", 3)),
        ..access("grace@example.com", "Grace Hopper")
    }
}

/// A refusal as the planner words it.
pub(in crate::report) fn over_the_limit() -> Refusal {
    Refusal {
        code: RefusalCode::RemovalLimit,
        address: None,
        origin: None,
        message:
            "12 people would lose access; the limit is 5 (limits.removals.users, zdsync.yaml:19)"
                .to_owned(),
        help: "to allow it for this plan, run `zdsync plan --allow-removals users=12`".to_owned(),
    }
}
