//! What is checked before anything is sent: every fault of a request, in one error.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::error::{Error, Result};
use crate::{Symbol, Violation};

/// The faults of a request that were found so far.
#[must_use = "faults that nobody asks for stop nothing"]
#[derive(Debug, Default)]
pub(super) struct Checks(Vec<Violation>);

impl Checks {
    /// Notes a fault unless `holds`. The message is made only when there is one.
    pub(super) fn require(
        &mut self,
        holds: bool,
        field: impl Into<Cow<'static, str>>,
        rule: &'static str,
        message: impl FnOnce() -> String,
    ) {
        if !holds {
            self.0.push(Violation::new(field, rule, message()));
        }
    }

    /// A text that cannot be left empty.
    pub(super) fn not_empty(&mut self, field: &'static str, text: &str) {
        self.require(!text.is_empty(), field, "not-empty", || {
            "is empty".to_owned()
        });
    }

    /// An amount, a quantity or a price above zero.
    pub(super) fn positive(&mut self, field: &'static str, value: Decimal) {
        self.require(value > Decimal::ZERO, field, "positive", || {
            format!("{value} is not above 0")
        });
    }

    /// A whole number in a range, both ends included.
    pub(super) fn range(&mut self, field: &'static str, value: u32, least: u32, most: u32) {
        self.require((least..=most).contains(&value), field, "range", || {
            format!("{value} is not from {least} to {most}")
        });
    }

    /// A symbol that can be sent.
    pub(super) fn symbol(&mut self, field: impl Into<Cow<'static, str>>, symbol: &Symbol) {
        if let Err(violation) = symbol.check() {
            let message = violation.message().to_owned();
            self.require(false, field, violation.rule(), || message);
        }
    }

    /// Symbols that can be sent; a fault names its place in the list.
    pub(super) fn symbols(&mut self, field: &str, symbols: &[Symbol]) {
        for (index, symbol) in symbols.iter().enumerate() {
            self.symbol(format!("{field}[{index}]"), symbol);
        }
    }

    /// Whether the request can be sent.
    pub(super) fn done(self) -> Result<()> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Error::invalid(self.0)),
        }
    }
}

/// The error of a request with one fault.
pub(super) fn refused(field: &'static str, rule: &'static str, message: &str) -> Error {
    Error::invalid(vec![Violation::new(field, rule, message)])
}

/// One symbol that is all there is to check.
pub(super) fn symbol(symbol: &Symbol) -> Result<()> {
    let mut checks = Checks::default();
    checks.symbol("symbol", symbol);
    checks.done()
}

#[cfg(test)]
mod tests {
    use crate::dec;

    use super::*;

    #[test]
    fn what_holds_is_no_fault() {
        let mut checks = Checks::default();
        checks.not_empty("name", "x");
        checks.positive("amount", dec!(0.000000001));
        checks.range("page_size", 1, 1, 10);
        checks.range("page_size", 10, 1, 10);
        checks.symbols("symbols", &["AAPL".into(), "BTC/USD".into()]);
        assert!(checks.done().is_ok());
    }

    #[test]
    fn every_fault_is_in_the_error_with_its_field_and_rule() {
        let mut checks = Checks::default();
        checks.not_empty("name", "");
        checks.positive("amount", dec!(0));
        checks.positive("fee", dec!(-1));
        checks.range("page_size", 11, 1, 10);
        checks.symbols("symbols", &["AAPL".into(), "../orders".into()]);
        let error = checks.done().unwrap_err();
        assert!(error.is_invalid());
        let faults: Vec<_> = error
            .violations()
            .iter()
            .map(|violation| (violation.field(), violation.rule()))
            .collect();
        assert_eq!(
            faults[..4],
            [
                ("name", "not-empty"),
                ("amount", "positive"),
                ("fee", "positive"),
                ("page_size", "range"),
            ]
        );
        assert_eq!(faults.len(), 5);
        assert_eq!(faults[4].0, "symbols[1]");
        assert!(
            error.message().contains("11 is not from 1 to 10"),
            "{error}"
        );
    }

    #[test]
    fn symbols_that_would_change_the_path_are_refused() {
        let long = "X".repeat(10_000);
        for text in [
            "",
            "..",
            "../x",
            "A?b",
            "A#b",
            "A\nB",
            "A\u{0}",
            long.as_str(),
        ] {
            assert!(symbol(&text.into()).unwrap_err().is_invalid(), "{text:?}");
        }
        assert!(symbol(&"BTC/USD".into()).is_ok());
    }
}
