//! [`crate::orders`] without async; written by `cargo xtask blocking`.

use std::time::Duration;

use alpaca_trading_gen::types::Order;
use uuid::Uuid;

use crate::Result;
use crate::blocking::{Client, Pager, Runtime};
use crate::orders::{
    CancelOutcome, ClientOrderId, Condition, OrderQuery, OrderRequest, Preview, ReplaceRequest,
    Unresolved,
};

/// The orders of the account: submitting, replacing, canceling, listing, waiting.
///
/// See [`Orders`](crate::orders::Orders).
#[derive(Clone, Debug)]
pub struct Orders {
    inner: crate::orders::Orders,
    runtime: Runtime,
}

impl Orders {
    pub(in crate::blocking) fn wrap(inner: crate::orders::Orders, runtime: &Runtime) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// An order by its id. Its legs, if it has any, are orders of their own.
    ///
    /// Blocks; see [`Orders::get`](crate::orders::Orders::get).
    pub fn get(&self, order_id: Uuid) -> Result<Order> {
        self.runtime.run(self.inner.get(order_id))
    }

    /// An order by its id, with its legs in `legs`.
    ///
    /// Blocks; see [`Orders::get_with_legs`](crate::orders::Orders::get_with_legs).
    pub fn get_with_legs(&self, order_id: Uuid) -> Result<Order> {
        self.runtime.run(self.inner.get_with_legs(order_id))
    }

    /// An order by the id that its client gave it: the way to an order of which nothing else is
    /// known, for instance after a restart.
    ///
    /// Blocks; see [`Orders::get_by_client_order_id`](crate::orders::Orders::get_by_client_order_id).
    pub fn get_by_client_order_id(&self, id: impl Into<ClientOrderId>) -> Result<Order> {
        self.runtime.run(self.inner.get_by_client_order_id(id))
    }

    /// Asks for an order to be canceled.
    ///
    /// Blocks; see [`Orders::cancel`](crate::orders::Orders::cancel).
    pub fn cancel(&self, order_id: Uuid) -> Result<()> {
        self.runtime.run(self.inner.cancel(order_id))
    }

    /// Asks for every open order to be canceled.
    ///
    /// Blocks; see [`Orders::cancel_all`](crate::orders::Orders::cancel_all).
    pub fn cancel_all(&self) -> Result<Vec<CancelOutcome>> {
        self.runtime.run(self.inner.cancel_all())
    }

    /// The orders that `query` describes, page by page.
    ///
    /// See [`Orders::list`](crate::orders::Orders::list).
    pub fn list(&self, query: OrderQuery) -> Pager<Order> {
        Pager::wrap(self.inner.list(query), &self.runtime)
    }

    /// What `submit` would send for this order. Nothing is sent.
    ///
    /// See [`Orders::preview`](crate::orders::Orders::preview).
    pub fn preview(&self, request: &OrderRequest) -> Preview {
        self.inner.preview(request)
    }

    /// What `replace` would send for this change. Nothing is sent.
    ///
    /// See [`Orders::preview_replace`](crate::orders::Orders::preview_replace).
    pub fn preview_replace(&self, order_id: Uuid, change: &ReplaceRequest) -> Preview {
        self.inner.preview_replace(order_id, change)
    }

    /// Finds out what became of an order whose fate is not known, and returns when that is final:
    /// the order, or none when the service still does not know it a minute after the call gave up.
    /// Only then may it be submitted anew. "None" counts in the environment and by the keys that
    /// the order was sent with.
    ///
    /// Blocks; see [`Orders::settle`](crate::orders::Orders::settle).
    pub fn settle(&self, unresolved: &Unresolved) -> Result<Option<Order>> {
        self.runtime.run(self.inner.settle(unresolved))
    }

    /// Places an order, once.
    ///
    /// Blocks; see [`Orders::submit`](crate::orders::Orders::submit).
    pub fn submit(&self, request: impl Into<OrderRequest>) -> Result<Order> {
        self.runtime.run(self.inner.submit(request))
    }

    /// Replaces an open order by one with other terms, once.
    ///
    /// Blocks; see [`Orders::replace`](crate::orders::Orders::replace).
    pub fn replace(&self, order_id: Uuid, change: impl Into<ReplaceRequest>) -> Result<Order> {
        self.runtime.run(self.inner.replace(order_id, change))
    }

    /// Asks once what became of an order whose fate was unknown. None: the service has no such
    /// order yet.
    ///
    /// Blocks; see [`Orders::resolve`](crate::orders::Orders::resolve).
    pub fn resolve(&self, unresolved: &Unresolved) -> Result<Option<Order>> {
        self.runtime.run(self.inner.resolve(unresolved))
    }

    /// Waits until an order is where it should be, for at most `timeout`, and returns it.
    ///
    /// Blocks; see [`Orders::wait_for`](crate::orders::Orders::wait_for).
    pub fn wait_for(
        &self,
        order_id: Uuid,
        condition: Condition,
        timeout: Duration,
    ) -> Result<Order> {
        self.runtime
            .run(self.inner.wait_for(order_id, condition, timeout))
    }
}

impl Client {
    /// The orders of the account: submitting, replacing, canceling, listing, waiting.
    ///
    /// See [`Client::orders`](crate::Client::orders).
    #[must_use]
    pub fn orders(&self) -> Orders {
        Orders::wrap(self.inner.orders(), &self.runtime)
    }
}
