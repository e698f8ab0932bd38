//! The embedded Zendesk simulator: the other side of the wire.
//!
//! [`Sandbox`] is a state machine: a request in, an answer out, with the clock handed in. It does no
//! IO, and whatever is random comes from a fixed seed. [`serve`] puts it behind a loopback socket.
//! What the account holds at first is a [`Seed`], read from a readable file or generated.
//!
//! This room knows nothing of manifests, plans or our own client, and shares no structs with it: what
//! both sides share, both sides can get wrong together. What the service is known to do, and what is
//! only agreed here, is told in `docs/sandbox.md`.

#![expect(
    clippy::option_option,
    reason = "in a patch a key that is absent, one that is null and one with a value differ"
)]
#![expect(
    clippy::struct_field_names,
    reason = "fields have the names that the wire gives them"
)]
#![expect(
    clippy::unnecessary_wraps,
    reason = "handlers have one shape, also those that never refuse"
)]

mod account;
mod audit_logs;
mod auth;
mod bend;
mod body;
mod call;
mod counts;
mod custom_roles;
mod desk;
mod errors;
mod faults;
mod fields;
mod generate;
mod group_memberships;
mod groups;
mod identities;
mod incremental;
mod index;
mod jobs;
mod limits;
mod locales;
mod machine;
mod oauth;
mod odd;
mod options;
mod organization_memberships;
mod organizations;
mod paging;
mod permissions;
mod random;
mod records;
mod reply;
mod request;
mod rights;
mod routes;
mod search;
mod seed;
pub mod serve;
mod sideloads;
mod store;
mod text;
mod time_zones;
mod users;
mod watch;

pub use faults::{Fault, FaultError, FaultFile, FaultFileError};
pub use generate::{Size, SizeError};
pub use machine::{Answer, Delivery, RestoreError, Sandbox};
pub use options::{Credential, CredentialError, JobPace, Settings, Switch, UnknownSwitch};
pub use records::Mail;
pub use seed::{Seed, SeedError, SeedErrors};
pub use watch::{Counters, Holding, LogEntry};
