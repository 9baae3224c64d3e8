//! Canceling one order, or all of them.

use alpaca_trading_gen::types::{CanceledOrderResponse, Order};
use uuid::Uuid;

use super::Orders;
use crate::error::{Cause, Error, Facts, Result, cancel_state};
use crate::positions::bulk::{Item, items};

/// What became of one order when all were canceled.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CancelOutcome {
    /// The order; none when the answer does not name it.
    pub id: Option<Uuid>,
    /// The HTTP status of this order's cancellation: 200 means that it was requested, not that the order
    /// is canceled already. None when the answer has none.
    pub status: Option<u16>,
    /// The order as it was, where the service shows it, or why it could not be canceled.
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
    /// that was lost on its way is sent again, and a "not found" after an attempt that may have arrived
    /// means that it did.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is no such order; `is_not_cancelable` when it is filled, expired,
    /// rejected, or being replaced.
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
            Err(error) if is_done(&error, &facts) => Ok(()),
            result => result,
        }
    }

    /// Asks for every open order to be canceled.
    ///
    /// The answer has one item for each order that was open; none if there was none. One order that
    /// cannot be canceled does not keep the others from it. When an answer is lost and the request is
    /// sent again, the items are those of the last answer: what the first attempt has canceled is
    /// not among them.
    ///
    /// # Errors
    ///
    /// When nothing was canceled, or the answer as a whole cannot be read. What happened to single
    /// orders is in the items.
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
        let rows = self.client.call_rows(call).await?;
        let items = items(rows, "id", |row: CanceledOrderResponse| {
            Item::new(row.id.map(|id| id.to_string()), row.status, row.body)
        });
        Ok(items
            .map(|item| CancelOutcome {
                id: item.name().and_then(|id| Uuid::parse_str(id).ok()),
                status: item.status(),
                result: item.result(&self.client, "cancel_all_orders"),
            })
            .collect())
    }
}

/// Whether an order that could not be canceled needs no canceling any more.
fn is_done(error: &Error, facts: &Facts) -> bool {
    match error.status() {
        // An earlier attempt did it; without one the id is wrong. A page of a proxy that does not know
        // the address says nothing of the order.
        Some(404) => {
            facts.maybe_received
                && (error.cause() == Some(Cause::OrderNotFound) || error.body().is_empty())
        }
        Some(422) => matches!(
            cancel_state(error.message()),
            Some("canceled" | "pending_cancel")
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn refused(status: u16, message: &str) -> Error {
        let body = format!(
            r#"{{"code":42210000,"message":"{}"}}"#,
            message.replace('"', "\\\"")
        );
        Error::from_answer(status, &body.into(), Some("application/json"))
    }

    fn received(maybe_received: bool) -> Facts {
        Facts {
            maybe_received,
            ..Facts::default()
        }
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
            for facts in [received(false), received(true)] {
                assert_eq!(is_done(&error, &facts), done, "{state}");
            }
        }
        assert!(!is_done(
            &refused(422, "original order pending replacement"),
            &received(true)
        ));
        assert!(!is_done(
            &refused(403, r#"order is already in "canceled" state"#),
            &received(true)
        ));
    }

    #[test]
    fn not_found_is_done_only_after_an_attempt_that_may_have_arrived() {
        let error = refused(
            404,
            "order not found for 61e69015-8549-4bfd-b9c3-01e75843f47d",
        );
        assert!(!is_done(&error, &received(false)));
        assert!(is_done(&error, &received(true)));
        let empty = Error::from_answer(404, &Bytes::new(), None);
        assert!(is_done(&empty, &received(true)));
        let page = "<html><head><title>404 Not Found</title></head></html>";
        let page = Error::from_answer(404, &page.into(), Some("text/html"));
        assert!(!is_done(&page, &received(true)));
    }
}
