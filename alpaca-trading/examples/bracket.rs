//! Places a bracket: an entry with both of its exits, of which one cancels the other.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example bracket -- [BASE_URL]
//! ```
//!
//! The entry is far below the market, so that it stays open; at the end it is canceled. Without a
//! base URL the example trades where the environment says, and with Alpaca's paper service if it
//! says nothing. With real money it does not trade.

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use alpaca_trading::orders::{
    Condition, Order, OrderRequest, Quantity, Rounding, StopLoss, TakeProfit, TickRule, estimate,
};
use alpaca_trading::{Client, Environment, Side, TimeInForce, dec};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let client = connect()?;
    let orders = client.orders();

    // Prices must be on the tick, and are never rounded behind your back: you say in which
    // direction.
    let tick = TickRule::equity();
    let round = |price, rounding| tick.round(price, rounding).ok_or("the price is too large");
    let entry = dec!(100.25);
    let target = round(entry * dec!(1.10), Rounding::Up)?;
    let stop = round(entry * dec!(0.95), Rounding::Down)?;

    let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(2), entry)
        .time_in_force(TimeInForce::Gtc)
        // The limit keeps the stop from selling at any price; it may then not sell at all.
        .bracket(
            TakeProfit::limit(target),
            StopLoss::stop(stop).limit(stop - dec!(0.50)),
        );
    if let Some(cost) = estimate(&request, None) {
        println!("costs at most {}", cost.amount);
    }

    // All three are placed, or none. The exits are held back until the whole entry is filled.
    let order = orders.submit(request).await?;
    show(&order);

    // To cancel the entry, or one of the exits, cancels the rest.
    orders.cancel(order.id).await?;
    let patience = Duration::from_secs(30);
    let canceled = orders.wait_for(order.id, Condition::Canceled, patience);
    let order = orders.get_with_legs(canceled.await?.id).await?;
    show(&order);
    Ok(())
}

fn show(order: &Order) {
    println!("entry {} is {}", order.id, order.status);
    for leg in &order.legs {
        let status = leg.status.as_ref().map_or("?", AsRef::as_ref);
        print!("exit  {} is {status}", leg.id);
        for (name, price) in [("stop", leg.stop_price), ("limit", leg.limit_price)] {
            if let Some(price) = price {
                print!(", {name} {price}");
            }
        }
        println!();
    }
}

/// A client with the keys of the environment, for the service at the address that is the argument.
fn connect() -> Result<Client, Box<dyn Error>> {
    let settings = Client::builder().from_env();
    let client = match env::args().nth(1) {
        Some(base_url) => settings.base_url(base_url).build()?,
        None => settings.build()?,
    };
    if *client.environment() == Environment::Live {
        return Err("this example places an order, and does not do that with real money".into());
    }
    Ok(client)
}
