//! What the bot does: it buys a little below the price, sells what it has bought a little above, and begins
//! again.
//!
//! It keeps no state but what the stream tells it. Every fill comes exactly once, whatever happens to the
//! connection, so that adding them up is all the bookkeeping there is.

use std::error::Error;

use alpaca_trading::orders::{ClientOrderId, Order, OrderRequest, Quantity};
use alpaca_trading::stream::{Fill, StreamItem, TradeStream};
use alpaca_trading::types::OrderStatus;
use alpaca_trading::{Client, Decimal, Side, TimeInForce};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What the client order ids of its orders begin with: by that they are told from those of others.
pub(crate) const PREFIX: &str = "example-bot-";

/// What the bot is to do.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// What it trades.
    pub(crate) symbol: &'static str,
    /// How many shares at a time.
    pub(crate) shares: u32,
    /// The price that it starts from.
    pub(crate) price: Decimal,
    /// How far from it the bot buys and sells, as a part of the price: 0.01 is one percent.
    pub(crate) step: Decimal,
    /// How often it buys and sells.
    pub(crate) rounds: u32,
}

/// What has come of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// How often it has bought and sold.
    pub(crate) rounds: u32,
    /// How many orders it has placed.
    pub(crate) orders: u32,
    /// What it has earned with sales, less what it has spent.
    pub(crate) profit: Decimal,
    /// How many fills it has seen.
    pub(crate) fills: u32,
    /// How many of them it has learnt of later, since the connection was down when they happened.
    pub(crate) late_fills: u32,
    /// How often the connection was lost.
    pub(crate) breaks: u32,
}

/// Trades until the rounds are over. What happens is said with `say`.
pub(crate) async fn trade(client: &Client, plan: &Plan, say: impl Fn(&str)) -> Outcome<Report> {
    // Before the first order: what happens to an order that is placed now is told.
    let mut stream = client.trade_updates().connect().await?;
    let mut report = Report::default();
    while report.rounds < plan.rounds {
        let below = plan.price - plan.price * plan.step;
        let bought = deal(
            client,
            plan,
            Side::Buy,
            below,
            &mut stream,
            &mut report,
            &say,
        )
        .await?;
        let above = bought + bought * plan.step;
        deal(
            client,
            plan,
            Side::Sell,
            above,
            &mut stream,
            &mut report,
            &say,
        )
        .await?;
        report.rounds += 1;
    }
    stream.close().await;
    Ok(report)
}

/// Places an order and waits until it is filled, in however many parts. The price of a share on average.
async fn deal(
    client: &Client,
    plan: &Plan,
    side: Side,
    price: Decimal,
    stream: &mut TradeStream,
    report: &mut Report,
    say: &impl Fn(&str),
) -> Outcome<Decimal> {
    let shares = Quantity::shares(plan.shares);
    let request = OrderRequest::limit(plan.symbol, side.clone(), shares, price.round_dp(2))
        .time_in_force(TimeInForce::Gtc)
        .client_order_id(ClientOrderId::with_prefix(PREFIX));
    let order = client.orders().submit(request).await?;
    report.orders += 1;
    say(&format!("{side} {} at {}", plan.shares, price.round_dp(2)));

    let (mut filled, mut value) = (Decimal::ZERO, Decimal::ZERO);
    while filled < Decimal::from(plan.shares) {
        let Some(item) = stream.next().await else {
            return Err(stream
                .error()
                .map_or_else(|| "the stream has ended".into(), Into::into));
        };
        if let StreamItem::Disconnected { reason, .. } = &item {
            report.breaks += 1;
            say(&format!("  {reason}: what happens meanwhile is told later"));
        }
        for update in item
            .updates()
            .iter()
            .filter(|update| update.order.id == order.id)
        {
            if let Some(Fill { qty, price, .. }) = update.fill() {
                filled += qty;
                value += qty * price;
                report.fills += 1;
                report.late_fills += u32::from(update.was_missed());
                say(&format!("  {qty} filled at {price}"));
            } else if has_failed(&update.order) {
                return Err(format!("order {} is {}", order.id, update.order.status).into());
            }
        }
    }
    match side {
        Side::Buy => report.profit -= value,
        _ => report.profit += value,
    }
    Ok(value / filled)
}

/// Whether nothing more comes of an order.
fn has_failed(order: &Order) -> bool {
    matches!(
        order.status,
        OrderStatus::Canceled
            | OrderStatus::Expired
            | OrderStatus::Rejected
            | OrderStatus::Replaced
    )
}
