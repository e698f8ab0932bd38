//! Memberships of people in organizations.

use serde::{Deserialize, Serialize};

use super::{Address, Fact, Kind, Managed};

/// A person's place in a organization. It has no values of its own: it is there or it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationMembership {
    /// The person.
    pub user: Address,
    /// The organization.
    pub organization: Address,
}

impl Managed for OrganizationMembership {
    fn address(&self) -> Address {
        let Self { user, organization } = self;
        Address::membership(
            Kind::OrganizationMembership,
            user.name().clone(),
            organization.name().clone(),
        )
    }

    fn facts(&self) -> Vec<Fact> {
        Vec::new()
    }

    fn requires(&self) -> Vec<Address> {
        vec![self.user.clone(), self.organization.clone()]
    }

    fn rekey(&mut self, rename: &dyn Fn(&Address) -> Option<Address>) {
        self.user = self.user.rekeyed(rename);
        self.organization = self.organization.rekeyed(rename);
    }

    fn align(&mut self, _live: &Self) {}
}
