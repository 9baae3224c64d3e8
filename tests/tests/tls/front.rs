//! TLS in front of the simulator, which speaks none. HTTP/2 ends here; what is not HTTP/2 is handed on.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use alpaca_trading_sim::Simulator;
use rustls::ServerConfig;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::http2::{self, Mishap};

/// Takes connections of TLS, and serves what comes in them.
pub(super) struct Front {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What all connections have together.
pub(super) struct Shared {
    pub(super) simulator: Arc<Simulator>,
    /// What happens to the next requests of HTTP/2 that change something.
    pub(super) mishaps: Mutex<VecDeque<Mishap>>,
    /// Connections that were made, those of them whose handshake went well, and those of HTTP/2.
    made: AtomicUsize,
    trusted: AtomicUsize,
    modern: AtomicUsize,
    cut: broadcast::Sender<()>,
}

impl Front {
    pub(super) async fn start(config: Arc<ServerConfig>, simulator: &Arc<Simulator>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            simulator: Arc::clone(simulator),
            mishaps: Mutex::default(),
            made: AtomicUsize::new(0),
            trusted: AtomicUsize::new(0),
            modern: AtomicUsize::new(0),
            cut: broadcast::channel(1).0,
        });
        let acceptor = TlsAcceptor::from(config);
        Self {
            address,
            accepting: tokio::spawn(accept(listener, acceptor, Arc::clone(&shared))),
            shared,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    pub(super) fn made(&self) -> usize {
        self.shared.made.load(Ordering::Relaxed)
    }

    pub(super) fn trusted(&self) -> usize {
        self.shared.trusted.load(Ordering::Relaxed)
    }

    pub(super) fn modern(&self) -> usize {
        self.shared.modern.load(Ordering::Relaxed)
    }

    /// Cuts all connections, without the farewell of TLS.
    pub(super) fn cut(&self) {
        let _ = self.shared.cut.send(());
    }

    /// Does this to the next requests that change something.
    pub(super) fn meet(&self, mishaps: impl IntoIterator<Item = Mishap>) {
        let mut waiting = self.shared.mishaps.lock().expect("no panic");
        waiting.extend(mishaps);
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    while let Ok((wire, _)) = listener.accept().await {
        shared.made.fetch_add(1, Ordering::Relaxed);
        let (acceptor, shared) = (acceptor.clone(), Arc::clone(&shared));
        let mut cut = shared.cut.subscribe();
        tokio::spawn(async move {
            let Ok(wire) = acceptor.accept(wire).await else {
                return;
            };
            shared.trusted.fetch_add(1, Ordering::Relaxed);
            tokio::select! {
                () = serve(wire, &shared) => {}
                _ = cut.recv() => {}
            }
        });
    }
}

async fn serve(mut wire: TlsStream<TcpStream>, shared: &Arc<Shared>) {
    if wire.get_ref().1.alpn_protocol() == Some(b"h2") {
        shared.modern.fetch_add(1, Ordering::Relaxed);
        return http2::serve(wire, shared).await;
    }
    let behind = shared.simulator.base_url();
    let behind = behind.trim_start_matches("http://");
    if let Ok(mut behind) = TcpStream::connect(behind).await {
        let _ = copy_bidirectional(&mut wire, &mut behind).await;
    }
}
