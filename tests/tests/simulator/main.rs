//! Our own client and the simulator, which share no code: what one sends the other takes, and what one says the
//! other understands. The simulator runs on the test's own thread, by a clock that nobody waits for.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod account;
mod activity_stream;
mod determinism;
mod markets;
mod orders;
mod parity;
mod positions;
mod trade_stream;
mod unserved;
mod watchlists;

use alpaca_trading::orders::{Order, OrderRequest, Quantity};
use alpaca_trading::{Client, Decimal, Side};
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::fill::Touch;

/// A number that is written as a text.
fn d(text: &str) -> Decimal {
    text.parse().expect("a number")
}

/// A simulator at 10:00 on a Monday whose orders are filled whole, and a client of it.
async fn simulator() -> (Simulator, Client) {
    let simulator = Simulator::builder()
        .seed(11)
        .fill_model(Touch::default())
        .start()
        .await
        .expect("a port");
    let client = simulator.client().expect("a client");
    (simulator, client)
}

/// Buys at the market, which fills at once.
async fn bought(client: &Client, symbol: &str, quantity: Quantity) -> Order {
    let request = OrderRequest::market(symbol, Side::Buy, quantity);
    let order = client.orders().submit(request).await.expect("an order");
    client.orders().get(order.id).await.expect("the order")
}
