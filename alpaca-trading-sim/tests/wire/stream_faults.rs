//! Faults of streams, and of the requests that open them.

use std::io::ErrorKind;
use std::time::Duration;

use alpaca_trading_sim::faults::Fault;
use alpaca_trading_sim::streams::StreamFault;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::support::{ORDER, Raw, builder, connect, event, events, listening, start};

const ACTIVITIES: &str = "/v2beta1/events/activities";

#[tokio::test]
async fn the_request_of_a_stream_suffers_faults_by_its_name() {
    let simulator = start().await;
    for (name, target) in [
        ("subscribe_to_activity_events", ACTIVITIES),
        ("activity_events", ACTIVITIES),
        ("activity_events", "/v2beta1/events/activities/"),
        ("trade_events", "/v2/events/trades"),
        ("*", "/v2/events/trades"),
    ] {
        let rule = || simulator.faults().on(name).times(1);
        rule().fault(Fault::page(503));
        let answer = events(&simulator, target).await.answer(false).await;
        assert_eq!(answer.unwrap().status, 503, "{name}");
        rule().fault(Fault::ResetAfter);
        let (seen, end) = events(&simulator, target).await.rest().await;
        assert_eq!(
            (seen.len(), end.unwrap_err().kind()),
            (0, ErrorKind::ConnectionReset)
        );
        // Other streams go untouched past a rule with a name.
        if name != "*" {
            let id = simulator.faults().on(name).fault(Fault::ResetBefore);
            listening(&simulator).await;
            assert!(simulator.faults().remove(id));
        }
        let mut whole = events(&simulator, target).await;
        assert!(whole.until("\r\n\r\n").await.contains("text/event-stream"));
    }
}

#[tokio::test]
async fn the_upgrade_of_a_websocket_suffers_faults() {
    let simulator = start().await;
    let open = async || {
        let url = format!("{}/stream", simulator.base_url().replace("http", "ws"));
        client_async(url, connect(&simulator).await).await
    };
    let rule = || simulator.faults().on("trade_updates").times(1);
    rule().fault(Fault::page(502));
    match open().await {
        Err(tungstenite::Error::Http(answer)) => assert_eq!(answer.status(), 502),
        other => panic!("{other:?}"),
    }
    for fault in [Fault::ResetBefore, Fault::ResetAfter, Fault::CloseAfter] {
        rule().fault(fault);
        open().await.unwrap_err();
    }
    open().await.unwrap();
}

#[tokio::test]
async fn a_stream_is_cut_after_so_many_bytes() {
    let simulator = start().await;
    simulator
        .faults()
        .on("trade_events")
        .times(1)
        .fault(Fault::CutBody { bytes: 10 });
    let mut raw = events(&simulator, "/v2/events/trades").await;
    raw.until("\r\n\r\n").await;
    simulator.call("POST", "/v2/orders", ORDER);
    let (seen, end) = raw.rest().await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    // A piece of ten bytes, and no end.
    assert!(seen.starts_with(b"A\r\ndata: {\""), "{seen:?}");
    assert!(!seen.ends_with(b"0\r\n\r\n"));
}

#[tokio::test(start_paused = true)]
async fn each_fault_of_a_stream_reaches_a_websocket() {
    let simulator = start().await;
    let told = async |fault: StreamFault| {
        let mut socket = listening(&simulator).await;
        simulator
            .faults()
            .on("trade_updates")
            .times(1)
            .stream_fault(fault);
        simulator.call("POST", "/v2/orders", ORDER);
        let mut seen = Vec::new();
        loop {
            match timeout(Duration::from_secs(60), socket.next()).await {
                Ok(Some(Ok(Message::Close(frame)))) => {
                    seen.push(format!("close {:?}", frame.unwrap().code))
                }
                Ok(Some(Ok(message))) => {
                    let value: serde_json::Value =
                        serde_json::from_slice(&message.into_data()).unwrap();
                    let name = value["data"]["event"].as_str();
                    seen.push(
                        name.or(value["data"]["error_message"].as_str())
                            .unwrap()
                            .to_owned(),
                    );
                }
                Ok(Some(Err(_))) => {
                    seen.push("broken".to_owned());
                    return seen;
                }
                Ok(None) => return seen,
                Err(_) => {
                    seen.push("open".to_owned());
                    return seen;
                }
            }
        }
    };
    let close = |code: CloseCode| format!("close {code:?}");
    let away = close(CloseCode::Away);
    let error = close(CloseCode::Error);
    for (fault, expected) in [
        (
            StreamFault::Duplicate,
            vec!["pending_new", "pending_new", "new", "fill", "open"],
        ),
        (
            StreamFault::Reorder,
            vec!["new", "pending_new", "fill", "open"],
        ),
        (StreamFault::Drop, vec!["new", "fill", "open"]),
        (
            StreamFault::Delay(2),
            vec!["new", "fill", "pending_new", "open"],
        ),
        (StreamFault::Mute, vec!["open"]),
        (StreamFault::Close, vec![&away]),
        (StreamFault::SlowReader, vec!["broken"]),
        (StreamFault::Error, vec!["internal server error", &error]),
    ] {
        assert_eq!(told(fault).await, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn each_fault_of_a_stream_reaches_server_sent_events() {
    let simulator = start().await;
    let open = async |fault: StreamFault| {
        let mut raw = events(&simulator, ACTIVITIES).await;
        raw.until("\r\n\r\n").await;
        // By the name of the request as well as by that of the stream.
        let name = "subscribe_to_activity_events";
        simulator.faults().on(name).times(1).stream_fault(fault);
        for _ in 0..3 {
            simulator.call("POST", "/v2/orders", ORDER);
        }
        raw
    };
    let rows = [
        (StreamFault::Delay(0), vec![0, 1, 2]),
        (StreamFault::Duplicate, vec![0, 0, 1, 2]),
        (StreamFault::Reorder, vec![1, 0, 2]),
        (StreamFault::Drop, vec![1, 2]),
        (StreamFault::Delay(2), vec![1, 2, 0]),
    ];
    for (done, (fault, expected)) in rows.into_iter().enumerate() {
        let mut raw = open(fault).await;
        // The order that was filled tells which one it is.
        let first = done * 3;
        for number in expected {
            let frame = raw.until("\n\n").await;
            let (_, data) = frame.split_once("data: ").unwrap();
            let value: serde_json::Value = serde_json::from_str(data.trim()).unwrap();
            let id = value["details"]["order_id"].as_str().unwrap();
            let place = simulator.look(|world| {
                let mut orders = world.all_orders();
                orders.position(|order| order.id.to_string() == id).unwrap()
            });
            assert_eq!(place, first + number, "{fault:?}");
        }
    }
    let slow = ": you are reading too slowly, dropped 1 messages\n\n";
    let error = ": internal server error\n\n";
    for (fault, last) in [
        (StreamFault::SlowReader, slow),
        (StreamFault::Error, error),
        (StreamFault::Close, "0\r\n\r\n"),
    ] {
        let seen = open(fault).await.until(last).await;
        assert_eq!(seen.matches("data: ").count(), 0, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pings_and_heartbeats_come_as_the_builder_says() {
    let minute = Duration::from_secs(60);
    let simulator = builder()
        .ping_every(minute)
        .heartbeat_every(2 * minute)
        .start()
        .await
        .unwrap();
    let started = Instant::now();
    let mut socket = listening(&simulator).await;
    assert!(socket.next().await.unwrap().unwrap().is_ping());
    assert!(started.elapsed() >= minute && started.elapsed() < minute + minute);
    drop(socket);
    let started = Instant::now();
    let mut raw = events(&simulator, "/v2/events/trades").await;
    raw.until(":heartbeat\n\n").await;
    assert!(started.elapsed() >= 2 * minute && started.elapsed() < 3 * minute);
    // Without either nothing comes.
    let simulator = start().await;
    let mut socket = listening(&simulator).await;
    timeout(100 * minute, socket.next()).await.unwrap_err();
    simulator.call("POST", "/v2/orders", ORDER);
    assert_eq!(event(&mut socket).await, "pending_new");
}

#[tokio::test]
async fn streams_refuse_what_is_no_get_in_the_services_shape() {
    let simulator = start().await;
    let mut raw = Raw::connect(&simulator).await;
    for target in [ACTIVITIES, "/v2/events/trades", "/stream"] {
        let answer = raw.ask("POST", target, "").await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some("GET,HEAD"))
        );
        assert_eq!(answer.json()["message"], "method not allowed.");
        assert!(answer.header("x-request-id").is_some());
    }
    let answer = raw.ask("GET", "/stream", "").await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
    assert!(answer.json()["message"].is_string());
    let answer = raw
        .ask("GET", "/v2/events/trades?until=2026-01-05", "")
        .await;
    assert_eq!(answer.json()["message"], "until requires since");
}
