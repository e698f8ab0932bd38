//! Users (zendesk-api §5).

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::body;
use super::jobs::JobReply;
use super::numbers::Numbers;
use super::paging::{Listed, Page};
use super::{Call, Class, Error, Ignored};
use crate::model::{
    FieldTags, Fields, Item, Kind, Marks, Name, ObjectId, Texts, User, UserRole, Value,
};

/// A user as the service reports one. Role and default group are numbers yet, to be joined with the
/// lists of roles and groups.
#[derive(Clone, Debug, PartialEq)]
pub struct UserRecord {
    /// The number.
    pub id: ObjectId,
    /// The values; `role` knows no custom role yet, and `default_group` is not set.
    pub user: User,
    /// The custom role, where the service shows one. Admins have one too (zendesk-api §5.2).
    pub custom_role: Option<ObjectId>,
    /// The service's number for the sort of role, such as 1 for light agents.
    pub role_type: Option<i64>,
    /// The group of the default membership.
    pub default_group: Option<ObjectId>,
    /// The organization of the default membership.
    pub organization: Option<ObjectId>,
    /// What else is known.
    pub marks: Marks,
    /// Whether the user has not been deleted.
    pub active: bool,
    /// Whether the user sees only some of the account's objects.
    pub restricted: bool,
}

#[derive(Deserialize)]
pub(super) struct UserReply {
    pub(super) user: UserWire,
}

#[derive(Deserialize)]
pub(super) struct UserWire {
    id: Option<u64>,
    name: Option<String>,
    email: Option<String>,
    role: Option<String>,
    role_type: Option<i64>,
    custom_role_id: Option<u64>,
    default_group_id: Option<u64>,
    organization_id: Option<u64>,
    external_id: Option<String>,
    active: Option<bool>,
    suspended: Option<bool>,
    shared: Option<bool>,
    shared_agent: Option<bool>,
    is_billing_admin: Option<bool>,
    restricted_agent: Option<bool>,
    alias: Option<String>,
    phone: Option<String>,
    time_zone: Option<String>,
    locale: Option<String>,
    #[serde(default)]
    tags: Option<Texts>,
    notes: Option<String>,
    details: Option<String>,
    signature: Option<String>,
    ticket_restriction: Option<String>,
    only_private_comments: Option<bool>,
    moderator: Option<bool>,
    #[serde(default)]
    user_fields: Option<Fields>,
}

impl Listed for UserWire {
    const KEYS: &'static [&'static str] = &["users"];
}

impl UserWire {
    /// The record, or nothing where there is no number: an anonymous user (zendesk-api §1.5).
    pub(super) fn record(self) -> Option<UserRecord> {
        let number = self.id?;
        Some(UserRecord {
            id: ObjectId::from_wire(number),
            custom_role: self.custom_role_id.map(ObjectId::from_wire),
            role_type: self.role_type,
            default_group: self.default_group_id.map(ObjectId::from_wire),
            organization: self.organization_id.map(ObjectId::from_wire),
            marks: self.marks(),
            active: self.active.unwrap_or(true),
            restricted: self.restricted_agent.unwrap_or(false),
            user: self.user(number),
        })
    }

    fn marks(&self) -> Marks {
        let shared = self.shared.unwrap_or(false) || self.shared_agent.unwrap_or(false);
        Marks {
            shared,
            billing_admin: self.is_billing_admin.unwrap_or(false),
            seatless: matches!(self.role_type, Some(1 | 3)),
            ..Marks::default()
        }
    }

    /// The values. A text that is missing, `null` or `""` is the same to the service (zendesk-api §2.1).
    fn user(self, number: u64) -> User {
        let email = self.email.filter(|text| !text.is_empty());
        User {
            email: email.map(|text| Name::new(&text)),
            external_id: Some(self.external_id.unwrap_or_default()),
            number: Some(number),
            name: Some(self.name.unwrap_or_default()),
            role: Some(match self.role.as_deref() {
                Some("admin") => UserRole::Admin,
                Some("agent") => UserRole::Agent,
                Some(_) | None => UserRole::EndUser,
            }),
            default_group: None,
            suspended: Some(self.suspended.unwrap_or(false)),
            alias: Some(self.alias.unwrap_or_default()),
            phone: Some(self.phone.unwrap_or_default()),
            time_zone: Some(self.time_zone.unwrap_or_default()),
            locale: Some(self.locale.unwrap_or_default()),
            tags: Some(self.tags.unwrap_or_default()),
            field_tags: FieldTags::default(),
            notes: Some(self.notes.unwrap_or_default()),
            details: Some(self.details.unwrap_or_default()),
            signature: Some(self.signature.unwrap_or_default()),
            ticket_restriction: Some(self.ticket_restriction.unwrap_or_default()),
            only_private_comments: Some(self.only_private_comments.unwrap_or(false)),
            moderator: Some(self.moderator.unwrap_or(false)),
            user_fields: self.user_fields.unwrap_or_default(),
        }
    }
}

/// Which users a listing asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserFilter {
    /// Everybody.
    All,
    /// Agents and administrators.
    Staff,
    /// End users.
    EndUsers,
}

pub(super) fn me() -> Call<UserReply> {
    Call::get("/api/v2/users/me")
}

pub(super) fn show(id: ObjectId) -> Call<UserReply> {
    Call::get(format!("/api/v2/users/{id}"))
}

/// All users of a filter, by number, with their identities: the only way to know secondary addresses
/// without one call for each user (zendesk-api §3.7).
pub(super) fn list(filter: UserFilter, identities: bool) -> Call<Page<UserWire>> {
    let roles: &[&str] = match filter {
        UserFilter::All => &[],
        UserFilter::Staff => &["agent", "admin"],
        UserFilter::EndUsers => &["end-user"],
    };
    let call = roles.iter().fold(Call::get("/api/v2/users"), |call, role| {
        call.query("role[]", role)
    });
    if identities {
        call.query("include", "identities")
    } else {
        call
    }
}

pub(super) fn show_many(ids: &[ObjectId]) -> Call<Page<UserWire>> {
    Call::get("/api/v2/users/show_many").query("ids", joined(ids))
}

/// At most 100 external ids. Unknown ones are left out of the answer.
pub(super) fn show_many_by_external_id(external_ids: &[String]) -> Call<Page<UserWire>> {
    Call::get("/api/v2/users/show_many").query("external_ids", external_ids.join(","))
}

/// Finds users by address in an index that lags behind: what it gives has to be verified.
pub(super) fn search_by_email(email: &str) -> Call<Page<UserWire>> {
    let quoted = email.replace(['"', '\\'], "");
    Call::get("/api/v2/users/search").query("query", format!("email:\"{quoted}\""))
}

/// Finds a user by external id, which needs no index (zendesk-api §3.6).
pub(super) fn search_by_external_id(external_id: &str) -> Call<Page<UserWire>> {
    Call::get("/api/v2/users/search").query("external_id", external_id)
}

pub(super) fn joined(ids: &[ObjectId]) -> String {
    ids.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

pub(super) fn create(item: &Item, numbers: Numbers<'_>) -> Result<Call<UserReply>, Error> {
    let user = fields(item, Purpose::Create, numbers)?;
    Ok(Call::post("/api/v2/users").json(json!({ "user": user })))
}

pub(super) fn create_many(items: &[Item], numbers: Numbers<'_>) -> Result<Call<JobReply>, Error> {
    let users = items
        .iter()
        .map(|item| fields(item, Purpose::Create, numbers).map(Json::Object))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Call::post("/api/v2/users/create_many")
        .json(json!({ "users": users }))
        .class(Class::Job))
}

pub(super) fn update(item: &Item, numbers: Numbers<'_>) -> Result<Call<UserReply>, Error> {
    let user = fields(item, Purpose::Update, numbers)?;
    let path = format!("/api/v2/users/{}", numbers.item_segment(item)?);
    Ok(Call::put(path)
        .json(json!({ "user": user }))
        .class(Class::UserUpdate(numbers.of_item(item))))
}

pub(super) fn update_many(items: &[Item], numbers: Numbers<'_>) -> Result<Call<JobReply>, Error> {
    let users = items
        .iter()
        .map(|item| {
            let mut user = Map::new();
            user.insert("id".to_owned(), numbers.item_json(item)?);
            user.append(&mut fields(item, Purpose::Update, numbers)?);
            Ok(Json::Object(user))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(Call::put("/api/v2/users/update_many")
        .json(json!({ "users": users }))
        .class(Class::Job))
}

pub(super) fn delete(item: &Item, numbers: Numbers<'_>) -> Result<Call<Ignored>, Error> {
    let path = format!("/api/v2/users/{}", numbers.item_segment(item)?);
    Ok(Call::delete(path))
}

pub(super) fn destroy_many(items: &[Item], numbers: Numbers<'_>) -> Result<Call<JobReply>, Error> {
    super::jobs::destroy_many("/api/v2/users/destroy_many", items, numbers)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Create,
    Update,
}

/// A user's values as the service takes them.
fn fields(item: &Item, purpose: Purpose, numbers: Numbers<'_>) -> Result<Map<String, Json>, Error> {
    let mut user = Map::new();
    for (path, value) in &item.values {
        let path: &str = path;
        match path {
            "email" if purpose == Purpose::Create => {
                user.insert("email".to_owned(), body::plain(value, numbers)?);
            }
            "role" => put_role(&mut user, value, purpose, numbers)?,
            "name"
            | "suspended"
            | "external_id"
            | "alias"
            | "phone"
            | "time_zone"
            | "locale"
            | "notes"
            | "details"
            | "signature"
            | "ticket_restriction"
            | "only_private_comments"
            | "moderator" => {
                user.insert(path.to_owned(), body::plain(value, numbers)?);
            }
            "tags" => {
                user.insert("tags".to_owned(), body::set(value, numbers)?);
            }
            "groups" => {
                user.insert("group_ids".to_owned(), body::set(value, numbers)?);
            }
            // Without groups it would be a mere move of the default, which is the membership's business
            // (zendesk-api §5.8).
            "default_group"
                if purpose == Purpose::Create || body::value_of(item, "groups").is_some() =>
            {
                user.insert("default_group_id".to_owned(), body::plain(value, numbers)?);
            }
            // In an update it would end all other memberships (zendesk-api §5.8).
            "organization" if purpose == Purpose::Create => {
                user.insert("organization_id".to_owned(), body::plain(value, numbers)?);
            }
            "invite" => {
                if *value == Value::Bool(false) {
                    user.insert("skip_verify_email".to_owned(), Json::Bool(true));
                }
            }
            _ => {
                let Some(key) = path.strip_prefix("user_fields.") else {
                    return Err(Error::Unwritable {
                        kind: Kind::User,
                        field: path.to_owned(),
                    });
                };
                body::put_nested(&mut user, "user_fields", key, body::plain(value, numbers)?);
            }
        }
    }
    Ok(user)
}

/// Role and custom role are one value and travel together. A role from the list is given to an agent, also the one
/// of billing administrators: beside `admin` the service takes its own (zendesk-api §5.2).
fn put_role(
    user: &mut Map<String, Json>,
    value: &Value,
    purpose: Purpose,
    numbers: Numbers<'_>,
) -> Result<(), Error> {
    match value {
        Value::Reference(role) => {
            user.insert("role".to_owned(), Json::from("agent"));
            user.insert("custom_role_id".to_owned(), numbers.json(role)?);
        }
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Set(_)
        | Value::References(_)
        | Value::Json(_)) => {
            let role = body::plain(other, numbers)?;
            if role == "agent" && purpose == Purpose::Update {
                user.insert("custom_role_id".to_owned(), Json::Null);
            }
            user.insert("role".to_owned(), role);
        }
    }
    Ok(())
}
