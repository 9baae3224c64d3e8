//! Rules about what is traded, which way, and under which identifier.

use crate::orders::client_order_id;
use crate::orders::rules::facts::{Class, Facts, buys};
use crate::orders::rules::{Report, Rule};
use crate::orders::{PositionIntent, Side};
use crate::symbol;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "symbol-present",
        applies: |facts| facts.class != Class::MultiLeg,
        check: |facts, report| {
            if facts.body.symbol.is_none() {
                report.add("symbol", "is missing; only a multi-leg order has none");
            }
        },
    },
    Rule {
        id: "symbol-form",
        applies: |facts| facts.body.symbol.is_some(),
        check: |facts, report| {
            if let Some(fault) = facts.body.symbol.as_deref().and_then(symbol::fault) {
                report.add("symbol", fault);
            }
        },
    },
    Rule {
        id: "side-present",
        applies: |facts| facts.class != Class::MultiLeg,
        check: |facts, report| {
            if facts.body.side.is_none() {
                report.add("side", "is missing; only a multi-leg order has none");
            }
        },
    },
    Rule {
        id: "position-intent-side",
        applies: |facts| facts.body.position_intent.is_some(),
        check: position_intent_side,
    },
    Rule {
        id: "client-order-id-length",
        applies: |facts| facts.body.client_order_id.is_some(),
        check: |facts, report| {
            client_order_id_length(facts.body.client_order_id.as_deref(), report)
        },
    },
    Rule {
        id: "client-order-id-text",
        applies: |facts| facts.body.client_order_id.is_some(),
        check: |facts, report| client_order_id_text(facts.body.client_order_id.as_deref(), report),
    },
];

pub(super) fn client_order_id_length(id: Option<&str>, report: &mut Report<'_>) {
    if let Some(fault) = id.and_then(client_order_id::length_fault) {
        report.add("client_order_id", fault);
    }
}

pub(super) fn client_order_id_text(id: Option<&str>, report: &mut Report<'_>) {
    if let Some(fault) = id.and_then(client_order_id::text_fault) {
        report.add("client_order_id", fault);
    }
}

fn position_intent_side(facts: &Facts<'_>, report: &mut Report<'_>) {
    let (intent, side) = (&facts.body.position_intent, &facts.body.side);
    if disagree(intent.as_ref(), side.as_ref()) {
        report.add(
            "position_intent",
            Disagreement(intent.as_ref(), side.as_ref()),
        );
    }
}

/// Whether an intent to buy stands beside a sale, or the other way round.
pub(super) fn disagree(intent: Option<&PositionIntent>, side: Option<&Side>) -> bool {
    let intends_to_buy = intent.and_then(|intent| match intent.as_str() {
        "buy_to_open" | "buy_to_close" => Some(true),
        "sell_to_open" | "sell_to_close" => Some(false),
        _ => None,
    });
    matches!((intends_to_buy, buys(side)), (Some(intent), Some(side)) if intent != side)
}

/// How a disagreement between intent and side is told.
pub(super) struct Disagreement<'a>(
    pub(super) Option<&'a PositionIntent>,
    pub(super) Option<&'a Side>,
);

impl std::fmt::Display for Disagreement<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let intent = self.0.map_or("", PositionIntent::as_str);
        let side = self.1.map_or("", Side::as_str);
        write!(f, "`{intent}` does not agree with the side, `{side}`")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::orders::rules::cases::{Case, edit, market};

    pub(in crate::orders::rules) fn cases() -> Vec<Case> {
        let intent = |intent| market("AAPL").position_intent(intent);
        vec![
            (
                "symbol-present",
                market("AAPL"),
                edit(market("AAPL"), |b| b.symbol = None),
                "symbol",
            ),
            ("symbol-form", market("BRK.B"), market("../AAPL"), "symbol"),
            (
                "side-present",
                market("AAPL"),
                edit(market("AAPL"), |b| b.side = None),
                "side",
            ),
            (
                "position-intent-side",
                intent(PositionIntent::BuyToClose),
                intent(PositionIntent::SellToClose),
                "position_intent",
            ),
            (
                "client-order-id-length",
                market("AAPL").client_order_id("a".repeat(128)),
                market("AAPL").client_order_id("a".repeat(129)),
                "client_order_id",
            ),
            (
                "client-order-id-text",
                market("AAPL").client_order_id("my order"),
                market("AAPL").client_order_id("my\norder"),
                "client_order_id",
            ),
            (
                "client-order-id-text",
                market("AAPL").client_order_id("mine"),
                market("AAPL").client_order_id(" mine"),
                "client_order_id",
            ),
            (
                "client-order-id-text",
                market("AAPL").client_order_id("mine"),
                market("AAPL").client_order_id("mine\u{a0}"),
                "client_order_id",
            ),
        ]
    }
}
