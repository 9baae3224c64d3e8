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
//! | one for less than the quantity that was given, which the service may have cut | the same |
//! | one of which the clocks do not tell whether it is from the time of the call | the same |
//! | whatever they are, when they were read with other keys than those that closed | the same |
//! | none, several, or they cannot be read | the same |
//!
//! Placed otherwise are the orders that this client has submitted, whatever became of them, and those
//! that other calls have returned. A request that was given up may arrive up to a minute later. An order
//! for the same symbol that another program places at the market in that time cannot be told apart.
//!
//! When the request was sent is reckoned by two clocks, one of which can be set, while the other stands
//! still as long as the machine sleeps; and the service's clock is known between two bounds. Mostly all of
//! that lies within two seconds, which are allowed for. Otherwise an order from the time in between is
//! neither taken nor denied.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use alpaca_trading_gen::types::{self, Order, OrderClass, OrderType, PositionIntent};
use alpaca_trading_gen::{BoxFuture, DateOrTime, DecimalParameter};
use chrono::TimeDelta;
use rust_decimal::Decimal;
use tokio::time::Instant;
use uuid::Uuid;

use crate::Client;
use crate::credentials::{Fingerprint, Keys};
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::orders::{Candidate, Closing, Doubt, HELD_UP, Trace, Unresolved, other_keys, refused};
use crate::transport::{Moment, Side, Span};
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
            begun: under_way.sent(),
            since: None,
            ended: None,
            until: None,
            quantity: self.quantity,
            others: Arc::default(),
        };
        let mut call = client.raw().close_position().symbol_or_asset_id(symbol);
        if let Some(quantity) = self.quantity {
            call = call.qty(DecimalParameter::from(quantity));
        }
        if let Some(percentage) = self.percentage {
            call = call.percentage(DecimalParameter::from(percentage));
        }
        let (result, facts) = client.call_with_facts(call.send()).await;
        let error = match result {
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
        let sent_with = facts.keys.as_ref().map(Keys::fingerprint);
        let policy = client.retry_policy();
        let deadline = client.options().deadline.unwrap_or(policy.deadline());
        let left = deadline.saturating_sub(started.elapsed()).max(LOOK_UP);
        let found = find(&client.with_deadline(left), &closing, sent_with).await;
        let clock = &client.pipeline().clock;
        let ended = Moment::now(clock);
        closing.ended = Some(ended);
        closing.since = closing.begun.span(clock);
        closing.until = ended.span(clock);
        // Whoever asks later may do so with another client, which does not know these.
        closing.others = client.known_orders(closing.number);
        let reason = match found {
            Ok(Some(order)) => return Ok(order),
            Ok(None) => None,
            Err(reason) => Some(reason),
        };
        let unresolved = Unresolved::new(Trace::Closing(closing), client, sent_with);
        Err(said_unresolved(error, unresolved, reason.as_ref()))
    }
}

impl IntoFuture for ClosePosition {
    type Output = Result<Order>;
    type IntoFuture = BoxFuture<'static, Result<Order>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// The one order that can be the closing one; none when the list has none.
///
/// The orders of other keys than those that it was closed with may be those of another account, which say
/// nothing.
pub(crate) async fn find(
    client: &Client,
    closing: &Closing,
    sent_with: Option<Fingerprint>,
) -> Result<Option<Order>> {
    let asset = Uuid::parse_str(&closing.symbol).ok();
    // Without a word of the service's about its time, a wide window is read and then judged.
    let known = Window::of(closing, client);
    let after = match &known {
        Some(window) => window.since.earliest(),
        None => closing.begun.wall() - TimeDelta::days(1),
    };
    let mut call = client
        .raw()
        .list_orders()
        .status(types::ListOrdersStatus::All)
        .after(DateOrTime::from(after))
        .direction(types::ListOrdersDirection::Asc)
        .limit(MOST);
    if let Some(until) = known.and_then(|window| window.until) {
        // Bounds are exclusive.
        call = call.until(DateOrTime::from(until.latest() + SLACK));
    }
    if asset.is_none() {
        call = call.symbols(closing.symbol.clone());
    }
    let (orders, facts) = client.call_rows_with_facts(call.send()).await;
    let orders = orders?;
    let asked_with = facts.keys.as_ref().map(Keys::fingerprint);
    if asked_with.is_none() || asked_with != sent_with {
        return Err(other_keys());
    }
    if let Some(row) = orders.undecodable().first() {
        // The order that is looked for may be the one that cannot be read.
        return Err(row.error().clone());
    }
    if i64::try_from(orders.total()).is_ok_and(|total| total >= MOST) {
        return Err(unclear(
            "so many orders were placed since then that not all of them could be read",
        ));
    }
    let Some(window) = Window::of(closing, client) else {
        return Err(unclear(
            "the service does not tell its time, so that no order can be told from an earlier one",
        ));
    };
    let candidates = orders.into_iter().filter_map(|order| {
        let is_possible = is_for(&order, &closing.symbol, asset) && can_close(&order);
        let doubt = match (
            is_possible,
            window.has(&order),
            fits(&order, closing.quantity),
        ) {
            (false, ..) | (_, Fit::No, _) | (.., Fit::No) => return None,
            // Less than was asked for is the lesser claim.
            (.., Fit::Perhaps) => Some(Doubt::Quantity),
            (_, Fit::Perhaps, Fit::Yes) => Some(Doubt::Time),
            (_, Fit::Yes, Fit::Yes) => None,
        };
        Some(Candidate { order, doubt })
    });
    client.claim(closing, candidates.collect())
}

/// Whether an order can be the one, as far as one property goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Yes,
    No,
    Perhaps,
}

/// The time in which the order of a closing was submitted, by the service's clock.
#[derive(Clone, Copy)]
struct Window {
    since: Span,
    /// None while the call is under way.
    until: Option<Span>,
}

impl Window {
    /// As it was known when the call ended, and as it is known now; none as long as the service does not
    /// tell its time.
    fn of(closing: &Closing, client: &Client) -> Option<Self> {
        let clock = &client.pipeline().clock;
        let known = |then: Option<Span>, moment: &Moment| {
            let now = moment.span(clock);
            then.map(|then| then.narrowed(now)).or(now)
        };
        let since = known(closing.since, &closing.begun)?;
        let until = closing.ended.as_ref();
        let until = until.and_then(|ended| known(closing.until, ended));
        Some(Self {
            since: since.shifted(-SLACK),
            until: until.map(|until| until.shifted(HELD_UP)),
        })
    }

    fn has(&self, order: &Order) -> Fit {
        let submitted_at = order.submitted_at.unwrap_or(order.created_at);
        let end = self.until.map(|until| until.side_of(submitted_at));
        match (self.since.side_of(submitted_at), end) {
            (Side::Before, _) | (_, Some(Side::After)) => Fit::No,
            (Side::Unclear, _) | (_, Some(Side::Unclear)) => Fit::Perhaps,
            (Side::After, _) => Fit::Yes,
        }
    }
}

/// Whether an order can be for this quantity. The service cuts quantities of coins to what the asset is
/// traded in, which may be much, and never makes one larger.
fn fits(order: &Order, asked: Option<Decimal>) -> Fit {
    match (order.qty, asked) {
        (Some(placed), Some(asked)) if placed > asked || placed <= Decimal::ZERO => Fit::No,
        (Some(placed), Some(asked)) if placed < asked => Fit::Perhaps,
        _ => Fit::Yes,
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

fn unclear(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unresolved, message).with(|repr| repr.outcome = Outcome::Unknown)
}

fn said_unresolved(last: Error, unresolved: Unresolved, look_up: Option<&Error>) -> Error {
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

    fn order(changes: serde_json::Value) -> Order {
        let mut order = serde_json::json!({
            "id": "61e69015-8549-4bfd-b9c3-01e75843f47d", "client_order_id": "x", "status": "new",
            "created_at": "2026-01-05T14:30:00Z", "order_class": "",
        });
        let changes = changes.as_object().unwrap().clone();
        order.as_object_mut().unwrap().extend(changes);
        serde_json::from_value(order).unwrap()
    }

    #[test]
    fn a_quantity_may_have_been_cut_and_has_no_size_that_is_too_large() {
        let fits = |placed: Decimal, asked: Decimal| {
            let order = order(serde_json::json!({"qty": placed.to_string()}));
            fits(&order, Some(asked))
        };
        let largest = Decimal::from_i128_with_scale(9_999_999_999_999_999_999_999_999_999, 0);
        for (placed, asked, expected) in [
            ("0.123456", "0.1234567", Fit::Perhaps),
            ("0.1234567", "0.1234567", Fit::Yes),
            ("0.12", "0.1234567", Fit::Perhaps),
            ("1", "1.9", Fit::Perhaps),
            ("0", "1", Fit::No),
            ("2", "1", Fit::No),
        ] {
            let (placed, asked) = (placed.parse().unwrap(), asked.parse().unwrap());
            assert_eq!(fits(placed, asked), expected, "{placed} {asked}");
        }
        assert_eq!(fits(Decimal::ONE, largest), Fit::Perhaps);
        assert_eq!(fits(-largest, largest), Fit::No);
    }

    #[test]
    fn only_what_is_surely_from_another_time_is_left_out() {
        let window = |until: Option<(i64, i64)>| {
            let start = order(serde_json::json!({})).created_at;
            let span = |(earliest, latest)| {
                let at = |seconds| start + TimeDelta::seconds(seconds);
                Span::between(at(earliest), at(latest))
            };
            Window {
                since: span((0, 1_800)),
                until: until.map(span),
            }
        };
        for (minute, under_way, ended) in [
            (29, Fit::No, Fit::No),
            (30, Fit::Perhaps, Fit::Perhaps),
            (59, Fit::Perhaps, Fit::Perhaps),
            (60, Fit::Yes, Fit::Yes),
            (61, Fit::Yes, Fit::Perhaps),
            (62, Fit::Yes, Fit::No),
        ] {
            let hour = 14 + minute / 60;
            let at = format!("2026-01-05T{hour}:{:02}:00Z", minute % 60);
            let order = order(serde_json::json!({"submitted_at": at}));
            assert_eq!(window(None).has(&order), under_way, "{minute}");
            let until = Some((1_860, 1_920));
            assert_eq!(window(until).has(&order), ended, "{minute}");
        }
    }
}
