//! Assets, option contracts, clocks and calendars.

use alpaca_trading::chrono::NaiveTime;
use alpaca_trading::resources::assets::AssetQuery;
use alpaca_trading::resources::calendar::{CalendarQuery, MarketCalendarQuery, TradingDay};
use alpaca_trading::resources::clock::MarketClockQuery;
use alpaca_trading::resources::option_contracts::OptionContractQuery;
use alpaca_trading::types::{AssetAttribute, AssetClass, Exchange, Market, Phase};
use alpaca_trading::{Outcome, Uuid, dec};
use serde_json::{Value, json};
use tests::loopback::{Loopback, Recorded, Reply};

use crate::{answering, client, day, instance, last, pairs, parameter, parameters, time};

#[tokio::test]
async fn assets_are_filtered_and_a_bad_row_hides_no_good_one() {
    let good = instance("Asset");
    let mut bad = good.clone();
    bad["id"] = json!("not an id");
    let (server, client) = answering(json!([good, bad, good])).await;
    let query = AssetQuery::active()
        .class(AssetClass::Crypto)
        .exchange(Exchange::Crypto)
        .attribute(AssetAttribute::Ipo)
        .attribute("brand_new");
    let assets = client.assets().list(query).await.unwrap();
    assert_eq!((assets.len(), assets.total()), (2, 3));
    assert_eq!(assets.undecodable()[0].index(), 1);
    let sent = server.take().pop().unwrap();
    assert_eq!(sent.path(), "/v2/assets");
    assert_eq!(
        parameters(&sent),
        pairs(&[
            ("status", "active"),
            ("asset_class", "crypto"),
            ("exchange", "CRYPTO"),
            ("attributes", "ipo,brand_new"),
        ])
    );
    client.assets().list(AssetQuery::new()).await.unwrap();
    assert_eq!(last(&server), "GET /v2/assets");
}

#[tokio::test]
async fn an_asset_is_asked_for_as_it_is_written() {
    let (server, client) = answering(instance("Asset")).await;
    client.assets().get("BTC/USD").await.unwrap();
    assert_eq!(last(&server), "GET /v2/assets/BTC%2FUSD");
    client.assets().get("BRK.B").await.unwrap();
    assert_eq!(last(&server), "GET /v2/assets/BRK.B");
    client.assets().get(Uuid::from_u128(7)).await.unwrap();
    assert_eq!(
        last(&server),
        "GET /v2/assets/00000000-0000-0000-0000-000000000007"
    );
}

#[tokio::test]
async fn an_unknown_asset_is_not_found() {
    let body = r#"{"code":40410000,"message":"asset not found for QRST"}"#;
    let server = Loopback::start(move |_| Reply::json(404, body)).await;
    let error = client(&server).assets().get("QRST").await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn option_contracts_come_page_by_page() {
    let server = Loopback::start(|request| {
        let mut contract = instance("OptionContract");
        let (numbers, next) = match parameter(request, "page_token").as_deref() {
            None => (0..2, json!("MTAw/+=")),
            // The first row of this page has come before.
            Some("MTAw/+=") => (1..4, json!("")),
            Some(other) => panic!("{other}"),
        };
        let contracts: Vec<Value> = numbers
            .map(|number: u128| {
                contract["id"] = json!(Uuid::from_u128(number).to_string());
                contract.clone()
            })
            .collect();
        let page = json!({"option_contracts": contracts, "next_page_token": next});
        Reply::json(200, page.to_string())
    })
    .await;
    let client = client(&server);
    let query = OptionContractQuery::of_each(["AAPL", "MSFT"])
        .status("inactive")
        .expires_from(day("2026-01-16"))
        .expires_until(day("2026-02-20"))
        .root_symbol("AAPL1")
        .calls()
        .style("american")
        .strike_between(dec!(180.50), dec!(1000))
        .penny_program(false)
        .show_deliverables(true);
    let all = client
        .option_contracts()
        .list(query)
        .collect()
        .await
        .unwrap();
    let ids: Vec<_> = all.iter().map(|contract| contract.id.as_u128()).collect();
    assert_eq!(ids, [0, 1, 2, 3]);
    let [first, second] = <[Recorded; 2]>::try_from(server.take()).unwrap();
    let mut every = pairs(&[
        ("underlying_symbols", "AAPL,MSFT"),
        ("status", "inactive"),
        ("expiration_date_gte", "2026-01-16"),
        ("expiration_date_lte", "2026-02-20"),
        ("root_symbol", "AAPL1"),
        ("type", "call"),
        ("style", "american"),
        ("strike_price_gte", "180.50"),
        ("strike_price_lte", "1000"),
        ("ppind", "false"),
        ("show_deliverables", "true"),
        ("limit", "1000"),
    ]);
    assert_eq!(first.path(), "/v2/options/contracts");
    assert_eq!(parameters(&first), every);
    every.push(("page_token".to_owned(), "MTAw/+=".to_owned()));
    every.sort();
    assert_eq!(parameters(&second), every);
}

#[tokio::test]
async fn option_contracts_that_are_null_are_none() {
    let (server, client) =
        answering(json!({"option_contracts": null, "next_page_token": null})).await;
    let query = OptionContractQuery::new()
        .expires_on(day("2026-01-16"))
        .puts()
        .page_size(10_000);
    assert!(
        client
            .option_contracts()
            .list(query)
            .next()
            .await
            .unwrap()
            .is_none()
    );
    let sent = server.take().pop().unwrap();
    assert_eq!(
        parameters(&sent),
        pairs(&[
            ("expiration_date", "2026-01-16"),
            ("type", "put"),
            ("limit", "10000")
        ])
    );
    let (server, client) = answering(instance("OptionContract")).await;
    client
        .option_contracts()
        .get("AAPL281215C00200000")
        .await
        .unwrap();
    assert_eq!(
        last(&server),
        "GET /v2/options/contracts/AAPL281215C00200000"
    );
}

#[tokio::test]
async fn clocks_of_one_market_and_of_many() {
    let (server, client) = answering(json!({
        "timestamp": "2026-03-09T11:22:33.123456789-04:00", "is_open": true,
        "next_open": "2026-03-10T09:30:00-04:00", "next_close": "2026-03-09T16:00:00-04:00"
    }))
    .await;
    let clock = client.clock().get().await.unwrap();
    assert_eq!(clock.next_open, time("2026-03-10T13:30:00Z"));
    assert_eq!(last(&server), "GET /v2/clock");

    let (server, client) = answering(json!({"clocks": [{
        "market": {"acronym": "NYSE", "name": "New York Stock Exchange", "timezone": "America/New_York"},
        "timestamp": "2026-03-09T11:22:33-04:00", "is_market_day": true,
        "next_market_open": "2026-03-10T09:30:00-04:00",
        "next_market_close": "2026-03-09T16:00:00-04:00",
        "phase": "core", "phase_until": "2026-03-09T16:00:00-04:00"
    }]}))
    .await;
    let query =
        MarketClockQuery::of([Market::Nyse, "LUNA".into()]).at(time("2026-03-09T15:22:33Z"));
    let clocks = client.clock().markets(query).await.unwrap();
    assert_eq!(clocks[0].phase, Phase::Core);
    let sent = server.take().pop().unwrap();
    assert_eq!(sent.path(), "/v3/clock");
    assert_eq!(
        parameters(&sent),
        pairs(&[("markets", "NYSE,LUNA"), ("time", "2026-03-09T15:22:33Z")])
    );
    client
        .clock()
        .markets(MarketClockQuery::new())
        .await
        .unwrap();
    assert_eq!(last(&server), "GET /v3/clock");
}

#[tokio::test]
async fn calendars_take_days_and_give_times() {
    let (server, client) = answering(json!([{
        "date": "2026-11-27", "open": "09:30", "close": "13:00",
        "session_open": "0400", "session_close": "1700", "settlement_date": "2026-11-30"
    }]))
    .await;
    let days = client
        .calendar()
        .list(day("2026-11-26")..=day("2026-11-27"))
        .await
        .unwrap();
    assert_eq!(
        last(&server),
        "GET /v2/calendar?end=2026-11-27&start=2026-11-26"
    );
    let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0);
    let [short] = days.as_slice() else {
        panic!("{days:?}")
    };
    assert_eq!((short.opens(), short.closes()), (at(9, 30), at(13, 0)));
    assert_eq!(
        (short.session_opens(), short.session_closes()),
        (at(4, 0), at(17, 0))
    );
    client
        .calendar()
        .list(CalendarQuery::on(day("2026-11-30")).by_settlement_date())
        .await
        .unwrap();
    let sent = server.take().pop().unwrap();
    assert_eq!(
        parameters(&sent),
        pairs(&[
            ("start", "2026-11-30"),
            ("end", "2026-11-30"),
            ("date_type", "SETTLEMENT")
        ])
    );
    client
        .calendar()
        .list(CalendarQuery::new().start(day("2026-11-30")))
        .await
        .unwrap();
    assert_eq!(last(&server), "GET /v2/calendar?start=2026-11-30");

    let (server, client) = answering(json!(null)).await;
    assert!(
        client
            .calendar()
            .list(CalendarQuery::new())
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(last(&server), "GET /v2/calendar");

    let (server, client) = answering(json!({
        "market": {"acronym": "XETR", "name": "Xetra", "timezone": "Europe/Berlin"},
        "calendar": [{"date": "2026-03-09", "core_start": "2026-03-09T09:00:00+01:00",
            "core_end": "2026-03-09T17:30:00+01:00", "settlement_date": "2026-03-11"}]
    }))
    .await;
    let query = MarketCalendarQuery::new().end(day("2026-03-13"));
    let week = client.calendar().market(Market::Xetr, query).await.unwrap();
    assert_eq!(week.calendar[0].core_start, time("2026-03-09T08:00:00Z"));
    assert_eq!(last(&server), "GET /v3/calendar/XETR?end=2026-03-13");
    client
        .calendar()
        .market("LUNA", day("2026-03-09")..=day("2026-03-09"))
        .await
        .unwrap();
    assert_eq!(
        last(&server),
        "GET /v3/calendar/LUNA?end=2026-03-09&start=2026-03-09"
    );
}
