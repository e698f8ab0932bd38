//! Which write becomes which request.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::api::scripted::{Account, json as answer};
use crate::api::{Effect, Error, route};
use crate::model::{Address, Book, Item, Kind, ObjectId, Value, Verb, Write};

fn id(number: u64) -> ObjectId {
    ObjectId::from_wire(number)
}

fn item(address: Address, values: Vec<(&'static str, Value)>) -> Item {
    Item {
        address,
        id: None,
        values: values
            .into_iter()
            .map(|(path, value)| (Cow::Borrowed(path), value))
            .collect(),
    }
}

fn write(verb: Verb, items: Vec<Item>) -> Write {
    Write {
        verb,
        kind: items[0].address.kind(),
        many: items.len() > 1,
        items,
    }
}

fn ada() -> Address {
    Address::user("ada@example.com")
}

fn place(kind: Kind, container: &str) -> Address {
    Address::membership(kind, "ada@example.com".into(), container.into())
}

fn book() -> Book {
    let mut book = Book::default();
    for (address, number) in [
        (ada(), 7),
        (Address::user("bob@example.com"), 8),
        (Address::group("Tier 1"), 20),
        (Address::group("Escalations"), 21),
        (Address::role("Tier 2"), 30),
        (Address::role("Billing admin"), 31),
        (Address::organization("Globex"), 40),
        (place(Kind::GroupMembership, "Tier 1"), 50),
        (place(Kind::OrganizationMembership, "Globex"), 60),
    ] {
        book.insert(address, id(number));
    }
    book
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn set(members: &[&str]) -> Value {
    Value::Set(members.iter().map(|&member| member.to_owned()).collect())
}

fn groups(names: &[&str]) -> Value {
    Value::References(
        names
            .iter()
            .map(|&name| Address::group(name))
            .collect::<BTreeSet<_>>(),
    )
}

type Case = (&'static str, Write, &'static str, &'static str, Json);

#[expect(clippy::too_many_lines, reason = "a table")]
fn people() -> Vec<Case> {
    let agent = vec![
        ("email", text("ada@example.com")),
        ("name", text("Ada Lovelace")),
        ("role", Value::Reference(Address::role("Tier 2"))),
        (
            "default_group",
            Value::Reference(Address::group("Escalations")),
        ),
        ("user_fields.region", text("emea")),
        ("groups", groups(&["Tier 1", "Escalations"])),
        (
            "organization",
            Value::Reference(Address::organization("Globex")),
        ),
        ("invite", Value::Bool(false)),
    ];
    vec![
        (
            "a new agent comes with role, groups and organization, and without mail",
            write(
                Verb::Create,
                vec![item(Address::user("grace@example.com"), agent)],
            ),
            "POST /api/v2/users",
            "POST /api/v2/users",
            json!({"user": {"email": "ada@example.com", "name": "Ada Lovelace", "role": "agent", "custom_role_id": 30,
                "default_group_id": 21, "user_fields": {"region": "emea"}, "group_ids": [21, 20], "organization_id": 40,
                "skip_verify_email": true}}),
        ),
        (
            "an agent without a custom role loses the one held",
            write(
                Verb::Update,
                vec![item(
                    ada(),
                    vec![("role", text("agent")), ("alias", Value::Null)],
                )],
            ),
            "PUT /api/v2/users/7",
            "PUT /api/v2/users/{user/ada@example.com}",
            json!({"user": {"role": "agent", "custom_role_id": null, "alias": null}}),
        ),
        (
            "a downgrade names the role only",
            write(
                Verb::Update,
                vec![item(
                    ada(),
                    vec![("role", text("end-user")), ("suspended", Value::Bool(true))],
                )],
            ),
            "PUT /api/v2/users/7",
            "PUT /api/v2/users/{user/ada@example.com}",
            json!({"user": {"role": "end-user", "suspended": true}}),
        ),
        (
            "the role of billing administrators is given as any other",
            write(
                Verb::Update,
                vec![item(
                    ada(),
                    vec![("role", Value::Reference(Address::role("Billing admin")))],
                )],
            ),
            "PUT /api/v2/users/7",
            "PUT /api/v2/users/{user/ada@example.com}",
            json!({"user": {"role": "agent", "custom_role_id": 31}}),
        ),
        (
            "a promotion brings its groups",
            write(
                Verb::Update,
                vec![item(
                    ada(),
                    vec![
                        ("role", Value::Reference(Address::role("Tier 2"))),
                        ("groups", groups(&["Tier 1"])),
                        ("default_group", Value::Reference(Address::group("Tier 1"))),
                        ("tags", Value::Null),
                    ],
                )],
            ),
            "PUT /api/v2/users/7",
            "PUT /api/v2/users/{user/ada@example.com}",
            json!({"user": {"role": "agent", "custom_role_id": 30, "group_ids": [20], "default_group_id": 20, "tags": []}}),
        ),
        (
            "a user is deleted",
            write(Verb::Delete, vec![item(ada(), vec![])]),
            "DELETE /api/v2/users/7",
            "DELETE /api/v2/users/{user/ada@example.com}",
            Json::Null,
        ),
        (
            "an address is added without mail",
            write(
                Verb::AddEmail,
                vec![item(
                    ada(),
                    vec![
                        ("email", text("ada@new.example")),
                        ("invite", Value::Bool(false)),
                    ],
                )],
            ),
            "POST /api/v2/users/7/identities",
            "POST /api/v2/users/{user/ada@example.com}/identities",
            json!({"identity": {"type": "email", "value": "ada@new.example", "skip_verify_email": true}}),
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn things() -> Vec<Case> {
    vec![
        (
            "a group's description is cleared by an empty text",
            write(
                Verb::Update,
                vec![item(
                    Address::group("Tier 1"),
                    vec![
                        ("name", text("Tier One")),
                        ("description", Value::Null),
                        ("is_public", Value::Bool(false)),
                    ],
                )],
            ),
            "PUT /api/v2/groups/20",
            "PUT /api/v2/groups/{group/Tier 1}",
            json!({"group": {"name": "Tier One", "description": "", "is_public": false}}),
        ),
        (
            "a group is created",
            write(
                Verb::Create,
                vec![item(Address::group("Night"), vec![("name", text("Night"))])],
            ),
            "POST /api/v2/groups",
            "POST /api/v2/groups",
            json!({"group": {"name": "Night"}}),
        ),
        (
            "a role is written permission by permission",
            write(
                Verb::Update,
                vec![item(
                    Address::role("Tier 2"),
                    vec![
                        ("configuration.ticket_access", text("all")),
                        ("configuration.ticket_deletion", Value::Bool(true)),
                    ],
                )],
            ),
            "PUT /api/v2/custom_roles/30",
            "PUT /api/v2/custom_roles/{role/Tier 2}",
            json!({"custom_role": {"configuration": {"ticket_access": "all", "ticket_deletion": true}}}),
        ),
        (
            "an organization",
            write(
                Verb::Update,
                vec![item(
                    Address::organization("Globex"),
                    vec![
                        ("domain_names", set(&["globex.example"])),
                        ("group", Value::Reference(Address::group("Tier 1"))),
                        ("organization_fields.region", Value::Null),
                    ],
                )],
            ),
            "PUT /api/v2/organizations/40",
            "PUT /api/v2/organizations/{organization/Globex}",
            json!({"organization": {"domain_names": ["globex.example"], "group_id": 20, "organization_fields": {"region": null}}}),
        ),
        (
            "a membership",
            write(
                Verb::Create,
                vec![item(place(Kind::GroupMembership, "Escalations"), vec![])],
            ),
            "POST /api/v2/group_memberships",
            "POST /api/v2/group_memberships",
            json!({"group_membership": {"user_id": 7, "group_id": 21}}),
        ),
        (
            "a membership becomes the default",
            write(
                Verb::MakeDefault,
                vec![item(place(Kind::OrganizationMembership, "Globex"), vec![])],
            ),
            "PUT /api/v2/users/7/organization_memberships/60/make_default",
            "PUT /api/v2/users/{user/ada@example.com}/organization_memberships/{organization_membership/ada@example.com/Globex}/make_default",
            Json::Null,
        ),
        (
            "a membership ends",
            write(
                Verb::Delete,
                vec![item(place(Kind::GroupMembership, "Tier 1"), vec![])],
            ),
            "DELETE /api/v2/group_memberships/50",
            "DELETE /api/v2/group_memberships/{group_membership/ada@example.com/Tier 1}",
            Json::Null,
        ),
    ]
}

fn bulk() -> Vec<Case> {
    let bob = Address::user("bob@example.com");
    vec![
        (
            "users are updated together, each by its own values",
            write(
                Verb::Update,
                vec![
                    item(ada(), vec![("suspended", Value::Bool(true))]),
                    item(bob.clone(), vec![("name", text("Bob"))]),
                ],
            ),
            "PUT /api/v2/users/update_many",
            "PUT /api/v2/users/update_many",
            json!({"users": [{"id": 7, "suspended": true}, {"id": 8, "name": "Bob"}]}),
        ),
        (
            "users are deleted together",
            write(Verb::Delete, vec![item(ada(), vec![]), item(bob, vec![])]),
            "DELETE /api/v2/users/destroy_many?ids=7,8",
            "DELETE /api/v2/users/destroy_many",
            Json::Null,
        ),
        (
            "memberships are made together",
            write(
                Verb::Create,
                vec![
                    item(place(Kind::GroupMembership, "Tier 1"), vec![]),
                    item(place(Kind::GroupMembership, "Escalations"), vec![]),
                ],
            ),
            "POST /api/v2/group_memberships/create_many",
            "POST /api/v2/group_memberships/create_many",
            json!({"group_memberships": [{"user_id": 7, "group_id": 20}, {"user_id": 7, "group_id": 21}]}),
        ),
    ]
}

#[tokio::test]
async fn every_write_is_one_request_and_its_route_is_the_same() {
    for (case, write, line, shown, body) in people().into_iter().chain(things()).chain(bulk()) {
        let reply = json!({
            "user": {"id": 7}, "group": {"id": 1, "name": "x"}, "organization": {"id": 1, "name": "x"},
            "custom_role": {"id": 1, "name": "x"}, "group_membership": {"id": 1, "user_id": 1, "group_id": 1},
            "job_status": {"id": "V3-1", "status": "queued"},
        });
        let account = Account::new(move |_| answer(200, &reply));
        account
            .client
            .writer()
            .perform(&write, &book())
            .await
            .unwrap();
        let seen = account.seen();
        assert_eq!(seen.len(), 1, "{case}");
        assert_eq!(seen[0].line, line, "{case}");
        assert_eq!(seen[0].body, body, "{case}");
        let shown_with = |book: &Book| {
            let route = route(&write, book);
            format!("{} {}", route.method, route.path)
        };
        assert_eq!(shown_with(&Book::default()), shown, "{case}");
        assert_eq!(
            Some(&*shown_with(&book())),
            line.split('?').next(),
            "{case}"
        );
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[tokio::test]
async fn a_value_that_cannot_be_written_is_refused_before_anything_is_sent() {
    for (case, write) in [
        (
            "an email is no plain update",
            write(
                Verb::Update,
                vec![item(ada(), vec![("email", text("x@example.com"))])],
            ),
        ),
        (
            "an organization would end all others",
            write(
                Verb::Update,
                vec![item(
                    ada(),
                    vec![(
                        "organization",
                        Value::Reference(Address::organization("Globex")),
                    )],
                )],
            ),
        ),
        (
            "a default group moves by its membership",
            write(
                Verb::Update,
                vec![item(
                    ada(),
                    vec![("default_group", Value::Reference(Address::group("Tier 1")))],
                )],
            ),
        ),
        (
            "an unknown field",
            write(
                Verb::Update,
                vec![item(
                    Address::group("Tier 1"),
                    vec![("colour", text("red"))],
                )],
            ),
        ),
        (
            "a number that is not known",
            write(Verb::Delete, vec![item(Address::group("Nowhere"), vec![])]),
        ),
        (
            "roles have no bulk form",
            write(
                Verb::Delete,
                vec![
                    item(Address::role("Tier 2"), vec![]),
                    item(Address::role("Billing admin"), vec![]),
                ],
            ),
        ),
    ] {
        let account = Account::in_turn(vec![]);
        let error = account
            .client
            .writer()
            .perform(&write, &book())
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                Error::Unwritable { .. } | Error::UnknownNumber(_) | Error::Unsupported { .. }
            ),
            "{case}: {error:?}"
        );
    }
}

#[tokio::test]
async fn what_is_so_already_is_reported_as_such() {
    let taken = json!({"error": "RecordInvalid", "details": {"user_id": [{"description": "User has already been taken"}]}});
    let there = json!({"group_memberships": [{"id": 77, "user_id": 7, "group_id": 21, "default": true}], "meta": {"has_more": false}});
    let account = Account::in_turn(vec![answer(422, &taken), answer(200, &there)]);
    let join = write(
        Verb::Create,
        vec![item(place(Kind::GroupMembership, "Escalations"), vec![])],
    );
    let performed = account
        .client
        .writer()
        .perform(&join, &book())
        .await
        .unwrap();
    assert_eq!(performed.replies[0].id, Some(id(77)));
    assert_eq!(performed.replies[0].effect, Effect::AlreadySo);

    let gone = json!({"error": "RecordNotFound", "description": "Not found"});
    let account = Account::in_turn(vec![answer(404, &gone)]);
    let leave = write(
        Verb::Delete,
        vec![item(place(Kind::GroupMembership, "Tier 1"), vec![])],
    );
    let performed = account
        .client
        .writer()
        .perform(&leave, &book())
        .await
        .unwrap();
    assert_eq!(performed.replies[0].effect, Effect::AlreadySo);
}

#[tokio::test]
async fn an_address_is_made_primary_by_its_own_number() {
    let identities = json!({"identities": [
        {"id": 1, "user_id": 7, "type": "email", "value": "ada@example.com", "primary": true},
        {"id": 2, "user_id": 7, "type": "email", "value": "Ada@new.example", "primary": false},
        {"id": 3, "user_id": 7, "type": "phone_number", "value": "ada@new.example", "primary": true},
    ]});
    let account = Account::in_turn(vec![answer(200, &identities), answer(200, &identities)]);
    let values = vec![("email", text("ada@new.example"))];
    let write = write(Verb::MakeEmailPrimary, vec![item(ada(), values)]);
    account
        .client
        .writer()
        .perform(&write, &book())
        .await
        .unwrap();
    assert_eq!(
        account.lines(),
        [
            "GET /api/v2/users/7/identities?page%5Bsize%5D=100",
            "PUT /api/v2/users/7/identities/2/make_primary"
        ]
    );
    assert_eq!(
        route(&write, &Book::default()).path,
        "/api/v2/users/{user/ada@example.com}/identities/{ada@new.example}/make_primary"
    );
}
