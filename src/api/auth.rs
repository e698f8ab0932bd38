//! The authorization header, and the tokens behind it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use super::credentials::Kind;
use super::{Call, CredentialError, Credentials, Error};

/// A token is renewed this long before it ends; a short-lived one when a fifth of its time is left.
const BEFORE_ITS_END: Duration = Duration::from_secs(60);

/// Makes the authorization header of every request.
pub(super) struct Authenticator {
    credentials: Credentials,
    token: Mutex<Option<Token>>,
}

struct Token {
    text: SecretString,
    /// From when on another one is fetched.
    renew_at: Option<Timestamp>,
}

/// Says which credential a refused request carried, so that only a newer one is tried again.
#[derive(Clone)]
pub(super) struct Used(SecretString);

#[derive(Deserialize)]
pub(super) struct TokenReply {
    access_token: SecretText,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<Duration>,
}

/// A lifetime in seconds; what is missing, zero or no number says nothing.
fn seconds<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let seconds = value
        .as_u64()
        .or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    Ok(seconds
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs))
}

/// A secret in an answer. `secrecy` is built without its own reading of JSON, so that no manifest can
/// hold a secret by accident.
struct SecretText(SecretString);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(SecretString::from(text)))
    }
}

impl Authenticator {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            token: Mutex::new(None),
        }
    }

    pub(super) const fn describe(&self) -> &'static str {
        self.credentials.describe()
    }

    /// Says whether a credential that was refused can be replaced by a fresh one.
    pub(super) const fn renews(&self) -> bool {
        matches!(self.credentials.0, Kind::OAuthClient { .. })
    }

    /// The header now. `fetch` gets a fresh token where one is needed; only one is fetched at a time.
    pub(super) async fn header<Fetched>(
        &self,
        now: Timestamp,
        fetch: impl FnOnce(Call<TokenReply>) -> Fetched,
    ) -> Result<(HeaderValue, Used), Error>
    where
        Fetched: Future<Output = Result<TokenReply, Error>>,
    {
        match &self.credentials.0 {
            Kind::Bearer(token) => bearer(token),
            Kind::ApiToken { email, token } => {
                let pair = format!("{email}/token:{}", token.expose_secret());
                let header = format!("Basic {}", STANDARD.encode(pair));
                Ok((secret_header(&header, "API token")?, Used(token.clone())))
            }
            Kind::OAuthClient {
                client_id,
                client_secret,
                scope,
            } => {
                let mut known = self.token.lock().await;
                if let Some(token) = known.as_ref().filter(|token| token.lasts(now)) {
                    return bearer(&token.text);
                }
                let call = token_call(client_id, client_secret, scope);
                let TokenReply {
                    access_token,
                    expires_in,
                } = fetch(call).await?;
                let renew_at = expires_in.and_then(|lifetime| {
                    let early = BEFORE_ITS_END.min(lifetime / 5);
                    now.checked_add(lifetime.saturating_sub(early)).ok()
                });
                let header = bearer(&access_token.0);
                *known = Some(Token {
                    text: access_token.0,
                    renew_at,
                });
                header
            }
        }
    }

    /// Forgets the token that `used` carried, unless a newer one took its place meanwhile.
    pub(super) async fn forget(&self, used: &Used) {
        let mut known = self.token.lock().await;
        if known
            .as_ref()
            .is_some_and(|token| token.text.expose_secret() == used.0.expose_secret())
        {
            *known = None;
        }
    }
}

impl Token {
    fn lasts(&self, now: Timestamp) -> bool {
        self.renew_at.is_none_or(|renew_at| now < renew_at)
    }
}

/// zendesk-api §1.3. A second token does no harm, so the call may be repeated.
fn token_call(client_id: &str, client_secret: &SecretString, scope: &str) -> Call<TokenReply> {
    Call::post("/oauth/tokens").replayable().json(json!({
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret.expose_secret(),
        "scope": scope,
    }))
}

fn bearer(token: &SecretString) -> Result<(HeaderValue, Used), Error> {
    let header = format!("Bearer {}", token.expose_secret());
    Ok((secret_header(&header, "OAuth token")?, Used(token.clone())))
}

fn secret_header(text: &str, what: &'static str) -> Result<HeaderValue, Error> {
    let mut header =
        HeaderValue::from_str(text).map_err(|_| CredentialError::Unsendable { what })?;
    header.set_sensitive(true);
    Ok(header)
}
