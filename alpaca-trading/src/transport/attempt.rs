//! One attempt: a request out, an answer with its whole body in.

use std::time::Duration;

use alpaca_trading_gen::{BodyEnd, ERROR_BODY_LIMIT, Operation, WholeBody};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::{Request, Response, ResponseBuilderExt as _};

use crate::error::{Error, ErrorKind, Outcome};

/// What came back.
pub(crate) enum Attempted {
    /// An answer whose body is here.
    Whole(Answer),
    /// The answer of a stream, whose body is still to come.
    Stream(Response),
}

/// An answer and its body.
pub(crate) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// How the body of an answer that is not a success ended.
    pub(super) end: BodyEnd,
    rest: Rest,
}

/// What else an answer has.
enum Rest {
    /// The response that headers and body were taken from.
    Drained(Response),
    /// Nobody looks at more than the URL.
    Url(reqwest::Url),
}

impl Answer {
    #[cfg(feature = "test-util")]
    pub(crate) fn scripted(
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        url: reqwest::Url,
    ) -> Self {
        Self {
            status,
            headers,
            body,
            end: BodyEnd::Complete,
            rest: Rest::Url(url),
        }
    }

    /// The head of an answer whose body is still to come.
    pub(super) fn head_of(response: &Response) -> Self {
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: Bytes::new(),
            end: BodyEnd::Complete,
            rest: Rest::Url(response.url().clone()),
        }
    }

    /// As the generated client takes it.
    pub(super) fn into_response(self) -> Response {
        let url = match self.rest {
            Rest::Drained(mut response) if self.status.is_success() => {
                *response.headers_mut() = self.headers;
                response.extensions_mut().insert(WholeBody(self.body));
                return response;
            }
            Rest::Drained(response) => response.url().clone(),
            Rest::Url(url) => url,
        };
        let mut answer = http::Response::builder()
            .status(self.status)
            .url(url)
            .body(self.body)
            .unwrap_or_default();
        *answer.headers_mut() = self.headers;
        if !self.status.is_success() {
            answer.extensions_mut().insert(self.end);
        }
        Response::from(answer)
    }
}

/// Sends a request and reads the whole answer, or as much of one that is not a success as arrives.
pub(super) async fn exchange(
    http: &reqwest::Client,
    request: Request,
    operation: &'static Operation,
    body_limit: usize,
) -> Result<Attempted, Error> {
    let mut response = http.execute(request).await.map_err(Error::from_transport)?;
    let status = response.status();
    if status.is_success() && is_stream(operation) {
        return Ok(Attempted::Stream(response));
    }
    let limit = if status.is_success() {
        body_limit
    } else {
        ERROR_BODY_LIMIT
    };
    let announced = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or_default();
    if announced > limit && status.is_success() {
        return Err(too_large(status, limit));
    }
    let (body, end) = read(&mut response, announced, limit).await;
    let headers = std::mem::take(response.headers_mut());
    if status.is_success() {
        match end {
            Ok(BodyEnd::TooLong) => return Err(too_large(status, limit)),
            Err(error) => return Err(cut_short(status, error)),
            Ok(_) => {}
        }
    }
    Ok(Attempted::Whole(Answer {
        status,
        headers,
        body,
        end: end.unwrap_or(BodyEnd::CutShort),
        rest: Rest::Drained(response),
    }))
}

/// A body is taken as it is when it arrives in one piece, which most do.
async fn read(
    response: &mut Response,
    announced: usize,
    limit: usize,
) -> (Bytes, Result<BodyEnd, reqwest::Error>) {
    let first = match response.chunk().await {
        Ok(Some(chunk)) if chunk.len() > limit => {
            return (chunk.slice(..limit), Ok(BodyEnd::TooLong));
        }
        Ok(Some(chunk)) => chunk,
        Ok(None) => return (Bytes::new(), Ok(BodyEnd::Complete)),
        Err(error) => return (Bytes::new(), Err(error)),
    };
    // The end is waited for, so that the connection can be used again at once.
    let second = match response.chunk().await {
        Ok(None) => return (first, Ok(BodyEnd::Complete)),
        Ok(Some(chunk)) => chunk,
        Err(error) => return (first, Err(error)),
    };
    let mut body = BytesMut::with_capacity(announced.min(PREALLOCATED).max(first.len()));
    body.extend_from_slice(&first);
    let mut next = Ok(Some(second));
    loop {
        match next {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                let room = limit - body.len();
                body.extend_from_slice(chunk.get(..room).unwrap_or_default());
                return (body.freeze(), Ok(BodyEnd::TooLong));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return (body.freeze(), Ok(BodyEnd::Complete)),
            Err(error) => return (body.freeze(), Err(error)),
        }
        next = response.chunk().await;
    }
}

/// What a server announces is believed up to here; beyond, memory grows only with what arrives.
const PREALLOCATED: usize = 8 * 1024 * 1024;

/// Whether the answer is a stream without an end.
pub(super) fn is_stream(operation: &Operation) -> bool {
    operation.accept == "text/event-stream"
}

fn too_large(status: StatusCode, limit: usize) -> Error {
    let message = format!("the body of the answer is longer than {limit} bytes");
    Error::new(ErrorKind::TooLarge, message).with(|repr| {
        repr.outcome = Outcome::Unknown;
        repr.status = Some(status.as_u16());
    })
}

fn cut_short(status: StatusCode, error: reqwest::Error) -> Error {
    Error::from_transport(error).with(|repr| {
        // The service has answered: whatever the HTTP client makes of the end, it was received.
        repr.kind = if repr.timed_out {
            ErrorKind::Timeout
        } else {
            ErrorKind::Connection
        };
        repr.outcome = Outcome::Unknown;
        repr.status = Some(status.as_u16());
        repr.message = format!("the body of the answer broke off: {}", repr.message);
    })
}

/// An attempt took longer than it may.
pub(super) fn timed_out(limit: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("no complete answer within {limit:?}"),
    )
    .with(|repr| {
        repr.outcome = Outcome::Unknown;
        repr.timed_out = true;
    })
}
