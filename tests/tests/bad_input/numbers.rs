//! Quantities and amounts that nobody can trade, and numbers with more digits than a decimal holds.

use std::str::FromStr as _;

use alpaca_trading::orders::{OrderRequest, Quantity, ReplaceRequest};
use alpaca_trading::{Client, Decimal, ErrorKind, Side, Uuid, dec};
use tests::service::{Answer, Service};

use super::{check, rules, untouched};

#[tokio::test]
async fn quantities_and_amounts_are_positive_and_not_too_fine() {
    let (service, client) = untouched().await;
    let fine = Decimal::from_str("0.1234567890123456789012345678").expect("28 digits");
    let least = Decimal::from_str("0.0000000000000000000000000001").expect("28 digits");
    for (quantity, field, rule) in [
        (Quantity::shares(0), "qty", "qty-positive"),
        (Quantity::shares(-1), "qty", "qty-positive"),
        (Quantity::shares(dec!(-0.000000001)), "qty", "qty-positive"),
        (Quantity::shares(Decimal::MIN), "qty", "qty-positive"),
        (Quantity::contracts(0), "qty", "qty-positive"),
        (Quantity::coins(dec!(0.0000000001)), "qty", "qty-decimals"),
        (Quantity::shares(fine), "qty", "qty-decimals"),
        (Quantity::shares(least), "qty", "qty-decimals"),
        (Quantity::notional(0), "notional", "notional-positive"),
        (Quantity::notional(-5), "notional", "notional-positive"),
        (
            Quantity::notional(dec!(1) + least),
            "notional",
            "notional-decimals",
        ),
        (
            Quantity::notional(dec!(0.5)),
            "notional",
            "notional-minimum",
        ),
    ] {
        let order = OrderRequest::market("AAPL", Side::Buy, quantity);
        let error = client.orders().submit(order).await.expect_err("refused");
        check(&error, &service, &format!("{quantity:?}"));
        assert!(rules(&error).contains(&rule), "{quantity:?}: {error}");
        assert!(
            error
                .violations()
                .iter()
                .all(|violation| violation.field() == field),
            "{error}"
        );
    }
    for change in [
        ReplaceRequest::new().quantity(0),
        ReplaceRequest::new().quantity(-2),
    ] {
        let error = client
            .orders()
            .replace(Uuid::nil(), change)
            .await
            .expect_err("refused");
        check(&error, &service, "a replacement");
    }
    for close in [
        client.positions().close("AAPL").quantity(0),
        client.positions().close("AAPL").quantity(-1),
        client.positions().close("AAPL").percentage(0),
        client.positions().close("AAPL").percentage(-1),
        client.positions().close("AAPL").percentage(dec!(100.1)),
        client.positions().close("AAPL").quantity(1).percentage(50),
    ] {
        let error = close.await.expect_err("refused");
        check(&error, &service, "a closing");
    }
}

/// A number of 28 digits goes out digit by digit: whether it is too much is not for a client to say.
/// One of 29 would not come back as it went.
#[tokio::test]
async fn the_longest_number_is_sent_as_it_is() {
    let (service, client) = untouched().await;
    let client = client.with_retry(alpaca_trading::RetryPolicy::never());
    let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(Decimal::MAX));
    let error = client.orders().submit(order).await.expect_err("29 digits");
    check(&error, &service, "29 digits");
    assert!(
        error
            .to_string()
            .contains("more than 28 significant digits"),
        "{error}"
    );

    let long = Decimal::from_str("1234567890123456789.123456789").expect("28 digits");
    let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(long));
    let error = client
        .orders()
        .submit(order)
        .await
        .expect_err("a failure of the service");
    assert!(!error.is_invalid(), "{error}");
    let body: serde_json::Value = serde_json::from_slice(&service.take()[0].body).expect("JSON");
    assert_eq!(body["qty"], "1234567890123456789.123456789");
}

/// A number of an answer that a decimal cannot hold is not rounded: the error names its field.
#[tokio::test]
async fn numbers_with_too_many_digits_are_not_rounded() {
    let long = "1".repeat(40);
    let huge = "9".repeat(100_000);
    for number in [
        "79228162514264337593543950336".to_owned(),
        format!("0.{long}"),
        format!("\"0.{long}\""),
        format!("\"{long}\""),
        "1e400".to_owned(),
        huge.clone(),
        format!("\"{huge}\""),
        "\"NaN\"".to_owned(),
        "\"1,000\"".to_owned(),
        "\"0x10\"".to_owned(),
    ] {
        let body = format!(
            r#"{{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","status":"ACTIVE","cash":{number}}}"#
        );
        let service =
            Service::start(move |_| Answer::body(200, "application/json", body.clone())).await;
        let builder = Client::builder()
            .base_url(service.url())
            .key_pair("PKTEST", "secret");
        let client = builder.build().expect("a client");
        let error = client.account().get().await.expect_err("no account");
        let shown: String = number.chars().take(50).collect();
        assert_eq!(error.kind(), ErrorKind::Decode, "{shown}: {error}");
        assert_eq!(error.json_path(), Some("cash"), "{shown}: {error}");
        assert!(error.to_string().len() < 1_000, "{shown}");
    }
}
