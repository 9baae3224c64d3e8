//! When and at which price orders are filled: pluggable.

mod models;

use std::fmt;

use fastrand::Rng;
use rust_decimal::Decimal;

pub use models::{Immediate, Paper, Through, Touch, Volume};

use crate::market::Quote;
use crate::world::order::Side;

/// An order at its venue, as a fill model sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Working<'a> {
    /// Whether it buys or sells.
    pub side: Side,
    /// How many are left; of an order by amount, how many its rest buys at the far side of the quote.
    pub left: Decimal,
    /// The worst price; none for a market order.
    pub limit: Option<Decimal>,
    /// Whether it has waited for a better quote than the one that it came to.
    pub resting: bool,
    /// Whether it is filled whole or not at all.
    pub whole_only: bool,
    /// Whether it trades whole units only.
    pub whole_units: bool,
    /// The current quote.
    pub quote: &'a Quote,
}

impl Working<'_> {
    /// The far side of the quote: what a buyer pays, what a seller gets.
    #[must_use]
    pub fn far_side(&self) -> Decimal {
        match self.side {
            Side::Buy => self.quote.ask,
            Side::Sell => self.quote.bid,
        }
    }

    /// Whether the far side of the quote is as good as the limit.
    #[must_use]
    pub fn is_marketable(&self) -> bool {
        match (self.side, self.limit) {
            (_, None) => true,
            (Side::Buy, Some(limit)) => limit >= self.quote.ask,
            (Side::Sell, Some(limit)) => limit <= self.quote.bid,
        }
    }

    /// The price of a fill that takes what the quote offers: the far side, or for an order that has waited
    /// its own limit, since nobody gives it more.
    #[must_use]
    pub fn price(&self) -> Decimal {
        match self.limit {
            Some(limit) if self.resting => limit,
            _ => self.far_side(),
        }
    }

    /// A fill of all that is left.
    #[must_use]
    pub fn whole(&self, price: Decimal) -> Execution {
        Execution {
            qty: self.left,
            price,
        }
    }
}

/// A fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    /// How many: above 0, at most what is left.
    pub qty: Decimal,
    /// At which price each.
    pub price: Decimal,
}

/// Decides what of an order is filled now.
///
/// It is asked when an order reaches its venue, at every quote of its asset, and a second after it was
/// filled in part if it [wants that](Self::looks_again). It draws on nothing but its arguments, so that worlds with one seed are the same.
///
/// # Examples
///
/// ```
/// use alpaca_trading_sim::fill::{Execution, FillModel, Working};
///
/// /// Fills at the middle of the quote.
/// #[derive(Clone, Debug)]
/// struct Middle;
///
/// impl FillModel for Middle {
///     fn fill(&mut self, order: &Working<'_>, _: &mut fastrand::Rng) -> Option<Execution> {
///         order.is_marketable().then(|| order.whole(order.quote.mid()))
///     }
///
///     fn boxed(&self) -> Box<dyn FillModel> {
///         Box::new(self.clone())
///     }
/// }
/// ```
pub trait FillModel: fmt::Debug + Send + Sync {
    /// What of this order is filled now; none if nothing is.
    fn fill(&mut self, order: &Working<'_>, random: &mut Rng) -> Option<Execution>;

    /// How many units all orders together, of all accounts, are filled with by one quote; none for any number, as long
    /// as a model does not say otherwise. Whatever [`fill`](Self::fill) answers is cut to what is left of it.
    fn offered(&self, _: &Quote) -> Option<Decimal> {
        None
    }

    /// Whether the rest of an order that was filled in part is to be looked at again with the same quote, a
    /// second later. A model that goes by what a quote offers has given that away, and says no.
    fn looks_again(&self) -> bool {
        true
    }

    /// A copy, for a snapshot of the world.
    fn boxed(&self) -> Box<dyn FillModel>;
}

impl Clone for Box<dyn FillModel> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}
