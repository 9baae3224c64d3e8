//! Places an order so that it is placed once, whatever happens to the answer or to this program.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example safe_submission -- [BASE_URL]
//! ```
//!
//! The client itself looks an order up when its answer is lost, and sends it again only when the
//! service says that it does not have it. What even that cannot settle, this example asks for until
//! it is known. To ask for the order of a run that was interrupted, set `CLIENT_ORDER_ID` to the id
//! that it printed.
//!
//! The order is far below the market, and stays open for the rest of the day. Without a base URL
//! the example trades where the environment says, and with Alpaca's paper service if it says
//! nothing. With real money it does not trade.

use std::env;
use std::error::Error;
use std::process::ExitCode;

use alpaca_trading::orders::{ClientOrderId, OrderRequest, Quantity, Unresolved};
use alpaca_trading::types::Order;
use alpaca_trading::{Client, Environment, Side, dec};

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

    if let Some(id) = env::var_os("CLIENT_ORDER_ID") {
        // After an interruption the id is all that is needed. This asks once; whoever wants to place the
        // order anew asks with `settle`, which waits until it cannot arrive any more.
        let id = id.into_string().map_err(|_| "CLIENT_ORDER_ID is no text")?;
        match orders.resolve(&Unresolved::submission(id)).await? {
            Some(order) => print(Some(order)),
            None => println!("the service does not know it, so far"),
        }
        return Ok(());
    }

    // The id goes where it survives this program before the order goes out: here, to the terminal.
    let id = ClientOrderId::with_prefix("example");
    println!("placing {id}");
    let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(1), dec!(100.00))
        .client_order_id(&id);
    let order = match orders.submit(request).await {
        Ok(order) => Some(order),
        Err(error) => match error.unresolved() {
            Some(unresolved) => {
                println!("in doubt: {error}");
                // Asks until the answer is final: a minute at most.
                orders.settle(unresolved).await?
            }
            // Every other error is certain: the order has not been placed.
            None => return Err(error.into()),
        },
    };
    print(order);
    Ok(())
}

fn print(order: Option<Order>) {
    match order {
        Some(order) => println!("order {} is {}", order.id, order.status),
        None => println!("not accepted, and will not be: it can be placed anew"),
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
