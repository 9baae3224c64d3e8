//! Account activities: dates for timestamps, shapes told apart by type, and types that nobody
//! knows yet.

use alpaca_trading_gen::DateOrTime;
use alpaca_trading_gen::types::{
    AccountActivity, ActivityType, NonTradeActivities, NonTradeActivitiesStatus, OrderStatus,
    TradingActivities, TradingActivitiesType,
};
use serde_json::{Value, json};

use crate::wire::exchange;
use crate::{decode, decode_text, digits, some, with, without};

fn fill() -> Value {
    json!({
        "activity_type": "FILL",
        "id": "20260304100203004::c0ffee00-1f2e-4d3c-8b4a-59687766f001",
        "cum_qty": "3",
        "leaves_qty": "4",
        "order_id": "b3f1c0de-52a7-4c11-9d3e-6a7f00c1e001",
        "order_status": "partially_filled",
        "price": "41.2950",
        "qty": "2",
        "side": "buy",
        "symbol": "QRST",
        "transaction_time": "2026-03-04T15:02:03.004005006Z",
        "type": "partial_fill"
    })
}

fn dividend() -> Value {
    json!({
        "activity_type": "DIV",
        "activity_sub_type": "CDIV",
        "id": "20260304000000000::c0ffee00-1f2e-4d3c-8b4a-59687766f002",
        "date": "2026-03-04",
        "net_amount": "1.10",
        "symbol": "QRST",
        "cusip": "000000AA0",
        "qty": "11",
        "per_share_amount": "0.10",
        "status": "executed",
        "group_id": "",
        "currency": "USD",
        "created_at": "2026-03-04T09:00:00.5Z"
    })
}

fn trade(activity: AccountActivity) -> TradingActivities {
    let AccountActivity::Trade(trade) = activity else {
        panic!("{activity:?}")
    };
    *trade
}

fn non_trade(activity: AccountActivity) -> NonTradeActivities {
    let AccountActivity::NonTrade(other) = activity else {
        panic!("{activity:?}")
    };
    *other
}

#[test]
fn the_date_of_an_activity_is_a_day_and_not_a_timestamp() {
    let day = non_trade(decode(&dividend()));
    let expected: DateOrTime = "2026-03-04".parse().unwrap();
    assert_eq!(day.date, Some(expected));
    assert_eq!(day.date.and_then(|date| date.time()), None);
    let declared = with(dividend(), json!({"date": "2026-03-04T12:30:00Z"}));
    let time = non_trade(decode(&declared)).date.expect("a date");
    assert_eq!(time.to_string(), "2026-03-04T12:30:00Z");
    assert_eq!(time.date(), expected.date());
}

#[test]
fn a_fill_is_a_trade_although_every_shape_fits_it() {
    let fill = trade(decode(&fill()));
    assert_eq!(fill.activity_type, Some(ActivityType::Fill));
    assert_eq!(digits(fill.price), some("41.2950"));
    assert_eq!(digits(fill.qty), some("2"));
    assert_eq!(digits(fill.cum_qty), some("3"));
    assert_eq!(digits(fill.leaves_qty), some("4"));
    assert_eq!(fill.order_status, Some(OrderStatus::PartiallyFilled));
    assert_eq!(fill.type_, Some(TradingActivitiesType::PartialFill));
    let order = fill.order_id.map(|id| id.to_string());
    assert_eq!(order, some("b3f1c0de-52a7-4c11-9d3e-6a7f00c1e001"));
}

#[test]
fn a_dividend_is_no_trade_although_every_shape_fits_it() {
    // With every field of a fill: the type alone decides.
    let body = with(fill(), dividend());
    let dividend = non_trade(decode(&body));
    assert_eq!(dividend.activity_type, Some(ActivityType::Div));
    assert_eq!(dividend.activity_sub_type, some("CDIV"));
    assert_eq!(digits(dividend.net_amount), some("1.10"));
    assert_eq!(digits(dividend.per_share_amount), some("0.10"));
    assert_eq!(dividend.status, Some(NonTradeActivitiesStatus::Executed));
}

#[test]
fn every_listed_type_has_its_shape() {
    let both = with(dividend(), fill());
    for kind in ActivityType::LISTED {
        let activity: AccountActivity = decode(&with(both.clone(), json!({"activity_type": kind})));
        match (&activity, *kind) {
            (AccountActivity::Trade(trade), "FILL") => {
                assert_eq!(digits(trade.leaves_qty), some("4"));
            }
            (AccountActivity::NonTrade(other), kind) if kind != "FILL" => {
                assert_eq!(other.activity_type, Some(kind.into()));
                assert_eq!(digits(other.net_amount), some("1.10"));
            }
            _ => panic!("{kind} became {activity:?}"),
        }
    }
}

#[test]
fn both_lists_of_activities_hold_both_shapes() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let body = json!([fill(), dividend()]).to_string();
    let check = |activities: Vec<AccountActivity>| {
        let [first, second] = <[_; 2]>::try_from(activities).unwrap();
        assert_eq!(trade(first).symbol.as_deref(), Some("QRST"));
        assert_eq!(non_trade(second).currency.as_deref(), Some("USD"));
    };
    let (answer, request) = runtime.block_on(exchange(200, &body, async |client| {
        client.list_account_activities().send().await
    }));
    assert_eq!(request.line, "GET /v2/account/activities");
    check(answer.unwrap().into_inner());
    let (answer, request) = runtime.block_on(exchange(200, &body, async |client| {
        client
            .list_account_activities_by_type()
            .activity_type("FILL")
            .send()
            .await
    }));
    assert_eq!(request.line, "GET /v2/account/activities/FILL");
    check(answer.unwrap().into_inner());
}

#[test]
fn a_fill_may_sell_short() {
    let fill = trade(decode(&with(fill(), json!({"side": "sell_short"}))));
    assert_eq!(fill.side.as_deref(), Some("sell_short"));
}

#[test]
fn an_activity_carries_fields_that_are_not_declared() {
    let exercise = non_trade(decode(&with(
        dividend(),
        json!({
            "activity_type": "OPTRD", "description": "Option Exercise", "price": "45.00",
            "account_id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e12", "execution_id": "exec-77",
            "qty": "-100", "something_new": {"deep": [null]}
        }),
    )));
    assert_eq!(exercise.activity_type, Some(ActivityType::Optrd));
    assert_eq!(exercise.description.as_deref(), Some("Option Exercise"));
    assert_eq!(digits(exercise.price), some("45.00"));
    assert_eq!(digits(exercise.qty), some("-100"));
    assert_eq!(exercise.execution_id.as_deref(), Some("exec-77"));
    let account = exercise.account_id.map(|id| id.to_string());
    assert_eq!(account, some("0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e12"));
}

#[test]
fn an_activity_may_lack_everything_but_its_type() {
    let bare = non_trade(decode(&json!({"activity_type": "MISC"})));
    assert_eq!(bare.date, None);
    assert_eq!(bare.net_amount, None);
    let bare = trade(decode(&json!({"activity_type": "FILL", "price": null})));
    assert_eq!(bare.price, None);
    let blank = non_trade(decode(&with(
        dividend(),
        json!({"date": "", "account_id": "", "qty": ""}),
    )));
    assert_eq!(blank.date, None);
    assert_eq!(blank.account_id, None);
    assert_eq!(blank.qty, None);
}

/// Spaces, the order of the keys, escapes and the digits of numbers: all as they came.
const UNHEARD_OF: &str = "{ \"net_amount\" :1.50e+2,\t\"activity_type\": \"CIL\",\n  \"note\":\"\\u00e9\\/\",\
    \"rate\":0.100000000000000000000000000000001,\"symbol\" : null , \"rate\":2 }";

#[test]
fn an_activity_of_an_unknown_type_is_kept_byte_for_byte() {
    let activity: AccountActivity = decode_text(UNHEARD_OF);
    let AccountActivity::Unknown(unknown) = &activity else {
        panic!("{activity:?}")
    };
    assert_eq!(unknown.kind(), "CIL");
    assert_eq!(unknown.json(), UNHEARD_OF);
    assert_eq!(serde_json::to_string(&activity).unwrap(), UNHEARD_OF);
}

#[test]
fn an_unknown_activity_does_not_sink_its_list() {
    let text = format!("[{}, {UNHEARD_OF} ,{}]", fill(), dividend());
    let activities: Vec<AccountActivity> = decode_text(&text);
    let [first, second, third] = <[_; 3]>::try_from(activities).unwrap();
    assert_eq!(digits(trade(first).price), some("41.2950"));
    let AccountActivity::Unknown(unknown) = second else {
        panic!("{second:?}")
    };
    assert_eq!(unknown.json(), UNHEARD_OF);
    assert_eq!(digits(non_trade(third).net_amount), some("1.10"));
}

#[test]
fn types_of_published_clients_that_the_document_lacks_are_kept() {
    for kind in [
        "CIL", "VOF", "SWP", "WH", "DIVWH", "OPXRC", "FILLED", "fill", "",
    ] {
        let body = with(fill(), json!({"activity_type": kind}));
        let activity: AccountActivity = decode(&body);
        let AccountActivity::Unknown(unknown) = activity else {
            panic!("{kind}: {activity:?}")
        };
        assert_eq!(unknown.kind(), kind);
        assert_eq!(unknown.json(), body.to_string());
    }
}

#[test]
fn an_activity_without_a_type_is_kept() {
    for body in [
        without(fill(), &["activity_type"]),
        with(fill(), json!({"activity_type": null})),
        with(fill(), json!({"activity_type": 7})),
        json!({}),
    ] {
        let activity: AccountActivity = decode(&body);
        let AccountActivity::Unknown(unknown) = activity else {
            panic!("{activity:?}")
        };
        assert_eq!(unknown.kind(), "");
        assert_eq!(unknown.json(), body.to_string());
    }
}

#[test]
fn an_unknown_activity_can_be_decoded_by_its_reader() {
    let activity: AccountActivity = decode(&with(dividend(), json!({"activity_type": "SWP"})));
    let AccountActivity::Unknown(unknown) = activity else {
        panic!("{activity:?}")
    };
    let known: NonTradeActivities = unknown.decode().expect("it has the shape of the others");
    assert_eq!(
        known.activity_type,
        Some(ActivityType::Unknown("SWP".to_owned()))
    );
    assert_eq!(digits(known.net_amount), some("1.10"));
}

#[test]
fn numbers_in_an_activity_keep_every_digit() {
    let text = r#"[{"activity_type": "FILL", "price": 123456789012345.123456789, "qty": 1.10},
        {"activity_type": "FEE", "net_amount": -0.00000001, "qty": 8.4177e-06}]"#;
    let activities: Vec<AccountActivity> = decode_text(text);
    let [first, second] = <[_; 2]>::try_from(activities).unwrap();
    let fill = trade(first);
    assert_eq!(digits(fill.price), some("123456789012345.123456789"));
    assert_eq!(digits(fill.qty), some("1.10"));
    let fee = non_trade(second);
    assert_eq!(digits(fee.net_amount), some("-0.00000001"));
    assert_eq!(digits(fee.qty), some("0.0000084177"));
}
