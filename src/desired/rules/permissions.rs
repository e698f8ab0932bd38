//! The permissions of a role that are known (zendesk-api §11.4). They differ by plan and grow with
//! time, so that the rules about them warn and never refuse.

/// What a permission takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A mapping of its own.
    Mapping,
    /// Nothing: it is answered, and ignored or refused when sent.
    ReadOnly,
}

use Takes::{Mapping, ReadOnly, Switch, Words};

const ACCESS: &[&str] = &["full", "manage-group", "manage-personal", "readonly"];

/// Every permission that is known, by key.
pub(super) const KNOWN: &[(&str, Takes)] = &[
    (
        "actions_access",
        Words(&["all", "none", "workflows_and_zendesk"]),
    ),
    ("assign_tickets_to_any_brand", Switch),
    ("assign_tickets_to_any_group", Switch),
    (
        "capacity_rules_access",
        Words(&["none", "all", "view-and-assign"]),
    ),
    ("chat_access", ReadOnly),
    ("custom_objects", Mapping),
    ("end_user_list_access", Words(&["full", "none"])),
    (
        "end_user_profile_access",
        Words(&["edit", "edit-within-org", "full", "readonly"]),
    ),
    ("execute_it_asset_management_actions", Switch),
    (
        "explore_access",
        Words(&["edit", "full", "none", "readonly"]),
    ),
    ("explore_reports", Mapping),
    ("export_views", Switch),
    ("forum_access", Words(&["edit-topics", "full", "readonly"])),
    ("forum_access_restricted_content", Switch),
    ("group_access", ReadOnly),
    ("light_agent", ReadOnly),
    ("macro_access", Words(ACCESS)),
    ("manage_api_credentials", Switch),
    ("manage_approval_requests", Switch),
    ("manage_automations", Switch),
    ("manage_business_rules", Switch),
    ("manage_contextual_workspaces", Switch),
    ("manage_dynamic_content", Switch),
    ("manage_extensions_and_channels", Switch),
    ("manage_facebook", Switch),
    ("manage_group_memberships", Switch),
    ("manage_groups", Switch),
    ("manage_organization_fields", Switch),
    ("manage_organizations", Switch),
    ("manage_roles", Words(&["all-except-self", "none"])),
    ("manage_skills", Switch),
    ("manage_slas", Switch),
    ("manage_suspended_tickets", Switch),
    (
        "manage_team_members",
        Words(&["all-with-self-restriction", "readonly", "none"]),
    ),
    ("manage_ticket_fields", Switch),
    ("manage_ticket_forms", Switch),
    ("manage_ticket_settings", Switch),
    ("manage_triggers", Switch),
    ("manage_user_fields", Switch),
    ("manage_user_own_contacts", Switch),
    ("manage_user_own_forwarding_numbers", Switch),
    ("manage_user_own_photo", Switch),
    ("moderate_forums", ReadOnly),
    ("modify_closed_tickets", Switch),
    ("organization_editing", Switch),
    ("organization_notes_editing", ReadOnly),
    ("report_access", Words(&["full", "none", "readonly"])),
    ("side_conversation_create", Switch),
    (
        "ticket_access",
        Words(&[
            "all",
            "assigned-only",
            "within-groups",
            "within-groups-and-public-groups",
            "within-organization",
        ]),
    ),
    ("ticket_comment_access", Words(&["public", "none"])),
    ("ticket_deletion", Switch),
    ("ticket_editing", Switch),
    ("ticket_merge", Switch),
    ("ticket_redaction", Switch),
    ("ticket_tag_editing", Switch),
    ("twitter_search_access", Switch),
    ("update_api_settings", Switch),
    ("update_user_own_alias", Switch),
    ("update_user_own_name", Switch),
    ("update_user_own_signature", Switch),
    (
        "user_view_access",
        Words(&[
            "full",
            "manage-group",
            "manage-personal",
            "none",
            "readonly",
        ]),
    ),
    (
        "view_access",
        Words(&[
            "full",
            "manage-group",
            "manage-personal",
            "playonly",
            "readonly",
        ]),
    ),
    ("view_access_logs", Switch),
    ("view_audit_logs", Switch),
    ("view_deleted_tickets", Switch),
    ("view_filter_tickets", Switch),
    ("voice_access", Switch),
    ("voice_dashboard_access", Switch),
];

/// Says whether a permission of a role can be written, as far as is known.
pub fn is_writable_permission(key: &str) -> bool {
    takes(key) != Some(ReadOnly)
}

/// What the permission `key` takes, where it is known.
pub(super) fn takes(key: &str) -> Option<Takes> {
    let known = KNOWN.iter().find(|(known, _)| *known == key);
    known.map(|(_, takes)| *takes)
}
