//! What the simulator does not serve: it says so, and names it.

use alpaca_trading::resources::option_contracts::OptionContractQuery;
use alpaca_trading::{Error, RetryPolicy};
use tests::expectation::operations;
use tests::generated::Call;
use tests::instances::{Generator, Mode};

use crate::simulator;

/// How many operations answer that they are not served.
const UNSERVED: usize = 37;

#[tokio::test]
async fn every_operation_is_served_or_says_that_it_is_not() {
    let (_simulator, client) = simulator().await;
    let client = client.with_retry(RetryPolicy::never());
    let spec = tests::spec();
    let mut unserved = 0;
    let mut faults = Vec::new();
    for (seed, declared) in operations(&spec).iter().enumerate() {
        // A stream without an end in time has none.
        if declared.id == "subscribe_to_activity_events" {
            continue;
        }
        let mut generator = Generator::new(&spec, seed as u64);
        let values = declared.sample(&mut generator, false, Mode::OptionalAbsent);
        let call = (Call::of(&declared.id).required)(client.raw().clone(), values);
        let Err(error) = call.await else {
            continue;
        };
        let error = Error::from_raw(error).await;
        match error.status() {
            Some(501) => {
                unserved += 1;
                let text = error.to_string();
                let named = text.contains(&format!("not served here yet: {}", declared.id));
                if !named || error.code().is_none() {
                    faults.push(format!("{}: {text}", declared.id));
                }
            }
            // Served, and this value is none.
            Some(400..=499) => {}
            status => faults.push(format!("{}: {status:?}, {error}", declared.id)),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(unserved, UNSERVED);
}

#[tokio::test]
async fn a_method_of_a_resource_says_so_too() {
    let (_simulator, client) = simulator().await;
    let mut contracts = client
        .option_contracts()
        .list(OptionContractQuery::of("AAPL"));
    let error = contracts.next().await.unwrap_err();
    assert_eq!(error.status(), Some(501));
    let text = error.to_string();
    assert!(
        text.contains("not served here yet: list_option_contracts"),
        "{text}"
    );
}
