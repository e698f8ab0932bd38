//! Access tokens: issuing, showing, revoking (zendesk-api §1.3).

use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::auth;
use super::body::Fields;
use super::call::{Call, Outcome, url};
use super::errors::Refusal;
use super::options::{Credential, Switch};
use super::records::{Id, Token};
use super::reply::{Document, Reply};
use super::request::Request;
use super::text;

/// How every token begins.
const MARK: &str = "sandbox-token-";

fn refuse(status: u16, error: &'static str, text: &'static str) -> Refusal {
    Refusal::OAuth {
        status,
        error,
        text,
    }
}

/// Reads JSON, or the form encoding that OAuth libraries send.
fn body(request: &Request) -> Map<String, Value> {
    if let Ok(map) = request.object("token") {
        return map;
    }
    let form = String::from_utf8_lossy(&request.body);
    form.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| {
            (
                text::decode_query(key),
                Value::from(text::decode_query(value)),
            )
        })
        .collect()
}

/// `POST /oauth/tokens` with the client-credentials grant; needs no other credential
pub(crate) fn issue(call: &mut Call<'_>) -> Outcome {
    let body = body(call.request);
    let fields = Fields(&body);
    let word = |key| fields.some_text(key).unwrap_or_default();
    if word("grant_type") != "client_credentials" {
        let text = "The authorization grant type is not supported by the authorization server.";
        return Err(refuse(400, "unsupported_grant_type", text));
    }
    let (owner, ceiling) = client(call, &word("client_id"), &word("client_secret"))?;
    let scope = fields
        .some_text("scope")
        .unwrap_or_else(|| "read write".to_owned());
    let scopes: Vec<String> = scope.split_whitespace().map(str::to_owned).collect();
    let fits = |scope: &String| ceiling.is_empty() || ceiling.contains(scope);
    if !scopes.iter().all(fits) {
        let text = "The requested scope is invalid, unknown, or malformed.";
        return Err(refuse(400, "invalid_scope", text));
    }
    let lifetime = fields
        .some_text("expires_in")
        .and_then(|text| text.parse::<i64>().ok());
    if lifetime.is_some_and(|seconds| !(301..172_800).contains(&seconds)) {
        let text = "expires_in must be more than 300 and less than 172800";
        return Err(refuse(400, "invalid_request", text));
    }
    let usual = call.desk.settings.token_lifetime;
    let lifetime = lifetime.or_else(|| usual.and_then(|time| i64::try_from(time.as_secs()).ok()));
    let secret = add(call, owner, word("client_id"), scopes, lifetime);
    let status = if call.desk.settings.is(Switch::TokenAnswered200) {
        200
    } else {
        201
    };
    let mut document = Document::new();
    document.field("access_token", &secret);
    document.field("token_type", &"bearer");
    document.field("scope", &scope);
    document.field("expires_in", &lifetime);
    document.field("refresh_token_expires_in", &());
    Ok(Reply::document(status, document))
}

/// Returns whom a client acts for and what its tokens may reach at most.
fn client(call: &Call<'_>, id: &str, secret: &str) -> Result<(Id, Vec<String>), Refusal> {
    let text = "Client authentication failed due to unknown client, no client authentication \
                included, or unsupported authentication method.";
    let unknown = || refuse(401, "invalid_client", text);
    if id.is_empty() || secret.is_empty() {
        return Err(unknown());
    }
    let state = &*call.desk.state;
    if call.desk.settings.credentials.is_empty() {
        return Ok((state.account.owner, Vec::new()));
    }
    for credential in &call.desk.settings.credentials {
        if let Credential::Client {
            id: known,
            secret: right,
            email,
            scopes,
        } = credential
            && known == id
            && right == secret
        {
            let user = state.holder_of_email(email).ok_or_else(unknown)?;
            return Ok((user, scopes.clone()));
        }
    }
    Err(unknown())
}

/// Keeps the digest of a new token and returns the token.
fn add(
    call: &mut Call<'_>,
    user: Id,
    client_id: String,
    scopes: Vec<String>,
    lifetime: Option<i64>,
) -> String {
    let id = call.desk.state.next_id();
    let random = format!("token {} {id}", call.desk.settings.random_seed);
    // Recognisable, so that one that leaks is found by its looks.
    let secret = format!("{MARK}{}", text::hex(&Sha256::digest(random), 32));
    let expires_at = lifetime.and_then(|seconds| {
        call.desk
            .now
            .checked_add(SignedDuration::from_secs(seconds))
            .ok()
    });
    call.desk.state.tokens.push(Token {
        id,
        digest: auth::digest(&secret),
        user_id: user,
        client_id,
        scopes,
        created_at: call.desk.now,
        expires_at,
    });
    secret
}

fn view(call: &Call<'_>, token: &Token) -> Value {
    json!({
        "url": url(&call.request.origin, "oauth/tokens", token.id),
        "id": token.id,
        "user_id": token.user_id,
        "client_id": token.client_id,
        "token": token.digest.get(..10),
        "refresh_token": null,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "used_at": null,
        "scopes": token.scopes,
    })
}

/// `GET oauth/tokens`
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let tokens = &call.desk.state.tokens;
    let mut document = Document::new();
    document.list("tokens", tokens.iter().map(|token| view(call, token)));
    document.field("next_page", &());
    document.field("previous_page", &());
    document.field("count", &tokens.len());
    Ok(Reply::document(200, document))
}

/// `GET oauth/tokens/current`
pub(crate) fn current(call: &mut Call<'_>) -> Outcome {
    let known = |id| call.desk.state.tokens.iter().find(|token| token.id == id);
    let given = match (call.token.and_then(known), call.scopes) {
        (Some(token), _) => return Ok(Reply::one(200, "token", &view(call, token))),
        (None, Some(scopes)) => scopes,
        (None, None) => return Err(Refusal::NotFound),
    };
    // A token that was there before the account: only whose it is and what it reaches is known.
    let token = Token {
        id: call.desk.actor,
        digest: auth::digest(""),
        user_id: call.desk.actor,
        client_id: String::new(),
        scopes: given.to_vec(),
        created_at: call.desk.now,
        expires_at: None,
    };
    Ok(Reply::one(200, "token", &view(call, &token)))
}

/// `POST oauth/tokens` under the API: an admin makes a token; it is shown this once
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let body = call.request.record("token")?;
    let fields = Fields(&body);
    let scopes = fields.list("scopes").unwrap_or_default();
    let client = fields.some_text("client_id").unwrap_or_default();
    let secret = add(call, call.desk.actor, client, scopes, None);
    let token = call.desk.state.tokens.last().ok_or(Refusal::NotFound)?;
    let mut view = view(call, token);
    view["full_token"] = Value::from(secret);
    Ok(Reply::one(201, "token", &view))
}

/// `DELETE oauth/tokens/{id}` revokes
pub(crate) fn revoke(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0)?;
    let before = call.desk.state.tokens.len();
    call.desk.state.tokens.retain(|token| token.id != id);
    let found = call.desk.state.tokens.len() < before;
    if found {
        Ok(Reply::empty(204))
    } else {
        Err(Refusal::NotFound)
    }
}
