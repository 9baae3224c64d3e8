//! Every error tells where it happened: the environment, and the operation as far as there is one.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::time::Duration;

use alpaca_trading::orders::{Condition, OrderQuery, OrderRequest, Quantity, Unresolved};
use alpaca_trading::resources::activities::ActivityQuery;
use alpaca_trading::resources::locates::LocateQuery;
use alpaca_trading::resources::option_contracts::OptionContractQuery;
use alpaca_trading::resources::vasps::VaspQuery;
use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Client, Environment, Error, ErrorKind, Outcome, Side, Uuid};
use serde_json::{Value, json};

const BY_CLIENT_ID: &str = "/v2/orders:by_client_order_id";
const ORDER: &str = "61e69015-8549-4bfd-b9c3-01e75843f47d";

/// A client of the scripted service.
fn client(script: &Script) -> Client {
    let builder = script.attach(Client::builder().seed(7));
    builder.build().expect("a client")
}

/// The error tells this operation and the environment, also to a reader.
#[track_caller]
fn assert_placed(error: &Error, kind: ErrorKind, operation: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.environment(), Some(&Environment::Paper), "{error}");
    assert_eq!(error.operation().as_deref(), Some(operation), "{error}");
    let text = error.to_string();
    assert!(text.contains("paper"), "{text}");
}

fn order(id: u32, changes: Value) -> Value {
    let mut order = json!({
        "id": Uuid::from_u128(id.into()), "client_order_id": format!("by-another-{id}"),
        "status": "new", "order_class": "", "created_at": "2026-01-05T14:30:00Z",
        "submitted_at": "2026-01-05T14:30:00Z", "symbol": "AAPL", "side": "buy", "type": "market",
        "qty": "1", "time_in_force": "day",
    });
    let changes = changes.as_object().expect("changes").clone();
    order.as_object_mut().expect("an order").extend(changes);
    order
}

#[tokio::test(start_paused = true)]
async fn requests_that_break_a_rule() {
    let script = Script::new();
    let client = client(&script);
    let mut errors = vec![
        (
            client.assets().get("..").await.err(),
            "GET /v2/assets/{symbol_or_asset_id}",
        ),
        (client.wallets().get("").await.err(), "GET /v2/wallets"),
        (
            client.watchlists().create("", ["AAPL"]).await.err(),
            "POST /v2/watchlists",
        ),
        (
            client.orders().get_by_client_order_id("").await.err(),
            "GET /v2/orders:by_client_order_id",
        ),
        (
            client.positions().close("..").await.err(),
            "DELETE /v2/positions/{symbol_or_asset_id}",
        ),
    ];
    let query = OrderQuery::all().page_size(0);
    errors.push((
        client.orders().list(query).next().await.err(),
        "GET /v2/orders",
    ));
    let query = VaspQuery::new().page_size(0);
    let found = client.vasps().search(query).next().await;
    let vasps = Error::operation(found.as_ref().expect_err("no rows")).expect("an operation");
    errors.push((found.err(), &vasps));
    let query = LocateQuery::new().symbol("..");
    errors.push((
        client.locates().list(query).next().await.err(),
        "GET /v1/locates",
    ));
    let query = OptionContractQuery::new().page_size(0);
    let contracts = client.option_contracts().list(query);
    errors.push((contracts.collect().await.err(), "GET /v2/options/contracts"));
    let query = ActivityQuery::all().page_size(0);
    let activities = client.activities().list(query).next().await;
    errors.push((activities.err(), "GET /v2/account/activities"));
    let request = OrderRequest::market("", Side::Buy, Quantity::shares(1));
    errors.push((
        client.orders().submit(request).await.err(),
        "POST /v2/orders",
    ));
    for (error, operation) in errors {
        let error = error.unwrap_or_else(|| panic!("{operation} was sent"));
        assert_placed(&error, ErrorKind::Invalid, operation);
    }
    assert_eq!(script.requests(), []);
}

#[tokio::test(start_paused = true)]
async fn lists_that_lead_nowhere() {
    // Activities without an id, behind which no page begins.
    let nameless = json!([{"activity_type": "FEE"}, {"activity_type": "FEE"}]).to_string();
    let script = Script::new().on(
        "GET",
        "/v2/account/activities",
        [Reply::json(200, nameless)],
    );
    let query = ActivityQuery::all().page_size(2);
    let found = client(&script).activities().list(query).collect().await;
    let error = found.expect_err("no way on");
    assert_placed(&error, ErrorKind::Pagination, "GET /v2/account/activities");

    // A token that comes again.
    let page = json!({"option_contracts": [], "next_page_token": "again"}).to_string();
    let script = Script::new().on("GET", "/v2/options/contracts", [Reply::json(200, page)]);
    let query = OptionContractQuery::new();
    let found = client(&script)
        .option_contracts()
        .list(query)
        .collect()
        .await;
    let error = found.expect_err("a circle");
    assert_placed(&error, ErrorKind::Pagination, "GET /v2/options/contracts");

    // The same full page again and again.
    let page = json!([order(1, json!({})), order(2, json!({}))]).to_string();
    let script = Script::new().on("GET", "/v2/orders", [Reply::json(200, page)]);
    let query = OrderQuery::all().page_size(2);
    let found = client(&script).orders().list(query).collect().await;
    let error = found.expect_err("a circle");
    assert_placed(&error, ErrorKind::Pagination, "GET /v2/orders");

    // Another page than the one that was asked for.
    let page = json!({"vasps": [], "page": 7, "pages": 9}).to_string();
    let script = Script::new();
    let searching = client(&script);
    // Its path, by a request that the script does not answer.
    let lost = searching.vasps().search(VaspQuery::new()).next().await;
    let lost = lost.expect_err("no reply");
    script.add("GET", &script.requests()[0].path, [Reply::json(200, page)]);
    let found = searching.vasps().search(VaspQuery::new()).next().await;
    let error = found.expect_err("another page");
    let operation = lost.operation().expect("an operation");
    assert_placed(&error, ErrorKind::Pagination, &operation);
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_about_something_else() {
    let wallets = json!([{"chain": "ETH"}, {"chain": "SOL"}]).to_string();
    let script = Script::new().on("GET", "/v2/wallets", [Reply::json(200, wallets)]);
    let error = client(&script).wallets().get("USDC").await;
    assert_placed(
        &error.expect_err("two wallets"),
        ErrorKind::Decode,
        "GET /v2/wallets",
    );

    // A submission whose answer is another order, as the look-up is.
    let another = || Reply::json(200, order(1, json!({})).to_string());
    let script =
        Script::new()
            .on("POST", "/v2/orders", [another()])
            .on("GET", BY_CLIENT_ID, [another()]);
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    let error = client(&script).orders().submit(request).await;
    assert_placed(
        &error.expect_err("unknown"),
        ErrorKind::Unresolved,
        "POST /v2/orders",
    );

    // Waiting for an order that is canceled.
    let canceled = order(1, json!({"id": ORDER, "status": "canceled"})).to_string();
    let path = format!("/v2/orders/{ORDER}");
    let script = Script::new().on("GET", &path, [Reply::json(200, canceled)]);
    let id = Uuid::parse_str(ORDER).expect("an id");
    let waited = client(&script)
        .orders()
        .wait_for(id, Condition::Filled, Duration::from_secs(1))
        .await;
    assert_placed(
        &waited.expect_err("canceled"),
        ErrorKind::Unreachable,
        "GET /v2/orders/{order_id}",
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_not_settled_can_be_asked_again() {
    let mine = Unresolved::submission("mine");
    let operation = "GET /v2/orders:by_client_order_id";
    for (reply, kind) in [
        (
            Reply::json(200, order(1, json!({})).to_string()),
            ErrorKind::Decode,
        ),
        (Reply::html(404), ErrorKind::Answer),
        (Reply::json(403, "{}"), ErrorKind::Answer),
        (Reply::refused(), ErrorKind::Connect),
    ] {
        let script = Script::new().on("GET", BY_CLIENT_ID, [reply]);
        let orders = client(&script).orders();
        for error in [orders.resolve(&mine).await, orders.settle(&mine).await] {
            let error = error.expect_err("no clear answer");
            assert_placed(&error, kind, operation);
            assert_eq!(error.unresolved(), Some(&mine), "{error}");
            // A look that was refused says nothing of the order.
            assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
        }
    }

    // The closing of a position, which several orders could be.
    let now = chrono::Utc::now();
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let row = |id| {
        order(
            id,
            json!({"side": "sell", "submitted_at": now, "created_at": now}),
        )
    };
    let rows = json!([row(1), row(2)]).to_string();
    let script = Script::new()
        .on("DELETE", "/v2/positions/AAPL", [Reply::reset()])
        .on(
            "GET",
            "/v2/orders",
            [Reply::json(200, rows).header("date", &date)],
        );
    let client = client(&script);
    let error = client.positions().close("AAPL").await.expect_err("several");
    assert_placed(
        &error,
        ErrorKind::Unresolved,
        "DELETE /v2/positions/{symbol_or_asset_id}",
    );
    let unresolved = error.unresolved().expect("what to ask for");
    let orders = client.orders();
    for again in [
        orders.resolve(unresolved).await,
        orders.settle(unresolved).await,
    ] {
        let again = again.expect_err("several");
        assert_placed(&again, ErrorKind::Unresolved, "GET /v2/orders");
        assert_eq!(again.unresolved(), Some(unresolved));
    }
}

#[tokio::test(start_paused = true)]
async fn calls_of_the_generated_client() {
    let script = Script::new()
        .on("GET", "/v2/account", [Reply::json(200, "[]")])
        .on("GET", "/v2/clock", [Reply::json(403, "{}")])
        .on("GET", "/v2/positions", [Reply::refused()]);
    let client = client(&script);
    let raw = client.raw();
    // A request without what it must have is not sent.
    let unsent = raw.get_asset().send().await.expect_err("no symbol");
    let undecodable = raw.get_account().send().await.expect_err("no account");
    let refused = raw.get_clock().send().await.expect_err("no clock");
    let lost = raw.list_positions().send().await.expect_err("nobody there");
    for (error, kind) in [
        (unsent, ErrorKind::Invalid),
        (undecodable, ErrorKind::Decode),
        (refused, ErrorKind::Answer),
        (lost, ErrorKind::Connect),
    ] {
        let error = client.error(error).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.environment(), Some(&Environment::Paper), "{error}");
    }
}
