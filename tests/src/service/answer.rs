//! What a server of the tests does with a request: answers of every kind, broken ones included.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

/// A complete answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The status.
    pub status: u16,
    /// Headers beside `Content-Length`, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Message {
    /// The value of a header, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(named)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    fn set(&mut self, name: &str, value: &str) {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// Something that the server does after it was left by the client.
#[derive(Clone)]
pub struct Deed(Arc<dyn Fn() + Send + Sync>);

impl Deed {
    /// Makes it of a closure, which is called once for each answer that holds it.
    #[must_use]
    pub fn new(deed: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(deed))
    }

    pub(super) fn act(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deed")
    }
}

/// What the server does with a request that it has read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// Answers in full and keeps the connection, unless a header `Connection: close` ends it.
    Full(Message),
    /// Announces the whole body, sends its first `keep` bytes and closes the connection. When that
    /// is all of it, one byte more is announced.
    CutShort {
        /// The answer that is cut.
        message: Message,
        /// How many bytes of the body arrive.
        keep: usize,
    },
    /// Sends the head and the body, and then goes on with blanks until the client hangs up.
    Endless(Message),
    /// Sends these bytes, head included, and closes the connection.
    Raw(Vec<u8>),
    /// Resets the connection (`RST`) without a byte.
    Reset,
    /// Closes the connection (`FIN`) without a byte.
    Close,
    /// Stays silent until the client hangs up.
    Hang,
    /// Waits for this long by the clock of tokio, then goes on with the other answer.
    Delay(Duration, Box<Self>),
    /// Resets this connection, ends all others, and refuses new ones for this long by the clock of
    /// tokio.
    Outage(Duration),
    /// Stays silent until the client hangs up, waits by the clock of tokio, and then acts.
    AfterHangup {
        /// How long the server waits once it was left.
        wait: Duration,
        /// What it does then.
        deed: Deed,
    },
}

impl Answer {
    /// An answer without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Full(Message {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        })
    }

    /// An answer with a body of any type.
    #[must_use]
    pub fn body(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Full(Message {
            status,
            headers: vec![("Content-Type".to_owned(), media_type.to_owned())],
            body: body.into(),
        })
    }

    /// An answer in JSON.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::body(status, "application/json; charset=utf-8", body.to_string())
    }

    /// A refusal as Alpaca words it.
    #[must_use]
    pub fn error(status: u16, code: u32, message: &str) -> Self {
        Self::json(status, &json!({ "code": code, "message": message }))
    }

    /// A refusal by the proxy that stands before Alpaca, which knows no JSON.
    #[must_use]
    pub fn html(status: u16) -> Self {
        let title = format!("{status} {}", reason(status));
        let page = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n\
             <center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n\
             </body>\r\n</html>\r\n"
        );
        Self::body(status, "text/html", page)
    }

    /// This answer with a header, which takes the place of others with the name. What has no head
    /// stays as it is.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match &mut self {
            Self::Full(message) | Self::CutShort { message, .. } | Self::Endless(message) => {
                message.set(name, value);
            }
            Self::Delay(wait, answer) => {
                return Self::Delay(*wait, Box::new(answer.as_ref().clone().header(name, value)));
            }
            _ => {}
        }
        self
    }

    /// This answer, of whose body only the first bytes arrive. Only a complete answer can be cut.
    #[must_use]
    pub fn cut_short(self, keep: usize) -> Self {
        match self {
            Self::Full(message) => Self::CutShort { message, keep },
            other => other,
        }
    }

    /// This answer, later.
    #[must_use]
    pub fn delayed(self, wait: Duration) -> Self {
        Self::Delay(wait, Box::new(self))
    }

    /// The complete answer, if it is one.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Full(message) => Some(message),
            _ => None,
        }
    }
}

/// Why a server of the tests does not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    code: u32,
    message: String,
    /// What stands in the body beside the code and the message.
    context: Map<String, Value>,
}

impl Refusal {
    pub(super) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            context: Map::new(),
        }
    }

    /// 422 with the code for values that a request must not have.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, 40_010_001, message)
    }

    /// 422 with the code for what the state of things does not allow.
    pub(super) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(422, 42_210_000, message)
    }

    /// 404.
    pub(super) fn missing(message: impl Into<String>) -> Self {
        Self::new(404, 40_410_000, message)
    }

    /// 400, for what cannot be read.
    pub(super) fn unreadable() -> Self {
        Self::new(400, 40_010_000, "failed to decode request body")
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.context.insert(name.to_owned(), value.into());
        self
    }

    /// The body.
    pub(super) fn json(&self) -> Value {
        let mut body = self.context.clone();
        body.insert("code".to_owned(), self.code.into());
        body.insert("message".to_owned(), self.message.clone().into());
        Value::Object(body)
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::json(refusal.status, &refusal.json())
    }
}

/// What is customarily written after a status.
pub(super) fn reason(status: u16) -> &'static str {
    alpaca_trading_gen::reqwest::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unassigned")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_takes_the_place_of_another() {
        let answer = Answer::json(200, &json!([]))
            .header("Date", "then")
            .header("date", "now");
        let message = answer.message().unwrap();
        assert_eq!(message.header("DATE"), Some("now"));
        assert_eq!(message.headers.len(), 2);
    }

    #[test]
    fn a_delayed_answer_takes_headers_and_others_ignore_them() {
        let late = Answer::status(204).delayed(Duration::from_secs(1));
        let Answer::Delay(_, inner) = late.header("Date", "now") else {
            panic!("still late")
        };
        assert_eq!(inner.message().unwrap().header("date"), Some("now"));
        assert!(matches!(Answer::Reset.header("Date", "now"), Answer::Reset));
    }

    #[test]
    fn a_refusal_has_a_code_a_message_and_its_context() {
        let refusal = Refusal::unprocessable("no").with("symbol", "AAPL");
        let body = json!({"code": 42_210_000, "message": "no", "symbol": "AAPL"});
        assert_eq!(refusal.json(), body);
        assert_eq!(Answer::from(refusal).message().unwrap().status, 422);
    }

    #[test]
    fn html_names_the_status() {
        let answer = Answer::html(502);
        let page = String::from_utf8(answer.message().unwrap().body.clone()).unwrap();
        assert!(page.contains("<title>502 Bad Gateway</title>"), "{page}");
    }
}
