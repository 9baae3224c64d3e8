//! Rules about replacing an order: what a change says by itself, without the order that it changes.

use crate::Violation;
use crate::orders::AssetClass;
use crate::orders::rules::facts::Hints;
use crate::orders::rules::{Report, advanced, identity, price, quantity};
use crate::raw::types::PatchOrderRequest;
use crate::rust_decimal::Decimal;

/// The rules that only replacements have.
pub(super) const OWN: [&str; 4] = [
    "replace-change",
    "replace-size",
    "replace-whole",
    "replace-trail-positive",
];

/// A change of an order, as the rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) body: &'a PatchOrderRequest,
    pub(crate) hints: &'a Hints,
}

struct Rule {
    id: &'static str,
    applies: fn(&Change<'_>) -> bool,
    check: fn(&Change<'_>, &mut Report<'_>),
}

const RULES: &[Rule] = &[
    Rule {
        id: "replace-change",
        applies: |_| true,
        check: |change, report| {
            if !change.changes_something() {
                report.add("body", "changes nothing of the order");
            }
        },
    },
    Rule {
        id: "replace-size",
        applies: |change| change.body.qty.is_some() || change.body.notional.is_some(),
        check: |change, report| {
            if change.body.qty.is_some() && change.body.notional.is_some() {
                report.add("notional", "is given beside qty; an order has one size");
            }
        },
    },
    Rule {
        id: "replace-whole",
        applies: |change| change.body.qty.is_some() && !change.is_of(&AssetClass::Crypto),
        check: |change, report| {
            if let Some(qty) = change.body.qty
                && !qty.is_integer()
            {
                report.add(
                    "qty",
                    format_args!("{qty} is not whole; a fraction cannot be changed"),
                );
            }
        },
    },
    Rule {
        id: "qty-positive",
        applies: |change| change.body.qty.is_some(),
        check: |change, report| quantity::positive("qty", change.body.qty, report),
    },
    Rule {
        id: "qty-decimals",
        applies: |change| change.body.qty.is_some(),
        check: |change, report| quantity::decimals("qty", change.body.qty, report),
    },
    Rule {
        id: "notional-positive",
        applies: |change| change.body.notional.is_some(),
        check: |change, report| quantity::positive("notional", change.body.notional, report),
    },
    Rule {
        id: "notional-decimals",
        applies: |change| change.body.notional.is_some(),
        check: |change, report| quantity::decimals("notional", change.body.notional, report),
    },
    Rule {
        id: "limit-price-positive",
        // The limit of a multi-leg order may be a credit, which is negative.
        applies: |change| {
            change.body.limit_price.is_some()
                && (change.is_of(&AssetClass::UsEquity) || change.is_of(&AssetClass::Crypto))
        },
        check: |change, report| price::positive("limit_price", change.body.limit_price, report),
    },
    Rule {
        id: "stop-price-positive",
        applies: |change| change.body.stop_price.is_some(),
        check: |change, report| price::positive("stop_price", change.body.stop_price, report),
    },
    Rule {
        id: "replace-trail-positive",
        applies: |change| change.body.trail.is_some(),
        check: |change, report| price::positive("trail", change.body.trail, report),
    },
    Rule {
        id: "limit-price-tick",
        applies: |change| change.body.limit_price.is_some() && change.hints.tick_rule.is_some(),
        check: |change, report| change.on_tick("limit_price", change.body.limit_price, report),
    },
    Rule {
        id: "stop-price-tick",
        applies: |change| change.body.stop_price.is_some() && change.hints.tick_rule.is_some(),
        check: |change, report| change.on_tick("stop_price", change.body.stop_price, report),
    },
    Rule {
        id: "number-digits",
        applies: |change| change.numbers().iter().any(|(_, value)| value.is_some()),
        check: |change, report| {
            for (field, value) in change.numbers() {
                price::digits(field, value, report);
            }
        },
    },
    Rule {
        id: "client-order-id-length",
        applies: |change| change.body.client_order_id.is_some(),
        check: |change, report| {
            identity::client_order_id_length(change.body.client_order_id.as_deref(), report);
        },
    },
    Rule {
        id: "client-order-id-text",
        applies: |change| change.body.client_order_id.is_some(),
        check: |change, report| {
            identity::client_order_id_text(change.body.client_order_id.as_deref(), report);
        },
    },
    Rule {
        id: "advanced-fields",
        applies: |change| change.body.advanced_instructions.is_some(),
        check: |change, report| {
            advanced::fields(change.body.advanced_instructions.as_ref(), report)
        },
    },
    Rule {
        id: "advanced-display-quantity",
        applies: |change| change.body.advanced_instructions.is_some(),
        check: |change, report| {
            advanced::display(change.body.advanced_instructions.as_ref(), report)
        },
    },
    Rule {
        id: "advanced-share",
        applies: |change| change.body.advanced_instructions.is_some(),
        check: |change, report| advanced::share(change.body.advanced_instructions.as_ref(), report),
    },
    Rule {
        id: "advanced-window",
        applies: |change| change.body.advanced_instructions.is_some(),
        check: |change, report| {
            advanced::window(change.body.advanced_instructions.as_ref(), report)
        },
    },
];

impl Change<'_> {
    fn is_of(&self, class: &AssetClass) -> bool {
        self.hints.asset_class.as_ref() == Some(class)
    }

    /// The identifier alone is no change: submitting sets one where there is none.
    fn changes_something(&self) -> bool {
        let body = self.body;
        body.advanced_instructions.is_some()
            || body.time_in_force.is_some()
            || self.numbers().iter().any(|(_, value)| value.is_some())
    }

    fn numbers(&self) -> [(&'static str, Option<Decimal>); 5] {
        let body = self.body;
        [
            ("qty", body.qty),
            ("notional", body.notional),
            ("limit_price", body.limit_price),
            ("stop_price", body.stop_price),
            ("trail", body.trail),
        ]
    }

    fn on_tick(&self, field: &'static str, price: Option<Decimal>, report: &mut Report<'_>) {
        if let (Some(rule), Some(price)) = (self.hints.tick_rule, price)
            && let Some(fault) = rule.fault(price)
        {
            report.add(field, fault);
        }
    }
}

/// Every violation of every rule; without any, nothing is allocated.
pub(crate) fn broken(change: &Change<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for rule in RULES {
        if (rule.applies)(change) {
            let mut report = Report {
                rule: rule.id,
                found: &mut found,
            };
            (rule.check)(change, &mut report);
        }
    }
    found
}

/// The rules that apply, broken or not.
pub(crate) fn applying(change: &Change<'_>) -> Vec<&'static str> {
    RULES
        .iter()
        .filter(|rule| (rule.applies)(change))
        .map(|rule| rule.id)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::orders::{AdvancedOrder, ReplaceRequest, TickRule};

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// For each rule a change that keeps it and one that breaks it alone.
    fn cases() -> Vec<(&'static str, ReplaceRequest, ReplaceRequest)> {
        let new = ReplaceRequest::new;
        let share = || new().tick_rule(TickRule::equity());
        let long = Decimal::MAX;
        let advanced = |order: AdvancedOrder| new().advanced(order);
        let at = |seconds| chrono::DateTime::from_timestamp(seconds, 0).unwrap();
        let vwap = AdvancedOrder::vwap;
        vec![
            (
                "replace-change",
                new().stop_price(1),
                new().client_order_id("a"),
            ),
            (
                "replace-size",
                new().notional(5),
                new().notional(5).quantity(5),
            ),
            (
                "replace-whole",
                new().quantity(d("2.0")),
                new().quantity(d("2.5")),
            ),
            ("qty-positive", new().quantity(1), new().quantity(0)),
            (
                "qty-decimals",
                new()
                    .asset_class(AssetClass::Crypto)
                    .quantity(d("0.123456789")),
                new()
                    .asset_class(AssetClass::Crypto)
                    .quantity(d("0.1234567891")),
            ),
            ("notional-positive", new().notional(1), new().notional(-1)),
            (
                "notional-decimals",
                new().notional(d("1.123456789")),
                new().notional(d("1.1234567891")),
            ),
            (
                "limit-price-positive",
                new().asset_class(AssetClass::UsEquity).limit_price(1),
                new().asset_class(AssetClass::UsEquity).limit_price(-1),
            ),
            (
                "stop-price-positive",
                new().stop_price(1),
                new().stop_price(0),
            ),
            (
                "replace-trail-positive",
                new().trail(d("0.5")),
                new().trail(0),
            ),
            (
                "limit-price-tick",
                share().limit_price(d("1.01")),
                share().limit_price(d("1.001")),
            ),
            (
                "stop-price-tick",
                share().stop_price(d("1.01")),
                share().stop_price(d("1.001")),
            ),
            ("number-digits", new().stop_price(1), new().stop_price(long)),
            (
                "client-order-id-length",
                new().stop_price(1).client_order_id("a"),
                new().stop_price(1).client_order_id(""),
            ),
            (
                "client-order-id-text",
                new().stop_price(1).client_order_id("a b"),
                new().stop_price(1).client_order_id("a\nb"),
            ),
            (
                "advanced-fields",
                advanced(vwap()),
                advanced(vwap().display_quantity(100)),
            ),
            (
                "advanced-display-quantity",
                advanced(AdvancedOrder::dma("NYSE").display_quantity(100)),
                advanced(AdvancedOrder::dma("NYSE").display_quantity(0)),
            ),
            (
                "advanced-share",
                advanced(vwap().max_percentage(d("0.999"))),
                advanced(vwap().max_percentage(1)),
            ),
            (
                "advanced-window",
                advanced(vwap().between(at(0), at(1))),
                advanced(vwap().between(at(1), at(1))),
            ),
        ]
    }

    #[test]
    fn each_rule_is_kept_by_one_change_and_broken_by_another() {
        for (rule, kept, broken) in cases() {
            assert_eq!(kept.validate(), Ok(()), "{rule}");
            assert!(kept.checked_rules().contains(&rule), "{rule}");
            let violations = broken.validate().unwrap_err();
            let rules: Vec<_> = violations.iter().map(Violation::rule).collect();
            assert_eq!(rules, [rule], "{violations:?}");
            assert!(broken.checked_rules().contains(&rule), "{rule}");
            assert_eq!(broken.unchecked().validate(), Ok(()), "{rule}");
        }
    }

    #[test]
    fn every_rule_has_a_case() {
        let tested: BTreeSet<_> = cases().into_iter().map(|(rule, ..)| rule).collect();
        let rules: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(tested, rules);
        assert!(OWN.iter().all(|rule| rules.contains(rule)));
        let listed: BTreeSet<_> = super::super::ids().collect();
        assert!(rules.is_subset(&listed));
    }

    #[test]
    fn a_credit_and_fractions_of_coins_pass() {
        assert_eq!(ReplaceRequest::new().limit_price(-1).validate(), Ok(()));
        let coins = ReplaceRequest::new().asset_class(AssetClass::Crypto);
        assert_eq!(coins.quantity(d("0.5")).validate(), Ok(()));
    }
}
