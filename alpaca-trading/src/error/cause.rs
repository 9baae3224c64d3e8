//! What the service gave as its reason, as far as callers act on it.
//!
//! Alpaca's codes do not name reasons: dozens share `40310000`, and the same reason comes with one
//! code here and another there. So status, code and message are read together, by a table.

mod table;

use super::code::ErrorCode;
use table::TABLE;

/// Why the service refused, where it is one of the reasons that Alpaca is known to give.
///
/// A cause is read from the status, the code and the words of an answer. Alpaca promises to keep
/// status and code, not the words, so an answer may lose its cause when Alpaca words it anew; it then
/// gets the general one of its status. Match with a `_` arm, and treat a general cause as "refused
/// for some reason": the message has it in words.
///
/// | cause | usual answer | what helps |
/// | --- | --- | --- |
/// | [`InsufficientBuyingPower`](Self::InsufficientBuyingPower) | 403 | a smaller order; fewer open orders |
/// | [`InsufficientBalance`](Self::InsufficientBalance) | 403 | a smaller order; a deposit |
/// | [`InsufficientQuantity`](Self::InsufficientQuantity) | 403 | cancel the orders that hold the shares |
/// | [`BelowMinimumCost`](Self::BelowMinimumCost) | 403, 422 | a larger order |
/// | [`WashTrade`](Self::WashTrade) | 403 | cancel the opposite order; a bracket or OCO order |
/// | [`ConflictingOrder`](Self::ConflictingOrder) | 403 | wait for the other order, or cancel it |
/// | [`DuplicateClientOrderId`](Self::DuplicateClientOrderId) | 422 | look the order up by that id |
/// | [`IdempotencyKeyConflict`](Self::IdempotencyKeyConflict) | 422 | a new key |
/// | [`SubPenny`](Self::SubPenny) | 422 | round the price |
/// | [`OutsideHours`](Self::OutsideHours) | 403, 422 | send it when the window is open |
/// | [`NoQuote`](Self::NoQuote) | 403, 422 | a limit order; try later |
/// | [`NotShortable`](Self::NotShortable) | 403, 422 | sell no more than is held |
/// | [`NotFractionable`](Self::NotFractionable) | 403 | whole shares |
/// | [`AssetNotTradable`](Self::AssetNotTradable) | 422 | another asset or contract |
/// | [`LocateNotNeeded`](Self::LocateNotNeeded) | 400, 422 | sell short without a locate |
/// | [`AccountRestricted`](Self::AccountRestricted) | 403 | settings, permissions or support |
/// | [`PatternDayTrading`](Self::PatternDayTrading) | 403 | hold the position overnight |
/// | [`OrderNotFound`](Self::OrderNotFound) | 404 | – |
/// | [`PositionNotFound`](Self::PositionNotFound) | 404 | – |
/// | [`AssetNotFound`](Self::AssetNotFound) | 404, 422 | the symbol as Alpaca writes it |
/// | [`NotFound`](Self::NotFound) | 404 | – |
/// | [`NotCancelable`](Self::NotCancelable) | 422 | fetch the order |
/// | [`NotReplaceable`](Self::NotReplaceable) | 422 | fetch the order; wait until it is `new` |
/// | [`NothingToReplace`](Self::NothingToReplace) | 403, 422 | nothing: the order is as wanted |
/// | [`InvalidRequest`](Self::InvalidRequest) | 400, 422 | correct the request |
/// | [`Unauthorized`](Self::Unauthorized) | 401, 403 | the keys of this environment |
/// | [`Forbidden`](Self::Forbidden) | 403 | see the message |
/// | [`RateLimited`](Self::RateLimited) | 429 | send less |
/// | [`ServerError`](Self::ServerError) | 500 | find out whether it was done |
/// | [`Unavailable`](Self::Unavailable) | 408, 502, 503, 504 | find out whether it was done |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The order, the exercise or the locate costs more than the account has buying power for;
    /// stocks, options and cash for an exercise alike. The answer often says how much in the fields
    /// `buying_power` and `cost_basis`, for options `options_buying_power` or
    /// `required_options_buying_power`.
    InsufficientBuyingPower,
    /// Less is held of the currency that pays for a coin (US dollars, USDT, USDC) than the order needs.
    /// The fields are `balance` and `available`.
    InsufficientBalance,
    /// More is to be sold or delivered than is held and free, of coins too. What `held_for_orders`
    /// counts is reserved by other open orders; covered calls report `available_qty` and
    /// `required_qty`, coins `balance` and `available`.
    InsufficientQuantity,
    /// The order is worth less than the service takes: 1 USD, for crypto 10 USD.
    BelowMinimumCost,
    /// The order could trade with another open order of this account, which Alpaca forbids on paper
    /// accounts too. The field `existing_order_id` names the other order.
    WashTrade,
    /// Another open order or position of the account stands in the way, and it is not about a wash
    /// trade: a long is not opened while a short is being opened, nor the reverse.
    ConflictingOrder,
    /// There is an order with this client order id already, open or not: ids are never free again.
    /// After a repeated submission this means that the first one was accepted.
    DuplicateClientOrderId,
    /// The idempotency key was used for a different request.
    IdempotencyKeyConflict,
    /// The price has more decimals than its size allows: two from 1 USD on, four below.
    SubPenny,
    /// The order is not taken at this hour: outside the windows for the opening and the closing
    /// auction, or outside the session for market orders in options.
    OutsideHours,
    /// There is no quote to check the order against, or none for the locate.
    NoQuote,
    /// The account, the asset or the kind of order does not allow selling short.
    NotShortable,
    /// The asset cannot be traded in fractions of a share.
    NotFractionable,
    /// The asset is known but cannot be traded, or not be opened any more: inactive, expired, or
    /// about to expire.
    AssetNotTradable,
    /// The asset is easy to borrow, so that there is nothing to locate.
    LocateNotNeeded,
    /// The account may not trade this, or not at all: not authorized, not eligible, restricted to
    /// liquidation, suspended by its owner, or with fractional trading switched off.
    AccountRestricted,
    /// The order would be a day trade too many. Alpaca gave up this rule in June 2026; the cause is
    /// kept for answers recorded before.
    PatternDayTrading,
    /// The service does not know the order. An order may also be unknown because it was created a
    /// moment ago.
    OrderNotFound,
    /// The account holds no position in the asset.
    PositionNotFound,
    /// The service does not know the asset, symbol or contract.
    AssetNotFound,
    /// The service does not know what the request names, and it is neither an order, a position nor
    /// an asset; or the address itself does not exist.
    NotFound,
    /// The order can no longer be canceled: it is filled, canceled, expired, or being replaced.
    NotCancelable,
    /// The order cannot be replaced, or not at this moment: it is not at the exchange yet, no longer
    /// open, being replaced already, or filled beyond the new quantity.
    NotReplaceable,
    /// The replacement would change nothing.
    NothingToReplace,
    /// The request breaks a rule that has no cause of its own; the message says which.
    InvalidRequest,
    /// The keys are wrong, or belong to another environment: paper keys do not work for live accounts
    /// nor the reverse. Some hosts say this with a 403 that has no code.
    Unauthorized,
    /// Refused for a reason that has no cause of its own; the message says which.
    Forbidden,
    /// Too many requests in a short time. Nothing was done.
    RateLimited,
    /// The service failed. It may have carried out the request.
    ServerError,
    /// The service, or something on the way to it, was not available or too slow. The request may
    /// have been carried out.
    Unavailable,
}

impl Cause {
    /// The cause that an answer gives; `None` for a status that is no failure, or not the service's.
    ///
    /// The message may be empty, and it is not the service's own if the body gave none.
    pub(crate) fn of(status: u16, code: Option<&ErrorCode>, message: &str) -> Option<Self> {
        match status {
            401 => Some(Self::Unauthorized),
            408 | 502..=504 => Some(Self::Unavailable),
            429 => Some(Self::RateLimited),
            500..=599 => Some(Self::ServerError),
            // A proxy on the caller's side wants credentials: nothing was asked of the service.
            407 => None,
            400..=499 => Some(
                row_of(status, code, message)
                    .and_then(|row| TABLE.get(row))
                    .map_or_else(|| Self::of_status(status), |row| row.cause),
            ),
            _ => None,
        }
    }

    /// The general cause of a refusal that the table does not know.
    fn of_status(status: u16) -> Self {
        match status {
            403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            _ => Self::InvalidRequest,
        }
    }
}

/// The first row of the table that fits.
fn row_of(status: u16, code: Option<&ErrorCode>, message: &str) -> Option<usize> {
    let message = normal(message);
    TABLE
        .iter()
        .position(|row| row.fits(status, code, &message))
}

/// A message as the patterns are written: small letters, no full stop at the end.
fn normal(message: &str) -> String {
    let mut message = message.trim().to_ascii_lowercase();
    message.truncate(message.trim_end_matches('.').len());
    message
}

/// Whether an answer is surely Alpaca's own word that it has no such order.
///
/// On this word a submission is repeated, so it is taken from nobody else: not from a page of a
/// proxy, not from an address that does not exist, not from an empty body. The message must come from
/// a JSON body that arrived whole; [`ErrorBody::says_order_not_found`] sees to that as well.
///
/// [`ErrorBody::says_order_not_found`]: super::body::ErrorBody::says_order_not_found
pub(crate) fn is_clear_order_not_found(
    status: u16,
    code: Option<&ErrorCode>,
    message: &str,
) -> bool {
    const BEGINNING: &str = "order not found";
    const CODE: i64 = 40_410_000;
    let message = normal(message);
    let Some(rest) = message.strip_prefix(BEGINNING) else {
        return false;
    };
    // Documented: `order not found for <id>`. Recorded: nothing after it.
    let ends_there = rest.is_empty() || rest.starts_with([' ', ':', '.', ',']);
    status == 404 && ends_there && code.is_none_or(|code| *code == CODE)
}

/// The state that a refused cancellation names: `filled` in `order is already in "filled" state`.
pub(crate) fn cancel_state(message: &str) -> Option<&str> {
    const BEFORE: &str = "order is already in ";
    const AFTER: &str = " state";
    // Changing the case of ASCII letters moves nothing.
    let small = message.to_ascii_lowercase();
    let start = small.find(BEFORE)? + BEFORE.len();
    let length = small.get(start..)?.find(AFTER)?;
    let state = message
        .get(start..start + length)?
        .trim_matches(['"', '\'', '`', ' ']);
    let is_word = |text: &str| {
        text.chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    (!state.is_empty() && is_word(state)).then_some(state)
}

#[cfg(test)]
mod tests;
