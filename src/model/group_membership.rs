//! Memberships of people in groups.

use serde::{Deserialize, Serialize};

use super::{Address, Fact, Kind, Managed, Name};

/// A person's place in a group. It has no values of its own: it is there or it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct GroupMembership {
    /// The person, by the name part of the address.
    pub user: Name,
    /// The group, by name.
    pub group: Name,
}

impl Managed for GroupMembership {
    fn address(&self) -> Address {
        let Self { user, group } = self;
        Address::membership(Kind::GroupMembership, user.clone(), group.clone())
    }

    fn facts(&self) -> Vec<Fact> {
        Vec::new()
    }

    fn requires(&self) -> Vec<Address> {
        vec![
            Address::user(self.user.clone()),
            Address::group(self.group.clone()),
        ]
    }

    fn rekey(&mut self, rename: &dyn Fn(&Address) -> Option<Address>) {
        let user = Address::user(self.user.clone()).rekeyed(rename);
        let group = Address::group(self.group.clone()).rekeyed(rename);
        self.user = user.name().clone();
        self.group = group.name().clone();
    }

    fn align(&mut self, _live: &Self) {}
}
