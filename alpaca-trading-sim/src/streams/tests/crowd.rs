//! Many clients, half of which never read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::yield_now;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::Server;
use super::websocket::{AUTH, LISTEN};
use crate::Kind;
use crate::streams::StreamOptions;

/// Small buffers, so that a client that does not read is felt soon.
const BUFFER: u32 = 4_096;

fn listener() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    // What is accepted inherits it.
    socket.set_send_buffer_size(BUFFER).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    socket.listen(1_024).unwrap()
}

async fn connect(server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(BUFFER).unwrap();
    socket.connect(server.address).await.unwrap()
}

async fn listening(server: &Server) -> WebSocketStream<TcpStream> {
    let socket = connect(server).await;
    let url = format!("ws://{}/stream", server.address);
    let (mut client, _) = client_async(url, socket).await.unwrap();
    for message in [AUTH, LISTEN] {
        client.send(Message::text(message)).await.unwrap();
        client.next().await.unwrap().unwrap();
    }
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_never_read_hold_up_nobody() {
    const EVENTS: i64 = 300;
    const HALF: usize = 100;
    let options = StreamOptions {
        lag: 100,
        ..StreamOptions::default()
    };
    let server = Server::on(listener(), options);
    let before = server.world.holders();
    let (mut deaf, mut reading) = (Vec::new(), Vec::new());
    let taken = Arc::new(AtomicUsize::new(0));
    for _ in 0..HALF {
        deaf.push(listening(&server).await);
        let mut client = listening(&server).await;
        let taken = Arc::clone(&taken);
        reading.push(tokio::spawn(async move {
            for _ in 0..EVENTS {
                let message = client.next().await.unwrap().unwrap();
                assert!(message.is_binary(), "{message:?}");
                taken.fetch_add(1, Ordering::Relaxed);
            }
            client
        }));
    }
    assert_eq!(server.world.holders() - before, 2 * HALF);
    let note = "x".repeat(1_000);
    for second in 0..EVENTS {
        server.world.push_to(0, Kind::Trade, second, &note);
        // Never more than half the lag ahead of those who read.
        let told = usize::try_from(second).unwrap() + 1;
        while told % 50 == 0 && taken.load(Ordering::Relaxed) < told * HALF {
            yield_now().await;
        }
    }
    let mut alive = Vec::new();
    for reader in reading {
        alive.push(reader.await.unwrap());
    }
    // The deaf are dropped, each once more than the lag has come since its connection was full, and
    // nobody else is.
    let dropped = async {
        while server.world.holders() - before > HALF {
            yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), dropped).await.unwrap();
    server.world.push(Kind::Trade, EVENTS);
    for client in &mut alive {
        assert!(client.next().await.unwrap().unwrap().is_binary());
    }
    assert_eq!(server.world.holders() - before, HALF);
    drop(deaf);
}

#[tokio::test]
async fn a_slow_reader_of_server_sent_events_is_told_what_it_missed() {
    const LAG: usize = 100;
    let options = StreamOptions {
        lag: LAG,
        ..StreamOptions::default()
    };
    let server = Server::on(listener(), options);
    let mut socket = connect(&server).await;
    let request = "GET /v2/events/trades HTTP/1.1\r\nhost: sim\r\naccount: 0\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 15];
    socket.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");

    // Until the server can no longer write: it falls behind although it has time between events.
    let note = "x".repeat(10_000);
    let mut pushed = 0;
    let mut push = || {
        server.world.push_to(0, Kind::Trade, pushed, &note);
        pushed += 1;
        usize::try_from(pushed).unwrap()
    };
    while push() < server.world.sent().len() + LAG / 2 {
        for _ in 0..20 {
            yield_now().await;
        }
    }
    let mut last = 0;
    for _ in 0..=LAG {
        last = push();
    }

    let mut text = String::new();
    read_until(&mut socket, &mut text, " messages\n").await;
    let comment = ": you are reading too slowly, dropped ";
    let (before, after) = text.split_once(comment).unwrap();
    let dropped: usize = after.split(' ').next().unwrap().parse().unwrap();
    assert!(dropped > LAG);
    assert_eq!(before.matches("data: {").count() + dropped, last);

    // And it goes on.
    let next = server.world.push(Kind::Trade, 1_000_000);
    read_until(&mut socket, &mut text, &next).await;
    let after = text.split_once(" messages\n").unwrap().1;
    assert_eq!(after.matches("data: {").count(), 1);
}

/// Reads until a text has come.
async fn read_until(socket: &mut TcpStream, text: &mut String, wanted: &str) {
    let mut chunk = vec![0; 64 * 1_024];
    while !text.contains(wanted) {
        let count = socket.read(&mut chunk).await.unwrap();
        assert!(count > 0, "the stream has ended");
        text.push_str(std::str::from_utf8(&chunk[..count]).unwrap());
    }
}

#[tokio::test]
async fn a_burst_makes_no_reader_slow() {
    const BURST: i64 = 2_000;
    let options = StreamOptions {
        lag: 10,
        ..StreamOptions::default()
    };
    let server = Server::on(listener(), options);
    let mut client = listening(&server).await;
    let mut socket = connect(&server).await;
    let request = "GET /v2/events/trades HTTP/1.1\r\nhost: sim\r\naccount: 0\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    read_until(&mut socket, &mut text, "\r\n\r\n").await;

    // In one go, as a day that passes in an instant: nobody can read in between.
    let mut last = String::new();
    for second in 0..BURST {
        last = server.world.push(Kind::Trade, second);
    }
    for _ in 0..BURST {
        let message = client.next().await.unwrap().unwrap();
        assert!(message.is_binary(), "{message:?}");
    }
    read_until(&mut socket, &mut text, &last).await;
    assert_eq!(text.matches("data: {").count(), 2_000);
}
