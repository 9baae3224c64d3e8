//! Activity events: fills, corrections, dividends and fees as they happen, as a stream.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use alpaca_trading_gen::DateOrTime;
use futures_core::Stream;

use super::checks::Checks;
use crate::error::{Error, ErrorKind, Facts, InOperation as _, Outcome, Result};
use crate::{Environment, raw};

/// A piece of a stream, as it arrived.
pub use bytes::Bytes;

resource! {
    /// The activities of the account as they happen: fills with their corrections and busts, and
    /// what else moves money or shares, such as dividends and fees.
    ActivityEvents, activity_events
}

impl ActivityEvents {
    /// Opens the stream of events, as server-sent events in the bytes that arrive.
    ///
    /// This is the level of the wire, of one connection and for those who read events themselves. To be told
    /// everything once, across breaks, use `connect`, which comes with the feature `stream`.
    ///
    /// With a beginning, past events come first and then new ones; without, new ones only. New and
    /// canceled orders are not among them. The stream goes on until the bound of the query is reached
    /// or the connection ends, whatever the time limits of the client: those hold for the opening
    /// alone. After a break it is continued from the `event_id` of the last event, with
    /// [`EventQuery::since_id`]; the event of that id may come again.
    ///
    /// An event is a line that begins with `data: ` and an empty line after it. Lines that begin with
    /// a colon are no events: heartbeats, or the notice that the reader is too slow and events were
    /// dropped.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the bounds of the query contradict each other; otherwise those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::chrono::{TimeDelta, Utc};
    /// use alpaca_trading::resources::activity_events::EventQuery;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let query = EventQuery::new().since(Utc::now() - TimeDelta::hours(1));
    /// let mut events = client.activity_events().subscribe(query).await?;
    /// while let Some(bytes) = events.next().await {
    ///     println!("{} bytes", bytes?.len());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`subscribe_to_activity_events`](alpaca_trading_gen::Client::subscribe_to_activity_events).
    pub async fn subscribe(&self, query: EventQuery) -> Result<EventBytes> {
        query
            .check()
            .of(&self.client, "subscribe_to_activity_events")?;
        let call = query.call(self.client.raw());
        let (result, facts) = self.client.call_with_facts(call.send()).await;
        Ok(EventBytes {
            body: Some(result?.into_inner()),
            facts,
            environment: self.client.environment().clone(),
        })
    }

    /// The client that this is a handle of.
    #[cfg(feature = "stream")]
    pub(crate) fn client(&self) -> &crate::Client {
        &self.client
    }
}

/// Which events to receive; only those from now on, and without end, if nothing is said.
///
/// A beginning is either a time or the id of an event, and an end is given in the same way as the
/// beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a query asks nothing until it is sent"]
pub struct EventQuery {
    pub(crate) since: Option<DateOrTime>,
    pub(crate) until: Option<DateOrTime>,
    pub(crate) since_id: Option<String>,
    pub(crate) until_id: Option<String>,
}

impl EventQuery {
    /// Events from now on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Events from this time or day on. Excludes [`since_id`](Self::since_id).
    pub fn since(mut self, time: impl Into<DateOrTime>) -> Self {
        self.since = Some(time.into());
        self
    }

    /// Events until this time or day, where the service ends the stream. Needs
    /// [`since`](Self::since).
    pub fn until(mut self, time: impl Into<DateOrTime>) -> Self {
        self.until = Some(time.into());
        self
    }

    /// Events from the one with this id on: the `event_id`, a ULID, of the last that was received.
    /// Excludes [`since`](Self::since).
    pub fn since_id(mut self, id: impl Into<String>) -> Self {
        self.since_id = Some(id.into());
        self
    }

    /// Events until the one with this id, a ULID, where the service ends the stream. Needs
    /// [`since_id`](Self::since_id).
    pub fn until_id(mut self, id: impl Into<String>) -> Self {
        self.until_id = Some(id.into());
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        let both = self.since.is_some() && self.since_id.is_some();
        checks.require(!both, "since_id", "since-or-since-id", || {
            "excludes a beginning by time".to_owned()
        });
        checks.require(
            self.until.is_none() || self.since.is_some(),
            "until",
            "until-needs-since",
            || "needs a beginning by time".to_owned(),
        );
        checks.require(
            self.until_id.is_none() || self.since_id.is_some(),
            "until_id",
            "until-id-needs-since-id",
            || "needs a beginning by the id of an event".to_owned(),
        );
        // The form of an id is not judged further: one that the service has sent must go back.
        if let Some(id) = &self.since_id {
            checks.not_empty("since_id", id);
        }
        if let Some(id) = &self.until_id {
            checks.not_empty("until_id", id);
        }
        checks.done()
    }

    fn call(self, client: &raw::Client) -> raw::builder::SubscribeToActivityEvents<'_> {
        let mut call = client.subscribe_to_activity_events();
        if let Some(time) = self.since {
            call = call.since(time);
        }
        if let Some(time) = self.until {
            call = call.until(time);
        }
        if let Some(id) = self.since_id {
            call = call.since_id(id);
        }
        if let Some(id) = self.until_id {
            call = call.until_id(id);
        }
        call
    }
}

type Body = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>;

/// The bytes of a stream of events, as they arrive; from [`ActivityEvents::subscribe`].
///
/// Where a piece ends says nothing: an event may be spread over several, and several may come in one.
/// After an error, or when the service has ended the stream, nothing more comes. Dropped, it closes
/// the connection.
#[must_use = "a stream does nothing until it is polled"]
pub struct EventBytes {
    body: Option<Body>,
    facts: Facts,
    environment: Environment,
}

impl EventBytes {
    /// The next piece; none after the end.
    ///
    /// # Errors
    ///
    /// `is_connection_lost` when the connection broke off. The events until then have come.
    pub async fn next(&mut self) -> Option<Result<Bytes>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Alpaca's name for this exchange (`X-Request-ID`), which its support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.facts.request_id()
    }

    fn broken(&self, error: reqwest::Error) -> Error {
        Error::from_transport(error).with(|repr| {
            repr.kind = if repr.timed_out {
                ErrorKind::Timeout
            } else {
                ErrorKind::Connection
            };
            repr.outcome = Outcome::Unknown;
            repr.message = format!("the stream of events broke off: {}", repr.message);
            repr.operation = self.facts.operation;
            repr.environment = Some(self.environment.clone());
            repr.status = self.facts.status;
            repr.request_id = self.facts.request_id().map(str::to_owned);
            repr.rate_limit = self.facts.rate_limit;
            repr.attempts = self.facts.attempts;
        })
    }
}

impl Stream for EventBytes {
    type Item = Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        match ready!(body.as_mut().poll_next(context)) {
            Some(Ok(bytes)) => Poll::Ready(Some(Ok(bytes))),
            Some(Err(error)) => {
                this.body = None;
                Poll::Ready(Some(Err(this.broken(error))))
            }
            None => {
                this.body = None;
                Poll::Ready(None)
            }
        }
    }
}

impl fmt::Debug for EventBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBytes")
            .field("environment", &self.environment)
            .field("request_id", &self.facts.request_id())
            .field("ended", &self.body.is_none())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use chrono::NaiveDate;

    use super::*;

    const ID: &str = "01JNABCDEFGHJKMNPQRSTVWXYZ";

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    #[test]
    fn bounds_of_one_kind_go_together() {
        for query in [
            EventQuery::new(),
            EventQuery::new().since(day(1)),
            EventQuery::new().since(day(1)).until(day(2)),
            EventQuery::new().since_id(ID),
            EventQuery::new().since_id(ID).until_id(ID),
        ] {
            assert!(query.check().is_ok(), "{query:?}");
        }
    }

    #[test]
    fn bounds_that_contradict_each_other_are_refused() {
        let new = EventQuery::new;
        for (query, expected) in [
            (new().since(day(1)).since_id(ID), vec!["since-or-since-id"]),
            (new().until(day(2)), vec!["until-needs-since"]),
            (new().until_id(ID), vec!["until-id-needs-since-id"]),
            (new().since_id(ID).until(day(2)), vec!["until-needs-since"]),
            (
                new().since(day(1)).until_id(ID),
                vec!["until-id-needs-since-id"],
            ),
            (
                new().until(day(2)).until_id(""),
                vec!["until-needs-since", "until-id-needs-since-id", "not-empty"],
            ),
            (new().since_id(""), vec!["not-empty"]),
        ] {
            let error = query.check().unwrap_err();
            let rules: Vec<_> = error
                .violations()
                .iter()
                .map(crate::Violation::rule)
                .collect();
            assert_eq!(rules, expected, "{query:?}");
        }
    }

    struct Pieces(VecDeque<reqwest::Result<Bytes>>);

    impl Stream for Pieces {
        type Item = reqwest::Result<Bytes>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.pop_front())
        }
    }

    fn events(pieces: impl IntoIterator<Item = reqwest::Result<Bytes>>) -> EventBytes {
        EventBytes {
            body: Some(Box::pin(Pieces(pieces.into_iter().collect()))),
            facts: Facts::default(),
            environment: Environment::Paper,
        }
    }

    fn piece(text: &'static str) -> reqwest::Result<Bytes> {
        Ok(Bytes::from_static(text.as_bytes()))
    }

    #[tokio::test]
    async fn pieces_come_as_they_are_and_the_end_stays_the_end() {
        let mut events = events([piece("da"), piece("ta: {}\n\n")]);
        let mut text = Vec::new();
        while let Some(piece) = events.next().await {
            text.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(text, b"data: {}\n\n");
        assert!(events.next().await.is_none());
        assert!(format!("{events:?}").contains("ended: true"), "{events:?}");
    }

    #[tokio::test]
    async fn nothing_follows_an_error() {
        let failure = reqwest::Proxy::all("no proxy").unwrap_err();
        let mut events = events([piece("a"), Err(failure), piece("b")]);
        assert_eq!(events.next().await.unwrap().unwrap(), "a");
        let error = events.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection);
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(error.environment(), Some(&Environment::Paper));
        assert!(events.next().await.is_none());
    }

    #[test]
    fn a_stream_can_be_sent_to_another_task() {
        fn send_and_sync<T: Send + Sync + 'static>() {}
        send_and_sync::<EventBytes>();
    }
}
