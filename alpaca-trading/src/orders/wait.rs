//! Waiting until an order is where it should be.

mod condition;
mod nudge;

use std::collections::HashSet;
use std::time::Duration;

use alpaca_trading_gen::types::Order;
use rust_decimal::Decimal;
use tokio::time::Instant;
use uuid::Uuid;

use super::Orders;
use crate::error::{Error, ErrorKind, InOperation as _, Outcome, Result};
pub use condition::Condition;
use condition::Verdict;
use nudge::Nudge;

/// The first pause between two looks at an order; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long the first look may take, however little time there is.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// How often in a row an order may be missing: one that was placed just now may not be found at once.
const MISSING: u32 = 3;

/// The longest that is waited; more than that cannot be told from for ever.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

impl Orders {
    /// Waits until an order is where it should be, for at most `timeout`, and returns it.
    ///
    /// The order is read again and again: after a quarter of a second, then after pauses that grow to two
    /// seconds. Each look counts against the rate limit. While the program has a stream of order updates of
    /// this client open ([`trade_updates`](crate::Client::trade_updates), with the feature `stream`), it is
    /// the stream that tells, at once, and the order is read every ten seconds only, and once more when the
    /// time is over, for which that look may take a second longer. An order that was replaced is followed to its
    /// successor, so the order that comes back may have another id. Reads that fail for a passing reason
    /// do not end the waiting.
    ///
    /// # Errors
    ///
    /// Of kind [`WaitTimeout`](ErrorKind::WaitTimeout) when the time is over, and of kind
    /// [`Unreachable`](ErrorKind::Unreachable) as soon as the condition can no longer come true, as when
    /// the order is canceled while it should be filled; both with the status in the message. To get the
    /// order at its end whatever that is, wait for [`Condition::Done`]. Reads that fail for good end the waiting with their own error: `is_not_found`
    /// when there is no such order, `is_unauthorized`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use alpaca_trading::orders::Condition;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// # let order_id = alpaca_trading::Uuid::nil();
    /// let orders = client.orders();
    /// match orders.wait_for(order_id, Condition::Filled, Duration::from_secs(30)).await {
    ///     Ok(order) => println!("filled at {:?}", order.filled_avg_price),
    ///     Err(error) if error.is_timeout() => orders.cancel(order_id).await?,
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`get_order`](alpaca_trading_gen::Client::get_order).
    pub async fn wait_for(
        &self,
        order_id: Uuid,
        condition: Condition,
        timeout: Duration,
    ) -> Result<Order> {
        let client = &self.client;
        let usual = client
            .options()
            .deadline
            .unwrap_or(client.retry_policy().deadline());
        let look = |id: Uuid, left: Duration| {
            let patient = client.with_deadline(left.min(usual));
            async move {
                let call = patient.raw().get_order().order_id(id);
                patient.call(call.send()).await
            }
        };
        // Listened to before the first look, so that nothing happens between the two.
        let nudge = Nudge::of(client);
        wait(look, nudge, order_id, &condition, timeout)
            .await
            .of(client, "get_order")
    }
}

/// Looks at the order until the condition is met, cannot be met any more, or the time is over.
async fn wait<F, Look>(
    mut look: F,
    mut nudge: Nudge,
    order_id: Uuid,
    condition: &Condition,
    timeout: Duration,
) -> Result<Order>
where
    F: FnMut(Uuid, Duration) -> Look,
    Look: Future<Output = Result<Order>>,
{
    let started = Instant::now();
    let timeout = timeout.min(LONGEST_WAIT);
    let left = || timeout.saturating_sub(started.elapsed());
    let mut id = order_id;
    let mut followed = HashSet::from([id]);
    let mut patience = left().max(FIRST_LOOK);
    let mut pause = FIRST_PAUSE;
    let mut missing = 0;
    let mut seen: Option<Order> = None;
    let mut told: Option<Order> = None;
    // Whether the order has not been read for longer than usual, since the stream would have told.
    let mut unread = false;
    loop {
        let found = match told.take() {
            Some(order) => Ok(order),
            None => {
                unread = false;
                tokio::select! {
                    biased;
                    order = nudge.order(id) => Ok(order),
                    found = look(id, patience) => found,
                }
            }
        };
        let failure = match found {
            Ok(order) => {
                missing = 0;
                match condition.judge(&order) {
                    Verdict::Met => return Ok(order),
                    Verdict::Impossible => return Err(impossible(&order, order_id, condition)),
                    Verdict::Follow(next) if followed.insert(next) => {
                        id = next;
                        pause = Duration::ZERO;
                    }
                    Verdict::Follow(_) | Verdict::Waiting => {}
                }
                seen = Some(order);
                None
            }
            Err(error) => {
                missing = match error.status() {
                    Some(404) => missing + 1,
                    _ => 0,
                };
                if missing >= MISSING || !is_passing(&error) {
                    return Err(error);
                }
                Some(error)
            }
        };
        // What the stream has told before it cannot tell again: only an order that was seen is left to it.
        let wait = match failure {
            None => nudge.pause(pause),
            Some(_) => pause,
        };
        unread |= wait > pause;
        told = tokio::time::timeout(wait.min(left()), nudge.order(id))
            .await
            .ok();
        if told.is_none() {
            pause = (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        }
        patience = left();
        if patience.is_zero() && told.is_none() {
            if unread {
                // One look, in case the stream has not told everything.
                patience = FIRST_LOOK;
                continue;
            }
            return Err(too_late(
                id,
                seen.as_ref(),
                failure.as_ref(),
                condition,
                timeout,
            ));
        }
    }
}

/// Whether a later look may succeed where this one failed.
fn is_passing(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connect | ErrorKind::Connection | ErrorKind::Timeout => true,
        ErrorKind::Answer => matches!(error.status(), Some(404 | 408 | 429 | 500..)),
        _ => false,
    }
}

fn impossible(order: &Order, asked: Uuid, condition: &Condition) -> Error {
    let replaced = match order.id == asked {
        true => String::new(),
        false => format!(", which has replaced {asked},"),
    };
    let filled = match (order.filled_qty, order.qty) {
        (Some(filled), Some(qty)) if filled > Decimal::ZERO => {
            format!("; {filled} of {qty} filled")
        }
        (Some(filled), None) if filled > Decimal::ZERO => format!("; {filled} filled"),
        _ => String::new(),
    };
    let message = format!(
        "order {}{replaced} is `{}` and can no longer become {}{filled}",
        order.id,
        order.status,
        condition.goal()
    );
    waited(ErrorKind::Unreachable, message)
}

fn too_late(
    id: Uuid,
    seen: Option<&Order>,
    failure: Option<&Error>,
    condition: &Condition,
    timeout: Duration,
) -> Error {
    let goal = condition.goal();
    let mut message = match seen {
        Some(order) if order.id == id => {
            format!(
                "after {timeout:?} order {id} is `{}`, not {goal}",
                order.status
            )
        }
        Some(order) => format!(
            "after {timeout:?} order {} is `{}`, and its successor {id} has not been seen",
            order.id, order.status
        ),
        None => format!("for {timeout:?} order {id} could not be read"),
    };
    if let Some(failure) = failure {
        message.push_str("; the last look failed: ");
        message.push_str(failure.message());
    }
    waited(ErrorKind::WaitTimeout, message).with(|repr| repr.timed_out = true)
}

fn waited(kind: ErrorKind, message: String) -> Error {
    Error::new(kind, message).with(|repr| repr.outcome = Outcome::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alpaca_trading_gen::types::OrderStatus;
    use std::cell::RefCell;
    use std::collections::VecDeque;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn order(number: u128, status: &str) -> Order {
        serde_json::from_value(serde_json::json!({
            "id": id(number), "client_order_id": "x", "created_at": "2026-01-05T14:30:00Z",
            "status": status, "qty": "10", "filled_qty": "2.5",
        }))
        .unwrap()
    }

    fn replaced(number: u128, by: u128) -> Order {
        let mut order = order(number, "replaced");
        order.replaced_by = Some(id(by));
        order
    }

    fn answer(status: u16) -> Error {
        let body = if status == 404 {
            r#"{"code":40410000,"message":"order not found"}"#
        } else {
            ""
        };
        Error::from_answer(status, &body.into(), None)
    }

    /// Waits while the looks end like this, the last one for ever. What came of it, what was looked
    /// at, and how long it took.
    async fn waited_for(
        condition: Condition,
        seconds: u64,
        looks: Vec<Result<Order>>,
    ) -> (Result<Order>, Vec<Uuid>, Duration) {
        let started = Instant::now();
        let looks = RefCell::new(VecDeque::from(looks));
        let looked = RefCell::new(Vec::new());
        let look = |id: Uuid, left: Duration| {
            assert!(!left.is_zero());
            looked.borrow_mut().push(id);
            let mut looks = looks.borrow_mut();
            let result = match looks.len() {
                1 => looks.front().cloned(),
                _ => looks.pop_front(),
            };
            async move { result.unwrap() }
        };
        let result = wait(
            look,
            Nudge::none(),
            id(1),
            &condition,
            Duration::from_secs(seconds),
        )
        .await;
        (result, looked.into_inner(), started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn the_pauses_grow_to_two_seconds() {
        let waiting = || Ok(order(1, "new"));
        let mut looks: Vec<_> = std::iter::repeat_with(waiting).take(6).collect();
        looks.push(Ok(order(1, "filled")));
        let (result, looked, took) = waited_for(Condition::Filled, 60, looks).await;
        assert_eq!(result.unwrap().status, OrderStatus::Filled);
        assert_eq!(looked.len(), 7);
        // 0.25 + 0.5 + 1 + 2 + 2 + 2
        assert_eq!(took, Duration::from_millis(7_750));
    }

    #[tokio::test(start_paused = true)]
    async fn a_chain_of_replacements_is_followed_without_pauses() {
        let looks = vec![
            Ok(replaced(1, 2)),
            Ok(replaced(2, 3)),
            Ok(order(3, "filled")),
        ];
        let (result, looked, took) = waited_for(Condition::Filled, 60, looks).await;
        assert_eq!(result.unwrap().id, id(3));
        assert_eq!(looked, [id(1), id(2), id(3)]);
        assert_eq!(took, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_circle_of_replacements_ends_with_the_time() {
        let looks = vec![Ok(replaced(1, 2)), Ok(replaced(2, 1))];
        let (result, looked, took) = waited_for(Condition::Filled, 5, looks).await;
        assert!(result.unwrap_err().is_timeout());
        assert!(looked.len() < 10, "{}", looked.len());
        assert_eq!(took, Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn what_can_no_longer_come_true_ends_the_waiting() {
        let looks = vec![Ok(order(1, "new")), Ok(order(1, "canceled"))];
        let (result, ..) = waited_for(Condition::Filled, 60, looks).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable);
        assert!(!error.is_timeout());
        let text = error.message();
        assert!(
            text.contains("`canceled`") && text.contains("filled"),
            "{text}"
        );
        assert!(text.contains("2.5 of 10 filled"), "{text}");
        // The same order, when only its end is waited for.
        let (result, ..) = waited_for(Condition::Done, 60, vec![Ok(order(1, "canceled"))]).await;
        assert_eq!(result.unwrap().status, OrderStatus::Canceled);
    }

    #[tokio::test(start_paused = true)]
    async fn a_successor_that_fails_is_named_with_what_it_replaced() {
        let looks = vec![Ok(replaced(1, 2)), Ok(order(2, "rejected"))];
        let (result, ..) = waited_for(Condition::Live, 60, looks).await;
        let text = result.unwrap_err().message().to_owned();
        assert!(
            text.contains(&id(1).to_string()) && text.contains(&id(2).to_string()),
            "{text}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_time_is_over_the_last_status_is_told() {
        let (result, _, took) = waited_for(Condition::Filled, 3, vec![Ok(order(1, "held"))]).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WaitTimeout);
        assert!(error.is_timeout());
        assert!(error.message().contains("`held`"), "{error}");
        assert_eq!(took, Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn without_time_there_is_one_look() {
        let (result, looked, _) = waited_for(Condition::Done, 0, vec![Ok(order(1, "new"))]).await;
        assert!(result.unwrap_err().is_timeout());
        assert_eq!(looked.len(), 1);
        let (result, ..) = waited_for(Condition::Done, 0, vec![Ok(order(1, "filled"))]).await;
        assert!(result.is_ok());
        let (result, ..) =
            waited_for(Condition::Done, u64::MAX, vec![Ok(order(1, "filled"))]).await;
        assert!(result.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn passing_failures_do_not_end_the_waiting() {
        let lost = Error::new(ErrorKind::Connection, "reset");
        let looks = vec![
            Err(answer(404)),
            Err(answer(503)),
            Err(answer(404)),
            Err(answer(429)),
            Err(lost),
            Ok(order(1, "filled")),
        ];
        let (result, ..) = waited_for(Condition::Filled, 60, looks).await;
        assert!(result.is_ok());
        let (result, ..) = waited_for(Condition::Filled, 9, vec![Err(answer(503))]).await;
        let error = result.unwrap_err();
        assert!(
            error.is_timeout() && error.message().contains("could not be read"),
            "{error}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn lasting_failures_end_the_waiting() {
        let (result, looked, _) = waited_for(Condition::Done, 60, vec![Err(answer(401))]).await;
        assert_eq!(result.unwrap_err().status(), Some(401));
        assert_eq!(looked.len(), 1);
        let (result, looked, _) = waited_for(Condition::Done, 60, vec![Err(answer(404))]).await;
        assert!(result.unwrap_err().is_not_found());
        assert_eq!(looked.len(), 3);
    }
}
