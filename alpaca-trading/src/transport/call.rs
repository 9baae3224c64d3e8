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

use super::{RateLimit, RetryPolicy};
use crate::error::Facts;

tokio::task_local! {
    static FACTS: RefCell<Facts>;
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
    FACTS
        .scope(RefCell::default(), async {
            let value = future.await;
            let facts = FACTS.try_with(RefCell::take).unwrap_or_default();
            (value, facts)
        })
        .await
}

/// Whether somebody asks for what the transport learns.
pub(super) fn is_open() -> bool {
    FACTS.try_with(|_| ()).is_ok()
}

/// Notes what the transport learnt.
pub(super) fn note(change: impl FnOnce(&mut Facts)) {
    // Outside of a call there is nobody who would ask.
    let _ = FACTS.try_with(|facts| change(&mut facts.borrow_mut()));
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
