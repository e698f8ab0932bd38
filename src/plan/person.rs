//! One person before and after the plan: role, suspension, memberships.

use crate::diff::{Cause, Fate};
use crate::model::{Address, Declared, Lifecycle, ObjectId, Observed, UserRole};

use super::people::Memberships;
use super::world::World;

/// A live membership.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) address: Address,
    pub(super) container: Address,
    pub(super) id: ObjectId,
    pub(super) default: bool,
    /// Why it goes, if it does.
    pub(super) goes: Option<Cause>,
}

/// A person who changes, or whose memberships do.
pub(super) struct Person<'a> {
    pub(super) address: Address,
    pub(super) live: Option<(&'a Address, &'a Observed)>,
    pub(super) declared: Option<&'a Declared>,
    /// What becomes of the person; `None` where only memberships change.
    pub(super) fate: Option<Fate>,
    /// `None` where the person is not there.
    pub(super) role_before: Option<UserRole>,
    pub(super) role_after: Option<UserRole>,
    pub(super) suspended_before: bool,
    pub(super) suspended_after: bool,
    /// Live memberships in groups.
    pub(super) groups: Box<[Held]>,
    /// Live memberships in organizations.
    pub(super) organizations: Box<[Held]>,
    /// Memberships in groups to come, in name order.
    pub(super) new_groups: Box<[Address]>,
    /// Memberships in organizations to come, in name order.
    pub(super) new_organizations: Box<[Address]>,
    /// The declared default group.
    pub(super) default_group: Option<Address>,
}

impl<'a> Person<'a> {
    /// Gathers what is known of the person. People are to be asked for in address order.
    pub(super) fn new(
        world: &World<'a>,
        (groups, organizations): (&mut Memberships<'_, 'a>, &mut Memberships<'_, 'a>),
        address: Address,
    ) -> Self {
        let difference = world.difference(&address);
        let fate = difference.map(|difference| difference.fate);
        let (declared, live) = match difference {
            Some(difference) => (difference.declared, difference.live),
            None => (
                world.inventory.resources.get(&address),
                world.live(&address),
            ),
        };
        let present = declared.filter(|declared| declared.lifecycle == Lifecycle::Present);
        let wanted = present.and_then(|declared| declared.resource.as_user());
        let user = live.and_then(|(_, live)| live.resource.as_user());
        let role_before = live.map(|(_, live)| world.role_of(live).unwrap_or(UserRole::EndUser));
        let suspended_before = user.and_then(|user| user.suspended).unwrap_or(false);
        let declared_role = wanted.and_then(|user| user.role.clone());
        let (role_after, suspended_after) = match fate {
            Some(Fate::Remove) => (None, false),
            Some(Fate::Offboard) => (Some(UserRole::EndUser), true),
            Some(Fate::Create | Fate::Update) => (
                declared_role
                    .or_else(|| role_before.clone())
                    .or(Some(UserRole::EndUser)),
                wanted
                    .and_then(|user| user.suspended)
                    .unwrap_or(suspended_before),
            ),
            None => (role_before.clone(), suspended_before),
        };
        let held = |walk: &mut Memberships<'_, 'a>| {
            live.map_or_else(Box::default, |(live, _)| walk.held(live))
        };
        Self {
            live,
            declared,
            fate,
            role_before,
            role_after,
            suspended_before,
            suspended_after,
            groups: held(groups),
            organizations: held(organizations),
            new_groups: groups.coming(&address),
            new_organizations: organizations.coming(&address),
            default_group: wanted.and_then(|user| user.default_group.clone().flatten()),
            address,
        }
    }

    /// The full name, declared before live.
    pub(super) fn name(&self) -> String {
        let declared = self.declared.map(|declared| &declared.resource);
        let live = self.live.map(|(_, live)| &live.resource);
        [declared, live]
            .into_iter()
            .flatten()
            .find_map(|resource| resource.as_user()?.name.clone())
            .unwrap_or_else(|| self.address.name().to_string())
    }

    pub(super) fn was_staff(&self) -> bool {
        self.role_before.as_ref().is_some_and(UserRole::is_staff)
    }

    pub(super) fn is_staff(&self) -> bool {
        self.role_after.as_ref().is_some_and(UserRole::is_staff)
    }

    /// The custom role the person holds now, where there is one.
    pub(super) fn role_left(&self) -> Option<Address> {
        match &self.role_before {
            Some(UserRole::Named(role)) => Some(role.clone()),
            Some(UserRole::EndUser | UserRole::Agent | UserRole::Admin) | None => None,
        }
    }

    /// Says whether a live end user becomes a team member.
    pub(super) fn is_promoted(&self) -> bool {
        self.role_before.is_some() && !self.was_staff() && self.is_staff()
    }

    /// Says whether a team member stays one.
    pub(super) fn stays_staff(&self) -> bool {
        self.was_staff() && self.is_staff()
    }

    pub(super) fn was_active_admin(&self) -> bool {
        self.role_before == Some(UserRole::Admin) && !self.suspended_before
    }

    pub(super) fn is_active_admin(&self) -> bool {
        self.role_after == Some(UserRole::Admin) && !self.suspended_after
    }

    /// The live memberships in groups that stay.
    pub(super) fn kept_groups(&self) -> impl Iterator<Item = &Held> {
        self.groups.iter().filter(|held| held.goes.is_none())
    }

    /// The membership that becomes the default group's, where another than the live default one must:
    /// the declared one, else, if the live one goes, the oldest that stays, else the first new one.
    pub(super) fn next_default(&self) -> Option<Address> {
        let current = self.groups.iter().find(|held| held.default);
        let goes = current.is_some_and(|held| held.goes.is_some());
        if let Some(group) = self
            .default_group
            .as_ref()
            .filter(|_| goes || self.fate.is_some())
        {
            if current.is_some_and(|held| held.container == *group && !goes) {
                return None;
            }
            let mut kept = self.kept_groups();
            let kept = kept.find(|held| held.container == *group);
            let mut new = self.new_groups.iter();
            let new = || {
                new.find(|new| new.container().as_ref() == Some(group))
                    .cloned()
            };
            if let Some(declared) = kept.map(|held| held.address.clone()).or_else(new) {
                return Some(declared);
            }
        }
        if !goes {
            return None;
        }
        let oldest = self.kept_groups().min_by_key(|held| held.id);
        oldest
            .map(|held| held.address.clone())
            .or_else(|| self.new_groups.first().cloned())
    }
}
