//! Content that nobody expects: it is reported, and the stream lives.

use std::time::Duration;

use futures_util::SinkExt as _;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{Frame as Bare, FrameHeader};

use super::super::TradeEvent;
use super::super::options::Options;
use super::fixture::{Say, short};
use super::world::{SECRET, Service, World};
use crate::stream::{DisconnectKind, StreamItem};

const MEGABYTE: usize = 1_024 * 1_024;

/// Sends something while the engine reads.
fn send(mut service: Service, frame: Frame) -> tokio::task::JoinHandle<Service> {
    tokio::spawn(async move {
        // That the engine hangs up in the middle of it is no failure.
        let _ = service.socket.send(frame).await;
        service
    })
}

/// The next message that cannot be understood: its text and what is wrong with it.
async fn undecodable(world: &mut World) -> (String, String) {
    world
        .until(|item| match item {
            StreamItem::Undecodable { text, error } => Some((text.clone(), error.clone())),
            _ => None,
        })
        .await
}

/// The next update, whatever else is told.
async fn update(world: &mut World) -> String {
    world
        .until(|item| item.update().map(|update| short(update)))
        .await
}

#[tokio::test(start_paused = true)]
async fn messages_that_are_none_are_reported_and_the_stream_lives() {
    let update_of =
        |data: &str| format!(r#"{{"stream":"trade_updates","data":{data}}}"#).into_bytes();
    let messages = [
        b"".to_vec(),
        b"nothing of the kind".to_vec(),
        b"[]".to_vec(),
        b"{\"stream\":\"trade_updates\",\"data\":{\"event\":\"new\"".to_vec(),
        update_of("{}"),
        update_of("null"),
        update_of(r#"{"event":"new","order":{}}"#),
        update_of(r#"{"event":"new","order":null}"#),
        update_of(r#"{"event":7,"order":{}}"#),
        b"{\"stream\":\"trade_updates\",\"data\":{\"event\":\"\xff\xfe\"}}".to_vec(),
        vec![0xff; 100],
        vec![b'['; 100_000],
        vec![0; 10],
    ];
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    for (number, message) in (1..).zip(&messages) {
        let frame = Frame::binary(message.clone());
        service.socket.send(frame).await.unwrap();
        service.tell(&Say::new("new", number)).await;
        let (text, error) = undecodable(&mut world).await;
        assert!(!error.is_empty());
        assert!(text.len() < 4_200, "{}", text.len());
        assert_eq!(update(&mut world).await, format!("{number} new 0"));
    }
    assert_eq!(world.line.dials().len(), 1);
    assert_eq!(world.stream.state().undecodable, messages.len() as u64);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_known_is_told_as_it_is() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service
        .tell(&Say::new("teleported", 1).status("on_the_moon"))
        .await;
    let told = world.update().await;
    assert_eq!(told.event, TradeEvent::Unknown("teleported".into()));
    assert_eq!(told.order.status.as_str(), "on_the_moon");
    service
        .tell(&Say::new("new", 2).data("crew", "three"))
        .await;
    assert_eq!(world.update().await.other["crew"], "three");
    // Other streams and kinds of messages are nobody's business.
    service.say(r#"{"stream":"news","data":[1]}"#).await;
    service.say("{}").await;
    service.tell(&Say::new("new", 3)).await;
    assert_eq!(short(&*world.update().await), "3 new 0");
    assert_eq!(world.stream.state().undecodable, 0);
}

#[tokio::test(start_paused = true)]
async fn ten_megabytes_are_clipped() {
    let mut world = World::new(Options::default());
    let service = world.ready().await;
    let garbage = Frame::text("é".repeat(5 * MEGABYTE));
    let sent = send(service, garbage);
    let (text, error) = undecodable(&mut world).await;
    let service = sent.await.unwrap();
    assert!(text.ends_with("é… (10485760 bytes)"));
    assert!(text.capacity() < 10_000 && error.len() < 1_000);

    // Where the error repeats what it does not like, it is clipped as well.
    let ballast = "x".repeat(10 * MEGABYTE);
    let message = format!(r#"{{"stream":"trade_updates","data":"{ballast}"}}"#);
    let sent = send(service, Frame::text(message));
    let (text, error) = undecodable(&mut world).await;
    assert!(text.capacity() < 10_000, "{}", text.capacity());
    assert!(error.capacity() < 10_000, "{}", error.capacity());
    let mut service = sent.await.unwrap();

    // An update of that size is an update.
    let say = Say::new("new", 2).data("ballast", "x".repeat(10 * MEGABYTE));
    let sent = tokio::spawn(async move {
        service.tell(&say).await;
        service
    });
    assert_eq!(update(&mut world).await, "2 new 0");
    sent.await.unwrap();
    assert_eq!(world.line.dials().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_protocol_forbids_is_reported_and_followed_by_a_connection() {
    let mut world = World::new(Options::default());
    let service = world.ready().await;
    let too_long = Frame::binary(vec![b' '; 17 * MEGABYTE]);
    let sent = send(service, too_long);
    let (_, error) = undecodable(&mut world).await;
    assert!(
        error.contains("too long") || error.contains("size"),
        "{error}"
    );
    assert_eq!(world.disconnect().await.0.kind(), DisconnectKind::Protocol);
    drop(sent.await.unwrap());

    let service = world.served().await;
    let no_text = Bare::from_payload(
        FrameHeader {
            is_final: true,
            opcode: OpCode::Data(Data::Text),
            ..FrameHeader::default()
        },
        b"{\"stream\":\"\xff\xfe\"}".to_vec().into(),
    );
    let sent = send(service, Frame::Frame(no_text));
    let (_, error) = undecodable(&mut world).await;
    assert!(error.contains("UTF-8"), "{error}");
    assert_eq!(world.disconnect().await.0.kind(), DisconnectKind::Protocol);
    drop(sent.await.unwrap());

    let mut service = world.served().await;
    service.tell(&Say::new("new", 1)).await;
    assert_eq!(update(&mut world).await, "1 new 0");
}

#[tokio::test(start_paused = true)]
async fn the_keys_are_not_repeated() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    let mut items = Vec::new();
    let messages = [
        format!("you said {SECRET}"),
        // The error repeats the value.
        Say::new("new", 1).data("timestamp", SECRET).message(),
        Say::new("new", 1).order("qty", SECRET).message(),
        format!(r#"{{"stream":{{"{SECRET}":1}}}}"#),
        // The cut goes through it.
        format!("{}{SECRET}", "x".repeat(4_090)),
        format!("{}{SECRET}{}", "x".repeat(4_090), "x".repeat(5_000)),
    ];
    for message in &messages {
        service.say(message.as_str()).await;
        let (text, error) = undecodable(&mut world).await;
        items.push(format!("{text} {error}"));
    }
    service
        .say(format!(
            r#"{{"action":"error","data":{{"error_message":"no {SECRET}"}}}}"#
        ))
        .await;
    let (reason, _) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::ServerError);
    items.push(reason.to_string());
    items.push(format!("{:?}", world.stream.state()));
    for item in &items {
        assert!(!item.contains("very-s"), "{item}");
    }
    assert!(items[0].contains("you said ***"), "{}", items[0]);
}

#[tokio::test(start_paused = true)]
async fn the_words_of_an_error_are_clipped() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    let words = "x".repeat(MEGABYTE);
    let sent = tokio::spawn(async move {
        let error = format!(r#"{{"action":"error","data":{{"error_message":"{words}"}}}}"#);
        service.say(error).await;
    });
    let (reason, _) = world.disconnect().await;
    assert!(reason.message().len() < 5_000, "{}", reason.message().len());
    sent.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_nonsense_is_read_once_in_a_while() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    let before = world.account.readings().len();
    for _ in 0..120 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        service.say("nonsense").await;
    }
    tokio::time::sleep(Duration::from_secs(6)).await;
    let readings = world.account.readings().split_off(before);
    assert!((11..=14).contains(&readings.len()), "{}", readings.len());
    for two in readings.windows(2) {
        assert!(two[1] - two[0] >= Duration::from_secs(5));
    }
}
