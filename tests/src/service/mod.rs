//! A service like Alpaca's on the loopback interface, with its faults: for tests of retries, of
//! orders that must be submitted once, of pagination and of pacing.
//!
//! It runs on the runtime of the test. On a current-thread runtime with a paused clock
//! (`#[tokio::test(start_paused = true)]`) nothing waits in earnest: time moves only when server and
//! client both have nothing to do but to wait, and then it moves exactly to the next timer. The
//! server sets no timer of its own, other than those that an [`Answer`] asks for.
//!
//! ```
//! use serde_json::json;
//! use tests::service::{Answer, Service};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let mut failures = 2;
//! let service = Service::start(move |_| {
//!     if failures > 0 {
//!         failures -= 1;
//!         return Answer::html(503);
//!     }
//!     Answer::json(200, &json!({"is_open": true}))
//! })
//! .await;
//! let url = format!("{}/v2/clock", service.url());
//! for expected in [503, 503, 200] {
//!     let answer = tests::http().get(&url).send().await.unwrap();
//!     assert_eq!(answer.status().as_u16(), expected);
//! }
//! assert_eq!(service.requests().len(), 3);
//! # }
//! ```

mod answer;
mod book;
mod connection;
mod desk;
mod faults;
mod faulty;
mod host;
mod instant;
mod listing;
mod order;
mod pages;
mod positions;
mod random;
mod rate;
mod request;
mod rows;
mod rules;

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use tokio::net::TcpSocket;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::loopback::Recorded;
use host::{ANYWHERE, Command, Host, Shared, closed};

pub use answer::{Answer, Deed, Message};
pub use book::Book;
pub use connection::{BODY_LIMIT, HEAD_LIMIT};
pub use faults::{Fault, Faults, Moment, RetryAfter, Weights};
pub use faulty::{FaultyBook, Injected, Operations};
pub use instant::{http_date, opening, stamp};
pub use order::Order;
pub use pages::Pages;
pub use positions::Position;
pub use random::Random;
pub use rate::{Limits, RateLimited};
pub use rules::Rules;

/// How many connections there can be at a time; one more is reset.
pub const CONNECTION_LIMIT: usize = 256;

/// How many requests a server answers before it takes a client to be mad and closes the connection
/// on each.
pub const REQUEST_LIMIT: usize = 100_000;

/// A request, with when and where it arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The request; its parts can be reached directly too.
    pub request: Recorded,
    /// When it had been read, by the clock of tokio.
    pub at: Instant,
    /// On which connection it came, counted from zero.
    pub connection: usize,
}

impl Deref for Arrived {
    type Target = Recorded;

    fn deref(&self) -> &Recorded {
        &self.request
    }
}

/// The server. It and all its connections end when this is dropped.
pub struct Service {
    address: SocketAddr,
    shared: Arc<Shared>,
    _host: JoinSet<()>,
}

impl Service {
    /// Starts a server on a free port of the loopback interface, which answers each request with
    /// what `handler` makes of it. The handler sees one request at a time.
    ///
    /// # Panics
    ///
    /// When the loopback interface has no port left, or there is no runtime.
    pub async fn start(handler: impl FnMut(&Recorded) -> Answer + Send + 'static) -> Self {
        let (host, address, shared) = Host::new(Box::new(handler));
        let mut tasks = JoinSet::new();
        tasks.spawn(host.run());
        Self {
            address,
            shared,
            _host: tasks,
        }
    }

    /// An address at which connections are refused for as long as the value lives.
    ///
    /// # Panics
    ///
    /// When the loopback interface has no port left, or there is no runtime.
    #[must_use]
    pub fn refusing() -> Refusing {
        Refusing(closed(ANYWHERE))
    }

    /// Where the server listens: `http://127.0.0.1:49152`, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far, in the order in which they were read.
    ///
    /// # Panics
    ///
    /// When the handler panicked.
    #[must_use]
    pub fn requests(&self) -> Vec<Arrived> {
        self.shared.arrived().clone()
    }

    /// The requests so far, which are forgotten.
    ///
    /// # Panics
    ///
    /// When the handler panicked.
    #[must_use]
    pub fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut *self.shared.arrived())
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.accepted()
    }

    /// Closes all connections and refuses new ones, like a server that is being restarted. When
    /// this returns the port is closed.
    ///
    /// # Panics
    ///
    /// When the server is gone.
    pub async fn pause_listening(&self) {
        self.ask(Command::Pause).await;
    }

    /// Listens again, at the same address.
    ///
    /// # Panics
    ///
    /// When the server is gone, because its port was taken by another.
    pub async fn resume(&self) {
        self.ask(Command::Resume).await;
    }

    async fn ask(&self, command: impl FnOnce(oneshot::Sender<()>) -> Command) {
        let (sender, receiver) = oneshot::channel();
        self.shared.order(command(sender));
        receiver.await.expect("the server runs");
    }
}

/// An address at which connections are refused; see [`Service::refusing`].
pub struct Refusing(TcpSocket);

impl Refusing {
    /// The address: `http://127.0.0.1:49152`, without a slash at its end.
    ///
    /// # Panics
    ///
    /// Never: a bound socket has an address.
    #[must_use]
    pub fn url(&self) -> String {
        let address = self.0.local_addr().expect("a bound socket has an address");
        format!("http://{address}")
    }
}
