//! Quotes from a file.
//!
//! The first row names the columns: `timestamp,symbol,bid,ask,last` and, if it is known, `volume`, in any
//! order. Every other row is one quote:
//!
//! ```csv
//! timestamp,symbol,bid,ask,last,volume
//! 2026-10-05T13:30:00Z,AAPL,262.37,262.43,262.40,1200
//! ```
//!
//! Times are as in RFC 3339 and never go back. A file is checked as a whole before anything of it is used,
//! so that a bad row at its end is found at its beginning.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use csv::{ByteRecord, ReaderBuilder, Trim};

use super::csv_row::{Header, Row};
use super::line_ends::LineEnds;
use super::source::{PriceSource, Tick};
use crate::market::Universe;

/// The quotes of a file, all in memory at 48 bytes each. A clone shares them.
#[derive(Clone, Debug)]
pub struct CsvPrices {
    rows: Arc<[Row]>,
    place: usize,
}

impl CsvPrices {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or the first row that breaks a rule, with file, line and rule.
    pub fn from_path(path: impl AsRef<Path>, universe: &Universe) -> Result<Self, CsvError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Self::from_reader(&name, file, universe),
            Err(error) => Err(CsvError {
                file: name,
                line: None,
                rule: format!("the file cannot be opened: {error}"),
            }),
        }
    }

    /// Reads to the end; the name is what errors call it. No rows at all are fine.
    ///
    /// # Errors
    ///
    /// The first row that breaks a rule, with name, line and rule: a column that is missing, not known or
    /// there twice; too few or too many fields; a timestamp that is none or goes back; a symbol that the
    /// universe has not; a decimal that is none; a price that is not above zero, or has more than 9
    /// decimals; an ask below the bid; a volume below zero.
    pub fn from_reader(
        name: &str,
        reader: impl Read,
        universe: &Universe,
    ) -> Result<Self, CsvError> {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .buffer_capacity(1 << 16)
            .from_reader(LineEnds::new(reader));
        let (mut header, mut rows) = (None, Vec::<Row>::new());
        let mut record = ByteRecord::new();
        loop {
            let more = reader.read_byte_record(&mut record);
            // A record's own position is that of the blank lines before it. Reading stands at the line
            // after it, since every line has an end.
            let line = reader.position().line().saturating_sub(1).max(1);
            let fail = |rule: String| CsvError {
                file: name.to_owned(),
                line: Some(line),
                rule,
            };
            match more {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(fail(format!("the file cannot be read: {error}"))),
            }
            let Some(header) = &header else {
                header = Some(Header::read(&record).map_err(fail)?);
                continue;
            };
            let row = Row::read(&record, header, universe).map_err(fail)?;
            if let Some(before) = rows.last().filter(|before| before.nanos() > row.nanos()) {
                let (now, before) = (row.at(), before.at());
                return Err(fail(format!(
                    "timestamp {now:?} is before that of the row above, {before:?}"
                )));
            }
            rows.push(row);
        }
        Ok(Self {
            rows: rows.into(),
            place: 0,
        })
    }

    /// How many quotes are still to come.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len().saturating_sub(self.place)
    }

    /// Whether no quote is to come.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Passes over the quotes before this time.
    pub fn skip_to(&mut self, time: DateTime<Utc>) {
        let before = self.rows.partition_point(|row| row.at() < time);
        self.place = self.place.max(before);
    }
}

impl PriceSource for CsvPrices {
    fn peek(&self) -> Option<DateTime<Utc>> {
        self.rows.get(self.place).map(Row::at)
    }

    fn next(&mut self) -> Option<Tick> {
        let tick = self.rows.get(self.place)?.tick();
        self.place = self.place.saturating_add(1);
        Some(tick)
    }

    fn boxed_clone(&self) -> Box<dyn PriceSource> {
        Box::new(self.clone())
    }
}

/// Why a price file is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvError {
    /// The file, or whatever name the reader was given.
    pub file: String,
    /// The line, counted from 1. None when the file cannot be opened.
    pub line: Option<u64>,
    /// The rule that is broken, in words.
    pub rule: String,
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.rule),
            None => write!(f, "{}: {}", self.file, self.rule),
        }
    }
}

impl std::error::Error for CsvError {}

#[cfg(test)]
mod tests;
