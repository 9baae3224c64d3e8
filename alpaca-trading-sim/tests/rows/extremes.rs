//! The greatest and the least amounts that can be written: an answer to each, and a world that goes on.

use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, aapl, merge};

const AMOUNTS: [&str; 9] = [
    "79228162514264337593543950335",
    "-79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "-0.01",
    "1e28",
    "1000000000",
    "1000000000.01",
    "0.0001",
    "99999.99",
];

/// A request is answered, granted or refused, and what was granted lives through a day and a half.
fn survives(desk: &Desk, method: &str, target: &str, body: &str) -> u16 {
    let before = desk.sim.snapshot();
    let (status, answer) = desk.call(method, target, body);
    assert!(
        status == 200 || status == 207 || (400..500).contains(&status),
        "{method} {target} {body}: {status} {answer}"
    );
    if status < 300 {
        for price in [dec!(99), dec!(112), dec!(1), dec!(100000)] {
            desk.price("AAPL", price);
        }
        desk.get("/v2/account");
        desk.get("/v2/positions");
        desk.until("2026-01-06T21:00:00Z");
        desk.get("/v2/account");
    }
    desk.sim.restore(&before);
    status
}

#[tokio::test]
async fn new_orders() {
    let desk = Desk::open().await;
    let mut seen = [0_u32; 2];
    for side in ["buy", "sell"] {
        for (kind, fields) in [
            ("market", json!({})),
            ("limit", json!({"limit_price": "100"})),
            ("stop", json!({"stop_price": "105"})),
            (
                "stop_limit",
                json!({"stop_price": "105", "limit_price": "106"}),
            ),
            ("trailing_stop", json!({"trail_price": "5"})),
            ("trailing_stop", json!({"trail_percent": "5"})),
        ] {
            let mut names: Vec<&str> = vec!["qty"];
            names.extend(
                ["limit_price", "stop_price", "trail_price", "trail_percent"]
                    .iter()
                    .filter(|name| fields.get(**name).is_some()),
            );
            for name in names {
                for amount in AMOUNTS {
                    let mut body = aapl(side, "1", kind, fields.clone());
                    body[name] = json!(amount);
                    let status = survives(&desk, "POST", "/v2/orders", &body.to_string());
                    seen[usize::from(status >= 400)] += 1;
                }
            }
        }
        for amount in AMOUNTS {
            let body = aapl(
                side,
                "1",
                "market",
                json!({"qty": null, "notional": amount}),
            );
            survives(&desk, "POST", "/v2/orders", &body.to_string());
        }
    }
    assert!(seen.iter().all(|count| *count > 20), "{seen:?}");
}

#[tokio::test]
async fn legs() {
    let desk = Desk::open().await;
    let mut granted = 0;
    for (side, target, stop) in [("buy", "110", "90"), ("sell", "90", "110")] {
        for class in ["bracket", "oto", "oco"] {
            for amount in AMOUNTS {
                for (one, other, limit) in [
                    (amount, stop, None),
                    (target, amount, None),
                    (target, stop, Some(amount)),
                ] {
                    let mut body = aapl(
                        side,
                        "1",
                        "limit",
                        json!({"limit_price": "100", "order_class": class}),
                    );
                    merge(
                        &mut body,
                        json!({"take_profit": {"limit_price": one}, "stop_loss": {"stop_price": other}}),
                    );
                    if let Some(limit) = limit {
                        body["stop_loss"]["limit_price"] = json!(limit);
                    }
                    if class == "oto" {
                        merge(&mut body, json!({"take_profit": null}));
                    }
                    let status = survives(&desk, "POST", "/v2/orders", &body.to_string());
                    granted += u32::from(status == 200);
                }
            }
        }
    }
    assert!(granted > 10, "{granted}");
}

#[tokio::test]
async fn replacements() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    let orders = [
        desk.order(aapl("buy", "1", "limit", json!({"limit_price": "90"}))),
        desk.order(aapl("sell", "1", "limit", json!({"limit_price": "110"}))),
        desk.order(aapl(
            "buy",
            "1",
            "trailing_stop",
            json!({"trail_percent": "5"}),
        )),
        desk.order(aapl(
            "sell",
            "1",
            "trailing_stop",
            json!({"trail_price": "5"}),
        )),
        desk.order(aapl(
            "sell",
            "1",
            "stop_limit",
            json!({"stop_price": "95", "limit_price": "94"}),
        )),
    ];
    let mut granted = 0;
    for order in &orders {
        for name in ["qty", "limit_price", "stop_price", "trail"] {
            for amount in AMOUNTS {
                let body = json!({ name: amount }).to_string();
                let status = survives(&desk, "PATCH", &format!("/v2/orders/{order}"), &body);
                granted += u32::from(status == 200);
            }
        }
    }
    assert!(granted > 5, "{granted}");
    // A stop that buys has the widest reach: its collar is a multiple of its price.
    let desk = Desk::open().await;
    let stop = desk.order(aapl("buy", "1", "stop", json!({"stop_price": "110"})));
    for amount in AMOUNTS {
        let body = json!({"stop_price": amount}).to_string();
        survives(&desk, "PATCH", &format!("/v2/orders/{stop}"), &body);
    }
}

#[tokio::test]
async fn closings_and_queries() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10.5");
    for amount in AMOUNTS {
        survives(
            &desk,
            "DELETE",
            &format!("/v2/positions/AAPL?qty={amount}"),
            "",
        );
        survives(
            &desk,
            "DELETE",
            &format!("/v2/positions/AAPL?percentage={amount}"),
            "",
        );
    }
    for target in [
        "/v2/orders?limit=99999999999999999999",
        "/v2/orders?after=9999-12-31T23:59:59Z",
        "/v2/orders?until=0001-01-01T00:00:00Z",
        "/v2/account/activities?date=9999-12-31",
        "/v2/account/activities?date=0001-01-01",
        "/v2/account/activities?page_token=::",
        "/v2/account/activities?page_size=-1",
        "/v2/account/portfolio/history?start=0001-01-01",
        "/v2/account/portfolio/history?end=9999-12-31",
        "/v2/account/portfolio/history?period=1000A",
        "/v2/account/portfolio/history?period=99999999999D",
        "/v2/account/portfolio/history?period=1000A&timeframe=1Min",
        "/v2/account/portfolio/history?period=%F0%9F%98%80",
        "/v2/calendar?start=0001-01-01&end=9999-12-31",
        "/v3/calendar/NYSE?start=9999-12-31",
        "/v3/clock?time=9999-12-31T23:59:59Z",
    ] {
        survives(&desk, "GET", target, "");
    }
    assert_eq!(desk.get("/v2/positions/AAPL")["qty"], json!("10.5"));
    assert_eq!(desk.call("GET", "/v2/orders", "").1, Value::Array(vec![]));
}
