//! Positions: listing, closing, exercising.

use alpaca_trading::test_util::{Reply as Scripted, Script};
use alpaca_trading::{ErrorKind, Outcome, Uuid, dec};
use tests::instances::{Generator, Mode};
use tests::loopback::Reply;

use crate::{ORDER, answering, no_symbols, order, refused, sent};

fn position(symbol: &str) -> serde_json::Value {
    let mut position = Generator::new(&tests::spec(), 3).instance("Position", Mode::Full);
    position["symbol"] = symbol.into();
    position["qty"] = "-24.10".into();
    position
}

#[tokio::test]
async fn positions_are_listed_and_a_bad_one_hides_no_other() {
    let mut bad = position("BAD");
    bad["qty"] = serde_json::json!({});
    let body = serde_json::json!([position("AAPL"), bad, position("BTCUSD")]).to_string();
    let (server, client) = answering(Reply::json(200, body)).await;
    let positions = client.positions().list().await.unwrap();
    assert_eq!(sent(&server), ["GET /v2/positions"]);
    let symbols: Vec<_> = positions
        .iter()
        .map(|position| position.symbol.as_str())
        .collect();
    assert_eq!(symbols, ["AAPL", "BTCUSD"]);
    assert_eq!(positions[0].qty, dec!(-24.10));
    assert_eq!(positions.undecodable()[0].index(), 1);
    assert!(positions.undecodable()[0].json().contains("BAD"));
}

#[tokio::test]
async fn a_position_is_asked_for_in_the_form_that_positions_have() {
    let (server, client) = answering(Reply::json(200, position("BTCUSD").to_string())).await;
    let positions = client.positions();
    positions.get("BTC/USD").await.unwrap();
    positions.get("BRK.B").await.unwrap();
    positions.get(ORDER.parse::<Uuid>().unwrap()).await.unwrap();
    assert_eq!(
        sent(&server),
        [
            "GET /v2/positions/BTCUSD".to_owned(),
            "GET /v2/positions/BRK.B".to_owned(),
            format!("GET /v2/positions/{ORDER}"),
        ]
    );
    let (_server, client) = answering(Reply::json(
        404,
        r#"{"code":40410000,"message":"position does not exist"}"#,
    ))
    .await;
    assert!(
        client
            .positions()
            .get("AAPL")
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn nothing_is_sent_for_what_is_no_symbol() {
    let (server, client) = answering(Reply::json(200, order("accepted"))).await;
    for text in no_symbols() {
        refused(client.positions().get(&text).await, "symbol-form");
        refused(client.positions().exercise(&text).await, "symbol-form");
        refused(
            client.positions().do_not_exercise(&text).await,
            "symbol-form",
        );
        assert_eq!(
            client.positions().close(&text).await.unwrap_err().kind(),
            ErrorKind::Invalid
        );
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_position_is_closed_in_whole_or_in_part() {
    let (server, client) = answering(Reply::json(200, order("accepted"))).await;
    let positions = client.positions();
    positions.close("BTC/USD").await.unwrap();
    positions.close("AAPL").quantity(dec!(2.50)).await.unwrap();
    positions.close("AAPL").percentage(50).await.unwrap();
    assert_eq!(
        sent(&server),
        [
            "DELETE /v2/positions/BTCUSD",
            "DELETE /v2/positions/AAPL?qty=2.50",
            "DELETE /v2/positions/AAPL?percentage=50",
        ]
    );
    let rule = |error: alpaca_trading::Error| error.violations()[0].rule();
    let nothing = positions.close("AAPL").quantity(0).await.unwrap_err();
    assert_eq!(rule(nothing), "positive");
    let too_much = positions.close("AAPL").percentage(101).await.unwrap_err();
    assert_eq!(rule(too_much), "percentage");
    let both = positions
        .close("AAPL")
        .quantity(1)
        .percentage(1)
        .await
        .unwrap_err();
    assert_eq!(rule(both), "quantity-or-percentage");
    assert!(server.take().is_empty());
}

#[tokio::test]
async fn each_position_has_an_outcome_of_its_own() {
    let insufficient = r#"{"code":40310000,"message":"insufficient qty available for order (requested: 1, available: 0)",
        "available":"0","existing_qty":"1","held_for_orders":"1","symbol":"SQQQ"}"#;
    let body = format!(
        r#"[{{"symbol":"SQQQ","status":403,"body":{insufficient}}},
            {{"symbol":"AAPL","status":200,"body":{}}},
            {{"symbol":"NEW","status":200,"body":{{"something":"else"}}}},
            {{"symbol":"BAD","status":200,"body":{{"id":"x","qty":[1.10]}}}},
            {{"symbol":"MSFT","status":"200","body":{}}},
            {{"symbol":"NONE","status":200}},
            {{"symbol":"DOWN","status":500,"body":{{"message":"internal server error occurred"}}}}]"#,
        order("accepted"),
        order("pending_new"),
    );
    let (server, client) = answering(Reply::json(207, body)).await;
    let outcomes = client.positions().close_all(true).await.unwrap();
    assert_eq!(sent(&server), ["DELETE /v2/positions?cancel_orders=true"]);
    let symbols: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.symbol.as_str())
        .collect();
    assert_eq!(
        symbols,
        ["SQQQ", "AAPL", "NEW", "BAD", "MSFT", "NONE", "DOWN"]
    );
    let error = |index: usize| outcomes[index].result.as_ref().unwrap_err();
    assert!(error(0).is_insufficient_quantity());
    assert_eq!(error(0).outcome(), Outcome::Rejected);
    assert_eq!(error(0).decimal("held_for_orders"), Some(dec!(1)));
    assert_eq!(outcomes[1].result.as_ref().unwrap().qty, Some(dec!(2.50)));
    assert_eq!(error(2).body(), br#"{"something":"else"}"#);
    assert_eq!(error(3).body(), br#"{"id":"x","qty":[1.10]}"#);
    assert!(outcomes[4].result.is_ok());
    assert_eq!(outcomes[4].status, Some(200));
    for index in [2, 3, 5] {
        assert!(error(index).is_decode(), "{index}");
        assert_eq!(error(index).outcome(), Outcome::Unknown, "{index}");
    }
    assert_eq!(
        (error(6).status(), error(6).outcome()),
        (Some(500), Outcome::Unknown)
    );

    let (server, client) = answering(Reply::json(207, "[]")).await;
    assert!(
        client
            .positions()
            .close_all(false)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(sent(&server), ["DELETE /v2/positions?cancel_orders=false"]);
}

#[tokio::test(start_paused = true)]
async fn acts_in_doubt_are_not_repeated() {
    let exercise = "/v2/positions/AAPL260116C00100000/exercise";
    let leave = "/v2/positions/AAPL260116C00100000/do-not-exercise";
    for reply in [
        Scripted::reset(),
        Scripted::hangs(),
        Scripted::html(504),
        Scripted::json(207, r#"[{"symbol""#),
    ] {
        let script = Script::new()
            .on("DELETE", "/v2/positions", [reply.clone()])
            .on("POST", exercise, [reply.clone()])
            .on("POST", leave, [reply.clone()]);
        let client = script.client().expect("a client");
        let error = client.positions().close_all(false).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{reply:?}");
        let error = client
            .positions()
            .exercise("AAPL260116C00100000")
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{reply:?}");
        let left = client
            .positions()
            .do_not_exercise("AAPL260116C00100000")
            .await;
        assert!(left.is_ok() || left.is_err_and(|error| error.outcome() == Outcome::Unknown));
        assert_eq!(script.requests().len(), 3, "{reply:?}");
    }
}

#[tokio::test]
async fn an_exercise_tells_what_it_did_where_the_service_does() {
    let body = r#"{"qty_exercised":"3","qty_remaining":"0"}"#;
    let (server, client) = answering(Reply::json(200, body)).await;
    let result = client
        .positions()
        .exercise("AAPL260116C00100000")
        .await
        .unwrap();
    assert_eq!(
        (result.qty_exercised, result.qty_remaining),
        (Some(dec!(3)), Some(dec!(0)))
    );
    let requests = server.take();
    assert_eq!(requests[0].method, "POST");
    assert_eq!(
        requests[0].target,
        "/v2/positions/AAPL260116C00100000/exercise"
    );
    assert!(requests[0].body.is_empty());

    let (server, client) = answering(Reply::status(200)).await;
    let positions = client.positions();
    assert_eq!(
        positions
            .exercise("AAPL260116C00100000")
            .await
            .unwrap()
            .qty_exercised,
        None
    );
    positions
        .do_not_exercise(ORDER.parse::<Uuid>().unwrap())
        .await
        .unwrap();
    assert_eq!(
        sent(&server)[1],
        format!("POST /v2/positions/{ORDER}/do-not-exercise")
    );

    let body = r#"{"code":40310001,"message":"cannot exercise short position"}"#;
    let (_server, client) = answering(Reply::json(403, body)).await;
    let error = client
        .positions()
        .exercise("AAPL260116C00100000")
        .await
        .unwrap_err();
    assert_eq!(
        (error.status(), error.outcome()),
        (Some(403), Outcome::Rejected)
    );
}
