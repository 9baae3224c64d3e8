//! The service that the client is tested against does what it is said to do: each kind of answer,
//! the book, the faults, the pages and the limit, seen from outside.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod book;
mod clock;
mod faults;
mod pages;
mod replace;
mod wire;

use alpaca_trading_gen::reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::Value;
use tests::service::Service;

/// An answer, read to its end.
#[derive(Debug)]
struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `id` in the body.
    fn id(&self) -> String {
        self.body["id"].as_str().expect("an id").to_owned()
    }

    /// The member of every row of the body.
    fn all(&self, member: &str) -> Vec<&str> {
        let rows = self.body.as_array().expect("an array");
        let member = rows.iter().map(|row| row[member].as_str().expect("text"));
        member.collect()
    }
}

/// Makes one call; a body that is empty is null.
async fn call(service: &Service, method: Method, target: &str, body: Option<&Value>) -> Got {
    let url = format!("{}{target}", service.url());
    let mut request = tests::http().request(method, url);
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status(), answer.headers().clone());
    let text = answer.text().await.expect("the whole answer");
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).expect("JSON")
    };
    Got {
        status,
        headers,
        body,
    }
}

async fn get(service: &Service, target: &str) -> Got {
    call(service, Method::GET, target, None).await
}

async fn post(service: &Service, target: &str, body: &Value) -> Got {
    call(service, Method::POST, target, Some(body)).await
}

async fn delete(service: &Service, target: &str) -> Got {
    call(service, Method::DELETE, target, None).await
}

/// An order at the market for ten shares.
fn market(client_order_id: &str) -> Value {
    serde_json::json!({
        "symbol": "AAPL", "qty": "10", "side": "buy", "type": "market", "time_in_force": "day",
        "client_order_id": client_order_id,
    })
}
