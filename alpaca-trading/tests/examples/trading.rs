//! The examples that place orders.

use serde_json::json;

use crate::bodies::{self, as_asked, id, order, with};
use crate::program::Program;
use crate::service::{Answer, Service};

#[test]
fn market_order_waits_until_it_is_filled() {
    let service = Service::start(|request| match request.line().as_str() {
        "GET /v2/clock" => Answer::ok(&bodies::clock(true)),
        "POST /v2/orders" => Answer::ok(&as_asked(order(1, "pending_new"), &request.json())),
        _ if request.line() == format!("GET /v2/orders/{}", id(1)) => {
            let filled = json!({"filled_qty": "1", "filled_avg_price": "187.25"});
            Answer::ok(&with(order(1, "filled"), filled))
        }
        _ => Answer::no_endpoint(),
    });
    let run = Program::example("market_order").at(&service).run();
    run.succeeds();
    run.prints(&["is pending_new", "is filled", "bought 1 at 187.25"]);

    let sent = service.only("POST /v2/orders").json();
    let client_order_id = sent["client_order_id"].as_str().unwrap_or_default();
    assert_eq!(client_order_id.len(), 36, "{sent}");
    assert_eq!(
        sent,
        json!({
            "symbol": "AAPL", "side": "buy", "type": "market", "qty": "1",
            "time_in_force": "day", "client_order_id": client_order_id,
        })
    );
}

#[test]
fn market_order_is_taken_back_while_the_market_is_closed() {
    let service = Service::start(|request| match request.line().as_str() {
        "GET /v2/clock" => Answer::ok(&bodies::clock(false)),
        "POST /v2/orders" => Answer::ok(&as_asked(order(1, "accepted"), &request.json())),
        line if line == format!("DELETE /v2/orders/{}", id(1)) => Answer::NoContent,
        line if line == format!("GET /v2/orders/{}", id(1)) => {
            let status = if request.earlier == 0 {
                "accepted"
            } else {
                "canceled"
            };
            Answer::ok(&order(1, status))
        }
        _ => Answer::no_endpoint(),
    });
    let run = Program::example("market_order").at(&service).run();
    run.succeeds();
    run.prints(&[
        "closed until 2026-01-05 14:30:00 UTC",
        "is accepted",
        "is canceled",
        "bought nothing",
    ]);
    service.only(&format!("DELETE /v2/orders/{}", id(1)));
}

#[test]
fn market_order_tells_the_buying_power_when_there_is_too_little() {
    let service = Service::start(|request| match request.line().as_str() {
        "GET /v2/clock" => Answer::ok(&bodies::clock(true)),
        "POST /v2/orders" => Answer::json(
            403,
            &json!({
                "code": 40_310_000, "message": "insufficient buying power",
                "buying_power": "12.34", "cost_basis": "187.25",
            }),
        ),
        _ => Answer::no_endpoint(),
    });
    let run = Program::example("market_order").at(&service).run();
    run.fails_with(&[
        "403 [40310000] insufficient buying power",
        "costs 187.25",
        "buying power is 12.34",
        "request id 4d5e6f70819233445566778899aabbcc",
    ]);
    // Refused is refused: it is neither sent again nor looked up.
    assert_eq!(service.lines(), ["GET /v2/clock", "POST /v2/orders"]);
}

#[test]
fn bracket_places_three_orders_at_once_and_cancels_them() {
    let bracket = |status: &str, held: &str| {
        let exit = json!({"side": "sell", "order_class": "bracket", "limit_price": "110.28"});
        let target = with(with(order(2, held), exit), json!({"type": "limit"}));
        let stop = json!({"type": "stop_limit", "stop_price": "95.23", "limit_price": "94.73"});
        let stop = with(with(order(3, held), stop), json!({"side": "sell"}));
        with(order(1, status), json!({"legs": [target, stop]}))
    };
    let service = Service::start(move |request| match request.line().as_str() {
        "POST /v2/orders" => Answer::ok(&as_asked(bracket("pending_new", "held"), &request.json())),
        line if line == format!("DELETE /v2/orders/{}", id(1)) => Answer::NoContent,
        line if line == format!("GET /v2/orders/{}", id(1)) => match request.parameter("nested") {
            Some("true") => Answer::ok(&bracket("canceled", "canceled")),
            _ => Answer::ok(&order(1, "canceled")),
        },
        _ => Answer::no_endpoint(),
    });
    let run = Program::example("bracket").at(&service).run();
    run.succeeds();
    run.prints(&[
        "costs at most 200.50",
        &format!("entry {} is pending_new", id(1)),
        &format!("exit  {} is held, limit 110.28", id(2)),
        &format!("exit  {} is held, stop 95.23, limit 94.73", id(3)),
        &format!("entry {} is canceled", id(1)),
        &format!("exit  {} is canceled", id(3)),
    ]);

    let sent = service.only("POST /v2/orders").json();
    assert_eq!(sent["order_class"], "bracket");
    assert_eq!(
        (&sent["qty"], &sent["limit_price"]),
        (&json!("2"), &json!("100.25"))
    );
    // 110 % and 95 % of the entry, each rounded to a cent in its own direction.
    assert_eq!(sent["take_profit"], json!({"limit_price": "110.28"}));
    assert_eq!(
        sent["stop_loss"],
        json!({"stop_price": "95.23", "limit_price": "94.73"})
    );
    service.only(&format!("DELETE /v2/orders/{}", id(1)));
}

#[test]
fn options_spread_takes_the_neighbours_that_are_traded_most() {
    let service = Service::start(|request| match request.line().as_str() {
        "GET /v2/clock" => Answer::ok(&bodies::clock(true)),
        "GET /v2/options/contracts" => match request.parameter("page_token") {
            None => Answer::ok(&json!({
                "option_contracts": [
                    bodies::call("2026-01-16", 700, "5.10", "90000"),
                    bodies::call("2026-01-16", 690, "10.42", "800"),
                    bodies::call("2026-01-16", 710, "2.30", "700"),
                ],
                "next_page_token": "MTAw",
            })),
            Some("MTAw") => Answer::ok(&json!({
                "option_contracts": [
                    bodies::call("2026-01-23", 690, "12.05", "60000"),
                    bodies::call("2026-01-23", 700, "6.80", "50000"),
                ],
                "next_page_token": null,
            })),
            Some(_) => Answer::refusal(42_210_000, "invalid page_token"),
        },
        "POST /v2/orders" => {
            let leg = |number, symbol: &str| with(order(number, "new"), json!({"symbol": symbol}));
            let legs = [leg(2, "SPY260123C00690000"), leg(3, "SPY260123C00700000")];
            let mleg = json!({"symbol": "", "side": "", "asset_class": "", "legs": legs});
            Answer::ok(&with(
                as_asked(order(1, "pending_new"), &request.json()),
                mleg,
            ))
        }
        _ => Answer::no_endpoint(),
    });
    let run = Program::example("options_spread").at(&service).run();
    run.succeeds();
    run.prints(&[
        "5 calls",
        "buying  SPY260123C00690000, SPY 2026-01-23 690 Call",
        "selling SPY260123C00700000, SPY 2026-01-23 700 Call",
        "pays at most 5.25 a share, 525.00 in all",
        &format!("order {} is pending_new", id(1)),
        &format!("leg   {} SPY260123C00700000", id(3)),
    ]);

    let search = service
        .requests()
        .into_iter()
        .find(|request| request.path == "/v2/options/contracts")
        .unwrap();
    for (name, value) in [
        ("underlying_symbols", "SPY"),
        ("type", "call"),
        // Counted from the service's day, 5 January.
        ("expiration_date_gte", "2026-01-12"),
        ("expiration_date_lte", "2026-02-16"),
    ] {
        assert_eq!(search.parameter(name), Some(value), "{name}");
    }
    let sent = service.only("POST /v2/orders").json();
    assert_eq!(sent["order_class"], "mleg");
    assert_eq!(
        (&sent["qty"], &sent["limit_price"]),
        (&json!("1"), &json!("5.25"))
    );
    assert_eq!(
        sent["legs"],
        json!([
            {"symbol": "SPY260123C00690000", "ratio_qty": "1", "side": "buy",
             "position_intent": "buy_to_open"},
            {"symbol": "SPY260123C00700000", "ratio_qty": "1", "side": "sell",
             "position_intent": "sell_to_open"},
        ])
    );
}

#[test]
fn safe_submission_finds_the_order_whose_answer_was_lost() {
    let service = Service::start(|request| match (request.line().as_str(), request.earlier) {
        ("POST /v2/orders", _) => Answer::HangUp,
        // The client's own question meets a proxy, and remains without an answer.
        ("GET /v2/orders:by_client_order_id", 0) => Answer::page(404, "Not Found"),
        ("GET /v2/orders:by_client_order_id", _) => {
            let asked = json!({
                "client_order_id": request.parameter("client_order_id"),
                "type": "limit", "limit_price": "100.00",
            });
            Answer::ok(&as_asked(order(1, "new"), &asked))
        }
        _ => Answer::no_endpoint(),
    });
    let run = Program::example("safe_submission").at(&service).run();
    run.succeeds();
    run.prints(&["in doubt: ", &format!("order {} is new", id(1))]);

    // Sent once, under the id that was printed before.
    let sent = service.only("POST /v2/orders").json();
    let client_order_id = sent["client_order_id"].as_str().unwrap();
    assert!(client_order_id.starts_with("example-"), "{client_order_id}");
    assert!(
        run.out()
            .starts_with(&format!("placing {client_order_id}\n")),
        "{}",
        run.all()
    );
    let questions = service.requests();
    assert_eq!(questions.len(), 3);
    for question in &questions[1..] {
        assert_eq!(question.parameter("client_order_id"), Some(client_order_id));
    }
}

#[test]
fn safe_submission_asks_for_the_order_of_an_interrupted_run() {
    let service = Service::start(|request| match request.parameter("client_order_id") {
        Some("example-there") => Answer::ok(&with(
            order(1, "filled"),
            json!({"client_order_id": "example-there"}),
        )),
        Some(id) => Answer::refusal(40_410_000, &format!("order not found for {id}")),
        None => Answer::no_endpoint(),
    });
    for (client_order_id, expected) in [
        ("example-there", format!("order {} is filled", id(1))),
        ("example-nowhere", "the service does not know it".to_owned()),
    ] {
        let run = Program::example("safe_submission")
            .env("CLIENT_ORDER_ID", client_order_id)
            .at(&service)
            .run();
        run.succeeds();
        run.prints(&[&expected]);
    }
    let lines = service.lines();
    assert_eq!(lines, ["GET /v2/orders:by_client_order_id"; 2]);
}
