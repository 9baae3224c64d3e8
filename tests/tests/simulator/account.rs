//! The account: its figures, its settings, what happened to it, what it was worth.

use std::collections::BTreeSet;

use alpaca_trading::orders::Quantity;
use alpaca_trading::resources::account::ConfigurationsUpdate;
use alpaca_trading::resources::activities::ActivityQuery;
use alpaca_trading::resources::activity_events::EventQuery;
use alpaca_trading::resources::portfolio_history::{Period, PortfolioHistoryQuery, Timeframe};
use alpaca_trading::types::{AccountActivity, ActivityType};
use alpaca_trading::{Decimal, ErrorKind};
use chrono::TimeDelta;

use crate::{bought, d, simulator};

#[tokio::test]
async fn figures_follow_what_is_bought() {
    let (simulator, client) = simulator().await;
    let before = client.account().get().await.unwrap();
    assert_eq!(
        (before.cash, before.equity),
        (Some(d("100000")), Some(d("100000")))
    );
    assert_eq!(before.buying_power, Some(d("400000")));
    simulator
        .market()
        .set_quote("AAPL", d("199.99"), d("200"), d("200"))
        .unwrap();
    bought(&client, "AAPL", Quantity::shares(10)).await;
    let after = client.account().get().await.unwrap();
    assert_eq!(after.cash, Some(d("98000")));
    assert_eq!(after.long_market_value, Some(d("2000")));
    assert_eq!(after.equity, Some(d("100000")));
    assert_eq!(
        (after.id, after.account_number),
        (before.id, before.account_number)
    );
}

#[tokio::test]
async fn settings_are_changed_and_bite() {
    let (_simulator, client) = simulator().await;
    let account = client.account();
    assert_eq!(
        account.configurations().await.unwrap().suspend_trade,
        Some(false)
    );
    let update = ConfigurationsUpdate::new()
        .suspend_trade(true)
        .max_margin_multiplier(2);
    let changed = account.update_configurations(update).await.unwrap();
    assert_eq!(changed.suspend_trade, Some(true));
    assert_eq!(changed.max_margin_multiplier, Some(d("2")));
    assert_eq!(account.configurations().await.unwrap(), changed);
    let request = alpaca_trading::orders::OrderRequest::market(
        "AAPL",
        alpaca_trading::Side::Buy,
        Quantity::shares(1),
    );
    let refused = client.orders().submit(request).await.unwrap_err();
    assert_eq!(refused.status(), Some(403));
    assert!(
        refused
            .to_string()
            .contains("new orders are rejected by user request"),
        "{refused}"
    );
    let shown = account.get().await.unwrap();
    assert_eq!(shown.trade_suspended_by_user, Some(true));
}

#[tokio::test]
async fn activities_are_walked_page_by_page() {
    let (simulator, client) = simulator().await;
    for _ in 0..7 {
        bought(&client, "F", Quantity::shares(3)).await;
    }
    bought(&client, "BTC/USD", Quantity::coins(d("0.1"))).await;
    // The fee of the coins is written down at the end of the day.
    simulator.clock().advance(TimeDelta::days(1));
    let query = || ActivityQuery::all().page_size(3);
    let all = client.activities().list(query()).collect().await.unwrap();
    assert_eq!(all.total(), 9);
    assert!(all.undecodable().is_empty(), "{:?}", all.undecodable());
    let ids: Vec<String> = all.iter().map(id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 9);
    let oldest = client
        .activities()
        .list(query().oldest_first())
        .collect()
        .await
        .unwrap();
    assert_eq!(oldest.iter().map(id).rev().collect::<Vec<_>>(), ids);
    let fills = client
        .activities()
        .list(ActivityQuery::fills())
        .collect()
        .await
        .unwrap();
    assert_eq!(fills.total(), 8);
    let by_type = client
        .activities()
        .list_by_type(ActivityType::from("CFEE"), ActivityQuery::all());
    assert_eq!(by_type.collect().await.unwrap().total(), 1);
    let fees = client
        .activities()
        .list(ActivityQuery::non_trades())
        .collect()
        .await
        .unwrap();
    assert_eq!(fees.total(), 1);
    let order = client
        .orders()
        .list(alpaca_trading::orders::OrderQuery::all().symbol("BTC/USD"));
    let order = order.collect().await.unwrap().all().unwrap().remove(0);
    let of_order = ActivityQuery::all().order_id(order.id);
    assert_eq!(
        client
            .activities()
            .list(of_order)
            .collect()
            .await
            .unwrap()
            .total(),
        1
    );
}

fn id(activity: &AccountActivity) -> String {
    let json = serde_json::to_value(activity).unwrap();
    json["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn what_it_was_worth_is_told_in_columns_of_one_length() {
    let (simulator, client) = simulator().await;
    bought(&client, "AAPL", Quantity::shares(100)).await;
    for step in 1..=5_u32 {
        let price = Decimal::from(260 + step);
        simulator.market().set_price("AAPL", price).unwrap();
        simulator.clock().advance_to_close();
        simulator.clock().advance(TimeDelta::hours(1));
        simulator.clock().advance_to_open();
    }
    let query = PortfolioHistoryQuery::new()
        .period(Period::weeks(1))
        .timeframe(Timeframe::OneDay);
    let history = client.account().portfolio_history(query).await.unwrap();
    assert!(history.timestamp.len() >= 4, "{history:?}");
    assert_eq!(history.timestamp.len(), history.equity.len());
    assert_eq!(history.timestamp.len(), history.profit_loss.len());
    assert_eq!(history.timestamp.len(), history.profit_loss_pct.len());
    let worth: Vec<_> = history.equity.iter().flatten().collect();
    assert!(worth.is_sorted(), "{worth:?}");
    let account = client.account().get().await.unwrap();
    assert!(
        worth.iter().any(|worth| Some(**worth) == account.equity),
        "{worth:?}"
    );
    assert!(history.base_value.is_some());
}

#[tokio::test]
async fn events_of_activities_are_streamed_up_to_now() {
    let (simulator, client) = simulator().await;
    let start = simulator.clock().now();
    bought(&client, "AAPL", Quantity::shares(1)).await;
    bought(&client, "SPY", Quantity::shares(2)).await;
    let until = simulator.clock().advance(TimeDelta::minutes(1));
    simulator.clock().advance(TimeDelta::minutes(1));
    let query = EventQuery::new()
        .since(start - TimeDelta::minutes(1))
        .until(until);
    let mut events = client.activity_events().subscribe(query).await.unwrap();
    let mut text = String::new();
    while let Some(chunk) = events.next().await {
        text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
    }
    let events = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let events: Vec<serde_json::Value> = events
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let symbols: Vec<_> = events
        .iter()
        .map(|event| event["details"]["symbol"].as_str().unwrap())
        .collect();
    assert_eq!(symbols, ["AAPL", "SPY"]);
    assert_eq!(events[1]["qty"].as_str().map(d), Some(d("2")));
    let wrong = EventQuery::new().until(start);
    let error = client.activity_events().subscribe(wrong).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}
