//! A try that did not end well: how the retry rules see it, and the error it becomes.

use std::time::Duration;

use http::{Method, StatusCode};

use super::retry::{Step, Trouble};
use super::{Class, Draft, Error, Failure, Limits, Refused, TransportError};

/// One answer of the service, good or bad.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) request_id: Option<String>,
    pub(super) limits: Limits,
    pub(super) body: Vec<u8>,
}

/// Why a try has no reply.
pub(super) enum Problem {
    /// There is no answer.
    Transport(TransportError),
    /// The answer is a refusal.
    Refused(Box<Answer>),
    /// The answer cannot be read.
    Unreadable {
        why: String,
        request_id: Option<String>,
        /// It is whole JSON of another shape: asking again gives the same.
        whole: bool,
    },
}

impl Problem {
    /// How the retry rules see it; `None` where no repetition could help.
    pub(super) fn trouble(&self, draft: &Draft) -> Option<Trouble> {
        let reads = draft.method == Method::GET;
        match self {
            Self::Transport(cause) if cause.is_not_sent() => Some(Trouble::NotSent),
            Self::Transport(TransportError::TooLarge { .. })
            | Self::Unreadable { whole: true, .. }
                if reads =>
            {
                None
            }
            Self::Transport(_) | Self::Unreadable { .. } => Some(Trouble::Unknown),
            Self::Refused(answer) => {
                let limits = &answer.limits;
                let too_many = answer.status == StatusCode::TOO_MANY_REQUESTS;
                // The service counts in clock minutes: where it names no wait, the rest of the minute.
                let wait = limits
                    .retry_after
                    .or_else(|| limits.reset.filter(|_| too_many));
                Some(Trouble::Status(answer.status, wait))
            }
        }
    }

    /// A 429 for the account and a service that names the end of its trouble hold everybody back; a 429 for
    /// a user, an organization or jobs does not (zendesk-api §2.4, E15 to E18).
    pub(super) fn is_about_the_account(&self, draft: &Draft) -> bool {
        let Self::Refused(answer) = self else {
            return false;
        };
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            return answer.limits.retry_after.is_some();
        }
        let used_up = answer.limits.remaining == Some(0);
        let limit_of_its_own = draft.class != Class::Plain && !used_up;
        answer.status == StatusCode::TOO_MANY_REQUESTS && !limit_of_its_own
    }

    /// The wait that the service named.
    pub(super) fn named_wait(&self) -> Option<Duration> {
        match self {
            Self::Refused(answer) => answer.limits.retry_after,
            Self::Transport(_) | Self::Unreadable { .. } => None,
        }
    }

    /// Says whether the credential was refused.
    pub(super) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Refused(answer) if answer.status == StatusCode::UNAUTHORIZED)
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Transport(cause) => cause.to_string(),
            Self::Refused(answer) => {
                format!("{}: {}", answer.status, Failure::parse(&answer.body))
            }
            Self::Unreadable { why, .. } => format!("the answer cannot be read: {why}"),
        }
    }

    /// The error of a call that is not tried again.
    pub(super) fn into_error(self, draft: &Draft, step: Step, credential: &'static str) -> Error {
        let method = draft.method.clone();
        let path = draft.path.clone();
        let changes_something = draft.method != Method::GET && draft.path.starts_with("/api/");
        if changes_something && (step == Step::Look || self.is_uncertain()) {
            return Error::OutcomeUnknown {
                method,
                path,
                why: self.words(),
                request_id: self.request_id(),
            };
        }
        match self {
            Self::Transport(cause) => Error::Unreachable {
                method,
                path,
                cause,
            },
            Self::Unreadable {
                why,
                request_id,
                whole: _,
            } => Error::Unreadable {
                method,
                path,
                why,
                request_id,
            },
            Self::Refused(answer) => Error::Refused(Box::new(Refused {
                status: answer.status,
                method,
                path,
                request_id: answer.request_id,
                failure: Failure::parse(&answer.body),
                credential,
            })),
        }
    }

    fn request_id(&self) -> Option<String> {
        match self {
            Self::Transport(_) => None,
            Self::Refused(answer) => answer.request_id.clone(),
            Self::Unreadable { request_id, .. } => request_id.clone(),
        }
    }

    /// Says whether a write that met this may have been carried out.
    fn is_uncertain(&self) -> bool {
        match self {
            Self::Transport(cause) => !cause.is_not_sent(),
            Self::Refused(answer) => {
                answer.status.is_server_error() || answer.status == StatusCode::REQUEST_TIMEOUT
            }
            Self::Unreadable { .. } => true,
        }
    }
}
