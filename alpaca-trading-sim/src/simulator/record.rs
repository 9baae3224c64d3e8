//! What the journal has of a request: itself and its answer, whoever answers it.
//!
//! A request that reaches the world is written down there, in one go with its answer. One that does not, because it
//! has no keys, is over the quota, asks for what is not there, suffers a fault or opens a stream, is written down
//! where all of them pass.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::SimulatorParts;
use crate::world::World;
use crate::world::account::AccountIx;

/// A longer answer that comes from elsewhere than the world is left out: that of a fault, of any length.
const LONGEST: u64 = 64 << 10;

/// A request, and what is written down of it so far.
#[derive(Clone)]
pub(super) struct Record(Arc<Parts>);

struct Parts {
    method: String,
    target: String,
    account: OnceLock<usize>,
    request: AtomicBool,
    answer: AtomicBool,
}

impl Record {
    pub(super) fn of(request: &Request) -> Self {
        Self(Arc::new(Parts {
            method: request.method().to_string(),
            target: request.uri().to_string(),
            account: OnceLock::new(),
            request: AtomicBool::new(false),
            answer: AtomicBool::new(false),
        }))
    }

    /// Its keys are those of this account.
    pub(super) fn admitted(&self, account: AccountIx) {
        let _ = self.0.account.set(account.0);
    }

    /// Writes the request down, unless it is.
    pub(super) fn request(&self, world: &mut World, body: &[u8]) {
        if self.0.request.swap(true, Ordering::SeqCst) {
            return;
        }
        world.write_down("request", || {
            json!({
                "account": self.0.account.get(), "method": self.0.method, "target": self.0.target,
                "body": String::from_utf8_lossy(body),
            })
        });
    }

    /// Whether the request is written down.
    pub(super) fn has_request(&self) -> bool {
        self.0.request.load(Ordering::SeqCst)
    }

    /// The world has written both down.
    pub(super) fn is_whole(&self) {
        self.0.request.store(true, Ordering::SeqCst);
        self.0.answer.store(true, Ordering::SeqCst);
    }

    /// Writes down what is not. The answer of a stream is its status.
    pub(super) async fn finish(self, served: &SimulatorParts, response: Response) -> Response {
        if self.0.answer.swap(true, Ordering::SeqCst) {
            return response;
        }
        let (head, body) = response.into_parts();
        let (body, text) = match body.size_hint().exact() {
            Some(1..=LONGEST) => {
                let whole = body.collect().await;
                let bytes = whole
                    .map(http_body_util::Collected::to_bytes)
                    .unwrap_or_default();
                let json = serde_json::from_slice(&bytes);
                let text = json.unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into());
                (Body::from(bytes), text)
            }
            _ => (body, Value::Null),
        };
        served.shared.with(|world| {
            self.request(world, b"");
            world.write_down(
                "answer",
                || json!({ "status": head.status.as_u16(), "body": text }),
            );
        });
        Response::from_parts(head, body)
    }
}
