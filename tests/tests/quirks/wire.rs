//! One call of the client to a server on loopback, which answers what the test tells it to.

use alpaca_trading_gen::{Client, Inner};
use tests::loopback::{Loopback, Reply};

/// What the server received.
#[derive(Debug)]
pub(crate) struct Request {
    /// Method and target: `GET /v2/orders?limit=5`.
    pub(crate) line: String,
    /// The body, empty when there is none.
    pub(crate) body: String,
}

/// Makes a call that is answered with `status` and the JSON text `body`; returns the outcome and
/// the only request that it led to.
pub(crate) async fn exchange<T>(
    status: u16,
    body: &str,
    call: impl AsyncFnOnce(Client) -> T,
) -> (T, Request) {
    let reply = Reply::json(status, body);
    let server = Loopback::start(move |_| reply.clone()).await;
    let client = Client::with_inner(&server.url(), tests::http(), Inner::default());
    let outcome = call(client).await;
    let [recorded] = <[_; 1]>::try_from(server.take()).expect("one request");
    let request = Request {
        line: format!("{} {}", recorded.method, recorded.target),
        body: String::from_utf8(recorded.body).expect("the body is text"),
    };
    (outcome, request)
}
