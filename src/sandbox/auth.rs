//! Who calls, and what their credential reaches (zendesk-api §1.2, §1.4, §18.5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::errors::Refusal;
use super::options::{Credential, Settings};
use super::records::Id;
use super::store::State;
use super::text::{self, fold};

/// A caller who was recognised.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) user: Id,
    /// None reaches everything.
    scopes: Option<Vec<String>>,
    /// The access token, if the account issued it.
    pub(crate) token: Option<Id>,
}

/// What a route needs a credential to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Users,
    Organizations,
    Groups,
    AuditLogs,
    /// Only `read` and `write` themselves.
    Broad,
}

impl Caller {
    /// What the credential reaches; none reaches everything.
    pub(crate) fn scopes(&self) -> Option<&[String]> {
        self.scopes.as_deref()
    }

    /// Refuses a credential that does not reach a route.
    pub(crate) fn check(&self, scope: Scope, writes: bool) -> Result<(), Refusal> {
        let Some(scopes) = &self.scopes else {
            return Ok(());
        };
        let verb = if writes { "write" } else { "read" };
        let narrow = match scope {
            Scope::Users => Some("users"),
            Scope::Organizations => Some("organizations"),
            Scope::Groups => Some("groups"),
            Scope::AuditLogs => Some("auditlogs"),
            Scope::Broad => None,
        };
        let narrow = narrow.map(|resource| format!("{resource}:{verb}"));
        let fits = |held: &String| held == verb || Some(held) == narrow.as_ref();
        if scopes.iter().any(fits) {
            return Ok(());
        }
        let alternatives = narrow.map(|narrow| format!("{narrow}, {verb}"));
        Err(Refusal::MissingScope(
            alternatives.unwrap_or_else(|| verb.to_owned()),
        ))
    }
}

/// Returns what is kept of a token: enough to know it again, not enough to use it.
pub(crate) fn digest(token: &str) -> String {
    text::hex(&Sha256::digest(token), 32)
}

/// Recognises the caller by the Authorization header.
pub(crate) fn authenticate(
    state: &State,
    settings: &Settings,
    now: Timestamp,
    header: Option<&str>,
) -> Result<Caller, Refusal> {
    let (method, value) = header
        .and_then(|header| header.trim().split_once(' '))
        .ok_or(Refusal::NotAuthenticated)?;
    if method.eq_ignore_ascii_case("bearer") {
        return bearer(state, settings, now, value.trim());
    }
    if method.eq_ignore_ascii_case("basic") {
        return basic(state, settings, value.trim());
    }
    Err(Refusal::NotAuthenticated)
}

/// A suspended user cannot sign in.
fn admitted(state: &State, user: Id, refusal: Refusal) -> Result<Id, Refusal> {
    let user = state
        .users
        .get(&user)
        .filter(|user| user.active && !user.suspended);
    user.map(|user| user.id).ok_or(refusal)
}

fn basic(state: &State, settings: &Settings, value: &str) -> Result<Caller, Refusal> {
    let text = STANDARD
        .decode(value)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or(Refusal::NotAuthenticated)?;
    let (name, secret) = text.split_once(':').ok_or(Refusal::NotAuthenticated)?;
    // Passwords are switched off, as they are on new accounts.
    let email = name
        .strip_suffix("/token")
        .ok_or(Refusal::NotAuthenticated)?;
    if secret.is_empty() || email.is_empty() {
        return Err(Refusal::NotAuthenticated);
    }
    let known = settings.credentials.iter().any(|credential| {
        let Credential::ApiToken {
            email: known,
            token,
        } = credential
        else {
            return false;
        };
        fold(known) == fold(email) && token == secret
    });
    let user = state.holder_of_email(email);
    let user = if settings.credentials.is_empty() {
        user.unwrap_or(state.account.owner)
    } else {
        user.filter(|_| known).ok_or(Refusal::NotAuthenticated)?
    };
    let user = admitted(state, user, Refusal::NotAuthenticated)?;
    Ok(Caller {
        user,
        scopes: None,
        token: None,
    })
}

fn bearer(
    state: &State,
    settings: &Settings,
    now: Timestamp,
    value: &str,
) -> Result<Caller, Refusal> {
    if value.is_empty() {
        return Err(Refusal::InvalidToken);
    }
    let digest = digest(value);
    if let Some(token) = state.tokens.iter().find(|token| token.digest == digest) {
        if token.expires_at.is_some_and(|end| end <= now) {
            return Err(Refusal::InvalidToken);
        }
        let user = admitted(state, token.user_id, Refusal::InvalidToken)?;
        return Ok(Caller {
            user,
            scopes: Some(token.scopes.clone()),
            token: Some(token.id),
        });
    }
    if settings.credentials.is_empty() {
        return Ok(Caller {
            user: state.account.owner,
            scopes: None,
            token: None,
        });
    }
    for credential in &settings.credentials {
        if let Credential::Bearer {
            token,
            email,
            scopes,
        } = credential
            && token == value
        {
            let user = state.holder_of_email(email).ok_or(Refusal::InvalidToken)?;
            let user = admitted(state, user, Refusal::InvalidToken)?;
            return Ok(Caller {
                user,
                scopes: Some(scopes.clone()),
                token: None,
            });
        }
    }
    Err(Refusal::InvalidToken)
}
