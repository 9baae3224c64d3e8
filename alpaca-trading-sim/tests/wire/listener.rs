//! Listening, letting go, and listening again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::time::Duration;

use alpaca_trading_sim::faults::Fault;
use futures_util::StreamExt;
use tokio::net::TcpStream;
use tokio::runtime::{Handle, Runtime};
use tokio::time::timeout;

use crate::support::{KEYS, ORDER, Raw, builder, events, listening, orders, start};

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Everything that a client can hold open.
async fn occupy(simulator: &alpaca_trading_sim::Simulator) -> Vec<Box<dyn std::any::Any>> {
    let mut idle = Raw::connect(simulator).await;
    assert_eq!(idle.ask("GET", "/v2/account", "").await.status, 200);
    let mut half = Raw::connect(simulator).await;
    half.send("GET /v2/acc").await;
    let mut stream = events(simulator, "/v2/events/trades").await;
    stream.until("\r\n\r\n").await;
    simulator
        .faults()
        .on("get_account")
        .times(1)
        .fault(Fault::HangAfter);
    let mut hanging = Raw::connect(simulator).await;
    hanging
        .send(format!("GET /v2/account HTTP/1.1\r\nHost: x\r\n{KEYS}\r\n"))
        .await;
    let socket = listening(simulator).await;
    vec![
        Box::new(idle),
        Box::new(half),
        Box::new(stream),
        Box::new(hanging),
        Box::new(socket),
    ]
}

#[tokio::test]
async fn a_port_is_let_go_and_taken_again_at_once() {
    let simulator = start().await;
    let before = tasks();
    let url = simulator.base_url();
    for round in 0..20 {
        let held = occupy(&simulator).await;
        simulator.call("POST", "/v2/orders", ORDER);
        simulator.stop_listening().await;
        // When it has let go, nothing is left to end.
        assert_eq!(tasks(), before - 1, "{round}");
        let address = url.replace("http://", "");
        TcpStream::connect(&address).await.unwrap_err();
        // Twice does no harm.
        simulator.stop_listening().await;
        let (one, other) = tokio::join!(simulator.listen(), simulator.listen());
        one.unwrap();
        other.unwrap();
        assert_eq!((simulator.base_url(), tasks()), (url.clone(), before));
        drop(held);
        // The same world.
        assert_eq!(orders(&simulator), round + 1);
        let mut raw = Raw::connect(&simulator).await;
        let list = raw.ask("GET", "/v2/orders?status=all", "").await.json();
        assert_eq!(list.as_array().unwrap().len(), (round + 1).min(50));
        drop(raw);
        settled(before).await;
    }
}

/// Waits until no more tasks are left than there were.
async fn settled(before: usize) {
    timeout(Duration::from_secs(30), async {
        while tasks() > before {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn streams_are_told_that_they_end() {
    let simulator = start().await;
    let mut socket = listening(&simulator).await;
    simulator.stop_listening().await;
    let message = socket.next().await.unwrap().unwrap();
    assert!(message.is_close(), "{message:?}");
}

#[tokio::test]
async fn a_simulator_that_is_dropped_leaves_nothing_behind() {
    let before = tasks();
    let simulator = start().await;
    let held = occupy(&simulator).await;
    assert!(tasks() > before);
    let address = simulator.base_url().replace("http://", "");
    drop(simulator);
    settled(before).await;
    TcpStream::connect(&address).await.unwrap_err();
    TcpListener::bind(&address).unwrap();
    drop(held);
}

#[tokio::test]
async fn clients_that_leave_leave_nothing_behind() {
    let simulator = start().await;
    let before = tasks();
    for _ in 0..10 {
        drop(occupy(&simulator).await);
    }
    // No event and no heartbeat comes that would find out.
    settled(before).await;
    assert_eq!(orders(&simulator), 0);
}

#[tokio::test]
async fn many_simulators_run_at_once_each_in_its_own_world() {
    let mut simulators = Vec::new();
    for _ in 0..100 {
        simulators.push(start().await);
    }
    for (number, simulator) in simulators.iter().enumerate() {
        let mut raw = Raw::connect(simulator).await;
        for _ in 0..number % 4 {
            assert_eq!(raw.ask("POST", "/v2/orders", ORDER).await.status, 200);
        }
    }
    for (number, simulator) in simulators.iter().enumerate() {
        assert_eq!(orders(simulator), number % 4);
    }
    let urls: std::collections::HashSet<_> = simulators
        .iter()
        .map(alpaca_trading_sim::Simulator::base_url)
        .collect();
    assert_eq!(urls.len(), 100);
}

#[test]
fn a_runtime_that_ends_takes_its_simulator_along() {
    let runtime = Runtime::new().unwrap();
    let simulator = runtime.block_on(start());
    let address = simulator.base_url().replace("http://", "");
    drop(runtime);
    std::net::TcpStream::connect(address).unwrap_err();
    // The world needs no runtime.
    assert_eq!(simulator.call("POST", "/v2/orders", ORDER).0, 200);
}

#[tokio::test]
async fn only_addresses_of_this_machine_are_taken() {
    let any = [
        IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    ];
    for ip in any {
        let error = builder().ip(ip).start().await.unwrap_err();
        assert!(error.to_string().contains("this machine alone"), "{error}");
    }
    let taken = start().await;
    let port = taken
        .base_url()
        .rsplit_once(':')
        .unwrap()
        .1
        .parse()
        .unwrap();
    builder().port(port).start().await.unwrap_err();
    let six = IpAddr::V6(Ipv6Addr::LOCALHOST);
    // Some machines have only the other kind of address.
    match (TcpListener::bind((six, 0)), builder().ip(six).start().await) {
        (Ok(_), simulator) => {
            let simulator = simulator.unwrap();
            assert!(simulator.base_url().starts_with("http://[::1]:"));
            let mut raw = Raw::connect(&simulator).await;
            assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
        }
        (Err(_), simulator) => drop(simulator.unwrap_err()),
    }
}
