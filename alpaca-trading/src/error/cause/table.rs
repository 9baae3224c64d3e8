//! The reasons that Alpaca gives, by status, code and words.
//!
//! The first row that fits decides. A pattern is the whole message, in small letters and without a
//! full stop at its end; `*` stands for any text. The comment of a row says how sure its wording is:
//! *documented* by Alpaca, *recorded* from its service, or *used* by a published client that matches
//! on it. A row that names no code takes any, or none: the codes of one reason differ between
//! sources, and some answers leave them out.

use super::Cause;
use crate::error::code::ErrorCode;

/// One reason.
pub(super) struct Row {
    statuses: &'static [u16],
    code: Code,
    pub(super) pattern: &'static str,
    pub(super) cause: Cause,
}

enum Code {
    Any,
    Missing,
    Number(i64),
    Word(&'static str),
}

impl Row {
    /// Whether an answer gives this reason; the message as [`normal`](super::normal) makes it.
    pub(super) fn fits(&self, status: u16, code: Option<&ErrorCode>, message: &str) -> bool {
        let code_fits = match (&self.code, code) {
            (Code::Any, _) | (Code::Missing, None) => true,
            (Code::Number(number), Some(code)) => code == number,
            (Code::Word(word), Some(code)) => code == word,
            _ => false,
        };
        code_fits && self.statuses.contains(&status) && matches(self.pattern, message)
    }
}

/// Whether the whole text is what the pattern says, `*` standing for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, pattern)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = pattern.rsplit_once('*').unwrap_or(("", pattern));
    for part in middle.split('*') {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            // An empty part is found everywhere.
            None if part.is_empty() => {}
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The statuses of a refusal. The document gives 403 and 422 for orders, but not always the one that
/// is sent; 400 and 409 cost nothing to expect.
const REFUSED: &[u16] = &[400, 403, 409, 422];
/// What is not known is a 404 in a path and a 422 in a body.
const UNKNOWN: &[u16] = &[404, 422];
const FORBIDDEN: &[u16] = &[403];
const LOCATES: &[u16] = &[400, 403, 404, 409, 422];

const fn refused(pattern: &'static str, cause: Cause) -> Row {
    row(REFUSED, Code::Any, pattern, cause)
}

const fn unknown(pattern: &'static str, cause: Cause) -> Row {
    row(UNKNOWN, Code::Any, pattern, cause)
}

const fn locate(word: &'static str, cause: Cause) -> Row {
    row(LOCATES, Code::Word(word), "*", cause)
}

const fn row(statuses: &'static [u16], code: Code, pattern: &'static str, cause: Cause) -> Row {
    Row {
        statuses,
        code,
        pattern,
        cause,
    }
}

pub(super) static TABLE: &[Row] = &[
    // -- Keys. Everything with 401 is about them and needs no row.
    // Recorded, of a host that does not say 401; without a code, unlike every refusal of an order.
    row(FORBIDDEN, Code::Missing, "forbidden", Cause::Unauthorized),
    // Documented with 401 only.
    row(
        FORBIDDEN,
        Code::Number(40_110_000),
        "*",
        Cause::Unauthorized,
    ),
    // -- Money and shares.
    // Documented and used; with words in between for options, day trading and Regulation T.
    refused("insufficient*buying power*", Cause::InsufficientBuyingPower),
    // Documented in prose for the exercise of calls; the wording is a guess.
    refused("insufficient cash*", Cause::InsufficientBuyingPower),
    // Recorded, crypto: what pays (USD, USDT, USDC) is too little, or the coin that is sold.
    refused("insufficient balance for usd*", Cause::InsufficientBalance),
    refused("insufficient balance for *", Cause::InsufficientQuantity),
    // Without a name, more likely money than a coin.
    refused("insufficient balance*", Cause::InsufficientBalance),
    // Recorded and used; documented as `insufficient underlying qty …` for covered calls.
    refused("insufficient*qty*", Cause::InsufficientQuantity),
    // Recorded; 1 for stocks, 10 for crypto.
    refused(
        "cost basis must be >= minimal amount of order*",
        Cause::BelowMinimumCost,
    ),
    // Documented.
    refused("notional must be >= *", Cause::BelowMinimumCost),
    // -- Other orders of the account.
    // Documented and recorded with 40310000; used with 42210000.
    refused("*wash trade*", Cause::WashTrade),
    // Recorded as the field `reject_reason`, and used as if it were the message.
    refused("opposite side *order exists", Cause::WashTrade),
    // Documented.
    refused(
        "cannot open a long buy while a short sell order is open",
        Cause::ConflictingOrder,
    ),
    // Documented.
    refused(
        "cannot open a short sell while a long buy order is open",
        Cause::ConflictingOrder,
    ),
    // Documented.
    refused(
        "unable to open new notional orders while having open closing position orders",
        Cause::ConflictingOrder,
    ),
    // Documented and recorded, with 40010001 and with 42210000. Stars at both ends: a submission that
    // was accepted must not be taken for refused because of a word more.
    refused(
        "*client_order_id must be unique*",
        Cause::DuplicateClientOrderId,
    ),
    // -- Price and hour.
    // Documented and recorded: `invalid limit_price …` and `invalid stop_price …`.
    refused("*sub-penny increment*", Cause::SubPenny),
    // Documented.
    refused("opg orders must be submitted after *", Cause::OutsideHours),
    // Documented.
    refused("cls orders must be submitted after *", Cause::OutsideHours),
    // Documented.
    refused(
        "options market orders are only allowed during market hours",
        Cause::OutsideHours,
    ),
    // Documented.
    refused(
        "order has been rejected due to no available quote for symbol*",
        Cause::NoQuote,
    ),
    // -- What the asset allows.
    // Documented.
    refused("account is not allowed to short", Cause::NotShortable),
    // Documented and recorded: `asset "X" …`, and `fractional orders …`.
    refused("* cannot be sold short", Cause::NotShortable),
    // Recorded as `asset "X" …`, documented as `requested asset …`.
    refused("*asset * not fractionable", Cause::NotFractionable),
    // Documented.
    refused("asset * is not active", Cause::AssetNotTradable),
    // Documented; five wordings of a contract that is past.
    refused("contract * is expired", Cause::AssetNotTradable),
    refused("contract * is not active", Cause::AssetNotTradable),
    refused("contract * is not tradable", Cause::AssetNotTradable),
    refused("contract * expires soon*", Cause::AssetNotTradable),
    // -- What the account allows.
    // Documented.
    refused(
        "account is not authorized to trade*",
        Cause::AccountRestricted,
    ),
    // Documented, options.
    refused("account not authorized to trade*", Cause::AccountRestricted),
    // Documented, options: levels and kinds of contracts.
    refused("account not eligible *", Cause::AccountRestricted),
    // Documented.
    refused(
        "account is restricted to liquidation only",
        Cause::AccountRestricted,
    ),
    // Documented and used: the owner has suspended trading.
    refused(
        "new orders are rejected by user request",
        Cause::AccountRestricted,
    ),
    // Documented: a setting of the account, not a property of the asset.
    refused(
        "fractional trading is disabled for this account",
        Cause::AccountRestricted,
    ),
    // Documented and used, until June 2026; the code stands for nothing else.
    row(
        REFUSED,
        Code::Number(40_310_100),
        "*",
        Cause::PatternDayTrading,
    ),
    refused("*pattern day trading*", Cause::PatternDayTrading),
    // Documented with 403, which otherwise is not about the form of an order.
    refused(
        "oto orders do not support extended hours trading",
        Cause::InvalidRequest,
    ),
    // -- Unknown things.
    // Documented; recorded bare as well.
    row(&[404], Code::Any, "order not found*", Cause::OrderNotFound),
    // Documented and used.
    unknown("position does not exist*", Cause::PositionNotFound),
    // Documented, options.
    unknown("*position not found*", Cause::PositionNotFound),
    // Documented and used with 404.
    unknown("asset not found*", Cause::AssetNotFound),
    unknown("symbol not found*", Cause::AssetNotFound),
    unknown("option contract * not found", Cause::AssetNotFound),
    // Recorded with 422, on the submission of an order.
    unknown("asset * not found", Cause::AssetNotFound),
    // Documented with 422, on the submission of an order; the words in between vary.
    unknown("contract *not found", Cause::AssetNotFound),
    // -- Cancel and replace.
    // Recorded for orders, documented for legs.
    refused("*order is already in * state", Cause::NotCancelable),
    // Recorded.
    refused("original order pending replacement", Cause::NotCancelable),
    // Documented with 42210000, used with 403 and 40310000.
    refused("order parameters are not changed", Cause::NothingToReplace),
    // Documented: any status but new and partially_filled.
    refused("cannot replace order in * status", Cause::NotReplaceable),
    // Documented, with 40010001 and with 42210000: not at the exchange yet, or not open.
    refused("unable to replace order*", Cause::NotReplaceable),
    // Documented.
    refused("order already replaced", Cause::NotReplaceable),
    // Documented.
    refused("order chain not fully replaced", Cause::NotReplaceable),
    // Documented: the order was filled further while the replacement was under way.
    refused("qty must be > filled_qty", Cause::NotReplaceable),
    // -- Locates: documented, and the word alone says it.
    locate("insufficient_buying_power", Cause::InsufficientBuyingPower),
    locate("symbol_not_found", Cause::AssetNotFound),
    locate("security_not_found", Cause::AssetNotFound),
    locate("easy_to_borrow", Cause::LocateNotNeeded),
    // On the regulator's list of failed deliveries: nothing is lent.
    locate("threshold_security", Cause::NotShortable),
    // Nothing is lent while the shares are being exchanged.
    locate("corporate_action", Cause::NotShortable),
    locate("quote_unavailable", Cause::NoQuote),
    locate("idempotency_key_conflict", Cause::IdempotencyKeyConflict),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, text, fits) in [
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("abc*", "abc", true),
            ("abc*", "abcd", true),
            ("*bcd", "abcd", true),
            ("*bcd", "bcde", false),
            ("*b*", "abc", true),
            ("*b*", "ac", false),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abcd", false),
            ("a*b*c*d", "a-b-b-c-c-d", true),
            ("a*b*c*d", "a-c-b-d", false),
            // No part is matched twice.
            ("ab*ba", "aba", false),
            ("a*b*b", "ab", false),
            ("a*aa*a", "aaa", false),
            ("a*aa*a", "aaaa", true),
            ("*", "", true),
            ("**", "x", true),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn patterns_are_written_as_messages_are_read() {
        for row in TABLE {
            assert_eq!(row.pattern, super::super::normal(row.pattern));
            assert!(!row.pattern.is_empty() && !row.statuses.is_empty());
        }
    }
}
