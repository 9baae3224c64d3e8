//! What is hidden, and what is not.

use super::*;

fn shown(text: &str) -> String {
    redacted(text, &[])
}

#[test]
fn values_of_telling_names_are_hidden() {
    for (text, expected) in [
        (
            r#"{"secret":"abc","qty":"1"}"#,
            r#"{"secret":"***","qty":"1"}"#,
        ),
        (r#"{"secret" : "abc"}"#, r#"{"secret" : "***"}"#),
        (
            r#"{"apiKey":"a\"b\\","qty":"1"}"#,
            r#"{"apiKey":"***","qty":"1"}"#,
        ),
        (
            r#"{"account_number":12345,"n":1}"#,
            r#"{"account_number":***,"n":1}"#,
        ),
        (
            r#"{"beneficiary":{"given_name":"J","a":["}"]},"n":[1]}"#,
            r#"{"beneficiary":***,"n":[1]}"#,
        ),
        (
            r#"{"api_keys":["a","b"],"n":1}"#,
            r#"{"api_keys":***,"n":1}"#,
        ),
        // JSON within a string of JSON, once and twice.
        (
            r#"{"body":"{\"token\":\"a\\\"b\",\"n\":1}"}"#,
            r#"{"body":"{\"token\":\"***\",\"n\":1}"}"#,
        ),
        (
            r#"{"body":"{\"address\":{\"city\":\"}\"},\"n\":1}"}"#,
            r#"{"body":"{\"address\":***,\"n\":1}"}"#,
        ),
        // Not JSON.
        (
            "APCA-API-SECRET-KEY: abc\nAccept: x",
            "APCA-API-SECRET-KEY: ***\nAccept: x",
        ),
        (
            "Authorization: Weird abc def\r\nA: b",
            "Authorization: ***\r\nA: b",
        ),
        (
            "client_id=7&client_secret=abc&x=1",
            "client_id=7&client_secret=***&x=1",
        ),
        ("{'password': 'a b', 'n': 1}", "{'password': '***', 'n': 1}"),
        ("<li>cookie: a=b; c=d</li>", "<li>cookie: ***</li>"),
        ("{:password => \"x y\"}", "{:password => \"***\"}"),
        // Cut off.
        (r#"{"secret":"abc"#, r#"{"secret":"***"#),
        (r#"{"tax_id":{"a":[1,2"#, r#"{"tax_id":***"#),
        (r#"{"secret":"#, r#"{"secret":"#),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn names_are_judged_by_their_words() {
    for name in [
        "key",
        "keys",
        "api_key",
        "APCA-API-KEY-ID",
        "APCA_API_SECRET_KEY",
        "accesskey",
        "X-Amz-Signature",
        "access_token",
        "oauth",
        "authToken",
        "auth",
        "Proxy-Authorization",
        "set-cookie",
        "account_number",
        "accountNumber",
        "wallet_address",
        "to_address",
        "beneficiary_family_name",
        "tax_id",
        "taxIdType",
        "SSN",
        "owner.ssn",
        "dob",
        "date_of_birth",
        "phone number",
        "email_address",
        "street_name",
    ] {
        assert!(is_sensitive(name.as_bytes()), "{name}");
    }
    for name in [
        "",
        "qty",
        "symbol",
        "code",
        "message",
        "account_id",
        "buying_power",
        "crossnet",
        "pinned",
        "keyboard",
        "author",
        "tax_rate",
        "next_page_token",
        "page_token",
        "tokenization_request_id",
        "token_symbol",
        "trade_confirm_email",
        "settings",
        "related_orders",
        "existing_order_id",
        "name",
    ] {
        assert!(!is_sensitive(name.as_bytes()), "{name}");
    }
}

#[test]
fn that_there_is_no_value_stays_visible() {
    for text in [
        r#"{"account_number":null,"secret":true}"#,
        r#"{"address": null }"#,
        r#"{"secret":""}"#,
        "secret:",
        "secret: ",
        "secret=&a=b",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn messages_of_the_service_are_left_alone() {
    for text in [
        "insufficient qty available for order (requested: 5, available: 0)",
        "symbol not found: KEY",
        "asset \"KEY\" not found",
        "order not found for 904837e3-3b76-47ec-b432-046db621571b",
        "position intent mismatch, inferred: buy_to_open, specified: buy_to_close",
        "stop_loss.stop_price must be <= base_price - 0.01",
        "client_order_id must be unique",
        "unauthorized: invalid bearer token; basic authentication is legacy",
        "Bearer realm=\"alpaca.markets\", Basic realm=\"alpaca.markets\"",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn credentials_after_their_scheme_are_hidden() {
    for (text, expected) in [
        ("got Bearer abcdefgh.ij_k-l, sorry", "got Bearer ***, sorry"),
        ("got bearer%20abcdefghij", "got bearer%20***"),
        ("BASIC UEs6c2VjcmV0==", "BASIC ***"),
        ("basic c2VjcmV0OnRlc3Q", "basic ***"),
        (r#"["Bearer abc\/def+ghi="]"#, r#"["Bearer ***"]"#),
        ("Bearer short", "Bearer short"),
        ("Bearer", "Bearer"),
        ("Bearer ", "Bearer "),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn known_secrets_are_hidden_however_they_are_written() {
    let secret = "aB/c+d9\"Z";
    for (text, expected) in [
        ("x aB/c+d9\"Z y", "x *** y"),
        ("x aB/c+d9\"ZaB/c+d9\"Z y", "x *** y"),
        (r#"["aB\/c+d9\"Z"]"#, r#"["***"]"#),
        (r#"["\u0061B\u002fc\u002Bd9\u0022Z"]"#, r#"["***"]"#),
        ("q=aB%2Fc%2bd9%22Z;", "q=***;"),
        // Cut off at the end, long enough to matter or not.
        ("the key aB/c+d", "the key ***"),
        ("the key aB/", "the key aB/"),
        ("aB/c+D9\"Z", "aB/c+D9\"Z"),
    ] {
        assert_eq!(redacted(text, &["unused", secret, ""]), expected);
    }
    // Shorter ones within longer ones, and some that overlap.
    assert_eq!(redacted("xababay", &["aba", "bab"]), "x***y");
    assert_eq!(redacted("anything", &[""]), "anything");
    assert_eq!(redacted("é€𝄞", &["€"]), "é***𝄞");
}

#[test]
fn a_window_that_begins_within_a_string_hides_its_rest() {
    let middle = |text: &str| {
        let edges = Edges {
            at_start: false,
            at_end: false,
        };
        let masks = hidden(text.as_bytes(), edges, &[]);
        masks.first().map(|mask| (mask.start, mask.end))
    };
    assert_eq!(middle(r#"rest of it","qty":"1""#), Some((0, 10)));
    assert_eq!(middle(r#"rest \" of it","qty":"1""#), Some((0, 13)));
    assert_eq!(middle("rest of it"), Some((0, 10)));
    // Numbers and brackets are shown, quotes or none.
    assert_eq!(middle(r#",1.5,-2e9,null],"qty":"1""#), None);
    assert_eq!(middle("00,12.5,\n[true,false],{}, 1E+5"), None);
    assert_eq!(middle(""), None);
}

#[test]
fn masks_are_in_order_and_apart() {
    let text = r#"{"key":"Bearer abcdefghijk","secret":{"token":"abcdefghijk"}}"#;
    let edges = Edges {
        at_start: true,
        at_end: true,
    };
    let masks = hidden(text.as_bytes(), edges, &["abcdefghijk", "ijk", "Bearer"]);
    assert_eq!(masks.len(), 2, "{masks:?}");
    assert!(masks.is_sorted_by(|one, other| one.end < other.start));
    assert_eq!(
        redacted(text, &["abcdefghijk", "ijk", "Bearer"]),
        r#"{"key":"***","secret":***}"#
    );
}

#[test]
fn hostile_texts_take_linear_time() {
    let before = std::time::Instant::now();
    for part in [
        "\"key\":", "key=", "key:{", "\\", "\\\"", "\"", "bearer ", ":", " ", "{", "'", "%2",
    ] {
        let text = part.repeat(1024 * 1024 / part.len());
        assert!(shown(&text).len() <= 2 * text.len());
    }
    // Twelve megabytes: quadratic time would take hours.
    assert!(before.elapsed().as_secs() < 60, "{:?}", before.elapsed());
}
