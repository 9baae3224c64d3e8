//! A wire that breaks: a way to the service on which connections are cut after so many bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Stands for "never" among the bytes.
const NEVER: u64 = u64::MAX;

/// A way to a service. Dropped, it cuts everything.
pub(super) struct Proxy {
    address: SocketAddr,
    /// How many bytes the service may still say before its connection is cut.
    left: Arc<AtomicU64>,
    /// For how many milliseconds the service's words are kept back.
    slow: Arc<AtomicU64>,
    cuts: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// A way to the service at this address.
    pub(super) async fn open(service: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let left = Arc::new(AtomicU64::new(NEVER));
        let slow = Arc::new(AtomicU64::new(0));
        let cuts = Arc::new(AtomicU64::new(0));
        let (bytes, count) = (Arc::clone(&left), Arc::clone(&cuts));
        let wait = Arc::clone(&slow);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (bytes, count) = (Arc::clone(&bytes), Arc::clone(&count));
                let wait = Arc::clone(&wait);
                tokio::spawn(async move {
                    let Ok(service) = TcpStream::connect(service).await else {
                        return;
                    };
                    if carry(client, service, &bytes, &wait).await {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        Self {
            address,
            left,
            slow,
            cuts,
            task,
        }
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        format!("ws://{}/stream", self.address)
    }

    /// Cuts the connection once the service has said this many more bytes: none at all is at once.
    pub(super) fn cut_after(&self, bytes: u64) {
        self.left.store(bytes, Ordering::SeqCst);
    }

    /// Keeps the service's words back for so many milliseconds from now on: what is read of the account meanwhile
    /// is ahead of them.
    pub(super) fn slow_down(&self, millis: u64) {
        self.slow.store(millis, Ordering::SeqCst);
    }

    /// How often it was cut.
    pub(super) fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Carries bytes both ways until one side ends or the bytes are used up. Whether it was cut.
async fn carry(
    mut client: TcpStream,
    mut service: TcpStream,
    left: &AtomicU64,
    slow: &AtomicU64,
) -> bool {
    let (mut up, mut down) = (vec![0; 16 * 1_024], vec![0; 16 * 1_024]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => match read {
                Ok(count) if count > 0 => {
                    if service.write_all(&up[..count]).await.is_err() {
                        return false;
                    }
                }
                _ => return false,
            },
            read = service.read(&mut down) => {
                let Some(count) = read.ok().filter(|count| *count > 0) else {
                    return false;
                };
                let wait = slow.load(Ordering::SeqCst);
                if wait > 0 {
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                }
                let allowed = spend(left, count as u64);
                let whole = allowed == count as u64;
                let kept = usize::try_from(allowed).unwrap_or(count);
                if client.write_all(&down[..kept]).await.is_err() {
                    return false;
                }
                if !whole {
                    return true;
                }
            }
        }
    }
}

/// Takes bytes from what is left: how many of these may pass. With the last ones the count begins anew, so
/// that one cut is one cut.
fn spend(left: &AtomicU64, count: u64) -> u64 {
    let spent = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| match left {
        NEVER => None,
        left if left < count => Some(NEVER),
        left => Some(left - count),
    });
    match spent {
        Ok(left) if left < count => left,
        _ => count,
    }
}
