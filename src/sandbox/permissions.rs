//! The permissions of roles: what each may be set to, and what the predefined roles hold
//! (zendesk-api §11.4, §11.5).

use serde_json::{Map, Value};

/// Permissions that answers carry but bodies cannot set.
pub(crate) const READ_ONLY: &[&str] = &[
    "chat_access",
    "group_access",
    "light_agent",
    "moderate_forums",
    "organization_notes_editing",
];

/// Permissions with named levels; all others are true or false, or not known here.
const LEVELS: &[(&str, &[&str])] = &[
    ("end_user_list_access", &["full", "none"]),
    (
        "end_user_profile_access",
        &["edit", "edit-within-org", "full", "readonly"],
    ),
    ("explore_access", &["edit", "full", "none", "readonly"]),
    ("forum_access", &["edit-topics", "full", "readonly"]),
    (
        "macro_access",
        &["full", "manage-group", "manage-personal", "readonly"],
    ),
    ("report_access", &["full", "none", "readonly"]),
    (
        "ticket_access",
        &[
            "all",
            "assigned-only",
            "within-groups",
            "within-groups-and-public-groups",
            "within-organization",
        ],
    ),
    ("ticket_comment_access", &["public", "none"]),
    (
        "user_view_access",
        &[
            "full",
            "manage-group",
            "manage-personal",
            "none",
            "readonly",
        ],
    ),
    (
        "view_access",
        &[
            "full",
            "manage-group",
            "manage-personal",
            "playonly",
            "readonly",
        ],
    ),
    ("actions_access", &["all", "none", "workflows_and_zendesk"]),
    ("capacity_rules_access", &["none", "all", "view-and-assign"]),
    ("manage_roles", &["all", "all-except-self", "none"]),
    (
        "manage_team_members",
        &["all-with-self-restriction", "readonly", "none"],
    ),
];

/// Returns whether a permission takes a value. One that is not known here takes anything.
pub(crate) fn takes(key: &str, value: &Value) -> bool {
    if let Some((_, levels)) = LEVELS.iter().find(|(name, _)| *name == key) {
        return value.as_str().is_some_and(|text| levels.contains(&text));
    }
    let known = TABLE.iter().any(|(name, _)| *name == key);
    !known || value.is_boolean()
}

/// The predefined roles, in the order of the columns of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Predefined {
    Advisor,
    Staff,
    TeamLead,
    LightAgent,
    Contributor,
    BillingAdmin,
    Admin,
}

impl Predefined {
    /// The roles that every account with custom roles begins with; the last is not listed.
    pub(crate) const ALL: [Self; 7] = [
        Self::Advisor,
        Self::Staff,
        Self::TeamLead,
        Self::LightAgent,
        Self::Contributor,
        Self::BillingAdmin,
        Self::Admin,
    ];

    /// Returns name, description and `role_type`.
    pub(crate) fn words(self) -> (&'static str, &'static str, u8) {
        match self {
            Self::Advisor => ("Advisor", "Handles workflow, configures channels", 0),
            Self::Staff => ("Staff", "Works on tickets of the own groups", 0),
            Self::TeamLead => ("Team lead", "Sees all tickets, moderates forums", 0),
            Self::LightAgent => ("Light agent", "Reads tickets, adds private comments", 1),
            Self::Contributor => ("Contributor", "Adds private comments only", 3),
            Self::BillingAdmin => ("Billing admin", "Manages everything, billing included", 5),
            Self::Admin => ("Admin", "Manages everything but billing", 4),
        }
    }

    /// Returns the whole configuration.
    pub(crate) fn configuration(self) -> Map<String, Value> {
        let column = match self {
            Self::Advisor => 0,
            Self::Staff => 1,
            Self::TeamLead => 2,
            Self::LightAgent => 3,
            Self::Contributor => 4,
            Self::BillingAdmin | Self::Admin => 5,
        };
        let mut out: Map<String, Value> = TABLE
            .iter()
            .map(|(key, row)| {
                (
                    (*key).to_owned(),
                    value(row.split(' ').nth(column).unwrap_or("F")),
                )
            })
            .collect();
        if self == Self::Admin {
            for key in ADMIN {
                out.insert((*key).to_owned(), Value::Bool(true));
            }
            out.insert("manage_roles".to_owned(), Value::from("all"));
        }
        out
    }
}

fn value(word: &str) -> Value {
    match word {
        "T" => Value::Bool(true),
        "F" => Value::Bool(false),
        level => Value::from(level),
    }
}

/// What the hidden role of administrators holds beyond the table.
const ADMIN: &[&str] = &[
    "manage_automations",
    "manage_group_memberships",
    "manage_groups",
    "manage_organizations",
    "manage_skills",
    "manage_slas",
    "manage_suspended_tickets",
    "manage_triggers",
    "ticket_redaction",
];

/// Advisor, Staff, Team lead, Light agent, Contributor, Billing admin; T is true, F false.
const TABLE: &[(&str, &str)] = &[
    ("assign_tickets_to_any_group", "F F F F F T"),
    ("chat_access", "T T T F F T"),
    ("end_user_list_access", "full full full full none full"),
    (
        "end_user_profile_access",
        "readonly readonly full readonly readonly full",
    ),
    (
        "explore_access",
        "readonly readonly edit readonly none full",
    ),
    (
        "forum_access",
        "readonly readonly full readonly readonly full",
    ),
    ("forum_access_restricted_content", "F F T F F T"),
    ("group_access", "F F T F F T"),
    ("light_agent", "F F F T F F"),
    (
        "macro_access",
        "full manage-personal full readonly readonly full",
    ),
    ("manage_business_rules", "T F F F F T"),
    ("manage_contextual_workspaces", "F F F F F T"),
    ("manage_dynamic_content", "F F F F F T"),
    ("manage_extensions_and_channels", "T F F F F T"),
    ("manage_facebook", "T F F F F T"),
    ("manage_organization_fields", "F F F F F T"),
    ("manage_ticket_fields", "F F F F F T"),
    ("manage_ticket_forms", "F F F F F T"),
    ("manage_user_fields", "F F F F F T"),
    ("moderate_forums", "F F F F F F"),
    ("organization_editing", "F F T F F T"),
    ("organization_notes_editing", "F F T F F T"),
    ("report_access", "none readonly full readonly none full"),
    ("side_conversation_create", "T T T T T T"),
    (
        "ticket_access",
        "within-groups within-groups all within-groups within-groups all",
    ),
    (
        "ticket_comment_access",
        "none public public none none public",
    ),
    ("ticket_deletion", "F F T F F T"),
    ("ticket_editing", "T T T F F T"),
    ("ticket_merge", "F F T F F T"),
    ("ticket_tag_editing", "T F T F F T"),
    ("twitter_search_access", "F F F F F F"),
    (
        "user_view_access",
        "full manage-personal full none none full",
    ),
    (
        "view_access",
        "full manage-personal full readonly readonly full",
    ),
    ("view_deleted_tickets", "F F T F F T"),
    ("voice_access", "T T T F F T"),
    ("voice_dashboard_access", "F F T F F T"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_value_that_its_permission_takes() {
        for (key, row) in TABLE {
            assert_eq!(row.split(' ').count(), 6, "{key}");
        }
        for role in Predefined::ALL {
            for (key, value) in role.configuration() {
                assert!(takes(&key, &value), "{role:?} {key} {value}");
            }
        }
        assert_eq!(Predefined::Staff.configuration().len(), 36);
    }
}
