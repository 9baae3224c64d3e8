//! Where sources about the service conflict: which of them the simulator follows.

use serde::Deserialize;

/// Answers to questions on which sources about the service disagree; the newer ones by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Dialect {
    /// The code of a client order id that is taken, and of a replacement of what is not open: 40010001,
    /// else 42210000.
    pub invalid_is_40010001: bool,
    /// Whether limit orders may name an amount instead of a quantity.
    pub notional_limit_orders: bool,
    /// How many decimals an amount may have: 2, or 9.
    pub notional_decimals: u32,
    /// Whether orders for extended hours may be good till canceled.
    pub extended_hours_gtc: bool,
    /// Whether orders for the closing auction are taken until 15:55 instead of 15:50.
    pub cls_until_1555: bool,
    /// Whether non-marginable buying power is the cash; else equity less initial margin less 2,000.
    pub non_marginable_is_cash: bool,
    /// Whether the class of a simple order is written as an empty text.
    pub blank_order_class: bool,
    /// Whether canceling a canceled order is answered as a success.
    pub cancel_twice: bool,
    /// Whether the rule on pattern day trading holds, which ended on 4 June 2026: with less than 25,000 dollars at
    /// most three day trades in five trading days. Accounts show `daytrade_count` and `pattern_day_trader` then.
    pub pattern_day_trading: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            invalid_is_40010001: true,
            notional_limit_orders: true,
            notional_decimals: 2,
            extended_hours_gtc: true,
            cls_until_1555: false,
            non_marginable_is_cash: false,
            blank_order_class: false,
            cancel_twice: true,
            pattern_day_trading: false,
        }
    }
}
