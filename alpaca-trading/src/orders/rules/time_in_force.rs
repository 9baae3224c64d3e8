//! Rules about types and times in force: which go together in which market.

use crate::orders::rules::facts::{Class, Facts};
use crate::orders::rules::market::Market;
use crate::orders::rules::{Report, Rule};
use crate::orders::{OrderType, TimeInForce};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "equity-time-in-force",
        // Fractions have their own rule; a market or limit order may have any time in force.
        applies: |facts| {
            facts.market == Market::Equity
                && !facts.fractional
                && facts.has_listed_type()
                && facts.has_listed_time_in_force()
        },
        check: |facts, report| {
            let any = facts.is_type(&OrderType::Market) || facts.is_type(&OrderType::Limit);
            if !any {
                only(&[TimeInForce::Day, TimeInForce::Gtc], facts, report);
            }
        },
    },
    Rule {
        id: "otc-time-in-force",
        applies: |facts| {
            facts.over_the_counter && !facts.fractional && facts.has_listed_time_in_force()
        },
        check: |facts, report| only(&[TimeInForce::Day, TimeInForce::Gtc], facts, report),
    },
    Rule {
        id: "fractional-type",
        applies: |facts| facts.fractional,
        check: |facts, report| {
            if facts.is_type(&OrderType::TrailingStop) {
                report.add("type", "trailing_stop is for whole shares only");
            }
        },
    },
    Rule {
        id: "fractional-time-in-force",
        applies: |facts| facts.fractional && facts.has_listed_time_in_force(),
        check: |facts, report| {
            if !facts.is_for(&[TimeInForce::Day]) {
                report.add(
                    "time_in_force",
                    format_args!(
                        "{} is for whole shares only; fractions and amounts of money are for the day",
                        facts.body.time_in_force
                    ),
                );
            }
        },
    },
    Rule {
        id: "crypto-type",
        applies: |facts| facts.market == Market::Crypto && facts.has_listed_type(),
        check: |facts, report| {
            if facts.is_type(&OrderType::Stop) || facts.is_type(&OrderType::TrailingStop) {
                report.add(
                    "type",
                    format_args!(
                        "{} is not for crypto, which has market, limit and stop_limit",
                        facts.body.type_
                    ),
                );
            }
        },
    },
    Rule {
        id: "crypto-time-in-force",
        applies: |facts| facts.market == Market::Crypto && facts.has_listed_time_in_force(),
        check: |facts, report| only(&[TimeInForce::Gtc, TimeInForce::Ioc], facts, report),
    },
    Rule {
        id: "option-type",
        applies: |facts| facts.market == Market::Option && facts.class != Class::MultiLeg,
        check: |facts, report| {
            if facts.is_type(&OrderType::TrailingStop) {
                report.add("type", "trailing_stop is not for options");
            }
        },
    },
    Rule {
        id: "option-time-in-force",
        applies: |facts| facts.market == Market::Option && facts.has_listed_time_in_force(),
        check: |facts, report| only(&[TimeInForce::Day, TimeInForce::Gtc], facts, report),
    },
    Rule {
        id: "multi-leg-type",
        applies: |facts| facts.class == Class::MultiLeg && facts.has_listed_type(),
        check: |facts, report| {
            if !facts.is_type(&OrderType::Market) && !facts.is_type(&OrderType::Limit) {
                report.add(
                    "type",
                    format_args!(
                        "{} is not for multi-leg orders, which have market and limit",
                        facts.body.type_
                    ),
                );
            }
        },
    },
];

/// Reports a time in force that is not one of the two `allowed`.
pub(super) fn only(allowed: &[TimeInForce; 2], facts: &Facts<'_>, report: &mut Report<'_>) {
    if !facts.is_for(allowed) {
        let [one, other] = allowed;
        report.add(
            "time_in_force",
            format_args!(
                "{} is not possible here; {one} and {other} are",
                facts.body.time_in_force
            ),
        );
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::orders::rules::cases::{
        CALL_100, Case, d, edit, limit, market, notional, spread, stop, trailing,
    };
    use crate::orders::{OrderRequest, Quantity, Side, Trail};
    use crate::raw::types::Asset;

    fn listed_at(exchange: &str) -> Asset {
        serde_json::from_value(serde_json::json!({
            "id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", "class": "us_equity", "symbol": "SYMB",
            "exchange": exchange, "name": "Example", "status": "active", "tradable": true,
            "marginable": false, "shortable": false, "fractionable": false,
        }))
        .unwrap()
    }

    pub(in crate::orders::rules) fn cases() -> Vec<Case> {
        use TimeInForce::{Cls, Day, Fok, Gtc, Ioc, Opg};
        let stop_limit =
            OrderRequest::stop_limit(CALL_100, Side::Buy, Quantity::contracts(1), 9, 10);
        let coin_stop = OrderRequest::stop("BTC/USD", Side::Buy, Quantity::coins(1), 9);
        let part = || notional("AAPL", "5");
        let half = |trail| {
            OrderRequest::trailing_stop("AAPL", Side::Sell, Quantity::shares(d("0.5")), trail)
        };
        let otc = |time_in_force| {
            let asset = listed_at("OTC");
            limit("SYMB", "5")
                .asset(&asset)
                .time_in_force(time_in_force)
        };
        let elsewhere = |time_in_force| {
            let asset = listed_at("NASDAQ");
            limit("SYMB", "5")
                .asset(&asset)
                .time_in_force(time_in_force)
        };
        assert_eq!(elsewhere(Ioc).validate(), Ok(()));
        vec![
            ("otc-time-in-force", otc(Day), otc(Ioc), "time_in_force"),
            ("otc-time-in-force", otc(Gtc), otc(Fok), "time_in_force"),
            ("otc-time-in-force", otc(Gtc), otc(Opg), "time_in_force"),
            ("otc-time-in-force", otc(Gtc), otc(Cls), "time_in_force"),
            (
                "equity-time-in-force",
                limit("AAPL", "5").time_in_force(Opg),
                stop("5").time_in_force(Opg),
                "time_in_force",
            ),
            (
                "equity-time-in-force",
                trailing(Trail::price(1)).time_in_force(Gtc),
                trailing(Trail::price(1)).time_in_force(Ioc),
                "time_in_force",
            ),
            (
                "fractional-type",
                part().limit_price(7),
                half(Trail::price(1)),
                "type",
            ),
            (
                "fractional-time-in-force",
                part(),
                part().time_in_force(Gtc),
                "time_in_force",
            ),
            (
                "crypto-type",
                OrderRequest::stop_limit("BTC/USD", Side::Buy, Quantity::coins(1), 99, 100),
                coin_stop,
                "type",
            ),
            (
                "crypto-time-in-force",
                market("BTC/USD").time_in_force(Ioc),
                market("BTC/USD").time_in_force(Day),
                "time_in_force",
            ),
            (
                "option-type",
                stop_limit,
                OrderRequest::trailing_stop(
                    CALL_100,
                    Side::Buy,
                    Quantity::contracts(1),
                    Trail::price(1),
                ),
                "type",
            ),
            (
                "option-time-in-force",
                limit(CALL_100, "5").time_in_force(Gtc),
                limit(CALL_100, "5").time_in_force(Fok),
                "time_in_force",
            ),
            (
                "option-time-in-force",
                spread().time_in_force(Gtc),
                spread().time_in_force(Cls),
                "time_in_force",
            ),
            (
                "multi-leg-type",
                spread(),
                edit(spread(), |b| {
                    b.type_ = OrderType::Stop;
                    b.stop_price = Some(5.into());
                }),
                "type",
            ),
        ]
    }
}
