//! Saved plans: unchanged, still fitting, limited.

use super::{Story, custom, mail};
use crate::model::{Address, Group, Kind, Lifecycle, Resource, Role, Snapshot, UserRole};
use crate::plan::laws::toy::{Held, Toy};
use crate::plan::saved::{SavedError, from_text, to_text};
use crate::plan::{RefusalCode, beyond, relied_on, stale};

/// A promotion, a move, a leaver, a new group and a rename.
fn story() -> Story {
    let mut story = Story::new();
    story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.person("bob", story.holds("Staff"), &["Support", "Globex"]);
    story.person("eve", Held::EndUser, &[]);
    story.wants_person("ada", custom("Tier 2"), &["Support", "New"]);
    story.wants_user("bob", |_| {}).lifecycle = Lifecycle::Offboarded;
    story.wants_user("eva", |_| {}).previously = vec![mail("eve")];
    story.wants_person("grace", custom("Staff"), &["Support"]);
    story.wants(Resource::Group(Group::named("New".into())));
    story.wants(Resource::from(Role::named("Tier 2".into())));
    story
}

#[test]
fn a_saved_plan_comes_back_as_it_was() {
    let plan = story().plan();
    assert_eq!(plan.refused, []);
    assert_eq!(plan.digest.len(), 64);
    let text = to_text(&plan, None).unwrap();
    assert_eq!(from_text(&text).unwrap(), (plan, None));
}

#[test]
fn a_saved_plan_notices_when_it_is_touched() {
    let text = to_text(&story().plan(), None).unwrap();
    for (old, new) in [
        ("grace@example.com", "mallory@example.com"),
        ("\"wave\":2", "\"wave\":1"),
        ("frees a seat", "does nothing"),
        ("manifests/people.yaml", "manifests/other.yaml"),
        ("\"fingerprint\":\"toy", "\"fingerprint\":\"joy"),
    ] {
        assert!(text.contains(old), "{old}");
        let touched = text.replace(old, new);
        assert!(
            matches!(from_text(&touched), Err(SavedError::Tampered)),
            "{old}"
        );
    }
    let other = text.replace("zdsync.saved-plan/1", "zdsync.saved-plan/2");
    assert!(
        matches!(from_text(&other), Err(SavedError::Format { found }) if found.ends_with("/2"))
    );
    assert!(matches!(from_text(&text[..100]), Err(SavedError::Shape(_))));
}

#[test]
fn the_digest_covers_what_is_done_and_not_why_or_when() {
    let mut same = story();
    let plan = story().plan();
    same.reread = |snapshot| snapshot.rate_limit = Some(10);
    let address = Address::user(mail("grace"));
    same.inventory.resources.get_mut(&address).unwrap().origin = None;
    same.person("unrelated", Held::EndUser, &[]);
    assert_eq!(same.plan().digest, plan.digest);
    let mut other = story();
    other.wants_user("grace", |user| user.role = Some(UserRole::Admin));
    assert_ne!(other.plan().digest, plan.digest);
    let mut elsewhere = story();
    elsewhere.reread = |snapshot| snapshot.account.fingerprint = "other-1".to_owned();
    assert_ne!(elsewhere.plan().digest, plan.digest);
}

type Ids<'a> = &'a dyn Fn(&str) -> u64;
type Change = fn(&mut Toy, Ids<'_>);
type Reread = fn(&mut Snapshot);

const STILL: Change = |_, _| {};
const NOTHING: Reread = |_| {};

/// What changes in the account, what is read of it otherwise, and what is said of that.
const DRIFTS: [(&str, (Change, Reread), Option<&str>); 13] = [
    ("nothing", (STILL, NOTHING), None),
    (
        "a value that the plan does not touch",
        (
            |toy, id| toy.people.get_mut(&id("ada")).unwrap().user.alias = Some("x".to_owned()),
            NOTHING,
        ),
        None,
    ),
    (
        "a role",
        (
            |toy, id| toy.people.get_mut(&id("ada")).unwrap().role = Held::Agent,
            NOTHING,
        ),
        Some(
            "user/ada@example.com` has changed since the plan was made: `role` was `Staff` and is `agent`",
        ),
    ),
    (
        "a suspension",
        (
            |toy, id| toy.people.get_mut(&id("bob")).unwrap().user.suspended = Some(true),
            NOTHING,
        ),
        Some("`suspended` was `false` and is `true`"),
    ),
    (
        "a membership to be taken that is gone already",
        (
            |toy, id| {
                let ada = id("ada");
                let tier = id("Tier 1");
                toy.group_memberships
                    .retain(|_, held| (held.0, held.1) != (ada, tier));
            },
            NOTHING,
        ),
        None,
    ),
    (
        "a group that is to be made",
        (
            |toy, _| {
                toy.groups.insert(99_999, Group::named("new".into()));
            },
            NOTHING,
        ),
        Some("`group/New` has changed since the plan was made: it exists now"),
    ),
    (
        "a group that is named",
        (
            |toy, id| {
                let support = id("Support");
                toy.groups.remove(&support);
                toy.group_memberships.retain(|_, held| held.1 != support);
            },
            NOTHING,
        ),
        Some("`group/Support` ("),
    ),
    (
        "a person who is gone",
        (
            |toy, id| {
                let eve = id("eve");
                toy.people.remove(&eve);
            },
            NOTHING,
        ),
        Some("`user/eva@example.com` has changed since the plan was made: it is gone"),
    ),
    (
        "a person renamed already",
        (
            |toy, id| {
                let person = toy.people.get_mut(&id("eve")).unwrap();
                person.user.email = Some(mail("eva"));
                person.emails = vec![mail("eva")];
            },
            NOTHING,
        ),
        Some("it is `user/eva@example.com` now"),
    ),
    (
        "an address that somebody took",
        (
            |toy, id| {
                toy.people
                    .get_mut(&id("boss"))
                    .unwrap()
                    .emails
                    .push(mail("grace"));
            },
            NOTHING,
        ),
        Some("the address belongs to `user/boss@example.com` now"),
    ),
    (
        "two groups of one name",
        (STILL, |snapshot| {
            snapshot.ambiguous.push(crate::model::Ambiguity {
                address: Address::group("New"),
                ids: Vec::new(),
            });
        }),
        Some("several objects of that name exist now"),
    ),
    (
        "another account",
        (STILL, |snapshot| {
            snapshot.account.fingerprint = "other-1".to_owned();
        }),
        Some("the plan is for account"),
    ),
    (
        "an organization membership of a leaver that is gone",
        (|toy, _| toy.organization_memberships.clear(), NOTHING),
        None,
    ),
];

#[test]
fn a_saved_plan_is_stale_when_what_it_relies_on_changed() {
    for (case, (drift, reread), expected) in DRIFTS {
        let mut story = story();
        let plan = story.plan();
        let ids = story.ids.clone();
        drift(&mut story.toy, &|name| ids[name]);
        let mut snapshot = story.snapshot();
        reread(&mut snapshot);
        let refused = stale(&plan, &snapshot, &[]);
        let said = refused.iter().map(|refusal| refusal.message.as_str());
        let said = said.collect::<Vec<_>>().join("\n");
        match expected {
            Some(expected) => assert!(said.contains(expected), "{case}: {said}"),
            None => assert_eq!(said, "", "{case}"),
        }
    }
}

#[test]
fn staleness_is_told_from_what_the_plan_relies_on_alone() {
    let story = story();
    let plan = story.plan();
    let wanted = relied_on(&plan);
    assert!(
        wanted.contains(&Address::user(mail("eve"))),
        "by the address it has now"
    );
    assert!(
        wanted.contains(&Address::group("New")),
        "to see that it is not there yet"
    );
    let mut snapshot = story.snapshot();
    snapshot
        .objects
        .retain(|address, _| wanted.contains(address));
    assert_eq!(stale(&plan, &snapshot, &[]), []);
}

#[test]
fn who_leaves_a_group_relies_on_another_that_stays() {
    let mut story = Story::new();
    let ada = story.person("ada", story.holds("Staff"), &["Support", "Tier 1"]);
    story.wants_person("ada", custom("Staff"), &["Support"]);
    let plan = story.plan();
    let support = story.ids["Support"];
    story
        .toy
        .group_memberships
        .retain(|_, held| (held.0, held.1) != (ada, support));
    let codes: Vec<RefusalCode> = stale(&plan, &story.snapshot(), &[])
        .iter()
        .map(|refusal| refusal.code)
        .collect();
    assert_eq!(codes, [RefusalCode::Stale]);
}

#[test]
fn a_target_brings_what_it_needs_and_nothing_else() {
    let mut story = story();
    for (target, expected) in [
        ("group/new", vec!["group/New"]),
        (
            "GROUP_MEMBERSHIP/ada@example.com/New",
            vec!["group/New", "group_membership/ada@example.com/New"],
        ),
        (
            "user/grace@example.com",
            vec![
                "user/grace@example.com",
                "group_membership/grace@example.com/Support",
            ],
        ),
        ("user/eve@example.com", vec!["user/eva@example.com"]),
        (
            "user/ada@example.com",
            vec![
                "role/Tier 2",
                "group/New",
                "user/ada@example.com",
                "group_membership/ada@example.com/New",
                "group_membership/ada@example.com/Tier 1",
            ],
        ),
        ("group/Support", vec![]),
    ] {
        story.targets = vec![target.to_owned()];
        let plan = story.plan();
        assert_eq!(plan.refused, [], "{target}");
        let changed: Vec<String> = plan
            .changes
            .iter()
            .map(|change| change.address.to_string())
            .collect();
        assert_eq!(changed, expected, "{target}");
    }
    story.targets = vec!["group/New".to_owned(), "group/Old".to_owned()];
    assert_eq!(story.refusals(), [RefusalCode::UnknownTarget]);
}

#[test]
fn two_targets_are_planned_together() {
    let mut story = story();
    story.targets = vec!["role/Tier 2".to_owned(), "group/New".to_owned()];
    let kinds: Vec<Kind> = story
        .plan()
        .changes
        .iter()
        .map(|change| change.address.kind())
        .collect();
    assert_eq!(kinds, [Kind::Role, Kind::Group]);
}

#[test]
fn what_the_service_adds_to_a_new_agent_belongs_to_the_plan_that_was_broken_off() {
    let story = |role: fn(&Story) -> Held, places: &[&str]| {
        let mut story = Story::new();
        story.person("eve", role(&story), places);
        story.wants_person("eve", custom("Staff"), &["Tier 1"]);
        story.plan()
    };
    let end_user = story(|_| Held::EndUser, &[]);
    let agent = |places: &[&str]| story(|story| story.holds("Staff"), places);
    let left = agent(&["Support"]);
    assert_eq!(left.changes.len(), 2, "a group to join, a group to leave");
    assert_eq!(beyond(&end_user, &left), []);
    assert_eq!(beyond(&end_user, &agent(&["Support", "Tier 1"])), []);
    let leaves = Address::membership(Kind::GroupMembership, mail("eve"), "Support".into());
    assert_eq!(beyond(&agent(&[]), &left), [leaves]);
}
