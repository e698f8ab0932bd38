//! What is compared and removed, and what is refused: one story for each rule that others take for granted.

use super::{Story, custom, mail};
use crate::model::{
    Address, Ambiguity, Caller, Group, Kind, Lifecycle, Limit, Name, ObjectId, Origin, Resource,
    Role, Scope, Undeclared, UserRole,
};
use crate::plan::laws::toy::Held;
use crate::plan::{Action, Plan, RefusalCode};

const NONE: Limit = Limit {
    count: Some(0),
    percent: None,
};

fn message(plan: &Plan, code: RefusalCode) -> String {
    let refusal = plan.refused.iter().find(|refusal| refusal.code == code);
    refusal.map_or_else(String::new, |refusal| refusal.message.clone())
}

fn absent(story: &mut Story, group: &str) {
    story
        .wants(Resource::Group(Group::named(group.into())))
        .lifecycle = Lifecycle::Absent;
}

/// Gives the entry of an address a place of its own.
fn place(story: &mut Story, address: &Address, line: u32) {
    story.inventory.resources.get_mut(address).unwrap().origin = Some(Origin {
        file: "manifests/all.yaml".into(),
        line,
        column: 5,
    });
}

#[test]
fn a_share_is_of_what_is_live_and_ours() {
    let mut story = Story::new();
    let half = Limit {
        count: None,
        percent: Some(50),
    };
    story.policy.removals.insert(Kind::Group, half);
    story.group("Third");
    story.group("Theirs");
    absent(&mut story, "Tier 1");
    absent(&mut story, "Third");
    story.wants(Resource::Group(Group::named("To come".into())));
    story
        .wants(Resource::Group(Group::named("Theirs".into())))
        .lifecycle = Lifecycle::External;
    assert_eq!(
        story.refusals(),
        [RefusalCode::RemovalLimit],
        "two of Support, Tier 1 and Third"
    );
}

#[test]
fn nothing_is_planned_for_somebody_of_whom_it_is_open_who_they_are() {
    let mut story = Story::new();
    story.person("old", story.holds("Staff"), &["Support", "Tier 1"]);
    let eve = story.person("eve", Held::EndUser, &[]);
    let eve = story.toy.people.get_mut(&eve).unwrap();
    eve.emails.push(mail("new"));
    story.wants_user("new", |_| {}).previously = vec![mail("old")];
    story.wants_places("new", Kind::GroupMembership, &["Support"]);
    assert_eq!(story.refusals(), [RefusalCode::SecondaryEmail]);
    assert_eq!(story.changes(), "");
}

#[test]
fn what_goes_along_is_asked_for_where_its_leader_is() {
    let mut story = Story::new();
    story.person("bob", story.holds("Staff"), &["Support"]);
    story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Offboarded;
    place(&mut story, &Address::user(mail("bob")), 12);
    let plan = story.plan();
    let lines = plan
        .changes
        .iter()
        .map(|change| change.origin.as_ref().map(|origin| origin.line));
    assert_eq!(lines.collect::<Vec<_>>(), [Some(12), Some(12)]);
}

#[test]
fn external_things_are_there_and_names_that_several_share_hinder_no_others() {
    let mut story = Story::new();
    story
        .wants(Resource::Group(Group::named("Tier 1".into())))
        .lifecycle = Lifecycle::External;
    story.wants(Resource::Group(Group::named("Fresh".into())));
    story.reread = |snapshot| {
        snapshot.ambiguous.push(Ambiguity {
            address: Address::group("twins"),
            ids: vec![ObjectId::from_wire(1), ObjectId::from_wire(2)],
        });
    };
    assert_eq!(story.refusals(), []);
    assert_eq!(story.changes(), "create group/Fresh name");
}

#[test]
fn what_is_protected_is_not_removed_for_being_undeclared() {
    let mut story = Story::new();
    story.group("Stray");
    story
        .policy
        .undeclared
        .insert(Kind::Group, Undeclared::Remove);
    story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.wants_person("ada", custom("Staff"), &["Support"]);
    assert_eq!(
        story.changes(),
        "delete group/Stray name\ndelete group_membership/ada@example.com/Tier 1"
    );
    let protected = [Address::group("stray"), Address::user(mail("Ada"))];
    story.policy.protected = protected.into();
    assert_eq!(story.changes(), "");
    assert_eq!(story.refusals(), []);
}

#[test]
fn a_renamed_role_or_group_is_the_same_one_to_its_people() {
    let mut story = Story::new();
    let lead = story.role("Lead");
    story.group("Frontline");
    story.person("ada", lead, &["Frontline"]);
    story
        .wants(Resource::from(Role::named("Team lead".into())))
        .previously = vec!["Lead".into()];
    story
        .wants(Resource::Group(Group::named("First line".into())))
        .previously = vec!["Frontline".into()];
    story.wants_person("ada", custom("Team lead"), &["First line"]);
    story.wants_user("ada", |user| {
        user.role = custom("Team lead");
        user.default_group = Some(Some(Address::group("First line")));
    });
    assert_eq!(
        story.changes(),
        "rename role/Team lead name\nrename group/First line name"
    );
}

#[test]
fn what_is_deleted_relies_on_who_it_is_and_what_they_may_do() {
    let mut story = Story::new();
    let ada = story.person("ada", Held::EndUser, &[]);
    let ada = &mut story.toy.people.get_mut(&ada).unwrap().user;
    ada.alias = Some("Al".to_owned());
    story.wants_user("ada", |_| {}).lifecycle = Lifecycle::Deleted;
    assert_eq!(
        story.changes(),
        "delete user/ada@example.com email name role"
    );
    let id = story.ids["ada"];
    story.toy.people.get_mut(&id).unwrap().user.name = Some(String::new());
    assert_eq!(story.changes(), "delete user/ada@example.com email role");
}

#[test]
fn only_people_who_lose_access_count_for_the_limit_on_people() {
    let mut story = Story::new();
    story.policy.removals.insert(Kind::User, NONE);
    let ada = story.person("ada", Held::EndUser, &[]);
    story.toy.people.get_mut(&ada).unwrap().user.suspended = Some(true);
    story.wants_user("ada", |user| user.suspended = Some(false));
    story.person("bob", story.holds("Staff"), &["Support"]);
    story.wants_user("bob", |user| {
        user.suspended = Some(false);
        user.moderator = Some(true);
    });
    assert_eq!(story.refusals(), []);
}

#[test]
fn the_caller_may_change_what_keeps_nobody_out() {
    let mut story = Story::new();
    story.reread = |snapshot| {
        let address = Address::user(mail("root"));
        snapshot.caller = Some(Caller {
            id: snapshot.objects[&address].id,
            address,
            name: "root".to_owned(),
            admin: true,
        });
    };
    story.wants_user("root", |user| user.alias = Some("Root".to_owned()));
    assert_eq!(story.refusals(), []);
}

#[test]
fn an_agent_without_groups_is_let_be_and_a_new_one_gets_the_default_group() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &[]);
    story.wants_person("ada", custom("Staff"), &[]);
    story.wants_user("ada", |user| user.alias = Some("Ada".to_owned()));
    story.person("bob", Held::EndUser, &[]);
    story.wants_user("bob", |user| user.role = custom("Staff"));
    assert_eq!(story.refusals(), []);
}

#[test]
fn a_role_that_people_still_hold_or_come_to_hold_stays() {
    let said = |tell: fn(&mut Story)| {
        let mut story = Story::new();
        story.person("ada", story.holds("Staff"), &["Support"]);
        story
            .wants(Resource::from(Role::named("Staff".into())))
            .lifecycle = Lifecycle::Absent;
        tell(&mut story);
        let said = message(&story.plan(), RefusalCode::RoleInUse);
        said.replace("`role/Staff` is still held by ", "")
    };
    assert_eq!(said(|_| {}), "1 person: `ada@example.com`");
    // Who changes otherwise is not counted twice.
    let alias = |story: &mut Story| {
        story.wants_user("ada", |user| user.alias = Some("Ada".to_owned()));
    };
    assert_eq!(said(alias), "1 person: `ada@example.com`");
    let leaves = |story: &mut Story| {
        story.wants_user("ada", |user| user.role = Some(UserRole::EndUser));
    };
    assert_eq!(said(leaves), "");
    let joins = |story: &mut Story| {
        story.wants_user("ada", |user| user.role = Some(UserRole::EndUser));
        story.person("bob", Held::EndUser, &[]);
        story.person("eve", Held::EndUser, &[]);
        story.wants_user("bob", |user| user.role = custom("Staff"));
        story.wants_user("eve", |user| user.alias = Some("Eve".to_owned()));
    };
    assert_eq!(said(joins), "1 person: `bob@example.com`");
    let others = |story: &mut Story| {
        story.reread = |snapshot| {
            let role = snapshot.objects.get_mut(&Address::role("Staff")).unwrap();
            role.members = Some(3);
        };
    };
    assert_eq!(said(others), "3 people: `ada@example.com`, …");
}

#[test]
fn roles_to_choose_from_are_those_that_there_will_be() {
    let mut story = Story::new();
    story.wants(Resource::from(Role::named("Lead".into())));
    story
        .wants(Resource::from(Role::named("Former".into())))
        .lifecycle = Lifecycle::Absent;
    story.wants_person("ada", Some(UserRole::Agent), &["Support"]);
    let plan = story.plan();
    assert_eq!(
        plan.refused[0].help,
        "name one of this account's roles: `Lead`, `Staff`"
    );
}

#[test]
fn without_custom_roles_none_is_made_and_none_is_asked_for_otherwise() {
    let mut story = Story::new();
    story.wants(Resource::from(Role::named("Lead".into())));
    story.reread = |snapshot| snapshot.custom_roles = false;
    assert_eq!(story.refusals(), [RefusalCode::NoCustomRoles]);
    let mut story = Story::new();
    let mut edited = Role::named("Staff".into());
    edited.description = Some("Ours".to_owned());
    story.wants(Resource::from(edited));
    story.reread = |snapshot| snapshot.custom_roles = false;
    assert_eq!(story.refusals(), []);
}

#[test]
fn a_plan_may_take_as_many_seats_as_there_are() {
    let mut story = Story::new();
    story.person("bob", story.holds("Staff"), &["Support"]);
    story.wants_person("new", custom("Staff"), &["Support"]);
    story.policy.seats = Some(4);
    assert_eq!(story.refusals(), [], "root, boss, bob and the new one");
    story.policy.seats = Some(3);
    place(&mut story, &Address::user(mail("new")), 9);
    let plan = story.plan();
    assert_eq!(plan.refused.len(), 1);
    let refusal = &plan.refused[0];
    assert_eq!(refusal.code, RefusalCode::SeatLimit);
    assert_eq!(refusal.address, Some(Address::user(mail("new"))));
    assert_eq!(refusal.origin.as_ref().map(|origin| origin.line), Some(9));
    assert_eq!(
        refusal.message,
        "4 paid seats would be in use, and there are 3 (limits.seats, the default); one is taken by \
         `new@example.com`"
    );
    // A seat that is freed goes first; one too many that was there before is nobody's fault.
    story.wants_user("bob", |user| user.role = Some(UserRole::EndUser));
    assert_eq!(story.refusals(), []);
    let mut story = Story::new();
    story.policy.seats = Some(1);
    story.wants_user("new", |_| {});
    assert_eq!(story.refusals(), []);
}

#[test]
fn seats_are_counted_before_after_and_in_between() {
    let seats = |tell: fn(&mut Story)| {
        let mut story = Story::new();
        story.person("bob", story.holds("Staff"), &["Support"]);
        tell(&mut story);
        let seats = story.plan().seats;
        (seats.before, seats.after, seats.peak)
    };
    assert_eq!(seats(|_| {}), (3, 3, 3));
    let hires = |story: &mut Story| story.wants_person("new", custom("Staff"), &["Support"]);
    assert_eq!(seats(hires), (3, 4, 4));
    let leaves = |story: &mut Story| {
        story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Offboarded;
    };
    assert_eq!(seats(leaves), (3, 2, 3));
    let customer = |story: &mut Story| {
        story.person("eve", Held::EndUser, &[]);
        story.wants_user("eve", |user| user.alias = Some("Eve".to_owned()));
    };
    assert_eq!(seats(customer), (3, 3, 3));
    let both = |story: &mut Story| {
        story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Offboarded;
        story.wants_person("new", custom("Staff"), &["Support"]);
    };
    assert_eq!(seats(both), (3, 3, 3));
}

#[test]
fn a_scope_of_roles_takes_nobody_who_is_declared() {
    let mut story = Story::new();
    story
        .policy
        .undeclared
        .insert(Kind::User, Undeclared::Remove);
    story.policy.scope = Some(Scope {
        roles: [Name::new("Staff")].into(),
        ..Scope::default()
    });
    story.person("ada", story.holds("Staff"), &["Support"]);
    story.person("bob", story.holds("Staff"), &["Support"]);
    story.wants_user("ada", |_| {});
    let plan = story.plan();
    let gone = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Offboard);
    let gone: Vec<&str> = gone.map(|change| change.address.name().as_str()).collect();
    assert_eq!(gone, ["bob@example.com"]);
}
