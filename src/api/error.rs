//! Everything that can go wrong between a call and its reply.

use http::{Method, StatusCode};

use super::transport::NotSent;
use super::{CredentialError, Failure, OriginError, SetupError, TransportError};
use crate::model::{Address, Kind, Verb};

/// A request that the service answered with a refusal.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The status.
    pub status: StatusCode,
    /// The method.
    pub method: Method,
    /// The path, without query.
    pub path: String,
    /// The service's own name for the request, where it gave one.
    pub request_id: Option<String>,
    /// What the service said.
    pub failure: Failure,
    /// What kind of credential it was asked with.
    pub credential: &'static str,
}

/// Why a call has no reply.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no usable credential.
    #[error(transparent)]
    Credentials(#[from] CredentialError),
    /// The account's address cannot be used.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The network could not be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The service refused; nothing was changed by this call.
    #[error("{} {} was answered with {}: {}{}", .0.method, .0.path, .0.status, .0.failure, shown_id(.0.request_id.as_ref()))]
    Refused(Box<Refused>),
    /// No answer came, and nothing was changed by this call.
    #[error("{method} {path} got no answer: {cause}")]
    Unreachable {
        /// The method.
        method: Method,
        /// The path, without query.
        path: String,
        /// The cause.
        #[source]
        cause: TransportError,
    },
    /// Whether a write was executed is not known: the account has to be looked at.
    #[error("{method} {path} may or may not have been carried out: {why}{}", shown_id(request_id.as_ref()))]
    OutcomeUnknown {
        /// The method.
        method: Method,
        /// The path, without query.
        path: String,
        /// What was seen instead of an answer.
        why: String,
        /// The service's own name for the request, where it gave one.
        request_id: Option<String>,
    },
    /// An answer that is not what the service is known to send.
    #[error("{method} {path} was answered with something that cannot be read: {why}{}", shown_id(request_id.as_ref()))]
    Unreadable {
        /// The method.
        method: Method,
        /// The path, without query.
        path: String,
        /// What is wrong with it.
        why: String,
        /// The service's own name for the request, where it gave one.
        request_id: Option<String>,
    },
    /// The credential was taken for nobody's (zendesk-api §1.5).
    #[error("the account took the {credential} for an anonymous visitor")]
    Anonymous {
        /// What kind of credential it was asked with.
        credential: &'static str,
    },
    /// A list that does not come to an end.
    #[error("the list {shown} does not come to an end: {why}")]
    Endless {
        /// The list.
        shown: String,
        /// How that was noticed.
        why: &'static str,
    },
    /// A write names something whose number is not known.
    #[error("the number of `{0}` is not known")]
    UnknownNumber(Address),
    /// A write sets a field that the service does not take there.
    #[error("`{field}` of a {kind} cannot be written this way")]
    Unwritable {
        /// The kind.
        kind: Kind,
        /// The field.
        field: String,
    },
    /// There is no call that does this.
    #[error("there is no {}call for `{verb:?}` of a {kind}", if *many { "bulk " } else { "" })]
    Unsupported {
        /// The verb.
        verb: Verb,
        /// The kind.
        kind: Kind,
        /// Whether the bulk form was asked for.
        many: bool,
    },
    /// A user does not have the e-mail address that a write is about.
    #[error("`{user}` has no e-mail address `{email}`")]
    NoSuchEmail {
        /// The user.
        user: Address,
        /// The address.
        email: String,
    },
}

fn shown_id(request_id: Option<&String>) -> String {
    request_id.map_or_else(String::new, |id| format!(" (request {id})"))
}

impl Error {
    fn refused(&self) -> Option<&Refused> {
        if let Self::Refused(refused) = self {
            Some(refused)
        } else {
            None
        }
    }

    /// The status that the service answered with, where it answered.
    pub fn status(&self) -> Option<StatusCode> {
        self.refused().map(|refused| refused.status)
    }

    /// The service's own name for the request, where it gave one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(refused) => refused.request_id.as_deref(),
            Self::OutcomeUnknown { request_id, .. } | Self::Unreadable { request_id, .. } => {
                request_id.as_deref()
            }
            Self::Credentials(_)
            | Self::Origin(_)
            | Self::Setup(_)
            | Self::Unreachable { .. }
            | Self::Anonymous { .. }
            | Self::Endless { .. }
            | Self::UnknownNumber(_)
            | Self::Unwritable { .. }
            | Self::Unsupported { .. }
            | Self::NoSuchEmail { .. } => None,
        }
    }

    /// Says whether a value that must be unique is taken already.
    pub fn is_duplicate(&self) -> bool {
        self.refused().is_some_and(|refused| {
            refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.failure.says_duplicate()
        })
    }

    /// Says whether what was asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Says whether role, scope or plan forbid it.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(StatusCode::FORBIDDEN)
    }

    /// Says whether the credential was not accepted.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Anonymous { .. }) || self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Says whether no paid seat is left (zendesk-api §5.2).
    pub fn is_seat_limit(&self) -> bool {
        self.refused()
            .is_some_and(|refused| refused.failure.has_code("MaxAgentExceeded"))
    }

    /// Says whether the write may have been carried out, so that the account has to be looked at.
    pub const fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown { .. })
    }

    /// The scopes of which one is missing, where the service says so (zendesk-api §2.4 E3).
    pub fn missing_scopes(&self) -> Option<String> {
        let refused = self.refused()?;
        if refused.status != StatusCode::FORBIDDEN {
            return None;
        }
        let (before, scopes) = refused.failure.message.split_once("scopes:")?;
        before
            .to_ascii_lowercase()
            .contains("missing")
            .then(|| scopes.trim().trim_end_matches('.').to_owned())
    }

    /// Says whether an OAuth client may not ask for the scopes it asked for (zendesk-api §1.3).
    pub fn is_scope_out_of_reach(&self) -> bool {
        self.refused().is_some_and(|refused| {
            refused.path == "/oauth/tokens" && refused.failure.has_code("invalid_scope")
        })
    }

    /// The next step for the person at the keyboard, where one is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Credentials(error) => Some(error.hint()),
            Self::Refused(refused) => self.refusal_hint(refused),
            Self::Unreachable { cause, .. } => Some(unreachable_hint(cause)),
            Self::Anonymous { credential } => Some(credential_hint(credential)),
            Self::OutcomeUnknown { .. } => {
                Some("run `zdsync plan` again: it shows whether it happened".to_owned())
            }
            Self::Unreadable { .. } => Some(
                "if a proxy stands in between, look at what it answers; otherwise try again"
                    .to_owned(),
            ),
            Self::Origin(_) => Some(
                "set `account.subdomain` to the word before `.zendesk.com`, or `account.url` to an https address"
                    .to_owned(),
            ),
            Self::Setup(_)
            | Self::Endless { .. }
            | Self::UnknownNumber(_)
            | Self::Unwritable { .. }
            | Self::Unsupported { .. }
            | Self::NoSuchEmail { .. } => None,
        }
    }

    fn refusal_hint(&self, refused: &Refused) -> Option<String> {
        if self.is_scope_out_of_reach() {
            return Some(
                "planning needs the scope `read`, applying needs `read` and `write`: allow the OAuth client what is missing \
                 (Admin Center > Apps and integrations > APIs > OAuth clients)"
                    .to_owned(),
            );
        }
        if refused.path == "/oauth/tokens" {
            return Some(
                "check `ZENDESK_OAUTH_CLIENT_ID` (the client's identifier, not its number) and `ZENDESK_OAUTH_CLIENT_SECRET`; \
                 the client must be confidential and allow the scopes `read write`"
                    .to_owned(),
            );
        }
        if let Some(scopes) = self.missing_scopes() {
            return Some(format!(
                "give the OAuth client or token the scope `{scopes}`: planning needs `read`, applying needs `read write`"
            ));
        }
        if self.is_seat_limit() {
            return Some("free a seat by downgrading somebody, or buy one".to_owned());
        }
        match refused.status {
            StatusCode::UNAUTHORIZED => Some(credential_hint(refused.credential)),
            StatusCode::FORBIDDEN => Some(
                "the caller's role or the account's plan does not allow it; `zdsync check` shows both"
                    .to_owned(),
            ),
            StatusCode::NOT_FOUND if refused.path == "/api/v2/users/me" => Some(
                "no account answers there: check `account.subdomain` or `account.url` in zdsync.yaml"
                    .to_owned(),
            ),
            StatusCode::TOO_MANY_REQUESTS => {
                Some("the account's rate limit is used up by others; try again in a minute".to_owned())
            }
            status if status.is_server_error() => {
                Some("the service has trouble of its own; try again later".to_owned())
            }
            status if status.is_redirection() => Some(
                "redirects are not followed, so that credentials stay where they belong: set the address it leads to"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

fn credential_hint(credential: &str) -> String {
    match credential {
        "OAuth client" => "check `ZENDESK_OAUTH_CLIENT_ID` and `ZENDESK_OAUTH_CLIENT_SECRET`",
        "API token" => "check `ZENDESK_EMAIL` and `ZENDESK_API_TOKEN`, and that API tokens are still allowed in this account",
        _ => "check `ZENDESK_OAUTH_TOKEN`: it may have ended or been revoked",
    }
    .to_owned()
}

fn unreachable_hint(cause: &TransportError) -> String {
    match cause {
        TransportError::NotSent { why, .. } => match why {
            NotSent::Refused => {
                "nothing listens there: if it is a sandbox, start it with `zdsync sandbox`; otherwise check `account.url`"
            }
            NotSent::UnknownHost => {
                "check `account.subdomain` or `account.url`, and that this computer is online"
            }
            NotSent::Tls => {
                "if a proxy inspects traffic, name its certificates with `ZDSYNC_CA_BUNDLE`"
            }
            NotSent::Proxy => "check `HTTPS_PROXY` and `NO_PROXY`",
            NotSent::Other => "check the address and the network",
        },
        TransportError::Broken { .. } | TransportError::TimedOut { .. } => {
            "check the network and try again"
        }
        TransportError::TooLarge { .. } => "check that the address is a Zendesk account",
    }
    .to_owned()
}
