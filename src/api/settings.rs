//! Account settings and the caller (zendesk-api §1.5, §14.1).

use serde::Deserialize;

use super::users::UserRecord;
use super::{Call, Client, Error};

/// What the account's settings say. All of it is optional on the wire; what is missing counts as off.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches of the account, each with its own meaning"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountSettings {
    /// Whether people may belong to several organizations.
    pub multiple_organizations: bool,
    /// Whether two groups may not share a name.
    pub unique_group_names: bool,
    /// Whether there are light agents.
    pub light_agents: bool,
    /// Whether users can carry tags.
    pub user_tags: bool,
}

#[derive(Deserialize)]
struct SettingsReply {
    settings: Option<Settings>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    active_features: Option<ActiveFeatures>,
    groups: Option<GroupSettings>,
    user: Option<UserSettings>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ActiveFeatures {
    light_agents: Option<bool>,
    user_tagging: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GroupSettings {
    check_group_name_uniqueness: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UserSettings {
    multiple_organizations: Option<bool>,
    tagging: Option<bool>,
}

fn settings_call() -> Call<SettingsReply> {
    Call::get("/api/v2/account/settings")
}

impl Client {
    /// Reads the account's settings. Where there are none to read, what they may forbid counts as allowed:
    /// the service itself refuses it in the end. Costs one request.
    pub(super) async fn settings(&self) -> Result<AccountSettings, Error> {
        let reply = match self.send(&settings_call()).await {
            Ok(replied) => replied.reply,
            Err(error) if error.is_not_found() => {
                tracing::warn!(%error, "the account's settings are not known");
                return Ok(AccountSettings {
                    multiple_organizations: true,
                    user_tags: true,
                    ..AccountSettings::default()
                });
            }
            Err(error) => return Err(error),
        };
        let Settings {
            active_features,
            groups,
            user,
        } = reply.settings.unwrap_or_default();
        let active_features = active_features.unwrap_or_default();
        let groups = groups.unwrap_or_default();
        let user = user.unwrap_or_default();
        Ok(AccountSettings {
            multiple_organizations: user.multiple_organizations.unwrap_or(false),
            unique_group_names: groups.check_group_name_uniqueness.unwrap_or(false),
            light_agents: active_features.light_agents.unwrap_or(false),
            user_tags: user
                .tagging
                .or(active_features.user_tagging)
                .unwrap_or(false),
        })
    }

    /// Reads who is calling. Costs one request.
    ///
    /// # Errors
    /// Also when the service answers with an anonymous user, as it does for some bad credentials.
    pub(super) async fn me(&self) -> Result<UserRecord, Error> {
        let reply = self.send(&super::users::me()).await?.reply;
        reply.user.record().ok_or(Error::Anonymous {
            credential: self.credential(),
        })
    }
}
