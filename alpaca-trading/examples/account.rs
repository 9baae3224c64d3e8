//! Prints the account that a pair of keys belongs to.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example account -- [BASE_URL]
//! ```
//!
//! Without a base URL it asks the service that the environment names, and Alpaca's paper service if
//! it names none. It asks the live one only when that is said in so many words, and never sends
//! keys unencrypted to another machine.

use std::env;
use std::process::ExitCode;

use alpaca_trading::{Client, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            if error.is_unauthorized() {
                eprintln!("The live account and each paper account have keys of their own.");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let client = connect()?;
    let account = client.account().get().await?;

    println!("environment   {}", client.environment());
    println!("account       {}", account.id);
    println!("status        {}", account.status);
    // Amounts are exact decimals, and absent where the service leaves them out.
    for (name, amount) in [
        ("equity", account.equity),
        ("cash", account.cash),
        ("buying power", account.buying_power),
    ] {
        match amount {
            Some(amount) => println!("{name:<13} {amount}"),
            None => println!("{name:<13} not given"),
        }
    }
    if account.trading_blocked == Some(true) {
        println!("The account cannot place orders.");
    }
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
