//! Who we are to the account.

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;

/// The day on which Zendesk stops accepting API tokens (zendesk-api §1.2).
const API_TOKENS_END: &str = "2027-04-30";

/// A way to prove who is calling. It cannot be printed, compared or saved.
#[derive(Clone)]
pub struct Credentials(pub(super) Kind);

#[derive(Clone)]
pub(super) enum Kind {
    /// A client that fetches its own tokens.
    OAuthClient {
        client_id: String,
        client_secret: SecretString,
        scope: &'static str,
    },
    /// A ready token.
    Bearer(SecretString),
    /// An e-mail address with an API token.
    ApiToken { email: String, token: SecretString },
}

/// What was found in the environment, already read. Empty texts count as not there.
#[derive(Default)]
pub struct FoundCredentials {
    /// `ZENDESK_OAUTH_CLIENT_ID`
    pub oauth_client_id: Option<String>,
    /// `ZENDESK_OAUTH_CLIENT_SECRET`
    pub oauth_client_secret: Option<String>,
    /// `ZENDESK_OAUTH_TOKEN`
    pub oauth_token: Option<String>,
    /// `ZENDESK_EMAIL`
    pub email: Option<String>,
    /// `ZENDESK_API_TOKEN`
    pub api_token: Option<String>,
    /// What the program named by `ZDSYNC_CREDENTIAL_COMMAND` printed.
    pub command_output: Option<String>,
}

/// Why no credential could be taken from what was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// There is none.
    #[error("no credentials are set for the account")]
    Missing,
    /// There is half of one.
    #[error("`{found}` is set, but `{missing}` is not")]
    Half {
        /// The variable that is set.
        found: &'static str,
        /// The variable that belongs to it.
        missing: &'static str,
    },
    /// There is more than one, and which is meant cannot be known.
    #[error("more than one credential is set: {}", sources.join(" and "))]
    Ambiguous {
        /// The sources found, as people know them.
        sources: Vec<&'static str>,
    },
    /// The program printed something else.
    #[error("the program in `ZDSYNC_CREDENTIAL_COMMAND` did not print a credential as JSON: {why}")]
    CommandOutput {
        /// What is wrong with it; never what it printed.
        why: &'static str,
    },
    /// A value cannot stand in a header.
    #[error("the {what} holds a line break or another character that no header can carry")]
    Unsendable {
        /// Which value.
        what: &'static str,
    },
}

impl CredentialError {
    /// The next step for the person at the keyboard.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing => "set `ZENDESK_OAUTH_CLIENT_ID` and `ZENDESK_OAUTH_CLIENT_SECRET` (Admin Center > Apps and integrations > APIs > OAuth clients), \
                 or `ZENDESK_OAUTH_TOKEN`, or `ZENDESK_EMAIL` and `ZENDESK_API_TOKEN`, or `ZDSYNC_CREDENTIAL_COMMAND`"
                .to_owned(),
            Self::Half { missing, .. } => format!("set `{missing}` too"),
            Self::Ambiguous { .. } => "unset all but one".to_owned(),
            Self::CommandOutput { .. } => "it must print one of `{\"oauth_token\"}`, `{\"oauth_client_id\", \"oauth_client_secret\"}` and \
                 `{\"email\", \"api_token\"}` with their values"
                .to_owned(),
            Self::Unsendable { .. } => "check that it was copied whole and without a line break".to_owned(),
        }
    }
}

#[derive(Deserialize)]
struct CommandOutput {
    oauth_token: Option<String>,
    oauth_client_id: Option<String>,
    oauth_client_secret: Option<String>,
    email: Option<String>,
    api_token: Option<String>,
}

impl Credentials {
    /// A client that fetches its own tokens by the client-credentials grant (zendesk-api §1.3).
    pub fn oauth_client(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self(Kind::OAuthClient {
            client_id: client_id.into(),
            client_secret: SecretString::from(client_secret.into()),
            scope: "read write",
        })
    }

    /// A ready bearer token.
    pub fn bearer(token: impl Into<String>) -> Self {
        Self(Kind::Bearer(SecretString::from(token.into())))
    }

    /// An e-mail address with an API token.
    pub fn api_token(email: impl Into<String>, token: impl Into<String>) -> Self {
        Self(Kind::ApiToken {
            email: email.into(),
            token: SecretString::from(token.into()),
        })
    }

    /// What an embedded sandbox is called with; it takes anything.
    pub fn sandbox() -> Self {
        Self::bearer("sandbox")
    }

    /// Asks for no more than reading needs, where the credential fetches its own tokens.
    #[must_use]
    pub fn for_reading(self) -> Self {
        match self.0 {
            Kind::OAuthClient {
                client_id,
                client_secret,
                scope: _,
            } => Self(Kind::OAuthClient {
                client_id,
                client_secret,
                scope: "read",
            }),
            other @ (Kind::Bearer(_) | Kind::ApiToken { .. }) => Self(other),
        }
    }

    /// Takes the one credential among what was found in the environment.
    ///
    /// # Errors
    /// When there is none, half of one, or more than one.
    pub fn from_found(found: FoundCredentials) -> Result<Self, CredentialError> {
        let FoundCredentials {
            oauth_client_id,
            oauth_client_secret,
            oauth_token,
            email,
            api_token,
            command_output,
        } = found;
        let mut candidates = Vec::new();
        if let Some(output) = filled(command_output) {
            candidates.push((
                "`ZDSYNC_CREDENTIAL_COMMAND`",
                Self::from_command_output(&output)?,
            ));
        }
        let client = both(
            ("ZENDESK_OAUTH_CLIENT_ID", oauth_client_id),
            ("ZENDESK_OAUTH_CLIENT_SECRET", oauth_client_secret),
        );
        if let Some((id, secret)) = client? {
            candidates.push(("`ZENDESK_OAUTH_CLIENT_ID`", Self::oauth_client(id, secret)));
        }
        if let Some(token) = filled(oauth_token) {
            candidates.push(("`ZENDESK_OAUTH_TOKEN`", Self::bearer(token)));
        }
        let token = both(("ZENDESK_EMAIL", email), ("ZENDESK_API_TOKEN", api_token));
        if let Some((email, token)) = token? {
            candidates.push(("`ZENDESK_API_TOKEN`", Self::api_token(email, token)));
        }
        match candidates.len() {
            0 => Err(CredentialError::Missing),
            1 => candidates
                .pop()
                .map(|(_, credentials)| credentials)
                .ok_or(CredentialError::Missing),
            _ => Err(CredentialError::Ambiguous {
                sources: candidates.into_iter().map(|(source, _)| source).collect(),
            }),
        }
    }

    fn from_command_output(output: &str) -> Result<Self, CredentialError> {
        let wrong = |why| CredentialError::CommandOutput { why };
        // The parser's own message quotes the text, which holds the secret.
        let CommandOutput {
            oauth_token,
            oauth_client_id,
            oauth_client_secret,
            email,
            api_token,
        } = serde_json::from_str(output).map_err(|_| wrong("it is no JSON object of texts"))?;
        let found = (
            filled(oauth_token),
            filled(oauth_client_id).zip(filled(oauth_client_secret)),
            filled(email).zip(filled(api_token)),
        );
        match found {
            (Some(token), None, None) => Ok(Self::bearer(token)),
            (None, Some((id, secret)), None) => Ok(Self::oauth_client(id, secret)),
            (None, None, Some((email, token))) => Ok(Self::api_token(email, token)),
            (None, None, None) => Err(wrong("it holds no whole credential")),
            (Some(_), _, _) | (_, Some(_), Some(_)) => {
                Err(wrong("it holds more than one credential"))
            }
        }
    }

    /// What to know about using this credential, where there is something.
    pub fn warning(&self, now: Timestamp) -> Option<String> {
        match &self.0 {
            Kind::OAuthClient { .. } | Kind::Bearer(_) => None,
            Kind::ApiToken { .. } => {
                let tense = if now.to_string().as_str() < API_TOKENS_END {
                    "stops"
                } else {
                    "stopped"
                };
                Some(format!(
                    "Zendesk {tense} accepting API tokens on {API_TOKENS_END}; use an OAuth client (`ZENDESK_OAUTH_CLIENT_ID`, `ZENDESK_OAUTH_CLIENT_SECRET`)"
                ))
            }
        }
    }

    /// What kind of credential it is, for people.
    pub const fn describe(&self) -> &'static str {
        match &self.0 {
            Kind::OAuthClient { .. } => "OAuth client",
            Kind::Bearer(_) => "OAuth token",
            Kind::ApiToken { .. } => "API token",
        }
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// Two variables that only mean something together.
fn both(
    first: (&'static str, Option<String>),
    second: (&'static str, Option<String>),
) -> Result<Option<(String, String)>, CredentialError> {
    match (filled(first.1), filled(second.1)) {
        (Some(left), Some(right)) => Ok(Some((left, right))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(CredentialError::Half {
            found: first.0,
            missing: second.0,
        }),
        (None, Some(_)) => Err(CredentialError::Half {
            found: second.0,
            missing: first.0,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{CredentialError, Credentials, FoundCredentials};

    fn found(pairs: &[(&str, &str)]) -> FoundCredentials {
        let text = |name: &str| {
            pairs
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        FoundCredentials {
            oauth_client_id: text("id"),
            oauth_client_secret: text("secret"),
            oauth_token: text("token"),
            email: text("email"),
            api_token: text("api"),
            command_output: text("command"),
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table")]
    #[test]
    fn exactly_one_source_is_taken() {
        for (case, pairs, expected) in [
            (
                "a client",
                vec![("id", "zdsync"), ("secret", "hidden")],
                Ok("OAuth client"),
            ),
            ("a token", vec![("token", " hidden\n")], Ok("OAuth token")),
            (
                "an API token",
                vec![("email", "ada@example.com"), ("api", "hidden")],
                Ok("API token"),
            ),
            (
                "a command",
                vec![("command", r#"{"oauth_token":"hidden"}"#)],
                Ok("OAuth token"),
            ),
            (
                "a command with a client",
                vec![(
                    "command",
                    r#"{"oauth_client_id":"a","oauth_client_secret":"hidden"}"#,
                )],
                Ok("OAuth client"),
            ),
            (
                "nothing",
                vec![],
                Err("no credentials are set for the account"),
            ),
            (
                "blanks",
                vec![("token", "  ")],
                Err("no credentials are set for the account"),
            ),
            (
                "half a client",
                vec![("id", "zdsync")],
                Err("`ZENDESK_OAUTH_CLIENT_ID` is set, but `ZENDESK_OAUTH_CLIENT_SECRET` is not"),
            ),
            (
                "half an API token",
                vec![("api", "hidden")],
                Err("`ZENDESK_API_TOKEN` is set, but `ZENDESK_EMAIL` is not"),
            ),
            (
                "two",
                vec![
                    ("token", "hidden"),
                    ("email", "ada@example.com"),
                    ("api", "hidden"),
                ],
                Err(
                    "more than one credential is set: `ZENDESK_OAUTH_TOKEN` and `ZENDESK_API_TOKEN`",
                ),
            ),
            (
                "a chatty command",
                vec![("command", "hidden")],
                Err(
                    "the program in `ZDSYNC_CREDENTIAL_COMMAND` did not print a credential as JSON: it is no JSON object of texts",
                ),
            ),
            (
                "a command with half",
                vec![("command", r#"{"email":"hidden"}"#)],
                Err(
                    "the program in `ZDSYNC_CREDENTIAL_COMMAND` did not print a credential as JSON: it holds no whole credential",
                ),
            ),
        ] {
            let outcome = Credentials::from_found(found(&pairs));
            let shown = match &outcome {
                Ok(credentials) => Ok(credentials.describe()),
                Err(error) => Err(error.to_string()),
            };
            assert_eq!(shown, expected.map_err(str::to_owned), "{case}");
            if let Err(error) = outcome {
                assert!(!error.hint().is_empty() && !format!("{error:?}").contains("hidden"));
            }
        }
    }

    #[test]
    fn api_tokens_come_with_the_day_they_end() {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let warning = Credentials::api_token("ada@example.com", "hidden")
            .warning(now)
            .unwrap();
        assert!(warning.contains("stops") && warning.contains("2027-04-30"));
        assert_eq!(Credentials::bearer("hidden").warning(now), None);
        let error = CredentialError::Missing;
        assert!(error.hint().contains("ZENDESK_OAUTH_CLIENT_ID"));
    }
}
