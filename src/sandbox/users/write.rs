//! The writing routes of users.

use super::create::{match_one, upsert_one};
use super::{KIND, create_one, remove_one, update_one, view};
use crate::sandbox::call::{Call, Outcome};
use crate::sandbox::errors::Refusal;
use crate::sandbox::jobs::{self, Work};
use crate::sandbox::limits::Limit;
use crate::sandbox::records::Id;
use crate::sandbox::reply::Reply;

fn one(call: &Call<'_>, status: u16, id: Id, created: bool) -> Outcome {
    let state = &*call.desk.state;
    let user = state.users.get(&id).ok_or(Refusal::NotFound)?;
    let view = view(state, user, &call.request.origin);
    let view = if created {
        view.after_create()
    } else {
        view.after_write()
    };
    Ok(Reply::one(status, "user", &view))
}

/// U9: `POST users`
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("user")?;
    let id = create_one(&mut call.desk, &body)?;
    Ok(one(call, 201, id, true)?.header("location", call.location(KIND, id)))
}

/// Counts one update of a user: five a minute each, one a second for all (zendesk-api §4.2).
fn limit(call: &mut Call<'_>, id: Id) -> Result<(), Refusal> {
    let second = Limit {
        total: 1,
        seconds: 1,
    };
    call.take(None, "user-updates", second)
        .map_err(|_| Refusal::UserUpdatesPerSecond)?;
    let key = format!("update-user:{id}");
    let header = "zendesk-ratelimit-create-update-user";
    call.take(Some(header), &key, Limit::per_minute(5))
        .map_err(|seconds| Refusal::UserLimit { seconds })
}

/// U10: `POST users/create_or_update`
pub(crate) fn create_or_update(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("user")?;
    if let Some(id) = match_one(&call.desk, &body) {
        limit(call, id)?;
    }
    let (id, created) = upsert_one(&mut call.desk, &body)?;
    let status = if created { 201 } else { 200 };
    Ok(one(call, status, id, created)?.header("location", call.location(KIND, id)))
}

/// U13: `PUT users/{id}`
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("user")?;
    let id = call.id(0)?;
    call.desk
        .state
        .users
        .get(&id)
        .filter(|user| user.active)
        .ok_or(Refusal::NotFound)?;
    limit(call, id)?;
    update_one(&mut call.desk, id, &body)?;
    one(call, 200, id, false)
}

/// U16: `DELETE users/{id}`; answers the user as it is left
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0)?;
    remove_one(&mut call.desk, id)?;
    one(call, 200, id, false)
}

/// Bulk creation is closed unless the account was opened for it.
fn bulk(call: &Call<'_>) -> Result<(), Refusal> {
    let open = call.desk.settings.bulk_import;
    let open = open.unwrap_or(call.desk.state.account.features.bulk_import);
    if open {
        Ok(())
    } else {
        Err(Refusal::Forbidden)
    }
}

fn create_job(call: &mut Call<'_>, work: Work) -> Outcome {
    bulk(call)?;
    let records = call.request.records(KIND)?;
    if records.len() > 100 {
        return Err(Refusal::TooManyUsers);
    }
    let items = jobs::items_of_body(records)?;
    jobs::start(call, work, items)
}

/// U11: `POST users/create_many`
pub(crate) fn create_many(call: &mut Call<'_>) -> Outcome {
    create_job(call, Work::CreateUsers)
}

/// U12: `POST users/create_or_update_many`
pub(crate) fn create_or_update_many(call: &mut Call<'_>) -> Outcome {
    create_job(call, Work::UpsertUsers)
}

/// U14, U15: `PUT users/update_many`
pub(crate) fn update_many(call: &mut Call<'_>) -> Outcome {
    let items = jobs::items_of_update(call, "user", KIND)?;
    jobs::start(call, Work::UpdateUsers, items)
}

/// U17: `DELETE users/destroy_many`
pub(crate) fn destroy_many(call: &mut Call<'_>) -> Outcome {
    let items = jobs::items_of_query(call)?;
    jobs::start(call, Work::DeleteUsers, items)
}
