//! What stands around a user and is not the user (zendesk-api U21, U23 to U25).

use serde_json::json;

use crate::sandbox::call::{Call, Outcome};
use crate::sandbox::errors::Refusal;
use crate::sandbox::records::{Role, User};
use crate::sandbox::reply::Reply;

fn find<'a>(call: &'a Call<'_>) -> Result<&'a User, Refusal> {
    let user = call.desk.state.users.get(&call.id(0)?);
    user.filter(|user| !user.permanently_deleted)
        .ok_or(Refusal::NotFound)
}

/// U21: `GET users/{id}/related`
pub(crate) fn related(call: &mut Call<'_>) -> Outcome {
    let tickets = find(call)?.tickets;
    let body = json!({
        "assigned_tickets": tickets.assigned,
        "ccd_tickets": tickets.ccd,
        "organization_subscriptions": 0,
        "requested_tickets": tickets.requested,
    });
    Ok(Reply::one(200, "user_related", &body))
}

/// U25: `GET users/{id}/entitlements/full`; the roles in other products
pub(crate) fn entitlements(call: &mut Call<'_>) -> Outcome {
    let (name, on) = match find(call)?.rank.role {
        Role::EndUser => (None, false),
        Role::Agent => (Some("agent"), true),
        Role::Admin => (Some("admin"), true),
    };
    let product = json!({ "name": name, "is_active": on });
    let body = json!({ "chat": product, "explore": product, "guide": product, "talk": product });
    Ok(Reply::one(200, "entitlements", &body))
}

/// U24: `GET users/{id}/compliance_deletion_statuses`
pub(crate) fn compliance(call: &mut Call<'_>) -> Outcome {
    find(call)?;
    let none: [(); 0] = [];
    Ok(Reply::one(200, "compliance_deletion_statuses", &none))
}

/// U23: `POST users/logout_many`
pub(crate) fn logout_many(call: &mut Call<'_>) -> Outcome {
    call.ids_param("ids")?;
    Ok(Reply::empty(202))
}

/// `POST users/request_create`; mails the owner to ask for a seat
pub(crate) fn request_seat(call: &mut Call<'_>) -> Outcome {
    call.request.record("user")?;
    let owner = call.desk.state.account.owner;
    let to = call
        .desk
        .state
        .email_of(owner)
        .unwrap_or_default()
        .to_owned();
    call.desk.mail(&to, "seat-request");
    Ok(Reply::empty(200))
}
