//! Order updates as the service sends them, and the floor of reading one.
//!
//! A thousand orders are open at any time and each lives through ten updates: `new`, eight
//! `partial_fill` and `fill`. Their lives are staggered, so that all kinds come mixed. Ids are distinct,
//! the ids of events ascend, and totals are right.

#![allow(missing_docs, reason = "the fields are Alpaca's")]

use std::fmt::Write as _;

use alpaca_trading::orders::Order;
use alpaca_trading_gen::Exact;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_with::As;

/// How many orders are open at a time.
const OPEN: usize = 1_000;
/// How many updates an order lives through.
const LIFE: usize = 10;
/// How many shares each fill is of.
const FILLED: usize = 15;

/// Messages in frames of the websocket, one behind the other.
#[derive(Debug, Default)]
pub struct Frames {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Frames {
    /// The first updates of a stream, as text.
    #[must_use]
    pub fn updates(count: usize) -> Self {
        let mut frames = Self::default();
        for round in 0.. {
            for slot in 0..OPEN {
                if frames.len() == count {
                    return frames;
                }
                // A slot's first order comes in a round of its own, so that lives are staggered.
                if let Some(lived) = usize::checked_sub(round, slot % LIFE) {
                    let order = slot + lived / LIFE * OPEN;
                    let number = frames.len();
                    frames.push(&message(&update(order, lived % LIFE, number)));
                }
            }
        }
        frames
    }

    fn push(&mut self, text: &str) {
        // Final, text; the service masks nothing. The length takes two bytes from 126 on.
        self.bytes.push(0x81);
        match u8::try_from(text.len()) {
            Ok(length) if length < 126 => self.bytes.push(length),
            _ => {
                let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
                self.bytes.push(126);
                self.bytes.extend_from_slice(&length.to_be_bytes());
            }
        }
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len());
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All of them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// One after the other.
    pub fn each(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let bounds = starts.zip(&self.ends);
        bounds.filter_map(|(start, end)| self.bytes.get(start..*end))
    }
}

/// The message of an update.
#[must_use]
pub fn message(update: &str) -> String {
    format!(r#"{{"stream":"trade_updates","data":{update}}}"#)
}

/// The last update of an order: `fill`.
#[must_use]
pub fn fill() -> String {
    update(7, LIFE - 1, 9_007)
}

/// The first update of an order: `new`.
#[must_use]
pub fn new() -> String {
    update(7, 0, 7)
}

/// What happens to an order when it has lived through so many updates; the number is the event's.
fn update(order: usize, lived: usize, number: usize) -> String {
    let (event, status) = match lived {
        0 => ("new", "new"),
        _ if lived < LIFE - 1 => ("partial_fill", "partially_filled"),
        _ => ("fill", "filled"),
    };
    let (cents, micros) = (order % 100, number % 1_000_000);
    let minute = number / 1_000_000 % 60;
    let (qty, filled) = (FILLED * (LIFE - 1), FILLED * lived);
    let symbol = order % OPEN;
    let at = format!("2026-01-05T14:{minute:02}:30.{micros:06}123Z");
    let (mut fill, mut average, mut filled_at) = (String::new(), "null".to_owned(), "null".into());
    if lived > 0 {
        let _ = write!(
            fill,
            r#","position_qty":"{filled}","price":"107.{cents:02}","qty":"{FILLED}""#
        );
        average = format!(r#""107.{cents:02}""#);
    }
    if status == "filled" {
        filled_at = format!(r#""{at}""#);
    }
    format!(
        r#"{{"at":"{at}","event":"{event}","event_id":"01JGVXW3{number:018}","execution_id":"{number:08x}-a65e-4a50-8c06-1b8e32e7e1a8"{fill},"timestamp":"{at}","order":{{"id":"{order:08x}-8549-4bfd-b9c3-01e75843f47d","client_order_id":"{order:08x}-3b76-47ec-b432-046db621571b","created_at":"2026-01-05T14:00:00.123456789Z","updated_at":"{at}","submitted_at":"2026-01-05T14:00:00.123456789Z","filled_at":{filled_at},"expired_at":null,"expires_at":"2026-01-05T21:00:00Z","cancel_requested_at":null,"canceled_at":null,"failed_at":null,"replaced_at":null,"replaced_by":null,"replaces":null,"asset_id":"{symbol:08x}-8b9b-48a9-ba46-b9d54906e415","symbol":"S{symbol}","asset_class":"us_equity","notional":null,"qty":"{qty}","filled_qty":"{filled}","filled_avg_price":{average},"order_class":"","order_type":"limit","type":"limit","side":"buy","position_intent":"buy_to_open","time_in_force":"day","limit_price":"107.{cents:02}","stop_price":null,"status":"{status}","extended_hours":false,"legs":null,"trail_percent":null,"trail_price":null,"hwm":null,"subtag":null,"source":null}}}}"#
    )
}

/// The floor: a message as serde reads it.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    pub stream: String,
    pub data: Update,
}

/// The floor: an update as serde reads it, with the client's own order and exact decimals.
#[derive(Clone, Debug, Deserialize)]
pub struct Update {
    pub event: Event,
    pub order: Order,
    pub timestamp: Option<DateTime<Utc>>,
    pub at: Option<DateTime<Utc>>,
    pub event_id: Option<String>,
    pub execution_id: Option<String>,
    #[serde(default, with = "As::<Exact>")]
    pub price: Option<Decimal>,
    #[serde(default, with = "As::<Exact>")]
    pub qty: Option<Decimal>,
    #[serde(default, with = "As::<Exact>")]
    pub position_qty: Option<Decimal>,
}

/// The events that the floor knows.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    New,
    PartialFill,
    Fill,
    Canceled,
    Expired,
    Replaced,
    Rejected,
}
