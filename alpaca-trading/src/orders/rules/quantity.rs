//! Rules about how much is ordered.

use crate::orders::OrderType;
use crate::orders::rules::facts::Facts;
use crate::orders::rules::market::{Market, quote_of};
use crate::orders::rules::{Report, Rule};
use crate::rust_decimal::Decimal;

/// The most decimals of a quantity or an amount of money.
const DECIMALS: u32 = 9;

/// What a crypto order costs at least, in US dollars.
const CRYPTO_MINIMUM: Decimal = Decimal::TEN;

/// What a crypto order costs at most, in US dollars.
const CRYPTO_MAXIMUM: Decimal = Decimal::from_parts(200_000, 0, 0, false, 0);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "size-one-of",
        applies: |_| true,
        check: |facts, report| match (facts.body.qty, facts.body.notional) {
            (None, None) => report.add("qty", "is missing, and so is notional"),
            (Some(_), Some(_)) => {
                report.add("notional", "is given beside qty; an order has one size")
            }
            _ => {}
        },
    },
    Rule {
        id: "qty-positive",
        applies: |facts| facts.body.qty.is_some(),
        check: |facts, report| positive("qty", facts.body.qty, report),
    },
    Rule {
        id: "qty-decimals",
        applies: |facts| facts.body.qty.is_some(),
        check: |facts, report| decimals("qty", facts.body.qty, report),
    },
    Rule {
        id: "qty-step",
        applies: |facts| facts.body.qty.is_some() && facts.quantity_step.is_some(),
        check: qty_step,
    },
    Rule {
        id: "qty-whole-contracts",
        applies: |facts| facts.market == Market::Option && facts.body.qty.is_some(),
        check: |facts, report| {
            if let Some(qty) = facts.body.qty
                && !qty.is_integer()
            {
                report.add(
                    "qty",
                    format_args!("{qty} is not a whole number of contracts"),
                );
            }
        },
    },
    Rule {
        id: "notional-positive",
        applies: |facts| facts.body.notional.is_some(),
        check: |facts, report| positive("notional", facts.body.notional, report),
    },
    Rule {
        id: "notional-minimum",
        applies: |facts| facts.body.notional.is_some() && facts.market == Market::Equity,
        check: |facts, report| {
            // What is not even positive has its own rule.
            if let Some(notional) = facts.body.notional
                && notional > Decimal::ZERO
                && notional < Decimal::ONE
            {
                report.add("notional", format_args!("{notional} is less than $1"));
            }
        },
    },
    Rule {
        id: "notional-decimals",
        applies: |facts| facts.body.notional.is_some(),
        check: |facts, report| decimals("notional", facts.body.notional, report),
    },
    Rule {
        id: "notional-type",
        applies: |facts| {
            facts.body.notional.is_some()
                && facts.market == Market::Equity
                && facts.has_listed_type()
        },
        check: |facts, report| {
            if !facts.is_type(&OrderType::Market) && !facts.is_type(&OrderType::Limit) {
                report.add(
                    "notional",
                    format_args!("is not possible for the type {}", facts.body.type_),
                );
            }
        },
    },
    Rule {
        id: "notional-option",
        applies: |facts| facts.market == Market::Option,
        check: |facts, report| {
            if facts.body.notional.is_some() {
                report.add(
                    "notional",
                    "is not possible for options; give a number of contracts",
                );
            }
        },
    },
    Rule {
        id: "crypto-minimum-cost",
        applies: |facts| facts.buys() == Some(true) && dollars(facts).is_some(),
        check: |facts, report| {
            if let Some((field, cost)) = dollars(facts)
                && cost > Decimal::ZERO
                && cost < CRYPTO_MINIMUM
            {
                report.add(
                    field,
                    format_args!("makes an order of ${cost}, which is less than ${CRYPTO_MINIMUM}"),
                );
            }
        },
    },
    Rule {
        id: "crypto-maximum-cost",
        applies: |facts| dollars(facts).is_some(),
        check: |facts, report| {
            if let Some((field, cost)) = dollars(facts)
                && cost > CRYPTO_MAXIMUM
            {
                report.add(
                    field,
                    format_args!("makes an order of ${cost}, which is more than ${CRYPTO_MAXIMUM}"),
                );
            }
        },
    },
];

/// What a crypto order is worth in US dollars, and the field that says so, where the order tells.
fn dollars(facts: &Facts<'_>) -> Option<(&'static str, Decimal)> {
    let quoted_in_dollars = || {
        let quote = facts.body.symbol.as_deref().and_then(quote_of);
        quote.is_some_and(|quote| quote.eq_ignore_ascii_case("USD"))
    };
    if facts.market != Market::Crypto || !quoted_in_dollars() {
        return None;
    }
    if let Some(notional) = facts.body.notional {
        return Some(("notional", notional));
    }
    let cost = facts.body.qty?.checked_mul(facts.body.limit_price?)?;
    Some(("qty", cost))
}

/// A quantity that is not a multiple of the asset's step would be cut to one by Alpaca: an order of
/// another size than the one asked for.
fn qty_step(facts: &Facts<'_>, report: &mut Report<'_>) {
    if let (Some(qty), Some(step)) = (facts.body.qty, facts.quantity_step)
        && step > Decimal::ZERO
        && qty.checked_rem(step).is_some_and(|rest| !rest.is_zero())
    {
        report.add(
            "qty",
            format_args!("{qty} is not a multiple of {step}, the step of the asset's quantities"),
        );
    }
}

pub(super) fn positive(field: &'static str, value: Option<Decimal>, report: &mut Report<'_>) {
    if let Some(value) = value
        && value <= Decimal::ZERO
    {
        report.add(field, format_args!("{value} is not more than 0"));
    }
}

pub(super) fn decimals(field: &'static str, value: Option<Decimal>, report: &mut Report<'_>) {
    // Zeros at the end are no decimals, and mostly there is nothing to look for.
    if let Some(value) = value
        && value.scale() > DECIMALS
        && value.normalize().scale() > DECIMALS
    {
        report.add(
            field,
            format_args!("{value} has more than {DECIMALS} decimals"),
        );
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::orders::rules::cases::{CALL_100, Case, coins, d, edit, market, notional};
    use crate::orders::{OrderRequest, Quantity, Side};

    pub(in crate::orders::rules) fn cases() -> Vec<Case> {
        let shares =
            |shares: &str| OrderRequest::market("AAPL", Side::Buy, Quantity::shares(d(shares)));
        let mut step = market("BTC/USD");
        step = edit(step, |b| b.qty = Some(d("0.02")));
        let stepped = |order: OrderRequest| {
            let asset = serde_json::json!({
                "id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", "class": "crypto", "exchange": "X",
                "symbol": "BTC/USD", "status": "active", "tradable": true, "marginable": false,
                "shortable": false, "min_trade_increment": "0.01",
            });
            order.asset(&serde_json::from_value(asset).unwrap())
        };
        let option = |qty: &str| edit(market(CALL_100), |b| b.qty = Some(d(qty)));
        vec![
            (
                "size-one-of",
                market("AAPL"),
                edit(market("AAPL"), |b| b.qty = None),
                "qty",
            ),
            (
                "size-one-of",
                notional("AAPL", "5"),
                edit(market("AAPL"), |b| b.notional = Some(5.into())),
                "notional",
            ),
            ("qty-positive", shares("0.000000001"), shares("0"), "qty"),
            ("qty-positive", shares("1"), shares("-1"), "qty"),
            (
                "qty-decimals",
                shares("1.1234567890"),
                shares("1.1234567891"),
                "qty",
            ),
            (
                "qty-step",
                stepped(step.clone()),
                stepped(edit(step, |b| b.qty = Some(d("0.021")))),
                "qty",
            ),
            ("qty-whole-contracts", option("2.0"), option("2.5"), "qty"),
            (
                "notional-positive",
                notional("AAPL", "1"),
                notional("AAPL", "0"),
                "notional",
            ),
            (
                "notional-minimum",
                notional("AAPL", "1.00"),
                notional("AAPL", "0.99"),
                "notional",
            ),
            (
                "notional-decimals",
                notional("AAPL", "1.123456789"),
                notional("AAPL", "1.1234567891"),
                "notional",
            ),
            (
                "notional-type",
                notional("AAPL", "5").limit_price(7),
                OrderRequest::stop("AAPL", Side::Buy, Quantity::notional(5), 7),
                "notional",
            ),
            (
                "notional-option",
                market(CALL_100),
                notional(CALL_100, "500"),
                "notional",
            ),
            (
                "crypto-minimum-cost",
                notional("BTC/USD", "10"),
                notional("BTC/USD", "9.99"),
                "notional",
            ),
            (
                "crypto-minimum-cost",
                coins(Side::Buy, "0.0002", "50000"),
                coins(Side::Buy, "0.0001", "50000"),
                "qty",
            ),
            (
                "crypto-maximum-cost",
                coins(Side::Sell, "4", "50000"),
                coins(Side::Sell, "4", "50000.01"),
                "qty",
            ),
            (
                "crypto-maximum-cost",
                notional("BTC/USD", "200000"),
                notional("BTC/USD", "200000.01"),
                "notional",
            ),
        ]
    }
}
