//! What is needed to find out later what became of an order.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use tokio::time::Instant;
use uuid::Uuid;

use super::ClientOrderId;

/// An order whose fate is not known: enough to ask again.
///
/// It comes out of [`Error::unresolved`](crate::Error::unresolved), and goes into
/// [`Orders::settle`](super::Orders::settle), which waits until the answer is final, or
/// [`Orders::resolve`](super::Orders::resolve), which asks once. A submission can also be written down as
/// its client order id and asked for after a restart.
///
/// # Examples
///
/// ```no_run
/// use alpaca_trading::orders::{OrderRequest, Quantity};
/// use alpaca_trading::{Client, Side};
///
/// # async fn run(client: Client) -> alpaca_trading::Result<()> {
/// let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
/// match client.orders().submit(request).await {
///     Ok(order) => println!("{}", order.id),
///     Err(error) => match error.unresolved() {
///         Some(unresolved) => match client.orders().settle(unresolved).await? {
///             Some(order) => println!("it was accepted: {}", order.id),
///             None => println!("it was not accepted, and will not be"),
///         },
///         None => return Err(error),
///     },
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Unresolved {
    pub(crate) trace: Trace,
    /// When the call gave up.
    pub(super) since: Instant,
}

/// Two are equal that ask for the same.
impl PartialEq for Unresolved {
    fn eq(&self, other: &Self) -> bool {
        self.trace == other.trace
    }
}

impl Eq for Unresolved {}

/// The trace that the order would have left.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Trace {
    /// A new order has this client order id.
    Submission { client_order_id: String },
    /// The replacement of `order_id` has this client order id.
    Replacement {
        order_id: Uuid,
        client_order_id: String,
    },
    /// A market order for the symbol, not before this time, that no other call has placed.
    Closing(Closing),
}

/// What is known of an order that closes a position; the service gives it an id of its own.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Closing {
    /// What tells it from the other closings of this process.
    pub(crate) number: u64,
    pub(crate) symbol: String,
    /// This machine's time when the request was sent.
    pub(crate) sent: DateTime<Utc>,
    /// How far the service's time was ahead of it, once the call had ended.
    pub(crate) offset: Option<TimeDelta>,
    /// This machine's time when it was given up; none while it is under way.
    pub(crate) ended: Option<DateTime<Utc>>,
    /// The quantity, when one was asked for.
    pub(crate) quantity: Option<Decimal>,
    /// Orders that are known to be something else.
    pub(crate) others: Vec<Uuid>,
}

impl Unresolved {
    /// A submission with this client order id, as it was written down.
    #[must_use]
    pub fn submission(client_order_id: impl Into<ClientOrderId>) -> Self {
        Self::new(Trace::Submission {
            client_order_id: client_order_id.into().into_string(),
        })
    }

    pub(crate) fn new(trace: Trace) -> Self {
        Self {
            trace,
            since: Instant::now(),
        }
    }

    /// The client order id that the order has if it was accepted; none for the closing of a position,
    /// which cannot carry one.
    #[must_use]
    pub fn client_order_id(&self) -> Option<&str> {
        match &self.trace {
            Trace::Submission { client_order_id }
            | Trace::Replacement {
                client_order_id, ..
            } => Some(client_order_id),
            Trace::Closing(_) => None,
        }
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.trace {
            Trace::Submission { client_order_id } => {
                write!(f, "the order with the client order id `{client_order_id}`")
            }
            Trace::Replacement {
                order_id,
                client_order_id,
            } => write!(
                f,
                "the replacement of order {order_id} with the client order id `{client_order_id}`"
            ),
            Trace::Closing(closing) => write!(
                f,
                "the order that closes the position in {}, sent at {}",
                closing.symbol, closing.sent
            ),
        }
    }
}

impl fmt::Debug for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unresolved({self})")
    }
}
