//! What the simulated account keeps. Every record is plain data that can be saved and restored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Names any record of the account; unique over all kinds.
pub(crate) type Id = u64;

/// What the account as a whole is and allows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) subdomain: String,
    pub(crate) name: String,
    pub(crate) time_zone: String,
    pub(crate) locale: String,
    pub(crate) rate_limit: u32,
    pub(crate) seats: Option<u32>,
    pub(crate) features: Features,
    pub(crate) owner: Id,
    pub(crate) admin_role: Option<Id>,
    pub(crate) default_group: Id,
}

/// What the plan of the account and its settings switch on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch of the account"
)]
pub(crate) struct Features {
    pub(crate) custom_roles: bool,
    pub(crate) multiple_organizations: bool,
    pub(crate) unique_group_names: bool,
    pub(crate) bulk_import: bool,
    pub(crate) sandbox: bool,
}

/// The three system roles a user object can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Role {
    EndUser,
    Agent,
    Admin,
}

impl Role {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "end-user" => Some(Self::EndUser),
            "agent" => Some(Self::Agent),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::EndUser => "end-user",
            Self::Agent => "agent",
            Self::Admin => "admin",
        }
    }
}

/// A role together with the custom role that refines it. They only ever change together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rank {
    pub(crate) role: Role,
    pub(crate) role_type: Option<u8>,
    pub(crate) custom_role: Option<Id>,
}

impl Rank {
    pub(crate) const END_USER: Self = Self {
        role: Role::EndUser,
        role_type: None,
        custom_role: None,
    };
    pub(crate) const PLAIN_AGENT: Self = Self {
        role: Role::Agent,
        role_type: None,
        custom_role: None,
    };

    pub(crate) fn is_staff(self) -> bool {
        self.role != Role::EndUser
    }

    /// Light agents and contributors do not use a paid seat.
    pub(crate) fn takes_seat(self) -> bool {
        self.is_staff() && !matches!(self.role_type, Some(1 | 3))
    }
}

/// How many tickets stand behind a user; the simulator holds no tickets themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tickets {
    pub(crate) requested: u32,
    pub(crate) open_requested: u32,
    pub(crate) assigned: u32,
    pub(crate) ccd: u32,
}

/// One person. E-mail, phone, verified, default group and organization are not here: they are
/// read from the identities and memberships, as the service does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the object of the service has them"
)]
pub(crate) struct User {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) time_zone: String,
    pub(crate) iana_time_zone: String,
    pub(crate) shared_phone: Option<String>,
    pub(crate) locale: String,
    pub(crate) rank: Rank,
    pub(crate) external_id: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) alias: Option<String>,
    pub(crate) active: bool,
    pub(crate) shared: bool,
    pub(crate) shared_agent: bool,
    pub(crate) last_login_at: Option<Timestamp>,
    pub(crate) signature: Option<String>,
    pub(crate) details: Option<String>,
    pub(crate) notes: Option<String>,
    pub(crate) is_billing_admin: Option<bool>,
    pub(crate) moderator: bool,
    pub(crate) ticket_restriction: Option<String>,
    pub(crate) only_private_comments: bool,
    pub(crate) suspended: bool,
    pub(crate) report_csv: bool,
    pub(crate) user_fields: BTreeMap<String, Value>,
    pub(crate) owner: bool,
    pub(crate) permanently_deleted: bool,
    pub(crate) tickets: Tickets,
}

/// One way to reach or recognise a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) id: Id,
    pub(crate) user_id: Id,
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) verified: bool,
    pub(crate) verified_at: Option<Timestamp>,
    pub(crate) primary: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A team of agents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) is_public: bool,
    pub(crate) deleted: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// An agent in a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct GroupMembership {
    pub(crate) id: Id,
    pub(crate) user_id: Id,
    pub(crate) group_id: Id,
    pub(crate) default: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A company whose people write tickets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) shared_tickets: bool,
    pub(crate) shared_comments: bool,
    pub(crate) external_id: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) domain_names: Vec<String>,
    pub(crate) details: Option<String>,
    pub(crate) notes: Option<String>,
    pub(crate) group_id: Option<Id>,
    pub(crate) tags: Vec<String>,
    pub(crate) organization_fields: BTreeMap<String, Value>,
    pub(crate) tickets: u32,
    pub(crate) deleted_at: Option<Timestamp>,
}

/// A person in an organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OrganizationMembership {
    pub(crate) id: Id,
    pub(crate) user_id: Id,
    pub(crate) organization_id: Id,
    pub(crate) default: bool,
    pub(crate) view_tickets: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What an agent may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CustomRole {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) role_type: u8,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) configuration: Map<String, Value>,
}

/// A field that the account adds to users or to organizations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Field {
    pub(crate) id: Id,
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) position: u32,
    pub(crate) active: bool,
    pub(crate) system: bool,
    pub(crate) regexp: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) options: Vec<FieldOption>,
    pub(crate) target: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// One choice of a dropdown or multiselect field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FieldOption {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// One line of the account's audit log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AuditEntry {
    pub(crate) id: Id,
    pub(crate) action: String,
    pub(crate) actor_id: Id,
    pub(crate) actor_name: String,
    pub(crate) source_id: Id,
    pub(crate) source_type: String,
    pub(crate) source_label: String,
    pub(crate) description: String,
    pub(crate) created_at: Timestamp,
}

/// An access token that the account issued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) id: Id,
    pub(crate) digest: String,
    pub(crate) user_id: Id,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
}

/// An e-mail that the service would have sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// When.
    pub at: Timestamp,
    /// To which address.
    pub to: String,
    /// Why: `welcome`, `verification` or `seat-request`.
    pub kind: String,
}
