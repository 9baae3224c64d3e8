//! The bot of the examples, on a simulator whose connections break while its orders are filled.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests"
)]

#[path = "../examples/bot/strategy.rs"]
mod strategy;

use std::time::Duration;

use alpaca_trading::orders::{Order, OrderQuery};
use alpaca_trading::types::OrderStatus;
use alpaca_trading::{Client, Decimal, dec};
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::fill::Touch;
use alpaca_trading_sim::streams::StreamFault;
use chrono::TimeDelta;
use strategy::{Outcome, PREFIX, Plan, Report, trade};

fn plan(rounds: u32) -> Plan {
    Plan {
        symbol: "AAPL",
        shares: 10,
        price: dec!(200),
        step: dec!(0.01),
        rounds,
    }
}

async fn simulator() -> (Simulator, Client) {
    let simulator = Simulator::builder()
        .seed(3)
        .fill_model(Touch::default())
        .start()
        .await
        .unwrap();
    simulator.market().set_price("AAPL", dec!(200)).unwrap();
    let client = simulator.client().unwrap();
    (simulator, client)
}

/// Lets the bot trade while the price goes down and up; `harm` is done before each move.
async fn run(
    simulator: &Simulator,
    client: &Client,
    rounds: u32,
    harm: impl AsyncFn(usize),
) -> Outcome<Report> {
    let plan = plan(rounds);
    let moves = async {
        for (number, price) in [dec!(197), dec!(203)].into_iter().cycle().enumerate() {
            // As soon as an order waits for it.
            while open(client).await == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            harm(number).await;
            simulator.market().set_price("AAPL", price).unwrap();
            simulator.clock().advance(TimeDelta::seconds(1));
        }
    };
    tokio::select! {
        report = trade(client, &plan, |_| ()) => report,
        () = moves => panic!("prices move without end"),
        () = tokio::time::sleep(Duration::from_secs(30)) => panic!("the bot is stuck"),
    }
}

/// How many orders are open; none while the service cannot be reached.
async fn open(client: &Client) -> usize {
    let open = client.orders().list(OrderQuery::open()).collect().await;
    open.map_or(0, |orders| orders.len())
}

async fn holds_nothing_and_ordered(client: &Client, orders: u32) {
    assert!(client.positions().list().await.unwrap().is_empty());
    let all = client
        .orders()
        .list(OrderQuery::all())
        .collect()
        .await
        .unwrap();
    assert_eq!(all.len(), usize::try_from(orders).unwrap());
    let own = |order: &Order| order.client_order_id.starts_with(PREFIX);
    assert!(
        all.iter()
            .all(|order| order.status == OrderStatus::Filled && own(order))
    );
}

/// Bought at 198, sold at 199.98, ten of them.
fn profit(rounds: u32) -> Decimal {
    dec!(19.80) * Decimal::from(rounds)
}

#[tokio::test]
async fn it_buys_low_and_sells_high() {
    let (simulator, client) = simulator().await;
    let report = run(&simulator, &client, 3, async |_| ()).await.unwrap();
    assert_eq!((report.rounds, report.orders, report.breaks), (3, 6, 0));
    assert_eq!((report.profit, report.late_fills), (profit(3), 0));
    holds_nothing_and_ordered(&client, 6).await;
}

#[tokio::test]
async fn a_connection_that_is_cut_at_every_fill_costs_nothing() {
    let (simulator, client) = simulator().await;
    let harm = async |_| {
        // The fill that comes next is not told, nor is anything after it on this connection.
        simulator
            .faults()
            .on("trade_updates")
            .times(1)
            .stream_fault(StreamFault::Close);
    };
    let report = run(&simulator, &client, 2, harm).await.unwrap();
    assert_eq!((report.rounds, report.orders), (2, 4));
    assert_eq!(report.profit, profit(2));
    assert!(report.breaks >= 2 && report.late_fills >= 2, "{report:?}");
    holds_nothing_and_ordered(&client, 4).await;
}

#[tokio::test]
async fn a_service_that_restarts_while_orders_are_filled_costs_nothing() {
    let (simulator, client) = simulator().await;
    let plan = plan(1);
    let moves = async {
        for price in [dec!(197), dec!(203)] {
            while open(&client).await == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            simulator.stop_listening().await;
            simulator.market().set_price("AAPL", price).unwrap();
            simulator.clock().advance(TimeDelta::seconds(1));
            simulator.listen().await.unwrap();
        }
        std::future::pending::<()>().await;
    };
    let report = tokio::select! {
        report = trade(&client, &plan, |_| ()) => report.unwrap(),
        () = moves => panic!("prices move without end"),
        () = tokio::time::sleep(Duration::from_secs(30)) => panic!("the bot is stuck"),
    };
    assert_eq!(
        (report.rounds, report.orders, report.profit),
        (1, 2, profit(1))
    );
    assert_eq!((report.fills, report.late_fills), (2, 2), "{report:?}");
    holds_nothing_and_ordered(&client, 2).await;
}

#[tokio::test]
async fn an_order_that_is_canceled_by_hand_ends_it() {
    let (_simulator, client) = simulator().await;
    let cancels = async {
        while open(&client).await == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        client.orders().cancel_all().await.unwrap();
        std::future::pending::<()>().await;
    };
    let plan = plan(1);
    let error = tokio::select! {
        report = trade(&client, &plan, |_| ()) => report.unwrap_err(),
        () = cancels => panic!("nothing to cancel"),
        () = tokio::time::sleep(Duration::from_secs(30)) => panic!("the bot is stuck"),
    };
    assert!(error.to_string().ends_with("is canceled"), "{error}");
}
