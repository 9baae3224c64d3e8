//! The stream of order updates against the simulator and its faults.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use alpaca_trading::orders::{Condition, OrderRequest, Quantity};
use alpaca_trading::stream::{
    DisconnectKind, Phase, StreamItem, TradeEvent, TradeStream, TradeUpdate,
};
use alpaca_trading::{Attempt, Client, Hook, Pacing, Side, dec};
use alpaca_trading_sim::faults::Fault;
use alpaca_trading_sim::streams::StreamFault;

use crate::{d, simulator};

/// The next item, which comes at once.
async fn next(stream: &mut TradeStream) -> StreamItem<TradeUpdate> {
    tokio::time::timeout(Duration::from_secs(5), stream.next())
        .await
        .expect("an item in time")
        .expect("an item")
}

#[tokio::test]
async fn an_order_is_told_from_its_submission_to_its_fill() {
    let (_simulator, client) = simulator().await;
    let mut stream = client.trade_updates().connect().await.unwrap();
    assert!(matches!(next(&mut stream).await, StreamItem::Connected));
    match next(&mut stream).await {
        StreamItem::Reconciled {
            updates, complete, ..
        } => assert!(updates.is_empty() && complete),
        other => panic!("{other:?}"),
    }
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(3));
    let order = client.orders().submit(request).await.unwrap();
    let mut events = Vec::new();
    while events.last() != Some(&TradeEvent::Fill) {
        let item = next(&mut stream).await;
        let update = item.update().expect("an update");
        assert_eq!(update.order.id, order.id);
        if let Some(fill) = update.fill() {
            assert_eq!((fill.qty, fill.cum_qty), (dec!(3), Some(d("3"))));
        }
        events.push(update.event.clone());
    }
    assert_eq!(
        events,
        [TradeEvent::PendingNew, TradeEvent::New, TradeEvent::Fill]
    );
    stream.close().await;
}

/// A limit order that waits.
fn waiting() -> OrderRequest {
    OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(3), dec!(100))
}

#[tokio::test]
async fn what_happens_while_the_connection_is_down_is_told_and_marked() {
    let (simulator, client) = simulator().await;
    let order = client.orders().submit(waiting()).await.unwrap();
    let mut stream = client
        .trade_updates()
        .with_open_orders()
        .connect()
        .await
        .unwrap();
    assert!(matches!(next(&mut stream).await, StreamItem::Connected));
    let item = next(&mut stream).await;
    let open = item.updates();
    assert_eq!((open.len(), open[0].order.id), (1, order.id));
    assert!(open[0].was_missed() && open[0].fill().is_none());

    simulator.stop_listening().await;
    simulator.market().set_price("AAPL", dec!(99)).unwrap();
    simulator.clock().advance(chrono::TimeDelta::seconds(1));
    simulator.listen().await.unwrap();

    let mut kinds = Vec::new();
    let missed = loop {
        let item = next(&mut stream).await;
        match &item {
            StreamItem::Disconnected { reason, retry_in } => {
                assert!(retry_in.is_some() && !reason.is_final(), "{reason}");
                kinds.push("disconnected");
            }
            StreamItem::Stale { .. } => kinds.push("stale"),
            StreamItem::Connected => kinds.push("connected"),
            StreamItem::Reconciled {
                from, to, complete, ..
            } => {
                assert!(*complete && from <= to);
                break item.updates().to_vec();
            }
            other => panic!("{other:?}"),
        }
    };
    kinds.dedup();
    assert_eq!(kinds[..2], ["disconnected", "stale"]);
    assert_eq!(missed.len(), 1, "{missed:?}");
    let fill = missed[0].fill().unwrap();
    assert_eq!((fill.qty, fill.cum_qty), (dec!(3), Some(dec!(3))));
    assert!(missed[0].was_missed());
    let state = stream.state();
    assert_eq!(
        (state.phase, state.stale, state.backfilled),
        (Phase::Connected, false, 2)
    );
}

#[tokio::test]
async fn bad_keys_are_one_attempt_and_a_final_error() {
    let (simulator, _) = simulator().await;
    let client = Client::builder()
        .base_url(simulator.base_url())
        .key_pair("PKNOBODY", "nothing-to-see")
        .pacing(Pacing::Off)
        .build()
        .unwrap();
    let error = client.trade_updates().connect().await.unwrap_err();
    assert!(error.is_unauthorized(), "{error}");
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("custom") && !text.contains("nothing-to-see"),
        "{text}"
    );
    let mut stream = client.trade_updates().start().unwrap();
    match next(&mut stream).await {
        StreamItem::Disconnected {
            reason,
            retry_in: None,
        } => {
            assert_eq!(reason.kind(), DisconnectKind::Unauthorized);
        }
        other => panic!("{other:?}"),
    }
    assert!(stream.next().await.is_none());
    let state = stream.state();
    assert_eq!((state.phase, state.attempts), (Phase::Ended, 1));
    assert!(stream.error().unwrap().is_unauthorized());
}

#[tokio::test]
async fn one_connection_serves_many_consumers() {
    let (_simulator, client) = simulator().await;
    let stream = client.trade_updates().connect().await.unwrap();
    let mut consumers: Vec<_> = (0..20).map(|_| stream.subscribe()).collect();
    // One that never reads, and one that panics.
    let panics = stream.subscribe();
    let task = tokio::spawn(async move {
        let _held = panics;
        panic!("as asked for");
    });
    assert!(task.await.unwrap_err().is_panic());
    let order = client.orders().submit(waiting()).await.unwrap();
    for consumer in &mut consumers {
        for expected in [TradeEvent::PendingNew, TradeEvent::New] {
            let item = next(consumer).await;
            let update = item.update().unwrap();
            assert_eq!((update.order.id, &update.event), (order.id, &expected));
        }
    }
    assert_eq!(stream.state().attempts, 1);
    // The connection ends with the last of them, and not before.
    drop(stream);
    client.orders().cancel(order.id).await.unwrap();
    for consumer in &mut consumers {
        let item = next(consumer).await;
        assert_eq!(item.update().unwrap().event, TradeEvent::PendingCancel);
    }
    let closing = consumers.pop().unwrap();
    let begun = Instant::now();
    closing.close().await;
    assert!(
        begun.elapsed() < Duration::from_millis(100),
        "{:?}",
        begun.elapsed()
    );
    for consumer in &mut consumers {
        while let Some(item) = consumer.next().await {
            if let StreamItem::Disconnected { reason, .. } = item {
                assert_eq!(reason.kind(), DisconnectKind::Consumer);
            }
        }
    }
}

/// Counts the reads of single orders.
#[derive(Clone, Default)]
struct Looks(Arc<AtomicUsize>);

impl Hook for Looks {
    fn after(&self, attempt: &Attempt<'_>) {
        if attempt.operation() == "get_order" {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test]
async fn waiting_for_an_order_listens_instead_of_asking() {
    let (simulator, _) = simulator().await;
    let looks = Looks::default();
    let client = Client::builder()
        .base_url(simulator.base_url())
        .key_pair("PKSIMULATOR", "simulator")
        .pacing(Pacing::Off)
        .hook(looks.clone())
        .build()
        .unwrap();
    let stream = client.trade_updates().connect().await.unwrap();
    let order = client.orders().submit(waiting()).await.unwrap();
    let fills = async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        simulator.market().set_price("AAPL", dec!(99)).unwrap();
        simulator.clock().advance(chrono::TimeDelta::seconds(1));
        Instant::now()
    };
    let orders = client.orders();
    let waits = async {
        let order = orders
            .wait_for(order.id, Condition::Filled, Duration::from_secs(20))
            .await;
        (order.unwrap(), Instant::now())
    };
    let (filled_at, (filled, told_at)) = tokio::join!(fills, waits);
    assert_eq!(filled.filled_qty, Some(dec!(3)));
    // Without the stream the next look would be up to a second away.
    assert!(
        told_at - filled_at < Duration::from_millis(200),
        "{:?}",
        told_at - filled_at
    );
    assert_eq!(looks.0.load(Ordering::Relaxed), 1);
    drop(stream);
}

#[tokio::test]
async fn waiting_looks_once_more_when_the_stream_was_silent() {
    let (simulator, client) = simulator().await;
    let _stream = client.trade_updates().connect().await.unwrap();
    let order = client.orders().submit(waiting()).await.unwrap();
    // The connection is dead, and nobody has noticed yet.
    simulator
        .faults()
        .on("trade_updates")
        .stream_fault(StreamFault::Mute);
    let orders = client.orders();
    let fills = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        simulator.market().set_price("AAPL", dec!(99)).unwrap();
        simulator.clock().advance(chrono::TimeDelta::seconds(1));
    };
    let limit = Duration::from_millis(400);
    let waits = orders.wait_for(order.id, Condition::Filled, limit);
    let ((), filled) = tokio::join!(fills, waits);
    assert_eq!(filled.unwrap().filled_qty, Some(dec!(3)));
}

#[tokio::test]
async fn waiting_for_an_order_that_is_not_found_at_first_asks_again_soon() {
    let (simulator, client) = simulator().await;
    let _stream = client.trade_updates().connect().await.unwrap();
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(3));
    let order = client.orders().submit(request).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    // It is filled, which the stream does not tell again.
    let body = serde_json::json!({"code": 40_410_000, "message": "order not found"});
    simulator
        .faults()
        .on("get_order")
        .times(1)
        .fault(Fault::json(404, &body));
    let begun = Instant::now();
    let limit = Duration::from_secs(5);
    let filled = client
        .orders()
        .wait_for(order.id, Condition::Filled, limit)
        .await;
    assert_eq!(filled.unwrap().filled_qty, Some(dec!(3)));
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn without_pongs_the_connection_is_given_up() {
    let (simulator, client) = simulator().await;
    let mut stream = client
        .trade_updates()
        .ping_every(Duration::from_millis(20))
        .silence(Duration::from_millis(150))
        .connect()
        .await
        .unwrap();
    simulator
        .faults()
        .on("trade_updates")
        .times(1)
        .stream_fault(StreamFault::Mute);
    let order = client.orders().submit(waiting()).await.unwrap();
    let mut told = Vec::new();
    while told.len() < 2 {
        let item = next(&mut stream).await;
        if let StreamItem::Disconnected { reason, .. } = &item {
            assert_eq!(reason.kind(), DisconnectKind::Silent);
            told.push("silent".to_owned());
        }
        told.extend(item.updates().iter().map(|update| update.event.to_string()));
        assert!(
            item.updates()
                .iter()
                .all(|update| update.order.id == order.id)
        );
    }
    assert_eq!(told, ["silent", "new"]);
}

#[test]
fn an_address_of_its_own_is_checked_like_any() {
    let client =
        |builder: alpaca_trading::ClientBuilder| builder.key_pair("PKX", "x").build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let paper = client(Client::builder());
    let error = paper.trade_updates().start().unwrap_err();
    assert!(error.is_configuration(), "{error}");
    let _guard = runtime.enter();
    for (url, expected) in [
        ("https://127.0.0.1/stream", "neither the scheme ws nor wss"),
        ("ws://example.com/stream", "unencrypted"),
        ("wss://api.alpaca.markets/stream", "Environment::Live"),
        ("wss://user:secret@example.com/stream", "credentials"),
    ] {
        let error = paper
            .trade_updates()
            .url(url)
            .start()
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(expected) && !error.contains("secret@"),
            "{url}: {error}"
        );
    }
}

/// The soak of streams at a small size: `cargo xtask soak streams` is the full one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_breaks_the_book_is_the_accounts() {
    let mut sum = tests::soak::StreamTally::default();
    for seed in 1..=4 {
        let tally = tests::soak::trade_stream(seed, 120).await;
        println!("{tally}");
        sum += tally;
    }
    assert!(sum.violations.is_empty(), "{}", sum.violations.join("\n"));
    // Otherwise it shows nothing.
    assert!(sum.missed > 0 && sum.reconnects > 0, "{sum}");
}
