//! A wire that breaks: a way to the service on which connections are cut after so many bytes.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the service says last before updates come.
const READY: &[u8] = b"\"listening\"";

/// A way to a service. Dropped, it cuts everything.
pub(super) struct Proxy {
    address: SocketAddr,
    wire: Arc<Wire>,
    task: JoinHandle<()>,
}

/// What is done to the connections.
#[derive(Default)]
struct Wire {
    /// How many bytes the service may still say before its connection is cut, and then the connection after it,
    /// and so on; without an end where there is none.
    left: Mutex<VecDeque<u64>>,
    /// For how many milliseconds the service's words are kept back.
    slow: AtomicU64,
    cuts: AtomicU64,
    /// How many of them were in a handshake.
    early: AtomicU64,
}

impl Proxy {
    /// A way to the service at this address.
    pub(super) async fn open(service: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let wire = Arc::new(Wire::default());
        let shared = Arc::clone(&wire);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let wire = Arc::clone(&shared);
                tokio::spawn(async move {
                    if let Ok(service) = TcpStream::connect(service).await {
                        wire.carry(client, service).await;
                    }
                });
            }
        });
        Self {
            address,
            wire,
            task,
        }
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        format!("ws://{}/stream", self.address)
    }

    /// Cuts the connection once the service has said this many more bytes, none at all at once, and then those that
    /// follow it once it has said the next numbers on them: in the handshake, right after it, while the account is
    /// read.
    pub(super) fn cut_after(&self, bytes: impl IntoIterator<Item = u64>) {
        *self.wire.left() = bytes.into_iter().collect();
    }

    /// Keeps the service's words back for so many milliseconds from now on: what is read of the account meanwhile
    /// is ahead of them.
    pub(super) fn slow_down(&self, millis: u64) {
        self.wire.slow.store(millis, Ordering::SeqCst);
    }

    /// How often it was cut.
    pub(super) fn cuts(&self) -> u64 {
        self.wire.cuts.load(Ordering::Relaxed)
    }

    /// How often it was cut before the service had said that it is ready.
    pub(super) fn early_cuts(&self) -> u64 {
        self.wire.early.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Wire {
    fn left(&self) -> std::sync::MutexGuard<'_, VecDeque<u64>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries bytes both ways until one side ends or the bytes are used up.
    async fn carry(&self, mut client: TcpStream, mut service: TcpStream) {
        let (mut up, mut down) = (vec![0; 16 * 1_024], vec![0; 16 * 1_024]);
        // What the service has said of its handshake.
        let mut said = Some(Vec::new());
        loop {
            tokio::select! {
                read = client.read(&mut up) => match read {
                    Ok(count) if count > 0 => {
                        if service.write_all(&up[..count]).await.is_err() {
                            return;
                        }
                    }
                    _ => return,
                },
                read = service.read(&mut down) => {
                    let Some(count) = read.ok().filter(|count| *count > 0) else {
                        return;
                    };
                    let wait = self.slow.load(Ordering::SeqCst);
                    if wait > 0 {
                        tokio::time::sleep(Duration::from_millis(wait)).await;
                    }
                    let allowed = self.spend(count as u64);
                    let whole = allowed == count as u64;
                    let kept = usize::try_from(allowed).unwrap_or(count);
                    if client.write_all(&down[..kept]).await.is_err() {
                        return;
                    }
                    if let Some(text) = &mut said {
                        text.extend_from_slice(&down[..kept]);
                        if text.windows(READY.len()).any(|part| part == READY) {
                            said = None;
                        }
                    }
                    if !whole {
                        self.cuts.fetch_add(1, Ordering::Relaxed);
                        self.early.fetch_add(u64::from(said.is_some()), Ordering::Relaxed);
                        return;
                    }
                }
            }
        }
    }

    /// Takes bytes from what is left of this connection: how many of these may pass. With the last ones the count
    /// of the next connection begins, so that one cut is one cut.
    fn spend(&self, count: u64) -> u64 {
        let mut all = self.left();
        let Some(left) = all.front_mut() else {
            return count;
        };
        let allowed = count.min(*left);
        *left -= allowed;
        if allowed < count {
            all.pop_front();
        }
        allowed
    }
}
