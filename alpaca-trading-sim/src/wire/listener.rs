//! Accepting connections, and letting go of them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use super::door::Door;
use super::line::{Line, Switch, reset_when_dropped};
use super::patience::{Arrival, Patience};
use super::refusal::Refusal;

/// More connections than this wait until others have ended.
const MOST_CONNECTIONS: usize = 4096;

/// How long accepting rests when the system has no handle for another connection.
const REST: Duration = Duration::from_millis(20);

/// A port at which connections are accepted. Dropped, it lets go of the port and of all connections.
pub(crate) struct Listener {
    door: Held,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on an address of this machine, and answers by `router`. Nobody listens while all connections are
    /// refused; where the control surface is spared, those are reset that say that they are not for it.
    pub(crate) fn start(
        address: SocketAddr,
        router: Router,
        refusing: Refusal,
        patience: Patience,
    ) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            let message = format!("{address} is not an address of this machine alone");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let door = refusing.door(address)?;
        let held = Held(Arc::clone(&door));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept(held, router, refusing, patience, stopped));
        Ok(Self {
            door: Held(door),
            stop: Some(stop),
            task,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.door.0.address()
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

/// A port that is let go when whoever has it ends, or the runtime does.
struct Held(Arc<Door>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn accept(
    door: Held,
    router: Router,
    refusing: Refusal,
    patience: Patience,
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
            accepted = next(&door.0, &places) => accepted,
        };
        let Ok((stream, place)) = accepted else {
            // Out of handles, most likely: others have to end first.
            tokio::time::sleep(REST).await;
            continue;
        };
        let spare = refusing.spares_control();
        let router = router.clone();
        connections.spawn(async move {
            if spare && !super::refusal::is_for_control(&stream).await {
                reset_when_dropped(&stream);
            } else {
                serve(stream, router, patience).await;
            }
            drop(place);
        });
    }
    drop(door);
    connections.shutdown().await;
}

/// The next connection, with a place for it.
async fn next(
    door: &Door,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await;
    let place = place.map_err(io::Error::other)?;
    Ok((door.accept().await?, place))
}

async fn serve(stream: TcpStream, router: Router, patience: Patience) {
    let _ = stream.set_nodelay(true);
    let switch = Switch::default();
    let arrival = Arrival::default();
    let line = TokioIo::new(Line::new(stream, switch.clone(), arrival.clone()));
    let service = TowerToHyperService::new(router.layer(Extension(switch.clone())));
    let mut http = hyper::server::conn::http1::Builder::new();
    if let Some(longest) = patience.longest() {
        http.timer(arrival.timer(longest));
    }
    http.header_read_timeout(patience.longest());
    let connection = http
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
