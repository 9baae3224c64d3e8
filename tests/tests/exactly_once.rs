//! Never twice, never lost: orders, replacements and closings through a service that fails in every way
//! there is. `cargo xtask soak` does the same with more of each.
//!
//! A test that cannot fail proves nothing. So the same runs are made with programs that are less careful
//! than the crate, and with a service that does not save them from themselves: both must be found out.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::time::Duration;

use alpaca_trading::orders::Order;
use alpaca_trading::types::CreateOrderRequest;
use alpaca_trading::{Client, Decimal, Error, Outcome, Uuid, raw};
use tests::soak::{Part, Placing, Plan, Soak, Tally, Way, heading};
use tests::soak::{closings, replacements, simulated, submissions, worlds};
use tokio::time::sleep;

/// Runs a soak at a small size, and shows what came of it if it fails.
fn soak(name: &str, calls: usize) -> Tally {
    let soak = Soak::ALL.into_iter().find(|soak| soak.name == name);
    let soak = soak.expect("a soak");
    println!("{}", heading());
    let mut sum = Tally::default();
    for seed in 1..=20 {
        let tally = soak.run(seed, calls);
        println!("{}", tally.line(name, &seed.to_string()));
        sum += tally;
    }
    println!("{}", sum.line(name, "all"));
    let violations = sum.violations.join("\n");
    assert!(sum.violations.is_empty(), "{violations}");
    assert_eq!(sum.duplicates, 0);
    // Every way to end came about, and so did every way to save a call.
    assert!(sum.calls >= 20 * calls);
    for count in [sum.ok, sum.found, sum.rejected, sum.not_sent, sum.unknown] {
        assert!(count > 0, "{sum:?}");
    }
    assert!(sum.accepted > 0 && sum.not_accepted > 0, "{sum:?}");
    sum
}

#[test]
fn submitted_orders_are_there_once_or_known_not_to_be() {
    let sum = soak("submit", 50);
    assert!(sum.resent > 0, "{sum:?}");
    assert_eq!(sum.unsettled, 0);
}

#[test]
fn replaced_orders_are_replaced_once_or_known_not_to_be() {
    let sum = soak("replace", 30);
    assert!(sum.resent > 0, "{sum:?}");
    assert_eq!(sum.unsettled, 0);
}

#[test]
fn closed_positions_are_closed_once_or_known_not_to_be() {
    let sum = soak("close", 50);
    // Of two closings of the same position whose answers are lost, none can be told from the other; nor
    // can one be told from another for less, to which the service may have cut it.
    assert!(sum.unsettled * 20 < sum.calls, "{sum:?}");
}

#[test]
fn the_simulator_is_traded_with_once_as_well() {
    let sum = soak("sim", 15);
    assert!(sum.resent > 0, "{sum:?}");
    assert!(sum.unsettled * 20 < sum.calls, "{sum:?}");
}

#[test]
fn worlds_of_the_simulator_add_up() {
    let sum = worlds(1, 40, 250);
    let violations = sum.violations.join("\n");
    assert!(violations.is_empty(), "{violations}");
    assert_eq!((sum.worlds, sum.actions), (40, 10_000));
    // The worlds are not empty: orders of many kinds were taken, and filled.
    assert!(
        sum.accepted > 500 && sum.fills > 200 && sum.kinds.len() > 30,
        "{sum:?}"
    );
    assert!(
        sum.replaced > 10 && sum.moved > 50 && sum.closed > 40,
        "{sum:?}"
    );
}

type Answer = Result<raw::ResponseValue<Order>, raw::Error<()>>;

/// Sends a call again until it succeeds or is refused, and looks nothing up.
fn again<F>(mut send: impl FnMut() -> F + Send + 'static) -> Placing
where
    F: Future<Output = Answer> + Send,
{
    Box::pin(async move {
        let mut attempt = 1;
        loop {
            let error = match send().await {
                Ok(order) => return Ok(order.into_inner()),
                Err(error) => Error::from_raw(error).await,
            };
            if error.outcome() == Outcome::Rejected || attempt == 5 {
                return Err(error);
            }
            sleep(Duration::from_secs(1)).await;
            attempt += 1;
        }
    })
}

/// A program that sends again what failed, under the same id.
const BLIND: Way = Way {
    submit: |client, request| {
        let mut body = request.to_body();
        let id = || Uuid::new_v4().to_string();
        body.client_order_id.get_or_insert_with(id);
        submit_again(client, body)
    },
    replace: |client, order, change| {
        let mut body = change.to_body();
        let id = || Uuid::new_v4().to_string();
        body.client_order_id.get_or_insert_with(id);
        again(move || {
            let (client, body) = (client.clone(), body.clone());
            async move {
                let call = client.raw().replace_order().order_id(order.to_string());
                call.body(body).send().await
            }
        })
    },
    close: |client, symbol, part| {
        again(move || {
            let client = client.clone();
            async move {
                let call = client.raw().close_position();
                let call = call.symbol_or_asset_id(symbol.replace('/', ""));
                let call = match part {
                    Part::Half => call.percentage(Decimal::from(50)),
                    Part::Quantity(units) => call.qty(units),
                    _ => call,
                };
                call.send().await
            }
        })
    },
};

/// A program that sends again what failed, each time as another order.
const ANEW: Way = Way {
    submit: |client, request| {
        let mut body = request.to_body();
        body.client_order_id = None;
        submit_again(client, body)
    },
    ..BLIND
};

fn submit_again(client: Client, body: CreateOrderRequest) -> Placing {
    again(move || {
        let (client, body) = (client.clone(), body.clone());
        async move { client.raw().create_order().body(body).send().await }
    })
}

/// What the same runs find of another program, or with another service.
fn found(run: fn(&Plan, usize, Way) -> Tally, way: Way, change: fn(Plan) -> Plan) -> Tally {
    let mut sum = Tally::default();
    for seed in 1..=5 {
        sum += run(&change(Plan::of(seed)), 30, way);
    }
    sum
}

/// Whether one of the violations says so.
fn says(tally: &Tally, what: &str) -> bool {
    tally
        .violations
        .iter()
        .any(|violation| violation.contains(what))
}

#[test]
fn a_program_that_sends_again_under_another_id_is_found_out() {
    let tally = found(submissions, ANEW, |plan| plan);
    assert!(
        tally.duplicates > 0 && says(&tally, "orders instead of one"),
        "{tally:?}"
    );
}

#[test]
fn a_program_that_does_not_look_orders_up_is_found_out() {
    // The service keeps it from duplicates; but it takes orders for refused that were accepted.
    let tally = found(submissions, BLIND, |plan| plan);
    assert_eq!(tally.duplicates, 0, "{tally:?}");
    assert!(says(&tally, "Rejected, and yet in the book"), "{tally:?}");
    // Without the service's help it places them twice.
    let tally = found(submissions, BLIND, Plan::with_repeated_ids);
    assert!(
        tally.duplicates > 0 && says(&tally, "orders instead of one"),
        "{tally:?}"
    );
}

#[test]
fn a_program_that_does_not_look_replacements_up_is_found_out() {
    let tally = found(replacements, BLIND, |plan| plan);
    assert!(says(&tally, "Rejected, and in the book"), "{tally:?}");
}

#[test]
fn a_program_that_closes_again_is_found_out() {
    let tally = found(closings, BLIND, |plan| plan);
    assert!(
        tally.duplicates > 0 && says(&tally, "calls placed"),
        "{tally:?}"
    );
}

#[test]
fn careless_programs_are_found_out_by_the_simulator_too() {
    let tally = found(simulated, ANEW, |plan| plan);
    assert!(tally.duplicates > 0 && says(&tally, "placed"), "{tally:?}");
    let tally = found(simulated, BLIND, |plan| plan);
    assert!(tally.duplicates > 0 && says(&tally, "close"), "{tally:?}");
}

#[test]
fn a_service_that_takes_an_id_twice_is_found_out() {
    // Nobody can tell that a request is still on its way. That the second is refused is what keeps the
    // careful program from placing an order twice, and the test sees it if it is not.
    let mut duplicates = 0;
    for seed in 1..=10 {
        let plan = Plan::of(seed).with_repeated_ids();
        duplicates += submissions(&plan, 50, Way::CAREFUL).duplicates;
    }
    assert!(duplicates > 0);
}
