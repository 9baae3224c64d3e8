//! The stream of order updates against the simulator and its faults.

use std::time::Duration;

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::stream::{StreamItem, TradeEvent};
use alpaca_trading::{Side, dec};

use crate::{d, simulator};

/// The next item, which comes at once.
async fn next(
    stream: &mut alpaca_trading::stream::TradeStream,
) -> StreamItem<alpaca_trading::stream::TradeUpdate> {
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

/// The soak of streams at a small size: `cargo xtask soak streams` is the full one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_breaks_the_book_is_the_accounts() {
    let mut violations = Vec::new();
    for seed in 1..=4 {
        let tally = tests::soak::trade_stream(seed, 120).await;
        println!("{tally}");
        violations.extend(tally.violations);
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}
