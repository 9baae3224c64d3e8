//! What happens to a request between the generated client and the wire.
//!
//! One [`Pipeline`] serves all clones of a client. For every call:
//!
//! 1. A read-only client refuses what changes state.
//! 2. For every attempt the keys are fetched, the hooks see the request, and the pacer gives its leave.
//! 3. The attempt is sent, with a limit on its time and on the size of its body.
//! 4. What the answer tells (rate limit, the server's clock, the request id) is noted and traced.
//! 5. A failure is tried again if the operation allows it ([`Idempotency`]), the policy has attempts
//!    left, the budget is not spent, and the deadline is far enough.

mod attempt;
mod backoff;
mod budget;
pub(crate) mod call;
mod hook;
mod idempotency;
mod moment;
mod pacing;
mod rate_limit;
mod retry;
mod retry_after;
mod server_clock;
mod trace;

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use alpaca_trading_gen::{BoxFuture, Middleware, Operation, SendError};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};
use reqwest::{Request, Response};
use tokio::time::Instant;

pub(crate) use attempt::{Answer, Attempted};
pub use backoff::RetryPolicy;
pub(crate) use budget::RetryBudget;
pub(crate) use call::CallOptions;
pub use hook::{Attempt, Hook, Outgoing, RefusedHeader};
pub use idempotency::Idempotency;
pub(crate) use moment::{Moment, Side, Span};
pub(crate) use pacing::Pacer;
pub use pacing::Pacing;
use pacing::Reading;
pub use rate_limit::RateLimit;
use retry::done_maybe_received;
pub(crate) use server_clock::ServerClock;

use crate::Environment;
use crate::credentials::{self, Cache, Issued, Keys};
use crate::error::{Error, ErrorKind, LocalError, Noted, Outcome, private};
use crate::orders::Recent;

/// The parts that every call of a client goes through.
pub(crate) struct Pipeline {
    pub(crate) environment: Environment,
    pub(crate) credentials: Cache,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: RetryBudget,
    pub(crate) pacer: Pacer,
    pub(crate) clock: ServerClock,
    pub(crate) hooks: Vec<Arc<dyn Hook>>,
    pub(crate) attempt_timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) read_only: bool,
    pub(crate) trace_bodies: bool,
    pub(crate) random: Mutex<fastrand::Rng>,
    pub(crate) recent: Mutex<Recent>,
    #[cfg_attr(not(feature = "stream"), expect(dead_code, reason = "for streams"))]
    pub(crate) connections: crate::client::Connections,
    #[cfg(feature = "stream")]
    pub(crate) streams: crate::stream::Streams,
    #[cfg(feature = "test-util")]
    pub(crate) script: Option<crate::test_util::Script>,
}

/// The pipeline as the generated client takes it, with the options of one client.
pub(crate) struct Through {
    pipeline: Arc<Pipeline>,
    options: CallOptions,
}

impl Through {
    pub(crate) fn new(pipeline: Arc<Pipeline>, options: CallOptions) -> Self {
        Self { pipeline, options }
    }
}

impl Middleware for Through {
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        request: Request,
        operation: &'static Operation,
    ) -> BoxFuture<'a, Result<Response, SendError>> {
        Box::pin(async move {
            let sent = self.pipeline.send(http, request, operation, &self.options);
            let (result, facts) = if call::is_open() {
                (sent.await, None)
            } else {
                let (result, facts) = call::scope(sent).await;
                (result, Some(facts))
            };
            let mut answer = result.map_err(|error| SendError::local(LocalError(error)))?;
            // A call of the generated client itself: whoever makes an error of it finds it there.
            if let Some(facts) = facts.filter(|_| !answer.status().is_success()) {
                let environment = self.pipeline.environment.clone();
                answer.extensions_mut().insert(Noted { facts, environment });
            }
            Ok(answer)
        })
    }
}

/// A request without its headers, from which every attempt is made; the body is shared, not copied.
struct Template {
    request: Request,
    headers: HeaderMap,
}

impl Template {
    fn new(mut request: Request) -> Self {
        let headers = std::mem::take(request.headers_mut());
        Self { request, headers }
    }

    fn body(&self) -> Option<&[u8]> {
        self.request.body().and_then(reqwest::Body::as_bytes)
    }

    /// The headers of one attempt, with room for those that are still to come: a copy of the map
    /// itself would grow with each.
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 8);
        for (name, value) in &self.headers {
            headers.append(name.clone(), value.clone());
        }
        headers
    }

    fn request(&self, headers: HeaderMap) -> Result<Request, Error> {
        let mut request = self.request.try_clone().ok_or_else(|| {
            Error::new(
                ErrorKind::Invalid,
                "the body is a stream, which cannot be sent again",
            )
        })?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// What is known while a call is under way.
struct Progress {
    operation: &'static Operation,
    started: Instant,
    deadline: Instant,
    class: Idempotency,
    attempt: u32,
    /// Whether an earlier attempt may have reached the service.
    maybe_received: bool,
}

impl Pipeline {
    /// Sends a request as often as it takes and may take.
    async fn send(
        &self,
        http: &reqwest::Client,
        request: Request,
        operation: &'static Operation,
        options: &CallOptions,
    ) -> Result<Response, Error> {
        call::note(|facts| facts.operation = Some(operation));
        if self.read_only && idempotency::changes_state(operation) {
            let message = "the request would change something";
            let error = Error::new(ErrorKind::ReadOnly, message);
            return Err(self.tell(error, operation, request.url().path()));
        }
        let retry = options.retry.as_ref().unwrap_or(&self.retry);
        let template = Template::new(request);
        let started = Instant::now();
        let mut progress = Progress {
            operation,
            started,
            deadline: call::deadline()
                .unwrap_or_else(|| after(started, options.deadline.unwrap_or(retry.deadline()))),
            class: Idempotency::of_request(
                operation,
                template.headers.contains_key("idempotency-key"),
            ),
            attempt: 1,
            maybe_received: false,
        };
        let attempt_timeout = options.attempt_timeout.unwrap_or(self.attempt_timeout);
        let mut refreshed = false;
        loop {
            let span = trace::span(operation, &self.environment, progress.attempt);
            let (result, issued, latency) = {
                let attempt = pin!(self.attempt(http, &template, &progress, attempt_timeout));
                trace::within(&span, attempt).await
            };
            let mut stream = None;
            let (wait, done) = match result {
                Ok(Attempted::Stream(response)) => {
                    let head = Answer::head_of(&response);
                    stream = Some(response);
                    (self.wait_after(&head, retry, &progress), Ok(head))
                }
                Ok(Attempted::Whole(answer)) => {
                    let unauthorized = answer.status.as_u16() == 401;
                    let other_keys = if unauthorized && !refreshed {
                        self.other_keys(issued.as_ref(), &progress).await
                    } else {
                        Ok(false)
                    };
                    match other_keys {
                        // It was refused before anything was done: with other keys it may pass.
                        Ok(true) => {
                            refreshed = true;
                            (Some(Duration::ZERO), Ok(answer))
                        }
                        Ok(false) => (self.wait_after(&answer, retry, &progress), Ok(answer)),
                        Err(error) => (None, Err(error)),
                    }
                }
                Err(error) => (
                    self.wait_after_failure(&error, retry, &progress),
                    Err(error),
                ),
            };
            let keys = issued.as_ref().map(|issued| &issued.keys);
            self.observe(&done, &progress, wait, latency, keys);
            trace::finish(&span, &done, wait, latency, keys, self.trace_bodies);
            if let Some(stream) = stream {
                return Ok(stream);
            }
            let Some(wait) = wait else {
                return self.conclude(done, &progress, template.request.url().path());
            };
            if done_maybe_received(&done) {
                progress.maybe_received = true;
                call::note(|facts| facts.maybe_received = true);
            }
            tokio::time::sleep(wait).await;
            progress.attempt += 1;
        }
    }

    /// One attempt, and which keys it was made with.
    async fn attempt(
        &self,
        http: &reqwest::Client,
        template: &Template,
        progress: &Progress,
        limit: Duration,
    ) -> (Result<Attempted, Error>, Option<Issued>, Duration) {
        let mut used = None;
        let mut latency = Duration::ZERO;
        let result = async {
            let issued = self
                .before_deadline(progress, self.credentials.current())
                .await?
                .map_err(credentials_failed)?;
            let issued = &*used.insert(issued);
            call::note(|facts| facts.keys = Some(issued.keys.clone()));
            let mut headers = template.headers();
            self.ask_hooks(template, &mut headers, progress)?;
            issued.keys.apply(&mut headers);
            self.check_pause(progress)?;
            let priority = idempotency::priority(progress.operation);
            let permit = self
                .before_deadline(progress, self.pacer.acquire(priority))
                .await?;
            let sent = Instant::now();
            let wall = Utc::now();
            let left = progress.deadline.saturating_duration_since(sent);
            if left.is_zero() {
                permit.not_sent();
                return Err(too_late(progress));
            }
            call::note(|facts| facts.attempts = progress.attempt);
            let request = template.request(headers)?;
            let reply = self
                .exchange(http, request, progress.operation, limit.min(left))
                .await;
            latency = sent.elapsed();
            self.learn(&reply, permit, progress, wall, &issued.keys);
            reply
        }
        .await;
        (result, used, latency)
    }

    async fn exchange(
        &self,
        http: &reqwest::Client,
        request: Request,
        operation: &'static Operation,
        limit: Duration,
    ) -> Result<Attempted, Error> {
        #[cfg(feature = "test-util")]
        if let Some(script) = &self.script {
            let exchange = script.exchange(request, operation, self.body_limit);
            return tokio::time::timeout(limit, exchange)
                .await
                .unwrap_or_else(|_| Err(attempt::timed_out(limit)));
        }
        let exchange = pin!(attempt::exchange(http, request, operation, self.body_limit));
        match tokio::time::timeout(limit, exchange).await {
            Ok(reply) => reply,
            Err(_) => Err(attempt::timed_out(limit)),
        }
    }

    /// Runs what comes before sending, until the deadline.
    async fn before_deadline<T>(
        &self,
        progress: &Progress,
        future: impl Future<Output = T>,
    ) -> Result<T, Error> {
        let mut future = pin!(future);
        // Mostly there is nothing to wait for, and no need for a timer.
        let now = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        if let Poll::Ready(value) = now {
            return Ok(value);
        }
        tokio::time::timeout_at(progress.deadline, future)
            .await
            .map_err(|_| too_late(progress))
    }

    /// After a 429 nothing is sent for a while: better to say so than to wait for the deadline.
    fn check_pause(&self, progress: &Progress) -> Result<(), Error> {
        let left = progress.deadline.saturating_duration_since(Instant::now());
        match self.pacer.paused_for() {
            Some(pause) if pause > left => {
                let message = format!(
                    "the service has asked for a pause of {pause:.1?} more, and the deadline is in \
                     {left:.1?}"
                );
                let error = Error::new(ErrorKind::Timeout, message);
                Err(error.with(|repr| repr.timed_out = true))
            }
            _ => Ok(()),
        }
    }

    fn ask_hooks(
        &self,
        template: &Template,
        headers: &mut HeaderMap,
        progress: &Progress,
    ) -> Result<(), Error> {
        for hook in &self.hooks {
            let mut outgoing = Outgoing {
                operation: progress.operation,
                environment: &self.environment,
                attempt: progress.attempt,
                url: template.request.url(),
                headers,
                body: template.body(),
            };
            hook.before(&mut outgoing).map_err(|reason| {
                Error::new(ErrorKind::Hook, reason.to_string())
                    .with(|repr| repr.source = Some(Arc::from(reason)))
            })?;
        }
        Ok(())
    }

    /// Notes what an attempt tells about the quota, the clock and the keys.
    fn learn(
        &self,
        reply: &Result<Attempted, Error>,
        permit: pacing::Permit,
        progress: &Progress,
        sent: DateTime<Utc>,
        keys: &Keys,
    ) {
        let (status, headers) = match reply {
            Ok(Attempted::Whole(answer)) => (answer.status.as_u16(), &answer.headers),
            Ok(Attempted::Stream(response)) => (response.status().as_u16(), response.headers()),
            Err(error) if error.outcome() == Outcome::NotSent => return permit.not_sent(),
            Err(_) => return drop(permit),
        };
        let now = Utc::now();
        let reading = Reading::from_headers(headers, now);
        if status == 429 {
            permit.refused(&reading, retry_after::mandated_wait(status, headers, now));
        } else {
            permit.answered(&reading);
        }
        if let Some(date) = reading.server
            && let Some(offset) = self.clock.observe(date, sent, now)
        {
            tracing::warn!(
                seconds = offset.num_seconds(),
                "this machine's clock is behind the service's by this much (negative: ahead)"
            );
        }
        let known = reading.rate != RateLimit::default();
        let rate_limit = known.then_some(reading.rate);
        let id = headers.get(REQUEST_ID).cloned();
        call::note_answer(progress.operation, status, id, rate_limit);
        if matches!(status, 401 | 403) {
            let hint = keys
                .key_id()
                .and_then(|id| credentials::hint(id, &self.environment));
            call::note(|facts| facts.hint = hint);
        }
    }

    /// Shows the hooks what came of an attempt.
    fn observe(
        &self,
        done: &Result<Answer, Error>,
        progress: &Progress,
        retry_in: Option<Duration>,
        latency: Duration,
        keys: Option<&Keys>,
    ) {
        if self.hooks.is_empty() {
            return;
        }
        let answer = done.as_ref().ok();
        let id = answer.and_then(|answer| request_id_without(&answer.headers, keys));
        let exchange = Attempt {
            operation: progress.operation,
            environment: &self.environment,
            attempt: progress.attempt,
            status: match done {
                Ok(answer) => Some(answer.status.as_u16()),
                Err(error) => error.status(),
            },
            failure: done
                .as_ref()
                .err()
                .map(|error| (error.kind(), error.outcome())),
            request_id: id.as_deref(),
            rate_limit: answer.and_then(|answer| RateLimit::from_headers(&answer.headers)),
            latency,
            body: answer.map_or(&[], |answer| &answer.body),
            retry_in,
        };
        for hook in self.hooks.iter().rev() {
            hook.after(&exchange);
        }
    }

    /// The end of a call.
    fn conclude(
        &self,
        done: Result<Answer, Error>,
        progress: &Progress,
        path: &str,
    ) -> Result<Response, Error> {
        match done {
            Ok(answer) => Ok(answer.into_response()),
            Err(error) => Err(self.tell(error, progress.operation, path).with(|repr| {
                // What kept the last attempt from being made does not count; a vain attempt to
                // connect does.
                let made = repr.kind == ErrorKind::Connect || repr.outcome != Outcome::NotSent;
                repr.attempts = progress.attempt - u32::from(!made);
                if progress.maybe_received {
                    repr.outcome = Outcome::Unknown;
                }
            })),
        }
    }

    /// Adds where it happened.
    fn tell(&self, error: Error, operation: &'static Operation, path: &str) -> Error {
        error.with(|repr| {
            repr.path = Some(path.to_owned());
            repr.operation = Some(operation);
            repr.environment = Some(self.environment.clone());
        })
    }
}

fn too_late(progress: &Progress) -> Error {
    let waited = progress.started.elapsed();
    let message = format!("the deadline passed after {waited:?}, before the request was sent");
    Error::new(ErrorKind::Timeout, message).with(|repr| repr.timed_out = true)
}

fn credentials_failed(reason: impl std::error::Error + Send + Sync + 'static) -> Error {
    let message = match reason.source() {
        Some(source) => format!("{reason}: {source}"),
        None => reason.to_string(),
    };
    Error::new(ErrorKind::Credentials, message).with(|repr| repr.source = Some(Arc::new(reason)))
}

/// The time at the end of a duration, also of one that no clock can hold.
pub(crate) fn after(start: Instant, duration: Duration) -> Instant {
    /// Ten years: longer than any call, and well within what instants can tell apart.
    const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    start + duration.min(LONGEST)
}

/// Alpaca's name for an exchange; a text that could break a log is left out.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    id_text(headers.get(REQUEST_ID)?).map(str::to_owned)
}

/// The header with Alpaca's name for an exchange.
const REQUEST_ID: &str = "x-request-id";

/// The text of a request id, if it can be one.
pub(crate) fn id_text(value: &HeaderValue) -> Option<&str> {
    let id = value.to_str().ok()?;
    (!id.is_empty() && id.len() <= 128).then_some(id)
}

/// The same, unless a server repeats a key there.
fn request_id_without(headers: &HeaderMap, keys: Option<&Keys>) -> Option<String> {
    let private = keys.map(private).unwrap_or_default();
    request_id(headers).filter(|id| !private.iter().any(|key| id.contains(key)))
}
