//! Roles of users: what a body asks for, who may, and what follows (zendesk-api §5.2).

use crate::sandbox::body::Fields;
use crate::sandbox::desk::{Desk, Source};
use crate::sandbox::errors::{Details, Refusal};
use crate::sandbox::group_memberships;
use crate::sandbox::records::{Id, Rank, Role, User};
use crate::sandbox::store::State;

fn admin(state: &State) -> Rank {
    let custom_role = state.account.admin_role;
    Rank {
        role: Role::Admin,
        role_type: custom_role.map(|_| 4),
        custom_role,
    }
}

fn holding(state: &State, role: Id) -> Option<Rank> {
    let role_type = state.custom_roles.get(&role)?.role_type;
    let system = match role_type {
        0 | 1 | 3 => Role::Agent,
        5 => Role::Admin,
        _ => return None,
    };
    Some(Rank {
        role: system,
        role_type: Some(role_type),
        custom_role: Some(role),
    })
}

/// Returns the rank that a name stands for: a system role or a custom role.
pub(crate) fn named(state: &State, name: &str) -> Option<Rank> {
    match Role::parse(name) {
        Some(Role::EndUser) => Some(Rank::END_USER),
        Some(Role::Agent) => Some(Rank::PLAIN_AGENT),
        Some(Role::Admin) => Some(admin(state)),
        None => {
            let mut roles = state.custom_roles.values();
            let role = roles.find(|role| role.name.eq_ignore_ascii_case(name))?;
            holding(state, role.id)
        }
    }
}

/// Returns the rank that a body asks for; what it does not mention stays.
pub(super) fn wanted(
    state: &State,
    current: Option<Rank>,
    fields: Fields<'_>,
    details: &mut Details,
) -> Rank {
    let start = current.unwrap_or(Rank::END_USER);
    let role = fields.some_text("role").and_then(|text| {
        let role = Role::parse(&text);
        if role.is_none() {
            details.add("role", "Role: is invalid", Some("InvalidValue"));
        }
        role
    });
    let custom = fields.id("custom_role_id");
    if role == Some(Role::Admin) {
        return admin(state);
    }
    if role.is_none() && start.role == Role::Admin {
        return start;
    }
    if let Some(Some(id)) = custom {
        let holding = holding(state, id).filter(|_| state.account.features.custom_roles);
        return holding.unwrap_or_else(|| {
            details.add(
                "custom_role_id",
                "Custom role: is invalid",
                Some("InvalidValue"),
            );
            start
        });
    }
    match role.unwrap_or(start.role) {
        Role::EndUser => Rank::END_USER,
        Role::Admin => start,
        Role::Agent if custom.is_none() && start.role == Role::Agent => start,
        Role::Agent => Rank::PLAIN_AGENT,
    }
}

/// Complains if the paid seats are used up.
pub(super) fn check_seat(desk: &Desk<'_>, old: Option<Rank>, new: Rank, details: &mut Details) {
    if old.is_some_and(Rank::takes_seat) || !new.takes_seat() {
        return;
    }
    let used = desk.state.index.seats.len();
    if desk.seats().is_some_and(|seats| used >= seats as usize) {
        let text = "Base You have reached the maximum number of agents of your plan";
        details.add("base", text, Some("MaxAgentExceeded"));
    }
}

/// Refuses changes of rank that nobody, or not this caller, may make.
pub(super) fn check_right(desk: &Desk<'_>, user: &User, new: Rank) -> Result<(), Refusal> {
    if user.rank == new {
        return Ok(());
    }
    if user.owner || user.id == desk.actor {
        return Err(desk.untouchable());
    }
    check_grant(desk, new)
}

/// Refuses to hand out a rank that is above what the caller may give.
pub(super) fn check_grant(desk: &Desk<'_>, new: Rank) -> Result<(), Refusal> {
    let admin = desk
        .caller()
        .is_some_and(|user| user.rank.role == Role::Admin);
    let fine = admin || (!new.is_staff()) || (new.role == Role::Agent && desk.may_write_staff());
    if fine {
        Ok(())
    } else {
        Err(Refusal::Forbidden)
    }
}

/// Writes a rank and what belongs to it into the record.
pub(super) fn write(user: &mut User, new: Rank) {
    let old = user.rank;
    if old == new {
        return;
    }
    user.rank = new;
    user.moderator = new.role == Role::Admin || (user.moderator && new.is_staff());
    if !new.is_staff() {
        user.ticket_restriction = Some("requested".to_owned());
    } else if !old.is_staff() || new.role == Role::Admin {
        user.ticket_restriction = None;
    }
}

/// Does what a change of rank does to group memberships, after the record was written.
pub(super) fn follow(desk: &mut Desk<'_>, user: Id, old: Rank, new: Rank) {
    if old == new {
        return;
    }
    if old.is_staff() && !new.is_staff() {
        leave_groups(desk, user);
    }
    if new.is_staff() && desk.state.group_memberships_of(user).is_empty() {
        let group = desk.state.account.default_group;
        group_memberships::join(desk, user, group, true);
    }
    let (from, to) = (label(desk.state, old), label(desk.state, new));
    let name = desk
        .state
        .users
        .get(&user)
        .map(|user| user.name.clone())
        .unwrap_or_default();
    let source = Source {
        kind: "user",
        id: user,
        label: &name,
    };
    desk.audit(
        "update",
        source,
        format!("Role changed from {from} to {to}"),
    );
}

/// Ends every group membership of a user.
pub(super) fn leave_groups(desk: &mut Desk<'_>, user: Id) {
    let rows = desk.state.group_memberships_of(user);
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    for id in ids {
        group_memberships::leave(desk, id);
    }
}

/// Returns a rank in the words of the audit log.
fn label(state: &State, rank: Rank) -> String {
    let custom = rank
        .custom_role
        .filter(|_| rank.role == Role::Agent || rank.role_type == Some(5));
    if let Some(role) = custom.and_then(|id| state.custom_roles.get(&id)) {
        return role.name.clone();
    }
    match rank.role {
        Role::EndUser => "End User",
        Role::Agent => "Agent",
        Role::Admin => "Administrator",
    }
    .to_owned()
}
