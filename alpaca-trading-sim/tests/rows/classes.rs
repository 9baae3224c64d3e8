//! The rules of order classes: which legs they need, and where the prices of legs lie.

use serde_json::{Value, json};

use crate::desk::{Desk, limit, merge};
use crate::validation::all;

#[tokio::test]
async fn classes_need_their_legs() {
    let desk = Desk::open().await;
    let entry = |class: &str, more: Value| {
        let mut body = limit("buy", "2", "100");
        merge(&mut body, json!({"order_class": class}));
        merge(&mut body, more);
        body
    };
    let (target, stop) = (json!({"limit_price": "110"}), json!({"stop_price": "90"}));
    let both = json!({"take_profit": target, "stop_loss": stop});
    let with = |class: &str, more: Value| {
        let mut body = entry(class, both.clone());
        merge(&mut body, more);
        body
    };
    all(
        &desk,
        &[
            (with("bracket", json!({})), "ok"),
            (
                with("bracket", json!({"type": "market", "limit_price": null})),
                "ok",
            ),
            (with("bracket", json!({"time_in_force": "gtc"})), "ok"),
            (
                with(
                    "bracket",
                    json!({"stop_loss": {"stop_price": "90", "limit_price": "89"}}),
                ),
                "ok",
            ),
            // Trailing fields are ignored beside a stop price, and no substitute for it.
            (
                with(
                    "bracket",
                    json!({"stop_loss": {"stop_price": "90", "trail_percent": "5"}}),
                ),
                "ok",
            ),
            (
                with("bracket", json!({"stop_loss": {"trail_percent": "5"}})),
                "422 40010001 bracket orders require stop_loss.stop_price",
            ),
            (
                entry("bracket", json!({"take_profit": target})),
                "422 40010001 bracket orders require stop_loss.stop_price",
            ),
            (
                entry("bracket", json!({"stop_loss": stop})),
                "422 40010001 bracket orders require take_profit.limit_price",
            ),
            (entry("oto", json!({"take_profit": target})), "ok"),
            (entry("oto", json!({"stop_loss": stop})), "ok"),
            (
                entry("oto", json!({})),
                "422 40010001 oto orders require exactly one of take_profit or stop_loss",
            ),
            (
                with("oto", json!({})),
                "422 40010001 oto orders require exactly one of take_profit or stop_loss",
            ),
            (
                entry("oto", json!({"stop_loss": {"limit_price": "89"}})),
                "422 40010001 oto orders require stop_loss.stop_price",
            ),
            (
                entry("oco", json!({"stop_loss": stop})),
                "422 40010001 oco orders require take_profit.limit_price",
            ),
            (
                entry("oto", json!({"stop_loss": stop, "time_in_force": "ioc"})),
                "422 40010001 oto orders support only \"day\" or \"gtc\" time_in_force",
            ),
            (
                with("oco", json!({"side": "sell"})),
                "422 42210000 oco orders must be exit orders",
            ),
            (
                with("bracket", json!({"qty": "1.5"})),
                "422 42210000 fractional orders must be simple orders",
            ),
            (
                with("bracket", json!({"qty": null, "notional": "100"})),
                "422 42210000 fractional orders must be simple orders",
            ),
            (
                with("bracket", json!({"extended_hours": true})),
                "422 42210000 extended hours order must be DAY or GTC limit orders",
            ),
            (
                entry("oto", json!({"stop_loss": stop, "extended_hours": true})),
                "403 40310000 oto orders do not support extended hours trading",
            ),
            (
                with("simple", json!({})),
                "422 40010001 simple orders must not have take_profit or stop_loss",
            ),
            (
                with("mleg", json!({})),
                "422 42210000 order_class mleg is not served here yet",
            ),
            (with("pair", json!({})), "422 40010001 invalid order_class"),
        ],
    );
}

#[tokio::test]
async fn legs_lie_on_their_sides() {
    let desk = Desk::open().await;
    let legs = |side: &str, target: &str, stop: &str| {
        let mut body = limit(side, "1", "100");
        merge(
            &mut body,
            json!({
                "order_class": "bracket", "take_profit": {"limit_price": target},
                "stop_loss": {"stop_price": stop}
            }),
        );
        body
    };
    let at_market = |target: &str, stop: &str| {
        let mut body = legs("buy", target, stop);
        merge(&mut body, json!({"type": "market", "limit_price": null}));
        body
    };
    let stop_below = "422 42210000 stop_loss.stop_price must be <= base_price - 0.01";
    let stop_above = "422 42210000 stop_loss.stop_price must be >= base_price + 0.01";
    let target_below = "422 42210000 take_profit.limit_price must be <= base_price - 0.01";
    let target_above = "422 42210000 take_profit.limit_price must be >= base_price + 0.01";
    all(
        &desk,
        &[
            (legs("buy", "100.01", "99.99"), "ok"),
            (legs("buy", "100", "90"), target_above),
            (legs("buy", "110", "100"), stop_below),
            (legs("sell", "99.99", "100.01"), "ok"),
            (legs("sell", "100", "110"), target_below),
            (legs("sell", "90", "100"), stop_above),
            // A market entry is measured at the far side of the quote.
            (at_market("100.02", "100"), "ok"),
            (at_market("100.01", "90"), target_above),
            (at_market("110", "100.01"), stop_below),
        ],
    );
    let (_, body) = desk.call("POST", "/v2/orders", &legs("buy", "110", "100").to_string());
    assert_eq!(body["base_price"], "100");
    desk.buy("AAPL", "5");
    let oco = |target: &str, stop: &str| {
        let mut body = legs("sell", target, stop);
        merge(
            &mut body,
            json!({"order_class": "oco", "limit_price": null}),
        );
        body
    };
    all(
        &desk,
        &[
            (oco("110", "109.99"), "ok"),
            (oco("110", "110"), stop_below),
            (
                {
                    let mut body = oco("110", "90");
                    merge(&mut body, json!({"type": "market"}));
                    body
                },
                "422 42210000 oco orders must be limit orders",
            ),
            (
                legs("sell", "90", "110"),
                "422 42210000 bracket orders must be entry orders",
            ),
        ],
    );
}
