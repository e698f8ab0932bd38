//! The user object of the wire (zendesk-api §5.1).

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::sandbox::call::url;
use crate::sandbox::fields::Shown;
use crate::sandbox::locales;
use crate::sandbox::records::{Id, Identity, Rank, Role, User};
use crate::sandbox::store::State;

/// A user as agents and admins see it, in the order of the wire.
#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the object of the service has them"
)]
pub(crate) struct View<'a> {
    id: Id,
    url: String,
    name: &'a str,
    email: Option<&'a str>,
    created_at: Timestamp,
    updated_at: Timestamp,
    time_zone: &'a str,
    iana_time_zone: &'a str,
    phone: Option<&'a str>,
    shared_phone_number: Option<bool>,
    photo: Option<()>,
    locale_id: u32,
    locale: &'a str,
    organization_id: Option<Id>,
    role: &'static str,
    verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticity_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_active: Option<String>,
    external_id: Option<&'a str>,
    tags: Vec<&'a str>,
    alias: Option<&'a str>,
    active: bool,
    shared: bool,
    shared_agent: bool,
    last_login_at: Option<Timestamp>,
    two_factor_auth_enabled: Option<bool>,
    signature: Option<&'a str>,
    details: Option<&'a str>,
    notes: Option<&'a str>,
    role_type: Option<u8>,
    custom_role_id: Option<Id>,
    is_billing_admin: Option<bool>,
    moderator: bool,
    ticket_restriction: Option<&'a str>,
    only_private_comments: bool,
    restricted_agent: bool,
    suspended: bool,
    default_group_id: Option<Id>,
    report_csv: bool,
    user_fields: Shown<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permanently_deleted: Option<bool>,
    suspension_details: Option<Suspension>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
}

#[derive(Serialize)]
struct Suspension {
    channels: [&'static str; 1],
}

/// Returns the wire form of a user; tags as a read shows them.
pub(crate) fn view<'a>(state: &'a State, user: &'a User, origin: &str) -> View<'a> {
    let contact = Contact::of(state, user);
    let restriction = restriction(state, user);
    let staff = user.rank.is_staff();
    View {
        id: user.id,
        url: url(origin, super::KIND, user.id),
        name: &user.name,
        email: contact.email.map(|row| row.value.as_str()),
        created_at: user.created_at,
        updated_at: user.updated_at,
        time_zone: &user.time_zone,
        iana_time_zone: &user.iana_time_zone,
        phone: contact.phone,
        shared_phone_number: contact.phone.map(|_| contact.shared_phone),
        photo: None,
        locale_id: locales::id_of(&user.locale),
        locale: &user.locale,
        organization_id: state.organization_of(user.id),
        role: user.rank.role.as_str(),
        verified: contact.verified,
        authenticity_token: None,
        last_active: None,
        external_id: user.external_id.as_deref(),
        tags: user.tags.iter().rev().map(String::as_str).collect(),
        alias: user.alias.as_deref(),
        active: user.active,
        shared: user.shared,
        shared_agent: user.shared_agent,
        last_login_at: user.last_login_at,
        two_factor_auth_enabled: None,
        signature: user.signature.as_deref(),
        details: user.details.as_deref(),
        notes: user.notes.as_deref(),
        role_type: user.rank.role_type,
        custom_role_id: user.rank.custom_role,
        is_billing_admin: user.is_billing_admin,
        moderator: user.moderator,
        ticket_restriction: restriction,
        only_private_comments: user.only_private_comments,
        restricted_agent: !staff || restriction.is_some(),
        suspended: user.suspended,
        default_group_id: state.default_group_of(user.id),
        report_csv: user.report_csv,
        user_fields: Shown::new(&state.user_fields, &user.user_fields),
        permanently_deleted: None,
        suspension_details: user.suspended.then_some(Suspension { channels: ["all"] }),
        result_type: None,
    }
}

impl View<'_> {
    /// Shows tags as the answer to a write does: in the order they were sent.
    pub(crate) fn after_write(mut self) -> Self {
        self.tags.reverse();
        self
    }

    /// Adds the key that only the answer to a create carries.
    pub(crate) fn after_create(mut self) -> Self {
        let created = self.created_at.to_string();
        self.last_active = created.get(..10).map(str::to_owned);
        self.after_write()
    }

    /// Adds the key that only the caller's own object carries.
    pub(crate) fn of_caller(mut self, token: String) -> Self {
        self.authenticity_token = Some(token);
        self
    }

    /// Adds the key that only incremental exports carry, for deleted users.
    pub(crate) fn exported(mut self, permanently_deleted: bool) -> Self {
        self.permanently_deleted = (!self.active).then_some(permanently_deleted);
        self
    }

    /// Adds the key that only search results carry.
    pub(crate) fn into_result(mut self) -> Self {
        self.result_type = Some("user");
        self
    }
}

/// What the identities say about a user, read in one walk.
struct Contact<'a> {
    email: Option<&'a Identity>,
    phone: Option<&'a str>,
    shared_phone: bool,
    verified: bool,
}

impl<'a> Contact<'a> {
    fn of(state: &'a State, user: &'a User) -> Self {
        let better = |old: Option<&'a Identity>, new: &'a Identity| match old {
            Some(old) if old.primary => old,
            Some(old) if !new.primary && (old.created_at, old.id) < (new.created_at, new.id) => old,
            Some(_) | None => new,
        };
        let (mut email, mut phone, mut verified) = (None, None, false);
        for row in state.identities_of(user.id) {
            match row.kind.as_str() {
                "email" => email = Some(better(email, row)),
                "phone_number" => phone = Some(better(phone, row)),
                _ => {}
            }
            verified |= row.verified && row.kind == "email";
        }
        let direct = phone.map(|row| row.value.as_str());
        Self {
            email,
            phone: direct.or(user.shared_phone.as_deref()),
            shared_phone: direct.is_none(),
            verified,
        }
    }
}

/// Returns whose tickets a user may see; agents with a role follow the role (zendesk-api §5.3).
fn restriction<'a>(state: &'a State, user: &'a User) -> Option<&'a str> {
    let Rank {
        role: Role::Agent,
        custom_role: Some(role),
        ..
    } = user.rank
    else {
        return user.ticket_restriction.as_deref();
    };
    let role = state.custom_roles.get(&role)?;
    match role
        .configuration
        .get("ticket_access")
        .and_then(Value::as_str)?
    {
        "assigned-only" => Some("assigned"),
        "within-groups" | "within-groups-and-public-groups" => Some("groups"),
        "within-organization" => Some("organization"),
        _ => None,
    }
}
