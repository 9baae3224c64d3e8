//! Orders: what they are, how they are asked for, how they are shown.

pub(crate) mod json;
mod request;
mod store;
mod words;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

pub(crate) use json::{OrderJson, amount, time};
pub(crate) use request::{Fields, OrderRequest, ReplaceRequest, decimal};
pub(crate) use store::OrderStore;
pub use words::{Intent, OrderClass, OrderType, Side, Status, TimeInForce};

use super::account::AccountIx;
use crate::market::AssetIx;

/// Which order of a world: they are numbered as they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderIx(pub(crate) u32);

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its id.
    pub id: Uuid,
    /// The id that its sender gave it.
    pub client_order_id: Box<str>,
    pub(crate) account: AccountIx,
    pub(crate) asset: AssetIx,
    /// When it was taken.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it came to its end; which end, the status says.
    pub ended_at: Option<DateTime<Utc>>,
    /// When its time in force ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// The order that has taken its place, or is about to.
    pub replaced_by: Option<Uuid>,
    /// The order whose place it takes.
    pub replaces: Option<Uuid>,
    /// For how much it trades; none if it says how many.
    pub notional: Option<Decimal>,
    /// How many it trades; none as long as an order by amount is open.
    pub qty: Option<Decimal>,
    /// How many it has traded.
    pub filled_qty: Decimal,
    /// What these were worth.
    pub filled_value: Decimal,
    /// Whether it stands alone.
    pub class: OrderClass,
    /// What kind of order it is.
    pub order_type: OrderType,
    /// Whether it buys or sells.
    pub side: Side,
    /// How long it works.
    pub time_in_force: TimeInForce,
    /// What it does to the position.
    pub intent: Intent,
    /// The worst price.
    pub limit_price: Option<Decimal>,
    /// The price at which it wakes.
    pub stop_price: Option<Decimal>,
    /// How far a trailing stop is from the best price.
    pub trail_price: Option<Decimal>,
    /// The same in percent.
    pub trail_percent: Option<Decimal>,
    /// The best price that a trailing stop has seen.
    pub hwm: Option<Decimal>,
    /// Whether it works outside of core hours.
    pub extended_hours: bool,
    /// Where it is in its life.
    pub status: Status,
    /// Its legs.
    pub(crate) legs: Vec<OrderIx>,
    /// The order whose leg it is.
    pub(crate) parent: Option<OrderIx>,
    /// Whether the price has passed its stop price.
    pub(crate) triggered: bool,
    /// Whether it was not marketable when it came to its venue, so that it fills at its own price.
    pub(crate) resting: bool,
    /// Whether it works only from the next session on.
    pub(crate) queued: bool,
    /// What it holds of the buying power, for each unit that is left; for an order by amount, whole.
    pub(crate) reserve: Decimal,
    /// What it was before a cancel or a replacement got under way.
    pub(crate) before_pending: Option<Status>,
}

impl Order {
    /// How many are left to trade; none for an order by amount.
    #[must_use]
    pub fn left(&self) -> Option<Decimal> {
        self.qty
            .map(|qty| (qty - self.filled_qty).max(Decimal::ZERO))
    }

    /// The average price of what it has traded.
    #[must_use]
    pub fn filled_avg_price(&self) -> Option<Decimal> {
        (!self.filled_qty.is_zero()).then(|| self.filled_value / self.filled_qty)
    }

    /// Whether it is not at its end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.status.is_terminal()
    }

    /// Whether it is an exit that works beside another one: what both hold of a position is held once.
    #[must_use]
    pub(crate) fn is_second_exit(&self) -> bool {
        self.status == Status::Held || self.before_pending == Some(Status::Held)
    }

    /// Whether it is a replacement that the venue has not seen: the order that it replaces still holds what
    /// both need.
    #[must_use]
    pub(crate) fn is_on_its_way(&self) -> bool {
        let canceled =
            self.status == Status::PendingCancel && self.before_pending == Some(Status::PendingNew);
        self.replaces.is_some() && (self.status == Status::PendingNew || canceled)
    }

    /// What it holds of the buying power now.
    #[must_use]
    pub(crate) fn held_value(&self) -> Decimal {
        if self.reserve.is_zero() {
            return Decimal::ZERO;
        }
        match (self.notional, self.left()) {
            (Some(notional), _) => (notional - self.filled_value).max(Decimal::ZERO),
            (None, Some(left)) => left * self.reserve,
            (None, None) => Decimal::ZERO,
        }
    }

    /// Whether a price can wake it.
    #[must_use]
    pub(crate) fn waits_for_stop(&self) -> bool {
        !self.triggered
            && matches!(
                self.order_type,
                OrderType::Stop | OrderType::StopLimit | OrderType::TrailingStop
            )
    }

    /// Whether it can be filled in part of a share.
    #[must_use]
    pub(crate) fn is_fractional(&self) -> bool {
        self.notional.is_some() || self.qty.is_some_and(|qty| !qty.fract().is_zero())
    }
}
