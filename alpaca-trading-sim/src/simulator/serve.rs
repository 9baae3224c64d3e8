//! Serving the world over HTTP.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::record::Record;
use super::{Shared, SimulatorParts};
use crate::api::{self, Call, NoRoute};
use crate::control;
use crate::faults::{Fault, RequestHead};
use crate::streams::{self, Keys, Shutdown, Source, StreamFault, StreamKind, StreamOptions};
use crate::wire::answer::{not_allowed, not_found};
pub(super) use crate::wire::answer::{refusal, respond};
use crate::wire::line::Switch;
use crate::wire::{auth, body, faulty};
use crate::world::account::AccountIx;
use crate::{ApiError, EventLog};

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
        .merge(
            streams::routes(Streams(Arc::clone(&served)), options).layer(
                middleware::from_fn_with_state(Arc::clone(&served), open_stream),
            ),
        )
        .nest(control::PREFIX, control::routes(Arc::clone(&served)))
        .layer(middleware::from_fn_with_state(served, admit))
}

/// Lets a request in, or not, and gives every answer its id.
async fn admit(State(served): State<Served>, request: Request, next: Next) -> Response {
    let is_control = control::is_control(request.uri().path());
    let mut request = request.map(|body| served.patience.with(body));
    let record = (served.journal && !is_control).then(|| Record::of(&request));
    if let Some(record) = &record {
        request.extensions_mut().insert(record.clone());
    }
    // Whatever goes wrong in here is this request's misfortune alone.
    let answered = AssertUnwindSafe(admitted(&served, request, next)).catch_unwind();
    let mut response = answered.await.unwrap_or_else(|_| refusal(&api::internal()));
    if is_control {
        return response;
    }
    if let Some(record) = record {
        response = record.finish(&served, response).await;
    }
    let headers = response.headers_mut();
    // Clients learn the service's time by this, and look for what they have lost by it.
    let now = served.shared.with(|world| world.now());
    if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
        headers.insert(header::DATE, date);
    }
    if let Ok(id) = HeaderValue::from_str(&served.request_id()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

/// Asks for keys, and counts against the quota.
async fn admitted(served: &SimulatorParts, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    // The websocket asks for keys in its own way, and the control surface for none.
    if path.strip_suffix('/').unwrap_or(&path) == "/stream" || control::is_control(&path) {
        return next.run(request).await;
    }
    let keys = auth::presented(request.headers());
    let account = keys.and_then(|keys| served.shared.with(|world| auth::account_of(world, &keys)));
    let Some(account) = account else {
        return auth::unauthorized(&path);
    };
    if let Some(record) = request.extensions().get::<Record>() {
        record.admitted(account);
    }
    let second = served.wall.second();
    let standing = served
        .quota
        .as_ref()
        .map(|quota| quota.count(account.0, second));
    let mut response = if standing.is_some_and(|standing| standing.spent) {
        refusal(&ApiError::plain(
            StatusCode::TOO_MANY_REQUESTS,
            "too many requests.",
        ))
    } else {
        request.extensions_mut().insert(account);
        request.extensions_mut().insert(streams::Account(account.0));
        next.run(request).await
    };
    if let Some(standing) = standing {
        let now = served.shared.with(|world| world.now());
        standing.at(second, now).write(response.headers_mut());
    }
    response
}

/// A time as headers have it.
fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Opens a stream, with the fault that its request is to suffer.
async fn open_stream(
    State(served): State<Served>,
    Extension(switch): Extension<Switch>,
    record: Option<Extension<Record>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let name = match path.strip_suffix('/').unwrap_or(path) {
        _ if request.method() != Method::GET => "",
        "/stream" => "trade_updates",
        "/v2/events/trades" => "trade_events",
        _ => "subscribe_to_activity_events",
    };
    let head = RequestHead::new(name, request.method().as_str(), path, b"");
    let fault = served.faults.of_request(&head);
    let record = record.map(|Extension(record)| record);
    let now = told(&served, name, fault.as_ref(), record.as_ref(), b"");
    let Some(fault) = fault else {
        return next.run(request).await;
    };
    match faulty::before(&fault, &switch, now).await {
        Some(response) => response,
        None => faulty::after(&fault, &switch, next.run(request).await).await,
    }
}

/// Writes down the fault that a request is to suffer, behind the request, and says what time it is.
fn told(
    served: &SimulatorParts,
    name: &str,
    fault: Option<&Fault>,
    record: Option<&Record>,
    body: &[u8],
) -> DateTime<Utc> {
    served.shared.with(|world| {
        if let Some(fault) = fault {
            if let Some(record) = record {
                record.request(world, body);
            }
            world.write_down("fault", || json!({ "operation": name, "fault": fault }));
        }
        world.now()
    })
}

/// Answers what is no stream.
async fn answer(
    State(served): State<Served>,
    Extension(switch): Extension<Switch>,
    account: Option<Extension<AccountIx>>,
    record: Option<Extension<Record>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Some(Extension(account)) = account else {
        return not_found();
    };
    let body = match body::read(&head.headers, body).await {
        Ok(body) => body,
        Err(error) => return refusal(&error),
    };
    let (method, path) = (head.method.as_str(), head.uri.path());
    // What is asked for without its body is found where it is with it.
    let found = api::find(if method == "HEAD" { "GET" } else { method }, path);
    let name = found.as_ref().map_or("", |(operation, _)| operation.name);
    let fault = served
        .faults
        .of_request(&RequestHead::new(name, method, path, &body));
    let record = record.map(|Extension(record)| record);
    let now = told(&served, name, fault.as_ref(), record.as_ref(), &body);
    if let Some(fault) = &fault
        && let Some(response) = faulty::before(fault, &switch, now).await
    {
        return response;
    }
    let (operation, path_parameters) = match found {
        Ok(found) => found,
        Err(NoRoute::Unknown) => return not_found(),
        Err(NoRoute::Method) => return not_allowed(&methods_of(path)),
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
        record.as_ref(),
    );
    let response = respond(status, body.as_ref());
    match fault {
        Some(fault) => faulty::after(&fault, &switch, response).await,
        None => response,
    }
}

/// The methods by which something is at a path.
fn methods_of(path: &str) -> Vec<&'static str> {
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let is_there = |method: &&str| api::find(method, path).is_ok();
    methods.into_iter().filter(is_there).collect()
}

/// Carries an operation out and writes it down.
pub(super) fn perform(
    shared: &Shared,
    operation: &api::Operation,
    account: AccountIx,
    call: &Call,
    target: &str,
    record: Option<&Record>,
) -> (StatusCode, Option<Value>) {
    shared.with(|world| {
        if !record.is_some_and(Record::has_request) {
            world.write_down("request", || {
                json!({
                    "account": account.0, "method": operation.method, "target": target,
                    "body": String::from_utf8_lossy(&call.body),
                })
            });
        }
        // A panic, in a fill model of the user's own for one, is a fault like that of a service: it is answered
        // so, and the world goes on as far as it came.
        let outcome = catch_unwind(AssertUnwindSafe(|| operation.run(world, account, call)));
        let (status, body) = match outcome.unwrap_or_else(|_| Err(api::internal())) {
            Ok(answer) => (answer.status, answer.body),
            Err(error) => (error.status, Some(error.body())),
        };
        world.write_down(
            "answer",
            || json!({ "status": status.as_u16(), "body": body }),
        );
        if let Some(record) = record {
            record.is_whole();
        }
        (status, body)
    })
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
