//! A list that comes in pages.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use alpaca_trading_gen::BoxFuture;
use futures_core::Stream;

use super::{Rows, Undecodable};
use crate::Client;
use crate::error::{Error, ErrorKind, InOperation as _, Outcome, Result};

/// Where a page begins: empty for the first.
pub(crate) type Cursor = Option<String>;

/// A page as it was fetched.
pub(crate) struct Fetched<T> {
    pub(crate) rows: Rows<T>,
    /// Where the next page begins; none after the last.
    pub(crate) next: Cursor,
}

type Fetch<T> = Box<dyn FnMut(Cursor) -> BoxFuture<'static, Result<Fetched<T>>> + Send + Sync>;
type Key<T> = fn(&T) -> u64;

/// How many rows are remembered to recognise those that come twice. Pages overlap by a row or a few;
/// this is several times the largest page.
const REMEMBERED: usize = 50_000;

/// A list that the service gives in pages, read page by page or row by row.
///
/// Nothing is sent until the first row or page is asked for. Pages of this service may overlap: a row
/// that has come is not given again. A list that leads back to where it has been ends in an error of
/// kind [`Pagination`](ErrorKind::Pagination) instead of going on for ever. After any other error the
/// same page can be asked for again.
///
/// # Examples
///
/// ```no_run
/// use alpaca_trading::orders::OrderQuery;
///
/// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
/// let mut orders = client.orders().list(OrderQuery::all());
/// while let Some(order) = orders.next().await? {
///     println!("{} {:?}", order.client_order_id, order.status);
/// }
/// # Ok(()) }
/// ```
#[must_use = "a pager sends nothing until a row or a page is asked for"]
pub struct Pager<T> {
    client: Client,
    operation: &'static str,
    fetch: Fetch<T>,
    key: Key<T>,
    cursor: Cursor,
    ended: bool,
    left: Option<usize>,
    cursors: HashSet<u64>,
    known: HashSet<u64>,
    order_of_known: VecDeque<u64>,
    hasher: RandomState,
    ready: VecDeque<T>,
    bad: VecDeque<Undecodable>,
}

impl<T> Pager<T> {
    /// The pages of an operation, which its errors name.
    pub(crate) fn new(
        client: &Client,
        operation: &'static str,
        key: Key<T>,
        fetch: impl FnMut(Cursor) -> BoxFuture<'static, Result<Fetched<T>>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            client: client.clone(),
            operation,
            fetch: Box::new(fetch),
            key,
            cursor: None,
            ended: false,
            left: None,
            cursors: HashSet::new(),
            known: HashSet::new(),
            order_of_known: VecDeque::new(),
            hasher: RandomState::new(),
            ready: VecDeque::new(),
            bad: VecDeque::new(),
        }
    }

    /// Ends after this many rows.
    pub fn at_most(mut self, rows: usize) -> Self {
        self.left = Some(rows);
        self
    }

    /// The next page: the rows that have not come before. None after the last page.
    ///
    /// # Errors
    ///
    /// Those of the list, and [`Pagination`](ErrorKind::Pagination) when it leads back to where it has
    /// been.
    pub async fn next_page(&mut self) -> Result<Option<Rows<T>>> {
        if !self.ready.is_empty() || !self.bad.is_empty() {
            let rows = std::mem::take(&mut self.ready).into();
            let bad = std::mem::take(&mut self.bad).into();
            return Ok(Some(Rows::new(rows, bad)));
        }
        while !self.ended && self.left != Some(0) {
            let page = match (self.fetch)(self.cursor.clone()).await {
                Ok(fetched) => self.take(fetched),
                Err(error) => Err(error),
            };
            let page = page.of(&self.client, self.operation)?;
            // A page of nothing but known rows is no news, and not the end either.
            if page.total() > 0 {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// The next row; none after the last.
    ///
    /// # Errors
    ///
    /// As for [`next_page`](Self::next_page). A row that cannot be read is an error of its own
    /// ([`undecodable_row`](Error::undecodable_row) tells it from a page that cannot be read), after which
    /// the next row can be asked for.
    pub async fn next(&mut self) -> Result<Option<T>> {
        loop {
            if let Some(bad) = self.bad.pop_front() {
                return Err(bad.into_error());
            }
            if let Some(row) = self.ready.pop_front() {
                return Ok(Some(row));
            }
            match self.next_page().await? {
                None => return Ok(None),
                Some(page) => {
                    let (rows, bad) = page.into_parts();
                    self.ready = rows.into();
                    self.bad = bad.into();
                }
            }
        }
    }

    /// All rows that are left.
    ///
    /// # Errors
    ///
    /// As for [`next_page`](Self::next_page); what had come until then is lost.
    pub async fn collect(mut self) -> Result<Rows<T>> {
        let mut all = Rows::default();
        while let Some(page) = self.next_page().await? {
            all.append(page);
        }
        Ok(all)
    }

    /// The rows as a stream; it behaves like [`next`](Self::next).
    pub fn stream(self) -> RowStream<T>
    where
        T: Send + 'static,
    {
        RowStream {
            pager: Some(self),
            pending: None,
        }
    }

    fn take(&mut self, fetched: Fetched<T>) -> Result<Rows<T>> {
        let Fetched { mut rows, next } = fetched;
        let key = self.key;
        rows.retain(|row| self.is_new(key(row)));
        if let Some(left) = &mut self.left {
            rows.truncate(*left);
            *left -= rows.len();
        }
        match next {
            None => self.ended = true,
            Some(next) => {
                let hash = self.hasher.hash_one(&next);
                if !self.cursors.insert(hash) {
                    self.ended = true;
                    let message = format!(
                        "the list leads back to the page that begins after `{}`",
                        next.escape_debug().take(80).collect::<String>()
                    );
                    return Err(Error::new(ErrorKind::Pagination, message));
                }
                self.cursor = Some(next);
            }
        }
        Ok(rows)
    }

    fn is_new(&mut self, key: u64) -> bool {
        if !self.known.insert(key) {
            return false;
        }
        self.order_of_known.push_back(key);
        if self.order_of_known.len() > REMEMBERED
            && let Some(oldest) = self.order_of_known.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

/// What identifies a row.
pub(crate) fn hashed(id: impl Hash) -> u64 {
    use std::hash::{DefaultHasher, Hasher as _};
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

impl<T> fmt::Debug for Pager<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager")
            .field("cursor", &self.cursor)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// The rows of a [`Pager`] as a stream.
///
/// A passing error does not end it: the next item is the next row after one that could not be read, or
/// the same page tried again. It ends after the last row, and after an error that would come again: a
/// query that breaks a rule, a refusal other than a 408 or a 429, a page that cannot be read or is too
/// long, a hook that lets nothing pass, a list that repeats itself.
#[must_use = "a stream does nothing until it is polled"]
pub struct RowStream<T> {
    pager: Option<Pager<T>>,
    pending: Option<Pending<T>>,
}

// Nothing in it is pinned in place: what must not move is boxed.
impl<T> Unpin for RowStream<T> {}

type Pending<T> = BoxFuture<'static, (Pager<T>, Result<Option<T>>)>;

impl<T: Send + 'static> Stream for RowStream<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(pager) = &mut this.pager {
            // What is here already needs no future of its own.
            if let Some(bad) = pager.bad.pop_front() {
                return Poll::Ready(Some(Err(bad.into_error())));
            }
            if let Some(row) = pager.ready.pop_front() {
                return Poll::Ready(Some(Ok(row)));
            }
        }
        if let Some(mut pager) = this.pager.take() {
            this.pending = Some(Box::pin(async move {
                let next = pager.next().await;
                (pager, next)
            }));
        }
        let Some(pending) = &mut this.pending else {
            return Poll::Ready(None);
        };
        let (pager, next) = ready!(pending.as_mut().poll(context));
        this.pending = None;
        match next {
            Ok(None) => Poll::Ready(None),
            Ok(Some(row)) => {
                this.pager = Some(pager);
                Poll::Ready(Some(Ok(row)))
            }
            Err(error) => {
                if !is_lasting(&error) {
                    this.pager = Some(pager);
                }
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

/// Whether the same page would end the same way. What is wrong with the request, the keys or the list
/// will be wrong again.
fn is_lasting(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Pagination
        | ErrorKind::Invalid
        | ErrorKind::Configuration
        | ErrorKind::TooLarge
        | ErrorKind::Hook
        | ErrorKind::ReadOnly => true,
        ErrorKind::Decode => error.undecodable_row().is_none(),
        // Words of proxies for what took too long are among those in doubt.
        ErrorKind::Answer => error
            .status()
            .is_some_and(|status| status != 429 && Outcome::of_status(status) == Outcome::Rejected),
        // A certificate that is not trusted.
        _ => error.repr().untrusted,
    }
}

impl<T> fmt::Debug for RowStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowStream")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_come_again_ends_a_stream() {
        use ErrorKind::{
            Configuration, Connect, Connection, Credentials, Decode, Hook, Invalid, Pagination,
            ReadOnly, Timeout, TooLarge,
        };
        for (kind, lasting) in [
            (Pagination, true),
            (Invalid, true),
            (Configuration, true),
            (TooLarge, true),
            (Hook, true),
            (ReadOnly, true),
            (Decode, true),
            (Connect, false),
            (Connection, false),
            (Timeout, false),
            (Credentials, false),
        ] {
            assert_eq!(is_lasting(&Error::new(kind, "")), lasting, "{kind:?}");
        }
        let row = Error::new(Decode, "").with(|repr| repr.row = Some(3));
        assert!(!is_lasting(&row));
        let untrusted = Error::new(Connect, "").with(|repr| repr.untrusted = true);
        assert!(is_lasting(&untrusted));
        for (status, lasting) in [
            (308, true),
            (400, true),
            (401, true),
            (403, true),
            (404, true),
            (422, true),
            (408, false),
            (429, false),
            (499, false),
            (500, false),
            (503, false),
        ] {
            let error = Error::from_answer(status, &"{}".into(), None);
            assert_eq!(is_lasting(&error), lasting, "{status}");
        }
    }
}
