//! Where requests go: of the document, of a path, of an operation.

use serde_json::{Value, json};

use super::fixture::{edited, lines, shop};

const PATH: &str = "#/paths/~1v2~1orders/servers";
const GET: &str = "#/paths/~1v2~1orders/get/servers";

fn list(urls: &[&str]) -> Value {
    urls.iter().map(|url| json!({ "url": url })).collect()
}

fn at(place: &str, urls: &[&str]) -> Value {
    edited(&shop(), place, Some(list(urls)))
}

#[test]
fn a_request_that_goes_elsewhere_is_breaking() {
    let (one, other) = ("https://x.example.com", "https://y.example.com/v3");
    let api = "https://api.example.com";
    for (old, new, told) in [
        (
            at(GET, &[one]),
            at(GET, &[other]),
            "keyword-changed breaking GET /v2/orders",
        ),
        (
            at(PATH, &[one]),
            at(PATH, &[other]),
            "keyword-changed breaking /v2/orders",
        ),
        (
            shop(),
            at(GET, &[other]),
            "keyword-changed breaking GET /v2/orders",
        ),
        (
            at(GET, &[one]),
            shop(),
            "keyword-changed breaking GET /v2/orders",
        ),
        (
            at(GET, &[one]),
            at(GET, &[one, other]),
            "keyword-changed compatible GET /v2/orders",
        ),
        (
            shop(),
            at(GET, &[api, other]),
            "keyword-changed compatible GET /v2/orders",
        ),
        (
            at(GET, &[one, other]),
            at(GET, &[other]),
            "keyword-changed breaking GET /v2/orders",
        ),
        (
            shop(),
            at("#/servers", &[api, other]),
            "server-added compatible servers/1",
        ),
    ] {
        assert_eq!(lines(&old, &new), [told]);
    }
    // Of an item with several operations it is told once, where the item lists them.
    let told = lines(&shop(), &at(PATH, &[one]));
    assert_eq!(
        told,
        [
            "keyword-changed breaking GET /v2/orders",
            "keyword-changed breaking POST /v2/orders",
        ]
    );
}

#[test]
fn the_order_and_the_place_of_servers_are_no_change() {
    let (one, other) = ("https://x.example.com", "https://y.example.com");
    for (old, new) in [
        (at(GET, &[one, other]), at(GET, &[other, one])),
        (at(PATH, &[one, other]), at(PATH, &[other, one])),
        (shop(), at(GET, &["https://api.example.com/"])),
        (shop(), at(PATH, &["https://api.example.com"])),
        (at(GET, &["https://api.example.com"]), shop()),
    ] {
        assert_eq!(lines(&old, &new), [""; 0]);
    }
}

#[test]
fn what_is_filled_into_an_address_counts() {
    let filled = |place: &str, default: &str, values: Option<Value>| {
        let mut host = json!({ "default": default, "description": default });
        if let Some(values) = values {
            host["enum"] = values;
        }
        let server = json!({ "url": "https://{host}", "variables": { "host": host } });
        edited(&shop(), place, Some(json!([server])))
    };
    for (place, told) in [("#/servers", "servers/0"), (GET, "GET /v2/orders")] {
        let of = |default: &str, values: Option<Value>| filled(place, default, values);
        let two = || Some(json!(["x", "z"]));
        let breaking = [format!("keyword-changed breaking {told}")];
        assert_eq!(lines(&of("x", None), &of("y", None)), breaking);
        assert_eq!(lines(&of("x", None), &of("x", two())), breaking);
        assert_eq!(
            lines(&of("x", two()), &of("x", Some(json!(["x"])))),
            breaking
        );
        let compatible = [format!("keyword-changed compatible {told}")];
        assert_eq!(lines(&of("x", two()), &of("x", None)), compatible);
        let more = Some(json!(["w", "x", "z"]));
        assert_eq!(lines(&of("x", two()), &of("x", more)), compatible);
        assert_eq!(
            lines(&of("x", two()), &of("x", Some(json!(["z", "x"])))),
            [""; 0]
        );
    }
}
