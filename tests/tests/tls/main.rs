//! TLS, as with the real service: certificates that are trusted and not, requests over HTTP/1.1 and
//! HTTP/2, and streams. The simulator stands behind a front of TLS, all on loopback.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod authority;
mod front;
mod http2;
mod requests;
mod streams;
mod tunnel;

use std::sync::Arc;

use alpaca_trading::{Client, ClientBuilder, Pacing};
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::fill::Touch;
use authority::Authority;
use front::Front;

/// A simulator whose orders are filled whole.
async fn simulator() -> Arc<Simulator> {
    let simulator = Simulator::builder().seed(7).fill_model(Touch::default());
    Arc::new(simulator.start().await.expect("a port"))
}

/// A client of the simulator's account that finds it at `url`.
fn client(url: String) -> ClientBuilder {
    Client::builder()
        .base_url(url)
        .key_pair("PKSIMULATOR", "simulator")
        .pacing(Pacing::Off)
        .seed(7)
}

/// A simulator behind a front that speaks both protocols, as the real service, and a client that trusts it.
/// `settings` adds to the client.
async fn set_up(
    settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> (Arc<Simulator>, Front, Client) {
    let simulator = simulator().await;
    let authority = Authority::new();
    let config = authority.server("127.0.0.1", &["h2", "http/1.1"]);
    let front = Front::start(config, &simulator).await;
    let builder = client(front.url()).root_certificates(authority.pem);
    let client = settings(builder).build().expect("a client");
    (simulator, front, client)
}
