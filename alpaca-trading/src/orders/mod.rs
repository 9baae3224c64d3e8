//! Orders: asked for, checked, submitted once, followed to their end.
//!
//! An [`OrderRequest`] is made by the constructor of its type and refined by chaining. It is checked
//! as a whole against the rules in [`rules`], all of them at once, and what was checked is exactly what
//! is sent. Checked is what can be known without the account and the market; buying power, wash trades
//! and windows of time are Alpaca's to judge, and so is whatever its sources disagree on.
//!
//! What Alpaca does with an order:
//!
//! - It accepts it (`pending_new` or `accepted`), routes it (`new`) and fills it in one part or several
//!   (`partially_filled`, `filled`). An order can still be `rejected` after it was accepted, and ends
//!   as `canceled` or `expired` otherwise. See [`Condition`] for waiting.
//! - Canceling and replacing are requests: the order may be filled before.
//! - Replacing ([`replace`](Orders::replace)) makes a new order with an id of its own; the old one
//!   becomes `replaced`.
//! - Each order has a client order id, which is accepted once in the life of an account. That makes
//!   submitting safe: after a failure the order is looked up by it, and never placed twice. What stays
//!   unknown is an [`Unresolved`], to be asked for later.
//!
//! # Examples
//!
//! ```no_run
//! use std::time::Duration;
//! use alpaca_trading::orders::{Condition, OrderRequest, Quantity, StopLoss, TakeProfit};
//! use alpaca_trading::{Side, TimeInForce, dec};
//!
//! # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
//! let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(10), dec!(187.50))
//!     .time_in_force(TimeInForce::Gtc)
//!     .bracket(TakeProfit::limit(200), StopLoss::stop(180));
//! let order = client.orders().submit(request).await?;
//! let limit = Duration::from_secs(60);
//! let order = client.orders().wait_for(order.id, Condition::Done, limit).await?;
//! println!("{}: {:?} at {:?}", order.status, order.filled_qty, order.filled_avg_price);
//! # Ok(()) }
//! ```

mod cancel;
mod client_order_id;
mod cost;
mod list;
pub mod once;
mod preview;
mod quantity;
mod query;
mod recent;
mod request;
pub mod rules;
mod settle;
mod submit;
mod ticks;
mod unresolved;
mod wait;

pub use cancel::CancelOutcome;
pub use client_order_id::ClientOrderId;
pub use cost::{CostBasis, EstimatedCost, estimate};
pub use preview::Preview;
pub use quantity::Quantity;
pub use query::OrderQuery;
pub(crate) use recent::{Candidate, Doubt, HELD_UP, Recent};
pub use request::{
    AdvancedOrder, Exit, Leg, OrderRequest, ReplaceRequest, StopLoss, TakeProfit, Trail,
};
pub use ticks::{Rounding, TickRule};
pub use unresolved::Unresolved;
pub(crate) use unresolved::{Closing, Others, Trace, other_keys};
pub use wait::Condition;

pub use crate::types::{
    AdvancedInstructionsAlgorithm as Algorithm, AdvancedInstructionsDestination as Destination,
    AssetClass, OptionContractType as OptionKind, Order, OrderClass, OrderSide as Side,
    OrderStatus, OrderType, PositionIntent, TimeInForce,
};

use uuid::Uuid;

use crate::error::{Error, Result};
use crate::resources::resource;
use crate::{Client, Violation};

resource! {
    /// The orders of the account: submitting, replacing, canceling, listing, waiting.
    Orders, orders
}

impl Orders {
    /// An order by its id. Its legs, if it has any, are orders of their own.
    ///
    /// The id of an order that was replaced still finds it; it then names its successor in
    /// [`replaced_by`](Order::replaced_by).
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is no such order.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// # let order_id = alpaca_trading::Uuid::nil();
    /// let order = client.orders().get(order_id).await?;
    /// println!("{}: {:?} of {:?}", order.status, order.filled_qty, order.qty);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`get_order`](alpaca_trading_gen::Client::get_order).
    pub async fn get(&self, order_id: Uuid) -> Result<Order> {
        let call = self.client.raw().get_order().order_id(order_id);
        self.client.call(call.send()).await
    }

    /// An order by its id, with its legs in [`legs`](Order::legs).
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    ///
    /// Raw operation: [`get_order`](alpaca_trading_gen::Client::get_order).
    pub async fn get_with_legs(&self, order_id: Uuid) -> Result<Order> {
        let call = self.client.raw().get_order().order_id(order_id);
        self.client.call(call.nested(true).send()).await
    }

    /// An order by the id that its client gave it: the way to an order of which nothing else is known,
    /// for instance after a restart.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is no such order; `is_invalid` for an id that none can have (empty,
    /// or longer than 128 characters), and nothing is sent.
    ///
    /// Raw operation: [`get_order_by_client_order_id`](alpaca_trading_gen::Client::get_order_by_client_order_id).
    pub async fn get_by_client_order_id(&self, id: impl Into<ClientOrderId>) -> Result<Order> {
        let id = id.into();
        if let Err(violation) = id.check() {
            let operation = "get_order_by_client_order_id";
            return Err(refused(&self.client, operation, vec![violation]));
        }
        let call = self.client.raw().get_order_by_client_order_id();
        let call = call.client_order_id(id.as_str());
        self.client.call(call.send()).await
    }
}

/// The error of a request that is not sent, since it breaks rules.
pub(crate) fn refused(client: &Client, operation: &str, violations: Vec<Violation>) -> Error {
    Error::invalid(violations).of(client, operation)
}
