//! A list whose bad rows do not hide the good ones.

use std::fmt;
use std::ops::Deref;

use alpaca_trading_gen as raw;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::Client;
use crate::error::{Error, Facts, Result};
use crate::transport::call;

/// The rows of a list, and those that could not be read.
///
/// Alpaca adds fields and values without notice, and a list of a thousand orders must not be lost
/// for one of them. It reads like a slice of the rows that decode;
/// [`undecodable`](Self::undecodable) has the others, with their JSON.
///
/// # Examples
///
/// ```no_run
/// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
/// let positions = client.positions().list().await?;
/// for position in &positions {
///     println!("{} {:?}", position.symbol, position.qty);
/// }
/// for row in positions.undecodable() {
///     eprintln!("row {}: {}", row.index(), row.error());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Rows<T> {
    rows: Vec<T>,
    undecodable: Vec<Undecodable>,
}

impl<T> Rows<T> {
    pub(crate) fn new(rows: Vec<T>, undecodable: Vec<Undecodable>) -> Self {
        Self { rows, undecodable }
    }

    /// The rows that could not be read, in the order of the list.
    #[must_use]
    pub fn undecodable(&self) -> &[Undecodable] {
        &self.undecodable
    }

    /// How many rows the answer had, those that could not be read included.
    #[must_use]
    pub fn total(&self) -> usize {
        self.rows.len() + self.undecodable.len()
    }

    /// The rows, and those that could not be read.
    #[must_use]
    pub fn into_parts(self) -> (Vec<T>, Vec<Undecodable>) {
        (self.rows, self.undecodable)
    }

    /// The rows, if every one could be read.
    ///
    /// # Errors
    ///
    /// The first row that could not, as an error of kind [`Decode`](crate::ErrorKind::Decode).
    pub fn all(self) -> Result<Vec<T>> {
        match self.undecodable.into_iter().next() {
            None => Ok(self.rows),
            Some(row) => Err(row.into_error()),
        }
    }

    pub(crate) fn append(&mut self, mut more: Self) {
        self.rows.append(&mut more.rows);
        self.undecodable.append(&mut more.undecodable);
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.rows.retain(keep);
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.rows.truncate(length);
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl<T> Deref for Rows<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.rows
    }
}

impl<T> IntoIterator for Rows<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Rows<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

/// A row of a list that could not be read.
#[derive(Clone)]
pub struct Undecodable {
    index: usize,
    json: Box<RawValue>,
    error: Error,
}

impl Undecodable {
    /// A row, for tests.
    #[cfg(all(test, feature = "stream"))]
    pub(crate) fn new(json: Box<RawValue>) -> Self {
        Self {
            index: 0,
            json,
            error: Error::new(crate::ErrorKind::Decode, "no such order"),
        }
    }

    /// Which row of its page it is, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The row as it came.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Why it could not be read: an error of kind [`Decode`](crate::ErrorKind::Decode).
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// Why it could not be read.
    #[must_use]
    pub fn into_error(self) -> Error {
        self.error
    }
}

impl fmt::Debug for Undecodable {
    /// Shows the row clipped, without what looks secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undecodable")
            .field("index", &self.index)
            .field(
                "json",
                &self.error.repr().snippet.as_deref().unwrap_or_default(),
            )
            .field("error", &self.error.message())
            .finish()
    }
}

impl Client {
    /// Makes a call whose answer is a list, and reads what can be read of it.
    ///
    /// The rows are read one by one only when the list as a whole does not decode.
    pub(crate) async fn call_rows<T: DeserializeOwned>(
        &self,
        list: impl Future<Output = Result<raw::ResponseValue<Vec<T>>, raw::Error<()>>>,
    ) -> Result<Rows<T>> {
        self.call_rows_with_facts(list).await.0
    }

    /// The same, with what the transport learnt.
    pub(crate) async fn call_rows_with_facts<T: DeserializeOwned>(
        &self,
        list: impl Future<Output = Result<raw::ResponseValue<Vec<T>>, raw::Error<()>>>,
    ) -> (Result<Rows<T>>, Facts) {
        let list = std::pin::pin!(list);
        let (result, facts) = call::scope(list).await;
        let error = match result {
            Ok(rows) => return (Ok(Rows::new(rows.into_inner(), Vec::new())), facts),
            Err(error) => error,
        };
        if let raw::Error::InvalidResponsePayload(body, _) = &error
            && let Ok(Some(items)) = serde_json::from_slice::<Option<Vec<Box<RawValue>>>>(body)
        {
            return (Ok(self.one_by_one(items, &facts)), facts);
        }
        let error = Error::from_call(error, &facts, Some(self.environment()));
        (Err(Box::pin(error).await), facts)
    }

    fn one_by_one<T: DeserializeOwned>(&self, items: Vec<Box<RawValue>>, facts: &Facts) -> Rows<T> {
        let mut rows = Vec::with_capacity(items.len());
        let mut undecodable = Vec::new();
        for (index, json) in items.into_iter().enumerate() {
            let mut reader = serde_json::Deserializer::from_str(json.get());
            match serde_path_to_error::deserialize(&mut reader) {
                Ok(row) => rows.push(row),
                Err(error) => {
                    let error = Error::of_row(index, &json, &error, facts, self.environment());
                    undecodable.push(Undecodable { index, json, error });
                }
            }
        }
        tracing::warn!(
            undecodable = undecodable.len(),
            rows = rows.len(),
            "rows of a list could not be read"
        );
        Rows::new(rows, undecodable)
    }
}
