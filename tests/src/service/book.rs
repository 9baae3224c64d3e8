//! A small order book with Alpaca's rules, which tests can look into.

use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::answer::Answer;
use super::desk::Desk;
use super::order::Order;
use super::positions::Position;
use super::rules::Rules;
use crate::loopback::Recorded;

/// An order book that answers requests as Alpaca does. Clones are the same book: one answers, the
/// other is looked into.
///
/// It knows `POST`, `GET`, `PATCH` and `DELETE` of `/v2/orders` and its orders, the lookup by
/// `client_order_id`, and `GET` and `DELETE` of `/v2/positions`. It has no market: orders are filled
/// by [`fill`](Self::fill). Its clock starts at [`opening`](super::opening) and moves by a
/// millisecond with each order; every answer says what time it is in its header `Date`.
///
/// ```
/// use serde_json::{Value, json};
/// use tests::service::{Book, Service};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let book = Book::new();
/// let service = Service::start(book.handler()).await;
/// let order = json!({
///     "symbol": "AAPL", "qty": "10", "side": "buy", "type": "market", "time_in_force": "day",
///     "client_order_id": "mine",
/// });
/// let url = format!("{}/v2/orders", service.url());
/// for expected in [200, 422] {
///     let answer = tests::http().post(&url).json(&order).send().await.unwrap();
///     assert_eq!(answer.status().as_u16(), expected);
/// }
/// assert_eq!(book.accepted_by_client_id("mine"), 1);
/// assert_eq!(book.attempts_by_client_id("mine"), 2);
/// # }
/// ```
#[derive(Clone)]
pub struct Book(Arc<Mutex<Desk>>);

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

impl Book {
    /// An empty book with the usual rules.
    #[must_use]
    pub fn new() -> Self {
        Self::with_rules(Rules::default())
    }

    /// An empty book with these rules.
    #[must_use]
    pub fn with_rules(rules: Rules) -> Self {
        Self(Arc::new(Mutex::new(Desk::new(rules))))
    }

    /// What a [`Service`](super::Service) is started with.
    pub fn handler(&self) -> impl FnMut(&Recorded) -> Answer + Send + use<> {
        let book = self.clone();
        move |request| book.answer(request)
    }

    /// Answers one request.
    #[must_use]
    pub fn answer(&self, request: &Recorded) -> Answer {
        self.desk().answer(request)
    }

    /// What time it is in the book.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.desk().now
    }

    /// Sets the clock of the book, which goes on from there.
    pub fn set_now(&self, now: DateTime<Utc>) {
        self.desk().now = now;
    }

    /// All orders in the sequence of their submission, legs included.
    #[must_use]
    pub fn orders(&self) -> Vec<Order> {
        self.desk().orders.clone()
    }

    /// How many orders were accepted: submitted, as replacements, or to close a position. A group
    /// with legs counts as one.
    #[must_use]
    pub fn accepted(&self) -> usize {
        let desk = self.desk();
        let leading = desk.orders.iter().filter(|order| order.parent.is_none());
        leading.count()
    }

    /// How many orders with this `client_order_id` were accepted.
    #[must_use]
    pub fn accepted_by_client_id(&self, id: &str) -> usize {
        let desk = self.desk();
        let named = desk
            .orders
            .iter()
            .filter(|order| order.client_order_id == id);
        named.count()
    }

    /// How often the book was asked to accept an order with this `client_order_id`.
    #[must_use]
    pub fn attempts_by_client_id(&self, id: &str) -> usize {
        self.desk().attempts.get(id).copied().unwrap_or_default()
    }

    /// Sets the status of an order, whatever it was.
    ///
    /// # Panics
    ///
    /// When there is no order with this `id`.
    pub fn set_status(&self, id: &str, status: &str) {
        let mut desk = self.desk();
        let place = desk.place(id).expect("an order of the book");
        desk.orders[place].status = status.to_owned();
    }

    /// Fills a quantity of an order at a price in US dollars, which changes the position too.
    ///
    /// # Panics
    ///
    /// When there is no order with this `id`, or the quantity is not positive.
    pub fn fill(&self, id: &str, qty: Decimal, price: Decimal) {
        assert!(qty > Decimal::ZERO, "nothing is filled");
        let filled = self.desk().fill(id, qty, price);
        filled.expect("an order of the book");
    }

    /// Sets a position; one of zero is none.
    pub fn set_position(&self, symbol: &str, qty: Decimal, avg_entry_price: Decimal) {
        let mut desk = self.desk();
        desk.positions.remove(&super::order::plain(symbol));
        desk.hold(symbol, qty, avg_entry_price);
    }

    /// The positions by their symbols.
    #[must_use]
    pub fn positions(&self) -> Vec<Position> {
        self.desk().positions.values().cloned().collect()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().expect("the book panicked before")
    }
}
