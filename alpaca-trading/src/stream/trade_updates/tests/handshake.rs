//! What is said before updates come, and what comes in between.

use std::time::Duration;

use futures_util::SinkExt as _;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

use super::super::options::Options;
use super::fixture::{Say, short};
use super::world::{Account, Line, World, client};
use crate::stream::{Disconnect, DisconnectKind, StreamItem};

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_not_waited_for_for_ever() {
    let mut world = World::new(Options::default());
    let begin = Instant::now();
    let _mute = world.call().await;
    let (reason, _) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::Failed);
    assert!(reason.message().contains("the authentication"), "{reason}");
    assert!(begin.elapsed() <= Duration::from_secs(11));

    let mut service = world.call().await;
    let begin = Instant::now();
    service.heard().await;
    service.authorize("authorized").await;
    let (reason, _) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::Failed);
    assert!(
        reason.message().contains("the request for updates"),
        "{reason}"
    );
    assert!(begin.elapsed() <= Duration::from_secs(11));
}

#[tokio::test(start_paused = true)]
async fn chatter_is_no_answer() {
    let mut world = World::new(Options::default());
    let mut service = world.call().await;
    let chatter = tokio::spawn(async move {
        for _ in 0..2_000 {
            service.say(r#"{"stream":"news","data":[]}"#).await;
        }
    });
    let (reason, _) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::Protocol, "{reason}");
    chatter.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn updates_before_the_answer_are_told() {
    let mut world = World::new(Options::default());
    let mut service = world.call().await;
    service.heard().await;
    service.authorize("authorized").await;
    service.heard().await;
    service.tell(&Say::new("new", 1).event_id(1)).await;
    service.say("no JSON").await;
    service.tell(&Say::fill(1, 0, 4).time(10).event_id(2)).await;
    service.listen().await;
    service
        .tell(&Say::fill(1, 4, 10).time(20).event_id(3))
        .await;
    let mut told = Vec::new();
    let mut undecodable = 0;
    while told.len() < 3 {
        let item = world.next().await;
        undecodable += usize::from(matches!(item, StreamItem::Undecodable { .. }));
        told.extend(item.update().map(|update| short(update)));
    }
    assert_eq!(told, ["1 new 0", "1 partial_fill 0..4", "1 fill 4..10"]);
    assert_eq!(undecodable, 1);
}

#[tokio::test(start_paused = true)]
async fn the_connection_limit_in_its_forms_is_a_reason_to_wait_long() {
    let data = r#"{"T":"error","code":406,"msg":"connection limit exceeded"}"#;
    let action = r#"{"action":"error","data":{"error_message":"Connection Limit Exceeded"}}"#;
    let mut world = World::new(Options::default());
    for form in 0..5 {
        let mut service = world.call().await;
        match form {
            0 => service.say(data).await,
            1 => service.say(action).await,
            2 => {
                let frame = CloseFrame {
                    code: CloseCode::Policy,
                    reason: "connection limit exceeded".into(),
                };
                service.socket.close(Some(frame)).await.unwrap();
            }
            3 => {
                service.heard().await;
                service.authorize("authorized").await;
                service.heard().await;
                service.say(data).await;
            }
            _ => {
                service.welcome().await;
                service.say(action).await;
            }
        }
        let (reason, retry_in) = world.disconnect().await;
        assert_eq!(
            reason.kind(),
            DisconnectKind::ConnectionLimit,
            "{form}: {reason}"
        );
        let wait = retry_in.unwrap();
        assert!(
            wait >= Duration::from_secs(15) && wait <= Duration::from_secs(30),
            "{wait:?}"
        );
    }
    for two in world.line.dials().windows(2) {
        assert!(two[1] - two[0] >= Duration::from_secs(15));
    }

    let line = Line::default();
    line.refuse(Some(Disconnect::new(
        DisconnectKind::ConnectionLimit,
        "429",
    )));
    let mut world = World::of(client(), Options::default(), line, Account::default());
    assert!(world.disconnect().await.1.unwrap() >= Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_service_is_one() {
    let error = r#"{"action":"error","data":{"error_message":"internal server error"}}"#;
    let mut world = World::new(Options::default());
    for welcomed in [false, true] {
        let mut service = world.call().await;
        if welcomed {
            service.welcome().await;
        }
        service.say(error).await;
        let (reason, retry_in) = world.disconnect().await;
        assert_eq!(reason.kind(), DisconnectKind::ServerError);
        assert!(reason.message().contains("internal server error"));
        assert!(retry_in.is_some());
    }
    let mut service = world.served().await;
    let frame = CloseFrame {
        code: CloseCode::Error,
        reason: "".into(),
    };
    service.socket.close(Some(frame)).await.unwrap();
    assert_eq!(
        world.disconnect().await.0.kind(),
        DisconnectKind::ServerError
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_service_takes_back_is_asked_for_anew() {
    let mut world = World::new(Options::default());
    let mut service = world.call().await;
    service.heard().await;
    service.authorize("authorized").await;
    service.heard().await;
    service
        .say(r#"{"stream":"listening","data":{"streams":[],"error":"no such stream"}}"#)
        .await;
    let (reason, _) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::Protocol);
    assert_eq!(reason.message(), "no such stream");

    let mut service = world.served().await;
    service
        .say(r#"{"stream":"listening","data":{"streams":[]}}"#)
        .await;
    assert_eq!(world.disconnect().await.0.kind(), DisconnectKind::Protocol);

    let mut service = world.served().await;
    service.authorize("unauthorized").await;
    let (reason, retry_in) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::Closed);
    assert!(retry_in.is_some());

    // The next handshake tells that it is final.
    let mut service = world.call().await;
    service.heard().await;
    service.authorize("unauthorized").await;
    assert_eq!(world.disconnect().await.1, None);
}

#[tokio::test(start_paused = true)]
async fn text_and_binary_frames_are_the_same() {
    let mut world = World::new(Options::default());
    let mut service = world.call().await;
    service.heard().await;
    for (place, text) in [
        r#"{"stream":"authorization","data":{"status":"authorized"}}"#.to_owned(),
        r#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#.to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let frame = Frame::binary(text.into_bytes());
        service.socket.send(frame).await.unwrap();
        if place == 0 {
            service.heard().await;
        }
    }
    assert!(matches!(world.next().await, StreamItem::Connected));
    assert!(matches!(world.next().await, StreamItem::Reconciled { .. }));
    let text = Say::new("new", 1).message();
    service
        .socket
        .send(Frame::binary(text.into_bytes()))
        .await
        .unwrap();
    assert_eq!(short(&*world.update().await), "1 new 0");
    let text = Say::fill(1, 0, 10).time(1).message();
    service.socket.send(Frame::text(text)).await.unwrap();
    assert_eq!(short(&*world.update().await), "1 fill 0..10");
    service
        .socket
        .send(Frame::Ping(b"there?".to_vec().into()))
        .await
        .unwrap();
    service.tell(&Say::new("new", 2)).await;
    assert_eq!(short(&*world.update().await), "2 new 0");
}
