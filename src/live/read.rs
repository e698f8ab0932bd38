//! Reading what is needed, side by side where nothing has to be known before.

use std::collections::BTreeSet;

use super::gather::{Gathered, Read};
use super::join::join;
use super::needs::{MembershipNeed, Needs, UserNeed};
use super::{organizations, people, side_by_side};
use crate::api::{BoxFuture, Error, GroupRecord, MembershipRecord, Reader, RoleRecord, UserRecord};
use crate::model::{Address, Coverage, Kind, ObjectId, Snapshot, UserField};

/// Reads the account.
///
/// Costs one request for every page of the lists that `needs` names, and at most five more: the
/// caller, the settings, the roles, and up to two questions after the size of a list; where lookups
/// take the place of a list, one for each and one that verifies what they found.
///
/// # Errors
/// The first read that fails, after all repetitions that may help, ends the others: a snapshot is never
/// half known.
pub async fn read(reader: &Reader, needs: &Needs) -> Result<Snapshot, Error> {
    for reason in &needs.reasons {
        tracing::info!("{reason}");
    }
    // Alone, so that a bad credential or address gives one error and not eight.
    let caller = reader.me().await?;
    let (settings, roles, groups, users, group_memberships, organizations, fields) = tokio::try_join!(
        Box::pin(reader.settings()),
        Box::pin(roles(reader, needs.roles)),
        Box::pin(groups(reader)),
        Box::pin(people::listed(reader, &needs.users)),
        Box::pin(all_group_memberships(reader, &needs.group_memberships)),
        Box::pin(organizations::read(reader, &needs.organizations)),
        Box::pin(fields(reader, needs)),
    )?;
    let (custom_roles, roles) = roles;
    let (user_fields, organization_fields, field_requests) = fields;
    let mut gathered = Gathered {
        caller,
        settings,
        custom_roles,
        roles,
        groups,
        organizations,
        users,
        group_memberships,
        organization_memberships: Read::nothing(
            Kind::OrganizationMembership,
            reader.client().now(),
        ),
        user_fields,
        organization_fields,
    };
    // The caller and the settings are no kind's own; they count with the groups, which are always read.
    gathered.groups.part.requests += 2 + field_requests;
    gathered.groups.note("GET /api/v2/users/me");
    gathered.groups.note("GET /api/v2/account/settings");
    Box::pin(follow_up(reader, needs, &mut gathered)).await?;
    mark_restricted(&mut gathered);
    Ok(join(gathered, reader.client()))
}

/// What can only be asked once the people are known.
async fn follow_up(reader: &Reader, needs: &Needs, gathered: &mut Gathered) -> Result<(), Error> {
    if let UserNeed::Staff(wanted) = &needs.users {
        people::looked_up(reader, wanted, &mut gathered.users).await?;
    }
    let (group_memberships, organization_memberships) = tokio::try_join!(
        group_memberships_of(reader, &needs.group_memberships, &gathered.users),
        organizations::memberships(
            reader,
            &needs.organization_memberships,
            &gathered.users,
            &gathered.organizations,
        ),
    )?;
    if let Some(read) = group_memberships {
        gathered.group_memberships = read;
    }
    gathered.organization_memberships = organization_memberships;
    organizations::of_memberships(
        reader,
        &gathered.organization_memberships.items,
        &mut gathered.organizations,
    )
    .await?;
    unknown_members(reader, gathered).await
}

async fn roles(reader: &Reader, needed: bool) -> Result<(bool, Read<RoleRecord>), Error> {
    let client = reader.client();
    if !needed {
        return Ok((false, Read::nothing(Kind::Role, client.now())));
    }
    if let Some(listing) = reader.roles().await? {
        let read = Read::listed(Kind::Role, Coverage::All, listing, client.now());
        return Ok((true, read));
    }
    let mut none = Read::nothing(Kind::Role, client.now());
    none.part.coverage = Coverage::All;
    none.part.requests = 1;
    none.note("GET /api/v2/custom_roles (not part of the account's plan)");
    Ok((false, none))
}

async fn groups(reader: &Reader) -> Result<Read<GroupRecord>, Error> {
    let listing = reader.groups().await?;
    let now = reader.client().now();
    Ok(Read::listed(Kind::Group, Coverage::All, listing, now))
}

async fn fields(
    reader: &Reader,
    needs: &Needs,
) -> Result<(Vec<UserField>, Vec<UserField>, u64), Error> {
    let users = async {
        if needs.user_fields {
            reader.user_fields().await.map(Some)
        } else {
            Ok(None)
        }
    };
    let organizations = async {
        if needs.organization_fields {
            reader.organization_fields().await.map(Some)
        } else {
            Ok(None)
        }
    };
    let (users, organizations) = tokio::try_join!(users, organizations)?;
    let requests = [&users, &organizations]
        .into_iter()
        .flatten()
        .map(|listing| listing.requests)
        .sum();
    let items = |listing: Option<crate::api::Listing<UserField>>| {
        listing.map(|listing| listing.items).unwrap_or_default()
    };
    Ok((items(users), items(organizations), requests))
}

async fn all_group_memberships(
    reader: &Reader,
    need: &MembershipNeed,
) -> Result<Read<MembershipRecord>, Error> {
    let kind = Kind::GroupMembership;
    match need {
        MembershipNeed::All | MembershipNeed::OfThoseRead => {
            let listing = reader.group_memberships().await?;
            let now = reader.client().now();
            Ok(Read::listed(kind, Coverage::All, listing, now))
        }
        MembershipNeed::Nothing | MembershipNeed::Of { .. } => {
            Ok(Read::nothing(kind, reader.client().now()))
        }
    }
}

/// The memberships of some people, person by person. End users have none.
async fn group_memberships_of(
    reader: &Reader,
    need: &MembershipNeed,
    users: &Read<UserRecord>,
) -> Result<Option<Read<MembershipRecord>>, Error> {
    let MembershipNeed::Of {
        people,
        containers: _,
    } = need
    else {
        return Ok(None);
    };
    let client = reader.client();
    let found: Vec<&UserRecord> = users
        .items
        .iter()
        .filter(|user| Gathered::is_one_of(user, people))
        .collect();
    let lists = found
        .iter()
        .filter(|user| {
            user.user
                .role
                .as_ref()
                .is_some_and(crate::model::UserRole::is_staff)
        })
        .map(|user| {
            let list: BoxFuture<'_, _> = Box::pin(reader.group_memberships_of(user.id));
            list
        });
    let mut read = Read::nothing(Kind::GroupMembership, client.now());
    read.cover(people.iter().cloned());
    read.cover(found.iter().map(|user| Address::user(user.user.key())));
    for mut listing in side_by_side::all(lists).await? {
        "GET /api/v2/users/…/group_memberships".clone_into(&mut listing.source);
        read.add(listing, client.now());
    }
    Ok(Some(read))
}

/// Reads members who are named by a membership only: people of an organization that is to go.
async fn unknown_members(reader: &Reader, gathered: &mut Gathered) -> Result<(), Error> {
    if gathered.organization_memberships.part.coverage == Coverage::All {
        return Ok(());
    }
    let known: BTreeSet<ObjectId> = gathered.users.items.iter().map(|user| user.id).collect();
    let unknown: BTreeSet<ObjectId> = gathered
        .organization_memberships
        .items
        .iter()
        .map(|membership| membership.user)
        .filter(|id| !known.contains(id))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown: Vec<ObjectId> = unknown.into_iter().collect();
    let found = reader.users_by_id(&unknown).await?;
    gathered.users.add(found, reader.client().now());
    Ok(())
}

/// A caller who sees only some of the account's people and organizations gets lists that end properly
/// and still lack some: they prove nothing about what is missing (zendesk-api §9, O1).
fn mark_restricted(gathered: &mut Gathered) {
    if gathered.caller.restricted {
        gathered.users.part.complete = false;
        gathered.organizations.part.complete = false;
        gathered.organization_memberships.part.complete = false;
    }
}
