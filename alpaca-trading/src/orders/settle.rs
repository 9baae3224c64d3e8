//! Waiting until it is certain what became of an order.

use std::time::Duration;

use alpaca_trading_gen::types::Order;
use tokio::time::Instant;

use super::{Orders, Unresolved, recent};
use crate::error::{ErrorKind, Result};

/// How long after a call has given up its request may still arrive: proxies and load balancers hold
/// requests for at most a minute.
const HELD_UP: Duration = Duration::from_secs(recent::HELD_UP.num_seconds().unsigned_abs());

/// The first pause between two looks; each is twice the one before, up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_secs(1);

const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Orders {
    /// Finds out what became of an order whose fate is not known, and returns when that is final: the
    /// order, or none when the service still does not know it a minute after the call gave up. Only then
    /// may it be submitted anew. "None" counts in the environment and by the keys that the order was sent
    /// with.
    ///
    /// It takes up to a minute and a few seconds, and looks about ten times. Nothing is sent again.
    ///
    /// For a submission that was written down before a restart the minute begins with
    /// [`Unresolved::submission`].
    ///
    /// # Errors
    ///
    /// Those of the last look, if the service cannot be read when the minute is over; of kind
    /// [`Unresolved`](ErrorKind::Unresolved) when the orders do not tell, or have none by other keys; at once
    /// of kind [`Invalid`](ErrorKind::Invalid), when this client talks to another environment than the one
    /// that the order was sent to. As with [`resolve`](Self::resolve), each can be asked again by its
    /// [`unresolved`](crate::Error::unresolved).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::orders::Unresolved;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// // After a restart, from what was written down before submitting:
    /// let unresolved = Unresolved::submission("bot-7-0001");
    /// match client.orders().settle(&unresolved).await? {
    ///     Some(order) => println!("it was accepted: {}", order.id),
    ///     None => println!("it was not accepted, and will not be"),
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn settle(&self, unresolved: &Unresolved) -> Result<Option<Order>> {
        let end = unresolved.since + HELD_UP;
        let mut pause = PAUSE;
        loop {
            let last = Instant::now() >= end;
            match self.resolve(unresolved).await {
                Ok(Some(order)) => return Ok(Some(order)),
                Ok(None) if last => return Ok(None),
                Err(error) if last || is_lasting(error.kind()) => return Err(error),
                Ok(None) | Err(_) => {}
            }
            let left = end.saturating_duration_since(Instant::now());
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Whether another look would end the same way.
fn is_lasting(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Invalid | ErrorKind::Configuration | ErrorKind::Hook
    )
}
