//! `zdsync.yaml`: the account, what is managed, and the limits.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::document::Defaults;
use super::text::Text;
use super::value::{Given, OneOr, Set};
use super::yaml::Sp;
use crate::model::Undeclared;

/// The configuration of a zdsync project.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "zdsync configuration")]
pub struct Config {
    /// The account.
    pub account: AccountConfig,
    /// Folders or globs with the manifests (`*.yaml` and `*.yml`), relative to this file. Without the key, the folder `manifests`.
    #[serde(default)]
    pub manifests: Given<Set>,
    /// What happens to live objects that no manifest declares, by kind.
    #[serde(default)]
    pub manage: Manage,
    /// How much one plan may take away. A plan that exceeds a limit is refused.
    #[serde(default)]
    pub limits: Limits,
    /// Whether new users get Zendesk's verification mail. Without the key, they do.
    #[serde(default)]
    pub invite: Given<bool>,
    /// Addresses that are never changed, whatever the manifests say, such as `user/owner@acme.example`.
    #[serde(default)]
    pub protected: Given<Set>,
    /// How much of the account's rate limit may be used.
    #[serde(default)]
    pub rate_limit: RateLimit,
    /// Which findings of `validate` are errors, warnings or nothing, by code. What Zendesk itself enforces stays an error.
    #[serde(default)]
    pub rules: RuleLevels,
    /// What is asked of grants.
    #[serde(default)]
    pub grants: GrantRules,
    /// What entries of all manifests get that neither they nor their file's `defaults` say.
    #[serde(default)]
    pub defaults: Given<Defaults>,
}

/// The account: exactly one of `subdomain`, `url` and `sandbox`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    { "required": ["subdomain"] },
    { "required": ["url"] },
    { "required": ["sandbox"] }
]))]
pub struct AccountConfig {
    /// The account's name: `acme` for `https://acme.zendesk.com`.
    pub subdomain: Option<Sp<Text>>,
    /// The whole address instead: `https`, or plain `http` on loopback only.
    pub url: Option<Sp<Text>>,
    /// The embedded simulator instead, seeded from this file: no network, no credentials.
    pub sandbox: Option<Sp<Text>>,
    /// The fingerprint that `zdsync check` prints. Running against another account is then refused.
    pub fingerprint: Option<Sp<Text>>,
    /// The e-mail address of the account owner, whom nothing in the API marks. Without the key, an admin who is a billing admin is taken for the owner.
    pub owner: Option<Sp<Text>>,
}

/// What happens to live objects that no manifest declares, by kind.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Manage {
    /// People. Without the key: `ignore`.
    pub users: ManageUsers,
    /// Groups. Without the key: `ignore`.
    pub groups: ManageKind,
    /// Organizations. Without the key: `ignore`.
    pub organizations: ManageKind,
    /// Custom roles. Without the key: `ignore`.
    pub roles: ManageKind,
    /// Places in groups, of people who have a `groups` key. Without the key: `remove`.
    pub group_memberships: ManageKind,
    /// Places in organizations, of people who have an `organizations` key. Without the key: `remove`.
    pub organization_memberships: ManageKind,
}

/// What happens to live objects of one kind that no manifest declares.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ManageKind {
    /// `ignore`, `report` or `remove`.
    pub undeclared: Given<Undeclared>,
}

/// What happens to live people whom no manifest declares.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ManageUsers {
    /// `ignore`, `report` or `remove`, which means offboarding and needs a `scope`.
    pub undeclared: Given<Undeclared>,
    /// Which live people are ours. Nobody outside is ever removed.
    pub scope: Given<ScopeConfig>,
}

/// Which live people are ours: those for whom every condition given here holds.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScopeConfig {
    /// Roles: `end-user`, `agent`, `admin`, or the name of a role.
    pub roles: Given<Set>,
    /// Domains of the e-mail address.
    pub email_domains: Given<Set>,
}

/// How much one plan may take away.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Removals, by kind.
    pub removals: Removals,
    /// Active administrators that must be left. Without the key: 2.
    pub min_admins: Given<u64>,
    /// Paid seats that the account has, which no API tells. Without the key, plans only say how many they would take.
    pub seats: Given<u64>,
}

/// The most that one plan may remove, by kind: a count, a percent of what is live in scope, or both, of which the larger holds.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Removals {
    /// People offboarded, suspended or deleted. Without the key: 5.
    pub users: Given<LimitConfig>,
    /// Groups deleted. Without the key: 1.
    pub groups: Given<LimitConfig>,
    /// Organizations deleted. Without the key: 5.
    pub organizations: Given<LimitConfig>,
    /// Custom roles deleted. Without the key: 1.
    pub roles: Given<LimitConfig>,
    /// Places in groups taken off a list. Without the key: 10 or 20 percent.
    pub group_memberships: Given<LimitConfig>,
    /// Places in organizations taken off a list. Without the key: 10 or 20 percent.
    pub organization_memberships: Given<LimitConfig>,
}

/// A count, or a mapping with `count`, `percent` or both.
#[derive(Clone, Copy, Debug, Default)]
pub struct LimitConfig {
    /// At most this many.
    pub count: Option<u64>,
    /// At most this share of what is live in scope.
    pub percent: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongLimit {
    count: Option<u64>,
    percent: Option<u64>,
}

impl<'de> Deserialize<'de> for LimitConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match OneOr::<LongLimit>::deserialize(deserializer)? {
            OneOr::One(text) => text
                .parse()
                .map(|count| Self {
                    count: Some(count),
                    percent: None,
                })
                .map_err(|_| serde::de::Error::custom("a whole number is wanted")),
            OneOr::Other(LongLimit { count, percent }) => Ok(Self { count, percent }),
        }
    }
}

impl JsonSchema for LimitConfig {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                {
                    "type": "object",
                    "properties": {
                        "count": {
                            "description": "At most this many.",
                            "type": "integer", "minimum": 0
                        },
                        "percent": {
                            "description": "At most this share of what is live in scope.",
                            "type": "integer", "minimum": 0, "maximum": 100
                        }
                    },
                    "additionalProperties": false
                }
            ]
        })
    }
}

/// How much of the account's rate limit may be used.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimit {
    /// The share of the account's requests a minute that zdsync may use, such as `80%`; the rest is left to agents and other programs. Without the key: 80 %.
    pub share: Given<Share>,
}

/// A share in percent, written `80%` or `80`.
#[derive(Clone, Debug)]
pub struct Share(pub Text);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(Self)
    }
}

impl JsonSchema for Share {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string", "pattern": "^([1-9][0-9]?|100) ?%$" },
                { "type": "integer", "minimum": 1, "maximum": 100 }
            ]
        })
    }
}

/// What is asked of grants.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GrantRules {
    /// Whether every grant with an end must say why it was given. Without the key: no.
    pub require_reason: Given<bool>,
    /// How many days ahead a grant may end before it is called far away. Without the key: 366.
    pub longest_days: Given<u32>,
}

/// How a finding counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleLevel {
    /// Nothing is planned before it is put right.
    Error,
    /// It is shown.
    Warning,
    /// It is not looked for.
    Off,
}

/// How findings count, by code.
#[derive(Clone, Debug, Default)]
pub struct RuleLevels(pub Vec<(Sp<Text>, Sp<RuleLevel>)>);

impl<'de> Deserialize<'de> for RuleLevels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RuleLevelsVisitor)
    }
}

struct RuleLevelsVisitor;

impl<'de> Visitor<'de> for RuleLevelsVisitor {
    type Value = RuleLevels;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping from codes to levels")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RuleLevels, A::Error> {
        let mut levels = Vec::new();
        while let Some(level) = map.next_entry()? {
            levels.push(level);
        }
        Ok(RuleLevels(levels))
    }
}

impl JsonSchema for RuleLevels {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RuleLevels".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": { "pattern": "^ZD[0-9]{3}$" },
            "additionalProperties": generator.subschema_for::<RuleLevel>()
        })
    }
}
