//! The rules of Alpaca that requests are held to before they are sent.
//!
//! A rule is here when it can be decided from the request alone and Alpaca's sources agree on it.
//! What depends on the account or the market is left to Alpaca: buying power, wash trades, whether
//! an asset is fractionable or shortable, whether the market is open, whether a short option leg is
//! covered. So is what the sources disagree on: limit orders by amount of money, stops and `gtc` for
//! options, `gtc` in extended hours, the decimals of an amount of money, and the auctions and
//! immediate orders (`opg`, `cls`, `ioc`, `fok`) that some accounts need approval for.
//!
//! A rule that depends on the asset's class is held only where the class is known: by
//! [`asset_class`](crate::orders::OrderRequest::asset_class) or
//! [`asset`](crate::orders::OrderRequest::asset), by the slash of a crypto pair, by the form of an
//! option's symbol, or because the symbol has the form of a ticker. Of `BTCUSD`, which may be either,
//! and of asset ids no class is assumed.
//!
//! Where a rule comes from: *documented* in Alpaca's guide or API document, *observed* in its
//! answers, or *ours*, without which something other than what was asked for could happen.
//!
//! # What is traded
//!
//! | Rule | What it asks for | From |
//! |---|---|---|
//! | `symbol-present` | a symbol, unless the order is multi-leg | documented |
//! | `symbol-form` | up to 64 letters, digits, `.`, `-`, `_`, `:`; a slash only in a crypto pair | ours |
//! | `side-present` | a side, unless the order is multi-leg | documented |
//! | `position-intent-side` | an intent to buy with a buy, an intent to sell with a sale | documented |
//! | `client-order-id-length` | 1 to 128 characters | documented |
//! | `client-order-id-text` | no control characters, no blank at either end, which may be lost | ours |
//!
//! # How much
//!
//! | Rule | What it asks for | From |
//! |---|---|---|
//! | `size-one-of` | a quantity or an amount of money, and not both | documented |
//! | `qty-positive` | more than 0 | documented |
//! | `qty-decimals` | at most 9 decimals | documented |
//! | `qty-step` | a multiple of the asset's `min_trade_increment`, if [known](crate::orders::OrderRequest::asset); Alpaca cuts the rest off | observed |
//! | `qty-whole-contracts` | options: a whole number | documented |
//! | `notional-positive` | more than 0 | documented |
//! | `notional-minimum` | shares: at least $1 | documented |
//! | `notional-decimals` | at most 9 decimals | documented; 2 observed |
//! | `notional-type` | shares: an amount of money with market and limit only | documented |
//! | `notional-option` | options: no amount of money | documented |
//! | `crypto-minimum-cost` | crypto in US dollars: a buy of $10 or more, where the order tells; the rest of a position can be sold | observed |
//! | `crypto-maximum-cost` | crypto in US dollars: $200,000 or less, where the order tells | documented |
//!
//! # Prices
//!
//! | Rule | What it asks for | From |
//! |---|---|---|
//! | `limit-price-present` | a limit price with limit and stop limit, except in `oco` | documented |
//! | `limit-price-absent` | none with market, stop and trailing stop | documented |
//! | `stop-price-present` | a stop price with stop and stop limit | documented |
//! | `stop-price-absent` | none with market, limit and trailing stop | documented |
//! | `trail-one-of` | with a trailing stop one distance, in dollars or in percent | documented |
//! | `trail-absent` | none with other types | documented |
//! | `limit-price-positive` | more than 0, exits included; net prices of strategies may be anything | documented |
//! | `stop-price-positive` | more than 0, exits included | documented |
//! | `trail-price-positive` | more than 0 | documented |
//! | `trail-percent-minimum` | at least 0.1 | documented |
//! | `limit-price-tick` | a multiple of the [tick](crate::orders::TickRule), exits included | documented for shares and crypto |
//! | `stop-price-tick` | a multiple of the tick, exits included | documented for shares and crypto |
//! | `number-digits` | at most 28 significant digits, zeros at the end included: what can be read back | ours |
//!
//! # Types and times in force
//!
//! | Rule | What it asks for | From |
//! |---|---|---|
//! | `equity-time-in-force` | whole shares: `day` or `gtc`; market and limit also `ioc`, `fok`, `opg`, `cls` | documented |
//! | `otc-time-in-force` | whole shares that are traded over the counter, if [known](crate::orders::OrderRequest::asset): `day` or `gtc` | documented |
//! | `fractional-type` | fractions and amounts of money: no trailing stop | documented |
//! | `fractional-time-in-force` | fractions and amounts of money: `day` | documented |
//! | `crypto-type` | market, limit or stop limit | documented |
//! | `crypto-time-in-force` | `gtc` or `ioc` | documented |
//! | `option-type` | one leg: no trailing stop | documented |
//! | `option-time-in-force` | `day` or `gtc` | documented |
//! | `multi-leg-type` | market or limit | documented |
//!
//! # Classes and exits
//!
//! | Rule | What it asks for | From |
//! |---|---|---|
//! | `exits-class` | take profit and stop loss only in bracket, oco and oto | documented |
//! | `bracket-exits` | both exits | documented |
//! | `oco-exits` | both exits | documented |
//! | `oto-exits` | one exit | documented |
//! | `take-profit-price` | a limit price in each take profit | documented |
//! | `stop-loss-price` | a stop price in each stop loss | observed |
//! | `oco-type` | limit | documented |
//! | `trailing-stop-class` | a trailing stop is simple | documented |
//! | `exits-time-in-force` | `day` or `gtc` | documented |
//! | `fractional-class` | fractions and amounts of money: simple | documented |
//! | `crypto-class` | simple | documented |
//! | `option-class` | simple or multi-leg | documented |
//! | `exits-direction` | the take profit beyond the stop loss, on the profitable side | documented |
//! | `take-profit-gap` | the take profit $0.01 or more from the entry's limit, on the profitable side | documented |
//! | `stop-loss-gap` | the stop loss $0.01 or more from the entry's limit, or from the take profit in `oco` | documented |
//!
//! # Extended hours
//!
//! | Rule | What it asks for | From |
//! |---|---|---|
//! | `extended-hours-market` | not with options, nor with crypto | documented |
//! | `extended-hours-type` | limit | documented |
//! | `extended-hours-time-in-force` | `day` or `gtc` | documented |
//! | `extended-hours-class` | simple | documented |
//!
//! # Legs
//!
//! | Rule | What it asks for | From |
//! |---|---|---|
//! | `legs-class` | legs in multi-leg orders only | documented |
//! | `legs-count` | 2 to 4 | documented |
//! | `legs-alone` | no symbol, side or intent beside the legs | documented |
//! | `leg-contract` | an option contract, or an id | documented |
//! | `leg-ratio` | a whole number from 1 on | documented |
//! | `leg-intent` | an intent for each leg | documented |
//! | `leg-side` | a side, where there is one, that agrees with the intent | documented |
//! | `legs-unique` | no contract twice | documented |
//! | `legs-underlying` | one underlying, as far as roots tell | documented |
//! | `legs-ratios-reduced` | no common divisor of all ratios above 1 | documented |
//!
//! # Routing and execution
//!
//! | Rule | What it asks for | From |
//! |---|---|---|
//! | `advanced-time-in-force` | `day` | documented |
//! | `advanced-type` | DMA: market or limit | documented |
//! | `advanced-fields` | DMA: no times and no share of the volume; TWAP and VWAP: no venue and no displayed quantity | documented |
//! | `advanced-display-quantity` | a whole number of shares | documented |
//! | `advanced-share` | more than 0, less than 1, at most 3 decimals | documented |
//! | `advanced-window` | an end after the start | documented |
//!
//! # Replacing
//!
//! A [`ReplaceRequest`](crate::orders::ReplaceRequest) is held to the rules above that concern its
//! fields alone, and to these:
//!
//! | Rule | What it asks for | From |
//! |---|---|---|
//! | `replace-change` | something to change beside the identifier | documented |
//! | `replace-size` | not both a quantity and an amount of money | documented |
//! | `replace-whole` | a whole quantity, unless the asset is known to be crypto | documented |
//! | `replace-trail-positive` | a trailing distance of more than 0 | documented |

mod advanced;
#[cfg(test)]
mod cases;
mod class;
mod extended_hours;
mod facts;
mod identity;
mod legs;
mod market;
mod price;
mod quantity;
mod replacing;
mod time_in_force;

use std::borrow::Cow;
use std::fmt;

use crate::Violation;

pub(crate) use facts::{Class, Facts, Hints};
pub(crate) use market::Market;
pub(crate) use replacing::{Change, applying as applying_to_change, broken as broken_by_change};

/// One rule: when it is held, and how.
struct Rule {
    id: &'static str,
    applies: fn(&Facts<'_>) -> bool,
    /// Called only where the rule applies.
    check: fn(&Facts<'_>, &mut Report<'_>),
}

/// Takes down what a rule finds.
struct Report<'a> {
    rule: &'static str,
    found: &'a mut Vec<Violation>,
}

impl Report<'_> {
    fn add(&mut self, field: impl Into<Cow<'static, str>>, message: impl fmt::Display) {
        self.found.push(Violation::new(field, self.rule, message));
    }
}

/// All rules of new orders, by subject, in the order of the tables above.
const TABLES: [&[Rule]; 8] = [
    identity::RULES,
    quantity::RULES,
    price::RULES,
    time_in_force::RULES,
    class::RULES,
    extended_hours::RULES,
    legs::RULES,
    advanced::RULES,
];

/// The ids of all rules, in the order of the tables: first those of new orders, then those that only
/// replacements have.
pub fn ids() -> impl Iterator<Item = &'static str> {
    let of_orders = TABLES.into_iter().flatten().map(|rule| rule.id);
    of_orders.chain(replacing::OWN)
}

/// Every violation of every rule; without any, nothing is allocated.
pub(crate) fn broken(facts: &Facts<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for rule in TABLES.into_iter().flatten() {
        if (rule.applies)(facts) {
            let mut report = Report {
                rule: rule.id,
                found: &mut found,
            };
            (rule.check)(facts, &mut report);
        }
    }
    found
}

/// The rules that apply, broken or not.
pub(crate) fn applying(facts: &Facts<'_>) -> Vec<&'static str> {
    TABLES
        .into_iter()
        .flatten()
        .filter(|rule| (rule.applies)(facts))
        .map(|rule| rule.id)
        .collect()
}
