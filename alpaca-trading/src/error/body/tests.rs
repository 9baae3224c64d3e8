//! Bodies of every kind.

use super::*;

fn parse(body: &str) -> ErrorBody {
    ErrorBody::parse(body.as_bytes(), Some("application/json; charset=utf-8"))
}

fn message(body: &str) -> Option<String> {
    parse(body).message().map(str::to_owned)
}

fn number(body: &str) -> Option<i64> {
    parse(body).code().and_then(ErrorCode::number)
}

#[test]
fn code_message_and_fields_are_read() {
    let body = parse(
        r#"{"code":40310000,"message":"insufficient qty available for order (requested: 5, available: 0)",
            "available":"0","existing_qty":"1000.000000001","held_for_orders":1000,"symbol":"SQQQ",
            "related_orders":["a"],"ratio":1.10,"none":null}"#,
    );
    assert_eq!(*body.code().unwrap(), 40_310_000);
    assert_eq!(
        body.message(),
        Some("insufficient qty available for order (requested: 5, available: 0)")
    );
    assert_eq!(body.field("symbol").as_deref(), Some("SQQQ"));
    assert_eq!(body.field("related_orders").as_deref(), Some("[\"a\"]"));
    assert_eq!(body.field("held_for_orders").as_deref(), Some("1000"));
    assert_eq!(body.field("none"), None);
    assert_eq!(body.field("code"), None);
    assert_eq!(body.field("missing"), None);
    assert_eq!(
        body.field_names().collect::<Vec<_>>(),
        [
            "available",
            "existing_qty",
            "held_for_orders",
            "none",
            "ratio",
            "related_orders",
            "symbol"
        ]
    );
}

#[test]
fn numbers_keep_their_digits() {
    let body = parse(
        r#"{"a":"1.10","b":1.10,"c":123456789012345.123456789,"d":8.4e-6,"e":"x","f":true,"g":null,
            "h":"0.1\u0030","i":0.1000000000000000055511151231257827}"#,
    );
    let decimal = |name| body.decimal(name).map(|value| value.to_string());
    assert_eq!(decimal("a").as_deref(), Some("1.10"));
    assert_eq!(decimal("b").as_deref(), Some("1.10"));
    assert_eq!(decimal("c").as_deref(), Some("123456789012345.123456789"));
    assert_eq!(decimal("d").as_deref(), Some("0.0000084"));
    assert_eq!(decimal("h").as_deref(), Some("0.10"));
    // No number, or one that cannot be held exactly.
    for name in ["e", "f", "g", "i", "missing"] {
        assert_eq!(body.decimal(name), None, "{name}");
    }
    assert_eq!(
        body.field("i").as_deref(),
        Some("0.1000000000000000055511151231257827")
    );
}

#[test]
fn the_code_may_have_any_form_or_none() {
    for code in ["40310000", "\"40310000\"", "40310000.0", "4.031e7"] {
        let body = format!(r#"{{"code":{code},"message":"m"}}"#);
        assert_eq!(number(&body), Some(40_310_000), "{code}");
    }
    for code in ["null", "true", "[]", "{}", "\"\""] {
        let body = parse(&format!(r#"{{"code":{code},"message":"m"}}"#));
        assert_eq!((body.code(), body.message()), (None, Some("m")), "{code}");
    }
    let body = parse(r#"{"code":"easy_to_borrow","message":"m"}"#);
    assert_eq!(*body.code().unwrap(), "easy_to_borrow");
    assert_eq!(
        message(r#"{"message":"forbidden."}"#).as_deref(),
        Some("forbidden.")
    );
}

#[test]
fn the_message_may_be_elsewhere() {
    for (body, expected) in [
        (r#"{"error":"bad"}"#, "bad"),
        (r#"{"error":{"message":"bad","type":"t"}}"#, "bad"),
        (r#"{"error":{"detail":"bad"}}"#, "bad"),
        (r#"{"error":{"x":1}}"#, r#"{"x":1}"#),
        (r#"{"errors":["one","two"]}"#, "one; two"),
        (
            r#"{"errors":[{"message":"one"},{"detail":"two"},3]}"#,
            "one; two",
        ),
        (r#"{"errors":{"qty":["bad"]}}"#, r#"{"qty":["bad"]}"#),
        (r#"{"errors":[],"detail":"d"}"#, "d"),
        (
            r#"{"type":"t","title":"Bad","detail":"very bad"}"#,
            "very bad",
        ),
        (
            r#"{"error":"invalid_client","error_description":"who?"}"#,
            "invalid_client: who?",
        ),
        (r#"{"msg":"m"}"#, "m"),
        (r#"{"message":null,"error":"e"}"#, "e"),
        (r#"{"message":" ","error":"e"}"#, "e"),
        (r#"{"message":"m","error":"e"}"#, "m"),
        (r#"{"message":{"a":1}}"#, r#"{"a":1}"#),
        (r#"{"message":7}"#, "7"),
        (r#"["one",{"message":"two"}]"#, "one; two"),
        (r#""just a text""#, "just a text"),
    ] {
        assert_eq!(message(body).as_deref(), Some(expected), "{body}");
    }
    let inner = parse(r#"{"error":{"code":40010001,"message":"m"},"qty":"1"}"#);
    assert_eq!(*inner.code().unwrap(), 40_010_001);
    assert_eq!(inner.decimal("qty"), Some(Decimal::ONE));
    let many = format!("{{\"errors\":[{}\"last\"]}}", "\"e\",".repeat(100));
    assert_eq!(message(&many).as_deref(), Some("e; e; e; e; e"));
}

#[test]
fn a_body_may_say_nothing() {
    for body in [
        "",
        " \r\n\t",
        "{}",
        r#"{"code":null}"#,
        "\"\"",
        "\" \"",
        "<p>",
        "<p",
        "\u{feff}",
    ] {
        assert_eq!(message(body), None, "{body}");
    }
    let silent = parse(r#"{"buying_power":"1"}"#);
    assert_eq!((silent.code(), silent.message()), (None, None));
    assert_eq!(silent.decimal("buying_power"), Some(Decimal::ONE));
}

#[test]
fn of_a_page_the_title_is_kept() {
    let nginx = "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n\
        <center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx</center>\r\n\
        </body>\r\n</html>\r\n";
    for content_type in [None, Some("text/html"), Some("application/json")] {
        let body = ErrorBody::parse(nginx.as_bytes(), content_type);
        assert_eq!(body.message(), Some("Authorization Required"));
        assert_eq!(body.code(), None);
    }
    for (page, expected) in [
        (
            "<HTML><TITLE lang=en>\n Bad\n Gateway </TITLE>",
            "Bad Gateway",
        ),
        ("<title>a &amp;lt; b &lt;c&gt;</title>", "a &lt; b <c>"),
        ("<title></title><h1>Too</h1><p>slow", "Too slow"),
        ("<title>cut off", "cut off"),
        (
            "<p>a</p><script>x < y; alert('no')</script><style>p{}</style><!-- <b> -->b",
            "a b",
        ),
        ("<p>Grüße</p>", "Grüße"),
    ] {
        let body = ErrorBody::parse(page.as_bytes(), Some("text/html; charset=utf-8"));
        assert_eq!(body.message(), Some(expected), "{page}");
    }
    let late = ErrorBody::parse(b"oops <b>no</b> page", Some("Text/HTML"));
    assert_eq!(late.message(), Some("oops no page"));
}

#[test]
fn a_text_is_its_own_message() {
    assert_eq!(
        message("upstream connect error\n or timeout ").as_deref(),
        Some("upstream connect error\\n or timeout")
    );
    let body = ErrorBody::parse(b"caf\xe9 \xff", Some("text/plain"));
    assert_eq!(body.message(), Some("caf\u{fffd} \u{fffd}"));
    let body = ErrorBody::parse(b"{\"code\":1,\"message\":\"\xff!\"}", None);
    assert_eq!(
        (body.message(), number("{\"code\":1}")),
        (Some("\u{fffd}!"), Some(1))
    );
}

#[test]
fn what_arrived_of_a_cut_body_is_kept() {
    let whole = r#"{"code":40310000,"buying_power":"1.50","message":"insufficient buying power"}"#;
    for length in 0..whole.len() {
        let body = parse(&whole[..length]);
        assert!(!body.says_order_not_found(404));
        if length > 17 {
            assert_eq!(*body.code().unwrap(), 40_310_000, "{length}");
        }
        if length > 39 {
            assert_eq!(body.decimal("buying_power"), Some(Decimal::new(150, 2)));
        }
        // The text itself is better than nothing.
        assert_eq!(body.message().is_some(), length > 0, "{length}");
    }
    let cut = parse(r#"{"message":"insufficient buying power","cost_basis":"1"#);
    assert_eq!(cut.message(), Some("insufficient buying power"));
    let trailing = parse(r#"{"message":"m"} and more"#);
    assert_eq!(trailing.message(), Some("m"));
}

#[test]
fn only_a_whole_object_says_clearly_that_there_is_no_order() {
    let says = |body: &str, status| parse(body).says_order_not_found(status);
    let clear = r#"{"code":40410000,"message":"order not found for my-id"}"#;
    assert!(says(clear, 404));
    assert!(says(r#"{"message":"order not found"}"#, 404));
    for status in [200, 401, 403, 410, 422, 500, 503] {
        assert!(!says(clear, status), "{status}");
    }
    for body in [
        "",
        "order not found",
        "\"order not found\"",
        "[\"order not found\"]",
        "<title>order not found</title>",
        "<html><p>order not found</p></html>",
        r#"{"message":"endpoint not found."}"#,
        r#"{"code":40410000}"#,
        r#"{"code":40410000,"message":"position does not exist"}"#,
        r#"{"code":40410001,"message":"order not found"}"#,
        r#"{"message":"order not found""#,
        r#"{"message":"order not found"}}"#,
    ] {
        assert!(!says(body, 404), "{body}");
    }
}

#[test]
fn hostile_bodies_are_read_in_their_stride() {
    for open in [
        "[",
        "{\"a\":",
        "{\"error\":",
        "{\"message\":[",
        "{\"errors\":[",
        "\"",
    ] {
        let body = parse(&open.repeat(10_000));
        let shown = body.message().unwrap().chars().count();
        assert!((100..=1_000).contains(&shown), "{open} {shown}");
    }
    assert_eq!(message(&"<".repeat(10_000)), None);
    let nested = format!(
        "{{\"message\":\"m\",\"deep\":{}{}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let body = parse(&nested);
    assert_eq!(body.message(), Some("m"));
    assert_eq!(body.field("deep").map(|text| text.len()), Some(20_000));
    let megabyte = "x".repeat(1024 * 1024);
    for body in [
        megabyte.clone(),
        format!("{{\"message\":\"{megabyte}\"}}"),
        format!("{{\"error\":{{\"message\":\"{megabyte}\"}}}}"),
        format!("<html>{megabyte}"),
        format!("<title>{megabyte}"),
        "<a>".repeat(350_000) + "text",
        "é".repeat(500_000),
        "{\"a\":1,".repeat(150_000),
    ] {
        let body = parse(&body);
        assert!(
            body.message()
                .is_none_or(|text| text.chars().count() <= 1_000)
        );
    }
    let fields: Vec<String> = (0..100_000).map(|n| format!("\"f{n}\":{n}")).collect();
    let body = parse(&format!("{{{},\"message\":\"m\"}}", fields.join(",")));
    assert_eq!(body.field_names().count(), MOST_FIELDS);
    assert_eq!(body.message(), Some("m"));
    assert_eq!(
        parse(&format!("{{\"{megabyte}\":1}}"))
            .field_names()
            .count(),
        0
    );
}

#[test]
fn a_message_can_neither_forge_a_line_nor_tell_a_secret() {
    let body = parse("{\"message\":\"no\\n2026-01-01 ERROR forged \\u001b[31m\\u202e\"}");
    assert_eq!(
        body.message(),
        Some("no\\n2026-01-01 ERROR forged \\u{1b}[31m\\u{202e}")
    );
    for text in [
        r#"{"message":"bad header Authorization: Bearer SENTINEL-12345"}"#,
        r#"{"message":"{\"secret\":\"SENTINEL\"}"}"#,
        r#"{"secret":"SENTINEL","message":"#,
        "APCA-API-SECRET-KEY: SENTINEL\nis wrong",
        "<title>token=SENTINEL</title>",
    ] {
        let body = parse(text);
        assert!(!format!("{body:?}").contains("SENTINEL"), "{body:?}");
        assert!(body.message().is_some());
    }
    let shown = format!(
        "{:?}",
        parse(r#"{"code":7,"message":"m","balance":"SENTINEL"}"#)
    );
    assert!(
        shown.contains("balance") && !shown.contains("SENTINEL"),
        "{shown}"
    );
}
