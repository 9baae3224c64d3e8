//! What can happen to a request.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is reset before the request is looked at: nothing was done.
    ResetBefore,
    /// The request is carried out, and the connection is reset instead of an answer.
    ResetAfter,
    /// The request is carried out, and the connection is closed instead of an answer.
    CloseAfter,
    /// Nothing was done, and this is the answer.
    Status {
        /// Its status: 200 to 599.
        code: u16,
        /// Its headers.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// Its body.
        #[serde(default)]
        body: String,
    },
    /// The request is carried out, and this is the answer.
    StatusAfter {
        /// Its status: 200 to 599.
        code: u16,
        /// Its headers.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// Its body.
        #[serde(default)]
        body: String,
    },
    /// 429; nothing was done. The quota is full again in so many seconds.
    RateLimited {
        /// Seconds until the quota is full again.
        reset_in: u32,
    },
    /// The request waits this long before it is carried out.
    DelayBefore {
        /// Milliseconds, of tokio's clock.
        millis: u64,
    },
    /// The request is carried out, and its answer waits this long.
    DelayAfter {
        /// Milliseconds, of tokio's clock.
        millis: u64,
    },
    /// Nothing is done, and no answer comes.
    HangBefore,
    /// The request is carried out, and no answer comes.
    HangAfter,
    /// The request is carried out, and of the body of its answer only so many bytes arrive before the
    /// connection is reset.
    CutBody {
        /// How many bytes arrive.
        bytes: usize,
    },
}

impl Fault {
    /// Nothing was done, and the answer is a page of the front server with this status.
    #[must_use]
    pub fn page(code: u16) -> Self {
        Self::Status {
            code,
            headers: vec![("content-type".into(), "text/html".into())],
            body: page(code),
        }
    }

    /// The request was carried out, and the answer is a page of the front server with this status.
    #[must_use]
    pub fn page_after(code: u16) -> Self {
        Self::StatusAfter {
            code,
            headers: vec![("content-type".into(), "text/html".into())],
            body: page(code),
        }
    }

    /// Nothing was done, and the answer is JSON with this status.
    #[must_use]
    pub fn json(code: u16, body: &serde_json::Value) -> Self {
        Self::Status {
            code,
            headers: vec![(
                "content-type".into(),
                "application/json; charset=UTF-8".into(),
            )],
            body: body.to_string(),
        }
    }

    /// Waits before the request is carried out.
    #[must_use]
    pub fn delay(by: Duration) -> Self {
        Self::DelayBefore {
            millis: u64::try_from(by.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

fn page(code: u16) -> String {
    let reason = http::StatusCode::from_u16(code)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Error");
    format!(
        "<html><head><title>{code} {reason}</title></head><body><h1>{code} {reason}</h1></body></html>"
    )
}
