//! How long a request may take to arrive.
//!
//! A client that stops in the middle of a request holds a connection and, while others wait, the place of theirs.
//! The time is that of tokio's clock, from the first wait for a part that is missing. A request that arrives at once
//! sets no timer, and a connection that is idle between two requests none either: a paused clock stands still, and
//! clients keep the connections that they keep. Half a head that came along with the whole of another request is not
//! noticed before more of it comes: only HTTP's machine knows that it has it.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::BoxError;
use axum::body::{Body, Bytes};
use http_body::{Body as _, Frame, SizeHint};
use hyper::rt::{Sleep, Timer};

/// The longest that a request may take; none for ever.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience(Option<Duration>);

impl Patience {
    /// Unless another is asked for.
    pub(crate) const USUAL: Self = Self(Some(Duration::from_secs(30)));

    /// So long; for ever if it is nought.
    pub(crate) fn new(longest: Duration) -> Self {
        Self(Some(longest).filter(|longest| !longest.is_zero()))
    }

    pub(super) fn longest(self) -> Option<Duration> {
        self.0
    }

    /// A body that breaks off with [`TooSlow`] when it takes longer.
    pub(crate) fn with(self, body: Body) -> Body {
        match self.0 {
            Some(longest) if !body.is_end_stream() => Body::new(Timed {
                body,
                wait: Wait::new(longest),
            }),
            _ => body,
        }
    }
}

/// A wait that begins when it is first asked about.
struct Wait {
    longest: Duration,
    sleep: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Wait {
    fn new(longest: Duration) -> Self {
        Self {
            longest,
            sleep: None,
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let longest = self.longest;
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(longest)));
        sleep.as_mut().poll(context)
    }
}

/// Whether something of the next request has arrived on a connection; for HTTP's machine a timer, which it sets for
/// each head that it waits for.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrival(Arc<AtomicBool>);

impl Arrival {
    /// Something has arrived.
    pub(super) fn came(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// The timer of a connection.
    pub(super) fn timer(&self, longest: Duration) -> impl Timer + Send + Sync + 'static {
        HeadTimer {
            arrival: self.clone(),
            longest,
        }
    }
}

struct HeadTimer {
    arrival: Arrival,
    longest: Duration,
}

impl Timer for HeadTimer {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Sleep>> {
        self.arrival.0.store(false, Ordering::Relaxed);
        Box::pin(HeadWait {
            arrival: self.arrival.clone(),
            wait: Wait::new(self.longest),
        })
    }

    fn sleep_until(&self, _: Instant) -> Pin<Box<dyn Sleep>> {
        // When the machine begins to wait is not when the request begins.
        self.sleep(self.longest)
    }
}

struct HeadWait {
    arrival: Arrival,
    wait: Wait,
}

impl Future for HeadWait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // What arrives wakes the connection, and so comes by here again.
        match self.arrival.0.load(Ordering::Relaxed) {
            true => self.wait.poll(context),
            false => Poll::Pending,
        }
    }
}

impl Sleep for HeadWait {}

/// A body has not arrived in time.
#[derive(Debug)]
pub(crate) struct TooSlow;

impl TooSlow {
    /// Whether this is why.
    pub(crate) fn is_why(error: &(dyn Error + 'static)) -> bool {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<Self>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it takes too long")
    }
}

impl Error for TooSlow {}

struct Timed {
    body: Body,
    wait: Wait,
}

impl http_body::Body for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => Poll::Ready(frame.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => self.wait.poll(context).map(|()| Some(Err(TooSlow.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
