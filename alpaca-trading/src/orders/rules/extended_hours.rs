//! Rules about orders outside the regular session.

use crate::orders::rules::Rule;
use crate::orders::rules::facts::{Class, Facts};
use crate::orders::rules::market::Market;
use crate::orders::{OrderType, TimeInForce};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "extended-hours-market",
        applies: asked_for,
        check: |facts, report| {
            let reason = match facts.market {
                Market::Option => "is not possible for options",
                Market::Crypto => "is not possible for crypto, which is traded around the clock",
                Market::Equity | Market::EquityOrCrypto | Market::Unknown => return,
            };
            report.add("extended_hours", reason);
        },
    },
    Rule {
        id: "extended-hours-type",
        applies: |facts| on_shares(facts) && facts.has_listed_type(),
        check: |facts, report| {
            if !facts.is_type(&OrderType::Limit) {
                report.add(
                    "extended_hours",
                    format_args!("needs the type limit, and this is {}", facts.body.type_),
                );
            }
        },
    },
    Rule {
        id: "extended-hours-time-in-force",
        applies: |facts| on_shares(facts) && facts.has_listed_time_in_force(),
        check: |facts, report| {
            if !facts.is_for(&[TimeInForce::Day, TimeInForce::Gtc]) {
                report.add(
                    "extended_hours",
                    format_args!(
                        "needs time in force day or gtc, and this is {}",
                        facts.body.time_in_force
                    ),
                );
            }
        },
    },
    Rule {
        id: "extended-hours-class",
        applies: |facts| on_shares(facts) && facts.class != Class::Unlisted,
        check: |facts, report| {
            if facts.class != Class::Simple {
                report.add("extended_hours", "needs a simple order, without exits");
            }
        },
    },
];

fn asked_for(facts: &Facts<'_>) -> bool {
    facts.body.extended_hours == Some(true)
}

/// In the other markets the flag itself is the fault.
fn on_shares(facts: &Facts<'_>) -> bool {
    asked_for(facts) && !matches!(facts.market, Market::Option | Market::Crypto)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::orders::OrderRequest;
    use crate::orders::rules::cases::{CALL_100, Case, bracket, limit, market};

    pub(in crate::orders::rules) fn cases() -> Vec<Case> {
        let extended = |order: OrderRequest| order.extended_hours(true);
        let field = "extended_hours";
        vec![
            (
                "extended-hours-market",
                extended(limit("AAPL", "5")),
                extended(limit(CALL_100, "5")),
                field,
            ),
            (
                "extended-hours-market",
                extended(limit("AAPL", "5")),
                extended(limit("BTC/USD", "5")),
                field,
            ),
            (
                "extended-hours-type",
                extended(limit("AAPL", "5")),
                extended(market("AAPL")),
                field,
            ),
            (
                "extended-hours-time-in-force",
                extended(limit("AAPL", "5")).time_in_force(TimeInForce::Gtc),
                extended(limit("AAPL", "5")).time_in_force(TimeInForce::Opg),
                field,
            ),
            (
                "extended-hours-class",
                extended(limit("AAPL", "5")),
                extended(bracket()),
                field,
            ),
        ]
    }
}
