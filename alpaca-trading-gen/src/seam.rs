//! The seam between the generated client and whoever uses it.
//!
//! The hooks of a generated client can be implemented only in its own crate. This module implements
//! them once and hands every call to a [`Middleware`], which the crate above provides: it sets the
//! headers of authentication, retries, paces and traces. What has to hold whatever the middleware
//! does is done here:
//!
//! - `api-version`, which the generator adds and Alpaca does not know, is not sent.
//! - A path parameter cannot change which operation is called.
//! - An answer that is not 2xx is read here, as far as it arrives, so that the caller has its status,
//!   its headers and its body also when it is HTML, empty or cut short.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Request, Response, ResponseBuilderExt as _};

use crate::{Client, Operation};

/// A future that a middleware returns.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The status of an answer that no server gave: it carries a reason for [`local_failure`].
pub const LOCAL_FAILURE_STATUS: u16 = 599;

/// At most this much of the body of an answer that is not 2xx is read: 1 MiB.
pub const ERROR_BODY_LIMIT: usize = 1024 * 1024;

/// Sends the requests of a client.
///
/// Implementations set headers, retry, pace and observe. The default sends the request as it is.
///
/// # Examples
///
/// ```
/// use alpaca_trading_gen::{BoxFuture, Middleware, Operation, SendError, reqwest};
///
/// /// Sets one header on every request.
/// struct Tagged;
///
/// impl Middleware for Tagged {
///     fn send<'a>(
///         &'a self,
///         http: &'a reqwest::Client,
///         mut request: reqwest::Request,
///         _operation: &'static Operation,
///     ) -> BoxFuture<'a, Result<reqwest::Response, SendError>> {
///         Box::pin(async move {
///             let tag = reqwest::header::HeaderValue::from_static("1");
///             request.headers_mut().insert("x-tag", tag);
///             Ok(http.execute(request).await?)
///         })
///     }
/// }
/// ```
pub trait Middleware: Send + Sync + 'static {
    /// Sends one request and returns the answer, whatever its status.
    ///
    /// # Errors
    ///
    /// [`SendError::Http`] when the exchange failed, [`SendError::Local`] when the middleware
    /// decided not to send, or to give up.
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        request: Request,
        operation: &'static Operation,
    ) -> BoxFuture<'a, Result<Response, SendError>> {
        let _ = operation;
        Box::pin(async move { Ok(http.execute(request).await?) })
    }
}

/// Why a middleware has no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum SendError {
    /// The exchange failed.
    Http(reqwest::Error),
    /// The middleware has a reason of its own: a deadline, a missing key.
    Local(Arc<dyn std::error::Error + Send + Sync>),
}

impl SendError {
    /// A reason of the middleware's own.
    pub fn local(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Local(Arc::from(reason.into()))
    }
}

impl From<reqwest::Error> for SendError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(error) => error.fmt(f),
            Self::Local(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SendError {}

/// The reason of a middleware, on its way to the caller.
///
/// The generator's hook can return errors of the HTTP client only, which nobody else can make. A
/// local failure therefore travels as an answer with the status [`LOCAL_FAILURE_STATUS`] and comes
/// out of [`local_failure`].
#[derive(Clone, Debug)]
struct LocalFailure(Arc<dyn std::error::Error + Send + Sync>);

/// The reason of the middleware that `error` carries, when no server gave this answer.
#[must_use]
pub fn local_failure<E>(
    error: &Error<E>,
) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
    match error {
        Error::UnexpectedResponse(response) => response
            .extensions()
            .get::<LocalFailure>()
            .map(|failure| &*failure.0),
        _ => None,
    }
}

/// How the body of an answer that is not 2xx ended; in the extensions of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyEnd {
    /// The whole body arrived.
    Complete,
    /// The connection ended first; the body holds what arrived.
    CutShort,
    /// The body is longer than [`ERROR_BODY_LIMIT`]; it holds the beginning.
    TooLong,
}

/// The body of a successful answer that a middleware has read to its end; in the extensions of the
/// response, where decoding looks before it reads from the connection.
///
/// So a middleware that has to see a body before it can say what the answer is need not build a
/// response around it.
#[derive(Clone, Debug)]
pub struct WholeBody(pub bytes::Bytes);

/// How the body of an answer that is not 2xx ended.
#[must_use]
pub fn body_end(response: &Response) -> Option<BodyEnd> {
    response.extensions().get::<BodyEnd>().copied()
}

/// What every generated call carries: the middleware that sends it.
#[derive(Clone)]
pub struct Inner(Arc<dyn Middleware>);

impl Inner {
    /// Wraps a middleware.
    pub fn new(middleware: impl Middleware) -> Self {
        Self(Arc::new(middleware))
    }
}

impl fmt::Debug for Inner {
    /// Says nothing of the middleware, which holds keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inner")
    }
}

/// Sends requests as they are.
struct Plain;

impl Middleware for Plain {}

impl Default for Inner {
    fn default() -> Self {
        Self::new(Plain)
    }
}

impl ClientHooks<Inner> for Client {
    async fn pre<E>(&self, request: &mut Request, info: &OperationInfo) -> Result<(), Error<E>> {
        request.headers_mut().remove("api-version");
        let operation = Operation::find(info.operation_id);
        if let Some(operation) = operation
            && !operation.accept.is_empty()
            && let Ok(accept) = HeaderValue::from_str(operation.accept)
        {
            // The generator asks for JSON only where it decodes it; a stream of events is asked for
            // by its own name.
            request.headers_mut().entry(ACCEPT).or_insert(accept);
        }
        let base = self.base_path();
        let path = request.url().path();
        let fits = operation.is_none_or(|operation| {
            path.strip_prefix(base)
                .is_some_and(|path| operation.fits(path))
        });
        if fits {
            return Ok(());
        }
        Err(Error::InvalidRequest(format!(
            "{}: a path parameter is empty or would change the path, which became `{path}`",
            info.operation_id,
        )))
    }

    async fn exec(&self, request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        // An operation that the table lacks must not go round the middleware, and its keys.
        let Some(operation) = Operation::find(info.operation_id) else {
            let reason = format!("the operation {} is not in the table", info.operation_id);
            return Ok(local_answer(Arc::from(Box::<
                dyn std::error::Error + Send + Sync,
            >::from(reason))));
        };
        match self.inner().0.send(self.client(), request, operation).await {
            Ok(response) if response.status().is_success() => Ok(response),
            Ok(response) => Ok(read_error_body(response).await),
            Err(SendError::Http(error)) => Err(error),
            Err(SendError::Local(reason)) => Ok(local_answer(reason)),
        }
    }
}

fn local_answer(reason: Arc<dyn std::error::Error + Send + Sync>) -> Response {
    let mut answer = http::Response::new(Vec::new());
    if let Ok(status) = http::StatusCode::from_u16(LOCAL_FAILURE_STATUS) {
        *answer.status_mut() = status;
    }
    answer.extensions_mut().insert(LocalFailure(reason));
    Response::from(answer)
}

/// Reads the body as far as it arrives and puts it back.
async fn read_error_body(mut response: Response) -> Response {
    // A middleware that answers by itself has no connection to read from.
    if response.extensions().get::<BodyEnd>().is_some() {
        return response;
    }
    let mut body = Vec::new();
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = ERROR_BODY_LIMIT - body.len();
                body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                if chunk.len() > room {
                    break BodyEnd::TooLong;
                }
            }
            Ok(None) => break BodyEnd::Complete,
            Err(_) => break BodyEnd::CutShort,
        }
    };
    let mut answer = http::Response::builder()
        .status(response.status())
        .version(response.version())
        .url(response.url().clone())
        .body(Vec::new())
        .unwrap_or_default();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    // What a middleware has noted on the response stays on it.
    let extensions = std::mem::take(response.extensions_mut());
    answer.extensions_mut().extend(extensions);
    answer.extensions_mut().insert(end);
    *answer.body_mut() = body;
    Response::from(answer)
}
