//! Canceling one order, or all of them.

use std::time::Duration;

use alpaca_trading_gen::types::{CanceledOrderResponse, Order, OrderStatus};
use tokio::time::Instant;
use uuid::Uuid;

use super::Orders;
use crate::error::{Error, Result, cancel_state};
use crate::positions::bulk::{Item, items};

/// How long it may take to look at an order whose canceling is in doubt.
const LOOK_UP: Duration = Duration::from_secs(10);

/// What became of one order when all were canceled.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CancelOutcome {
    /// The order; none when the answer does not name it.
    pub id: Option<Uuid>,
    /// The HTTP status of this order's cancellation: 200 means that it was requested, not that the order
    /// is canceled already. None when the answer has none.
    pub status: Option<u16>,
    /// The order as it was, where the service shows it, or why it could not be canceled. An order that is
    /// canceled already, or about to be, is no error, although its status is 422.
    pub result: Result<Option<Order>>,
}

impl Orders {
    /// Asks for an order to be canceled.
    ///
    /// The order is canceled a moment later, and may be filled before; what was filled stays. For the
    /// end of it, see [`wait_for`](Self::wait_for). To cancel the parent of a bracket before it is
    /// filled, or one of its legs, cancels the rest of it.
    ///
    /// It may be repeated: an order that is canceled already, or about to be, is no error. A request
    /// that was lost on its way is sent again. After a "not found" for an attempt that came after one that
    /// may have arrived, the order itself is read, for which there are 10 seconds: done is what it shows as
    /// canceled or about to be.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is no such order; `is_not_cancelable` when it is filled, expired,
    /// rejected, or being replaced. With the outcome `Unknown` an attempt may have canceled it, and it is
    /// not known that one did.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// # let order_id = alpaca_trading::Uuid::nil();
    /// match client.orders().cancel(order_id).await {
    ///     Ok(()) => println!("requested"),
    ///     Err(error) if error.is_not_cancelable() => println!("too late: {error}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`cancel_order`](alpaca_trading_gen::Client::cancel_order).
    pub async fn cancel(&self, order_id: Uuid) -> Result<()> {
        let call = self.client.raw().cancel_order().order_id(order_id);
        let (result, facts) = self.client.call_with_facts(call.send()).await;
        match result {
            Err(error) if is_canceled(&error) => Ok(()),
            // An earlier attempt may have done it, or the id is wrong: only the order itself tells.
            Err(error) if facts.maybe_received && error.status() == Some(404) => {
                match self.shows_canceled(order_id).await {
                    true => Ok(()),
                    false => Err(error),
                }
            }
            result => result,
        }
    }

    async fn shows_canceled(&self, order_id: Uuid) -> bool {
        let call = self.client.raw().get_order().order_id(order_id).send();
        let deadline = Instant::now() + LOOK_UP;
        let (order, _) = self.client.call_until(Some(deadline), call).await;
        order.is_ok_and(|order| {
            order.id == order_id
                && matches!(
                    order.status,
                    OrderStatus::Canceled | OrderStatus::PendingCancel
                )
        })
    }

    /// Asks for every open order to be canceled.
    ///
    /// The answer has one item for each order that was open; none if there was none. One order that
    /// cannot be canceled does not keep the others from it, and one that is canceled already, or about to
    /// be, counts as done.
    ///
    /// When an answer is lost, the request is sent again, as the policy of retries allows. That cancels
    /// also what was placed since the first attempt, by this program or another. The items are then those of
    /// the last answer: what an earlier attempt has canceled need not be among them, and of an order that
    /// could not be canceled the outcome is `Unknown`. Where orders are placed meanwhile, a client whose
    /// [`with_retry`](crate::Client::with_retry) says [`never`](crate::RetryPolicy::never) sends it once.
    ///
    /// # Errors
    ///
    /// When the request as a whole was refused or its answer cannot be read. With the outcome `Unknown`
    /// some or all orders may be canceled. What happened to single orders is in the items.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// for outcome in client.orders().cancel_all().await? {
    ///     if let Err(error) = outcome.result {
    ///         eprintln!("{:?} stays open: {error}", outcome.id);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`cancel_all_orders`](alpaca_trading_gen::Client::cancel_all_orders).
    pub async fn cancel_all(&self) -> Result<Vec<CancelOutcome>> {
        let call = self.client.raw().cancel_all_orders().send();
        let (rows, facts) = self.client.call_rows_with_facts(call).await;
        let items = items(rows?, "id", |row: CanceledOrderResponse| {
            Item::new(row.id.map(|id| id.to_string()), row.status, row.body)
        });
        Ok(items
            .map(|item| CancelOutcome {
                id: item.name().and_then(|id| Uuid::parse_str(id).ok()),
                status: item.status(),
                result: match item.result(&self.client, "cancel_all_orders", &facts) {
                    Err(error) if is_canceled(&error) => Ok(None),
                    result => result,
                },
            })
            .collect())
    }
}

/// Whether an order that could not be canceled needs no canceling any more.
fn is_canceled(error: &Error) -> bool {
    let state = cancel_state(error.message());
    error.status() == Some(422) && matches!(state, Some("canceled" | "pending_cancel"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, message: &str) -> Error {
        let body = format!(
            r#"{{"code":42210000,"message":"{}"}}"#,
            message.replace('"', "\\\"")
        );
        Error::from_answer(status, &body.into(), Some("application/json"))
    }

    #[test]
    fn an_order_that_is_canceled_already_needs_no_canceling() {
        for (state, done) in [
            ("canceled", true),
            ("pending_cancel", true),
            ("filled", false),
            ("expired", false),
            ("replaced", false),
        ] {
            let error = refused(422, &format!(r#"order is already in "{state}" state"#));
            assert_eq!(is_canceled(&error), done, "{state}");
        }
        let canceled = r#"order is already in "canceled" state"#;
        assert!(!is_canceled(&refused(403, canceled)));
        assert!(!is_canceled(&refused(
            422,
            "original order pending replacement"
        )));
        assert!(!is_canceled(&refused(404, "order not found for x")));
    }
}
