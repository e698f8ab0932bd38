//! People in a manifest: their own entries, the profiles they take over, and the defaults.

use schemars::JsonSchema;
use serde::Deserialize;

use super::presence::PersonState;
use super::text::{List, Text};
use super::value::{Clearable, Given, Grant, Names, OfGroup, OfOrganization, OfRole, OpenMap, Set};
use super::yaml::Sp;

/// The values of a person, by reference: what entries, profiles and defaults have in common.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// See [`UserEntry::role`], and so on for the others.
    pub role: &'a Given<Grant<OfRole>>,
    /// Groups.
    pub groups: &'a Given<List<Grant<OfGroup>>>,
    /// Default group.
    pub default_group: &'a Given<Clearable>,
    /// Organizations.
    pub organizations: &'a Given<List<Grant<OfOrganization>>>,
    /// Alias.
    pub alias: &'a Given<Clearable>,
    /// Telephone number.
    pub phone: &'a Given<Clearable>,
    /// Time zone.
    pub time_zone: &'a Given<Text>,
    /// Language.
    pub locale: &'a Given<Text>,
    /// Tags.
    pub tags: &'a Given<Set>,
    /// Notes.
    pub notes: &'a Given<Clearable>,
    /// Details.
    pub details: &'a Given<Clearable>,
    /// Signature.
    pub signature: &'a Given<Clearable>,
    /// Which tickets an agent sees.
    pub ticket_restriction: &'a Given<Clearable>,
    /// Whether an agent may comment in private only.
    pub only_private_comments: &'a Given<bool>,
    /// Whether the person moderates the community.
    pub moderator: &'a Given<bool>,
    /// Custom fields.
    pub user_fields: &'a Given<OpenMap>,
}

/// Writes a struct with its own keys and those that all three share, so that they cannot drift apart.
macro_rules! person {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$outer])*
        pub struct $name {
            $($(#[$inner])* pub $field: $type,)*
            /// What the person may do: `end-user`, `agent` (without a custom role), `admin`, or the name of a custom or system role. A mapping adds `until` and `reason`.
            #[serde(default)]
            pub role: Given<Grant<OfRole>>,
            /// The groups, all of them: a group missing here is left. `[]` for none; without the key, groups are not managed. An item may be a mapping with `until` and `reason`.
            #[serde(default)]
            pub groups: Given<List<Grant<OfGroup>>>,
            /// The group that new tickets of the person fall to: one of the groups.
            #[serde(default)]
            pub default_group: Given<Clearable>,
            /// The organizations, all of them, as with `groups`.
            #[serde(default)]
            pub organizations: Given<List<Grant<OfOrganization>>>,
            /// The name that end users see.
            #[serde(default)]
            pub alias: Given<Clearable>,
            /// The telephone number.
            #[serde(default)]
            pub phone: Given<Clearable>,
            /// The time zone, by Zendesk's name (`Berlin`) or by IANA's (`Europe/Berlin`).
            #[serde(default)]
            pub time_zone: Given<Text>,
            /// The language, such as `en-US`.
            #[serde(default)]
            pub locale: Given<Text>,
            /// Tags. The whole list: what is missing is removed.
            #[serde(default)]
            pub tags: Given<Set>,
            /// Notes for agents.
            #[serde(default)]
            pub notes: Given<Clearable>,
            /// Address and the like.
            #[serde(default)]
            pub details: Given<Clearable>,
            /// The signature under an agent's mail.
            #[serde(default)]
            pub signature: Given<Clearable>,
            /// Which tickets an agent without a custom role sees: `organization`, `groups`, `assigned` or `requested`; `null` for all.
            #[serde(default)]
            pub ticket_restriction: Given<Clearable>,
            /// Whether an agent may comment in private only.
            #[serde(default)]
            pub only_private_comments: Given<bool>,
            /// Whether the person moderates the community.
            #[serde(default)]
            pub moderator: Given<bool>,
            /// Custom fields by key. Only those listed are managed; `null` clears one.
            #[serde(default)]
            pub user_fields: Given<OpenMap>,
        }

        impl $name {
            /// The values that entries, profiles and defaults have in common.
            pub const fn values(&self) -> Values<'_> {
                Values {
                    role: &self.role,
                    groups: &self.groups,
                    default_group: &self.default_group,
                    organizations: &self.organizations,
                    alias: &self.alias,
                    phone: &self.phone,
                    time_zone: &self.time_zone,
                    locale: &self.locale,
                    tags: &self.tags,
                    notes: &self.notes,
                    details: &self.details,
                    signature: &self.signature,
                    ticket_restriction: &self.ticket_restriction,
                    only_private_comments: &self.only_private_comments,
                    moderator: &self.moderator,
                    user_fields: &self.user_fields,
                }
            }
        }
    };
}

person! {
    /// A person: an end user, an agent or an administrator. Only the keys written here are managed.
    #[derive(Clone, Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[schemars(rename = "User", extend("anyOf" = [
        { "required": ["email"] },
        { "required": ["external_id"] }
    ]))]
    UserEntry {
        /// The primary e-mail address. It is compared ignoring case.
        #[serde(default)]
        email: Given<Text>,
        /// The key of another system, such as an HR number. Unique, ignoring case. It names people who have no e-mail address.
        #[serde(default)]
        external_id: Given<Clearable>,
        /// The full name.
        #[serde(default)]
        name: Given<Text>,
        /// E-mail addresses the person had before: the change of address then keeps the person.
        #[serde(default)]
        previously: Given<Set>,
        /// One profile to take over, or a list of them. Keys written here win over the profile's; groups and organizations are joined.
        #[serde(default)]
        profile: Given<Names>,
        /// What is wanted of the person's access. Without the key, suspension is not managed.
        #[serde(default)]
        state: Given<PersonState>,
    }
}

person! {
    /// A named bundle of values that users take over.
    #[derive(Clone, Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[schemars(rename = "Profile")]
    ProfileEntry {
        /// The name. It is compared ignoring case.
        #[schemars(length(min = 1))]
        name: Sp<Text>,
        /// One profile to build on, or a list of them.
        #[serde(default)]
        profile: Given<Names>,
    }
}

person! {
    /// What people get that neither their entry nor their profiles say.
    #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    UserDefaults {}
}
