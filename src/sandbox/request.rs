//! A request as the routes see it.

use serde_json::{Map, Value};

use super::errors::Refusal;
use super::text;

/// The most a body may hold.
const BODY_LIMIT: usize = 5 * 1024 * 1024;

/// A parsed request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: http::Method,
    /// The path as it was sent.
    pub(crate) path: String,
    /// Its parts without prefix and suffix.
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    /// Scheme and authority that were called.
    pub(crate) origin: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn parse(request: &http::Request<Vec<u8>>, subdomain: &str) -> Self {
        let path = request.uri().path().to_owned();
        let header = |name: http::header::HeaderName| {
            let value = request.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        Self {
            method: request.method().clone(),
            segments: segments(&path),
            query: query(request.uri().query().unwrap_or_default()),
            origin: origin(request, subdomain),
            authorization: header(http::header::AUTHORIZATION),
            body: request.body().clone(),
            path,
        }
    }

    /// Returns the last value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().rev().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// Returns every value of a repeated query parameter.
    pub(crate) fn params<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.query.iter().filter(move |(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns whether a sideload was asked for.
    pub(crate) fn includes(&self, name: &str) -> bool {
        self.params("include")
            .flat_map(|list| list.split(','))
            .any(|word| word.trim() == name)
    }

    /// Returns a comma-separated list, at most 100 long.
    pub(crate) fn list(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let Some(text) = self.param(name) else {
            return Ok(None);
        };
        let words: Vec<String> = text
            .split(',')
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect();
        if words.len() > 100 {
            return Err(Refusal::TooManyValues);
        }
        Ok(Some(words))
    }

    /// Returns the whole body as an object.
    pub(crate) fn object(&self, root: &str) -> Result<Map<String, Value>, Refusal> {
        if self.body.len() > BODY_LIMIT {
            return Err(Refusal::TooLarge);
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(map)) => Ok(map),
            Ok(_) | Err(_) => Err(Refusal::no_object(root)),
        }
    }

    /// Returns the object under the root key of the body.
    pub(crate) fn record(&self, root: &str) -> Result<Map<String, Value>, Refusal> {
        match self.object(root)?.remove(root) {
            Some(Value::Object(map)) => Ok(map),
            Some(_) | None => Err(Refusal::no_object(root)),
        }
    }

    /// Returns the list of objects under the root key of the body.
    pub(crate) fn records(&self, root: &str) -> Result<Vec<Map<String, Value>>, Refusal> {
        let Some(Value::Array(rows)) = self.object(root)?.remove(root) else {
            return Err(Refusal::no_object(root));
        };
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let Value::Object(map) = row else {
                return Err(Refusal::no_object(root));
            };
            out.push(map);
        }
        Ok(out)
    }
}

/// A called origin, the Host header, or the account's own name, in this order.
fn origin(request: &http::Request<Vec<u8>>, subdomain: &str) -> String {
    if let (Some(scheme), Some(authority)) = (request.uri().scheme_str(), request.uri().authority())
    {
        return format!("{scheme}://{authority}");
    }
    let host = request.headers().get(http::header::HOST);
    match host.and_then(|value| value.to_str().ok()) {
        Some(host) if !host.is_empty() => format!("http://{host}"),
        Some(_) | None => format!("https://{subdomain}.zendesk.com"),
    }
}

fn query(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (text::decode_query(key), text::decode_query(value))
        })
        .collect()
}

/// Splits a path and takes one `.json` off its end.
fn segments(path: &str) -> Vec<String> {
    text::without_suffix(path)
        .split('/')
        .filter(|part| !part.is_empty())
        .map(text::decode)
        .collect()
}
