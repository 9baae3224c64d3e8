//! Every `curl` of the README is sent, in its order, to one simulator.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test"
)]

mod plain;

use alpaca_trading_sim::Simulator;

const README: &str = include_str!("../README.md");

/// The routes of the control surface.
const ROUTES: [&str; 33] = [
    "GET /clock",
    "POST /clock/advance",
    "GET /market/{symbol}",
    "PUT /market/{symbol}",
    "POST /market/{symbol}/halt",
    "POST /market/prices",
    "POST /market/walk",
    "GET /faults",
    "POST /faults",
    "DELETE /faults",
    "DELETE /faults/{id}",
    "POST /faults/refuse",
    "GET /journal",
    "GET /snapshots",
    "POST /snapshots",
    "POST /snapshots/{id}/restore",
    "DELETE /snapshots/{id}",
    "GET /accounts",
    "PATCH /accounts/{key_id}",
    "GET /audit",
    "GET /orders/{order}",
    "POST /orders/{order}/reject",
    "POST /orders/{order}/suspend",
    "POST /orders/{order}/stop",
    "POST /orders/{order}/done_for_day",
    "POST /orders/{order}/calculate",
    "POST /orders/{order}/accept_for_bidding",
    "POST /orders/{order}/resume",
    "POST /orders/{order}/fill",
    "POST /orders/{order}/restate",
    "POST /orders/{order}/fills/{fill}/bust",
    "POST /orders/{order}/fills/{fill}/correct",
    "POST /venue/reject_next",
];

/// The blocks of this kind.
fn blocks(kind: &str) -> Vec<&'static str> {
    let begin = format!("```{kind}\n");
    let mut blocks = README.split(begin.as_str());
    blocks.next();
    blocks
        .map(|rest| rest.split_once("```").expect("the end of a block").0)
        .collect()
}

/// A script as a shell sees it: commands of words.
fn commands(script: &str) -> Vec<Vec<String>> {
    let mut commands = vec![vec![]];
    let (mut word, mut inside) = (None::<String>, None::<char>);
    let mut signs = script.chars();
    while let Some(sign) = signs.next() {
        match (sign, inside) {
            (sign, Some(quote)) if sign == quote => inside = None,
            (sign, Some(_)) => word.get_or_insert_default().push(sign),
            ('\'' | '"', None) => {
                inside = Some(sign);
                word.get_or_insert_default();
            }
            ('\\', None) => assert_eq!(signs.next(), Some('\n'), "the line goes on"),
            (' ' | '\n', None) => {
                commands.last_mut().unwrap().extend(word.take());
                if sign == '\n' {
                    commands.push(vec![]);
                }
            }
            (sign, None) => word.get_or_insert_default().push(sign),
        }
    }
    assert_eq!(inside, None, "a quote without an end");
    commands.retain(|words| !words.is_empty());
    commands
}

struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

fn request(words: &[String]) -> Request {
    let mut words = words.iter().cloned();
    assert_eq!(words.next().as_deref(), Some("curl"));
    let (mut method, mut url, mut headers, mut body) = (None, None, vec![], None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-X" => method = words.next(),
            "-d" => body = words.next(),
            "-H" => {
                let header = words.next().unwrap();
                let (name, value) = header.split_once(": ").unwrap();
                headers.push((name.to_owned(), value.to_owned()));
            }
            "--data-binary" => {
                assert_eq!(words.next().as_deref(), Some("@prices.csv"));
                body = Some(blocks("csv")[0].to_owned());
            }
            _ => assert!(url.replace(word).is_none(), "two addresses"),
        }
    }
    Request {
        method: method.unwrap_or("GET".into()),
        url: url.expect("an address"),
        headers,
        body,
    }
}

/// The route that a request asks for, of the control surface.
fn route(request: &Request) -> Option<String> {
    let (_, path) = request.url.split_once("/sim/v1")?;
    let path = path.split('?').next().unwrap();
    let mut parts: Vec<&str> = path.split('/').collect();
    if let Some(part) = parts.get_mut(2) {
        match *part {
            "AAPL" | "BTC%2FUSD" => *part = "{symbol}",
            "PKSIMULATOR" => *part = "{key_id}",
            "mine" | "unwanted" => *part = "{order}",
            number if number.parse::<u64>().is_ok() => *part = "{id}",
            _ => {}
        }
    }
    if let ["", "orders", _, "fills", fill, _] = parts.as_mut_slice() {
        *fill = "{fill}";
    }
    Some(format!("{} {}", request.method, parts.join("/")))
}

#[tokio::test]
async fn every_example_works_and_every_route_has_one() {
    let simulator = Simulator::builder()
        .seed(7)
        .journal()
        .start()
        .await
        .unwrap();
    let client = plain::http();
    let mut shown: Vec<String> = Vec::new();
    for script in blocks("sh") {
        for words in commands(script) {
            let Request {
                method,
                url,
                headers,
                body,
            } = {
                let request = request(&words);
                shown.extend(route(&request));
                request
            };
            let url = url.replace("http://127.0.0.1:8765", &simulator.base_url());
            assert!(url.starts_with(&simulator.base_url()), "{url}");
            let mut sent = client.request(method.parse().unwrap(), &url);
            for (name, value) in headers {
                sent = sent.header(name, value);
            }
            if let Some(body) = body {
                sent = sent.body(body);
            }
            let answer = sent.send().await.unwrap();
            let status = answer.status();
            let text = answer.text().await.unwrap();
            assert!(status.is_success(), "{words:?}\n{status} {text}");
        }
    }
    for route in ROUTES {
        assert!(shown.iter().any(|shown| shown == route), "{route}");
    }
    for shown in &shown {
        assert!(ROUTES.contains(&shown.as_str()), "{shown}");
    }
}
