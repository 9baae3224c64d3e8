//! Looks for two calls and places a debit spread on them: one order of two legs, filled together or
//! not at all.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example options_spread -- [BASE_URL]
//! ```
//!
//! The account needs options level 3, and the order stays open for the rest of the day. Without a
//! base URL the example trades where the environment says, and with Alpaca's paper service if it
//! says nothing. With real money it does not trade.

use std::env;
use std::error::Error;
use std::process::ExitCode;

use alpaca_trading::chrono::Days;
use alpaca_trading::orders::{Leg, OrderRequest, Rounding, TickRule, estimate};
use alpaca_trading::resources::option_contracts::OptionContractQuery;
use alpaca_trading::types::OptionContract;
use alpaca_trading::{Client, Decimal, Environment};

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

async fn run() -> Result<(), Box<dyn Error>> {
    let client = connect()?;
    let today = client.clock().get().await?.timestamp.date_naive();

    // Calls that expire in one to six weeks. The list ends at the coming weekend unless told
    // otherwise.
    let query = OptionContractQuery::of("SPY")
        .calls()
        .expires_from(today + Days::new(7))
        .expires_until(today + Days::new(42));
    let contracts = client.option_contracts().list(query).collect().await?;
    println!("{} calls", contracts.len());
    let (lower, upper, debit) = choose(&contracts).ok_or("no two calls that are traded enough")?;
    println!("buying  {}, {}", lower.symbol, lower.name);
    println!("selling {}, {}", upper.symbol, upper.name);

    // One strategy is one contract of each leg. The limit is its net price a share: above zero for
    // what is paid, below for what is received.
    let request = OrderRequest::multi_leg(
        1,
        [
            Leg::buy_to_open(&lower.symbol, 1),
            Leg::sell_to_open(&upper.symbol, 1),
        ],
    )
    .limit_price(debit);
    if let Some(cost) = estimate(&request, None) {
        println!("pays at most {debit} a share, {} in all", cost.amount);
    }

    let order = client.orders().submit(request).await?;
    println!("order {} is {}", order.id, order.status);
    for leg in &order.legs {
        let symbol = leg.symbol.as_deref().unwrap_or_default();
        println!("leg   {} {symbol}", leg.id);
    }
    Ok(())
}

/// The two neighbouring strikes of one expiration of which more contracts are open than of any
/// others, and the difference of their last closing prices.
fn choose(calls: &[OptionContract]) -> Option<(&OptionContract, &OptionContract, Decimal)> {
    let mut calls: Vec<_> = calls.iter().filter(|call| call.tradable).collect();
    calls.sort_by_key(|call| (call.expiration_date, call.strike_price));
    let pairs = calls.windows(2).filter_map(|pair| {
        let [lower, upper] = pair else { return None };
        let debit = lower.close_price? - upper.close_price?;
        let debit = TickRule::cents().round(debit, Rounding::Down)?;
        let open = lower.open_interest?.min(upper.open_interest?);
        let usable = lower.expiration_date == upper.expiration_date && debit > Decimal::ZERO;
        usable.then_some((open, *lower, *upper, debit))
    });
    let (_, lower, upper, debit) = pairs.max_by_key(|(open, ..)| *open)?;
    Some((lower, upper, debit))
}

/// A client with the keys of the environment, for the service at the address that is the argument.
fn connect() -> Result<Client, Box<dyn Error>> {
    let settings = Client::builder().from_env();
    let client = match env::args().nth(1) {
        Some(base_url) => settings.base_url(base_url).build()?,
        None => settings.build()?,
    };
    if *client.environment() == Environment::Live {
        return Err("this example places an order, and does not do that with real money".into());
    }
    Ok(client)
}
