//! How a simulator behaves apart from what its account holds.

use std::collections::BTreeSet;
use std::time::Duration;

use super::faults::Fault;

/// Everything that can be set from outside. The default is a fresh account with real numbers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Requests a minute for the whole account; none takes the number of the seed
    /// (zendesk-api §4.1).
    pub rpm: Option<u32>,
    /// Whether anything is limited at all.
    pub limits: bool,
    /// How long a limit window of one minute lasts here; every other window scales with it.
    pub window: Duration,
    /// How long every answer takes.
    pub latency: Duration,
    /// Whether `users/create_many` and `users/create_or_update_many` are open; none takes the
    /// seed's word (zendesk-api §5.4).
    pub bulk_import: Option<bool>,
    /// Paid seats; none takes the seed's number.
    pub seats: Option<u32>,
    /// How jobs advance.
    pub jobs: JobPace,
    /// How long a change stays invisible to searches (zendesk-api §3.6).
    pub search_lag: Duration,
    /// What is switched away from the convention of the simulator.
    pub switches: BTreeSet<Switch>,
    /// Who may call; empty takes any credential that is not empty.
    pub credentials: Vec<Credential>,
    /// How long a token that the account issues is good for, where the client does not say; none
    /// makes tokens without an end.
    pub token_lifetime: Option<Duration>,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// The origin that `url` and paging links name, such as `https://old.zendesk.com`; none takes
    /// the one that was called (zendesk-api §1.1).
    pub link_origin: Option<String>,
    /// Where pseudo-random choices start.
    pub random_seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rpm: None,
            limits: true,
            window: Duration::from_secs(60),
            latency: Duration::ZERO,
            bulk_import: None,
            seats: None,
            jobs: JobPace::Polled,
            search_lag: Duration::from_secs(2),
            switches: BTreeSet::new(),
            credentials: Vec::new(),
            token_lifetime: None,
            faults: Vec::new(),
            link_origin: None,
            random_seed: 1,
        }
    }
}

impl Settings {
    /// Returns whether a switch is set.
    pub fn is(&self, switch: Switch) -> bool {
        self.switches.contains(&switch)
    }
}

/// How a job gets from queued to completed (zendesk-api §13, §18.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobPace {
    /// Each poll is a step: queued, working with half of the items done, completed. Time does the
    /// same: working after two seconds, completed after four.
    Polled,
    /// All items are done before the call that makes the job is answered; the first poll says
    /// completed.
    Instant,
}

/// A credential that a strict simulator takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// `Basic {email}/token:{token}`; acts as that user.
    ApiToken {
        /// Address of the user.
        email: String,
        /// The token.
        token: String,
    },
    /// `Bearer {token}`.
    Bearer {
        /// The token.
        token: String,
        /// Whom it acts for.
        email: String,
        /// What it reaches, such as `read` or `users:write`.
        scopes: Vec<String>,
    },
    /// An OAuth client for the client-credentials grant (zendesk-api §1.3).
    Client {
        /// The identifier string.
        id: String,
        /// The secret.
        secret: String,
        /// Whom its tokens act for.
        email: String,
        /// The most its tokens may reach; empty sets no bound.
        scopes: Vec<String>,
    },
}

impl std::str::FromStr for Credential {
    type Err = CredentialError;

    /// Reads `api-token EMAIL TOKEN`, `bearer EMAIL TOKEN [SCOPE…]` or `client EMAIL ID SECRET
    /// [SCOPE…]`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let scopes = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        match words.as_slice() {
            ["api-token", email, token] => Ok(Self::ApiToken {
                email: (*email).to_owned(),
                token: (*token).to_owned(),
            }),
            ["bearer", email, token, rest @ ..] => Ok(Self::Bearer {
                token: (*token).to_owned(),
                email: (*email).to_owned(),
                scopes: scopes(if rest.is_empty() {
                    &["read", "write"]
                } else {
                    rest
                }),
            }),
            ["client", email, id, secret, rest @ ..] => Ok(Self::Client {
                id: (*id).to_owned(),
                secret: (*secret).to_owned(),
                email: (*email).to_owned(),
                scopes: scopes(rest),
            }),
            _ => Err(CredentialError),
        }
    }
}

/// A text that describes no credential.
#[derive(Debug, thiserror::Error)]
#[error(
    "write `api-token EMAIL TOKEN`, `bearer EMAIL TOKEN [SCOPE…]` or `client EMAIL ID SECRET [SCOPE…]`"
)]
pub struct CredentialError;

macro_rules! switches {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A point on which the service is not known to do one thing or the other
        /// (zendesk-api §18.20, §20). Unset follows the convention.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Switch { $($(#[$doc])* $name),+ }

        impl Switch {
            /// Every switch.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Returns the word that names the switch on a command line.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

switches! {
    /// Refuses to remove the last group membership of an agent (422).
    KeepLastGroup = "keep-last-group",
    /// Refuses to remove a default group membership while others stand (422).
    KeepDefaultMembership = "keep-default-membership",
    /// Refuses to delete a group that is the default of a member (422).
    KeepMembersDefaultGroup = "keep-members-default-group",
    /// Refuses a custom role whose body carries read-only permissions (422).
    RefuseReadOnlyPermissions = "refuse-read-only-permissions",
    /// Lists the hidden role of administrators.
    ListAdminRole = "list-admin-role",
    /// Answers a new custom role with 201 instead of 200.
    RoleCreated201 = "role-created-201",
    /// Failed job items take the documented shape, and created ones carry their index.
    DocumentedJobItems = "documented-job-items",
    /// Items of user jobs count against the limit of updates per user.
    JobsCountUpdates = "jobs-count-updates",
    /// A second organization membership replaces the first where only one is allowed.
    SecondOrganizationReplaces = "second-organization-replaces",
    /// The newest membership becomes the default after the default went; else the lowest id.
    NewestBecomesDefault = "newest-becomes-default",
    /// Deleting a deleted user or group again succeeds.
    SecondDeleteSucceeds = "second-delete-succeeds",
    /// A write on the owner or on oneself is refused with 422 instead of 403.
    OwnerRefused422 = "owner-refused-422",
    /// Tokens are answered with 200 instead of 201.
    TokenAnswered200 = "token-answered-200",
    /// An update that changes nothing still moves `updated_at`.
    UpdatesAlwaysTouch = "updates-always-touch",
    /// A malformed id is answered with 404 instead of 400.
    MalformedId404 = "malformed-id-404",
    /// Dropping the tag of a checkbox field unsets the field.
    TagUnsetsField = "tag-unsets-field",
}

impl std::str::FromStr for Switch {
    type Err = UnknownSwitch;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|switch| switch.as_str() == text)
            .ok_or_else(|| UnknownSwitch(text.to_owned()))
    }
}

/// A word that names no switch.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no switch; known are {known}", known = known_switches())]
pub struct UnknownSwitch(String);

fn known_switches() -> String {
    let words: Vec<&str> = Switch::ALL.iter().map(|switch| switch.as_str()).collect();
    words.join(", ")
}
