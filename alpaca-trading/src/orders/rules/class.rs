//! Rules about order classes and the exits that belong to them.

use crate::orders::rules::facts::{Class, Facts};
use crate::orders::rules::market::Market;
use crate::orders::rules::time_in_force::only;
use crate::orders::rules::{Report, Rule};
use crate::orders::ticks::CENT;
use crate::orders::{OrderType, TimeInForce};
use crate::rust_decimal::Decimal;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "exits-class",
        applies: |facts| matches!(facts.class, Class::Simple | Class::MultiLeg),
        check: |facts, report| {
            if facts.body.take_profit.is_some() {
                report.add("take_profit", NeedsClass);
            }
            if facts.body.stop_loss.is_some() {
                report.add("stop_loss", NeedsClass);
            }
        },
    },
    Rule {
        id: "bracket-exits",
        applies: |facts| facts.class == Class::Bracket,
        check: both_exits,
    },
    Rule {
        id: "oco-exits",
        applies: |facts| facts.class == Class::Oco,
        check: both_exits,
    },
    Rule {
        id: "oto-exits",
        applies: |facts| facts.class == Class::Oto,
        check: |facts, report| match (&facts.body.take_profit, &facts.body.stop_loss) {
            (None, None) => report.add("take_profit", "is missing, and so is stop_loss"),
            (Some(_), Some(_)) => {
                report.add("stop_loss", "is given beside take_profit; oto has one exit")
            }
            _ => {}
        },
    },
    Rule {
        id: "take-profit-price",
        applies: |facts| facts.body.take_profit.is_some(),
        check: |facts, report| {
            if facts.take_profit().is_none() {
                report.add("take_profit.limit_price", "is missing");
            }
        },
    },
    Rule {
        id: "stop-loss-price",
        applies: |facts| facts.body.stop_loss.is_some(),
        check: |facts, report| {
            if facts.stop_loss().is_none() {
                report.add(
                    "stop_loss.stop_price",
                    "is missing; a stop loss cannot trail either",
                );
            }
        },
    },
    Rule {
        id: "oco-type",
        applies: |facts| facts.class == Class::Oco && facts.has_listed_type(),
        check: |facts, report| {
            if !facts.is_type(&OrderType::Limit) {
                report.add(
                    "type",
                    format_args!("{} is not limit, as in oco", facts.body.type_),
                );
            }
        },
    },
    Rule {
        id: "trailing-stop-class",
        // Two exits alone are limit orders by their own rule.
        applies: |facts| {
            facts.is_type(&OrderType::TrailingStop)
                && matches!(facts.class, Class::Simple | Class::Bracket | Class::Oto)
        },
        check: |facts, report| {
            if facts.class != Class::Simple {
                report.add(
                    "order_class",
                    "is not possible for a trailing stop, which is simple",
                );
            }
        },
    },
    Rule {
        id: "exits-time-in-force",
        applies: |facts| facts.class.has_exits() && facts.has_listed_time_in_force(),
        check: |facts, report| only(&[TimeInForce::Day, TimeInForce::Gtc], facts, report),
    },
    Rule {
        id: "fractional-class",
        applies: |facts| facts.fractional,
        check: |facts, report| {
            if facts.class.has_exits() {
                report.add(
                    "order_class",
                    "is for whole shares only; fractions and amounts of money are simple orders",
                );
            }
        },
    },
    Rule {
        id: "crypto-class",
        applies: |facts| facts.market == Market::Crypto,
        check: |facts, report| {
            if facts.class.has_exits() {
                report.add("order_class", "is not for crypto, whose orders are simple");
            }
        },
    },
    Rule {
        id: "option-class",
        applies: |facts| facts.market == Market::Option,
        check: |facts, report| {
            if facts.class.has_exits() {
                report.add(
                    "order_class",
                    "is not for options, whose orders are simple or multi-leg",
                );
            }
        },
    },
    Rule {
        id: "exits-direction",
        applies: |facts| long(facts).is_some() && pair_of_exits(facts).is_some(),
        check: |facts, report| {
            if let (Some(long), Some((profit, loss))) = (long(facts), pair_of_exits(facts))
                && !in_order(long, profit, loss)
            {
                let side = if long { "above" } else { "below" };
                report.add(
                    "take_profit.limit_price",
                    format_args!("{profit} is not {side} the stop price of the stop loss, {loss}"),
                );
            }
        },
    },
    Rule {
        id: "take-profit-gap",
        applies: |facts| long(facts).is_some() && entry_and_profit(facts).is_some(),
        check: take_profit_gap,
    },
    Rule {
        id: "stop-loss-gap",
        applies: |facts| long(facts).is_some() && base_and_stop(facts).is_some(),
        check: stop_loss_gap,
    },
];

struct NeedsClass;

impl std::fmt::Display for NeedsClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("needs the order class bracket, oco or oto")
    }
}

fn both_exits(facts: &Facts<'_>, report: &mut Report<'_>) {
    if facts.body.take_profit.is_none() {
        report.add("take_profit", "is missing; this class has two exits");
    }
    if facts.body.stop_loss.is_none() {
        report.add("stop_loss", "is missing; this class has two exits");
    }
}

/// Whether the exits leave a long position: an entry buys it, a pair of exits alone sells it.
fn long(facts: &Facts<'_>) -> Option<bool> {
    match facts.class {
        Class::Bracket | Class::Oto => facts.buys(),
        Class::Oco => facts.buys().map(|buys| !buys),
        Class::Simple | Class::MultiLeg | Class::Unlisted => None,
    }
}

/// The prices of both exits, in the classes that have both.
fn pair_of_exits(facts: &Facts<'_>) -> Option<(Decimal, Decimal)> {
    matches!(facts.class, Class::Bracket | Class::Oco)
        .then(|| facts.take_profit().zip(facts.stop_loss()))
        .flatten()
}

/// Whether the profit is on the profitable side of the loss.
fn in_order(long: bool, profit: Decimal, loss: Decimal) -> bool {
    if long { profit > loss } else { profit < loss }
}

/// What the distance of the stop is measured from, and the stop.
fn base_and_stop(facts: &Facts<'_>) -> Option<(Decimal, Decimal)> {
    let base = match facts.class {
        Class::Oco => facts.take_profit(),
        _ => entry(facts),
    };
    base.zip(facts.stop_loss())
}

/// The limit of the entry. A market entry is measured from the market, which nobody knows yet.
fn entry(facts: &Facts<'_>) -> Option<Decimal> {
    match facts.class {
        Class::Bracket | Class::Oto if facts.is_type(&OrderType::Limit) => facts.body.limit_price,
        _ => None,
    }
}

/// What the distance of the profit is measured from, and the profit.
fn entry_and_profit(facts: &Facts<'_>) -> Option<(Decimal, Decimal)> {
    entry(facts).zip(facts.take_profit())
}

fn take_profit_gap(facts: &Facts<'_>, report: &mut Report<'_>) {
    let (Some(long), Some((base, profit))) = (long(facts), entry_and_profit(facts)) else {
        return;
    };
    // Two exits in the wrong order have their own rule, and would be told twice.
    if pair_of_exits(facts).is_some_and(|(profit, loss)| !in_order(long, profit, loss)) {
        return;
    }
    let gap = if long {
        profit.checked_sub(base)
    } else {
        base.checked_sub(profit)
    };
    if gap.is_some_and(|gap| gap < CENT) {
        let side = if long { "above" } else { "below" };
        report.add(
            "take_profit.limit_price",
            format_args!("{profit} is not at least ${CENT} {side} {base}, the limit of the entry"),
        );
    }
}

fn stop_loss_gap(facts: &Facts<'_>, report: &mut Report<'_>) {
    let (Some(long), Some((base, stop))) = (long(facts), base_and_stop(facts)) else {
        return;
    };
    // Two exits in the wrong order have their own rule, and would be told twice.
    if facts.class == Class::Oco && !in_order(long, base, stop) {
        return;
    }
    let gap = if long {
        base.checked_sub(stop)
    } else {
        stop.checked_sub(base)
    };
    if gap.is_some_and(|gap| gap < CENT) {
        let side = if long { "below" } else { "above" };
        report.add(
            "stop_loss.stop_price",
            format_args!(
                "{stop} is not at least ${CENT} {side} {base}, which the stop is measured from"
            ),
        );
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::orders::rules::cases::{
        CALL_100, Case, bracket, d, edit, limit, market, oco, trailing,
    };
    use crate::orders::{OrderClass, OrderRequest, Quantity, Side, StopLoss, TakeProfit, Trail};

    pub(in crate::orders::rules) fn cases() -> Vec<Case> {
        let exits = |profit: i32, loss: i32| (TakeProfit::limit(profit), StopLoss::stop(loss));
        let with = |order: OrderRequest, (profit, loss)| order.bracket(profit, loss);
        let sell = |price: i32| OrderRequest::limit("AAPL", Side::Sell, Quantity::shares(1), price);
        let fraction = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(d("0.5")));
        let oto = || limit("AAPL", "100").oto(StopLoss::stop(90));
        let class_of = |order: OrderRequest, class| edit(order, |b| b.order_class = Some(class));
        let loss_at = |order: OrderRequest, stop: &str| {
            let stop = d(stop);
            edit(order, |b| b.stop_loss = Some(StopLoss::stop(stop).into()))
        };
        let profit_at = |order: OrderRequest, limit: &str| {
            let limit = d(limit);
            edit(order, |b| {
                b.take_profit = Some(TakeProfit::limit(limit).into())
            })
        };
        vec![
            (
                "exits-class",
                market("AAPL"),
                edit(with(market("AAPL"), exits(9, 1)), |b| {
                    b.order_class = None;
                    b.take_profit = None;
                }),
                "stop_loss",
            ),
            (
                "exits-class",
                class_of(market("AAPL"), OrderClass::Simple),
                edit(market("AAPL").oto(TakeProfit::limit(9)), |b| {
                    b.order_class = Some(OrderClass::Simple);
                }),
                "take_profit",
            ),
            (
                "bracket-exits",
                bracket(),
                edit(bracket(), |b| b.stop_loss = None),
                "stop_loss",
            ),
            (
                "bracket-exits",
                bracket(),
                edit(bracket(), |b| b.take_profit = None),
                "take_profit",
            ),
            (
                "oco-exits",
                oco(),
                edit(oco(), |b| b.stop_loss = None),
                "stop_loss",
            ),
            (
                "oto-exits",
                oto(),
                edit(oto(), |b| b.stop_loss = None),
                "take_profit",
            ),
            (
                "oto-exits",
                oto(),
                class_of(bracket(), OrderClass::Oto),
                "stop_loss",
            ),
            (
                "take-profit-price",
                bracket(),
                edit(bracket(), |b| b.take_profit = Some(Default::default())),
                "take_profit.limit_price",
            ),
            (
                "stop-loss-price",
                bracket(),
                edit(bracket(), |b| b.stop_loss = Some(Default::default())),
                "stop_loss.stop_price",
            ),
            (
                "oco-type",
                oco(),
                edit(oco(), |b| b.type_ = OrderType::Market),
                "type",
            ),
            (
                "trailing-stop-class",
                trailing(Trail::price(1)),
                with(trailing(Trail::price(1)), exits(90, 110)),
                "order_class",
            ),
            (
                "exits-time-in-force",
                bracket().time_in_force(TimeInForce::Gtc),
                bracket().time_in_force(TimeInForce::Ioc),
                "time_in_force",
            ),
            (
                "fractional-class",
                fraction.clone(),
                fraction.oto(StopLoss::stop(1)),
                "order_class",
            ),
            (
                "crypto-class",
                limit("BTC/USD", "100"),
                with(limit("BTC/USD", "100"), exits(110, 90)),
                "order_class",
            ),
            (
                "option-class",
                limit(CALL_100, "5"),
                limit(CALL_100, "5").oto(TakeProfit::limit(9)),
                "order_class",
            ),
            (
                "exits-direction",
                with(market("AAPL"), exits(110, 109)),
                with(market("AAPL"), exits(110, 110)),
                "take_profit.limit_price",
            ),
            (
                "exits-direction",
                with(sell(100), exits(90, 110)),
                with(sell(100), exits(120, 110)),
                "take_profit.limit_price",
            ),
            (
                "exits-direction",
                oco(),
                loss_at(oco(), "111"),
                "take_profit.limit_price",
            ),
            (
                "exits-direction",
                OrderRequest::oco(
                    "X",
                    Side::Buy,
                    Quantity::shares(1),
                    TakeProfit::limit(1),
                    StopLoss::stop(2),
                ),
                OrderRequest::oco(
                    "X",
                    Side::Buy,
                    Quantity::shares(1),
                    TakeProfit::limit(2),
                    StopLoss::stop(1),
                ),
                "take_profit.limit_price",
            ),
            (
                "take-profit-gap",
                profit_at(bracket(), "100.01"),
                profit_at(bracket(), "100"),
                "take_profit.limit_price",
            ),
            (
                "take-profit-gap",
                with(sell(100), exits(99, 110)),
                with(sell(100), exits(100, 110)),
                "take_profit.limit_price",
            ),
            (
                "take-profit-gap",
                limit("AAPL", "0.5").oto(TakeProfit::limit(d("0.51"))),
                limit("AAPL", "0.5").oto(TakeProfit::limit(d("0.5099"))),
                "take_profit.limit_price",
            ),
            (
                "take-profit-gap",
                sell(100).oto(TakeProfit::limit(d("99.99"))),
                sell(100).oto(TakeProfit::limit(101)),
                "take_profit.limit_price",
            ),
            (
                "stop-loss-gap",
                loss_at(bracket(), "99.99"),
                loss_at(bracket(), "100"),
                "stop_loss.stop_price",
            ),
            (
                "stop-loss-gap",
                with(sell(100), exits(90, 101)),
                with(sell(100), exits(90, 99)),
                "stop_loss.stop_price",
            ),
            (
                "stop-loss-gap",
                limit("AAPL", "0.5").oto(StopLoss::stop(d("0.49"))),
                limit("AAPL", "0.5").oto(StopLoss::stop(d("0.4901"))),
                "stop_loss.stop_price",
            ),
            (
                "stop-loss-gap",
                edit(loss_at(oco(), "0.49"), |b| {
                    b.take_profit = Some(TakeProfit::limit(d("0.5")).into());
                }),
                edit(loss_at(oco(), "0.495"), |b| {
                    b.take_profit = Some(TakeProfit::limit(d("0.5")).into());
                }),
                "stop_loss.stop_price",
            ),
        ]
    }
}
