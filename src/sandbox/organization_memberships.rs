//! Which user belongs to which organization (zendesk-api §10).

use serde::Serialize;
use serde_json::{Map, Value};

use super::body::Fields;
use super::call::{Call, Outcome, url};
use super::desk::{Desk, Source};
use super::errors::{Details, Refusal};
use super::jobs::{self, Item, Work};
use super::options::Switch;
use super::paging::{self, Listing, Page};
use super::records::{Id, OrganizationMembership};
use super::reply::{Document, Reply};
use super::sideloads;
use super::store::State;
use super::text::fold;

const KIND: &str = "organization_memberships";
const KEYS: &[&str] = &["user_id", "organization_id", "default", "view_tickets"];
/// The most organizations one user may belong to.
const MOST: usize = 300;

#[derive(Serialize)]
struct View<'a> {
    url: String,
    id: Id,
    user_id: Id,
    organization_id: Id,
    default: Option<bool>,
    created_at: jiff::Timestamp,
    organization_name: &'a str,
    updated_at: jiff::Timestamp,
    view_tickets: bool,
}

fn view<'a>(state: &'a State, row: &OrganizationMembership, origin: &str) -> View<'a> {
    let OrganizationMembership {
        id,
        user_id,
        organization_id,
        default,
        view_tickets,
        created_at,
        updated_at,
    } = *row;
    View {
        url: url(origin, KIND, id),
        id,
        user_id,
        organization_id,
        default: default.then_some(true),
        created_at,
        organization_name: name(state, organization_id),
        updated_at,
        view_tickets,
    }
}

fn name(state: &State, organization: Id) -> &str {
    let organization = state.organizations.get(&organization);
    organization.map_or("", |organization| organization.name.as_str())
}

fn answer(call: &Call<'_>, page: &Page) -> Reply {
    let state = &*call.desk.state;
    let mut document = Document::new();
    let rows = page
        .ids
        .iter()
        .filter_map(|id| state.organization_memberships.get(id));
    document.list(
        KIND,
        rows.clone()
            .map(|row| view(state, row, &call.request.origin)),
    );
    if call.request.includes("users") {
        sideloads::users(
            &mut document,
            state,
            rows.clone().map(|row| row.user_id),
            call.request,
        );
    }
    if call.request.includes("organizations") {
        let ids = rows.map(|row| row.organization_id);
        sideloads::organizations(&mut document, state, ids, call.request);
    }
    page.finish(&mut document);
    Reply::document(200, document)
}

/// N1: `GET organization_memberships`
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let listing = Listing::ById(vec![&call.desk.state.organization_memberships]);
    let page = paging::page(&listing, call.request)?;
    Ok(answer(call, &page))
}

fn list_for(call: &Call<'_>, user: Id) -> Outcome {
    let state = &*call.desk.state;
    let rows = state
        .organization_memberships_of(user)
        .into_iter()
        .map(|row| {
            let last = if row.default { '0' } else { '1' };
            (
                format!("{last}{}", fold(name(state, row.organization_id))),
                row.id,
            )
        });
    let listing = Listing::sorted("default,organization_name", rows.collect());
    let page = paging::page(&listing, call.request)?;
    Ok(answer(call, &page))
}

/// N1: `GET users/{id}/organization_memberships`; the default first, then by name
pub(crate) fn list_of_user(call: &mut Call<'_>) -> Outcome {
    let user = call.id(0)?;
    call.desk.state.users.get(&user).ok_or(Refusal::NotFound)?;
    list_for(call, user)
}

/// N1: `GET organizations/{id}/organization_memberships`
pub(crate) fn list_of_organization(call: &mut Call<'_>) -> Outcome {
    let organization = call.id(0)?;
    let state = &*call.desk.state;
    state
        .organizations
        .get(&organization)
        .ok_or(Refusal::NotFound)?;
    let ids = state
        .index
        .people_of
        .get(&organization)
        .into_iter()
        .flat_map(|rows| rows.values());
    let rows = ids.map(|id| (String::new(), *id)).collect();
    let page = paging::page(&Listing::sorted("id", rows), call.request)?;
    Ok(answer(call, &page))
}

fn find(state: &State, id: Id, user: Option<Id>) -> Result<&OrganizationMembership, Refusal> {
    let row = state
        .organization_memberships
        .get(&id)
        .ok_or(Refusal::NotFound)?;
    if user.is_some_and(|user| user != row.user_id) {
        return Err(Refusal::NotFound);
    }
    Ok(row)
}

fn one(call: &Call<'_>, status: u16, row: &OrganizationMembership) -> Reply {
    let view = view(call.desk.state, row, &call.request.origin);
    Reply::one(status, "organization_membership", &view)
}

/// N2: `GET organization_memberships/{id}`
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let row = find(call.desk.state, call.id(0)?, None)?;
    Ok(one(call, 200, row))
}

/// N2: `GET users/{id}/organization_memberships/{id}`
pub(crate) fn show_of_user(call: &mut Call<'_>) -> Outcome {
    let row = find(call.desk.state, call.id(1)?, Some(call.id(0)?))?;
    Ok(one(call, 200, row))
}

fn created(call: &mut Call<'_>, body: &Map<String, Value>) -> Outcome {
    let id = create_one(&mut call.desk, body)?;
    let row = find(call.desk.state, id, None)?;
    Ok(one(call, 201, row).header("location", call.location(KIND, id)))
}

/// N3: `POST organization_memberships`
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("organization_membership")?;
    created(call, &body)
}

/// N3: `POST users/{id}/organization_memberships`
pub(crate) fn create_for_user(call: &mut Call<'_>) -> Outcome {
    let mut body = call.request.record("organization_membership")?;
    let user = call.id(0)?;
    call.desk.state.users.get(&user).ok_or(Refusal::NotFound)?;
    body.insert("user_id".to_owned(), Value::from(user));
    created(call, &body)
}

/// Puts a user into an organization as the body says.
pub(crate) fn create_one(desk: &mut Desk<'_>, body: &Map<String, Value>) -> Result<Id, Refusal> {
    let fields = Fields(body);
    desk.ignored
        .extend(fields.unknown("organization_membership", KEYS));
    let user = fields.id("user_id").flatten().unwrap_or(0);
    let organization = fields.id("organization_id").flatten().unwrap_or(0);
    let mut details = Details::default();
    let person = desk.state.users.get(&user).filter(|user| user.active);
    if person.is_none() {
        details.add("user", "User cannot be blank", Some("BlankValue"));
    }
    if person.is_some_and(|user| user.rank.is_staff()) && !desk.may_write_staff() {
        return Err(Refusal::Forbidden);
    }
    if !desk.state.organizations.contains_key(&organization) {
        details.add(
            "organization",
            "Organization cannot be blank",
            Some("BlankValue"),
        );
    }
    let held = desk.state.index.organizations_of.get(&user);
    if held.is_some_and(|rows| rows.contains_key(&organization)) {
        details.add(
            "user_id",
            "User has already been taken",
            Some("DuplicateValue"),
        );
    }
    let held = held.map_or(0, std::collections::BTreeMap::len);
    let single = !desk.state.account.features.multiple_organizations;
    let replaces = desk.settings.is(Switch::SecondOrganizationReplaces);
    if (single && held > 0 && !replaces) || held >= MOST {
        let text = if single {
            "User can only belong to one organization"
        } else {
            "User belongs to too many organizations"
        };
        details.add("base", text, None);
    }
    details.check()?;
    if single {
        leave_all(desk, user);
    }
    let default = fields.flag("default").unwrap_or(false);
    Ok(join(
        desk,
        user,
        organization,
        default,
        fields.flag("view_tickets").unwrap_or(false),
    ))
}

/// Puts a user into an organization; the first one becomes the default whatever is asked.
pub(crate) fn join(
    desk: &mut Desk<'_>,
    user: Id,
    organization: Id,
    default: bool,
    view_tickets: bool,
) -> Id {
    let first = !desk.state.index.organizations_of.contains_key(&user);
    let id = desk.state.next_id();
    desk.state
        .insert_organization_membership(OrganizationMembership {
            id,
            user_id: user,
            organization_id: organization,
            default: false,
            view_tickets,
            created_at: desk.now,
            updated_at: desk.now,
        });
    if first || default {
        set_default(desk, user, id);
    }
    desk.state.touch_user(user, desk.now);
    note(desk, user, organization, "assigned");
    id
}

fn note(desk: &mut Desk<'_>, user: Id, organization: Id, what: &str) {
    let person = desk.state.users.get(&user);
    let label = person.map(|user| user.name.clone()).unwrap_or_default();
    let text = format!("Organization: {} is {what}", name(desk.state, organization));
    desk.audit(
        "update",
        Source {
            kind: "user",
            id: user,
            label: &label,
        },
        text,
    );
}

/// Makes one membership of a user the default and all others not.
pub(crate) fn set_default(desk: &mut Desk<'_>, user: Id, membership: Id) {
    let rows = desk.state.organization_memberships_of(user);
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    for id in ids {
        if let Some(row) = desk.state.organization_memberships.get_mut(&id)
            && row.default != (id == membership)
        {
            row.default = id == membership;
            row.updated_at = desk.now;
        }
    }
    desk.state.touch_user(user, desk.now);
}

/// Ends a membership; if it was the default, another one takes its place.
pub(crate) fn leave(desk: &mut Desk<'_>, membership: Id) {
    let Some(row) = desk.state.remove_organization_membership(membership) else {
        return;
    };
    if row.default {
        let rest = desk.state.organization_memberships_of(row.user_id);
        let next = if desk.settings.is(Switch::NewestBecomesDefault) {
            rest.last()
        } else {
            rest.first()
        };
        if let Some(next) = next.map(|row| row.id) {
            set_default(desk, row.user_id, next);
        }
    }
    desk.state.touch_user(row.user_id, desk.now);
    note(desk, row.user_id, row.organization_id, "removed");
}

/// Ends every membership of a user.
pub(crate) fn leave_all(desk: &mut Desk<'_>, user: Id) {
    let rows = desk.state.organization_memberships_of(user);
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    for id in ids {
        leave(desk, id);
    }
}

/// Does what `organization_id` of a user means: that organization and no other.
pub(crate) fn collapse(desk: &mut Desk<'_>, user: Id, organization: Option<Id>) {
    let rows = desk.state.organization_memberships_of(user);
    let others: Vec<Id> = rows
        .iter()
        .filter(|row| Some(row.organization_id) != organization)
        .map(|row| row.id)
        .collect();
    let kept = rows
        .iter()
        .any(|row| Some(row.organization_id) == organization);
    for id in others {
        leave(desk, id);
    }
    if let (Some(organization), false) = (organization, kept) {
        join(desk, user, organization, true, false);
    }
}

/// Puts a user into the organization that owns the domain of an address, if there is one.
pub(crate) fn join_by_domain(desk: &mut Desk<'_>, user: Id, email: &str) {
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let index = &desk.state.index;
    let holders = index
        .domains
        .get(domain)
        .or_else(|| index.domains.get(email));
    let Some((_, organization)) = holders.and_then(|rows| rows.first()).cloned() else {
        return;
    };
    let held = index.organizations_of.get(&user);
    let single = !desk.state.account.features.multiple_organizations;
    if held.is_some_and(|rows| single || rows.contains_key(&organization)) {
        return;
    }
    join(desk, user, organization, false, false);
}

/// Ends a membership after checking that the caller may.
pub(crate) fn remove_one(
    desk: &mut Desk<'_>,
    membership: Id,
    user: Option<Id>,
) -> Result<(), Refusal> {
    let user = find(desk.state, membership, user)?.user_id;
    let staff = desk
        .state
        .users
        .get(&user)
        .is_some_and(|user| user.rank.is_staff());
    if staff && !desk.may_write_staff() {
        return Err(Refusal::Forbidden);
    }
    leave(desk, membership);
    Ok(())
}

/// N5: `DELETE organization_memberships/{id}`
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0)?;
    remove_one(&mut call.desk, id, None)?;
    Ok(Reply::empty(204))
}

/// N5: `DELETE users/{id}/organization_memberships/{id}`
pub(crate) fn delete_of_user(call: &mut Call<'_>) -> Outcome {
    let (user, id) = (call.id(0)?, call.id(1)?);
    remove_one(&mut call.desk, id, Some(user))?;
    Ok(Reply::empty(204))
}

fn by_pair(call: &Call<'_>) -> Result<(Id, Id), Refusal> {
    let (user, organization) = (call.id(0)?, call.id(1)?);
    let held = call.desk.state.index.organizations_of.get(&user);
    let id = held
        .and_then(|rows| rows.get(&organization))
        .ok_or(Refusal::NotFound)?;
    Ok((user, *id))
}

/// N9: `DELETE users/{id}/organizations/{id}`
pub(crate) fn delete_by_pair(call: &mut Call<'_>) -> Outcome {
    let (_, id) = by_pair(call)?;
    remove_one(&mut call.desk, id, None)?;
    Ok(Reply::empty(204))
}

/// N8: `PUT users/{id}/organizations/{id}/make_default`
pub(crate) fn make_default_by_pair(call: &mut Call<'_>) -> Outcome {
    let (user, id) = by_pair(call)?;
    if !find(call.desk.state, id, None)?.default {
        set_default(&mut call.desk, user, id);
    }
    let row = find(call.desk.state, id, None)?;
    Ok(one(call, 200, row))
}

/// N7: `PUT users/{id}/organization_memberships/{id}/make_default`
pub(crate) fn make_default(call: &mut Call<'_>) -> Outcome {
    let (user, id) = (call.id(0)?, call.id(1)?);
    if !find(call.desk.state, id, Some(user))?.default {
        set_default(&mut call.desk, user, id);
    }
    list_for(call, user)
}

/// N4: `POST organization_memberships/create_many`
pub(crate) fn create_many(call: &mut Call<'_>) -> Outcome {
    let items = jobs::items_of_body(call.request.records(KIND)?)?;
    jobs::start(call, Work::CreateOrganizationMemberships, items)
}

/// N6: `DELETE organization_memberships/destroy_many`
pub(crate) fn destroy_many(call: &mut Call<'_>) -> Outcome {
    let ids = call.ids_param("ids")?.unwrap_or_default();
    let items = ids.into_iter().map(Item::of_id).collect();
    jobs::start(call, Work::DeleteOrganizationMemberships, items)
}
