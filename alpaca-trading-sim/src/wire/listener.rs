//! Accepting connections, and letting go of them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use super::line::{Line, Switch, reset_when_dropped};
use super::refusal::Refusal;

/// More connections than this wait until others have ended.
const MOST_CONNECTIONS: usize = 4096;

/// How long accepting rests when the system has no handle for another connection.
const REST: Duration = Duration::from_millis(20);

/// A socket that is listened on. Dropped, it lets go of the port and of all connections.
pub(crate) struct Listener {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
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
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept(listener, router, refusing, stopped));
        Ok(Self {
            address,
            stop: Some(stop),
            task,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets go, and waits until every connection has ended.
    pub(crate) async fn stop(mut self) {
        // Its drop is the sign.
        drop(self.stop.take());
        let _ = (&mut self.task).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    router: Router,
    refusing: Refusal,
    mut stopped: oneshot::Receiver<()>,
) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    // Dropped with this future, it ends all connections.
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = &mut stopped => break,
            // Nothing is kept of a connection that has ended, a panic in it included.
            Some(_) = connections.join_next() => continue,
            accepted = next(&listener, &places) => accepted,
        };
        let Ok((stream, place)) = accepted else {
            // Out of handles, most likely: others have to end first.
            tokio::time::sleep(REST).await;
            continue;
        };
        let spare = refusing.spares_control();
        if refusing.refuses() && !spare {
            reset_when_dropped(&stream);
            continue;
        }
        let router = router.clone();
        connections.spawn(async move {
            if spare && !super::refusal::is_for_control(&stream).await {
                reset_when_dropped(&stream);
            } else {
                serve(stream, router).await;
            }
            drop(place);
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// The next connection, with a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await;
    let place = place.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

async fn serve(stream: TcpStream, router: Router) {
    let _ = stream.set_nodelay(true);
    let switch = Switch::default();
    let line = TokioIo::new(Line::new(stream, switch.clone()));
    let service = TowerToHyperService::new(router.layer(Extension(switch.clone())));
    let connection = hyper::server::conn::http1::Builder::new()
        // A client that is gone ends what it has asked for: a stream without events would hold its
        // connection for ever.
        .half_close(false)
        .serve_connection(line, service)
        .with_upgrades();
    tokio::select! {
        biased;
        // The connection is dropped in the middle of what it does.
        () = switch.tripped() => {}
        // How a connection ends is its client's business.
        _ = connection => {}
    }
}
