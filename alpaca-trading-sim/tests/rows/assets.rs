//! Assets, clocks and calendars.

use serde_json::{Value, json};

use crate::desk::{Desk, text};

fn symbols(rows: &Value) -> Vec<String> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row["symbol"]))
        .collect()
}

#[tokio::test]
async fn an_asset_is_found_by_every_name() {
    let desk = Desk::open().await;
    let asset = desk.get("/v2/assets/AAPL");
    for (name, value) in [
        ("class", json!("us_equity")),
        ("exchange", json!("NASDAQ")),
        ("status", json!("active")),
        ("tradable", json!(true)),
        ("marginable", json!(true)),
        ("shortable", json!(true)),
        ("easy_to_borrow", json!(true)),
        ("borrow_status", json!("easy_to_borrow")),
        ("fractionable", json!(true)),
        // A number beside texts.
        ("maintenance_margin_requirement", json!(30)),
        ("margin_requirement_long", json!("30")),
    ] {
        assert_eq!(asset[name], value, "{name}");
    }
    assert_eq!(
        desk.get(&format!("/v2/assets/{}", text(&asset["id"]))),
        asset
    );
    let coin = desk.get("/v2/assets/BTC%2FUSD");
    for name in ["min_order_size", "min_trade_increment", "price_increment"] {
        assert!(
            coin[name].is_string() && asset.get(name).is_none(),
            "{name}"
        );
    }
    assert_eq!(
        (&coin["class"], &coin["marginable"], &coin["shortable"]),
        (&json!("crypto"), &json!(false), &json!(false))
    );
}

#[tokio::test]
async fn orders_take_every_form_of_a_symbol() {
    let desk = Desk::open().await;
    let asset = text(&desk.get("/v2/assets/AAPL")["id"]);
    for symbol in ["AAPL", "AAPL:NASDAQ", "AAPL:NASDAQ:us_equity", &asset] {
        let id = desk.buy(symbol, "1");
        assert_eq!(desk.look(&id)["symbol"], "AAPL", "{symbol}");
    }
    assert_eq!(desk.get("/v2/positions/AAPL")["qty"], "4");
    for symbol in ["aapl", "AAPL:NYSE", "AAPL:NASDAQ:crypto", "AAPL:", " AAPL"] {
        let body = crate::desk::aapl("buy", "1", "market", json!({ "symbol": symbol }));
        let refused = desk.refused("POST", "/v2/orders", &body.to_string());
        let message = format!("asset \"{symbol}\" not found");
        assert_eq!(refused, (422, Some(42_210_000), message));
    }
}

#[tokio::test]
async fn the_list_is_of_shares_unless_asked_otherwise() {
    let desk = Desk::open().await;
    let all = desk.get("/v2/assets");
    let count = all.as_array().unwrap().len();
    assert_eq!(count, 56);
    assert!(
        all.as_array()
            .unwrap()
            .iter()
            .all(|row| row["class"] == "us_equity")
    );
    for (query, expected) in [
        ("?status=inactive", vec!["TWTR"]),
        ("?exchange=OTC", vec!["TCEHY"]),
        ("?attributes=ptp_no_exception", vec!["EPD"]),
        ("?attributes=ptp_no_exception,ipo", vec!["EPD", "ZXZZT"]),
        (
            "?attributes=ptp_no_exception&attributes=ipo",
            vec!["EPD", "ZXZZT"],
        ),
        ("?asset_class=us_option", vec![]),
        ("?exchange=BATS&status=active", vec!["ARKK", "VXX"]),
    ] {
        assert_eq!(
            symbols(&desk.get(&format!("/v2/assets{query}"))),
            expected,
            "{query}"
        );
    }
    assert_eq!(
        desk.get("/v2/assets?asset_class=crypto")
            .as_array()
            .unwrap()
            .len(),
        10
    );
    assert_eq!(
        desk.get("/v2/assets?status=active")
            .as_array()
            .unwrap()
            .len(),
        count - 1
    );
}

#[tokio::test]
async fn the_clock() {
    let desk = Desk::open().await;
    assert_eq!(
        desk.get("/v2/clock"),
        json!({
            "timestamp": "2026-01-05T10:00:00-05:00", "is_open": true,
            "next_open": "2026-01-06T09:30:00-05:00", "next_close": "2026-01-05T16:00:00-05:00"
        })
    );
    desk.until("2026-07-02T21:00:00Z");
    let clock = desk.get("/v2/clock");
    assert_eq!(
        (&clock["is_open"], &clock["next_open"]),
        (&json!(false), &json!("2026-07-06T09:30:00-04:00"))
    );
    let clocks = desk.get("/v3/clock?markets=NYSE,NASDAQ");
    let rows = clocks["clocks"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (&rows[0]["phase"], &rows[0]["is_market_day"]),
        (&json!("post"), &json!(true))
    );
}

#[tokio::test]
async fn the_calendar() {
    let desk = Desk::open().await;
    let days = desk.get("/v2/calendar?start=2026-11-25&end=2026-11-30");
    assert_eq!(
        days,
        json!([
            {"date": "2026-11-25", "open": "09:30", "close": "16:00", "session_open": "0400",
             "session_close": "2000", "settlement_date": "2026-11-27"},
            {"date": "2026-11-27", "open": "09:30", "close": "13:00", "session_open": "0400",
             "session_close": "1700", "settlement_date": "2026-11-30"},
            {"date": "2026-11-30", "open": "09:30", "close": "16:00", "session_open": "0400",
             "session_close": "2000", "settlement_date": "2026-12-01"},
        ])
    );
    // Full times are taken where dates are asked for.
    let same = desk.get("/v2/calendar?start=2026-11-25T00:00:00Z&end=2026-11-30T00:00:00Z");
    assert_eq!(same, days);
    let market = desk.get("/v3/calendar/NYSE?start=2026-11-27&end=2026-11-27");
    assert_eq!(market["market"]["acronym"], "NYSE");
    assert_eq!(
        market["calendar"][0]["core_end"],
        "2026-11-27T13:00:00-05:00"
    );
    let utc = desk.get("/v3/calendar/NYSE?start=2026-11-27&end=2026-11-27&timezone=UTC");
    assert_eq!(utc["calendar"][0]["core_end"], "2026-11-27T18:00:00Z");
}
