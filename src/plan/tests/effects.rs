//! What a plan says of its effects: only what really happens.

use serde_json::json;

use super::{Story, custom, mail};
use crate::model::{Address, Coverage, Group, Lifecycle, Organization, Resource, Role, UserRole};
use crate::plan::laws::toy::Held;
use crate::plan::{Estimate, Reason, Subject};

/// What follows of each change, as `address: text`.
fn told(story: &Story) -> Vec<String> {
    let plan = story.plan();
    let all = plan.changes.iter().flat_map(|change| {
        let of = change.consequences.iter();
        of.map(|one| format!("{}: {}", change.address, one.text))
    });
    all.map(|line| line.replace("@example.com", "")).collect()
}

fn reasons(story: &Story) -> Vec<Reason> {
    let plan = story.plan();
    let all = plan.changes.iter().flat_map(|change| &change.consequences);
    all.map(|one| one.reason).collect()
}

#[test]
fn memberships_are_dropped_only_where_there_are_some() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &[]);
    story.wants_user("ada", |user| user.role = Some(UserRole::EndUser));
    assert!(!reasons(&story).contains(&Reason::MembershipsDropped));
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.wants_user("ada", |user| user.role = Some(UserRole::EndUser));
    assert!(told(&story).contains(
        &"user/ada: 2 group memberships dropped by the service with the agent role".to_owned()
    ));
    // Of somebody who is deleted, everything goes; that is said once.
    story.wants_user("ada", |_| {}).lifecycle = Lifecycle::Deleted;
    assert!(!reasons(&story).contains(&Reason::MembershipsDropped));
    let mut story = Story::new();
    let gone = |name: &str| Resource::Group(Group::named(name.into()));
    story.wants(gone("Tier 1")).lifecycle = Lifecycle::Absent;
    assert!(!reasons(&story).contains(&Reason::MembershipsDropped));
    for name in ["ada", "bob"] {
        story.person(name, story.holds("Staff"), &["Support", "Tier 1"]);
    }
    assert!(
        told(&story).contains(&"group/Tier 1: 2 memberships dropped with the group".to_owned())
    );
}

#[test]
fn a_role_reaches_its_holders_where_a_permission_changes() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support"]);
    let mut edited = Role::named("Staff".into());
    edited.description = Some("Ours".to_owned());
    story.wants(Resource::from(edited.clone()));
    assert_eq!(reasons(&story), []);
    edited.configuration = [("ticket_deletion".to_owned(), json!(true))].into();
    story.wants(Resource::from(edited));
    assert_eq!(reasons(&story), [Reason::ReachesAgents]);
}

#[test]
fn only_a_group_that_becomes_private_is_so_for_ever() {
    let mut story = Story::new();
    story.wants(Resource::Group(Group {
        is_public: Some(true),
        ..Group::named("New".into())
    }));
    assert_eq!(reasons(&story), []);
    story.wants(Resource::Group(Group {
        is_public: Some(false),
        ..Group::named("New".into())
    }));
    assert_eq!(reasons(&story), [Reason::PrivateForever]);
}

#[test]
fn the_default_moves_with_its_own_membership_and_only_where_nobody_says_which() {
    let mut story = Story::new();
    story.group("Third");
    story.wants(Resource::Group(Group::named("Third".into())));
    story.person("ada", story.holds("Staff"), &["Support", "Third", "Tier 1"]);
    story.wants_person("ada", custom("Staff"), &["Tier 1"]);
    let expected = "group_membership/ada/Support: `Tier 1` becomes the default group";
    let moves = |story: &Story| -> Vec<String> {
        let all = told(story).into_iter();
        all.filter(|line| line.ends_with("default group")).collect()
    };
    assert_eq!(moves(&story), [expected]);
    story.wants_user("ada", |user| {
        user.default_group = Some(Some(Address::group("Tier 1")));
    });
    assert_eq!(moves(&story), [""; 0]);
}

#[test]
fn a_light_agent_takes_and_keeps_no_seat() {
    let mut story = Story::new();
    let light = story.role("Light agent");
    let ada = story.person("ada", light, &["Support"]);
    story.toy.people.get_mut(&ada).unwrap().marks.seatless = true;
    story.wants_user("ada", |user| user.suspended = Some(true));
    story.person("eve", Held::EndUser, &[]);
    story.wants_user("eve", |user| user.suspended = Some(true));
    assert_eq!(reasons(&story), []);
    story.person("bob", story.holds("Staff"), &["Support"]);
    story.wants_user("bob", |user| user.suspended = Some(true));
    assert_eq!(reasons(&story), [Reason::SeatKept]);
}

#[test]
fn permissions_are_told_of_roles_that_are_only_live_and_of_roles_to_come() {
    let change = |from: serde_json::Value, to: serde_json::Value, live: bool| {
        let mut story = Story::new();
        let staff = story.ids["Staff"];
        let staff = story.toy.roles.get_mut(&staff).unwrap();
        staff.configuration = serde_json::from_value(from).unwrap();
        story.inventory.resources.remove(&Address::role("Staff"));
        story.person("ada", story.holds("Staff"), &["Support"]);
        let lead = Role {
            configuration: serde_json::from_value(to).unwrap(),
            ..Role::named("Lead".into())
        };
        if live {
            story.role("Lead");
            let id = story.ids["Lead"];
            story.toy.roles.insert(id, lead);
        } else {
            story.wants(Resource::from(lead));
        }
        story.wants_user("ada", |user| user.role = custom("Lead"));
        let access = story.plan().access.remove(0);
        let named = |list: &[crate::plan::Entitlement]| list[0].permissions.join(" ");
        (named(&access.gains), named(&access.loses))
    };
    let both = |gained: &str, lost: &str| (gained.to_owned(), lost.to_owned());
    let from = json!({"ticket_deletion": false, "ticket_access": "all", "macro_access": "full"});
    let to =
        json!({"ticket_deletion": true, "ticket_access": "within-groups", "macro_access": "full"});
    for live in [true, false] {
        assert_eq!(
            change(from.clone(), to.clone(), live),
            both("ticket_deletion", "ticket_access")
        );
    }
    // What gives nothing on both sides is no change, however it is written; what cannot be compared may
    // be either.
    let nothing = json!({"ticket_deletion": null, "manage_roles": "none"});
    let also = json!({"ticket_deletion": false, "manage_roles": false});
    assert_eq!(change(nothing, also, true), both("", ""));
    let (odd, other) = (
        json!({"explore_reports": {"a": 1}}),
        json!({"explore_reports": {"a": 2}}),
    );
    assert_eq!(
        change(odd, other, true),
        both("explore_reports", "explore_reports")
    );
}

#[test]
fn mail_is_told_once_for_all_who_get_it() {
    let mut story = Story::new();
    let said = |story: &Story| {
        let warnings = story.plan().warnings;
        let said: Vec<String> = warnings.into_iter().map(|one| one.message).collect();
        said.join("\n")
    };
    story.person("eve", Held::EndUser, &[]);
    story.wants_user("eve", |user| user.suspended = Some(true));
    assert_eq!(said(&story), "");
    story.wants_user("new", |_| {});
    assert_eq!(
        said(&story),
        "1 new user gets mail from Zendesk (`invite: false` prevents it)"
    );
    story.wants_person("hire", custom("Staff"), &["Support"]);
    assert!(said(&story).starts_with("2 new users get mail"));
    story.policy.invite = false;
    assert_eq!(said(&story), "");
}

#[test]
fn team_members_are_all_known_where_all_staff_was_read() {
    let mut story = Story::new();
    story.wants_user("root", |_| {});
    story.reread = |snapshot| {
        for part in &mut snapshot.parts {
            part.coverage = Coverage::Staff;
        }
    };
    let coverage = story.plan().coverage;
    let live = coverage.iter().map(|one| (one.what, one.live));
    assert_eq!(
        live.collect::<Vec<_>>(),
        [
            (Subject::TeamMembers, Some(2)),
            (Subject::Groups, None),
            (Subject::Organizations, None),
            (Subject::Roles, None)
        ]
    );
}

/// Reads, writes, polls and seconds at 200 requests a minute.
fn estimate(tell: &dyn Fn(&mut Story)) -> (u64, u64, u64, u64) {
    let mut story = Story::new();
    story.reread = |snapshot| {
        snapshot.rate_limit = Some(200);
        snapshot.parts[0].requests = 2;
    };
    tell(&mut story);
    let Estimate {
        reads,
        writes,
        polls,
        seconds,
    } = story.plan().estimate;
    (reads, writes, polls, seconds)
}

#[test]
fn an_estimate_counts_requests_and_the_slower_of_two_clocks() {
    let people = |count: usize| {
        move |story: &mut Story| {
            for number in 0..count {
                let name = format!("p{number}");
                story.person(&name, Held::EndUser, &[]);
                story.wants_user(&name, |user| user.alias = Some("Al".to_owned()));
            }
        }
    };
    let groups = |story: &mut Story| {
        for number in 0..10 {
            let group = Group::named(format!("G{number}").as_str().into());
            story.wants(Resource::Group(group));
        }
    };
    let organization = |story: &mut Story| {
        let mut globex = Organization::named("Globex".into());
        globex.notes = Some("By name".to_owned());
        story.wants(Resource::from(globex));
    };
    let address = |story: &mut Story| {
        story.person("eve", Held::EndUser, &[]);
        story.wants_user("eva", |_| {}).previously = vec![mail("eve")];
    };
    assert_eq!(estimate(&|_| {}), (7, 0, 0, 0), "nothing to do was read");
    assert_eq!(estimate(&people(2)), (7, 2, 0, 2), "one person a second");
    // Three requests in two seconds, and three seconds of waiting.
    assert_eq!(estimate(&people(50)), (7, 1, 2, 5), "a job");
    assert_eq!(estimate(&groups), (7, 10, 0, 4), "ten of 160 a minute");
    assert_eq!(estimate(&organization), (7, 1, 0, 1));
    let (_, _, looks, _) = estimate(&address);
    assert_eq!(looks, 2, "for the address that comes and the one that goes");
}
