//! What happens to the account's orders, as it happens and without gaps.
//!
//! Without keys in the environment it runs against the simulator in this process, which trades now and then and
//! breaks the connection in the middle. With keys it tells what happens in your own account, of whatever
//! environment, for as many seconds as its argument says (60 without one), and only reads.
//!
//! ```sh
//! cargo run --example stream_updates
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example stream_updates -- 600
//! ```

use std::error::Error;
use std::time::Duration;

use alpaca_trading::Client;
use alpaca_trading::stream::{StreamItem, TradeUpdate};
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::streams::StreamFault;

/// The variables that name keys of an account.
const KEYS: [&str; 3] = ["APCA_API_KEY_ID", "ALPACA_API_KEY", "APCA_API_OAUTH"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let seconds = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 60,
    };
    if KEYS.iter().any(|name| std::env::var_os(name).is_some()) {
        return Ok(tell(&Client::from_env()?, Duration::from_secs(seconds)).await?);
    }
    let simulator = Simulator::builder().seed(1).start().await?;
    println!("no keys in the environment: a simulator\n");
    // The fifth update does not arrive, and nothing after it on this connection.
    let faults = simulator.faults();
    faults
        .on("trade_updates")
        .after(4)
        .times(1)
        .stream_fault(StreamFault::Close);
    let client = simulator.client()?;
    tokio::select! {
        told = tell(&client, Duration::from_secs(2)) => Ok(told?),
        () = trade(&simulator) => Ok(()),
    }
}

/// Prints for so long what happens to orders, and to the stream.
async fn tell(client: &Client, time: Duration) -> alpaca_trading::Result<()> {
    // The orders that are open come first; then whatever happens.
    let mut stream = client.trade_updates().with_open_orders().connect().await?;
    println!("listening in {}", client.environment());
    let end = tokio::time::Instant::now() + time;
    while let Ok(Some(item)) = tokio::time::timeout_at(end, stream.next()).await {
        for update in item.updates() {
            show(update);
        }
        match item {
            StreamItem::Disconnected { reason, .. } => println!("- {reason}"),
            StreamItem::Stale { .. } => println!("- what happens now may be told later"),
            StreamItem::Reconciled { .. } => println!("- everything is told"),
            StreamItem::Lagged { dropped } => println!("- {dropped} items were missed"),
            StreamItem::Undecodable { error, .. } => println!("- not understood: {error}"),
            _ => {}
        }
    }
    let state = stream.state();
    stream.close().await;
    println!(
        "{} updates, {} of them missed at first, {} reconnects",
        state.updates, state.backfilled, state.reconnects
    );
    Ok(())
}

fn show(update: &TradeUpdate) {
    let symbol = update.order.symbol.as_deref().unwrap_or("-");
    let missed = if update.was_missed() { " (missed)" } else { "" };
    print!("{symbol:<6}{}{missed}", update.event);
    match update.fill() {
        Some(fill) => println!(": {} at {}", fill.qty.normalize(), fill.price.normalize()),
        None => println!(),
    }
}

/// Buys something now and then.
async fn trade(simulator: &Simulator) {
    for symbol in ["AAPL", "SPY", "F"].into_iter().cycle() {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let body = format!(
            r#"{{"symbol":"{symbol}","side":"buy","qty":"2","type":"market","time_in_force":"day"}}"#
        );
        simulator.call("POST", "/v2/orders", body);
        simulator.clock().advance(chrono::TimeDelta::seconds(5));
    }
}
