//! What a simulator is made from.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::shared::{ClockMode, Shared};
use super::{Clock, MarketControl, Simulator};
use crate::fill::{FillModel, Paper};
use crate::market::Universe;
use crate::market::prices::PriceSource;
use crate::streams::{FrameKind, StreamOptions};
use crate::wire::patience::Patience;
use crate::wire::quota::WallClock;
use crate::world::account::AccountSetup;
use crate::world::{Dialect, Setup, World};

/// Makes a [`Simulator`].
///
/// Everything has a default: seed 0, a virtual clock at 10:00 in New York on 5 January 2026, a Monday, one
/// account with 100,000 dollars and the keys `PKSIMULATOR` and `simulator`, the built-in assets, the fills
/// of the paper service, no rate limit, any free port on this machine.
#[derive(Debug)]
#[must_use = "a builder does nothing until it starts a simulator"]
pub struct Builder {
    pub(super) seed: u64,
    pub(super) mode: ClockMode,
    pub(super) start: DateTime<Utc>,
    pub(super) accounts: Vec<AccountSetup>,
    pub(super) universe: Universe,
    pub(super) fill_model: Box<dyn FillModel>,
    pub(super) dialect: Dialect,
    pub(super) latency: TimeDelta,
    pub(super) address: SocketAddr,
    pub(super) streams: StreamOptions,
    pub(super) wall: WallClock,
    pub(super) rate_limit: Option<u32>,
    pub(super) patience: Patience,
    pub(super) journal: bool,
    pub(super) journal_limit: usize,
    pub(super) prices: Prices,
}

/// Sources of quotes.
#[derive(Default)]
pub(super) struct Prices(Vec<Box<dyn PriceSource>>);

impl fmt::Debug for Prices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} sources", self.0.len())
    }
}

/// 10:00 in New York on Monday, 5 January 2026.
const START: DateTime<Utc> = match DateTime::from_timestamp(1_767_625_200, 0) {
    Some(start) => start,
    None => DateTime::UNIX_EPOCH,
};

/// How much of a journal is kept unless it is said, in bytes: 256 MiB.
const JOURNAL_LIMIT: usize = 256 << 20;

impl Default for Builder {
    fn default() -> Self {
        Self {
            seed: 0,
            mode: ClockMode::Virtual,
            start: START,
            accounts: Vec::new(),
            universe: Universe::builtin(),
            fill_model: Box::new(Paper::default()),
            dialect: Dialect::default(),
            latency: TimeDelta::zero(),
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            streams: StreamOptions::default(),
            wall: WallClock::default(),
            rate_limit: None,
            patience: Patience::USUAL,
            journal: false,
            journal_limit: JOURNAL_LIMIT,
            prices: Prices::default(),
        }
    }
}

impl Builder {
    /// The seed of ids and fills: two simulators with the same seed and the same calls are the same.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How time passes: by default only when it is told to.
    pub fn clock(mut self, mode: ClockMode) -> Self {
        self.mode = mode;
        self
    }

    /// What time it is at first.
    pub fn start_at(mut self, start: DateTime<Utc>) -> Self {
        self.start = start;
        self
    }

    /// Another account. The first one that is given replaces the built-in one.
    pub fn account(mut self, account: AccountSetup) -> Self {
        self.accounts.push(account);
        self
    }

    /// The cash of the built-in account, or of the last that was given; in dollars.
    pub fn cash(mut self, cash: Decimal) -> Self {
        match self.accounts.last_mut() {
            Some(account) => account.cash = cash,
            None => self.accounts.push(AccountSetup {
                cash,
                ..AccountSetup::default()
            }),
        }
        self
    }

    /// What is traded.
    pub fn universe(mut self, universe: Universe) -> Self {
        self.universe = universe;
        self
    }

    /// When and at which price orders are filled.
    pub fn fill_model(mut self, model: impl FillModel + 'static) -> Self {
        self.fill_model = Box::new(model);
        self
    }

    /// Which sources are followed where they conflict.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// How long an order, a cancel or a replacement is on its way to the venue; by default no time. What
    /// happens meanwhile can come before it.
    pub fn latency(mut self, latency: TimeDelta) -> Self {
        self.latency = latency.max(TimeDelta::zero());
        self
    }

    /// The port on this machine; by default any that is free.
    pub fn port(mut self, port: u16) -> Self {
        self.address.set_port(port);
        self
    }

    /// The address of this machine; by default `127.0.0.1`. The other usual one is `::1`.
    pub fn ip(mut self, ip: IpAddr) -> Self {
        self.address.set_ip(ip);
        self
    }

    /// How the websocket sends JSON: in binary frames, as the paper service does, unless set.
    pub fn frames(mut self, frames: FrameKind) -> Self {
        self.streams.frames = frames;
        self
    }

    /// The time between two pings to a websocket; by default, and with zero, there are none. It is measured by
    /// tokio's clock.
    pub fn ping_every(mut self, every: Duration) -> Self {
        self.streams.ping_every = Some(every);
        self
    }

    /// The time between two `:heartbeat` comments in server-sent events; by default, and with zero, there are
    /// none. It is measured by tokio's clock.
    pub fn heartbeat_every(mut self, every: Duration) -> Self {
        self.streams.heartbeat_every = Some(every);
        self
    }

    /// How many events of its account may happen while a stream's client takes nothing, before it counts as a
    /// slow reader; 10,000 unless set. A websocket is dropped then, server-sent events go on at the newest.
    pub fn stream_lag(mut self, events: usize) -> Self {
        self.streams.lag = events;
        self
    }

    /// The clock on the wall, in place of the machine's: what the rate limit goes by, and nothing else.
    pub fn wall_clock(mut self, now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.wall = WallClock::new(now);
        self
    }

    /// How many requests an account may make in a minute of the wall clock; by default any number.
    pub fn rate_limit(mut self, per_minute: u32) -> Self {
        self.rate_limit = Some(per_minute);
        self
    }

    /// How long a request may take to arrive, head and body each, from the first wait for a part that is missing; 30
    /// seconds unless set, and with zero for ever. Then a connection that has sent half a head is closed, and half a
    /// body is answered 408. It is measured by tokio's clock. A connection that is idle between two requests may be so
    /// as long as it likes.
    pub fn request_timeout(mut self, longest: Duration) -> Self {
        self.patience = Patience::new(longest);
        self
    }

    /// Writes down every request of the service with its answer, refused ones too, every event, fill, act of the
    /// venue and step of the clock: see [`Simulator::journal`].
    pub fn journal(mut self) -> Self {
        self.journal = true;
        self
    }

    /// How much of the journal is kept, in bytes; 256 MiB unless set. Beyond it the oldest lines go, and the first
    /// line that is read says how many: `{"at": …, "lines": N, "what": "dropped"}`. The newest line is always kept.
    pub fn journal_limit(mut self, bytes: usize) -> Self {
        self.journal_limit = bytes;
        self
    }

    /// Lets the clock play the quotes of a source, beside those of others. Quotes of times before the start are
    /// left out. The assets that the source names are those of the [`universe`](Self::universe).
    pub fn prices(mut self, source: impl PriceSource + 'static) -> Self {
        self.prices.0.push(Box::new(source));
        self
    }

    /// Pings the clients of websockets this often, and sends heartbeats to those of event streams; by default
    /// neither, so that a paused clock of tokio stands still. A time of zero is none.
    pub fn keep_alive(self, every: Duration) -> Self {
        self.ping_every(every).heartbeat_every(every)
    }

    /// Starts the simulator on the caller's runtime, which may have one thread and a paused clock.
    ///
    /// # Errors
    ///
    /// When the port cannot be had, when the address is not of this machine alone, when two accounts have one
    /// key id or one secret, when an account has no cash.
    pub async fn start(self) -> io::Result<Simulator> {
        let (simulator, address) = self.prepare()?;
        simulator.serve(address).await?;
        Ok(simulator)
    }

    /// Makes a simulator that does not listen: for [`Simulator::call`], its clock and its market, at their full
    /// speed. [`Simulator::listen`] lets it answer at its port later.
    ///
    /// A clock that runs by itself needs a runtime around this call.
    ///
    /// # Errors
    ///
    /// When two accounts have one key id or one secret, when an account has no cash.
    pub fn build(self) -> io::Result<Simulator> {
        let (simulator, address) = self.prepare()?;
        simulator.will_listen_at(address);
        Ok(simulator)
    }

    /// Makes the world, and says which port it is to have.
    fn prepare(self) -> io::Result<(Simulator, SocketAddr)> {
        let accounts = match self.accounts.is_empty() {
            true => vec![AccountSetup::default()],
            false => self.accounts,
        };
        check(&accounts)?;
        let mut world = World::new(Setup {
            seed: self.seed,
            start: self.start,
            accounts,
            universe: self.universe,
            fill_model: self.fill_model,
            dialect: self.dialect,
            latency: self.latency,
            prices: Vec::new(),
        });
        if self.journal {
            world.keep_journal(self.journal_limit);
        }
        for source in self.prices.0 {
            world.play(source);
        }
        let shared = Shared::new(world, self.mode);
        let simulator = Simulator::new(
            shared,
            self.streams,
            self.seed,
            self.rate_limit,
            self.wall,
            self.patience,
            self.journal,
        );
        Ok((simulator, self.address))
    }
}

fn check(accounts: &[AccountSetup]) -> io::Result<()> {
    let wrong = |message: String| Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    for (index, account) in accounts.iter().enumerate() {
        let mut earlier = accounts.iter().take(index);
        if earlier.clone().any(|other| other.key_id == account.key_id) {
            return wrong(format!("two accounts have the key id `{}`", account.key_id));
        }
        // As a bearer's token a secret stands alone.
        if let Some(other) = earlier.find(|other| other.secret == account.secret) {
            return wrong(format!(
                "the accounts `{}` and `{}` have the same secret: a token would open one of them only",
                other.key_id, account.key_id
            ));
        }
        let most = Decimal::from(1_000_000_000);
        if account.cash < Decimal::ONE || account.cash > most {
            return wrong(format!(
                "the account `{}` begins with {} dollars: 1 to {most} are possible",
                account.key_id, account.cash
            ));
        }
    }
    Ok(())
}

impl Simulator {
    /// A simulator with settings of its own.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        Clock::new(self.shared().clone())
    }

    /// Its market.
    #[must_use]
    pub fn market(&self) -> MarketControl {
        MarketControl::new(self.shared().clone())
    }
}
