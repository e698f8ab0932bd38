//! What a body says about a user, checked and ready to be written (zendesk-api §5.5, §5.8).

use super::rank;
use crate::sandbox::body::Fields;
use crate::sandbox::desk::Desk;
use crate::sandbox::errors::{Details, Refusal};
use crate::sandbox::fields::{self, FieldChanges};
use crate::sandbox::identities::{Holder, holder};
use crate::sandbox::locales;
use crate::sandbox::records::{Id, Rank, Role, User};
use crate::sandbox::text::{self, fold};
use crate::sandbox::time_zones;

/// Keys that a body may carry on create and on update.
const KEYS: &[&str] = &[
    "id",
    "name",
    "email",
    "phone",
    "role",
    "custom_role_id",
    "external_id",
    "tags",
    "alias",
    "verified",
    "organization",
    "organization_id",
    "organization_ids",
    "time_zone",
    "locale",
    "locale_id",
    "moderator",
    "notes",
    "details",
    "signature",
    "suspended",
    "ticket_restriction",
    "only_private_comments",
    "restricted_agent",
    "user_fields",
    "agent_brand_ids",
    "skip_verify_email",
    "remote_photo_url",
    "password",
    "identities",
];

/// Keys that only a create may carry.
const CREATE_KEYS: &[&str] = &["default_group_id", "group_ids", "group_id"];

/// The checked form of a body.
pub(super) struct Draft {
    pub(super) email: Option<String>,
    pub(super) rank: Rank,
    name: Option<String>,
    external_id: Option<Option<String>>,
    time_zone: Option<(String, String)>,
    fields: FieldChanges,
    unset_by_tags: Vec<String>,
}

impl Draft {
    /// Checks everything; complaints about fields are gathered, a lack of rights is not.
    pub(super) fn read(
        desk: &mut Desk<'_>,
        current: Option<&User>,
        fields: Fields<'_>,
        details: &mut Details,
    ) -> Result<Self, Refusal> {
        note_unknown(desk, current.is_none(), fields);
        let own = current.map(|user| user.id);
        let name = fields
            .text("name")
            .map(|name| name.unwrap_or_default().trim().to_owned());
        let missing = name.is_none() && current.is_none();
        if missing || name.as_ref().is_some_and(String::is_empty) {
            let text = "Name: is too short (minimum is 1 characters)";
            details.add("name", text, Some("ValueTooShort"));
        }
        let email = fields.some_text("email").map(|email| fold(&email));
        let email = email.filter(|email| !email.is_empty());
        check_email(desk, own, email.as_deref(), details);
        let external_id = fields
            .text("external_id")
            .map(|text| text.filter(|text| !text.is_empty()));
        if let Some(Some(text)) = &external_id {
            let taken = desk.state.index.user_external.get(&fold(text));
            if taken.is_some_and(|id| Some(*id) != own) {
                let text = "External has already been taken";
                details.add("external_id", text, Some("DuplicateValue"));
            }
        }
        let time_zone = fields.some_text("time_zone").and_then(|zone| {
            let iana = time_zones::iana(&zone);
            if iana.is_none() {
                details.add("time_zone", "Time zone: is invalid", Some("InvalidValue"));
            }
            Some((zone, iana?))
        });
        let old = current.map(|user| user.rank);
        let rank = rank::wanted(desk.state, old, fields, details);
        rank::check_seat(desk, old, rank, details);
        check_organization(desk, fields)?;
        let values = fields.object("user_fields");
        let changes = fields::read(&desk.state.user_fields, values, details);
        let ignored = changes
            .unknown
            .iter()
            .map(|key| format!("user.user_fields.{key}"));
        desk.ignored.extend(ignored);
        let unset_by_tags = dropped_tags(desk, current, fields);
        Ok(Self {
            email,
            rank,
            name,
            external_id,
            time_zone,
            fields: changes,
            unset_by_tags,
        })
    }

    /// Writes everything that is kept in the record itself.
    pub(super) fn write(self, user: &mut User, fields: Fields<'_>) {
        let Self {
            email: _,
            rank,
            name,
            external_id,
            time_zone,
            fields: changes,
            unset_by_tags,
        } = self;
        rank::write(user, rank);
        user.name = name.unwrap_or_else(|| user.name.clone());
        user.external_id = external_id.unwrap_or_else(|| user.external_id.clone());
        if let Some((zone, iana)) = time_zone {
            user.time_zone = zone;
            user.iana_time_zone = iana;
        }
        if let Some(locale) = locale(fields) {
            user.locale = locale;
        }
        let flag = |key, old| fields.flag(key).unwrap_or(old);
        user.moderator = flag("moderator", user.moderator) && rank.is_staff();
        user.moderator |= rank.role == Role::Admin;
        user.suspended = flag("suspended", user.suspended);
        user.only_private_comments = flag("only_private_comments", user.only_private_comments);
        if let Some(text) = fields.text("alias") {
            user.alias = Some(text.unwrap_or_default());
        }
        let text = |key, old: &Option<String>| fields.text(key).unwrap_or_else(|| old.clone());
        user.notes = text("notes", &user.notes);
        user.details = text("details", &user.details);
        user.signature = text("signature", &user.signature);
        write_restriction(user, fields);
        if let Some(tags) = fields.list("tags") {
            user.tags = text::tags(tags.iter().map(String::as_str));
        }
        for key in unset_by_tags {
            user.user_fields.remove(&key);
        }
        changes.write(&mut user.user_fields, &mut user.tags);
    }
}

fn note_unknown(desk: &mut Desk<'_>, creating: bool, fields: Fields<'_>) {
    let mut unknown = fields.unknown("user", KEYS);
    if creating {
        unknown.retain(|key| {
            !CREATE_KEYS
                .iter()
                .any(|known| key == &format!("user.{known}"))
        });
    }
    desk.ignored.extend(unknown);
}

fn locale(fields: Fields<'_>) -> Option<String> {
    let by_id = || locales::by_id(u32::try_from(fields.id("locale_id")??).ok()?);
    fields
        .some_text("locale")
        .or_else(|| by_id().map(str::to_owned))
}

/// An end user sees own tickets or those of the organization; anything else becomes the former.
fn write_restriction(user: &mut User, fields: Fields<'_>) {
    let Some(sent) = fields.text("ticket_restriction") else {
        return;
    };
    user.ticket_restriction = match user.rank.role {
        Role::EndUser if sent.as_deref() == Some("organization") => sent,
        Role::EndUser => Some("requested".to_owned()),
        Role::Agent => sent.filter(|text| {
            matches!(
                text.as_str(),
                "organization" | "groups" | "assigned" | "requested"
            )
        }),
        Role::Admin => None,
    };
}

fn check_email(desk: &Desk<'_>, own: Option<Id>, email: Option<&str>, details: &mut Details) {
    let Some(email) = email else {
        return;
    };
    if !text::is_email(email) {
        details.add(
            "email",
            format!("Email: {email} is not properly formatted"),
            None,
        );
    } else if matches!(holder(desk.state, "email", email, own), Holder::Other) {
        let text = format!("Email: {email} is already being used by another user");
        details.add("email", text, Some("DuplicateValue"));
    }
}

/// A user cannot be put into an organization that does not exist: that is a 404.
fn check_organization(desk: &Desk<'_>, fields: Fields<'_>) -> Result<(), Refusal> {
    let one = fields.id("organization_id").flatten();
    let many = fields.ids("organization_ids").unwrap_or_default();
    let known = |id: &Id| desk.state.organizations.contains_key(id);
    if one.iter().chain(&many).all(known) {
        Ok(())
    } else {
        Err(Refusal::NotFound)
    }
}

/// Returns the fields that lose their value because their tag is left out, where that is switched on.
fn dropped_tags(desk: &Desk<'_>, current: Option<&User>, fields: Fields<'_>) -> Vec<String> {
    let (Some(user), Some(tags)) = (current, fields.list("tags")) else {
        return Vec::new();
    };
    if !desk
        .settings
        .is(crate::sandbox::options::Switch::TagUnsetsField)
    {
        return Vec::new();
    }
    let tags = text::tags(tags.iter().map(String::as_str));
    let set = user
        .user_fields
        .keys()
        .filter_map(|key| desk.state.user_fields.get(key));
    set.filter(|field| field.tag.as_ref().is_some_and(|tag| !tags.contains(tag)))
        .map(|field| field.key.clone())
        .collect()
}
