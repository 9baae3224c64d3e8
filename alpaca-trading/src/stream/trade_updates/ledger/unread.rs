//! Orders that a reading could not take in: they are looked for until one can.

use std::collections::{HashMap, HashSet};

use alpaca_trading_gen::types::OrderStatus;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::super::update::is_end;
use super::reading::SEARCHES;

/// In how many readings an order that nothing was told of is asked for, when the service does not know it.
const ABSENCES: u32 = 3;

/// An order that could not be read, as far as anything is known of it.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct UnreadOrder {
    /// None if not even that can be understood.
    pub(in super::super) id: Option<Uuid>,
    pub(super) submitted: Option<DateTime<Utc>>,
    pub(super) filled: Decimal,
    pub(super) is_end: bool,
}

impl UnreadOrder {
    /// One that was asked for by its id.
    pub(in super::super) fn of(id: Uuid, submitted: DateTime<Utc>) -> Self {
        Self {
            id: Some(id),
            submitted: Some(submitted),
            ..Self::default()
        }
    }

    /// A row of a list that is no order.
    pub(in super::super) fn of_row(json: &str) -> Self {
        let row: Value = serde_json::from_str(json).unwrap_or_default();
        let text = |name: &str| row.get(name).and_then(Value::as_str);
        let time = |name: &str| DateTime::parse_from_rfc3339(text(name)?).ok();
        let submitted = time("submitted_at").or_else(|| time("created_at"));
        Self {
            id: text("id").and_then(|id| Uuid::parse_str(id).ok()),
            submitted: submitted.map(|time| time.to_utc()),
            filled: text("filled_qty")
                .and_then(|filled| filled.parse().ok())
                .unwrap_or_default(),
            is_end: text("status").is_some_and(|status| is_end(&OrderStatus::from(status))),
        }
    }
}

/// The orders that are to be read, since the last reading could not take them in.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// With the time at which each was submitted, and in how many readings it was looked for.
    orders: HashMap<Uuid, (DateTime<Utc>, u32)>,
    /// In how many readings in a row there were rows without an id.
    nameless: u32,
}

impl Unread {
    /// An order could not be taken in.
    pub(super) fn add(&mut self, id: Uuid, submitted: DateTime<Utc>) {
        self.orders.entry(id).or_insert((submitted, 0)).1 += 1;
    }

    /// Whether there were rows in the last reading of which not even the id can be understood.
    pub(super) fn set_nameless(&mut self, nameless: bool) {
        self.nameless = match nameless {
            true => self.nameless.saturating_add(1),
            false => 0,
        };
    }

    /// An order was read.
    pub(super) fn remove(&mut self, id: &Uuid) {
        self.orders.remove(id);
    }

    /// The service does not know an order, of which nothing else is known either.
    pub(super) fn absent(&mut self, id: Uuid) {
        if let Some((_, readings)) = self.orders.get_mut(&id) {
            *readings += 1;
            if *readings > ABSENCES {
                self.orders.remove(&id);
            }
        }
    }

    pub(super) fn has(&self, id: &Uuid) -> bool {
        self.orders.contains_key(id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.orders.is_empty() && self.nameless == 0
    }

    /// Whether one of them may be read soon.
    pub(super) fn is_hopeful(&self) -> bool {
        let mut orders = self.orders.values();
        orders.any(|(_, readings)| *readings < SEARCHES) || (1..SEARCHES).contains(&self.nameless)
    }

    pub(super) fn ids(&self) -> HashSet<Uuid> {
        self.orders.keys().copied().collect()
    }

    pub(super) fn submitted(&self) -> impl Iterator<Item = (Uuid, DateTime<Utc>)> {
        self.orders
            .iter()
            .map(|(id, (submitted, _))| (*id, *submitted))
    }
}
