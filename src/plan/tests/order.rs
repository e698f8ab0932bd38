//! What comes before what.

use insta::assert_snapshot;

use super::{Story, custom, mail};
use crate::model::{Address, Group, Kind, Lifecycle, Name, Organization, Resource, Role, UserRole};
use crate::plan::laws::toy::Held;

#[test]
fn an_account_as_declared_needs_nothing() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support"]);
    story.wants_person("ada", custom("Staff"), &["Support"]);
    assert_eq!(story.changes(), "");
    assert_eq!(
        story.plan().unchanged[&Kind::User],
        [Address::user(mail("ada"))]
    );
}

#[test]
fn a_new_hire_is_one_call_after_what_it_names() {
    let mut story = Story::new();
    story.wants(Resource::Group(Group::named("Night".into())));
    story.wants(Resource::from(Role::named("Tier 2".into())));
    story.wants_person("grace", custom("Tier 2"), &["Support", "Night"]);
    story.wants_places("grace", Kind::OrganizationMembership, &["Globex"]);
    assert_snapshot!(story.calls(), @"
    1: Create role/Tier 2 name
    1: Create group/Night name
    2: Create user/grace@example.com email name role groups organization invite
    ");
}

#[test]
fn one_line_less_is_one_membership_less() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.wants_person("ada", custom("Staff"), &["Support"]);
    assert_snapshot!(story.calls(), @"
    1: Delete group_membership/ada@example.com/Tier 1
    ");
    let plan = story.plan();
    assert_eq!(
        plan.changes[0].origin.as_ref().map(|origin| origin.line),
        Some(7)
    );
}

#[test]
fn a_team_move_joins_then_moves_the_default_then_leaves() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support"]);
    story.wants_person("ada", custom("Staff"), &["Tier 1"]);
    assert_snapshot!(story.calls(), @"
    1: Create group_membership/ada@example.com/Tier 1
    2: MakeDefault group_membership/ada@example.com/Tier 1
    3: Delete group_membership/ada@example.com/Support
    ");
}

#[test]
fn a_promotion_brings_its_groups_along() {
    let mut story = Story::new();
    story.person("ada", Held::EndUser, &["Globex"]);
    story.wants_person("ada", custom("Staff"), &["Support", "Tier 1"]);
    story.wants_user("ada", |user| {
        user.role = custom("Staff");
        user.default_group = Some(Some(Address::group("Tier 1")));
    });
    assert_snapshot!(story.calls(), @"
    1: Update user/ada@example.com role groups
    2: MakeDefault group_membership/ada@example.com/Tier 1
    ");
    assert_eq!(story.plan().operations[0].settles.len(), 2);
}

#[test]
fn a_leaver_is_downgraded_and_suspended_in_one_call() {
    let mut story = Story::new();
    story.person(
        "bob",
        story.holds("Staff"),
        &["Support", "Tier 1", "Globex"],
    );
    story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Offboarded;
    assert_snapshot!(story.calls(), @"
    1: Update user/bob@example.com role suspended
    2: Delete organization_membership/bob@example.com/Globex
    ");
    assert_snapshot!(story.changes(), @"
    offboard user/bob@example.com role suspended
    delete group_membership/bob@example.com/Support
    delete group_membership/bob@example.com/Tier 1
    delete organization_membership/bob@example.com/Globex
    ");
}

#[test]
fn a_deleted_agent_is_downgraded_first_and_an_end_user_is_not() {
    let mut story = Story::new();
    story.person("bob", story.holds("Staff"), &["Support", "Globex"]);
    story.person("eve", Held::EndUser, &["Globex"]);
    story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Deleted;
    story.wants_user("eve", |_| {}).lifecycle = Lifecycle::Deleted;
    story.wants_user("gone", |_| {}).lifecycle = Lifecycle::Deleted;
    assert_snapshot!(story.calls(), @"
    1: Update user/bob@example.com role
    1: Delete user/eve@example.com
    2: Delete user/bob@example.com
    ");
}

#[test]
fn an_address_is_added_made_primary_and_the_old_one_dropped() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support"]);
    story.wants_person("ada.l", custom("Staff"), &["Support"]);
    story
        .wants_user("ada.l", |user| user.role = custom("Staff"))
        .previously = vec![mail("ada")];
    assert_snapshot!(story.calls(), @"
    1: AddEmail user/ada.l@example.com email
    2: MakeEmailPrimary user/ada.l@example.com email
    3: RemoveEmail user/ada.l@example.com email
    4: Update user/ada.l@example.com name
    ");
    let plan = story.plan();
    assert_eq!(plan.changes[0].was, Some(Address::user(mail("ada"))));
}

#[test]
fn an_address_is_free_before_it_is_given_to_a_new_person() {
    let mut story = Story::new();
    story.person("ada", Held::EndUser, &[]);
    story.wants_user("ada.l", |_| {}).previously = vec![mail("ada")];
    story.wants_user("ada", |_| {});
    assert_snapshot!(story.calls(), @"
    1: AddEmail user/ada.l@example.com email
    2: MakeEmailPrimary user/ada.l@example.com email
    3: RemoveEmail user/ada.l@example.com email
    4: Create user/ada@example.com email name invite
    4: Update user/ada.l@example.com name
    ");
}

#[test]
fn a_swap_of_names_takes_a_third() {
    let mut story = Story::new();
    for (name, former, description) in [("Support", "Tier 1", "two"), ("Tier 1", "Support", "one")]
    {
        let id = story.ids[former];
        story.toy.groups.get_mut(&id).unwrap().description = Some(description.to_owned());
        let group = Group {
            description: Some(description.to_owned()),
            ..Group::named(name.into())
        };
        story.wants(Resource::Group(group)).previously = vec![Name::new(former)];
    }
    assert_snapshot!(story.calls(), @"
    1: Update group/Support name
    2: Update group/Tier 1 name
    3: Update group/Support name
    ");
}

#[test]
fn holders_move_before_a_role_goes_and_members_before_a_group() {
    let mut story = Story::new();
    let old = story.role("Old");
    story.group("Closing");
    story.person("ada", old, &["Closing", "Support"]);
    story.wants_person("ada", custom("Staff"), &["Support"]);
    story
        .wants(Resource::from(Role::named("Old".into())))
        .lifecycle = Lifecycle::Absent;
    story
        .wants(Resource::Group(Group::named("Closing".into())))
        .lifecycle = Lifecycle::Absent;
    assert_snapshot!(story.calls(), @"
    1: MakeDefault group_membership/ada@example.com/Support
    2: Delete group/Closing
    3: Update user/ada@example.com role
    4: Delete role/Old
    ");
}

#[test]
fn an_organization_takes_its_memberships_along() {
    let mut story = Story::new();
    story.organization("Initech");
    story.person("eve", Held::EndUser, &["Initech"]);
    let gone = Organization::named("Initech".into());
    story.wants(Resource::from(gone)).lifecycle = Lifecycle::Absent;
    assert_snapshot!(story.calls(), @"
    1: Delete organization/Initech
    ");
    assert_eq!(
        story.plan().changes[1].along_with,
        Some(Address::organization("Initech"))
    );
}

#[test]
fn seats_are_freed_before_they_are_taken() {
    let mut story = Story::new();
    story.person("bob", story.holds("Staff"), &["Support"]);
    story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Offboarded;
    story.wants_person("grace", custom("Staff"), &["Support"]);
    assert_snapshot!(story.calls(), @"
    1: Update user/bob@example.com role suspended
    2: Create user/grace@example.com email name role groups invite
    ");
    let seats = story.plan().seats;
    assert_eq!((seats.before, seats.after, seats.peak), (3, 3, 3));
}

#[test]
fn an_administrator_is_appointed_before_another_is_dismissed() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support"]);
    story.wants_user("ada", |user| user.role = Some(UserRole::Admin));
    story.wants_user("boss", |user| user.role = custom("Staff"));
    assert_snapshot!(story.calls(), @"
    1: Update user/ada@example.com role
    2: Update user/boss@example.com role
    ");
}

#[test]
fn where_one_organization_is_allowed_the_old_one_is_left_first() {
    let mut story = Story::new();
    story.toy.multiple_organizations = false;
    story.organization("Initech");
    story.wants(Resource::from(Organization::named("Initech".into())));
    story.person("eve", Held::EndUser, &["Globex"]);
    story.wants_user("eve", |_| {});
    story.wants_places("eve", Kind::OrganizationMembership, &["Initech"]);
    assert_snapshot!(story.calls(), @"
    1: Delete organization_membership/eve@example.com/Globex
    2: Create organization_membership/eve@example.com/Initech
    ");
}

#[test]
fn external_ids_that_go_round_take_a_third_value() {
    let mut story = Story::new();
    for (name, live, wanted) in [("ada", "E-1", "e-2"), ("eve", "E-2", "e-1")] {
        let id = story.person(name, Held::EndUser, &[]);
        story.toy.people.get_mut(&id).unwrap().user.external_id = Some(live.to_owned());
        story.wants_user(name, |user| user.external_id = Some(wanted.to_owned()));
    }
    assert_snapshot!(story.calls(), @"
    1: Update user/ada@example.com external_id
    2: Update user/eve@example.com external_id
    3: Update user/ada@example.com external_id
    ");
}

#[test]
fn a_change_of_address_that_was_broken_off_is_finished() {
    let mut story = Story::new();
    let id = story.person("ada", Held::EndUser, &[]);
    story
        .toy
        .people
        .get_mut(&id)
        .unwrap()
        .emails
        .push(mail("old"));
    story.wants_user("ada", |_| {}).previously = vec![mail("old")];
    assert_snapshot!(story.calls(), @"
    1: RemoveEmail user/ada@example.com email
    ");
    assert_snapshot!(story.changes(), @"
    update user/ada@example.com secondary_email
    ");
}
