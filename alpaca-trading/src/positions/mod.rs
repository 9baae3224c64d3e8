//! Positions: what the account holds, how it is closed, and options that are exercised.
//!
//! A position is the sum of what was bought and sold of an asset: long above zero, short below. It is
//! found under the asset's symbol or id; for crypto pairs that is the form without a slash (`BTCUSD`),
//! into which `BTC/USD` is changed here. Quantities that are held for open orders cannot be closed:
//! [`qty_available`](crate::types::Position::qty_available) is what is free.
//!
//! Closing places a market order for each position. It is sent at most once: what is in doubt is looked
//! for in the list of orders ([`close`](Positions::close)), or said to be in doubt
//! ([`close_all`](Positions::close_all)).
//!
//! # Examples
//!
//! ```no_run
//! use alpaca_trading::dec;
//!
//! # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
//! let positions = client.positions();
//! for position in &positions.list().await? {
//!     println!("{}: {} at {}", position.symbol, position.qty, position.avg_entry_price);
//! }
//! let order = positions.close("AAPL").quantity(dec!(2)).await?;
//! println!("closing with order {}", order.id);
//! # Ok(()) }
//! ```

pub(crate) mod bulk;
pub mod closing;
mod exercise;

use alpaca_trading_gen::types::{Order, Position, PositionClosedResponse};
use bytes::Bytes;

use crate::error::{Error, Facts, Outcome, Result};
use crate::lists::Rows;
use crate::resources::resource;
use crate::{Client, Symbol};
use bulk::{Item, items};
pub use closing::ClosePosition;

resource! {
    /// The open positions of the account.
    Positions, positions
}

/// What became of one position when all were to be closed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CloseOutcome {
    /// The symbol of the position, as positions have it; empty when the answer does not name it.
    pub symbol: String,
    /// The HTTP status of the closing of this position; none when the answer has none.
    pub status: Option<u16>,
    /// The order that closes it, or why there is none. Accepted is not filled yet.
    pub result: Result<Order>,
}

impl Positions {
    /// All open positions.
    ///
    /// Quantities and values of short positions are negative. Prices and everything derived from them
    /// are missing for assets that have no price at the moment.
    ///
    /// # Errors
    ///
    /// Those of any read. A position that cannot be read is in
    /// [`undecodable`](Rows::undecodable), beside the others.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// for position in &client.positions().list().await? {
    ///     println!("{} {} {:?}", position.symbol, position.qty, position.unrealized_pl);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_positions`](alpaca_trading_gen::Client::list_positions).
    pub async fn list(&self) -> Result<Rows<Position>> {
        self.client
            .call_rows(self.client.raw().list_positions().send())
            .await
    }

    /// The position in an asset, by its symbol or id.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is no position in it; `is_invalid` when that is no symbol, and nothing
    /// is sent.
    ///
    /// Raw operation: [`get_position`](alpaca_trading_gen::Client::get_position).
    pub async fn get(&self, symbol: impl Into<Symbol>) -> Result<Position> {
        let symbol = self.checked(symbol.into(), "get_position")?;
        let call = self
            .client
            .raw()
            .get_position()
            .symbol_or_asset_id(symbol.compact());
        self.client.call(call.send()).await
    }

    /// Closes the position in an asset, by its symbol or id: all of it, or the part that is named.
    ///
    /// The order is a market order on the opposite side, good for the day, for crypto until it is
    /// canceled. It is sent when the returned value is awaited, and at most once.
    ///
    /// # Errors
    ///
    /// See [`ClosePosition::send`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::dec;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let positions = client.positions();
    /// positions.close("AAPL").await?;
    /// positions.close("BTC/USD").percentage(dec!(50)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`close_position`](alpaca_trading_gen::Client::close_position).
    pub fn close(&self, symbol: impl Into<Symbol>) -> ClosePosition {
        ClosePosition::new(self.client.clone(), symbol.into())
    }

    /// Closes every position, long and short, each with a market order.
    ///
    /// With `cancel_orders` all open orders are canceled first; without, what they hold cannot be
    /// closed, and those positions fail. The answer has one item for each position; one that fails keeps
    /// no other from being closed. The request is never repeated when it may have arrived, since it
    /// would place the orders again.
    ///
    /// # Errors
    ///
    /// When the request as a whole failed. If its [`outcome`](crate::Error::outcome) is
    /// [`Unknown`](crate::Outcome::Unknown), some or all positions may be closing: look at the
    /// positions and the open orders before anything is sent again. What happened to single positions
    /// is in the items: `is_insufficient_quantity` there means that open orders hold the quantity.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// for closed in client.positions().close_all(true).await? {
    ///     match closed.result {
    ///         Ok(order) => println!("{}: order {}", closed.symbol, order.id),
    ///         Err(error) => eprintln!("{} stays open: {error}", closed.symbol),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`close_all_positions`](alpaca_trading_gen::Client::close_all_positions).
    pub async fn close_all(&self, cancel_orders: bool) -> Result<Vec<CloseOutcome>> {
        let call = self.client.raw().close_all_positions();
        let call = call.cancel_orders(cancel_orders).send();
        let under_way = self.client.begin_closing(None, None);
        let (rows, facts) = self.client.call_rows_with_facts(call).await;
        let rows = match rows {
            Err(error) if error.outcome() != Outcome::Unknown => {
                under_way.settled();
                return Err(error);
            }
            rows => rows?,
        };
        let items = items(rows, "symbol", |row: PositionClosedResponse| {
            Item::new(Some(row.symbol), Some(row.status), row.body)
        });
        let closed = items.map(|item| closed(&self.client, item, &facts));
        let outcomes: Vec<_> = closed.collect();
        let is_known = |outcome: &CloseOutcome| match &outcome.result {
            Ok(_) => true,
            Err(error) => error.outcome() != Outcome::Unknown,
        };
        if outcomes.iter().all(is_known) {
            under_way.settled();
        }
        Ok(outcomes)
    }

    fn checked(&self, symbol: Symbol, operation: &str) -> Result<Symbol> {
        match symbol.check() {
            Ok(()) => Ok(symbol),
            Err(violation) => Err(crate::orders::refused(
                &self.client,
                operation,
                vec![violation],
            )),
        }
    }
}

fn closed(client: &Client, item: Item, facts: &Facts) -> CloseOutcome {
    let symbol = item.name().unwrap_or_default().to_owned();
    let status = item.status();
    let result = match item.result(client, CLOSE_ALL, facts) {
        Ok(Some(order)) => {
            // So that it is not taken for the order of another closing whose answer was lost.
            client.remember(&order);
            Ok(order)
        }
        Ok(None) => Err(without_order(client, status)),
        Err(error) => Err(error),
    };
    CloseOutcome {
        symbol,
        status,
        result,
    }
}

const CLOSE_ALL: &str = "close_all_positions";

fn without_order(client: &Client, status: Option<u16>) -> Error {
    let reason = "accepted, but the answer does not have the order";
    bulk::unreadable(Bytes::new(), reason, status).with(|repr| {
        repr.operation = alpaca_trading_gen::Operation::find(CLOSE_ALL);
        repr.environment = Some(client.environment().clone());
    })
}
