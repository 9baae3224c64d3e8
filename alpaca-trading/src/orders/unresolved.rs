//! What is needed to find out later what became of an order.

use std::fmt;

use std::sync::Arc;

use alpaca_trading_gen::types::Order;
use rust_decimal::Decimal;
use tokio::time::Instant;
use uuid::Uuid;

use super::ClientOrderId;
use crate::credentials::{Fingerprint, Keys};
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::transport::{Moment, Span};
use crate::{Client, Environment, Violation};

/// An order whose fate is not known: enough to ask again.
///
/// It comes out of [`Error::unresolved`](crate::Error::unresolved), and goes into
/// [`Orders::settle`](super::Orders::settle), which waits until the answer is final, or
/// [`Orders::resolve`](super::Orders::resolve), which asks once. A submission can also be written down as
/// its client order id and asked for after a restart.
///
/// It knows the environment and the keys that the order was sent with, and shows nothing of the keys.
/// Another environment is not asked, and "none" by other keys settles nothing: they may be those of
/// another account.
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
    /// Where the order was sent; none when it was written down.
    origin: Option<Origin>,
}

/// Where an order was sent, and with which keys.
#[derive(Clone)]
struct Origin {
    environment: Environment,
    /// None when attempts were made with several.
    keys: Option<Fingerprint>,
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
    /// When the request was sent.
    pub(crate) begun: Moment,
    /// The service's time then, as it was known once the call had ended: whoever sets this machine's
    /// clock later must not move it.
    pub(crate) since: Option<Span>,
    /// When it was given up; none while it is under way.
    pub(crate) ended: Option<Moment>,
    /// The service's time then.
    pub(crate) until: Option<Span>,
    /// The quantity, when one was asked for.
    pub(crate) quantity: Option<Decimal>,
    /// Orders that are known to be something else.
    pub(crate) others: Arc<Others>,
}

/// Orders of one client, by what is known of them.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Others {
    /// The ids of those that were returned.
    pub(crate) orders: Vec<Uuid>,
    /// The client order ids that were sent, whatever became of them.
    pub(crate) client_order_ids: Vec<String>,
}

impl Others {
    /// Whether this order is one of them.
    pub(crate) fn have(&self, order: &Order) -> bool {
        self.orders.contains(&order.id) || self.client_order_ids.contains(&order.client_order_id)
    }
}

impl Unresolved {
    /// A submission with this client order id, as it was written down.
    #[must_use]
    pub fn submission(client_order_id: impl Into<ClientOrderId>) -> Self {
        Self {
            trace: Trace::Submission {
                client_order_id: client_order_id.into().into_string(),
            },
            since: Instant::now(),
            origin: None,
        }
    }

    /// What this client has sent with these keys; none if attempts were made with several.
    pub(crate) fn new(trace: Trace, client: &Client, keys: Option<Fingerprint>) -> Self {
        Self {
            trace,
            since: Instant::now(),
            origin: Some(Origin {
                environment: client.environment().clone(),
                keys,
            }),
        }
    }

    /// Whether this client can be asked: another environment knows nothing of the order.
    pub(super) fn check(&self, client: &Client) -> Result<()> {
        let Some(origin) = &self.origin else {
            return Ok(());
        };
        if origin.environment.is_same_service(client.environment()) {
            return Ok(());
        }
        let message = format!(
            "{self} was sent to another environment ({}) than that of this client ({})",
            origin.environment,
            client.environment()
        );
        let violation = Violation::new("unresolved", "same-environment", message);
        Err(Error::invalid(vec![violation]))
    }

    /// Whether what these keys find, or do not find, says something of this order. What was written down
    /// is the caller's to ask for with the right ones.
    pub(super) fn is_told_by(&self, keys: Option<&Keys>) -> bool {
        match &self.origin {
            None => true,
            Some(origin) => origin.keys.is_some() && origin.keys == keys.map(Keys::fingerprint),
        }
    }

    /// The keys that it was sent with, if they are known and the same for all attempts.
    pub(super) fn keys(&self) -> Option<Fingerprint> {
        self.origin.as_ref()?.keys
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

/// Why an answer to other keys than those that an order was sent with settles nothing.
pub(crate) fn other_keys() -> Error {
    let message = "the keys have changed meanwhile, and other keys may be those of another account";
    Error::new(ErrorKind::Unresolved, message).with(|repr| repr.outcome = Outcome::Unknown)
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
                closing.symbol,
                closing.begun.wall()
            ),
        }
    }
}

impl fmt::Debug for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unresolved({self})")
    }
}
