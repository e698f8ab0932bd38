//! Ten stories that reviewers of access changes read.

use crate::model::{Address, Kind, Value};
use crate::plan::{Access, Action, Change, Ending, Entitlement, Plan, Reason, Seats};

use super::{
    access, at, change, drifted, field, follows, holds, in_group, in_organization, plan, role, set,
    text, until,
};

/// The stories, by the name of their snapshots.
pub(in crate::report) fn all() -> Vec<(&'static str, Plan)> {
    vec![
        ("new_hire", new_hire()),
        ("leaver", leaver()),
        ("promotion_to_admin", promotion_to_admin()),
        ("team_move", team_move()),
        ("end_of_a_contract", end_of_a_contract()),
        ("role_edit", role_edit()),
        ("organization_merge", organization_merge()),
        ("rename", rename()),
        ("mass_change", mass_change(3_000)),
        ("nothing_to_do", nothing_to_do()),
        ("drift", drifted::drifted()),
    ]
}

fn new_hire() -> Plan {
    let mut plan = plan();
    plan.changes = vec![
        Change {
            origin: Some(at("new-hires", 3)),
            consequences: vec![
                follows(Reason::SeatTaken, "takes a seat"),
                follows(
                    Reason::MailSent,
                    "an invitation is mailed to lin@example.com",
                ),
            ],
            ..change(
                Action::Create,
                Address::user("lin@example.com"),
                vec![
                    field("email", Value::Null, text("lin@example.com")),
                    field("name", Value::Null, text("林美玲")),
                    field("role", Value::Null, role("Tier 1")),
                    field(
                        "default_group",
                        Value::Null,
                        Value::Reference(Address::group("Support")),
                    ),
                    field("tags", Value::Null, set(&["berlin", "early-shift"])),
                ],
            )
        },
        in_group(Action::Create, "lin@example.com", "Support"),
        in_group(Action::Create, "lin@example.com", "Tier 1"),
        in_organization(Action::Create, "lin@example.com", "Globex"),
    ];
    plan.access = vec![Access {
        action: Some(Action::Create),
        role_after: Some("Tier 1".to_owned()),
        gains: vec![
            holds(Kind::User, "sign in"),
            holds(Kind::Role, "Tier 1"),
            holds(Kind::Group, "Support"),
            holds(Kind::Group, "Tier 1"),
            holds(Kind::Organization, "Globex"),
        ],
        consequences: plan.changes[0].consequences.clone(),
        origin: Some(at("new-hires", 3)),
        ..access("lin@example.com", "林美玲")
    }];
    plan.seats = Seats {
        before: 41,
        after: 42,
        peak: 42,
    };
    plan
}

fn leaver() -> Plan {
    let mut plan = plan();
    let person = "lukasz@example.com";
    plan.changes = vec![
        Change {
            origin: Some(at("leavers", 2)),
            consequences: vec![
                follows(
                    Reason::WorkingTicketsUnassigned,
                    "14 working tickets lose their assignee",
                ),
                follows(
                    Reason::CannotBeUndone,
                    "ticket assignments cannot be restored",
                ),
                follows(Reason::SeatFreed, "frees a seat"),
            ],
            ..change(
                Action::Offboard,
                Address::user(person),
                vec![
                    field("role", role("Tier 1"), text("end-user")),
                    field("suspended", Value::Bool(false), Value::Bool(true)),
                ],
            )
        },
        Change {
            along_with: Some(Address::user(person)),
            ..in_group(Action::Delete, person, "Tier 1")
        },
        in_organization(Action::Delete, person, "Globex"),
    ];
    plan.access = vec![Access {
        action: Some(Action::Offboard),
        role_before: Some("Tier 1".to_owned()),
        role_after: Some("end-user".to_owned()),
        loses: vec![
            holds(Kind::User, "sign in"),
            holds(Kind::Role, "Tier 1"),
            holds(Kind::Group, "Tier 1"),
            holds(Kind::Organization, "Globex"),
        ],
        consequences: plan.changes[0].consequences.clone(),
        origin: Some(at("leavers", 2)),
        ..access(person, "Łukasz Żółć")
    }];
    plan.seats = Seats {
        before: 41,
        after: 40,
        peak: 41,
    };
    plan
}

fn promotion_to_admin() -> Plan {
    let mut plan = plan();
    plan.changes = vec![Change {
        origin: Some(at("team", 31)),
        ..change(
            Action::Update,
            Address::user("mariam@example.com"),
            vec![field("role", role("Tier 2"), text("admin"))],
        )
    }];
    plan.access = vec![Access {
        action: Some(Action::Update),
        role_before: Some("Tier 2".to_owned()),
        role_after: Some("admin".to_owned()),
        gains: vec![Entitlement {
            permissions: vec!["everything".to_owned()],
            ..holds(Kind::Role, "admin")
        }],
        loses: vec![holds(Kind::Role, "Tier 2")],
        origin: Some(at("team", 31)),
        ..access("mariam@example.com", "مريم السيد")
    }];
    plan
}

fn team_move() -> Plan {
    let mut plan = plan();
    for (person, name, line) in [
        ("asha@example.com", "आशा वर्मा", 8),
        ("noa@example.com", "נועה לוי", 17),
    ] {
        plan.changes.push(Change {
            origin: Some(at("team", line)),
            ..change(
                Action::Update,
                Address::user(person),
                vec![field(
                    "default_group",
                    Value::Reference(Address::group("Support")),
                    Value::Reference(Address::group("Escalations")),
                )],
            )
        });
        plan.access.push(Access {
            action: Some(Action::Update),
            role_before: Some("Tier 1".to_owned()),
            role_after: Some("Tier 1".to_owned()),
            gains: vec![holds(Kind::Group, "Escalations")],
            loses: vec![holds(Kind::Group, "Support")],
            consequences: vec![follows(
                Reason::DefaultGroupMoved,
                "Escalations becomes the default group",
            )],
            origin: Some(at("team", line)),
            ..access(person, name)
        });
    }
    for (person, line) in [("asha@example.com", 11), ("noa@example.com", 20)] {
        plan.changes.push(Change {
            origin: Some(at("team", line)),
            ..in_group(Action::Create, person, "Escalations")
        });
        plan.changes.push(Change {
            origin: Some(at("team", line - 1)),
            ..in_group(Action::Delete, person, "Support")
        });
    }
    plan
}

fn end_of_a_contract() -> Plan {
    let mut plan = plan();
    let ended = |address| Ending {
        address,
        grant: until("2026-11-20", "INC-42, night cover"),
        ended: true,
    };
    let membership = in_group(Action::Delete, "dmitri@example.com", "Escalations");
    plan.endings = vec![
        ended(membership.address.clone()),
        Ending {
            ended: false,
            grant: until("2026-12-01", ""),
            ..ended(Address::user("dora@example.com"))
        },
    ];
    plan.changes = vec![
        Change {
            origin: Some(at("contractors", 4)),
            ..change(
                Action::Update,
                Address::user("dmitri@example.com"),
                vec![field("role", role("Tier 2"), role("Tier 1"))],
            )
        },
        Change {
            origin: Some(at("contractors", 9)),
            ..membership
        },
    ];
    plan.access = vec![Access {
        action: Some(Action::Update),
        role_before: Some("Tier 2".to_owned()),
        role_after: Some("Tier 1".to_owned()),
        gains: vec![holds(Kind::Role, "Tier 1")],
        loses: vec![
            Entitlement {
                grant: Some(until("2026-11-20", "INC-42, night cover")),
                permissions: vec!["ticket_deletion".to_owned(), "ticket_merge".to_owned()],
                ..holds(Kind::Role, "Tier 2")
            },
            Entitlement {
                grant: Some(until("2026-11-20", "INC-42, night cover")),
                ..holds(Kind::Group, "Escalations")
            },
        ],
        origin: Some(at("contractors", 4)),
        ..access("dmitri@example.com", "Дмитрий Орлов")
    }];
    plan
}

fn role_edit() -> Plan {
    let mut plan = plan();
    plan.changes = vec![Change {
        origin: Some(at("roles", 2)),
        consequences: vec![follows(Reason::ReachesAgents, "reaches 42 agents")],
        ..change(
            Action::Update,
            Address::role("Tier 1"),
            vec![
                field(
                    "description",
                    text("First line"),
                    text("First line, Berlin and Porto"),
                ),
                field(
                    "configuration.ticket_access",
                    text("within-groups"),
                    text("all"),
                ),
                field(
                    "configuration.ticket_deletion",
                    Value::Bool(false),
                    Value::Bool(true),
                ),
            ],
        )
    }];
    plan
}

fn merged_organizations() -> Vec<Change> {
    vec![
        Change {
            origin: Some(at("customers", 3)),
            consequences: vec![follows(
                Reason::DomainMappingChanges,
                "nobody is added by the new domain initech.example until they write again",
            )],
            ..change(
                Action::Update,
                Address::organization("Globex"),
                vec![
                    field(
                        "domain_names",
                        set(&["globex.example"]),
                        set(&["globex.example", "initech.example"]),
                    ),
                    field(
                        "notes",
                        text("Gold.\nCall Ann.\nCET"),
                        text("Gold.\nCall Ann or Ben.\nCET"),
                    ),
                ],
            )
        },
        Change {
            origin: Some(at("customers", 9)),
            consequences: vec![
                follows(
                    Reason::MembershipsDropped,
                    "2 memberships dropped by the service with the organization",
                ),
                follows(
                    Reason::CannotBeUndone,
                    "a deleted organization cannot be restored",
                ),
            ],
            ..change(
                Action::Delete,
                Address::organization("Initech"),
                vec![field("name", text("Initech"), Value::Null)],
            )
        },
    ]
}

fn organization_merge() -> Plan {
    let mut plan = plan();
    let initech = Address::organization("Initech");
    plan.changes = merged_organizations();
    for (person, name) in [
        ("peter@initech.example", "Peter Example"),
        ("samir@initech.example", "ሳሚር Example"),
    ] {
        plan.changes.push(Change {
            origin: Some(at("customers", 14)),
            ..in_organization(Action::Create, person, "Globex")
        });
        plan.changes.push(Change {
            along_with: Some(initech.clone()),
            ..in_organization(Action::Delete, person, "Initech")
        });
        plan.access.push(Access {
            role_before: Some("end-user".to_owned()),
            role_after: Some("end-user".to_owned()),
            gains: vec![holds(Kind::Organization, "Globex")],
            loses: vec![holds(Kind::Organization, "Initech")],
            ..access(person, name)
        });
    }
    plan
}

fn rename() -> Plan {
    let mut plan = plan();
    plan.changes = vec![
        Change {
            was: Some(Address::group("Frontline")),
            origin: Some(at("groups", 5)),
            consequences: vec![follows(
                Reason::FiltersBreak,
                "reports, views and triggers that name it by its old name stop matching",
            )],
            ..change(
                Action::Rename,
                Address::group("Tier 1"),
                vec![field("name", text("Frontline"), text("Tier 1"))],
            )
        },
        Change {
            was: Some(Address::user("siobhan.old@example.com")),
            origin: Some(at("team", 40)),
            ..change(
                Action::Rename,
                Address::user("siobhan@example.com"),
                vec![
                    field(
                        "email",
                        text("siobhan.old@example.com"),
                        text("siobhan@example.com"),
                    ),
                    field("name", text("Siobhán Old"), text("Siobhán Ní Example")),
                ],
            )
        },
    ];
    plan.access = vec![Access {
        action: Some(Action::Rename),
        role_before: Some("Tier 1".to_owned()),
        role_after: Some("Tier 1".to_owned()),
        origin: Some(at("team", 40)),
        ..access("siobhan@example.com", "Siobhán Ní Example")
    }];
    plan
}

/// `count` people join a group; one of them becomes an administrator on the way.
pub(in crate::report) fn mass_change(count: u32) -> Plan {
    let mut plan = plan();
    let mut people = Vec::new();
    for index in 0..count {
        let person = format!("person{index:06}@example.com");
        let mut gains = vec![holds(Kind::Group, "Night shift")];
        let odd = index == count / 2;
        if odd {
            gains.push(holds(Kind::Role, "admin"));
            people.push(Change {
                origin: Some(at("team", 3 * index + 2)),
                ..change(
                    Action::Update,
                    Address::user(person.as_str()),
                    vec![field("role", role("Tier 1"), text("admin"))],
                )
            });
        }
        let after = if odd { "admin" } else { "Tier 1" };
        plan.access.push(Access {
            role_before: Some("Tier 1".to_owned()),
            role_after: Some(after.to_owned()),
            gains,
            origin: Some(at("team", 3 * index + 1)),
            ..access(&person, &format!("Person {index}"))
        });
        plan.changes.push(Change {
            origin: Some(at("team", 3 * index + 3)),
            ..in_group(Action::Create, &person, "Night shift")
        });
    }
    people.append(&mut plan.changes);
    plan.changes = people;
    plan
}

fn nothing_to_do() -> Plan {
    let mut plan = plan();
    plan.estimate.writes = 0;
    plan.estimate.polls = 0;
    plan.estimate.seconds = 0;
    plan
}
