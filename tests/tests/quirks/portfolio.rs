//! The history of a portfolio: nulls among its figures, and a date of zeros.

use alpaca_trading_gen::types::PortfolioHistory;
use rust_decimal::Decimal;

use crate::{decode_text, digits, some};

fn texts(values: &[Option<Decimal>]) -> Vec<Option<String>> {
    values.iter().map(|value| digits(*value)).collect()
}

#[test]
fn figures_may_be_null_among_others() {
    let history: PortfolioHistory = decode_text(
        r#"{
            "timestamp": [1772630400, 1772634000, 1772637600],
            "equity": [null, 10000.50, 10250],
            "profit_loss": [null, 0, -1.10],
            "profit_loss_pct": [null, 0, -0.000110],
            "base_value": 10000.5, "base_value_asof": "2026-03-03", "timeframe": "1H"
        }"#,
    );
    assert_eq!(
        history.timestamp,
        [1_772_630_400, 1_772_634_000, 1_772_637_600]
    );
    assert_eq!(
        texts(&history.equity),
        [None, some("10000.50"), some("10250")]
    );
    assert_eq!(
        texts(&history.profit_loss),
        [None, some("0"), some("-1.10")]
    );
    assert_eq!(
        texts(&history.profit_loss_pct),
        [None, some("0"), some("-0.000110")]
    );
    assert_eq!(digits(history.base_value), some("10000.5"));
    assert_eq!(
        history.base_value_asof.map(|date| date.to_string()),
        some("2026-03-03")
    );
    assert_eq!(history.timeframe, "1H");
}

#[test]
fn a_portfolio_without_a_base_has_a_date_of_zeros() {
    for date in ["\"0000-00-00\"", "\"\"", "null"] {
        let history: PortfolioHistory = decode_text(&format!(
            r#"{{"timestamp": [], "equity": [], "profit_loss": [], "profit_loss_pct": [],
                "base_value": null, "base_value_asof": {date}, "timeframe": "1D"}}"#
        ));
        assert_eq!(history.base_value, None, "{date}");
        assert_eq!(history.base_value_asof, None, "{date}");
        assert!(history.equity.is_empty(), "{date}");
    }
}

#[test]
fn lists_of_figures_may_be_null() {
    let history: PortfolioHistory = decode_text(
        r#"{"timestamp": null, "equity": null, "profit_loss": null, "profit_loss_pct": null,
            "cashflow": null, "timeframe": "1D"}"#,
    );
    assert!(history.timestamp.is_empty());
    assert!(history.equity.is_empty());
    assert!(history.profit_loss.is_empty());
    assert!(history.profit_loss_pct.is_empty());
    assert!(history.cashflow.is_empty());
}

#[test]
fn figures_are_numbers_that_keep_every_digit() {
    let history: PortfolioHistory = decode_text(
        r#"{"timestamp": [1772630400], "equity": [123456789012345.123456789],
            "profit_loss": ["0.10"], "profit_loss_pct": [8.4177e-06],
            "cashflow": {"DIV": [0.30, 12], "FEE": null}, "timeframe": "1D"}"#,
    );
    assert_eq!(texts(&history.equity), [some("123456789012345.123456789")]);
    assert_eq!(texts(&history.profit_loss), [some("0.10")]);
    assert_eq!(texts(&history.profit_loss_pct), [some("0.0000084177")]);
    let dividends: Vec<String> = history.cashflow["DIV"]
        .iter()
        .map(Decimal::to_string)
        .collect();
    assert_eq!(dividends, ["0.30", "12"]);
    assert!(history.cashflow["FEE"].is_empty());
}
