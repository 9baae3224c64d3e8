//! A ledger, and what it has told.

use std::sync::Arc;
use std::time::Duration;

use alpaca_trading_gen::types::TradingActivities;

use super::super::super::tests::fixture::{Say, activity, short, uuid};
use super::super::{Ledger, Reading, Tally};
use crate::stream::TradeUpdate;

pub(super) const NOTHING: [&str; 0] = [];

/// A ledger, with the number of everything that it has told.
#[derive(Default)]
pub(super) struct Scene {
    pub(super) ledger: Ledger,
    /// What was told, each with its number.
    pub(super) told: Vec<(u64, Arc<TradeUpdate>)>,
    pub(super) number: u64,
}

/// An account in which these orders are.
pub(super) fn reading(orders: &[&Say], fills: Vec<TradingActivities>) -> Reading {
    let mut reading = Reading {
        orders: orders.iter().map(|say| say.read()).collect(),
        ..Reading::default()
    };
    for fill in fills {
        let order = fill.order_id.unwrap();
        reading.fills.entry(order).or_default().push(fill);
    }
    reading
}

impl Scene {
    /// One that begins with nothing, and knows that there is nothing.
    pub(super) fn begun() -> Self {
        let mut scene = Self::default();
        scene.begin(Reading::default(), false);
        scene
    }

    pub(super) fn begin(&mut self, reading: Reading, tell_open: bool) -> Vec<String> {
        self.number += 1;
        let updates = self.ledger.begin(reading, tell_open, self.number);
        self.keep(updates)
    }

    fn keep(&mut self, updates: Vec<Arc<TradeUpdate>>) -> Vec<String> {
        let shorts = updates.iter().map(|update| short(update)).collect();
        let number = self.number;
        self.told
            .extend(updates.into_iter().map(|update| (number, update)));
        shorts
    }

    /// Takes a message. Gives what is told.
    pub(super) fn live(&mut self, say: &Say) -> Vec<String> {
        self.take(say).1
    }

    pub(super) fn take(&mut self, say: &Say) -> (Tally, Vec<String>) {
        let Self {
            ledger,
            told,
            number,
        } = self;
        let before = told.len();
        let tally = ledger.live(say.update(), &mut |update| {
            *number += 1;
            told.push((*number, update));
            *number
        });
        let shorts: Vec<_> = told[before..]
            .iter()
            .map(|(_, update)| short(update))
            .collect();
        assert_eq!(tally.told, shorts.len() as u64);
        (tally, shorts)
    }

    /// A message that is not told, since it was told before.
    pub(super) fn duplicate(&mut self, say: &Say) {
        let (tally, _) = self.take(say);
        let expected = Tally {
            duplicates: 1,
            ..Tally::default()
        };
        assert_eq!(tally, expected, "{say:?}");
    }

    /// A message that is not told, since what it led to was.
    pub(super) fn superseded(&mut self, say: &Say) {
        let (tally, _) = self.take(say);
        let expected = Tally {
            superseded: 1,
            ..Tally::default()
        };
        assert_eq!(tally, expected, "{say:?}");
    }

    /// A message that waits.
    pub(super) fn waits(&mut self, say: &Say) {
        let (tally, _) = self.take(say);
        assert!(
            tally.told + tally.duplicates + tally.superseded == 0,
            "{tally:?}"
        );
        assert!(self.ledger.waiting_since().is_some());
    }

    /// Takes in an account that was read just now. Gives what is told.
    pub(super) fn reconcile(&mut self, mut reading: Reading) -> Vec<String> {
        reading.messages = self.ledger.messages();
        self.reconcile_as(reading)
    }

    /// Takes in an account, with the number of messages in it.
    pub(super) fn reconcile_as(&mut self, reading: Reading) -> Vec<String> {
        self.number += 1;
        let updates = self.ledger.reconcile(reading, self.number);
        let mut shorts = self.keep(updates);
        shorts.extend(self.release(Duration::from_secs(3_600)));
        shorts
    }

    /// Tells what has waited for this long.
    pub(super) fn release(&mut self, patience: Duration) -> Vec<String> {
        let Self {
            ledger,
            told,
            number,
        } = self;
        let before = told.len();
        ledger.release_all(patience, &mut |update| {
            *number += 1;
            told.push((*number, update));
            *number
        });
        told[before..]
            .iter()
            .map(|(_, update)| short(update))
            .collect()
    }

    pub(super) fn after(&self, number: u64) -> (Vec<String>, bool) {
        let (updates, complete) = self.ledger.told_after(number);
        (
            updates.iter().map(|update| short(update)).collect(),
            complete,
        )
    }
}

/// The fills of order 1 up to a total, as they are read.
pub(super) fn fills(parts: &[(i64, i64)]) -> Vec<TradingActivities> {
    parts
        .iter()
        .map(|(from, to)| activity(1, *from, *to, *to * 10))
        .collect()
}

pub(super) fn gone(order: u128) -> Reading {
    Reading {
        gone: vec![uuid(order)],
        ..Reading::default()
    }
}

/// A message with an id and the time that belongs to it.
pub(super) fn numbered(say: Say, number: u64) -> Say {
    say.event_id(number)
        .time(i64::try_from(number).unwrap() * 10)
}
