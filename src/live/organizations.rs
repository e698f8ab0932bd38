//! Reading organizations and who belongs to them.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{Gathered, Read};
use super::needs::{MembershipNeed, OrganizationNeed, Wanted};
use super::side_by_side;
use crate::api::{
    BoxFuture, Error, Listing, MembershipRecord, OrganizationRecord, Reader, UserRecord,
};
use crate::model::{Address, Coverage, Kind, Name, ObjectId};

/// So many people or less are asked after one by one without asking whether a list is cheaper.
const FEW: usize = 5;

/// Reads organizations: all, or those of some names where looking them up is cheaper.
pub(super) async fn read(
    reader: &Reader,
    need: &OrganizationNeed,
) -> Result<Read<OrganizationRecord>, Error> {
    let client = reader.client();
    let kind = Kind::Organization;
    let names = match need {
        OrganizationNeed::Nothing => return Ok(Read::nothing(kind, client.now())),
        OrganizationNeed::All => {
            let listing = reader.organizations().await?;
            return Ok(Read::listed(kind, Coverage::All, listing, client.now()));
        }
        OrganizationNeed::Numbered(ids) => {
            let ids: Vec<ObjectId> = ids.iter().copied().collect();
            let found = reader.organizations_by_id(&ids).await?;
            let named =
                |found: &OrganizationRecord| Address::organization(found.organization.name.clone());
            let coverage = Coverage::Only(found.items.iter().map(named).collect());
            return Ok(Read::listed(kind, coverage, found, client.now()));
        }
        OrganizationNeed::Named(names) => names,
    };
    let first = reader.first_organizations().await?;
    if first.has_more() {
        return named(reader, names, first).await;
    }
    Ok(Read::listed(kind, Coverage::All, first, client.now()))
}

/// Reads organizations of some names, the first page being there: by list or by lookup.
async fn named(
    reader: &Reader,
    names: &Wanted,
    first: Listing<OrganizationRecord>,
) -> Result<Read<OrganizationRecord>, Error> {
    let client = reader.client();
    let kind = Kind::Organization;
    let known: BTreeSet<Name> = first
        .items
        .iter()
        .map(|found| found.organization.name.clone())
        .collect();
    let missing: BTreeSet<&Name> = names
        .iter()
        .filter(|(name, _)| !known.contains(name))
        .flat_map(|(name, previously)| std::iter::once(name).chain(previously))
        .filter(|name| !known.contains(name))
        .collect();
    let mut asked = 0;
    if missing.len() > FEW {
        asked = 1;
        let count = reader.organization_count().await?;
        let pages = count.map(|count| count.div_ceil(100).saturating_sub(1));
        let lookups = u64::try_from(missing.len()).unwrap_or(u64::MAX);
        if pages.is_some_and(|pages| pages <= lookups) {
            let listing = reader.rest_of_organizations(first).await?;
            let mut read = Read::listed(kind, Coverage::All, listing, client.now());
            read.part.requests += asked;
            return Ok(read);
        }
    }
    let lookups = missing.iter().map(|&name| {
        let lookup: BoxFuture<'_, _> = Box::pin(reader.organizations_by_name(name));
        lookup
    });
    let covered = names
        .keys()
        .chain(missing.iter().copied())
        .cloned()
        .map(Address::organization)
        .collect();
    let source = first.source.clone();
    // Whatever else is on the page was not asked for, and would look like all there are.
    let asked_for: BTreeSet<&Name> = names
        .iter()
        .flat_map(|(name, previously)| std::iter::once(name).chain(previously))
        .collect();
    let first = first.keep(|found| asked_for.contains(&found.organization.name));
    let mut read = Read::listed(kind, Coverage::Only(covered), first, client.now());
    // The list was left unread on purpose: what counts is that every name was asked for.
    read.part.complete = true;
    read.part.source = format!("{source} (first page)");
    read.part.requests += asked;
    for found in side_by_side::all(lookups).await? {
        let mut found = found;
        "GET /api/v2/organizations/search?name=…".clone_into(&mut found.source);
        read.add(found, client.now());
    }
    Ok(read)
}

/// Reads the organizations that memberships name and that are not known yet.
pub(super) async fn of_memberships(
    reader: &Reader,
    memberships: &[MembershipRecord],
    organizations: &mut Read<OrganizationRecord>,
) -> Result<(), Error> {
    if organizations.part.coverage == Coverage::All {
        return Ok(());
    }
    let known: BTreeSet<ObjectId> = organizations.items.iter().map(|found| found.id).collect();
    let unknown: BTreeSet<ObjectId> = memberships
        .iter()
        .map(|membership| membership.container)
        .filter(|id| !known.contains(id))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown: Vec<ObjectId> = unknown.into_iter().collect();
    let found = reader.organizations_by_id(&unknown).await?;
    organizations.cover(
        found
            .items
            .iter()
            .map(|found| Address::organization(found.organization.name.clone())),
    );
    organizations.add(found, reader.client().now());
    Ok(())
}

/// Reads memberships in organizations, now that the people are known. Somebody without a default
/// organization has none at all (zendesk-api §10.1), so nobody asks.
pub(super) async fn memberships(
    reader: &Reader,
    need: &MembershipNeed,
    users: &Read<UserRecord>,
    organizations: &Read<OrganizationRecord>,
) -> Result<Read<MembershipRecord>, Error> {
    let client = reader.client();
    let kind = Kind::OrganizationMembership;
    let (people, containers) = match need {
        MembershipNeed::Nothing => return Ok(Read::nothing(kind, client.now())),
        MembershipNeed::All => return everything(reader, 0).await,
        MembershipNeed::OfThoseRead => (None, BTreeSet::new()),
        MembershipNeed::Of { people, containers } => (Some(people), containers.clone()),
    };
    let members: Vec<ObjectId> = users
        .items
        .iter()
        .filter(|user| user.organization.is_some())
        .filter(|user| people.is_none_or(|people| Gathered::is_one_of(user, people)))
        .map(|user| user.id)
        .collect();
    let numbers: BTreeMap<Address, ObjectId> = organizations
        .items
        .iter()
        .map(|found| {
            (
                Address::organization(found.organization.name.clone()),
                found.id,
            )
        })
        .collect();
    let leaving: Vec<ObjectId> = containers
        .iter()
        .filter_map(|address| numbers.get(address).copied())
        .collect();
    let mut asked = 0;
    if members.len() > FEW {
        let (total, cost) = headcount(reader, users).await?;
        asked = cost;
        let pages = total.map(|total| total.div_ceil(100));
        if pages.is_some_and(|pages| pages <= members.len() + leaving.len()) {
            return everything(reader, asked).await;
        }
    }
    let mut read = Read::nothing(kind, client.now());
    read.part.requests = asked;
    read.part.coverage = covered(people, containers, users);
    let of_people = members.iter().map(|user| {
        let list: BoxFuture<'_, _> = Box::pin(reader.organization_memberships_of(*user));
        list
    });
    let of_containers = leaving.iter().map(|organization| {
        let list: BoxFuture<'_, _> = Box::pin(reader.members_of_organization(*organization));
        list
    });
    let mut known = BTreeSet::new();
    for mut listing in side_by_side::all(of_people.chain(of_containers)).await? {
        listing
            .items
            .retain(|membership| known.insert(membership.id));
        "GET /api/v2/users/…/organization_memberships".clone_into(&mut listing.source);
        read.add(listing, client.now());
    }
    Ok(read)
}

async fn everything(reader: &Reader, asked: u64) -> Result<Read<MembershipRecord>, Error> {
    let listing = reader.organization_memberships().await?;
    let now = reader.client().now();
    let mut read = Read::listed(Kind::OrganizationMembership, Coverage::All, listing, now);
    read.part.requests += asked;
    Ok(read)
}

/// About how many people have a place in an organization, and what it cost to know.
async fn headcount(
    reader: &Reader,
    users: &Read<UserRecord>,
) -> Result<(Option<usize>, u64), Error> {
    if users.part.coverage == Coverage::All {
        let members = users
            .items
            .iter()
            .filter(|user| user.organization.is_some());
        return Ok((Some(members.count()), 0));
    }
    let count = reader.user_count().await?;
    Ok((count.and_then(|count| usize::try_from(count).ok()), 1))
}

/// Whose memberships are known: the people under every name they may be asked for, and whoever was found
/// under one of them.
fn covered(
    people: Option<&BTreeSet<Address>>,
    containers: BTreeSet<Address>,
    users: &Read<UserRecord>,
) -> Coverage {
    let Some(people) = people else {
        return users.part.coverage.clone();
    };
    let live = users
        .items
        .iter()
        .filter(|user| Gathered::is_one_of(user, people))
        .map(|user| Address::user(user.user.key()));
    Coverage::Only(
        live.chain(people.iter().cloned())
            .chain(containers)
            .collect(),
    )
}
