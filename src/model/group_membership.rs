//! Memberships of people in groups.

use serde::{Deserialize, Serialize};

use super::{Address, Fact, Kind, Managed};

/// A person's place in a group. It has no values of its own: it is there or it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMembership {
    /// The person.
    pub user: Address,
    /// The group.
    pub group: Address,
}

impl Managed for GroupMembership {
    fn address(&self) -> Address {
        let Self { user, group } = self;
        Address::membership(
            Kind::GroupMembership,
            user.name().clone(),
            group.name().clone(),
        )
    }

    fn facts(&self) -> Vec<Fact> {
        Vec::new()
    }

    fn requires(&self) -> Vec<Address> {
        vec![self.user.clone(), self.group.clone()]
    }

    fn rekey(&mut self, rename: &dyn Fn(&Address) -> Option<Address>) {
        self.user = self.user.rekeyed(rename);
        self.group = self.group.rekeyed(rename);
    }

    fn align(&mut self, _live: &Self) {}
}
