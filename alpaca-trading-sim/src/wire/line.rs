//! A connection that can be broken from within.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// States of a switch; nought is a connection that is whole.
const RESET: u8 = 1;
const CLOSED: u8 = 2;

/// Breaks the connection that a request has come by.
#[derive(Clone, Default)]
pub(crate) struct Switch {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    state: AtomicU8,
    /// Whoever waits to read or to write is woken to find the connection broken.
    wakers: Mutex<Vec<Waker>>,
}

impl Switch {
    /// The client finds the connection reset.
    pub(crate) fn reset(&self) {
        self.set(RESET);
    }

    /// The client finds the connection closed.
    pub(crate) fn close(&self) {
        self.set(CLOSED);
    }

    fn set(&self, state: u8) {
        self.inner.state.store(state, Ordering::SeqCst);
        let mut wakers = self
            .inner
            .wakers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        wakers.drain(..).for_each(Waker::wake);
    }

    fn state(&self) -> u8 {
        self.inner.state.load(Ordering::SeqCst)
    }

    /// Returns when the connection is broken.
    pub(crate) async fn broken(&self) {
        std::future::poll_fn(|context| {
            self.watch(context);
            match self.state() {
                0 => Poll::Pending,
                _ => Poll::Ready(()),
            }
        })
        .await;
    }

    fn watch(&self, context: &Context<'_>) {
        let mut wakers = self
            .inner
            .wakers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            wakers.push(context.waker().clone());
        }
    }
}

/// A connection with its switch.
pub(crate) struct Line {
    stream: TcpStream,
    switch: Switch,
}

impl Line {
    pub(crate) fn new(stream: TcpStream, switch: Switch) -> Self {
        Self { stream, switch }
    }

    /// What the switch makes of a read or a write.
    fn check(&self, context: &Context<'_>) -> io::Result<()> {
        self.switch.watch(context);
        match self.switch.state() {
            RESET => Err(io::ErrorKind::ConnectionReset.into()),
            CLOSED => Err(io::ErrorKind::ConnectionAborted.into()),
            _ => Ok(()),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.switch.state() == RESET {
            // Closed without lingering, a connection is reset instead of finished.
            let socket = socket2::SockRef::from(&self.stream);
            let _ = socket.set_linger(Some(Duration::ZERO));
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // In the middle of an answer nothing is read, and the connection is flushed only.
        self.check(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
