//! Assets, clocks and calendars.

use alpaca_trading::chrono::{DateTime, NaiveDate, Utc};
use alpaca_trading::orders::AssetClass;
use alpaca_trading::resources::assets::AssetQuery;
use alpaca_trading::resources::calendar::{CalendarQuery, MarketCalendarQuery};
use alpaca_trading::resources::clock::MarketClockQuery;
use alpaca_trading::types::{Market, Phase};

use crate::simulator;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn assets_are_listed_and_found_under_every_name() {
    let (simulator, client) = simulator().await;
    let all = client
        .assets()
        .list(AssetQuery::new())
        .await
        .unwrap()
        .all()
        .unwrap();
    assert_eq!(all.len(), 56);
    let active = client
        .assets()
        .list(AssetQuery::active())
        .await
        .unwrap()
        .all()
        .unwrap();
    assert_eq!(active.len(), 55);
    let coins = AssetQuery::new().class(AssetClass::Crypto);
    let coins = client.assets().list(coins).await.unwrap().all().unwrap();
    assert_eq!(coins.len(), 10);
    let late = AssetQuery::active()
        .exchange("ARCA")
        .attribute("options_late_close");
    assert_eq!(client.assets().list(late).await.unwrap().total(), 2);
    let known = simulator.look(|world| world.universe().len());
    assert_eq!(known, all.len() + coins.len());
    let bitcoin = client.assets().get("BTC/USD").await.unwrap();
    assert_eq!(bitcoin.class, AssetClass::Crypto);
    assert_eq!(client.assets().get("BTCUSD").await.unwrap(), bitcoin);
    assert_eq!(
        client.assets().get(bitcoin.id.to_string()).await.unwrap(),
        bitcoin
    );
    let none = client.assets().get("NOPE").await.unwrap_err();
    assert!(none.is_not_found(), "{none}");
    assert!(
        none.to_string().contains("asset not found for NOPE"),
        "{none}"
    );
}

#[tokio::test]
async fn the_clock_of_the_client_is_the_one_that_is_set() {
    let (simulator, client) = simulator().await;
    let clock = client.clock().get().await.unwrap();
    assert!(clock.is_open);
    assert_eq!(clock.timestamp, simulator.clock().now());
    assert_eq!(clock.next_close, time("2026-01-05T21:00:00Z"));
    assert_eq!(clock.next_open, time("2026-01-06T14:30:00Z"));
    simulator.clock().advance_to_close();
    let clock = client.clock().get().await.unwrap();
    assert!(!clock.is_open);
    let clocks = MarketClockQuery::of([Market::from("NYSE"), Market::from("NASDAQ")]);
    let clocks = client.clock().markets(clocks).await.unwrap();
    assert_eq!(clocks.len(), 2);
    assert!(
        clocks
            .iter()
            .all(|clock| clock.is_market_day && clock.phase == Phase::Post)
    );
    let core = MarketClockQuery::of([Market::from("NYSE")]).at(time("2026-01-06T15:00:00Z"));
    let core = client.clock().markets(core).await.unwrap();
    assert_eq!(core[0].phase, Phase::Core);
    assert_eq!(core[0].phase_until, time("2026-01-06T21:00:00Z"));
    // The service's time is the world's, and not that of this machine.
    let offset = client.clock_offset().unwrap();
    let ahead = simulator.clock().now() - Utc::now();
    assert!(
        (offset - ahead).num_seconds().abs() < 60,
        "{offset} {ahead}"
    );
}

#[tokio::test]
async fn calendars_agree() {
    let (_simulator, client) = simulator().await;
    // The week of Thanksgiving: a holiday and half a day.
    let week = day("2026-11-23")..=day("2026-11-29");
    let days = client.calendar().list(week.clone()).await.unwrap();
    let dates: Vec<_> = days.iter().map(|day| day.date).collect();
    let expected = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27"].map(day);
    assert_eq!(dates, expected);
    assert_eq!(
        (days[0].open.as_str(), days[0].close.as_str()),
        ("09:30", "16:00")
    );
    assert_eq!(days[3].close, "13:00");
    let settled = CalendarQuery::on(day("2026-11-27")).by_settlement_date();
    let settled = client.calendar().list(settled).await.unwrap();
    assert_eq!(settled[0].date, day("2026-11-25"));
    let new = client
        .calendar()
        .market(Market::from("NYSE"), MarketCalendarQuery::from(week))
        .await
        .unwrap();
    let new: Vec<_> = new
        .calendar
        .iter()
        .map(|day| (day.date, day.core_end))
        .collect();
    assert_eq!(new.iter().map(|(date, _)| *date).collect::<Vec<_>>(), dates);
    assert_eq!(new[3].1, time("2026-11-27T18:00:00Z"));
}
