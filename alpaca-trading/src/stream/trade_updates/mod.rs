//! The stream of order updates.

mod actor;
mod connection;
mod consumer;
mod event;
mod hub;
mod ledger;
mod loose;
mod message;
mod moment;
mod options;
mod ring;
mod source;
mod update;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use alpaca_trading_gen::ClientInfo as _;
use chrono::Utc;

pub use consumer::TradeStream;
pub use event::TradeEvent;
pub use update::{Fill, LegFill, Origin, TradeUpdate};

use super::{Disconnect, DisconnectKind, Health, Reconnect, StreamHook};
use crate::error::{Cause, Error, ErrorKind, Outcome, Result};
use crate::{Client, Environment};
use actor::Actor;
use connection::Upgrade;
pub(super) use hub::Hub;
use options::Options;
use source::Source;

/// What the stream is called in the log.
const NAME: &str = "trade_updates";

impl Client {
    /// [`TradeUpdates`]: what happens to the account's orders, as it happens and without gaps.
    pub fn trade_updates(&self) -> TradeUpdates {
        TradeUpdates {
            client: self.clone(),
            options: Options::default(),
            hooks: Vec::new(),
        }
    }
}

/// What happens to the account's orders, as it happens and without gaps; from
/// [`Client::trade_updates`].
///
/// # Examples
///
/// ```no_run
/// use alpaca_trading::stream::StreamItem;
///
/// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
/// let mut stream = client.trade_updates().connect().await?;
/// while let Some(item) = stream.next().await {
///     for update in item.updates() {
///         println!("{} {:?} {}", update.event, update.order.symbol, update.order.status);
///     }
///     if let StreamItem::Disconnected { reason, .. } = item {
///         eprintln!("{reason}");
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "nothing is connected before `connect` or `start`"]
pub struct TradeUpdates {
    client: Client,
    options: Options,
    hooks: Vec<Arc<dyn StreamHook>>,
}

impl TradeUpdates {
    /// When to connect again.
    pub fn reconnect(mut self, policy: Reconnect) -> Self {
        self.options.reconnect = policy;
        self
    }

    /// How long nothing may be heard before the connection is given up: 30 seconds if nothing is said. The
    /// answer to a ping counts. At least a tenth of a second.
    pub fn silence(mut self, limit: Duration) -> Self {
        self.options.silence = limit.max(Duration::from_millis(100));
        self
    }

    /// How often the service is asked for a sign of life: every 10 seconds if nothing is said. At least a
    /// hundredth of a second.
    pub fn ping_every(mut self, time: Duration) -> Self {
        self.options.ping_every = time.max(Duration::from_millis(10));
        self
    }

    /// How many items are kept for a consumer that does not read them: 4,096 if nothing is said, and one at
    /// least; and never more than 64 MiB of messages. They are the same for all consumers. Whoever is further behind is told so
    /// ([`Lagged`](super::StreamItem::Lagged)), and what it has missed.
    pub fn buffer(mut self, items: usize) -> Self {
        self.options.buffer = items.max(1);
        self
    }

    /// How often the account is read although nothing asks for it: every 5 minutes if nothing is said, and
    /// never with `None`. It finds what the service has not told, such as the shrinking of the legs of a group.
    /// It takes two or three requests.
    pub fn audit_every(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.options.audit_every = time.into().map(|time| time.max(Duration::from_secs(1)));
        self
    }

    /// Reads nothing of the account: what is missed stays missed, and the stream stays stale after its first
    /// interruption.
    pub fn without_backfill(mut self) -> Self {
        self.options.backfill = false;
        self
    }

    /// Tells the orders that are open at the start, in the first
    /// [`Reconciled`](super::StreamItem::Reconciled).
    pub fn with_open_orders(mut self) -> Self {
        self.options.open_orders = true;
        self
    }

    /// Another address than the environment's: `wss`, or `ws` to this machine. What was missed is read from
    /// the environment all the same.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.options.url = Some(url.into());
        self
    }

    /// A hook that sees what happens to the stream.
    pub fn hook(mut self, hook: impl StreamHook) -> Self {
        self.hooks.push(Arc::new(hook));
        self
    }

    /// Connects, and waits until the stream tells everything: what happens after this call is told.
    ///
    /// Failures that pass are tried again, as long as a call of the client may take with all its attempts.
    ///
    /// # Errors
    ///
    /// `is_unauthorized` when the service refuses the credentials, or the connection with 401 or 403, after a single
    /// attempt; where a provider hands out credentials, after one more with others. Of kind
    /// [`Timeout`](ErrorKind::Timeout) when no connection came about in time, with the last failure in the
    /// message.
    pub async fn connect(self) -> Result<TradeStream> {
        let client = self.client.clone();
        let deadline = client.options().deadline;
        let limit = deadline.unwrap_or(client.retry_policy().deadline());
        let stream = self.start()?;
        let hub = Arc::clone(stream.hub());
        match tokio::time::timeout(limit, hub.is_ready()).await {
            Ok(Ok(())) => Ok(stream),
            Ok(Err(reason)) => Err(placed(ended(&reason), &client)),
            Err(_) => {
                let last = hub.trouble_so_far();
                let message = format!("no stream within {limit:?}: {last}");
                let error = Error::new(ErrorKind::Timeout, message);
                Err(placed(error.with(|repr| repr.timed_out = true), &client))
            }
        }
    }

    /// Begins to connect, and returns at once. Updates are told completely from the first
    /// [`Reconciled`](super::StreamItem::Reconciled) on.
    ///
    /// # Errors
    ///
    /// `is_configuration` when the address cannot be used, and outside of a tokio runtime.
    pub fn start(self) -> Result<TradeStream> {
        let Self {
            client,
            options,
            hooks,
        } = self;
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| {
            let message = "a stream needs the tokio runtime that it is begun in";
            placed(Error::new(ErrorKind::Configuration, message), &client)
        })?;
        let dial = Upgrade {
            http: client.stream_http()?,
            url: stream_url(&client, options.url.as_deref())?,
            limit: client.pipeline().connections.connect_timeout,
        };
        let source: Option<Arc<dyn Source>> = match options.backfill {
            true => Some(Arc::new(client.clone())),
            false => None,
        };
        let time = {
            let client = client.clone();
            Arc::new(move || Utc::now() + client.clock_offset().unwrap_or_default())
        };
        let health = Health::new(NAME, hooks);
        let hub = Arc::new(Hub::new(options.buffer, health, time));
        let stream = TradeStream::new(Arc::clone(&hub));
        // What is read from another address need not be of this account.
        if options.url.is_none() {
            client.watch(&hub);
        }
        let random = client.random();
        let actor = Actor::new(hub, client, Box::new(dial), source, options, random);
        runtime.spawn(actor.run());
        Ok(stream)
    }
}

impl fmt::Debug for TradeUpdates {
    /// Names the environment and the settings; never a key, nor an address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TradeUpdates")
            .field("environment", self.client.environment())
            .field("reconnect", &self.options.reconnect)
            .field("silence", &self.options.silence)
            .field("buffer", &self.options.buffer)
            .field("hooks", &self.hooks.len())
            .finish_non_exhaustive()
    }
}

/// The address of the stream, with the scheme of HTTP.
fn stream_url(client: &Client, custom: Option<&str>) -> Result<String> {
    let Some(url) = custom else {
        return Ok(format!("{}/stream", client.raw().baseurl()));
    };
    let http = match url.split_once("://") {
        Some(("ws", rest)) => format!("http://{rest}"),
        Some(("wss", rest)) => format!("https://{rest}"),
        _ => {
            let problem = crate::Problem::new("stream URL", "has neither the scheme ws nor wss");
            return Err(Error::configuration(vec![problem]));
        }
    };
    let allow = client.pipeline().connections.allow_plain_http;
    let checked = Environment::Custom(http).base_url_with(allow);
    checked.map_err(Error::configuration)
}

/// The error with which a stream has ended.
fn ended(reason: &Disconnect) -> Error {
    let message = format!("the stream of order updates has ended: {reason}");
    let unauthorized = reason.kind() == DisconnectKind::Unauthorized;
    let kind = match unauthorized {
        true => ErrorKind::Answer,
        false => ErrorKind::Connection,
    };
    Error::new(kind, message).with(|repr| {
        repr.outcome = Outcome::Unknown;
        if unauthorized {
            repr.outcome = Outcome::Rejected;
            repr.status = Some(401);
            repr.cause = Some(Cause::Unauthorized);
        }
    })
}

/// The same error with the environment that the stream is of.
fn placed(error: Error, client: &Client) -> Error {
    error.with(|repr| repr.environment = Some(client.environment().clone()))
}

#[cfg(test)]
mod tests;
