//! A row of a price file, checked and packed.

use chrono::{DateTime, Utc};
use csv::ByteRecord;
use rust_decimal::Decimal;

use super::source::Tick;
use crate::market::{AssetIx, Quote, Universe};

/// The columns, in the order in which their places are kept.
pub(super) const COLUMNS: [&str; 6] = ["timestamp", "symbol", "bid", "ask", "last", "volume"];

/// Columns that there must be: the first ones.
const NEEDED: usize = 5;

/// Where each column is.
#[derive(Debug)]
pub(super) struct Header {
    places: [Option<usize>; 6],
    width: usize,
}

impl Header {
    /// From the first row: the columns in any order, each once, and no other.
    pub(super) fn read(record: &ByteRecord) -> Result<Self, String> {
        let mut places = [None; 6];
        for (place, name) in record.iter().enumerate() {
            let name = text(name, "header")?;
            let slot = COLUMNS
                .iter()
                .zip(&mut places)
                .find(|(column, _)| **column == name);
            match slot {
                Some((_, slot @ None)) => *slot = Some(place),
                Some(_) => return Err(format!("the column \"{name}\" is there twice")),
                None => {
                    let known = COLUMNS.join(", ");
                    return Err(format!("\"{name}\" is none of the columns {known}"));
                }
            }
        }
        let missing = COLUMNS.iter().zip(&places).take(NEEDED);
        match missing.into_iter().find(|(_, place)| place.is_none()) {
            Some((name, _)) => Err(format!("the column \"{name}\" is missing")),
            None => Ok(Self {
                places,
                width: record.len(),
            }),
        }
    }

    /// The fields of a row in the order of [`COLUMNS`]; an absent volume is empty.
    fn fields<'r>(&self, record: &'r ByteRecord) -> Result<[&'r str; 6], String> {
        if record.len() != self.width {
            let (found, width) = (record.len(), self.width);
            return Err(format!("there are {found} fields, not {width}"));
        }
        let mut fields = [""; 6];
        for ((field, place), name) in fields.iter_mut().zip(&self.places).zip(COLUMNS) {
            if let Some(bytes) = place.and_then(|place| record.get(place)) {
                *field = text(bytes, name)?;
            }
        }
        Ok(fields)
    }
}

fn text<'r>(bytes: &'r [u8], column: &str) -> Result<&'r str, String> {
    std::str::from_utf8(bytes).map_err(|_| format!("{column} is not UTF-8"))
}

/// A tick in 48 bytes: a day of many symbols fits into memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Nanoseconds since 1970.
    at: i64,
    /// Digits of bid, ask, last and volume.
    digits: [i64; 4],
    asset: u32,
    /// Decimals of the same; of an absent volume [`ABSENT`].
    decimals: [u8; 4],
}

const ABSENT: u8 = u8::MAX;

impl Row {
    /// From a row of the file, with every rule that a row can break by itself.
    pub(super) fn read(
        record: &ByteRecord,
        header: &Header,
        universe: &Universe,
    ) -> Result<Self, String> {
        let [timestamp, symbol, bid, ask, last, volume] = header.fields(record)?;
        let at = DateTime::parse_from_rfc3339(timestamp)
            .map_err(|_| format!("timestamp \"{timestamp}\" is not like 2026-10-05T13:30:00Z"))?
            .timestamp_nanos_opt()
            .ok_or_else(|| format!("timestamp \"{timestamp}\" is not between 1678 and 2261"))?;
        let asset = universe
            .find(symbol)
            .ok_or_else(|| format!("symbol \"{symbol}\" is not in the universe"))?;
        let (bid, ask) = (decimal(bid, "bid")?, decimal(ask, "ask")?);
        let mut quote =
            Quote::new(bid, ask, decimal(last, "last")?).map_err(|error| error.to_string())?;
        if !volume.is_empty() {
            let volume = decimal(volume, "volume")?;
            quote = quote
                .with_volume(volume)
                .map_err(|error| error.to_string())?;
        }
        Self::pack(at, asset, &quote)
    }

    fn pack(at: i64, asset: AssetIx, quote: &Quote) -> Result<Self, String> {
        let values = [
            Some(quote.bid),
            Some(quote.ask),
            Some(quote.last),
            quote.volume,
        ];
        let (mut digits, mut decimals) = ([0; 4], [ABSENT; 4]);
        let packed = digits
            .iter_mut()
            .zip(&mut decimals)
            .zip(COLUMNS.iter().skip(2));
        for (value, ((digits, decimals), name)) in values.iter().zip(packed) {
            let Some(value) = value else { continue };
            let short = value.normalize();
            let value = if value.mantissa() > i64::MAX.into() {
                &short
            } else {
                value
            };
            *digits = i64::try_from(value.mantissa())
                .map_err(|_| format!("{name} {value} has more than 18 digits"))?;
            *decimals = u8::try_from(value.scale()).unwrap_or(ABSENT);
        }
        Ok(Self {
            at,
            digits,
            asset: asset.0,
            decimals,
        })
    }

    /// Nanoseconds since 1970.
    pub(super) fn nanos(&self) -> i64 {
        self.at
    }

    pub(super) fn at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_nanos(self.at)
    }

    pub(super) fn tick(&self) -> Tick {
        let [bid, ask, last, volume] = self.digits;
        let [of_bid, of_ask, of_last, of_volume] = self.decimals;
        let decimal = |digits, decimals: u8| Decimal::new(digits, decimals.into());
        Tick {
            at: self.at(),
            asset: AssetIx(self.asset),
            quote: Quote {
                bid: decimal(bid, of_bid),
                ask: decimal(ask, of_ask),
                last: decimal(last, of_last),
                volume: (of_volume != ABSENT).then(|| decimal(volume, of_volume)),
            },
        }
    }
}

fn decimal(text: &str, column: &str) -> Result<Decimal, String> {
    // The parser would take underscores between the digits.
    if text.contains('_') {
        return Err(format!("{column} \"{text}\" is not a decimal"));
    }
    Decimal::from_str_exact(text).map_err(|_| format!("{column} \"{text}\" is not a decimal"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_row_is_small() {
        assert_eq!(size_of::<Row>(), 48);
    }

    proptest! {
        #[test]
        fn packing_loses_nothing(
            at in any::<i64>(),
            asset in any::<u32>(),
            prices in prop::array::uniform3((1_i64..1_000_000_000, 0_u32..=9)),
            volume in prop::option::of((0_i64..i64::MAX, 0_u32..=18)),
        ) {
            let [bid, ask, last] = prices.map(|(digits, decimals)| Decimal::new(digits, decimals));
            let volume = volume.map(|(digits, decimals)| Decimal::new(digits, decimals));
            let quote = Quote { bid, ask, last, volume };
            let tick = Row::pack(at, AssetIx(asset), &quote).unwrap().tick();
            prop_assert_eq!(tick.quote, quote);
            prop_assert_eq!(tick.quote.bid.to_string(), bid.to_string());
            prop_assert_eq!(tick.asset, AssetIx(asset));
            prop_assert_eq!(tick.at.timestamp_nanos_opt(), Some(at));
        }
    }

    #[test]
    fn zeros_at_the_end_take_no_room() {
        let long = Decimal::from_str_exact("262.400000000000000000000000").unwrap();
        let quote = Quote::new(long, long, long).unwrap();
        let row = Row::pack(0, AssetIx(0), &quote).unwrap();
        assert_eq!(row.tick().quote, quote);
    }
}
