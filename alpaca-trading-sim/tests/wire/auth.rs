//! Keys over HTTP.

use alpaca_trading_sim::AccountSetup;
use rust_decimal::Decimal;
use serde_json::json;

use crate::support::{Answer, Raw, builder, start};

async fn get(raw: &mut Raw, target: &str, headers: &str) -> Answer {
    raw.send(format!("GET {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"))
        .await;
    raw.answer(false).await.unwrap()
}

#[test]
fn a_secret_opens_one_account() {
    let named = |key_id: &str, secret: &str| AccountSetup {
        key_id: key_id.into(),
        secret: secret.into(),
        ..AccountSetup::default()
    };
    let build = |one, other| builder().account(one).account(other).build();
    assert!(build(named("PKA", "x"), named("PKB", "y")).is_ok());
    for (other, why) in [
        (named("PKA", "y"), "two accounts have the key id `PKA`"),
        (
            named("PKB", "x"),
            "the accounts `PKA` and `PKB` have the same secret: a token would open one of them only",
        ),
    ] {
        let error = build(named("PKA", "x"), other).err().unwrap();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), why);
    }
}

#[tokio::test]
async fn keys_are_taken_in_every_form_and_open_their_own_account() {
    let second = AccountSetup {
        key_id: "PKSECOND".into(),
        secret: "other:secret".into(),
        cash: Decimal::from(5_000),
        ..AccountSetup::default()
    };
    let simulator = builder()
        .account(AccountSetup::default())
        .account(second)
        .start()
        .await
        .unwrap();
    let mut raw = Raw::connect(&simulator).await;
    for (headers, cash) in [
        (
            "APCA-API-KEY-ID: PKSIMULATOR\r\nAPCA-API-SECRET-KEY: simulator\r\n",
            "100000",
        ),
        (
            "apca-api-key-id: PKSECOND\r\napca-api-secret-key: other:secret\r\n",
            "5000",
        ),
        (
            "Authorization: Basic UEtTSU1VTEFUT1I6c2ltdWxhdG9y\r\n",
            "100000",
        ),
        (
            "authorization: basic UEtTRUNPTkQ6b3RoZXI6c2VjcmV0\r\n",
            "5000",
        ),
        ("Authorization: Bearer other:secret\r\n", "5000"),
        ("Authorization: BEARER   simulator  \r\n", "100000"),
    ] {
        let answer = get(&mut raw, "/v2/account", headers).await;
        assert_eq!(
            (answer.status, &answer.json()["cash"]),
            (200, &json!(cash)),
            "{headers}"
        );
    }
}

#[tokio::test]
async fn what_opens_no_account_is_refused_in_json_or_by_a_page() {
    let simulator = start().await;
    let mut raw = Raw::connect(&simulator).await;
    let wrong = [
        "",
        "APCA-API-KEY-ID: PKSIMULATOR\r\n",
        "APCA-API-KEY-ID: PKSIMULATOR\r\nAPCA-API-SECRET-KEY: wrong\r\n",
        "APCA-API-KEY-ID: PKSIMULATOR\r\nAPCA-API-SECRET-KEY: \u{fc}\r\n",
        "Authorization: Bearer\r\n",
        "Authorization: Bearer PKSIMULATOR\r\n",
        "Authorization: Basic !!!!\r\n",
        "Authorization: Basic UEtTSU1VTEFUT1I=\r\n",
        "Authorization: Digest simulator\r\n",
    ];
    let json = [
        "/v2/account",
        "/v2/orders",
        "/v3/calendar/NYSE",
        "/nowhere",
        "/v2beta1/events/activities",
    ];
    let page = [
        "/v2/clock",
        "/v2/calendar",
        "/v3/clock",
        "/v2/clock/",
        "/v2/calendar?start=2026-01-05",
    ];
    for headers in wrong {
        for target in json {
            let answer = get(&mut raw, target, headers).await;
            assert_eq!(answer.status, 401, "{target} {headers}");
            assert_eq!(answer.body, br#"{"message": "unauthorized."}"#);
            assert_eq!(
                answer.header("content-type"),
                Some("application/json; charset=UTF-8")
            );
            both_schemes(&answer);
        }
        for target in page {
            let answer = get(&mut raw, target, headers).await;
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (401, Some("text/html"))
            );
            assert!(answer.body.starts_with(b"<html>"), "{target}");
            both_schemes(&answer);
        }
    }
}

fn both_schemes(answer: &Answer) {
    assert!(
        answer.head.contains("www-authenticate: Bearer\r\n"),
        "{answer:?}"
    );
    let basic = "www-authenticate: Basic realm=\"alpaca.markets\"\r\n";
    assert!(answer.head.contains(basic), "{answer:?}");
    assert_eq!(answer.header("x-request-id").unwrap().len(), 32);
    // A quota is an account's, and there is none.
    assert_eq!(answer.header("x-ratelimit-limit"), None);
}
