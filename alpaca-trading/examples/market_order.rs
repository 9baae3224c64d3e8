//! Buys one share at the market, waits until it is bought, and takes the order back if it is not.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example market_order -- [BASE_URL]
//! ```
//!
//! Without a base URL it trades where the environment says, and with Alpaca's paper service if it
//! says nothing. With real money it does not trade.

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use alpaca_trading::orders::{Condition, Order, OrderRequest, Orders, Quantity};
use alpaca_trading::{Client, Environment, Result, Side, Uuid};

/// How long the order may take while the market is open.
const PATIENCE: Duration = Duration::from_secs(30);

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
    let clock = client.clock().get().await?;
    let patience = if clock.is_open {
        PATIENCE
    } else {
        println!("the market is closed until {}", clock.next_open);
        Duration::ZERO
    };

    let orders = client.orders();
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    // Accepted is not filled: it has been taken, and can still be rejected.
    let order = orders.submit(request).await.map_err(explained)?;
    println!("order {} is {}", order.id, order.status);

    let order = match orders.wait_for(order.id, Condition::Done, patience).await {
        Err(error) if error.is_timeout() => take_back(&orders, order.id).await?,
        result => result?,
    };
    println!("order {} is {}", order.id, order.status);
    match (order.filled_qty, order.filled_avg_price) {
        (Some(quantity), Some(price)) => println!("bought {quantity} at {price}"),
        _ => println!("bought nothing"),
    }
    Ok(())
}

/// Cancels the order. The one that comes back may be filled nevertheless: canceling is a request.
async fn take_back(orders: &Orders, order_id: Uuid) -> Result<Order> {
    match orders.cancel(order_id).await {
        Err(error) if !error.is_not_cancelable() => return Err(error),
        _ => {}
    }
    orders.wait_for(order_id, Condition::Done, PATIENCE).await
}

/// A refusal, with the figures that the service sends along with some of them.
fn explained(error: alpaca_trading::Error) -> Box<dyn Error> {
    if !error.is_insufficient_buying_power() {
        return error.into();
    }
    match (error.decimal("cost_basis"), error.decimal("buying_power")) {
        (Some(cost), Some(power)) => {
            format!("{error}\nthe order costs {cost}, and the buying power is {power}").into()
        }
        _ => error.into(),
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
