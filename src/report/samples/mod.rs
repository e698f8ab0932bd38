//! Plans made by hand, for tests: small builders, and the stories that reviewers read.

pub(super) mod drifted;
pub(super) mod everything;
pub(super) mod hostile;
pub(super) mod stories;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{
    Account, Address, Book, Caller, FieldChange, Grant, Item, Kind, ObjectId, Origin, Route, Value,
    Verb, Write,
};
use crate::plan::{
    Access, Action, Change, Consequence, Entitlement, Estimate, Managed, Operation, OperationId,
    Plan, Reason, Seats, Subject, Warning, WholeList,
};

pub(in crate::report) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(in crate::report) fn plan() -> Plan {
    Plan {
        account: Account {
            fingerprint: "acme-40265381".to_owned(),
            subdomain: "acme".to_owned(),
            url: "https://acme.zendesk.com".to_owned(),
        },
        caller: Some(Caller {
            id: ObjectId::from_wire(7),
            address: Address::user("owner@example.com"),
            name: "Olive Owner".to_owned(),
            admin: true,
        }),
        created_at: time("2026-11-21T14:02:13Z"),
        live_at: time("2026-11-21T14:02:11Z"),
        digest: "3f9c17aa0b2d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789ab".to_owned(),
        changes: Vec::new(),
        operations: Vec::new(),
        access: Vec::new(),
        undeclared: Vec::new(),
        endings: Vec::new(),
        refused: Vec::new(),
        warnings: Vec::new(),
        unchanged: BTreeMap::from([
            (
                Kind::Group,
                vec![Address::group("Support"), Address::group("Tier 1")],
            ),
            (
                Kind::User,
                vec![
                    Address::user("zoe@example.com"),
                    Address::user("yan@example.com"),
                ],
            ),
        ]),
        not_ours: BTreeMap::from([(Kind::User, 212)]),
        seats: Seats {
            before: 41,
            after: 41,
            peak: 41,
        },
        estimate: Estimate {
            reads: 9,
            writes: 5,
            polls: 2,
            seconds: 4,
        },
        allowed_removals: BTreeMap::new(),
        numbers: Book::default(),
        coverage: vec![
            managed(Subject::TeamMembers, 37, Some(41)),
            managed(Subject::Groups, 5, Some(5)),
            managed(Subject::Organizations, 4, None),
        ],
        last_apply: None,
        drift: Vec::new(),
        audit_log: None,
        whole_list: WholeList::default(),
    }
}

fn managed(what: Subject, declared: u64, live: Option<u64>) -> Managed {
    Managed {
        what,
        declared,
        live,
    }
}

pub(in crate::report) fn at(file: &str, line: u32) -> Origin {
    Origin {
        file: format!("manifests/{file}.yaml").into(),
        line,
        column: 5,
    }
}

pub(in crate::report) fn until(day: &str, reason: &str) -> Grant {
    Grant {
        until: time(&format!("{day}T23:59:59Z")),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
    }
}

pub(in crate::report) fn text(text: &str) -> Value {
    Value::text(text)
}

pub(in crate::report) fn set(items: &[&str]) -> Value {
    Value::Set(items.iter().copied().collect())
}

pub(in crate::report) fn role(name: &str) -> Value {
    Value::Reference(Address::role(name))
}

pub(in crate::report) fn field(path: &str, before: Value, after: Value) -> FieldChange {
    FieldChange {
        path: path.to_owned().into(),
        before,
        after,
    }
}

pub(in crate::report) fn follows(reason: Reason, text: &str) -> Consequence {
    Consequence {
        reason,
        text: text.to_owned(),
    }
}

pub(in crate::report) fn change(
    action: Action,
    address: Address,
    fields: Vec<FieldChange>,
) -> Change {
    let id = (action != Action::Create).then(|| ObjectId::from_wire(1001));
    Change {
        address,
        was: None,
        action,
        along_with: None,
        id,
        fields,
        consequences: Vec::new(),
        origin: None,
        requires: Vec::new(),
        grant: None,
        cause: None,
    }
}

pub(in crate::report) fn in_group(action: Action, person: &str, group: &str) -> Change {
    let address = Address::membership(Kind::GroupMembership, person.into(), group.into());
    change(action, address, Vec::new())
}

pub(in crate::report) fn in_organization(
    action: Action,
    person: &str,
    organization: &str,
) -> Change {
    let address = Address::membership(
        Kind::OrganizationMembership,
        person.into(),
        organization.into(),
    );
    change(action, address, Vec::new())
}

pub(in crate::report) fn holds(kind: Kind, name: &str) -> Entitlement {
    Entitlement {
        kind,
        name: name.to_owned(),
        grant: None,
        permissions: Vec::new(),
    }
}

pub(in crate::report) fn access(person: &str, name: &str) -> Access {
    Access {
        person: Address::user(person),
        name: name.to_owned(),
        action: None,
        role_before: None,
        role_after: None,
        gains: Vec::new(),
        loses: Vec::new(),
        consequences: Vec::new(),
        origin: None,
    }
}

pub(in crate::report) fn operation(
    id: u32,
    method: &str,
    path: &str,
    verb: Verb,
    changes: &[Address],
) -> Operation {
    let items = changes
        .iter()
        .map(|address| Item {
            address: address.clone(),
            id: None,
            values: Vec::new(),
        })
        .collect();
    Operation {
        id: OperationId(id),
        wave: 1,
        write: Write {
            verb,
            kind: changes[0].kind(),
            many: changes.len() > 1,
            items,
        },
        route: Route {
            method: method.to_owned(),
            path: path.to_owned(),
        },
        changes: changes.to_vec(),
        requires: Vec::new(),
        after: Vec::new(),
        settles: Vec::new(),
        whole: Vec::new(),
        needs: Vec::new(),
    }
}

pub(in crate::report) fn warning(code: &str, message: &str) -> Warning {
    Warning {
        code: code.to_owned(),
        address: None,
        message: message.to_owned(),
    }
}
