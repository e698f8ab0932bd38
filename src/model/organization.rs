//! Organizations of end users (zendesk-api §9).

use serde::{Deserialize, Serialize};

use super::user::{FieldTags, align_fields, align_folded, align_tags, rekey_reference};
use super::{Address, Fact, Fields, Managed, Name, Texts, Value};

/// An organization. Names are unique, ignoring case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Organization {
    /// The name.
    pub name: Name,
    /// The key of another system; unique, ignoring case.
    pub external_id: Option<String>,
    /// Mail domains whose people join by themselves. Written whole.
    pub domain_names: Option<Texts>,
    /// Address and the like.
    pub details: Option<String>,
    /// Notes for agents.
    pub notes: Option<String>,
    /// The group that new tickets go to; `Some(None)` manages that there is none.
    pub group: Option<Option<Address>>,
    /// Whether its people see each other's tickets.
    pub shared_tickets: Option<bool>,
    /// Whether its people may comment on each other's tickets.
    pub shared_comments: Option<bool>,
    /// Tags. Written whole.
    pub tags: Option<Texts>,
    /// Tags that checkbox and dropdown fields put there by themselves; known of live ones only.
    #[serde(default)]
    pub field_tags: FieldTags,
    /// Custom fields by key. Only the keys listed are managed.
    pub organization_fields: Fields,
}

impl Organization {
    /// An organization of which only the name is known.
    pub fn named(name: Name) -> Self {
        Self {
            name,
            external_id: None,
            domain_names: None,
            details: None,
            notes: None,
            group: None,
            shared_tickets: None,
            shared_comments: None,
            tags: None,
            field_tags: FieldTags::default(),
            organization_fields: Fields::default(),
        }
    }
}

impl Managed for Organization {
    fn address(&self) -> Address {
        Address::organization(self.name.clone())
    }

    fn facts(&self) -> Vec<Fact> {
        let Self {
            name,
            external_id,
            domain_names,
            details,
            notes,
            group,
            shared_tickets,
            shared_comments,
            tags,
            field_tags: _, // part of `tags`, not a fact of its own
            organization_fields,
        } = self;
        let mut facts = vec![Fact::new("name", Value::text(name.as_str()))];
        Fact::text(&mut facts, "external_id", external_id.as_ref());
        Fact::set(&mut facts, "domain_names", domain_names.as_ref());
        Fact::text(&mut facts, "details", details.as_ref());
        Fact::text(&mut facts, "notes", notes.as_ref());
        if let Some(group) = group {
            facts.push(Fact::new("group", Value::reference(group.as_ref())));
        }
        Fact::switch(&mut facts, "shared_tickets", *shared_tickets);
        Fact::switch(&mut facts, "shared_comments", *shared_comments);
        Fact::set(&mut facts, "tags", tags.as_ref());
        Fact::map(&mut facts, "organization_fields", organization_fields);
        facts
    }

    fn requires(&self) -> Vec<Address> {
        self.group.iter().flatten().cloned().collect()
    }

    fn rekey(&mut self, rename: &dyn Fn(&Address) -> Option<Address>) {
        rekey_reference(self.group.as_mut().and_then(Option::as_mut), rename);
    }

    fn align(&mut self, live: &Self) {
        align_folded(&mut self.external_id, live.external_id.as_ref());
        align_fields(&mut self.organization_fields, &live.organization_fields);
        if let Some(tags) = &mut self.tags {
            let values = [&self.organization_fields, &live.organization_fields];
            align_tags(tags, live.tags.as_ref(), &live.field_tags, values);
        }
    }
}
