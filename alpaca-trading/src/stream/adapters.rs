//! Streams of items, made simpler: updates alone, or updates until something is wrong.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::{Disconnect, DisconnectKind, StreamItem};
use crate::error::{Error, ErrorKind, Outcome, Result};

/// Only the updates of a stream, those that were missed and told later included; everything else is
/// hidden.
///
/// What cannot be understood, and why a stream has ended, stays unknown: for whoever needs that there is
/// [`strict`], or the stream itself.
///
/// # Examples
///
/// ```no_run
/// use alpaca_trading::resources::activity_events::EventQuery;
/// use alpaca_trading::stream::updates_only;
///
/// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
/// let mut events = updates_only(client.activity_events().connect(EventQuery::new()).await?);
/// while let Some(update) = events.next().await {
///     println!("{}", update.event_id());
/// }
/// # Ok(()) }
/// ```
pub fn updates_only<U, S: Stream<Item = StreamItem<U>> + Unpin>(stream: S) -> UpdatesOnly<S, U> {
    UpdatesOnly {
        stream,
        updates: VecDeque::new(),
    }
}

/// The updates of a stream until the first thing that healing does not mend: a message that cannot be
/// understood, updates that were missed and cannot be found ([`StreamItem::Reconciled`] that is not
/// complete), or an end that nobody asked for.
///
/// Breaks of the connection and dropped messages are no errors, since what was missed is told afterwards.
/// After an error nothing more comes. A stream that its consumer closes, or that has told everything that
/// was asked for, ends without one.
///
/// # Examples
///
/// ```no_run
/// use alpaca_trading::resources::activity_events::EventQuery;
/// use alpaca_trading::stream::strict;
///
/// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
/// let mut events = strict(client.activity_events().connect(EventQuery::new()).await?);
/// while let Some(update) = events.next().await {
///     println!("{}", update?.event_id());
/// }
/// # Ok(()) }
/// ```
pub fn strict<U, S: Stream<Item = StreamItem<U>> + Unpin>(stream: S) -> Strict<S, U> {
    Strict {
        stream: Some(stream),
        error: None,
        updates: VecDeque::new(),
    }
}

/// The updates of a stream; from [`updates_only`].
#[derive(Debug)]
#[must_use = "a stream does nothing until it is polled"]
pub struct UpdatesOnly<S, U> {
    stream: S,
    /// Those of an item that had several.
    updates: VecDeque<Arc<U>>,
}

impl<U, S: Stream<Item = StreamItem<U>> + Unpin> UpdatesOnly<S, U> {
    /// The next update; none after the end.
    pub async fn next(&mut self) -> Option<Arc<U>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The stream behind it, to be asked how it is doing.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The same, to be closed.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<U, S: Stream<Item = StreamItem<U>> + Unpin> Stream for UpdatesOnly<S, U> {
    type Item = Arc<U>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Arc<U>>> {
        let this = &mut *self;
        loop {
            if let Some(update) = this.updates.pop_front() {
                return Poll::Ready(Some(update));
            }
            match ready!(Pin::new(&mut this.stream).poll_next(context)) {
                Some(item) => this.updates.extend(item.updates().iter().cloned()),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// The updates of a stream until something is wrong; from [`strict`].
#[derive(Debug)]
#[must_use = "a stream does nothing until it is polled"]
pub struct Strict<S, U> {
    /// None after the end.
    stream: Option<S>,
    /// What is wrong, to be told after the updates that came before it.
    error: Option<Error>,
    /// Those of an item that had several.
    updates: VecDeque<Arc<U>>,
}

impl<U, S: Stream<Item = StreamItem<U>> + Unpin> Strict<S, U> {
    /// The next update; none after the end.
    ///
    /// # Errors
    ///
    /// `is_decode` when a message cannot be understood; otherwise what has ended the stream, such as
    /// `is_unauthorized`.
    pub async fn next(&mut self) -> Option<Result<Arc<U>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The stream behind it; none after the end.
    pub fn get_ref(&self) -> Option<&S> {
        self.stream.as_ref()
    }

    /// The same, to be closed.
    pub fn get_mut(&mut self) -> Option<&mut S> {
        self.stream.as_mut()
    }
}

impl<U, S: Stream<Item = StreamItem<U>> + Unpin> Stream for Strict<S, U> {
    type Item = Result<Arc<U>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(update) = this.updates.pop_front() {
                return Poll::Ready(Some(Ok(update)));
            }
            if let Some(error) = this.error.take() {
                this.stream = None;
                return Poll::Ready(Some(Err(error)));
            }
            let Some(stream) = &mut this.stream else {
                return Poll::Ready(None);
            };
            let item = ready!(Pin::new(stream).poll_next(context));
            this.error = match &item {
                None => {
                    this.stream = None;
                    return Poll::Ready(None);
                }
                Some(StreamItem::Undecodable { error, .. }) => Some(undecodable(error)),
                Some(StreamItem::Disconnected {
                    reason,
                    retry_in: None,
                }) => ended(reason),
                Some(item) => {
                    this.updates.extend(item.updates().iter().cloned());
                    let incomplete = matches!(
                        item,
                        StreamItem::Reconciled {
                            complete: false,
                            ..
                        }
                    );
                    incomplete.then(incompletely)
                }
            };
        }
    }
}

fn incompletely() -> Error {
    let message = "the stream cannot tell everything that was missed";
    Error::new(ErrorKind::Connection, message).with(|repr| repr.outcome = Outcome::Unknown)
}

fn undecodable(error: &str) -> Error {
    let message = format!("a message of the stream cannot be understood: {error}");
    Error::new(ErrorKind::Decode, message).with(|repr| repr.outcome = Outcome::Unknown)
}

/// The error that an end is; none if it was asked for.
fn ended(reason: &Disconnect) -> Option<Error> {
    match reason.kind() {
        DisconnectKind::Finished | DisconnectKind::Consumer => None,
        kind => Some(reason.error().cloned().unwrap_or_else(|| {
            let unauthorized = kind == DisconnectKind::Unauthorized;
            let message = format!("the stream has ended: {}", reason.message());
            let error = match unauthorized {
                true => Error::new(ErrorKind::Answer, message),
                false => Error::new(ErrorKind::Connection, message),
            };
            error.with(|repr| {
                repr.outcome = Outcome::Unknown;
                repr.cause = unauthorized.then_some(crate::Cause::Unauthorized);
            })
        })),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::Utc;

    use super::*;

    type Item = StreamItem<u8>;

    struct Items(VecDeque<Item>);

    impl Stream for Items {
        type Item = Item;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Item>> {
            Poll::Ready(self.0.pop_front())
        }
    }

    fn items(last: impl IntoIterator<Item = Item>) -> Items {
        let healed = [
            Item::Connected,
            Item::Update(Arc::new(1)),
            Item::Lagged { dropped: 7 },
            disconnected(DisconnectKind::Lost, Some(Duration::ZERO)),
            Item::Stale { since: Utc::now() },
            reconciled(vec![2, 3], true),
        ];
        Items(healed.into_iter().chain(last).collect())
    }

    fn reconciled(updates: Vec<u8>, complete: bool) -> Item {
        Item::Reconciled {
            updates: updates.into_iter().map(Arc::new).collect(),
            from: Utc::now(),
            to: Utc::now(),
            complete,
        }
    }

    fn disconnected(kind: DisconnectKind, retry_in: Option<Duration>) -> Item {
        Item::Disconnected {
            reason: Disconnect::new(kind, "gone"),
            retry_in,
        }
    }

    fn undecodable() -> Item {
        Item::Undecodable {
            text: "{".to_owned(),
            error: "half of it".to_owned(),
        }
    }

    #[tokio::test]
    async fn updates_alone_are_all_of_them() {
        let mut stream = updates_only(items([undecodable(), Item::Update(Arc::new(4))]));
        let mut told = Vec::new();
        while let Some(update) = stream.next().await {
            told.push(*update);
        }
        assert_eq!(told, [1, 2, 3, 4]);
        assert!(stream.get_ref().0.is_empty());
    }

    async fn strictly(last: impl IntoIterator<Item = Item>) -> (Vec<u8>, Option<Error>) {
        let mut stream = strict(items(last));
        let (mut told, mut error) = (Vec::new(), None);
        while let Some(update) = stream.next().await {
            assert!(error.is_none(), "nothing comes after an error");
            match update {
                Ok(update) => told.push(*update),
                Err(reason) => error = Some(reason),
            }
        }
        assert!(stream.next().await.is_none());
        (told, error)
    }

    #[tokio::test]
    async fn what_heals_is_no_error_and_neither_is_an_end_that_was_asked_for() {
        for kind in [DisconnectKind::Finished, DisconnectKind::Consumer] {
            let (told, error) = strictly([disconnected(kind, None)]).await;
            assert_eq!(told, [1, 2, 3]);
            assert!(error.is_none(), "{error:?}");
        }
    }

    #[tokio::test]
    async fn what_does_not_heal_is_an_error() {
        let (told, error) = strictly([undecodable(), Item::Update(Arc::new(4))]).await;
        assert_eq!(told, [1, 2, 3]);
        let error = error.unwrap();
        assert!(
            error.is_decode() && error.to_string().contains("half of it"),
            "{error}"
        );

        let (told, error) = strictly([reconciled(vec![4], false), reconciled(vec![5], true)]).await;
        assert_eq!(told, [1, 2, 3, 4]);
        assert!(error.unwrap().to_string().contains("missed"));

        let (_, error) = strictly([disconnected(DisconnectKind::Unauthorized, None)]).await;
        assert!(error.unwrap().is_unauthorized());

        let known = Error::new(ErrorKind::Answer, "no").with(|repr| repr.status = Some(422));
        let reason = Disconnect::of(DisconnectKind::Refused, known);
        let (_, error) = strictly([Item::Disconnected {
            reason,
            retry_in: None,
        }])
        .await;
        assert_eq!(error.unwrap().status(), Some(422));
    }
}
