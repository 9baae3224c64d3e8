//! A fill model that panics.

use alpaca_trading_sim::fill::{Execution, FillModel, Working};
use alpaca_trading_sim::{ClockMode, Simulator};
use fastrand::Rng;
use rust_decimal::{Decimal, dec};

use crate::support::{ORDER, Raw, event, events, listening, orders};

/// Panics at orders of thirteen.
#[derive(Clone, Debug)]
struct Superstitious;

impl FillModel for Superstitious {
    fn fill(&mut self, order: &Working<'_>, _: &mut Rng) -> Option<Execution> {
        assert!(order.left != dec!(13), "thirteen");
        Some(order.whole(order.far_side()))
    }

    fn boxed(&self) -> Box<dyn FillModel> {
        Box::new(self.clone())
    }
}

fn order(qty: Decimal) -> String {
    ORDER.replace("\"1\"", &format!("\"{qty}\""))
}

async fn survives(mode: ClockMode) {
    let simulator = Simulator::builder()
        .fill_model(Superstitious)
        .clock(mode)
        .start()
        .await
        .unwrap();
    let mut bystander = Raw::connect(&simulator).await;
    let mut socket = listening(&simulator).await;
    let mut stream = events(&simulator, "/v2/events/trades").await;
    stream.until("\r\n\r\n").await;
    let mut raw = Raw::connect(&simulator).await;
    for round in 1..=3_usize {
        let answer = raw.ask("POST", "/v2/orders", &order(dec!(13))).await;
        if answer.status == 500 {
            assert_eq!(answer.json()["code"], 50_010_000);
            assert_eq!(answer.json()["message"], "internal server error occurred");
            assert!(answer.header("x-request-id").is_some());
        } else {
            // Time that passes by itself may come to the fill first.
            assert_ne!(mode, ClockMode::Virtual);
        }
        // On this connection and on others everything goes on, and so does the world.
        assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
        assert_eq!(
            bystander
                .ask("POST", "/v2/orders", &order(dec!(2)))
                .await
                .status,
            200
        );
        assert_eq!(orders(&simulator), 2 * round);
    }
    for name in ["pending_new", "new"] {
        assert_eq!(event(&mut socket).await, name);
    }
    stream.until("\"fill\"").await;
    let positions = bystander.ask("GET", "/v2/positions", "").await.json();
    assert_eq!(positions[0]["qty"], "6");
    // A call without a socket is answered as well.
    let (status, _) = simulator.call("POST", "/v2/orders", order(dec!(13)));
    assert!(status == 500 || mode != ClockMode::Virtual, "{status}");
}

#[tokio::test]
async fn a_panic_is_answered_by_500_and_ends_nobodys_connection() {
    survives(ClockMode::Virtual).await;
}

#[tokio::test]
async fn a_panic_while_time_passes_by_itself_is_nobodys_request() {
    survives(ClockMode::Real(1_000.0)).await;
}

#[tokio::test]
async fn a_panic_under_a_lock_poisons_nothing() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut raw = Raw::connect(&simulator).await;
    // Under the lock of the faults: a rule that panics.
    let id = simulator
        .faults()
        .on("get_account")
        .when(|_| panic!("a rule of the user's own"))
        .fault(alpaca_trading_sim::faults::Fault::HangBefore);
    for _ in 0..3 {
        let answer = raw.ask("GET", "/v2/account", "").await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_u64()),
            (500, Some(50_010_000))
        );
    }
    assert!(simulator.faults().remove(id));
    assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
    // Under the lock of the world: a look that panics.
    let looked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        simulator.look(|_| panic!("a look of the user's own"))
    }));
    looked.unwrap_err();
    assert_eq!(raw.ask("POST", "/v2/orders", ORDER).await.status, 200);
    assert_eq!(orders(&simulator), 1);
}
