//! The venue, in the hand of whoever runs the simulator: what happens to an order that its owner has not asked for.

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{ControlError, Shared, Simulator};
use crate::world::World;
use crate::world::account::{Activity, Standing};
use crate::world::engine::{Restatement, Revised};
use crate::world::order::{OrderIx, Status};

/// The venue of a simulator: it rejects orders, sets them aside, fills them by hand, takes fills back.
///
/// An order is named by its id or by the client order id that its sender gave it, a fill by its number among those of
/// its order, from 1 on, or by the id of its execution. What happens is told by the streams, booked, and written down
/// in the journal. Nothing is done in part.
///
/// # Errors
///
/// All methods: when there is no such order or fill ([`ControlError::is_unknown`]), when a client order id is that of
/// orders of several accounts, and when the order is not in a status in which that happens; the message says which.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use alpaca_trading_sim::Simulator;
///
/// let simulator = Simulator::builder().start().await?;
/// let order = r#"{"symbol": "AAPL", "qty": "1", "side": "buy", "type": "limit", "limit_price": "1",
///     "time_in_force": "day", "client_order_id": "low"}"#;
/// simulator.call("POST", "/v2/orders", order);
/// simulator.venue().reject("low")?;
/// let (_, order) = simulator.call("GET", "/v2/orders:by_client_order_id?client_order_id=low", "");
/// assert_eq!(order["status"], "rejected");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Venue {
    shared: Shared,
}

/// A fill of an order, as the venue knows it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Execution {
    /// Its number among those of its order, from 1 on.
    pub number: usize,
    /// Its id; after a correction, that of the correction.
    pub id: Uuid,
    /// When it was.
    pub at: DateTime<Utc>,
    /// How many.
    pub qty: Decimal,
    /// At which price each.
    pub price: Decimal,
    /// Whether it counts.
    pub standing: Standing,
}

impl Simulator {
    /// Its venue.
    #[must_use]
    pub fn venue(&self) -> Venue {
        Venue::new(self.shared().clone())
    }
}

impl Venue {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// Rejects an order of which nothing is filled: event `rejected`, and what it has held of the buying power is
    /// free. A replacement that is on its way leaves the order that it was to replace.
    pub fn reject(&self, order: impl fmt::Display) -> Result<(), ControlError> {
        self.act(order, World::reject)
    }

    /// Rejects so many of the orders to come when they reach their venue; none again with 0. Replacements and legs
    /// are not counted.
    pub fn reject_next(&self, orders: u32) {
        self.shared.with(|world| world.reject_next(orders));
    }

    /// Refuses to cancel or to replace an order for which that is under way: events `order_cancel_rejected` and
    /// `order_replace_rejected`. It goes on as it was.
    pub fn refuse_request(&self, order: impl fmt::Display) -> Result<(), ControlError> {
        self.act(order, World::refuse_request)
    }

    /// Takes an order out of trading for a time: `suspended`.
    pub fn suspend(&self, order: impl fmt::Display) -> Result<(), ControlError> {
        self.set_aside(order, Status::Suspended)
    }

    /// Promises an order a fill: `stopped`. It is then filled by [`fill`](Self::fill), and cannot be canceled.
    pub fn stop(&self, order: impl fmt::Display) -> Result<(), ControlError> {
        self.set_aside(order, Status::Stopped)
    }

    /// Lets nothing more happen to an order today: `done_for_day`. It goes on by itself on the next trading day,
    /// if it lasts as long.
    pub fn done_for_day(&self, order: impl fmt::Display) -> Result<(), ControlError> {
        self.set_aside(order, Status::DoneForDay)
    }

    /// Ends the trading of an order, with reckoning left: `calculated`. It cannot be canceled.
    pub fn calculate(&self, order: impl fmt::Display) -> Result<(), ControlError> {
        self.set_aside(order, Status::Calculated)
    }

    /// Has an order priced before it trades: `accepted_for_bidding`.
    pub fn accept_for_bidding(&self, order: impl fmt::Display) -> Result<(), ControlError> {
        self.set_aside(order, Status::AcceptedForBidding)
    }

    /// Lets an order go on that one of these has set aside: event `new`.
    pub fn resume(&self, order: impl fmt::Display) -> Result<(), ControlError> {
        self.act(order, World::resume)
    }

    /// Fills an order, whole or in part, at a price that need not be the market's.
    pub fn fill(
        &self,
        order: impl fmt::Display,
        qty: Decimal,
        price: Decimal,
    ) -> Result<(), ControlError> {
        self.act(order, |world, ix| world.fill_by_hand(ix, qty, price))
    }

    /// The id of an order, and its status.
    pub fn status(&self, order: impl fmt::Display) -> Result<(Uuid, Status), ControlError> {
        let name = order.to_string();
        self.shared.with(|world| {
            let order = world.orders().get(found(world, &name)?);
            order
                .map(|order| (order.id, order.status))
                .ok_or_else(|| ControlError::unknown(format!("there is no order `{name}`")))
        })
    }

    /// The fills of an order, those that were taken back too, the oldest first.
    pub fn fills(&self, order: impl fmt::Display) -> Result<Vec<Execution>, ControlError> {
        let name = order.to_string();
        self.shared.with(|world| {
            let ix = found(world, &name)?;
            Ok(executions(world, ix)
                .into_iter()
                .map(|(_, fill)| fill)
                .collect())
        })
    }

    /// Takes a fill back: event `trade_bust`. Cash, position, what the order has filled and the list of activities
    /// are as if it had never been.
    pub fn bust(
        &self,
        order: impl fmt::Display,
        fill: impl fmt::Display,
        reason: &str,
    ) -> Result<(), ControlError> {
        self.revise(
            &order.to_string(),
            &fill.to_string(),
            &Revised::Busted,
            reason,
        )
    }

    /// Corrects the quantity and the price of a fill: event `trade_correct`.
    pub fn correct(
        &self,
        order: impl fmt::Display,
        fill: impl fmt::Display,
        (qty, price): (Decimal, Decimal),
        reason: &str,
    ) -> Result<(), ControlError> {
        let revised = Revised::Corrected { qty, price };
        self.revise(&order.to_string(), &fill.to_string(), &revised, reason)
    }

    /// States an order anew, with another quantity: event `restated`.
    pub fn restate_qty(&self, order: impl fmt::Display, qty: Decimal) -> Result<(), ControlError> {
        let what = Restatement {
            qty: Some(qty),
            ..Restatement::default()
        };
        self.restate(order, &what)
    }

    /// States an order anew, with another limit: event `restated`.
    pub fn restate_limit_price(
        &self,
        order: impl fmt::Display,
        price: Decimal,
    ) -> Result<(), ControlError> {
        let what = Restatement {
            limit_price: Some(price),
            ..Restatement::default()
        };
        self.restate(order, &what)
    }

    /// States an order anew, with another stop: event `restated`.
    pub fn restate_stop_price(
        &self,
        order: impl fmt::Display,
        price: Decimal,
    ) -> Result<(), ControlError> {
        let what = Restatement {
            stop_price: Some(price),
            ..Restatement::default()
        };
        self.restate(order, &what)
    }

    pub(crate) fn restate(
        &self,
        order: impl fmt::Display,
        what: &Restatement,
    ) -> Result<(), ControlError> {
        self.act(order, |world, ix| world.restate(ix, what))
    }

    pub(crate) fn set_aside(
        &self,
        order: impl fmt::Display,
        status: Status,
    ) -> Result<(), ControlError> {
        self.act(order, |world, ix| world.set_aside(ix, status))
    }

    /// Does something to the order of this name, and what follows from it at once.
    fn act(
        &self,
        order: impl fmt::Display,
        act: impl FnOnce(&mut World, OrderIx) -> Result<(), String>,
    ) -> Result<(), ControlError> {
        let name = order.to_string();
        self.shared.with(|world| {
            let ix = found(world, &name)?;
            act(world, ix).map_err(ControlError::new)?;
            world.settle();
            Ok(())
        })
    }

    fn revise(
        &self,
        order: &str,
        fill: &str,
        revised: &Revised,
        reason: &str,
    ) -> Result<(), ControlError> {
        self.shared.with(|world| {
            let ix = found(world, order)?;
            let named = executions(world, ix).into_iter().find(|(_, execution)| {
                fill.parse() == Ok(execution.number) || fill.parse() == Ok(execution.id)
            });
            let (place, _) = named.ok_or_else(|| {
                ControlError::unknown(format!("order `{order}` has no fill `{fill}`"))
            })?;
            let revised = world.revise(ix, place, revised, reason);
            revised.map_err(ControlError::new)?;
            world.settle();
            Ok(())
        })
    }
}

impl fmt::Debug for Venue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Venue")
    }
}

/// The order of this id or client order id.
fn found(world: &World, name: &str) -> Result<OrderIx, ControlError> {
    let by_id = Uuid::parse_str(name).ok();
    if let Some(ix) = by_id.and_then(|id| world.orders().find(id)) {
        return Ok(ix);
    }
    let accounts = world.accounts().iter();
    let mut named = accounts.filter_map(|account| account.client_order_ids.get(name).copied());
    match (named.next(), named.next()) {
        (Some(ix), None) => Ok(ix),
        (Some(_), Some(_)) => Err(ControlError::new(format!(
            "several accounts have an order `{name}`: say its id"
        ))),
        (None, _) => Err(ControlError::unknown(format!("there is no order `{name}`"))),
    }
}

/// The fills of an order, each with its place among the activities of its account.
fn executions(world: &World, ix: OrderIx) -> Vec<(usize, Execution)> {
    let account = world
        .orders()
        .get(ix)
        .and_then(|order| world.account(order.account));
    let activities = account
        .map(|account| account.activities())
        .unwrap_or_default();
    let fills = world.fills_of(ix).into_iter().zip(1..);
    let execution = |((place, fill), number): ((usize, &crate::world::account::Fill), usize)| {
        let at = activities
            .get(place)
            .map(|activity: &Activity| activity.at)?;
        let execution = Execution {
            number,
            id: fill.execution_id,
            at,
            qty: fill.qty,
            price: fill.price,
            standing: fill.standing,
        };
        Some((place, execution))
    };
    fills.filter_map(execution).collect()
}
