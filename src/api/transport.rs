//! The one trait in front of the network.

use std::pin::Pin;

use http::{Request, Response};

/// A future that can be kept behind a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Carries one request to the account and its answer back.
///
/// Whatever status the answer has, it is an answer: errors are for requests that got none.
pub trait Transport: Send + Sync {
    /// Sends `request`, whose address is absolute, once.
    ///
    /// # Errors
    /// The failure says whether the request may have been executed.
    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, TransportError>>;
}

/// Why a request that was certainly not executed did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// Nobody listens there.
    Refused,
    /// The host's name has no address.
    UnknownHost,
    /// The secure connection could not be made.
    Tls,
    /// The proxy refused or could not be reached.
    Proxy,
    /// Something else, before anything was sent.
    Other,
}

/// Why a request got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// It was certainly not executed.
    #[error("{}{}", why.words(), detail_of(detail))]
    NotSent {
        /// The step that failed.
        why: NotSent,
        /// The cause in the network's own words, without addresses that hold secrets.
        detail: String,
    },
    /// It may have been executed: the answer did not come, or not whole.
    #[error(
        "the connection broke before the whole answer had come{}",
        detail_of(detail)
    )]
    Broken {
        /// The cause in the network's own words.
        detail: String,
    },
    /// It may have been executed: the answer did not come in time.
    #[error("no answer came in time{}", detail_of(detail))]
    TimedOut {
        /// The cause in the network's own words.
        detail: String,
    },
    /// It was answered by more than this client is willing to read.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The largest answer that is read.
        limit: usize,
    },
}

impl NotSent {
    const fn words(self) -> &'static str {
        match self {
            Self::Refused => "the connection was refused",
            Self::UnknownHost => "the host's name cannot be resolved",
            Self::Tls => "no secure connection could be made",
            Self::Proxy => "the proxy did not let the connection through",
            Self::Other => "the connection could not be made",
        }
    }
}

impl TransportError {
    /// Says whether the request was certainly not executed.
    pub const fn is_not_sent(&self) -> bool {
        matches!(self, Self::NotSent { .. })
    }
}

fn detail_of(detail: &str) -> String {
    if detail.is_empty() {
        String::new()
    } else {
        format!(" ({detail})")
    }
}
