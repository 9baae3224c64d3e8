//! Prints the account that a pair of keys belongs to.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example account -- [BASE_URL]
//! ```
//!
//! Without a base URL it asks Alpaca's paper service. It asks the live one only when its address is
//! given in full, and never sends keys unencrypted to another machine.

use std::error::Error;
use std::{env, process};

use alpaca_trading::{Client, Credentials, Environment};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Err(error) = run().await {
        eprintln!("error: {error}");
        process::exit(1);
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let variable = |name: &str| env::var(name).map_err(|_| format!("set {name} to your own key"));
    let keys = Credentials::key_pair(
        &variable("APCA_API_KEY_ID")?,
        &variable("APCA_API_SECRET_KEY")?,
    )?;
    let environment = match env::args().nth(1) {
        Some(url) => Environment::from_base_url(&url)?,
        None => Environment::Paper,
    };
    let client = Client::new(environment, keys)?;

    let account = client.account().get().await?;
    println!("environment   {}", client.environment());
    println!("account       {}", account.id);
    println!("status        {}", account.status);
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
    Ok(())
}
