//! The client beside the floor: `cargo bench -p benches`.
//!
//! `cargo bench -p benches -- account` runs the comparisons with that in their name.
//!
//! Prints a Markdown table. Times are microseconds for one operation, medians over the rounds; the
//! spread is the least and the greatest ratio of CPU time within a round.

use std::hint::black_box;

use alpaca_trading::orders::{OrderQuery, OrderRequest, Quantity};
use alpaca_trading::{Client, Pacing, Side, TimeInForce, dec};
use benches::measure::{Comparison, compare};
use benches::{bodies, floor, server};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Both sides, and the runtime that they share.
struct Stage {
    runtime: tokio::runtime::Runtime,
    url: String,
    http: reqwest::Client,
    client: Client,
}

impl Stage {
    fn new() -> Outcome<Self> {
        let url = server::start(
            [
                ("GET /v2/account", bodies::account()),
                ("POST /v2/orders", bodies::one_order()),
                ("GET /v2/assets", bodies::assets(11_000)),
                ("GET /v2/orders", bodies::orders(500)),
            ]
            .into(),
        )?;
        // Making the client first installs the cryptography that both use.
        let client = Client::builder()
            .base_url(&url)
            .key_pair("PKBENCH", "secret")
            .pacing(Pacing::Auto)
            .build()?;
        let mut headers = HeaderMap::new();
        headers.insert("APCA-API-KEY-ID", HeaderValue::from_static("PKBENCH"));
        headers.insert("APCA-API-SECRET-KEY", HeaderValue::from_static("secret"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .default_headers(headers)
            .build()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            runtime,
            url,
            http,
            client,
        })
    }

    /// The floor's read: send, read the body, decode.
    fn get<T: for<'de> serde::Deserialize<'de>>(&self, target: &str) -> Outcome<T> {
        self.runtime.block_on(async {
            let answer = self
                .http
                .get(format!("{}{target}", self.url))
                .send()
                .await?;
            let answer = answer.error_for_status()?;
            Ok(floor::read(&answer.bytes().await?)?)
        })
    }

    fn post(&self) -> Outcome<floor::Order> {
        let body = serde_json::json!({
            "symbol": "AAPL", "side": "buy", "type": "limit", "qty": "15",
            "limit_price": "107.01", "time_in_force": "day",
            "client_order_id": bodies::CLIENT_ORDER_ID,
        });
        self.runtime.block_on(async {
            let answer = self
                .http
                .post(format!("{}/v2/orders", self.url))
                .header(CONTENT_TYPE, "application/json")
                .body(serde_json::to_vec(&body)?)
                .send()
                .await?
                .error_for_status()?;
            Ok(floor::read(&answer.bytes().await?)?)
        })
    }

    fn run<T>(&self, call: impl Future<Output = alpaca_trading::Result<T>>) -> Outcome<T> {
        Ok(self.runtime.block_on(call)?)
    }
}

/// A limit order.
fn request() -> OrderRequest {
    OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(15), dec!(107.01))
        .time_in_force(TimeInForce::Day)
        .client_order_id(bodies::CLIENT_ORDER_ID)
}

/// The result is used, and an error ends the benchmark.
fn must<T>(outcome: Outcome<T>) {
    match outcome {
        Ok(value) => drop(black_box(value)),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

/// What was asked for by a part of its name, or everything.
fn comparisons(stage: &Stage, rounds: usize, wanted: Option<&str>) -> Vec<Comparison> {
    let client = &stage.client;
    let compare =
        |name: &'static str, operations, floor: &mut dyn FnMut(), ours: &mut dyn FnMut()| {
            let chosen = wanted.is_none_or(|wanted| name.contains(wanted));
            chosen.then(|| compare(name, rounds, operations, floor, ours))
        };
    let all = [
        compare(
            "one account",
            500,
            &mut || must(stage.get::<floor::Account>("/v2/account")),
            &mut || must(stage.run(client.account().get())),
        ),
        compare(
            "one order submitted",
            500,
            &mut || must(stage.post()),
            &mut || must(stage.run(client.orders().submit(request()))),
        ),
        compare(
            "11,000 assets",
            2,
            &mut || must(stage.get::<Vec<floor::Asset>>("/v2/assets")),
            &mut || must(stage.run(client.assets().list(Default::default()))),
        ),
        compare(
            "500 nested orders",
            10,
            &mut || {
                must(stage.get::<Vec<floor::Order>>("/v2/orders?status=all&limit=500&nested=true"))
            },
            &mut || {
                let query = OrderQuery::all().nested(true).page_size(500);
                must(stage.run(async { client.orders().list(query).next_page().await }));
            },
        ),
    ];
    all.into_iter().flatten().collect()
}

fn main() -> Outcome<()> {
    // `cargo bench` passes arguments of its own; `cargo test --benches` asks for a quick look.
    let quick = std::env::args().any(|argument| argument == "--test");
    let wanted = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let rounds = if quick { 2 } else { 41 };
    let stage = Stage::new()?;
    println!(
        "| what | floor CPU | ours CPU | ratio | floor wall | ours wall | ratio | floor allocations | ours | ratio | spread |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for comparison in comparisons(&stage, rounds, wanted.as_deref()) {
        println!("{comparison}");
    }
    if wanted.is_some() {
        return Ok(());
    }
    let building = compare(
        "building and checking an order",
        rounds,
        20_000,
        &mut || {
            black_box(serde_json::Value::Null);
        },
        &mut || {
            let request = black_box(request());
            must(request.validate().map_err(|_| "the order is valid".into()));
            drop(black_box(request.to_body()));
        },
    );
    println!(
        "building and checking an order: {:.2} µs of CPU",
        building.ours.cpu
    );
    Ok(())
}
