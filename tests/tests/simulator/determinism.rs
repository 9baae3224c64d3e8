//! Two runs of the same calls are the same to the byte; many simulators stand beside each other; a world can be
//! kept, gone back to, and left without a listener for a while.

use std::time::Duration;

use alpaca_trading::orders::{
    OrderQuery, OrderRequest, Quantity, ReplaceRequest, StopLoss, TakeProfit,
};
use alpaca_trading::{Client, Pacing, RetryPolicy, Side, TimeInForce};
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::faults::Fault;
use chrono::TimeDelta;
use tests::service::Random;

use crate::{bought, d, simulator};

/// A session over HTTP: orders, changes, closings, prices, days; and faults, which come from the seed as well.
async fn session(seed: u64, calls: u64) -> Vec<String> {
    let simulator = Simulator::builder()
        .seed(seed)
        .journal()
        .start()
        .await
        .unwrap();
    let client = Client::builder()
        .base_url(simulator.base_url())
        .key_pair("PKSIMULATOR", "simulator")
        .retry(RetryPolicy::never())
        .pacing(Pacing::Off)
        .build()
        .unwrap();
    simulator
        .faults()
        .on("get_order")
        .probability(0.2)
        .fault(Fault::page(503));
    simulator
        .faults()
        .on("list_positions")
        .probability(0.3)
        .fault(Fault::ResetAfter);
    simulator.market().walk(&["AAPL", "BTC/USD"], seed).unwrap();
    let mut random = Random::new(99);
    let mut last = None;
    for number in 0..calls {
        let price = simulator.market().quote("AAPL").unwrap().last.round_dp(2);
        let id = format!("call-{number}");
        let submitted = match random.below(8) {
            0 => {
                let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(3));
                client.orders().submit(order.client_order_id(id)).await.ok()
            }
            1 => {
                let order = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(7), price)
                    .time_in_force(TimeInForce::Gtc)
                    .bracket(
                        TakeProfit::limit(price + d("5")),
                        StopLoss::stop(price - d("5")),
                    );
                client.orders().submit(order.client_order_id(id)).await.ok()
            }
            2 => {
                let order = OrderRequest::market("BTC/USD", Side::Buy, Quantity::notional(d("50")));
                client.orders().submit(order.client_order_id(id)).await.ok()
            }
            3 => match last {
                Some(order) => {
                    let change = ReplaceRequest::new().limit_price(price - d("1"));
                    client
                        .orders()
                        .replace(order, change.client_order_id(id))
                        .await
                        .ok()
                }
                None => None,
            },
            4 => client
                .positions()
                .close("BTC/USD")
                .percentage(d("25"))
                .await
                .ok(),
            5 => {
                let _ = client.positions().list().await;
                None
            }
            6 => {
                if let Some(order) = last {
                    let _ = client.orders().get(order).await;
                }
                None
            }
            _ => {
                let minutes = i64::try_from(random.below(30)).unwrap();
                simulator.clock().advance(TimeDelta::seconds(minutes * 50));
                None
            }
        };
        last = submitted.map(|order| order.id).or(last);
    }
    simulator.journal()
}

#[tokio::test]
async fn the_same_calls_write_the_same_journal() {
    let (one, other) = (session(5, 120).await, session(5, 120).await);
    assert!(one.len() > 300, "{}", one.len());
    for (place, (one, other)) in one.iter().zip(&other).enumerate() {
        assert_eq!(one, other, "line {place}");
    }
    assert_eq!(one.len(), other.len());
    assert!(
        one.iter().any(|line| line.contains("\"fill\"")),
        "something was filled"
    );
    assert_ne!(one, session(6, 120).await);
}

#[tokio::test]
async fn hundreds_stand_beside_each_other() {
    const COUNT: usize = 250;
    let mut all = Vec::new();
    for seed in 0..COUNT as u64 {
        all.push(Simulator::builder().seed(seed).start().await.unwrap());
    }
    let mut ports: Vec<_> = all.iter().map(Simulator::base_url).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), COUNT);
    for (number, simulator) in all.iter().enumerate().step_by(10) {
        let client = simulator.client().unwrap();
        bought(
            &client,
            "AAPL",
            Quantity::shares(u32::try_from(number).unwrap() + 1),
        )
        .await;
    }
    // Each has its own world.
    for (number, simulator) in all.iter().enumerate() {
        let client = simulator.client().unwrap();
        let held = client.positions().list().await.unwrap().all().unwrap();
        let expected = number.is_multiple_of(10);
        assert_eq!(!held.is_empty(), expected, "{number}");
    }
}

#[tokio::test]
async fn a_world_is_gone_back_to() {
    let (simulator, client) = simulator().await;
    bought(&client, "AAPL", Quantity::shares(10)).await;
    let kept = simulator.snapshot();
    let at = simulator.clock().now();
    let before = client.account().get().await.unwrap();
    // The same future twice: ids and fills included.
    let mut futures = Vec::new();
    for _ in 0..2 {
        simulator.clock().advance(TimeDelta::days(2));
        simulator.clock().advance_to_open();
        let order = bought(&client, "SPY", Quantity::shares(3)).await;
        client.positions().close("AAPL").await.unwrap();
        futures.push((order, client.account().get().await.unwrap()));
        simulator.restore(&kept);
        assert_eq!(simulator.clock().now(), at);
        assert_eq!(client.account().get().await.unwrap(), before);
        let orders = client
            .orders()
            .list(OrderQuery::all())
            .collect()
            .await
            .unwrap();
        assert_eq!(orders.total(), 1);
    }
    // The ids that the client gives itself are random.
    for (order, _) in &mut futures {
        order.client_order_id.clear();
    }
    assert_eq!(futures[0], futures[1]);
    simulator.look(|world| world.audit()).unwrap();
}

#[tokio::test]
async fn a_world_goes_on_without_a_listener() {
    let (simulator, client) = simulator().await;
    let impatient = client
        .with_retry(RetryPolicy::never())
        .with_deadline(Duration::from_secs(5));
    let order = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(1), d("200"));
    let order = client.orders().submit(order).await.unwrap();
    let address = simulator.base_url();
    simulator.stop_listening().await;
    let error = impatient.account().get().await.unwrap_err();
    assert!(error.is_connect() || error.is_connection_lost(), "{error}");
    simulator.market().set_price("AAPL", d("199")).unwrap();
    simulator.clock().advance(TimeDelta::minutes(1));
    simulator.listen().await.unwrap();
    simulator.listen().await.unwrap();
    assert_eq!(simulator.base_url(), address);
    let filled = impatient.orders().get(order.id).await.unwrap();
    assert_eq!(filled.filled_qty, Some(d("1")));
}

#[tokio::test]
async fn a_simulator_is_built_first_and_listens_later() {
    let simulator = Simulator::builder().seed(3).build().unwrap();
    let body = r#"{"symbol":"AAPL","qty":"2","side":"buy","type":"market","time_in_force":"day"}"#;
    assert_eq!(simulator.call("POST", "/v2/orders", body).0, 200);
    simulator.clock().advance(TimeDelta::minutes(1));
    simulator.listen().await.unwrap();
    let client = simulator.client().unwrap();
    assert_eq!(client.positions().get("AAPL").await.unwrap().qty, d("2"));
}

#[tokio::test]
async fn a_broken_connection_is_noticed_at_once() {
    let (simulator, client) = simulator().await;
    let impatient = client.with_retry(RetryPolicy::never());
    for fault in [
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::CloseAfter,
        Fault::CutBody { bytes: 10 },
    ] {
        simulator.faults().on("*").times(2).fault(fault.clone());
        let asked = async {
            tokio::time::timeout(Duration::from_secs(5), impatient.positions().list()).await
        };
        let error = asked
            .await
            .unwrap_or_else(|_| panic!("{fault:?} hangs"))
            .unwrap_err();
        assert!(
            error.is_connection_lost() || error.is_connect() || error.is_decode(),
            "{fault:?}: {error}"
        );
        let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
        let order = async {
            tokio::time::timeout(Duration::from_secs(5), impatient.orders().submit(order)).await
        };
        assert!(order.await.is_ok(), "{fault:?} hangs");
        simulator.faults().clear();
    }
}
