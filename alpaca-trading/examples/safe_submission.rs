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
use std::time::Duration;

use alpaca_trading::orders::{ClientOrderId, Order, OrderRequest, Orders, Quantity, Unresolved};
use alpaca_trading::{Client, Environment, Result, Side, dec};

/// How often, and for how long, to ask for an order in doubt. A request can be held up on its way,
/// so that it is found late; after a minute it does not arrive any more.
const PAUSE: Duration = Duration::from_secs(5);
const QUESTIONS: u32 = 12;

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
        // After an interruption the id is all that is needed.
        let id = id.into_string().map_err(|_| "CLIENT_ORDER_ID is no text")?;
        print(orders.resolve(&Unresolved::submission(id)).await?);
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
                settle(&orders, unresolved).await?
            }
            // Every other error is certain: the order has not been placed.
            None => return Err(error.into()),
        },
    };
    print(order);
    Ok(())
}

/// Asks what became of an order until it is found, or until it cannot appear any more.
async fn settle(orders: &Orders, unresolved: &Unresolved) -> Result<Option<Order>> {
    let mut answer = orders.resolve(unresolved).await;
    for _ in 1..QUESTIONS {
        match &answer {
            Ok(Some(_)) => break,
            Ok(None) => println!("not there yet"),
            Err(error) => println!("no answer yet: {error}"),
        }
        tokio::time::sleep(PAUSE).await;
        answer = orders.resolve(unresolved).await;
    }
    answer
}

fn print(order: Option<Order>) {
    match order {
        Some(order) => println!("order {} is {}", order.id, order.status),
        None => println!("not accepted: it can be placed anew"),
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
