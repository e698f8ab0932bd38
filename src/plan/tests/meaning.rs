//! What a plan tells beside its changes.

use insta::assert_snapshot;
use serde_json::json;

use super::{Story, custom, day, mail};
use crate::model::{
    Address, Grant, Group, Kind, Lifecycle, Organization, Resource, Role, Undeclared, UserRole,
    Value,
};
use crate::plan::laws::toy::Held;
use crate::plan::{Action, Reason};

/// Who gains and loses what, one person a line.
fn access(story: &Story) -> String {
    let plan = story.plan();
    assert_eq!(plan.refused, []);
    let lines = plan.access.iter().map(|access| {
        let named = |list: &[crate::plan::Entitlement]| {
            let named = list.iter().map(|one| {
                let permissions = one.permissions.join(" ");
                let until = one.grant.as_ref().map_or_else(String::new, |grant| {
                    format!(" until {}", grant.until.strftime("%F"))
                });
                format!("{} {} {permissions}{until}", one.kind, one.name)
                    .trim()
                    .to_owned()
            });
            named.collect::<Vec<_>>().join(", ")
        };
        let role = |role: &Option<String>| role.clone().unwrap_or_else(|| "nobody".to_owned());
        let (before, after) = (role(&access.role_before), role(&access.role_after));
        let (gains, loses) = (named(&access.gains), named(&access.loses));
        format!(
            "{} ({before} to {after}) + [{gains}] - [{loses}]",
            access.name
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Every consequence, with the address it belongs to.
fn consequences(story: &Story) -> String {
    let plan = story.plan();
    let lines = plan.changes.iter().flat_map(|change| {
        let of = change.consequences.iter();
        of.map(|one| format!("{}: {:?}: {}", change.address, one.reason, one.text))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn access_names_people_and_what_they_gain_and_lose() {
    let mut story = Story::new();
    let grant = Grant {
        until: day("2026-12-31"),
        reason: Some("INC-42".to_owned()),
    };
    story.person("ada", story.holds("Staff"), &["Support", "Globex"]);
    story.wants_person("ada", custom("Staff"), &["Support", "Tier 1"]);
    story.wants_places("ada", Kind::OrganizationMembership, &[]);
    let membership = Address::membership(Kind::GroupMembership, mail("ada"), "Tier 1".into());
    story
        .inventory
        .resources
        .get_mut(&membership)
        .unwrap()
        .grant = Some(Box::new(grant));
    story.wants_person("grace", custom("Staff"), &["Support"]);
    story.person("bob", story.holds("Staff"), &["Support", "Globex"]);
    story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Offboarded;
    story.person("carl", Held::EndUser, &["Globex"]);
    story.wants_user("carl", |_| {}).lifecycle = Lifecycle::Deleted;
    story.person("dora", Held::EndUser, &[]);
    story.wants_user("dora", |user| user.suspended = Some(true));
    story.person("emil", Held::EndUser, &[]);
    story.wants_user("emil", |user| user.alias = Some("only a name".to_owned()));
    assert_snapshot!(access(&story), @"
    ada (Staff to Staff) + [group Tier 1  until 2026-12-31] - [organization Globex]
    bob (Staff to end-user) + [] - [role Staff, group Support, organization Globex, user sign in]
    carl (end-user to nobody) + [] - [organization Globex, user sign in]
    dora (end-user to end-user) + [] - [user sign in]
    grace (nobody to Staff) + [role Staff, group Support, user sign in] - []
    ");
}

#[test]
fn a_role_change_names_the_permissions_that_come_and_go() {
    let mut story = Story::new();
    let lead = story.role("Lead");
    let Held::Custom(lead) = lead else { return };
    let staff = story.ids["Staff"];
    let set = |role: &mut Role, values: serde_json::Value| {
        role.configuration = serde_json::from_value(values).unwrap();
    };
    set(
        story.toy.roles.get_mut(&staff).unwrap(),
        json!({"ticket_deletion": false, "ticket_access": "all", "macro_access": "full",
               "view_access": "readonly", "explore_reports": {"a": 1}, "voice_access": true}),
    );
    set(
        story.toy.roles.get_mut(&lead).unwrap(),
        json!({"ticket_deletion": false, "ticket_access": "within-groups", "macro_access": "full",
               "view_access": "full", "explore_reports": {"a": 2}, "voice_access": true}),
    );
    let mut declared = Role::named("Lead".into());
    set(&mut declared, json!({"ticket_deletion": true}));
    story.wants(Resource::from(declared));
    story.person("ada", story.holds("Staff"), &["Support"]);
    story.person("bob", Held::Custom(lead), &["Support"]);
    story.wants_person("ada", custom("Lead"), &["Support"]);
    assert_snapshot!(access(&story), @"
    ada (Staff to Lead) + [role Lead explore_reports ticket_deletion view_access] - [role Staff explore_reports ticket_access]
    ");
    assert_snapshot!(consequences(&story), @"
    role/Lead: ReachesAgents: reaches 1 agent
    ");
}

#[test]
fn consequences_stand_beside_their_change() {
    let mut story = Story::new();
    story.policy.min_admins = 1;
    story.organization("Initech");
    story.group("Closing");
    story.person("ada", story.holds("Staff"), &["Closing", "Support"]);
    story.person("bob", story.holds("Staff"), &["Support"]);
    story.person("carl", story.holds("Staff"), &["Support"]);
    story.person("dora", story.holds("Staff"), &["Support", "Tier 1"]);
    story.person("eve", Held::EndUser, &["Initech"]);
    story.wants_user("bob", |user| user.role = Some(UserRole::EndUser));
    story.wants_user("carl", |user| user.suspended = Some(true));
    story.wants_person("dora", custom("Staff"), &["Tier 1"]);
    story.wants_user("eve", |_| {}).lifecycle = Lifecycle::Deleted;
    story.wants_user("new", |_| {});
    story.wants_person("hire", custom("Staff"), &["Support"]);
    story
        .wants(Resource::Group(Group::named("Closing".into())))
        .lifecycle = Lifecycle::Absent;
    let mut renamed = Group::named("First line".into());
    renamed.is_public = Some(false);
    story.inventory.resources.remove(&Address::group("Tier 1"));
    story.wants(Resource::Group(renamed)).previously = vec!["Tier 1".into()];
    let membership = Address::membership(Kind::GroupMembership, mail("dora"), "Tier 1".into());
    story.inventory.resources.remove(&membership);
    story.wants_places("dora", Kind::GroupMembership, &["First line"]);
    loses_a_domain(&mut story);
    let gone = Organization::named("Initech".into());
    story.wants(Resource::from(gone)).lifecycle = Lifecycle::Absent;
    assert_eq!(story.plan().refused, []);
    assert_snapshot!(consequences(&story), @"
    group/Closing: MembershipsDropped: 1 membership dropped with the group
    group/Closing: WorkingTicketsUnassigned: tickets of the group lose group and assignee
    group/Closing: CannotBeUndone: a deleted group cannot be restored
    group/First line: PrivateForever: a private group can never be public again
    group/First line: FiltersBreak: reports, views and triggers that name it by its old name stop matching
    organization/Globex: DomainMappingChanges: people who came through old.example stay members, new ones are no longer added
    organization/Initech: MembershipsDropped: its tickets and people lose their organization
    organization/Initech: CannotBeUndone: a deleted organization cannot be restored
    user/bob@example.com: WorkingTicketsUnassigned: working tickets lose their assignee
    user/bob@example.com: MembershipsDropped: 1 group membership dropped by the service with the agent role
    user/bob@example.com: CannotBeUndone: ticket assignments cannot be restored
    user/bob@example.com: SeatFreed: frees a seat
    user/carl@example.com: SeatKept: a suspended agent keeps the seat
    user/eve@example.com: CannotBeUndone: a deleted person cannot be restored
    user/hire@example.com: SeatTaken: takes a seat
    user/hire@example.com: MailSent: invitation mail
    user/new@example.com: MailSent: verification mail
    group_membership/ada@example.com/Closing: DefaultGroupMoved: `Support` becomes the default group
    group_membership/dora@example.com/Support: WorkingTicketsUnassigned: working tickets in this group lose their assignee
    group_membership/dora@example.com/Support: DefaultGroupMoved: `First line` becomes the default group
    ");
}

fn loses_a_domain(story: &mut Story) {
    let globex = story.ids["Globex"];
    let domains = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect());
    let live = story.toy.organizations.get_mut(&globex).unwrap();
    live.domain_names = domains(&["globex.example", "old.example"]);
    let mut organization = Organization::named("Globex".into());
    organization.domain_names = domains(&["globex.example"]);
    story.wants(Resource::from(organization));
}

#[test]
fn no_mail_is_announced_where_none_is_sent() {
    let mut story = Story::new();
    story.policy.invite = false;
    story.wants_person("hire", custom("Staff"), &["Support"]);
    let plan = story.plan();
    let consequences = plan.changes.iter().flat_map(|change| &change.consequences);
    let reasons: Vec<Reason> = consequences.map(|one| one.reason).collect();
    assert_eq!(reasons, [Reason::SeatTaken]);
    assert_eq!(plan.warnings, []);
    let values = &plan.operations[0].write.items[0].values;
    assert!(values.contains(&("invite".into(), Value::Bool(false))));
}

#[test]
fn actions_name_what_weighs_most() {
    let mut story = Story::new();
    for name in ["ada", "bob", "carl", "dora"] {
        story.person(name, Held::EndUser, &[]);
    }
    let bob = story.ids["bob"];
    story.toy.people.get_mut(&bob).unwrap().user.suspended = Some(true);
    story.wants_user("ada", |user| {
        user.suspended = Some(true);
        user.alias = Some("too".to_owned());
    });
    story.wants_user("bob", |user| user.suspended = Some(false));
    story.wants_user("carl.c", |_| {}).previously = vec![mail("carl")];
    story.wants_user("dora", |user| user.alias = Some("other".to_owned()));
    story.inventory.resources.remove(&Address::group("Tier 1"));
    story.wants(Resource::Group(Group::named("TIER 1".into())));
    let plan = story.plan();
    let actions: Vec<Action> = plan.changes.iter().map(|change| change.action).collect();
    assert_eq!(
        actions,
        [
            Action::Rename,
            Action::Suspend,
            Action::Reactivate,
            Action::Rename,
            Action::Update
        ]
    );
    assert_eq!(plan.count(Action::Rename), 2);
}

#[test]
fn grants_that_ended_or_end_soon_are_told() {
    let mut story = Story::new();
    let grant = |until| Grant {
        until: day(until),
        reason: None,
    };
    story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.wants_person("ada", custom("Staff"), &["Support"]);
    let ended = Address::membership(Kind::GroupMembership, mail("ada"), "Tier 1".into());
    story.inventory.ended = vec![(ended, grant("2026-11-01"))];
    for (name, until) in [("soon", "2026-12-05"), ("late", "2026-12-06")] {
        story.person(name, story.holds("Staff"), &["Support"]);
        story.wants_person(name, custom("Staff"), &["Support"]);
        let address = Address::membership(Kind::GroupMembership, mail(name), "Support".into());
        story.inventory.resources.get_mut(&address).unwrap().grant = Some(Box::new(grant(until)));
    }
    let plan = story.plan();
    let endings: Vec<(&str, bool)> = plan
        .endings
        .iter()
        .map(|one| (one.address.name().as_str(), one.ended))
        .collect();
    assert_eq!(
        endings,
        [("ada@example.com", true), ("soon@example.com", false)]
    );
    assert_eq!(plan.warnings.len(), 1);
    assert_snapshot!(plan.warnings[0].message, @"
    the grant of `group_membership/ada@example.com/Tier 1` ended on 2026-11-01 and can be deleted from the manifest
    ");
}

#[test]
fn what_nobody_declares_is_reported_counted_or_left_alone() {
    let mut story = Story::new();
    story.group("Stray");
    for (undeclared, reported, not_ours, changes) in [
        (Undeclared::Ignore, 0, 1, 0),
        (Undeclared::Report, 1, 0, 0),
        (Undeclared::Remove, 0, 0, 1),
    ] {
        story.policy.undeclared.insert(Kind::Group, undeclared);
        let plan = story.plan();
        let not_told = plan.not_ours.get(&Kind::Group).copied().unwrap_or(0);
        assert_eq!(
            (plan.undeclared.len(), not_told, plan.changes.len()),
            (reported, not_ours, changes),
            "{undeclared:?}"
        );
        assert_eq!(plan.warnings, [], "they are listed, once");
    }
}

#[test]
fn memberships_on_no_list_or_under_ignore_stay() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.wants_user("ada", |_| {});
    assert_eq!(story.changes(), "");
    story.wants_person("ada", None, &["Support"]);
    story
        .policy
        .undeclared
        .insert(Kind::GroupMembership, Undeclared::Ignore);
    assert_eq!(story.changes(), "");
    story
        .policy
        .undeclared
        .insert(Kind::GroupMembership, Undeclared::Report);
    assert_eq!(story.changes(), "");
    assert_eq!(story.plan().undeclared.len(), 1);
}
