//! Everybody whom the differences touch, gathered in one walk along both sides: a search for each person's
//! memberships would cost more than all the rest.

use std::collections::btree_map::Range;
use std::iter::Peekable;

use crate::diff::{Difference, Fate};
use crate::model::{Address, Kind, Name, Observed};

use super::lookup::Lookup;
use super::person::{Held, Person};
use super::world::{World, memberships};

/// People by address.
#[derive(Default)]
pub(super) struct People<'a> {
    all: Vec<Person<'a>>,
    places: Lookup<usize>,
}

impl<'a> People<'a> {
    /// Everybody who changes or whose memberships do.
    pub(super) fn of(world: &World<'a>) -> Self {
        let changed = world.found.differences.iter();
        let mut touched: Vec<Address> = changed.filter_map(|one| one.address.person()).collect();
        touched.sort();
        touched.dedup();
        let mut groups = Memberships::new(world, Kind::GroupMembership);
        let mut organizations = Memberships::new(world, Kind::OrganizationMembership);
        let all: Vec<Person<'a>> = touched
            .into_iter()
            .map(|address| Person::new(world, (&mut groups, &mut organizations), address))
            .collect();
        let places = all.iter().enumerate();
        let places = places.map(|(place, person)| (person.address.clone(), place));
        Self {
            places: Lookup::of(places),
            all,
        }
    }

    /// All of them, in address order.
    pub(super) fn values(&self) -> std::slice::Iter<'_, Person<'a>> {
        self.all.iter()
    }

    /// The person of that address.
    pub(super) fn get(&self, address: &Address) -> Option<&Person<'a>> {
        self.places.get(address).map(|place| &self.all[*place])
    }
}

/// A walk along the memberships of one kind, live ones and those to come.
pub(super) struct Memberships<'w, 'a> {
    world: &'w World<'a>,
    kind: Kind,
    live: Peekable<Range<'a, Address, Observed>>,
    /// The person up to whom the live ones were walked.
    last: Option<Name>,
    coming: &'w [Difference<'a>],
}

impl<'w, 'a> Memberships<'w, 'a> {
    fn new(world: &'w World<'a>, kind: Kind) -> Self {
        let first = Address::membership(kind, Name::new(""), Name::new(""));
        let differences = &world.found.differences;
        let coming = differences.partition_point(|one| one.address < first);
        Self {
            world,
            kind,
            live: world.snapshot.objects.range(first..).peekable(),
            last: None,
            coming: &differences[coming..],
        }
    }

    /// What the person who is live at that address holds. People whose address is that of the manifests come
    /// in order; the others are searched for.
    pub(super) fn held(&mut self, live: &Address) -> Box<[Held]> {
        let person = live.name();
        if self.last.as_ref().is_some_and(|last| person <= last) {
            let found = memberships(self.world.snapshot, self.kind, live);
            return found.filter_map(|one| self.one(one)).collect();
        }
        self.last = Some(person.clone());
        let kind = self.kind;
        let up_to = |(address, _): &(&Address, &Observed)| {
            address.kind() == kind && address.name() <= person
        };
        let mut found = Vec::new();
        while let Some(next) = self.live.next_if(up_to) {
            if next.0.name() == person {
                found.extend(self.one(next));
            }
        }
        found.into()
    }

    fn one(&self, (live, observed): (&Address, &Observed)) -> Option<Held> {
        let address = self.world.found.pairs.declared(live).into_owned();
        let goes = self
            .world
            .difference(&address)
            .filter(|difference| difference.fate == Fate::Remove)
            .map(|difference| difference.cause.clone());
        Some(Held {
            container: address.container()?,
            address,
            id: observed.id,
            default: observed.marks.default_membership,
            goes,
        })
    }

    /// What a person is to get, in name order. People come in address order, and everybody who gets something
    /// is asked for.
    pub(super) fn coming(&mut self, person: &Address) -> Box<[Address]> {
        let own = self.coming.iter().take_while(|difference| {
            difference.address.kind() == self.kind && difference.address.name() == person.name()
        });
        let (own, rest) = self.coming.split_at(own.count());
        self.coming = rest;
        let new = own
            .iter()
            .filter(|difference| difference.fate == Fate::Create);
        new.map(|difference| difference.address.clone()).collect()
    }
}
