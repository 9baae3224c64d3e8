//! The client without async: positions, orders, and several threads that share one client.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... \
//!     cargo run --features blocking --example blocking -- [BASE_URL]
//! ```
//!
//! Without a base URL it reads where the environment says, and with Alpaca's paper service if it
//! says nothing. The client is made read-only, so that nothing can be changed by mistake.

use std::process::ExitCode;
use std::{env, thread};

use alpaca_trading::Result;
use alpaca_trading::blocking::Client;
use alpaca_trading::orders::OrderQuery;

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
    let client = connect()?;

    // The same methods, queries and types as with async, without `await`.
    let positions = client.positions().list()?;
    for position in &positions {
        println!("{} of {}", position.qty, position.symbol);
    }

    // A list that comes in pages can be read in a `for` loop.
    for order in client.orders().list(OrderQuery::all()).at_most(3) {
        let order = order?;
        println!("order {} is {}", order.id, order.status);
    }

    // Clients can be shared by threads, or cloned for them. They keep to one rate limit together.
    thread::scope(|scope| {
        let asked = positions.iter().map(|position| {
            let assets = client.assets();
            scope.spawn(move || assets.get(&position.symbol))
        });
        let asked: Vec<_> = asked.collect();
        for thread in asked {
            match thread.join() {
                Ok(asset) => {
                    let asset = asset?;
                    println!("{} is {}", asset.symbol, asset.name.unwrap_or_default());
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(())
    })
}

/// A client with the keys of the environment, for the service at the address that is the argument.
fn connect() -> Result<Client> {
    let settings = Client::builder().from_env().read_only();
    match env::args().nth(1) {
        Some(base_url) => settings.base_url(base_url).build_blocking(),
        None => settings.build_blocking(),
    }
}
