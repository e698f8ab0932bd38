//! The words everything else is written in: kinds, addresses, resources, values, what is declared,
//! what is live, and the writes that lead from one to the other.
//!
//! No input or output, no clock, no asynchronous code and no names of the wire live here. A new kind
//! adds one file, a variant of [`Kind`] and of [`Resource`], and one line of `for_each_resource`.

mod address;
mod audit;
mod each;
mod group;
mod group_membership;
mod inventory;
mod kind;
mod name;
mod organization;
mod organization_membership;
mod policy;
mod role;
mod small;
mod snapshot;
mod text;
mod user;
mod value;
mod write;

pub use address::Address;
pub use audit::LogEntry;
pub use each::Each;
pub use group::Group;
pub use group_membership::GroupMembership;
pub use inventory::{Declared, Grant, Inventory, Lifecycle, Origin};
pub use kind::Kind;
pub use name::Name;
pub use organization::Organization;
pub use organization_membership::OrganizationMembership;
pub use policy::{Limit, Policy, Scope, Undeclared};
pub use role::Role;
pub use small::{Fields, Texts};
pub use snapshot::{
    Account, Ambiguity, Caller, Coverage, Marks, ObjectId, Observed, Part, Snapshot, UserField,
};
pub use text::{Excerpt, plural};
pub use user::{FieldTags, User, UserRole, custom_values_agree};
pub use value::{Fact, FieldChange, Natural, Value};
pub use write::{Book, Item, Route, Verb, Write};

use serde::{Deserialize, Serialize};

/// What every kind of resource can say of itself. Diff, order and output need nothing else.
pub trait Managed {
    /// The address that names this resource in manifests, plans and output.
    fn address(&self) -> Address;

    /// The comparable values, in the order in which people should read them.
    ///
    /// A value that is absent is not managed: it is neither compared nor written.
    fn facts(&self) -> Vec<Fact>;

    /// The addresses that must exist before this resource can hold its values.
    fn requires(&self) -> Vec<Address>;

    /// Replaces every address this resource holds, its own included, by what `rename` gives for it.
    fn rekey(&mut self, rename: &dyn Fn(&Address) -> Option<Address>);

    /// Brings this declared resource into the shape in which the service reports the same values, so
    /// that comparing the facts of both needs no exceptions.
    fn align(&mut self, live: &Self);
}

/// A resource of any kind, as declared (absent values are not managed) or as live (all known values).
// The large ones are boxed: most resources of an account are memberships, which are small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// A custom role.
    Role(Box<Role>),
    /// A group of agents.
    Group(Group),
    /// An organization of end users.
    Organization(Box<Organization>),
    /// A person.
    User(Box<User>),
    /// An agent's place in a group.
    GroupMembership(GroupMembership),
    /// A person's place in an organization.
    OrganizationMembership(OrganizationMembership),
}

/// Runs one expression for whichever resource it is: the only match over all kinds in this room.
macro_rules! for_each_resource {
    ($resource:expr, $inner:ident => $body:expr) => {
        match $resource {
            Resource::Role($inner) => $body,
            Resource::Group($inner) => $body,
            Resource::Organization($inner) => $body,
            Resource::User($inner) => $body,
            Resource::GroupMembership($inner) => $body,
            Resource::OrganizationMembership($inner) => $body,
        }
    };
}

impl From<Role> for Resource {
    fn from(role: Role) -> Self {
        Self::Role(Box::new(role))
    }
}

impl From<Organization> for Resource {
    fn from(organization: Organization) -> Self {
        Self::Organization(Box::new(organization))
    }
}

impl From<User> for Resource {
    fn from(user: User) -> Self {
        Self::User(Box::new(user))
    }
}

impl Resource {
    /// The kind of this resource.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Role(_) => Kind::Role,
            Self::Group(_) => Kind::Group,
            Self::Organization(_) => Kind::Organization,
            Self::User(_) => Kind::User,
            Self::GroupMembership(_) => Kind::GroupMembership,
            Self::OrganizationMembership(_) => Kind::OrganizationMembership,
        }
    }

    /// See [`Managed::address`].
    pub fn address(&self) -> Address {
        for_each_resource!(self, inner => inner.address())
    }

    /// See [`Managed::facts`].
    pub fn facts(&self) -> Vec<Fact> {
        for_each_resource!(self, inner => inner.facts())
    }

    /// See [`Managed::requires`].
    pub fn requires(&self) -> Vec<Address> {
        for_each_resource!(self, inner => inner.requires())
    }

    /// See [`Managed::rekey`].
    pub fn rekey(&mut self, rename: &dyn Fn(&Address) -> Option<Address>) {
        for_each_resource!(self, inner => inner.rekey(rename));
    }

    /// See [`Managed::align`]. Does nothing where the two are of different kinds.
    pub fn align(&mut self, live: &Self) {
        match (self, live) {
            (Self::Role(declared), Self::Role(live)) => declared.align(live),
            (Self::Group(declared), Self::Group(live)) => declared.align(live),
            (Self::Organization(declared), Self::Organization(live)) => declared.align(live),
            (Self::User(declared), Self::User(live)) => declared.align(live),
            (Self::GroupMembership(declared), Self::GroupMembership(live)) => declared.align(live),
            (Self::OrganizationMembership(declared), Self::OrganizationMembership(live)) => {
                declared.align(live);
            }
            (
                Self::Role(_)
                | Self::Group(_)
                | Self::Organization(_)
                | Self::User(_)
                | Self::GroupMembership(_)
                | Self::OrganizationMembership(_),
                _,
            ) => {}
        }
    }

    /// The user, where this is one.
    pub fn as_user(&self) -> Option<&User> {
        if let Self::User(user) = self {
            Some(user)
        } else {
            None
        }
    }

    /// The role, where this is one.
    pub fn as_role(&self) -> Option<&Role> {
        if let Self::Role(role) = self {
            Some(role)
        } else {
            None
        }
    }

    /// The group, where this is one.
    pub fn as_group(&self) -> Option<&Group> {
        if let Self::Group(group) = self {
            Some(group)
        } else {
            None
        }
    }

    /// The organization, where this is one.
    pub fn as_organization(&self) -> Option<&Organization> {
        if let Self::Organization(organization) = self {
            Some(organization)
        } else {
            None
        }
    }
}
