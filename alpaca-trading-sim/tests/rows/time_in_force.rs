//! How long orders work: day, gtc, ioc, fok, opg, cls, extended hours.

use alpaca_trading_sim::Dialect;
use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, Parts, aapl, at, builder, limit, merge, text};

fn with(mut body: Value, more: Value) -> Value {
    merge(&mut body, more);
    body
}

#[tokio::test]
async fn a_day_order_expires_at_the_close() {
    let desk = Desk::open().await;
    let id = desk.order(limit("buy", "10", "90"));
    desk.until("2026-01-05T20:59:59Z");
    assert_eq!(desk.status(&id), "new");
    desk.until("2026-01-05T21:00:00Z");
    assert_eq!(desk.told(&id), ["pending_new", "new", "expired"]);
    assert_eq!(desk.look(&id)["expired_at"], "2026-01-05T21:00:00Z");
    // On a half day at 13:00.
    let desk = Desk::at("2026-11-27T15:00:00Z").await;
    let id = desk.order(limit("buy", "10", "90"));
    assert_eq!(desk.look(&id)["expires_at"], "2026-11-27T18:00:00Z");
    desk.until("2026-11-27T18:00:00Z");
    assert_eq!(desk.status(&id), "expired");
}

#[tokio::test]
async fn a_part_that_is_filled_stays_when_the_rest_expires() {
    let desk = Desk::with(builder().fill_model(Parts(vec![dec!(4), dec!(0), dec!(0)]))).await;
    let id = desk.order(limit("buy", "10", "90"));
    desk.price("AAPL", dec!(89));
    desk.price("AAPL", dec!(100));
    desk.until("2026-01-05T21:00:00Z");
    let order = desk.look(&id);
    assert_eq!(
        (&order["status"], &order["filled_qty"]),
        (&json!("expired"), &json!("4"))
    );
    assert_eq!(desk.get("/v2/positions/AAPL")["qty"], "4");
}

#[tokio::test]
async fn extended_hours_last_until_eight() {
    let desk = Desk::at("2026-01-05T12:00:00Z").await;
    let late = |more| {
        with(
            limit("buy", "10", "90"),
            with(json!({"extended_hours": true}), more),
        )
    };
    let answer = desk.granted("POST", "/v2/orders", late(json!({})));
    assert_eq!(answer["status"], "pending_new");
    assert_eq!(answer["expires_at"], "2026-01-06T01:00:00Z");
    let day = text(&answer["id"]);
    let gtc = desk.order(late(json!({"time_in_force": "gtc"})));
    let core = desk.order(limit("buy", "10", "90"));
    assert_eq!(desk.status(&core), "accepted");
    desk.until("2026-01-05T21:30:00Z");
    assert_eq!(
        [desk.status(&day), desk.status(&gtc), desk.status(&core)],
        ["new", "new", "expired"]
    );
    desk.until("2026-01-06T01:00:00Z");
    assert_eq!([desk.status(&day), desk.status(&gtc)], ["expired", "new"]);
    // What takes part is filled there; what does not is not.
    desk.until("2026-01-06T12:00:00Z");
    let core = desk.order(limit("buy", "10", "90"));
    desk.price("AAPL", dec!(89));
    assert_eq!(
        [desk.status(&gtc), desk.status(&core)],
        ["filled", "accepted"]
    );
    desk.until("2026-01-06T14:30:00Z");
    assert_eq!(desk.status(&core), "filled");
}

#[tokio::test]
async fn the_night_takes_what_asset_and_account_allow() {
    // 21:00 in New York on a Monday.
    const NIGHT: &str = "2026-01-06T02:00:00Z";
    let order = |symbol: &str| {
        with(
            limit("buy", "1", "500"),
            json!({"symbol": symbol, "extended_hours": true}),
        )
    };
    let desk = Desk::at(NIGHT).await;
    let (tradable, other) = (desk.order(order("AAPL")), desk.order(order("IMO")));
    assert_eq!(
        [desk.status(&tradable), desk.status(&other)],
        ["filled", "accepted"]
    );
    desk.until("2026-01-06T09:00:00Z");
    assert_eq!(desk.status(&other), "filled");
    let desk = Desk::at(NIGHT).await;
    desk.granted(
        "PATCH",
        "/v2/account/configurations",
        json!({"disable_overnight_trading": true}),
    );
    let id = desk.order(order("AAPL"));
    assert_eq!(desk.status(&id), "accepted");
    desk.until("2026-01-06T09:00:00Z");
    assert_eq!(desk.told(&id), ["accepted", "new", "fill"]);
}

#[tokio::test]
async fn gtc_ends_after_ninety_days() {
    let desk = Desk::open().await;
    let id = desk.order(with(
        limit("buy", "10", "90"),
        json!({"time_in_force": "gtc"}),
    ));
    // 16:15 in New York, which is on summer time by then; a Sunday, so it happens on Monday.
    assert_eq!(desk.look(&id)["expires_at"], "2026-04-05T20:15:00Z");
    desk.until("2026-04-06T20:14:59Z");
    assert_eq!(desk.status(&id), "new");
    desk.until("2026-04-06T20:15:00Z");
    assert_eq!(
        desk.told(&id),
        ["pending_new", "new", "pending_cancel", "canceled"]
    );
    // It works every day until then.
    let desk = Desk::open().await;
    let id = desk.order(with(
        limit("buy", "10", "90"),
        json!({"time_in_force": "gtc"}),
    ));
    desk.until("2026-02-20T15:00:00Z");
    desk.price("AAPL", dec!(89));
    assert_eq!(desk.status(&id), "filled");
}

#[tokio::test]
async fn ioc_takes_what_there_is() {
    let ioc = |price: &str| with(limit("buy", "10", price), json!({"time_in_force": "ioc"}));
    let desk = Desk::with(builder().fill_model(Parts(vec![dec!(4)]))).await;
    let id = desk.order(ioc("101"));
    let order = desk.look(&id);
    assert_eq!(
        (&order["status"], &order["filled_qty"]),
        (&json!("canceled"), &json!("4"))
    );
    assert_eq!(
        desk.told(&id),
        ["pending_new", "new", "partial_fill", "canceled"]
    );
    let whole = desk.order(ioc("101"));
    assert_eq!(desk.told(&whole), ["pending_new", "new", "fill"]);
    let none = desk.order(ioc("90"));
    assert_eq!(desk.told(&none), ["pending_new", "new", "canceled"]);
}

#[tokio::test]
async fn fok_is_whole_or_nothing() {
    let fok = |price: &str| with(limit("buy", "10", price), json!({"time_in_force": "fok"}));
    let desk = Desk::with(builder().fill_model(Parts(vec![dec!(4)]))).await;
    let whole = desk.order(fok("101"));
    assert_eq!(desk.told(&whole), ["pending_new", "new", "fill"]);
    let none = desk.order(fok("90"));
    assert_eq!(desk.told(&none), ["pending_new", "new", "canceled"]);
    assert_eq!(desk.look(&none)["filled_qty"], "0");
}

#[tokio::test]
async fn the_opening_auction() {
    let opg = |body| with(body, json!({"time_in_force": "opg"}));
    let desk = Desk::at("2026-01-05T13:00:00Z").await;
    let market = desk.order(opg(aapl("buy", "10", "market", json!({}))));
    let fits = desk.order(opg(limit("buy", "10", "105")));
    let beyond = desk.order(opg(limit("buy", "10", "99")));
    assert_eq!(desk.told(&market), ["accepted"]);
    desk.until("2026-01-05T14:30:00Z");
    assert_eq!(desk.told(&market), ["accepted", "new", "fill"]);
    // At the quote of the opening, not at the limit.
    assert_eq!(desk.look(&fits)["filled_avg_price"], "100.01");
    assert_eq!(desk.told(&beyond), ["accepted", "new", "canceled"]);
    // The window: after 19:00 of the day before, before 9:28.
    for (time, taken) in [
        ("2026-01-05T14:27:59Z", true),
        ("2026-01-05T14:28:00Z", false),
        ("2026-01-05T23:59:59Z", false),
        ("2026-01-06T00:00:00Z", true),
        ("2026-01-10T15:00:00Z", true),
    ] {
        let desk = Desk::at(time).await;
        let body = opg(aapl("buy", "1", "market", json!({}))).to_string();
        let (status, _) = desk.call("POST", "/v2/orders", &body);
        assert_eq!(status, if taken { 200 } else { 403 }, "{time}");
    }
}

#[tokio::test]
async fn the_closing_auction() {
    let cls = |body| with(body, json!({"time_in_force": "cls"}));
    let desk = Desk::open().await;
    let market = desk.order(cls(aapl("buy", "10", "market", json!({}))));
    let beyond = desk.order(cls(limit("buy", "10", "99")));
    desk.until("2026-01-05T20:59:59Z");
    assert_eq!(
        [desk.status(&market), desk.status(&beyond)],
        ["accepted", "accepted"]
    );
    desk.price("AAPL", dec!(104));
    desk.until("2026-01-05T21:00:00Z");
    assert_eq!(desk.told(&market), ["accepted", "new", "fill"]);
    assert_eq!(desk.look(&market)["filled_avg_price"], "104.01");
    assert_eq!(desk.told(&beyond), ["accepted", "new", "canceled"]);
    // Until 15:50, or 15:55 by the text of the refusal.
    for (time, late, taken) in [
        ("2026-01-05T20:49:59Z", false, true),
        ("2026-01-05T20:50:00Z", false, false),
        ("2026-01-05T20:54:59Z", true, true),
        ("2026-01-05T20:55:00Z", true, false),
        ("2026-01-05T23:59:00Z", false, false),
        ("2026-01-06T00:00:00Z", false, true),
    ] {
        let mut dialect = Dialect::default();
        dialect.cls_until_1555 = late;
        let desk = Desk::with(builder().start_at(at(time)).dialect(dialect)).await;
        let body = cls(aapl("buy", "1", "market", json!({}))).to_string();
        let (status, _) = desk.call("POST", "/v2/orders", &body);
        assert_eq!(status, if taken { 200 } else { 403 }, "{time}");
    }
}

#[tokio::test]
async fn a_halt_holds_up_what_waits() {
    let desk = Desk::open().await;
    let id = desk.order(limit("buy", "10", "90"));
    desk.sim.market().halt("AAPL", true).unwrap();
    desk.price("AAPL", dec!(89));
    assert_eq!(desk.status(&id), "new");
    desk.sim.market().halt("AAPL", false).unwrap();
    desk.price("AAPL", dec!(89));
    assert_eq!(desk.status(&id), "filled");
}
