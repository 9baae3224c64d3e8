//! Orders: blank fields of multi-leg orders, classes, statuses and bodies of other years.

use alpaca_trading_gen::types::{
    AdvancedInstructions, AssetClass, Order, OrderClass, OrderSide, OrderStatus, OrderType,
    PositionIntent, TimeInForce,
};
use serde_json::{Value, json};

use crate::wire::exchange;
use crate::{decode, decode_text, digits, some, with, without};

/// A plain order, with every key that the service sends.
pub(crate) fn order() -> Value {
    json!({
        "id": "b3f1c0de-52a7-4c11-9d3e-6a7f00c1e001",
        "client_order_id": "rebalance-2031",
        "created_at": "2026-03-04T15:01:02.003004005Z",
        "updated_at": "2026-03-04T15:01:02.103004005Z",
        "submitted_at": "2026-03-04T15:01:02.000999Z",
        "filled_at": null,
        "expired_at": null,
        "expires_at": "2026-03-04T21:00:00Z",
        "canceled_at": null,
        "failed_at": null,
        "replaced_at": null,
        "replaced_by": null,
        "replaces": null,
        "asset_id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e10",
        "symbol": "QRST",
        "asset_class": "us_equity",
        "notional": null,
        "qty": "7",
        "filled_qty": "0",
        "filled_avg_price": null,
        "order_class": "simple",
        "order_type": "limit",
        "type": "limit",
        "side": "buy",
        "position_intent": "buy_to_open",
        "time_in_force": "day",
        "limit_price": "41.30",
        "stop_price": null,
        "status": "new",
        "extended_hours": false,
        "legs": null,
        "trail_percent": null,
        "trail_price": null,
        "hwm": null,
        "subtag": null,
        "source": null
    })
}

/// A vertical spread: the parent has no asset of its own, the legs have no type.
fn spread() -> Value {
    let leg = |id: &str, symbol: &str, side: &str, intent: &str| {
        with(
            order(),
            json!({
                "id": id, "client_order_id": format!("{symbol}-leg"), "symbol": symbol,
                "asset_class": "us_option", "side": side, "position_intent": intent,
                "type": "", "order_type": "", "order_class": "mleg", "limit_price": null,
                "qty": "2", "ratio_qty": "1"
            }),
        )
    };
    with(
        order(),
        json!({
            "asset_class": "", "asset_id": "", "side": "", "symbol": "", "position_intent": "",
            "order_class": "mleg", "qty": "2", "limit_price": "0.85",
            "legs": [
                leg("b3f1c0de-52a7-4c11-9d3e-6a7f00c1e002", "QRST261218C00045000", "buy", "buy_to_open"),
                leg("b3f1c0de-52a7-4c11-9d3e-6a7f00c1e003", "QRST261218C00050000", "sell", "sell_to_open"),
            ]
        }),
    )
}

#[test]
fn asset_class_of_a_multi_leg_order_is_blank() {
    assert_eq!(decode::<Order>(&spread()).asset_class, None);
    assert_eq!(
        decode::<Order>(&order()).asset_class,
        Some(AssetClass::UsEquity)
    );
}

#[test]
fn asset_id_of_a_multi_leg_order_is_blank() {
    assert_eq!(decode::<Order>(&spread()).asset_id, None);
    let plain = decode::<Order>(&order()).asset_id.map(|id| id.to_string());
    assert_eq!(plain, some("0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e10"));
}

#[test]
fn side_of_a_multi_leg_order_is_blank() {
    assert_eq!(decode::<Order>(&spread()).side, None);
    assert_eq!(decode::<Order>(&order()).side, Some(OrderSide::Buy));
}

#[test]
fn symbol_of_a_multi_leg_order_is_blank_or_null() {
    for symbol in [json!(""), Value::Null] {
        let parent: Order = decode(&with(spread(), json!({"symbol": symbol})));
        assert_eq!(parent.symbol.unwrap_or_default(), "");
        assert_eq!(
            parent.legs[0].symbol.as_deref(),
            Some("QRST261218C00045000")
        );
    }
    let absent: Order = decode(&without(spread(), &["symbol"]));
    assert_eq!(absent.symbol, None);
}

#[test]
#[allow(deprecated, reason = "the older name of the type is blank as well")]
fn type_of_a_leg_is_blank() {
    let parent: Order = decode(&spread());
    assert_eq!(parent.type_, Some(OrderType::Limit));
    assert_eq!(parent.legs.len(), 2);
    for leg in &parent.legs {
        assert_eq!(leg.type_, None);
        assert_eq!(leg.order_type.as_deref().unwrap_or_default(), "");
    }
}

#[test]
fn position_intent_of_a_multi_leg_order_is_blank_or_absent() {
    assert_eq!(decode::<Order>(&spread()).position_intent, None);
    assert_eq!(
        decode::<Order>(&without(spread(), &["position_intent"])).position_intent,
        None
    );
    let listed = decode::<Order>(&order()).position_intent;
    assert_eq!(listed, Some(PositionIntent::BuyToOpen));
}

#[test]
fn a_multi_leg_order_decodes_with_its_legs() {
    let parent: Order = decode(&spread());
    assert_eq!(parent.order_class, OrderClass::Mleg);
    assert_eq!(digits(parent.qty), some("2"));
    assert_eq!(digits(parent.limit_price), some("0.85"));
    let [long, short] = parent.legs.as_slice() else {
        panic!("{:?}", parent.legs)
    };
    assert_eq!(long.id.to_string(), "b3f1c0de-52a7-4c11-9d3e-6a7f00c1e002");
    assert_eq!(long.asset_class, Some(AssetClass::UsOption));
    assert_eq!(long.side, Some(OrderSide::Buy));
    assert_eq!(long.position_intent, Some(PositionIntent::BuyToOpen));
    assert_eq!(short.symbol.as_deref(), Some("QRST261218C00050000"));
    assert_eq!(short.side, Some(OrderSide::Sell));
    assert_eq!(short.position_intent, Some(PositionIntent::SellToOpen));
    assert_eq!(short.limit_price, None);
    assert_eq!(short.order_class, OrderClass::Mleg);
    assert!(short.legs.is_empty());
}

#[test]
fn legs_carry_their_ratio_and_expiry_although_undeclared() {
    let parent: Order = decode(&spread());
    for leg in &parent.legs {
        assert_eq!(digits(leg.ratio_qty), some("1"));
        let expiry = leg.expires_at.map(|time| time.to_rfc3339());
        assert_eq!(expiry, some("2026-03-04T21:00:00+00:00"));
    }
}

#[test]
fn an_order_class_that_is_blank_null_or_absent_is_simple() {
    for class in [json!(""), Value::Null, json!("simple")] {
        let order: Order = decode(&with(order(), json!({"order_class": class})));
        assert_eq!(order.order_class, OrderClass::Simple, "{class}");
    }
    let absent: Order = decode(&without(order(), &["order_class"]));
    assert_eq!(absent.order_class, OrderClass::Simple);
    let bracket: Order = decode(&with(order(), json!({"order_class": "bracket"})));
    assert_eq!(bracket.order_class, OrderClass::Bracket);
    let unlisted: Order = decode(&with(order(), json!({"order_class": "ladder"})));
    assert_eq!(
        unlisted.order_class,
        OrderClass::Unknown("ladder".to_owned())
    );
}

#[test]
fn the_order_class_of_a_leg_is_simple_when_blank_or_null() {
    for class in [json!(""), Value::Null] {
        let leg = with(order(), json!({"order_class": class}));
        let parent: Order = decode(&with(order(), json!({"legs": [leg], "order_class": "oto"})));
        assert_eq!(parent.order_class, OrderClass::Oto);
        assert_eq!(parent.legs[0].order_class, OrderClass::Simple, "{class}");
    }
}

#[test]
fn an_order_status_that_is_not_listed_is_kept() {
    let pending: Order = decode(&with(order(), json!({"status": "pending_review"})));
    assert_eq!(
        pending.status,
        OrderStatus::Unknown("pending_review".to_owned())
    );
    assert!(pending.status.is_unknown());
    assert_eq!(pending.status.to_string(), "pending_review");
    let held: Order = decode(&with(order(), json!({"status": "held"})));
    assert_eq!(held.status, OrderStatus::Held);
    assert!(!held.status.is_unknown());
}

#[test]
fn an_order_of_older_years_has_no_notional() {
    let gone = [
        "notional",
        "position_intent",
        "source",
        "subtag",
        "hwm",
        "expires_at",
    ];
    let old: Order = decode(&without(order(), &gone));
    assert_eq!(old.notional, None);
    assert_eq!(old.hwm, None);
    assert_eq!(old.expires_at, None);
    assert_eq!(digits(old.qty), some("7"));
    assert_eq!(old.time_in_force, Some(TimeInForce::Day));
}

#[test]
fn an_order_without_its_identity_is_refused_by_name() {
    for name in ["id", "client_order_id", "created_at", "status"] {
        let text = without(order(), &[name]).to_string();
        let error = serde_json::from_str::<Order>(&text)
            .unwrap_err()
            .to_string();
        assert!(error.contains(&format!("`{name}`")), "{error}");
    }
}

#[test]
fn source_and_subtag_are_read_and_unknown_fields_ignored() {
    let order: Order = decode(&with(
        order(),
        json!({
            "source": "access_key", "subtag": "desk-4", "commission": "0.35",
            "cancel_requested_at": "2026-03-04T15:02:00Z", "routing": {"venue": [1, null, "x"]}
        }),
    ));
    assert_eq!(order.source.as_deref(), Some("access_key"));
    assert_eq!(order.subtag.as_deref(), Some("desk-4"));
    assert_eq!(order.status, OrderStatus::New);
}

#[test]
fn numbers_in_an_order_are_read_like_strings() {
    let text = with(
        order(),
        json!({"qty": "@1", "limit_price": "@2", "filled_avg_price": "@3"}),
    )
    .to_string()
    .replace("\"@1\"", "3")
    .replace("\"@2\"", "310.50")
    .replace("\"@3\"", "1.5e-7");
    let order: Order = decode_text(&text);
    assert_eq!(digits(order.qty), some("3"));
    assert_eq!(digits(order.limit_price), some("310.50"));
    assert_eq!(digits(order.filled_avg_price), some("0.00000015"));
}

#[test]
fn times_of_an_order_keep_their_nanoseconds_and_become_utc() {
    let order: Order = decode(&with(
        order(),
        json!({"filled_at": "2026-03-04T10:15:30.123456789-05:00"}),
    ));
    let filled = order.filled_at.expect("the time of the fill");
    assert_eq!(filled.to_rfc3339(), "2026-03-04T15:15:30.123456789+00:00");
    assert_eq!(
        order.created_at.to_rfc3339(),
        "2026-03-04T15:01:02.003004005+00:00"
    );
}

#[test]
fn advanced_instructions_hold_numbers_or_strings() {
    for text in [
        r#"{"algorithm": "VWAP", "max_percentage": 0.250, "display_qty": 400}"#,
        r#"{"algorithm": "VWAP", "max_percentage": "0.250", "display_qty": "400"}"#,
    ] {
        let instructions: AdvancedInstructions = decode_text(text);
        assert_eq!(digits(instructions.max_percentage), some("0.250"));
        assert_eq!(digits(instructions.display_qty), some("400"));
    }
}

/// Paging by order id is declared exclusive, and a flat list declared flat; pages overlap and legs
/// come nested all the same.
#[tokio::test]
async fn pages_may_overlap_and_legs_may_come_nested() {
    let boundary = "b3f1c0de-52a7-4c11-9d3e-6a7f00c1e001";
    let page = json!([
        spread(),
        with(
            order(),
            json!({"id": "b3f1c0de-52a7-4c11-9d3e-6a7f00c1e009"})
        )
    ]);
    let (answer, request) = exchange(200, &page.to_string(), async |client| {
        client
            .list_orders()
            .before_order_id(boundary)
            .nested(false)
            .send()
            .await
    })
    .await;
    let target = format!("GET /v2/orders?before_order_id={boundary}&nested=false");
    assert_eq!(request.line, target);
    let orders = answer.expect("a page of orders").into_inner();
    let ids: Vec<String> = orders.iter().map(|order| order.id.to_string()).collect();
    assert_eq!(ids, [boundary, "b3f1c0de-52a7-4c11-9d3e-6a7f00c1e009"]);
    assert_eq!(orders[0].legs.len(), 2);
    assert_eq!(orders[1].legs.len(), 0);
}

#[tokio::test]
async fn a_list_of_orders_that_is_null_is_empty() {
    let (answer, request) = exchange(200, "null", async |client| {
        client.list_orders().send().await
    })
    .await;
    assert_eq!(request.line, "GET /v2/orders");
    assert!(answer.expect("an empty list").into_inner().is_empty());
}
