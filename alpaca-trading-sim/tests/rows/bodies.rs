//! The bodies of every operation that is served, and the quirks of the service that are reproduced on purpose.

use alpaca_trading_sim::{Dialect, Kind};
use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, aapl, bracket, builder, decimal, id, limit, text};
use crate::{quirks, schema};

/// Something of every kind: orders in many states, positions, coins, fees, activities.
async fn busy() -> Desk {
    let desk = Desk::open().await;
    desk.buy("AAPL", "20");
    desk.order(aapl(
        "buy",
        "1",
        "market",
        json!({"qty": null, "notional": "50.5"}),
    ));
    desk.order(json!({"symbol": "F", "qty": "5", "side": "sell", "type": "market", "time_in_force": "day"}));
    desk.order(json!({"symbol": "ETH/USD", "qty": "1", "side": "buy", "type": "market", "time_in_force": "ioc"}));
    desk.order(json!({"symbol": "ETH/USD", "qty": "0.5", "side": "sell", "type": "market", "time_in_force": "gtc"}));
    let mut entry = bracket("5");
    entry["limit_price"] = json!("95");
    desk.order(entry);
    desk.order(aapl(
        "sell",
        "2",
        "trailing_stop",
        json!({"trail_percent": "5"}),
    ));
    let old = desk.order(aapl(
        "buy",
        "2",
        "stop_limit",
        json!({"stop_price": "110", "limit_price": "111"}),
    ));
    desk.replace(&old, json!({"limit_price": "112"}));
    let order = desk.order(limit("buy", "1", "90"));
    desk.cancel(&order);
    desk
}

#[tokio::test]
async fn every_served_operation_answers_as_the_document_says() {
    let desk = busy().await;
    let order = desk.get("/v2/orders")[0].clone();
    for target in [
        "/v2/account",
        "/v2/account/configurations",
        "/v2/account/portfolio/history?start=2026-01-02&end=2026-01-05&timeframe=1D&cashflow_types=ALL",
        "/v2/account/portfolio/history?period=1D",
        "/v2/assets",
        "/v2/assets?asset_class=crypto",
        "/v2/assets/AAPL",
        "/v2/calendar?start=2026-01-01&end=2026-12-31",
        "/v2/clock",
        "/v2/orders?status=all&limit=500",
        "/v2/orders?status=all&limit=500&nested=true",
        "/v2/positions",
        "/v2/positions/AAPL",
        "/v3/clock",
        "/v3/clock?markets=NYSE,LSE,OTC&time=2026-07-03T12:00:00Z",
        "/v3/calendar/NYSE?start=2026-01-01&end=2026-03-31",
        "/v3/calendar/XHKG?start=2026-01-01&end=2026-01-31",
        "/v2/watchlists",
    ] {
        desk.get(target);
    }
    desk.get(&format!(
        "/v2/orders:by_client_order_id?client_order_id={}",
        text(&order["client_order_id"])
    ));
    desk.get(&format!("/v2/orders/{}", id(&order)));
    desk.granted(
        "PATCH",
        "/v2/account/configurations",
        json!({"trade_confirm_email": "none"}),
    );
    let list = desk.granted(
        "POST",
        "/v2/watchlists",
        json!({"name": "a", "symbols": ["AAPL", "BTC/USD"]}),
    );
    for target in [
        format!("/v2/watchlists/{}", id(&list)),
        "/v2/watchlists:by_name?name=a".to_owned(),
    ] {
        desk.get(&target);
        desk.granted("PUT", &target, json!({"symbols": ["F"]}));
        desk.granted("POST", &target, json!({"symbol": "GME"}));
    }
    desk.get("/v2/watchlists");
    desk.granted(
        "DELETE",
        &format!("/v2/watchlists/{}/F", id(&list)),
        Value::Null,
    );
    desk.granted("DELETE", "/v2/watchlists:by_name?name=a", Value::Null);
    let list = desk.granted("POST", "/v2/watchlists", json!({"name": "b"}));
    desk.granted(
        "DELETE",
        &format!("/v2/watchlists/{}", id(&list)),
        Value::Null,
    );
    // One of two that are closed is refused.
    desk.granted("DELETE", "/v2/positions", Value::Null);
    desk.granted("DELETE", "/v2/orders", Value::Null);
    desk.granted("DELETE", "/v2/positions/AAPL", Value::Null);
    desk.until("2026-01-06T15:00:00Z");
    desk.get("/v2/account/activities");
    desk.get("/v2/account/activities/CFEE");
    desk.get("/v2/account/portfolio/history?start=2026-01-02&end=2026-01-06&timeframe=1D&cashflow_types=ALL");
    let mut dialect = Dialect::default();
    dialect.blank_order_class = true;
    let older = Desk::with(builder().dialect(dialect)).await;
    older.buy("AAPL", "1");
    assert_eq!(older.get("/v2/orders?status=all")[0]["order_class"], "");
    desk.events();

    assert_eq!(
        quirks::unseen(),
        Vec::<String>::new(),
        "listed, and nowhere to be seen"
    );
    let mut held = 0;
    let probe = Desk::open().await;
    for (template, methods) in schema::document()["paths"].as_object().expect("paths") {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if methods.get(method.to_lowercase()).is_none() {
                continue;
            }
            let (status, _) = probe
                .sim
                .call(method, &template.replace(['{', '}'], ""), "");
            if status != 501 {
                assert!(quirks::has_held(method, template), "{method} {template}");
                held += 1;
            }
        }
    }
    // All but those of 501 and the stream.
    assert_eq!(held, 34);
}

#[tokio::test]
async fn events_of_activities_are_as_the_document_says() {
    let desk = busy().await;
    desk.until("2026-01-06T15:00:00Z");
    let events: Vec<Value> = desk.sim.look(|world| {
        let events = world.accounts()[0].events().all().iter();
        let activities = events.filter(|event| event.kind == Kind::Activity);
        activities
            .map(|event| serde_json::from_str(&event.text()).expect("JSON"))
            .collect()
    });
    let rows = desk.get("/v2/account/activities?direction=asc");
    assert_eq!(events.len(), rows.as_array().unwrap().len());
    for (event, row) in events.iter().zip(rows.as_array().unwrap()) {
        let faults = schema::faults(schema::named("ActivityEventV2"), event, "event");
        // Which of the details' many open objects is meant, the type says.
        let faults: Vec<_> = faults
            .iter()
            .filter(|fault| fault.place != "ActivityEventDetails")
            .collect();
        assert!(faults.is_empty(), "{faults:?} {event}");
        if event["activity_type"] == "TRD" {
            // Shares settle a day later, coins at once.
            let coins = text(&row["symbol"]).contains('/');
            assert_eq!(
                event["settle_date"],
                if coins { "2026-01-05" } else { "2026-01-06" }
            );
            let faults = schema::faults(
                schema::named("ActivityV2DetailTrd"),
                &event["details"],
                "details",
            );
            assert!(faults.is_empty(), "{faults:?} {event}");
            assert_eq!(
                (&event["details"]["order_id"], &event["qty"]),
                (&row["order_id"], &row["qty"])
            );
        } else {
            assert_eq!(event["activity_type"], row["activity_type"]);
            assert_eq!(event["details"]["system_date"], row["date"]);
            assert_eq!(event["settle_date"], row["date"]);
        }
        assert!(text(&row["id"]).ends_with(&text(&event["ref_id"])));
    }
}

/// What the published document forbids or does not say, and the service does: number, why, and where to see it.
type Quirk = (&'static str, &'static str, fn(&Desk) -> bool);

const QUIRKS: &[Quirk] = &[
    (
        "1",
        "the date of a non-trade activity has no time",
        |desk| text(&desk.get("/v2/account/activities/CFEE")[0]["date"]).len() == 10,
    ),
    (
        "9",
        "an error stands where a 207 answer declares an order",
        |desk| {
            let items = desk.call("DELETE", "/v2/positions", "").1;
            items
                .as_array()
                .unwrap()
                .iter()
                .any(|item| item["body"]["code"] == 40_310_000)
        },
    ),
    (
        "19",
        "a refusal has more fields than code and message",
        |desk| {
            let body = limit("buy", "100000", "100").to_string();
            desk.call("POST", "/v2/orders", &body).1["buying_power"].is_string()
        },
    ),
    ("20", "a code may be missing", |desk| {
        desk.call("GET", "/v2/nothing", "").1.get("code").is_none()
    }),
    (
        "20",
        "an answer of 422 may have a code that begins with 400",
        |desk| {
            let (status, code, _) = desk.refused("POST", "/v2/orders", "{}");
            (status, code) == (422, Some(40_010_001))
        },
    ),
    ("section 3", "fields that no schema declares", |desk| {
        let account = desk.get("/v2/account");
        [
            "admin_configurations",
            "user_configurations",
            "crypto_tier",
            "effective_buying_power",
            "position_market_value",
        ]
        .iter()
        .all(|name| account.get(*name).is_some())
            && desk.get("/v2/assets/AAPL")["easy_to_borrow"] == true
    }),
    (
        "Q5",
        "a fill that sells short says so, where the document has buy and sell",
        |desk| {
            let rows = desk.get("/v2/account/activities/FILL");
            rows.as_array()
                .unwrap()
                .iter()
                .any(|row| row["side"] == "sell_short")
        },
    ),
    (
        "Q7",
        "price and quantity are those of the fill, and only of fills",
        |desk| {
            let events = desk.events();
            events
                .iter()
                .all(|event| event.get("price").is_some() == text(&event["event"]).contains("fill"))
        },
    ),
    ("Q11", "a replacement has an id of its own", |desk| {
        let rows = desk.get("/v2/orders?status=all&limit=500");
        rows.as_array()
            .unwrap()
            .iter()
            .any(|row| row["replaces"].is_string() && row["replaces"] != row["id"])
    }),
    (
        "Q20",
        "the fields of the day trading rule are gone",
        |desk| desk.get("/v2/account").get("pattern_day_trader").is_none(),
    ),
    (
        "Q22",
        "the quantity of a short position is negative",
        |desk| desk.get("/v2/positions/F")["qty"] == "-5",
    ),
    (
        "Q23",
        "portfolio history has numbers, and null before the account was opened",
        |desk| {
            let body = desk
                .get("/v2/account/portfolio/history?start=2026-01-02&end=2026-01-05&timeframe=1D");
            body["equity"][0].is_null() && body["equity"][1].is_number()
        },
    ),
    (
        "Q27",
        "one margin is a number, its neighbours are texts",
        |desk| {
            let asset = desk.get("/v2/assets/AAPL");
            asset["maintenance_margin_requirement"].is_number()
                && asset["margin_requirement_long"].is_string()
        },
    ),
    (
        "Q28",
        "the beginning of a window of activities is within it",
        |desk| {
            let rows = desk.get("/v2/account/activities/FILL?direction=asc");
            let first = text(&rows[0]["transaction_time"]);
            let from = desk.get(&format!(
                "/v2/account/activities/FILL?direction=asc&after={first}"
            ));
            from[0]["id"] == rows[0]["id"]
        },
    ),
    ("Q30", "one day has two forms of an hour", |desk| {
        let day = &desk.get("/v2/calendar?start=2026-01-05&end=2026-01-05")[0];
        day["open"] == "09:30" && day["session_open"] == "0400"
    }),
    (
        "Q31",
        "times are taken where dates are declared, and dates for times",
        |desk| {
            let with_time =
                desk.get("/v2/calendar?start=2026-01-05T10:00:00Z&end=2026-01-05T10:00:00Z");
            with_time.as_array().unwrap().len() == 1
                && !desk.get("/v2/orders?status=all&after=2026-01-05").is_null()
        },
    ),
    ("Q32", "lists are taken with commas and repeated", |desk| {
        desk.get("/v2/orders?status=all&symbols=AAPL,F")
            == desk.get("/v2/orders?status=all&symbols=AAPL&symbols=F")
    }),
];

#[tokio::test]
async fn quirks_of_the_service_are_reproduced() {
    let desk = busy().await;
    desk.until("2026-01-06T15:00:00Z");
    let clean = desk.sim.snapshot();
    for (number, why, holds) in QUIRKS {
        desk.sim.restore(&clean);
        // Something holds the position in AAPL.
        desk.order(limit("sell", "1", "150"));
        assert!(holds(&desk), "{number}: {why}");
    }
}

#[tokio::test]
async fn the_stream_and_the_lists_tell_the_same() {
    let desk = busy().await;
    desk.price("AAPL", dec!(94));
    desk.price("AAPL", dec!(120));
    desk.until("2026-01-06T15:00:00Z");
    let events = desk.events();
    let rows = desk.get("/v2/orders?status=all&limit=500");
    for row in rows.as_array().unwrap() {
        let own: Vec<_> = events
            .iter()
            .filter(|event| event["order"]["id"] == row["id"])
            .collect();
        if let Some(last) = own.last() {
            for name in ["status", "filled_qty", "filled_avg_price"] {
                assert_eq!(last["order"][name], row[name], "{name} {row}");
            }
        }
        let fills = own
            .iter()
            .filter(|event| text(&event["event"]).contains("fill"));
        let filled: rust_decimal::Decimal = fills.map(|event| decimal(&event["qty"])).sum();
        assert_eq!(filled, decimal(&row["filled_qty"]), "{row}");
    }
}
