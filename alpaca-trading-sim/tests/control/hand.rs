//! A hand on a simulator.

use alpaca_trading_sim::{Builder, Simulator};
use reqwest::Method;
use serde_json::{Value, json};

/// A simulator, and a client of its control surface and of the service.
pub(crate) struct Hand {
    pub(crate) simulator: Simulator,
    pub(crate) client: reqwest::Client,
}

impl Hand {
    pub(crate) async fn new(seed: u64) -> Self {
        Self::with(Simulator::builder().seed(seed).journal()).await
    }

    /// On a simulator with these settings.
    pub(crate) async fn with(builder: Builder) -> Self {
        let simulator = builder.start().await;
        Self {
            simulator: simulator.unwrap(),
            client: crate::plain::http(),
        }
    }

    /// Asks; the body is sent as it is.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: impl Into<reqwest::Body>,
    ) -> (u16, String) {
        let method: Method = method.parse().unwrap();
        let url = format!("{}{path}", self.simulator.base_url());
        let asked = self
            .client
            .request(method, url)
            .header("APCA-API-KEY-ID", "PKSIMULATOR")
            .header("APCA-API-SECRET-KEY", "simulator")
            .body(body);
        let answer = asked.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Asks the control surface, in JSON.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let path = format!("/sim/v1{path}");
        let (status, text) = self.send(method, &path, body.to_owned()).await;
        let json = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} {text}"));
        (status, json)
    }

    /// The same where it works.
    pub(crate) async fn done(&self, method: &str, path: &str, body: &str) -> Value {
        let (status, answer) = self.ask(method, path, body).await;
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {answer}"
        );
        answer
    }

    /// The same where it does not, and nothing changes: the message.
    pub(crate) async fn refused(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let before = self.simulator.journal();
        let faults = self.simulator.faults().list();
        let (status, answer) = self.ask(method, path, body).await;
        assert!(status >= 400, "{method} {path} {body}: {answer}");
        assert_eq!(self.simulator.journal(), before, "{method} {path} {body}");
        assert_eq!(self.simulator.faults().list(), faults);
        let fields = answer.as_object().unwrap();
        assert_eq!(fields.len(), 1);
        (status, fields["message"].as_str().unwrap().to_owned())
    }

    pub(crate) async fn buy(&self, symbol: &str) -> Value {
        let order = json!({
            "symbol": symbol, "qty": "1", "side": "buy", "type": "market", "time_in_force": "gtc",
        });
        let (status, text) = self.send("POST", "/v2/orders", order.to_string()).await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }
}
