//! The simulator: a world, served.

mod accounts;
mod builder;
mod control;
mod record;
mod serve;
mod shared;
mod venue;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

pub(crate) use accounts::change_state;
pub use builder::Builder;
pub use control::{Clock, ControlError, MarketControl};
pub use shared::ClockMode;
pub(crate) use shared::Shared;
pub use venue::{Execution, Venue};

use crate::Ids;
use crate::api::{self, Call, NoRoute};
use crate::faults::Faults;
use crate::streams::{Shutdown, ShutdownHandle, StreamOptions};
use crate::wire::listener::Listener;
use crate::wire::patience::Patience;
use crate::wire::quota::{Quota, WallClock};
use crate::world::World;
use crate::world::account::AccountIx;
use serve::Served;

/// Alpaca's paper service on this machine.
///
/// It answers HTTP, the websocket and the event streams at [`base_url`](Self::base_url) until it is dropped. Its
/// clock and its market are in the caller's hand: [`clock`](Self::clock), [`market`](Self::market).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use alpaca_trading_sim::Simulator;
///
/// let simulator = Simulator::builder().seed(7).start().await?;
/// let order = r#"{"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}"#;
/// let (status, answer) = simulator.call("POST", "/v2/orders", order);
/// assert_eq!((status, answer["status"].as_str()), (200, Some("pending_new")));
/// let (_, positions) = simulator.call("GET", "/v2/positions", "");
/// assert_eq!(positions[0]["qty"], "1");
/// # Ok(())
/// # }
/// ```
pub struct Simulator {
    parts: Served,
    listener: tokio::sync::Mutex<Option<Listener>>,
    address: Mutex<Option<SocketAddr>>,
    shutdown: Mutex<Option<ShutdownHandle>>,
    ticker: Option<tokio::task::JoinHandle<()>>,
}

/// A world as it was at a moment, kept in memory: see [`Simulator::snapshot`].
#[derive(Clone)]
pub struct Snapshot(Box<World>);

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Snapshot").field(&self.0.now()).finish()
    }
}

impl Simulator {
    fn new(
        shared: Shared,
        streams: StreamOptions,
        seed: u64,
        rate_limit: Option<u32>,
        wall: WallClock,
        patience: Patience,
        journal: bool,
    ) -> Self {
        /// How often a clock that runs by itself is looked at when nobody asks.
        const TICK: std::time::Duration = std::time::Duration::from_millis(20);
        let ticker = shared.runs().then(|| {
            let shared = shared.clone();
            tokio::spawn(async move {
                let mut ticks = tokio::time::interval(TICK);
                ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
                loop {
                    ticks.tick().await;
                    shared.with(|_| ());
                }
            })
        });
        Self {
            parts: Arc::new(SimulatorParts {
                shared,
                streams,
                faults: Faults::new(seed),
                quota: rate_limit.map(Quota::new),
                wall,
                patience,
                ids: Mutex::new(Ids::new(seed ^ 0x7265_7175)),
                journal,
                snapshots: Mutex::default(),
            }),
            listener: tokio::sync::Mutex::new(None),
            address: Mutex::new(None),
            shutdown: Mutex::new(None),
            ticker,
        }
    }

    /// Begins to answer at an address.
    async fn serve(&self, address: SocketAddr) -> io::Result<()> {
        let mut held = self.listener.lock().await;
        if held.is_some() {
            return Ok(());
        }
        let (handle, shutdown) = Shutdown::pair();
        let router = serve::router(Arc::clone(&self.parts), shutdown);
        let listener = {
            let (refusing, patience) = (self.parts.faults.refusing(), self.parts.patience);
            Listener::start(address, router, refusing, patience)?
        };
        *locked(&self.address) = Some(listener.address());
        *locked(&self.shutdown) = Some(handle);
        *held = Some(listener);
        Ok(())
    }

    /// Keeps the address for a listener to come.
    fn will_listen_at(&self, address: SocketAddr) {
        *locked(&self.address) = Some(address);
    }

    /// Where it answers: what any client takes as Alpaca's base URL. After
    /// [`stop_listening`](Self::stop_listening), where it did. One that was [built](Builder::build) with any free
    /// port has its own when it listens.
    #[must_use]
    pub fn base_url(&self) -> String {
        match *locked(&self.address) {
            Some(address) => format!("http://{address}"),
            None => String::new(),
        }
    }

    /// A client of the first account, set up for this simulator: its waits are those of tokio's clock, and it
    /// holds itself to a quota only if the simulator has one.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be set up.
    #[cfg(feature = "client")]
    pub fn client(&self) -> alpaca_trading::Result<alpaca_trading::Client> {
        let (key, secret) = self.shared().with(|world| {
            let first = world.accounts().first().map(|account| &account.setup);
            first
                .map(|setup| (setup.key_id.clone(), setup.secret.clone()))
                .unwrap_or_default()
        });
        let pacing = match self.parts.quota {
            Some(_) => alpaca_trading::Pacing::default(),
            None => alpaca_trading::Pacing::Off,
        };
        alpaca_trading::Client::builder()
            .base_url(self.base_url())
            .key_pair(&key, &secret)
            .pacing(pacing)
            .build()
    }

    /// Its faults: what goes wrong, and when.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.parts.faults
    }

    /// Looks at the world: accounts, orders, prices, as they are at this moment.
    pub fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        self.shared().with(|world| look(world))
    }

    /// Makes a request of the first account without a socket: a method, a path with its query, and a body. The
    /// answer's status and body; null for none. Faults and quotas are those of sockets, and have no part here.
    pub fn call(
        &self,
        method: &str,
        target: &str,
        body: impl AsRef<[u8]>,
    ) -> (u16, serde_json::Value) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (operation, path) = match api::find(method, path) {
            Ok(found) => found,
            Err(NoRoute::Unknown) => {
                return (404, serde_json::json!({"message": "endpoint not found."}));
            }
            Err(NoRoute::Method) => {
                return (405, serde_json::json!({"message": "method not allowed."}));
            }
        };
        let call = Call {
            path,
            query: Call::query_of(query),
            body: body.as_ref().to_vec(),
        };
        let (status, body) =
            serve::perform(self.shared(), operation, AccountIx(0), &call, target, None);
        (status.as_u16(), body.unwrap_or_default())
    }

    /// The world as it is now, to be gone back to.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.parts.snapshot()
    }

    /// Goes back to the world of a snapshot, clock and ids included. Streams that are open go on with what
    /// happens from here.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.parts.restore(snapshot);
    }

    /// Everything that has happened, one line of JSON each; nothing unless [`Builder::journal`] was asked for. Where
    /// more has happened than [is kept](Builder::journal_limit), the first line is of a kind of its own, `dropped`,
    /// and says how many `lines` of the beginning are gone.
    #[must_use]
    pub fn journal(&self) -> Vec<String> {
        let lines = self.shared().with(|world| world.journal());
        lines.iter().map(|line| line.to_string()).collect()
    }

    /// Lets go of the port and of all connections, and waits until they have ended. The world goes on.
    pub async fn stop_listening(&self) {
        let mut held = self.listener.lock().await;
        let streams = locked(&self.shutdown).take();
        if let Some(streams) = &streams {
            streams.shut_down();
        }
        if let Some(listener) = held.take() {
            listener.stop().await;
        }
        if let Some(streams) = streams {
            streams.ended().await;
        }
    }

    /// Answers again, at the same address as before; or for the first time, after [`Builder::build`].
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    pub async fn listen(&self) -> io::Result<()> {
        let address = *locked(&self.address);
        match address {
            Some(address) => self.serve(address).await,
            None => Ok(()),
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.parts.shared
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(ticker) = &self.ticker {
            ticker.abort();
        }
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("base_url", &self.base_url())
            .finish_non_exhaustive()
    }
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything that serving needs.
pub(crate) struct SimulatorParts {
    pub(crate) shared: Shared,
    pub(crate) streams: StreamOptions,
    pub(crate) faults: Faults,
    pub(crate) quota: Option<Quota>,
    pub(crate) wall: WallClock,
    pub(crate) patience: Patience,
    ids: Mutex<Ids>,
    /// Whether a journal is kept.
    pub(crate) journal: bool,
    /// The snapshots that the control surface keeps.
    pub(crate) snapshots: Mutex<Snapshots>,
}

/// Snapshots by number, which are never used twice.
#[derive(Default)]
pub(crate) struct Snapshots {
    pub(crate) kept: BTreeMap<u64, Snapshot>,
    pub(crate) made: u64,
}

impl Snapshot {
    /// What time it is in it.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.0.now()
    }
}

impl SimulatorParts {
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.shared.with(|world| Snapshot(Box::new(world.clone())))
    }

    pub(crate) fn restore(&self, snapshot: &Snapshot) {
        self.shared
            .with_clock_moved(|world| world.restore(&snapshot.0));
    }

    /// An id for an answer: 32 hexadecimal digits.
    pub(crate) fn request_id(&self) -> String {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.uuid().simple().to_string()
    }
}
