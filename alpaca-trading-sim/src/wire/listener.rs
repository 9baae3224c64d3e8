//! Accepting connections, and letting go of them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::{Extension, Router};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};

use super::line::{Line, Switch};
use super::refusal::Refusal;

/// More connections than this wait until others have ended.
const MOST_CONNECTIONS: usize = 4096;

/// A socket that is listened on. Dropped, it lets go of the port and of all connections.
pub(crate) struct Listener {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on an address of this machine, and answers by `router`. Connections that are refused are reset as
    /// soon as they are made; where the control surface is spared, as soon as they say that they are not for it.
    pub(crate) fn start(
        address: SocketAddr,
        router: Router,
        refusing: Refusal,
    ) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            let message = format!("{address} is not an address of this machine alone");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // The port can be had again at once after it was let go.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(1024)?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(accept(listener, router, refusing));
        Ok(Self { address, task })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets go, and waits until everything has ended.
    pub(crate) async fn stop(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, router: Router, refusing: Refusal) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    // Dropped with this future, it ends all connections.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file handles, most likely: others have to end first.
            tokio::task::yield_now().await;
            continue;
        };
        let spare = refusing.spares_control();
        if refusing.refuses() && !spare {
            let _ = socket2::SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO));
            continue;
        }
        let router = router.clone();
        connections.spawn(async move {
            if spare && !super::refusal::is_for_control(&stream).await {
                let _ = socket2::SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO));
            } else {
                serve(stream, router).await;
            }
            drop(place);
        });
    }
}

async fn serve(stream: TcpStream, router: Router) {
    let _ = stream.set_nodelay(true);
    let switch = Switch::default();
    let line = TokioIo::new(Line::new(stream, switch.clone()));
    let service = TowerToHyperService::new(router.layer(Extension(switch.clone())));
    let connection = hyper::server::conn::http1::Builder::new()
        .half_close(true)
        .serve_connection(line, service)
        .with_upgrades();
    // How a connection ends is its client's business. One that is broken from within ends at once: while an
    // answer is awaited, nothing is read or written that would find out.
    tokio::select! {
        _ = connection => {}
        () = switch.broken() => {}
    }
}
