//! A connection that can be broken from within.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::patience::Arrival;

/// Breaks the connection that a request has come by. One belongs to each connection, and whoever serves the
/// connection waits for it.
#[derive(Clone, Default)]
pub(crate) struct Switch {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Whether the connection is reset when it is let go, instead of finished.
    reset: AtomicBool,
    /// Keeps one word for the one who waits, and no list.
    tripped: Notify,
}

impl Switch {
    /// The client finds the connection reset.
    pub(crate) fn reset(&self) {
        self.inner.reset.store(true, Ordering::SeqCst);
        self.inner.tripped.notify_one();
    }

    /// The client finds the connection closed.
    pub(crate) fn close(&self) {
        self.inner.tripped.notify_one();
    }

    /// Returns once the connection is to be broken: whoever holds it drops it then.
    pub(super) async fn tripped(&self) {
        self.inner.tripped.notified().await;
    }
}

/// How many turns the end of what a client sends is held back.
///
/// A client may end its side as soon as it has asked (`nc` does). HTTP's machine takes the end for a client
/// that is gone, and must: nobody else tells it that the reader of a stream has left. A few turns later, what
/// was asked is answered, unless it takes time.
const TURNS: u8 = 16;

/// A connection with its switch.
pub(crate) struct Line {
    stream: TcpStream,
    switch: Switch,
    arrival: Arrival,
    /// How many turns the end was held back.
    held: u8,
}

impl Line {
    pub(super) fn new(stream: TcpStream, switch: Switch, arrival: Arrival) -> Self {
        Self {
            stream,
            switch,
            arrival,
            held: 0,
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.switch.inner.reset.load(Ordering::SeqCst) {
            reset_when_dropped(&self.stream);
        }
    }
}

/// Closed without lingering, a connection is reset instead of finished.
pub(super) fn reset_when_dropped(stream: &TcpStream) {
    let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.arrival.came();
        }
        let ended = buffer.filled().len() == before && buffer.remaining() > 0;
        if ended && self.held < TURNS {
            self.held = self.held.saturating_add(1);
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_switch_is_tripped_before_or_while_it_is_waited_for() {
        let early = Switch::default();
        early.close();
        early.close();
        assert_eq!(early.tripped().now_or_never(), Some(()));
        let late = Switch::default();
        let mut waiting = Box::pin(late.tripped());
        assert_eq!((&mut waiting).now_or_never(), None);
        late.reset();
        assert_eq!(waiting.now_or_never(), Some(()));
    }
}
