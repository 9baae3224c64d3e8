//! The parts that orders are put together from: exits and trailing distances.

use crate::raw::types::{CreateOrderRequestStopLoss, CreateOrderRequestTakeProfit};
use crate::rust_decimal::Decimal;

/// The distance of a trailing stop from the best price since it was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trail {
    /// In US dollars per share, more than 0.
    Price(Decimal),
    /// In percent of the best price, at least 0.1, where 1 is one percent.
    Percent(Decimal),
}

impl Trail {
    /// A distance in US dollars per share, more than 0.
    #[must_use]
    pub fn price(distance: impl Into<Decimal>) -> Self {
        Self::Price(distance.into())
    }

    /// A distance in percent of the best price, at least 0.1, where 1 is one percent.
    #[must_use]
    pub fn percent(percent: impl Into<Decimal>) -> Self {
        Self::Percent(percent.into())
    }
}

/// The exit at a profit: a limit order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct TakeProfit {
    limit_price: Decimal,
}

impl TakeProfit {
    /// An exit at `limit_price` or better.
    pub fn limit(limit_price: impl Into<Decimal>) -> Self {
        Self {
            limit_price: limit_price.into(),
        }
    }
}

/// The exit at a loss: a stop, or a stop limit.
///
/// A trailing stop cannot be an exit: Alpaca has none inside another order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct StopLoss {
    stop_price: Decimal,
    limit_price: Option<Decimal>,
}

impl StopLoss {
    /// An exit at the market once the price reaches `stop_price`.
    pub fn stop(stop_price: impl Into<Decimal>) -> Self {
        Self {
            stop_price: stop_price.into(),
            limit_price: None,
        }
    }

    /// Makes it a stop limit: an exit at `limit_price` or better, which may not be filled at all when
    /// the market jumps over it.
    pub fn limit(mut self, limit_price: impl Into<Decimal>) -> Self {
        self.limit_price = Some(limit_price.into());
        self
    }
}

/// The only exit of a one-triggers-other order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Exit {
    /// The exit at a profit.
    TakeProfit(TakeProfit),
    /// The exit at a loss.
    StopLoss(StopLoss),
}

impl From<TakeProfit> for Exit {
    fn from(take_profit: TakeProfit) -> Self {
        Self::TakeProfit(take_profit)
    }
}

impl From<StopLoss> for Exit {
    fn from(stop_loss: StopLoss) -> Self {
        Self::StopLoss(stop_loss)
    }
}

impl From<TakeProfit> for CreateOrderRequestTakeProfit {
    fn from(take_profit: TakeProfit) -> Self {
        let mut body = Self::default();
        body.limit_price = Some(take_profit.limit_price);
        body
    }
}

impl From<StopLoss> for CreateOrderRequestStopLoss {
    fn from(stop_loss: StopLoss) -> Self {
        let mut body = Self::default();
        body.stop_price = Some(stop_loss.stop_price);
        body.limit_price = stop_loss.limit_price;
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_has_the_prices_that_it_was_given() {
        let profit = CreateOrderRequestTakeProfit::from(TakeProfit::limit(110));
        assert_eq!(profit.limit_price, Some(110.into()));
        let loss = CreateOrderRequestStopLoss::from(StopLoss::stop(90));
        assert_eq!((loss.stop_price, loss.limit_price), (Some(90.into()), None));
        let loss = CreateOrderRequestStopLoss::from(StopLoss::stop(90).limit(89));
        assert_eq!(loss.limit_price, Some(89.into()));
    }

    #[test]
    fn either_exit_can_be_the_only_one() {
        assert_eq!(
            Exit::from(StopLoss::stop(1)),
            Exit::StopLoss(StopLoss::stop(1))
        );
        assert_eq!(
            Exit::from(TakeProfit::limit(1)),
            Exit::TakeProfit(TakeProfit::limit(1))
        );
    }
}
