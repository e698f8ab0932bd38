//! How many requests an apply takes, beside the fewest that any order of calls could take.
//!
//! `cargo bench --bench bounds` carries out plans on the simulator. Small ones are held against a search through
//! all orders, single and bulk; large ones against a bulk call for every hundred objects alike.
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
    OrganizationMembership, Policy, Resource, Snapshot, User,
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
use fewest::{Fact, Shape, fewest};

/// What is to be done in an account whose agents are all in the groups Support and Old.
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
    /// How many end users are new.
    arriving: usize,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (mut cases, mut planned, mut bound, mut sent, mut equal) = (0, 0, 0, 0, 0);
    for seed in 0..300 {
        let case = small(seed);
        let (plan, requests) = runtime.block_on(carry_out(&case));
        let least = fewest(&facts(&case));
        let own = plan.estimate.writes + plan.estimate.polls;
        equal += u64::from(own == least);
        (cases, planned, bound, sent) = (cases + 1, planned + own, bound + least, sent + requests);
    }
    println!(
        "{cases} small plans: {planned} requests planned, {bound} at least ({equal} plans equal to the bound), \
         {sent} sent"
    );
    for agents in [250, 1_000, 3_000] {
        let case = large(agents);
        let (plan, requests) = runtime.block_on(carry_out(&case));
        println!(
            "{agents} agents, {} changes: {} calls, {} at least, {} polls expected, {requests} requests sent",
            plan.changes.len(),
            plan.estimate.writes,
            hundreds(&facts(&case)),
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
        arriving: agents / 2,
    }
}

/// Everything that has to come true, told without the planner.
fn facts(case: &Case) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |shape, person, need: Option<usize>| {
        facts.push(Fact {
            shape,
            person,
            need,
        });
    };
    (0..case.groups).for_each(|_| add(Shape::Group, None, None));
    (0..case.organizations).for_each(|_| add(Shape::Organization, None, None));
    for person in 0..case.renamed {
        add(Shape::Rename, Some(person), None);
    }
    for person in 0..case.joining {
        let group = person.checked_rem(case.groups);
        add(Shape::Join, Some(person), group);
    }
    for person in 0..case.leaving {
        add(Shape::Leave, Some(person), None);
    }
    for person in 0..case.visiting {
        let organization = person.checked_rem(case.organizations);
        add(
            Shape::Visit,
            Some(person),
            organization.map(|place| case.groups + place),
        );
    }
    for person in 0..case.arriving {
        add(Shape::Arrive, Some(case.agents + person), None);
    }
    facts
}

/// One call for every group and for every hundred of anything else.
fn hundreds(facts: &[Fact]) -> usize {
    let of = |shape: &Shape| facts.iter().filter(|fact| fact.shape == *shape).count();
    let calls = |shape: &Shape| {
        if shape.is_bulk() {
            of(shape).div_ceil(100)
        } else {
            of(shape)
        }
    };
    Shape::ALL.iter().map(calls).sum()
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
    let mut declare = |resource: Resource| {
        let declared = Declared {
            lifecycle: Lifecycle::Present,
            previously: Vec::new(),
            origin: None,
            grant: None,
            resource,
        };
        inventory
            .resources
            .insert(declared.resource.address(), declared);
    };
    let (groups, organizations) = names(case);
    for group in &groups {
        declare(Resource::Group(zdsync::model::Group::named(Name::new(
            group,
        ))));
    }
    for organization in &organizations {
        declare(Organization::named(Name::new(organization)).into());
    }
    for agent in 0..case.agents {
        let email = mail("p", agent);
        let name = if agent < case.renamed {
            "Renamed"
        } else {
            "Person"
        };
        declare(person(&email, format!("{name} {agent}")));
        let mut own = vec!["Support"];
        own.extend((agent >= case.leaving).then_some("Old"));
        if agent < case.joining {
            let new = agent.checked_rem(case.groups).map_or(2, |group| 3 + group);
            own.push(&groups[new]);
        }
        for group in own {
            let (user, group) = (email.clone(), Name::new(group));
            declare(Resource::GroupMembership(GroupMembership { user, group }));
        }
        if agent < case.visiting {
            let new = agent
                .checked_rem(case.organizations)
                .map_or(0, |place| 1 + place);
            let (user, organization) = (email.clone(), Name::new(&organizations[new]));
            declare(Resource::OrganizationMembership(OrganizationMembership {
                user,
                organization,
            }));
        }
    }
    for new in 0..case.arriving {
        declare(person(&mail("new", new), format!("New {new}")));
    }
    for agent in 0..case.agents {
        let list = (Kind::GroupMembership, Address::user(mail("p", agent)));
        inventory.lists.insert(list, None);
    }
    inventory
}

fn mail(word: &str, number: usize) -> Name {
    Name::new(&format!("{word}{number}@acme.example"))
}

fn person(email: &Name, name: String) -> Resource {
    let user = User {
        email: Some(email.clone()),
        name: Some(name),
        ..User::default()
    };
    user.into()
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
