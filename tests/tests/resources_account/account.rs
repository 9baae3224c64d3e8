//! The account itself: figures, configuration, history.

use alpaca_trading::resources::account::ConfigurationsUpdate;
use alpaca_trading::resources::portfolio_history::{
    CashFlows, Period, PortfolioHistoryQuery, PortfolioPoints, Timeframe,
};
use alpaca_trading::types::{
    ActivityType, GetPortfolioHistoryIntradayReporting, GetPortfolioHistoryPnlReset,
};
use alpaca_trading::{Decimal, dec};
use serde_json::{Value, json};

use crate::{answering, instance, last, pairs, parameters, time};

#[tokio::test]
async fn an_update_of_the_configuration_sends_what_is_named_and_nothing_else() {
    let all = json!({
        "no_shorting": false, "max_options_trading_level": 0, "max_margin_multiplier": "4",
        "fractional_trading": true, "dtbp_check": "both"
    });
    let (server, client) = answering(all).await;
    let update = ConfigurationsUpdate::new()
        .no_shorting(false)
        .max_options_trading_level(0);
    let now = client
        .account()
        .update_configurations(update)
        .await
        .unwrap();
    assert_eq!(now.max_margin_multiplier, Some(dec!(4)));
    let sent = server.take().pop().unwrap();
    assert_eq!(
        (sent.method.as_str(), sent.target.as_str()),
        ("PATCH", "/v2/account/configurations")
    );
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(
        body,
        json!({"no_shorting": false, "max_options_trading_level": 0})
    );

    // What was read can be given back.
    let read = client.account().configurations().await.unwrap();
    assert_eq!(last(&server), "GET /v2/account/configurations");
    client.account().update_configurations(read).await.unwrap();
    let sent = server.take().pop().unwrap();
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(
        body,
        json!({
            "no_shorting": false, "max_options_trading_level": 0, "max_margin_multiplier": "4",
            "fractional_trading": true
        })
    );
}

#[tokio::test]
async fn the_account_is_read() {
    let mut account = instance("Account");
    account["equity"] = json!("100000.10");
    let (server, client) = answering(account).await;
    let account = client.account().get().await.unwrap();
    assert_eq!(account.equity, Some(dec!(100000.10)));
    assert_eq!(last(&server), "GET /v2/account");
    let sent = server.take().pop().unwrap();
    assert_eq!(sent.header("apca-api-key-id"), ["PKTEST"]);
}

#[tokio::test]
async fn a_history_is_asked_for_with_every_setting_and_read_by_points() {
    let (server, client) = answering(json!({
        "timestamp": [1772630400, 1772634000, 1772637600],
        "equity": [null, 10000.50], "profit_loss": [0, -1.10, 2], "profit_loss_pct": null,
        "base_value": null, "base_value_asof": "0000-00-00", "timeframe": "1H"
    }))
    .await;
    let query = PortfolioHistoryQuery::new()
        .period(Period::weeks(2))
        .end(time("2026-03-04T15:00:00Z"))
        .timeframe(Timeframe::OneHour)
        .intraday_reporting(GetPortfolioHistoryIntradayReporting::Continuous)
        .pnl_reset(GetPortfolioHistoryPnlReset::NoReset)
        .cash_flows(CashFlows::Of(vec![ActivityType::Div, ActivityType::Fee]));
    let history = client.account().portfolio_history(query).await.unwrap();
    let points: Vec<_> = history
        .points()
        .map(|point| {
            (
                point.at.timestamp(),
                point.equity,
                point.profit_loss,
                point.profit_loss_pct,
            )
        })
        .collect();
    assert_eq!(
        points,
        [
            (1_772_630_400, None, Some(Decimal::ZERO), None),
            (1_772_634_000, Some(dec!(10000.50)), Some(dec!(-1.10)), None),
            (1_772_637_600, None, Some(dec!(2)), None),
        ]
    );
    let sent = server.take().pop().unwrap();
    assert_eq!(sent.path(), "/v2/account/portfolio/history");
    assert_eq!(
        parameters(&sent),
        pairs(&[
            ("period", "2W"),
            ("end", "2026-03-04T15:00:00Z"),
            ("timeframe", "1H"),
            ("intraday_reporting", "continuous"),
            ("pnl_reset", "no_reset"),
            ("cashflow_types", "DIV,FEE"),
        ])
    );
    client
        .account()
        .portfolio_history(PortfolioHistoryQuery::new())
        .await
        .unwrap();
    assert_eq!(last(&server), "GET /v2/account/portfolio/history");
}
