//! Questions after what a credential and an account can do, for `zdsync check`.

use serde::Deserialize;

use super::{Call, Error, Ignored, Reader};

#[derive(Deserialize)]
struct TokenReply {
    token: TokenWire,
}

#[derive(Deserialize)]
struct TokenWire {
    scopes: Vec<String>,
}

impl Reader {
    /// The scopes of the OAuth token in use; `None` where it is another credential or the service does
    /// not tell (zendesk-api §1.3). Costs one request for OAuth credentials.
    pub async fn token_scopes(&self) -> Result<Option<Vec<String>>, Error> {
        if self.client().credential() == "API token" {
            return Ok(None);
        }
        let call = Call::<TokenReply>::get("/api/v2/oauth/tokens/current");
        match self.client().send(&call).await {
            Ok(replied) => Ok(Some(replied.reply.token.scopes)),
            Err(error) if error.is_forbidden() || error.is_not_found() => Ok(None),
            Err(Error::Unreadable { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the caller can read the account's audit log, which is part of larger plans only
    /// (zendesk-api §14.3). Costs one request.
    pub async fn has_audit_log(&self) -> Result<bool, Error> {
        let call = Call::<Ignored>::get("/api/v2/audit_logs").query("page[size]", 1);
        match self.client().send(&call).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_forbidden() || error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
