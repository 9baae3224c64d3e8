//! Alpaca's limit on requests, in front of any handler.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use tokio::time::Instant;

use super::answer::Answer;
use super::instant::{http_date, opening};
use crate::loopback::Recorded;

/// How many requests are answered, and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many requests a window takes: 200 for most accounts.
    pub requests: u32,
    /// How long a window is: a minute. The first starts with [`RateLimited`].
    pub window: Duration,
    /// Whether answers carry the headers `X-RateLimit-Limit`, `-Remaining` and `-Reset`.
    pub headers: bool,
    /// Whether refusals carry them too, which Alpaca does not promise.
    pub headers_on_refusals: bool,
    /// Whether refusals carry `Retry-After`, in seconds.
    pub retry_after: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: 200,
            window: Duration::from_secs(60),
            headers: true,
            headers_on_refusals: true,
            retry_after: false,
        }
    }
}

struct State {
    started: Instant,
    /// The number of the current window, counted from zero.
    window: u128,
    /// How many requests it took.
    taken: u32,
    refused: Vec<Instant>,
}

/// A limit on requests in fixed windows by the clock of tokio. Clones are the same limit.
///
/// Every answer says what time it is in its header `Date`: [`opening`] when the limit was made, and
/// from there on by the clock of tokio. `X-RateLimit-Reset` is the end of the window by that clock,
/// in seconds of Unix time.
#[derive(Clone)]
pub struct RateLimited {
    limits: Limits,
    state: Arc<Mutex<State>>,
}

impl RateLimited {
    /// Starts the first window.
    ///
    /// # Panics
    ///
    /// When a window has no length.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        assert!(!limits.window.is_zero(), "a window has a length");
        Self {
            limits,
            state: Arc::new(Mutex::new(State {
                started: Instant::now(),
                window: 0,
                taken: 0,
                refused: Vec::new(),
            })),
        }
    }

    /// Puts the limit before a handler, which does not see what is refused.
    pub fn wrap<H>(&self, mut handler: H) -> impl FnMut(&Recorded) -> Answer + Send + use<H>
    where
        H: FnMut(&Recorded) -> Answer + Send,
    {
        let this = self.clone();
        move |request| match this.take() {
            Ok(head) => head.write(handler(request), this.limits.headers),
            Err(head) => {
                let answer = Answer::json(429, &json!({"message": "too many requests."}));
                let answer = head.write(answer, this.limits.headers_on_refusals);
                if this.limits.retry_after {
                    return answer.header("Retry-After", &head.wait.to_string());
                }
                answer
            }
        }
    }

    /// When requests were refused.
    ///
    /// # Panics
    ///
    /// When it panicked before.
    #[must_use]
    pub fn refused(&self) -> Vec<Instant> {
        self.state
            .lock()
            .expect("it panicked before")
            .refused
            .clone()
    }

    /// Takes one request into the window, or refuses it.
    fn take(&self) -> Result<Head, Head> {
        let mut state = self.state.lock().expect("it panicked before");
        let elapsed = state.started.elapsed();
        let length = self.limits.window.as_nanos();
        let window = elapsed.as_nanos() / length;
        if window != state.window {
            state.window = window;
            state.taken = 0;
        }
        let left = length - elapsed.as_nanos() % length;
        let left = Duration::from_nanos(left.try_into().expect("a short window"));
        let now = opening() + TimeDelta::from_std(elapsed).expect("a short test");
        let reset = now + TimeDelta::from_std(left).expect("a short window");
        let admitted = state.taken < self.limits.requests;
        if admitted {
            state.taken += 1;
        } else {
            state.refused.push(Instant::now());
        }
        let head = Head {
            date: http_date(now),
            limit: self.limits.requests,
            remaining: self.limits.requests - state.taken,
            reset: reset.timestamp() + i64::from(reset.timestamp_subsec_nanos() > 0),
            wait: left.as_nanos().div_ceil(1_000_000_000),
        };
        if admitted { Ok(head) } else { Err(head) }
    }
}

/// What an answer says of the limit.
struct Head {
    date: String,
    limit: u32,
    remaining: u32,
    reset: i64,
    /// Seconds until the window ends, rounded up.
    wait: u128,
}

impl Head {
    fn write(&self, answer: Answer, limits: bool) -> Answer {
        let answer = answer.header("Date", &self.date);
        if !limits {
            return answer;
        }
        answer
            .header("X-RateLimit-Limit", &self.limit.to_string())
            .header("X-RateLimit-Remaining", &self.remaining.to_string())
            .header("X-RateLimit-Reset", &self.reset.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(answer: &Answer) -> u16 {
        answer.message().unwrap().status
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_takes_so_many_and_the_next_as_many_again() {
        let limit = RateLimited::new(Limits::default());
        let mut handler = limit.wrap(|_| Answer::status(204));
        let request = Recorded {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        tokio::time::advance(Duration::from_millis(59_500)).await;
        for number in 0..200 {
            let answer = handler(&request);
            assert_eq!(status(&answer), 204);
            let remaining = answer.message().unwrap().header("x-ratelimit-remaining");
            assert_eq!(remaining, Some((199 - number).to_string().as_str()));
        }
        let refusal = handler(&request);
        assert_eq!(status(&refusal), 429);
        let message = refusal.message().unwrap();
        assert_eq!(
            message.header("date"),
            Some("Mon, 05 Jan 2026 14:30:59 GMT")
        );
        let reset = (opening().timestamp() + 60).to_string();
        assert_eq!(message.header("x-ratelimit-reset"), Some(reset.as_str()));
        assert_eq!(message.header("retry-after"), None);
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(status(&handler(&request)), 204);
        assert_eq!(limit.refused().len(), 1);
    }
}
