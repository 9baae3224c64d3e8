//! The examples in which nothing succeeds, as it should be: `error_handling` and `preview`.

use serde_json::json;

use crate::program::Program;
use crate::service::{Answer, Service};

#[test]
fn error_handling_has_an_advice_for_each_mistake() {
    let service = Service::start(|request| match request.method.as_str() {
        "GET" => Answer::refusal(
            40_410_000,
            "order not found for 00000000-0000-0000-0000-000000000000",
        ),
        "POST" => Answer::json(
            403,
            &json!({
                "code": 40_310_000, "message": "insufficient buying power",
                "buying_power": "399999.96", "cost_basis": "100000000",
            }),
        ),
        _ => Answer::no_endpoint(),
    });
    let run = Program::example("error_handling").at(&service).run();
    run.succeeds();
    run.prints(&[
        "an order that breaks rules: POST /v2/orders",
        "keep to these rules: ",
        "limit-price-tick",
        "an unknown order: GET /v2/orders/",
        "404 [40410000] order not found",
        "look for it in the list",
        "an expensive order: ",
        "insufficient buying power",
        "order for 399999.96 at most",
        "a service that is not there: GET /v2/account",
        "try again later: nothing has happened",
    ]);
    // The order that breaks rules is not among them, nor is the request for the other service.
    assert_eq!(
        service.lines(),
        [
            "GET /v2/orders/00000000-0000-0000-0000-000000000000",
            "POST /v2/orders",
        ]
    );
    assert_eq!(service.only("POST /v2/orders").json()["qty"], "100000000");
}

#[test]
fn error_handling_takes_an_order_back_that_was_not_to_be_accepted() {
    use crate::bodies::{as_asked, id, order};

    let service = Service::start(|request| match request.method.as_str() {
        "POST" => Answer::ok(&as_asked(order(1, "pending_new"), &request.json())),
        "DELETE" => Answer::NoContent,
        _ => Answer::refusal(40_410_000, "order not found"),
    });
    let run = Program::example("error_handling").at(&service).run();
    run.succeeds();
    run.prints(&["an expensive order: no error"]);
    service.only(&format!("DELETE /v2/orders/{}", id(1)));
}

#[test]
fn preview_shows_everything_and_sends_nothing() {
    let service = Service::start(|_| Answer::no_endpoint());
    let run = Program::example("preview").at(&service).run();
    run.succeeds();
    let url = format!("{}/v2/orders", service.url());
    run.prints(&[
        &format!("POST {url} (custom ({}))", service.url()),
        "\"client_order_id\": \"example-1\"",
        "estimated cost: 1875.00",
        "breaks none of ",
        "\"symbol\": \"BTC/USD\"",
        "not known from the request",
        "at a price of 64,000 it costs 960.000",
        "\"limit_price\": \"-3.20\"",
        "estimated cost: 0",
        "not sent: ",
        "limit_price breaks limit-price-tick",
        "time_in_force breaks fractional-time-in-force",
        &format!("PATCH {url}/0f4c1a5e-6d2b-4c38-9d0e-3a7b5c9e1f20"),
    ]);
    assert!(service.requests().is_empty(), "{:?}", service.lines());
}
