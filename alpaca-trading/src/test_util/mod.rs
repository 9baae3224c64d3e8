//! A scripted transport, for the tests of applications (feature `test-util`).
//!
//! A [`Script`] answers in place of the network: the client on top of it is the real one, with its
//! checks, its retries, its pacing and its safe submission. Under `tokio`'s paused clock its waits
//! take no time.
//!
//! # Examples
//!
//! ```
//! use alpaca_trading::test_util::{Reply, Script};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> alpaca_trading::Result<()> {
//! let script = Script::new()
//!     .on("GET", "/v2/account", [Reply::json(503, "{}"), Reply::json(200, r#"{"id":
//!         "61e69015-8549-4bfd-b9c3-01e75843f47d", "status": "ACTIVE", "cash": "1000.50"}"#)]);
//! let client = script.client()?;
//!
//! // The first answer is a failure; the client tries again by itself.
//! let account = client.account().get().await?;
//! assert_eq!(account.cash, Some(alpaca_trading::dec!(1000.50)));
//! assert_eq!(script.requests().len(), 2);
//! # Ok(()) }
//! ```

mod reply;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use alpaca_trading_gen::Operation;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use reqwest::Request;

use reply::Behaviour;
pub use reply::Reply;

use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::transport::{Answer, Attempted};
use crate::{Client, ClientBuilder};

/// Answers to the requests of a client, in place of the network.
///
/// Clones share their state. Every rule has replies for a method and a path; they are used up in order,
/// and the last one stays. The first rule that fits and has a reply left answers. A request that no
/// rule fits fails as if nothing listened.
#[derive(Clone, Default)]
pub struct Script {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    requests: Vec<SentRequest>,
}

struct Rule {
    method: String,
    path: String,
    replies: VecDeque<Reply>,
    used: bool,
}

/// A request that the client sent. The headers of authentication are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentRequest {
    /// The method: `POST`.
    pub method: String,
    /// The path, still encoded: `/v2/assets/BTC%2FUSD`.
    pub path: String,
    /// The query, still encoded; empty if there is none.
    pub query: String,
    /// The headers, with their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as text; empty if there is none.
    pub body: String,
}

impl Script {
    /// A script without rules.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers requests with this method and path. In the path, a segment of `*` fits any.
    ///
    /// A rule without replies fits nothing.
    #[must_use]
    pub fn on(self, method: &str, path: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.add(method, path, replies);
        self
    }

    /// Like [`on`](Self::on), for a script that is already in use.
    pub fn add(&self, method: &str, path: &str, replies: impl IntoIterator<Item = Reply>) {
        self.lock().rules.push(Rule {
            method: method.to_owned(),
            path: path.to_owned(),
            replies: replies.into_iter().collect(),
            used: false,
        });
    }

    /// A paper client that this script answers.
    ///
    /// # Errors
    ///
    /// None today; as for [`ClientBuilder::build`].
    pub fn client(&self) -> Result<Client> {
        self.attach(Client::builder()).build()
    }

    /// A builder whose client this script answers; it has test keys unless others are set.
    pub fn attach(&self, builder: ClientBuilder) -> ClientBuilder {
        builder
            .or_key_pair("PKSCRIPTED", "scripted-secret")
            .script(self.clone())
    }

    /// The requests so far, in the order in which they were sent.
    #[must_use]
    pub fn requests(&self) -> Vec<SentRequest> {
        self.lock().requests.clone()
    }

    /// The rules that have never answered, as `GET /v2/account`.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        let state = self.lock();
        let unused = state.rules.iter().filter(|rule| !rule.used);
        unused
            .map(|rule| format!("{} {}", rule.method, rule.path))
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the request and finds the reply.
    fn next(&self, request: &Request) -> Option<Reply> {
        let mut state = self.lock();
        let path = request.url().path().to_owned();
        let sent = SentRequest::of(request);
        let method = sent.method.clone();
        state.requests.push(sent);
        let rule = state.rules.iter_mut().find(|rule| {
            !rule.replies.is_empty() && rule.method == method && fits(&rule.path, &path)
        })?;
        rule.used = true;
        match rule.replies.len() {
            1 => rule.replies.front().cloned(),
            _ => rule.replies.pop_front(),
        }
    }

    pub(crate) async fn exchange(
        &self,
        request: Request,
        operation: &'static Operation,
        body_limit: usize,
    ) -> Result<Attempted> {
        let Some(reply) = self.next(&request) else {
            let message = format!(
                "the script has no reply for {} {}",
                operation.method,
                request.url().path()
            );
            return Err(Error::new(ErrorKind::Connect, message));
        };
        if let Some(delay) = reply.delay {
            tokio::time::sleep(delay).await;
        }
        match reply.behaviour {
            Behaviour::Answer {
                status,
                headers,
                body,
            } => {
                let status =
                    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                if body.len() > body_limit {
                    let message =
                        format!("the body of the answer is longer than {body_limit} bytes");
                    return Err(Error::new(ErrorKind::TooLarge, message).with(|repr| {
                        repr.outcome = Outcome::Unknown;
                        repr.status = Some(status.as_u16());
                    }));
                }
                let body = with_client_order_id(body, &request);
                let headers: HeaderMap = headers.into_iter().collect();
                let answer = Answer::scripted(status, headers, body, request.url().clone());
                Ok(Attempted::Whole(answer))
            }
            Behaviour::Refuse => Err(Error::new(
                ErrorKind::Connect,
                "connection refused (scripted)",
            )),
            Behaviour::Reset => {
                let error = Error::new(ErrorKind::Connection, "connection reset (scripted)");
                Err(error.with(|repr| repr.outcome = Outcome::Unknown))
            }
            Behaviour::CutShort => {
                let message = "the body of the answer broke off (scripted)";
                Err(Error::new(ErrorKind::Connection, message).with(|repr| {
                    repr.outcome = Outcome::Unknown;
                    repr.status = Some(200);
                }))
            }
            Behaviour::Hang => std::future::pending().await,
        }
    }
}

impl SentRequest {
    fn of(request: &Request) -> Self {
        let body = request.body().and_then(reqwest::Body::as_bytes);
        let headers = request.headers().iter().filter(|(name, value)| {
            !value.is_sensitive() && !name.as_str().starts_with("apca-api-")
        });
        Self {
            method: request.method().to_string(),
            path: request.url().path().to_owned(),
            query: request.url().query().unwrap_or_default().to_owned(),
            headers: headers
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                    (name.to_string(), value)
                })
                .collect(),
            body: String::from_utf8_lossy(body.unwrap_or_default()).into_owned(),
        }
    }
}

/// Puts the client order id that was sent where the reply asks for it.
fn with_client_order_id(body: Bytes, request: &Request) -> Bytes {
    const PLACE: &str = "{client_order_id}";
    let sent = request.body().and_then(reqwest::Body::as_bytes);
    let id = || {
        let sent: serde_json::Value = serde_json::from_slice(sent?).ok()?;
        Some(sent.get("client_order_id")?.as_str()?.to_owned())
    };
    match std::str::from_utf8(&body) {
        Ok(text) if text.contains(PLACE) => match id() {
            Some(id) => text.replace(PLACE, &id).into(),
            None => body,
        },
        _ => body,
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    pattern.split('/').all(|expected| {
        segments
            .next()
            .is_some_and(|segment| expected == "*" || expected == segment)
    }) && segments.next().is_none()
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Script")
            .field("rules", &state.rules.len())
            .field("requests", &state.requests.len())
            .finish()
    }
}
