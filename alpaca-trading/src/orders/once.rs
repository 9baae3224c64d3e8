//! Orders are submitted once.
//!
//! Every submission and every replacement carries a client order id, which the service accepts once in
//! the life of an account. After a failure that leaves open whether the order was accepted, the id is
//! looked up, and only a clear "not found" allows the same id to be sent again: if both arrive, the
//! service refuses the second.
//!
//! | the attempt ends in | what is known | what follows |
//! | --- | --- | --- |
//! | 2xx with the order | accepted | the order is returned |
//! | not connected, refused, deadline before sending | not sent | sent again by the transport, then an error, `NotSent` |
//! | 429 | not accepted | sent again by the transport after the wait that was asked for, then an error, `Rejected` |
//! | any other 4xx, no earlier attempt in doubt | not accepted | an error, `Rejected` |
//! | 422 "client_order_id must be unique", id made here or an earlier attempt in doubt | accepted before | looked up |
//! | the same for an id that the caller gave, first attempt | another order has it | an error, `Rejected` |
//! | reset, timeout, 300 to 306, 408, 460, 499, 5xx | in doubt | looked up |
//! | 2xx that is cut short, too long, does not decode or is about another order | in doubt, and most likely accepted | looked up, and never sent again |
//! | 4xx after an attempt in doubt | the earlier one may be the reason | looked up |
//!
//! | the look-up ends in | what follows |
//! | --- | --- |
//! | the order, as it was asked for | it is returned |
//! | an order with another symbol or side, or surely created before this call (the id was the caller's) | an error, `Rejected` |
//! | an order that differs otherwise, since the service cuts and rounds, or of which the clocks do not tell whether it was created before (the id was the caller's) | an error, `Unknown`, of kind `Unresolved` |
//! | a clear "not found", 404 with Alpaca's own words, after an attempt that ended in a 2xx | the same |
//! | the same after any other | the same id is sent again, as often as the policy allows |
//! | anything else, a 404 that is not Alpaca's, or "not found" by other keys than those it was sent with or of an id that the service may change (empty, with a blank at an end or a control character; sent only by a request that is not checked) | an error, `Unknown`, of kind `Unresolved` |
//!
//! Once an attempt is in doubt, only the order itself settles the matter: when the attempts or the time
//! run out, the error is `Unknown`, also if the last look-up did not find it. A request may be held up on
//! its way and still arrive. [`Orders::resolve`](super::Orders::resolve) asks again later.
//!
//! When the call began is reckoned by two clocks: one can be set, and the other stands still while the
//! machine sleeps. Created before is an order that is older by both, with ten seconds to spare.

use std::time::Duration;

use alpaca_trading_gen::types::{CreateOrderRequest, Order, PatchOrderRequest};
use chrono::TimeDelta;
use tokio::time::Instant;
use uuid::Uuid;

use super::client_order_id::is_kept;
use super::unresolved::{Trace, Unresolved, other_keys};
use crate::Client;
use crate::credentials::{Fingerprint, Keys};
use crate::error::{Cause, Error, ErrorKind, InOperation as _, Outcome, Result};
use crate::transport::{Moment, Side, Span, after};

/// Something that is to be accepted at most once, under its client order id.
pub(super) enum Act {
    Submit(Box<CreateOrderRequest>),
    Replace(Uuid, Box<PatchOrderRequest>),
}

impl Act {
    /// Sends it, and says which keys the last attempt was made with.
    async fn send(&self, client: &Client, deadline: Instant) -> (Result<Order>, Option<Keys>) {
        let (result, facts) = match self {
            Self::Submit(body) => {
                let call = client.raw().create_order().body((**body).clone());
                client.call_until(Some(deadline), call.send()).await
            }
            Self::Replace(id, body) => {
                let call = client.raw().replace_order().order_id(id.to_string());
                let call = call.body((**body).clone()).send();
                client.call_until(Some(deadline), call).await
            }
        };
        (result, facts.keys)
    }

    fn operation(&self) -> &'static str {
        match self {
            Self::Submit(_) => "create_order",
            Self::Replace(..) => "replace_order",
        }
    }

    fn client_order_id(&self) -> &str {
        let id = match self {
            Self::Submit(body) => &body.client_order_id,
            Self::Replace(_, body) => &body.client_order_id,
        };
        id.as_deref().unwrap_or_default()
    }

    fn trace(&self) -> Trace {
        let client_order_id = self.client_order_id().to_owned();
        match self {
            Self::Submit(_) => Trace::Submission { client_order_id },
            Self::Replace(id, _) => Trace::Replacement {
                order_id: *id,
                client_order_id,
            },
        }
    }

    /// Whether this order, which has the same id, is the one that was asked for by a call that began
    /// then, by the service's time if that is known.
    fn likeness(&self, order: &Order, begun: Option<Span>) -> Likeness {
        let likeness = match self {
            Self::Submit(body) => likeness(body, order),
            Self::Replace(id, _) => match order.replaces {
                Some(replaced) if replaced == *id => Likeness::Same,
                Some(_) => Likeness::Other,
                None => Likeness::Unclear,
            },
        };
        match begun.map(|begun| begun.shifted(-EARLIER).side_of(order.created_at)) {
            Some(Side::Before) => Likeness::Other,
            Some(Side::Unclear) if likeness == Likeness::Same => Likeness::Unclear,
            _ => likeness,
        }
    }
}

/// Whether an order is the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Likeness {
    Same,
    /// It differs in what the service never changes.
    Other,
    /// It differs in what the service has been seen to change: it cuts quantities of coins, rounds
    /// amounts, and makes a stop order a stop-limit order. Or the clocks do not tell whether it was
    /// created before.
    Unclear,
}

fn likeness(body: &CreateOrderRequest, order: &Order) -> Likeness {
    fn agree<T: PartialEq>(asked: Option<&T>, echoed: Option<&T>) -> bool {
        match (asked, echoed) {
            (Some(asked), Some(echoed)) => asked == echoed,
            _ => true,
        }
    }
    let symbol = match (&body.symbol, &order.symbol) {
        // An order may be placed by the id of its asset.
        (Some(asked), Some(echoed)) if Uuid::parse_str(asked).is_err() => {
            let bare = |text: &str| text.split(':').next().unwrap_or_default().replace('/', "");
            bare(asked).eq_ignore_ascii_case(&bare(echoed))
        }
        (Some(asked), _) => match Uuid::parse_str(asked) {
            Ok(asset) => agree(Some(&asset), order.asset_id.as_ref()),
            Err(_) => true,
        },
        (None, _) => true,
    };
    if !symbol || !agree(body.side.as_ref(), order.side.as_ref()) {
        return Likeness::Other;
    }
    let same = agree(Some(&body.type_), order.type_.as_ref())
        && agree(Some(&body.time_in_force), order.time_in_force.as_ref())
        && agree(body.qty.as_ref(), order.qty.as_ref())
        && agree(body.notional.as_ref(), order.notional.as_ref())
        && agree(body.limit_price.as_ref(), order.limit_price.as_ref())
        // The stop price of a trailing stop moves, and none was asked for.
        && agree(body.stop_price.as_ref(), order.stop_price.as_ref());
    match same {
        true => Likeness::Same,
        false => Likeness::Unclear,
    }
}

/// What a look-up found.
enum Found {
    Order(Box<Order>),
    /// The service says in so many words that it has no such order.
    Nothing,
    /// It could not be found out.
    Unclear(Error),
}

/// Sends until the act is known to be done, known to be refused, or the means are spent.
///
/// `given` says that the client order id is the caller's, who may have used it before.
pub(super) async fn perform(client: &Client, act: Act, given: bool) -> Result<Order> {
    settled(client, &act, given)
        .await
        .of(client, act.operation())
}

async fn settled(client: &Client, act: &Act, given: bool) -> Result<Order> {
    let policy = client.retry_policy();
    let deadline = after(
        Instant::now(),
        client.options().deadline.unwrap_or(policy.deadline()),
    );
    let begun = Moment::now(&client.pipeline().clock);
    let mut doubt = Doubt::default();
    let mut attempt = 1;
    client.remember_id(act.client_order_id());
    loop {
        let (result, keys) = act.send(client, deadline).await;
        let keys = keys.as_ref();
        let error = match result {
            // Of an id that the service may change, a success is all that can be asked for.
            Ok(order)
                if order.client_order_id == act.client_order_id()
                    || !is_kept(act.client_order_id()) =>
            {
                client.remember(&order);
                return Ok(order);
            }
            Ok(order) => {
                doubt.was_a_success = true;
                another(&order)
            }
            Err(error) => error,
        };
        let duplicate = error.cause() == Some(Cause::DuplicateClientOrderId);
        match error.outcome() {
            Outcome::Unknown => doubt.add(keys),
            Outcome::Rejected if duplicate && !given => doubt.add(keys),
            // Nothing is in doubt, and this attempt did nothing.
            Outcome::Rejected | Outcome::NotSent if !doubt.exists => return Err(error),
            Outcome::Rejected | Outcome::NotSent => {}
        }
        let is_success = |status: u16| (200..300).contains(&status);
        doubt.was_a_success |= error.status().is_some_and(is_success);
        let (found, asked_with) = look_up(client, act, deadline).await;
        let unresolved = |error: Error, reason: Option<&Error>| {
            let unresolved = Unresolved::new(act.trace(), client, doubt.sent_with());
            said_unresolved(error, unresolved, reason)
        };
        match found {
            Found::Order(order) => {
                let likeness = match given {
                    true => act.likeness(&order, begun.span(&client.pipeline().clock)),
                    false => Likeness::Same,
                };
                match likeness {
                    Likeness::Same => {
                        client.remember(&order);
                        return Ok(*order);
                    }
                    Likeness::Other => return Err(taken(error, &order)),
                    Likeness::Unclear => {
                        return Err(unresolved(error, Some(&differs(&order))));
                    }
                }
            }
            Found::Unclear(reason) => return Err(unresolved(error, Some(&reason))),
            // Another account may well not know the order.
            Found::Nothing if asked_with.is_none() || asked_with != doubt.sent_with() => {
                return Err(unresolved(error, Some(&other_keys())));
            }
            // What was a success was carried out, whatever can be found of it now.
            Found::Nothing if doubt.was_a_success => {
                return Err(unresolved(error, Some(&success_without_order())));
            }
            Found::Nothing => {}
        }
        let Some(wait) = client.jittered_wait(policy, attempt, deadline) else {
            return Err(unresolved(error, None));
        };
        tracing::warn!(
            client_order_id = act.client_order_id(),
            attempt,
            "the order was not accepted; the same id is sent again"
        );
        tokio::time::sleep(wait).await;
        attempt += 1;
    }
}

/// What is known of the attempts that may have been accepted.
#[derive(Default)]
struct Doubt {
    /// Whether there are any.
    exists: bool,
    /// The keys of the last.
    keys: Option<Fingerprint>,
    /// Whether they were made with several: then no answer to one of them speaks for all.
    several: bool,
    /// Whether one of them was answered with a success, whatever else came with it.
    was_a_success: bool,
}

impl Doubt {
    fn add(&mut self, keys: Option<&Keys>) {
        let keys = keys.map(Keys::fingerprint);
        self.several |= self.exists && self.keys != keys;
        self.exists = true;
        self.keys = keys;
    }

    /// The keys of all of them, if they are the same.
    fn sent_with(&self) -> Option<Fingerprint> {
        self.keys.filter(|_| !self.several)
    }
}

/// Asks for the order by its client order id.
///
/// To know is worth a few seconds beyond the deadline of the call.
async fn look_up(client: &Client, act: &Act, deadline: Instant) -> (Found, Option<Fingerprint>) {
    let patient = deadline.max(Instant::now() + LOOK_UP);
    let (result, keys) = find(client, act.client_order_id(), Some(patient)).await;
    let found = match result {
        Ok(Some(order)) => Found::Order(Box::new(order)),
        Ok(None) => Found::Nothing,
        Err(error) => Found::Unclear(error),
    };
    (found, keys.as_ref().map(Keys::fingerprint))
}

/// An order that was created this long before the call is not the call's.
const EARLIER: TimeDelta = TimeDelta::seconds(10);

/// How long a look-up may take at least.
const LOOK_UP: Duration = Duration::from_secs(10);

/// The order with this client order id, none when the service says clearly that it has none; and the
/// keys that were asked with.
pub(super) async fn find(
    client: &Client,
    client_order_id: &str,
    deadline: Option<Instant>,
) -> (Result<Option<Order>>, Option<Keys>) {
    let call = client
        .raw()
        .get_order_by_client_order_id()
        .client_order_id(client_order_id);
    let (result, facts) = client.call_until(deadline, call.send()).await;
    let result = match result {
        Ok(order) if order.client_order_id == client_order_id => Ok(Some(order)),
        Ok(order) => Err(another(&order)),
        Err(error) if error.says_order_not_found() && is_kept(client_order_id) => Ok(None),
        Err(error) if error.says_order_not_found() => Err(not_kept(error)),
        Err(error) => Err(error),
    };
    (result, facts.keys)
}

/// A success that is about another order.
fn another(order: &Order) -> Error {
    let message = format!(
        "the service answered with another order than the one that was asked for: {}",
        order.id
    );
    Error::new(ErrorKind::Decode, message).with(|repr| repr.outcome = Outcome::Unknown)
}

/// "Not found" says nothing of an order whose id the service may have changed.
fn not_kept(error: Error) -> Error {
    error.with(|repr| {
        repr.kind = ErrorKind::Unresolved;
        repr.outcome = Outcome::Unknown;
        repr.cause = None;
        repr.message = "by an id that the service may change no order is surely found".to_owned();
    })
}

fn differs(order: &Order) -> Error {
    let message = format!(
        "order {} has this id and is not quite, or not surely, what was asked for",
        order.id
    );
    Error::new(ErrorKind::Unresolved, message)
}

fn success_without_order() -> Error {
    let message = "the service called it a success and does not know it";
    Error::new(ErrorKind::Unresolved, message)
}

fn said_unresolved(last: Error, unresolved: Unresolved, look_up: Option<&Error>) -> Error {
    last.with(|repr| {
        let mut message = format!(
            "whether {unresolved} was accepted is not known: {}",
            repr.message
        );
        match look_up {
            Some(reason) => {
                message.push_str("; looking it up did not settle it: ");
                message.push_str(reason.message());
            }
            None => message.push_str("; the service did not know it a moment ago"),
        }
        repr.kind = ErrorKind::Unresolved;
        repr.outcome = Outcome::Unknown;
        // What a repeated attempt was refused for says nothing of the first.
        repr.cause = None;
        repr.message = message;
        repr.unresolved = Some(unresolved);
    })
}

fn taken(error: Error, order: &Order) -> Error {
    error.with(|repr| {
        repr.kind = ErrorKind::Answer;
        repr.outcome = Outcome::Rejected;
        repr.cause = Some(Cause::DuplicateClientOrderId);
        repr.message = format!(
            "the client order id `{}` belongs to another order, {}",
            order.client_order_id, order.id
        );
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_is_recognised_and_another_order_is_not() {
        let order: Order = serde_json::from_str(
            r#"{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","client_order_id":"x",
                "created_at":"2026-01-05T14:30:00Z","status":"new","order_class":"",
                "symbol":"BTC/USD","side":"buy","type":"limit","qty":"1.50","limit_price":"10"}"#,
        )
        .unwrap();
        let body = |symbol: &str, qty: &str| -> CreateOrderRequest {
            serde_json::from_value(serde_json::json!({
                "symbol": symbol, "side": "buy", "type": "limit", "time_in_force": "gtc",
                "qty": qty, "limit_price": "10.0"
            }))
            .unwrap()
        };
        for (symbol, quantity, expected) in [
            ("BTCUSD", "1.5", Likeness::Same),
            ("BTC/USD", "1.5", Likeness::Same),
            ("BTCUSD", "1.6", Likeness::Unclear),
            ("ETHUSD", "1.5", Likeness::Other),
        ] {
            assert_eq!(likeness(&body(symbol, quantity), &order), expected);
        }
        let act = Act::Submit(Box::new(body("BTCUSD", "1.5")));
        for (seconds, expected) in [
            (-60, Likeness::Same),
            (9, Likeness::Same),
            (11, Likeness::Other),
        ] {
            let begun = order.created_at + TimeDelta::seconds(seconds);
            let begun = Some(Span::between(begun, begun));
            assert_eq!(act.likeness(&order, begun), expected, "{seconds}");
        }
    }

    #[test]
    fn an_order_that_may_be_from_before_the_call_is_not_called_another() {
        let order: Order = serde_json::from_str(
            r#"{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","client_order_id":"x",
                "created_at":"2026-01-05T14:30:00Z","status":"new","order_class":"",
                "symbol":"AAPL","side":"buy","type":"market","qty":"1",
                "replaces":"904837e3-3b76-47ec-b432-046db621571b"}"#,
        )
        .unwrap();
        let submit = |symbol: &str| -> Act {
            let body = serde_json::json!({
                "symbol": symbol, "side": "buy", "type": "market", "time_in_force": "day", "qty": "1"
            });
            Act::Submit(serde_json::from_value(body).unwrap())
        };
        let replace = Act::Replace(order.replaces.unwrap(), Box::default());
        // By one clock the call began an hour before the other says: the machine has slept, or somebody
        // has set its clock.
        let begun = Span::between(
            order.created_at - TimeDelta::minutes(30),
            order.created_at + TimeDelta::minutes(30),
        );
        for (act, expected) in [
            (submit("AAPL"), Likeness::Unclear),
            (replace, Likeness::Unclear),
            (submit("TSLA"), Likeness::Other),
        ] {
            assert_eq!(act.likeness(&order, Some(begun)), expected);
        }
    }
}
