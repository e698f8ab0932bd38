//! Memberships of people in organizations.

use serde::{Deserialize, Serialize};

use super::{Address, Fact, Kind, Managed, Name};

/// A person's place in an organization. It has no values of its own: it is there or it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OrganizationMembership {
    /// The person, by the name part of the address.
    pub user: Name,
    /// The organization, by name.
    pub organization: Name,
}

impl Managed for OrganizationMembership {
    fn address(&self) -> Address {
        let Self { user, organization } = self;
        Address::membership(
            Kind::OrganizationMembership,
            user.clone(),
            organization.clone(),
        )
    }

    fn facts(&self) -> Vec<Fact> {
        Vec::new()
    }

    fn requires(&self) -> Vec<Address> {
        vec![
            Address::user(self.user.clone()),
            Address::organization(self.organization.clone()),
        ]
    }

    fn rekey(&mut self, rename: &dyn Fn(&Address) -> Option<Address>) {
        let user = Address::user(self.user.clone()).rekeyed(rename);
        let organization = Address::organization(self.organization.clone()).rekeyed(rename);
        self.user = user.name().clone();
        self.organization = organization.name().clone();
    }

    fn align(&mut self, _live: &Self) {}
}
