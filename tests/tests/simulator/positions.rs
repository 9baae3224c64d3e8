//! Positions: listed, looked at, closed.

use alpaca_trading::orders::{OrderRequest, OrderStatus, Quantity};
use alpaca_trading::{Side, types};

use crate::{bought, d, simulator};

#[tokio::test]
async fn positions_are_listed_and_looked_at_under_every_name() {
    let (simulator, client) = simulator().await;
    let positions = client.positions();
    assert_eq!(positions.list().await.unwrap().total(), 0);
    simulator
        .market()
        .set_quote("AAPL", d("99.99"), d("100"), d("100"))
        .unwrap();
    bought(&client, "AAPL", Quantity::shares(10)).await;
    bought(&client, "BTC/USD", Quantity::coins(d("0.5"))).await;
    let short = OrderRequest::market("SPY", Side::Sell, Quantity::shares(4));
    client.orders().submit(short).await.unwrap();
    simulator.market().set_price("AAPL", d("110")).unwrap();
    let all = positions.list().await.unwrap().all().unwrap();
    let mut symbols: Vec<_> = all
        .iter()
        .map(|position| position.symbol.as_str())
        .collect();
    symbols.sort_unstable();
    assert_eq!(symbols, ["AAPL", "BTCUSD", "SPY"]);
    let apple = positions.get("AAPL").await.unwrap();
    assert_eq!((apple.qty, apple.avg_entry_price), (d("10"), d("100")));
    assert_eq!(apple.market_value, Some(d("1100")));
    assert_eq!(apple.unrealized_pl, Some(d("100")));
    assert_eq!(apple.unrealized_plpc, Some(d("0.1")));
    assert_eq!(
        positions.get(apple.asset_id.to_string()).await.unwrap(),
        apple
    );
    let spy = positions.get("SPY").await.unwrap();
    assert_eq!((spy.side, spy.qty), (types::PositionSide::Short, d("-4")));
    let coins = positions.get("BTC/USD").await.unwrap();
    assert_eq!(positions.get("BTCUSD").await.unwrap(), coins);
    // The fee was taken from the coins.
    assert!(coins.qty < d("0.5") && coins.qty > d("0.498"), "{coins:?}");
    assert!(positions.get("MSFT").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_position_is_closed_in_part_and_in_whole() {
    let (_simulator, client) = simulator().await;
    bought(&client, "AAPL", Quantity::shares(10)).await;
    bought(&client, "ETH/USD", Quantity::coins(d("2"))).await;
    let positions = client.positions();
    let held = async |symbol: &str| positions.get(symbol).await.map(|position| position.qty);
    let order = positions.close("AAPL").quantity(3).await.unwrap();
    assert_eq!((order.side, order.qty), (Some(Side::Sell), Some(d("3"))));
    assert_eq!(held("AAPL").await.unwrap(), d("7"));
    positions.close("AAPL").percentage(d("50")).await.unwrap();
    let left = held("AAPL").await.unwrap();
    assert!(left > d("3") && left < d("5"), "{left}");
    positions.close("AAPL").await.unwrap();
    assert!(held("AAPL").await.unwrap_err().is_not_found());
    let order = positions.close("ETH/USD").await.unwrap();
    let order = client.orders().get(order.id).await.unwrap();
    assert_eq!(order.status, OrderStatus::Filled);
    assert!(held("ETH/USD").await.unwrap_err().is_not_found());
    let none = positions.close("AAPL").await.unwrap_err();
    assert!(none.is_not_found(), "{none}");
}

#[tokio::test]
async fn what_orders_hold_is_not_closed() {
    let (_simulator, client) = simulator().await;
    bought(&client, "AAPL", Quantity::shares(10)).await;
    bought(&client, "SPY", Quantity::shares(1)).await;
    let order = OrderRequest::limit("AAPL", Side::Sell, Quantity::shares(8), d("900"));
    client.orders().submit(order).await.unwrap();
    let available = client.positions().get("AAPL").await.unwrap().qty_available;
    assert_eq!(available, Some(d("2")));
    let error = client.positions().close("AAPL").await.unwrap_err();
    assert!(error.is_insufficient_quantity(), "{error}");
    let outcomes = client.positions().close_all(false).await.unwrap();
    let of = |symbol: &str| {
        outcomes
            .iter()
            .find(|outcome| outcome.symbol == symbol)
            .unwrap()
    };
    assert_eq!(of("AAPL").status, Some(403));
    let error = of("AAPL").result.as_ref().unwrap_err();
    assert!(error.is_insufficient_quantity(), "{error}");
    assert_eq!(of("SPY").result.as_ref().unwrap().qty, Some(d("1")));
    let outcomes = client.positions().close_all(true).await.unwrap();
    assert_eq!(outcomes.len(), 1);
    assert!(outcomes[0].result.is_ok(), "{outcomes:?}");
    assert!(client.positions().close_all(true).await.unwrap().is_empty());
    assert_eq!(client.positions().list().await.unwrap().total(), 0);
}
