//! What a simulated account holds at first, as people write it down.

mod build;
mod check;
mod name;
mod people;

pub(super) use build::build;
pub(crate) use name::Name;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// A simulated account. Everything has a default, so a nearly empty file is a working account.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    /// The first part of the account's host name. Default: `sandbox`.
    pub(crate) subdomain: Option<String>,
    /// The name of the account. Default: the subdomain.
    pub(crate) name: Option<String>,
    /// Address of the account owner; made as an admin if no user has it. Default: the first admin
    /// listed, else `owner@` and the subdomain.
    pub(crate) owner: Option<Name>,
    /// When everything was created that does not say so itself. Default: 30 days before the start.
    pub(crate) created_at: Option<Timestamp>,
    /// The zone of users that name none. Default: `UTC`.
    pub(crate) time_zone: Option<Name>,
    /// The locale of users that name none. Default: `en-US`.
    pub(crate) locale: Option<String>,
    /// Requests a minute for the whole account. Default: 700.
    pub(crate) rate_limit: Option<u32>,
    /// Paid seats. Default: no bound.
    pub(crate) seats: Option<u32>,
    /// Whether the plan has custom roles. Default: true.
    pub(crate) custom_roles: Option<bool>,
    /// Whether the roles Advisor, Staff and Team lead exist, as on every fresh account with custom
    /// roles. Default: true.
    pub(crate) predefined_roles: Option<bool>,
    /// Whether a user may belong to several organizations. Default: true.
    pub(crate) multiple_organizations: Option<bool>,
    /// Whether group names must differ. Default: true, unless two listed groups share a name.
    pub(crate) check_group_name_uniqueness: Option<bool>,
    /// Whether users can be created in bulk. Default: false, as on every fresh account.
    pub(crate) bulk_import: Option<bool>,
    /// Whether the account calls itself a sandbox. Default: true.
    pub(crate) sandbox: Option<bool>,
    /// Custom roles.
    pub(crate) roles: Vec<SeedRole>,
    /// Groups. The account's default group is the one that says so, else one named `Support`,
    /// which is made if it is missing.
    pub(crate) groups: Vec<SeedGroup>,
    /// Organizations. Without any, there is one that is named like the account.
    pub(crate) organizations: Vec<SeedOrganization>,
    /// Fields that the account adds to users.
    pub(crate) user_fields: Vec<SeedField>,
    /// Fields that the account adds to organizations.
    pub(crate) organization_fields: Vec<SeedField>,
    /// People.
    pub(crate) users: Vec<SeedUser>,
}

/// A custom role. One with the name of a predefined role changes that.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedRole {
    /// The name; case does not matter in references.
    pub(crate) name: Name,
    /// What the role is for.
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// Permissions that differ from those of the role Staff.
    #[serde(default)]
    pub(crate) configuration: BTreeMap<String, Value>,
}

/// A group.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedGroup {
    /// The name.
    pub(crate) name: Name,
    /// How users of this file refer to the group where its name is not the only one of its kind.
    #[serde(default)]
    pub(crate) key: Option<String>,
    /// What the group is for.
    #[serde(default)]
    pub(crate) description: String,
    /// False for a private group. Default: true.
    #[serde(default)]
    pub(crate) is_public: Option<bool>,
    /// Whether this is the account's default group.
    #[serde(default)]
    pub(crate) default: bool,
    /// Whether the group was deleted.
    #[serde(default)]
    pub(crate) deleted: bool,
}

/// An organization.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedOrganization {
    /// The name, unlike that of any other.
    pub(crate) name: Name,
    /// The name that another system gives it.
    #[serde(default)]
    pub(crate) external_id: Option<String>,
    /// Domains whose people join by themselves.
    #[serde(default)]
    pub(crate) domain_names: Vec<String>,
    /// Tags.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// Details.
    #[serde(default)]
    pub(crate) details: Option<String>,
    /// Notes.
    #[serde(default)]
    pub(crate) notes: Option<String>,
    /// The group that gets new tickets of its people.
    #[serde(default)]
    pub(crate) group: Option<Name>,
    /// Whether its people see each other's tickets.
    #[serde(default)]
    pub(crate) shared_tickets: bool,
    /// Whether its people comment on each other's tickets.
    #[serde(default)]
    pub(crate) shared_comments: bool,
    /// Values of organization fields by key.
    #[serde(default)]
    pub(crate) organization_fields: BTreeMap<String, Value>,
}

/// A user or organization field.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedField {
    /// The key under which records hold the value.
    pub(crate) key: Name,
    /// Such as `text`, `checkbox`, `date`, `integer`, `decimal`, `dropdown`. Default: `text`.
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<String>,
    /// What people see. Default: the key.
    #[serde(default)]
    pub(crate) title: Option<String>,
    /// The tag that a checkbox puts on a record.
    #[serde(default)]
    pub(crate) tag: Option<String>,
    /// The choices of a dropdown, as their values.
    #[serde(default)]
    pub(crate) options: Vec<String>,
    /// Whether the field is in use. Default: true.
    #[serde(default)]
    pub(crate) active: Option<bool>,
}

/// A person.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the object of the service has them"
)]
pub(crate) struct SeedUser {
    /// The primary address; a user without one has no e-mail.
    pub(crate) email: Option<Name>,
    /// Display name. Default: the part of the address before the at sign.
    pub(crate) name: Option<String>,
    /// `end-user`, `agent`, `admin` or the name of a custom role. Default: `end-user`.
    pub(crate) role: Option<Name>,
    /// Groups of an agent or admin. Default: the account's default group.
    pub(crate) groups: Option<Vec<Name>>,
    /// The default one of them. Default: the first.
    pub(crate) default_group: Option<Name>,
    /// Organizations; the first is the default.
    pub(crate) organizations: Vec<Name>,
    /// Further addresses.
    pub(crate) secondary_emails: Vec<Name>,
    /// Whether the addresses are verified. Default: true.
    pub(crate) verified: Option<bool>,
    /// Whether the user is kept out.
    pub(crate) suspended: bool,
    /// Whether the user was deleted; address, external id and memberships are then gone.
    pub(crate) deleted: bool,
    /// The name that another system gives the user.
    pub(crate) external_id: Option<Name>,
    /// Tags.
    pub(crate) tags: Vec<String>,
    /// What customers see instead of the name.
    pub(crate) alias: Option<String>,
    /// Phone number.
    pub(crate) phone: Option<String>,
    /// Notes.
    pub(crate) notes: Option<String>,
    /// Details.
    pub(crate) details: Option<String>,
    /// Signature under answers.
    pub(crate) signature: Option<String>,
    /// Time zone, by the name of the service or of the IANA database.
    pub(crate) time_zone: Option<Name>,
    /// Locale, such as `de`.
    pub(crate) locale: Option<String>,
    /// Values of user fields by key.
    pub(crate) user_fields: BTreeMap<String, Value>,
    /// `organization`, `groups`, `assigned` or `requested`, for end users and agents without a role.
    pub(crate) ticket_restriction: Option<String>,
    /// Whether an agent only ever comments in private.
    pub(crate) only_private_comments: bool,
    /// Whether the user came through ticket sharing.
    pub(crate) shared: bool,
    /// Whether the user is an agent of another account.
    pub(crate) shared_agent: bool,
    /// Whether this is a billing admin, as the founding admin is.
    pub(crate) is_billing_admin: Option<bool>,
    /// When the user last signed in.
    pub(crate) last_login_at: Option<Timestamp>,
    /// When the user was created.
    pub(crate) created_at: Option<Timestamp>,
    /// How many tickets stand behind the user.
    pub(crate) tickets: SeedTickets,
}

/// Counts of tickets; the simulator holds no tickets themselves.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SeedTickets {
    /// Requested by the user.
    pub(crate) requested: u32,
    /// Of these, not closed: such a user cannot be deleted.
    pub(crate) open: u32,
    /// Assigned to the user.
    pub(crate) assigned: u32,
    /// On which the user is copied.
    pub(crate) ccd: u32,
}

/// One mistake in a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedError {
    /// Counted from 1; 0 where no place is known.
    pub line: u64,
    /// Counted from 1.
    pub column: u64,
    /// What is wrong.
    pub message: String,
}

/// Every mistake in a seed, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedErrors(pub Vec<SeedError>);

impl fmt::Display for SeedErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (
            index,
            SeedError {
                line,
                column,
                message,
            },
        ) in self.0.iter().enumerate()
        {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{line}:{column}: {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SeedErrors {}

impl Seed {
    /// Returns the first part of the account's host name.
    pub fn subdomain(&self) -> &str {
        self.subdomain.as_deref().unwrap_or("sandbox")
    }

    /// Reads a seed and checks that everything it names is in it.
    pub fn parse(text: &str) -> Result<Self, SeedErrors> {
        let seed: Self = if text.trim().is_empty() {
            Self::default()
        } else {
            serde_yaml::from_str_with_options(text, options(text)).map_err(|error| {
                let place = error.location();
                SeedErrors(vec![SeedError {
                    line: place.map_or(0, |place| place.line()),
                    column: place.map_or(0, |place| place.column()),
                    message: message(&error),
                }])
            })?
        };
        let errors = check::check(&seed);
        if errors.is_empty() {
            Ok(seed)
        } else {
            Err(SeedErrors(errors))
        }
    }

    /// Returns the JSON Schema of the file.
    pub fn schema() -> schemars::Schema {
        schemars::schema_for!(Self)
    }
}

/// What the parser says, without the place, which is told apart, and in plain words.
fn message(error: &serde_yaml::Error) -> String {
    let text = error.without_snippet().to_string();
    let end = text.find(" at line ").or_else(|| text.find(" (line "));
    let text = text
        .get(..end.unwrap_or(text.len()))
        .unwrap_or(&text)
        .trim();
    if text == "expected sequence start" {
        return "a list is expected here; [] is the empty one".to_owned();
    }
    if let Some(rest) = text.strip_prefix("duplicate mapping key: ") {
        let key = rest.split(',').next().unwrap_or(rest);
        return format!("`{key}` stands twice");
    }
    text.to_owned()
}

/// Refuses what reads differently than it looks, and takes large files.
fn options(text: &str) -> serde_yaml::Options {
    let size = text.len().max(4096);
    serde_yaml::options! {
        with_snippet: false,
        strict_booleans: true,
        reject_unsupported_tags: true,
        reject_tagged_field_names: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        budget: serde_yaml::budget! {
            max_events: 2 * size,
            max_nodes: size,
            max_total_scalar_bytes: 2 * size,
            max_documents: size,
            max_aliases: size,
            max_anchors: size,
            enforce_alias_anchor_ratio: false,
        },
    }
}
