//! Custom roles (zendesk-api §11).

use serde::{Deserialize, Serialize};

use super::{Address, Fact, Fields, Managed, Name, Value};

/// A role that agents hold. Its name is the only key the service offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Role {
    /// The name.
    pub name: Name,
    /// What the role is for.
    pub description: Option<String>,
    /// Permissions by the service's keys. It is an open map: only the keys listed are managed.
    pub configuration: Fields,
}

impl Role {
    /// A role of which only the name is known.
    pub fn named(name: Name) -> Self {
        Self {
            name,
            description: None,
            configuration: Fields::default(),
        }
    }
}

impl Managed for Role {
    fn address(&self) -> Address {
        Address::role(self.name.clone())
    }

    fn facts(&self) -> Vec<Fact> {
        let Self {
            name,
            description,
            configuration,
        } = self;
        let mut facts = vec![Fact::new("name", Value::text(name.as_str()))];
        Fact::text(&mut facts, "description", description.as_ref());
        Fact::map(&mut facts, "configuration", configuration);
        facts
    }

    fn requires(&self) -> Vec<Address> {
        Vec::new()
    }

    fn rekey(&mut self, _rename: &dyn Fn(&Address) -> Option<Address>) {}

    fn align(&mut self, _live: &Self) {}
}
