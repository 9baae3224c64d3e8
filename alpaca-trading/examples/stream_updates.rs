//! Prints what happens to the account's orders, for as many seconds as its argument says: 60 without one.
//!
//! ```sh
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run -p alpaca-trading --example stream_updates -- 600
//! ```

use std::time::Duration;

use alpaca_trading::Client;
use alpaca_trading::stream::{StreamItem, TradeUpdate};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 60,
    };
    let client = Client::from_env()?;
    // The orders that are open come first; then whatever happens.
    let mut stream = client.trade_updates().with_open_orders().connect().await?;
    println!("listening in {} for {seconds} s", client.environment());
    let end = tokio::time::Instant::now() + Duration::from_secs(seconds);
    while let Ok(Some(item)) = tokio::time::timeout_at(end, stream.next()).await {
        match &item {
            StreamItem::Update(update) => show(update),
            StreamItem::Reconciled { updates, .. } => {
                updates.iter().for_each(|update| show(update))
            }
            StreamItem::Disconnected { reason, retry_in } => {
                eprintln!("disconnected ({reason}), again in {retry_in:?}");
            }
            StreamItem::Lagged { dropped } => eprintln!("{dropped} items were missed"),
            StreamItem::Undecodable { error, .. } => eprintln!("not understood: {error}"),
            _ => {}
        }
    }
    let state = stream.state();
    stream.close().await;
    println!("{} updates, {} reconnects", state.updates, state.reconnects);
    Ok(())
}

fn show(update: &TradeUpdate) {
    let symbol = update.order.symbol.as_deref().unwrap_or("-");
    let missed = if update.was_missed() { " (missed)" } else { "" };
    print!(
        "{symbol:<8} {:<16} {}{missed}",
        update.event, update.order.status
    );
    match update.fill() {
        Some(fill) => println!(", {} at {}", fill.qty, fill.price),
        None => println!(),
    }
}
