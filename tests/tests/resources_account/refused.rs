//! Requests that are wrong: every broken rule is named, and the server hears nothing.

use alpaca_trading::dec;
use alpaca_trading::resources::account::ConfigurationsUpdate;
use alpaca_trading::resources::activities::ActivityQuery;
use alpaca_trading::resources::assets::AssetQuery;
use alpaca_trading::resources::calendar::MarketCalendarQuery;
use alpaca_trading::resources::clock::MarketClockQuery;
use alpaca_trading::resources::corporate_actions::AnnouncementQuery;
use alpaca_trading::resources::fixed_income::{CorporateBondQuery, TreasuryQuery};
use alpaca_trading::resources::option_contracts::OptionContractQuery;
use alpaca_trading::resources::portfolio_history::{Period, PortfolioHistoryQuery};
use alpaca_trading::types::Market;
use serde_json::json;

use crate::{answering, day, rules};

#[tokio::test]
#[allow(
    deprecated,
    reason = "deprecated operations keep working for those who use them"
)]
async fn nothing_is_sent_when_something_is_wrong() {
    let (server, client) = answering(json!({})).await;
    let (first, last) = (day("2026-01-01"), day("2026-12-31"));
    let long = "X".repeat(10_000);
    for text in [
        "",
        "..",
        "../orders",
        "A?b=c",
        "A#b",
        "A\nB",
        "A\u{0}",
        long.as_str(),
    ] {
        for error in [
            client.assets().get(text).await.unwrap_err(),
            client.option_contracts().get(text).await.unwrap_err(),
            client.corporate_actions().get(text).await.unwrap_err(),
            client
                .calendar()
                .market(text, MarketCalendarQuery::new())
                .await
                .unwrap_err(),
            client
                .clock()
                .markets(MarketClockQuery::of([text]))
                .await
                .unwrap_err(),
            client
                .activities()
                .list_by_type(text, ActivityQuery::all())
                .next()
                .await
                .unwrap_err(),
            client
                .activities()
                .list(ActivityQuery::of_type(text))
                .next()
                .await
                .unwrap_err(),
            client
                .option_contracts()
                .list(OptionContractQuery::of(text))
                .next()
                .await
                .unwrap_err(),
            client
                .assets()
                .list(AssetQuery::new().class(text))
                .await
                .unwrap_err(),
        ] {
            assert_eq!(rules(&error).len(), 1, "{text:?}: {error}");
            let said = error.to_string();
            assert!(
                said.len() < 500,
                "{} bytes for {} bytes",
                said.len(),
                text.len()
            );
        }
    }
    for (error, expected) in [
        (
            client
                .account()
                .update_configurations(ConfigurationsUpdate::new())
                .await
                .unwrap_err(),
            vec!["nothing-to-change"],
        ),
        (
            client
                .account()
                .portfolio_history(
                    PortfolioHistoryQuery::new()
                        .start(last)
                        .end(first)
                        .period(Period::days(0)),
                )
                .await
                .unwrap_err(),
            vec!["window-settings", "range-order", "positive"],
        ),
        (
            client
                .activities()
                .list(ActivityQuery::all().date(first).after(last).page_size(101))
                .next()
                .await
                .unwrap_err(),
            vec!["date-or-window", "range"],
        ),
        (
            client
                .option_contracts()
                .list(
                    OptionContractQuery::new()
                        .strike_between(dec!(-1), dec!(-2))
                        .page_size(10_001),
                )
                .next()
                .await
                .unwrap_err(),
            vec!["positive", "positive", "range-order", "range"],
        ),
        (
            client.calendar().list(last..=first).await.unwrap_err(),
            vec!["range-order"],
        ),
        (
            client
                .calendar()
                .market(Market::Nyse, last..=first)
                .await
                .unwrap_err(),
            vec!["range-order"],
        ),
        (
            client
                .corporate_actions()
                .list(AnnouncementQuery::new(["Split"], first, last))
                .await
                .unwrap_err(),
            vec!["window-length"],
        ),
        (
            client
                .fixed_income()
                .list_us_corporates(CorporateBondQuery::new().tickers(["A,B"]))
                .await
                .unwrap_err(),
            vec!["word-form"],
        ),
        (
            client
                .fixed_income()
                .list_us_treasuries(TreasuryQuery::new().subtype(""))
                .await
                .unwrap_err(),
            vec!["word-form"],
        ),
    ] {
        assert_eq!(rules(&error), expected, "{error}");
    }
    assert_eq!(server.requests(), []);
}
