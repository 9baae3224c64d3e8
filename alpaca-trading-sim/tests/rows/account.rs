//! The account, its settings, its positions and its activities.

use rust_decimal::{Decimal, dec};
use serde_json::{Value, json};

use crate::desk::{Desk, Parts, aapl, builder, decimal, id, limit, text};

#[tokio::test]
async fn a_fresh_account() {
    let desk = Desk::open().await;
    let account = desk.get("/v2/account");
    for (name, value) in [
        ("cash", dec!(100000)),
        ("equity", dec!(100000)),
        ("portfolio_value", dec!(100000)),
        ("last_equity", dec!(100000)),
        ("buying_power", dec!(400000)),
        ("regt_buying_power", dec!(200000)),
        ("options_buying_power", dec!(100000)),
        ("non_marginable_buying_power", dec!(98000)),
        ("long_market_value", dec!(0)),
        ("short_market_value", dec!(0)),
        ("initial_margin", dec!(0)),
        ("maintenance_margin", dec!(0)),
        ("last_maintenance_margin", dec!(0)),
        ("multiplier", dec!(4)),
        ("accrued_fees", dec!(0)),
        ("pending_transfer_in", dec!(0)),
        ("pending_transfer_out", dec!(0)),
        ("pending_reg_taf_fees", dec!(0)),
        ("intraday_adjustments", dec!(0)),
        ("position_market_value", dec!(0)),
    ] {
        assert_eq!(decimal(&account[name]), value, "{name}");
        assert!(account[name].is_string(), "{name}");
    }
    for (name, value) in [
        ("status", json!("ACTIVE")),
        ("crypto_status", json!("ACTIVE")),
        ("currency", json!("USD")),
        ("options_approved_level", json!(3)),
        ("options_trading_level", json!(3)),
        ("shorting_enabled", json!(true)),
        ("trading_blocked", json!(false)),
        ("transfers_blocked", json!(false)),
        ("account_blocked", json!(false)),
        ("trade_suspended_by_user", json!(false)),
        ("admin_configurations", json!({})),
        ("user_configurations", Value::Null),
        ("balance_asof", json!("2026-01-02")),
        ("crypto_tier", json!(1)),
    ] {
        assert_eq!(account[name], value, "{name}");
    }
    assert!(text(&account["account_number"]).starts_with("PA3"));
    // Gone since the rule on day trading is.
    for gone in [
        "pattern_day_trader",
        "daytrade_count",
        "daytrading_buying_power",
    ] {
        assert!(account.get(gone).is_none(), "{gone}");
    }
}

#[tokio::test]
async fn settings_are_changed_one_by_one() {
    let desk = Desk::open().await;
    let defaults = json!({
        "disable_overnight_trading": false, "fractional_trading": true, "max_margin_multiplier": "4",
        "max_options_trading_level": null, "no_shorting": false, "ptp_no_exception_entry": false,
        "suspend_trade": false, "trade_confirm_email": "all",
    });
    let target = "/v2/account/configurations";
    assert_eq!(desk.get(target), defaults);
    let mut expected = defaults;
    for (name, value) in [
        ("disable_overnight_trading", json!(true)),
        ("fractional_trading", json!(false)),
        ("max_margin_multiplier", json!("2")),
        ("max_options_trading_level", json!(1)),
        ("no_shorting", json!(true)),
        ("ptp_no_exception_entry", json!(true)),
        ("suspend_trade", json!(true)),
        ("trade_confirm_email", json!("none")),
    ] {
        expected[name] = value.clone();
        assert_eq!(
            desk.granted("PATCH", target, json!({ name: value })),
            expected
        );
    }
    assert_eq!(desk.granted("PATCH", target, Value::Null), expected);
    assert_eq!(desk.get(target), expected);
    let account = desk.get("/v2/account");
    assert_eq!(account["options_trading_level"], 1);
    assert_eq!(account["trade_suspended_by_user"], true);
    for body in [
        json!({"max_margin_multiplier": "3"}),
        json!({"max_options_trading_level": 4}),
    ] {
        assert_eq!(desk.refused("PATCH", target, &body.to_string()).0, 422);
    }
    assert_eq!(desk.get(target), expected);
}

#[tokio::test]
async fn long_and_short_come_to_the_equity() {
    let desk = Desk::open().await;
    desk.price("F", dec!(13));
    desk.buy("AAPL", "100");
    desk.order(json!({"symbol": "F", "qty": "200", "side": "sell", "type": "market", "time_in_force": "day"}));
    desk.price("AAPL", dec!(105));
    desk.price("F", dec!(12));
    let cash = dec!(100000) - dec!(100) * dec!(100.01) + dec!(200) * dec!(12.99);
    let account = desk.get("/v2/account");
    let of = |name: &str| decimal(&account[name]);
    assert_eq!(of("cash"), cash);
    assert_eq!(
        (of("long_market_value"), of("short_market_value")),
        (dec!(10500), dec!(-2400))
    );
    assert_eq!(of("equity"), cash + dec!(10500) - dec!(2400));
    assert_eq!(of("portfolio_value"), of("equity"));
    // 30 % long; short the greater of 5.00 a share and 30 %.
    assert_eq!(of("maintenance_margin"), dec!(3150) + dec!(1000));
    assert_eq!(of("initial_margin"), dec!(5250) + dec!(1200));
    assert_eq!(
        of("regt_buying_power"),
        dec!(2) * (of("equity") - of("initial_margin"))
    );
    assert_eq!(
        of("options_buying_power"),
        of("equity") - of("initial_margin")
    );
    assert_eq!(
        of("non_marginable_buying_power"),
        of("equity") - of("initial_margin") - dec!(2000)
    );
    // The next day begins with what was at the close.
    desk.until("2026-01-05T21:00:00Z");
    assert_eq!(desk.figure("last_equity"), dec!(100000));
    desk.until("2026-01-06T09:00:00Z");
    let next = desk.get("/v2/account");
    assert_eq!(next["last_equity"], account["equity"]);
    assert_eq!(
        next["last_maintenance_margin"],
        account["maintenance_margin"]
    );
    assert_eq!(next["balance_asof"], "2026-01-05");
    // What is carried binds its maintenance, fourfold.
    let free = dec!(4) * (of("equity") - of("maintenance_margin"));
    assert_eq!(decimal(&next["buying_power"]), free);
}

#[tokio::test]
async fn positions_have_their_figures() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    desk.price("AAPL", dec!(104));
    desk.buy("AAPL", "30");
    desk.order(limit("sell", "15", "120"));
    let position = desk.get("/v2/positions/AAPL");
    let of = |name: &str| decimal(&position[name]);
    let cost = dec!(10) * dec!(100.01) + dec!(30) * dec!(104.01);
    assert_eq!((of("qty"), of("qty_available")), (dec!(40), dec!(25)));
    assert_eq!(
        (of("cost_basis"), of("avg_entry_price")),
        (cost, cost / dec!(40))
    );
    assert_eq!(
        (of("market_value"), of("unrealized_pl")),
        (dec!(4160), dec!(4160) - cost)
    );
    let share = ((dec!(4160) - cost) / cost).trunc_with_scale(16);
    assert_eq!(of("unrealized_plpc"), share);
    assert_eq!(of("current_price"), dec!(104));
    assert_eq!(
        (text(&position["side"]), text(&position["exchange"])),
        ("long".into(), "NASDAQ".into())
    );
    // Within the first day, today's gain is the whole one.
    assert_eq!(of("unrealized_intraday_pl"), of("unrealized_pl"));
    let last = of("lastday_price");
    assert_eq!(
        of("change_today"),
        ((dec!(104) - last) / last).trunc_with_scale(16)
    );
    let same = [desk.get(&format!("/v2/positions/{}", text(&position["asset_id"])))];
    assert_eq!(desk.get("/v2/positions"), json!(same));
    assert_eq!(same[0], position);
    // The next day measures from the close.
    desk.until("2026-01-06T15:00:00Z");
    desk.price("AAPL", dec!(106));
    let next = desk.get("/v2/positions/AAPL");
    assert_eq!(decimal(&next["lastday_price"]), dec!(104));
    assert_eq!(decimal(&next["unrealized_intraday_pl"]), dec!(80));
    assert_eq!(decimal(&next["unrealized_pl"]), dec!(4240) - cost);
}

#[tokio::test]
async fn a_published_short_position_comes_out_to_the_last_digit() {
    let desk = Desk::open().await;
    desk.sim
        .market()
        .set_quote("JNJ", dec!(82.69), dec!(82.70), dec!(82.69))
        .unwrap();
    desk.order(json!({"symbol": "JNJ", "qty": "24", "side": "sell", "type": "market", "time_in_force": "day"}));
    desk.sim
        .market()
        .set_quote("JNJ", dec!(83.80), dec!(83.82), dec!(83.81))
        .unwrap();
    let position = desk.get("/v2/positions/JNJ");
    for (name, value) in [
        ("qty", "-24"),
        ("side", "short"),
        ("avg_entry_price", "82.69"),
        ("market_value", "-2011.44"),
        ("cost_basis", "-1984.56"),
        ("unrealized_pl", "-26.88"),
        ("unrealized_plpc", "-0.0135445640343451"),
    ] {
        assert_eq!(position[name], value, "{name}");
    }
}

#[tokio::test]
async fn each_fill_is_an_activity() {
    let model = Parts(vec![dec!(3), dec!(4)]);
    let desk = Desk::with(builder().fill_model(model)).await;
    let order = desk.buy("AAPL", "10");
    desk.wait(2);
    desk.order(aapl("sell", "10", "market", json!({})));
    desk.order(aapl("sell", "5", "market", json!({})));
    let rows = desk.get("/v2/account/activities?direction=asc");
    let rows = rows.as_array().unwrap();
    let shown: Vec<_> = rows
        .iter()
        .map(|row| {
            [
                "type",
                "side",
                "qty",
                "cum_qty",
                "leaves_qty",
                "order_status",
            ]
            .map(|name| text(&row[name]))
            .join(" ")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "partial_fill buy 3 3 7 partially_filled",
            "partial_fill buy 4 7 3 partially_filled",
            "fill buy 3 10 0 filled",
            "fill sell 10 10 0 filled",
            "fill sell_short 5 5 0 filled",
        ]
    );
    assert_eq!(rows[0]["order_id"], json!(order));
    let (stamp, unique) = text(&rows[0]["id"])
        .split_once("::")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    // In New York's time.
    assert_eq!((stamp.as_str(), unique.len()), ("20260105100000000", 36));
    let bought = desk.get(&format!("/v2/account/activities/FILL?order_id={order}"));
    assert_eq!(bought.as_array().unwrap().len(), 3);
    assert_eq!(desk.get("/v2/account/activities/DIV"), json!([]));
}

#[tokio::test]
async fn activities_come_in_pages_without_gaps_or_repetitions() {
    let desk = Desk::open().await;
    // Many within one millisecond, so that stamps alone do not tell them apart.
    for qty in 1..=25 {
        desk.buy("AAPL", &qty.to_string());
    }
    desk.wait(1);
    let all = desk.get("/v2/account/activities?direction=asc");
    let quantities = |rows: &Value| -> Vec<Decimal> {
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| decimal(&row["qty"]))
            .collect()
    };
    let expected: Vec<Decimal> = (1..=25).map(Decimal::from).collect();
    assert_eq!(quantities(&all), expected);
    for (direction, expected) in [
        ("asc", expected.clone()),
        ("desc", expected.iter().rev().copied().collect()),
    ] {
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let target = format!(
                "/v2/account/activities/FILL?page_size=7&direction={direction}&page_token={token}"
            );
            let page = desk.get(&target);
            seen.extend(quantities(&page));
            let rows = page.as_array().unwrap();
            if rows.len() < 7 {
                break;
            }
            token = id(rows.last().unwrap());
        }
        assert_eq!(seen, expected, "{direction}");
    }
    // The newest first, unless asked otherwise; a hundred a page, a day whole.
    assert_eq!(desk.get("/v2/account/activities")[0]["qty"], "25");
    for _ in 0..90 {
        desk.buy("F", "1");
    }
    let count = |target: &str| desk.get(target).as_array().unwrap().len();
    assert_eq!(count("/v2/account/activities"), 100);
    assert_eq!(count("/v2/account/activities?date=2026-01-05"), 115);
    assert_eq!(count("/v2/account/activities?date=2026-01-06"), 0);
    assert_eq!(count("/v2/account/activities?category=trade_activity"), 100);
    assert_eq!(
        count("/v2/account/activities?category=non_trade_activity"),
        0
    );
    assert_eq!(count("/v2/account/activities?activity_types=DIV,CFEE"), 0);
    assert_eq!(
        count("/v2/account/activities?activity_types=DIV,FILL&page_size=3"),
        3
    );
    assert_eq!(
        count("/v2/account/activities?until=2026-01-05T15:00:00.5Z"),
        25
    );
    assert_eq!(
        count("/v2/account/activities?after=2026-01-05T15:00:00.5Z"),
        90
    );
    for (target, message) in [
        ("page_size=101", "page_size must be between 1 and 100"),
        ("category=other", "invalid category"),
        (
            "category=trade_activity&activity_types=FILL",
            "only one of activity_types or category is accepted",
        ),
        ("direction=up", "invalid direction"),
    ] {
        let refused = desk.refused("GET", &format!("/v2/account/activities?{target}"), "");
        assert_eq!(refused, (422, Some(40_010_001), message.to_owned()));
    }
}
