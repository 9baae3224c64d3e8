//! Rules about the legs of multi-leg options orders.

use crate::orders::rules::facts::{Class, Facts};
use crate::orders::rules::identity::{Disagreement, disagree};
use crate::orders::rules::market::is_asset_id;
use crate::orders::rules::{Report, Rule};
use crate::raw::types::MLegOrderLeg;
use crate::rust_decimal::Decimal;
use crate::rust_decimal::prelude::ToPrimitive as _;
use crate::symbol::Occ;
use crate::violation::Shown;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "legs-class",
        applies: |facts| !matches!(facts.class, Class::MultiLeg | Class::Unlisted),
        check: |facts, report| {
            if !facts.legs().is_empty() {
                report.add("legs", "need the order class mleg");
            }
        },
    },
    Rule {
        id: "legs-count",
        applies: multi_leg,
        check: |facts, report| {
            let count = facts.legs().len();
            if !(2..=4).contains(&count) {
                report.add("legs", format_args!("are {count}; an order has 2 to 4"));
            }
        },
    },
    Rule {
        id: "legs-alone",
        applies: multi_leg,
        check: |facts, report| {
            let reason = "belongs to the legs in a multi-leg order";
            if facts.body.symbol.is_some() {
                report.add("symbol", reason);
            }
            if facts.body.side.is_some() {
                report.add("side", reason);
            }
            if facts.body.position_intent.is_some() {
                report.add("position_intent", reason);
            }
        },
    },
    Rule {
        id: "leg-contract",
        applies: multi_leg,
        check: |facts, report| {
            each(facts, "symbol", report, |leg| {
                let contract = Occ::parse(&leg.symbol).is_some() || is_asset_id(&leg.symbol);
                (!contract).then(|| format!("{} is not an option contract", Shown(&leg.symbol)))
            });
        },
    },
    Rule {
        id: "leg-ratio",
        applies: multi_leg,
        check: |facts, report| {
            each(facts, "ratio_qty", report, |leg| {
                let ratio = leg.ratio_qty;
                whole(ratio)
                    .is_none()
                    .then(|| format!("{ratio} is not a whole number of contracts, 1 or more"))
            });
        },
    },
    Rule {
        id: "leg-intent",
        applies: multi_leg,
        check: |facts, report| {
            each(facts, "position_intent", report, |leg| {
                leg.position_intent
                    .is_none()
                    .then(|| "is missing; each leg needs one".to_owned())
            });
        },
    },
    Rule {
        id: "leg-side",
        applies: multi_leg,
        check: |facts, report| {
            each(facts, "position_intent", report, |leg| {
                let (intent, side) = (leg.position_intent.as_ref(), leg.side.as_ref());
                disagree(intent, side).then(|| Disagreement(intent, side).to_string())
            });
        },
    },
    Rule {
        id: "legs-unique",
        applies: multi_leg,
        check: |facts, report| {
            let legs = facts.legs();
            for (index, leg) in legs.iter().enumerate() {
                let earlier = legs.iter().take(index);
                if let Some(twin) = earlier.clone().position(|other| other.symbol == leg.symbol) {
                    report.add(
                        format!("legs[{index}].symbol"),
                        format_args!("{} is that of legs[{twin}] too", Shown(&leg.symbol)),
                    );
                }
            }
        },
    },
    Rule {
        id: "legs-underlying",
        applies: multi_leg,
        check: same_underlying,
    },
    Rule {
        id: "legs-ratios-reduced",
        applies: multi_leg,
        check: |facts, report| {
            let divisor = facts.legs().iter().try_fold(0, |divisor, leg| {
                Some(common(divisor, whole(leg.ratio_qty)?))
            });
            if let Some(divisor) = divisor
                && divisor > 1
            {
                report.add(
                    "legs",
                    format_args!(
                        "have ratios that can all be divided by {divisor}; multiply qty instead"
                    ),
                );
            }
        },
    },
];

fn multi_leg(facts: &Facts<'_>) -> bool {
    facts.class == Class::MultiLeg
}

/// Reports what `fault` finds in each leg, at `field` of that leg.
fn each(
    facts: &Facts<'_>,
    field: &str,
    report: &mut Report<'_>,
    fault: impl Fn(&MLegOrderLeg) -> Option<String>,
) {
    for (index, leg) in facts.legs().iter().enumerate() {
        if let Some(message) = fault(leg) {
            report.add(format!("legs[{index}].{field}"), message);
        }
    }
}

/// The root of a symbol can differ from the underlying's ticker: a digit after a corporate action, a
/// letter for another series of an index (`SPX` and `SPXW`). So two roots are taken for different
/// underlyings only if neither begins with the other.
fn same_underlying(facts: &Facts<'_>, report: &mut Report<'_>) {
    let mut first: Option<&str> = None;
    for (index, leg) in facts.legs().iter().enumerate() {
        let Some(contract) = Occ::parse(&leg.symbol) else {
            continue;
        };
        let this = ticker(contract.root);
        let first = *first.get_or_insert(this);
        if !this.starts_with(first) && !first.starts_with(this) {
            report.add(
                format!("legs[{index}].symbol"),
                format_args!(
                    "{} is not on {first} like the first leg",
                    Shown(&leg.symbol)
                ),
            );
        }
    }
}

/// A root without the digit that a corporate action left.
fn ticker(root: &str) -> &str {
    root.trim_end_matches(|last: char| last.is_ascii_digit())
}

/// A ratio as a number of contracts, if it is one.
fn whole(ratio: Decimal) -> Option<u64> {
    ratio
        .is_integer()
        .then(|| ratio.to_u64())
        .flatten()
        .filter(|ratio| *ratio > 0)
}

/// The greatest common divisor; 0 divides by everything.
fn common(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
pub(super) mod tests {
    use crate::orders::rules::cases::{
        CALL_100, CALL_110, Case, SPY_CALL, d, edit, market, spread, strategy,
    };
    use crate::orders::{Leg, PositionIntent, Side};

    pub(in crate::orders::rules) fn cases() -> Vec<Case> {
        let buy = |symbol: &str, ratio| Leg::buy_to_open(symbol, ratio);
        let sell = |symbol: &str, ratio| Leg::sell_to_open(symbol, ratio);
        let five = (1..=5).map(|strike| buy(&format!("AAPL250620C0010{strike}000"), 1));
        let four = five.clone().take(4);
        let leg = |change: fn(&mut crate::raw::types::MLegOrderLeg)| {
            edit(spread(), |b| change(&mut b.legs.as_mut().unwrap()[1]))
        };
        vec![
            (
                "legs-class",
                market("AAPL"),
                edit(market("AAPL"), |b| b.legs = spread().to_body().legs),
                "legs",
            ),
            ("legs-count", strategy(four), strategy(five), "legs"),
            ("legs-count", spread(), strategy([buy(CALL_100, 1)]), "legs"),
            (
                "legs-count",
                spread(),
                edit(spread(), |b| b.legs = None),
                "legs",
            ),
            (
                "legs-alone",
                spread(),
                edit(spread(), |b| b.symbol = Some("AAPL".to_owned())),
                "symbol",
            ),
            (
                "legs-alone",
                spread(),
                edit(spread(), |b| b.side = Some(Side::Buy)),
                "side",
            ),
            (
                "legs-alone",
                spread(),
                spread().position_intent(PositionIntent::BuyToOpen),
                "position_intent",
            ),
            (
                "leg-contract",
                strategy([
                    buy("b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", 1),
                    sell(CALL_110, 1),
                ]),
                leg(|leg| leg.symbol = "AAPL".to_owned()),
                "legs[1].symbol",
            ),
            (
                "leg-ratio",
                spread(),
                leg(|leg| leg.ratio_qty = 0.into()),
                "legs[1].ratio_qty",
            ),
            (
                "leg-ratio",
                spread(),
                leg(|leg| leg.ratio_qty = d("1.5")),
                "legs[1].ratio_qty",
            ),
            (
                "leg-intent",
                leg(|leg| leg.side = None),
                leg(|leg| leg.position_intent = None),
                "legs[1].position_intent",
            ),
            (
                "leg-side",
                strategy([buy(CALL_100, 1), Leg::buy_to_close(CALL_110, 1)]),
                leg(|leg| leg.side = Some(Side::Buy)),
                "legs[1].position_intent",
            ),
            (
                "legs-unique",
                spread(),
                strategy([buy(CALL_100, 1), sell(CALL_100, 1)]),
                "legs[1].symbol",
            ),
            (
                "legs-underlying",
                strategy([buy("SPX250620C05000000", 1), sell("SPXW250620C05100000", 1)]),
                strategy([buy(CALL_100, 1), sell(SPY_CALL, 1)]),
                "legs[1].symbol",
            ),
            (
                "legs-underlying",
                strategy([buy(CALL_100, 1), sell("AAPL1250620C00110000", 1)]),
                strategy([buy(CALL_100, 1), sell(CALL_110, 1), buy(SPY_CALL, 1)]),
                "legs[2].symbol",
            ),
            (
                "legs-ratios-reduced",
                strategy([buy(CALL_100, 2), sell(CALL_110, 3)]),
                strategy([buy(CALL_100, 2), sell(CALL_110, 4)]),
                "legs",
            ),
        ]
    }
}
