//! Rules about instructions for routing and execution.

use crate::orders::rules::facts::Facts;
use crate::orders::rules::{Report, Rule};
use crate::orders::{Algorithm, OrderType, TimeInForce};
use crate::raw::types::AdvancedInstructions;
use crate::rust_decimal::Decimal;

/// The most decimals of a share of the volume.
const SHARE_DECIMALS: u32 = 3;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "advanced-time-in-force",
        applies: |facts| instructions(facts).is_some() && facts.has_listed_time_in_force(),
        check: |facts, report| {
            if !facts.is_for(&[TimeInForce::Day]) {
                report.add(
                    "time_in_force",
                    format_args!(
                        "{} is not possible with advanced instructions, only day is",
                        facts.body.time_in_force
                    ),
                );
            }
        },
    },
    Rule {
        id: "advanced-type",
        applies: |facts| {
            instructions(facts).is_some_and(|instructions| is(instructions, &Algorithm::Dma))
                && facts.has_listed_type()
        },
        check: |facts, report| {
            if !facts.is_type(&OrderType::Market) && !facts.is_type(&OrderType::Limit) {
                report.add(
                    "type",
                    format_args!(
                        "{} is not possible with DMA, only market and limit are",
                        facts.body.type_
                    ),
                );
            }
        },
    },
    Rule {
        id: "advanced-fields",
        applies: |facts| instructions(facts).is_some(),
        check: |facts, report| fields(facts.body.advanced_instructions.as_ref(), report),
    },
    Rule {
        id: "advanced-display-quantity",
        applies: |facts| instructions(facts).is_some_and(|given| given.display_qty.is_some()),
        check: |facts, report| display(facts.body.advanced_instructions.as_ref(), report),
    },
    Rule {
        id: "advanced-share",
        applies: |facts| instructions(facts).is_some_and(|given| given.max_percentage.is_some()),
        check: |facts, report| share(facts.body.advanced_instructions.as_ref(), report),
    },
    Rule {
        id: "advanced-window",
        applies: |facts| {
            instructions(facts)
                .is_some_and(|given| given.start_time.is_some() && given.end_time.is_some())
        },
        check: |facts, report| window(facts.body.advanced_instructions.as_ref(), report),
    },
];

fn instructions<'a>(facts: &Facts<'a>) -> Option<&'a AdvancedInstructions> {
    facts.body.advanced_instructions.as_ref()
}

fn is(instructions: &AdvancedInstructions, algorithm: &Algorithm) -> bool {
    instructions.algorithm.as_ref() == Some(algorithm)
}

/// That a field of one kind of algorithm stands beside another.
pub(super) fn fields(given: Option<&AdvancedInstructions>, report: &mut Report<'_>) {
    let Some((given, algorithm)) = given.and_then(|given| Some((given, given.algorithm.as_ref()?)))
    else {
        return;
    };
    let refused = if is(given, &Algorithm::Dma) {
        [
            (
                "advanced_instructions.start_time",
                given.start_time.is_some(),
            ),
            ("advanced_instructions.end_time", given.end_time.is_some()),
            (
                "advanced_instructions.max_percentage",
                given.max_percentage.is_some(),
            ),
        ]
    } else if is(given, &Algorithm::Twap) || is(given, &Algorithm::Vwap) {
        [
            (
                "advanced_instructions.destination",
                given.destination.is_some(),
            ),
            (
                "advanced_instructions.display_qty",
                given.display_qty.is_some(),
            ),
            ("", false),
        ]
    } else {
        return;
    };
    for (field, _) in refused.into_iter().filter(|(_, given)| *given) {
        report.add(
            field,
            format_args!("is given, but {algorithm} does not have it"),
        );
    }
}

pub(super) fn display(given: Option<&AdvancedInstructions>, report: &mut Report<'_>) {
    if let Some(shares) = given.and_then(|given| given.display_qty)
        && (shares <= Decimal::ZERO || !shares.is_integer())
    {
        report.add(
            "advanced_instructions.display_qty",
            format_args!("{shares} is not a whole number of shares, 1 or more"),
        );
    }
}

pub(super) fn share(given: Option<&AdvancedInstructions>, report: &mut Report<'_>) {
    if let Some(share) = given.and_then(|given| given.max_percentage) {
        let inside = share > Decimal::ZERO && share < Decimal::ONE;
        if !inside || share.normalize().scale() > SHARE_DECIMALS {
            report.add(
                "advanced_instructions.max_percentage",
                format_args!(
                    "{share} is not more than 0 and less than 1 with at most {SHARE_DECIMALS} decimals"
                ),
            );
        }
    }
}

pub(super) fn window(given: Option<&AdvancedInstructions>, report: &mut Report<'_>) {
    if let Some(given) = given
        && let (Some(start), Some(end)) = (given.start_time, given.end_time)
        && start >= end
    {
        report.add(
            "advanced_instructions.end_time",
            format_args!(
                "{} is not after the start, {}",
                end.to_rfc3339(),
                start.to_rfc3339()
            ),
        );
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use chrono::DateTime;

    use crate::orders::AdvancedOrder;
    use crate::orders::rules::cases::{Case, d, market, stop};

    pub(in crate::orders::rules) fn cases() -> Vec<Case> {
        let worked = |order: AdvancedOrder| market("AAPL").advanced(order);
        let dma = || AdvancedOrder::dma("NYSE");
        let vwap = AdvancedOrder::vwap;
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        vec![
            (
                "advanced-time-in-force",
                worked(vwap()),
                worked(vwap()).time_in_force(TimeInForce::Gtc),
                "time_in_force",
            ),
            (
                "advanced-type",
                worked(dma()),
                stop("5").advanced(dma()),
                "type",
            ),
            (
                "advanced-fields",
                worked(dma().display_quantity(100)),
                worked(dma().max_percentage(d("0.1"))),
                "advanced_instructions.max_percentage",
            ),
            (
                "advanced-fields",
                worked(vwap().max_percentage(d("0.1"))),
                worked(vwap().display_quantity(100)),
                "advanced_instructions.display_qty",
            ),
            (
                "advanced-display-quantity",
                worked(dma().display_quantity(40)),
                worked(dma().display_quantity(d("0.5"))),
                "advanced_instructions.display_qty",
            ),
            (
                "advanced-share",
                worked(vwap().max_percentage(d("0.9990"))),
                worked(vwap().max_percentage(d("0.9999"))),
                "advanced_instructions.max_percentage",
            ),
            (
                "advanced-share",
                worked(vwap().max_percentage(d("0.001"))),
                worked(vwap().max_percentage(0)),
                "advanced_instructions.max_percentage",
            ),
            (
                "advanced-window",
                worked(vwap().between(at(0), at(1))),
                worked(vwap().between(at(1), at(0))),
                "advanced_instructions.end_time",
            ),
        ]
    }
}
