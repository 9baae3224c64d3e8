//! What one call carries through the generated client, in and out.
//!
//! The generated code knows nothing of deadlines or attempts. What a call brings along and what the
//! transport learns of it therefore stand in a task-local, which costs no allocation and is gone with
//! the call. A call of the generated client itself has none, and gets the defaults.

use std::cell::RefCell;
use std::time::Duration;

use alpaca_trading_gen::Operation;

use super::{RateLimit, RetryPolicy};
use crate::error::Facts;

tokio::task_local! {
    static CALL: Call;
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

/// One call: its options, and what the transport learnt.
struct Call {
    options: CallOptions,
    facts: RefCell<Facts>,
}

/// Runs a call of the generated client, and returns what the transport learnt of it.
pub(crate) async fn scope<T>(
    options: CallOptions,
    future: impl Future<Output = T>,
) -> (T, Facts) {
    let call = Call {
        options,
        facts: RefCell::new(Facts::default()),
    };
    CALL.scope(call, async {
        let value = future.await;
        let facts = CALL
            .try_with(|call| call.facts.take())
            .unwrap_or_default();
        (value, facts)
    })
    .await
}

/// The options of the call under way.
pub(super) fn options() -> CallOptions {
    CALL.try_with(|call| call.options.clone())
        .unwrap_or_default()
}

/// Notes what the transport learnt.
pub(super) fn note(change: impl FnOnce(&mut Facts)) {
    // A call of the generated client has nobody who would ask.
    let _ = CALL.try_with(|call| change(&mut call.facts.borrow_mut()));
}

/// Notes what every answer tells.
pub(super) fn note_answer(
    operation: &'static Operation,
    status: u16,
    id: Option<String>,
    rate_limit: Option<RateLimit>,
) {
    note(|facts| {
        facts.operation = Some(operation);
        facts.status = Some(status);
        facts.request_id = id;
        facts.rate_limit = rate_limit;
    });
}
