//! The examples against a service on this machine, as a user would run them.
//!
//! `cargo test` builds them together with this test. Where the test is run alone, by `cargo test
//! --test examples`, they are those of the last build: `cargo build --examples` renews them.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod account;
#[cfg(feature = "blocking")]
mod blocking;
mod bodies;
mod lists;
mod program;
mod service;
mod trading;
mod without_success;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use program::{EXAMPLES, Program, TRADING};

#[test]
fn every_example_is_run_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let found: BTreeSet<String> = files
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let known = EXAMPLES.into_iter().chain(["blocking"]).map(str::to_owned);
    assert_eq!(found, known.collect());
}

#[test]
fn a_missing_key_or_a_bad_address_is_said_before_anything_is_sent() {
    for name in EXAMPLES {
        let without_keys = Program::example(name)
            .arg("http://127.0.0.1:9")
            .without("APCA_API_KEY_ID")
            .without("APCA_API_SECRET_KEY");
        without_keys.run().fails_with(&["APCA_API_KEY_ID"]);
    }
    for bad in [
        "127.0.0.1:9",
        "ftp://127.0.0.1",
        "http://user:hidden@127.0.0.1",
    ] {
        let run = Program::example("account").arg(bad).run();
        run.fails_with(&["base URL"]);
        assert!(!run.all().contains("hidden"), "{}", run.all());
    }
}

#[test]
fn examples_that_trade_refuse_to_do_so_with_real_money() {
    for name in TRADING {
        let run = Program::example(name).env("APCA_API_ENV", "live").run();
        run.fails_with(&["real money"]);
        let live = "https://api.alpaca.markets";
        let run = Program::example(name).env("APCA_API_BASE_URL", live).run();
        run.fails_with(&["real money"]);
        // An address in code is not even a way to a client of the live service.
        let run = Program::example(name).arg(live).run();
        run.fails_with(&["base URL", "Environment::Live"]);
    }
}
