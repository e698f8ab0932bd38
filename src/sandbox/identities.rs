//! The ways to reach or recognise a user (zendesk-api §6).

use serde::Serialize;

use super::body::Fields;
use super::call::{Call, Outcome};
use super::desk::{Desk, Source};
use super::errors::Refusal;
use super::organization_memberships;
use super::paging::{self, Listing};
use super::records::{Id, Identity};
use super::reply::{Document, Reply};
use super::store::State;
use super::text::{self, fold};

const KEYS: &[&str] = &[
    "type",
    "value",
    "verified",
    "primary",
    "skip_verify_email",
    "verification_method",
];
const KINDS: &[&str] = &[
    "email",
    "phone_number",
    "google",
    "facebook",
    "twitter",
    "agent_forwarding",
    "any_channel",
    "foreign",
    "sdk",
    "messaging",
];

/// An identity as the wire shows it.
#[derive(Serialize)]
pub(crate) struct View<'a> {
    url: String,
    id: Id,
    user_id: Id,
    #[serde(rename = "type")]
    kind: &'a str,
    value: &'a str,
    verified: bool,
    verification_method: &'static str,
    verified_at: Option<jiff::Timestamp>,
    primary: bool,
    created_at: jiff::Timestamp,
    updated_at: jiff::Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    undeliverable_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deliverable_state: Option<&'static str>,
}

pub(crate) fn view<'a>(row: &'a Identity, origin: &str) -> View<'a> {
    let Identity {
        id,
        user_id,
        kind,
        value,
        verified,
        verified_at,
        primary,
        created_at,
        updated_at,
    } = row;
    let email = kind == "email";
    View {
        url: format!("{origin}/api/v2/users/{user_id}/identities/{id}.json"),
        id: *id,
        user_id: *user_id,
        kind,
        value,
        verified: *verified,
        verification_method: if *verified { "full" } else { "none" },
        verified_at: *verified_at,
        primary: *primary,
        created_at: *created_at,
        updated_at: *updated_at,
        undeliverable_count: email.then_some(0),
        deliverable_state: email.then_some("deliverable"),
    }
}

/// Whether an identity of a user could be added.
pub(crate) enum Holder {
    Nobody,
    Self_,
    Other,
}

/// Returns who has a value already.
pub(crate) fn holder(state: &State, kind: &str, value: &str, user: Option<Id>) -> Holder {
    let key = (kind.to_owned(), fold(value));
    match state
        .index
        .identity_values
        .get(&key)
        .and_then(|id| state.identities.get(id))
    {
        None => Holder::Nobody,
        Some(row) if Some(row.user_id) == user => Holder::Self_,
        Some(_) => Holder::Other,
    }
}

/// Adds an identity; the first of its kind becomes primary.
pub(crate) fn add(desk: &mut Desk<'_>, user: Id, kind: &str, value: &str, verified: bool) -> Id {
    let first = desk.state.main_identity(user, kind).is_none();
    let id = desk.state.next_id();
    desk.state.insert_identity(Identity {
        id,
        user_id: user,
        kind: kind.to_owned(),
        value: if kind == "email" {
            fold(value)
        } else {
            value.trim().to_owned()
        },
        verified: false,
        verified_at: None,
        primary: first,
        created_at: desk.now,
        updated_at: desk.now,
    });
    if verified {
        set_verified(desk, id, true);
    }
    desk.state.touch_user(user, desk.now);
    note(desk, user, format!("Identity added: {kind} {value}"));
    id
}

/// Writes an audit line about the identities of a user.
fn note(desk: &mut Desk<'_>, user: Id, text: String) {
    let name = desk.state.users.get(&user).map(|user| user.name.clone());
    let label = name.unwrap_or_default();
    let source = Source {
        kind: "user",
        id: user,
        label: &label,
    };
    desk.audit("update", source, text);
}

/// Marks an identity as verified or not. A verified address joins the organization of its domain.
pub(crate) fn set_verified(desk: &mut Desk<'_>, id: Id, verified: bool) {
    let now = desk.now;
    let Some(row) = desk.state.identities.get_mut(&id) else {
        return;
    };
    if row.verified == verified {
        return;
    }
    row.verified = verified;
    row.verified_at = verified.then_some(now);
    row.updated_at = now;
    let (user, kind, value) = (row.user_id, row.kind.clone(), row.value.clone());
    desk.state.touch_user(user, now);
    if verified && kind == "email" {
        organization_memberships::join_by_domain(desk, user, &value);
    }
}

fn user(call: &Call<'_>) -> Result<Id, Refusal> {
    let user = call.id(0)?;
    let found = call.desk.state.users.get(&user).filter(|user| user.active);
    found.map(|user| user.id).ok_or(Refusal::NotFound)
}

fn writable(call: &Call<'_>) -> Result<Id, Refusal> {
    let id = user(call)?;
    let staff = call
        .desk
        .state
        .users
        .get(&id)
        .is_some_and(|user| user.rank.is_staff());
    if staff && !call.is_admin() && call.desk.actor != id {
        return Err(Refusal::Forbidden);
    }
    Ok(id)
}

fn find(call: &Call<'_>, user: Id) -> Result<Id, Refusal> {
    let id = call.id(1)?;
    let row = call
        .desk
        .state
        .identities
        .get(&id)
        .filter(|row| row.user_id == user);
    row.map(|row| row.id).ok_or(Refusal::NotFound)
}

fn list_of(call: &Call<'_>, user: Id) -> Outcome {
    let state = &*call.desk.state;
    let kinds: Vec<&str> = call
        .request
        .params("type[]")
        .chain(call.request.params("type"))
        .collect();
    let rows = state
        .identities_of(user)
        .filter(|row| kinds.is_empty() || kinds.contains(&row.kind.as_str()))
        .map(|row| ((if row.primary { "0" } else { "1" }).to_owned(), row.id));
    let page = paging::page(&Listing::sorted("primary,id", rows.collect()), call.request)?;
    let mut document = Document::new();
    let rows = page.ids.iter().filter_map(|id| state.identities.get(id));
    document.list(
        "identities",
        rows.map(|row| view(row, &call.request.origin)),
    );
    page.finish(&mut document);
    Ok(Reply::document(200, document))
}

fn one(call: &Call<'_>, status: u16, id: Id) -> Outcome {
    let row = call
        .desk
        .state
        .identities
        .get(&id)
        .ok_or(Refusal::NotFound)?;
    Ok(Reply::one(
        status,
        "identity",
        &view(row, &call.request.origin),
    ))
}

/// `GET users/{id}/identities`, primary ones first
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    list_of(call, user(call)?)
}

/// `GET users/{id}/identities/{id}`
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let user = user(call)?;
    one(call, 200, find(call, user)?)
}

fn check_value(state: &State, kind: &str, value: &str) -> Result<(), Refusal> {
    if value.is_empty() {
        return Err(Refusal::field(
            "value",
            "Value: cannot be blank",
            Some("BlankValue"),
        ));
    }
    if kind == "email" && !text::is_email(value) {
        let text = format!("Value: {value} is not properly formatted");
        return Err(Refusal::field("value", text, Some("InvalidValue")));
    }
    match holder(state, kind, value, None) {
        Holder::Nobody => Ok(()),
        Holder::Self_ | Holder::Other => {
            let text = format!("Value: {value} is already being used by another user");
            Err(Refusal::field("value", text, Some("DuplicateValue")))
        }
    }
}

/// `POST users/{id}/identities`
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("identity")?;
    let fields = Fields(&body);
    let user = writable(call)?;
    call.desk.ignored.extend(fields.unknown("identity", KEYS));
    let kind = fields
        .some_text("type")
        .unwrap_or_else(|| "email".to_owned());
    if !KINDS.contains(&kind.as_str()) {
        return Err(Refusal::field(
            "type",
            "Type: is invalid",
            Some("InvalidValue"),
        ));
    }
    let value = fields.some_text("value").unwrap_or_default();
    let value = if kind == "email" {
        fold(&value)
    } else {
        value.trim().to_owned()
    };
    check_value(call.desk.state, &kind, &value)?;
    let verified = fields.flag("verified").unwrap_or(false);
    call.desk.before_user_change(user);
    let id = add(&mut call.desk, user, &kind, &value, verified);
    let quiet = verified || fields.flag("skip_verify_email").unwrap_or(false);
    if kind == "email" && !quiet {
        call.desk.mail(&value, "verification");
    }
    if fields.flag("primary") == Some(true) {
        set_primary(&mut call.desk, user, id);
    }
    let reply = one(call, 201, id)?;
    Ok(reply.header(
        "location",
        call.location(&format!("users/{user}/identities"), id),
    ))
}

/// `PUT users/{id}/identities/{id}`; `primary` cannot be written here
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("identity")?;
    let fields = Fields(&body);
    let user = writable(call)?;
    call.desk
        .ignored
        .extend(fields.unknown("identity", &["value", "verified", "verification_method"]));
    let id = find(call, user)?;
    let method = fields.some_text("verification_method");
    if method
        .as_deref()
        .is_some_and(|method| !matches!(method, "none" | "low"))
    {
        return Err(Refusal::InvalidAttribute {
            attribute: "verification_method".to_owned(),
            problem: "must be none or low".to_owned(),
        });
    }
    let old = call
        .desk
        .state
        .identities
        .get(&id)
        .cloned()
        .ok_or(Refusal::NotFound)?;
    call.desk.before_user_change(user);
    if let Some(value) = fields.some_text("value") {
        let value = if old.kind == "email" {
            fold(&value)
        } else {
            value.trim().to_owned()
        };
        if value != old.value {
            check_value(call.desk.state, &old.kind, &value)?;
            call.desk.state.remove_identity(id);
            let updated_at = call.desk.now;
            call.desk.state.insert_identity(Identity {
                value,
                updated_at,
                ..old
            });
            call.desk.state.touch_user(user, updated_at);
        }
    }
    if let Some(verified) = fields.flag("verified") {
        set_verified(&mut call.desk, id, verified);
    }
    one(call, 200, id)
}

/// Makes one identity the primary one of its kind.
fn set_primary(desk: &mut Desk<'_>, user: Id, id: Id) {
    let Some(kind) = desk.state.identities.get(&id).map(|row| row.kind.clone()) else {
        return;
    };
    let same = desk
        .state
        .identities_of(user)
        .filter(|row| row.kind == kind);
    let ids: Vec<Id> = same.map(|row| row.id).collect();
    let now = desk.now;
    for other in ids {
        if let Some(row) = desk.state.identities.get_mut(&other)
            && row.primary != (other == id)
        {
            row.primary = other == id;
            row.updated_at = now;
        }
    }
    desk.state.touch_user(user, now);
    let value = desk.state.identities.get(&id).map(|row| row.value.clone());
    let value = value.unwrap_or_default();
    note(desk, user, format!("Identity made primary: {kind} {value}"));
}

/// `PUT users/{id}/identities/{id}/make_primary`; answers the whole list
pub(crate) fn make_primary(call: &mut Call<'_>) -> Outcome {
    let user = writable(call)?;
    let id = find(call, user)?;
    call.desk.before_user_change(user);
    set_primary(&mut call.desk, user, id);
    list_of(call, user)
}

/// `PUT users/{id}/identities/{id}/verify`; not for the owner
pub(crate) fn verify(call: &mut Call<'_>) -> Outcome {
    let user = writable(call)?;
    let id = find(call, user)?;
    if call.desk.state.account.owner == user {
        return Err(Refusal::Forbidden);
    }
    set_verified(&mut call.desk, id, true);
    one(call, 200, id)
}

/// `PUT users/{id}/identities/{id}/request_verification`; mails the user
pub(crate) fn request_verification(call: &mut Call<'_>) -> Outcome {
    let user = writable(call)?;
    let id = find(call, user)?;
    if let Some(to) = call
        .desk
        .state
        .identities
        .get(&id)
        .map(|row| row.value.clone())
    {
        call.desk.mail(&to, "verification");
    }
    Ok(Reply::empty(200))
}

/// `DELETE users/{id}/identities/{id}`; no other identity becomes primary
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let user = writable(call)?;
    let id = find(call, user)?;
    call.desk.before_user_change(user);
    let removed = call.desk.state.remove_identity(id);
    call.desk.state.touch_user(user, call.desk.now);
    if let Some(Identity { kind, value, .. }) = removed {
        note(
            &mut call.desk,
            user,
            format!("Identity removed: {kind} {value}"),
        );
    }
    Ok(Reply::empty(204))
}
