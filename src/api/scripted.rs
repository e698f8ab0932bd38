//! A scripted account and a clock that moves only when somebody sleeps, for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderValue, Request, Response};
use jiff::Timestamp;
use serde_json::Value;

use super::{BoxFuture, Client, Clock, Credentials, Manners, Origin, Transport, TransportError};

/// What a test saw of one request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) at: Timestamp,
    /// Method, path and query.
    pub(crate) line: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Value,
}

pub(crate) type Reply = Result<Response<Vec<u8>>, TransportError>;

/// Answers every request by a closure and remembers it.
pub(crate) struct Script {
    seen: Mutex<Vec<Seen>>,
    clock: Arc<TestClock>,
    answer: Box<dyn Fn(&Seen) -> Reply + Send + Sync>,
    latency: Duration,
}

/// A clock of its own.
pub(crate) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub(crate) fn advance(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.advance(duration);
            tokio::task::yield_now().await;
        })
    }
}

impl Transport for Script {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Reply> {
        let uri = request.uri().clone();
        assert_eq!(
            uri.host(),
            Some("acme.zendesk.com"),
            "nothing goes elsewhere"
        );
        let header = |name: &str| {
            request
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let seen = Seen {
            at: self.clock.now(),
            line: format!("{} {}", request.method(), uri.path_and_query().unwrap()),
            authorization: header("authorization"),
            body: serde_json::from_slice(request.body()).unwrap_or(Value::Null),
        };
        self.seen.lock().unwrap().push(seen.clone());
        self.clock.advance(self.latency);
        let reply = (self.answer)(&seen);
        Box::pin(std::future::ready(reply))
    }
}

/// A client of a scripted account, and the script that saw its requests.
pub(crate) struct Account {
    pub(crate) client: Client,
    pub(crate) script: Arc<Script>,
    pub(crate) clock: Arc<TestClock>,
}

impl Account {
    pub(crate) fn new(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::with(Credentials::bearer("hidden-token"), Duration::ZERO, answer)
    }

    pub(crate) fn with(
        credentials: Credentials,
        latency: Duration,
        answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let start = "2026-11-21T12:00:00Z".parse().unwrap();
        let clock = Arc::new(TestClock(Mutex::new(start)));
        let script = Arc::new(Script {
            seen: Mutex::default(),
            clock: Arc::clone(&clock),
            answer: Box::new(answer),
            latency,
        });
        let client = Client::new(
            Origin::of_subdomain("acme").unwrap(),
            credentials,
            script.clone(),
            clock.clone(),
            Manners::default(),
        );
        Self {
            client,
            script,
            clock,
        }
    }

    /// One reply after the other, whatever is asked.
    pub(crate) fn in_turn(replies: Vec<Reply>) -> Self {
        let replies = Mutex::new(VecDeque::from(replies));
        Self::new(move |seen| {
            let next = replies.lock().unwrap().pop_front();
            next.unwrap_or_else(|| panic!("nothing is scripted for {}", seen.line))
        })
    }

    /// When the first request was made.
    pub(crate) fn began(&self) -> Timestamp {
        self.seen()
            .first()
            .map_or_else(|| self.clock.now(), |seen| seen.at)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.seen.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, body: &Value) -> Reply {
    text(status, &body.to_string())
}

/// An answer with any body.
#[expect(
    clippy::unnecessary_wraps,
    reason = "scripts also hold requests without an answer"
)]
pub(crate) fn text(status: u16, body: &str) -> Reply {
    Ok(Response::builder()
        .status(status)
        .header("x-request-id", "req-1")
        .body(body.as_bytes().to_vec())
        .unwrap())
}

/// The same answer with one more header.
pub(crate) fn header(reply: Reply, name: &'static str, value: &str) -> Reply {
    reply.map(|mut response| {
        let value = HeaderValue::from_str(value).unwrap();
        response.headers_mut().insert(name, value);
        response
    })
}

/// No answer, though the request may have been carried out.
pub(crate) fn broken() -> Reply {
    Err(TransportError::Broken {
        detail: String::new(),
    })
}
