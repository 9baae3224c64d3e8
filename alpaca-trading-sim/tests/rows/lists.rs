//! The list of orders: what it leaves out, its order, its pages.

use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, bracket, id, limit};

fn ids(rows: &Value) -> Vec<String> {
    rows.as_array().unwrap().iter().map(id).collect()
}

/// A desk with orders of several kinds, and their ids in the order in which they came.
async fn several() -> (Desk, Vec<String>) {
    let desk = Desk::open().await;
    let filled = desk.buy("AAPL", "10");
    let sell = desk.order(limit("sell", "1", "110"));
    let mut coins = json!({
        "symbol": "ETH/USD", "side": "buy", "qty": "1", "type": "limit", "time_in_force": "gtc",
        "limit_price": "2000"
    });
    let coins_id = desk.order(coins.take());
    let canceled = desk.order(limit("buy", "1", "90"));
    desk.cancel(&canceled);
    desk.wait(1);
    let last = desk.order(json!({
        "symbol": "F", "side": "buy", "qty": "1", "type": "limit", "time_in_force": "day", "limit_price": "9"
    }));
    (desk, vec![filled, sell, coins_id, canceled, last])
}

#[tokio::test]
async fn the_list_leaves_out_what_was_not_asked_for() {
    let (desk, all) = several().await;
    for (query, expected) in [
        ("", vec![4, 2, 1]),
        ("?status=open", vec![4, 2, 1]),
        ("?status=closed", vec![3, 0]),
        ("?status=all", vec![4, 3, 2, 1, 0]),
        ("?status=all&direction=asc", vec![0, 1, 2, 3, 4]),
        ("?status=all&limit=2", vec![4, 3]),
        ("?status=all&direction=asc&limit=2", vec![0, 1]),
        ("?status=all&side=sell", vec![1]),
        ("?status=all&symbols=AAPL", vec![3, 1, 0]),
        ("?status=all&symbols=AAPL,F", vec![4, 3, 1, 0]),
        ("?status=all&symbols=ETHUSD", vec![2]),
        ("?status=all&symbols=NOPE", vec![]),
        ("?status=all&asset_class=crypto", vec![2]),
        (
            "?status=all&asset_class=us_equity,crypto",
            vec![4, 3, 2, 1, 0],
        ),
        (
            "?status=all&asset_class=us_equity&asset_class=crypto",
            vec![4, 3, 2, 1, 0],
        ),
        ("?status=all&asset_class=us_option", vec![]),
        ("?status=all&after=2026-01-05T15:00:01Z", vec![4]),
        ("?status=all&until=2026-01-05T15:00:01Z", vec![3, 2, 1, 0]),
        ("?status=all&after=2026-01-06", vec![]),
        ("?status=all&until=2026-01-06", vec![4, 3, 2, 1, 0]),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|place: usize| all[place].clone())
            .collect();
        assert_eq!(
            ids(&desk.get(&format!("/v2/orders{query}"))),
            expected,
            "{query}"
        );
    }
    // Both ends are excluded.
    let time = |place: usize| crate::desk::text(&desk.look(&all[place])["submitted_at"]);
    let target = format!("/v2/orders?status=all&after={}&until={}", time(0), time(3));
    assert_eq!(ids(&desk.get(&target)), [all[2].clone(), all[1].clone()]);
}

#[tokio::test]
async fn pages_by_anchors_have_no_gaps_and_no_repetitions() {
    let desk = Desk::open().await;
    let mut placed = Vec::new();
    for place in 0..120 {
        placed.push(match place % 10 {
            0 => {
                let mut body = bracket("1");
                body["limit_price"] = json!("95");
                desk.order(body)
            }
            _ => desk.order(limit("buy", "1", "90")),
        });
    }
    for (nested, each) in [("true", 120), ("false", 144)] {
        for (direction, anchor) in [("desc", "before_order_id"), ("asc", "after_order_id")] {
            let (mut seen, mut more) = (Vec::new(), String::new());
            loop {
                let target = format!(
                    "/v2/orders?status=all&nested={nested}&direction={direction}&limit=7{more}"
                );
                let page = ids(&desk.get(&target));
                seen.extend(page.iter().cloned());
                match page.last() {
                    Some(last) if page.len() == 7 => more = format!("&{anchor}={last}"),
                    _ => break,
                }
            }
            assert_eq!(seen.len(), each, "{nested} {direction}");
            if direction == "desc" {
                seen.reverse();
            }
            let parents: Vec<_> = seen
                .iter()
                .filter(|id| placed.contains(id))
                .cloned()
                .collect();
            assert_eq!(parents, placed, "{nested} {direction}");
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), each, "{nested} {direction}");
        }
    }
    // Fifty, unless asked otherwise; at most five hundred.
    assert_eq!(ids(&desk.get("/v2/orders")).len(), 50);
    assert_eq!(ids(&desk.get("/v2/orders?limit=500")).len(), 144);
}

#[tokio::test]
async fn pages_by_time_that_overlap_by_one_have_no_gaps() {
    let desk = Desk::open().await;
    for _ in 0..20 {
        desk.order(limit("buy", "1", "90"));
    }
    let all = ids(&desk.get("/v2/orders?direction=asc"));
    // Who asks for what came after the one before the last gets the last again.
    let first = desk.get("/v2/orders?direction=asc&limit=8");
    let seam = crate::desk::text(&first[6]["submitted_at"]);
    let second = ids(&desk.get(&format!("/v2/orders?direction=asc&limit=8&after={seam}")));
    assert_eq!(ids(&first)[7], second[0]);
    let mut together = ids(&first);
    together.extend(second);
    together.dedup();
    assert_eq!(together, all[..15]);
}

#[tokio::test]
async fn anchors_exclude_each_other_and_times() {
    let (desk, all) = several().await;
    let (one, other) = (&all[0], &all[4]);
    for query in [
        format!("before_order_id={one}&after_order_id={other}"),
        format!("before_order_id={one}&after=2026-01-05"),
        format!("after_order_id={one}&until=2026-01-06"),
    ] {
        let (status, code, _) = desk.refused("GET", &format!("/v2/orders?{query}"), "");
        assert_eq!((status, code), (422, Some(40_010_001)), "{query}");
    }
    let before = ids(&desk.get(&format!("/v2/orders?status=all&before_order_id={}", all[2])));
    assert_eq!(before, [all[1].clone(), all[0].clone()]);
    let after = ids(&desk.get(&format!("/v2/orders?status=all&after_order_id={}", all[2])));
    assert_eq!(after, [all[4].clone(), all[3].clone()]);
}

#[tokio::test]
async fn legs_stand_within_their_parents_or_beside_them() {
    let desk = Desk::open().await;
    let mut body = bracket("5");
    body["limit_price"] = json!("95");
    let entry = desk.order(body);
    let legs = desk.legs(&entry);
    let nested = desk.get("/v2/orders?nested=true");
    assert_eq!(ids(&nested), std::slice::from_ref(&entry));
    assert_eq!(ids(&nested[0]["legs"]), legs);
    let flat = desk.get("/v2/orders?direction=asc");
    assert_eq!(
        ids(&flat),
        [entry.clone(), legs[0].clone(), legs[1].clone()]
    );
    assert!(
        flat.as_array()
            .unwrap()
            .iter()
            .all(|row| row["legs"].is_null())
    );
    assert_eq!(
        desk.get(&format!("/v2/orders/{entry}"))["legs"],
        Value::Null
    );
    // When the entry is filled, it is no longer on the list of what is open, but its legs are.
    desk.price("AAPL", dec!(94.99));
    assert_eq!(ids(&desk.get("/v2/orders?direction=asc&nested=true")), legs);
    assert_eq!(ids(&desk.get("/v2/orders?status=all&nested=true")), [entry]);
}
