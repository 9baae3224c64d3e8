//! What a fault does to a request and to its answer.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use futures_util::stream::{BoxStream, Stream, unfold};
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body::Body as _;

use super::answer::refusal;
use super::line::Switch;
use super::quota::Standing;
use crate::ApiError;
use crate::faults::Fault;

/// What a fault does before the request is carried out; an answer if that is all there is.
pub(crate) async fn before(fault: &Fault, switch: &Switch, now: DateTime<Utc>) -> Option<Response> {
    match fault {
        Fault::ResetBefore => {
            switch.reset();
            Some(never().await)
        }
        Fault::HangBefore => Some(never().await),
        Fault::DelayBefore { millis } => {
            tokio::time::sleep(Duration::from_millis(*millis)).await;
            None
        }
        Fault::Status {
            code,
            headers,
            body,
        } => Some(made(*code, headers, body)),
        Fault::RateLimited { reset_in } => {
            let error = ApiError::plain(StatusCode::TOO_MANY_REQUESTS, "too many requests.");
            let mut response = refusal(&error);
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*reset_in));
            Standing {
                limit: 200,
                remaining: 0,
                reset: u64::from(*reset_in),
                spent: true,
            }
            .at(0, now)
            .write(headers);
            Some(response)
        }
        _ => None,
    }
}

/// What a fault does to the answer of a request that was carried out.
pub(crate) async fn after(fault: &Fault, switch: &Switch, response: Response) -> Response {
    match fault {
        Fault::ResetAfter => {
            switch.reset();
            never().await
        }
        Fault::CloseAfter => {
            switch.close();
            never().await
        }
        Fault::HangAfter => never().await,
        Fault::DelayAfter { millis } => {
            tokio::time::sleep(Duration::from_millis(*millis)).await;
            response
        }
        Fault::StatusAfter {
            code,
            headers,
            body,
        } => made(*code, headers, body),
        Fault::CutBody { bytes } => {
            // Nothing can be cut off what has no body, so it is lost whole.
            if response.body().size_hint().exact() == Some(0) {
                switch.reset();
                return never().await;
            }
            cut(response, *bytes, switch.clone())
        }
        _ => response,
    }
}

/// Nothing, for ever: the client goes, or the connection is broken.
async fn never() -> Response {
    std::future::pending().await
}

/// An answer as it was asked for. How long its body is, is not taken from its headers but from the body.
fn made(code: u16, headers: &[(String, String)], body: &str) -> Response {
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() = StatusCode::from_u16(code)
        .ok()
        .filter(|_| (200..600).contains(&code))
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value))
            && name != header::CONTENT_LENGTH
            && name != header::TRANSFER_ENCODING
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// The same answer, which announces its whole body and breaks off within it.
fn cut(response: Response, bytes: usize, switch: Switch) -> Response {
    let (mut head, body) = response.into_parts();
    // A body of unknown length is announced piece by piece, and breaks off before its end all the same.
    if let Some(whole) = body.size_hint().exact() {
        let more = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(1);
        head.headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(whole.max(more)));
    }
    Response::from_parts(head, Body::from_stream(first(body, bytes, switch)))
}

/// So many bytes of a body; then the connection is reset.
fn first(
    body: Body,
    bytes: usize,
    switch: Switch,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let pieces: BoxStream<'static, _> = body.into_data_stream().boxed();
    unfold(
        (pieces, bytes, switch),
        |(mut pieces, left, switch)| async move {
            if left > 0
                && let Some(Ok(mut piece)) = pieces.next().await
            {
                piece.truncate(left);
                let left = left.saturating_sub(piece.len());
                return Some((Ok(piece), (pieces, left, switch)));
            }
            // What was written has to leave first.
            tokio::task::yield_now().await;
            switch.reset();
            std::future::pending().await
        },
    )
}
