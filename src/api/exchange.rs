//! Sending one call: authorize, wait for the budget, send, judge, and decide what follows.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::sync::SemaphorePermit;

use super::auth::{TokenReply, Used};
use super::failure::tidy;
use super::problem::{Answer, Problem};
use super::retry::{Situation, Step, next_step};
use super::shown::shown;
use super::{Call, Class, Client, Draft, Error, Limits, NotSent, ServiceWarning, TransportError};

/// A reply, and how the service calls the request that gave it.
pub(super) struct Replied<Reply> {
    pub(super) reply: Reply,
    pub(super) request_id: Option<String>,
}

/// What is known of a call while it is tried.
struct Attempts {
    began: Timestamp,
    tries: u32,
    renewed: bool,
    used: Option<Used>,
}

impl Client {
    /// Sends a call until it has a reply or will never have one.
    pub(super) async fn send<Reply: DeserializeOwned>(
        &self,
        call: &Call<Reply>,
    ) -> Result<Replied<Reply>, Error> {
        let draft = call.draft();
        let mut attempts = self.attempts();
        loop {
            let header = self.authorize(&mut attempts).await?;
            let tried = self.try_once(draft, Some(header), &mut attempts).await;
            match judge(draft, tried) {
                Ok(replied) => return Ok(replied),
                Err(problem) => self.after(draft, problem, &mut attempts).await?,
            }
        }
    }

    /// Sends the call that fetches a token: the same, without a token.
    async fn fetch_token(&self, call: Call<TokenReply>) -> Result<TokenReply, Error> {
        let draft = call.draft();
        let mut attempts = self.attempts();
        loop {
            let tried = self.try_once(draft, None, &mut attempts).await;
            match judge::<TokenReply>(draft, tried) {
                Ok(replied) => return Ok(replied.reply),
                Err(problem) => self.after(draft, problem, &mut attempts).await?,
            }
        }
    }

    fn attempts(&self) -> Attempts {
        Attempts {
            began: self.now(),
            tries: 0,
            renewed: false,
            used: None,
        }
    }

    async fn authorize(&self, attempts: &mut Attempts) -> Result<HeaderValue, Error> {
        let (header, used) = self
            .auth()
            .header(self.now(), |call| self.fetch_token(call))
            .await?;
        attempts.used = Some(used);
        Ok(header)
    }

    /// One try: waits for the budget, sends, learns.
    async fn try_once(
        &self,
        draft: &Draft,
        header: Option<HeaderValue>,
        attempts: &mut Attempts,
    ) -> Result<Answer, TransportError> {
        let request = self.request(draft, header)?;
        let sent_body = self.logs_bodies().then(|| shown(request.body()));
        let under_way = self.admitted(draft.class).await;
        attempts.tries += 1;
        self.count_request();
        let sent_at = self.now();
        let outcome = self.transport().send(request).await;
        let now = self.now();
        drop(under_way);
        let ms = u64::try_from(now.duration_since(sent_at).as_millis()).unwrap_or(0);
        match outcome {
            Ok(response) => {
                let answer = self.learned(draft, response, now, ms);
                if let Some(sent) = sent_body {
                    let received = shown(&answer.body);
                    tracing::info!(method = %draft.method, path = %draft.path, %sent, %received, "bodies");
                }
                Ok(answer)
            }
            Err(cause) => {
                tracing::info!(method = %draft.method, path = %draft.path, ms, %cause, "no answer");
                Err(cause)
            }
        }
    }

    /// Takes over what an answer tells besides its body.
    fn learned(
        &self,
        draft: &Draft,
        response: Response<Vec<u8>>,
        now: Timestamp,
        ms: u64,
    ) -> Answer {
        let (parts, body) = response.into_parts();
        let limits = Limits::read(&parts.headers);
        self.note_answer();
        let status = parts.status;
        {
            let mut budget = self.budget();
            budget.learn(now, draft.class, &limits);
            if status != StatusCode::TOO_MANY_REQUESTS {
                budget.accepted(now);
            }
        }
        tracing::info!(
            method = %draft.method,
            path = %draft.path,
            status = status.as_u16(),
            ms,
            remaining = limits.remaining,
            "request"
        );
        let request_id = header_text(&parts.headers, "x-request-id");
        tracing::debug!(
            path = %draft.path,
            parameters = %parameters(draft),
            request_id,
            bytes = body.len(),
            "answer"
        );
        if let Some(text) = header_text(&parts.headers, "x-zendesk-api-warn") {
            let request = format!("{} {}", draft.method, draft.path);
            tracing::debug!(%request, remark = %text, "the service remarked on a request");
            self.note_warning(ServiceWarning { request, text });
        }
        Answer {
            status,
            request_id,
            limits,
            body,
        }
    }

    /// Waits until the budget lets a request of this class through, and notes that it goes.
    async fn admitted(&self, class: Class) -> UnderWay<'_> {
        loop {
            let now = self.now();
            let wait = self.budget().wait(now, class);
            if wait.is_zero() {
                // A request that only waits for its minute takes no place from one that may go.
                let place = self.place().await;
                let now = self.now();
                let mut budget = self.budget();
                if budget.wait(now, class).is_zero() {
                    budget.sent(now, class);
                    drop(budget);
                    return UnderWay {
                        client: self,
                        _place: place,
                    };
                }
                continue;
            }
            tracing::debug!(ms = wait.as_millis(), "waiting for the rate budget");
            self.sleep(wait).await;
        }
    }

    fn request(
        &self,
        draft: &Draft,
        header: Option<HeaderValue>,
    ) -> Result<Request<Vec<u8>>, TransportError> {
        let json = HeaderValue::from_static("application/json");
        let mut request = Request::builder()
            .method(draft.method.clone())
            .uri(self.origin().join(&draft.target()))
            .header(ACCEPT, json.clone());
        if let Some(header) = header {
            request = request.header(AUTHORIZATION, header);
        }
        let body = match &draft.body {
            Some(body) => {
                request = request.header(CONTENT_TYPE, json);
                body.to_string().into_bytes()
            }
            None => Vec::new(),
        };
        request.body(body).map_err(|error| TransportError::NotSent {
            why: NotSent::Other,
            detail: error.to_string(),
        })
    }

    /// Decides what follows a try that did not end well: returns to try again, or fails.
    async fn after(
        &self,
        draft: &Draft,
        problem: Problem,
        attempts: &mut Attempts,
    ) -> Result<(), Error> {
        if problem.is_unauthorized()
            && self.auth().renews()
            && !attempts.renewed
            && let Some(used) = attempts.used.take()
        {
            attempts.renewed = true;
            self.auth().forget(&used).await;
            tracing::info!(path = %draft.path, "the token was refused: fetching another one");
            return Ok(());
        }
        let now = self.now();
        let situation = Situation {
            replay: draft.replay,
            tries: attempts.tries,
            elapsed: Duration::try_from(now.duration_since(attempts.began)).unwrap_or_default(),
            deadline: self.deadline(),
            answered_before: self.has_answered(),
            jitter: self.jitter(),
        };
        let trouble = problem.trouble(draft);
        let step = trouble.map_or(Step::GiveUp, |trouble| next_step(trouble, &situation));
        let held_back = problem.is_about_the_account(draft);
        let Step::Again(wait) = step else {
            // Whoever looks what became of the call has to wait too.
            if held_back && let Some(wait) = problem.named_wait() {
                self.budget().pause(now, wait);
            }
            return Err(problem.into_error(draft, step, self.credential()));
        };
        tracing::info!(
            method = %draft.method,
            path = %draft.path,
            tries = attempts.tries,
            ms = wait.as_millis(),
            why = %problem.words(),
            "trying again after a wait"
        );
        if held_back {
            self.budget().pause(now, wait);
        }
        self.sleep(wait).await;
        Ok(())
    }
}

/// Reads the reply out of an answer, or says what is wrong with it.
fn judge<Reply: DeserializeOwned>(
    draft: &Draft,
    tried: Result<Answer, TransportError>,
) -> Result<Replied<Reply>, Problem> {
    let answer = tried.map_err(Problem::Transport)?;
    if !answer.status.is_success() {
        return Err(Problem::Refused(Box::new(answer)));
    }
    let empty = answer.body.trim_ascii().is_empty();
    let body: &[u8] = if empty { b"null" } else { &answer.body };
    match serde_json::from_slice(body) {
        Ok(reply) => Ok(Replied {
            reply,
            request_id: answer.request_id,
        }),
        Err(error) => Err(Problem::Unreadable {
            why: unreadable(draft, &error, answer.body.len()),
            request_id: answer.request_id,
            whole: error.classify() == Category::Data && !empty,
        }),
    }
}

/// What is wrong with a body. The answer of the token endpoint holds a secret, which the parser's own
/// words might quote.
fn unreadable(draft: &Draft, error: &serde_json::Error, length: usize) -> String {
    let fault = match error.classify() {
        Category::Eof => "it ends too early".to_owned(),
        Category::Syntax => "it is not JSON".to_owned(),
        Category::Data if draft.method == Method::GET => tidy(&error.to_string()),
        Category::Data => "it is of another shape".to_owned(),
        Category::Io => "it could not be read".to_owned(),
    };
    format!("{fault} ({length} bytes)")
}

/// A request that is out; dropping it gives its place back, even where nobody waits for the answer.
struct UnderWay<'a> {
    client: &'a Client,
    _place: Option<SemaphorePermit<'a>>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.client.budget().returned();
    }
}

/// The names of the parameters; their values may be people's addresses.
fn parameters(draft: &Draft) -> String {
    let names: Vec<&str> = draft.query.iter().map(|(name, _)| name.as_str()).collect();
    names.join(" ")
}

fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .map(|value| tidy(&String::from_utf8_lossy(value.as_bytes())))
}
