//! What the planner looks at: both sides, the differences, and the people they touch.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::diff::{Cause, Difference, Differences, Fate};
use crate::model::{
    Address, Inventory, Kind, Name, Observed, Origin, Policy, Snapshot, Texts, Undeclared,
    UserRole, Value,
};

use super::lookup::Lookup;
use super::people::People;
use super::person::Person;

/// Both sides and what lies between them. Addresses are those of the manifests throughout.
pub(super) struct World<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) snapshot: &'a Snapshot,
    pub(super) policy: &'a Policy,
    pub(super) at: Timestamp,
    pub(super) found: Differences<'a>,
    /// Everybody who changes or whose memberships do.
    pub(super) people: People<'a>,
    index: Lookup<usize>,
    /// Organizations by the mail domains whose people join them by themselves, in lower case.
    mail_domains: BTreeMap<String, BTreeSet<Address>>,
}

impl<'a> World<'a> {
    /// Completes the differences by what the service does by itself and gathers the people.
    pub(super) fn new(
        (inventory, snapshot, policy): (&'a Inventory, &'a Snapshot, &'a Policy),
        at: Timestamp,
        mut found: Differences<'a>,
    ) -> Self {
        drop_with_downgrades(snapshot, &mut found);
        let places = found.differences.iter().enumerate();
        let places = places.map(|(place, difference)| (difference.address.clone(), place));
        let index = Lookup::of(places);
        let mut world = Self {
            inventory,
            snapshot,
            policy,
            at,
            found,
            people: People::default(),
            index,
            mail_domains: BTreeMap::new(),
        };
        world.mail_domains = world.mail_domains();
        world.people = People::of(&world);
        world
    }

    /// The difference at an address.
    pub(super) fn difference(&self, address: &Address) -> Option<&Difference<'a>> {
        self.index
            .get(address)
            .map(|index| &self.found.differences[*index])
    }

    /// The live object that the manifests call `address`, and where it is now.
    pub(super) fn live(&self, address: &Address) -> Option<(&'a Address, &'a Observed)> {
        let live = self.found.pairs.live(address)?;
        self.snapshot.objects.get_key_value(live.as_ref())
    }

    fn mail_domains(&self) -> BTreeMap<String, BTreeSet<Address>> {
        let declared = self.inventory.of_kind(Kind::Organization);
        let declared = declared.map(|(address, declared)| (address.clone(), &declared.resource));
        let live = self.snapshot.of_kind(Kind::Organization);
        let live = live.map(|(address, live)| {
            let named = self.found.pairs.renamed(address);
            (named.unwrap_or_else(|| address.clone()), &live.resource)
        });
        let mut domains: BTreeMap<String, BTreeSet<Address>> = BTreeMap::new();
        for (address, resource) in declared.chain(live) {
            let mapped = resource.as_organization();
            let mapped = mapped.and_then(|organization| organization.domain_names.as_ref());
            for domain in mapped.into_iter().flat_map(Texts::iter) {
                let organizations = domains.entry(domain.to_lowercase()).or_default();
                organizations.insert(address.clone());
            }
        }
        domains
    }

    /// Says whether the mail domain of somebody new may lead into an organization that the person's own list,
    /// which is managed whole, leaves out.
    pub(super) fn joins_unlisted(&self, person: &Person<'_>) -> bool {
        let kind = Kind::OrganizationMembership;
        if self.policy.undeclared(kind) != Undeclared::Remove
            || !self.inventory.owns_list(kind, &person.address)
        {
            return false;
        }
        let email = person.address.name().folded().to_lowercase();
        let Some((_, domain)) = email.rsplit_once('@') else {
            return false;
        };
        let joined = [domain, &email].map(|domain| self.mail_domains.get(domain));
        joined.into_iter().flatten().flatten().any(|organization| {
            let mut listed = person.new_organizations.iter();
            !listed.any(|place| place.container().as_ref() == Some(organization))
        })
    }

    /// Says whether `address` comes to be.
    pub(super) fn is_created(&self, address: &Address) -> bool {
        self.has_fate(address, Fate::Create)
    }

    /// Says whether `address` ceases to be.
    pub(super) fn is_removed(&self, address: &Address) -> bool {
        self.has_fate(address, Fate::Remove)
    }

    fn has_fate(&self, address: &Address, fate: Fate) -> bool {
        self.difference(address)
            .is_some_and(|difference| difference.fate == fate)
    }

    /// The differences of one kind, in address order.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Difference<'a>> {
        self.found
            .differences
            .iter()
            .filter(move |difference| difference.address.kind() == kind)
    }

    /// A live user's role, by the name the manifests give it.
    pub(super) fn role_of(&self, live: &Observed) -> Option<UserRole> {
        let role = live.resource.as_user()?.role.clone()?;
        Some(match role {
            UserRole::Named(role) => {
                UserRole::Named(self.found.pairs.renamed(&role).unwrap_or(role))
            }
            UserRole::EndUser | UserRole::Agent | UserRole::Admin => role,
        })
    }
}

/// A person's live memberships of one kind. `live` is the address the person has now.
pub(super) fn memberships<'a>(
    snapshot: &'a Snapshot,
    kind: Kind,
    live: &Address,
) -> impl Iterator<Item = (&'a Address, &'a Observed)> {
    let person = live.name().clone();
    let first = Address::membership(kind, person.clone(), Name::new(""));
    snapshot
        .objects
        .range(first..)
        .take_while(move |(address, _)| address.kind() == kind && *address.name() == person)
}

/// A downgrade to end user takes the group memberships along (zendesk-api §5.2).
fn drop_with_downgrades<'a>(snapshot: &'a Snapshot, found: &mut Differences<'a>) {
    let downgraded: BTreeMap<Address, (&'a Address, Option<&'a Origin>)> = found
        .differences
        .iter()
        .filter(|difference| difference.fate == Fate::Update && is_downgrade(difference))
        .filter_map(|difference| {
            let (live, _) = difference.live?;
            Some((difference.address.clone(), (live, difference.origin)))
        })
        .collect();
    if downgraded.is_empty() {
        return;
    }
    let mut known = BTreeSet::new();
    for difference in &mut found.differences {
        let Some(person) = difference.address.person() else {
            continue;
        };
        if difference.address.kind() == Kind::GroupMembership
            && difference.fate == Fate::Remove
            && downgraded.contains_key(&person)
        {
            known.insert(difference.address.clone());
            difference.cause = Cause::With(person);
        }
    }
    for (person, (live_address, origin)) in downgraded {
        for live in memberships(snapshot, Kind::GroupMembership, live_address) {
            let address = found.pairs.declared(live.0).into_owned();
            if known.contains(&address) {
                continue;
            }
            found.differences.push(Difference {
                address,
                fate: Fate::Remove,
                cause: Cause::With(person.clone()),
                live: Some(live),
                declared: None,
                fields: Vec::new(),
                origin,
            });
        }
    }
    found
        .differences
        .sort_by(|left, right| left.address.cmp(&right.address));
}

/// Says whether an agent or administrator becomes an end user.
fn is_downgrade(difference: &Difference<'_>) -> bool {
    let end_user = Value::text("end-user");
    difference
        .fields
        .iter()
        .any(|field| field.path == "role" && field.after == end_user && field.before != end_user)
}
