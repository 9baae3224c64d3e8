//! A thousand websockets, half of which never read.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use alpaca_trading_sim::Simulator;

use crate::support::{ORDER, Raw, builder, event, orders};

const HALF: usize = 500;
const ORDERS: usize = 20;

/// Small buffers, so that a client that does not read is felt soon.
async fn listening(simulator: &Simulator) -> WebSocketStream<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let address = simulator.base_url().replace("http://", "");
    let stream = socket.connect(address.parse().unwrap()).await.unwrap();
    let url = format!("ws://{address}/stream");
    let (mut socket, _) = client_async(url, stream).await.unwrap();
    let auth = json!({"action": "auth", "key": "PKSIMULATOR", "secret": "simulator"});
    let listen = json!({"action": "listen", "data": {"streams": ["trade_updates"]}});
    for message in [auth, listen] {
        let message = Message::text(message.to_string());
        socket.send(message).await.unwrap();
        socket.next().await.unwrap().unwrap();
    }
    socket
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_never_read_hold_up_neither_orders_nor_readers() {
    let simulator = builder().start().await.unwrap();
    let (mut deaf, mut reading) = (Vec::new(), Vec::new());
    for _ in 0..HALF {
        deaf.push(listening(&simulator).await);
        let mut socket = listening(&simulator).await;
        reading.push(tokio::spawn(async move {
            let mut seen = Vec::new();
            for _ in 0..3 * ORDERS {
                seen.push(event(&mut socket).await);
            }
            seen
        }));
    }
    let mut raw = Raw::connect(&simulator).await;
    for done in 1..=ORDERS {
        assert_eq!(raw.ask("POST", "/v2/orders", ORDER).await.status, 200);
        assert_eq!(orders(&simulator), done);
    }
    let expected = ["pending_new", "new", "fill"].repeat(ORDERS);
    for reader in reading {
        assert_eq!(reader.await.unwrap(), expected);
    }
    // Whoever did not read has lost nothing yet either: that was no more than the lag.
    for socket in deaf.iter_mut().take(20) {
        assert_eq!(event(socket).await, "pending_new");
    }
    // And everything ends in time, with their buffers full.
    let stopping = simulator.stop_listening();
    timeout(Duration::from_secs(60), stopping).await.unwrap();
}

#[tokio::test]
async fn a_websocket_that_lags_is_dropped_when_the_builder_says() {
    let simulator = builder().stream_lag(50).start().await.unwrap();
    let mut deaf = listening(&simulator).await;
    // Enough to fill the buffers of both sides many times over.
    for _ in 0..2_000 {
        for side in ["buy", "sell"] {
            let order = ORDER.replace("buy", side);
            assert_eq!(simulator.call("POST", "/v2/orders", order).0, 200);
        }
        tokio::task::yield_now().await;
    }
    let mut seen = 0;
    while let Some(Ok(_)) = deaf.next().await {
        seen += 1;
    }
    assert!((1..12_000).contains(&seen), "{seen}");
}
