//! The account and its settings (zendesk-api §14.1).

use serde_json::{Value, json};

use super::body::Fields;
use super::call::{Call, Outcome};
use super::reply::Reply;

fn settings(call: &Call<'_>) -> Value {
    let state = &*call.desk.state;
    let features = state.account.features;
    let size = match state.index.agents.len() + state.index.admins.len() {
        0..=99 => "1-99",
        100..=499 => "100-499",
        _ => "500+",
    };
    json!({
        "active_features": {
            "light_agents": features.custom_roles,
            "organization_access_enabled": true,
            "sandbox": features.sandbox,
            "user_org_fields": true,
            "user_tagging": true,
        },
        "api": { "api_password_access": "false", "api_token_access": "true" },
        "billing": { "backend": "internal" },
        "brands": { "default_brand_id": state.account.owner + 1, "require_brand_on_new_tickets": false },
        "groups": { "check_group_name_uniqueness": features.unique_group_names },
        "limits": { "attachment_size": 52_428_800 },
        "localization": { "locale_ids": [1] },
        "metrics": { "account_size": size },
        "user": {
            "agent_created_welcome_emails": true,
            "end_user_phone_number_validation": false,
            "language_selection": true,
            "multiple_organizations": features.multiple_organizations,
            "tagging": true,
            "time_zone_selection": true,
        },
    })
}

/// `GET account/settings`
pub(crate) fn show_settings(call: &mut Call<'_>) -> Outcome {
    Ok(Reply::one(200, "settings", &settings(call)))
}

/// `PUT account/settings`; the two switches that matter to people can be changed
pub(crate) fn update_settings(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("settings")?;
    let part = |key: &str| Fields(&body).object(key);
    let features = &mut call.desk.state.account.features;
    if let Some(flag) = part("user").and_then(|part| Fields(part).flag("multiple_organizations")) {
        features.multiple_organizations = flag;
    }
    if let Some(flag) =
        part("groups").and_then(|part| Fields(part).flag("check_group_name_uniqueness"))
    {
        features.unique_group_names = flag;
    }
    Ok(Reply::one(200, "settings", &settings(call)))
}

/// `GET account`
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let account = &call.desk.state.account;
    let body = json!({
        "name": account.name,
        "owner_id": account.owner,
        "sandbox": account.features.sandbox,
        "subdomain": account.subdomain,
        "time_format": 24,
        "time_zone": account.time_zone,
        "url": call.request.origin,
    });
    Ok(Reply::one(200, "account", &body))
}
