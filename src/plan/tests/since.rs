//! What happened since: since the last apply, since the plan was made, since it was broken off.

use std::collections::BTreeSet;

use serde_json::json;

use super::drift::{applied, entry, last, person, story, told, words};
use super::{Story, custom, mail};
use crate::model::{
    Address, Ambiguity, Group, Kind, Lifecycle, LogEntry, Name, ObjectId, Resource, Role, Scope,
    Texts, Undeclared, User, Value,
};
use crate::plan::laws::toy::Held;
use crate::plan::{Applied, Memory, Plan, attribute, beyond, stale, unmet};

fn group(name: &str) -> Resource {
    Resource::Group(Group::named(name.into()))
}

#[test]
fn what_goes_for_being_undeclared_is_drift_only_where_it_appeared_since() {
    let removing = || {
        let mut story = story();
        let undeclared = &mut story.policy.undeclared;
        undeclared.insert(Kind::Group, Undeclared::Remove);
        story
    };
    let mut story = removing();
    let so_far = applied(&story);
    story.group("Shadow");
    assert_eq!(
        words(&told(&story, &so_far)),
        "drift group/Shadow; added group/Shadow"
    );
    // It was declared then, and is taken out of the manifests.
    let mut story = removing();
    story.group("Extra");
    story.wants(group("Extra"));
    let so_far = applied(&story);
    story.inventory.resources.remove(&Address::group("Extra"));
    assert_eq!(words(&told(&story, &so_far)), "asked group/Extra");
    // It was there then, and such things stayed.
    let mut story = super::drift::story();
    story.group("Old");
    let so_far = applied(&story);
    story.group("Shadow");
    let undeclared = &mut story.policy.undeclared;
    undeclared.insert(Kind::Group, Undeclared::Remove);
    assert_eq!(
        words(&told(&story, &so_far)),
        "asked group/Old; asked group/Shadow"
    );
}

#[test]
fn strangers_are_drift_where_they_appeared_since_under_the_same_rule() {
    let mut story = story();
    story.group("Old");
    story.group("Extra");
    story.wants(group("Extra"));
    let so_far = applied(&story);
    story.inventory.resources.remove(&Address::group("Extra"));
    assert_eq!(words(&told(&story, &so_far)), "", "known, or declared then");
    story.group("Shadow");
    assert_eq!(words(&told(&story, &so_far)), "added group/Shadow");
    let undeclared = &mut story.policy.undeclared;
    undeclared.insert(Kind::Group, Undeclared::Ignore);
    let so_far = {
        let memory = Memory::new(&story.plan(), &story.inventory, &story.policy, true);
        Applied::of([(last(), memory)]).unwrap()
    };
    let undeclared = &mut story.policy.undeclared;
    undeclared.insert(Kind::Group, Undeclared::Report);
    assert_eq!(words(&told(&story, &so_far)), "", "told since now only");
}

#[test]
fn another_scope_is_another_rule_for_people_alone() {
    let scope = |role: &str| Scope {
        roles: [Name::new(role)].into(),
        ..Scope::default()
    };
    let mut story = story();
    let undeclared = &mut story.policy.undeclared;
    undeclared.insert(Kind::User, Undeclared::Report);
    story.policy.scope = Some(scope("Staff"));
    let so_far = applied(&story);
    let lead = story.holds("Lead");
    story.person("new", lead, &["Support"]);
    story.group("Shadow");
    story.policy.scope = Some(scope("Lead"));
    assert_eq!(words(&told(&story, &so_far)), "added group/Shadow");
    story.policy.scope = Some(scope("agent"));
    let so_far = {
        let mut earlier = super::drift::story();
        earlier.policy = story.policy.clone();
        applied(&earlier)
    };
    assert_eq!(
        words(&told(&story, &so_far)),
        "added group/Shadow; added user/new"
    );
}

#[test]
fn what_was_to_go_and_is_asked_for_now_is_no_drift() {
    let mut story = story();
    story.wants(group("Former")).lifecycle = Lifecycle::Absent;
    let so_far = applied(&story);
    story.wants(group("Former"));
    assert_eq!(words(&told(&story, &so_far)), "asked group/Former");
}

/// Ada with these values applied, changed by hand to those, and asked to have others.
fn handled(
    applied_with: fn(&mut User),
    by_hand: fn(&mut User),
    asked: fn(&mut User),
) -> (Plan, String) {
    let mut story = story();
    let role = |user: &mut User| user.role = custom("Staff");
    applied_with(&mut person(&mut story, "ada").user);
    story.wants_user("ada", |user| {
        role(user);
        applied_with(user);
    });
    let so_far = applied(&story);
    by_hand(&mut person(&mut story, "ada").user);
    story.wants_user("ada", |user| {
        role(user);
        asked(user);
    });
    let plan = told(&story, &so_far);
    let words = words(&plan);
    (plan, words)
}

fn tags(tags: &[&str]) -> Texts {
    tags.iter().copied().collect()
}

#[test]
fn drift_tells_the_value_that_was_applied_and_the_one_that_is_there() {
    let (plan, _) = handled(
        |user| user.alias = Some("Al".to_owned()),
        |user| user.alias = Some("Eve".to_owned()),
        |user| user.alias = Some("Al".to_owned()),
    );
    let values = |plan: &Plan| (plan.drift[0].applied.clone(), plan.drift[0].live.clone());
    assert_eq!(values(&plan), (Value::text("Al"), Value::text("Eve")));
    let set = |names: &[&str]| Value::Set(tags(names));
    let (plan, words) = handled(
        |user| user.tags = Some(tags(&["core"])),
        |user| user.tags = Some(tags(&["core", "hand"])),
        |user| user.tags = Some(tags(&["core", "lead"])),
    );
    assert_eq!(words, "both user/ada; changed user/ada tags too");
    assert_eq!(values(&plan), (set(&["core"]), set(&["core", "hand"])));
    let (plan, _) = handled(
        |user| user.user_fields = [("desks".to_owned(), json!([1, 2]))].into(),
        |user| user.user_fields = [("desks".to_owned(), json!([3]))].into(),
        |user| user.user_fields = [("desks".to_owned(), json!([4]))].into(),
    );
    assert_eq!(
        values(&plan),
        (Value::Json(json!([1, 2])), Value::Json(json!([3])))
    );
    let mut back = story();
    let so_far = applied(&back);
    person(&mut back, "cleo").user.suspended = Some(false);
    let plan = told(&back, &so_far);
    assert_eq!(values(&plan), (Value::Bool(true), Value::Bool(false)));
}

type Change = fn(&mut User);

#[test]
fn the_services_own_form_of_what_was_applied_is_no_drift() {
    let asked = "asked user/ada";
    let cases: [(&str, Change, Change, Change, &str); 6] = [
        (
            "tags that fields put there",
            |user| user.tags = Some(tags(&["core"])),
            |user| {
                user.tags = Some(tags(&["core", "box"]));
                user.field_tags = [("box", tags(&["box"]))].into();
            },
            |user| user.tags = Some(tags(&["core", "lead"])),
            asked,
        ),
        (
            "the case of a key",
            |user| user.external_id = Some("e-1".to_owned()),
            |user| user.external_id = Some("E-1".to_owned()),
            |user| user.external_id = Some("e-2".to_owned()),
            asked,
        ),
        (
            "the case of a language",
            |user| user.locale = Some("en-us".to_owned()),
            |user| user.locale = Some("en-US".to_owned()),
            |user| user.locale = Some("de".to_owned()),
            asked,
        ),
        (
            "a day as a time",
            |user| user.user_fields = [("since".to_owned(), json!("2026-01-31"))].into(),
            |user| user.user_fields = [("since".to_owned(), json!("2026-01-31T00:00:00Z"))].into(),
            |user| user.user_fields = [("since".to_owned(), json!("2026-02-01"))].into(),
            asked,
        ),
        (
            "another key",
            |user| user.external_id = Some("e-1".to_owned()),
            |user| user.external_id = Some("e-9".to_owned()),
            |user| user.external_id = Some("e-2".to_owned()),
            "both user/ada; changed user/ada external_id too",
        ),
        (
            "the case of a text, which is another text",
            |user| user.alias = Some("Al".to_owned()),
            |user| user.alias = Some("AL".to_owned()),
            |user| user.alias = Some("Bo".to_owned()),
            "both user/ada; changed user/ada alias too",
        ),
    ];
    for (case, before, by_hand, wanted, expected) in cases {
        assert_eq!(handled(before, by_hand, wanted).1, expected, "{case}");
    }
}

fn deed(action: &str, kind: &str, label: &str, actor: &str) -> LogEntry {
    LogEntry {
        action: action.to_owned(),
        source_type: kind.to_owned(),
        label: label.to_owned(),
        ..entry(1, 30, actor, 1, "")
    }
}

/// Who is named for each drift, by address.
fn blamed(plan: &Plan) -> Vec<String> {
    let all = plan.drift.iter().map(|drift| {
        let who = drift.by.as_ref().map_or("-", |deed| deed.actor.as_str());
        format!("{} {who}", drift.address).replace("@example.com", "")
    });
    all.collect()
}

#[test]
fn who_is_gone_or_new_is_found_by_the_name_that_the_log_knew() {
    let mut story = story();
    let undeclared = &mut story.policy.undeclared;
    undeclared.insert(Kind::User, Undeclared::Report);
    story.policy.scope = Some(Scope::default());
    for name in ["ada", "ben"] {
        let full = format!("{name} Example");
        person(&mut story, name).user.name = Some(full.clone());
        story.wants_user(name, |user| {
            user.name = Some(full);
            user.role = custom("Staff");
        });
    }
    let so_far = applied(&story);
    for name in ["ada", "ben"] {
        let id = story.ids[name];
        story.toy.people.remove(&id);
        story.toy.group_memberships.retain(|_, held| held.0 != id);
    }
    for name in ["mia", "noa"] {
        story.person(name, Held::EndUser, &[]);
        person(&mut story, name).user.name = Some(format!("{name} New"));
    }
    let mut plan = told(&story, &so_far);
    plan.drift
        .retain(|drift| drift.address.kind() == Kind::User);
    let log = [
        deed("destroy", "group", "Ben Example", "Wrong Kind"),
        deed("create", "user", "Ada Example", "Wrong Deed"),
        deed("destroy", "user", "Somebody Else", "Wrong Person"),
        deed("destroy", "user", "Ada Example", "Olga"),
        deed("destroy", "user", "Ben Example", "Mallory"),
        deed("create", "user", "noa new", "Nadia"),
        deed("create", "user", "mia@example.com", "Max"),
    ];
    attribute(&mut plan, &log);
    assert_eq!(
        blamed(&plan),
        [
            "user/ada Olga",
            "user/ben Mallory",
            "user/mia Max",
            "user/noa Nadia"
        ]
    );
}

#[test]
fn a_suspension_is_spoken_of_in_words_of_its_own() {
    let by = |change: fn(&mut crate::plan::laws::toy::Person)| {
        let mut story = story();
        story.wants_user("ada", |user| {
            user.role = custom("Staff");
            user.suspended = Some(false);
        });
        let so_far = applied(&story);
        let ada = story.ids["ada"];
        change(person(&mut story, "ada"));
        let mut plan = told(&story, &so_far);
        let log = [
            entry(9, 40, "Newest", ada, "Language changed"),
            entry(8, 30, "Mallory", ada, "Suspension of the account"),
        ];
        attribute(&mut plan, &log);
        blamed(&plan)
    };
    assert_eq!(
        by(|ada| ada.user.suspended = Some(true)),
        ["user/ada Mallory"]
    );
    assert_eq!(by(|ada| ada.role = Held::Admin), ["user/ada Newest"]);
}

#[test]
fn a_plan_that_makes_something_is_stale_when_twins_of_it_came_to_be() {
    let mut story = Story::new();
    story.wants(group("New"));
    let plan = story.plan();
    let with_twins = |name: &str| {
        let mut snapshot = story.snapshot();
        snapshot.ambiguous.push(Ambiguity {
            address: Address::group(name),
            ids: vec![ObjectId::from_wire(1), ObjectId::from_wire(2)],
        });
        stale(&plan, &snapshot, &[]).len()
    };
    assert_eq!((with_twins("new"), with_twins("Other")), (1, 0));
}

/// Eve, who has the address she is declared with, and still the one she had before.
fn address_left_behind() -> Story {
    let mut story = Story::new();
    let eve = story.person("eve", Held::EndUser, &[]);
    let emails = &mut story.toy.people.get_mut(&eve).unwrap().emails;
    emails.extend([mail("old"), mail("other")]);
    story.wants_user("eve", |_| {}).previously = vec![mail("old")];
    story
}

#[test]
fn an_address_to_be_dropped_must_still_be_there_and_be_gone_afterwards() {
    let mut story = address_left_behind();
    let plan = story.plan();
    assert_eq!(
        story.changes(),
        "update user/eve@example.com secondary_email"
    );
    let done: BTreeSet<Address> = [Address::user(mail("eve"))].into();
    let said = |story: &Story| {
        let unmet = unmet(&plan, &done, &plan.numbers, &story.snapshot());
        let unmet = unmet.into_iter().map(|one| one.message);
        let stale = stale(&plan, &story.snapshot(), &[]);
        (unmet.collect::<Vec<_>>(), stale.len())
    };
    let still = "`old@example.com` is still one of the addresses";
    assert_eq!(said(&story), (vec![still.to_owned()], 0));
    person(&mut story, "eve").emails.remove(1);
    assert_eq!(said(&story), (Vec::new(), 1));
    // Somebody else's by now.
    let bob = story.person("bob", Held::EndUser, &[]);
    let bob = story.toy.people.get_mut(&bob).unwrap();
    bob.emails.push(mail("old"));
    assert_eq!(said(&story), (Vec::new(), 1));
}

#[test]
fn what_was_carried_out_and_does_not_hold_is_found_change_by_change() {
    let mut story = Story::new();
    story.role("Lead");
    story.person("ada", story.holds("Lead"), &["Support", "Tier 1"]);
    story.person("bob", Held::EndUser, &[]);
    story
        .wants(Resource::from(Role::named("Team lead".into())))
        .previously = vec!["Lead".into()];
    story.wants_person("ada", custom("Team lead"), &["Support"]);
    story.wants_user("ada", |user| {
        user.role = custom("Team lead");
        user.alias = Some("Al".to_owned());
        user.only_private_comments = Some(true);
    });
    story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Deleted;
    story.wants(group("New"));
    let plan = story.plan();
    assert_eq!(plan.refused, []);
    let all: BTreeSet<Address> = plan.changes.iter().map(|one| one.address.clone()).collect();
    let said = |story: &Story, done: &BTreeSet<Address>| {
        let unmet = unmet(&plan, done, &plan.numbers, &story.snapshot());
        let lines = unmet.into_iter().map(|one| {
            let bob = story.ids["bob"].to_string();
            let said = one.message.replace(&bob, "BOB");
            format!("{}: {said}", one.address).replace("@example.com", "")
        });
        lines.collect::<Vec<_>>()
    };
    assert_eq!(
        said(&story, &all),
        [
            "role/Team lead: `name` is `Lead`, not `Team lead`",
            "group/New: it is not there",
            "user/ada: `alias` is empty, not `Al`; `only_private_comments` is empty, not `true`",
            "user/bob: it is still there, as BOB",
            "group_membership/ada/Tier 1: it is still there, as ID"
        ]
        .map(|line| {
            let held = story.toy.group_memberships.iter();
            let tier = story.ids["Tier 1"];
            let held = held.filter(|(_, held)| held.1 == tier).map(|(id, _)| *id);
            line.replace("ID", &held.max().unwrap().to_string())
        })
    );
    // What was not carried out is not looked at.
    assert_eq!(said(&story, &BTreeSet::new()), [""; 0]);
    let (ada, bob, tier) = (story.ids["ada"], story.ids["bob"], story.ids["Tier 1"]);
    let user = &mut story.toy.people.get_mut(&ada).unwrap().user;
    user.alias = Some("Al".to_owned());
    user.only_private_comments = Some(true);
    story.toy.people.remove(&bob);
    let memberships = &mut story.toy.group_memberships;
    memberships.retain(|_, held| (held.0, held.1) != (ada, tier));
    story.group("New");
    assert_eq!(
        said(&story, &all),
        ["role/Team lead: `name` is `Lead`, not `Team lead`"],
        "ada's role is the one that is not renamed yet"
    );
    let lead = story.ids["Lead"];
    story.toy.roles.get_mut(&lead).unwrap().name = "Team lead".into();
    assert_eq!(said(&story, &all), [""; 0]);
}

#[test]
fn a_fresh_plan_goes_beyond_an_interrupted_one_where_it_asks_for_more() {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support"]);
    story.wants_user("ada", |user| user.alias = Some("Al".to_owned()));
    let interrupted = story.plan();
    assert!(!interrupted.is_empty());
    assert_eq!(interrupted.operations[0].id.to_string(), "op-1");
    assert_eq!(beyond(&interrupted, &interrupted), []);
    let nothing = Story::new().plan();
    assert!(nothing.is_empty());
    assert_eq!(beyond(&interrupted, &nothing), []);
    assert_eq!(beyond(&nothing, &interrupted), [Address::user(mail("ada"))]);
    // The person was to get an alias: to be offboarded, or to be made anew, is something else.
    story.wants_user("ada", |_| {}).lifecycle = Lifecycle::Offboarded;
    let offboarded = beyond(&interrupted, &story.plan());
    assert!(offboarded.contains(&Address::user(mail("ada"))));
    let ada = story.ids["ada"];
    story.toy.people.remove(&ada);
    story.toy.group_memberships.retain(|_, held| held.0 != ada);
    story.wants_user("ada", |user| user.alias = Some("Al".to_owned()));
    let mut anew = story.plan();
    anew.changes[0].fields.retain(|field| field.path == "alias");
    assert_eq!(beyond(&interrupted, &anew), [Address::user(mail("ada"))]);
    // Only a changed address leaves one behind.
    let mut left = address_left_behind().plan();
    left.changes[0].fields[0].path = "alias".into();
    let fresh = address_left_behind().plan();
    assert_eq!(beyond(&left, &fresh), [Address::user(mail("eve"))]);
    left.changes[0].fields[0].path = "email".into();
    assert_eq!(beyond(&left, &fresh), []);
}
