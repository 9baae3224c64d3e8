//! The task of a [`Service`](super::Service) that accepts connections, and stops doing so when it
//! is told.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::answer::{Answer, Deed};
use super::connection::Connection;
use super::{Arrived, CONNECTION_LIMIT, REQUEST_LIMIT};
use crate::loopback::Recorded;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// A free port of the loopback interface.
pub(super) const ANYWHERE: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

pub(super) type Handler = dyn FnMut(&Recorded) -> Answer + Send;

/// What the connections have in common.
pub(super) struct Shared {
    arrived: Mutex<Vec<Arrived>>,
    answered: AtomicUsize,
    accepted: AtomicUsize,
    handler: Mutex<Box<Handler>>,
    commands: mpsc::UnboundedSender<Command>,
}

impl Shared {
    /// Records a request and asks the handler; `None` when there were too many.
    pub(super) fn answer(&self, connection: usize, request: Recorded) -> Option<Answer> {
        if self.answered.fetch_add(1, Ordering::Relaxed) >= REQUEST_LIMIT {
            return None;
        }
        self.arrived().push(Arrived {
            request: request.clone(),
            at: Instant::now(),
            connection,
        });
        let mut handler = self.handler.lock().expect("the handler panicked before");
        Some(handler(&request))
    }

    pub(super) fn order(&self, command: Command) {
        // Nobody listens only when the service is being dropped.
        let _ = self.commands.send(command);
    }

    /// The requests so far. A handler that panicked fails the test here, which might take the
    /// connection that ended for one of its faults.
    pub(super) fn arrived(&self) -> MutexGuard<'_, Vec<Arrived>> {
        assert!(!self.handler.is_poisoned(), "the handler panicked");
        self.arrived.lock().expect("nothing fails here")
    }

    pub(super) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }
}

/// What is asked of the task that accepts connections.
pub(super) enum Command {
    Pause(oneshot::Sender<()>),
    Resume(oneshot::Sender<()>),
    Outage(Duration),
    Later(Duration, Deed),
}

/// A socket that holds a port without listening on it, so that nobody else takes it.
pub(super) fn closed(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    // Connections of the same port may still be around when it is taken again.
    socket.set_reuseaddr(true).expect("a fresh socket");
    socket.bind(address).expect("a port");
    socket
}

enum Door {
    Open(TcpListener),
    Shut(TcpSocket),
}

/// The task that accepts connections.
pub(super) struct Host {
    address: SocketAddr,
    /// Always there, but while it moves.
    door: Option<Door>,
    /// When an outage ends.
    reopens: Option<Instant>,
    connections: JoinSet<()>,
    deeds: JoinSet<()>,
    commands: mpsc::UnboundedReceiver<Command>,
    shared: Arc<Shared>,
}

impl Host {
    /// Takes a port and listens on it.
    pub(super) fn new(handler: Box<Handler>) -> (Self, SocketAddr, Arc<Shared>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let listener = closed(ANYWHERE).listen(BACKLOG).expect("a port");
        let address = listener.local_addr().expect("the port has an address");
        let shared = Arc::new(Shared {
            arrived: Mutex::default(),
            answered: AtomicUsize::new(0),
            accepted: AtomicUsize::new(0),
            handler: Mutex::new(handler),
            commands: sender,
        });
        let host = Self {
            address,
            door: Some(Door::Open(listener)),
            reopens: None,
            connections: JoinSet::new(),
            deeds: JoinSet::new(),
            commands: receiver,
            shared: Arc::clone(&shared),
        };
        (host, address, shared)
    }

    pub(super) async fn run(mut self) {
        loop {
            tokio::select! {
                biased;
                Some(command) = self.commands.recv() => self.obey(command).await,
                () = moment(self.reopens) => self.open(),
                stream = accept(self.door.as_ref()) => self.welcome(stream),
                Some(_) = self.connections.join_next() => {}
                Some(_) = self.deeds.join_next() => {}
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Pause(done) => {
                self.shut().await;
                self.reopens = None;
                let _ = done.send(());
            }
            Command::Resume(done) => {
                self.open();
                let _ = done.send(());
            }
            Command::Outage(length) => {
                self.shut().await;
                self.reopens = Some(Instant::now() + length);
            }
            Command::Later(wait, deed) => {
                self.deeds.spawn(async move {
                    sleep(wait).await;
                    deed.act();
                });
            }
        }
    }

    fn welcome(&mut self, stream: TcpStream) {
        if self.connections.len() >= CONNECTION_LIMIT {
            let _ = stream.set_zero_linger();
            return;
        }
        let number = self.shared.accepted.fetch_add(1, Ordering::Relaxed);
        let connection = Connection::new(stream, number, Arc::clone(&self.shared));
        self.connections.spawn(connection.run());
    }

    async fn shut(&mut self) {
        if let Some(Door::Open(listener)) = self.door.take_if(|door| matches!(door, Door::Open(_)))
        {
            drop(listener);
            self.door = Some(Door::Shut(closed(self.address)));
        }
        self.connections.shutdown().await;
    }

    fn open(&mut self) {
        self.reopens = None;
        if let Some(Door::Shut(socket)) = self.door.take_if(|door| matches!(door, Door::Shut(_))) {
            let listener = socket.listen(BACKLOG).expect("the port is still ours");
            self.door = Some(Door::Open(listener));
        }
    }
}

/// The next connection; waits for ever while there is none to be had.
async fn accept(door: Option<&Door>) -> TcpStream {
    let Some(Door::Open(listener)) = door else {
        return std::future::pending().await;
    };
    loop {
        // An error belongs to a connection that ended before it was accepted.
        if let Ok((stream, _)) = listener.accept().await {
            return stream;
        }
        tokio::task::yield_now().await;
    }
}

async fn moment(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_that_does_not_stop_is_left() {
        let (_host, _, shared) = Host::new(Box::new(|_| Answer::status(204)));
        let request = Recorded {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        for _ in 0..REQUEST_LIMIT {
            assert!(shared.answer(0, request.clone()).is_some());
        }
        assert!(shared.answer(0, request).is_none());
        assert_eq!(shared.arrived().len(), REQUEST_LIMIT);
    }
}
