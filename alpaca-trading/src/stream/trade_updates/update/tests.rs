//! Messages as they are read and written.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::*;
use crate::dec;

/// An order as the service sends it, in so many words.
fn order(status: &str, filled: &str) -> Value {
    json!({
        "id": "61e69015-8549-4bfd-b9c3-01e75843f47d",
        "client_order_id": "mine",
        "created_at": "2026-01-05T14:30:00Z",
        "updated_at": "2026-01-05T14:30:01.123456789Z",
        "symbol": "AAPL",
        "order_class": "simple",
        "qty": "10",
        "filled_qty": filled,
        "status": status,
    })
}

fn read(text: &str) -> TradeUpdate {
    serde_json::from_str(text).unwrap()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Everything that a message can have, apart from what only multi-leg orders have.
fn full(event: &str) -> Value {
    json!({
        "event": event,
        "order": order("partially_filled", "4.5"),
        "timestamp": "2026-01-05T14:30:01.123456789Z",
        "at": "2026-01-05T14:30:01.2Z",
        "event_id": "01KE7M3Q1R0000000000000001",
        "execution_id": "0f9b7a3c",
        "price": "179.08",
        "qty": "1.5",
        "position_qty": "-4.5",
        "previous_execution_id": "0f9b7a3b",
        "reason": "CORPORATE_ACTION",
    })
}

#[test]
fn every_known_event_is_read_with_its_fields() {
    for word in TradeEvent::LISTED {
        let update = read(&full(word).to_string());
        assert_eq!(update.event.as_str(), *word);
        assert!(!matches!(update.event, TradeEvent::Unknown(_)));
        assert_eq!(update.origin, Origin::Stream);
        assert!(!update.was_missed());
        assert_eq!(
            update.timestamp,
            Some(time("2026-01-05T14:30:01.123456789Z"))
        );
        assert_eq!(update.at, Some(time("2026-01-05T14:30:01.2Z")));
        assert_eq!(
            update.event_id.as_deref(),
            Some("01KE7M3Q1R0000000000000001")
        );
        assert_eq!(update.execution_id.as_deref(), Some("0f9b7a3c"));
        assert_eq!(update.price, Some(dec!(179.08)));
        assert_eq!(update.qty, Some(dec!(1.5)));
        assert_eq!(update.position_qty, Some(dec!(-4.5)));
        assert_eq!(update.previous_execution_id.as_deref(), Some("0f9b7a3b"));
        assert_eq!(update.reason.as_deref(), Some("CORPORATE_ACTION"));
        assert_eq!(update.order.symbol.as_deref(), Some("AAPL"));
        assert!(update.legs.is_empty() && update.position_qtys.is_empty());
        assert!(update.other.is_empty());
        // Only of a fill it says how much is filled with it.
        let is_fill = matches!(*word, "fill" | "partial_fill" | "partially_filled");
        assert_eq!(update.cum_qty, is_fill.then_some(dec!(4.5)), "{word}");
        assert_eq!(update.fill().is_some(), is_fill, "{word}");
        if let Some(fill) = update.fill() {
            assert_eq!((fill.qty, fill.price), (dec!(1.5), dec!(179.08)));
            assert_eq!((fill.cum_qty, fill.at), (Some(dec!(4.5)), update.timestamp));
        }
    }
}

#[test]
fn the_least_is_an_event_and_an_order() {
    let text = json!({ "event": "new", "order": order("new", "0") }).to_string();
    let update = read(&text);
    assert_eq!(update.event, TradeEvent::New);
    assert_eq!((update.timestamp, update.at), (None, None));
    assert_eq!((&update.event_id, &update.execution_id), (&None, &None));
    assert_eq!(
        (update.price, update.qty, update.cum_qty),
        (None, None, None)
    );
    assert!(update.fill().is_none());
    // What carries no quantity or no price is no fill.
    for missing in ["qty", "price"] {
        let mut message = full("fill");
        message.as_object_mut().unwrap().remove(missing);
        let update = read(&message.to_string());
        assert!(update.fill().is_none());
        assert_eq!(update.cum_qty.is_some(), missing == "price");
    }
}

#[test]
fn numbers_are_exact_as_text_and_as_numbers() {
    for (written, exact) in [
        (r#""179.08""#, dec!(179.08)),
        ("179.08", dec!(179.08)),
        (r#""1.10""#, dec!(1.10)),
        ("1.10", dec!(1.10)),
        ("0.1", dec!(0.1)),
        ("100", dec!(100)),
        ("1e-9", dec!(0.000000001)),
        (
            r#""123456789012345.123456789""#,
            dec!(123456789012345.123456789),
        ),
        ("123456789012345.123456789", dec!(123456789012345.123456789)),
        (
            "0.3333333333333333333333333333",
            dec!(0.3333333333333333333333333333),
        ),
        ("-0.000000001", dec!(-0.000000001)),
    ] {
        let order = order("filled", "10");
        let text = format!(
            r#"{{"event":"fill","qty":{written},"price":{written},"position_qty":{written},
            "position_qtys":{{"AAPL":{written}}},"legs":[{{"qty":{written},"price":{written}}}],"order":{order}}}"#
        );
        let update = read(&text);
        let leg = &update.legs[0];
        let found = [
            update.qty,
            update.price,
            update.position_qty,
            update.position_qtys.get("AAPL").copied(),
            leg.qty,
            leg.price,
        ];
        for number in found {
            // With its zeros.
            assert_eq!(
                number.map(|number| number.to_string()),
                Some(exact.to_string()),
                "{written}"
            );
        }
    }
    for bad in [
        r#""much""#,
        "true",
        "[1]",
        "{}",
        "1e999",
        "0.33333333333333333333333333333333",
    ] {
        for field in ["qty", "price", "position_qty"] {
            let order = order("filled", "10");
            let text = format!(r#"{{"event":"fill","{field}":{bad},"order":{order}}}"#);
            assert!(
                serde_json::from_str::<TradeUpdate>(&text).is_err(),
                "{text}"
            );
        }
    }
}

#[test]
fn nulls_and_blanks_are_nothing() {
    let mut message = full("fill");
    for (name, value) in message.as_object_mut().unwrap() {
        if !matches!(name.as_str(), "event" | "order") {
            *value = Value::Null;
        }
    }
    message["position_qtys"] = Value::Null;
    message["legs"] = Value::Null;
    let update = read(&message.to_string());
    let bare = json!({ "event": "fill", "order": message["order"] });
    assert_eq!(update, read(&bare.to_string()));

    let mut message = full("fill");
    for name in ["price", "qty", "position_qty"] {
        message[name] = json!("");
    }
    message["position_qtys"] = json!({ "AAPL": "", "MSFT": null, "TSLA": "-1" });
    message["legs"] = json!([{}, { "qty": null, "price": "", "symbol": null }]);
    let update = read(&message.to_string());
    assert_eq!(
        (update.price, update.qty, update.position_qty),
        (None, None, None)
    );
    assert_eq!(update.position_qtys.len(), 1);
    assert_eq!(update.legs, [LegFill::default(), LegFill::default()]);

    let mut message = full("fill");
    for (name, value) in message.as_object_mut().unwrap() {
        if !matches!(name.as_str(), "event" | "order") {
            *value = json!("");
        }
    }
    message["position_qtys"] = json!({});
    message["legs"] = json!([{
        "order_id": "", "symbol": "", "execution_id": "", "qty": "", "price": "", "timestamp": "",
    }]);
    let mut update = read(&message.to_string());
    assert_eq!(update.legs, [LegFill::default()]);
    update.legs.clear();
    assert_eq!(update, read(&bare.to_string()));

    for name in ["event", "order"] {
        let mut message = full("fill");
        message[name] = Value::Null;
        assert!(serde_json::from_str::<TradeUpdate>(&message.to_string()).is_err());
    }
}

#[test]
fn ids_may_be_numbers() {
    let mut message = full("trade_correct");
    for name in ["event_id", "execution_id", "previous_execution_id"] {
        message[name] = json!(1_234_567_890_123_456_789_u64);
    }
    message["legs"] = json!([{ "execution_id": 7 }]);
    let update = read(&message.to_string());
    for id in [
        &update.event_id,
        &update.execution_id,
        &update.previous_execution_id,
    ] {
        assert_eq!(id.as_deref(), Some("1234567890123456789"));
    }
    assert_eq!(update.legs[0].execution_id.as_deref(), Some("7"));
}

#[test]
fn what_is_not_known_is_kept() {
    let mut message = full("new");
    message["venue"] = json!({ "name": "X", "latency": 1.5, "list": [1, null] });
    message["\u{e9}scaped \"name\""] = json!(null);
    message["order"]["mood"] = json!("good");
    let update = read(&message.to_string());
    assert_eq!(update.other.len(), 2);
    assert_eq!(update.other["venue"], message["venue"]);
    assert_eq!(update.other["\u{e9}scaped \"name\""], Value::Null);
    let message = json!({ "event": "beamed_up", "order": order("in_orbit", "0") });
    let update = read(&message.to_string());
    assert_eq!(update.event, TradeEvent::Unknown("beamed_up".into()));
    assert_eq!(update.order.status.as_str(), "in_orbit");
}

/// The fill of an order with two legs, in the form in which the service documents it.
fn multi_leg() -> Value {
    let mut order = order("filled", "2");
    order["order_class"] = json!("mleg");
    order["symbol"] = json!("");
    order["legs"] = json!([
        { "id": "00000000-0000-0000-0000-000000000001", "order_class": "mleg", "symbol": "AAPL260116C00200000" },
        { "id": "00000000-0000-0000-0000-000000000002", "order_class": "mleg", "symbol": "AAPL260116C00210000" },
    ]);
    json!({
        "event": "fill",
        "order": order,
        "timestamp": "2026-01-05T14:30:01Z",
        "event_id": "01KE7M3Q1R0000000000000002",
        "price": "1.62",
        "qty": "2",
        "position_qtys": { "AAPL260116C00200000": "2", "AAPL260116C00210000": "-2" },
        "legs": [
            {
                "order_id": "00000000-0000-0000-0000-000000000001",
                "symbol": "AAPL260116C00200000",
                "execution_id": "one",
                "qty": "2",
                "price": "5.12",
                "timestamp": "2026-01-05T14:30:01Z",
            },
            {
                "order_id": "00000000-0000-0000-0000-000000000002",
                "symbol": "AAPL260116C00210000",
                "execution_id": "two",
                "qty": 2,
                "price": 3.50,
                "timestamp": "2026-01-05T14:30:01Z",
                "side": "sell",
            },
        ],
    })
}

#[test]
fn the_fill_of_several_legs_is_read_with_all_of_them() {
    let update = read(&multi_leg().to_string());
    assert_eq!(update.position_qtys["AAPL260116C00200000"], dec!(2));
    assert_eq!(update.position_qtys["AAPL260116C00210000"], dec!(-2));
    assert_eq!(update.legs.len(), 2);
    let second = &update.legs[1];
    assert_eq!(second.order_id, Some(Uuid::from_u128(2)));
    assert_eq!(second.symbol.as_deref(), Some("AAPL260116C00210000"));
    assert_eq!(second.execution_id.as_deref(), Some("two"));
    assert_eq!((second.qty, second.price), (Some(dec!(2)), Some(dec!(3.5))));
    assert_eq!(second.timestamp, Some(time("2026-01-05T14:30:01Z")));
    assert_eq!(update.execution_id, None);
    assert_eq!(update.fill().unwrap().price, dec!(1.62));
    assert_eq!(update.order.legs.len(), 2);
}

#[test]
fn what_is_written_has_the_same_form_and_nothing_that_is_none() {
    let update = read(&full("partial_fill").to_string());
    let mut written = serde_json::to_value(&update).unwrap();
    let order = written.as_object_mut().unwrap().remove("order").unwrap();
    assert_eq!(order, serde_json::to_value(&update.order).unwrap());
    let mut expected = full("partial_fill");
    expected.as_object_mut().unwrap().remove("order");
    expected["origin"] = json!("stream");
    expected["cum_qty"] = json!("4.5");
    expected["at"] = json!("2026-01-05T14:30:01.200Z");
    assert_eq!(written, expected);

    let least = json!({ "event": "new", "order": self::order("new", "0") });
    let written = serde_json::to_value(read(&least.to_string())).unwrap();
    let mut names: Vec<_> = written.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["event", "order", "origin"]);

    let mut message = multi_leg();
    message["venue"] = json!("X");
    let written = serde_json::to_value(read(&message.to_string())).unwrap();
    assert_eq!(
        written["position_qtys"],
        json!({ "AAPL260116C00200000": "2", "AAPL260116C00210000": "-2" })
    );
    assert_eq!(
        written["legs"][1],
        json!({
            "order_id": "00000000-0000-0000-0000-000000000002",
            "symbol": "AAPL260116C00210000",
            "execution_id": "two",
            "qty": "2",
            "price": "3.5",
            "timestamp": "2026-01-05T14:30:01Z",
        })
    );
    assert_eq!(written["other"], json!({ "venue": "X" }));
}

#[test]
fn a_state_that_was_read_is_an_update() {
    for (status, event, end) in [
        ("new", TradeEvent::New, false),
        ("filled", TradeEvent::Fill, true),
        ("partially_filled", TradeEvent::PartiallyFilled, false),
        ("pending_cancel", TradeEvent::PendingCancel, false),
        ("canceled", TradeEvent::Canceled, true),
        ("expired", TradeEvent::Expired, true),
        ("replaced", TradeEvent::Replaced, true),
        ("rejected", TradeEvent::Rejected, true),
        ("done_for_day", TradeEvent::DoneForDay, false),
        ("in_orbit", TradeEvent::Unknown("in_orbit".into()), false),
    ] {
        let order: Order = serde_json::from_str(&order(status, "4").to_string()).unwrap();
        assert_eq!(is_end(&order.status), end, "{status}");
        let update = TradeUpdate::of_state(order.clone());
        assert_eq!(update.event, event);
        assert_eq!(update.origin, Origin::MissedState);
        assert!(update.was_missed() && update.fill().is_none());
        assert_eq!(update.timestamp, order.updated_at);
        assert_eq!(update.order, order);
    }
    let words = [Origin::Stream, Origin::MissedFill, Origin::MissedState];
    let words = serde_json::to_value(words).unwrap();
    assert_eq!(words, json!(["stream", "missed_fill", "missed_state"]));
}
