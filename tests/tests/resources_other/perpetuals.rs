//! Perpetual futures: withdrawn operations that still send what they were made to send.

#![allow(
    deprecated,
    reason = "withdrawn operations keep working for those who have them"
)]

use alpaca_trading::resources::transfers::{TransferFeeQuery, Withdrawal};
use alpaca_trading::{Outcome, dec};
use serde_json::json;
use tests::loopback::Reply;

use crate::{ID, answering, fields, id, in_turn, sent};

#[tokio::test]
async fn each_method_sends_one_request_of_its_own() {
    let (server, client) = answering(json!({
        "collateral_balance": 1000, "maintenance_margin": 12.5, "symbol": "BTC-PERP",
        "leverage": 5, "fee": "0.1", "id": ID, "address": "0xabc0", "chain": "ARB"
    }))
    .await;
    let perpetuals = client.perpetuals();
    let vitals = perpetuals.account_vitals().await.unwrap();
    assert_eq!(vitals.maintenance_margin, Some(dec!(12.5)));
    let leverage = perpetuals.leverage("BTC-PERP").await.unwrap();
    assert_eq!(leverage.leverage, Some(5));
    perpetuals.set_leverage("BTC-PERP", 5).await.unwrap();
    assert_eq!(perpetuals.list_wallets().await.unwrap().len(), 1);
    perpetuals.list_wallets_of("USDC").await.unwrap();
    let query = TransferFeeQuery::new("USDC", dec!(10)).to_address("0xdef1");
    perpetuals.estimate_fee(query).await.unwrap();
    perpetuals.list_transfers().await.unwrap();
    perpetuals.get_transfer(id()).await.unwrap();
    let withdrawal = Withdrawal::new("USDC", dec!(10.0), "0xdef1");
    perpetuals.create_transfer(&withdrawal).await.unwrap();
    let addresses = perpetuals.list_whitelisted_addresses().await.unwrap();
    assert_eq!(addresses[0].address.as_deref(), Some("0xabc0"));
    perpetuals
        .create_whitelisted_address("USDC", "0xdef1")
        .await
        .unwrap();
    perpetuals.delete_whitelisted_address(ID).await.unwrap();
    let base = "/v2/perpetuals";
    assert_eq!(
        sent(&server),
        [
            format!("GET {base}/account_vitals"),
            format!("GET {base}/leverage?symbol=BTC-PERP"),
            format!("POST {base}/leverage?leverage=5&symbol=BTC-PERP"),
            format!("GET {base}/wallets"),
            format!("GET {base}/wallets?asset=USDC"),
            format!("GET {base}/wallets/fees/estimate?amount=10&asset=USDC&to_address=0xdef1"),
            format!("GET {base}/wallets/transfers"),
            format!("GET {base}/wallets/transfers/{ID}"),
            format!(
                r#"POST {base}/wallets/transfers {{"address":"0xdef1","amount":"10.0","asset":"USDC"}}"#
            ),
            format!("GET {base}/wallets/whitelists"),
            format!(r#"POST {base}/wallets/whitelists {{"address":"0xdef1","asset":"USDC"}}"#),
            format!("DELETE {base}/wallets/whitelists/{ID}"),
        ]
    );
}

#[tokio::test]
async fn what_acts_is_sent_once_and_what_is_gone_is_gone() {
    let (server, client) = in_turn([Reply::Close, Reply::json(200, "{}")]).await;
    let error = client.perpetuals().set_leverage("BTC-PERP", 5).await;
    assert_eq!(error.unwrap_err().outcome(), Outcome::Unknown);
    assert_eq!(server.requests().len(), 1);

    let (server, client) = in_turn([Reply::Close, Reply::json(200, "{}")]).await;
    let withdrawal = Withdrawal::new("USDC", dec!(10), "0xdef1");
    let error = client.perpetuals().create_transfer(&withdrawal).await;
    assert_eq!(error.unwrap_err().outcome(), Outcome::Unknown);
    assert_eq!(server.requests().len(), 1);

    let absent = Reply::json(404, r#"{"message":"not found"}"#);
    let (server, client) = in_turn([Reply::Close, absent]).await;
    let perpetuals = client.perpetuals();
    perpetuals.delete_whitelisted_address(ID).await.unwrap();
    assert_eq!(server.requests().len(), 2);
    let error = perpetuals.account_vitals().await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn nothing_is_sent_when_something_is_wrong() {
    let (server, client) = answering(json!({})).await;
    let perpetuals = client.perpetuals();
    let error = perpetuals.set_leverage("BTC?PERP", 0).await.unwrap_err();
    assert_eq!(fields(&error), ["symbol", "leverage"]);
    let error = perpetuals.leverage("").await.unwrap_err();
    assert_eq!(fields(&error), ["symbol"]);
    let error = perpetuals.list_wallets_of("#").await.unwrap_err();
    assert_eq!(fields(&error), ["asset"]);
    let query = TransferFeeQuery::new("USDC", dec!(0));
    let error = perpetuals.estimate_fee(query).await.unwrap_err();
    assert_eq!(fields(&error), ["amount"]);
    let withdrawal = Withdrawal::new("USDC", dec!(-10), "");
    let error = perpetuals.create_transfer(&withdrawal).await.unwrap_err();
    assert_eq!(fields(&error), ["amount", "address"]);
    let error = perpetuals
        .create_whitelisted_address("", "")
        .await
        .unwrap_err();
    assert_eq!(fields(&error), ["asset", "address"]);
    let error = perpetuals.delete_whitelisted_address("").await.unwrap_err();
    assert_eq!(fields(&error), ["id"]);
    assert_eq!(server.requests(), []);
}
