//! The example `account`.

use serde_json::{Value, json};

use crate::bodies;
use crate::program::Program;
use crate::service::{Answer, Service};

/// The account is the first thing that anybody asks for.
#[test]
fn account_prints_the_account_and_sends_both_keys() {
    let service = Service::start(|_| Answer::ok(&bodies::account(Value::Null)));
    let run = Program::example("account")
        .arg(format!("{}/v2/", service.url()))
        .run();
    run.succeeds();
    run.prints(&[
        "environment   custom (http://127.0.0.1",
        "status        ACTIVE",
        "equity        100000.10",
        "cash          99999.99",
        "buying power  not given",
    ]);

    let request = service.only("GET /v2/account");
    assert_eq!(service.lines().len(), 1);
    assert_eq!(request.header("apca-api-key-id"), ["PKTEST"]);
    assert_eq!(request.header("apca-api-secret-key"), ["topsecret"]);
    assert!(request.header("api-version").is_empty());
}

#[test]
fn account_goes_where_the_environment_says() {
    let service = Service::start(|_| Answer::ok(&bodies::account(json!("400000.40"))));
    let run = Program::example("account")
        .env("APCA_API_BASE_URL", &service.url())
        .run();
    run.succeeds();
    run.prints(&["buying power  400000.40"]);
    service.only("GET /v2/account");
}

#[test]
fn account_says_that_a_refusal_is_one() {
    let forbidden = json!({"message": "forbidden."});
    let service = Service::start(move |_| Answer::json(403, &forbidden));
    let run = Program::example("account").at(&service).run();
    run.fails_with(&["403", "forbidden"]);
}

/// The proxy before Alpaca's service refuses some requests itself, with a page for people.
#[test]
fn account_names_keys_that_belong_elsewhere() {
    let service = Service::start(|_| Answer::page(401, "Authorization Required"));
    let run = Program::example("account")
        .env("APCA_API_KEY_ID", "CKWRONG")
        .at(&service)
        .run();
    run.fails_with(&[
        "401",
        "Authorization Required",
        "starts with CK",
        "keys of their own",
    ]);
    assert!(!run.all().contains("<h1>"), "{}", run.all());
}
