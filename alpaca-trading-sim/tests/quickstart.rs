//! The quickstart, as a new user starts it.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::unreachable,
    reason = "tests"
)]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use alpaca_trading::dec;
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::faults::Fault;
use alpaca_trading_sim::fill::Touch;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The built example: it lies beside the program of this crate.
fn program() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_BIN_EXE_alpaca-trading-sim"));
    let folder = beside.parent().unwrap().join("examples");
    folder.join(format!("quickstart{}", std::env::consts::EXE_SUFFIX))
}

fn run(variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars() {
        if name.starts_with("APCA_") || name.starts_with("ALPACA_") {
            command.env_remove(name);
        }
    }
    command.envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn without_keys_it_trades_on_the_simulator_and_ends_well() {
    let begun = Instant::now();
    let output = run(&[]);
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for expected in [
        "a simulator at http://127.0.0.1:",
        "cash          100000",
        "market        open",
        "POST http://127.0.0.1:",
        "fills, as the stream tells them",
        "AAPL        0.",
        "limit       filled 10 at ",
        "bracket     filled 5 at ",
        "fractional  filled 0.",
        "AAPL        10.",
        "fractional, before it is sent",
        "bracket, before it is sent",
        "canceled      0 open orders",
        "equity        100",
    ] {
        assert!(text.contains(expected), "`{expected}` is not in\n{text}");
    }
}

#[test]
fn two_runs_say_the_same() {
    let text = || {
        let text = String::from_utf8(run(&[]).stdout).unwrap();
        // The port is whichever is free.
        let lines = text.lines().filter(|line| !line.contains("127.0.0.1"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(text(), text());
}

#[test]
fn with_keys_of_a_live_account_it_refuses() {
    let output = run(&[
        ("APCA_API_KEY_ID", "AKLIVE"),
        ("APCA_API_SECRET_KEY", "a-secret-that-nobody-sees"),
        ("APCA_API_ENV", "live"),
    ]);
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("paper only"), "{text}");
    assert!(!text.contains("a-secret"), "{text}");
}

/// A simulator that takes the place of the user's own paper account.
async fn paper() -> Simulator {
    let simulator = Simulator::builder()
        .seed(5)
        .fill_model(Touch::default())
        .start()
        .await
        .unwrap();
    simulator.market().set_price("AAPL", dec!(200)).unwrap();
    simulator
}

/// Runs it with keys of this account, while the price falls as soon as an order waits for it.
async fn run_against(simulator: &Simulator) -> Output {
    let url = simulator.base_url();
    let program = tokio::task::spawn_blocking(move || {
        run(&[
            ("APCA_API_KEY_ID", "PKSIMULATOR"),
            ("APCA_API_SECRET_KEY", "simulator"),
            ("APCA_API_BASE_URL", &url),
        ])
    });
    let market = async {
        loop {
            tokio::time::sleep(Duration::from_millis(2)).await;
            if open(simulator)
                .iter()
                .any(|order| order["symbol"] == "AAPL")
            {
                simulator.market().set_price("AAPL", dec!(199)).unwrap();
                simulator.clock().advance(TimeDelta::seconds(1));
            }
        }
    };
    tokio::select! {
        output = program => output.unwrap(),
        () = market => unreachable!("the market has no end"),
    }
}

fn open(simulator: &Simulator) -> Vec<Value> {
    let (_, orders) = simulator.call("GET", "/v2/orders?status=open&nested=true", "");
    orders.as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_keys_it_takes_away_its_own_orders_and_no_others() {
    let simulator = paper().await;
    let (status, mine) = simulator.call(
        "POST",
        "/v2/orders",
        r#"{"symbol":"MSFT","qty":"1","side":"buy","type":"limit","limit_price":"1","time_in_force":"gtc"}"#,
    );
    assert_eq!(status, 200, "{mine}");
    let output = run_against(&simulator).await;
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    assert!(text.contains("limit       filled 10 at 200.01"), "{text}");
    assert!(text.contains("bracket     filled 5 at "), "{text}");
    // The bracket's exits are its own.
    assert!(text.contains("canceled      2 open orders"), "{text}");
    let left = open(&simulator);
    assert_eq!((left.len(), &left[0]["id"]), (1, &mine["id"]), "{left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_goes_wrong_its_own_orders_are_taken_away() {
    let simulator = paper().await;
    let refusal = json!({"code": 40_310_000, "message": "no brackets today"});
    let faults = simulator.faults().on("create_order").after(2);
    faults.fault(Fault::json(403, &refusal));
    let output = run_against(&simulator).await;
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("no brackets today"), "{errors}");
    assert_eq!(open(&simulator), [Value::Null; 0]);
}
