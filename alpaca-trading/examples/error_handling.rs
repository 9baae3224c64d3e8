//! Makes four mistakes, and shows what a program can tell from the errors.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example error_handling -- [BASE_URL]
//! ```
//!
//! Without a base URL it makes them where the environment says, and with Alpaca's paper service if
//! it says nothing. With real money it makes none.

use std::env;
use std::process::ExitCode;

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::{Client, Environment, Error, Outcome, Result, RetryPolicy, Side, Uuid, dec};

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

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let client = connect()?;
    if *client.environment() == Environment::Live {
        return Err("this example may place an order, and does not do that with real money".into());
    }
    let orders = client.orders();
    let buy = |shares: u32, price| {
        OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(shares), price)
    };

    // Alpaca's rules are checked first, all of them at once. Nothing is sent.
    let outcome = orders.submit(buy(0, dec!(1.001))).await;
    report("an order that breaks rules", outcome);

    // The service knows no such order.
    report("an unknown order", orders.get(Uuid::nil()).await);

    // An order that costs a hundred million. If an account can afford that, it is taken back.
    let outcome = orders.submit(buy(100_000_000, dec!(1))).await;
    if let Ok(order) = &outcome {
        orders.cancel(order.id).await?;
    }
    report("an expensive order", outcome);

    // Nobody listens on this port of this machine.
    let nowhere = Client::builder()
        .base_url("http://127.0.0.1:1")
        .key_pair("PKEXAMPLE", "example")
        .retry(RetryPolicy::never())
        .build()?;
    report("a service that is not there", nowhere.account().get().await);
    Ok(())
}

fn report<T>(attempt: &str, result: Result<T>) {
    match result {
        Ok(_) => println!("{attempt}: no error"),
        Err(error) => println!("{attempt}: {error}\n  {}", advice(&error)),
    }
}

/// What to do about an error, from the particular to the general.
fn advice(error: &Error) -> String {
    if error.is_invalid() {
        let broken = error.violations().iter().map(|violation| violation.rule());
        return format!(
            "keep to these rules: {}",
            broken.collect::<Vec<_>>().join(", ")
        );
    }
    if error.is_insufficient_buying_power() {
        // Further fields of the answer; which there are depends on the reason.
        return match error.decimal("buying_power") {
            Some(power) => format!("order for {power} at most"),
            None => "order less".to_owned(),
        };
    }
    if error.is_not_found() {
        return "look for it in the list".to_owned();
    }
    if error.is_unauthorized() {
        return "use the keys of this account".to_owned();
    }
    // Every error says what became of the request, which is what matters for trying again.
    match error.outcome() {
        Outcome::NotSent => "try again later: nothing has happened".to_owned(),
        Outcome::Rejected => "change the request: it was refused".to_owned(),
        Outcome::Unknown => "look before trying again: it may have happened".to_owned(),
    }
}

/// A client with the keys of the environment, for the service at the address that is the argument.
fn connect() -> Result<Client> {
    let settings = Client::builder().from_env();
    match env::args().nth(1) {
        Some(base_url) => settings.base_url(base_url).build(),
        None => settings.build(),
    }
}
