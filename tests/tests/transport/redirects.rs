//! A redirect is an error: following it would carry the keys to another host, and send an order twice.

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::{Error, ErrorKind, Outcome, Side, Uuid};
use tests::service::{Answer, Service};

use super::{ORDER_ID, client};

/// The call is refused with a redirect, which is said, and the other host hears nothing.
fn check(error: &Error, status: u16, sent: &Service, other: &Service) {
    let shown = format!("{error} / {error:?}");
    // 303 points to what was done; 307 and 308 ask for the request elsewhere.
    let outcome = match status {
        307.. => Outcome::Rejected,
        _ => Outcome::Unknown,
    };
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Answer, outcome),
        "{shown}"
    );
    assert_eq!(sent.take().len(), 1, "{shown}");
    check_text(error, status, other);
}

/// The same for what places an order, which is looked for when it may have been done.
fn check_order(error: &Error, status: u16, sent: &Service, other: &Service) {
    if status >= 307 {
        return check(error, status, sent, other);
    }
    assert_eq!(error.kind(), ErrorKind::Unresolved, "{error:?}");
    let methods: Vec<String> = sent
        .take()
        .iter()
        .map(|arrived| arrived.request.method.clone())
        .collect();
    assert_eq!(methods.len(), 2, "{methods:?}");
    assert_eq!(methods[1], "GET");
    check_text(error, status, other);
}

fn check_text(error: &Error, status: u16, other: &Service) {
    let shown = format!("{error} / {error:?}");
    assert_eq!(error.status(), Some(status), "{shown}");
    assert!(
        error
            .to_string()
            .contains("a redirect, which is not followed"),
        "{shown}"
    );
    assert_eq!(error.attempts(), 1, "{shown}");
    assert!(
        other.requests().is_empty() && other.connections() == 0,
        "{shown}"
    );
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let other = Service::start(|_| Answer::status(200)).await;
    for status in [301, 302, 303, 307, 308] {
        for page in [false, true] {
            let location = format!("{}/v2/account", other.url());
            let service = Service::start(move |_| {
                let answer = if page {
                    Answer::html(status)
                } else {
                    Answer::status(status)
                };
                answer.header("Location", &location)
            })
            .await;
            let client = client(service.url());
            let error = client.account().get().await.expect_err("a redirect");
            check(&error, status, &service, &other);

            let id = Uuid::parse_str(ORDER_ID).expect("an id");
            let error = client.orders().cancel(id).await.expect_err("a redirect");
            check(&error, status, &service, &other);

            let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
            let error = client.orders().submit(order).await.expect_err("a redirect");
            check_order(&error, status, &service, &other);

            let error = client
                .positions()
                .close("AAPL")
                .await
                .expect_err("a redirect");
            check_order(&error, status, &service, &other);

            let error = client
                .raw()
                .get_clock()
                .send()
                .await
                .expect_err("a redirect");
            check(&Error::from_raw(error).await, status, &service, &other);
        }
    }
}

/// Not even to itself, and not without a place to go to.
#[tokio::test]
async fn nor_is_one_to_the_same_host() {
    let nowhere = Service::start(|_| Answer::status(200)).await;
    for location in [
        "/v2/clock",
        "",
        "//evil.example/v2/clock",
        "file:///etc/passwd",
    ] {
        let service =
            Service::start(move |_| Answer::status(307).header("Location", location)).await;
        let error = client(service.url())
            .clock()
            .get()
            .await
            .expect_err("a redirect");
        check(&error, 307, &service, &nowhere);
    }
}
