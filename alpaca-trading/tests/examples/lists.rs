//! The examples that read lists and change them: `pagination` and `watchlists`.

use serde_json::{Value, json};

use crate::bodies::{self, fill, id, order, with};
use crate::program::Program;
use crate::service::{Answer, Request, Service};

/// Five orders in pages of two, 103 fills in pages of 100 of which one cannot be read, and one open
/// order.
fn history(request: &Request) -> Answer {
    let orders = |numbers: &[u32]| -> Value {
        numbers
            .iter()
            .map(|number| order(*number, "filled"))
            .collect()
    };
    match request.path.as_str() {
        "/v2/orders" if request.parameter("status") == Some("open") => {
            Answer::ok(&json!([order(6, "new")]))
        }
        "/v2/orders" => match request.parameter("before_order_id") {
            None => Answer::ok(&orders(&[5, 4])),
            // As the service does at times, it repeats the order that the page begins after.
            Some(after) if after == id(4) => Answer::ok(&orders(&[4, 3])),
            _ => Answer::ok(&orders(&[2, 1])),
        },
        "/v2/account/activities" => {
            let token = request.parameter("page_token");
            let token = token.map(|token| token.replace("%3A", ":"));
            if token.is_none() {
                Answer::ok(&(1..=100).map(|number| fill(number, "2")).collect())
            } else if token.as_deref() == fill(100, "2")["id"].as_str() {
                let odd = with(fill(102, "2"), json!({"price": "a lot"}));
                Answer::ok(&json!([fill(101, "0.5"), odd, fill(103, "1")]))
            } else {
                Answer::refusal(42_210_000, "invalid page_token")
            }
        }
        _ => Answer::no_endpoint(),
    }
}

#[test]
fn pagination_follows_the_pages_and_keeps_what_can_be_read() {
    let service = Service::start(history);
    let run = Program::example("pagination").at(&service).run();
    assert_eq!(run.code(), Some(0), "{}", run.all());
    let line = "2026-01-05 AAPL filled\n";
    assert!(run.out().starts_with(&line.repeat(3)), "{}", run.all());
    assert_eq!(run.out().matches(line).count(), 3, "{}", run.all());
    // 100 fills of 2 shares, one of 0.5 and one of 1, at 187.50 each.
    run.prints(&[
        "102 fills worth 37781.250, and 1 that cannot be read",
        "1 open orders",
    ]);
    assert!(
        run.all().contains("row 1 cannot be read: "),
        "{}",
        run.all()
    );

    let requests = service.requests();
    let paged = |path: &str, name: &str| -> Vec<Option<String>> {
        let of_path = requests.iter().filter(|request| request.path == path);
        of_path
            .filter(|request| request.parameter("status") != Some("open"))
            .map(|request| request.parameter(name).map(str::to_owned))
            .collect()
    };
    let pages = paged("/v2/orders", "before_order_id");
    assert_eq!(pages, [None, Some(id(4))]);
    assert_eq!(paged("/v2/account/activities", "page_token").len(), 2);
    for request in &requests {
        assert_eq!(request.method, "GET");
        if request.path == "/v2/account/activities" {
            assert_eq!(request.parameter("activity_types"), Some("FILL"));
            assert_eq!(request.parameter("direction"), Some("asc"));
        }
    }
}

const NAME: &str = "example of alpaca-trading";

/// A service with another watchlist, and none by the name of the example's until one is made.
fn watchlists(request: &Request) -> Answer {
    let list = |symbols: &[&str]| Answer::ok(&bodies::watchlist(NAME, symbols));
    let own = format!("/v2/watchlists/{}", id(7));
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v2/watchlists") => Answer::ok(&json!([bodies::watchlist_row(1, "Primary")])),
        ("GET", "/v2/watchlists:by_name") => Answer::refusal(40_410_000, "watchlist not found"),
        ("POST", "/v2/watchlists") => list(&["AAPL", "MSFT"]),
        ("POST", path) if path == own => list(&["AAPL", "MSFT", "BTC/USD"]),
        ("PUT", path) if path == own => list(&["NVDA", "AMD"]),
        ("DELETE", path) if path == own => Answer::NoContent,
        ("DELETE", path) if path == format!("{own}/MSFT") => list(&["AAPL", "BTC/USD"]),
        _ => Answer::no_endpoint(),
    }
}

#[test]
fn watchlists_makes_changes_and_deletes_its_own_list() {
    let service = Service::start(watchlists);
    let run = Program::example("watchlists").at(&service).run();
    run.succeeds();
    run.prints(&[
        "there is Primary",
        &format!("made: {NAME} has AAPL, MSFT\n"),
        "added: ",
        "has AAPL, MSFT, BTC/USD\n",
        "removed: ",
        "has AAPL, BTC/USD\n",
        "replaced: ",
        "has NVDA, AMD\n",
        &format!("deleted {}", id(7)),
    ]);

    let own = format!("/v2/watchlists/{}", id(7));
    let made = service.only("POST /v2/watchlists").json();
    assert_eq!(made, json!({"name": NAME, "symbols": ["AAPL", "MSFT"]}));
    let added = service.only(&format!("POST {own}")).json();
    assert_eq!(added, json!({"symbol": "BTC/USD"}));
    let replaced = service.only(&format!("PUT {own}")).json();
    assert_eq!(replaced, json!({"symbols": ["NVDA", "AMD"]}));
    assert_eq!(service.lines().last(), Some(&format!("DELETE {own}")));
}

#[test]
fn watchlists_does_not_leave_its_list_behind() {
    let service = Service::start(|request| match request.method.as_str() {
        "PUT" => Answer::refusal(42_210_000, "symbol \"NVDA\" is not supported"),
        _ => watchlists(request),
    });
    let run = Program::example("watchlists").at(&service).run();
    run.fails_with(&["422 [42210000]", "NVDA"]);
    service.only(&format!("DELETE /v2/watchlists/{}", id(7)));
}
