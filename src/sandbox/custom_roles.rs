//! Custom roles (zendesk-api §11).

use serde::Serialize;
use serde_json::{Map, Value};

use super::body::Fields;
use super::call::{Call, Outcome};
use super::desk::{Desk, Source};
use super::errors::{Details, Refusal};
use super::options::Switch;
use super::permissions::{self, Predefined};
use super::records::{CustomRole, Id, Role};
use super::reply::{Document, Reply};
use super::store::State;
use super::text::fold;

const KEYS: &[&str] = &["name", "description", "configuration"];
const RESERVED: &[&str] = &[
    "agent",
    "administrator",
    "admin",
    "billing admin",
    "light agent",
];
/// The most custom roles of an account.
const MOST: usize = 197;

#[derive(Serialize)]
struct View<'a> {
    id: Id,
    name: &'a str,
    description: &'a str,
    role_type: u8,
    created_at: jiff::Timestamp,
    updated_at: jiff::Timestamp,
    configuration: &'a Map<String, Value>,
    team_member_count: usize,
}

fn view<'a>(state: &State, role: &'a CustomRole) -> View<'a> {
    let CustomRole {
        id,
        name,
        description,
        role_type,
        created_at,
        updated_at,
        configuration,
    } = role;
    View {
        id: *id,
        name,
        description,
        role_type: *role_type,
        created_at: *created_at,
        updated_at: *updated_at,
        configuration,
        team_member_count: holders(state, *id),
    }
}

fn holders(state: &State, role: Id) -> usize {
    state
        .index
        .by_custom_role
        .get(&role)
        .map_or(0, std::collections::BTreeSet::len)
}

/// Accounts without the feature refuse all of this.
fn available(call: &Call<'_>) -> Result<(), Refusal> {
    let on = call.desk.state.account.features.custom_roles;
    if on { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// R1: `GET custom_roles`, all of them in one answer
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    available(call)?;
    let state = &*call.desk.state;
    let hidden = state
        .account
        .admin_role
        .filter(|_| !call.desk.settings.is(Switch::ListAdminRole));
    let mut rows: Vec<&CustomRole> = state
        .custom_roles
        .values()
        .filter(|role| Some(role.id) != hidden)
        .collect();
    rows.sort_by_key(|role| (fold(&role.name), role.id));
    let mut document = Document::new();
    document.list(
        "custom_roles",
        rows.into_iter().map(|role| view(state, role)),
    );
    Ok(Reply::document(200, document))
}

fn one(call: &Call<'_>, status: u16, id: Id) -> Outcome {
    let role = call
        .desk
        .state
        .custom_roles
        .get(&id)
        .ok_or(Refusal::NotFound)?;
    Ok(Reply::one(
        status,
        "custom_role",
        &view(call.desk.state, role),
    ))
}

/// R2: `GET custom_roles/{id}`
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    available(call)?;
    one(call, 200, call.id(0)?)
}

fn check_name(state: &State, name: &str, own: Option<Id>, details: &mut Details) {
    let folded = fold(name);
    let taken = |role: &CustomRole| fold(&role.name) == folded && Some(role.id) != own;
    if folded.is_empty() {
        details.add("name", "Name: cannot be blank", Some("BlankValue"));
    } else if RESERVED.contains(&folded.as_str()) {
        details.add("name", "Name: is reserved", Some("InvalidValue"));
    } else if state.custom_roles.values().any(taken) {
        details.add(
            "name",
            "Name: has already been taken",
            Some("DuplicateValue"),
        );
    }
}

/// Returns the permissions that a body may set.
fn permissions_of(
    desk: &mut Desk<'_>,
    fields: Fields<'_>,
    details: &mut Details,
) -> Map<String, Value> {
    let mut out = Map::new();
    for (key, value) in fields.object("configuration").into_iter().flatten() {
        if permissions::READ_ONLY.contains(&key.as_str()) {
            if desk.settings.is(Switch::RefuseReadOnlyPermissions) {
                let text = format!("Configuration: {key} cannot be set");
                details.add("configuration", text, Some("InvalidValue"));
            }
            desk.ignored
                .push(format!("custom_role.configuration.{key}"));
        } else if permissions::takes(key, value) {
            out.insert(key.clone(), value.clone());
        } else {
            let text = format!("Configuration: {value} is not valid for {key}");
            details.add("configuration", text, Some("InvalidValue"));
        }
    }
    out
}

/// R3: `POST custom_roles`
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    available(call)?;
    let body = call.request.record("custom_role")?;
    let fields = Fields(&body);
    let desk = &mut call.desk;
    desk.ignored.extend(fields.unknown("custom_role", KEYS));
    let mut details = Details::default();
    let name = fields
        .some_text("name")
        .unwrap_or_default()
        .trim()
        .to_owned();
    check_name(desk.state, &name, None, &mut details);
    let sent = permissions_of(desk, fields, &mut details);
    let own = desk
        .state
        .custom_roles
        .values()
        .filter(|role| role.role_type == 0)
        .count();
    if own >= MOST {
        details.add("base", "The account has too many custom roles", None);
    }
    details.check()?;
    let mut configuration = Predefined::Staff.configuration();
    configuration.extend(sent);
    let id = desk.state.next_id();
    let role = CustomRole {
        id,
        name: name.clone(),
        description: fields.some_text("description").unwrap_or_default(),
        role_type: 0,
        created_at: desk.now,
        updated_at: desk.now,
        configuration,
    };
    desk.state.custom_roles.insert(id, role);
    desk.audit(
        "create",
        Source {
            kind: "custom_role",
            id,
            label: &name,
        },
        String::new(),
    );
    let created = call.desk.settings.is(Switch::RoleCreated201);
    one(call, if created { 201 } else { 200 }, id)
}

/// Refuses roles that nobody may write, and the caller's own.
fn writable(call: &Call<'_>, id: Id) -> Result<u8, Refusal> {
    let role = call
        .desk
        .state
        .custom_roles
        .get(&id)
        .ok_or(Refusal::NotFound)?;
    let caller = call.desk.caller().ok_or(Refusal::Forbidden)?;
    let own = caller.rank.role == Role::Agent && caller.rank.custom_role == Some(id);
    if own || role.role_type > 1 {
        Err(Refusal::Forbidden)
    } else {
        Ok(role.role_type)
    }
}

/// R4: `PUT custom_roles/{id}`; permissions merge per key
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    available(call)?;
    let body = call.request.record("custom_role")?;
    let id = call.id(0)?;
    let fields = Fields(&body);
    call.desk
        .ignored
        .extend(fields.unknown("custom_role", KEYS));
    let role_type = writable(call, id)?;
    let desk = &mut call.desk;
    let mut details = Details::default();
    let name = fields
        .text("name")
        .map(|name| name.unwrap_or_default().trim().to_owned());
    let name = name.filter(|name| {
        role_type == 0
            || desk
                .state
                .custom_roles
                .get(&id)
                .is_some_and(|role| role.name != *name)
    });
    if let Some(name) = &name {
        check_name(desk.state, name, Some(id), &mut details);
    }
    let sent = permissions_of(desk, fields, &mut details);
    details.check()?;
    let touch = desk.settings.is(Switch::UpdatesAlwaysTouch);
    let mut changed = None;
    if let Some(role) = desk.state.custom_roles.get_mut(&id) {
        let before = role.clone();
        role.name = name.unwrap_or_else(|| role.name.clone());
        if let Some(text) = fields.text("description") {
            role.description = text.unwrap_or_default();
        }
        role.configuration.extend(sent);
        if *role != before || touch {
            role.updated_at = desk.now;
            changed = Some(role.name.clone());
        }
    }
    if let Some(label) = changed {
        desk.audit(
            "update",
            Source {
                kind: "custom_role",
                id,
                label: &label,
            },
            String::new(),
        );
    }
    one(call, 200, id)
}

/// R5: `DELETE custom_roles/{id}`; refused while an agent holds it
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    available(call)?;
    let id = call.id(0)?;
    if writable(call, id)? != 0 {
        return Err(Refusal::Forbidden);
    }
    if holders(call.desk.state, id) > 0 {
        let text = "Custom role is assigned to agents and cannot be deleted";
        return Err(Refusal::field("base", text, Some("RoleInUse")));
    }
    if let Some(role) = call.desk.state.custom_roles.remove(&id) {
        let source = Source {
            kind: "custom_role",
            id,
            label: &role.name,
        };
        call.desk.audit("destroy", source, String::new());
    }
    Ok(Reply::empty(204))
}
