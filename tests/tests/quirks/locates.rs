//! Locates: lists that are null, and errors of a shape of their own.

use alpaca_trading_gen::Error;
use alpaca_trading_gen::types::{
    ErrorResponse, ListLocateQuotesResponse, ListLocatesResponse, LocateError, LocateErrorCode,
    LocateStatus,
};
use serde_json::json;

use crate::wire::exchange;
use crate::{decode, decode_text, digits, some};

#[test]
fn locates_that_are_null_are_none() {
    for text in [
        r#"{"locates": null, "next_page_token": null}"#,
        r#"{"locates": []}"#,
        "{}",
    ] {
        let page: ListLocatesResponse = decode_text(text);
        assert!(page.locates.is_empty(), "{text}");
        assert_eq!(page.next_page_token, None, "{text}");
    }
}

#[test]
fn quotes_of_locates_that_are_null_are_none() {
    let quotes: ListLocateQuotesResponse = decode(&json!({"quotes": null, "errors": null}));
    assert!(quotes.quotes.is_empty());
    assert!(quotes.errors.is_empty());
}

#[test]
fn a_pending_locate_has_neither_price_nor_fee() {
    let page: ListLocatesResponse = decode(&json!({"locates": [{
        "id": "c0ffee00-1f2e-4d3c-8b4a-59687766f040", "symbol": "QRST", "requested_qty": 300,
        "all_or_none": false, "status": "queued", "created_at": "2026-03-04T15:00:00Z",
        "limit_price": "0.0120", "located_price": null, "located_qty": null, "total_fee": null,
        "expires_at": null, "rejection_reason": null
    }]}));
    let locate = &page.locates[0];
    assert_eq!(locate.status, LocateStatus::Unknown("queued".to_owned()));
    assert_eq!(digits(locate.limit_price), some("0.0120"));
    assert_eq!(locate.located_price, None);
    assert_eq!(locate.located_qty, None);
    assert_eq!(locate.expires_at, None);
}

#[test]
fn the_code_of_a_locate_error_is_a_word() {
    let error: LocateError =
        decode(&json!({"code": "threshold_security", "message": "QRST is a threshold security"}));
    assert_eq!(error.code, Some(LocateErrorCode::ThresholdSecurity));
    let error: LocateError = decode(&json!({"code": "too_late", "message": "closed"}));
    assert_eq!(
        error.code,
        Some(LocateErrorCode::Unknown("too_late".to_owned()))
    );
    let error: LocateError = decode(&json!({"message": "closed"}));
    assert_eq!(error.code, None);
}

#[tokio::test]
async fn a_locate_that_is_forbidden_has_a_message_alone() {
    let (answer, request) = exchange(
        403,
        r#"{"message": "locates are not enabled"}"#,
        async |client| client.list_locates().send().await,
    )
    .await;
    assert_eq!(request.line, "GET /v1/locates");
    let Err(Error::UnexpectedResponse(response)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(response.status().as_u16(), 403);
    let body: ErrorResponse = decode_text(&response.text().await.expect("a body"));
    assert_eq!(body.message.as_deref(), Some("locates are not enabled"));
}
