//! Placing and replacing orders, and settling what became of them.

use alpaca_trading_gen::types::Order;
use uuid::Uuid;

use super::once::{self, Act};
use super::{
    ClientOrderId, OrderRequest, Orders, ReplaceRequest, Trace, Unresolved, other_keys, refused,
};
use crate::error::{InOperation as _, Outcome, Result};
use crate::positions::closing;

impl Orders {
    /// Places an order, once.
    ///
    /// The request is checked first, and nothing is sent if it breaks a rule. It goes out under the
    /// client order id that it has, or else under a random one. When an answer is lost, the order is
    /// looked up by that id, and sent again only if the service says clearly that it does not have it.
    ///
    /// The order that comes back is accepted, which is neither routed nor filled: its status is
    /// `pending_new`, or `accepted` outside of the hours of its market. It can be rejected later.
    ///
    /// # Errors
    ///
    /// `is_invalid` with every rule that the request breaks, before anything is sent;
    /// `is_insufficient_buying_power`, `is_insufficient_quantity`, `is_wash_trade`,
    /// `is_not_fractionable`, `is_not_shortable`, `is_account_restricted` and others when Alpaca
    /// refuses it; `is_duplicate_client_order_id` when another order has the given id. With
    /// `is_unresolved` the order may have been placed: [`resolve`](Self::resolve) asks again.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::orders::{OrderRequest, Quantity};
    /// use alpaca_trading::{Side, dec};
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(10), dec!(187.50));
    /// let order = client.orders().submit(request).await?;
    /// println!("{} is {}", order.id, order.status);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`create_order`](alpaca_trading_gen::Client::create_order).
    pub async fn submit(&self, request: impl Into<OrderRequest>) -> Result<Order> {
        let request = request.into();
        request
            .validate()
            .map_err(|violations| refused(&self.client, "create_order", violations))?;
        let mut body = request.to_body();
        let given = give_id(&mut body.client_order_id);
        once::perform(&self.client, Act::Submit(Box::new(body)), given).await
    }

    /// Replaces an open order by one with other terms, once.
    ///
    /// What the request does not name stays. The order that comes back is a new one with a new id; its
    /// [`replaces`](Order::replaces) is the old one, which may still be filled until the exchange has
    /// confirmed the change. The quantity is the total, what is filled included. Only orders that are
    /// `new` or `partially_filled` can be replaced; of orders with legs only the prices.
    ///
    /// As with [`submit`](Self::submit), a lost answer is looked up by the client order id of the new
    /// order.
    ///
    /// # Errors
    ///
    /// `is_invalid` with every rule that the request breaks, before anything is sent; `is_not_found`
    /// when there is no such order; `is_not_replaceable` when it is not open, not routed yet, or nothing
    /// would change; `is_insufficient_buying_power`. With `is_unresolved` the order may have been
    /// replaced.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::dec;
    /// use alpaca_trading::orders::ReplaceRequest;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// # let order_id = alpaca_trading::Uuid::nil();
    /// let change = ReplaceRequest::new().limit_price(dec!(188.00));
    /// let order = client.orders().replace(order_id, change).await?;
    /// println!("{order_id} is now {}", order.id);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`replace_order`](alpaca_trading_gen::Client::replace_order).
    pub async fn replace(
        &self,
        order_id: Uuid,
        change: impl Into<ReplaceRequest>,
    ) -> Result<Order> {
        let change = change.into();
        change
            .validate()
            .map_err(|violations| refused(&self.client, "replace_order", violations))?;
        let mut body = change.to_body();
        let given = give_id(&mut body.client_order_id);
        once::perform(&self.client, Act::Replace(order_id, Box::new(body)), given).await
    }

    /// Asks once what became of an order whose fate was unknown. None: the service has no such order yet.
    ///
    /// A request that was held up on its way can still arrive after that answer:
    /// [`settle`](Self::settle) waits until "none" is final, and only then may the order be submitted
    /// anew. Nothing is sent again. What closed a position is recognised among the orders since then; if
    /// it cannot be told from others, that is an error.
    ///
    /// # Errors
    ///
    /// Those of any read, and kind [`Unresolved`](crate::ErrorKind::Unresolved) when the orders do not
    /// tell: also when they have none, and the keys are not those that the order was sent with. Kind
    /// [`Invalid`](crate::ErrorKind::Invalid), and nothing is sent, when this client talks to another
    /// environment than the one that the order was sent to. Of each the outcome is `Unknown`, since the
    /// order's still is, and [`unresolved`](crate::Error::unresolved) has what is needed to ask again.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::orders::Unresolved;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let unresolved = Unresolved::submission("bot-7-0001");
    /// if let Some(order) = client.orders().resolve(&unresolved).await? {
    ///     println!("it was accepted: {}", order.id);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn resolve(&self, unresolved: &Unresolved) -> Result<Option<Order>> {
        let operation = match &unresolved.trace {
            Trace::Submission { .. } | Trace::Replacement { .. } => "get_order_by_client_order_id",
            Trace::Closing(_) => "list_orders",
        };
        let found = self.look(unresolved).await;
        found.of(&self.client, operation).map_err(|error| {
            error.with(|repr| {
                // A look that failed says nothing of the order.
                repr.outcome = Outcome::Unknown;
                repr.unresolved = Some(unresolved.clone());
            })
        })
    }

    async fn look(&self, unresolved: &Unresolved) -> Result<Option<Order>> {
        unresolved.check(&self.client)?;
        match &unresolved.trace {
            Trace::Submission { client_order_id }
            | Trace::Replacement {
                client_order_id, ..
            } => match once::find(&self.client, client_order_id, None).await {
                (Ok(None), keys) if !unresolved.is_told_by(keys.as_ref()) => Err(other_keys()),
                (found, _) => found,
            },
            Trace::Closing(closing) => {
                closing::find(&self.client, closing, unresolved.keys()).await
            }
        }
    }
}

/// Gives an order that has no id a random one. Whether it had one.
///
/// Which ids are refused is for the rules to say, and for nobody once they are off. By an id that the
/// service may change, an order is not found again; `once` knows that, and never sends it twice.
fn give_id(id: &mut Option<String>) -> bool {
    let given = id.is_some();
    id.get_or_insert_with(|| ClientOrderId::random().to_string());
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_id_stays_and_a_missing_one_is_random() {
        for given in ["mine", "", " mine", "mi\nne"] {
            let mut id = Some(given.to_owned());
            assert!(give_id(&mut id));
            assert_eq!(id.as_deref(), Some(given));
        }
        let (mut one, mut other) = (None, None);
        assert!(!give_id(&mut one) && !give_id(&mut other));
        assert!(one.is_some() && one != other);
    }
}
