//! Reads lists that come in pages: row by row, page by page, and all at once.
//!
//! ```text
//! APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... cargo run --example pagination -- [BASE_URL]
//! ```
//!
//! Without a base URL it reads where the environment says, and with Alpaca's paper service if it
//! says nothing. The client is made read-only, so that nothing can be changed by mistake.

use std::env;
use std::process::ExitCode;

use alpaca_trading::orders::OrderQuery;
use alpaca_trading::resources::activities::ActivityQuery;
use alpaca_trading::types::AccountActivity;
use alpaca_trading::{Client, Decimal, Result};

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
    row_by_row(&client).await?;
    page_by_page(&client).await?;
    all_at_once(&client).await
}

/// The last orders. A page is fetched when its first row is asked for; these are small to make
/// several, while the usual 500 make fewer calls. `stream()` gives the same rows as a `Stream`.
async fn row_by_row(client: &Client) -> Result<()> {
    let query = OrderQuery::all().newest_first().page_size(2);
    let mut orders = client.orders().list(query).at_most(3);
    while let Some(order) = orders.next().await? {
        let symbol = order.symbol.as_deref().unwrap_or("several contracts");
        println!(
            "{} {symbol} {}",
            order.created_at.date_naive(),
            order.status
        );
    }
    Ok(())
}

/// What has been traded, in money. Pages keep apart what could not be read: one odd row does not
/// cost the others.
async fn page_by_page(client: &Client) -> Result<()> {
    let mut fills = client
        .activities()
        .list(ActivityQuery::fills().oldest_first());
    let (mut count, mut unreadable, mut turnover) = (0, 0, Decimal::ZERO);
    while let Some(page) = fills.next_page().await? {
        for activity in &page {
            if let AccountActivity::Trade(fill) = activity {
                count += 1;
                turnover += fill.qty.unwrap_or_default() * fill.price.unwrap_or_default();
            }
        }
        for row in page.undecodable() {
            unreadable += 1;
            eprintln!("row {} cannot be read: {}", row.index(), row.error());
        }
    }
    println!("{count} fills worth {turnover}, and {unreadable} that cannot be read");
    Ok(())
}

/// The open orders. `all()` insists on every row: an order that cannot be read is an error.
async fn all_at_once(client: &Client) -> Result<()> {
    let open = client
        .orders()
        .list(OrderQuery::open())
        .collect()
        .await?
        .all()?;
    println!("{} open orders", open.len());
    Ok(())
}

/// A client with the keys of the environment, for the service at the address that is the argument.
fn connect() -> Result<Client> {
    let settings = Client::builder().from_env().read_only();
    match env::args().nth(1) {
        Some(base_url) => settings.base_url(base_url).build(),
        None => settings.build(),
    }
}
