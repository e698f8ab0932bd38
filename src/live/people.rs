//! Reading people: the staff, and those who are not among it.

use std::collections::BTreeSet;

use super::gather::Read;
use super::needs::{UserNeed, Wanted};
use super::side_by_side;
use crate::api::{BoxFuture, Error, Listing, Reader, UserFilter, UserRecord};
use crate::model::{Address, Coverage, Kind, Name, ObjectId};

/// For so many lookups or less nobody asks how long the list is.
const FEW_LOOKUPS: usize = 3;

/// Reads the first part: a list of the staff or of everybody.
pub(super) async fn listed(reader: &Reader, need: &UserNeed) -> Result<Read<UserRecord>, Error> {
    let (filter, coverage) = match need {
        UserNeed::Nothing => return Ok(Read::nothing(Kind::User, reader.client().now())),
        UserNeed::Numbered(ids) => {
            let ids: Vec<ObjectId> = ids.iter().copied().collect();
            let found = reader.users_by_id(&ids).await?;
            let people = found
                .items
                .iter()
                .map(|user| Address::user(user.user.key()));
            let coverage = Coverage::Only(people.collect());
            return Ok(Read::listed(
                Kind::User,
                coverage,
                found,
                reader.client().now(),
            ));
        }
        UserNeed::Staff(_) => (UserFilter::Staff, Coverage::Staff),
        UserNeed::All => (UserFilter::All, Coverage::All),
    };
    let listing = reader.users(filter).await?;
    let now = reader.client().now();
    Ok(Read::listed(Kind::User, coverage, listing, now))
}

/// Finds the wanted people who are not among the staff. Staff and all end users together are everybody.
pub(super) async fn looked_up(
    reader: &Reader,
    wanted: &Wanted,
    users: &mut Read<UserRecord>,
) -> Result<(), Error> {
    let Missing {
        emails,
        external_ids,
    } = missing(wanted, users);
    if !external_ids.is_empty() {
        let found = reader.users_by_external_id(&external_ids).await?;
        users.add(found, reader.client().now());
    }
    if emails.is_empty() {
        return Ok(());
    }
    if let Some(emails) = first_page(reader, emails, users).await? {
        search(reader, &emails, users).await?;
    }
    Ok(())
}

/// Names that nobody read so far has.
struct Missing {
    emails: BTreeSet<Name>,
    external_ids: Vec<String>,
}

/// Whom the list of the staff did not show.
fn missing(wanted: &Wanted, users: &Read<UserRecord>) -> Missing {
    let mut known: BTreeSet<Name> = BTreeSet::new();
    for user in &users.items {
        known.extend(user.user.email.clone());
        known.extend(user.user.external_id.as_deref().map(Name::new));
    }
    known.extend(users.emails.iter().map(|held| held.email.clone()));
    let mut missing = Missing {
        emails: BTreeSet::new(),
        external_ids: Vec::new(),
    };
    for (name, previously) in wanted {
        if known.contains(name) {
            continue;
        }
        for name in std::iter::once(name).chain(previously) {
            if known.contains(name) {
                continue;
            }
            if name.as_str().contains('@') {
                missing.emails.insert(name.clone());
            } else {
                missing.external_ids.push(name.as_str().to_owned());
            }
        }
    }
    missing
}

/// Reads the first page of end users, which proves more than any search. Where it is the only one, or
/// the rest is fewer pages than there are lookups to make, everybody is read; otherwise whoever is
/// still missing is given.
async fn first_page(
    reader: &Reader,
    emails: BTreeSet<Name>,
    users: &mut Read<UserRecord>,
) -> Result<Option<BTreeSet<Name>>, Error> {
    let filter = UserFilter::EndUsers;
    let mut first = reader.first_users(filter).await?;
    let mut everybody = !first.has_more();
    let still_missing = without(&first, &emails);
    if first.has_more() && still_missing.len() > FEW_LOOKUPS {
        let count = reader.user_count().await?;
        users.part.requests += 1;
        let staff = users.items.len();
        let pages = count.map(|count| {
            let total = usize::try_from(count).unwrap_or(usize::MAX);
            total.saturating_sub(staff).div_ceil(100).saturating_sub(1)
        });
        // Lookups, and the reads that verify what they found.
        let lookups = still_missing.len() + still_missing.len().div_ceil(100);
        if pages.is_some_and(|pages| pages <= lookups) {
            first = reader.rest_of_users(filter, first).await?;
            everybody = true;
        }
    }
    if everybody {
        users.add(first, reader.client().now());
        users.part.coverage = Coverage::All;
        return Ok(None);
    }
    // Whoever else is on the page was not asked for, and would look like all there are.
    let mut found = first.keep(|user| {
        let email = user.user.email.as_ref();
        email.is_some_and(|email| emails.contains(email))
    });
    found.complete = true;
    found.source.push_str(" (first page)");
    let holders: BTreeSet<ObjectId> = found.items.iter().map(|user| user.id).collect();
    found.emails.retain(|held| holders.contains(&held.user));
    users.add(found, reader.client().now());
    Ok(Some(still_missing))
}

/// The addresses that nobody on a page has as primary one.
fn without(page: &Listing<UserRecord>, emails: &BTreeSet<Name>) -> BTreeSet<Name> {
    let known: BTreeSet<&Name> = page
        .items
        .iter()
        .filter_map(|user| user.user.email.as_ref())
        .collect();
    emails
        .iter()
        .filter(|email| !known.contains(email))
        .cloned()
        .collect()
}

/// Searches address by address, then reads whoever was found by number: the search index lags behind,
/// so what it says of them proves nothing.
async fn search(
    reader: &Reader,
    emails: &BTreeSet<Name>,
    users: &mut Read<UserRecord>,
) -> Result<(), Error> {
    let searches = emails.iter().map(|email| {
        let search: BoxFuture<'_, _> = Box::pin(reader.search_email(email));
        search
    });
    let hits = side_by_side::all(searches).await?;
    let mut ids: BTreeSet<ObjectId> = BTreeSet::new();
    for hit in hits {
        users.part.requests += hit.requests;
        users.note("GET /api/v2/users/search?query=email:…");
        ids.extend(hit.items);
    }
    for user in &users.items {
        ids.remove(&user.id);
    }
    let ids: Vec<ObjectId> = ids.into_iter().collect();
    let found = reader.users_by_id(&ids).await?;
    let odd: Vec<ObjectId> = found
        .items
        .iter()
        .filter(|user| {
            !user
                .user
                .email
                .as_ref()
                .is_some_and(|email| emails.contains(email))
        })
        .map(|user| user.id)
        .collect();
    users.add(found, reader.client().now());
    // Somebody was found under an address that is not the primary one: it may be a secondary one.
    let asked = odd.iter().map(|id| {
        let read: BoxFuture<'_, _> = Box::pin(reader.emails(*id));
        read
    });
    for emails in side_by_side::all(asked).await? {
        users.part.requests += 1;
        users.emails.extend(emails);
    }
    Ok(())
}
