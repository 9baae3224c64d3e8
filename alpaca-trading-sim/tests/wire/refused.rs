//! Connections that are refused: the port is kept, and nobody listens.

use std::io::ErrorKind;
use std::net::TcpListener;

use tokio::net::TcpStream;

use crate::support::{ORDER, Raw, builder, client, listening, orders, request, start};

fn address(simulator: &alpaca_trading_sim::Simulator) -> String {
    simulator.base_url().replace("http://", "")
}

/// What becomes of a connection, and of the port if another program wants it.
async fn is_refused(address: &str) {
    let refused = TcpStream::connect(address).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let taken = TcpListener::bind(address).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
}

#[tokio::test]
async fn refused_connections_are_refused_and_open_ones_go_on() {
    let simulator = start().await;
    let mut open = Raw::connect(&simulator).await;
    assert_eq!(open.ask("GET", "/v2/account", "").await.status, 200);
    let mut socket = listening(&simulator).await;
    for round in 0..20 {
        simulator.faults().refuse_connections(true);
        assert!(simulator.faults().is_refusing());
        is_refused(&address(&simulator)).await;
        let post = request(&client(), &simulator, "POST", "/v2/orders").body(ORDER);
        assert!(post.send().await.unwrap_err().is_connect());
        assert_eq!(orders(&simulator), round * 2);
        assert_eq!(open.ask("POST", "/v2/orders", ORDER).await.status, 200);
        assert_eq!(crate::support::event(&mut socket).await, "pending_new");
        simulator.faults().clear();
        assert!(!simulator.faults().is_refusing());
        let post = request(&client(), &simulator, "POST", "/v2/orders").body(ORDER);
        assert_eq!(post.send().await.unwrap().status(), 200);
        for expected in ["new", "fill", "pending_new", "new", "fill"] {
            assert_eq!(crate::support::event(&mut socket).await, expected);
        }
    }
}

#[tokio::test]
async fn refusing_and_letting_go_of_the_port_go_together() {
    let simulator = builder().build().unwrap();
    simulator.faults().refuse_connections(true);
    for _ in 0..5 {
        // The port is taken, and nobody listens.
        simulator.listen().await.unwrap();
        is_refused(&address(&simulator)).await;
        // Let go, it is anybody's.
        simulator.stop_listening().await;
        drop(TcpListener::bind(address(&simulator)).unwrap());
        simulator.faults().refuse_connections(false);
        simulator.faults().refuse_connections(true);
        drop(TcpListener::bind(address(&simulator)).unwrap());
        simulator.listen().await.unwrap();
        is_refused(&address(&simulator)).await;
        simulator.faults().refuse_connections(false);
        let mut raw = Raw::connect(&simulator).await;
        assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
        simulator.faults().refuse_connections(true);
        simulator.stop_listening().await;
        // Taken by another, it cannot be had; and is, when it is free again.
        let other = TcpListener::bind(address(&simulator)).unwrap();
        simulator.listen().await.unwrap_err();
        drop(other);
    }
    let (faults, address) = (simulator.faults().clone(), address(&simulator));
    simulator.listen().await.unwrap();
    drop(simulator);
    // What is left of a simulator takes no port.
    faults.refuse_connections(false);
    faults.refuse_connections(true);
    TcpListener::bind(address).unwrap();
}

#[tokio::test]
async fn the_control_surface_is_spared_where_it_is_to_be() {
    let simulator = start().await;
    let faults = simulator.faults();
    let control = format!("{}/sim/v1/clock", simulator.base_url());
    for _ in 0..3 {
        faults.refuse_connections(true);
        is_refused(&address(&simulator)).await;
        // Made, and reset as soon as it is known what for.
        faults.refuse_all_but_control(true);
        assert!(faults.is_refusing());
        let mut raw = Raw::connect(&simulator).await;
        raw.send("GET /v2/account HTTP/1.1\r\n\r\n").await;
        let (seen, end) = raw.rest().await;
        assert_eq!(
            (seen.len(), end.unwrap_err().kind()),
            (0, ErrorKind::ConnectionReset)
        );
        assert_eq!(client().get(&control).send().await.unwrap().status(), 200);
        faults.refuse_connections(true);
        assert!(client().get(&control).send().await.is_err());
        faults.refuse_all_but_control(false);
        assert_eq!(client().get(&control).send().await.unwrap().status(), 200);
    }
}

#[test]
fn connections_are_refused_from_any_thread() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let simulator = runtime.block_on(start());
    for _ in 0..20 {
        simulator.faults().refuse_connections(true);
        let refused = std::net::TcpStream::connect(address(&simulator)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        simulator.faults().refuse_connections(false);
        let answered = runtime.block_on(async {
            let mut raw = Raw::connect(&simulator).await;
            raw.ask("GET", "/v2/account", "").await.status
        });
        assert_eq!(answered, 200);
    }
}
