//! Watchlists, by id and by name.

use alpaca_trading::resources::watchlists::WatchlistUpdate;
use alpaca_trading::{ErrorKind, Outcome};
use serde_json::{Value, json};
use tests::loopback::Reply;

use crate::{ID, answering, id, in_turn, sent};

fn watchlist(name: &str, symbols: &[&str]) -> Value {
    let assets: Vec<_> = symbols
        .iter()
        .map(|symbol| {
            json!({
                "id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", "class": "us_equity",
                "exchange": "NASDAQ", "symbol": symbol, "name": format!("{symbol} Inc."),
                "status": "active", "tradable": true, "marginable": true, "shortable": true,
                "easy_to_borrow": true, "fractionable": true
            })
        })
        .collect();
    json!({
        "id": ID, "account_id": "abe25343-a7ba-4255-bdeb-f7e013e9ee5d",
        "created_at": "2026-01-31T21:49:05.14628Z", "updated_at": "2026-01-31T21:49:05.14628Z",
        "name": name, "assets": assets
    })
}

fn ok(body: &Value) -> Reply {
    crate::json(200, body)
}

fn absent() -> Reply {
    Reply::json(404, r#"{"code":40410000,"message":"watchlist not found"}"#)
}

#[tokio::test]
async fn each_method_sends_one_request_of_its_own() {
    let (server, client) = answering(watchlist("tech", &["AAPL", "BTC/USD"])).await;
    let lists = client.watchlists();
    let list = lists.create("tech", ["AAPL", "BTC/USD"]).await.unwrap();
    assert_eq!((list.id, list.assets.len()), (id(), 2));
    lists.create("bare", [""; 0]).await.unwrap();
    lists.get(id()).await.unwrap();
    lists.add(id(), "ETH/USD").await.unwrap();
    lists.remove(id(), "ETH/USD").await.unwrap();
    let renamed = WatchlistUpdate::new().name("chips");
    lists.update(id(), renamed.clone()).await.unwrap();
    let emptied = WatchlistUpdate::new().symbols([""; 0]);
    lists.update(id(), emptied).await.unwrap();
    lists.update(id(), renamed.symbols(["NVDA"])).await.unwrap();
    lists.delete(id()).await.unwrap();
    assert_eq!(
        sent(&server),
        [
            r#"POST /v2/watchlists {"name":"tech","symbols":["AAPL","BTC/USD"]}"#.to_owned(),
            r#"POST /v2/watchlists {"name":"bare"}"#.to_owned(),
            format!("GET /v2/watchlists/{ID}"),
            format!(r#"POST /v2/watchlists/{ID} {{"symbol":"ETH/USD"}}"#),
            format!("DELETE /v2/watchlists/{ID}/ETH%2FUSD"),
            format!(r#"PUT /v2/watchlists/{ID} {{"name":"chips"}}"#),
            format!(r#"PUT /v2/watchlists/{ID} {{"symbols":[]}}"#),
            format!(r#"PUT /v2/watchlists/{ID} {{"name":"chips","symbols":["NVDA"]}}"#),
            format!("DELETE /v2/watchlists/{ID}"),
        ]
    );
}

#[tokio::test]
async fn a_name_is_sent_whatever_characters_it_has() {
    let (server, client) = answering(watchlist("a/b", &["AAPL"])).await;
    let list = client.watchlists().by_name("a/b & c=d?é#");
    assert_eq!(list.name(), "a/b & c=d?é#");
    list.get().await.unwrap();
    list.add("AAPL").await.unwrap();
    let update = WatchlistUpdate::new().symbols(["AAPL", "MSFT"]);
    list.update(update).await.unwrap();
    list.delete().await.unwrap();
    let requests = server.requests();
    let paths: Vec<_> = requests
        .iter()
        .map(|request| (request.method.as_str(), request.path()))
        .collect();
    let path = "/v2/watchlists:by_name";
    assert_eq!(
        paths,
        [
            ("GET", path),
            ("POST", path),
            ("PUT", path),
            ("DELETE", path)
        ]
    );
    for request in &requests {
        let query = tests::percent::query(request.query()).unwrap();
        assert_eq!(query, [("name".to_owned(), "a/b & c=d?é#".to_owned())]);
    }
    assert_eq!(crate::body(&requests[1]), json!({"symbol": "AAPL"}));
    assert_eq!(
        crate::body(&requests[2]),
        json!({"symbols": ["AAPL", "MSFT"]})
    );
}

#[tokio::test]
async fn the_list_of_lists_has_no_assets_and_survives_a_bad_row() {
    let mut good = watchlist("tech", &[]);
    good.as_object_mut().unwrap().remove("assets");
    let (server, client) = answering(json!([good, {"id": 7}, good])).await;
    let lists = client.watchlists().list().await.unwrap();
    assert_eq!(lists.len(), 2);
    assert_eq!(lists[0].name, "tech");
    assert_eq!(lists.undecodable()[0].index(), 1);
    assert_eq!(sent(&server), ["GET /v2/watchlists"]);
}

#[tokio::test]
async fn what_is_gone_after_a_lost_answer_was_deleted() {
    for lost in [Reply::Close, Reply::status(503)] {
        let (server, client) = in_turn([lost, absent()]).await;
        client.watchlists().delete(id()).await.unwrap();
        assert_eq!(server.requests().len(), 2);
    }
    let (server, client) = in_turn([Reply::Close, absent()]).await;
    client.watchlists().by_name("tech").delete().await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn what_was_never_there_cannot_be_deleted() {
    let (server, client) = in_turn([absent()]).await;
    for error in [
        client.watchlists().delete(id()).await.unwrap_err(),
        client.watchlists().by_name("x").delete().await.unwrap_err(),
        client.watchlists().remove(id(), "AAPL").await.unwrap_err(),
        client.watchlists().get(id()).await.unwrap_err(),
    ] {
        assert!(error.is_not_found(), "{error}");
        assert_eq!(error.outcome(), Outcome::Rejected, "{error}");
    }
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn an_asset_that_is_off_after_a_lost_answer_was_taken_off() {
    let left = watchlist("tech", &["MSFT"]);
    let (server, client) = in_turn([Reply::Close, absent(), ok(&left)]).await;
    let list = client.watchlists().remove(id(), "BTC/USD").await.unwrap();
    assert_eq!(list.assets[0].symbol, "MSFT");
    let removal = format!("DELETE /v2/watchlists/{ID}/BTC%2FUSD");
    assert_eq!(
        sent(&server),
        [removal.clone(), removal, format!("GET /v2/watchlists/{ID}")]
    );

    let still_there = watchlist("tech", &["BTCUSD"]);
    let (_server, client) = in_turn([Reply::Close, absent(), ok(&still_there)]).await;
    let error = client
        .watchlists()
        .remove(id(), "BTC/USD")
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.outcome(), Outcome::Unknown);

    // The list cannot be read: it is the removal that is told of.
    let forbidden = Reply::json(403, r#"{"message":"forbidden."}"#);
    for look in [absent(), forbidden] {
        let (_server, client) = in_turn([Reply::Close, absent(), look]).await;
        let removed = client.watchlists().remove(id(), "BTC/USD").await;
        let error = removed.unwrap_err();
        assert_eq!(error.status(), Some(404), "{error}");
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
        let operation = error.operation().unwrap();
        assert!(operation.starts_with("DELETE "), "{operation}");
    }
}

#[tokio::test]
async fn an_update_is_sent_again_and_a_creation_is_not() {
    let list = watchlist("tech", &["AAPL"]);
    let (server, client) = in_turn([Reply::Close, Reply::status(502), ok(&list)]).await;
    let update = WatchlistUpdate::new().symbols(["AAPL"]);
    client.watchlists().update(id(), update).await.unwrap();
    assert_eq!(server.take().len(), 3);

    let (server, client) = in_turn([Reply::Close, ok(&list)]).await;
    let error = client
        .watchlists()
        .create("tech", ["AAPL"])
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
    assert_eq!(server.take().len(), 1);
    let error = {
        let (_server, client) = in_turn([Reply::Close, ok(&list)]).await;
        client.watchlists().add(id(), "AAPL").await.unwrap_err()
    };
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_does_not_say_that_nothing_was_done() {
    let taken = Reply::json(422, r#"{"message":"watchlist name must be unique"}"#);
    let (_server, client) = in_turn([Reply::Close, taken.clone()]).await;
    let update = WatchlistUpdate::new().name("chips");
    let error = client
        .watchlists()
        .update(id(), update.clone())
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(422));
    assert_eq!(error.outcome(), Outcome::Unknown);

    let (_server, client) = in_turn([taken]).await;
    let error = client.watchlists().update(id(), update).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Rejected);
}

#[tokio::test]
async fn a_change_of_the_name_is_found_under_the_new_name() {
    let renamed = watchlist("chips", &["NVDA"]);
    let (server, client) = in_turn([Reply::Close, absent(), ok(&renamed)]).await;
    let tech = client.watchlists().by_name("tech");
    let update = WatchlistUpdate::new().name("chips").symbols(["NVDA"]);
    let list = tech.update(update.clone()).await.unwrap();
    assert_eq!(list.name, "chips");
    let put = r#"PUT /v2/watchlists:by_name?name=tech {"name":"chips","symbols":["NVDA"]}"#;
    assert_eq!(
        sent(&server),
        [put, put, "GET /v2/watchlists:by_name?name=chips"]
    );

    // A list of that name with other assets is not what the change has made.
    for third in [ok(&watchlist("chips", &["AMD"])), absent()] {
        let (_server, client) = in_turn([Reply::Close, absent(), third]).await;
        let tech = client.watchlists().by_name("tech");
        let error = tech.update(update.clone()).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert_eq!(error.outcome(), Outcome::Unknown);
    }

    // Nor need one of that name be the one that was renamed: nothing else is known of it.
    let (_server, client) = in_turn([Reply::Close, absent(), ok(&renamed)]).await;
    let tech = client.watchlists().by_name("tech");
    let only_the_name = WatchlistUpdate::new().name("chips");
    let error = tech.update(only_the_name).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);

    // Without a lost answer the list is simply not there.
    let (server, client) = in_turn([absent()]).await;
    let tech = client.watchlists().by_name("tech");
    let error = tech.update(update).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(server.requests().len(), 1);
}
