//! What is remembered, and which order a closing gets.

use chrono::Utc;

use super::*;

fn client() -> Client {
    let client = Client::builder().key_pair("PKTEST", "secret").build();
    client.unwrap()
}

fn order(id: u128, quantity: u32) -> Order {
    serde_json::from_value(serde_json::json!({
        "id": Uuid::from_u128(id), "client_order_id": id.to_string(), "symbol": "BTC/USD",
        "created_at": Utc::now(), "status": "new", "qty": quantity.to_string(),
        "asset_id": Uuid::from_u128(77),
    }))
    .unwrap()
}

fn closing(under_way: &ClosingUnderWay, quantity: Option<u32>) -> Closing {
    Closing {
        number: under_way.number(),
        symbol: "BTCUSD".to_owned(),
        begun: under_way.sent(),
        since: None,
        ended: None,
        until: None,
        quantity: quantity.map(Decimal::from),
        others: Arc::default(),
    }
}

fn begin(client: &Client, quantity: Option<u32>) -> (ClosingUnderWay, Closing) {
    let under_way = client.begin_closing(Some("BTCUSD"), quantity.map(Decimal::from));
    let closing = closing(&under_way, quantity);
    (under_way, closing)
}

fn candidates(orders: &[Order]) -> Vec<Candidate> {
    let sure = |order: &Order| Candidate {
        order: order.clone(),
        doubt: None,
    };
    orders.iter().map(sure).collect()
}

fn claimed(client: &Client, closing: &Closing, orders: &[Order]) -> Option<Uuid> {
    let claimed = client.claim(closing, candidates(orders)).unwrap();
    claimed.map(|order| order.id)
}

fn is_unclear(client: &Client, closing: &Closing, orders: &[Order]) -> bool {
    let claimed = client.claim(closing, candidates(orders));
    claimed.is_err_and(|error| error.is_unresolved() && error.outcome() == Outcome::Unknown)
}

#[test]
fn what_the_client_has_placed_otherwise_is_not_taken() {
    let client = client();
    let (_under_way, closing) = begin(&client, None);
    let (returned, sent, own) = (order(1, 5), order(2, 5), order(3, 5));
    client.remember(&returned);
    client.remember_id("2");
    let all = [returned, sent, own];
    assert_eq!(claimed(&client, &closing, &all), Some(Uuid::from_u128(3)));
    // Asked again, also by a clone of the client.
    assert_eq!(
        claimed(&client.clone(), &closing, &all),
        Some(Uuid::from_u128(3))
    );
    assert_eq!(claimed(&client, &closing, &[]), None);
    // Nobody else gets it.
    let (_under_way, another) = begin(&client, None);
    assert_eq!(claimed(&client, &another, &all), None);
    assert_eq!(client.known_orders(another.number).orders.len(), 2);
    assert_eq!(client.known_orders(closing.number).orders.len(), 1);
}

#[test]
fn another_client_is_told_what_this_one_has_placed() {
    let client = client();
    let (_under_way, mut closing) = begin(&client, None);
    let (returned, sent) = (order(1, 5), order(2, 5));
    client.remember(&returned);
    client.remember_id("2");
    closing.others = client.known_orders(closing.number);
    let other = Client::builder().key_pair("PKTEST", "secret").build();
    assert_eq!(claimed(&other.unwrap(), &closing, &[returned, sent]), None);
}

#[test]
fn what_is_not_sure_is_neither_taken_nor_denied() {
    let client = client();
    let (_under_way, closing) = begin(&client, Some(5));
    let at = |id, quantity, doubt| Candidate {
        order: order(id, quantity),
        doubt,
    };
    let ends = |candidates: Vec<Candidate>| match client.claim(&closing, candidates) {
        Ok(found) => found.map(|order| order.id.as_u128()).ok_or("none"),
        Err(_) => Err("unclear"),
    };
    let (time, quantity) = (Some(Doubt::Time), Some(Doubt::Quantity));
    assert_eq!(ends(vec![at(1, 5, time)]), Err("unclear"));
    assert_eq!(ends(vec![at(1, 4, quantity)]), Err("unclear"));
    assert_eq!(ends(vec![at(1, 5, time), at(2, 5, None)]), Err("unclear"));
    assert_eq!(ends(vec![at(1, 4, quantity), at(2, 5, None)]), Ok(2));
    // What is known to be another leaves nothing open.
    client.remember(&order(7, 4));
    assert_eq!(ends(vec![at(7, 4, quantity)]), Err("none"));
    assert_eq!(ends(vec![at(7, 4, time)]), Err("none"));
}

#[test]
fn several_are_unclear() {
    let client = client();
    let (_under_way, closing) = begin(&client, None);
    assert!(is_unclear(&client, &closing, &[order(1, 5), order(2, 6)]));
}

#[test]
fn two_closings_that_wait_are_told_from_each_other_by_their_quantities_alone() {
    let client = client();
    for (one, other, clear) in [
        (Some(5), Some(4), true),
        (Some(5), Some(5), false),
        // It may have been cut.
        (Some(5), Some(6), false),
        (Some(5), None, false),
        (None, None, false),
    ] {
        let (under_way, closing) = begin(&client, one);
        let (rival, _) = begin(&client, other);
        let orders = [order(u128::from(rival.number()) + 100, 5)];
        assert_eq!(
            is_unclear(&client, &closing, &orders),
            !clear,
            "{one:?} {other:?}"
        );
        // One that is settled is in nobody's way, nor is one for another symbol.
        rival.settled();
        let elsewhere = client.begin_closing(Some("AAPL"), None);
        assert!(
            claimed(&client, &closing, &orders).is_some(),
            "{one:?} {other:?}"
        );
        elsewhere.settled();
        under_way.settled();
    }
}

#[test]
fn all_positions_and_the_id_of_an_asset_are_in_the_way_too() {
    let client = client();
    let asset = Uuid::from_u128(77).to_string();
    for symbol in [None, Some(asset.as_str())] {
        let (under_way, closing) = begin(&client, Some(5));
        let rival = client.begin_closing(symbol, None);
        assert!(is_unclear(&client, &closing, &[order(1, 5)]), "{symbol:?}");
        rival.settled();
        under_way.settled();
    }
}

#[test]
fn a_closing_is_in_the_way_of_those_within_a_minute_of_it() {
    let client = client();
    let (given_up, first) = begin(&client, None);
    drop(given_up);
    let (_under_way, mut closing) = begin(&client, None);
    let orders = [order(1, 5)];
    closing.begun = first.begun.plus(55);
    assert!(
        is_unclear(&client, &closing, &orders),
        "sent within a minute of the first"
    );
    closing.begun = first.begun.plus(65);
    assert!(
        claimed(&client, &closing, &orders).is_some(),
        "long after the first"
    );
}

#[test]
fn a_closing_is_in_the_way_of_those_before_it() {
    let client = client();
    let (_early, closing) = begin(&client, None);
    let orders = [order(1, 5)];
    // The later one begins 70 s after the earlier, which may end before, and be held up for 60 s.
    for (ended, in_the_way) in [(Some(5), false), (Some(15), true), (None, true)] {
        let later = Pending {
            number: u64::MAX,
            symbol: None,
            quantity: None,
            sent: closing.begun.plus(70).instant(),
            ended: None,
        };
        client.recent(|recent| recent.begin(later));
        let closing = Closing {
            ended: ended.map(|ended| closing.begun.plus(ended)),
            ..closing.clone()
        };
        let unclear = is_unclear(&client, &closing, &orders);
        assert_eq!(unclear, in_the_way, "{ended:?}");
        client.recent(|recent| recent.settle(u64::MAX));
    }
}

#[test]
fn only_the_latest_are_remembered() {
    let client = client();
    let (first, _) = begin(&client, None);
    let count = REMEMBERED + 10;
    for id in 0..count {
        client.remember(&order(id as u128, 1));
        client.remember_id(&id.to_string());
        drop(begin(&client, None));
    }
    client.recent(|recent| {
        assert_eq!(recent.orders.len(), REMEMBERED);
        assert_eq!(recent.client_order_ids.len(), REMEMBERED);
        assert_eq!(recent.closings.len(), REMEMBERED);
        // Those that are under way stay.
        let mut closings = recent.closings.iter();
        assert!(closings.any(|closing| closing.number == first.number));
    });
    let last = Uuid::from_u128(count as u128 - 1);
    assert!(client.known_orders(u64::MAX).orders.contains(&last));
}

#[test]
fn what_a_busy_program_places_meanwhile_hides_nothing() {
    let client = client();
    let (_under_way, closing) = begin(&client, None);
    for id in 0..2_000 {
        client.remember(&order(id, 1));
        client.remember_id(&format!("sent-{id}"));
    }
    let mut sent = order(5_000, 1);
    sent.client_order_id = "sent-0".to_owned();
    assert_eq!(claimed(&client, &closing, &[order(0, 1), sent]), None);
}

#[test]
fn what_is_older_than_any_call_is_forgotten() {
    let mut queue = VecDeque::new();
    let start = Instant::now();
    for minutes in [0, 1, 59, 60, 61] {
        push_at(
            &mut queue,
            minutes,
            start + Duration::from_secs(60 * minutes),
        );
    }
    let left: Vec<_> = queue.iter().map(|noted| noted.what).collect();
    assert_eq!(left, [1, 59, 60, 61]);
}
