//! What the service sends although its document says otherwise, read through the public interface:
//! nothing that is known to come is refused, rounded or lost.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::collections::BTreeMap;

use alpaca_trading::orders::OrderQuery;
use alpaca_trading::resources::activities::ActivityQuery;
use alpaca_trading::resources::assets::AssetQuery;
use alpaca_trading::resources::calendar::{CalendarQuery, MarketCalendarQuery, TradingDay};
use alpaca_trading::resources::clock::MarketClockQuery;
#[allow(deprecated, reason = "the service still answers it")]
use alpaca_trading::resources::corporate_actions::AnnouncementQuery;
use alpaca_trading::resources::locates::LocateQuery;
use alpaca_trading::resources::option_contracts::OptionContractQuery;
use alpaca_trading::resources::portfolio_history::{PortfolioHistoryQuery, PortfolioPoints};
use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::types::{
    Account, AccountActivity, ActivityType, Asset, Market, Order, OrderClass, OrderStatus,
};
use alpaca_trading::{Client, DateOrTime, Error, ErrorKind, Rows, Uuid};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::value::RawValue;

const ID: &str = "61e69015-8549-4bfd-b9c3-01e75843f47d";

const ORDER: &str = r#"{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","client_order_id":"mine",
    "created_at":"2026-01-05T14:30:00.123456789Z","status":"new","symbol":"AAPL","qty":"2",
    "asset_class":"us_equity","asset_id":"b0b6dd9d-8b9b-48a9-ba46-b9d54906e415","side":"buy",
    "type":"limit","time_in_force":"day","limit_price":"187.20"}"#;

const POSITION: &str = r#"{"asset_id":"b0b6dd9d-8b9b-48a9-ba46-b9d54906e415","symbol":"AAPL",
    "exchange":"","asset_class":"us_equity","avg_entry_price":20078.0,"qty":"-1.0",
    "side":"short","cost_basis":"-20078"}"#;

const ASSET: &str = r#"{"id":"b0b6dd9d-8b9b-48a9-ba46-b9d54906e415","class":"us_equity",
    "exchange":"NASDAQ","symbol":"AAPL","status":"active","tradable":true,"marginable":true,
    "shortable":true,"easy_to_borrow":true}"#;

const ACCOUNT: &str = r#"{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","status":"ACTIVE"}"#;

const CONTRACT: &str = r#"{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","type":"call",
    "symbol":"AAPL260116C00100000","name":"AAPL Jan 16 2026 100 Call","status":"active",
    "tradable":true,"expiration_date":"2026-01-16","size":"100","underlying_symbol":"AAPL",
    "underlying_asset_id":"b0b6dd9d-8b9b-48a9-ba46-b9d54906e415","style":"american",
    "strike_price":"100.50","multiplier":"100"}"#;

const FILL: &str = r#"{"activity_type":"FILL","id":"20260304100203004::fill","cum_qty":"3",
    "order_id":"61e69015-8549-4bfd-b9c3-01e75843f47d","price":"41.2950","qty":"2",
    "side":"sell_short","symbol":"QRST","type":"partial_fill","order_status":"partially_filled",
    "leaves_qty":"4","transaction_time":"2026-03-04T15:02:03.004005006Z"}"#;

/// A body with these members replaced or added; the digits of numbers stay as they are written.
fn with(body: &str, changes: &str) -> String {
    let members = |text| -> BTreeMap<String, Box<RawValue>> {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    };
    let mut changed = members(body);
    changed.extend(members(changes));
    serde_json::to_string(&changed).expect("JSON")
}

/// Changes that give each of these members the same value.
fn each(names: &str, value: &str) -> String {
    let members = names.split_whitespace();
    let members: Vec<_> = members.map(|name| format!("{name:?}:{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// A client that gets this answer to every request of this kind.
fn answering(method: &str, path: &str, reply: Reply) -> Client {
    let script = Script::new().on(method, path, [reply]);
    script.client().expect("a client")
}

fn serving(path: &str, body: impl Into<String>) -> Client {
    answering("GET", path, Reply::json(200, body))
}

async fn read_order(body: &str) -> Result<Order, Error> {
    let client = serving("/v2/orders/*", body);
    client.orders().get(Uuid::parse_str(ID).unwrap()).await
}

async fn order(changes: &str) -> Order {
    let order = read_order(&with(ORDER, changes)).await;
    order.unwrap_or_else(|error| panic!("{error}\n{changes}"))
}

async fn account(changes: &str) -> Result<Account, Error> {
    let client = serving("/v2/account", with(ACCOUNT, changes));
    client.account().get().await
}

async fn asset(changes: &str) -> Asset {
    let client = serving("/v2/assets/AAPL", with(ASSET, changes));
    client.assets().get("AAPL").await.expect("an asset")
}

/// Equality of decimals does not see the zeros at the end.
fn digits(value: impl Into<Option<Decimal>>) -> String {
    value.into().expect("a number").to_string()
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

#[tokio::test]
async fn unknown_fields_are_ignored_and_unlisted_values_kept() {
    let more = r#"{"source":null,"subtag":null,"commission":1.5,"cancel_requested_at":"soon",
        "order_class":null,"new":{"deep":[null,{"x":1e400}]}}"#;
    assert_eq!(order(more).await, order("{}").await);

    let strange = order(
        r#"{"status":"pending_review","side":"sell_short","type":"iceberg","order_class":"ladder",
        "time_in_force":"gtd","asset_class":"moon_rock","position_intent":"roll"}"#,
    )
    .await;
    assert_eq!(strange.status.as_str(), "pending_review");
    assert_eq!(strange.side.unwrap().as_str(), "sell_short");
    assert_eq!(strange.type_.unwrap().as_str(), "iceberg");
    assert_eq!(strange.time_in_force.unwrap().as_str(), "gtd");
    assert_eq!(strange.asset_class.unwrap().as_str(), "moon_rock");
    assert_eq!(strange.order_class.as_str(), "ladder");
    assert_eq!(strange.position_intent.unwrap().as_str(), "roll");
    assert_eq!(
        order(r#"{"status":"held"}"#).await.status,
        OrderStatus::Held
    );
}

#[tokio::test]
async fn nothing_is_the_same_however_it_is_written() {
    let plain = order("{}").await;
    assert_eq!(plain.order_class, OrderClass::Simple);
    assert_eq!((plain.notional, &plain.legs), (None, &vec![]));
    let names = "order_class notional replaced_by filled_at hwm position_intent";
    for nothing in ["null", r#""""#] {
        assert_eq!(order(&each(names, nothing)).await, plain, "{nothing}");
    }
    for nothing in ["null", "[]"] {
        assert_eq!(order(&each("legs", nothing)).await, plain, "{nothing}");
    }
    // What an order cannot be without is missed by its name.
    for name in ["id", "client_order_id", "status", "created_at"] {
        let absent = ORDER.replace(&format!("\"{name}\""), "\"other\"");
        for body in [absent, with(ORDER, &each(name, "null"))] {
            let error = read_order(&body).await.expect_err(name);
            assert!(
                error.is_decode() && error.to_string().contains(name),
                "{name}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn a_multi_leg_parent_has_blanks() {
    let blanks = "type order_type position_intent";
    let leg = with(&with(ORDER, &each(blanks, r#""""#)), r#"{"ratio_qty":"1"}"#);
    let blanks = "asset_class asset_id side symbol position_intent";
    for nothing in [r#""""#, "null"] {
        let legs = format!(r#"{{"order_class":"mleg","legs":[{leg},{leg}]}}"#);
        let parent = order(&with(&legs, &each(blanks, nothing))).await;
        assert_eq!(parent.order_class, OrderClass::Mleg);
        assert_eq!((parent.asset_class, parent.asset_id), (None, None));
        assert_eq!((parent.side, parent.position_intent), (None, None));
        assert_eq!(parent.symbol.unwrap_or_default(), "");
        assert_eq!((parent.legs.len(), &parent.legs[0].type_), (2, &None));
        assert_eq!(digits(parent.legs[1].ratio_qty), "1");
    }
}

#[tokio::test]
async fn decimals_are_read_from_numbers_and_texts_to_the_last_digit() {
    let all = "123456789012345.123456789 1.10 1 20078.0 -0.000000010";
    for exact in all.split(' ') {
        for written in [exact.to_owned(), format!("\"{exact}\"")] {
            let order = order(&each("filled_avg_price", &written)).await;
            assert_eq!(digits(order.filled_avg_price), exact, "{written}");
            let account = account(&each("cash bod_dtbp", &written)).await;
            let account = account.expect("an account");
            assert_eq!(digits(account.cash), exact, "{written}");
            let margins = "maintenance_margin_requirement margin_requirement_long";
            let asset = asset(&each(margins, &written)).await;
            #[expect(deprecated, reason = "the service still sends it")]
            let maintenance = asset.maintenance_margin_requirement;
            assert_eq!(digits(maintenance), exact);
            assert_eq!(digits(asset.margin_requirement_long), exact);
        }
    }
}

#[tokio::test]
async fn more_digits_than_can_be_held_are_an_error_that_names_the_field() {
    let long = "1234567890123456789012345.12345";
    for written in [long.to_owned(), format!("\"{long}\"")] {
        let error = account(&each("cash", &written)).await;
        let error = error.expect_err("30 digits");
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.json_path(), Some("cash"));
        assert!(error.to_string().contains("28"), "{error}");

        let leg = with(ORDER, &each("stop_price", &written));
        let body = with(ORDER, &format!(r#"{{"legs":[{ORDER},{leg}]}}"#));
        let error = read_order(&body).await.expect_err("30 digits");
        assert_eq!(error.json_path(), Some("legs[1].stop_price"));
    }
    let most = "1234567890123456789012345.123";
    assert_eq!(digits(order(&each("qty", most)).await.qty), most);
}

#[tokio::test]
async fn one_bad_row_is_reported_beside_the_others() {
    fn check<T>(rows: Rows<T>, bad: &str, field: &str) {
        assert_eq!((rows.len(), rows.total()), (2, 3), "{field}");
        let [row] = rows.undecodable() else {
            panic!("{:?}", rows.undecodable())
        };
        assert_eq!((row.index(), row.json()), (1, bad));
        assert!(row.error().is_decode() && row.error().to_string().contains(field));
        assert_eq!(row.error().undecodable_row(), Some(1));
        assert!(rows.all().is_err());
    }
    let list = |good: &str, bad: &str| {
        let last = good.replace(ID, "00000000-0000-0000-0000-000000000003");
        format!("[{good},{bad},{}]", last.replace("::fill", "::last"))
    };
    let bad = with(ORDER, r#"{"limit_price":"two"}"#).replace(ID, &Uuid::nil().to_string());
    let client = serving("/v2/orders", list(ORDER, &bad));
    let rows = client.orders().list(OrderQuery::open()).collect().await;
    check(rows.unwrap(), &bad, "limit_price");

    let bad = with(POSITION, r#"{"cost_basis":{}}"#);
    let client = serving("/v2/positions", list(POSITION, &bad));
    check(client.positions().list().await.unwrap(), &bad, "cost_basis");

    let bad = with(ASSET, r#"{"tradable":"perhaps"}"#);
    let client = serving("/v2/assets", list(ASSET, &bad));
    let rows = client.assets().list(AssetQuery::new()).await;
    check(rows.unwrap(), &bad, "tradable");

    let bad = with(FILL, r#"{"leaves_qty":"free","id":"20260304::bad"}"#);
    let client = serving("/v2/account/activities", list(FILL, &bad));
    let list = client.activities().list(ActivityQuery::all());
    check(list.collect().await.unwrap(), &bad, "leaves_qty");
}

#[tokio::test]
async fn many_cancellations_have_bodies_of_every_kind() {
    let body = format!(
        r#"[{{"id":"{ID}","status":200}},{{"id":"{ID}","status":200,"body":{ORDER}}},
        {{"id":"{ID}","status":404,"body":{{"code":40410000,"message":"order not found"}}}},
        {{"id":"{ID}","status":"500","body":null}},{{"id":"{ID}","status":200,"body":"what?"}}]"#
    );
    let client = answering("DELETE", "/v2/orders", Reply::json(207, body));
    let all = client.orders().cancel_all().await.expect("a 207");
    let statuses: Vec<_> = all.iter().map(|one| one.status.unwrap()).collect();
    assert_eq!(statuses, [200, 200, 404, 500, 200]);
    assert!(all.iter().all(|one| one.id.unwrap().to_string() == ID));
    assert!(matches!(all[0].result, Ok(None)));
    assert!(matches!(&all[1].result, Ok(Some(order)) if order.client_order_id == "mine"));
    let missing = all[2].result.as_ref().expect_err("404");
    assert!(missing.is_not_found());
    assert_eq!(missing.code().unwrap().number(), Some(40410000));
    assert!(all[3].result.as_ref().expect_err("500").is_server_error());
    assert!(all[4].result.as_ref().expect_err("no order").is_decode());
}

#[tokio::test]
async fn many_closings_have_orders_and_errors() {
    let body = format!(
        r#"[{{"symbol":"AAPL","status":200,"body":{ORDER}}},
        {{"symbol":"SQQQ","status":403,"body":{{"code":40310000,"available":"0",
            "message":"insufficient qty available for order (requested: 1000, available: 0)",
            "existing_qty":"1000","held_for_orders":"1000","symbol":"SQQQ"}}}},
        {{"symbol":"TSLA","status":"422","body":{{"code":42210000,"message":"no market"}}}},
        {{"symbol":"AMD","status":422,"body":{{"code":"closed","message":"no market"}}}}]"#
    );
    let client = answering("DELETE", "/v2/positions", Reply::json(207, body));
    let all = client.positions().close_all(false).await.expect("a 207");
    let symbols: Vec<_> = all.iter().map(|one| one.symbol.as_str()).collect();
    assert_eq!(symbols, ["AAPL", "SQQQ", "TSLA", "AMD"]);
    assert_eq!(all[0].result.as_ref().unwrap().id.to_string(), ID);
    let error = all[1].result.as_ref().expect_err("held");
    assert!(error.is_insufficient_quantity(), "{error}");
    assert_eq!(digits(error.decimal("held_for_orders")), "1000");
    assert_eq!(error.field("symbol").as_deref(), Some("SQQQ"));
    for one in &all[2..] {
        let error = one.result.as_ref().expect_err("422");
        assert_eq!((error.status(), error.message()), (Some(422), "no market"));
    }
}

#[tokio::test]
async fn an_exercise_is_answered_with_and_without_a_body() {
    let path = "/v2/positions/AAPL260116C00100000/exercise";
    let full = Reply::json(200, r#"{"qty_exercised":"2","qty_remaining":0.50}"#);
    let exercise = async |reply: Reply| {
        let positions = answering("POST", path, reply).positions();
        let result = positions.exercise("AAPL260116C00100000").await;
        result.expect("exercised")
    };
    let result = exercise(full).await;
    assert_eq!(digits(result.qty_exercised), "2");
    assert_eq!(digits(result.qty_remaining), "0.50");
    for reply in [Reply::empty(200), Reply::json(200, "{}")] {
        let result = exercise(reply).await;
        assert_eq!((result.qty_exercised, result.qty_remaining), (None, None));
    }
}

#[tokio::test]
async fn activities_are_told_apart_by_their_type() {
    use AccountActivity::{NonTrade, Trade, Unknown};
    let dividend = r#"{"activity_type":"DIV","id":"1::div","date":"2019-08-01","net_amount":1.10}"#;
    let timed = r#"{"activity_type":"CFEE","id":"1::fee","date":"2026-04-14T09:30:00-04:00"}"#;
    // White space is part of what is kept.
    let unknown = r#"{ "activity_type":"SWP",  "id":"1::swp","new":[1.10,{"deep":null}] }"#;
    let body = format!("[{FILL},{dividend},{timed},{unknown}]");
    for path in ["/v2/account/activities", "/v2/account/activities/FILL"] {
        let activities = serving(path, body.clone()).activities();
        let rows = match path.ends_with("FILL") {
            true => activities.list_by_type(ActivityType::Fill, ActivityQuery::all()),
            false => activities.list(ActivityQuery::all()),
        };
        let rows = rows.collect().await.unwrap().all().expect("activities");
        let [
            Trade(fill),
            NonTrade(dividend),
            NonTrade(fee),
            Unknown(sweep),
        ] = &rows[..]
        else {
            panic!("{rows:?}")
        };
        assert_eq!(digits(fill.price), "41.2950");
        assert_eq!(fill.side.as_deref(), Some("sell_short"));
        assert_eq!(dividend.date, Some(DateOrTime::Date(day("2019-08-01"))));
        assert_eq!(digits(dividend.net_amount), "1.10");
        assert_eq!(fee.date.unwrap().to_string(), "2026-04-14T13:30:00Z");
        assert_eq!((sweep.kind(), sweep.json()), ("SWP", unknown));
    }
}

#[tokio::test]
#[allow(deprecated, reason = "the service still answers it")]
async fn announcements_have_words_in_lower_case_and_lack_dates() {
    let names = "target_symbol target_original_cusip declaration_date ex_date";
    for changes in ["{}".to_owned(), each(names, "null")] {
        let body = with(r#"{"id":"7","ca_type":"dividend","cash":"0.10"}"#, &changes);
        let client = serving("/v2/corporate_actions/announcements", format!("[{body}]"));
        let query = AnnouncementQuery::new(["Dividend"], day("2026-01-01"), day("2026-02-01"));
        let rows = client.corporate_actions().list(query).await.unwrap();
        let one = &rows.all().expect("an announcement")[0];
        assert_eq!(one.ca_type.as_ref().unwrap().as_str(), "dividend");
        assert_eq!(&one.target_symbol, &None);
        assert_eq!(one.declaration_date, None);
        assert_eq!(one.ex_date, None);
    }
}

#[tokio::test]
async fn positions_need_no_price_and_assets_no_known_exchange() {
    let prices = "current_price lastday_price change_today market_value \
        unrealized_pl unrealized_plpc unrealized_intraday_pl unrealized_intraday_plpc";
    for changes in ["{}".to_owned(), each(prices, "null")] {
        let client = serving("/v2/positions", format!("[{}]", with(POSITION, &changes)));
        let rows = client.positions().list().await.expect("positions");
        let one = &rows.all().expect("a position")[0];
        assert_eq!(one.current_price, None);
        assert_eq!(one.market_value, None);
        assert_eq!(one.unrealized_pl, None);
        assert_eq!((one.exchange.as_str(), one.asset_marginable), ("", None));
        assert_eq!(digits(one.qty), "-1.0");
        assert_eq!(digits(one.avg_entry_price), "20078.0");
    }
    for exchange in ["ASCX", "FTXU", "CBSE", "GNSS", "ERSX", "CRYPTO", ""] {
        let changes =
            format!(r#"{{"exchange":"{exchange}","status":"halted","attributes":["odd"]}}"#);
        let asset = asset(&changes).await;
        assert_eq!(asset.exchange.as_str(), exchange);
        assert_eq!(asset.status.as_str(), "halted");
        assert_eq!(asset.attributes[0].as_str(), "odd");
    }
    assert!(asset(r#"{"attributes":null}"#).await.attributes.is_empty());
}

#[tokio::test]
async fn accounts_have_more_and_less_than_is_listed() {
    let paused = account(
        r#"{"status":"DISABLED","pattern_day_trader":false,"daytrade_count":0,
        "daytrading_buying_power":"0","admin_configurations":{},"user_configurations":null}"#,
    );
    let paused = paused.await.expect("an account");
    assert_eq!(paused.status.as_str(), "DISABLED");
    assert_eq!(paused.cash, None);
    assert_eq!(paused.created_at, None);
    let body = r#"{"dtbp_check":"entry","pdt_check":"both","no_shorting":false}"#;
    let client = serving("/v2/account/configurations", body);
    let settings = client.account().configurations().await.expect("settings");
    assert_eq!(settings.no_shorting, Some(false));
}

#[tokio::test]
async fn a_history_has_holes() {
    let body = r#"{"timestamp":[1767623400,1767627000],"equity":[null,100000.10],"profit_loss":[null,"0"],
        "profit_loss_pct":[null,0.0],"base_value":null,"base_value_asof":"0000-00-00","timeframe":"1H"}"#;
    let empty = r#"{"timestamp":null,"equity":[],"profit_loss":null,"profit_loss_pct":[],"timeframe":"1D"}"#;
    let read = async |body: &str| {
        let account = serving("/v2/account/portfolio/history", body).account();
        let history = account.portfolio_history(PortfolioHistoryQuery::new());
        history.await.expect("a history")
    };
    let history = read(body).await;
    assert_eq!((history.base_value, history.base_value_asof), (None, None));
    let points: Vec<_> = history.points().collect();
    assert_eq!((points[0].equity, points[0].profit_loss_pct), (None, None));
    assert_eq!(digits(points[1].equity), "100000.10");
    assert_eq!(read(empty).await.points().count(), 0);
}

#[tokio::test]
async fn arrays_that_are_null_are_empty_and_times_of_day_have_two_forms() {
    for body in [r#"{"option_contracts":null,"next_page_token":null}"#, "{}"] {
        let contracts = serving("/v2/options/contracts", body).option_contracts();
        let contracts = contracts.list(OptionContractQuery::of("AAPL"));
        assert_eq!(contracts.collect().await.expect("none").total(), 0);
    }
    let locates = serving("/v1/locates", r#"{"locates":null}"#).locates();
    let locates = locates.list(LocateQuery::new()).collect().await;
    assert_eq!(locates.expect("none").total(), 0);
    let clock = serving("/v3/clock", r#"{"clocks":null}"#).clock();
    let clocks = clock.markets(MarketClockQuery::new()).await;
    assert_eq!(clocks.expect("none"), vec![]);
    let body = r#"{"market":{"acronym":"NYSE","name":"NYSE","timezone":"x"},"calendar":null}"#;
    let calendar = serving("/v3/calendar/*", body).calendar();
    let days = calendar.market(Market::Nyse, MarketCalendarQuery::new());
    assert_eq!(days.await.expect("none").calendar, vec![]);

    let old = r#"{"date":"2019-11-29","open":"09:30","close":"13:00"}"#;
    let new = with(old, r#"{"session_open":"0400","settlement_date":""}"#);
    let calendar = serving("/v2/calendar", format!("[{old},{new}]")).calendar();
    let days = calendar.list(CalendarQuery::new()).await.expect("days");
    let time = |text: &str| Some(text.parse().expect("a time"));
    assert_eq!(days[0].opens(), time("09:30:00"));
    assert_eq!(days[0].session_opens(), None);
    assert_eq!(days[1].session_opens(), time("04:00:00"));
    assert_eq!(days[1].closes(), time("13:00:00"));
}

#[tokio::test]
async fn option_contracts_lack_prices_and_programs() {
    for (changes, inside) in [
        ("{}", None),
        (
            r#"{"close_price":null,"close_price_date":null,"ppind":true}"#,
            Some(true),
        ),
    ] {
        let body = format!(r#"{{"option_contracts":[{}]}}"#, with(CONTRACT, changes));
        let list = serving("/v2/options/contracts", body).option_contracts();
        let list = list.list(OptionContractQuery::of("AAPL"));
        let contract = &list.collect().await.unwrap().all().expect("a contract")[0];
        assert_eq!(contract.close_price, None);
        assert_eq!(contract.close_price_date, None);
        assert_eq!(digits(contract.strike_price), "100.50");
        assert_eq!(contract.ppind, inside);
    }
}

#[tokio::test]
async fn one_wallet_many_and_none_are_lists() {
    let one = r#"{"chain":"ETH","address":"0x1","created_at":"2026-01-05T14:30:00Z"}"#;
    let many = format!("[{one},{one}]");
    for (body, count) in [(one, 1), (&many, 2), ("[]", 0), ("null", 0)] {
        let client = serving("/v2/wallets", body);
        assert_eq!(client.wallets().list().await.expect(body).len(), count);
        let transfers = serving("/v2/wallets/transfers", body).crypto_transfers();
        assert_eq!(transfers.list().await.expect(body).len(), count);
        let addresses = serving("/v2/wallets/whitelists", body).whitelisted_addresses();
        assert_eq!(addresses.list().await.expect(body).len(), count);
    }
}

#[tokio::test]
async fn refusals_are_told_whatever_they_look_like() {
    let refused = async |status, reply: Reply| {
        let error = answering("GET", "/v2/account", reply).account().get().await;
        let error = error.expect_err("refused");
        assert_eq!(error.status(), Some(status), "{error}");
        error
    };
    for (status, written, code) in [
        (401, "40110000", "40110000"),
        (422, "40010001", "40010001"),
        (403, "null", ""),
        (422, "\"easy_to_borrow\"", "easy_to_borrow"),
        (403, "\"40310000\"", "40310000"),
    ] {
        let body = format!(r#"{{"code":{written},"message":"no"}}"#);
        let error = refused(status, Reply::json(status, &*body)).await;
        assert_eq!(error.code().map_or("", |code| code.text()), code, "{body}");
        assert_eq!((error.message(), error.body()), ("no", body.as_bytes()));
    }
    let error = refused(403, Reply::json(403, r#"{"message":"forbidden."}"#)).await;
    assert!(error.is_unauthorized() && error.code().is_none(), "{error}");
    let body = r#"{"code":40310000,"message":"insufficient buying power","buying_power":"12.340",
        "cost_basis":413.00,"open_orders":4,"max_dtbp_used":"0"}"#;
    let error = refused(403, Reply::json(403, body)).await;
    assert!(error.is_insufficient_buying_power());
    assert_eq!(digits(error.decimal("buying_power")), "12.340");
    assert_eq!(digits(error.decimal("cost_basis")), "413.00");
    assert_eq!(error.field("open_orders").as_deref(), Some("4"));
    // The same code with another message has another cause.
    let other = body.replace("insufficient buying power", "nothing is changed");
    let error = refused(403, Reply::json(403, other)).await;
    assert!(!error.is_insufficient_buying_power(), "{error}");
    for reply in [Reply::html(403), Reply::empty(403)] {
        let error = refused(403, reply).await;
        assert!(error.code().is_none() && !error.is_unauthorized());
    }
}
