//! A list that comes in pages, without async.

use std::fmt;
use std::iter::FusedIterator;

use super::Runtime;
use crate::error::Result;
use crate::{Rows, Undecodable};

/// A list that the service gives in pages, read page by page or row by row; the twin of
/// [`crate::Pager`].
///
/// Nothing is sent until the first row or page is asked for. In a `for` loop it gives the rows.
///
/// # Examples
///
/// ```no_run
/// use alpaca_trading::orders::OrderQuery;
///
/// # fn run(client: alpaca_trading::blocking::Client) -> alpaca_trading::Result<()> {
/// for order in client.orders().list(OrderQuery::all()).at_most(100) {
///     let order = order?;
///     println!("{} {:?}", order.client_order_id, order.status);
/// }
/// # Ok(()) }
/// ```
#[must_use = "a pager sends nothing until a row or a page is asked for"]
pub struct Pager<T> {
    inner: crate::Pager<T>,
    runtime: Runtime,
}

impl<T> Pager<T> {
    pub(in crate::blocking) fn wrap(inner: crate::Pager<T>, runtime: &Runtime) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// Ends after this many rows.
    pub fn at_most(self, rows: usize) -> Self {
        Self {
            inner: self.inner.at_most(rows),
            runtime: self.runtime,
        }
    }

    /// The next page: the rows that have not come before. None after the last page.
    ///
    /// # Errors
    ///
    /// As for [`crate::Pager::next_page`]. After most of them the same page can be asked for again.
    pub fn next_page(&mut self) -> Result<Option<Rows<T>>> {
        self.runtime.run(self.inner.next_page())
    }

    /// The next row; none after the last.
    ///
    /// # Errors
    ///
    /// As for [`crate::Pager::next`]. A row that cannot be read is an error, after which the next row
    /// can be asked for.
    #[expect(
        clippy::should_implement_trait,
        reason = "it is the async method of this name; `into_iter` gives an iterator"
    )]
    pub fn next(&mut self) -> Result<Option<T>> {
        self.runtime.run(self.inner.next())
    }

    /// All rows that are left.
    ///
    /// # Errors
    ///
    /// As for [`crate::Pager::collect`]; what had come until then is lost.
    pub fn collect(self) -> Result<Rows<T>> {
        self.runtime.run(self.inner.collect())
    }
}

impl<T> IntoIterator for Pager<T> {
    type Item = Result<T>;
    type IntoIter = PagerRows<T>;

    fn into_iter(self) -> PagerRows<T> {
        PagerRows {
            pager: self,
            rows: Vec::new().into_iter(),
            bad: Vec::new().into_iter(),
            ended: false,
        }
    }
}

impl<T> fmt::Debug for Pager<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// The rows of a [`Pager`] as an iterator.
///
/// A row that cannot be read is an error, and the next row comes after it. When a page cannot be had,
/// its error is the last item: an iterator whose errors are passed over must not ask for ever. To ask
/// for a page again, there is [`Pager::next_page`].
#[must_use = "an iterator sends nothing until it is used"]
pub struct PagerRows<T> {
    pager: Pager<T>,
    rows: std::vec::IntoIter<T>,
    bad: std::vec::IntoIter<Undecodable>,
    ended: bool,
}

impl<T> Iterator for PagerRows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        loop {
            if let Some(bad) = self.bad.next() {
                return Some(Err(bad.into_error()));
            }
            if let Some(row) = self.rows.next() {
                return Some(Ok(row));
            }
            if self.ended {
                return None;
            }
            match self.pager.next_page() {
                Ok(Some(page)) => {
                    let (rows, bad) = page.into_parts();
                    self.rows = rows.into_iter();
                    self.bad = bad.into_iter();
                }
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl<T> FusedIterator for PagerRows<T> {}

impl<T> fmt::Debug for PagerRows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PagerRows")
            .field("pager", &self.pager)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::error::{Error, ErrorKind};
    use crate::lists::{Fetched, hashed};

    /// A list whose pages are these, one after the other.
    fn pager(pages: Vec<Result<Vec<u32>>>) -> Pager<u32> {
        let mut pages = VecDeque::from(pages);
        let mut number = 0;
        let client = crate::Client::builder().key_pair("PKTEST", "secret");
        let inner = crate::Pager::new(
            &client.build().unwrap(),
            "list_orders",
            |row: &u32| hashed(row),
            move |_| {
                let page = pages.pop_front().unwrap_or_else(|| Ok(Vec::new()));
                number += 1;
                let next = (!pages.is_empty()).then(|| number.to_string());
                Box::pin(async move {
                    tokio::task::yield_now().await;
                    let rows = Rows::new(page?, Vec::new());
                    Ok(Fetched { rows, next })
                })
            },
        );
        Pager::wrap(inner, &Runtime::start().unwrap())
    }

    fn failure() -> Result<Vec<u32>> {
        Err(Error::new(ErrorKind::Connection, "lost"))
    }

    #[test]
    fn rows_and_pages_come_in_order() {
        let pages = || vec![Ok(vec![1, 2]), Ok(vec![2, 3]), Ok(vec![4])];
        let rows: Result<Vec<u32>> = pager(pages()).into_iter().collect();
        assert_eq!(rows.unwrap(), [1, 2, 3, 4]);
        assert_eq!(*pager(pages()).collect().unwrap(), [1, 2, 3, 4]);
        assert_eq!(*pager(pages()).at_most(3).collect().unwrap(), [1, 2, 3]);
        let mut pager = pager(pages());
        assert_eq!(pager.next().unwrap(), Some(1));
        assert_eq!(*pager.next_page().unwrap().unwrap(), [2]);
        assert_eq!(*pager.next_page().unwrap().unwrap(), [3]);
        assert_eq!(pager.next().unwrap(), Some(4));
        assert_eq!(pager.next().unwrap(), None);
    }

    #[test]
    fn a_page_can_be_asked_for_again_but_an_iterator_has_ended() {
        let mut asked = pager(vec![Ok(vec![1]), failure(), Ok(vec![2])]);
        assert_eq!(asked.next().unwrap(), Some(1));
        assert!(asked.next().is_err());
        assert_eq!(asked.next().unwrap(), Some(2));
        let mut rows = pager(vec![Ok(vec![1]), failure(), Ok(vec![2])]).into_iter();
        assert_eq!(rows.next().unwrap().unwrap(), 1);
        assert!(rows.next().unwrap().is_err());
        assert!(rows.next().is_none() && rows.next().is_none());
    }
}
