//! Numbers become names.

use std::collections::BTreeMap;

use serde_json::json;

use super::world::{person, snapshot, world};
use crate::api::scripted::{Account, text};
use crate::live::Needs;
use crate::model::{Address, Coverage, FieldTags, Kind, Marks, Name, Texts, UserRole};

#[tokio::test]
async fn everything_is_joined_by_name() {
    let account = world().open();
    let live = snapshot(&account, &Needs::everything(true)).await;
    assert_eq!(live.account.fingerprint, "acme-20");
    assert!(live.custom_roles && live.multiple_organizations);
    let addresses: Vec<String> = live.objects.keys().map(ToString::to_string).collect();
    assert_eq!(
        addresses,
        [
            "role/Light agent",
            "role/Tier 2",
            "group/Support",
            "group/Tier 1",
            "organization/Globex",
            "user/ada@example.com",
            "user/id:4",
            "user/light@example.com",
            "user/owner@example.com",
            "group_membership/ada@example.com/Tier 1",
            "organization_membership/ada@example.com/Globex",
        ]
    );
    let ada = live.objects[&Address::user("ada@example.com")]
        .resource
        .as_user()
        .unwrap();
    assert_eq!(ada.role, Some(UserRole::Named(Address::role("Tier 2"))));
    assert_eq!(ada.default_group, Some(Some(Address::group("Tier 1"))));
    let marks = |address: Address| live.objects[&address].marks;
    assert!(marks(Address::user("light@example.com")).seatless);
    assert!(marks(Address::user("id:4")).shared);
    assert!(marks(Address::role("Light agent")).system);
    assert!(marks(Address::group("Support")).account_default);
    assert_eq!(marks(Address::role("Tier 2")), Marks::default());
    assert_eq!(
        live.secondary_emails,
        BTreeMap::from([(
            Name::new("ada@old.example"),
            Address::user("ada@example.com")
        )])
    );
    assert!(live.parts.iter().all(|part| part.complete));
    assert_eq!(live.requests(), account.client.requests());
}

#[tokio::test]
async fn two_objects_of_one_name_are_left_out_and_named() {
    let account = world()
        .list(
            "groups",
            vec![
                json!({"id": 20, "name": "Support", "default": true}),
                json!({"id": 22, "name": "tier 1"}),
                json!({"id": 21, "name": "Tier 1"}),
            ],
        )
        .open();
    let live = snapshot(&account, &Needs::everything(true)).await;
    assert!(!live.objects.contains_key(&Address::group("Tier 1")));
    assert_eq!(live.ambiguous.len(), 1);
    let ids: Vec<u64> = live.ambiguous[0]
        .ids
        .iter()
        .map(|id| id.to_wire())
        .collect();
    assert_eq!(ids, [21, 22]);
    assert_eq!(live.of_kind(Kind::GroupMembership).count(), 0);
}

#[tokio::test]
async fn tags_that_fields_put_on_people_are_known() {
    let account = world()
        .list("user_fields", vec![
            json!({"key": "vip", "type": "checkbox", "tag": "very_important"}),
            json!({"key": "region", "type": "dropdown", "custom_field_options": [{"value": "emea"}, {"value": "apac"}]}),
        ])
        .list("users", vec![json!({"id": 2, "email": "ada@example.com", "role": "agent",
            "tags": ["very_important", "emea", "apac", "own"], "user_fields": {"vip": true, "region": "emea"}})])
        .open();
    let live = snapshot(&account, &Needs::everything(true)).await;
    let ada = live.objects[&Address::user("ada@example.com")]
        .resource
        .as_user()
        .unwrap();
    assert_eq!(
        ada.field_tags,
        FieldTags::from([
            ("region", Texts::from(["emea"])),
            ("vip", Texts::from(["very_important"])),
        ])
    );
    assert_eq!(ada.tags.as_ref().unwrap().iter().len(), 4);
}

#[tokio::test]
async fn an_account_without_custom_roles_has_plain_agents() {
    let world = world();
    let account = Account::new(move |seen| {
        if seen.line.contains("custom_roles") {
            text(404, r#"{"error":"InvalidEndpoint"}"#)
        } else {
            world.reply(seen)
        }
    });
    let live = snapshot(&account, &Needs::everything(true)).await;
    assert!(!live.custom_roles);
    assert_eq!(live.part(Kind::Role).unwrap().coverage, Coverage::All);
    let ada = live.objects[&Address::user("ada@example.com")]
        .resource
        .as_user()
        .unwrap();
    assert_eq!(ada.role, Some(UserRole::Agent));
}

#[tokio::test]
async fn a_caller_who_sees_only_some_people_proves_nothing_about_the_others() {
    let mut agent = person(2, "ada@example.com", "agent");
    agent["restricted_agent"] = json!(true);
    let account = world().answer("users/me", json!({"user": agent})).open();
    let live = snapshot(&account, &Needs::everything(true)).await;
    for (kind, complete) in [
        (Kind::User, false),
        (Kind::Organization, false),
        (Kind::Group, true),
    ] {
        assert_eq!(live.part(kind).unwrap().complete, complete, "{kind}");
    }
}
