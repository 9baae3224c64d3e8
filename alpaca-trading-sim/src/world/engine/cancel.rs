//! Canceling orders.

use uuid::Uuid;

use super::super::World;
use super::super::account::AccountIx;
use super::super::agenda::Task;
use super::super::order::{OrderIx, Status};
use crate::ApiError;

/// What became of one order when all were to be canceled.
#[derive(Clone, Debug)]
pub(crate) struct Canceled {
    pub(crate) id: Uuid,
    pub(crate) outcome: Result<(), ApiError>,
}

impl World {
    /// Asks the venue to cancel an order. That it was asked is all that the answer says.
    pub(crate) fn cancel(&mut self, ix: OrderIx) -> Result<(), ApiError> {
        let Some(order) = self.orders.get(ix) else {
            return Err(ApiError::not_found("order not found"));
        };
        match order.status {
            Status::PendingCancel => return Ok(()),
            Status::Canceled if self.dialect.cancel_twice => return Ok(()),
            Status::PendingReplace => {
                return Err(ApiError::unprocessable(
                    "original order pending replacement",
                ));
            }
            // A fill that is promised, or done and being reckoned, is not undone.
            status
                if status.is_terminal()
                    || matches!(status, Status::Stopped | Status::Calculated) =>
            {
                return Err(ApiError::unprocessable(format!(
                    "order is already in \"{status}\" state"
                )));
            }
            _ => {}
        }
        let before = order.status;
        if self.step(ix, Status::PendingCancel) {
            if let Some(order) = self.orders.get_mut(ix) {
                order.before_pending = Some(before);
            }
            self.tell(ix, "pending_cancel");
            self.agenda.add(self.now + self.latency, Task::Cancel(ix));
        }
        Ok(())
    }

    /// The cancel reaches the venue: unless the order was filled on the way, it is canceled.
    pub(super) fn confirm_cancel(&mut self, ix: OrderIx) {
        match self.orders.get(ix).map(|order| order.status) {
            Some(Status::PendingCancel) => self.end(ix, Status::Canceled),
            Some(Status::Filled) => self.tell(ix, "order_cancel_rejected"),
            // It has ended in another way, and that was told.
            _ => {}
        }
    }

    /// Asks the venue to cancel every open order of an account. Legs go with their parents.
    pub(crate) fn cancel_all(&mut self, account: AccountIx) -> Vec<Canceled> {
        let Some(account) = self.account(account) else {
            return Vec::new();
        };
        let open = self.open_orders(account);
        let parents = open.into_iter().filter(|ix| {
            self.orders.get(*ix).is_some_and(|order| {
                let parent = order.parent.and_then(|parent| self.orders.get(parent));
                parent.is_none_or(|parent| !parent.is_open())
            })
        });
        let parents: Vec<_> = parents.collect();
        parents
            .into_iter()
            .filter_map(|ix| {
                let id = self.orders.get(ix)?.id;
                let outcome = self.cancel(ix);
                Some(Canceled { id, outcome })
            })
            .collect()
    }
}
