//! What is refused, and how it is said.

use insta::assert_snapshot;

use super::{Story, custom, mail};
use crate::model::{
    Address, Ambiguity, Caller, Coverage, Group, Kind, Lifecycle, Limit, Name, ObjectId,
    Organization, Resource, Role, Scope, Undeclared, User, UserRole,
};
use crate::plan::RefusalCode;
use crate::plan::laws::toy::Held;

/// Changes a story so that it must be refused.
type Tell = fn(&mut Story);

fn caller(story: &mut Story, role: Option<UserRole>, suspended: Option<bool>) {
    story.person("third", Held::Admin, &["Support"]);
    story.person("fourth", Held::Admin, &["Support"]);
    story.reread = |snapshot| {
        let (address, live) = snapshot
            .objects
            .get_key_value(&Address::user(mail("root")))
            .unwrap();
        snapshot.caller = Some(Caller {
            id: live.id,
            address: address.clone(),
            name: "root".to_owned(),
            admin: true,
        });
    };
    story.wants_user("root", |user| {
        user.role = role;
        user.suspended = suspended;
    });
}

fn offboard(story: &mut Story, name: &str) {
    story.wants_user(name, |_| {}).lifecycle = Lifecycle::Offboarded;
}

const CASES: [(RefusalCode, Tell); 29] = [
    (RefusalCode::RemovalLimit, |story| {
        story.policy.removals.insert(
            Kind::User,
            Limit {
                count: Some(1),
                percent: None,
            },
        );
        for name in ["ada", "bob"] {
            story.person(name, Held::EndUser, &[]);
            offboard(story, name);
        }
    }),
    (RefusalCode::RemovalLimit, |story| {
        story.policy.removals.insert(
            Kind::User,
            Limit {
                count: Some(0),
                percent: None,
            },
        );
        story.person("ada", Held::EndUser, &[]);
        story.wants_user("ada", |user| user.suspended = Some(true));
    }),
    (RefusalCode::MinAdmins, |story| {
        story.wants_user("boss", |user| user.role = custom("Staff"));
    }),
    (RefusalCode::MinAdmins, |story| {
        story.wants_user("boss", |user| user.suspended = Some(true));
    }),
    (RefusalCode::SelfLockout, |story| {
        caller(story, custom("Staff"), None);
    }),
    (RefusalCode::SelfLockout, |story| {
        caller(story, None, Some(true));
    }),
    (RefusalCode::Owner, |story| {
        story.policy.owner = Some(mail("root"));
        story.wants_user("root", |user| user.alias = Some("The owner".to_owned()));
    }),
    (RefusalCode::Owner, |story| {
        let id = story.ids["root"];
        story.toy.people.get_mut(&id).unwrap().marks.billing_admin = true;
        story.wants_user("root", |user| user.alias = Some("The owner".to_owned()));
    }),
    (RefusalCode::Protected, |story| {
        story.policy.protected.insert(Address::user(mail("root")));
        story.wants_user("root", |user| user.alias = Some("Changed".to_owned()));
    }),
    (RefusalCode::Protected, |story| {
        story.policy.protected.insert(Address::user(mail("root")));
        story.wants_person("root", Some(UserRole::Admin), &["Support", "Tier 1"]);
    }),
    (RefusalCode::SharedUser, |story| {
        let id = story.person("ada", Held::EndUser, &[]);
        story.toy.people.get_mut(&id).unwrap().marks.shared = true;
        story.wants_user("ada", |user| user.alias = Some("Changed".to_owned()));
    }),
    (RefusalCode::IncompleteRead, |story| {
        story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
        story.wants_person("ada", custom("Staff"), &["Support"]);
        story.reread = |snapshot| snapshot.parts[4].complete = false;
    }),
    (RefusalCode::IncompleteRead, |story| {
        story.person("ada", Held::EndUser, &["Globex"]);
        story.wants_user("ada", |_| {});
        story.wants_places("ada", Kind::OrganizationMembership, &[]);
        story.reread = |snapshot| snapshot.parts[5].coverage = Coverage::Staff;
    }),
    (RefusalCode::WrongFingerprint, |story| {
        story.policy.fingerprint = Some("other-1".to_owned());
    }),
    (RefusalCode::Ambiguous, |story| {
        story.wants(Resource::Group(Group::named("Twins".into())));
        story.reread = |snapshot| {
            snapshot.ambiguous.push(Ambiguity {
                address: Address::group("twins"),
                ids: vec![ObjectId::from_wire(1), ObjectId::from_wire(2)],
            });
        };
    }),
    (RefusalCode::SecondaryEmail, |story| {
        let id = story.person("ada", Held::EndUser, &[]);
        story
            .toy
            .people
            .get_mut(&id)
            .unwrap()
            .emails
            .push(mail("private"));
        story.wants_user("private", |_| {});
    }),
    (RefusalCode::RenameTargetExists, |story| {
        story.group("Frontline");
        story
            .wants(Resource::Group(Group::named("Tier 1".into())))
            .previously = vec![Name::new("Frontline")];
    }),
    (RefusalCode::EmailSwap, |story| {
        for (name, alias) in [("ada", "two"), ("eve", "one")] {
            let id = story.person(name, Held::EndUser, &[]);
            story.toy.people.get_mut(&id).unwrap().user.alias = Some(alias.to_owned());
        }
        for (name, former, alias) in [("ada", "eve", "one"), ("eve", "ada", "two")] {
            let declared = story.wants_user(name, |user| user.alias = Some(alias.to_owned()));
            declared.previously = vec![mail(former)];
        }
    }),
    (RefusalCode::ExternalMissing, |story| {
        story
            .wants(Resource::Group(Group::named("Elsewhere".into())))
            .lifecycle = Lifecycle::External;
    }),
    (RefusalCode::ExternalMissing, |story| {
        story.wants_person("ada", custom("Contributor"), &["Support"]);
    }),
    (RefusalCode::NoCustomRoles, |story| {
        story.inventory.resources.remove(&Address::role("Staff"));
        story.wants_person("ada", custom("Light agent"), &["Support"]);
        story.reread = |snapshot| {
            snapshot.custom_roles = false;
            snapshot
                .objects
                .retain(|address, _| address.kind() != Kind::Role);
        };
    }),
    (RefusalCode::RoleRequired, |story| {
        story.person("ada", story.holds("Staff"), &["Support"]);
        story.wants_user("ada", |user| user.role = Some(UserRole::Agent));
    }),
    (RefusalCode::SystemRole, |story| {
        story.role("Light agent");
        let mut role = Role::named("Light agent".into());
        role.description = Some("Ours".to_owned());
        story.wants(Resource::from(role));
    }),
    (RefusalCode::RoleInUse, |story| {
        story.person("ada", story.holds("Staff"), &["Support"]);
        story
            .wants(Resource::from(Role::named("Staff".into())))
            .lifecycle = Lifecycle::Absent;
    }),
    (RefusalCode::DefaultGroup, |story| {
        story.toy.group_memberships.clear();
        story
            .wants(Resource::Group(Group::named("Support".into())))
            .lifecycle = Lifecycle::Absent;
    }),
    (RefusalCode::AgentWithoutGroup, |story| {
        story.person("ada", story.holds("Staff"), &["Tier 1"]);
        story
            .wants(Resource::Group(Group::named("Tier 1".into())))
            .lifecycle = Lifecycle::Absent;
    }),
    (RefusalCode::PrivateGroup, |story| {
        let id = story.ids["Tier 1"];
        story.toy.groups.get_mut(&id).unwrap().is_public = Some(false);
        let group = Group {
            is_public: Some(true),
            ..Group::named("Tier 1".into())
        };
        story.wants(Resource::Group(group));
    }),
    (RefusalCode::OneOrganization, |story| {
        story.toy.multiple_organizations = false;
        story.organization("Initech");
        story.wants(Resource::from(Organization::named("Initech".into())));
        story.person("eve", Held::EndUser, &["Globex"]);
        story.wants_user("eve", |_| {});
        story.wants_places("eve", Kind::OrganizationMembership, &["Globex", "Initech"]);
    }),
    (RefusalCode::NoScope, |story| {
        story
            .policy
            .undeclared
            .insert(Kind::User, Undeclared::Remove);
    }),
];

const MORE: [(RefusalCode, Tell); 5] = [
    (RefusalCode::NotAnAgent, |story| {
        story.person("ada", Held::EndUser, &[]);
        story.wants_person("ada", None, &["Support"]);
    }),
    (RefusalCode::DefaultGroupNotHeld, |story| {
        story.person("ada", story.holds("Staff"), &["Support"]);
        story.wants_user("ada", |user| {
            user.default_group = Some(Some(Address::group("Tier 1")));
        });
    }),
    (RefusalCode::ExternalIdTaken, |story| {
        let id = story.person("ada", Held::EndUser, &[]);
        story.toy.people.get_mut(&id).unwrap().user.external_id = Some("E-1".to_owned());
        story.wants_user("eve", |user| user.external_id = Some("e-1".to_owned()));
    }),
    (RefusalCode::SameObject, |story| {
        let id = story.person("ada", Held::EndUser, &[]);
        story.toy.people.get_mut(&id).unwrap().user.external_id = Some("e-1".to_owned());
        story.wants_user("ada", |_| {});
        let user = User {
            external_id: Some("E-1".to_owned()),
            ..User::default()
        };
        story.wants(Resource::from(user));
    }),
    (RefusalCode::UnknownTarget, |story| {
        story.targets = vec!["user/nobody@example.com".to_owned()];
    }),
];

#[test]
fn every_rule_refuses_what_breaks_it_and_nothing_else() {
    assert_eq!(Story::new().refusals(), []);
    for (place, (code, tell)) in CASES.iter().chain(&MORE).enumerate() {
        let mut story = Story::new();
        tell(&mut story);
        let mut codes = story.refusals();
        codes.dedup();
        assert_eq!(codes, [*code], "case {place}: {:#?}", story.plan().refused);
    }
}

#[test]
fn refusals_say_what_why_and_what_to_do() {
    let mut said = String::new();
    for (_, tell) in CASES.iter().chain(&MORE) {
        let mut story = Story::new();
        tell(&mut story);
        for refusal in story.plan().refused {
            assert!(!refusal.message.ends_with('.') && !refusal.help.ends_with('.'));
            said.extend([&refusal.message, "\n    ", &refusal.help, "\n"]);
        }
    }
    insta::assert_snapshot!("refusals", said);
}

#[test]
fn a_raised_limit_holds_for_this_plan_and_is_recorded() {
    let (_, tell) = CASES[0];
    let mut story = Story::new();
    tell(&mut story);
    story.policy.allowed_removals.insert(Kind::User, 1);
    assert_eq!(story.refusals(), [RefusalCode::RemovalLimit]);
    story.policy.allowed_removals.insert(Kind::User, 2);
    let plan = story.plan();
    assert_eq!(plan.refused, []);
    assert_eq!(plan.allowed_removals[&Kind::User], 2);
}

#[test]
fn what_goes_along_counts_for_no_limit() {
    let mut story = Story::new();
    let none = Limit {
        count: Some(0),
        percent: None,
    };
    story.policy.removals.insert(Kind::GroupMembership, none);
    story
        .policy
        .removals
        .insert(Kind::OrganizationMembership, none);
    story.person(
        "bob",
        story.holds("Staff"),
        &["Support", "Tier 1", "Globex"],
    );
    offboard(&mut story, "bob");
    assert_eq!(story.refusals(), []);
    story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.wants_person("ada", custom("Staff"), &["Support"]);
    assert_eq!(story.refusals(), [RefusalCode::RemovalLimit]);
}

#[test]
fn a_percent_is_of_what_is_ours() {
    let mut story = Story::new();
    let half = Limit {
        count: None,
        percent: Some(50),
    };
    story.policy.removals.insert(Kind::GroupMembership, half);
    story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.wants_person("ada", custom("Staff"), &["Support"]);
    assert_eq!(story.refusals(), [], "one of two");
    story.group("Third");
    story.wants(Resource::Group(Group::named("Third".into())));
    story.person("bob", story.holds("Staff"), &["Support", "Tier 1", "Third"]);
    story.wants_person("bob", custom("Staff"), &["Support"]);
    assert_eq!(
        story.refusals(),
        [RefusalCode::RemovalLimit],
        "three of five"
    );
}

#[test]
fn nobody_is_removed_only_for_being_undeclared_who_must_stay() {
    let mut story = Story::new();
    story
        .policy
        .undeclared
        .insert(Kind::User, Undeclared::Remove);
    let roles = [Name::new("agent"), Name::new("admin")].into();
    story.policy.scope = Some(Scope {
        roles,
        email_domains: [Name::new("example.com")].into(),
    });
    story.policy.min_admins = 0;
    story.policy.owner = Some(mail("root"));
    story.policy.protected.insert(Address::user(mail("boss")));
    let shared = story.person("shared", Held::Agent, &["Support"]);
    story.toy.people.get_mut(&shared).unwrap().marks.shared = true;
    story.person("caller", Held::Admin, &["Support"]);
    story.reread = |snapshot| {
        let address = Address::user(mail("caller"));
        let id = snapshot.objects[&address].id;
        snapshot.caller = Some(Caller {
            id,
            address,
            name: String::new(),
            admin: true,
        });
    };
    story.person("stray", story.holds("Staff"), &["Support"]);
    story.person("customer", Held::EndUser, &[]);
    assert_snapshot!(story.changes(), @"
    offboard user/stray@example.com role suspended
    delete group_membership/stray@example.com/Support
    ");
    let plan = story.plan();
    assert_eq!(plan.refused, []);
    let reported = plan
        .undeclared
        .iter()
        .map(|one| one.address.name().as_str());
    let reported: Vec<&str> = reported.collect();
    assert_eq!(reported, ["caller@example.com"]);
    assert_eq!(
        plan.not_ours[&Kind::User],
        4,
        "the owner, the protected, the shared agent and the customer"
    );
}

#[test]
fn a_live_plain_agent_may_stay_one() {
    let mut story = Story::new();
    story.person("ada", Held::Agent, &["Support"]);
    story.wants_user("ada", |user| user.role = Some(UserRole::Agent));
    assert_eq!(story.refusals(), []);
    assert_eq!(story.changes(), "");
}

#[test]
fn system_roles_may_be_named_without_being_declared() {
    let mut story = Story::new();
    story.role("Light agent");
    story.wants_person("ada", custom("light agent"), &["Support"]);
    assert_eq!(story.refusals(), []);
}
