//! The account over the wire: requests as data, and the client that sends them.
//!
//! A [`Call`] is a value: method, path, query, body and the type of its reply. One file for each kind
//! builds them and turns replies into the words of [`crate::model`]; [`Transport`] is the only trait in
//! front of the network. The [`Client`] paces calls ([`Budget`]), repeats those that may be repeated
//! ([`next_step`]) and has two faces: a [`Reader`], and a [`Writer`] that only `apply` receives.
//!
//! Nothing here knows what is declared, reads settings or the environment, or prints.

mod audit_logs;
mod auth;
mod body;
mod budget;
mod call;
mod client;
mod clock;
mod credentials;
mod error;
mod exchange;
mod failure;
mod fields;
mod group_memberships;
mod groups;
mod http_transport;
mod identities;
mod jobs;
mod limits;
mod look;
mod memberships;
mod numbers;
mod organization_memberships;
mod organizations;
mod origin;
mod paging;
mod perform;
mod probes;
mod problem;
mod reader;
mod retry;
mod roles;
#[cfg(test)]
pub(crate) mod scripted;
mod settings;
mod shown;
mod transport;
mod users;
mod writer;

#[cfg(test)]
mod tests;

pub use budget::{Budget, Share};
pub use call::{Call, Class, Draft, Ignored, Replay};
pub use client::{Client, Manners, ServiceWarning};
pub use clock::{Clock, SystemClock};
pub use credentials::{CredentialError, Credentials, FoundCredentials};
pub use error::{Error, Refused};
pub use failure::{Detail, Failure};
pub use groups::GroupRecord;
pub use http_transport::{HttpTransport, SetupError};
pub use identities::EmailRecord;
pub use jobs::{JobId, JobResult, JobState, JobStatus};
pub use limits::{Bucket, Limits};
pub use memberships::MembershipRecord;
pub use organizations::OrganizationRecord;
pub use origin::{Origin, OriginError};
pub use paging::Listing;
pub use perform::route;
pub use reader::Reader;
pub use retry::{Situation, Step, Trouble, next_step};
pub use roles::RoleRecord;
pub use settings::AccountSettings;
pub use transport::{BoxFuture, NotSent, Transport, TransportError};
pub use users::{UserFilter, UserRecord};
pub use writer::{Effect, ItemReply, Performed, Writer};
