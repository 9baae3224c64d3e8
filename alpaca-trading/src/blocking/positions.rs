//! [`crate::positions`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{ExerciseResult, Order, Position};
use rust_decimal::Decimal;

use crate::blocking::{Client, Runtime};
use crate::positions::CloseOutcome;
use crate::{Result, Rows, Symbol};

/// The open positions of the account.
///
/// See [`Positions`](crate::positions::Positions).
#[derive(Clone, Debug)]
pub struct Positions {
    inner: crate::positions::Positions,
    runtime: Runtime,
}

impl Positions {
    pub(in crate::blocking) fn wrap(inner: crate::positions::Positions, runtime: &Runtime) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// All open positions.
    ///
    /// Blocks; see [`Positions::list`](crate::positions::Positions::list).
    pub fn list(&self) -> Result<Rows<Position>> {
        self.runtime.run(self.inner.list())
    }

    /// The position in an asset, by its symbol or id.
    ///
    /// Blocks; see [`Positions::get`](crate::positions::Positions::get).
    pub fn get(&self, symbol: impl Into<Symbol>) -> Result<Position> {
        self.runtime.run(self.inner.get(symbol))
    }

    /// Closes the position in an asset, by its symbol or id: all of it, or the part that is named.
    ///
    /// See [`Positions::close`](crate::positions::Positions::close).
    pub fn close(&self, symbol: impl Into<Symbol>) -> ClosePosition {
        ClosePosition::wrap(self.inner.close(symbol), &self.runtime)
    }

    /// Closes every position, long and short, each with a market order.
    ///
    /// Blocks; see [`Positions::close_all`](crate::positions::Positions::close_all).
    pub fn close_all(&self, cancel_orders: bool) -> Result<Vec<CloseOutcome>> {
        self.runtime.run(self.inner.close_all(cancel_orders))
    }

    /// Exercises the whole long position in an option contract, by its symbol or id.
    ///
    /// Blocks; see [`Positions::exercise`](crate::positions::Positions::exercise).
    pub fn exercise(&self, contract: impl Into<Symbol>) -> Result<ExerciseResult> {
        self.runtime.run(self.inner.exercise(contract))
    }

    /// Leaves a long position in an option contract to expire, by its symbol or id, although it
    /// would be exercised because it is in the money.
    ///
    /// Blocks; see [`Positions::do_not_exercise`](crate::positions::Positions::do_not_exercise).
    pub fn do_not_exercise(&self, contract: impl Into<Symbol>) -> Result<()> {
        self.runtime.run(self.inner.do_not_exercise(contract))
    }
}

impl Client {
    /// The open positions of the account.
    ///
    /// See [`Client::positions`](crate::Client::positions).
    #[must_use]
    pub fn positions(&self) -> Positions {
        Positions::wrap(self.inner.positions(), &self.runtime)
    }
}

/// The closing of a position: all of it, unless a part is named.
///
/// See [`ClosePosition`](crate::positions::ClosePosition).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until `send` is called"]
pub struct ClosePosition {
    inner: crate::positions::ClosePosition,
    runtime: Runtime,
}

impl ClosePosition {
    pub(in crate::blocking) fn wrap(
        inner: crate::positions::ClosePosition,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// Closes this many shares, coins or contracts: more than zero, with at most 9 decimals.
    ///
    /// See [`ClosePosition::quantity`](crate::positions::ClosePosition::quantity).
    pub fn quantity(self, quantity: impl Into<Decimal>) -> Self {
        Self {
            inner: self.inner.quantity(quantity),
            runtime: self.runtime,
        }
    }

    /// Closes this part of the position, in percent: more than 0 and at most 100, with at most 9
    /// decimals. A fractional sale results only if the position was fractional already.
    ///
    /// See [`ClosePosition::percentage`](crate::positions::ClosePosition::percentage).
    pub fn percentage(self, percent: impl Into<Decimal>) -> Self {
        Self {
            inner: self.inner.percentage(percent),
            runtime: self.runtime,
        }
    }

    /// Closes the position.
    ///
    /// Blocks; see [`ClosePosition::send`](crate::positions::ClosePosition::send).
    pub fn send(self) -> Result<Order> {
        self.runtime.run(self.inner.send())
    }
}
