//! Closing a position, once.
//!
//! Closing places an order that carries no id of the caller's, so nothing keeps the service from
//! placing it twice. What is in doubt is therefore never sent again: it is looked for in the list of
//! orders.
//!
//! | the attempt ends in | what is known | what follows |
//! | --- | --- | --- |
//! | 2xx that decodes | placed | the order is returned |
//! | not connected, refused, deadline before sending | not sent | sent again by the transport, then an error, `NotSent` |
//! | 429 | not placed | sent again by the transport after the wait that was asked for, then an error, `Rejected` |
//! | 307, 308, any other 4xx than those below | not placed | an error, `Rejected` |
//! | reset, timeout, 300 to 306, 408, 460, 499, 5xx, body cut short, too long, 2xx that does not decode | in doubt | the orders since then are read |
//!
//! | the orders since then | what follows |
//! | --- | --- |
//! | exactly one market order for the symbol, and the quantity if one was given, that this client has not placed otherwise | it is returned |
//! | one that may as well be that of another closing by this client, whose answer is not there either | an error, `Unknown`, of kind `Unresolved` |
//! | none, several, or they cannot be read | the same |
//!
//! Placed otherwise are the orders that this client has submitted, whatever became of them, and those
//! that other calls have returned. The service's time when the request was sent is known to about two
//! seconds, and a request that was given up may arrive up to a minute later. An order for the same symbol
//! that another program places at the market in that time cannot be told apart.

use std::future::IntoFuture;
use std::time::Duration;

use alpaca_trading_gen::types::{self, Order, OrderClass, OrderType, PositionIntent};
use alpaca_trading_gen::{BoxFuture, DateOrTime, DecimalParameter};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use tokio::time::Instant;
use uuid::Uuid;

use crate::Client;
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::orders::{Closing, HELD_UP, Trace, Unresolved, refused};
use crate::{Symbol, Violation};

/// How well the service's time is known when its answers carry it.
const SLACK: TimeDelta = TimeDelta::seconds(2);

/// How long the orders are looked for at least.
const LOOK_UP: Duration = Duration::from_secs(10);

/// The closing of a position: all of it, unless a part is named. Sent when it is awaited.
///
/// # Examples
///
/// ```no_run
/// use alpaca_trading::dec;
///
/// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
/// let order = client.positions().close("BTC/USD").percentage(dec!(50)).await?;
/// println!("{} is {:?}", order.id, order.status);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct ClosePosition {
    client: Client,
    symbol: Symbol,
    quantity: Option<Decimal>,
    percentage: Option<Decimal>,
}

impl ClosePosition {
    pub(super) fn new(client: Client, symbol: Symbol) -> Self {
        Self {
            client,
            symbol,
            quantity: None,
            percentage: None,
        }
    }

    /// Closes this many shares, coins or contracts: more than zero, with at most 9 decimals.
    pub fn quantity(mut self, quantity: impl Into<Decimal>) -> Self {
        self.quantity = Some(quantity.into());
        self
    }

    /// Closes this part of the position, in percent: more than 0 and at most 100, with at most 9
    /// decimals. A fractional sale results only if the position was fractional already.
    pub fn percentage(mut self, percent: impl Into<Decimal>) -> Self {
        self.percentage = Some(percent.into());
        self
    }

    fn check(&self) -> Result<()> {
        let mut violations = Vec::new();
        if let Err(violation) = self.symbol.check() {
            violations.push(violation);
        }
        let mut check = |name: &'static str, value: Option<Decimal>, most: Option<Decimal>| {
            let Some(value) = value else { return };
            if value <= Decimal::ZERO {
                violations.push(Violation::new(
                    name,
                    "positive",
                    format!("{value} is not above 0"),
                ));
            }
            if most.is_some_and(|most| value > most) {
                violations.push(Violation::new(
                    name,
                    "percentage",
                    format!("{value} is above 100"),
                ));
            }
            if value.normalize().scale() > 9 {
                let message = format!("{value} has more than 9 decimals");
                violations.push(Violation::new(name, "decimals", message));
            }
        };
        check("quantity", self.quantity, None);
        check("percentage", self.percentage, Some(Decimal::ONE_HUNDRED));
        if self.quantity.is_some() && self.percentage.is_some() {
            violations.push(Violation::new(
                "percentage",
                "quantity-or-percentage",
                "excludes a quantity".to_owned(),
            ));
        }
        match violations.is_empty() {
            true => Ok(()),
            false => Err(refused(&self.client, "close_position", violations)),
        }
    }

    /// Closes the position.
    ///
    /// The order is a market order on the opposite side, good for the day, for crypto until it is
    /// canceled. It is sent at most once; see the [tables of the module](crate::positions::closing).
    ///
    /// # Errors
    ///
    /// `is_invalid` when the symbol, the quantity or the percentage cannot be right, before anything is
    /// sent; `is_not_found` when there is no position; `is_insufficient_quantity` when open orders hold
    /// what is to be closed, and the other refusals of an order. With `is_unresolved` the order may
    /// have been placed, and could not be told from others: what
    /// [`unresolved`](crate::Error::unresolved) gives can be settled. With any other error none was
    /// placed.
    pub async fn send(self) -> Result<Order> {
        self.check()?;
        let client = &self.client;
        let symbol = self.symbol.compact().into_owned();
        // The service takes `AAPL:NASDAQ` too, and answers `AAPL`.
        let bare = symbol.split(':').next().unwrap_or_default().to_owned();
        let started = Instant::now();
        let under_way = client.begin_closing(Some(&bare), self.quantity);
        let mut closing = Closing {
            number: under_way.number(),
            symbol: bare,
            offset: None,
            sent: under_way.sent(),
            ended: None,
            quantity: self.quantity,
            others: Vec::new(),
        };
        let mut call = client.raw().close_position().symbol_or_asset_id(symbol);
        if let Some(quantity) = self.quantity {
            call = call.qty(DecimalParameter::from(quantity));
        }
        if let Some(percentage) = self.percentage {
            call = call.percentage(DecimalParameter::from(percentage));
        }
        let clock = std::time::Instant::now();
        let error = match client.call(call.send()).await {
            Ok(order) => {
                client.remember(&order);
                under_way.settled();
                return Ok(order);
            }
            Err(error) if error.outcome() != Outcome::Unknown => {
                under_way.settled();
                return Err(error);
            }
            Err(error) => error,
        };
        // By the clock as it is now, should somebody have set it meanwhile.
        closing.sent = sent_before(clock);
        let policy = client.retry_policy();
        let deadline = client.options().deadline.unwrap_or(policy.deadline());
        let left = deadline.saturating_sub(started.elapsed()).max(LOOK_UP);
        let found = find(&client.with_deadline(left), &closing).await;
        closing.sent = sent_before(clock);
        closing.ended = Some(Utc::now());
        // Whoever sets this machine's clock right before asking again must not move the window.
        closing.offset = client.clock_offset();
        // Whoever asks later may do so with another client, which does not know these.
        closing.others = client.known_orders(closing.number);
        match found {
            Ok(Some(order)) => Ok(order),
            Ok(None) => Err(unresolved(error, closing, None)),
            Err(reason) => Err(unresolved(error, closing, Some(&reason))),
        }
    }
}

impl IntoFuture for ClosePosition {
    type Output = Result<Order>;
    type IntoFuture = BoxFuture<'static, Result<Order>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// This machine's time at an instant, by the clock as it is now.
fn sent_before(instant: std::time::Instant) -> DateTime<Utc> {
    Utc::now() - TimeDelta::from_std(instant.elapsed()).unwrap_or_default()
}

/// The one order that can be the closing one; none when the list has none.
pub(crate) async fn find(client: &Client, closing: &Closing) -> Result<Option<Order>> {
    let asset = Uuid::parse_str(&closing.symbol).ok();
    // Without a word of the service's about its time, a wide window is read and then judged.
    let known = closing.offset.or(client.clock_offset());
    let offset = known.unwrap_or(-TimeDelta::days(1));
    let mut call = client
        .raw()
        .list_orders()
        .status(types::ListOrdersStatus::All)
        .after(DateOrTime::from(closing.sent + offset - SLACK))
        .direction(types::ListOrdersDirection::Asc)
        .limit(MOST);
    if let (Some(ended), Some(offset)) = (closing.ended, known) {
        call = call.until(DateOrTime::from(ended + offset + HELD_UP + SLACK));
    }
    if asset.is_none() {
        call = call.symbols(closing.symbol.clone());
    }
    let orders = client.call_rows(call.send()).await?;
    if let Some(row) = orders.undecodable().first() {
        // The order that is looked for may be the one that cannot be read.
        return Err(row.error().clone());
    }
    if i64::try_from(orders.total()).is_ok_and(|total| total >= MOST) {
        return Err(unclear(
            "so many orders were placed since then that not all of them could be read",
        ));
    }
    let Some(offset) = closing.offset.or(client.clock_offset()) else {
        return Err(unclear(
            "the service does not tell its time, so that no order can be told from an earlier one",
        ));
    };
    let since = closing.sent + offset - SLACK;
    let until = closing.ended.map(|ended| ended + offset + HELD_UP);
    let candidates: Vec<Order> = orders
        .into_iter()
        .filter(|order| {
            let submitted_at = order.submitted_at.unwrap_or(order.created_at);
            is_for(order, &closing.symbol, asset)
                && can_close(order)
                && submitted_at >= since
                && until.is_none_or(|until| submitted_at <= until)
                && !closing.others.contains(&order.id)
        })
        .collect();
    let Some(asked) = closing.quantity else {
        return client.claim(closing, candidates);
    };
    let (exact, others): (Vec<Order>, Vec<Order>) = candidates
        .into_iter()
        .partition(|order| order.qty.is_none_or(|quantity| quantity == asked));
    match client.claim(closing, exact)? {
        Some(order) => Ok(Some(order)),
        // The service cuts quantities of coins, so that a slightly smaller order may be the one.
        None => match others.iter().find(|order| is_cut(order, asked)) {
            None => Ok(None),
            Some(order) => {
                let quantity = order.qty.unwrap_or_default();
                Err(unclear(format!(
                    "order {} may be the one, but is for {quantity} instead of {asked}",
                    order.id
                )))
            }
        },
    }
}

/// The most orders that one answer has.
const MOST: i64 = 500;

fn is_for(order: &Order, symbol: &str, asset: Option<Uuid>) -> bool {
    match asset {
        Some(asset) => order.asset_id == Some(asset),
        None => order
            .symbol
            .as_deref()
            .is_some_and(|echoed| echoed.replace('/', "").eq_ignore_ascii_case(symbol)),
    }
}

/// Whether an order is of the kind that closing a position places.
fn can_close(order: &Order) -> bool {
    let opens = matches!(
        order.position_intent,
        Some(PositionIntent::BuyToOpen | PositionIntent::SellToOpen)
    );
    let at_the_market = order
        .type_
        .as_ref()
        .is_none_or(|kind| *kind == OrderType::Market);
    at_the_market
        && !opens
        && order.order_class == OrderClass::Simple
        && order.legs.is_empty()
        && order.replaces.is_none()
}

/// Whether an order may be for this quantity, cut to what the asset is traded in.
fn is_cut(order: &Order, asked: Decimal) -> bool {
    let cut = |quantity| {
        // Divided, not multiplied: quantities may be as large as a decimal can be.
        asked.checked_sub(quantity).is_some_and(|missing| {
            missing > Decimal::ZERO && missing <= asked / Decimal::ONE_HUNDRED
        })
    };
    order.qty.is_some_and(cut)
}

fn unclear(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unresolved, message).with(|repr| repr.outcome = Outcome::Unknown)
}

fn unresolved(last: Error, closing: Closing, look_up: Option<&Error>) -> Error {
    let unresolved = Unresolved::new(Trace::Closing(closing));
    last.with(|repr| {
        let mut message = format!(
            "whether {unresolved} was placed is not known: {}",
            repr.message
        );
        match look_up {
            Some(reason) => {
                message.push_str("; the orders do not tell: ");
                message.push_str(reason.message());
            }
            None => message.push_str("; the list of orders did not have it a moment ago"),
        }
        repr.kind = ErrorKind::Unresolved;
        repr.outcome = Outcome::Unknown;
        repr.cause = None;
        repr.message = message;
        repr.unresolved = Some(unresolved);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_may_have_been_cut_a_little_and_has_no_size_that_is_too_large() {
        let is_cut = |placed: Decimal, asked: Decimal| {
            let order = format!(
                r#"{{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","client_order_id":"x",
                    "created_at":"2026-01-05T14:30:00Z","status":"new","order_class":"",
                    "qty":"{placed}"}}"#
            );
            is_cut(&serde_json::from_str(&order).unwrap(), asked)
        };
        let largest = Decimal::from_i128_with_scale(9_999_999_999_999_999_999_999_999_999, 0);
        for (placed, asked, expected) in [
            ("0.123456", "0.1234567", true),
            ("0.1234567", "0.1234567", false),
            ("0.12", "0.1234567", false),
            ("2", "1", false),
        ] {
            let (placed, asked) = (placed.parse().unwrap(), asked.parse().unwrap());
            assert_eq!(is_cut(placed, asked), expected, "{placed} {asked}");
        }
        assert!(!is_cut(Decimal::ONE, largest));
        assert!(!is_cut(-largest, largest));
    }
}
