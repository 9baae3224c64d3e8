//! What Alpaca has deprecated or withdrawn.

use alpaca_trading::resources::corporate_actions::{AnnouncementDate, AnnouncementQuery};
use alpaca_trading::resources::fixed_income::{CorporateBondQuery, TreasuryQuery};
use serde_json::json;

use crate::{answering, day, instance, last, pairs, parameters};

#[tokio::test]
#[allow(
    deprecated,
    reason = "deprecated operations keep working for those who use them"
)]
async fn what_alpaca_has_deprecated_keeps_working() {
    let announcement = instance("CorporateAnnouncement");
    let (server, client) = answering(json!([announcement, {"ca_type": 7}])).await;
    let query = AnnouncementQuery::new(["Dividend", "Split"], day("2026-01-01"), day("2026-04-01"))
        .symbol("BRK.B")
        .cusip("084670702")
        .by(AnnouncementDate::Ex);
    let found = client.corporate_actions().list(query).await.unwrap();
    assert_eq!((found.len(), found.total()), (1, 2));
    let sent = server.take().pop().unwrap();
    assert_eq!(sent.path(), "/v2/corporate_actions/announcements");
    assert_eq!(
        parameters(&sent),
        pairs(&[
            ("ca_types", "Dividend,Split"),
            ("since", "2026-01-01"),
            ("until", "2026-04-01"),
            ("symbol", "BRK.B"),
            ("cusip", "084670702"),
            ("date_type", "ex_date"),
        ])
    );
    let (server, client) = answering(announcement).await;
    client
        .corporate_actions()
        .get("c0ffee00-1f2e")
        .await
        .unwrap();
    assert_eq!(
        last(&server),
        "GET /v2/corporate_actions/announcements/c0ffee00-1f2e"
    );

    let (server, client) = answering(json!({"us_corporates": [instance("UsCorporate")]})).await;
    let query = CorporateBondQuery::new()
        .status("outstanding")
        .isins(["US0378331005"])
        .cusips(["037833100"])
        .tickers(["AAPL", "MSFT"]);
    assert_eq!(
        client
            .fixed_income()
            .list_us_corporates(query)
            .await
            .unwrap()
            .len(),
        1
    );
    let sent = server.take().pop().unwrap();
    assert_eq!(sent.path(), "/v2/assets/fixed_income/us_corporates");
    assert_eq!(
        parameters(&sent),
        pairs(&[
            ("bond_status", "outstanding"),
            ("isins", "US0378331005"),
            ("cusips", "037833100"),
            ("tickers", "AAPL,MSFT"),
        ])
    );
    let (server, client) = answering(json!({"us_treasuries": null})).await;
    let query = TreasuryQuery::new()
        .subtype("bill")
        .cusips(["912796ZZ8", "912796YY1"]);
    assert!(
        client
            .fixed_income()
            .list_us_treasuries(query)
            .await
            .unwrap()
            .is_empty()
    );
    let sent = server.take().pop().unwrap();
    assert_eq!(sent.path(), "/v2/assets/fixed_income/us_treasuries");
    assert_eq!(
        parameters(&sent),
        pairs(&[("subtype", "bill"), ("cusips", "912796ZZ8,912796YY1")])
    );
}
