//! What tracing shows of an attempt: never a key, and a body only when asked for.

use std::time::Duration;

use alpaca_trading_gen::Operation;
use tracing::{Instrument as _, Level, Span};

use super::attempt::Answer;
use super::request_id_without;
use crate::Environment;
use crate::credentials::Keys;
use crate::error::{Error, private, snippet_hiding};

/// At most this much of a body is traced, in characters.
const BODY: usize = 4096;

/// The span of one attempt.
pub(super) fn span(operation: &Operation, environment: &Environment, attempt: u32) -> Span {
    tracing::span!(
        Level::DEBUG,
        "alpaca",
        operation = operation.id,
        method = operation.method,
        path = operation.path,
        environment = %environment,
        attempt,
        status = tracing::field::Empty,
        request_id = tracing::field::Empty,
        latency_ms = tracing::field::Empty,
    )
}

/// Runs an attempt within its span.
pub(super) async fn within<T>(span: &Span, future: impl Future<Output = T>) -> T {
    if span.is_disabled() {
        return future.await;
    }
    future.instrument(span.clone()).await
}

/// What came of the attempt.
pub(super) fn finish(
    span: &Span,
    done: &Result<Answer, Error>,
    retry_in: Option<Duration>,
    latency: Duration,
    keys: Option<&Keys>,
    bodies: bool,
) {
    let _entered = span.enter();
    let wanted = !span.is_disabled();
    let latency = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
    span.record("latency_ms", latency);
    let retry_in = retry_in.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    match done {
        Ok(answer) => {
            let status = answer.status.as_u16();
            span.record("status", status);
            if wanted && let Some(id) = request_id_without(&answer.headers, keys) {
                span.record("request_id", id);
            }
            match retry_in {
                Some(retry_in_ms) => {
                    tracing::warn!(
                        status,
                        retry_in_ms,
                        "the attempt failed and will be repeated"
                    );
                }
                None if answer.status.is_success() => tracing::debug!(status, "answered"),
                None => tracing::info!(status, "refused"),
            }
            if bodies {
                let private = keys.map(private).unwrap_or_default();
                tracing::trace!(
                    body = snippet_hiding(&answer.body, None, BODY, &private),
                    "the body of the answer"
                );
            }
        }
        Err(error) => {
            let kind = error.kind();
            match retry_in {
                Some(retry_in_ms) => tracing::warn!(
                    ?kind,
                    retry_in_ms,
                    "the attempt failed and will be repeated"
                ),
                None => tracing::warn!(?kind, "the attempt failed"),
            }
        }
    }
}
