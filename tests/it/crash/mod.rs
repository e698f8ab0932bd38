//! Applies that are broken off at every single request, and accounts that turn against them in mid-run.

mod account;
mod differences;
mod disk;
mod mishaps;
mod processes;
mod signals;

use std::collections::BTreeSet;

use account::{Account, Blow, Ended};

use zdsync::model::Address;
use zdsync::plan::Operation;

use crate::support::Project;

/// The ways in which an apply is broken off.
const BLOWS: [Blow; 4] = [
    Blow::DropBefore,
    Blow::DropAfter,
    Blow::KillBefore,
    Blow::KillAfter,
];

/// Breaks the apply of a project off at every request it makes, in every way, and gives the number of
/// points tried.
fn break_off_everywhere(project: &Project, renamed: &[(&str, &str)]) -> usize {
    let clean = Account::of(project);
    let before = clean.watched();
    assert_eq!(clean.apply(project, None), Ended::Whole);
    assert_eq!(clean.plan(project).changes.len(), 0);
    let (after, wanted, requests) = (clean.watched(), clean.belongings(), clean.applied());
    assert!(requests > 5, "the plan is too small to prove anything");
    let laws = account::Laws::between(&before, &after, renamed);
    let mut points = 0;
    for at in 1..=requests {
        for blow in BLOWS {
            let point = format!("{blow:?} at request {at}");
            let account = Account::of(project);
            account.watch(&laws);
            account.apply(project, Some((at, blow)));
            account.settle_jobs();
            let again = account.apply(project, None);
            assert_eq!(again, Ended::Whole, "{point}: {:?}", account.last_log());
            let plan = account.plan(project);
            let left: BTreeSet<String> = plan
                .changes
                .iter()
                .map(|change| change.address.to_string())
                .collect();
            assert!(left.is_empty(), "{point}: {left:?}");
            assert_eq!(account.belongings(), wanted, "{point}");
            assert_eq!(account.offences(), Vec::<String>::new(), "{point}");
            points += 1;
        }
    }
    points
}

#[test]
fn an_apply_broken_off_anywhere_is_finished_by_the_next_one() {
    let project = Project::example("acme");
    let points = break_off_everywhere(&project, &[("Frontline", "Tier 1")]);
    eprintln!("crash points tried with every kind of change: {points}");
}

/// A project that is applied with jobs.
fn bulk_project() -> Project {
    Project::embedded(
        "\
owner: owner@example.com
bulk_import: true
groups:
  - { name: Support, default: true }
  - { name: Night shift }
users:
  - { email: owner@example.com, name: Olga Owner, role: admin, groups: [Support] }
  - { email: a1@example.com, name: A1, role: Team lead, groups: [Support, Night shift] }
  - { email: a2@example.com, name: A2, role: Team lead, groups: [Support, Night shift] }
  - { email: a3@example.com, name: A3, role: Team lead, groups: [Support, Night shift] }
  - { email: a4@example.com, name: A4, role: Team lead, groups: [Support, Night shift] }
  - { email: a5@example.com, name: A5, role: Team lead, groups: [Support, Night shift] }
",
        "\
roles: [{ name: Team lead, external: true }]
groups: [{ name: Support, external: true }, { name: Night shift, external: true }, { name: Tier 1 }]
users:
  - { email: a1@example.com, name: A1, alias: x, groups: [Support, Tier 1] }
  - { email: a2@example.com, name: A2, alias: x, groups: [Support, Tier 1] }
  - { email: a3@example.com, name: A3, alias: x, groups: [Support, Tier 1] }
  - { email: a4@example.com, name: A4, alias: x, groups: [Support, Tier 1] }
  - { email: a5@example.com, name: A5, alias: x, groups: [Support, Tier 1] }
  - { email: n1@example.com, name: N1, role: Team lead, groups: [Tier 1] }
  - { email: n2@example.com, name: N2, role: Team lead, groups: [Tier 1] }
  - { email: n3@example.com, name: N3, role: Team lead, groups: [Tier 1] }
  - { email: n4@example.com, name: N4, role: Team lead, groups: [Tier 1] }
  - { email: n5@example.com, name: N5, role: Team lead, groups: [Tier 1] }
  - { email: n6@example.com, name: N6, role: Team lead, groups: [Tier 1] }
",
    )
}

#[test]
fn bulk_calls_broken_off_anywhere_are_finished_by_the_next_apply() {
    let project = bulk_project();
    let points = break_off_everywhere(&project, &[]);
    eprintln!("crash points tried with bulk calls: {points}");
}

#[test]
fn a_job_that_never_ends_is_given_up_by_the_clock_and_what_does_not_need_it_is_done_before() {
    let bulk = bulk_project();
    let people = Project::embedded(
        "groups: [{ name: Support, default: true }]\nusers:\n  - { email: ada@example.com, name: Ada Example, role: admin, groups: [Support] }\n",
        &(account::many_people()
            + "  - { email: ada@example.com, name: Ada Example, groups: [Tier 1] }\n"),
    );
    for (project, stuck) in [
        (&people, "POST /users/create_many"),
        (&bulk, "POST /users/create_many"),
        (&bulk, "PUT /users/update_many"),
        (&bulk, "POST /group_memberships/create_many"),
    ] {
        let clean = Account::of(project);
        let before = clean.watched();
        assert_eq!(clean.apply(project, None), Ended::Whole);
        let laws = account::Laws::between(&before, &clean.watched(), &[]);
        let fault = format!("{stuck} #1 = job-stuck");
        let account = Account::with_faults(project, &[&fault]);
        account.watch(&laws);
        let plan = account.plan(project);
        assert_eq!(account.apply(project, None), Ended::Partial, "{stuck}");
        let log = account.last_log();
        let place = |part: &str| log.iter().position(|line| line.contains(part));
        let given_up = place("no progress for 30m");
        assert!(given_up.is_some(), "{stuck}: {log:#?}");
        let is_stuck = |operation: &Operation| {
            let path = operation.route.path.trim_start_matches("/api/v2");
            stuck == format!("{} {path}", operation.route.method)
        };
        let people = |operation: &Operation| -> BTreeSet<_> {
            let changes = operation.changes.iter();
            changes.filter_map(Address::person).collect()
        };
        let held = plan.operations.iter().filter(|one| is_stuck(one));
        let held: BTreeSet<_> = held.flat_map(people).collect();
        // What needs it is left; what is about its people has waited for it.
        let undone: Vec<&str> = log
            .iter()
            .filter(|line| !line.contains(" Done "))
            .map(|line| line.split(' ').next().unwrap_or_default())
            .collect();
        for operation in &plan.operations {
            let id = operation.id.to_string();
            let mut needs = operation.requires.iter().map(ToString::to_string);
            let left = is_stuck(operation) || needs.any(|need| undone.contains(&&*need));
            assert_eq!(undone.contains(&&*id), left, "{stuck}: {id}: {log:#?}");
            let before = place(&format!("{id} ")) < given_up;
            let apart = held.is_disjoint(&people(operation));
            assert!(left || before || !apart, "{stuck}: {id}: {log:#?}");
        }
        assert_eq!(account.offences(), Vec::<String>::new(), "{stuck}");
    }
}

#[test]
fn reading_again_finds_every_change_that_does_not_hold_and_no_other() {
    let project = Project::example("acme");
    let account = Account::of(&project);
    let plan = account.plan(&project);
    let live: BTreeSet<String> = plan
        .changes
        .iter()
        .filter(|change| change.id.is_some())
        .map(|change| change.address.to_string())
        .collect();
    assert!(live.len() > 10);
    assert_eq!(account.unmet(&plan), live);
    assert_eq!(account.apply(&project, None), Ended::Whole);
    assert_eq!(account.unmet(&plan), BTreeSet::new());
}
