//! Orders: submitted, replaced, canceled, listed, waited for.

use std::collections::BTreeSet;
use std::time::Duration;

use alpaca_trading::orders::{
    Condition, OrderClass, OrderQuery, OrderRequest, OrderStatus, OrderType, Quantity,
    ReplaceRequest, StopLoss, TakeProfit, Trail,
};
use alpaca_trading::{Client, Outcome, Side, TimeInForce, Uuid};
use alpaca_trading_sim::fill::Touch;
use alpaca_trading_sim::{ClockMode, Simulator};

use crate::{bought, d, simulator};

fn resting(symbol: &str, price: &str) -> OrderRequest {
    OrderRequest::limit(symbol, Side::Buy, Quantity::shares(2), d(price))
}

#[tokio::test]
async fn every_type_and_class_is_taken_as_it_was_asked_for() {
    let (_simulator, client) = simulator().await;
    bought(&client, "SPY", Quantity::shares(50)).await;
    let shares = || Quantity::shares(5);
    let exits = || (TakeProfit::limit(d("700")), StopLoss::stop(d("600")));
    let orders = [
        resting("AAPL", "200").time_in_force(TimeInForce::Gtc),
        resting("MSFT", "400").extended_hours(true),
        OrderRequest::market("F", Side::Buy, Quantity::notional(d("50.25"))),
        OrderRequest::market("KO", Side::Buy, Quantity::shares(d("0.5"))),
        OrderRequest::stop("V", Side::Buy, shares(), d("400")),
        OrderRequest::stop_limit("BA", Side::Buy, shares(), d("250"), d("251")),
        OrderRequest::trailing_stop("DIS", Side::Buy, shares(), Trail::percent(d("2.5"))),
        OrderRequest::trailing_stop("PFE", Side::Buy, shares(), Trail::price(d("1.25"))),
        resting("AMZN", "200").bracket(
            TakeProfit::limit(d("250")),
            StopLoss::stop(d("190")).limit(d("189")),
        ),
        resting("NVDA", "150").oto(StopLoss::stop(d("140"))),
        resting("TSLA", "400").oto(TakeProfit::limit(d("500"))),
        OrderRequest::oco("SPY", Side::Sell, shares(), exits().0, exits().1),
        OrderRequest::limit("BTC/USD", Side::Buy, Quantity::coins(d("0.01")), d("60000")),
        resting("GOOGL", "250").client_order_id("mine & yours / 50% + ü"),
        resting("JPM", "300").time_in_force(TimeInForce::Cls),
    ];
    for request in orders {
        let body = request.to_body();
        let order = client
            .orders()
            .submit(request)
            .await
            .unwrap_or_else(|error| panic!("{body:?}: {error}"));
        assert_eq!(order.symbol, body.symbol);
        assert_eq!(order.type_, Some(body.type_.clone()), "{body:?}");
        assert_eq!(
            order.time_in_force,
            Some(body.time_in_force.clone()),
            "{body:?}"
        );
        assert_eq!(
            (order.qty, order.notional),
            (body.qty, body.notional),
            "{body:?}"
        );
        // A trailing stop has one of the service's.
        if body.type_ != OrderType::TrailingStop {
            assert_eq!(order.stop_price, body.stop_price, "{body:?}");
        }
        assert_eq!(
            order.extended_hours,
            Some(body.extended_hours == Some(true)),
            "{body:?}"
        );
        assert_eq!(
            (order.trail_percent, order.trail_price),
            (body.trail_percent, body.trail_price)
        );
        let class = body.order_class.clone().unwrap_or(OrderClass::Simple);
        assert_eq!(order.order_class, class, "{body:?}");
        let legs = usize::from(body.take_profit.is_some() && class != OrderClass::Oco)
            + usize::from(body.stop_loss.is_some());
        let shown = client.orders().get_with_legs(order.id).await.unwrap();
        assert_eq!(shown.legs.len(), legs, "{body:?}");
        assert!(
            shown
                .legs
                .iter()
                .all(|leg| leg.status == Some(OrderStatus::Held)),
            "{shown:?}"
        );
        let id = order.client_order_id.clone();
        if let Some(given) = body.client_order_id {
            assert_eq!(id, given);
        }
        let found = client.orders().get_by_client_order_id(id).await.unwrap();
        assert_eq!(found.id, order.id);
    }
}

#[tokio::test]
async fn an_id_is_taken_once() {
    let (_simulator, client) = simulator().await;
    let request = || resting("AAPL", "200").client_order_id("only-once");
    let first = client.orders().submit(request()).await.unwrap();
    let error = client.orders().submit(request()).await.unwrap_err();
    assert!(error.is_duplicate_client_order_id(), "{error}");
    assert_eq!(error.outcome(), Outcome::Rejected);
    client.orders().cancel(first.id).await.unwrap();
    let error = client.orders().submit(request()).await.unwrap_err();
    assert!(error.is_duplicate_client_order_id(), "{error}");
    let none = client
        .orders()
        .get_by_client_order_id("never")
        .await
        .unwrap_err();
    assert!(none.is_not_found(), "{none}");
    let none = client.orders().get(Uuid::from_u128(1)).await.unwrap_err();
    assert!(none.is_not_found(), "{none}");
}

#[tokio::test]
async fn an_order_is_replaced_and_the_old_one_says_by_which() {
    let (_simulator, client) = simulator().await;
    let old = client
        .orders()
        .submit(resting("AAPL", "200"))
        .await
        .unwrap();
    let change = ReplaceRequest::new()
        .quantity(3)
        .limit_price(d("201.5"))
        .client_order_id("next");
    let new = client
        .orders()
        .replace(old.id, change.clone())
        .await
        .unwrap();
    assert_eq!(
        (new.replaces, new.qty, new.limit_price),
        (Some(old.id), Some(d("3")), Some(d("201.5")))
    );
    assert_eq!(new.client_order_id, "next");
    let old = client.orders().get(old.id).await.unwrap();
    assert_eq!(
        (old.status.clone(), old.replaced_by),
        (OrderStatus::Replaced, Some(new.id))
    );
    let error = client
        .orders()
        .replace(old.id, ReplaceRequest::new().quantity(9))
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(422), "{error}");
    let same = ReplaceRequest::new().quantity(3).limit_price(d("201.5"));
    let error = client.orders().replace(new.id, same).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("order parameters are not changed"),
        "{error}"
    );
    let trailing = OrderRequest::trailing_stop(
        "SPY",
        Side::Buy,
        Quantity::shares(1),
        Trail::percent(d("2")),
    );
    let trailing = client.orders().submit(trailing).await.unwrap();
    let changed = client
        .orders()
        .replace(trailing.id, ReplaceRequest::new().trail(d("3")))
        .await
        .unwrap();
    assert_eq!(
        (changed.type_, changed.trail_percent),
        (Some(OrderType::TrailingStop), Some(d("3")))
    );
}

#[tokio::test]
async fn orders_are_canceled_one_by_one_and_all_at_once() {
    let (_simulator, client) = simulator().await;
    let orders = client.orders();
    let one = orders.submit(resting("AAPL", "200")).await.unwrap();
    orders.cancel(one.id).await.unwrap();
    assert_eq!(
        orders.get(one.id).await.unwrap().status,
        OrderStatus::Canceled
    );
    let filled = bought(&client, "F", Quantity::shares(1)).await;
    let error = orders.cancel(filled.id).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("order is already in \"filled\" state"),
        "{error}"
    );
    assert!(
        orders
            .cancel(Uuid::from_u128(7))
            .await
            .unwrap_err()
            .is_not_found()
    );
    let mut open = BTreeSet::new();
    for symbol in ["AAPL", "MSFT", "SPY"] {
        open.insert(orders.submit(resting(symbol, "100")).await.unwrap().id);
    }
    let outcomes = orders.cancel_all().await.unwrap();
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.status == Some(200) && outcome.result.is_ok())
    );
    let ids: BTreeSet<_> = outcomes.iter().filter_map(|outcome| outcome.id).collect();
    assert_eq!(ids, open);
    assert!(orders.cancel_all().await.unwrap().is_empty());
}

#[tokio::test]
async fn lists_are_walked_in_both_directions_and_filtered() {
    let (simulator, client) = simulator().await;
    let mut ids = Vec::new();
    for number in 0..23 {
        let symbol = if number % 3 == 0 { "BTC/USD" } else { "AAPL" };
        let price = d("100") + alpaca_trading::Decimal::from(number);
        let order = OrderRequest::limit(symbol, Side::Buy, Quantity::shares(1), price);
        ids.push(client.orders().submit(order).await.unwrap().id);
        if number % 2 == 0 {
            simulator.clock().advance(chrono::TimeDelta::seconds(1));
        }
    }
    client.orders().cancel(ids[0]).await.unwrap();
    let list = async |query: OrderQuery| {
        let rows = client
            .orders()
            .list(query.page_size(4))
            .collect()
            .await
            .unwrap();
        rows.all()
            .unwrap()
            .into_iter()
            .map(|order| order.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(list(OrderQuery::all().oldest_first()).await, ids);
    let newest: Vec<_> = ids.iter().rev().copied().collect();
    assert_eq!(list(OrderQuery::all().newest_first()).await, newest);
    assert_eq!(list(OrderQuery::open().oldest_first()).await, ids[1..]);
    assert_eq!(list(OrderQuery::closed()).await, [ids[0]]);
    let coins: Vec<_> = ids.iter().step_by(3).copied().collect();
    assert_eq!(
        list(OrderQuery::all().oldest_first().symbol("BTC/USD")).await,
        coins
    );
    assert_eq!(
        list(OrderQuery::all().oldest_first().after_order(ids[9])).await,
        ids[10..]
    );
    assert_eq!(
        list(OrderQuery::all().newest_first().before_order(ids[3])).await,
        [ids[2], ids[1], ids[0]]
    );
    assert!(list(OrderQuery::all().side("sell")).await.is_empty());
}

#[tokio::test]
async fn waiting_ends_with_the_fill() {
    // A world whose time passes with the test's, which is paused: waiting takes no time.
    tokio::time::pause();
    let simulator = Simulator::builder()
        .fill_model(Touch::default())
        .clock(ClockMode::Real(1.0))
        .start()
        .await
        .unwrap();
    let client: Client = simulator.client().unwrap();
    let order = client
        .orders()
        .submit(resting("AAPL", "250"))
        .await
        .unwrap();
    let orders = client.orders();
    let waiting = orders.wait_for(order.id, Condition::Filled, Duration::from_secs(60));
    let market = simulator.market();
    let moving = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        market.set_price("AAPL", d("249")).unwrap();
    };
    let (order, ()) = tokio::join!(waiting, moving);
    let order = order.unwrap();
    assert_eq!(
        (order.status, order.filled_qty),
        (OrderStatus::Filled, Some(d("2")))
    );
    assert_eq!(order.filled_avg_price, Some(d("250")));
    let never = client.orders().submit(resting("AAPL", "10")).await.unwrap();
    let error = client
        .orders()
        .wait_for(never.id, Condition::Done, Duration::from_secs(5))
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
}
