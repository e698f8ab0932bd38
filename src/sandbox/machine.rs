//! The simulator as a whole: one request in, one answer out.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::auth::{self, Caller};
use super::bend;
use super::call::{Call, Outcome};
use super::desk::Desk;
use super::errors::Refusal;
use super::faults::{Faults, Forced, Meanwhile, Strike};
use super::jobs;
use super::limits::{Left, Limit};
use super::options::Settings;
use super::records::{Id, Mail};
use super::reply::{Content, Reply, entity_tag};
use super::request::Request;
use super::routes::{self, Found, Route};
use super::seed::{self, Seed};
use super::store::{FORMAT, State};
use super::text;
use super::users;
use super::watch::{self, Counters, Holding, LogEntry};

/// A simulated account.
#[derive(Clone, Debug)]
pub struct Sandbox {
    state: State,
    settings: Settings,
    faults: Faults,
    log: Vec<LogEntry>,
    counters: Counters,
    /// Whether no credential is taken any more.
    revoked: bool,
}

/// How many requests the log keeps before it lets go of the older half.
const LOG_LENGTH: usize = 200_000;

/// An answer and what the transport should do with it.
#[derive(Debug)]
pub struct Answer {
    /// The answer itself; empty where the connection is to be dropped.
    pub response: http::Response<Vec<u8>>,
    /// How long to wait before answering.
    pub delay: Duration,
    /// How to deliver it.
    pub delivery: Delivery,
    /// The line of the log about this request.
    pub entry: LogEntry,
}

/// How an answer reaches the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// As it is.
    Whole,
    /// Not at all: the connection closes. Whether the request took effect is in `applied`.
    Dropped {
        /// The account was changed although nobody is told.
        applied: bool,
    },
    /// Headers and the first so many bytes of the body, then the connection closes.
    Truncated(usize),
}

/// A saved account that cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The text is no saved account.
    #[error("the saved account cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// It was saved in another form.
    #[error("the saved account has the form `{0}`, this version reads `{FORMAT}`")]
    OtherFormat(String),
}

impl Sandbox {
    /// Builds the account that a seed describes, as of `now`.
    pub fn new(seed: &Seed, settings: Settings, now: Timestamp) -> Self {
        Self::with_state(seed::build(seed, now), settings)
    }

    fn with_state(state: State, settings: Settings) -> Self {
        let faults = Faults::new(&settings.faults, settings.random_seed);
        Self {
            state,
            settings,
            faults,
            log: Vec::new(),
            counters: Counters::default(),
            revoked: false,
        }
    }

    /// Returns the whole account as JSON text: everything but the settings.
    pub fn save(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self.state)
    }

    /// Brings back an account that [`Self::save`] wrote.
    pub fn restore(text: &str, settings: Settings) -> Result<Self, RestoreError> {
        let mut state: State = serde_json::from_str(text)?;
        if state.format != FORMAT {
            return Err(RestoreError::OtherFormat(state.format));
        }
        state.reindex();
        Ok(Self::with_state(state, settings))
    }

    /// Returns what every user has, by id; deleted ones too.
    pub fn holdings(&self) -> BTreeMap<u64, Holding> {
        watch::holdings(&self.state)
    }

    /// Returns the log of the requests so far; of very many, the later ones.
    pub fn log(&self) -> &[LogEntry] {
        &self.log
    }

    /// Returns how many requests were answered.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Returns the e-mails that the service would have sent.
    pub fn mails(&self) -> &[Mail] {
        &self.state.mails
    }

    /// Answers a request. The clock must not go backwards.
    pub fn respond(&mut self, now: Timestamp, request: &http::Request<Vec<u8>>) -> Answer {
        let mut request = Request::parse(request, &self.state.account.subdomain);
        if let Some(origin) = &self.settings.link_origin {
            request.origin.clone_from(origin);
        }
        self.state.requests += 1;
        let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
        jobs::tick(&mut self.state, &self.settings, second);
        self.state.pending.sweep(second);
        self.state.limits.sweep(now);
        bend::straighten(&mut request);
        let strike = self.faults.strike(&request);
        for what in &strike.meanwhile {
            self.happen(second, what);
        }
        let mut actor = None;
        let reply = if strike.drop_before {
            Reply::empty(0)
        } else if let Some(forced) = strike.instead {
            forced.reply()
        } else {
            let reply = self.handle(now, second, &request, &strike, &mut actor);
            let bends = strike.bends.iter();
            let reply = bends.fold(reply, |reply, bend| bend.apply(&request, reply));
            strike.after.map_or(reply, Forced::reply)
        };
        self.finish(now, &request, &strike, reply, actor)
    }

    /// Lets somebody else do something in the account.
    fn happen(&mut self, now: Timestamp, what: &Meanwhile) {
        match what {
            Meanwhile::CredentialsRevoked => self.revoked = true,
            Meanwhile::UserDeleted(email) => {
                let Some(user) = self.state.holder_of_email(email) else {
                    return;
                };
                let owner = self.state.account.owner;
                let mut desk = Desk {
                    state: &mut self.state,
                    settings: &self.settings,
                    now,
                    actor: owner,
                    ignored: Vec::new(),
                };
                // Whom the service does not let anybody delete stays.
                let _refused = users::remove_one(&mut desk, user);
            }
        }
    }

    /// The order of refusals: route, credential, account limit, scope, role, then the handler.
    fn handle(
        &mut self,
        now: Timestamp,
        second: Timestamp,
        request: &Request,
        strike: &Strike,
        actor: &mut Option<Id>,
    ) -> Reply {
        let Some(Found { route, variables }) = routes::find(request) else {
            return Refusal::NoRoute.reply();
        };
        let caller = match self.admit(route, second, request) {
            Ok(caller) => caller,
            Err(refusal) => return refusal.reply(),
        };
        *actor = caller.as_ref().map(|caller| caller.user);
        let mut headers = Vec::new();
        if let Err(seconds) = self.count(now, &mut headers) {
            return with_headers(Refusal::AccountLimit { seconds }.reply(), headers);
        }
        let owner = self.state.account.owner;
        let desk = Desk {
            state: &mut self.state,
            settings: &self.settings,
            now: second,
            actor: caller.as_ref().map_or(owner, |caller| caller.user),
            ignored: Vec::new(),
        };
        let mut call = Call {
            desk,
            request,
            instant: now,
            variables,
            anonymous: caller.is_none(),
            token: caller.as_ref().and_then(|caller| caller.token),
            scopes: caller.as_ref().and_then(Caller::scopes),
            fate: strike.fate,
            headers,
        };
        let reply =
            run(route, caller.as_ref(), &mut call).unwrap_or_else(|refusal| refusal.reply());
        if !call.desk.ignored.is_empty() {
            call.headers
                .push(("x-zendesk-api-warn", warning(route, &call.desk.ignored)));
        }
        call.headers.push(("zendesk-route", route.pattern()));
        with_headers(reply, call.headers)
    }

    /// Recognises the caller; the token endpoint and one read also take nobody.
    fn admit(
        &self,
        route: &Route,
        now: Timestamp,
        request: &Request,
    ) -> Result<Option<Caller>, Refusal> {
        let header = request.authorization.as_deref();
        if route.is_token_endpoint() || (route.is_me() && header.is_none()) {
            return Ok(None);
        }
        if self.revoked {
            return Err(Refusal::NotAuthenticated);
        }
        auth::authenticate(&self.state, &self.settings, now, header).map(Some)
    }

    /// Counts a request of the account and notes what is left.
    fn count(
        &mut self,
        now: Timestamp,
        headers: &mut Vec<(&'static str, String)>,
    ) -> Result<(), i64> {
        let total = self.settings.rpm.unwrap_or(self.state.account.rate_limit);
        let window = self.settings.window;
        let left = if self.settings.limits {
            let limit = Limit::per_minute(total);
            self.state.limits.take("account", limit, window, now)
        } else {
            Ok(Left {
                total,
                remaining: total,
                resets: 60,
            })
        };
        let shown = match &left {
            Ok(left) => *left,
            Err(resets) => Left {
                total,
                remaining: 0,
                resets: *resets,
            },
        };
        headers.extend([
            ("x-rate-limit", total.to_string()),
            ("ratelimit-limit", total.to_string()),
            ("x-rate-limit-remaining", shown.remaining.to_string()),
            ("ratelimit-remaining", shown.remaining.to_string()),
            ("ratelimit-reset", shown.resets.to_string()),
        ]);
        left.map(|_| ())
    }

    fn finish(
        &mut self,
        now: Timestamp,
        request: &Request,
        strike: &Strike,
        reply: Reply,
        actor: Option<Id>,
    ) -> Answer {
        let delivery = if strike.drop_before || strike.drop_after {
            Delivery::Dropped {
                applied: !strike.drop_before,
            }
        } else {
            strike.truncate.map_or(Delivery::Whole, Delivery::Truncated)
        };
        let dropped = matches!(delivery, Delivery::Dropped { .. });
        let entry = LogEntry {
            at: now,
            method: request.method.to_string(),
            path: request.path.clone(),
            query: request.query.clone(),
            status: (!dropped).then_some(reply.status),
            actor: actor.map(|id| {
                self.state
                    .email_of(id)
                    .map_or_else(|| id.to_string(), str::to_owned)
            }),
            faults: strike.names.clone(),
        };
        self.counters.count(request, reply.status);
        if self.log.len() >= LOG_LENGTH {
            self.log.drain(..LOG_LENGTH / 2);
        }
        self.log.push(entry.clone());
        let response = if dropped {
            http::Response::new(Vec::new())
        } else {
            self.response(reply)
        };
        Answer {
            response,
            delay: self.settings.latency + strike.delay,
            delivery,
            entry,
        }
    }

    fn response(&self, reply: Reply) -> http::Response<Vec<u8>> {
        let Reply {
            status,
            content,
            headers,
        } = reply;
        let (kind, body) = match content {
            Content::Empty => (None, Vec::new()),
            Content::Json(bytes) => (Some("application/json; charset=utf-8"), bytes),
            Content::Text(text) => (Some("text/plain; charset=UTF-8"), text.into_bytes()),
            Content::Html(text) => (Some("text/html; charset=UTF-8"), text.into_bytes()),
        };
        let id = text::hex(
            &Sha256::digest(format!("request {}", self.state.requests)),
            16,
        );
        let mut builder = http::Response::builder()
            .status(status)
            .header("x-zendesk-api-version", "v2")
            .header("x-request-id", id)
            .header("x-runtime", "0.042000");
        if let Some(kind) = kind {
            builder = builder.header("content-type", kind);
        }
        if status == 200 {
            builder = builder.header("etag", entity_tag(&body));
            if !headers.iter().any(|(name, _)| *name == "cache-control") {
                builder = builder.header("cache-control", "max-age=0, private, must-revalidate");
            }
        }
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        builder.body(body).unwrap_or_default()
    }
}

/// Checks scope and role, then runs the handler.
fn run(route: &Route, caller: Option<&Caller>, call: &mut Call<'_>) -> Outcome {
    if let Some(caller) = caller {
        caller.check(route.scope, route.writes())?;
        call.desk.check_right(route.right)?;
    }
    (route.run)(call)
}

fn with_headers(mut reply: Reply, headers: Vec<(&'static str, String)>) -> Reply {
    reply.headers.extend(headers);
    reply
}

/// Writes the keys that were ignored as the service does, in the notation of its language.
fn warning(route: &Route, ignored: &[String]) -> String {
    let (controller, action) = route.controller_and_action();
    let keys: Vec<String> = ignored.iter().map(|key| format!("{key:?}")).collect();
    format!(
        "{{:allowed_parameters=>{{:controller=>\"{controller}\", :action=>\"{action}\", \
         :unpermitted_keys=>[{}], :invalid_values=>[]}}}}",
        keys.join(", ")
    )
}

impl Forced {
    fn reply(self) -> Reply {
        match self {
            Self::Status { code, retry, html } => forced_status(code, retry, html),
            // The account's own counters are still high (zendesk-api §17, T3).
            Self::UserLimit { seconds } => Refusal::UserLimit { seconds }
                .reply()
                .header("x-rate-limit", "700")
                .header("x-rate-limit-remaining", "668"),
            Self::TokenExpired => Refusal::InvalidToken.reply(),
        }
    }
}

fn forced_status(code: u16, retry: Option<u32>, html: bool) -> Reply {
    let text = match code {
        409 => {
            return Reply::json(
                409,
                &serde_json::json!({
                    "error": "DatabaseConflict",
                    "description": "Database collision",
                }),
            );
        }
        429 => "Number of allowed API requests per minute exceeded",
        503 => "Service Unavailable",
        _ => "Something went wrong",
    };
    let mut reply = Reply::text(code, text);
    if html {
        let page = format!("<html><body><h1>{code}</h1><p>{text}</p></body></html>");
        reply.content = Content::Html(page);
    }
    match retry {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
        None => reply,
    }
}
