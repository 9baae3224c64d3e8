//! Activity events as they happen, each once, across breaks of the connection.
//!
//! Without keys in the environment it runs against the simulator in this process, buys something now and then
//! and breaks the connection. With keys it tells what happens in your own account, of whatever environment, and
//! only reads.
//!
//! ```sh
//! cargo run --example stream_activities           # ten events, then the end
//! cargo run --example stream_activities -- 100    # a hundred
//! ```

use std::error::Error;
use std::time::Duration;

use alpaca_trading::Client;
use alpaca_trading::resources::activity_events::EventQuery;
use alpaca_trading::stream::StreamItem;
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::streams::StreamFault;

/// The variables that name keys of an account.
const KEYS: [&str; 3] = ["APCA_API_KEY_ID", "ALPACA_API_KEY", "APCA_API_OAUTH"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let count = match std::env::args().nth(1) {
        Some(count) => count.parse()?,
        None => 10,
    };
    if KEYS.iter().any(|name| std::env::var_os(name).is_some()) {
        return Ok(tell(&Client::from_env()?, count).await?);
    }
    let simulator = Simulator::builder().seed(1).start().await?;
    println!("no keys in the environment: a simulator\n");
    let faults = simulator.faults();
    faults
        .on("activity_events")
        .after(4)
        .times(1)
        .stream_fault(StreamFault::Close);
    let client = simulator.client()?;
    // Whichever ends first: there is always something to tell, so that is the telling.
    tokio::select! {
        told = tell(&client, count) => Ok(told?),
        () = trade(&simulator) => Ok(()),
    }
}

/// Prints so many events, and what happens to the stream meanwhile.
async fn tell(client: &Client, count: usize) -> alpaca_trading::Result<()> {
    let mut events = client.activity_events().connect(EventQuery::new()).await?;
    let mut told = 0;
    while told < count {
        match events.next().await {
            Some(StreamItem::Update(update)) => {
                told += 1;
                let event = &update.event;
                let amount = event
                    .net_amount
                    .map_or("-".to_owned(), |amount| amount.to_string());
                println!(
                    "{}  {:<6}{amount:>12} {}",
                    event.at, event.activity_type, event.currency
                );
            }
            Some(StreamItem::Disconnected {
                reason,
                retry_in: Some(wait),
            }) => {
                println!("-- {reason}: again in {wait:.1?}");
            }
            Some(StreamItem::Disconnected {
                reason,
                retry_in: None,
            }) => println!("-- {reason}"),
            Some(StreamItem::Connected) => println!("-- connected"),
            Some(StreamItem::Lagged { dropped }) => {
                println!("-- {dropped} were dropped, and follow")
            }
            Some(StreamItem::Undecodable { error, .. }) => println!("-- not understood: {error}"),
            Some(_) => {}
            None => break,
        }
    }
    println!(
        "\nthe last event was {}",
        events.last_event_id().unwrap_or("none")
    );
    Ok(())
}

/// Buys a share of something every now and then.
async fn trade(simulator: &Simulator) {
    let order = r#"{"symbol":"F","qty":"1","side":"buy","type":"market","time_in_force":"day"}"#;
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        simulator.call("POST", "/v2/orders", order);
        simulator.clock().advance(chrono::TimeDelta::seconds(30));
    }
}
