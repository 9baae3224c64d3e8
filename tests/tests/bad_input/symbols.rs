//! Symbols, names and ids that would make another request of the request, or none.

use std::future::Future;
use std::pin::Pin;

use alpaca_trading::orders::{OrderQuery, OrderRequest, Quantity, ReplaceRequest};
use alpaca_trading::{Client, Error, Result, Side, Uuid};

use super::{check, rules, untouched};

/// What no symbol is: too long, with control characters, or with what has a meaning in a URL.
fn symbols() -> Vec<String> {
    let mut symbols = vec![
        "A".repeat(10 * 1024),
        "A".repeat(65),
        "\u{1F4A5}".repeat(2_560),
    ];
    for text in [
        "",
        " ",
        ".",
        "..",
        "...",
        "../orders",
        "AAPL/../orders",
        "..\\orders",
        "/",
        "//",
        "/AAPL",
        "AAPL/",
        "BTC/USD/EUR",
        "?",
        "AAPL?cancel_orders=true",
        "#",
        "AAPL#",
        "%2e%2e",
        "%2F",
        "AA PL",
        "AAPL\n",
        "AAPL\r\nX-Injected: 1",
        "AAPL\0",
        "\u{1b}[2J",
        "\u{202e}LPAA",
        "\u{feff}AAPL",
        "A\u{e4}PL",
        "AAPL&x=1",
        "AAPL,MSFT",
        "AAPL;",
        "\"AAPL\"",
        "{symbol}",
        "*",
        "-",
        "_:_",
        "A..B",
    ] {
        symbols.push(text.to_owned());
    }
    symbols
}

type Call = for<'a> fn(&'a Client, String) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Everything that takes a symbol of an asset.
fn calls() -> Vec<(&'static str, Call)> {
    vec![
        ("assets().get", |client, text| {
            Box::pin(async move { client.assets().get(text).await.map(drop) })
        }),
        ("positions().get", |client, text| {
            Box::pin(async move { client.positions().get(text).await.map(drop) })
        }),
        ("positions().close", |client, text| {
            Box::pin(async move { client.positions().close(text).await.map(drop) })
        }),
        ("positions().exercise", |client, text| {
            Box::pin(async move { client.positions().exercise(text).await.map(drop) })
        }),
        ("positions().do_not_exercise", |client, text| {
            Box::pin(async move { client.positions().do_not_exercise(text).await })
        }),
        ("option_contracts().get", |client, text| {
            Box::pin(async move { client.option_contracts().get(text).await.map(drop) })
        }),
        ("watchlists().add", |client, text| {
            Box::pin(async move { client.watchlists().add(Uuid::nil(), text).await.map(drop) })
        }),
        ("watchlists().remove", |client, text| {
            Box::pin(async move {
                client
                    .watchlists()
                    .remove(Uuid::nil(), text)
                    .await
                    .map(drop)
            })
        }),
        ("watchlists().by_name().add", |client, text| {
            Box::pin(async move {
                client
                    .watchlists()
                    .by_name("tech")
                    .add(text)
                    .await
                    .map(drop)
            })
        }),
        ("orders().submit", |client, text| {
            Box::pin(async move {
                let order = OrderRequest::market(text, Side::Buy, Quantity::shares(1));
                client.orders().submit(order).await.map(drop)
            })
        }),
        ("orders().list", |client, text| {
            Box::pin(async move {
                client
                    .orders()
                    .list(OrderQuery::all().symbol(text))
                    .collect()
                    .await
                    .map(drop)
            })
        }),
    ]
}

#[tokio::test]
async fn what_is_no_symbol_is_not_sent() {
    let (service, client) = untouched().await;
    for (name, call) in calls() {
        for symbol in symbols() {
            let shown: String = symbol.chars().take(20).collect();
            let what = format!("{name} of {shown:?}");
            let error = call(&client, symbol).await.expect_err(&what);
            check(&error, &service, &what);
            assert!(rules(&error).contains(&"symbol-form"), "{what}: {error}");
        }
    }
    assert!(service.requests().is_empty());
}

/// What must not be refused: the forms that Alpaca has. They are sent, and the service decides.
#[tokio::test]
async fn every_form_of_a_symbol_is_sent() {
    let (service, client) = untouched().await;
    let client = client.with_retry(alpaca_trading::RetryPolicy::never());
    let id = Uuid::nil().to_string();
    for (symbol, path) in [
        ("AAPL", "/v2/assets/AAPL"),
        ("BRK.B", "/v2/assets/BRK.B"),
        ("BTC/USD", "/v2/assets/BTC%2FUSD"),
        ("AAPL250620C00100000", "/v2/assets/AAPL250620C00100000"),
        (
            id.as_str(),
            "/v2/assets/00000000-0000-0000-0000-000000000000",
        ),
        ("aapl", "/v2/assets/aapl"),
    ] {
        client
            .assets()
            .get(symbol)
            .await
            .expect_err("a failure of the service");
        assert_eq!(service.take()[0].path(), path);
    }
}

#[tokio::test]
async fn client_order_ids_that_the_service_does_not_take() {
    let (service, client) = untouched().await;
    for (id, rule) in [
        ("i".repeat(129), "client-order-id-length"),
        ("\u{e9}".repeat(129), "client-order-id-length"),
        ("i".repeat(10 * 1024), "client-order-id-length"),
        (String::new(), "client-order-id-length"),
        ("a\nb".to_owned(), "client-order-id-text"),
        ("a\0".to_owned(), "client-order-id-text"),
        ("  ".to_owned(), "client-order-id-text"),
    ] {
        let shown: String = id.chars().take(20).collect();
        let order =
            OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1)).client_order_id(&id);
        let change = ReplaceRequest::new().quantity(2).client_order_id(&id);
        let errors: [Error; 3] = [
            client.orders().submit(order).await.expect_err("refused"),
            client
                .orders()
                .replace(Uuid::nil(), change)
                .await
                .expect_err("refused"),
            client
                .orders()
                .get_by_client_order_id(&id)
                .await
                .expect_err("refused"),
        ];
        for (place, error) in errors.iter().enumerate() {
            check(error, &service, &format!("{place}: {shown:?}"));
            assert_eq!(rules(error), [rule], "{place}: {error}");
            assert_eq!(error.violations()[0].field(), "client_order_id");
        }
    }
}

/// 128 characters are as many as there may be, whatever bytes they take.
#[tokio::test]
async fn the_longest_client_order_id_is_sent() {
    let (service, client) = untouched().await;
    let client = client.with_retry(alpaca_trading::RetryPolicy::never());
    for id in [
        "i".repeat(128),
        "\u{e9}".repeat(128),
        "a/b?c#d &=%".to_owned(),
    ] {
        client
            .orders()
            .get_by_client_order_id(&id)
            .await
            .expect_err("a failure of the service");
        let sent = service.take();
        let query = tests::percent::query(sent[0].query()).expect("a query");
        assert_eq!(query, [("client_order_id".to_owned(), id)]);
    }
}

#[tokio::test]
async fn names_of_watchlists() {
    let (service, client) = untouched().await;
    for name in [String::new(), "n".repeat(65), "n".repeat(10 * 1024)] {
        let shown: String = name.chars().take(20).collect();
        let lists = client.watchlists();
        for error in [
            lists
                .create(name.clone(), ["AAPL"])
                .await
                .expect_err("refused"),
            lists
                .by_name(name.clone())
                .get()
                .await
                .expect_err("refused"),
            lists
                .by_name(name.clone())
                .delete()
                .await
                .expect_err("refused"),
        ] {
            check(&error, &service, &shown);
        }
    }
}

/// All that is wrong with an order is said at once.
#[tokio::test]
async fn every_broken_rule_is_named() {
    let (service, client) = untouched().await;
    let order = OrderRequest::market("../", Side::Buy, Quantity::shares(0))
        .client_order_id("i".repeat(129));
    let error = client.orders().submit(order).await.expect_err("refused");
    check(&error, &service, "an order with three faults");
    let mut rules = rules(&error);
    rules.sort_unstable();
    assert_eq!(
        rules,
        ["client-order-id-length", "qty-positive", "symbol-form"]
    );
    assert!(
        error.to_string().starts_with("POST /v2/orders (custom"),
        "{error}"
    );
}
