//! What one call carries through the generated client, in and out.
//!
//! The generated code knows nothing of deadlines or attempts. What may be set for calls comes with the
//! middleware of the client that makes them. What the transport learns of a call stands in a
//! task-local, which costs no allocation and is gone with the call. A call of the generated client
//! itself has none; what is learnt of it goes with the answer.

use std::cell::RefCell;
use std::time::Duration;

use alpaca_trading_gen::Operation;
use http::HeaderValue;
use tokio::time::Instant;

use super::{RateLimit, RetryPolicy};
use crate::error::Facts;

tokio::task_local! {
    static CALL: Call;
}

/// A call that is under way.
struct Call {
    facts: RefCell<Facts>,
    /// When it must have ended, instead of what is set for the client.
    deadline: Option<Instant>,
}

/// What may be set for single calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallOptions {
    /// The longest that the call may take with all its attempts and waits.
    pub(crate) deadline: Option<Duration>,
    /// When to try again.
    pub(crate) retry: Option<RetryPolicy>,
    /// The longest that one attempt may take.
    pub(crate) attempt_timeout: Option<Duration>,
}

/// Runs a call of the generated client, and returns what the transport learnt of it.
pub(crate) async fn scope<T>(future: impl Future<Output = T>) -> (T, Facts) {
    scope_until(None, future).await
}

/// The same for one part of something larger, which has to end in time.
pub(crate) async fn scope_until<T>(
    deadline: Option<Instant>,
    future: impl Future<Output = T>,
) -> (T, Facts) {
    let call = Call {
        facts: RefCell::default(),
        deadline,
    };
    CALL.scope(call, async {
        let value = future.await;
        let facts = CALL.try_with(|call| call.facts.take());
        (value, facts.unwrap_or_default())
    })
    .await
}

/// Whether somebody asks for what the transport learns.
pub(super) fn is_open() -> bool {
    CALL.try_with(|_| ()).is_ok()
}

/// When the call must have ended, if that was said of this call.
pub(super) fn deadline() -> Option<Instant> {
    CALL.try_with(|call| call.deadline).ok().flatten()
}

/// Notes what the transport learnt.
pub(super) fn note(change: impl FnOnce(&mut Facts)) {
    // Outside of a call there is nobody who would ask.
    let _ = CALL.try_with(|call| change(&mut call.facts.borrow_mut()));
}

/// Notes what every answer tells.
pub(super) fn note_answer(
    operation: &'static Operation,
    status: u16,
    id: Option<HeaderValue>,
    rate_limit: Option<RateLimit>,
) {
    note(|facts| {
        facts.operation = Some(operation);
        facts.status = Some(status);
        facts.request_id = id;
        facts.rate_limit = rate_limit;
    });
}
