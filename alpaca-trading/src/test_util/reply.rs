//! What a script answers.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};

/// The answer to one attempt, or its failure.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) behaviour: Behaviour,
    pub(super) delay: Option<Duration>,
}

#[derive(Clone, Debug)]
pub(super) enum Behaviour {
    Answer {
        status: u16,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Bytes,
    },
    Refuse,
    Reset,
    CutShort,
    Hang,
}

impl Reply {
    /// An answer with a JSON body; the text is sent as it is, also when it is no JSON.
    ///
    /// The client takes for its order only one that has its client order id. Where the text has
    /// `{client_order_id}`, the one that was sent is put in its place.
    #[must_use]
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::answer(status, body.into()).header("content-type", "application/json")
    }

    /// An answer with a page of HTML, as proxies send it.
    #[must_use]
    pub fn html(status: u16) -> Self {
        let page = format!("<html><head><title>{status}</title></head><body>nginx</body></html>");
        Self::answer(status, page).header("content-type", "text/html")
    }

    /// An answer without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self::answer(status, String::new())
    }

    /// Nobody listens: the request is certainly not sent.
    #[must_use]
    pub fn refused() -> Self {
        Self::of(Behaviour::Refuse)
    }

    /// The connection is lost after the request was sent: it may have arrived.
    #[must_use]
    pub fn reset() -> Self {
        Self::of(Behaviour::Reset)
    }

    /// A success whose body breaks off: what was asked for has most likely been done.
    #[must_use]
    pub fn cut_short() -> Self {
        Self::of(Behaviour::CutShort)
    }

    /// No answer comes, until the client gives up.
    #[must_use]
    pub fn hangs() -> Self {
        Self::of(Behaviour::Hang)
    }

    /// The same with another header. What cannot be a header is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Behaviour::Answer { headers, .. } = &mut self.behaviour
            && let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(name.as_bytes()),
                HeaderValue::from_str(value),
            )
        {
            headers.push((name, value));
        }
        self
    }

    /// The same after a while.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    fn answer(status: u16, body: String) -> Self {
        Self::of(Behaviour::Answer {
            status,
            headers: Vec::new(),
            body: body.into(),
        })
    }

    fn of(behaviour: Behaviour) -> Self {
        Self {
            behaviour,
            delay: None,
        }
    }
}
