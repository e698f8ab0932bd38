//! The e-mail addresses and telephone numbers of users (zendesk-api §6).

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::paging::{Listed, Page};
use super::{Call, Ignored};
use crate::model::{Name, ObjectId};

/// An e-mail address of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailRecord {
    /// The number of the identity.
    pub id: ObjectId,
    /// The user who holds it.
    pub user: ObjectId,
    /// The address.
    pub email: Name,
    /// Whether it is the user's primary address.
    pub primary: bool,
}

/// A direct telephone number of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PhoneRecord {
    /// The number of the identity.
    pub(super) id: ObjectId,
    /// The telephone number.
    pub(super) phone: String,
    /// Whether it is the one that the user's record shows.
    pub(super) primary: bool,
}

#[derive(Deserialize)]
pub(super) struct IdentityWire {
    id: Option<u64>,
    user_id: Option<u64>,
    #[serde(rename = "type")]
    sort: Option<String>,
    value: Option<String>,
    primary: Option<bool>,
}

impl Listed for IdentityWire {
    const KEYS: &'static [&'static str] = &["identities"];
}

impl IdentityWire {
    /// The address, where the identity is one.
    pub(super) fn email(self) -> Option<EmailRecord> {
        let Self {
            id,
            user_id,
            sort,
            value,
            primary,
        } = self;
        if sort.as_deref() != Some("email") {
            return None;
        }
        Some(EmailRecord {
            id: ObjectId::from_wire(id?),
            user: ObjectId::from_wire(user_id?),
            email: Name::new(&value?),
            primary: primary.unwrap_or(false),
        })
    }
}

impl IdentityWire {
    /// The telephone number, where the identity is one.
    pub(super) fn phone(self) -> Option<PhoneRecord> {
        let Self {
            id,
            user_id: _,
            sort,
            value,
            primary,
        } = self;
        if sort.as_deref() != Some("phone_number") {
            return None;
        }
        let primary = primary.unwrap_or(false);
        Some(PhoneRecord {
            id: ObjectId::from_wire(id?),
            phone: value?,
            primary,
        })
    }
}

/// A user's identities.
pub(super) fn list(user: &str) -> Call<Page<IdentityWire>> {
    Call::get(format!("/api/v2/users/{user}/identities"))
}

/// A second one is refused where the first one was made (zendesk-api §15).
pub(super) fn create(user: &str, email: &Json, invite: bool) -> Call<Ignored> {
    let mut identity = json!({ "type": "email", "value": email });
    if !invite {
        identity["skip_verify_email"] = Json::Bool(true);
    }
    Call::post(format!("/api/v2/users/{user}/identities"))
        .json(json!({ "identity": identity }))
        .replayable()
}

pub(super) fn make_primary(user: &str, identity: &str) -> Call<Ignored> {
    Call::put(format!(
        "/api/v2/users/{user}/identities/{identity}/make_primary"
    ))
}

pub(super) fn delete(user: &str, identity: &str) -> Call<Ignored> {
    Call::delete(format!("/api/v2/users/{user}/identities/{identity}"))
}
