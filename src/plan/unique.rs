//! Unique values: free before they are taken, a circle of takers broken by a temporary value.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{Fate, stand_in};
use crate::model::{Address, FieldChange, Kind, Name, ObjectId, Value, Verb};

use super::steps::{Bond, StepId, Steps};
use super::world::World;

/// A value that only one object of its kind may have, compared as the service compares it.
type Unique = (Kind, &'static str, String);

/// The unique values that steps give up and take, with what each step gave up to take one.
#[derive(Debug, Default)]
struct Market {
    freed: BTreeMap<Unique, StepId>,
    taken: Vec<(StepId, Unique)>,
}

/// Lets whoever takes a unique value wait for the one who gives it up.
pub(super) fn free_before_taking(world: &World<'_>, steps: &mut Steps) {
    let mut market = market(world, steps);
    while let Some((step, unique)) = circle(&market) {
        break_circle(world, steps, &mut market, step, &unique);
    }
    for (later, unique) in &market.taken {
        if let Some(earlier) = market.freed.get(unique) {
            steps.wait(*later, *earlier, Bond::Ordered);
        }
    }
    make_before_reusing(world, steps, &market);
}

/// A name that a new entry had before is taken only after the entry's object is made. Were the apply broken
/// off in between, the next plan would take whoever has the name now for the entry's former self.
fn make_before_reusing(world: &World<'_>, steps: &mut Steps, market: &Market) {
    let created = world
        .found
        .differences
        .iter()
        .filter(|difference| difference.fate == Fate::Create);
    let mut bonds: Vec<(StepId, StepId)> = Vec::new();
    for difference in created {
        let Some(made) = steps.created.get(&difference.address).copied() else {
            continue;
        };
        let former = difference
            .declared
            .map_or(&[][..], |declared| &declared.previously);
        for name in former {
            let taken = market.taken.iter().filter(|(step, (kind, path, text))| {
                *step != made
                    && *kind == difference.address.kind()
                    && *path != "external_id"
                    && text == name.folded()
            });
            bonds.extend(taken.map(|(later, _)| (*later, made)));
        }
    }
    for (later, earlier) in bonds {
        if !steps.reachable(&[later]).contains(&earlier) {
            steps.wait(later, earlier, Bond::Ordered);
        }
    }
}

/// The external ids that this plan gives to somebody while another live object keeps them.
pub(super) fn taken_external_ids(world: &World<'_>) -> Vec<(Address, Address)> {
    let mut wanted: BTreeMap<(Kind, String), &Address> = BTreeMap::new();
    for difference in &world.found.differences {
        let field = difference
            .fields
            .iter()
            .find(|field| field.path == "external_id");
        if let Some(Value::Text(text)) = field.map(|field| &field.after) {
            let key = (difference.address.kind(), text.to_lowercase());
            wanted.insert(key, &difference.address);
        }
    }
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut clashes = Vec::new();
    for (live_address, live) in &world.snapshot.objects {
        let Some(external_id) = external_id(live) else {
            continue;
        };
        let key = (live_address.kind(), external_id.to_lowercase());
        let Some(taker) = wanted.get(&key) else {
            continue;
        };
        let holder = world.found.pairs.declared(live_address).into_owned();
        let gives_up = world.difference(&holder).is_some_and(|difference| {
            let fields = &difference.fields;
            difference.fate == Fate::Remove
                || fields.iter().any(|field| field.path == "external_id")
        });
        if holder != **taker && !gives_up {
            clashes.push(((*taker).clone(), holder));
        }
    }
    clashes
}

fn external_id(live: &crate::model::Observed) -> Option<&String> {
    let user = live.resource.as_user().map(|user| &user.external_id);
    let organization = live.resource.as_organization().map(|one| &one.external_id);
    user.or(organization)?.as_ref()
}

fn market(world: &World<'_>, steps: &Steps) -> Market {
    let mut market = Market::default();
    for (step, change) in steps.list.iter().enumerate() {
        let (Some((verb, kind)), Some(item)) = (change.shape(), change.item()) else {
            continue;
        };
        if kind.container().is_some() {
            continue;
        }
        for (path, value) in &item.values {
            let (Some(path), Value::Text(text)) = (unique_path(kind, path), value) else {
                continue;
            };
            let unique = (kind, path, Name::new(text).folded().to_owned());
            match verb {
                Verb::Create | Verb::Update | Verb::AddEmail => market.taken.push((step, unique)),
                Verb::RemoveEmail => {
                    market.freed.insert(unique, step);
                }
                Verb::Delete | Verb::MakeDefault | Verb::MakeEmailPrimary => {}
            }
        }
        match verb {
            Verb::Update => frees_by_update(world, &mut market, step, &item.address),
            Verb::Delete => frees_by_deletion(world, &mut market, step, &item.address),
            Verb::Create
            | Verb::MakeDefault
            | Verb::AddEmail
            | Verb::MakeEmailPrimary
            | Verb::RemoveEmail => {}
        }
    }
    market
}

/// The fields that are unique within a kind (zendesk-api §5.1, 7, 9, 11.2).
fn unique_path(kind: Kind, path: &str) -> Option<&'static str> {
    match (kind, path) {
        (Kind::Role | Kind::Group | Kind::Organization, "name") => Some("name"),
        (Kind::Organization | Kind::User, "external_id") => Some("external_id"),
        (Kind::User, "email") => Some("email"),
        _ => None,
    }
}

fn frees_by_update(world: &World<'_>, market: &mut Market, step: StepId, address: &Address) {
    let fields: &[FieldChange] = world
        .difference(address)
        .map_or(&[], |difference| &difference.fields);
    for field in fields {
        let (Some(path), Value::Text(before)) =
            (unique_path(address.kind(), &field.path), &field.before)
        else {
            continue;
        };
        if path != "email" {
            let folded = Name::new(before).folded().to_owned();
            market.freed.insert((address.kind(), path, folded), step);
        }
    }
}

fn frees_by_deletion(world: &World<'_>, market: &mut Market, step: StepId, address: &Address) {
    let Some((_, live)) = world.live(address) else {
        return;
    };
    for fact in live.resource.facts() {
        if let (Some(path), Value::Text(text)) =
            (unique_path(address.kind(), &fact.path), &fact.value)
        {
            let folded = Name::new(text).folded().to_owned();
            market.freed.insert((address.kind(), path, folded), step);
        }
    }
}

/// A step that, by way of what it takes, waits for itself, and the value it gives up.
fn circle(market: &Market) -> Option<(StepId, Unique)> {
    let mut waits: BTreeMap<StepId, Vec<(StepId, &Unique)>> = BTreeMap::new();
    for (later, unique) in &market.taken {
        if let Some(earlier) = market.freed.get(unique)
            && earlier != later
        {
            waits.entry(*later).or_default().push((*earlier, unique));
        }
    }
    for start in waits.keys() {
        let mut open = vec![*start];
        let mut seen = BTreeSet::new();
        while let Some(step) = open.pop() {
            for (earlier, unique) in waits.get(&step).into_iter().flatten() {
                if earlier == start {
                    // `step` takes what `start` gives up: that is what a temporary value must free.
                    return Some((*start, (*unique).clone()));
                }
                if seen.insert(*earlier) {
                    open.push(*earlier);
                }
            }
        }
    }
    None
}

/// Lets `step`'s object give up `unique` for a temporary value first.
fn break_circle(
    world: &World<'_>,
    steps: &mut Steps,
    market: &mut Market,
    step: StepId,
    unique: &Unique,
) {
    let Some(item) = steps.list[step].item() else {
        return;
    };
    let (address, id) = (item.address.clone(), item.id);
    let changes = steps.list[step].changes.clone();
    let held = world
        .live(&address)
        .map(|(live, _)| live.name().to_string());
    let held = held.filter(|_| unique.1 == "name");
    let value = Value::text(&temporary(&held.unwrap_or_else(|| unique.2.clone()), id));
    let values = vec![(Cow::Borrowed(unique.1), value)];
    let aside = steps.write(Verb::Update, (&address, id), values, &changes[..1]);
    steps.wait(step, aside, Bond::Success);
    market.freed.insert(unique.clone(), aside);
}

/// A value nobody has: the old one with the object's number.
fn temporary(held: &str, id: Option<ObjectId>) -> String {
    id.map_or_else(|| format!("{held} ()"), |id| stand_in(held, id))
}
