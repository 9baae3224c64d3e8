//! The book takes, finds, lists and cancels orders, and closes positions.

use alpaca_trading_gen::types::{Order, Position};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tests::service::{Book, Rules, Service, opening};

use super::{call, delete, get, market, post};

async fn started(rules: Rules) -> (Book, Service) {
    let book = Book::with_rules(rules);
    let service = Service::start(book.handler()).await;
    (book, service)
}

/// So many shares, for tests.
fn shares(count: i64) -> Decimal {
    Decimal::from(count)
}

#[tokio::test]
async fn an_order_is_accepted_once_under_its_name() {
    let (book, service) = started(Rules::default()).await;
    let first = post(&service, "/v2/orders", &market("mine")).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.body["status"], "accepted");
    assert_eq!(first.body["submitted_at"], "2026-01-05T14:30:00Z");
    assert_eq!(first.header("date"), Some("Mon, 05 Jan 2026 14:30:00 GMT"));
    assert!(first.header("x-request-id").is_some());
    serde_json::from_value::<Order>(first.body.clone()).expect("an order");

    let again = post(&service, "/v2/orders", &market("mine")).await;
    assert_eq!(again.status, 422);
    let refusal = json!({"code": 40_010_001, "message": "client_order_id must be unique"});
    assert_eq!(again.body, refusal);
    // The name stays taken when the order is gone.
    let one = format!("/v2/orders/{}", first.id());
    assert_eq!(delete(&service, &one).await.status, 204);
    assert_eq!(
        post(&service, "/v2/orders", &market("mine")).await.status,
        422
    );
    assert_eq!(book.accepted_by_client_id("mine"), 1);
    assert_eq!(book.attempts_by_client_id("mine"), 3);
    assert_eq!((book.accepted(), book.orders().len()), (1, 1));

    // Without a name each is an order of its own, a millisecond after the last.
    let mut nameless = market("");
    nameless.as_object_mut().unwrap().remove("client_order_id");
    let (one, two) = (
        post(&service, "/v2/orders", &nameless).await,
        post(&service, "/v2/orders", &nameless).await,
    );
    assert_ne!(one.body["client_order_id"], two.body["client_order_id"]);
    assert_eq!(two.body["submitted_at"], "2026-01-05T14:30:00.002Z");
    assert_eq!(book.accepted(), 3);
}

#[tokio::test]
async fn what_is_no_order_is_refused() {
    let (book, service) = started(Rules::default()).await;
    for (body, status, code, message) in [
        (json!([]), 400, 40_010_000, "failed to decode request body"),
        (
            json!({"symbol": "A", "side": "buy"}),
            422,
            40_010_001,
            "qty or notional is required",
        ),
        (
            market(&"x".repeat(129)),
            422,
            40_010_001,
            "client_order_id must be no more than 128 characters",
        ),
    ] {
        let answer = post(&service, "/v2/orders", &body).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.body, json!({"code": code, "message": message}));
    }
    assert_eq!(book.accepted(), 0);
    assert_eq!(get(&service, "/v2/nothing").await.status, 404);
}

#[tokio::test]
async fn the_rules_can_be_bent() {
    let (book, service) = started(Rules {
        unique_client_ids: false,
        blind_lookups: 2,
        routed_at_once: false,
        ..Rules::default()
    })
    .await;
    let order = post(&service, "/v2/orders", &market("mine")).await;
    assert_eq!(
        post(&service, "/v2/orders", &market("mine")).await.status,
        200
    );
    assert_eq!(book.accepted_by_client_id("mine"), 2);
    let lookup = "/v2/orders:by_client_order_id?client_order_id=mine";
    for status in [404, 404, 200] {
        assert_eq!(get(&service, lookup).await.status, status);
    }
    let one = get(&service, &format!("/v2/orders/{}", order.id())).await;
    assert_eq!(one.body["status"], "accepted");

    let (_book, service) = started(Rules {
        duplicate_code: 42_210_000,
        ..Rules::default()
    })
    .await;
    post(&service, "/v2/orders", &market("mine")).await;
    let again = post(&service, "/v2/orders", &market("mine")).await;
    assert_eq!(again.body["code"], 42_210_000);
}

#[tokio::test]
async fn orders_are_found_by_either_name() {
    let (_book, service) = started(Rules::default()).await;
    let id = post(&service, "/v2/orders", &market("ü/ 1")).await.id();
    let found = get(
        &service,
        "/v2/orders:by_client_order_id?client_order_id=%C3%BC%2F+1",
    )
    .await;
    assert_eq!((found.status.as_u16(), found.id()), (200, id.clone()));
    assert_eq!(found.body["status"], "new");
    assert_eq!(get(&service, &format!("/v2/orders/{id}")).await.id(), id);

    for target in [
        "/v2/orders:by_client_order_id?client_order_id=X",
        "/v2/orders/X",
    ] {
        let missing = get(&service, target).await;
        assert_eq!(missing.status, 404);
        let refusal = json!({"code": 40_410_000, "message": "order not found for X"});
        assert_eq!(missing.body, refusal);
    }
}

#[tokio::test]
async fn orders_are_listed() {
    let (book, service) = started(Rules::default()).await;
    let mut ids = Vec::new();
    for number in 0..60 {
        ids.push(
            post(&service, "/v2/orders", &market(&number.to_string()))
                .await
                .id(),
        );
    }
    book.fill(&ids[0], shares(10), Decimal::new(18_750, 2));
    let newest: Vec<_> = ids.iter().rev().take(50).map(String::as_str).collect();
    assert_eq!(get(&service, "/v2/orders").await.all("id"), newest);
    assert_eq!(
        get(&service, "/v2/orders?status=closed").await.all("id"),
        [&ids[0]]
    );
    let window = "status=all&after=2026-01-05T14:30:00.001Z&until=2026-01-05T14:30:00.004Z";
    let page = get(&service, &format!("/v2/orders?{window}&direction=asc")).await;
    assert_eq!(page.all("id"), [&ids[2], &ids[3]]);
    let before = format!("/v2/orders?status=all&before_order_id={}", ids[2]);
    assert_eq!(get(&service, &before).await.all("id"), [&ids[1], &ids[0]]);
    let refused = get(&service, &format!("{before}&until=2026-01-06")).await;
    assert_eq!(refused.status, 422);
}

#[tokio::test]
async fn legs_are_listed_in_their_parent_or_beside_it() {
    let (book, service) = started(Rules::default()).await;
    let mut order = market("group");
    order["order_class"] = json!("bracket");
    order["take_profit"] = json!({"limit_price": "200"});
    order["stop_loss"] = json!({"stop_price": "150"});
    let parent = post(&service, "/v2/orders", &order).await;
    assert_eq!(parent.body["legs"].as_array().unwrap().len(), 2);
    serde_json::from_value::<Order>(parent.body.clone()).expect("an order");
    assert_eq!((book.accepted(), book.orders().len()), (1, 3));
    assert_eq!(get(&service, "/v2/orders").await.all("id").len(), 3);
    let nested = get(&service, "/v2/orders?nested=true").await;
    assert_eq!(nested.all("id"), [parent.id()]);
    assert_eq!(nested.body[0]["legs"][0]["status"], "held");

    book.fill(&parent.id(), shares(10), shares(180));
    let statuses: Vec<_> = book
        .orders()
        .into_iter()
        .map(|order| order.status)
        .collect();
    assert_eq!(statuses, ["filled", "new", "held"]);
    let target = &book.orders()[1].id;
    delete(&service, &format!("/v2/orders/{target}")).await;
    let statuses: Vec<_> = book
        .orders()
        .into_iter()
        .map(|order| order.status)
        .collect();
    assert_eq!(statuses, ["filled", "canceled", "canceled"]);
}

#[tokio::test]
async fn orders_are_cancelled_while_they_can_be() {
    let (book, service) = started(Rules::default()).await;
    let id = post(&service, "/v2/orders", &market("a")).await.id();
    let one = format!("/v2/orders/{id}");
    let answer = delete(&service, &one).await;
    assert_eq!((answer.status.as_u16(), answer.body), (204, Value::Null));
    assert_eq!(get(&service, &one).await.body["status"], "canceled");
    // Once more is no mistake.
    assert_eq!(delete(&service, &one).await.status, 204);
    assert_eq!(delete(&service, "/v2/orders/X").await.status, 404);
    for (status, message) in [
        ("filled", "order is already in \"filled\" state"),
        ("pending_replace", "original order pending replacement"),
    ] {
        book.set_status(&id, status);
        let refused = delete(&service, &one).await;
        assert_eq!(refused.status, 422);
        assert_eq!(
            refused.body,
            json!({"code": 42_210_000, "message": message})
        );
    }

    let open = post(&service, "/v2/orders", &market("b")).await.id();
    let all = delete(&service, "/v2/orders").await;
    assert_eq!(all.status, 207);
    let refusal = json!({"code": 42_210_000, "message": "original order pending replacement"});
    let rows = json!([{"id": id, "status": 422, "body": refusal}, {"id": open, "status": 200}]);
    assert_eq!(all.body, rows);
    book.set_status(&id, "expired");
    assert_eq!(delete(&service, "/v2/orders").await.body, json!([]));
}

#[tokio::test]
async fn closing_a_position_places_an_order_each_time() {
    let (book, service) = started(Rules::default()).await;
    book.set_position("AAPL", shares(100), shares(180));
    let half = "/v2/positions/AAPL?percentage=50";
    let first = delete(&service, half).await;
    assert_eq!(first.status, 200);
    serde_json::from_value::<Order>(first.body.clone()).expect("an order");
    let placed = ["side", "type", "qty", "time_in_force", "position_intent"];
    let placed = placed.map(|member| first.body[member].as_str().unwrap());
    assert_eq!(placed, ["sell", "market", "50", "day", "sell_to_close"]);
    // The same again sells the other half: this is why a client must not simply repeat it.
    assert_eq!(delete(&service, half).await.status, 200);
    assert_eq!(book.accepted(), 2);
    let third = delete(&service, half).await;
    assert_eq!(third.status, 403);
    assert_eq!(
        third.body["message"],
        "insufficient qty available for order (requested: 50, available: 0)"
    );
    let held = get(&service, "/v2/positions/AAPL").await;
    assert_eq!(
        (&held.body["qty"], &held.body["qty_available"]),
        (&json!("100"), &json!("0"))
    );

    for order in book.orders() {
        book.fill(&order.id, shares(50), shares(190));
    }
    let gone = delete(&service, "/v2/positions/AAPL").await;
    let refusal = json!({"code": 40_410_000, "message": "position does not exist"});
    assert_eq!((gone.status.as_u16(), gone.body), (404, refusal));
}

#[tokio::test]
async fn positions_are_listed_and_all_closed() {
    let (book, service) = started(Rules::default()).await;
    book.set_position("BTC/USD", Decimal::new(15, 1), shares(60_000));
    book.set_position("SPY", shares(-24), Decimal::new(8_269, 2));
    let list = get(&service, "/v2/positions").await;
    assert_eq!(list.all("symbol"), ["BTCUSD", "SPY"]);
    assert_eq!(list.all("side"), ["long", "short"]);
    assert_eq!(list.body[1]["market_value"], "-1984.56");
    serde_json::from_value::<Vec<Position>>(list.body.clone()).expect("positions");

    // By the pair, by its plain name and by the asset.
    let asset = list.body[0]["asset_id"].as_str().unwrap();
    for name in ["BTC%2FUSD", "BTCUSD", asset] {
        let target = format!("/v2/positions/{name}?qty=0.1");
        let answer = delete(&service, &target).await;
        assert_eq!(answer.body["time_in_force"], "gtc", "{name}");
    }
    for query in ["qty=1&percentage=1", "percentage=101", "qty=0", "qty=x"] {
        let target = format!("/v2/positions/SPY?{query}");
        assert_eq!(delete(&service, &target).await.status, 422, "{query}");
    }
    let all = delete(&service, "/v2/positions").await;
    assert_eq!(all.status, 207);
    let row = |place: usize| (&all.body[place]["status"], &all.body[place]["body"]);
    assert_eq!(*row(0).0, 403);
    assert_eq!(row(0).1["available"], "1.2");
    assert_eq!((row(1).0, &row(1).1["side"]), (&json!(200), &json!("buy")));
    let all = delete(&service, "/v2/positions?cancel_orders=true").await;
    assert!(
        all.body
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["status"] == 200)
    );
}

#[tokio::test]
async fn the_clock_is_the_tests() {
    let (book, service) = started(Rules::default()).await;
    let later = opening() + chrono::TimeDelta::days(1);
    book.set_now(later);
    let order = post(&service, "/v2/orders", &market("a")).await;
    assert_eq!(order.body["submitted_at"], "2026-01-06T14:30:00Z");
    assert_eq!(order.header("date"), Some("Tue, 06 Jan 2026 14:30:00 GMT"));
    assert_eq!(book.now(), later + chrono::TimeDelta::milliseconds(1));
}

#[tokio::test]
async fn two_runs_agree_to_the_byte() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (book, service) = started(Rules::default()).await;
        post(&service, "/v2/orders", &market("a")).await;
        let list = call(
            &service,
            alpaca_trading_gen::reqwest::Method::GET,
            "/v2/orders",
            None,
        );
        runs.push((list.await.body, book.orders()));
    }
    assert_eq!(runs[0], runs[1]);
}
