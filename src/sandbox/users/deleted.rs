//! Removing users, and those that were removed (zendesk-api §5.9, U16 to U19).

use serde::Serialize;

use super::rank;
use crate::sandbox::call::{Call, Outcome, url};
use crate::sandbox::counts;
use crate::sandbox::desk::{Desk, Source};
use crate::sandbox::errors::Refusal;
use crate::sandbox::limits::Limit;
use crate::sandbox::locales;
use crate::sandbox::options::Switch;
use crate::sandbox::organization_memberships;
use crate::sandbox::paging::{self, Listing};
use crate::sandbox::records::{Id, Rank, Role, User};
use crate::sandbox::reply::{Document, Reply};

/// Removes a user softly: address, external id and memberships go, the rest stays.
pub(crate) fn remove_one(desk: &mut Desk<'_>, id: Id) -> Result<(), Refusal> {
    let user = desk.state.users.get(&id).ok_or(Refusal::NotFound)?.clone();
    if !user.active {
        let fine = desk.settings.is(Switch::SecondDeleteSucceeds);
        return if fine { Ok(()) } else { Err(Refusal::NotFound) };
    }
    if user.owner || id == desk.actor {
        return Err(desk.untouchable());
    }
    let admin = desk
        .caller()
        .is_some_and(|caller| caller.rank.role == Role::Admin);
    if user.rank.is_staff() && !admin {
        return Err(Refusal::Forbidden);
    }
    desk.check_may_write(&user)?;
    if user.tickets.open_requested > 0 {
        return Err(Refusal::open_tickets(user.tickets.open_requested));
    }
    desk.before_user_change(id);
    rank::leave_groups(desk, id);
    organization_memberships::leave_all(desk, id);
    let identities: Vec<Id> = desk.state.identities_of(id).map(|row| row.id).collect();
    for identity in identities {
        desk.state.remove_identity(identity);
    }
    let now = desk.now;
    desk.state.change_user(id, now, |user| {
        user.active = false;
        user.external_id = None;
        user.shared_phone = None;
        if user.rank.is_staff() {
            rank::write(user, Rank::END_USER);
        }
    });
    desk.audit(
        "destroy",
        Source {
            kind: "user",
            id,
            label: &user.name,
        },
        String::new(),
    );
    Ok(())
}

#[derive(Serialize)]
struct View<'a> {
    id: Id,
    url: String,
    name: &'a str,
    email: Option<&'a str>,
    created_at: jiff::Timestamp,
    updated_at: jiff::Timestamp,
    time_zone: &'a str,
    phone: Option<&'a str>,
    shared_phone_number: Option<&'a str>,
    photo: Option<()>,
    locale_id: u32,
    locale: &'a str,
    organization_id: Option<Id>,
    role: &'static str,
    active: bool,
}

fn view<'a>(user: &'a User, origin: &str) -> View<'a> {
    View {
        id: user.id,
        url: url(origin, "deleted_users", user.id),
        name: &user.name,
        email: None,
        created_at: user.created_at,
        updated_at: user.updated_at,
        time_zone: &user.time_zone,
        phone: None,
        shared_phone_number: None,
        photo: None,
        locale_id: locales::id_of(&user.locale),
        locale: &user.locale,
        organization_id: None,
        role: user.rank.role.as_str(),
        active: user.active,
    }
}

/// U18: `GET deleted_users`
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let state = &*call.desk.state;
    let listing = Listing::ById(vec![&state.index.deleted_users]);
    let page = paging::page(&listing, call.request)?;
    let mut document = Document::new();
    let rows = page.ids.iter().filter_map(|id| state.users.get(id));
    document.list(
        "deleted_users",
        rows.map(|user| view(user, &call.request.origin)),
    );
    page.finish(&mut document);
    Ok(Reply::document(200, document))
}

/// U18: `GET deleted_users/count`
pub(crate) fn count(call: &mut Call<'_>) -> Outcome {
    Ok(counts::answer(
        call,
        call.desk.state.index.deleted_users.len(),
    ))
}

fn find<'a>(call: &'a Call<'_>, id: Id) -> Result<&'a User, Refusal> {
    let user = call.desk.state.users.get(&id);
    user.filter(|user| !user.active && !user.permanently_deleted)
        .ok_or(Refusal::NotFound)
}

/// U18: `GET deleted_users/{id}`
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let user = find(call, call.id(0)?)?;
    Ok(Reply::one(
        200,
        "deleted_user",
        &view(user, &call.request.origin),
    ))
}

/// U19: `DELETE deleted_users/{id}`, for good
pub(crate) fn purge(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0)?;
    find(call, id)?;
    call.take(
        None,
        "permanent-deletions",
        Limit {
            total: 700,
            seconds: 600,
        },
    )
    .map_err(|seconds| Refusal::EndpointLimit { seconds })?;
    let now = call.desk.now;
    call.desk.state.change_user(id, now, |user| {
        user.permanently_deleted = true;
        "Permanently Deleted User".clone_into(&mut user.name);
    });
    let user = call.desk.state.users.get(&id).ok_or(Refusal::NotFound)?;
    Ok(Reply::one(
        200,
        "deleted_user",
        &view(user, &call.request.origin),
    ))
}
