//! What the service does by itself when somebody becomes an agent, looked at and put right.
//!
//! A new or promoted agent may be put into the account's default group, and may or may not be put into
//! the groups the call named (zendesk-api §5.5, §16.2). So memberships are read again, and what is
//! missing or too much is corrected before the operation counts as done.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::api::{Error, MembershipRecord, Writer};
use crate::model::{Address, Book, Item, Kind, ObjectId, Value, Verb, Write};
use crate::plan::{Operation, WholeList};

use super::attempt::Attempt;
use super::batch::{SIDE_BY_SIDE, carry_out, writes};
use super::{ItemFailure, Stop};

/// What one person must hold when the operation is done.
struct Expected {
    user: Address,
    number: ObjectId,
    groups: BTreeSet<Address>,
    organizations: BTreeSet<Address>,
    default_group: Option<Address>,
    /// The only organizations to be in, where the list of them is managed whole and the service may have added
    /// to it by mail domain (zendesk-api §9).
    only: Option<BTreeSet<Address>>,
}

/// Reads the memberships of the people whom `operations` made agents, but for those who failed, and
/// corrects them. The attempt holds the numbers of the memberships and whatever could not be put right.
///
/// Costs one request for each person (or the pages of the whole list where that is less), and the
/// corrections.
pub(super) async fn settle(
    writer: &Writer,
    operations: &[(&Operation, BTreeSet<Address>)],
    list: WholeList,
    book: &Book,
    stop: &Stop,
) -> Attempt {
    // What was begun is brought to its end, also where the apply is to stop.
    let stop = &Stop::patient(stop.patience());
    let expected: Vec<Expected> = operations
        .iter()
        .flat_map(|(operation, failed)| expectations(operation, failed, book))
        .collect();
    let mut all = Attempt::default();
    for kind in [Kind::GroupMembership, Kind::OrganizationMembership] {
        let people: Vec<&Expected> = expected
            .iter()
            .filter(|person| person.is_read(kind))
            .collect();
        if people.is_empty() {
            continue;
        }
        match held(writer, (kind, list), &people).await {
            Ok(held) => {
                let faults = faults(kind, &people, &held, book, &mut all);
                correct(writer, kind, faults, book, stop, &mut all).await;
            }
            Err(error) => all.failures.extend(people.iter().map(|person| ItemFailure {
                address: person.user.clone(),
                message: format!("the memberships could not be read again: {error}"),
            })),
        }
    }
    all
}

impl Expected {
    fn is_read(&self, kind: Kind) -> bool {
        let only = kind == Kind::OrganizationMembership && self.only.is_some();
        only || !self.containers(kind).is_empty()
    }

    /// Says whether a place in this organization is one that the person's list leaves out.
    fn leaves(&self, organization: ObjectId, book: &Book) -> bool {
        let listed = |only: &BTreeSet<Address>| {
            let mut numbers = only.iter().map(|listed| book.get(listed));
            numbers.any(|number| number == Some(organization))
        };
        self.only.as_ref().is_some_and(|only| !listed(only))
    }

    fn containers(&self, kind: Kind) -> &BTreeSet<Address> {
        if kind == Kind::GroupMembership {
            &self.groups
        } else {
            &self.organizations
        }
    }
}

/// The places of people in groups and in organizations.
type Places = (BTreeSet<Address>, BTreeSet<Address>);

fn places<'a>(memberships: impl IntoIterator<Item = &'a Address>) -> BTreeMap<Address, Places> {
    let mut people: BTreeMap<Address, Places> = BTreeMap::new();
    for membership in memberships {
        let Some(person) = membership.person() else {
            continue;
        };
        let (groups, organizations) = people.entry(person).or_default();
        let held = if membership.kind() == Kind::GroupMembership {
            groups
        } else {
            organizations
        };
        held.extend(membership.container());
    }
    people
}

fn expectations(operation: &Operation, failed: &BTreeSet<Address>, book: &Book) -> Vec<Expected> {
    let mut whole = places(&operation.whole);
    let mut people = places(&operation.settles);
    for person in whole.keys() {
        people.entry(person.clone()).or_default();
    }
    let items = &operation.write.items;
    people
        .into_iter()
        .filter(|(user, _)| !failed.contains(user))
        .filter_map(|(user, (groups, organizations))| {
            let item = items.iter().find(|item| item.address == user)?;
            let default_group = item.values.iter().find(|(path, _)| path == "default_group");
            let default_group = default_group.and_then(|(_, value)| {
                if let Value::Reference(group) = value {
                    Some(group.clone())
                } else {
                    None
                }
            });
            let number = book.get(&user).or(item.id)?;
            let only = whole.remove(&user).map(|(_, organizations)| organizations);
            Some(Expected {
                user,
                number,
                groups,
                organizations,
                default_group,
                only,
            })
        })
        .collect()
}

async fn held(
    writer: &Writer,
    (kind, list): (Kind, WholeList),
    people: &[&Expected],
) -> Result<BTreeMap<ObjectId, Vec<MembershipRecord>>, Error> {
    let reader = &writer.reader();
    let in_groups = kind == Kind::GroupMembership;
    // The list of all members of organizations may be longer than any number of people made at once.
    let records = if !in_groups || !list.is_cheaper_than(people.len()) {
        let read = people.iter().map(|person| async move {
            if in_groups {
                reader.group_memberships_of(person.number).await
            } else {
                reader.organization_memberships_of(person.number).await
            }
        });
        let lists: Vec<_> = stream::iter(read)
            .buffered(SIDE_BY_SIDE)
            .try_collect()
            .await?;
        lists.into_iter().flat_map(|list| list.items).collect()
    } else {
        reader.group_memberships().await?.items
    };
    let mut held: BTreeMap<ObjectId, Vec<MembershipRecord>> = BTreeMap::new();
    for record in records {
        held.entry(record.user).or_default().push(record);
    }
    Ok(held)
}

/// Puts right what was read: adds, then moves the default, then removes, so that an agent is never
/// without a group (zendesk-api §16.4).
async fn correct(
    writer: &Writer,
    kind: Kind,
    faults: Faults,
    book: &Book,
    stop: &Stop,
    all: &mut Attempt,
) {
    let Faults {
        missing,
        defaults,
        extra,
    } = faults;
    let mut calls = writes(Verb::Create, kind, missing);
    carry_out_one_wave(writer, &calls, book, stop, all).await;
    // One by one: there is no bulk form, and the item may be a membership made just now.
    calls = defaults
        .into_iter()
        .flat_map(|item| writes(Verb::MakeDefault, kind, vec![item]))
        .collect();
    carry_out_one_wave(writer, &calls, book, stop, all).await;
    calls = writes(Verb::Delete, kind, extra);
    carry_out_one_wave(writer, &calls, book, stop, all).await;
}

/// Holds what was read against what is expected, and notes the numbers of what is as it must be.
fn faults(
    kind: Kind,
    people: &[&Expected],
    held: &BTreeMap<ObjectId, Vec<MembershipRecord>>,
    book: &Book,
    all: &mut Attempt,
) -> Faults {
    let mut faults = Faults::default();
    for person in people {
        let records = held.get(&person.number).map_or(&[] as &[_], Vec::as_slice);
        faults.add(kind, person, records, book, all);
    }
    faults
}

/// What is not as it must be.
#[derive(Default)]
struct Faults {
    missing: Vec<Item>,
    defaults: Vec<Item>,
    extra: Vec<Item>,
}

impl Faults {
    fn add(
        &mut self,
        kind: Kind,
        person: &Expected,
        records: &[MembershipRecord],
        book: &Book,
        all: &mut Attempt,
    ) {
        let item = |container: &Address, id| Item {
            address: Address::membership(
                kind,
                person.user.name().clone(),
                container.name().clone(),
            ),
            id,
            values: Vec::new(),
        };
        let is_default = |container: &Address| person.default_group.as_ref() == Some(container);
        let mut unseen = person.containers(kind).clone();
        let named: BTreeMap<ObjectId, &Address> = person
            .containers(kind)
            .iter()
            .filter_map(|container| Some((book.get(container)?, container)))
            .collect();
        for record in records {
            let Some(container) = named.get(&record.container) else {
                if kind == Kind::GroupMembership || person.leaves(record.container, book) {
                    self.extra
                        .push(item(&unnamed(record.container), Some(record.id)));
                }
                continue;
            };
            unseen.remove(*container);
            all.numbers.push((item(container, None).address, record.id));
            if is_default(container) && !record.default {
                self.defaults.push(item(container, Some(record.id)));
            }
        }
        for container in unseen {
            if kind == Kind::GroupMembership && is_default(&container) {
                self.defaults.push(item(&container, None));
            }
            self.missing.push(item(&container, None));
        }
    }
}

async fn carry_out_one_wave(
    writer: &Writer,
    calls: &[Write],
    book: &Book,
    stop: &Stop,
    all: &mut Attempt,
) {
    let mut known = book.clone();
    for (address, id) in &all.numbers {
        known.insert(address.clone(), *id);
    }
    let calls: Vec<&Write> = calls.iter().collect();
    for outcome in carry_out(writer, &calls, &known, stop).await {
        all.numbers.extend(outcome.numbers);
        all.failures.extend(outcome.failures);
        all.request_ids.extend(outcome.request_ids);
        all.hopeless = all.hopeless.take().or(outcome.hopeless);
    }
}

/// A group that the plan does not speak of, by its number.
fn unnamed(group: ObjectId) -> Address {
    Address::group(&*format!("id:{group}"))
}
