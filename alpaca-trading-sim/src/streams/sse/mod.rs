//! Server-sent events: `/v2beta1/events/activities` and `/v2/events/trades`.

mod feed;
mod params;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use self::feed::Feed;
use self::params::Span;
use super::{Account, Shared, Source, StreamKind, refuse};
use crate::ApiError;

/// Fills with their corrections, and what else moves money or shares.
pub(super) async fn activity_events<S: Source>(
    State(shared): State<Shared<S>>,
    account: Option<Extension<Account>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    answer(shared, StreamKind::ActivityEvents, account, &uri, &headers)
}

/// What becomes of orders.
pub(super) async fn trade_events<S: Source>(
    State(shared): State<Shared<S>>,
    account: Option<Extension<Account>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    answer(shared, StreamKind::TradeEvents, account, &uri, &headers)
}

fn answer<S: Source>(
    Shared { source, options }: Shared<S>,
    stream: StreamKind,
    account: Option<Extension<Account>>,
    uri: &Uri,
    headers: &HeaderMap,
) -> Response {
    let Some(Extension(Account(account))) = account else {
        let error = ApiError::plain(StatusCode::UNAUTHORIZED, "unauthorized.");
        return refuse(&error);
    };
    let last = headers
        .get("last-event-id")
        .map(|id| String::from_utf8_lossy(id.as_bytes()));
    let span = match Span::parse(uri, last.as_deref()) {
        Ok(span) => span,
        Err(error) => return refuse(&error),
    };
    let feed = Feed::open(source, options, stream, account, span);
    let mut response = Response::new(Body::from_stream(feed.into_stream()));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
