//! Which values are money, prices, quantities and ratios.
//!
//! They become `rust_decimal::Decimal`. A JSON `number` always is one. A string is one when the
//! document says so (`format: decimal`) or when its name does: Alpaca sends money as strings, and
//! marks only some of them.

/// Names that say it by themselves.
const NAMES: [&str; 29] = [
    "accrued_fees",
    "allocation_percentage",
    "amount",
    "cash",
    "change_today",
    "commission",
    "cost_basis",
    "equity",
    "fee",
    "fees",
    "hwm",
    "intraday_adjustments",
    "max_percentage",
    "multiplier",
    "notional",
    "open_interest",
    "pending_transfer_in",
    "pending_transfer_out",
    "percentage",
    "price",
    "price_increment",
    "min_trade_increment",
    "qty",
    "qty_available",
    "rate",
    "size",
    "sma",
    "swap_fee_bps",
    "trail",
];

/// Endings that say it.
const ENDINGS: [&str; 17] = [
    "_amount",
    "_equity",
    "_fee",
    "_fees",
    "_margin",
    "_multiplier",
    "_payout",
    "_percent",
    "_pl",
    "_plpc",
    "_power",
    "_price",
    "_qty",
    "_rate",
    "_requirement",
    "_size",
    "_value",
];

/// Whether a string property or parameter of this name holds a decimal.
#[must_use]
pub fn is_decimal_name(name: &str) -> bool {
    NAMES.contains(&name) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::is_decimal_name;

    #[test]
    fn money_is_known_by_name_and_text_is_left_alone() {
        for name in [
            "qty",
            "limit_price",
            "buying_power",
            "unrealized_plpc",
            "trail_percent",
            "size",
        ] {
            assert!(is_decimal_name(name), "{name}");
        }
        // `open` and `close` are times of day in the calendar, `value` is a choice of a form.
        for name in [
            "open",
            "close",
            "value",
            "symbol",
            "account",
            "status",
            "description",
        ] {
            assert!(!is_decimal_name(name), "{name}");
        }
    }
}
