//! Rules about prices: which an order has, and which values they may have.

use crate::orders::OrderType;
use crate::orders::rules::facts::{Class, Facts};
use crate::orders::rules::{Report, Rule};
use crate::rust_decimal::Decimal;

/// The smallest trailing distance in percent.
const TRAIL_PERCENT_MINIMUM: Decimal = Decimal::from_parts(1, 0, 0, false, 1);

/// The smallest number with 29 significant digits.
const TOO_LONG: i128 = 10_i128.pow(28);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "limit-price-present",
        // The limit of a one-cancels-other order is that of its take profit.
        applies: |facts| takes_limit(facts) && facts.class != Class::Oco,
        check: |facts, report| {
            if facts.body.limit_price.is_none() {
                report.add("limit_price", Missing(facts));
            }
        },
    },
    Rule {
        id: "limit-price-absent",
        applies: |facts| facts.has_listed_type() && !takes_limit(facts),
        check: |facts, report| {
            if facts.body.limit_price.is_some() {
                report.add("limit_price", Surplus(facts));
            }
        },
    },
    Rule {
        id: "stop-price-present",
        applies: takes_stop,
        check: |facts, report| {
            if facts.body.stop_price.is_none() {
                report.add("stop_price", Missing(facts));
            }
        },
    },
    Rule {
        id: "stop-price-absent",
        applies: |facts| facts.has_listed_type() && !takes_stop(facts),
        check: |facts, report| {
            if facts.body.stop_price.is_some() {
                report.add("stop_price", Surplus(facts));
            }
        },
    },
    Rule {
        id: "trail-one-of",
        applies: |facts| facts.is_type(&OrderType::TrailingStop),
        check: |facts, report| match (facts.body.trail_price, facts.body.trail_percent) {
            (None, None) => report.add("trail_price", "is missing, and so is trail_percent"),
            (Some(_), Some(_)) => {
                report.add(
                    "trail_percent",
                    "is given beside trail_price; a trailing stop has one distance",
                );
            }
            _ => {}
        },
    },
    Rule {
        id: "trail-absent",
        applies: |facts| facts.has_listed_type() && !facts.is_type(&OrderType::TrailingStop),
        check: |facts, report| {
            if facts.body.trail_price.is_some() {
                report.add("trail_price", Surplus(facts));
            }
            if facts.body.trail_percent.is_some() {
                report.add("trail_percent", Surplus(facts));
            }
        },
    },
    Rule {
        id: "limit-price-positive",
        applies: |facts| limit_prices(facts).any(|(_, price)| price.is_some()),
        check: |facts, report| {
            limit_prices(facts).for_each(|(field, price)| positive(field, price, report))
        },
    },
    Rule {
        id: "stop-price-positive",
        applies: |facts| stop_prices(facts).any(|(_, price)| price.is_some()),
        check: |facts, report| {
            stop_prices(facts).for_each(|(field, price)| positive(field, price, report))
        },
    },
    Rule {
        id: "trail-price-positive",
        applies: |facts| facts.body.trail_price.is_some(),
        check: |facts, report| positive("trail_price", facts.body.trail_price, report),
    },
    Rule {
        id: "trail-percent-minimum",
        applies: |facts| facts.body.trail_percent.is_some(),
        check: |facts, report| {
            if let Some(percent) = facts.body.trail_percent
                && percent < TRAIL_PERCENT_MINIMUM
            {
                report.add(
                    "trail_percent",
                    format_args!(
                        "{percent} is less than {TRAIL_PERCENT_MINIMUM}, a tenth of a percent"
                    ),
                );
            }
        },
    },
    Rule {
        id: "limit-price-tick",
        applies: |facts| {
            facts.tick.is_some()
                && (facts.body.limit_price.is_some()
                    || limit_prices(facts).any(|(_, price)| price.is_some()))
        },
        check: |facts, report| {
            if facts.class == Class::MultiLeg {
                on_tick(facts, "limit_price", facts.body.limit_price, report);
            }
            limit_prices(facts).for_each(|(field, price)| on_tick(facts, field, price, report));
        },
    },
    Rule {
        id: "stop-price-tick",
        applies: |facts| {
            facts.tick.is_some() && stop_prices(facts).any(|(_, price)| price.is_some())
        },
        check: |facts, report| {
            stop_prices(facts).for_each(|(field, price)| on_tick(facts, field, price, report));
        },
    },
    Rule {
        id: "number-digits",
        applies: |facts| numbers(facts).iter().any(|(_, value)| value.is_some()),
        check: |facts, report| {
            for (field, value) in numbers(facts) {
                digits(field, value, report);
            }
        },
    },
];

fn takes_limit(facts: &Facts<'_>) -> bool {
    facts.is_type(&OrderType::Limit) || facts.is_type(&OrderType::StopLimit)
}

fn takes_stop(facts: &Facts<'_>) -> bool {
    facts.is_type(&OrderType::Stop) || facts.is_type(&OrderType::StopLimit)
}

type Field = (&'static str, Option<Decimal>);

/// The limit prices of an order and its exits. The net price of a strategy is none: it may be
/// negative.
fn limit_prices(facts: &Facts<'_>) -> impl Iterator<Item = Field> {
    let own = facts
        .body
        .limit_price
        .filter(|_| facts.class != Class::MultiLeg);
    [
        ("limit_price", own),
        ("take_profit.limit_price", facts.take_profit()),
        ("stop_loss.limit_price", facts.stop_loss_limit()),
    ]
    .into_iter()
}

/// The stop prices of an order and its exit.
fn stop_prices(facts: &Facts<'_>) -> impl Iterator<Item = Field> {
    [
        ("stop_price", facts.body.stop_price),
        ("stop_loss.stop_price", facts.stop_loss()),
    ]
    .into_iter()
}

/// Every number of an order but the ratios of legs, which are small by their own rule.
fn numbers(facts: &Facts<'_>) -> [Field; 9] {
    let body = facts.body;
    [
        ("qty", body.qty),
        ("notional", body.notional),
        ("limit_price", body.limit_price),
        ("stop_price", body.stop_price),
        ("trail_price", body.trail_price),
        ("trail_percent", body.trail_percent),
        ("take_profit.limit_price", facts.take_profit()),
        ("stop_loss.stop_price", facts.stop_loss()),
        ("stop_loss.limit_price", facts.stop_loss_limit()),
    ]
}

/// What the order as answered could not be read back with is not sent.
pub(super) fn digits(field: &'static str, value: Option<Decimal>, report: &mut Report<'_>) {
    if let Some(value) = value
        && value.mantissa().abs() >= TOO_LONG
    {
        report.add(
            field,
            format_args!("{value} has more than 28 significant digits"),
        );
    }
}

pub(super) fn positive(field: &'static str, price: Option<Decimal>, report: &mut Report<'_>) {
    super::quantity::positive(field, price, report);
}

fn on_tick(
    facts: &Facts<'_>,
    field: &'static str,
    price: Option<Decimal>,
    report: &mut Report<'_>,
) {
    if let (Some(rule), Some(price)) = (facts.tick, price)
        && let Some(fault) = rule.fault(price)
    {
        report.add(field, fault);
    }
}

/// That a price is missing which the type needs.
struct Missing<'a>(&'a Facts<'a>);

impl std::fmt::Display for Missing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "is missing; the type {} needs it", self.0.body.type_)
    }
}

/// That a price is given which the type has no use for.
struct Surplus<'a>(&'a Facts<'a>);

impl std::fmt::Display for Surplus<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "is given, but the type {} does not have it",
            self.0.body.type_
        )
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::orders::rules::cases::{
        CALL_100, Case, coins, d, edit, limit, market, spread, stop, trailing,
    };
    use crate::orders::{OrderRequest, Quantity, Side, StopLoss, TakeProfit, TickRule, Trail};

    pub(in crate::orders::rules) fn cases() -> Vec<Case> {
        let stop_limit = OrderRequest::stop_limit("AAPL", Side::Buy, Quantity::shares(1), 9, 10);
        let both = |order: OrderRequest| edit(order, |b| b.trail_percent = Some(1.into()));
        let exits = |profit: &str, loss: &str, limit: &str| {
            market("AAPL").bracket(
                TakeProfit::limit(d(profit)),
                StopLoss::stop(d(loss)).limit(d(limit)),
            )
        };
        let long = "79228162514264337593543950335";
        vec![
            (
                "limit-price-present",
                limit("AAPL", "5"),
                edit(limit("AAPL", "5"), |b| b.limit_price = None),
                "limit_price",
            ),
            (
                "limit-price-absent",
                market("AAPL"),
                edit(market("AAPL"), |b| b.limit_price = Some(5.into())),
                "limit_price",
            ),
            (
                "stop-price-present",
                stop_limit.clone(),
                edit(stop_limit, |b| b.stop_price = None),
                "stop_price",
            ),
            (
                "stop-price-absent",
                limit("AAPL", "5"),
                edit(limit("AAPL", "5"), |b| b.stop_price = Some(5.into())),
                "stop_price",
            ),
            (
                "trail-one-of",
                trailing(Trail::price(1)),
                edit(trailing(Trail::price(1)), |b| b.trail_price = None),
                "trail_price",
            ),
            (
                "trail-one-of",
                trailing(Trail::percent(1)),
                both(trailing(Trail::price(1))),
                "trail_percent",
            ),
            (
                "trail-absent",
                market("AAPL"),
                both(market("AAPL")),
                "trail_percent",
            ),
            (
                "trail-absent",
                stop("5"),
                edit(stop("5"), |b| b.trail_price = Some(1.into())),
                "trail_price",
            ),
            (
                "limit-price-positive",
                limit("AAPL", "0.0001"),
                limit("AAPL", "0"),
                "limit_price",
            ),
            (
                "limit-price-positive",
                exits("110", "90", "1"),
                exits("110", "90", "-1"),
                "stop_loss.limit_price",
            ),
            (
                "stop-price-positive",
                stop("0.0001"),
                stop("-0.01"),
                "stop_price",
            ),
            (
                "stop-price-positive",
                exits("110", "1", "1"),
                exits("110", "0", "1"),
                "stop_loss.stop_price",
            ),
            (
                "trail-price-positive",
                trailing(Trail::price(d("0.001"))),
                trailing(Trail::price(0)),
                "trail_price",
            ),
            (
                "trail-percent-minimum",
                trailing(Trail::percent(d("0.1"))),
                trailing(Trail::percent(d("0.09"))),
                "trail_percent",
            ),
            (
                "limit-price-tick",
                limit("AAPL", "1.010"),
                limit("AAPL", "1.001"),
                "limit_price",
            ),
            (
                "limit-price-tick",
                limit("AAPL", "0.9999"),
                limit("AAPL", "0.99999"),
                "limit_price",
            ),
            (
                "limit-price-tick",
                coins(Side::Buy, "1", "60000.5").tick_rule(TickRule::step(d("0.5")).unwrap()),
                coins(Side::Buy, "1", "60000.25").tick_rule(TickRule::step(d("0.5")).unwrap()),
                "limit_price",
            ),
            (
                "limit-price-tick",
                limit(CALL_100, "3.01"),
                limit(CALL_100, "0.999"),
                "limit_price",
            ),
            (
                "limit-price-tick",
                spread().limit_price(d("-0.05")),
                spread().limit_price(d("-0.055")),
                "limit_price",
            ),
            (
                "limit-price-tick",
                exits("110.01", "90", "89"),
                exits("110.001", "90", "89"),
                "take_profit.limit_price",
            ),
            (
                "limit-price-tick",
                exits("110", "90", "89.99"),
                exits("110", "90", "89.999"),
                "stop_loss.limit_price",
            ),
            (
                "stop-price-tick",
                stop("187.55"),
                stop("187.555"),
                "stop_price",
            ),
            (
                "stop-price-tick",
                exits("110", "89.99", "89"),
                exits("110", "89.999", "89"),
                "stop_loss.stop_price",
            ),
            (
                "number-digits",
                market("AAPL"),
                OrderRequest::market("AAPL", Side::Buy, Quantity::shares(d(long))),
                "qty",
            ),
            (
                "number-digits",
                coins(Side::Sell, "0.0000001", "9.999999999999999999999999999"),
                coins(Side::Sell, "0.0000001", "1.0000000000000000000000000000"),
                "limit_price",
            ),
        ]
    }
}
