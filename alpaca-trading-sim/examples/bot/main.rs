//! A small bot, whole: it buys a little below the price and sells a little above it, driven by the stream of
//! order updates alone.
//!
//! Without keys in the environment it trades on a simulator in this process, which moves the prices, and
//! cuts the bot's connection while an order is filled. With keys it trades one share on your own paper
//! account, for a minute at most. It never trades on a live account.
//!
//! ```sh
//! cargo run -p alpaca-trading-sim --example bot
//! ```

mod strategy;

use std::time::Duration;

use alpaca_trading::orders::OrderQuery;
use alpaca_trading::{Client, Environment, dec};
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::streams::StreamFault;

use strategy::{Outcome, PREFIX, Plan, Report, trade};

/// The variables that name keys of an account.
const KEYS: [&str; 3] = ["APCA_API_KEY_ID", "ALPACA_API_KEY", "APCA_API_OAUTH"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let has_keys = KEYS.iter().any(|name| std::env::var_os(name).is_some());
    let report = match has_keys {
        true => on_paper().await?,
        false => on_a_simulator().await?,
    };
    println!(
        "\n{} rounds, {} orders, {} fills",
        report.rounds, report.orders, report.fills
    );
    println!(
        "{} breaks of the connection, {} fills learnt later",
        report.breaks, report.late_fills
    );
    println!("profit {}", report.profit.normalize());
    Ok(())
}

fn say(text: &str) {
    println!("{text}");
}

/// Trades on the user's paper account, within a minute.
async fn on_paper() -> Outcome<Report> {
    let client = Client::from_env()?;
    if client.environment() == &Environment::Live {
        return Err("these are keys of a live account: the bot trades on paper only".into());
    }
    let plan = Plan {
        symbol: "F",
        shares: 1,
        price: dec!(10.00),
        step: dec!(0.001),
        rounds: 1,
    };
    let traded = tokio::time::timeout(Duration::from_secs(60), trade(&client, &plan, say)).await;
    match traded {
        Ok(report) => report,
        Err(_) => {
            println!("nothing more within a minute: its orders are canceled");
            let open = client.orders().list(OrderQuery::open()).collect().await?;
            for order in &open {
                // One that was filled meanwhile cannot be canceled, and keeps no other from it.
                if order.client_order_id.starts_with(PREFIX)
                    && let Err(error) = client.orders().cancel(order.id).await
                {
                    println!("order {}: {error}", order.id);
                }
            }
            Ok(Report::default())
        }
    }
}

/// Trades on a simulator whose price goes up and down, and whose connections do not last.
async fn on_a_simulator() -> Outcome<Report> {
    let simulator = Simulator::builder().seed(1).start().await?;
    println!(
        "no keys in the environment: a simulator at {}\n",
        simulator.base_url()
    );
    let client = simulator.client()?;
    let plan = Plan {
        symbol: "AAPL",
        shares: 10,
        price: simulator.market().quote("AAPL")?.last,
        step: dec!(0.01),
        rounds: 2,
    };
    // The third update that the bot is sent does not arrive, and neither does anything after it.
    simulator
        .faults()
        .on("trade_updates")
        .after(2)
        .times(1)
        .stream_fault(StreamFault::Close);
    let moves = async {
        for percent in [dec!(0.98), dec!(1.02)].into_iter().cycle() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let price = (plan.price * percent).round_dp(2);
            simulator.market().set_price("AAPL", price)?;
            simulator.clock().advance(chrono::TimeDelta::seconds(1));
        }
        Ok(Report::default())
    };
    tokio::select! {
        report = trade(&client, &plan, say) => report,
        moved = moves => moved,
    }
}
