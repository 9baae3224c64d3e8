//! Wallets: lists that are declared as one object, and come as either.

use alpaca_trading_gen::types::{
    CryptoTransferStatus, TransferDirection, WhitelistedAddressStatus,
};
use serde_json::{Value, json};

use crate::wire::exchange;
use crate::{digits, some};

fn wallet(chain: &str) -> Value {
    json!({"chain": chain, "address": "0xabc0", "created_at": "2026-01-05T10:00:00Z"})
}

fn transfer(amount: &str) -> Value {
    json!({
        "id": "c0ffee00-1f2e-4d3c-8b4a-59687766f030",
        "asset": "XYZ",
        "chain": "ETH",
        "amount": amount,
        "usd_value": "19.9980",
        "fees": "0.1",
        "network_fee": "0.00042",
        "direction": "OUTGOING",
        "status": "COMPLETE",
        "tx_hash": "0xbeef",
        "from_address": "0xabc0",
        "to_address": "0xdef1",
        "created_at": "2026-01-05T10:00:00Z"
    })
}

fn address(id: &str) -> Value {
    json!({
        "id": id, "address": "0xdef1", "asset": "XYZ", "chain": "ETH", "status": "APPROVED",
        "created_at": "2026-01-05T10:00:00Z"
    })
}

#[tokio::test]
async fn wallets_come_as_a_list() {
    let body = json!([wallet("ETH"), wallet("SOL")]).to_string();
    let (answer, request) = exchange(200, &body, async |client| {
        client.list_crypto_wallets().send().await
    })
    .await;
    assert_eq!(request.line, "GET /v2/wallets");
    let wallets = answer.expect("wallets").into_inner();
    let chains: Vec<_> = wallets
        .iter()
        .map(|wallet| wallet.chain.as_deref())
        .collect();
    assert_eq!(chains, [Some("ETH"), Some("SOL")]);
}

#[tokio::test]
async fn one_asset_has_one_wallet() {
    let (answer, request) = exchange(200, &wallet("ETH").to_string(), async |client| {
        client.list_crypto_wallets().asset("XYZ").send().await
    })
    .await;
    assert_eq!(request.line, "GET /v2/wallets?asset=XYZ");
    let wallets = answer.expect("a wallet").into_inner();
    assert_eq!(wallets.len(), 1);
    assert_eq!(wallets[0].address.as_deref(), Some("0xabc0"));
    assert_eq!(wallets[0].chain.as_deref(), Some("ETH"));
}

#[tokio::test]
async fn transfers_come_as_a_list_or_as_one() {
    let many = json!([transfer("1.50"), transfer("0.000000000000000001")]).to_string();
    let one = transfer("1.50").to_string();
    for (body, amounts) in [
        (
            many.as_str(),
            vec![some("1.50"), some("0.000000000000000001")],
        ),
        (one.as_str(), vec![some("1.50")]),
        ("[]", vec![]),
        ("null", vec![]),
    ] {
        let (answer, request) = exchange(200, body, async |client| {
            client.list_crypto_transfers().send().await
        })
        .await;
        assert_eq!(request.line, "GET /v2/wallets/transfers");
        let transfers = answer
            .unwrap_or_else(|error| panic!("{body}: {error}"))
            .into_inner();
        let found: Vec<_> = transfers
            .iter()
            .map(|transfer| digits(transfer.amount))
            .collect();
        assert_eq!(found, amounts, "{body}");
        for transfer in &*transfers {
            assert_eq!(transfer.direction, Some(TransferDirection::Outgoing));
            assert_eq!(transfer.status, Some(CryptoTransferStatus::Complete));
        }
    }
}

#[tokio::test]
async fn whitelisted_addresses_come_as_a_list_or_as_one() {
    let many = json!([address("first"), address("second")]).to_string();
    let one = address("first").to_string();
    for (body, ids) in [
        (many.as_str(), vec!["first", "second"]),
        (one.as_str(), vec!["first"]),
        ("[]", vec![]),
        ("null", vec![]),
    ] {
        let (answer, request) = exchange(200, body, async |client| {
            client.list_whitelisted_addresses().send().await
        })
        .await;
        assert_eq!(request.line, "GET /v2/wallets/whitelists");
        let addresses = answer
            .unwrap_or_else(|error| panic!("{body}: {error}"))
            .into_inner();
        let found: Vec<_> = addresses
            .iter()
            .map(|address| address.id.as_deref().unwrap_or_default())
            .collect();
        assert_eq!(found, ids, "{body}");
        for address in &*addresses {
            assert_eq!(address.status, Some(WhitelistedAddressStatus::Approved));
        }
    }
}

#[tokio::test]
#[allow(
    deprecated,
    reason = "withdrawn operations keep working for those who have them"
)]
async fn the_wallets_of_perpetuals_read_alike() {
    for (body, count) in [
        (json!([wallet("ETH"), wallet("ARB")]), 2),
        (wallet("ARB"), 1),
    ] {
        let (answer, request) = exchange(200, &body.to_string(), async |client| {
            client.list_perpetual_wallets().send().await
        })
        .await;
        assert_eq!(request.line, "GET /v2/perpetuals/wallets");
        assert_eq!(answer.expect("wallets").into_inner().len(), count, "{body}");
    }
}

/// The amounts of an object that stands for a list are read from its text as well.
#[tokio::test]
async fn a_number_in_the_only_transfer_keeps_its_digits() {
    let body = r#"{"amount": 123456789012345.123456789, "fees": 1.10, "network_fee": 8.4177e-06}"#;
    let (answer, _) = exchange(200, body, async |client| {
        client.list_crypto_transfers().send().await
    })
    .await;
    let transfers = answer.expect("a transfer").into_inner();
    assert_eq!(
        digits(transfers[0].amount),
        some("123456789012345.123456789")
    );
    assert_eq!(digits(transfers[0].fees), some("1.10"));
    assert_eq!(digits(transfers[0].network_fee), some("0.0000084177"));
}
