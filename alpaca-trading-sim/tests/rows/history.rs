//! Portfolio history, from the recorded equity.

use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, at, text};

const TARGET: &str = "/v2/account/portfolio/history";

fn numbers(body: &Value, name: &str) -> Vec<f64> {
    let values = body[name].as_array().expect("an array");
    values
        .iter()
        .map(|value| value.as_f64().expect("a number"))
        .collect()
}

/// 100 shares bought at 100.01 on Monday morning; 110 at noon; 105 on Tuesday.
async fn two_days() -> Desk {
    let desk = Desk::at("2026-01-05T14:30:00Z").await;
    desk.buy("AAPL", "100");
    desk.until("2026-01-05T17:00:00Z");
    desk.price("AAPL", dec!(110));
    desk.until("2026-01-06T15:00:00Z");
    desk.price("AAPL", dec!(105));
    desk.until("2026-01-06T21:30:00Z");
    desk
}

#[tokio::test]
async fn bars_stand_at_their_left_edges() {
    let desk = two_days().await;
    let body = desk.get(&format!(
        "{TARGET}?start=2026-01-05&end=2026-01-06&timeframe=1H"
    ));
    let times: Vec<i64> = body["timestamp"]
        .as_array()
        .unwrap()
        .iter()
        .map(|time| time.as_i64().unwrap())
        .collect();
    assert_eq!(times.len(), 14);
    assert_eq!(times[0], at("2026-01-05T14:30:00Z").timestamp());
    assert_eq!(times[1], at("2026-01-05T15:30:00Z").timestamp());
    assert_eq!(times[7], at("2026-01-06T14:30:00Z").timestamp());
    for name in ["equity", "profit_loss", "profit_loss_pct"] {
        assert_eq!(body[name].as_array().unwrap().len(), 14, "{name}");
    }
    assert_eq!(body["timeframe"], "1H");
    assert_eq!(
        (&body["base_value"], &body["base_value_asof"]),
        (&json!(100000.0), &json!("2026-01-02"))
    );
    let equity = numbers(&body, "equity");
    // Until noon what was lost between offer and last trade; then ten dollars a share more.
    assert_eq!(equity[..3], [99999.0, 99999.0, 100999.0]);
    assert_eq!((equity[6], equity[7]), (100999.0, 100499.0));
    // Gains begin anew each day, from the last close.
    let gains = numbers(&body, "profit_loss");
    assert_eq!((gains[6], gains[7]), (999.0, -500.0));
    let whole = desk.get(&format!(
        "{TARGET}?start=2026-01-05&end=2026-01-06&timeframe=1H&pnl_reset=no_reset"
    ));
    let gains = numbers(&whole, "profit_loss");
    assert_eq!((gains[6], gains[7]), (999.0, 499.0));
    let shares = numbers(&whole, "profit_loss_pct");
    assert!((shares[7] - 0.00499).abs() < 1e-12);
}

#[tokio::test]
async fn days_are_bars_too() {
    let desk = two_days().await;
    let body = desk.get(&format!(
        "{TARGET}?start=2026-01-05&end=2026-01-06&timeframe=1D"
    ));
    assert_eq!(numbers(&body, "equity"), [100999.0, 100499.0]);
    assert_eq!(numbers(&body, "profit_loss"), [999.0, 499.0]);
    assert!(body.get("cashflow").is_none());
    let body = desk.get(&format!(
        "{TARGET}?start=2026-01-05&end=2026-01-06&timeframe=1D&cashflow_types=ALL"
    ));
    assert_eq!(body["cashflow"], json!({"CFEE": [0.0, 0.0]}));
}

#[tokio::test]
async fn fees_are_in_the_bar_of_their_day() {
    let desk = Desk::at("2026-01-05T15:00:00Z").await;
    desk.price("BTC/USD", dec!(64000));
    desk.buy("BTC/USD", "1");
    let sell = || {
        let body = json!({"symbol": "BTC/USD", "qty": "0.25", "side": "sell", "type": "market",
            "time_in_force": "gtc"});
        desk.order(body);
    };
    // On Monday, on Tuesday after hours, and twice at the end of the week.
    for time in [
        "2026-01-05T16:00:00Z",
        "2026-01-07T03:00:00Z",
        "2026-01-10T15:00:00Z",
    ] {
        desk.until(time);
        sell();
    }
    desk.until("2026-01-12T16:00:00Z");
    let fees: Vec<f64> = desk
        .get("/v2/account/activities/CFEE?direction=asc")
        .as_array()
        .unwrap()
        .iter()
        .map(|fee| text(&fee["net_amount"]).parse().unwrap())
        .filter(|fee| *fee != 0.0)
        .collect();
    let [monday, tuesday, saturday] = fees[..] else {
        panic!("{fees:?}");
    };
    assert!(fees.iter().all(|fee| *fee < -30.0), "{fees:?}");
    let flows = |query: &str| {
        let body = desk.get(&format!("{TARGET}?cashflow_types=ALL&{query}"));
        let flows: Vec<f64> = numbers(&body["cashflow"], "CFEE");
        let count = body["timestamp"].as_array().unwrap().len();
        assert_eq!(flows.len(), count, "{query}");
        flows
    };
    // Monday to Friday, and Monday, which has what the days without a bar before it had.
    assert_eq!(
        flows("start=2026-01-05&end=2026-01-12&timeframe=1D"),
        [monday, tuesday, 0.0, 0.0, 0.0, saturday]
    );
    // What was before the first day is in no bar.
    assert_eq!(
        flows("start=2026-01-07&end=2026-01-09&timeframe=1D"),
        [0.0, 0.0, 0.0]
    );
    // Within days they are written down at the midnight after: in the bar that has it, or in the next one.
    for reporting in ["market_hours", "extended_hours", "continuous"] {
        let query =
            format!("start=2026-01-05&end=2026-01-12&timeframe=1H&intraday_reporting={reporting}");
        let flows = flows(&query);
        let some: Vec<f64> = flows.iter().copied().filter(|flow| *flow != 0.0).collect();
        assert_eq!(some, [monday, tuesday, saturday], "{reporting}");
    }
    let hours = flows("start=2026-01-05&end=2026-01-06&timeframe=1H");
    assert_eq!(hours[7], monday);
}

#[tokio::test]
async fn frame_and_period_follow_from_each_other() {
    let desk = two_days().await;
    for (query, frame) in [
        ("", "1D"),
        ("?period=1D", "1Min"),
        ("?period=6D", "1Min"),
        ("?period=2W", "15Min"),
        ("?period=1M", "1D"),
        ("?period=1A", "1D"),
        ("?period=1D&timeframe=5Min", "5Min"),
    ] {
        let body = desk.get(&format!("{TARGET}{query}"));
        assert_eq!(body["timeframe"], frame, "{query}");
        let count = body["timestamp"].as_array().unwrap().len();
        assert_eq!(body["equity"].as_array().unwrap().len(), count);
    }
    // A day of minutes; with the hours around it, and around the clock until now.
    for (hours, count) in [
        ("market_hours", 390),
        ("extended_hours", 751),
        ("continuous", 991),
    ] {
        let body = desk.get(&format!(
            "{TARGET}?period=1D&timeframe=1Min&intraday_reporting={hours}"
        ));
        assert_eq!(
            body["timestamp"].as_array().unwrap().len(),
            count,
            "{hours}"
        );
    }
    // Before the account was opened there is nothing.
    let body = desk.get(&format!(
        "{TARGET}?start=2026-01-02&end=2026-01-05&timeframe=1D"
    ));
    assert_eq!(
        (&body["equity"][0], &body["equity"][1]),
        (&Value::Null, &json!(100999.0))
    );
    assert_eq!(body["profit_loss"][0], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_reported() {
    let desk = Desk::open().await;
    for (query, message) in [
        (
            "period=1D&start=2026-01-05&end=2026-01-06",
            "at most two of start, end and period are accepted",
        ),
        ("period=1X", "invalid period"),
        ("period=D", "invalid period"),
        ("timeframe=2Min", "invalid timeframe"),
        (
            "period=3M&timeframe=1Min",
            "timeframes within days are available for at most 30 days",
        ),
        ("intraday_reporting=night", "invalid intraday_reporting"),
        ("pnl_reset=weekly", "invalid pnl_reset"),
        (
            "start=2026-01-06&end=2026-01-05",
            "start must not be after end",
        ),
        ("start=soon", "failed to parse start"),
    ] {
        let refused = desk.refused("GET", &format!("{TARGET}?{query}"), "");
        assert_eq!(
            refused,
            (422, Some(40_010_001), message.to_owned()),
            "{query}"
        );
    }
}
