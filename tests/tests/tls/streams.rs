//! Streams over TLS.

use std::time::Duration;

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::resources::activity_events::EventQuery;
use alpaca_trading::stream::{DisconnectKind, StreamItem, TradeEvent, TradeStream, TradeUpdate};
use alpaca_trading::{Client, Side};

use super::authority::Authority;
use super::front::Front;
use super::{client, set_up, simulator};

async fn next(stream: &mut TradeStream) -> StreamItem<TradeUpdate> {
    tokio::time::timeout(Duration::from_secs(20), stream.next())
        .await
        .expect("an item in time")
        .expect("an item")
}

/// Buys, and reads until the fill is told.
async fn filled(client: &Client, stream: &mut TradeStream) {
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(2));
    let order = client.orders().submit(request).await.unwrap();
    loop {
        let item = next(stream).await;
        if let Some(update) = item
            .updates()
            .iter()
            .find(|update| update.event == TradeEvent::Fill)
        {
            assert_eq!(update.order.id, order.id);
            return;
        }
    }
}

#[tokio::test]
async fn order_updates_come_and_come_again_after_a_cut() {
    let (_simulator, front, client) = set_up(|client| client).await;
    let mut stream = client.trade_updates().connect().await.unwrap();
    filled(&client, &mut stream).await;
    front.cut();
    loop {
        match next(&mut stream).await {
            StreamItem::Disconnected { reason, retry_in } => {
                assert!(retry_in.is_some() && !reason.is_final(), "{reason}");
            }
            StreamItem::Reconciled { complete, .. } => {
                assert!(complete);
                break;
            }
            _ => {}
        }
    }
    filled(&client, &mut stream).await;
    stream.close().await;
}

#[tokio::test]
async fn a_service_that_is_not_trusted_gets_no_keys_of_a_stream() {
    let simulator = simulator().await;
    let stranger = Authority::new();
    let front = Front::start(stranger.server("127.0.0.1", &[]), &simulator).await;
    let client = client(front.url()).build().unwrap();
    let mut stream = client.trade_updates().start().unwrap();
    match next(&mut stream).await {
        StreamItem::Disconnected { reason, .. } => {
            assert_eq!(reason.kind(), DisconnectKind::Failed);
            assert!(reason.to_string().contains("certificate"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    stream.close().await;
    assert_eq!(front.trusted(), 0);
}

#[tokio::test]
async fn activity_events_come_in_a_stream_of_http_2() {
    let (simulator, front, client) = set_up(|client| client).await;
    let since = EventQuery::new().since(simulator.clock().now());
    let mut stream = client.activity_events().connect(since).await.unwrap();
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(2));
    client.orders().submit(request).await.unwrap();
    let told = async {
        loop {
            match stream.next().await.expect("no end") {
                StreamItem::Update(_) => return,
                StreamItem::Disconnected { reason, .. } => panic!("{reason}"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told)
        .await
        .expect("an event in time");
    stream.close();
    assert_eq!((front.trusted(), front.modern()), (1, 1));
}
