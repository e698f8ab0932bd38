//! Groups of agents (zendesk-api §7).

use serde::{Deserialize, Serialize};

use super::{Address, Fact, Managed, Name, Value};

/// A group of agents. Its name is the only key the service offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Group {
    /// The name.
    pub name: Name,
    /// What the group is for.
    pub description: Option<String>,
    /// Whether agents outside the group may see its tickets. A private group can never become public.
    pub is_public: Option<bool>,
}

impl Group {
    /// A group of which only the name is known.
    pub const fn named(name: Name) -> Self {
        Self {
            name,
            description: None,
            is_public: None,
        }
    }
}

impl Managed for Group {
    fn address(&self) -> Address {
        Address::group(self.name.clone())
    }

    fn facts(&self) -> Vec<Fact> {
        let Self {
            name,
            description,
            is_public,
        } = self;
        let mut facts = vec![Fact::new("name", Value::text(name.as_str()))];
        Fact::text(&mut facts, "description", description.as_ref());
        Fact::switch(&mut facts, "is_public", *is_public);
        facts
    }

    fn requires(&self) -> Vec<Address> {
        Vec::new()
    }

    fn rekey(&mut self, _rename: &dyn Fn(&Address) -> Option<Address>) {}

    fn align(&mut self, _live: &Self) {}
}
