//! Shows what orders would send, what they would cost, and which rules they break. Nothing is sent.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example preview -- [BASE_URL]
//! ```
//!
//! The base URL and the keys, for which any will do, only make the client.

use std::env;
use std::process::ExitCode;

use alpaca_trading::orders::{
    Leg, OrderRequest, Quantity, ReplaceRequest, StopLoss, TakeProfit, estimate,
};
use alpaca_trading::{Client, Result, Side, TimeInForce, Uuid, dec};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let orders = connect()?.orders();

    println!("--- An order, and where it would go");
    let limit = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(10), dec!(187.50))
        .client_order_id("example-1")
        .bracket(
            TakeProfit::limit(dec!(206.25)),
            StopLoss::stop(dec!(178.10)),
        );
    println!("{}", orders.preview(&limit));

    println!("--- A market order does not tell its cost without a price");
    let market = OrderRequest::market("BTC/USD", Side::Buy, Quantity::coins(dec!(0.015)));
    println!("{}", orders.preview(&market));
    if let Some(cost) = estimate(&market, Some(dec!(64_000))) {
        println!("at a price of 64,000 it costs {}", cost.amount);
    }

    println!("--- A spread that pays a credit");
    let spread = OrderRequest::multi_leg(
        2,
        [
            Leg::sell_to_open("SPY271217C00700000", 1),
            Leg::buy_to_open("SPY271217C00710000", 1),
        ],
    )
    .limit_price(dec!(-3.20));
    println!("{}", orders.preview(&spread));

    println!("--- An order that would not be sent, with every reason");
    let wrong = OrderRequest::limit(
        "AAPL",
        Side::Buy,
        Quantity::shares(dec!(1.5)),
        dec!(187.505),
    )
    .time_in_force(TimeInForce::Gtc);
    let preview = orders.preview(&wrong);
    println!("{preview}");
    // For programs, each reason names its field and its rule.
    for broken in preview.violations() {
        println!("{} breaks {}", broken.field(), broken.rule());
    }

    println!("--- A change of an open order");
    let order_id = Uuid::from_u128(0x0f4c_1a5e_6d2b_4c38_9d0e_3a7b_5c9e_1f20);
    let change = ReplaceRequest::new().limit_price(dec!(188)).quantity(12);
    println!("{}", orders.preview_replace(order_id, &change));
    Ok(())
}

/// A client with the keys of the environment, for the service at the address that is the argument.
fn connect() -> Result<Client> {
    let settings = Client::builder().from_env();
    match env::args().nth(1) {
        Some(base_url) => settings.base_url(base_url).build(),
        None => settings.build(),
    }
}
