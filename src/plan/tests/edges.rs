//! One step this side of a rule, and one step beyond it.

use super::{Story, custom, mail};
use crate::model::{
    Address, Coverage, Group, Kind, Lifecycle, Limit, Name, Resource, Role, Scope, Undeclared,
    UserRole,
};
use crate::plan::laws::toy::Held;
use crate::plan::{Plan, Reason, RefusalCode};

fn reasons(plan: &Plan) -> Vec<Reason> {
    let consequences = plan.changes.iter().flat_map(|change| &change.consequences);
    consequences.map(|one| one.reason).collect()
}

fn requires(plan: &Plan, address: &Address) -> Vec<String> {
    let change = plan.changes.iter().find(|one| one.address == *address);
    let requires = &change.unwrap().requires;
    requires.iter().map(ToString::to_string).collect()
}

fn membership(name: &str, group: &str) -> Address {
    Address::parse(&format!("group_membership/{name}@example.com/{group}")).unwrap()
}

#[test]
fn the_owner_is_known_by_the_address_they_have_now_too() {
    let mut story = Story::new();
    story.policy.owner = Some(mail("root"));
    story.wants_user("chief", |_| {}).previously = vec![mail("root")];
    assert_eq!(story.refusals(), [RefusalCode::Owner]);
    story.policy.owner = Some(mail("chief"));
    assert_eq!(story.refusals(), [RefusalCode::Owner]);
}

#[test]
fn a_secondary_address_is_its_holders_until_the_holder_gives_it_up() {
    let mut story = Story::new();
    let id = story.person("ada", Held::EndUser, &[]);
    let ada = story.toy.people.get_mut(&id).unwrap();
    ada.emails.push(mail("private"));
    story.wants_user("ada", |_| {});
    assert_eq!(story.refusals(), []);
    story.wants_user("private", |_| {});
    assert_eq!(story.refusals(), [RefusalCode::SecondaryEmail]);
    story.wants_user("ada", |_| {}).previously = vec![mail("private")];
    assert_eq!(story.refusals(), []);
}

#[test]
fn a_plan_relies_on_the_group_that_stays_only_where_one_is_left() {
    let kept = membership("ada", "Support");
    let relied_on = |groups: &[&str]| {
        let mut story = Story::new();
        story.group("Third");
        story.wants(Resource::Group(Group::named("Third".into())));
        story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
        story.wants_person("ada", custom("Staff"), groups);
        story.wants_user("ada", |user| user.alias = Some("Ada".to_owned()));
        story.plan().numbers.get(&kept).is_some()
    };
    assert!(relied_on(&["Support"]));
    assert!(
        relied_on(&["Support", "Third"]),
        "it may be left before another is joined"
    );
    assert!(!relied_on(&["Support", "Tier 1"]));
}

#[test]
fn a_change_requires_those_whose_calls_come_before_its_own() {
    let mut story = Story::new();
    story.wants(Resource::Group(Group::named("Night".into())));
    story.person("ada", story.holds("Staff"), &["Support"]);
    story.wants_person("ada", custom("Staff"), &["Support", "Night"]);
    let plan = story.plan();
    assert_eq!(
        requires(&plan, &membership("ada", "Night")),
        ["group/Night"]
    );
    assert_eq!(
        requires(&plan, &Address::group("Night")),
        Vec::<String>::new()
    );
}

#[test]
fn an_edited_role_reaches_only_those_who_hold_it() {
    let mut story = Story::new();
    let edited = Role {
        configuration: [("ticket_deletion".to_owned(), true.into())].into(),
        ..Role::named("Staff".into())
    };
    story.wants(Resource::from(edited));
    assert_eq!(reasons(&story.plan()), []);
    story.person("ada", story.holds("Staff"), &["Support"]);
    assert_eq!(reasons(&story.plan()), [Reason::ReachesAgents]);
}

#[test]
fn the_default_group_moves_only_with_its_own_membership() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.wants_person("ada", custom("Staff"), &["Support"]);
    assert!(!reasons(&story.plan()).contains(&Reason::DefaultGroupMoved));
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.wants_person("ada", custom("Staff"), &["Tier 1"]);
    assert!(reasons(&story.plan()).contains(&Reason::DefaultGroupMoved));
    story.wants_user("ada", |user| user.role = Some(UserRole::EndUser));
    story.wants_places("ada", Kind::GroupMembership, &[]);
    assert!(!reasons(&story.plan()).contains(&Reason::DefaultGroupMoved));
}

#[test]
fn who_is_ours_by_role_alone_leaves_organizations_before_the_role() {
    let mut story = Story::new();
    let undeclared = &mut story.policy.undeclared;
    undeclared.insert(Kind::User, Undeclared::Remove);
    story.policy.scope = Some(Scope {
        roles: [Name::new("Staff")].into(),
        ..Scope::default()
    });
    story.person("stray", story.holds("Staff"), &["Support", "Globex"]);
    insta::assert_snapshot!(story.calls(), @"
    1: Delete organization_membership/stray@example.com/Globex
    2: Update user/stray@example.com role suspended
    ");
}

#[test]
fn an_agent_starts_with_a_group_and_one_who_never_had_any_is_let_be() {
    let mut story = Story::new();
    story.wants_person("new", custom("Staff"), &[]);
    assert_eq!(story.refusals(), [RefusalCode::AgentWithoutGroup]);
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &[]);
    story.wants_person("ada", custom("Staff"), &[]);
    assert_eq!(story.refusals(), []);
}

#[test]
fn the_default_group_is_one_that_stays_or_comes() {
    let with_default = |groups: &[&str], default: &str| {
        let mut story = Story::new();
        story.group("Third");
        story.wants(Resource::Group(Group::named("Third".into())));
        story.person("ada", story.holds("Staff"), &["Support"]);
        let default = Address::group(default);
        story.wants_person("ada", custom("Staff"), groups);
        story.wants_user("ada", |user| user.default_group = Some(Some(default)));
        story.refusals()
    };
    assert_eq!(with_default(&["Support", "Tier 1"], "Tier 1"), []);
    assert_eq!(
        with_default(&["Support", "Third"], "Tier 1"),
        [RefusalCode::DefaultGroupNotHeld]
    );
}

#[test]
fn a_named_person_needs_no_list_of_others_but_their_organizations_do() {
    let mut story = Story::new();
    story.person("bob", Held::EndUser, &["Globex"]);
    story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Offboarded;
    story.reread = |snapshot| snapshot.parts[3].coverage = Coverage::Staff;
    assert_eq!(story.snapshot().parts[3].kind, Kind::User);
    assert_eq!(story.refusals(), []);
    story.reread = |snapshot| snapshot.parts[5].coverage = Coverage::Nothing;
    assert_eq!(story.snapshot().parts[5].kind, Kind::OrganizationMembership);
    assert_eq!(story.refusals(), [RefusalCode::IncompleteRead]);
}

#[test]
fn whom_nobody_names_must_be_on_a_list_that_covers_them() {
    let mut story = Story::new();
    let undeclared = &mut story.policy.undeclared;
    undeclared.insert(Kind::User, Undeclared::Remove);
    story.policy.scope = Some(Scope {
        roles: [Name::new("end-user")].into(),
        ..Scope::default()
    });
    story.person("stray", Held::EndUser, &[]);
    assert_eq!(story.refusals(), []);
    story.reread = |snapshot| snapshot.parts[3].coverage = Coverage::Staff;
    assert_eq!(story.refusals(), [RefusalCode::IncompleteRead]);
}

#[test]
fn a_refusal_names_the_limit_that_held() {
    let mut story = Story::new();
    let one = Limit {
        count: Some(1),
        percent: None,
    };
    story.policy.removals.insert(Kind::User, one);
    for name in ["ada", "bob", "eve"] {
        story.person(name, Held::EndUser, &[]);
        story.wants_user(name, |_| {}).lifecycle = Lifecycle::Offboarded;
    }
    let said = |story: &Story| story.plan().refused[0].message.clone();
    assert!(said(&story).ends_with("the limit is 1 (limits.removals.users, the default)"));
    story.policy.allowed_removals.insert(Kind::User, 2);
    assert!(said(&story).ends_with("the limit is 2 (--allow-removals)"));
}

#[test]
fn who_is_declared_to_go_joins_nothing_any_more() {
    let mut story = Story::new();
    story.person("bob", story.holds("Staff"), &["Support"]);
    story.wants_places("bob", Kind::GroupMembership, &["Support", "Tier 1"]);
    story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Offboarded;
    insta::assert_snapshot!(story.changes(), @"
    offboard user/bob@example.com role suspended
    delete group_membership/bob@example.com/Support
    ");
}
