//! How a stream of activity events is begun: what can be set, and the connection to the service.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use alpaca_trading_gen::BoxFuture;
use chrono::{TimeDelta, Utc};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::ActivityStream;
use super::cursor::Cursor;
use super::healing::{Connect, First, Healing, LONGEST, Opened};
use super::outbox::outbox;
use crate::Client;
use crate::error::{Error, ErrorKind, InOperation as _, Outcome, Result, private, snippet_hiding};
use crate::resources::activity_events::{ActivityEvents, EventQuery};
use crate::stream::{Backoff, Health, Reconnect, StreamHook, clipped_without};
use crate::transport::after;

/// The operation behind a stream.
const OPERATION: &str = "subscribe_to_activity_events";

/// How long nothing may be heard, unless something else is said.
const SILENCE: Duration = Duration::from_secs(90);

/// How far before the moment at which a connection stood a stream without a beginning goes on.
const OVERLAP: TimeDelta = TimeDelta::seconds(5);

/// The same where the service's clock is not known.
const OVERLAP_UNKNOWN: TimeDelta = TimeDelta::seconds(60);

impl ActivityEvents {
    /// The stream of events that heals, connected: each event once, whatever happens to connections.
    ///
    /// Returns when the first connection stands. An attempt that fails is followed by another, within the
    /// client's deadline. For other settings see [`stream`](Self::stream); what holds after a break is in the
    /// table of [`stream::activity_events`](crate::stream::activity_events).
    ///
    /// # Errors
    ///
    /// `is_invalid` when the bounds of the query contradict each other. That of the answer when the service
    /// refuses the keys or the query. `is_timeout` when no connection came about within the client's deadline.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::activity_events::EventQuery;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let mut events = client.activity_events().connect(EventQuery::new()).await?;
    /// while let Some(item) = events.next().await {
    ///     if let Some(update) = item.update() {
    ///         println!("{} {:?}", update.activity_type(), update.event.net_amount);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn connect(&self, query: EventQuery) -> Result<ActivityStream> {
        self.stream(query).connect().await
    }

    /// The same without waiting for the first connection: from then on it heals, and what comes in between
    /// is told by its items.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the bounds of the query contradict each other. `is_configuration` outside of a tokio
    /// runtime.
    pub fn start(&self, query: EventQuery) -> Result<ActivityStream> {
        self.stream(query).start()
    }

    /// A stream of events that heals, with settings of its own.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use alpaca_trading::resources::activity_events::EventQuery;
    /// use alpaca_trading::stream::Reconnect;
    ///
    /// # async fn run(client: alpaca_trading::Client, last: String) -> alpaca_trading::Result<()> {
    /// let events = client
    ///     .activity_events()
    ///     .stream(EventQuery::new().since_id(last))
    ///     .reconnect(Reconnect::default().longest(Duration::from_secs(10)))
    ///     .silence(Duration::from_secs(45))
    ///     .connect()
    ///     .await?;
    /// # drop(events); Ok(()) }
    /// ```
    pub fn stream(&self, query: EventQuery) -> ActivityConnect {
        ActivityConnect {
            client: self.client().clone(),
            query,
            reconnect: Reconnect::default(),
            silence: SILENCE,
            hooks: Vec::new(),
        }
    }
}

/// A stream of events that is about to be begun; from [`ActivityEvents::stream`].
#[must_use = "nothing is begun before `connect` or `start`"]
pub struct ActivityConnect {
    client: Client,
    query: EventQuery,
    reconnect: Reconnect,
    silence: Duration,
    hooks: Vec<Arc<dyn StreamHook>>,
}

impl ActivityConnect {
    /// When it connects again after a break.
    pub fn reconnect(mut self, policy: Reconnect) -> Self {
        self.reconnect = policy;
        self
    }

    /// How long nothing may be heard, not even a heartbeat, before a connection counts as dead: 90 seconds
    /// unless it is set, and a tenth of a second at least. Time in which the consumer does not keep up does not
    /// count.
    pub fn silence(mut self, limit: Duration) -> Self {
        self.silence = limit.max(Duration::from_millis(100));
        self
    }

    /// Somebody who sees what happens to the stream. There may be several.
    pub fn hook(mut self, hook: impl StreamHook) -> Self {
        self.hooks.push(Arc::new(hook));
        self
    }

    /// Begins it, and waits for the first connection.
    ///
    /// # Errors
    ///
    /// Those of [`ActivityEvents::connect`].
    pub async fn connect(self) -> Result<ActivityStream> {
        let client = self.client.clone();
        let limit = client.options().deadline;
        let limit = limit.unwrap_or_else(|| client.retry_policy().deadline());
        let until = after(Instant::now(), limit);
        let (told, connected) = oneshot::channel();
        let first = First {
            told: Some(told),
            ..First::default()
        };
        let failed = Arc::clone(&first.failed);
        let stream = self.begin(first)?;
        let error = match tokio::time::timeout_at(until, connected).await {
            Ok(Ok(Ok(()))) => return Ok(stream),
            Ok(Ok(Err(error))) => error,
            Ok(Err(_)) => Error::new(ErrorKind::Connection, "the stream's task was stopped"),
            Err(_) => {
                let failed = failed.lock().unwrap_or_else(PoisonError::into_inner).take();
                too_late(limit, failed)
            }
        };
        Err(error.of(&client, OPERATION))
    }

    /// Begins it, and returns at once.
    ///
    /// # Errors
    ///
    /// Those of [`ActivityEvents::start`].
    pub fn start(self) -> Result<ActivityStream> {
        self.begin(First::default())
    }

    fn begin(self, first: First) -> Result<ActivityStream> {
        self.query.check().of(&self.client, OPERATION)?;
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| {
            let message = "a stream needs the tokio runtime that it is begun in";
            Error::new(ErrorKind::Configuration, message).of(&self.client, OPERATION)
        })?;
        let random = {
            let random = &self.client.pipeline().random;
            let mut random = random.lock().unwrap_or_else(PoisonError::into_inner);
            fastrand::Rng::with_seed(random.u64(..))
        };
        let health = Health::new("activity events", self.hooks);
        let (outbox, items) = outbox();
        // One attempt at a time: waiting and trying again is the stream's own affair.
        let policy = self.client.retry_policy().clone().with_max_attempts(1);
        let healing = Healing {
            connect: ToService(self.client.with_retry(policy)),
            cursor: Cursor::new(self.query),
            outbox,
            health: health.clone(),
            backoff: Backoff::new(self.reconnect, random),
            silence: self.silence,
            longest: LONGEST,
            first,
        };
        let task = runtime.spawn(healing.run());
        Ok(ActivityStream::new(items, task, health))
    }
}

impl fmt::Debug for ActivityConnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActivityConnect")
            .field("query", &self.query)
            .field("reconnect", &self.reconnect)
            .field("silence", &self.silence)
            .field("hooks", &self.hooks.len())
            .finish_non_exhaustive()
    }
}

fn too_late(limit: Duration, failed: Option<Error>) -> Error {
    let message = match &failed {
        Some(error) => format!("no connection within {limit:?}; the last attempt: {error}"),
        None => format!("no connection within {limit:?}"),
    };
    Error::new(ErrorKind::Timeout, message).with(|repr| {
        repr.outcome = Outcome::Unknown;
        repr.timed_out = true;
        if let Some(error) = failed {
            repr.status = error.status();
            repr.source = Some(Arc::new(error));
        }
    })
}

/// Connections to the service, by a client that tries once.
struct ToService(Client);

impl Connect for ToService {
    fn open(&self, query: EventQuery) -> BoxFuture<'_, Result<Opened>> {
        Box::pin(async move {
            // Before the request: what the service tells begins later, whenever it does.
            let sent = Utc::now();
            let pieces = self.0.activity_events().subscribe(query).await?;
            let before = match self.0.pipeline().clock.bounds() {
                Some(offset) => sent
                    .checked_add_signed(offset.least())
                    .and_then(|at| at.checked_sub_signed(OVERLAP)),
                None => sent.checked_sub_signed(OVERLAP_UNKNOWN),
            };
            Ok(Opened {
                pieces: Box::pin(pieces),
                before: before.unwrap_or(sent),
            })
        })
    }

    fn clock_offset(&self) -> Option<TimeDelta> {
        self.0.clock_offset()
    }

    fn shown(&self, text: &[u8]) -> String {
        let keys = self.0.pipeline().credentials.held();
        let secrets = keys.as_ref().map(private).unwrap_or_default();
        snippet_hiding(text, None, 200, &secrets)
    }

    fn hidden(&self, message: &[u8]) -> String {
        let keys = self.0.pipeline().credentials.held();
        let secret = keys.as_ref().map_or("", |keys| keys.secret());
        clipped_without(message, secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Credentials, Environment};

    fn client() -> Client {
        let keys = Credentials::key_pair("PKTEST", "secret-of-tests").unwrap();
        Client::new(Environment::Paper, keys).unwrap()
    }

    #[test]
    fn outside_of_a_runtime_and_with_a_bad_query_nothing_is_begun() {
        let client = client();
        let events = client.activity_events();
        let error = events.start(EventQuery::new()).unwrap_err();
        assert!(error.is_configuration(), "{error}");
        assert_eq!(error.environment(), Some(&Environment::Paper));
        let error = events.start(EventQuery::new().until_id("x")).unwrap_err();
        assert!(error.is_invalid(), "{error}");
    }

    #[test]
    fn a_silence_of_nothing_would_give_up_every_connection_and_is_not_taken() {
        let stream = client().activity_events().stream(EventQuery::new());
        assert_eq!(
            stream.silence(Duration::ZERO).silence,
            Duration::from_millis(100)
        );
    }

    #[test]
    fn what_is_set_is_shown_and_no_key_is() {
        let client = client();
        let connect = client.activity_events().stream(EventQuery::new());
        let shown = format!("{:?}", connect.silence(Duration::from_secs(7)));
        assert!(shown.contains("silence: 7s"), "{shown}");
        assert!(!shown.contains("PKTEST") && !shown.contains("secret-of-tests"));
        // Not even what the service says shows one.
        let service = ToService(client);
        assert_eq!(service.hidden(b"a secret-of-tests"), "a ***");
        let text = service.shown(b" welcome secret-of-tests\x1b[2J");
        assert!(
            text.contains("welcome") && !text.contains("secret-of-tests"),
            "{text}"
        );
        assert!(!text.contains('\x1b'));
    }

    #[test]
    fn who_waits_too_long_is_told_what_went_wrong_last() {
        let error = too_late(Duration::from_secs(3), None);
        assert!(error.is_timeout() && error.to_string().contains("no connection within 3s"));
        let last = Error::new(ErrorKind::Answer, "busy").with(|repr| repr.status = Some(503));
        let error = too_late(Duration::from_secs(3), Some(last));
        assert!(error.to_string().contains("busy"), "{error}");
        assert_eq!((error.status(), error.is_timeout()), (Some(503), true));
    }
}
