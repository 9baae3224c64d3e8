//! What the rules look at: the body, what its sender knows beside it, and what follows from both.

use crate::orders::rules::market::Market;
use crate::orders::{AssetClass, OrderClass, OrderType, Side, TickRule, TimeInForce};
use crate::raw::types::{CreateOrderRequest, MLegOrderLeg};
use crate::rust_decimal::Decimal;

/// What the sender of an order knows of its asset; none of it is sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Hints {
    pub(crate) asset_class: Option<AssetClass>,
    pub(crate) tick_rule: Option<TickRule>,
    pub(crate) quantity_step: Option<Decimal>,
    /// Whether the asset is known to be traded over the counter.
    pub(crate) over_the_counter: bool,
}

/// An order as the rules see it. Made once for all rules; borrows everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) body: &'a CreateOrderRequest,
    pub(crate) market: Market,
    /// The class, where absent and the empty text are simple.
    pub(crate) class: Class,
    /// A part of a share, or an amount of money instead of shares.
    pub(crate) fractional: bool,
    /// What prices are held to; `None` where that is not known.
    pub(crate) tick: Option<TickRule>,
    pub(crate) quantity_step: Option<Decimal>,
    /// Shares that are known to be traded over the counter.
    pub(crate) over_the_counter: bool,
}

/// The class of an order, for matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Simple,
    Bracket,
    Oco,
    Oto,
    MultiLeg,
    /// One that the document does not list: nothing is known of it.
    Unlisted,
}

impl Class {
    fn of(class: Option<&OrderClass>) -> Self {
        // By the text: a class that was read from a text may be the unlisted variant of a listed one.
        match class.map_or("", OrderClass::as_str) {
            "" | "simple" => Self::Simple,
            "bracket" => Self::Bracket,
            "oco" => Self::Oco,
            "oto" => Self::Oto,
            "mleg" => Self::MultiLeg,
            _ => Self::Unlisted,
        }
    }

    /// Whether orders of this class have exits.
    pub(crate) fn has_exits(self) -> bool {
        matches!(self, Self::Bracket | Self::Oco | Self::Oto)
    }
}

impl<'a> Facts<'a> {
    pub(crate) fn of(body: &'a CreateOrderRequest, hints: &Hints) -> Self {
        let class = Class::of(body.order_class.as_ref());
        let market = if class == Class::MultiLeg {
            Market::Option
        } else {
            Market::of(body.symbol.as_deref(), hints.asset_class.as_ref())
        };
        let fractional = body.notional.is_some() || body.qty.is_some_and(|qty| !qty.is_integer());
        let tick = hints.tick_rule.or(match market {
            Market::Equity => Some(TickRule::equity()),
            Market::Option => Some(TickRule::cents()),
            Market::Crypto | Market::EquityOrCrypto | Market::Unknown => None,
        });
        Self {
            body,
            market,
            class,
            fractional: fractional && market == Market::Equity,
            tick,
            quantity_step: hints.quantity_step,
            over_the_counter: hints.over_the_counter && market == Market::Equity,
        }
    }

    pub(crate) fn is_type(&self, type_: &OrderType) -> bool {
        self.body.type_ == *type_
    }

    /// Whether the type is a listed one; of another nothing is known.
    pub(crate) fn has_listed_type(&self) -> bool {
        !self.body.type_.is_unknown()
    }

    pub(crate) fn is_for(&self, times: &[TimeInForce]) -> bool {
        times.contains(&self.body.time_in_force)
    }

    /// Whether the time in force is a listed one; of another nothing is known.
    pub(crate) fn has_listed_time_in_force(&self) -> bool {
        !self.body.time_in_force.is_unknown()
    }

    /// Whether the order buys or sells; `None` where it has no side, or one that is not listed.
    pub(crate) fn buys(&self) -> Option<bool> {
        buys(self.body.side.as_ref())
    }

    pub(crate) fn legs(&self) -> &'a [MLegOrderLeg] {
        self.body.legs.as_deref().unwrap_or_default()
    }

    pub(crate) fn take_profit(&self) -> Option<Decimal> {
        self.body.take_profit.as_ref()?.limit_price
    }

    pub(crate) fn stop_loss(&self) -> Option<Decimal> {
        self.body.stop_loss.as_ref()?.stop_price
    }

    pub(crate) fn stop_loss_limit(&self) -> Option<Decimal> {
        self.body.stop_loss.as_ref()?.limit_price
    }
}

/// Whether a side buys; `None` where there is none, or one that is not listed.
pub(crate) fn buys(side: Option<&Side>) -> Option<bool> {
    match side?.as_str() {
        "buy" => Some(true),
        "sell" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::{OrderRequest, Quantity};

    fn fractional(symbol: &str, quantity: Quantity) -> bool {
        OrderRequest::market(symbol, Side::Buy, quantity)
            .facts()
            .fractional
    }

    #[test]
    fn only_shares_can_be_fractional() {
        let half = Decimal::new(5, 1);
        assert!(fractional("AAPL", Quantity::shares(half)));
        assert!(fractional("AAPL", Quantity::notional(10)));
        assert!(!fractional("AAPL", Quantity::shares(Decimal::new(10, 1))));
        assert!(!fractional("BTC/USD", Quantity::coins(half)));
        assert!(!fractional("BTCUSD", Quantity::coins(half)));
    }

    #[test]
    fn a_class_is_known_by_its_text() {
        assert_eq!(Class::of(None), Class::Simple);
        let spelled = |text: &str| Class::of(Some(&OrderClass::Unknown(text.to_owned())));
        assert_eq!(spelled(""), Class::Simple);
        assert_eq!(spelled("bracket"), Class::Bracket);
        assert_eq!(spelled("new"), Class::Unlisted);
        for listed in OrderClass::LISTED {
            assert_ne!(spelled(listed), Class::Unlisted, "{listed}");
        }
    }

    #[test]
    fn several_legs_are_options_whatever_the_hint() {
        let order = OrderRequest::multi_leg(1, []).asset_class(AssetClass::Crypto);
        assert_eq!(order.facts().market, Market::Option);
        assert_eq!(order.facts().tick, Some(TickRule::cents()));
    }

    #[test]
    fn a_side_that_is_not_listed_is_neither() {
        assert_eq!(buys(Some(&Side::Buy)), Some(true));
        assert_eq!(buys(Some(&Side::Unknown("sell".to_owned()))), Some(false));
        assert_eq!(buys(Some(&Side::from("sell_short"))), None);
        assert_eq!(buys(None), None);
    }
}
