//! A book behind everything that can go wrong on the way to it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;

use super::answer::{Answer, Deed};
use super::book::Book;
use super::faults::{Fault, Faults, Moment, RetryAfter};
use super::http_date;
use crate::loopback::Recorded;

/// Which requests go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operations {
    /// Those that change something: `POST`, `PATCH`, `PUT` and `DELETE`.
    Writes,
    /// Those that look something up: `GET`.
    Reads,
    /// Every one.
    All,
}

impl Operations {
    fn contain(self, request: &Recorded) -> bool {
        match self {
            Self::Writes => request.method != "GET",
            Self::Reads => request.method == "GET",
            Self::All => true,
        }
    }
}

/// What went wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injected {
    /// The method of the request.
    pub method: String,
    /// What stood after the method, still encoded.
    pub target: String,
    /// What went wrong, which can be nothing.
    pub fault: Fault,
}

struct State {
    faults: Faults,
    injected: Vec<Injected>,
}

/// A [`Book`] that is reached through [`Faults`]. Clones are the same.
///
/// ```
/// use serde_json::json;
/// use tests::service::{Book, Fault, Faults, FaultyBook, Moment, Service};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let faulty = FaultyBook::new(Book::new(), Faults::script([Fault::Reset(Moment::After)]));
/// let service = Service::start(faulty.handler()).await;
/// let order = json!({
///     "symbol": "AAPL", "qty": "10", "side": "buy", "type": "market", "time_in_force": "day",
/// });
/// let url = format!("{}/v2/orders", service.url());
/// assert!(tests::http().post(&url).json(&order).send().await.is_err());
/// assert_eq!(faulty.book().accepted(), 1);
/// # }
/// ```
#[derive(Clone)]
pub struct FaultyBook {
    book: Book,
    operations: Operations,
    /// How long an outage lasts.
    outage: Duration,
    state: Arc<Mutex<State>>,
}

impl FaultyBook {
    /// How long after the client gave up a request is carried out by [`Fault::Late`].
    pub const LATENESS: Duration = Duration::from_secs(2);

    /// How many seconds a refusal for too many requests asks a client to wait, if it says so.
    pub const RETRY_AFTER: u32 = 2;

    /// Puts faults before a book. They affect writes alone, and an outage lasts half a second.
    #[must_use]
    pub fn new(book: Book, faults: Faults) -> Self {
        Self {
            book,
            operations: Operations::Writes,
            outage: Duration::from_millis(500),
            state: Arc::new(Mutex::new(State {
                faults,
                injected: Vec::new(),
            })),
        }
    }

    /// Says which requests go wrong; the others draw no fault.
    #[must_use]
    pub fn affecting(mut self, operations: Operations) -> Self {
        self.operations = operations;
        self
    }

    /// Says how long an outage lasts, by the clock of tokio.
    #[must_use]
    pub fn outage(mut self, length: Duration) -> Self {
        self.outage = length;
        self
    }

    /// The book behind it.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// What went wrong so far: one entry for each request that a fault was drawn for.
    ///
    /// # Panics
    ///
    /// When answering panicked before.
    #[must_use]
    pub fn injected(&self) -> Vec<Injected> {
        self.state
            .lock()
            .expect("it panicked before")
            .injected
            .clone()
    }

    /// What a [`Service`](super::Service) is started with.
    pub fn handler(&self) -> impl FnMut(&Recorded) -> Answer + Send + use<> {
        let this = self.clone();
        move |request| this.answer(request)
    }

    /// Answers one request.
    ///
    /// # Panics
    ///
    /// When answering panicked before.
    #[must_use]
    pub fn answer(&self, request: &Recorded) -> Answer {
        if !self.operations.contain(request) {
            return self.book.answer(request);
        }
        let fault = {
            let mut state = self.state.lock().expect("it panicked before");
            let fault = state.faults.draw();
            state.injected.push(Injected {
                method: request.method.clone(),
                target: request.target.clone(),
                fault,
            });
            fault
        };
        self.spoil(request, fault)
    }

    fn spoil(&self, request: &Recorded, fault: Fault) -> Answer {
        let carried_out = |moment| {
            if moment == Moment::After {
                let _ = self.book.answer(request);
            }
        };
        match fault {
            Fault::None => self.book.answer(request),
            Fault::Close(moment) => {
                carried_out(moment);
                Answer::Close
            }
            Fault::Reset(moment) => {
                carried_out(moment);
                Answer::Reset
            }
            Fault::Hang(moment) => {
                carried_out(moment);
                Answer::Hang
            }
            Fault::Failure {
                status,
                html,
                moment,
            } => {
                carried_out(moment);
                self.dated(if html {
                    Answer::html(status)
                } else {
                    let code = u32::from(status) * 100_000;
                    Answer::error(status, code, "internal server error occurred")
                })
            }
            Fault::TooManyRequests(form) => {
                let answer = Answer::json(429, &json!({"message": "too many requests."}));
                let seconds = Self::RETRY_AFTER;
                let answer = match form {
                    RetryAfter::Absent => answer,
                    RetryAfter::Seconds => answer.header("Retry-After", &seconds.to_string()),
                    RetryAfter::Date => {
                        let at = self.book.now() + TimeDelta::seconds(seconds.into());
                        answer.header("Retry-After", &http_date(at))
                    }
                };
                self.dated(answer)
            }
            Fault::CutShort => match self.book.answer(request) {
                // Without a body there is nothing to cut but the whole answer.
                Answer::Full(message) if message.body.is_empty() => Answer::Close,
                Answer::Full(message) => {
                    let keep = message.body.len() / 2;
                    Answer::CutShort { message, keep }
                }
                other => other,
            },
            Fault::Late => {
                let (book, request) = (self.book.clone(), request.clone());
                Answer::AfterHangup {
                    wait: Self::LATENESS,
                    deed: Deed::new(move || {
                        let _ = book.answer(&request);
                    }),
                }
            }
            Fault::Outage => Answer::Outage(self.outage),
        }
    }

    fn dated(&self, answer: Answer) -> Answer {
        answer.header("Date", &http_date(self.book.now()))
    }
}
