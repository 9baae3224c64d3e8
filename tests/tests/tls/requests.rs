//! Requests over TLS: who is trusted, and what those are told who are not.

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::{ErrorKind, Outcome, Side, dec};
use alpaca_trading_sim::Simulator;

use super::authority::Authority;
use super::front::Front;
use super::{client, simulator};

#[tokio::test]
async fn a_service_whose_authority_is_trusted_is_used() {
    let simulator = simulator().await;
    let authority = Authority::new();
    let front = Front::start(authority.server("127.0.0.1", &["http/1.1"]), &simulator).await;
    for builder in [
        client(front.url()).root_certificates(authority.pem.clone()),
        client(front.url())
            .root_certificates(authority.pem.clone())
            .only_these_root_certificates(),
    ] {
        let client = builder.build().unwrap();
        assert_eq!(
            client.account().get().await.unwrap().id.to_string(),
            simulator_account(&simulator)
        );
        let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
        let order = client.orders().submit(request).await.unwrap();
        assert_eq!(client.orders().get(order.id).await.unwrap().id, order.id);
    }
    assert_eq!((front.made(), front.trusted()), (2, 2));
}

fn simulator_account(simulator: &Simulator) -> String {
    let (_, account) = simulator.call("GET", "/v2/account", "");
    account["id"].as_str().expect("an id").to_owned()
}

/// Nobody sees the keys or the order of a client that does not trust them, and it does not try again.
#[tokio::test]
async fn a_service_that_is_not_trusted_is_told_nothing() {
    let simulator = simulator().await;
    let authority = Authority::new();
    let stranger = Authority::new();
    for (what, config, trusts) in [
        (
            "signed by nobody known",
            stranger.server("127.0.0.1", &[]),
            &authority,
        ),
        (
            "another's name",
            authority.server("api.example.org", &[]),
            &authority,
        ),
        ("over", authority.expired("127.0.0.1"), &authority),
    ] {
        let front = Front::start(config, &simulator).await;
        for builder in [
            client(front.url()),
            client(front.url()).root_certificates(trusts.pem.clone()),
            client(front.url())
                .root_certificates(trusts.pem.clone())
                .only_these_root_certificates(),
        ] {
            let client = builder.build().unwrap();
            let before = front.made();
            let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
            let error = client.orders().submit(request).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Connect, "{what}: {error}");
            assert_eq!(error.outcome(), Outcome::NotSent, "{what}: {error}");
            assert!(error.to_string().contains("certificate"), "{what}: {error}");
            assert_eq!(
                front.made(),
                before + 1,
                "{what}: it is no use to try again"
            );
        }
        assert_eq!(front.trusted(), 0, "{what}");
    }
    let (_, orders) = simulator.call("GET", "/v2/orders?status=all", "");
    assert_eq!(orders, serde_json::json!([]));
}

/// An order whose answer is lost with the connection is found, and not placed again.
#[tokio::test]
async fn a_connection_that_breaks_costs_no_order() {
    let simulator = simulator().await;
    let authority = Authority::new();
    let front = Front::start(authority.server("127.0.0.1", &["http/1.1"]), &simulator).await;
    let client = client(front.url())
        .root_certificates(authority.pem.clone())
        .build()
        .unwrap();
    client.account().get().await.unwrap();
    // The kept connection is gone when the order is sent.
    front.cut();
    let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(1), dec!(1));
    let order = client.orders().submit(request).await.unwrap();
    let (_, orders) = simulator.call("GET", "/v2/orders?status=all", "");
    assert_eq!(orders.as_array().map(Vec::len), Some(1), "{orders}");
    assert_eq!(orders[0]["id"], order.id.to_string());
}
