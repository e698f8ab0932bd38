//! Which lists are read, and what they cost.

use std::collections::BTreeSet;

use serde_json::json;

use super::world::{crowd, inventory, person, snapshot, world};
use crate::live::{MembershipNeed, OrganizationNeed, UserNeed, needs};
use crate::model::{
    Address, Coverage, Inventory, Kind, Lifecycle, Name, Policy, Scope, Undeclared,
};

#[tokio::test]
async fn somebody_who_is_no_team_member_is_looked_up_and_read_again() {
    let found = json!({"users": [person(1_000_007, "customer7@example.net", "end-user")], "count": 1, "next_page": null});
    let account = world()
        .list("users", crowd(3, 5000))
        .answer(
            "users/search?query=email%3A%22customer7%40example.net%22",
            found.clone(),
        )
        .answer("users/show_many?ids=1000007", found)
        .answer(
            "users/1/group_memberships?page%5Bsize%5D=100",
            json!({"group_memberships": [], "meta": {"has_more": false}}),
        )
        .open();
    let declared = inventory(&[
        Address::user("customer7@example.net"),
        Address::user("agent1@example.com"),
    ]);
    let live = snapshot(&account, &needs(&declared, &Policy::default())).await;
    assert!(
        live.objects
            .contains_key(&Address::user("customer7@example.net"))
    );
    let part = live.part(Kind::User).unwrap();
    assert_eq!(part.coverage, Coverage::Staff);
    assert!(part.complete);
    assert_eq!(live.requests(), account.client.requests());
}

#[tokio::test]
async fn many_who_are_no_team_members_are_read_by_list_where_that_is_cheaper() {
    let account = world().list("users", crowd(3, 40)).open();
    let people: Vec<Address> = (1..=30)
        .map(|number| Address::user(Name::new(&format!("customer{number}@example.net"))))
        .collect();
    let live = snapshot(&account, &needs(&inventory(&people), &Policy::default())).await;
    assert_eq!(live.part(Kind::User).unwrap().coverage, Coverage::All);
    // The caller, the settings, the roles; a page of groups, memberships, staff and end users each.
    assert_eq!(account.client.requests(), 7);
}

#[tokio::test]
async fn requests_stay_near_the_number_of_pages() {
    for (staff, end_users) in [(10, 40), (100, 900), (1000, 9000), (1000, 99_000)] {
        let members = (1..=staff)
            .map(|number| json!({"id": number, "user_id": number, "group_id": 20, "default": true}))
            .collect();
        let count = json!({"count": {"value": staff + end_users}});
        let account = world()
            .list("users", crowd(staff, end_users))
            .list("group_memberships", members)
            .answer("users/count", count)
            .open();
        let people: Vec<Address> = (1..=staff)
            .map(|number| Address::user(Name::new(&format!("agent{number}@example.com"))))
            .collect();
        let policy = Policy {
            scope: Some(Scope {
                roles: BTreeSet::from([Name::new("agent"), Name::new("admin")]),
                email_domains: BTreeSet::new(),
            }),
            undeclared: Kind::ALL
                .into_iter()
                .map(|kind| (kind, Undeclared::Report))
                .collect(),
            ..Policy::default()
        };
        let live = snapshot(&account, &needs(&inventory(&people), &policy)).await;
        let pages = 2 * staff.div_ceil(100) + 2;
        let requests = account.client.requests();
        println!(
            "{} users: {requests} requests for {pages} pages",
            staff + end_users
        );
        assert!(
            requests <= pages + 5,
            "{staff} of {end_users}: {requests} for {pages}"
        );
        assert_eq!(live.requests(), requests);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn the_cheapest_listings_are_chosen() {
    let staff_scope = Scope {
        roles: BTreeSet::from([Name::new("agent")]),
        email_domains: BTreeSet::new(),
    };
    let policy = |kind: Kind, undeclared: Undeclared, scope: Option<Scope>| {
        let mut policy = Policy {
            scope,
            ..Policy::default()
        };
        policy.undeclared.insert(kind, undeclared);
        policy
    };
    let ada = inventory(&[Address::user("ada@example.com")]);
    let nothing = Inventory::default();
    for (case, inventory, policy, users, memberships) in [
        ("one declared", &ada, Policy::default(), "staff", "of"),
        (
            "nothing declared",
            &nothing,
            Policy::default(),
            "nothing",
            "nothing",
        ),
        (
            "undeclared staff reported",
            &nothing,
            policy(Kind::User, Undeclared::Report, Some(staff_scope.clone())),
            "staff",
            "nothing",
        ),
        (
            "undeclared staff removed",
            &ada,
            policy(Kind::User, Undeclared::Remove, Some(staff_scope)),
            "staff",
            "all",
        ),
        (
            "undeclared people reported",
            &ada,
            policy(Kind::User, Undeclared::Report, None),
            "all",
            "of",
        ),
        (
            "undeclared groups removed",
            &nothing,
            policy(Kind::Group, Undeclared::Remove, None),
            "staff",
            "all",
        ),
    ] {
        let needs = needs(inventory, &policy);
        let found = match needs.users {
            UserNeed::Nothing | UserNeed::Numbered(_) => "nothing",
            UserNeed::Staff(_) => "staff",
            UserNeed::All => "all",
        };
        assert_eq!(found, users, "{case}");
        let found = match needs.group_memberships {
            MembershipNeed::Nothing => "nothing",
            MembershipNeed::Of { .. } | MembershipNeed::OfThoseRead => "of",
            MembershipNeed::All => "all",
        };
        assert_eq!(found, memberships, "{case}");
    }
}

#[tokio::test]
async fn organizations_of_a_name_are_looked_up_only_where_the_list_is_long() {
    let many = (1..=250)
        .map(|number| json!({"id": number, "name": format!("Org {number}")}))
        .collect();
    let account = world()
        .list("organizations", many)
        .answer(
            "organizations/search?name=Org%20240",
            json!({"organizations": [{"id": 240, "name": "Org 240"}], "count": 1}),
        )
        .open();
    let declared = inventory(&[
        Address::organization("Org 240"),
        Address::organization("Org 7"),
    ]);
    let needs = needs(&declared, &Policy::default());
    assert!(matches!(needs.organizations, OrganizationNeed::Named(_)));
    let live = snapshot(&account, &needs).await;
    assert!(live.objects.contains_key(&Address::organization("Org 240")));
    let part = live.part(Kind::Organization).unwrap();
    assert!(matches!(part.coverage, Coverage::Only(_)) && part.complete);
    assert_eq!(part.requests, 2);
}

/// The answers about the memberships in organizations of one person.
fn places(person: u64, organizations: &[u64]) -> serde_json::Value {
    let places: Vec<_> = organizations
        .iter()
        .map(|organization| {
            json!({"id": 600 + person * 10 + organization, "user_id": person, "organization_id": organization})
        })
        .collect();
    json!({"organization_memberships": places, "meta": {"has_more": false}})
}

#[tokio::test]
async fn memberships_in_organizations_are_read_of_those_who_have_any() {
    let mut people = crowd(4, 0);
    people[0]["organization_id"] = json!(40);
    people[1]["organization_id"] = json!(41);
    let account = world()
        .list("users", people)
        .answer(
            "users/1/organization_memberships?page%5Bsize%5D=100",
            places(1, &[40, 42]),
        )
        .answer(
            "organizations/show_many?ids=40,42",
            json!({"organizations": [{"id": 42, "name": "Initech"}, {"id": 40, "name": "Globex"}], "count": 2}),
        )
        .open();
    let ada = Address::user("agent1@example.com");
    let idle = Address::user("agent3@example.com");
    let globex = Address::membership(
        Kind::OrganizationMembership,
        ada.name().clone(),
        "Globex".into(),
    );
    let mut declared = inventory(&[ada.clone(), idle.clone(), globex]);
    if let Some(leaver) = declared.resources.get_mut(&idle) {
        leaver.lifecycle = Lifecycle::Offboarded;
    }
    let mut wanted = needs(&declared, &Policy::default());
    wanted.group_memberships = MembershipNeed::Nothing;
    let live = snapshot(&account, &wanted).await;
    let places: Vec<String> = live
        .of_kind(Kind::OrganizationMembership)
        .map(|(address, _)| address.to_string())
        .collect();
    assert_eq!(
        places,
        [
            "organization_membership/agent1@example.com/Globex",
            "organization_membership/agent1@example.com/Initech",
        ]
    );
    let part = live.part(Kind::OrganizationMembership).unwrap();
    assert_eq!(part.coverage, Coverage::Only(BTreeSet::from([ada, idle])));
    assert_eq!(part.requests, 1);
}

#[tokio::test]
async fn an_organization_that_is_to_go_names_its_members() {
    let mut customer = person(1_000_001, "customer1@example.net", "end-user");
    customer["organization_id"] = json!(40);
    let account = world()
        .list("users", crowd(2, 0))
        .answer(
            "organizations/40/organization_memberships?page%5Bsize%5D=100",
            places(1_000_001, &[40]),
        )
        .answer(
            "users/show_many?ids=1000001",
            json!({"users": [customer], "count": 1}),
        )
        .open();
    let globex = Address::organization("Globex");
    let mut declared = inventory(&[globex.clone(), Address::user("agent1@example.com")]);
    if let Some(absent) = declared.resources.get_mut(&globex) {
        absent.lifecycle = Lifecycle::Absent;
    }
    let mut wanted = needs(&declared, &Policy::default());
    wanted.group_memberships = MembershipNeed::Nothing;
    let live = snapshot(&account, &wanted).await;
    let member = Address::membership(
        Kind::OrganizationMembership,
        "customer1@example.net".into(),
        "Globex".into(),
    );
    assert!(live.objects.contains_key(&member));
    let part = live.part(Kind::OrganizationMembership).unwrap();
    assert_eq!(part.coverage, Coverage::Only(BTreeSet::from([globex])));
}

#[tokio::test]
async fn an_old_name_is_asked_for_only_where_the_new_one_is_not_found() {
    let account = world().open();
    let renamed = Address::user("ada@example.com");
    let mut declared = inventory(std::slice::from_ref(&renamed));
    if let Some(ada) = declared.resources.get_mut(&renamed) {
        ada.previously = vec![Name::new("countess@example.com")];
    }
    let mut wanted = needs(&declared, &Policy::default());
    wanted.group_memberships = MembershipNeed::Nothing;
    let live = snapshot(&account, &wanted).await;
    assert!(live.objects.contains_key(&renamed));
    // The caller, the settings, the roles, the groups and the staff.
    assert_eq!(account.lines().len(), 5);

    let UserNeed::Staff(names) = wanted.users else {
        panic!("{:?}", wanted.users)
    };
    assert_eq!(names[renamed.name()], [Name::new("countess@example.com")]);
}

#[test]
fn the_choice_is_explained() {
    let place = Address::membership(
        Kind::OrganizationMembership,
        "ada@example.com".into(),
        "Globex".into(),
    );
    let declared = inventory(&[
        Address::user("ada@example.com"),
        Address::organization("Globex"),
        place,
    ]);
    let reasons = needs(&declared, &Policy::default()).reasons;
    assert_eq!(
        reasons,
        [
            "the staff is read: people are declared (1); whoever of them is not among the staff is looked up, or everybody is read where that is cheaper",
            "memberships in groups are read person by person: few people are declared",
            "memberships in organizations are read person by person, or all where that is cheaper",
            "1 organization looked up by name, or all read where that is cheaper",
        ]
    );
}
