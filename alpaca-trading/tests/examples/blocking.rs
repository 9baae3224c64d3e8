//! The example `blocking`.

use serde_json::json;

use crate::bodies::{asset, id, order, position};
use crate::program::Program;
use crate::service::{Answer, Service};

#[test]
fn blocking_reads_positions_orders_and_assets() {
    let service = Service::start(|request| match request.path.as_str() {
        "/v2/positions" => Answer::ok(&json!([position("AAPL", "10"), position("BTCUSD", "0.5")])),
        "/v2/orders" => Answer::ok(&json!([order(2, "filled"), order(1, "canceled")])),
        "/v2/assets/AAPL" => Answer::ok(&asset("AAPL")),
        "/v2/assets/BTCUSD" => Answer::ok(&asset("BTC/USD")),
        _ => Answer::no_endpoint(),
    });
    let run = Program::example("blocking").at(&service).run();
    run.succeeds();
    run.prints(&[
        "10 of AAPL",
        "0.5 of BTCUSD",
        &format!("order {} is filled", id(2)),
        &format!("order {} is canceled", id(1)),
        "AAPL is AAPL by its full name",
        "BTC/USD is BTC/USD by its full name",
    ]);
    let mut lines = service.lines();
    lines.sort();
    assert_eq!(
        lines,
        [
            "GET /v2/assets/AAPL",
            "GET /v2/assets/BTCUSD",
            "GET /v2/orders",
            "GET /v2/positions",
        ]
    );
}

#[test]
fn blocking_says_what_is_missing() {
    let service = Service::start(|_| Answer::page(502, "Bad Gateway"));
    let run = Program::example("blocking")
        .without("APCA_API_SECRET_KEY")
        .at(&service)
        .run();
    run.fails_with(&["APCA_API_SECRET_KEY"]);
    assert!(service.requests().is_empty());
}
