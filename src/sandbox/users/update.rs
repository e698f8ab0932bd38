//! Changing users (zendesk-api §5.7, §5.8).

use serde_json::{Map, Value};

use super::draft::Draft;
use super::rank;
use crate::sandbox::body::Fields;
use crate::sandbox::desk::{Desk, Source};
use crate::sandbox::errors::{Details, Refusal};
use crate::sandbox::identities::{self, Holder, holder};
use crate::sandbox::options::Switch;
use crate::sandbox::organization_memberships;
use crate::sandbox::records::{Id, User};

/// Changes what the body mentions.
pub(crate) fn update_one(
    desk: &mut Desk<'_>,
    id: Id,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    let fields = Fields(body);
    let user = desk
        .state
        .users
        .get(&id)
        .filter(|user| user.active)
        .ok_or(Refusal::NotFound)?;
    let user = user.clone();
    desk.check_may_write(&user)?;
    check_suspension(desk, &user, fields)?;
    let mut details = Details::default();
    let draft = Draft::read(desk, Some(&user), fields, &mut details)?;
    rank::check_right(desk, &user, draft.rank)?;
    details.check()?;
    desk.before_user_change(id);
    let (old, new, email) = (user.rank, draft.rank, draft.email.clone());
    let now = desk.now;
    let changed = desk
        .state
        .change_user(id, now, |user| draft.write(user, fields));
    rank::follow(desk, id, old, new);
    if changed {
        note(desk, &user);
    }
    set_email(desk, id, email.as_deref(), fields);
    if let Some(phone) = fields.text("phone") {
        set_phone(desk, id, phone.as_deref());
    }
    set_organizations(desk, id, fields);
    if desk.settings.is(Switch::UpdatesAlwaysTouch) {
        desk.state.touch_user(id, now);
    }
    Ok(())
}

/// Nobody suspends the owner or oneself.
fn check_suspension(desk: &Desk<'_>, user: &User, fields: Fields<'_>) -> Result<(), Refusal> {
    let differs = fields
        .flag("suspended")
        .is_some_and(|flag| flag != user.suspended);
    if differs && (user.owner || user.id == desk.actor) {
        return Err(desk.untouchable());
    }
    Ok(())
}

fn note(desk: &mut Desk<'_>, before: &User) {
    let Some(after) = &desk.state.users.get(&before.id).cloned() else {
        return;
    };
    let (id, name, suspended) = (after.id, after.name.clone(), after.suspended);
    if suspended != before.suspended {
        let label = format!("Suspension state: {name}");
        let text = if suspended {
            "Suspended"
        } else {
            "Unsuspended"
        };
        let source = Source {
            kind: "user_setting",
            id,
            label: &label,
        };
        desk.audit("update", source, text.to_owned());
    }
    let text = if name == before.name {
        changed_keys(before, after)
    } else {
        Some(format!("Name changed from {} to {name}", before.name))
    };
    if let Some(text) = text {
        let source = Source {
            kind: "user",
            id,
            label: &name,
        };
        desk.audit("update", source, text);
    }
}

/// Names what differs, but for what has a line of its own.
fn changed_keys(before: &User, after: &User) -> Option<String> {
    let promoted = before.rank != after.rank;
    let object = |user| serde_json::to_value(user).ok();
    let (before, after) = (object(before)?, object(after)?);
    let told = |key: &str| match key {
        "updated_at" | "rank" | "suspended" => true,
        "moderator" | "ticket_restriction" => promoted,
        _ => false,
    };
    let all = after.as_object()?.iter();
    let keys = all.filter(|(key, value)| before.get(key) != Some(value) && !told(key));
    let keys: Vec<&str> = keys.map(|(key, _)| key.as_str()).collect();
    (!keys.is_empty()).then(|| format!("Changed: {}", keys.join(", ")))
}

/// A new address becomes a further identity and never the primary one, unless there is none.
fn set_email(desk: &mut Desk<'_>, user: Id, email: Option<&str>, fields: Fields<'_>) {
    let verified = fields.flag("verified");
    let primary = desk.state.main_identity(user, "email").map(|row| row.id);
    if let (Some(id), Some(verified)) = (primary, verified) {
        identities::set_verified(desk, id, verified);
    }
    let Some(email) = email else {
        return;
    };
    if matches!(
        holder(desk.state, "email", email, Some(user)),
        Holder::Nobody
    ) {
        let verified = verified.unwrap_or(false);
        identities::add(desk, user, "email", email, verified);
        if !verified && fields.flag("skip_verify_email") != Some(true) {
            desk.mail(email, "verification");
        }
    }
}

/// A number that nobody has becomes a direct line with an identity; any other a shared number.
pub(super) fn set_phone(desk: &mut Desk<'_>, user: Id, phone: Option<&str>) {
    let now = desk.now;
    let phone = phone.map(str::trim).filter(|phone| !phone.is_empty());
    let Some(phone) = phone else {
        let phones = desk
            .state
            .identities_of(user)
            .filter(|row| row.kind == "phone_number");
        let ids: Vec<Id> = phones.map(|row| row.id).collect();
        for id in ids {
            desk.state.remove_identity(id);
            desk.state.touch_user(user, now);
        }
        desk.state
            .change_user(user, now, |user| user.shared_phone = None);
        return;
    };
    match holder(desk.state, "phone_number", phone, Some(user)) {
        Holder::Self_ => {}
        Holder::Other => {
            desk.state
                .change_user(user, now, |user| user.shared_phone = Some(phone.to_owned()));
        }
        Holder::Nobody => {
            let same = desk
                .state
                .users
                .get(&user)
                .and_then(|user| user.shared_phone.clone());
            if same.as_deref() != Some(phone) {
                desk.state
                    .change_user(user, now, |user| user.shared_phone = None);
                identities::add(desk, user, "phone_number", phone, false);
            }
        }
    }
}

fn set_organizations(desk: &mut Desk<'_>, user: Id, fields: Fields<'_>) {
    if let Some(organization) = fields.id("organization_id") {
        organization_memberships::collapse(desk, user, organization);
    }
    if let Some(wanted) = fields.ids("organization_ids") {
        let rows = desk.state.organization_memberships_of(user);
        let gone: Vec<Id> = rows
            .iter()
            .filter(|row| !wanted.contains(&row.organization_id))
            .map(|row| row.id)
            .collect();
        for id in gone {
            organization_memberships::leave(desk, id);
        }
        for organization in wanted {
            let held = desk.state.index.organizations_of.get(&user);
            if held.is_none_or(|rows| !rows.contains_key(&organization)) {
                organization_memberships::join(desk, user, organization, false, false);
            }
        }
    }
}
