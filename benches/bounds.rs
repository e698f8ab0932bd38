//! How many requests an apply takes, beside the fewest that any order of calls could take.
//!
//! `cargo bench --bench bounds` carries out plans on the simulator. Small ones are held against a search through
//! all sets of jobs and all lawful orders; large ones against a bulk call for every hundred objects alike.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and gives up when something is wrong"
)]

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use zdsync::apply::{self, Event, Stop};
use zdsync::model::{
    Address, Declared, GroupMembership, Inventory, Kind, Lifecycle, Limit, Name, Organization,
    OrganizationMembership, Policy, Resource, Snapshot, User, UserRole,
};
use zdsync::plan::{Inputs, Plan};
use zdsync::sandbox::{Seed, Settings};
use zdsync::{api, plan};

#[path = "../tests/it/wire/account.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod account;
#[path = "support/fewest.rs"]
mod fewest;

use account::Account;
use fewest::{Fact, Part, Shape, fewest};

/// How many small plans are held against the search.
const SMALL: u64 = 300;

/// What is to be done in an account whose agents are in the groups Support and Old, but for those who move: they
/// are in Old alone.
#[derive(Debug)]
struct Case {
    agents: usize,
    groups: usize,
    organizations: usize,
    /// How many agents get another name, join a group, leave one, join an organization: the first ones each.
    renamed: usize,
    joining: usize,
    leaving: usize,
    visiting: usize,
    /// How many further agents go from their only group to another.
    moving: usize,
    /// How many further agents become end users, each of which frees a seat.
    dismissed: usize,
    /// How many agents and how many end users are new.
    hired: usize,
    arriving: usize,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (mut planned, mut bound, mut sent) = (0, 0, 0);
    let (mut equal, mut kept) = (0, 0);
    for seed in 0..SMALL {
        let case = small(seed);
        let (plan, requests) = runtime.block_on(carry_out(&case));
        let least = fewest(&parts(&case)) + (case.groups + case.hired) as u64;
        let own = plan.estimate.writes + plan.estimate.polls;
        if own != least {
            println!("{own} planned, {least} at least: {case:?}");
        }
        equal += u64::from(own == least);
        kept += u64::from(own == requests);
        (planned, bound, sent) = (planned + own, bound + least, sent + requests);
    }
    println!(
        "{SMALL} small plans: {planned} requests planned, {bound} at least, {sent} sent; {equal} plans are equal to \
         the bound, {kept} took what was planned"
    );
    for agents in [250, 1_000, 3_000] {
        let case = large(agents);
        let (plan, requests) = runtime.block_on(carry_out(&case));
        println!(
            "{agents} agents, {} changes: {} calls, {} at least, {} polls expected, {requests} requests sent",
            plan.changes.len(),
            plan.estimate.writes,
            hundreds(&case),
            plan.estimate.polls,
        );
    }
}

/// A case of at most a handful of each, chosen by a number.
fn small(seed: u64) -> Case {
    let mut state = seed;
    let mut below = |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % limit
    };
    Case {
        agents: 6,
        groups: below(3),
        organizations: below(6),
        renamed: below(7),
        joining: below(7),
        leaving: below(7),
        visiting: below(7),
        moving: below(4),
        dismissed: below(4),
        hired: below(4),
        arriving: below(6),
    }
}

const fn large(agents: usize) -> Case {
    Case {
        agents,
        groups: 2,
        organizations: agents / 4,
        renamed: agents,
        joining: agents,
        leaving: agents,
        visiting: agents,
        moving: 0,
        dismissed: 0,
        hired: 0,
        arriving: agents / 2,
    }
}

/// Everything that has to come true, told without the planner. New groups come first in plain calls, and the
/// memberships of new agents are read again, whatever the order.
fn parts(case: &Case) -> Vec<Part> {
    let fact = |shape, after: &[Shape], needs_made| Fact {
        shape,
        after: after.to_vec(),
        needs_made,
    };
    let agent = |agent: usize| {
        let mut facts = Vec::new();
        let mut add = |first: usize, fact| facts.extend((agent < first).then_some(fact));
        add(case.renamed, fact(Shape::Update, &[], false));
        add(case.joining, fact(Shape::Join, &[], false));
        add(case.leaving, fact(Shape::Leave, &[], false));
        let made = case.organizations > 0;
        add(case.visiting, fact(Shape::Visit, &[], made));
        facts
    };
    let moving = vec![
        fact(Shape::Join, &[], false),
        fact(Shape::Default, &[Shape::Join], false),
        fact(Shape::Leave, &[Shape::Default], false),
    ];
    let mut parts = vec![
        Part {
            made: (Shape::Update, case.dismissed as u64),
            people: vec![vec![fact(Shape::Arrive, &[], case.dismissed > 0)]; case.hired],
        },
        Part {
            made: (Shape::Organization, 0),
            people: vec![moving; case.moving],
        },
        Part {
            made: (Shape::Organization, 0),
            people: vec![vec![fact(Shape::Arrive, &[], false)]; case.arriving],
        },
    ];
    for place in 0..case.organizations.max(1) {
        let members = (0..case.agents).filter(|agent| agent % case.organizations.max(1) == place);
        parts.push(Part {
            made: (Shape::Organization, case.organizations.min(1) as u64),
            people: members.map(agent).collect(),
        });
    }
    parts
}

/// One call for every group and for every hundred of anything else.
fn hundreds(case: &Case) -> usize {
    let Case {
        agents: _,
        groups,
        organizations,
        renamed,
        joining,
        leaving,
        visiting,
        moving,
        dismissed,
        hired,
        arriving,
    } = *case;
    let bulk = [
        organizations,
        renamed + dismissed,
        joining + moving,
        leaving + moving,
        visiting,
        arriving + hired,
    ];
    let calls = bulk.iter().map(|count| count.div_ceil(100));
    groups + moving + calls.sum::<usize>()
}

/// The account before.
fn seed(case: &Case) -> Seed {
    let mut text = String::from(
        "subdomain: acme\nowner: olga@acme.example\ngroups:\n  - { name: Support, default: true }\n  \
         - { name: Old }\n  - { name: Known }\norganizations:\n  - { name: Globex }\nusers:\n  \
         - { email: olga@acme.example, name: Olga Owner, role: admin }\n",
    );
    for agent in 0..case.agents {
        writeln!(
            text,
            "  - {{ email: p{agent}@acme.example, name: Person {agent}, role: agent, groups: [Support, Old] }}"
        )
        .unwrap();
    }
    for (word, count, groups) in [
        ("mover", case.moving, "[Old]"),
        ("leaver", case.dismissed, "[Support]"),
    ] {
        for agent in 0..count {
            writeln!(
                text,
                "  - {{ email: {word}{agent}@acme.example, name: Person {agent}, role: agent, groups: {groups} }}"
            )
            .unwrap();
        }
    }
    Seed::parse(&text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The names of all groups and organizations that are to be, the live ones first.
fn names(case: &Case) -> (Vec<String>, Vec<String>) {
    let mut groups = vec!["Support".to_owned(), "Old".to_owned(), "Known".to_owned()];
    groups.extend((0..case.groups).map(|group| format!("New {group}")));
    let mut organizations = vec!["Globex".to_owned()];
    organizations.extend((0..case.organizations).map(|place| format!("Place {place}")));
    (groups, organizations)
}

/// What is to be after.
fn inventory(case: &Case) -> Inventory {
    let mut inventory = Inventory::default();
    let (groups, organizations) = names(case);
    for group in &groups {
        let group = zdsync::model::Group::named(Name::new(group));
        declare(&mut inventory, Resource::Group(group));
    }
    for organization in &organizations {
        let organization = Organization::named(Name::new(organization));
        declare(&mut inventory, organization.into());
    }
    for agent in 0..case.agents {
        let is_renamed = agent < case.renamed;
        let name = if is_renamed { "Renamed" } else { "Person" };
        let mut own = vec!["Support"];
        own.extend((agent >= case.leaving).then_some("Old"));
        if agent < case.joining {
            let new = agent.checked_rem(case.groups);
            own.push(&groups[new.map_or(2, |group| 3 + group)]);
        }
        let email = mail("p", agent);
        person(
            &mut inventory,
            &email,
            &format!("{name} {agent}"),
            None,
            &own,
        );
        if agent < case.visiting {
            let new = agent.checked_rem(case.organizations);
            let organization = Name::new(&organizations[new.map_or(0, |place| 1 + place)]);
            let user = email.clone();
            let visit = OrganizationMembership { user, organization };
            declare(&mut inventory, Resource::OrganizationMembership(visit));
        }
    }
    let staff = UserRole::Named(Address::role("Staff"));
    for (word, count, role, groups) in [
        ("mover", case.moving, None, &["Known"][..]),
        ("leaver", case.dismissed, Some(UserRole::EndUser), &[]),
        ("hire", case.hired, Some(staff), &["Support"]),
        ("new", case.arriving, None, &[]),
    ] {
        for one in 0..count {
            let name = format!("Person {one}");
            person(
                &mut inventory,
                &mail(word, one),
                &name,
                role.clone(),
                groups,
            );
        }
    }
    for (word, count) in [("p", case.agents), ("mover", case.moving)] {
        for agent in 0..count {
            let list = (Kind::GroupMembership, Address::user(mail(word, agent)));
            inventory.lists.insert(list, None);
        }
    }
    inventory
}

fn declare(inventory: &mut Inventory, resource: Resource) {
    let declared = Declared {
        lifecycle: Lifecycle::Present,
        previously: Vec::new(),
        origin: None,
        grant: None,
        resource,
    };
    let address = declared.resource.address();
    inventory.resources.insert(address, declared);
}

/// Declares a person with these groups.
fn person(
    inventory: &mut Inventory,
    email: &Name,
    name: &str,
    role: Option<UserRole>,
    groups: &[&str],
) {
    let user = User {
        email: Some(email.clone()),
        name: Some(name.to_owned()),
        role,
        ..User::default()
    };
    declare(inventory, user.into());
    for group in groups {
        let (user, group) = (email.clone(), Name::new(group));
        let membership = GroupMembership { user, group };
        declare(inventory, Resource::GroupMembership(membership));
    }
}

fn mail(word: &str, number: usize) -> Name {
    Name::new(&format!("{word}{number}@acme.example"))
}

/// Plans and carries the plan out; gives it and the number of requests it took.
async fn carry_out(case: &Case) -> (Plan, u64) {
    let settings = Settings {
        bulk_import: Some(true),
        ..Settings::default()
    };
    let account = Account::of(&seed(case), settings, Duration::from_millis(50));
    let live = account.read_everything().await;
    let inventory = inventory(case);
    let plan = make(&inventory, &live);
    assert_eq!(plan.refused, Vec::new());
    let mut requests = 0;
    let mut hear = |event: &Event| {
        if let Event::Finished {
            failed,
            skipped,
            requests: sent,
            ..
        } = event
        {
            assert_eq!((*failed, *skipped), (0, 0));
            requests = *sent;
        }
    };
    let writer = account.client.writer();
    Box::pin(apply::run(&plan, &writer, &Stop::default(), &mut hear)).await;
    let after = account.read_everything().await;
    assert!(make(&inventory, &after).is_empty());
    (plan, requests)
}

fn make(inventory: &Inventory, live: &Snapshot) -> Plan {
    let mut policy = Policy::default();
    let any = Limit {
        count: Some(1_000_000),
        percent: None,
    };
    policy.removals.insert(Kind::GroupMembership, any);
    plan::build(&Inputs {
        inventory,
        snapshot: live,
        policy: &policy,
        at: Timestamp::UNIX_EPOCH,
        route: &api::route,
        targets: &[],
    })
}
