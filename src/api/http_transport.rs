//! The network itself.

use std::error::Error as _;
use std::time::Duration;

use http::{Request, Response};
use reqwest::Certificate;
use reqwest::redirect::Policy;

use super::transport::NotSent;
use super::{BoxFuture, Origin, Transport, TransportError};

/// The largest answer that is read. The largest known good one, a page of 100 users, has about 100 kB.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// For an answer that trickles in so slowly that no single read is late.
const WHOLE_TIMEOUT: Duration = Duration::from_secs(120);

/// Sends requests over HTTP: TLS by rustls, no redirects, proxies from the environment.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
    /// Whether the system had no certificates and the built-in list of public authorities is used.
    built_in_roots: bool,
}

/// Why the network could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The extra certificates cannot be read.
    #[error("the CA bundle holds no readable PEM certificate")]
    CaBundle,
    /// TLS could not be set up.
    #[error("the network could not be set up: {0}")]
    Client(String),
}

impl HttpTransport {
    /// Sets the network up for `origin`. `ca_bundle` holds PEM certificates that are trusted besides
    /// the system's.
    ///
    /// # Errors
    /// When the bundle cannot be read or TLS cannot be set up.
    pub fn new(origin: &Origin, ca_bundle: Option<&[u8]>) -> Result<Self, SetupError> {
        let client_error =
            |error: reqwest::Error| SetupError::Client(causes(&error).pop().unwrap_or_default());
        if origin.is_plain() && ca_bundle.is_none() {
            // A sandbox needs neither certificates nor a proxy, and images without certificates exist.
            let client = builder()
                .no_proxy()
                .tls_certs_only([])
                .build()
                .map_err(client_error)?;
            return Ok(Self {
                client,
                built_in_roots: false,
            });
        }
        let extra = match ca_bundle {
            Some(pem) => Certificate::from_pem_bundle(pem)
                .ok()
                .filter(|certificates| !certificates.is_empty())
                .ok_or(SetupError::CaBundle)?,
            None => Vec::new(),
        };
        let secured = |builder: reqwest::ClientBuilder| {
            let builder = builder.https_only(!origin.is_plain());
            if origin.is_loopback() {
                builder.no_proxy()
            } else {
                builder
            }
        };
        if let Ok(client) = secured(builder()).tls_certs_merge(extra.clone()).build() {
            return Ok(Self {
                client,
                built_in_roots: false,
            });
        }
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|certificate| Certificate::from_der(certificate).ok())
            .chain(extra);
        let client = secured(builder())
            .tls_certs_only(roots)
            .build()
            .map_err(client_error)?;
        Ok(Self {
            client,
            built_in_roots: true,
        })
    }

    /// Says whether the system had no certificates, so that the built-in public authorities are used.
    pub const fn uses_built_in_roots(&self) -> bool {
        self.built_in_roots
    }

    async fn exchange(
        &self,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(|error| failure(&error))?;
        let mut answer = self
            .client
            .execute(request)
            .await
            .map_err(|error| failure(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(TransportError::TooLarge {
                    limit: LARGEST_ANSWER,
                });
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("zdsync/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .timeout(WHOLE_TIMEOUT)
        .gzip(true)
        .referer(false)
}

fn failure(error: &reqwest::Error) -> TransportError {
    let mut causes = causes(error);
    let all = causes.join(": ");
    let detail = causes.pop().unwrap_or_default();
    if error.is_connect() || error.is_builder() {
        let why = connect_step(&all);
        return TransportError::NotSent { why, detail };
    }
    if error.is_timeout() {
        return TransportError::TimedOut { detail };
    }
    TransportError::Broken { detail }
}

/// Names the step by the words that operating systems, the resolver and rustls use.
fn connect_step(detail: &str) -> NotSent {
    let detail = detail.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| detail.contains(word));
    // First, since certificates name hosts and their kinds.
    if says(&[
        "certificate",
        "tls",
        "handshake",
        "alert",
        "corrupt message",
    ]) {
        NotSent::Tls
    } else if says(&["proxy", "tunnel"]) {
        NotSent::Proxy
    } else if says(&["dns", "lookup", "resolve"]) {
        NotSent::UnknownHost
    } else if says(&["refused"]) {
        NotSent::Refused
    } else {
        NotSent::Other
    }
}

/// The causes from the outside in, without the error itself: it holds the address, and the innermost
/// cause says what happened. Only that one is ever shown, since a proxy's address may hold a password.
fn causes(error: &reqwest::Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut inner = error.source();
    while let Some(cause) = inner {
        causes.push(cause.to_string());
        inner = cause.source();
    }
    causes
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::HttpTransport;
    use crate::api::transport::{NotSent, Transport, TransportError};
    use crate::api::{Origin, SetupError};

    #[tokio::test]
    async fn a_refused_connection_was_certainly_not_sent() {
        // A port that is taken, so that nobody else gets it, and at which nobody listens.
        let taken = tokio::net::TcpSocket::new_v4().unwrap();
        taken.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let address = format!("http://{}", taken.local_addr().unwrap());
        let transport = HttpTransport::new(&Origin::of_url(&address).unwrap(), None).unwrap();
        let request = Request::get(format!("{address}/api/v2/users/me"))
            .body(Vec::new())
            .unwrap();
        let error = transport.send(request).await.unwrap_err();
        assert!(
            matches!(
                error,
                TransportError::NotSent {
                    why: NotSent::Refused,
                    ..
                }
            ),
            "{error:?}"
        );
    }

    #[test]
    fn a_computer_without_certificates_still_reaches_an_account() {
        // Where the system has none, the built-in public authorities are used.
        let origin = Origin::of_subdomain("acme").unwrap();
        assert!(HttpTransport::new(&origin, None).is_ok());
    }

    #[test]
    fn a_bundle_without_certificates_is_refused() {
        let origin = Origin::of_subdomain("acme").unwrap();
        let error = HttpTransport::new(&origin, Some(b"not a certificate")).unwrap_err();
        assert!(matches!(error, SetupError::CaBundle));
    }
}
