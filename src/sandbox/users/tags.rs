//! The tags of a user by themselves (zendesk-api U22).

use crate::sandbox::body::Fields;
use crate::sandbox::call::{Call, Outcome};
use crate::sandbox::errors::Refusal;
use crate::sandbox::records::Id;
use crate::sandbox::reply::Reply;
use crate::sandbox::text;

fn answer(call: &Call<'_>, status: u16, id: Id) -> Outcome {
    let user = call.desk.state.users.get(&id).filter(|user| user.active);
    Ok(Reply::one(
        status,
        "tags",
        &user.ok_or(Refusal::NotFound)?.tags,
    ))
}

fn change(call: &mut Call<'_>, status: u16, change: fn(&mut Vec<String>, Vec<String>)) -> Outcome {
    let body = call.request.object("tags")?;
    let sent = Fields(&body).list("tags").unwrap_or_default();
    let sent = text::tags(sent.iter().map(String::as_str));
    let id = call.id(0)?;
    let user = call.desk.state.users.get(&id).filter(|user| user.active);
    let user = user.ok_or(Refusal::NotFound)?.clone();
    call.desk.check_may_write(&user)?;
    call.desk.before_user_change(id);
    let now = call.desk.now;
    call.desk
        .state
        .change_user(id, now, |user| change(&mut user.tags, sent));
    answer(call, status, id)
}

/// `GET users/{id}/tags`
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    answer(call, 200, call.id(0)?)
}

/// `POST users/{id}/tags` replaces all of them
pub(crate) fn replace(call: &mut Call<'_>) -> Outcome {
    change(call, 201, |tags, sent| *tags = sent)
}

/// `PUT users/{id}/tags` adds some
pub(crate) fn add(call: &mut Call<'_>) -> Outcome {
    change(call, 200, |tags, sent| {
        for tag in sent {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    })
}

/// `DELETE users/{id}/tags` removes some
pub(crate) fn remove(call: &mut Call<'_>) -> Outcome {
    change(call, 200, |tags, sent| {
        tags.retain(|tag| !sent.contains(tag));
    })
}
