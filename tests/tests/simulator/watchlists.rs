//! Watchlists, by id and by name.

use alpaca_trading::resources::watchlists::WatchlistUpdate;
use alpaca_trading::types::Watchlist;

use crate::simulator;

fn symbols(list: &Watchlist) -> Vec<&str> {
    list.assets
        .iter()
        .map(|asset| asset.symbol.as_str())
        .collect()
}

#[tokio::test]
async fn a_list_is_kept_by_its_id() {
    let (_simulator, client) = simulator().await;
    let lists = client.watchlists();
    assert_eq!(lists.list().await.unwrap().total(), 0);
    let made = lists.create("tech & more", ["AAPL", "MSFT"]).await.unwrap();
    assert_eq!(symbols(&made), ["AAPL", "MSFT"]);
    assert_eq!(lists.get(made.id).await.unwrap(), made);
    let added = lists.add(made.id, "BTC/USD").await.unwrap();
    assert_eq!(symbols(&added), ["AAPL", "MSFT", "BTC/USD"]);
    let removed = lists.remove(made.id, "BTC/USD").await.unwrap();
    assert_eq!(symbols(&removed), ["AAPL", "MSFT"]);
    let update = WatchlistUpdate::new().name("less").symbols(["SPY"]);
    let updated = lists.update(made.id, update).await.unwrap();
    assert_eq!(
        (updated.name.as_str(), symbols(&updated)),
        ("less", vec!["SPY"])
    );
    let twice = lists.create("less", ["AAPL"]).await.unwrap_err();
    assert_eq!(twice.status(), Some(422));
    let unknown = lists.add(made.id, "NOPE").await.unwrap_err();
    assert!(
        unknown
            .status()
            .is_some_and(|status| status == 404 || status == 422),
        "{unknown}"
    );
    assert_eq!(lists.list().await.unwrap().total(), 1);
    lists.delete(made.id).await.unwrap();
    assert!(lists.get(made.id).await.unwrap_err().is_not_found());
    assert_eq!(lists.list().await.unwrap().total(), 0);
}

#[tokio::test]
async fn a_list_is_kept_by_its_name() {
    let (_simulator, client) = simulator().await;
    let name = "50% & more / ü";
    let made = client.watchlists().create(name, ["AAPL"]).await.unwrap();
    let named = client.watchlists().by_name(name);
    assert_eq!(named.get().await.unwrap(), made);
    assert_eq!(symbols(&named.add("SPY").await.unwrap()), ["AAPL", "SPY"]);
    let update = WatchlistUpdate::new().name(name).symbols(["F", "SPY"]);
    let updated = named.update(update).await.unwrap();
    assert_eq!((updated.id, symbols(&updated)), (made.id, vec!["F", "SPY"]));
    named.delete().await.unwrap();
    assert!(named.get().await.unwrap_err().is_not_found());
}
