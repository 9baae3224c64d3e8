//! What an order will take of the buying power, as far as the order itself tells.

use crate::orders::rules::{Class, Facts, Market};
use crate::orders::{OrderRequest, OrderType, PositionIntent};
use crate::rust_decimal::Decimal;

/// Shares that an option contract stands for. Contracts adjusted by a corporate action can differ.
const SHARES_PER_CONTRACT: Decimal = Decimal::ONE_HUNDRED;

/// The stop price from which on the smaller margin is added, in US dollars.
const FIFTY: Decimal = Decimal::from_parts(50, 0, 0, false, 0);

/// 1.04
const BELOW_FIFTY: Decimal = Decimal::from_parts(104, 0, 0, false, 2);
/// 1.025
const FROM_FIFTY: Decimal = Decimal::from_parts(1_025, 0, 0, false, 3);
/// 1.03
const SHORT_MARGIN: Decimal = Decimal::from_parts(103, 0, 0, false, 2);

/// An estimate of what an order takes of the buying power, in US dollars or the quote currency.
///
/// It is the order alone: without commissions and fees, without what the account holds already, and
/// without its leverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EstimatedCost {
    /// The amount, never negative.
    pub amount: Decimal,
    /// What the amount was computed from.
    pub basis: CostBasis,
}

/// What an [`EstimatedCost`] was computed from, and how good it is therefore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CostBasis {
    /// Quantity times limit price: the most that a buy can cost.
    LimitPrice,
    /// The amount of money that the order names.
    Notional,
    /// Quantity times the limit that Alpaca puts on a stop that buys shares: 4 % above a stop price
    /// below $50, 2.5 % above any other.
    StopWithMargin,
    /// Quantity times the reference price. Alpaca keeps a margin of 2.5 to 4 % beside it until a
    /// market order is filled.
    ReferencePrice,
    /// The net debit of a strategy, for all its units.
    NetDebit,
    /// A net credit, which costs nothing; the margin of the strategy is not estimated.
    NetCredit,
    /// What a short sale takes: quantity times the limit price or 103 % of the reference price,
    /// whichever is more. It takes nothing if it closes a long position, which the order does not
    /// tell.
    ShortSale,
    /// Nothing: the order closes a long position, or consists of exits.
    Closing,
}

/// What `order` is going to take of the buying power.
///
/// `reference_price` is the ask of one unit now, for sales too, because Alpaca values a short sale by
/// the ask. Only market orders need it, and sales take it into account.
///
/// `None` where the order does not tell: a market order without a reference price, trailing stops,
/// stops on options, multi-leg orders at the market, options sold short (whose margin is that of the
/// account), assets of unknown class, and amounts beyond what a [`Decimal`] holds. The order is not
/// checked.
///
/// # Examples
///
/// ```
/// use alpaca_trading::orders::{CostBasis, OrderRequest, Quantity, Side, estimate};
///
/// let order = OrderRequest::limit("AAPL250620C00100000", Side::Buy, Quantity::contracts(2), 3);
/// let cost = estimate(&order, None).ok_or("no estimate")?;
/// assert_eq!(cost.amount, 600.into());
/// assert_eq!(cost.basis, CostBasis::LimitPrice);
///
/// let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(2));
/// assert_eq!(estimate(&order, None), None);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn estimate(order: &OrderRequest, reference_price: Option<Decimal>) -> Option<EstimatedCost> {
    let facts = order.facts();
    if facts.class == Class::MultiLeg {
        return strategy(&facts);
    }
    let cost = if facts.buys()? {
        buy(&facts, reference_price)?
    } else {
        sale(&facts, reference_price)?
    };
    // An order that its own rules refuse can have a negative size; it has no cost.
    (cost.amount >= Decimal::ZERO).then_some(cost)
}

fn cost(amount: Decimal, basis: CostBasis) -> EstimatedCost {
    EstimatedCost { amount, basis }
}

fn strategy(facts: &Facts<'_>) -> Option<EstimatedCost> {
    let (net, qty) = (facts.body.limit_price?, facts.body.qty?);
    if net <= Decimal::ZERO {
        return Some(cost(Decimal::ZERO, CostBasis::NetCredit));
    }
    let amount = net.checked_mul(SHARES_PER_CONTRACT)?.checked_mul(qty)?;
    Some(cost(amount, CostBasis::NetDebit))
}

fn buy(facts: &Facts<'_>, reference_price: Option<Decimal>) -> Option<EstimatedCost> {
    let body = facts.body;
    if facts.class == Class::Oco {
        return Some(cost(Decimal::ZERO, CostBasis::Closing));
    }
    if let Some(notional) = body.notional {
        return Some(cost(notional, CostBasis::Notional));
    }
    let units = units(facts)?;
    if facts.is_type(&OrderType::Limit) || facts.is_type(&OrderType::StopLimit) {
        let amount = units.checked_mul(body.limit_price?)?;
        return Some(cost(amount, CostBasis::LimitPrice));
    }
    if facts.is_type(&OrderType::Stop) && facts.market == Market::Equity {
        let stop = body.stop_price?;
        let factor = if stop < FIFTY {
            BELOW_FIFTY
        } else {
            FROM_FIFTY
        };
        let amount = units.checked_mul(stop.checked_mul(factor)?)?;
        return Some(cost(amount, CostBasis::StopWithMargin));
    }
    if facts.is_type(&OrderType::Market) {
        let amount = units.checked_mul(reference_price?)?;
        return Some(cost(amount, CostBasis::ReferencePrice));
    }
    None
}

fn sale(facts: &Facts<'_>, reference_price: Option<Decimal>) -> Option<EstimatedCost> {
    let body = facts.body;
    let closes = facts.market == Market::Crypto
        || facts.class == Class::Oco
        || body.position_intent == Some(PositionIntent::SellToClose)
        // Fractions cannot be sold short.
        || facts.fractional;
    if closes {
        return Some(cost(Decimal::ZERO, CostBasis::Closing));
    }
    if facts.market != Market::Equity {
        return None;
    }
    let reference = reference_price.and_then(|price| price.checked_mul(SHORT_MARGIN));
    let price = match (body.limit_price, reference) {
        (Some(limit), Some(reference)) => limit.max(reference),
        (limit, reference) => limit.or(reference)?,
    };
    let amount = units(facts)?.checked_mul(price)?;
    Some(cost(amount, CostBasis::ShortSale))
}

/// The number of units that a price is multiplied by.
fn units(facts: &Facts<'_>) -> Option<Decimal> {
    let qty = facts.body.qty?;
    match facts.market {
        Market::Option => qty.checked_mul(SHARES_PER_CONTRACT),
        Market::Equity | Market::Crypto | Market::EquityOrCrypto => Some(qty),
        Market::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::{Leg, Quantity, Side, StopLoss, TakeProfit, Trail};

    const OPTION: &str = "AAPL250620C00100000";

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn shares(shares: i32) -> Quantity {
        Quantity::shares(shares)
    }

    fn spread() -> OrderRequest {
        OrderRequest::multi_leg(
            3,
            [
                Leg::buy_to_open(OPTION, 1),
                Leg::sell_to_open("AAPL250620C00110000", 1),
            ],
        )
    }

    #[track_caller]
    fn assert_cost(order: OrderRequest, reference: Option<i32>, amount: &str, basis: CostBasis) {
        let found = estimate(&order, reference.map(Decimal::from));
        assert_eq!(found, Some(cost(d(amount), basis)), "{order:?}");
    }

    #[test]
    fn a_buy_costs_its_limit_or_what_it_names() {
        use CostBasis::{LimitPrice, Notional, ReferencePrice};
        let limit = |symbol: &str, size| OrderRequest::limit(symbol, Side::Buy, size, d("1.50"));
        assert_cost(limit("AAPL", shares(10)), None, "15", LimitPrice);
        assert_cost(
            limit(OPTION, Quantity::contracts(2)),
            None,
            "300",
            LimitPrice,
        );
        assert_cost(
            limit("BTC/USD", Quantity::coins(d("0.5"))),
            None,
            "0.75",
            LimitPrice,
        );
        assert_cost(limit("BTCUSD", shares(2)), None, "3", LimitPrice);
        assert_cost(limit("AAPL", Quantity::notional(70)), None, "70", Notional);
        let order = OrderRequest::stop_limit("AAPL", Side::Buy, shares(2), 9, 10);
        assert_cost(order, None, "20", LimitPrice);
        let order = OrderRequest::market("AAPL", Side::Buy, shares(2));
        assert_cost(order, Some(50), "100", ReferencePrice);
        let entry = OrderRequest::limit("AAPL", Side::Buy, shares(2), 10);
        let bracket = entry.bracket(TakeProfit::limit(11), StopLoss::stop(9));
        assert_cost(bracket, None, "20", LimitPrice);
    }

    #[test]
    fn a_stop_that_buys_costs_more_than_its_stop() {
        let stop = |price: &str| OrderRequest::stop("AAPL", Side::Buy, shares(10), d(price));
        assert_cost(stop("49.99"), None, "519.896", CostBasis::StopWithMargin);
        assert_cost(stop("50"), None, "512.5", CostBasis::StopWithMargin);
    }

    #[test]
    fn a_strategy_costs_its_net_debit() {
        let debit = spread().limit_price(d("1.25"));
        assert_cost(debit, None, "375", CostBasis::NetDebit);
        let credit = spread().limit_price(d("-1.25"));
        assert_cost(credit, None, "0", CostBasis::NetCredit);
    }

    #[test]
    fn a_sale_may_be_short_unless_it_says_otherwise() {
        use CostBasis::{Closing, ShortSale};
        let limit = |symbol: &str| OrderRequest::limit(symbol, Side::Sell, shares(10), 100);
        assert_cost(limit("AAPL"), None, "1000", ShortSale);
        assert_cost(limit("AAPL"), Some(100), "1030", ShortSale);
        assert_cost(limit("AAPL"), Some(90), "1000", ShortSale);
        assert_cost(limit("BTC/USD"), None, "0", Closing);
        let closing = limit("AAPL").position_intent(PositionIntent::SellToClose);
        assert_cost(closing, None, "0", Closing);
        let part = OrderRequest::market("AAPL", Side::Sell, Quantity::shares(d("0.5")));
        assert_cost(part, None, "0", Closing);
        for side in [Side::Sell, Side::Buy] {
            let exits = (TakeProfit::limit(11), StopLoss::stop(9));
            let oco = OrderRequest::oco("AAPL", side, shares(1), exits.0, exits.1);
            assert_cost(oco, None, "0", Closing);
        }
    }

    #[test]
    fn what_the_order_does_not_tell_is_not_guessed() {
        let buy = |symbol: &str| OrderRequest::market(symbol, Side::Buy, shares(1));
        let trail = Trail::percent(1);
        for order in [
            buy("AAPL"),
            OrderRequest::market("AAPL", Side::Sell, shares(1)),
            OrderRequest::stop(OPTION, Side::Buy, Quantity::contracts(1), 5),
            OrderRequest::trailing_stop("AAPL", Side::Buy, shares(1), trail),
            OrderRequest::limit(OPTION, Side::Sell, Quantity::contracts(1), 5),
            OrderRequest::limit("912797KX0", Side::Buy, shares(1), 5),
            OrderRequest::limit("AAPL", Side::from("both"), shares(1), 5),
            OrderRequest::limit("AAPL", Side::Buy, shares(-1), 5),
            OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(Decimal::MAX), 5),
            spread(),
        ] {
            assert_eq!(estimate(&order, None), None, "{order:?}");
        }
    }
}
