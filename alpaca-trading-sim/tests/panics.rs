//! A panic in a fill model of the user's ends the request that has met it, and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::fill::{Execution, FillModel, Working};

mod plain;

/// Fills whole orders, and cannot stand thirteen shares.
#[derive(Clone, Debug)]
struct Superstitious;

impl FillModel for Superstitious {
    fn fill(&mut self, order: &Working<'_>, _: &mut fastrand::Rng) -> Option<Execution> {
        assert_ne!(order.left.to_string(), "13", "not thirteen");
        Some(order.whole(order.far_side()))
    }

    fn boxed(&self) -> Box<dyn FillModel> {
        Box::new(self.clone())
    }
}

#[tokio::test]
async fn a_panic_is_one_requests_misfortune() {
    let simulator = Simulator::builder()
        .fill_model(Superstitious)
        .start()
        .await
        .unwrap();
    let client = plain::http();
    let order = |qty: u32| {
        client
            .post(format!("{}/v2/orders", simulator.base_url()))
            .header("APCA-API-KEY-ID", "PKSIMULATOR")
            .header("APCA-API-SECRET-KEY", "simulator")
            .body(format!(
                r#"{{"symbol":"AAPL","side":"buy","type":"market","time_in_force":"day","qty":"{qty}"}}"#
            ))
            .send()
    };
    assert_eq!(order(1).await.unwrap().status(), 200);
    let answer = order(13).await.unwrap();
    assert_eq!(answer.status(), 500);
    assert!(answer.text().await.unwrap().contains("50010000"));
    assert_eq!(order(2).await.unwrap().status(), 200);
    let (_, position) = simulator.call("GET", "/v2/positions/AAPL", "");
    assert_eq!(position["qty"], "3");
}
