//! What only a venue does to an order: statuses, times, events, money, and what becomes of groups.

use alpaca_trading_sim::{Simulator, Venue};
use chrono::TimeDelta;
use rust_decimal::{Decimal, dec};
use serde_json::{Value, json};

use crate::desk::{Desk, aapl, bracket, builder, limit, text};

fn audited(desk: &Desk) {
    desk.sim.look(|world| {
        world.audit().unwrap();
        world.audit_events().unwrap();
    });
}

#[tokio::test]
async fn a_rejection_comes_later_and_frees_what_was_held() {
    for latency in [0, 5] {
        let desk = Desk::with(builder().latency(TimeDelta::seconds(latency))).await;
        let before = desk.figure("buying_power");
        let id = desk.order(limit("buy", "10", "90"));
        assert!(desk.figure("buying_power") < before);
        desk.sim.venue().reject(&id).unwrap();
        desk.wait(10);
        let order = desk.look(&id);
        assert_eq!(order["status"], "rejected");
        assert!(order["failed_at"].is_string() && order["canceled_at"].is_null());
        assert_eq!(desk.figure("buying_power"), before);
        let told = desk.told(&id);
        assert_eq!(told.last().unwrap(), "rejected");
        assert_eq!(told.contains(&"new".to_owned()), latency == 0);
        audited(&desk);
    }
}

#[tokio::test]
async fn orders_to_come_are_rejected_when_they_reach_their_venue() {
    let desk = Desk::open().await;
    desk.sim.venue().reject_next(2);
    let (market, entry) = (desk.buy("AAPL", "1"), desk.order(bracket("10")));
    let legs = desk.legs(&entry);
    assert_eq!(desk.told(&market), ["pending_new", "rejected"]);
    assert_eq!(desk.status(&entry), "rejected");
    for leg in &legs {
        assert_eq!(desk.status(leg), "canceled");
    }
    assert_eq!(desk.status(&desk.buy("AAPL", "1")), "filled");
    audited(&desk);
}

#[tokio::test]
async fn an_exit_that_is_rejected_leaves_the_other() {
    for rejected in [0, 1] {
        let desk = Desk::open().await;
        let entry = desk.order(bracket("10"));
        desk.price("AAPL", dec!(99));
        assert_eq!(desk.status(&entry), "filled");
        let legs = desk.legs(&entry);
        desk.sim.venue().reject(&legs[rejected]).unwrap();
        assert_eq!(desk.status(&legs[rejected]), "rejected");
        assert_eq!(desk.status(&legs[1 - rejected]), "new");
        audited(&desk);
        desk.price("AAPL", if rejected == 0 { dec!(80) } else { dec!(120) });
        assert_eq!(desk.status(&legs[1 - rejected]), "filled");
        assert_eq!(desk.get("/v2/positions"), json!([]));
        audited(&desk);
    }
}

#[tokio::test]
async fn of_an_oco_the_exit_that_is_left_works_alone() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    let body = json!({"order_class": "oco", "time_in_force": "gtc",
        "take_profit": {"limit_price": "110"}, "stop_loss": {"stop_price": "90"}});
    let target = desk.order(aapl("sell", "10", "limit", body));
    let stop = desk.legs(&target)[0].clone();
    desk.sim.venue().reject(&target).unwrap();
    assert_eq!(
        (desk.status(&target), desk.status(&stop)),
        ("rejected".into(), "new".into())
    );
    audited(&desk);
    desk.price("AAPL", dec!(85));
    assert_eq!(desk.status(&stop), "filled");
    audited(&desk);
}

#[tokio::test]
async fn what_is_asked_of_the_venue_is_refused() {
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    let id = desk.order(limit("buy", "10", "90"));
    desk.wait(2);
    desk.cancel(&id);
    desk.sim.venue().refuse_request(&id).unwrap();
    desk.wait(2);
    assert_eq!(
        desk.told(&id),
        [
            "pending_new",
            "new",
            "pending_cancel",
            "order_cancel_rejected"
        ]
    );
    assert_eq!(desk.status(&id), "new");
    for by_new in [false, true] {
        let new = desk.replace(&id, json!({"qty": "12"}));
        match by_new {
            false => desk.sim.venue().refuse_request(&id).unwrap(),
            true => desk.sim.venue().reject(&new).unwrap(),
        }
        desk.wait(2);
        assert_eq!(
            (desk.status(&id), desk.status(&new)),
            ("new".into(), "rejected".into())
        );
        assert_eq!(desk.told(&new), ["pending_new", "rejected"]);
        audited(&desk);
    }
    let replaces = desk.told(&id);
    let refused = replaces
        .iter()
        .filter(|event| *event == "order_replace_rejected");
    assert_eq!(refused.count(), 2, "{replaces:?}");
    // A cancel that comes before the order reaches its venue.
    let early = desk.order(limit("buy", "10", "90"));
    desk.cancel(&early);
    desk.sim.venue().refuse_request(&early).unwrap();
    desk.wait(2);
    assert_eq!(desk.status(&early), "new");
    assert!(desk.sim.venue().refuse_request(&early).is_err());
    audited(&desk);
}

type Act = fn(&Venue, &str);

#[tokio::test]
async fn what_is_set_aside_does_not_trade_until_it_goes_on() {
    let acts: [(&str, Act, bool); 5] = [
        ("suspended", |venue, id| venue.suspend(id).unwrap(), true),
        ("stopped", |venue, id| venue.stop(id).unwrap(), false),
        (
            "done_for_day",
            |venue, id| venue.done_for_day(id).unwrap(),
            true,
        ),
        (
            "calculated",
            |venue, id| venue.calculate(id).unwrap(),
            false,
        ),
        (
            "accepted_for_bidding",
            |venue, id| venue.accept_for_bidding(id).unwrap(),
            true,
        ),
    ];
    for (status, act, can_be_canceled) in acts {
        let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
        let id = desk.order(limit("buy", "10", "90"));
        desk.wait(2);
        act(&desk.sim.venue(), &id);
        assert_eq!(desk.status(&id), status);
        assert_eq!(desk.told(&id).last().unwrap(), status);
        desk.price("AAPL", dec!(80));
        desk.wait(60);
        assert_eq!(desk.status(&id), status, "the market does not fill it");
        let target = format!("/v2/orders/{id}");
        let (code, answer) = desk.call("PATCH", &target, &json!({"qty": "12"}).to_string());
        let refused = format!("cannot replace order in {status} status");
        assert_eq!((code, text(&answer["message"])), (422, refused));
        let before = desk.sim.snapshot();
        // Canceled, as far as that can be.
        let (code, answer) = desk.call("DELETE", &target, "");
        if can_be_canceled {
            assert_eq!(code, 204);
            desk.price("AAPL", dec!(79));
            assert_eq!(desk.status(&id), "pending_cancel");
            desk.wait(2);
            assert_eq!(desk.status(&id), "canceled");
        } else {
            let refused = format!("order is already in \"{status}\" state");
            assert_eq!((code, text(&answer["message"])), (422, refused));
        }
        audited(&desk);
        // Its time in force ends.
        desk.sim.restore(&before);
        desk.until("2026-01-05T21:00:00Z");
        assert_eq!(desk.status(&id), "expired");
        assert!(desk.look(&id)["expired_at"].is_string());
        audited(&desk);
        // It goes on.
        desk.sim.restore(&before);
        desk.sim.venue().resume(&id).unwrap();
        assert_eq!(desk.status(&id), "filled", "{status}");
        assert!(desk.sim.venue().resume(&id).is_err());
        audited(&desk);
    }
}

#[tokio::test]
async fn what_is_done_for_the_day_goes_on_on_the_next() {
    let desk = Desk::open().await;
    let id = desk.order(aapl(
        "buy",
        "10",
        "limit",
        json!({"limit_price": "90", "time_in_force": "gtc"}),
    ));
    desk.sim.venue().done_for_day(&id).unwrap();
    desk.until("2026-01-05T23:00:00Z");
    assert_eq!(desk.status(&id), "done_for_day");
    desk.until("2026-01-06T15:00:00Z");
    assert_eq!(
        desk.told(&id),
        ["pending_new", "new", "done_for_day", "new"]
    );
    desk.price("AAPL", dec!(80));
    assert_eq!(desk.status(&id), "filled");
    audited(&desk);
}

#[tokio::test]
async fn what_is_stopped_is_filled_by_hand() {
    let desk = Desk::open().await;
    let id = desk.order(limit("buy", "10", "90"));
    let venue = desk.sim.venue();
    venue.stop(&id).unwrap();
    for wrong in [dec!(0), dec!(11), dec!(1.5)] {
        assert!(venue.fill(&id, wrong, dec!(89.5)).is_err(), "{wrong}");
    }
    venue.fill(&id, dec!(4), dec!(89.5)).unwrap();
    assert_eq!(desk.status(&id), "partially_filled");
    venue.fill(&id, dec!(6), dec!(89.25)).unwrap();
    assert_eq!(
        desk.told(&id),
        ["pending_new", "new", "stopped", "partial_fill", "fill"]
    );
    let spent = dec!(4) * dec!(89.5) + dec!(6) * dec!(89.25);
    assert_eq!(desk.figure("cash"), dec!(100000) - spent);
    let fills = venue.fills(&id).unwrap();
    let event = &desk.events()[3];
    assert_eq!(event["execution_id"], fills[0].id.to_string());
    assert_eq!((fills[1].number, fills[1].qty), (2, dec!(6)));
    audited(&desk);
}

#[tokio::test]
async fn an_order_is_stated_anew() {
    let desk = Desk::open().await;
    let before = desk.figure("buying_power");
    let id = desk.order(limit("buy", "10", "90"));
    let venue = desk.sim.venue();
    venue.restate_qty(&id, dec!(6)).unwrap();
    venue.restate_limit_price(&id, dec!(80)).unwrap();
    let order = desk.look(&id);
    assert_eq!(
        (&order["qty"], &order["limit_price"]),
        (&json!("6"), &json!("80"))
    );
    assert_eq!(desk.told(&id)[2..], ["restated", "restated"]);
    assert_eq!(before - desk.figure("buying_power"), dec!(480));
    for wrong in [dec!(6), dec!(0), dec!(2.5)] {
        assert!(venue.restate_qty(&id, wrong).is_err(), "{wrong}");
    }
    assert!(venue.restate_stop_price(&id, dec!(95)).is_err());
    desk.price("AAPL", dec!(79));
    assert_eq!(desk.look(&id)["filled_qty"], "6");
    audited(&desk);
}

#[tokio::test]
async fn a_venue_says_why_it_does_nothing() {
    let desk = Desk::open().await;
    let filled = desk.buy("AAPL", "10");
    let venue = desk.sim.venue();
    assert!(venue.reject("nobody").unwrap_err().is_unknown());
    assert!(venue.bust(&filled, 2, "").unwrap_err().is_unknown());
    for refused in [
        venue.reject(&filled),
        venue.suspend(&filled),
        venue.stop(&filled),
        venue.done_for_day(&filled),
        venue.calculate(&filled),
        venue.accept_for_bidding(&filled),
        venue.fill(&filled, dec!(1), dec!(1)),
        venue.restate_qty(&filled, dec!(20)),
    ] {
        let message = refused.unwrap_err().to_string();
        assert!(
            message.contains("is filled") && message.contains(&filled),
            "{message}"
        );
    }
}

/// Cash, position and its average price.
fn books(desk: &Desk) -> (Decimal, Value, Value) {
    let position = desk
        .get("/v2/positions")
        .get(0)
        .cloned()
        .unwrap_or_default();
    (
        desk.figure("cash"),
        position["qty"].clone(),
        position["avg_entry_price"].clone(),
    )
}

#[tokio::test]
async fn a_fill_that_is_taken_back_has_never_been() {
    let desk = Desk::open().await;
    let first = desk.buy("AAPL", "10");
    let first_alone = books(&desk);
    desk.price("AAPL", dec!(120));
    let second = desk.buy("AAPL", "30");
    let venue = desk.sim.venue();
    let execution = venue.fills(&second).unwrap()[0].id;
    venue.bust(&second, execution, "CORPORATE_ACTION").unwrap();
    assert_eq!(books(&desk), first_alone);
    let order = desk.look(&second);
    assert_eq!(
        order["status"], "filled",
        "an order that has ended stays so"
    );
    assert_eq!(
        (&order["filled_qty"], &order["filled_avg_price"]),
        (&json!("0"), &Value::Null)
    );
    let event = desk.events().pop().unwrap();
    for (name, value) in [
        ("event", json!("trade_bust")),
        ("previous_execution_id", json!(execution.to_string())),
        ("reason", json!("CORPORATE_ACTION")),
        ("qty", json!("30")),
        ("price", json!("120.01")),
    ] {
        assert_eq!(event[name], value, "{name}");
    }
    assert_ne!(event["execution_id"], event["previous_execution_id"]);
    let listed = desk.get("/v2/account/activities/FILL");
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["order_id"], first);
    assert!(venue.bust(&second, 1, "").is_err(), "only once");
    audited(&desk);
    // The stream of activities tells it of the same record.
    let told: Vec<Value> = desk.sim.look(|world| {
        let events = world.accounts()[0].events().all().iter();
        events
            .map(|event| serde_json::from_str(&event.text()).unwrap())
            .filter(|event: &Value| event["details"]["order_id"] == second)
            .collect()
    });
    assert_eq!(told.len(), 2);
    assert_eq!(told[1]["previous_id"], told[0]["ref_id"]);
    assert_eq!(told[1]["details"]["execution_type"], "trade_bust");
    assert_eq!(told[1]["status"], "canceled");
}

#[tokio::test]
async fn a_fill_that_is_corrected_counts_with_what_it_is() {
    let desk = Desk::open().await;
    let id = desk.buy("AAPL", "10");
    let venue = desk.sim.venue();
    venue
        .correct(&id, 1, (dec!(8), dec!(99.5)), "PRICE")
        .unwrap();
    assert_eq!(
        books(&desk),
        (dec!(100000) - dec!(796), json!("8"), json!("99.5"))
    );
    let order = desk.look(&id);
    assert_eq!(
        (&order["filled_qty"], &order["filled_avg_price"]),
        (&json!("8"), &json!("99.5"))
    );
    let event = desk.events().pop().unwrap();
    assert_eq!(
        (&event["event"], &event["qty"], &event["price"]),
        (&json!("trade_correct"), &json!("8"), &json!("99.5"))
    );
    let listed = desk.get("/v2/account/activities/FILL");
    assert_eq!(
        (&listed[0]["qty"], &listed[0]["price"]),
        (&json!("8"), &json!("99.5"))
    );
    for (qty, price) in [
        (dec!(11), dec!(1)),
        (dec!(8), dec!(99.5)),
        (dec!(0), dec!(1)),
        (dec!(1), dec!(-1)),
    ] {
        assert!(
            venue.correct(&id, 1, (qty, price), "").is_err(),
            "{qty} {price}"
        );
    }
    // Again, by the id of the correction; then it is taken back.
    let again = venue.fills(&id).unwrap()[0].id;
    assert_eq!(event["execution_id"], again.to_string());
    venue
        .correct(&id, again, (dec!(9), dec!(99.5)), "QTY")
        .unwrap();
    venue.bust(&id, 1, "ERROR").unwrap();
    assert_eq!(books(&desk), (dec!(100000), Value::Null, Value::Null));
    audited(&desk);
}

#[tokio::test]
async fn an_open_order_has_more_left_when_its_fill_is_taken_back() {
    let desk = Desk::open().await;
    let id = desk.order(limit("buy", "10", "90"));
    let venue = desk.sim.venue();
    venue.fill(&id, dec!(4), dec!(90)).unwrap();
    venue.bust(&id, 1, "ERROR").unwrap();
    assert_eq!(desk.status(&id), "new");
    audited(&desk);
    desk.price("AAPL", dec!(80));
    assert_eq!(desk.look(&id)["filled_qty"], "10");
    audited(&desk);
}

#[tokio::test]
async fn nothing_closes_more_than_is_left() {
    // The exits of an entry, one fill of two of which is taken back, and then the other.
    let desk = Desk::open().await;
    let entry = desk.order(bracket("10"));
    let venue = desk.sim.venue();
    let entry_fills = venue.fills(&entry).unwrap();
    assert!(entry_fills.is_empty());
    venue.fill(&entry, dec!(6), dec!(100)).unwrap();
    venue.fill(&entry, dec!(4), dec!(100)).unwrap();
    let legs = desk.legs(&entry);
    venue.bust(&entry, 1, "ERROR").unwrap();
    for leg in &legs {
        assert_eq!(desk.look(leg)["qty"], "4");
    }
    audited(&desk);
    venue.bust(&entry, 2, "ERROR").unwrap();
    for leg in &legs {
        assert_eq!(desk.status(leg), "canceled");
    }
    audited(&desk);
    // A simple order that closes.
    let desk = Desk::open().await;
    let bought = desk.buy("AAPL", "10");
    let sale = desk.order(limit("sell", "10", "110"));
    desk.sim.venue().bust(&bought, 1, "ERROR").unwrap();
    assert_eq!(desk.status(&sale), "canceled");
    audited(&desk);
    // What was sold meanwhile is short.
    let desk = Desk::open().await;
    let bought = desk.buy("AAPL", "10");
    desk.order(aapl("sell", "10", "market", json!({})));
    desk.sim.venue().bust(&bought, 1, "ERROR").unwrap();
    assert_eq!(books(&desk).1, json!("-10"));
    audited(&desk);
}

#[tokio::test]
async fn coins_give_their_fee_back_and_are_not_owed() {
    for days in [0, 2] {
        let desk = Desk::with(Simulator::builder().seed(3)).await;
        let bought = desk.buy("BTC/USD", "0.5");
        desk.wait(10);
        desk.sim.clock().advance(TimeDelta::days(days));
        desk.sim.venue().bust(&bought, 1, "ERROR").unwrap();
        desk.sim.clock().advance(TimeDelta::days(2));
        assert_eq!(desk.figure("cash"), dec!(100000), "{days}");
        assert_eq!(desk.get("/v2/positions"), json!([]));
        audited(&desk);
    }
    let desk = Desk::open().await;
    let bought = desk.buy("BTC/USD", "0.5");
    desk.granted("DELETE", "/v2/positions/BTCUSD", Value::Null);
    let before = books(&desk);
    let refused = desk.sim.venue().bust(&bought, 1, "ERROR").unwrap_err();
    assert!(refused.to_string().contains("BTC/USD"), "{refused}");
    assert_eq!(books(&desk), before);
    audited(&desk);
}
