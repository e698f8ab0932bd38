//! Making users (zendesk-api §5.5, §5.6).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::draft::Draft;
use super::rank;
use super::update::{set_phone, update_one};
use crate::sandbox::body::Fields;
use crate::sandbox::desk::{Desk, Source};
use crate::sandbox::errors::{Details, Refusal};
use crate::sandbox::identities::{self, Holder, holder};
use crate::sandbox::records::{Id, Rank, Tickets, User};
use crate::sandbox::text::fold;
use crate::sandbox::{group_memberships, organization_memberships, time_zones};

/// Makes a user.
pub(crate) fn create_one(desk: &mut Desk<'_>, body: &Map<String, Value>) -> Result<Id, Refusal> {
    let fields = Fields(body);
    let mut details = Details::default();
    let draft = Draft::read(desk, None, fields, &mut details)?;
    rank::check_grant(desk, draft.rank)?;
    let others = other_identities(desk, fields, &mut details);
    let groups = groups(desk, fields, draft.rank, &mut details);
    details.check()?;
    let (rank, email) = (draft.rank, draft.email.clone());
    let id = desk.state.next_id();
    let mut user = blank(desk, id);
    draft.write(&mut user, fields);
    user.alias = user.alias.filter(|_| fields.has("alias"));
    desk.before_user_change(id);
    let label = user.name.clone();
    desk.state.insert_user(user);
    desk.audit(
        "create",
        Source {
            kind: "user",
            id,
            label: &label,
        },
        String::new(),
    );
    for group in groups {
        group_memberships::join(desk, id, group, false);
    }
    join_organizations(desk, id, fields);
    let verified = fields.flag("verified").unwrap_or(false);
    if let Some(email) = &email {
        identities::add(desk, id, "email", email, verified);
        organization_memberships::join_by_domain(desk, id, email);
    }
    for (kind, value, verified) in others {
        identities::add(desk, id, &kind, &value, verified);
    }
    if let Some(phone) = fields.some_text("phone") {
        set_phone(desk, id, Some(&phone));
    }
    let quiet = verified || fields.flag("skip_verify_email").unwrap_or(false);
    if let Some(email) = email.filter(|_| !quiet) {
        desk.mail(
            &email,
            if rank.is_staff() {
                "welcome"
            } else {
                "verification"
            },
        );
    }
    Ok(id)
}

fn blank(desk: &Desk<'_>, id: Id) -> User {
    let account = &desk.state.account;
    User {
        id,
        name: String::new(),
        created_at: desk.now,
        updated_at: desk.now,
        time_zone: account.time_zone.clone(),
        iana_time_zone: time_zones::iana(&account.time_zone).unwrap_or_default(),
        shared_phone: None,
        locale: account.locale.clone(),
        rank: Rank::END_USER,
        external_id: None,
        tags: Vec::new(),
        alias: None,
        active: true,
        shared: false,
        shared_agent: false,
        last_login_at: None,
        signature: None,
        details: None,
        notes: None,
        is_billing_admin: None,
        moderator: false,
        ticket_restriction: Some("requested".to_owned()),
        only_private_comments: false,
        suspended: false,
        report_csv: false,
        user_fields: BTreeMap::new(),
        owner: false,
        permanently_deleted: false,
        tickets: Tickets::default(),
    }
}

/// Returns the groups a new agent starts in, the default first. End users are in none.
fn groups(desk: &Desk<'_>, fields: Fields<'_>, rank: Rank, details: &mut Details) -> Vec<Id> {
    if !rank.is_staff() {
        return Vec::new();
    }
    let first = fields.id("default_group_id").flatten();
    let more = fields.id("group_id").flatten();
    let many = fields.ids("group_ids").unwrap_or_default();
    let mut groups: Vec<Id> = Vec::new();
    for id in first.into_iter().chain(more).chain(many) {
        if desk.state.groups.get(&id).is_none_or(|group| group.deleted) {
            details.add("group", "Group is invalid", Some("InvalidValue"));
        } else if !groups.contains(&id) {
            groups.push(id);
        }
    }
    if groups.is_empty() {
        groups.push(desk.state.account.default_group);
    }
    groups
}

fn join_organizations(desk: &mut Desk<'_>, user: Id, fields: Fields<'_>) {
    let by_name = fields
        .object("organization")
        .and_then(|body| Fields(body).some_text("name"))
        .and_then(|name| {
            desk.state
                .index
                .organization_names
                .get(&fold(&name))
                .copied()
        });
    let one = fields.id("organization_id").flatten();
    let many = fields.ids("organization_ids").unwrap_or_default();
    let single = !desk.state.account.features.multiple_organizations;
    let wanted: Vec<Id> = one.into_iter().chain(by_name).chain(many).collect();
    for organization in wanted.into_iter().take(if single { 1 } else { 300 }) {
        let held = desk.state.index.organizations_of.get(&user);
        if held.is_none_or(|rows| !rows.contains_key(&organization)) {
            organization_memberships::join(desk, user, organization, false, false);
        }
    }
}

/// Returns the identities that the body lists beside its `email`.
fn other_identities(
    desk: &Desk<'_>,
    fields: Fields<'_>,
    details: &mut Details,
) -> Vec<(String, String, bool)> {
    let rows = fields.get("identities").and_then(Value::as_array);
    let mut out = Vec::new();
    for row in rows
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(Fields)
    {
        let kind = row.some_text("type").unwrap_or_else(|| "email".to_owned());
        let value = row.some_text("value").unwrap_or_default();
        if matches!(holder(desk.state, &kind, &value, None), Holder::Other) {
            let text = format!("Email: {value} is already being used by another user");
            details.add("email", text, Some("DuplicateValue"));
        }
        out.push((kind, value, row.flag("verified").unwrap_or(false)));
    }
    out
}

/// Makes a user, or changes the one with the same e-mail or external id. Returns whether it made one.
pub(crate) fn upsert_one(
    desk: &mut Desk<'_>,
    body: &Map<String, Value>,
) -> Result<(Id, bool), Refusal> {
    let Some(id) = match_one(desk, body) else {
        return create_one(desk, body).map(|id| (id, true));
    };
    update_one(desk, id, body)?;
    Ok((id, false))
}

/// Returns the user that a body of create-or-update means.
pub(super) fn match_one(desk: &Desk<'_>, body: &Map<String, Value>) -> Option<Id> {
    let fields = Fields(body);
    let index = &desk.state.index;
    let by_email = fields.some_text("email");
    let by_email = by_email.and_then(|email| desk.state.holder_of_email(&email));
    let by_external = || {
        let text = fields.some_text("external_id")?;
        index.user_external.get(&fold(&text)).copied()
    };
    by_email.or_else(by_external)
}
