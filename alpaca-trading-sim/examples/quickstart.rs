//! A tour in a minute: an account, three orders, their fills, and what they come to.
//!
//! Without keys in the environment it runs against the simulator in this process: nothing leaves the machine,
//! and the clock moves when it is told to. With keys it runs against your own paper account: it learns the price
//! from its first fill, waits a little for the others, and cancels what is left of its own orders, whatever went
//! wrong; orders that were there before are left alone. It never trades on a live account.
//!
//! ```sh
//! cargo run --example quickstart
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example quickstart
//! ```

use std::error::Error;
use std::time::Duration;

use alpaca_trading::orders::{Condition, OrderRequest, Quantity, StopLoss, TakeProfit};
use alpaca_trading::stream::{TradeEvent, TradeStream};
use alpaca_trading::types::OrderStatus;
use alpaca_trading::{Client, Environment, Side, TimeInForce, Uuid, dec};
use alpaca_trading_sim::Simulator;
use chrono::TimeDelta;
use rust_decimal::Decimal;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The variables that name keys of an account.
const KEYS: [&str; 3] = ["APCA_API_KEY_ID", "ALPACA_API_KEY", "APCA_API_OAUTH"];

/// Where orders rest when no fill has told the price, as while the market is closed.
const UNKNOWN_PRICE: Decimal = dec!(150.00);

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

    // From here on, whatever happens to an order is told.
    let mut stream = client.trade_updates().connect().await?;
    let mut placed = Vec::new();
    let traded = trade(client, simulator, &mut stream, &mut placed).await;
    // What this program has placed it also takes away, however far it came.
    let canceled = cancel(client, &placed).await?;
    stream.close().await;
    traded?;

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
    let account = client.account().get().await?;
    println!("\ncanceled      {canceled} open orders");
    println!("equity        {}", shown(account.equity));
    Ok(())
}

/// The orders that were placed, by what they show.
type Placed = Vec<(&'static str, Uuid)>;

/// Places the three orders, and tells what becomes of them.
async fn trade(
    client: &Client,
    simulator: Option<&Simulator>,
    stream: &mut TradeStream,
    placed: &mut Placed,
) -> Outcome<()> {
    let fraction = OrderRequest::market("AAPL", Side::Buy, Quantity::notional(dec!(250.00)));
    let id = place(client, "fractional", fraction, placed).await?;
    let (price, is_trading) = match simulator {
        Some(simulator) => (simulator.market().quote("AAPL")?.last, true),
        None => {
            let patience = Duration::from_secs(5);
            match client
                .orders()
                .wait_for(id, Condition::Filled, patience)
                .await
            {
                Ok(order) => (
                    order.filled_avg_price.unwrap_or(UNKNOWN_PRICE).round_dp(2),
                    true,
                ),
                // Nothing trades now: the orders wait until they are canceled.
                Err(_) => (UNKNOWN_PRICE, false),
            }
        }
    };
    let up = |percent: Decimal| (price * (Decimal::ONE + percent / dec!(100))).round_dp(2);
    let limit = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(10), price)
        .time_in_force(TimeInForce::Day);
    place(client, "limit", limit, placed).await?;
    let bracket = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(5), up(dec!(0.1)))
        .bracket(TakeProfit::limit(up(dec!(2))), StopLoss::stop(up(dec!(-2))));
    place(client, "bracket", bracket, placed).await?;

    if let Some(simulator) = simulator {
        // The price falls to the limit, rises to the profit target, and time passes.
        for percent in [dec!(-0.1), dec!(0.5), dec!(2.1)] {
            simulator.market().set_price("AAPL", up(percent))?;
            simulator.clock().advance(TimeDelta::minutes(5));
        }
    }

    println!("\nfills, as the stream tells them");
    let is_patient = simulator.is_none() && is_trading;
    let patience = Duration::from_secs(if is_patient { 10 } else { 1 });
    let until = tokio::time::Instant::now() + patience;
    let mut waiting: Vec<Uuid> = placed.iter().map(|(_, id)| *id).collect();
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
        let order = client.orders().get(*id).await?;
        println!(
            "  {name:<12}{} {} at {}",
            order.status,
            shown(order.filled_qty),
            shown(order.filled_avg_price)
        );
    }
    Ok(())
}

/// Shows what would be sent, and sends it.
async fn place(
    client: &Client,
    name: &'static str,
    request: OrderRequest,
    placed: &mut Placed,
) -> Outcome<Uuid> {
    println!(
        "\n{name}, before it is sent\n{}",
        client.orders().preview(&request)
    );
    let order = client.orders().submit(request).await?;
    println!("sent: {} {}", order.id, order.status);
    placed.push((name, order.id));
    Ok(order.id)
}

/// Cancels what is left of the orders that were placed, with their legs; says how many that were.
async fn cancel(client: &Client, placed: &Placed) -> Outcome<usize> {
    let mut canceled = 0;
    for (_, id) in placed {
        let order = client.orders().get_with_legs(*id).await?;
        let legs = order.legs.iter().map(|leg| (leg.id, leg.status.as_ref()));
        let all = std::iter::once((*id, Some(&order.status))).chain(legs);
        for (id, _) in all.filter(|(_, status)| !status.is_some_and(has_ended)) {
            match client.orders().cancel(id).await {
                Ok(()) => canceled += 1,
                // It has ended meanwhile: filled, or with another one of its group.
                Err(error) if error.is_not_cancelable() || error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(canceled)
}

fn has_ended(status: &OrderStatus) -> bool {
    matches!(
        status,
        OrderStatus::Filled
            | OrderStatus::Canceled
            | OrderStatus::Expired
            | OrderStatus::Rejected
            | OrderStatus::Replaced
    )
}

/// An amount, or a dash.
fn shown(amount: Option<Decimal>) -> String {
    amount.map_or("-".to_owned(), |amount| amount.normalize().to_string())
}
