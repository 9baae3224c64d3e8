//! Watchlists, by id and by name.

use serde_json::{Value, json};

use crate::desk::{Desk, id, text};

fn symbols(list: &Value) -> Vec<String> {
    let assets = list["assets"].as_array().expect("assets");
    assets.iter().map(|asset| text(&asset["symbol"])).collect()
}

#[tokio::test]
async fn a_list_lives() {
    let desk = Desk::open().await;
    assert_eq!(desk.get("/v2/watchlists"), json!([]));
    let list = desk.granted(
        "POST",
        "/v2/watchlists",
        json!({"name": "mine", "symbols": ["AAPL", "MSFT"]}),
    );
    assert_eq!(
        (&list["name"], symbols(&list)),
        (&json!("mine"), vec!["AAPL".into(), "MSFT".into()])
    );
    assert_eq!(list["account_id"], desk.get("/v2/account")["id"]);
    let target = format!("/v2/watchlists/{}", id(&list));
    assert_eq!(desk.get(&target), list);
    assert_eq!(desk.get("/v2/watchlists:by_name?name=mine"), list);
    // In the list of lists without its assets.
    let heads = desk.get("/v2/watchlists");
    assert_eq!(
        (heads.as_array().unwrap().len(), heads[0].get("assets")),
        (1, None)
    );
    desk.wait(1);
    let list = desk.granted("POST", &target, json!({"symbol": "BTCUSD"}));
    assert_eq!(symbols(&list), ["AAPL", "MSFT", "BTC/USD"]);
    assert!(text(&list["updated_at"]) > text(&list["created_at"]));
    let list = desk.granted("DELETE", &format!("{target}/AAPL"), Value::Null);
    assert_eq!(symbols(&list), ["MSFT", "BTC/USD"]);
    let list = desk.granted("DELETE", &format!("{target}/BTC%2FUSD"), Value::Null);
    assert_eq!(symbols(&list), ["MSFT"]);
    let list = desk.granted("PUT", &target, json!({"name": "yours"}));
    assert_eq!(
        (&list["name"], symbols(&list)),
        (&json!("yours"), vec!["MSFT".into()])
    );
    let list = desk.granted("PUT", &target, json!({"symbols": ["F", "F", "GME"]}));
    assert_eq!(symbols(&list), ["F", "GME"]);
    assert_eq!(desk.call("DELETE", &target, ""), (204, Value::Null));
    assert_eq!(desk.refused("GET", &target, "").0, 404);
    assert_eq!(desk.get("/v2/watchlists"), json!([]));
}

#[tokio::test]
async fn the_same_by_name() {
    let desk = Desk::open().await;
    desk.granted("POST", "/v2/watchlists", json!({"name": "a list"}));
    let target = "/v2/watchlists:by_name?name=a%20list";
    let list = desk.granted("POST", target, json!({"symbol": "AAPL"}));
    assert_eq!(symbols(&list), ["AAPL"]);
    let list = desk.granted("PUT", target, json!({"symbols": ["F"]}));
    assert_eq!(symbols(&list), ["F"]);
    assert_eq!(desk.call("DELETE", target, ""), (204, Value::Null));
    assert_eq!(desk.refused("GET", target, "").0, 404);
}

#[tokio::test]
async fn what_is_refused() {
    let desk = Desk::open().await;
    let list = desk.granted(
        "POST",
        "/v2/watchlists",
        json!({"name": "mine", "symbols": ["AAPL"]}),
    );
    desk.granted("POST", "/v2/watchlists", json!({"name": "other"}));
    let target = format!("/v2/watchlists/{}", id(&list));
    let longest = "x".repeat(64);
    desk.granted("POST", "/v2/watchlists", json!({ "name": longest }));
    for (method, target, body, status, message) in [
        (
            "POST",
            "/v2/watchlists",
            json!({"name": "mine"}),
            422,
            "watchlist name must be unique",
        ),
        (
            "PUT",
            &target,
            json!({"name": "other"}),
            422,
            "watchlist name must be unique",
        ),
        (
            "POST",
            "/v2/watchlists",
            json!({}),
            422,
            "watchlist name must have 1 to 64 characters",
        ),
        (
            "POST",
            "/v2/watchlists",
            json!({"name": "x".repeat(65)}),
            422,
            "watchlist name must have 1 to 64 characters",
        ),
        (
            "POST",
            "/v2/watchlists",
            json!({"name": "new", "symbols": ["NOPE"]}),
            422,
            "asset \"NOPE\" not found",
        ),
        (
            "POST",
            &target,
            json!({"symbol": "AAPL"}),
            422,
            "duplicate symbol",
        ),
        (
            "POST",
            &target,
            json!({"symbol": "NOPE"}),
            422,
            "asset \"NOPE\" not found",
        ),
        ("POST", &target, json!({}), 422, "symbol is required"),
        (
            "PUT",
            &target,
            json!({}),
            422,
            "name or symbols is required",
        ),
        (
            "DELETE",
            &format!("{target}/MSFT"),
            json!({}),
            404,
            "symbol not found in watchlist",
        ),
        (
            "GET",
            "/v2/watchlists:by_name?name=nope",
            json!({}),
            404,
            "watchlist not found",
        ),
        (
            "GET",
            "/v2/watchlists:by_name",
            json!({}),
            422,
            "name is missing",
        ),
        (
            "GET",
            "/v2/watchlists/nope",
            json!({}),
            422,
            "watchlist_id is not a valid UUID: nope",
        ),
    ] {
        let (got, _, text) = desk.refused(method, target, &body.to_string());
        assert_eq!(
            (got, text.as_str()),
            (status, message),
            "{method} {target} {body}"
        );
    }
    assert_eq!(desk.get(&target), list);
}
