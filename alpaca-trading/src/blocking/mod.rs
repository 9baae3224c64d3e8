//! The same client without async (feature `blocking`).
//!
//! Everything is where it is in the async client, under the same name, and does the same: what is
//! `client.orders().submit(request).await` there is `client.orders().submit(request)` here. Requests,
//! answers, queries and errors are the same types. What each method does, which rules hold and which
//! errors come of it is said at its async twin, which its documentation links to.
//!
//! A call waits on the thread that makes it. The connections are served by one thread in the
//! background, which all clones of a client and their handles share, and which ends with the last of
//! them. Clients can be shared between threads.
//!
//! In async code, a call that waits would keep the other tasks of its thread from running. From a task
//! of a `tokio` runtime every call therefore fails, before anything is sent, with an error of kind
//! [`Configuration`](crate::ErrorKind::Configuration). Use the async [`Client`](crate::Client) there;
//! where that cannot be, make the call in `tokio::task::spawn_blocking`.
//!
//! # Examples
//!
//! ```no_run
//! use alpaca_trading::blocking::Client;
//! use alpaca_trading::orders::{OrderQuery, OrderRequest, Quantity};
//! use alpaca_trading::{Side, dec};
//!
//! # fn main() -> alpaca_trading::Result<()> {
//! let client = Client::from_env()?;
//! let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(10), dec!(187.50));
//! let order = client.orders().submit(request)?;
//! println!("{} is {}", order.id, order.status);
//!
//! for order in client.orders().list(OrderQuery::open()) {
//!     println!("{:?}", order?.symbol);
//! }
//! # Ok(()) }
//! ```

mod client;
pub mod orders;
mod pager;
pub mod positions;
pub mod resources;
mod runtime;

pub use client::Client;
pub use pager::{Pager, PagerRows};
use runtime::Runtime;
