//! Requests as data.

use std::fmt;
use std::fmt::Write as _;
use std::marker::PhantomData;

use http::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::model::{ObjectId, Route};

/// What may be done when it is unknown whether a call was executed (zendesk-api §15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Sending it twice leaves the account as sending it once would, or is refused.
    Safe,
    /// A second one may make a twin or start another job: the account has to be looked at first.
    LookFirst,
}

/// Which limits of the service a call counts against besides the account's (zendesk-api §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The account's limit only.
    Plain,
    /// An update of one user: 5 a minute for each user, 1 a second for the account.
    UserUpdate(Option<ObjectId>),
    /// An update of one organization: 5 a minute for each.
    OrganizationUpdate(Option<ObjectId>),
    /// The start of a background job: 30 queued or running.
    Job,
}

/// A request without the type of its reply: what the client sends and tests compare.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The method.
    pub method: Method,
    /// The path, from `/api/v2/`.
    pub path: String,
    /// Query parameters in order, not yet encoded.
    pub query: Vec<(String, String)>,
    /// The JSON body.
    pub body: Option<Value>,
    /// What may be done when the outcome is unknown.
    pub replay: Replay,
    /// Which limits it counts against.
    pub class: Class,
}

impl Draft {
    /// Path and encoded query, as they go on the wire.
    pub fn target(&self) -> String {
        let mut target = self.path.clone();
        for (place, (name, value)) in self.query.iter().enumerate() {
            target.push(if place == 0 { '?' } else { '&' });
            encode_into(&mut target, name);
            target.push('=');
            encode_into(&mut target, value);
        }
        target
    }

    /// How the request reads to people: `GET /api/v2/users?role[]=agent`.
    pub fn shown(&self) -> String {
        let mut shown = format!("{} {}", self.method, self.path);
        let asked = self
            .query
            .iter()
            .filter(|(name, _)| !name.starts_with("page["));
        for (place, (name, value)) in asked.enumerate() {
            shown.push(if place == 0 { '?' } else { '&' });
            // Writing to a string cannot fail.
            let _ = write!(shown, "{name}={value}");
        }
        shown
    }

    /// Method and path, for plans.
    pub fn route(&self) -> Route {
        Route {
            method: self.method.to_string(),
            path: self.path.clone(),
        }
    }
}

/// A request and the type of its reply.
#[must_use]
pub struct Call<Reply> {
    draft: Draft,
    reply: PhantomData<fn() -> Reply>,
}

impl<Reply> Call<Reply> {
    fn new(method: Method, path: impl Into<String>, replay: Replay) -> Self {
        Self {
            draft: Draft {
                method,
                path: path.into(),
                query: Vec::new(),
                body: None,
                replay,
                class: Class::Plain,
            },
            reply: PhantomData,
        }
    }

    /// A call that reads.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, Replay::Safe)
    }

    /// A call that makes something. It is not repeated blindly, see [`Self::replayable`].
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path, Replay::LookFirst)
    }

    /// A call that sets something.
    pub fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path, Replay::Safe)
    }

    /// A call that deletes something.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path, Replay::Safe)
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.draft.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets the body.
    pub fn json(mut self, body: Value) -> Self {
        self.draft.body = Some(body);
        self
    }

    /// Says that a second one is refused by the service where the first one was executed.
    pub fn replayable(mut self) -> Self {
        self.draft.replay = Replay::Safe;
        self
    }

    /// Says which limits it counts against. A job is never repeated blindly: each try is a new job.
    pub fn class(mut self, class: Class) -> Self {
        if class == Class::Job {
            self.draft.replay = Replay::LookFirst;
        }
        self.draft.class = class;
        self
    }

    /// The request itself.
    pub const fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The same call once more.
    pub(super) fn copy(&self) -> Self {
        Self {
            draft: self.draft.clone(),
            reply: PhantomData,
        }
    }
}

/// A reply whose content does not matter; an empty body is one too.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

fn encode_into(target: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b',') {
            target.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(target, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Class, Ignored, Replay};

    #[test]
    fn queries_are_encoded_on_the_wire_and_readable_for_people() {
        let call = Call::<Ignored>::get("/api/v2/users")
            .query("page[size]", 100)
            .query("role[]", "agent")
            .query("query", "email:\"ada+é@example.com\"");
        assert_eq!(
            call.draft().target(),
            "/api/v2/users?page%5Bsize%5D=100&role%5B%5D=agent&query=email%3A%22ada%2B%C3%A9%40example.com%22"
        );
        assert_eq!(
            call.draft().shown(),
            "GET /api/v2/users?role[]=agent&query=email:\"ada+é@example.com\""
        );
    }

    #[test]
    fn a_job_is_never_repeated_blindly() {
        let call = Call::<Ignored>::put("/api/v2/users/update_many").class(Class::Job);
        assert_eq!(call.draft().replay, Replay::LookFirst);
    }
}
