//! Makes a watchlist, changes it in every way there is, and deletes it.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example watchlists -- [BASE_URL]
//! ```
//!
//! Without a base URL it works where the environment says, and with Alpaca's paper service if it
//! says nothing. It touches no watchlist but its own.

use std::env;
use std::process::ExitCode;

use alpaca_trading::resources::watchlists::WatchlistUpdate;
use alpaca_trading::types::Watchlist;
use alpaca_trading::{Client, Result};

/// Names are unique within an account.
const NAME: &str = "example of alpaca-trading";

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

async fn run() -> Result<()> {
    let client = connect()?;
    let watchlists = client.watchlists();
    for list in &watchlists.list().await? {
        println!("there is {}", list.name);
    }

    // A list can be addressed by its name, and need not exist for that.
    let list = match watchlists.by_name(NAME).get().await {
        Err(error) if error.is_not_found() => watchlists.create(NAME, ["AAPL", "MSFT"]).await?,
        found => found?,
    };
    print("made", &list);

    // Whatever happens from here on, the list does not stay behind.
    let changed = change(&client, &list).await;
    watchlists.delete(list.id).await?;
    println!("deleted {}", list.id);
    changed
}

async fn change(client: &Client, list: &Watchlist) -> Result<()> {
    let watchlists = client.watchlists();
    // Crypto pairs are named with their slash.
    let list = watchlists.add(list.id, "BTC/USD").await?;
    print("added", &list);
    let list = watchlists.remove(list.id, "MSFT").await?;
    print("removed", &list);
    // What an update names is replaced as a whole; what it does not name stays.
    let update = WatchlistUpdate::new().symbols(["NVDA", "AMD"]);
    let list = watchlists.update(list.id, update).await?;
    print("replaced", &list);
    Ok(())
}

fn print(what: &str, list: &Watchlist) {
    let symbols: Vec<&str> = list
        .assets
        .iter()
        .map(|asset| asset.symbol.as_str())
        .collect();
    println!("{what}: {} has {}", list.name, symbols.join(", "));
}

/// A client with the keys of the environment, for the service at the address that is the argument.
fn connect() -> Result<Client> {
    let settings = Client::builder().from_env();
    match env::args().nth(1) {
        Some(base_url) => settings.base_url(base_url).build(),
        None => settings.build(),
    }
}
