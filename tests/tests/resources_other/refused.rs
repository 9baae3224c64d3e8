//! Requests that are wrong: every fault is named, and the server hears nothing.

use alpaca_trading::chrono::NaiveDate;
use alpaca_trading::dec;
use alpaca_trading::resources::activity_events::EventQuery;
use alpaca_trading::resources::locates::{LocateQuery, LocateRequest};
use alpaca_trading::resources::tokenization::{MintRequest, TokenizationQuery};
use alpaca_trading::resources::transfers::{TransferFeeQuery, Withdrawal};
use alpaca_trading::resources::vasps::VaspQuery;
use alpaca_trading::resources::watchlists::WatchlistUpdate;
use alpaca_trading::resources::whitelists::WhitelistRequest;
use alpaca_trading::types::{CryptoChain, TravelRuleInfo};
use serde_json::json;

use crate::{ID, answering, fields, id};

/// Texts that are no symbol, most of which would change what a path means.
fn no_symbols() -> Vec<String> {
    let long = "X".repeat(10_000);
    [
        "", "..", "../x", "A/B/C", "A?b=c", "A#b", "A,B", "A B", "A\nB", "A\u{0}", &long,
    ]
    .map(str::to_owned)
    .to_vec()
}

#[tokio::test]
async fn a_symbol_that_is_none_goes_nowhere() {
    let (server, client) = answering(json!({})).await;
    let lists = client.watchlists();
    for text in &no_symbols() {
        let update = WatchlistUpdate::new().symbols(["AAPL", text]);
        let query = LocateQuery::new().symbol(text);
        let mint = MintRequest::new(text, dec!(1), "ondo".into(), "base".into(), "at-base");
        let requests = TokenizationQuery::new().underlying_symbol(text);
        let estimate = TransferFeeQuery::new(text, dec!(1));
        let address = WhitelistRequest::new(text, "0xabc0");
        for (error, field) in [
            (lists.create("x", [text]).await.unwrap_err(), "symbols[0]"),
            (lists.add(id(), text).await.unwrap_err(), "symbol"),
            (lists.remove(id(), text).await.unwrap_err(), "symbol"),
            (
                lists.update(id(), update.clone()).await.unwrap_err(),
                "symbols[1]",
            ),
            (
                lists.by_name("x").update(update).await.unwrap_err(),
                "symbols[1]",
            ),
            (lists.by_name("x").add(text).await.unwrap_err(), "symbol"),
            (
                client.locates().list(query).next().await.unwrap_err(),
                "symbol",
            ),
            (
                client.locates().quotes(["GME", text]).await.unwrap_err(),
                "symbols[1]",
            ),
            (
                client
                    .locates()
                    .create(&LocateRequest::new(text, 1))
                    .await
                    .unwrap_err(),
                "symbol",
            ),
            (
                client.tokenization().mint(&mint).await.unwrap_err(),
                "underlying_symbol",
            ),
            (
                client.tokenization().list(requests).await.unwrap_err(),
                "underlying_symbol",
            ),
            (client.wallets().get(text).await.unwrap_err(), "asset"),
            (
                client
                    .wallets()
                    .get_on(text, CryptoChain::Eth)
                    .await
                    .unwrap_err(),
                "asset",
            ),
            (
                client
                    .crypto_transfers()
                    .estimate_fee(estimate)
                    .await
                    .unwrap_err(),
                "asset",
            ),
            (
                client
                    .whitelisted_addresses()
                    .create(&address)
                    .await
                    .unwrap_err(),
                "asset",
            ),
        ] {
            assert_eq!(fields(&error), [field], "{text:?}");
            assert!(error.to_string().len() < 1_000, "{field}");
        }
    }
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn a_watchlist_has_a_name_of_1_to_64_characters() {
    let (server, client) = answering(json!({})).await;
    let lists = client.watchlists();
    for name in [String::new(), "é".repeat(65)] {
        let named = lists.by_name(&name);
        let update = WatchlistUpdate::new().name("y");
        for error in [
            lists.create(&name, ["AAPL"]).await.unwrap_err(),
            lists
                .update(id(), WatchlistUpdate::new().name(&name))
                .await
                .unwrap_err(),
            named.get().await.unwrap_err(),
            named.update(update).await.unwrap_err(),
            named.add("AAPL").await.unwrap_err(),
            named.delete().await.unwrap_err(),
        ] {
            assert_eq!(fields(&error), ["name"]);
        }
    }
    let nothing = WatchlistUpdate::new();
    let error = lists.update(id(), nothing.clone()).await.unwrap_err();
    assert_eq!(fields(&error), ["name"]);
    let error = lists.by_name("").update(nothing).await.unwrap_err();
    assert_eq!(fields(&error), ["name", "name"]);
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn amounts_pages_keys_and_ids_are_checked() {
    let (server, client) = answering(json!({})).await;
    let locates = client.locates();
    for rows in [0, 10_001] {
        let query = LocateQuery::new().page_size(rows);
        let error = locates.list(query).next_page().await.unwrap_err();
        assert_eq!(fields(&error), ["page_size"]);
    }
    for rows in [0, 101] {
        let query = VaspQuery::new().page_size(rows);
        let error = client.vasps().search(query).next().await.unwrap_err();
        assert_eq!(fields(&error), ["page_size"]);
    }
    let error = locates.quotes([""; 0]).await.unwrap_err();
    assert_eq!(fields(&error), ["symbols"]);
    let request = LocateRequest::new("GME", 0)
        .limit_price(dec!(-0.01))
        .idempotency_key("k\r\nAPCA-API-KEY-ID: other");
    let error = locates.create(&request).await.unwrap_err();
    assert_eq!(fields(&error), ["qty", "limit_price", "Idempotency-Key"]);
    let request = MintRequest::new("AAPL", dec!(0), "".into(), "".into(), "")
        .idempotency_key("k".repeat(129));
    let error = client.tokenization().mint(&request).await.unwrap_err();
    assert_eq!(
        fields(&error),
        [
            "qty",
            "issuer",
            "network",
            "wallet_address",
            "Idempotency-Key"
        ]
    );
    let tokenization = client.tokenization();
    let error = tokenization.get_by_client_request_id("").await.unwrap_err();
    assert_eq!(fields(&error), ["client_request_id"]);
    let query = TransferFeeQuery::new("ETH", dec!(0)).to_address("");
    let error = client.crypto_transfers().estimate_fee(query).await;
    assert_eq!(fields(&error.unwrap_err()), ["amount", "to_address"]);
    #[allow(deprecated, reason = "it works until Alpaca removes it")]
    let error = client
        .crypto_transfers()
        .create(&Withdrawal::new("ETH", dec!(-1), ""))
        .await
        .unwrap_err();
    assert_eq!(fields(&error), ["amount", "address"]);
    let addresses = client.whitelisted_addresses();
    let request = WhitelistRequest::new("ETH", "");
    let error = addresses.create(&request).await.unwrap_err();
    assert_eq!(fields(&error), ["address"]);
    for id in ["", ".", ".."] {
        assert_eq!(fields(&addresses.delete(id).await.unwrap_err()), ["id"]);
    }
    for id in ["", "first", "../x"] {
        let info = TravelRuleInfo::default();
        let error = addresses.update_travel_rule(id, info).await.unwrap_err();
        assert_eq!(fields(&error), ["id"]);
    }
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn a_stream_is_not_opened_with_bounds_that_contradict_each_other() {
    let (server, client) = answering(json!({})).await;
    let day: NaiveDate = "2026-03-04".parse().unwrap();
    let new = EventQuery::new;
    for (query, field) in [
        (new().since(day).since_id(ID), "since_id"),
        (new().until(day), "until"),
        (new().until_id(ID), "until_id"),
    ] {
        let error = client.activity_events().subscribe(query).await.unwrap_err();
        assert_eq!(fields(&error), [field]);
    }
    assert_eq!(server.requests(), []);
}
