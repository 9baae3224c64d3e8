//! Whether an attempt that failed is followed by another, and after what wait.

use std::sync::PoisonError;
use std::time::Duration;

use chrono::Utc;
use tokio::time::Instant;

use super::attempt::Answer;
use super::budget::Cost;
use super::idempotency::Failure;
use super::{Pipeline, Progress, RetryPolicy, credentials_failed, retry_after};
use crate::credentials::Issued;
use crate::error::{Cause, Error, ErrorKind, Outcome};

impl Pipeline {
    /// Whether there are other keys than those that were refused.
    pub(super) async fn other_keys(
        &self,
        refused: Option<&Issued>,
        progress: &Progress,
    ) -> Result<bool, Error> {
        let Some(refused) = refused else {
            return Ok(false);
        };
        let asked = self.credentials.after_unauthorized(refused.generation);
        match tokio::time::timeout_at(progress.deadline, asked).await {
            Ok(Ok(issued)) => Ok(issued.is_some()),
            Ok(Err(reason)) => Err(credentials_failed(reason).with(|repr| {
                repr.status = Some(401);
                repr.cause = Some(Cause::Unauthorized);
                repr.outcome = Outcome::Rejected;
            })),
            // The time is over, and the refusal stands.
            Err(_) => Ok(false),
        }
    }

    /// How long to wait after an answer; none when it is to be returned.
    pub(super) fn wait_after(
        &self,
        answer: &Answer,
        retry: &RetryPolicy,
        progress: &Progress,
    ) -> Option<Duration> {
        let status = answer.status.as_u16();
        if answer.status.is_success() {
            self.budget.refund();
            return None;
        }
        if !progress.class.may_retry(Failure::Status(status)) {
            return None;
        }
        let mandated = retry_after::mandated_wait(status, &answer.headers, Utc::now());
        self.next_wait(retry, progress, mandated, false)
    }

    pub(super) fn wait_after_failure(
        &self,
        error: &Error,
        retry: &RetryPolicy,
        progress: &Progress,
    ) -> Option<Duration> {
        let failure = match (error.kind(), error.outcome()) {
            (ErrorKind::Connect, _) => Failure::NotSent,
            (ErrorKind::Connection, _) => Failure::Lost,
            (ErrorKind::Timeout, Outcome::Unknown) => Failure::Lost,
            _ => return None,
        };
        if error.repr().untrusted || !progress.class.may_retry(failure) {
            return None;
        }
        self.next_wait(retry, progress, None, error.is_timeout())
    }

    fn next_wait(
        &self,
        retry: &RetryPolicy,
        progress: &Progress,
        mandated: Option<Duration>,
        timed_out: bool,
    ) -> Option<Duration> {
        let now = Instant::now();
        let wait = {
            let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
            retry.next_wait(
                progress.attempt,
                mandated,
                now - progress.started,
                &mut random,
            )?
        };
        if now + wait >= progress.deadline {
            return None;
        }
        let cost = if timed_out {
            Cost::Timeout
        } else {
            Cost::Failure
        };
        self.budget.try_spend(cost).then_some(wait)
    }
}

/// Whether the service may have carried out what this attempt asked for.
pub(super) fn done_maybe_received(done: &Result<Answer, Error>) -> bool {
    match done {
        Ok(answer) => Outcome::of_status(answer.status.as_u16()) == Outcome::Unknown,
        Err(error) => error.outcome() == Outcome::Unknown,
    }
}
