//! Values that only one may have: who waits for whom, and who keeps what.

use insta::assert_snapshot;

use super::{Story, custom};
use crate::diff::stand_in;
use crate::model::{
    Group, Kind, Lifecycle, ObjectId, Organization, Resource, Role, User, UserRole, Value,
};
use crate::plan::RefusalCode;
use crate::plan::laws::toy::Held;

fn group(name: &str) -> Resource {
    Resource::Group(Group::named(name.into()))
}

fn organization(name: &str) -> Organization {
    Organization::named(name.into())
}

#[test]
fn a_former_name_is_given_away_only_after_its_new_self_is_made() {
    let mut story = Story::new();
    story.group("B");
    story.wants(group("A")).previously = vec!["B".into()];
    story.wants(group("C")).previously = vec!["A".into()];
    assert_snapshot!(story.calls(), @"
    1: Create group/C name
    2: Update group/A name
    ");
    // A key that reads the same, and a name of another kind, are other things.
    let mut story = Story::new();
    story.group("B");
    story.wants(group("A")).previously = vec!["B".into()];
    story.wants(Resource::from(organization("C"))).previously = vec!["A".into()];
    let mut keyed = organization("Globex");
    keyed.external_id = Some("A".to_owned());
    story.wants(Resource::from(keyed));
    assert!(story.plan().operations.iter().all(|one| one.wave == 1));
}

#[test]
fn a_swap_of_names_goes_by_a_name_that_nobody_has() {
    let mut story = Story::new();
    for (name, other, text) in [("A", "B", "one"), ("B", "A", "two")] {
        let id = story.group(name);
        let live = story.toy.groups.get_mut(&id).unwrap();
        live.description = Some(text.to_owned());
        let text = if text == "one" { "two" } else { "one" };
        story
            .wants(Resource::Group(Group {
                description: Some(text.to_owned()),
                ..Group::named(name.into())
            }))
            .previously = vec![other.into()];
    }
    let plan = story.plan();
    assert_eq!(plan.operations.len(), 3);
    let between: Vec<Value> = ["A", "B"]
        .map(|name| Value::text(&stand_in(name, ObjectId::from_wire(story.ids[name]))))
        .into();
    let items = plan.operations.iter().flat_map(|one| &one.write.items);
    let values = items.flat_map(|item| &item.values);
    let through = values.filter(|(_, value)| between.contains(value));
    assert_eq!(through.count(), 1);
}

fn keyed(story: &mut Story, name: &str, key: &str) {
    let id = story.person(name, Held::EndUser, &[]);
    let user = &mut story.toy.people.get_mut(&id).unwrap().user;
    user.external_id = Some(key.to_owned());
}

#[test]
fn a_key_is_taken_after_its_holder_is_gone() {
    let mut story = Story::new();
    keyed(&mut story, "bob", "e-1");
    story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Deleted;
    story.wants_user("new", |user| user.external_id = Some("E-1".to_owned()));
    assert_snapshot!(story.calls(), @"
    1: Delete user/bob@example.com
    2: Create user/new@example.com email name external_id invite
    ");
}

#[test]
fn a_holder_who_changes_otherwise_keeps_the_key() {
    let refused = |holder: fn(&mut User)| {
        let mut story = Story::new();
        keyed(&mut story, "bob", "e-1");
        story.wants_user("bob", holder);
        story.wants_user("new", |user| user.external_id = Some("e-1".to_owned()));
        story.refusals()
    };
    let taken = [RefusalCode::ExternalIdTaken];
    assert_eq!(refused(|_| {}), taken);
    assert_eq!(refused(|user| user.alias = Some("Bob".to_owned())), taken);
    assert_eq!(
        refused(|user| user.external_id = Some("e-2".to_owned())),
        []
    );
}

#[test]
fn a_downgrade_takes_groups_along_and_organizations_not() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support", "Globex"]);
    story.wants_user("ada", |user| user.role = Some(UserRole::EndUser));
    story.wants_places("ada", Kind::GroupMembership, &[]);
    story.wants_places("ada", Kind::OrganizationMembership, &[]);
    assert_snapshot!(story.calls(), @"
    1: Update user/ada@example.com role
    2: Delete organization_membership/ada@example.com/Globex
    ");
}

#[test]
fn a_role_that_goes_is_given_to_nobody() {
    let mut story = Story::new();
    story
        .wants(Resource::from(Role::named("Staff".into())))
        .lifecycle = Lifecycle::Absent;
    story.wants_person("new", custom("Staff"), &["Support"]);
    assert_eq!(
        story.refusals(),
        [RefusalCode::ExternalMissing, RefusalCode::RoleInUse]
    );
}
