//! How many calls there are, and which share one.

use super::{Story, custom};
use crate::model::{Address, Kind, Verb};
use crate::plan::laws::toy::Held;

fn shapes(story: &Story) -> Vec<(Kind, Verb, bool, usize)> {
    let plan = story.plan();
    assert_eq!(plan.refused, Vec::new());
    let operations = plan.operations.iter().map(|operation| &operation.write);
    operations
        .map(|write| (write.kind, write.verb, write.many, write.items.len()))
        .collect()
}

/// People named `p0`, `p1` and so on, all in `Support`.
fn people(story: &mut Story, count: usize) -> Vec<String> {
    let names: Vec<String> = (0..count).map(|number| format!("p{number}")).collect();
    for name in &names {
        story.person(name, story.holds("Staff"), &["Support"]);
    }
    names
}

#[test]
fn a_job_is_worth_its_polls_from_four_items_on() {
    for (count, expected) in [
        (3, vec![(Kind::GroupMembership, Verb::Create, false, 1); 3]),
        (4, vec![(Kind::GroupMembership, Verb::Create, true, 4)]),
        (100, vec![(Kind::GroupMembership, Verb::Create, true, 100)]),
        (
            101,
            vec![
                (Kind::GroupMembership, Verb::Create, true, 100),
                (Kind::GroupMembership, Verb::Create, false, 1),
            ],
        ),
    ] {
        let mut story = Story::new();
        for name in people(&mut story, count) {
            story.wants_person(&name, custom("Staff"), &["Support", "Tier 1"]);
        }
        assert_eq!(shapes(&story), expected, "{count}");
    }
}

#[test]
fn jobs_about_different_people_run_side_by_side() {
    let mut story = Story::new();
    story.group("Third");
    story.wants(crate::model::Resource::Group(crate::model::Group::named(
        "Third".into(),
    )));
    for name in people(&mut story, 150) {
        story.wants_person(&name, custom("Staff"), &["Support", "Tier 1", "Third"]);
    }
    let plan = story.plan();
    assert_eq!(plan.operations.len(), 3);
    assert!(plan.operations.iter().all(|operation| operation.wave == 1));
}

#[test]
fn people_who_change_alike_or_not_share_a_job() {
    let mut story = Story::new();
    for name in people(&mut story, 5) {
        story.wants_user(&name, |user| user.alias = Some(format!("alias of {name}")));
    }
    assert_eq!(shapes(&story), [(Kind::User, Verb::Update, true, 5)]);
}

#[test]
fn freed_seats_and_taken_ones_share_a_job_in_order() {
    let mut story = Story::new();
    story.person("a", Held::EndUser, &[]);
    story.person("b", Held::EndUser, &[]);
    story.person("y", story.holds("Staff"), &["Support"]);
    story.person("z", story.holds("Staff"), &["Support"]);
    for name in ["a", "b"] {
        story.wants_person(name, custom("Staff"), &["Support"]);
    }
    for name in ["y", "z"] {
        story.wants_person(name, Some(crate::model::UserRole::EndUser), &[]);
    }
    assert_eq!(shapes(&story), [(Kind::User, Verb::Update, true, 4)]);
    let plan = story.plan();
    let items = plan.operations[0].write.items.iter();
    let names: Vec<&str> = items.map(|item| item.address.name().as_str()).collect();
    assert_eq!(
        names,
        [
            "y@example.com",
            "z@example.com",
            "a@example.com",
            "b@example.com"
        ]
    );
    assert_eq!(
        (plan.seats.before, plan.seats.peak, plan.seats.after),
        (4, 4, 4)
    );
}

#[test]
fn the_estimate_counts_reads_writes_polls_and_seconds() {
    for (people_count, writes, polls, seconds) in [(3, 3, 0, 3), (5, 1, 2, 4), (250, 3, 2, 4)] {
        let mut story = Story::new();
        for name in people(&mut story, people_count) {
            story.wants_user(&name, |user| user.alias = Some("other".to_owned()));
        }
        let estimate = story.plan().estimate;
        assert_eq!(
            (
                estimate.reads,
                estimate.writes,
                estimate.polls,
                estimate.seconds
            ),
            (6, writes, polls, seconds),
            "{people_count}"
        );
    }
    let mut story = Story::new();
    story.wants_person("new", custom("Staff"), &["Support"]);
    let estimate = story.plan().estimate;
    assert_eq!(
        (estimate.writes, estimate.polls),
        (1, 1),
        "who settles is read again"
    );
    assert_eq!(Story::new().plan().estimate.seconds, 0);
}

#[test]
fn who_is_new_is_looked_after_where_a_mail_domain_leads_beside_the_list() {
    for (places, domain, whole) in [
        (&[] as &[&str], "example.com", 1),
        (&["Globex"], "example.com", 2),
        (&["Acme"], "example.com", 0),
        (&["Globex", "Acme"], "example.com", 0),
        (&["Globex"], "example.org", 0),
    ] {
        let mut story = Story::new();
        let acme = story.organization("Acme");
        let mapped = story.toy.organizations.get_mut(&acme).unwrap();
        mapped.domain_names = Some([domain.to_owned()].into());
        story.wants_user("new", |_| {});
        story.wants_places("new", Kind::OrganizationMembership, places);
        let operation = &story.plan().operations[0];
        assert_eq!(
            (operation.settles.len(), operation.whole.len()),
            (usize::from(whole == 2), whole),
            "{places:?} {domain}"
        );
    }
}

#[test]
fn numbers_of_many_new_memberships_are_read_from_one_list() {
    // Few are not worth a job, whose memberships would have to be looked up.
    for (movers, writes, polls) in [(9, 18, 0), (12, 13, 3)] {
        let mut story = Story::new();
        for name in people(&mut story, movers) {
            story.wants_places(&name, Kind::GroupMembership, &["Support", "Tier 1"]);
            story.wants_user(&name, |user| {
                user.default_group = Some(Some(Address::group("Tier 1")));
            });
        }
        let estimate = story.plan().estimate;
        assert_eq!(
            (estimate.writes, estimate.polls),
            (writes, polls),
            "{movers}"
        );
    }
}
