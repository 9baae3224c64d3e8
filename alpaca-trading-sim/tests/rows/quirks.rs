//! Where bodies deviate from the document on purpose, one by one, and what holds every answer against it.
//!
//! The document of the tests is the repaired one: what it already allows is not listed here, but tested in
//! [`bodies`](crate::bodies).

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::schema::{self, Fault};

/// A deviation from the repaired document.
struct Deviation {
    place: &'static str,
    what: &'static str,
    why: &'static str,
}

const fn deviation(place: &'static str, what: &'static str, why: &'static str) -> Deviation {
    Deviation { place, what, why }
}

/// All that may be wrong in a body.
const DEVIATIONS: &[Deviation] = &[
    deviation(
        "Order.legs",
        "null",
        "every order without legs says so: null or array, by the samples",
    ),
    deviation("Order.subtag", "null", "in every real body since 2023"),
    deviation("Order.source", "null", "in every real body since 2023"),
    deviation(
        "OrderLeg.legs",
        "null",
        "legs are orders, and have none themselves",
    ),
    deviation("OrderLeg.subtag", "null", "as of the order"),
    deviation("OrderLeg.source", "null", "as of the order"),
    deviation(
        "Order.expires_at",
        "null",
        "an immediate order for coins has no end to wait for",
    ),
    deviation(
        "OrderClass",
        "\"\" is none of its values",
        "the older form of simple, when the dialect asks for it",
    ),
    deviation(
        "AccountActivity",
        "fits 2 of oneOf",
        "both branches are open objects without required fields",
    ),
    deviation(
        "AccountConfigurations.max_options_trading_level",
        "null",
        "nothing set: the approved level counts",
    ),
    deviation(
        "Asset.maintenance_margin_requirement",
        "not of type string",
        "a number, unlike its neighbours",
    ),
    deviation(
        "PortfolioHistory.equity[]",
        "not of type string",
        "this one answer has JSON numbers",
    ),
    deviation(
        "PortfolioHistory.profit_loss[]",
        "not of type string",
        "this one answer has JSON numbers",
    ),
    deviation(
        "PortfolioHistory.profit_loss_pct[]",
        "not of type string",
        "this one answer has JSON numbers",
    ),
    deviation(
        "PortfolioHistory.base_value",
        "not of type string",
        "this one answer has JSON numbers",
    ),
    deviation(
        "PortfolioHistory.cashflow.*[]",
        "not of type string",
        "this one answer has JSON numbers",
    ),
];

thread_local! {
    /// What this test has seen, to be sure that no deviation is listed that does not happen.
    static SEEN: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
    /// The operations whose granted answers this test has held against the document.
    static HELD: RefCell<BTreeSet<(String, &'static str)>> = const { RefCell::new(BTreeSet::new()) };
}

/// Holds an answer against the document.
pub(crate) fn hold(method: &str, target: &str, status: u16, answer: &Value) {
    let (path, _) = target.split_once('?').unwrap_or((target, ""));
    let shown = format!("{method} {target}: {status} {answer}");
    if status >= 400 {
        let faults = schema::faults(schema::named("Error"), answer, "Error");
        assert!(faults.is_empty(), "{shown}\n{faults:#?}");
        // A code begins with the status; of 422 also with 400.
        if let Some(code) = answer["code"].as_u64() {
            let first = code / 100_000;
            assert!(
                first == u64::from(status) || (status == 422 && first == 400),
                "{shown}"
            );
        }
        return;
    }
    let (template, operation) =
        schema::operation(method, path).unwrap_or_else(|| panic!("{shown}"));
    let declared = operation["responses"].get(status.to_string());
    assert!(declared.is_some(), "the status is not declared: {shown}");
    match schema::answer_schema(operation, status) {
        Some(schema) => only_known(&schema::faults(schema, answer, "answer"), &shown),
        None => assert!(answer.is_null(), "{shown}"),
    }
    HELD.with_borrow_mut(|held| held.insert((method.to_owned(), template)));
}

/// Whether this test has held a granted answer of an operation against the document.
pub(crate) fn has_held(method: &str, template: &'static str) -> bool {
    HELD.with_borrow(|held| held.contains(&(method.to_owned(), template)))
}

/// The deviations that are listed and that this test has not seen, each with its reason.
pub(crate) fn unseen() -> Vec<String> {
    let unseen = |known: &&Deviation| SEEN.with_borrow(|seen| !seen.contains(known.place));
    let unseen = DEVIATIONS.iter().filter(unseen);
    unseen
        .map(|known| format!("{} {}: {}", known.place, known.what, known.why))
        .collect()
}

fn known(fault: &Fault) -> Option<&'static Deviation> {
    DEVIATIONS
        .iter()
        .find(|known| known.place == fault.place && known.what == fault.what)
}

/// Whether a deviation is listed.
pub(crate) fn is_known(fault: &Fault) -> bool {
    known(fault).is_some()
}

/// Takes the deviations that are listed, and no others.
pub(crate) fn only_known(faults: &[Fault], shown: &str) {
    for fault in faults {
        match known(fault) {
            Some(known) => {
                SEEN.with_borrow_mut(|seen| seen.insert(known.place));
            }
            None => panic!("{fault:?}\n{shown}"),
        }
    }
}
