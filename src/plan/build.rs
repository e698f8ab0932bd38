//! From what is declared and what is live to a plan.

use jiff::Timestamp;

use crate::diff::compare;
use crate::model::{Address, Book, Inventory, Item, Policy, Route, Snapshot, Value, Write};

use super::estimate::WholeList;
use super::lookup::Lookup;
use super::steps::{Step, Steps};
use super::types::{Estimate, Plan};
use super::world::World;
use super::{
    access, changes, coverage, digest, estimate, guard_seats, lower, notes, operations, refuse,
    rounds, seats, target,
};

/// What a plan is made from.
pub struct Inputs<'a> {
    /// What is declared.
    pub inventory: &'a Inventory,
    /// What is live.
    pub snapshot: &'a Snapshot,
    /// What may be touched, and how much.
    pub policy: &'a Policy,
    /// The time it is.
    pub at: Timestamp,
    /// How a write looks on the wire, with the numbers that are known.
    pub route: &'a dyn Fn(&Write, &Book) -> Route,
    /// Addresses, ignoring case, to which the plan is to be limited, with what they need. Empty means
    /// everything.
    pub targets: &'a [String],
}

/// Makes the plan that leads from what is live to what is declared.
///
/// It depends on nothing but its inputs, and on no order in which files or listings were read. What must
/// not happen is in [`Plan::refused`], beside everything that would be done. Makes no request.
pub fn build(inputs: &Inputs<'_>) -> Plan {
    let Inputs {
        inventory,
        snapshot,
        policy,
        at,
        route,
        targets,
    } = *inputs;
    let sides = (inventory, snapshot, policy);
    let mut world = World::new(sides, at, compare(inventory, snapshot, policy));
    let mut steps = lower::lower(&world);
    let mut unknown = Vec::new();
    if !targets.is_empty() {
        let wanted = target::wanted(&world, &steps, targets);
        unknown = wanted.unknown;
        world = World::new(sides, at, target::narrowed(world.found, &wanted.addresses));
        steps = lower::lower(&world);
    }
    let mut plan = assemble(world, steps, route);
    plan.refused.extend(unknown);
    plan
}

fn assemble(
    mut world: World<'_>,
    mut steps: Steps,
    route: &dyn Fn(&Write, &Book) -> Route,
) -> Plan {
    let numbers = numbers(&world, &steps);
    let changes = changes::changes(&world, &steps);
    let mut refused = refuse::refusals(&world, &steps);
    let whole_list = WholeList::of(world.snapshot);
    let batches = rounds::arrange(&steps, whole_list);
    steps.keep_list();
    let operations = operations::operations(steps, batches, &|write| route(write, &numbers));
    let seats = seats::count(&world, &operations);
    guard_seats::check(&world, seats, &mut refused);
    let access = access::access(&world, &changes);
    let endings = notes::endings(&world);
    let snapshot = world.snapshot;
    let mut plan = Plan {
        account: snapshot.account.clone(),
        caller: snapshot.caller.clone(),
        created_at: world.at,
        live_at: snapshot.taken_at,
        digest: String::new(),
        undeclared: notes::undeclared(&world),
        warnings: notes::warnings(&access, &endings),
        endings,
        access,
        changes,
        refused,
        unchanged: std::mem::take(&mut world.found.unchanged),
        not_ours: std::mem::take(&mut world.found.not_ours),
        seats,
        estimate: if operations.is_empty() {
            Estimate {
                reads: snapshot.requests(),
                ..Estimate::default()
            }
        } else {
            estimate::estimate(snapshot, &operations, whole_list)
        },
        numbers,
        operations,
        allowed_removals: world.policy.allowed_removals.clone(),
        coverage: coverage::coverage(world.inventory, snapshot, &world.found),
        last_apply: None,
        drift: Vec::new(),
        audit_log: None,
        whole_list,
    };
    plan.digest = digest::digest(&plan);
    plan
}

/// The numbers of everything live that a step speaks of.
fn numbers(world: &World<'_>, steps: &Steps) -> Book {
    let mut spoken_of = Lookup::default();
    let mut numbers = Vec::new();
    let mut note = |address: &Address| {
        if spoken_of.insert(address.clone(), ()).is_some() {
            return;
        }
        let known = world.difference(address).map(|difference| difference.live);
        if let Some((_, live)) = known.unwrap_or_else(|| world.live(address)) {
            numbers.push((address.clone(), live.id));
        }
    };
    for person in world.people.values() {
        // Who leaves a group relies on another one that stays, be it that one is joined too.
        let leaves = person.stays_staff() && person.groups.iter().any(|held| held.goes.is_some());
        if let Some(kept) = person.kept_groups().next().filter(|_| leaves) {
            note(&kept.address);
        }
    }
    for item in steps.list.iter().filter_map(Step::item) {
        let Item {
            address,
            id: _,
            values,
        } = item;
        note(address);
        let parts = [address.person(), address.container()];
        parts.iter().flatten().for_each(&mut note);
        for (_, value) in values {
            match value {
                Value::Reference(address) => note(address),
                Value::References(addresses) => addresses.iter().for_each(&mut note),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::Set(_)
                | Value::Json(_) => {}
            }
        }
    }
    numbers.into_iter().collect()
}
