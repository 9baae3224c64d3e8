//! Serving the world over HTTP.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Shared, SimulatorParts};
use crate::api::{self, Call, NoRoute};
use crate::control;
use crate::faults::{Fault, RequestHead};
use crate::streams::{self, Keys, Shutdown, Source, StreamFault, StreamKind, StreamOptions};
use crate::wire::auth;
use crate::wire::line::Switch;
use crate::world::account::AccountIx;
use crate::{ApiError, EventLog};

/// The longest body of a request.
const LONGEST_BODY: usize = 2 * 1024 * 1024;

/// What serves requests.
pub(super) type Served = Arc<SimulatorParts>;

/// All routes: the streams, and everything else in one.
pub(super) fn router(served: Served, shutdown: Shutdown) -> Router {
    let options = StreamOptions {
        shutdown,
        ..served.streams.clone()
    };
    Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&served))
        .merge(streams::routes(Streams(Arc::clone(&served)), options))
        .nest(control::PREFIX, control::routes(Arc::clone(&served)))
        .layer(middleware::from_fn_with_state(served, admit))
}

/// Asks for keys, counts against the quota, and gives every answer its id.
async fn admit(State(served): State<Served>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    // The websocket asks for keys in its own way, and the control surface for none.
    if path == "/stream" || control::is_control(&path) {
        return next.run(request).await;
    }
    let keys = auth::presented(request.headers());
    let account = keys.and_then(|keys| served.shared.with(|world| auth::account_of(world, &keys)));
    let mut standing = None;
    let mut response = match account {
        None => auth::unauthorized(&path),
        Some(account) => {
            standing = served
                .quota
                .as_ref()
                .map(|quota| quota.count(account.0, second()));
            if standing.is_some_and(|standing| standing.spent) {
                refusal(&ApiError::plain(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too many requests.",
                ))
            } else {
                request.extensions_mut().insert(account);
                request.extensions_mut().insert(streams::Account(account.0));
                next.run(request).await
            }
        }
    };
    let now = served.shared.with(|world| world.now());
    let headers = response.headers_mut();
    // Clients learn the service's time by this, and look for what they have lost by it.
    if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
        headers.insert(header::DATE, date);
    }
    if let Some(standing) = standing {
        standing.at(second(), now).write(headers);
    }
    let id = served.request_id();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

/// A time as headers have it.
fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The second of the wall clock, which quotas go by.
fn second() -> u64 {
    u64::try_from(Utc::now().timestamp()).unwrap_or(0)
}

/// Answers what is no stream.
async fn answer(
    State(served): State<Served>,
    Extension(switch): Extension<Switch>,
    account: Option<Extension<AccountIx>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Some(Extension(account)) = account else {
        return refusal(&not_found());
    };
    let body = match Limited::new(body, LONGEST_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => {
            return refusal(&ApiError::plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "request entity too large",
            ));
        }
    };
    let (method, path) = (head.method.as_str(), head.uri.path());
    let found = api::find(method, path);
    let name = found.as_ref().map_or("", |(operation, _)| operation.name);
    let fault = served
        .faults
        .of_request(&RequestHead::new(name, method, path, &body));
    let now = served.shared.with(|world| {
        if let Some(fault) = &fault {
            world.write_down("fault", || json!({ "operation": name, "fault": fault }));
        }
        world.now()
    });
    if let Some(response) = before(fault.as_ref(), &switch, now).await {
        return response;
    }
    let (operation, path_parameters) = match found {
        Ok(found) => found,
        Err(NoRoute::Unknown) => return refusal(&not_found()),
        Err(NoRoute::Method) => {
            return refusal(&ApiError::plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "method not allowed.",
            ));
        }
    };
    let call = Call {
        path: path_parameters,
        query: Call::query_of(head.uri.query().unwrap_or_default()),
        body: body.to_vec(),
    };
    let (status, body) = perform(
        &served.shared,
        operation,
        account,
        &call,
        &head.uri.to_string(),
    );
    let response = respond(status, body.as_ref());
    match fault {
        Some(fault) => after(&fault, &switch, response).await,
        None => response,
    }
}

/// Carries an operation out and writes it down.
pub(super) fn perform(
    shared: &Shared,
    operation: &api::Operation,
    account: AccountIx,
    call: &Call,
    target: &str,
) -> (StatusCode, Option<Value>) {
    shared.with(|world| {
        world.write_down("request", || {
            json!({
                "account": account.0, "method": operation.method, "target": target,
                "body": String::from_utf8_lossy(&call.body),
            })
        });
        // A panic, such as one in a fill model of the user's, is this request's misfortune alone.
        let outcome = catch_unwind(AssertUnwindSafe(|| operation.run(world, account, call)));
        let (status, body) = match outcome.unwrap_or_else(|_| Err(api::internal())) {
            Ok(answer) => (answer.status, answer.body),
            Err(error) => (error.status, Some(error.body())),
        };
        world.write_down(
            "answer",
            || json!({ "status": status.as_u16(), "body": body }),
        );
        (status, body)
    })
}

fn not_found() -> ApiError {
    ApiError::plain(StatusCode::NOT_FOUND, "endpoint not found.")
}

pub(super) fn refusal(error: &ApiError) -> Response {
    respond(error.status, Some(&error.body()))
}

/// An answer in JSON. One without a body says that it would be JSON all the same, as the service does.
pub(super) fn respond(status: StatusCode, body: Option<&Value>) -> Response {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=UTF-8"),
    );
    response
}

/// What a fault does before the request is carried out; an answer if that is all there is.
async fn before(fault: Option<&Fault>, switch: &Switch, now: DateTime<Utc>) -> Option<Response> {
    match fault? {
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
            crate::wire::quota::Standing {
                limit: 200,
                remaining: 0,
                reset: second().saturating_add(u64::from(*reset_in)),
                spent: true,
            }
            .at(second(), now)
            .write(headers);
            Some(response)
        }
        _ => None,
    }
}

/// What a fault does to the answer of a request that was carried out.
async fn after(fault: &Fault, switch: &Switch, response: Response) -> Response {
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
        Fault::CutBody { bytes } => cut(response, *bytes, switch.clone()).await,
        _ => response,
    }
}

/// Nothing, for ever: the client goes, or the listener stops.
async fn never() -> Response {
    std::future::pending().await
}

fn made(code: u16, headers: &[(String, String)], body: &str) -> Response {
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() =
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The same answer, which announces its whole body and breaks off within it.
async fn cut(response: Response, bytes: usize, switch: Switch) -> Response {
    let (mut head, body) = response.into_parts();
    let whole = body
        .collect()
        .await
        .map(|body| body.to_bytes())
        .unwrap_or_default();
    head.headers.insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(whole.len().max(bytes.saturating_add(1))),
    );
    let first = whole.slice(..bytes.min(whole.len()));
    let pieces = futures_util::stream::unfold(Some(first), move |piece| {
        let switch = switch.clone();
        async move {
            match piece {
                Some(piece) => Some((Ok::<Bytes, Infallible>(piece), None)),
                None => {
                    // What was written has to leave first.
                    tokio::task::yield_now().await;
                    switch.reset();
                    std::future::pending().await
                }
            }
        }
    });
    Response::from_parts(head, Body::from_stream(pieces))
}

/// The streams' view of the simulator.
#[derive(Clone)]
struct Streams(Served);

impl Source for Streams {
    fn account(&self, keys: &Keys) -> Option<usize> {
        self.0
            .shared
            .with(|world| auth::account_of(world, keys))
            .map(|account| account.0)
    }

    fn with_log<T>(&self, account: usize, read: impl FnOnce(&EventLog) -> T) -> T {
        self.0
            .shared
            .with(|world| match world.account(AccountIx(account)) {
                Some(account) => read(account.events()),
                None => read(&EventLog::default()),
            })
    }

    fn fault(&self, stream: StreamKind) -> Option<StreamFault> {
        self.0.faults.of_stream(stream)
    }

    fn sent(&self, _: usize, _: StreamKind, _: &str) {
        // The journal has the event itself, in the order of the world; how connections take turns is the
        // scheduler's business, and would make two runs differ.
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.shared.with(|world| world.now())
    }

    fn clock_watch(&self) -> watch::Receiver<DateTime<Utc>> {
        self.0.shared.clock()
    }
}
