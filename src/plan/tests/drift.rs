//! What was changed in the account since the last apply, told apart from what is asked for.

use super::{Story, custom, mail};
use crate::model::{Address, Kind, LogEntry, ObjectId, Undeclared, UserRole};
use crate::plan::laws::toy::Held;
use crate::plan::{Applied, LastApply, Memory, Plan, Subject, attribute, drift, questions, stale};

const APPLIED: &str = "2026-11-20T10:00:00.5Z";
const OLGA: u64 = 1;

pub(super) fn last() -> LastApply {
    LastApply {
        finished_at: APPLIED.parse().unwrap(),
        digest: "d".to_owned(),
        commit: None,
        pull_request: None,
        receipt: "r.json".to_owned(),
        caller_id: Some(ObjectId::from_wire(OLGA)),
    }
}

/// Ada and Ben as the manifests have them, Cleo offboarded, all applied.
pub(super) fn story() -> Story {
    let mut story = Story::new();
    story.role("Lead");
    story.person("ada", story.holds("Staff"), &["Support"]);
    story.person("ben", story.holds("Staff"), &["Support", "Tier 1"]);
    let cleo = story.person("cleo", Held::EndUser, &[]);
    story.toy.people.get_mut(&cleo).unwrap().user.suspended = Some(true);
    story.wants_person("ada", custom("Staff"), &["Support"]);
    story.wants_person("ben", custom("Staff"), &["Support", "Tier 1"]);
    story.wants_user("cleo", |_| {}).lifecycle = crate::model::Lifecycle::Offboarded;
    story
        .policy
        .undeclared
        .insert(Kind::Group, Undeclared::Report);
    story
}

pub(super) fn applied(story: &Story) -> Applied {
    let plan = story.plan();
    assert_eq!(plan.changes, []);
    let memory = Memory::new(&plan, &story.inventory, &story.policy, true);
    Applied::of([(last(), memory)]).unwrap()
}

pub(super) fn told(story: &Story, applied: &Applied) -> Plan {
    let mut plan = story.plan();
    drift(&mut plan, &story.inventory, &story.policy, applied);
    plan
}

/// `asked user/ada@example.com; changed user/ada@example.com role`: causes, then drift.
pub(super) fn words(plan: &Plan) -> String {
    let causes = plan.changes.iter().map(|change| {
        let cause = change
            .cause
            .map(|cause| format!("{cause:?}").to_lowercase());
        format!("{} {}", cause.unwrap_or_default(), change.address)
    });
    let drift = plan.drift.iter().map(|drift| {
        let path = drift.path.as_deref().unwrap_or("");
        let what = format!("{:?}", drift.what).to_lowercase();
        let asked = if drift.asked { " too" } else { "" };
        format!("{what} {} {path}{asked}", drift.address)
            .trim()
            .to_owned()
    });
    let all: Vec<String> = causes.chain(drift).collect();
    all.join("; ").replace("@example.com", "")
}

type Case = (&'static str, fn(&mut Story), &'static str);

pub(super) fn person<'s>(
    story: &'s mut Story,
    name: &str,
) -> &'s mut crate::plan::laws::toy::Person {
    let id = story.ids[name];
    story.toy.people.get_mut(&id).unwrap()
}

const CASES: [Case; 11] = [
    ("nothing", |_| {}, ""),
    (
        "a role by hand",
        |story| person(story, "ada").role = Held::Admin,
        "drift user/ada; changed user/ada role",
    ),
    (
        "a role that is asked for",
        |story| story.wants_person("ada", custom("Lead"), &["Support"]),
        "asked user/ada",
    ),
    (
        "a role by hand, and another that is asked for",
        |story| {
            person(story, "ada").role = Held::Admin;
            story.wants_person("ada", custom("Lead"), &["Support"]);
        },
        "both user/ada; changed user/ada role too",
    ),
    (
        "one value by hand, another asked for, a third managed from now on",
        |story| {
            person(story, "ada").user.name = Some("A. Example".to_owned());
            story.wants_user("ada", |user| {
                user.role = Some(UserRole::Admin);
                user.notes = Some("new".to_owned());
            });
        },
        "both user/ada; changed user/ada name",
    ),
    (
        "a membership by hand",
        |story| {
            let (ada, group) = (story.ids["ada"], story.ids["Tier 1"]);
            story.toy.join_group(ada, group).unwrap();
        },
        "drift group_membership/ada/Tier 1; added group_membership/ada/Tier 1",
    ),
    (
        "a membership that went by hand",
        |story| {
            let (ben, group) = (story.ids["ben"], story.ids["Tier 1"]);
            let held = &mut story.toy.group_memberships;
            held.retain(|_, held| (held.0, held.1) != (ben, group));
        },
        "drift group_membership/ben/Tier 1; missing group_membership/ben/Tier 1",
    ),
    (
        "memberships that are asked for",
        |story| {
            let ben = Address::membership(Kind::GroupMembership, mail("ben"), "Tier 1".into());
            story.inventory.resources.remove(&ben);
            story.wants_places("ada", Kind::GroupMembership, &["Support", "Tier 1"]);
        },
        "asked group_membership/ada/Tier 1; asked group_membership/ben/Tier 1",
    ),
    (
        "somebody who left is back",
        |story| person(story, "cleo").user.suspended = Some(false),
        "drift user/cleo; changed user/cleo suspended",
    ),
    (
        "somebody is gone, and a new person is asked for",
        |story| {
            let ada = story.ids["ada"];
            story.toy.people.remove(&ada);
            story.toy.group_memberships.retain(|_, held| held.0 != ada);
            story.wants_user("dan", |user| user.role = Some(UserRole::EndUser));
        },
        "drift user/ada; asked user/dan; drift group_membership/ada/Support; missing user/ada; \
         missing group_membership/ada/Support",
    ),
    (
        "a group that nobody declares",
        |story| {
            story.group("Shadow");
        },
        "added group/Shadow",
    ),
];

#[test]
fn what_was_changed_by_hand_and_what_is_asked_for_are_told_apart() {
    for (case, change, expected) in CASES {
        let mut story = story();
        let applied = applied(&story);
        let before = story.plan().digest;
        change(&mut story);
        let plan = told(&story, &applied);
        assert_eq!(words(&plan), expected, "{case}");
        assert_eq!(
            plan.digest,
            story.plan().digest,
            "{case}: the digest is left alone"
        );
        assert_eq!(before == plan.digest, plan.changes.is_empty(), "{case}");
    }
}

#[test]
fn a_receipt_knows_nothing_of_what_was_not_carried_out() {
    let mut story = story();
    let older = {
        let plan = story.plan();
        Memory::new(&plan, &story.inventory, &story.policy, true)
    };
    // Asked for, and failed: what was applied before still counts.
    story.wants_person("ada", custom("Lead"), &["Support", "Tier 1"]);
    let plan = story.plan();
    let undone = plan.changes.iter().map(|change| &change.address);
    let newer = Memory::new(&plan, &story.inventory, &story.policy, true).without(undone);
    assert!(newer.pending.contains("user/ada@example.com"));
    let applied = Applied::of([(last(), older.clone()), (last(), newer)]).unwrap();
    assert_eq!(
        words(&told(&story, &applied)),
        "asked user/ada; asked group_membership/ada/Tier 1"
    );
    // Of a part of the manifests, only that part is newer.
    story.targets = vec!["user/ben@example.com".to_owned()];
    let part = Memory::new(&story.plan(), &story.inventory, &story.policy, false);
    let known: Vec<&str> = part.values.keys().map(String::as_str).collect();
    assert_eq!(known, ["user/ben@example.com"]);
    assert_eq!(part.values["user/ben@example.com"].get("groups"), None);
}

/// Who is not Olga is Mallory.
pub(super) fn entry(id: u64, second: u32, actor: &str, source: u64, description: &str) -> LogEntry {
    LogEntry {
        id: ObjectId::from_wire(id),
        action: "update".to_owned(),
        actor_id: Some(ObjectId::from_wire(if actor.starts_with("Olga") {
            OLGA
        } else {
            OLGA + 1
        })),
        actor: actor.to_owned(),
        source: ObjectId::from_wire(source),
        source_type: "user".to_owned(),
        label: String::new(),
        description: description.to_owned(),
        at: format!("2026-11-20T10:00:{second:02}Z").parse().unwrap(),
    }
}

#[test]
fn the_entry_that_speaks_of_the_value_names_who_changed_it() {
    let mut story = story();
    let applied = applied(&story);
    let ada = story.ids["ada"];
    person(&mut story, "ada").role = Held::Admin;
    person(&mut story, "ada").user.name = Some("Eve".to_owned());
    let mut plan = told(&story, &applied);
    let (actions, since) = questions(&plan.drift).unwrap();
    assert_eq!((actions, since), (vec!["update"], APPLIED.parse().unwrap()));
    let log = [
        entry(9, 40, "Nobody Else", ada + 1, "Role changed from A to B"),
        entry(
            8,
            30,
            "Mallory Example",
            ada,
            "Name changed from ada to Eve",
        ),
        entry(
            7,
            0,
            "Oscar Owner",
            ada,
            "Role changed from Staff to Administrator",
        ),
    ];
    attribute(&mut plan, &log);
    let by = plan.drift.iter().map(|drift| {
        let deed = drift.by.as_ref().map(|deed| deed.actor.as_str());
        (drift.path.as_deref().unwrap(), deed)
    });
    assert_eq!(
        by.collect::<Vec<_>>(),
        [
            ("name", Some("Mallory Example")),
            ("role", Some("Oscar Owner"))
        ]
    );
    let nobody: [LogEntry; 0] = [];
    attribute(&mut plan, &nobody);
    assert!(plan.drift.iter().all(|drift| drift.by.is_none()));
    assert_eq!(questions(&[]), None);
}

#[test]
fn what_the_apply_did_in_its_last_second_is_not_taken_for_what_came_after() {
    let mut story = story();
    let applied = applied(&story);
    let ada = story.ids["ada"];
    person(&mut story, "ada").role = Held::Admin;
    let mut plan = told(&story, &applied);
    let mut who = |log: &[LogEntry]| {
        attribute(&mut plan, log);
        let deed = plan.drift[0].by.as_ref();
        deed.map(|deed| deed.entry.to_wire())
    };
    let own = |second| entry(7, second, "Olga Owner", ada, "Role changed from A to Staff");
    let mute = entry(8, 0, "Mallory Example", ada, "Suspended");
    assert_eq!(who(&[mute.clone(), own(0)]), Some(8));
    assert_eq!(who(&[mute, own(1)]), Some(7));
    assert_eq!(who(&[own(0)]), Some(7));
}

#[test]
fn a_stale_plan_names_who_changed_what() {
    let mut story = story();
    story.wants_person("ada", custom("Lead"), &["Support"]);
    let mut plan = story.plan();
    plan.live_at = APPLIED.parse().unwrap();
    person(&mut story, "ada").role = Held::Admin;
    let log = [entry(
        7,
        1,
        "Mallory Example",
        story.ids["ada"],
        "Role changed",
    )];
    let messages = |log: &[LogEntry]| {
        let refused = stale(&plan, &story.snapshot(), log).into_iter();
        refused.map(|refusal| refusal.message).collect::<Vec<_>>()
    };
    let expected = "`user/ada@example.com` has changed since the plan was made: `role` was `Staff` and is `admin`";
    assert_eq!(messages(&[]), [expected]);
    assert_eq!(
        messages(&log),
        [format!(
            "{expected} (by Mallory Example on 2026-11-20 10:00:01 UTC)"
        )]
    );
}

#[test]
fn the_share_under_management_counts_what_was_read() {
    let mut story = story();
    story.wants_user("root", |_| {}).lifecycle = crate::model::Lifecycle::External;
    let shares = |story: &Story| {
        let coverage = story.plan().coverage;
        let shares = coverage
            .iter()
            .map(|one| (one.what, one.declared, one.live));
        shares.collect::<Vec<_>>()
    };
    assert_eq!(
        shares(&story),
        [
            (Subject::TeamMembers, 2, Some(4)),
            (Subject::Groups, 2, Some(2)),
            (Subject::Organizations, 1, Some(1)),
            (Subject::Roles, 1, Some(2)),
        ]
    );
    story.reread = |snapshot| {
        snapshot.custom_roles = false;
        for part in &mut snapshot.parts {
            part.complete = false;
        }
    };
    assert_eq!(
        shares(&story),
        [
            (Subject::TeamMembers, 2, None),
            (Subject::Groups, 2, None),
            (Subject::Organizations, 1, None),
        ]
    );
}
