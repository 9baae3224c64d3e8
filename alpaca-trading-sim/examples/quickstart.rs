//! A tour in a minute: an account, three orders, their fills, and what they come to.
//!
//! Without keys in the environment it runs against the simulator in this process: nothing leaves the machine,
//! and the clock moves when it is told to. With keys it runs against your own paper account, waits a little
//! for fills, and cancels what is left. It never trades on a live account.
//!
//! ```sh
//! cargo run --example quickstart
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example quickstart
//! ```

use std::error::Error;
use std::time::Duration;

use alpaca_trading::orders::{OrderQuery, OrderRequest, Quantity, StopLoss, TakeProfit};
use alpaca_trading::stream::TradeEvent;
use alpaca_trading::{Client, Environment, Side, TimeInForce, dec};
use alpaca_trading_sim::Simulator;
use chrono::TimeDelta;
use rust_decimal::Decimal;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The variables that name keys of an account.
const KEYS: [&str; 3] = ["APCA_API_KEY_ID", "ALPACA_API_KEY", "APCA_API_OAUTH"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let has_keys = KEYS.iter().any(|name| std::env::var_os(name).is_some());
    if has_keys {
        let client = Client::from_env()?;
        if !matches!(
            client.environment(),
            Environment::Paper | Environment::Custom(_)
        ) {
            return Err(
                "these are keys of a live account: the quickstart trades on paper only".into(),
            );
        }
        return tour(&client, None).await;
    }
    let simulator = Simulator::builder().seed(1).start().await?;
    println!(
        "no keys in the environment: a simulator at {}\n",
        simulator.base_url()
    );
    tour(&simulator.client()?, Some(&simulator)).await
}

/// The tour itself; with a simulator, its clock and its prices are moved along.
async fn tour(client: &Client, simulator: Option<&Simulator>) -> Outcome<()> {
    let account = client.account().get().await?;
    let clock = client.clock().get().await?;
    println!("environment   {}", client.environment());
    println!(
        "account       {}",
        account.account_number.as_deref().unwrap_or("-")
    );
    println!("cash          {}", shown(account.cash));
    println!("buying power  {}", shown(account.buying_power));
    println!(
        "market        {} at {}",
        if clock.is_open { "open" } else { "closed" },
        clock.timestamp
    );

    let price = match simulator {
        Some(simulator) => simulator.market().quote("AAPL")?.last,
        None => dec!(150.00),
    };
    let limit = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(10), price)
        .time_in_force(TimeInForce::Day);
    println!("\npreview\n{}", client.orders().preview(&limit));

    // From here on, whatever happens to an order is told.
    let mut stream = client.trade_updates().connect().await?;
    println!("\norders");
    let up = |percent: Decimal| (price * (Decimal::ONE + percent / dec!(100))).round_dp(2);
    let bracket = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(5), up(dec!(0.1)))
        .bracket(TakeProfit::limit(up(dec!(2))), StopLoss::stop(up(dec!(-2))));
    let fraction = OrderRequest::market("SPY", Side::Buy, Quantity::notional(dec!(250.00)));
    let mut placed = Vec::new();
    for (name, request) in [
        ("limit", limit),
        ("bracket", bracket),
        ("fractional", fraction),
    ] {
        let order = client.orders().submit(request).await?;
        println!("  {name:<12}{} {}", order.id, order.status);
        placed.push((name, order.id));
    }

    if let Some(simulator) = simulator {
        // The price falls to the limit, rises to the profit target, and time passes.
        for percent in [dec!(-0.1), dec!(0.5), dec!(2.1)] {
            simulator.market().set_price("AAPL", up(percent))?;
            simulator.clock().advance(TimeDelta::minutes(5));
        }
    }

    println!("\nfills, as the stream tells them");
    let patience = Duration::from_secs(if simulator.is_some() { 1 } else { 10 });
    let until = tokio::time::Instant::now() + patience;
    let mut waiting: Vec<_> = placed.iter().map(|(_, id)| *id).collect();
    while !waiting.is_empty() {
        let Ok(Some(item)) = tokio::time::timeout_at(until, stream.next()).await else {
            break;
        };
        for update in item.updates() {
            let symbol = update.order.symbol.as_deref().unwrap_or("-");
            if let Some(fill) = update.fill() {
                println!(
                    "  {symbol:<12}{} at {}",
                    fill.qty.normalize(),
                    fill.price.normalize()
                );
            }
            if update.event == TradeEvent::Fill {
                waiting.retain(|id| *id != update.order.id);
            }
        }
    }

    println!("\nwhat became of them");
    for (name, id) in placed {
        let order = client.orders().get(id).await?;
        println!(
            "  {name:<12}{} {} at {}",
            order.status,
            shown(order.filled_qty),
            shown(order.filled_avg_price)
        );
    }

    println!("\npositions");
    for position in &client.positions().list().await? {
        println!(
            "  {:<12}{} at {}, profit {}",
            position.symbol,
            shown(Some(position.qty)),
            shown(Some(position.avg_entry_price)),
            shown(position.unrealized_pl)
        );
    }

    let open = client.orders().list(OrderQuery::open()).next_page().await?;
    let left = open.map_or(0, |page| page.len());
    client.orders().cancel_all().await?;
    let account = client.account().get().await?;
    stream.close().await;
    println!("\ncanceled      {left} open orders");
    println!("equity        {}", shown(account.equity));
    Ok(())
}

/// An amount, or a dash.
fn shown(amount: Option<Decimal>) -> String {
    amount.map_or("-".to_owned(), |amount| amount.normalize().to_string())
}
