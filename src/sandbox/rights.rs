//! What a caller may do (zendesk-api §18.6).

use serde_json::Value;

use super::desk::Desk;
use super::errors::Refusal;
use super::options::Switch;
use super::records::{Role, User};

/// What a route asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// Anybody with a credential; one path also answers without.
    Anyone,
    /// Agents and admins.
    Staff,
    /// Admins only.
    Admin,
    /// Agents who may write some users.
    Users,
    /// Agents who may write organizations.
    Organizations,
    /// Agents whose role lets them manage groups.
    Groups,
    /// Agents whose role lets them manage group memberships.
    GroupMemberships,
    /// Agents whose role lets them manage roles.
    Roles,
}

impl Desk<'_> {
    /// Refuses a caller who lacks a right.
    pub(crate) fn check_right(&self, right: Right) -> Result<(), Refusal> {
        let Some(caller) = self.caller() else {
            return Err(Refusal::Forbidden);
        };
        let fine = match (caller.rank.role, right) {
            (_, Right::Anyone) | (Role::Admin, _) | (Role::Agent, Right::Staff) => true,
            (Role::EndUser, _) | (Role::Agent, Right::Admin) => false,
            (Role::Agent, Right::Users) => self.may_write_end_users() || self.may_write_staff(),
            (Role::Agent, Right::Organizations) => self.may_write_organizations(),
            (Role::Agent, Right::Groups) => self.holds("manage_groups"),
            (Role::Agent, Right::GroupMemberships) => self.holds("manage_group_memberships"),
            (Role::Agent, Right::Roles) => self.level("manage_roles") == Some("all-except-self"),
        };
        if fine {
            Ok(())
        } else {
            Err(Refusal::Forbidden)
        }
    }

    fn permission(&self, key: &str) -> Option<&Value> {
        let role = self.caller()?.rank.custom_role?;
        self.state.custom_roles.get(&role)?.configuration.get(key)
    }

    fn holds(&self, key: &str) -> bool {
        self.permission(key).and_then(Value::as_bool) == Some(true)
    }

    fn level(&self, key: &str) -> Option<&str> {
        self.permission(key).and_then(Value::as_str)
    }

    fn is_admin(&self) -> bool {
        self.caller()
            .is_some_and(|user| user.rank.role == Role::Admin)
    }

    fn is_plain_agent(&self) -> bool {
        let plain = |user: &User| user.rank.role == Role::Agent && user.rank.custom_role.is_none();
        self.caller().is_some_and(plain)
    }

    /// Returns whether the caller may write agents.
    pub(crate) fn may_write_staff(&self) -> bool {
        self.is_admin() || self.level("manage_team_members") == Some("all-with-self-restriction")
    }

    /// Returns whether the caller may write end users.
    fn may_write_end_users(&self) -> bool {
        let level = self.level("end_user_profile_access");
        self.is_admin()
            || self.is_plain_agent()
            || matches!(level, Some("full" | "edit" | "edit-within-org"))
    }

    /// Returns whether the caller may write more of organizations than their notes.
    pub(crate) fn may_write_organizations(&self) -> bool {
        self.is_admin() || self.holds("organization_editing") || self.holds("manage_organizations")
    }

    /// Refuses to write a user whom the caller may not write, or nobody may.
    pub(crate) fn check_may_write(&self, user: &User) -> Result<(), Refusal> {
        let may = if user.rank.is_staff() {
            self.may_write_staff()
        } else {
            self.may_write_end_users()
        };
        let own = user.id == self.actor;
        if user.shared || user.shared_agent || !(may || own) {
            return Err(Refusal::Forbidden);
        }
        Ok(())
    }

    /// Refuses what nobody may do to the owner or to oneself.
    pub(crate) fn untouchable(&self) -> Refusal {
        if self.settings.is(Switch::OwnerRefused422) {
            Refusal::field(
                "base",
                "The account owner and oneself cannot be changed",
                None,
            )
        } else {
            Refusal::Forbidden
        }
    }
}
