//! The port of a simulator: listened on, or only held.
//!
//! Who is refused by a service that is down gets the answer of the system, before a byte is sent. Only a port that
//! nobody listens on gives it, and a port that nobody has can be taken by another program. So while connections are
//! refused, a socket keeps the port that does not listen, and listens later.

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_util::future::poll_fn;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// How many connections wait to be accepted.
const BACKLOG: i32 = 1024;

/// A port of this machine. It can be opened and shut from anywhere, and takes effect at once.
pub(crate) struct Door {
    address: SocketAddr,
    state: Mutex<State>,
    /// Tells whoever accepts that there is another socket.
    changed: Notify,
}

enum State {
    /// Connections are accepted.
    Open(TcpListener),
    /// Connections queue: whoever accepts them has not seen the socket yet, and no other is within the runtime
    /// that it needs.
    Opened(Socket),
    /// Connections are refused. None where the system would not give the port back.
    Shut(Option<Socket>),
    /// The port is let go.
    Gone,
}

impl Door {
    /// Takes a port; any that is free if it is 0.
    ///
    /// # Errors
    ///
    /// When it cannot be had.
    pub(super) fn new(address: SocketAddr, shut: bool) -> io::Result<Self> {
        let socket = bound(address)?;
        let address = socket.local_addr()?;
        let address = address.as_socket().ok_or(io::ErrorKind::Unsupported)?;
        let state = match shut {
            true => {
                keep(&socket);
                State::Shut(Some(socket))
            }
            false => {
                socket.listen(BACKLOG)?;
                State::Opened(socket)
            }
        };
        Ok(Self {
            address,
            state: Mutex::new(state),
            changed: Notify::new(),
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Refuses connections, or no longer.
    pub(super) fn shut(&self, shut: bool) {
        let mut state = self.state();
        let outcome = match (std::mem::replace(&mut *state, State::Gone), shut) {
            (State::Open(listener), true) => {
                drop(listener);
                self.held()
            }
            (State::Opened(socket), true) => {
                drop(socket);
                self.held()
            }
            (State::Shut(socket), false) => self.listened(socket),
            (same, _) => Ok(same),
        };
        *state = outcome.unwrap_or_else(|error| {
            // It stays shut, and the next call tries again.
            tracing::error!(address = %self.address, %error, "the port cannot be had");
            State::Shut(None)
        });
        drop(state);
        self.changed.notify_one();
    }

    /// A socket that keeps the port. The one that listens is closed before: the system gives no port away that is
    /// listened on.
    fn held(&self) -> io::Result<State> {
        let socket = bound(self.address)?;
        keep(&socket);
        Ok(State::Shut(Some(socket)))
    }

    fn listened(&self, socket: Option<Socket>) -> io::Result<State> {
        let socket = match socket {
            Some(socket) => socket,
            None => bound(self.address)?,
        };
        // Connections that are open have the port too, and all of them must allow it.
        socket.set_reuse_address(true)?;
        socket.listen(BACKLOG)?;
        Ok(State::Opened(socket))
    }

    /// Lets the port go.
    pub(super) fn close(&self) {
        *self.state() = State::Gone;
    }

    /// The next connection; while there is none to come, it waits.
    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        loop {
            tokio::select! {
                biased;
                () = self.changed.notified() => {}
                accepted = poll_fn(|context| self.poll(context)) => return accepted,
            }
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<io::Result<TcpStream>> {
        let mut state = self.state();
        if let State::Opened(socket) = &*state {
            let listener = socket.try_clone().map(std::net::TcpListener::from);
            *state = State::Open(listener.and_then(TcpListener::from_std)?);
        }
        match &*state {
            State::Open(listener) => listener.poll_accept(context).map_ok(|(stream, _)| stream),
            _ => Poll::Pending,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket that has this port.
fn bound(address: SocketAddr) -> io::Result<Socket> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // The port can be had again at once after it was let go.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Gives the port to nobody else, although nobody listens.
fn keep(socket: &Socket) {
    // Where a system does not take this, others are kept away by their own manners.
    let _ = socket.set_reuse_address(false);
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::sync::Arc;

    use super::*;

    fn door(shut: bool) -> Door {
        Door::new((Ipv4Addr::LOCALHOST, 0).into(), shut).unwrap()
    }

    fn refused(door: &Door) -> bool {
        match TcpStream::connect(door.address()) {
            Ok(_) => false,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
                true
            }
        }
    }

    #[test]
    fn a_door_is_shut_and_opened_without_a_runtime() {
        for shut in [true, false] {
            let door = door(shut);
            assert_eq!(refused(&door), shut);
            for _ in 0..50 {
                door.shut(true);
                door.shut(true);
                assert!(refused(&door));
                let taken = TcpListener::bind(door.address()).unwrap_err();
                assert_eq!(taken.kind(), ErrorKind::AddrInUse);
                door.shut(false);
                door.shut(false);
                assert!(!refused(&door));
            }
            door.close();
            assert!(refused(&door));
            // What is let go is not taken again.
            door.shut(true);
            door.shut(false);
            assert!(refused(&door));
            TcpListener::bind(door.address()).unwrap();
        }
    }

    #[tokio::test]
    async fn whoever_accepts_goes_on_with_each_new_socket() {
        let door = Arc::new(door(true));
        let mut open = Vec::new();
        for _ in 0..20 {
            let accepting = Arc::clone(&door);
            let accepted = tokio::spawn(async move { accepting.accept().await });
            tokio::task::yield_now().await;
            door.shut(false);
            let stream = tokio::net::TcpStream::connect(door.address()).await;
            open.push((stream.unwrap(), accepted.await.unwrap().unwrap()));
            door.shut(true);
        }
    }
}
