//! Compressed answers are read, and those that swell without end are not.

use std::io::Write as _;
use std::time::{Duration, Instant};

use alpaca_trading::{ErrorKind, Outcome};
use flate2::write::GzEncoder;
use flate2::{Compress, Compression, FlushCompress};
use tests::service::{Answer, Service};

use super::bodies::Pouring;
use super::{account, builder, client};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn compressed_answers_are_read() {
    let service = Service::start(|request| {
        assert_eq!(request.header("accept-encoding"), ["gzip"]);
        match request.path() {
            "/v2/account" => Answer::body(200, "application/json", gzip(&account().to_string())),
            _ => {
                let refusal = r#"{"code":40410000,"message":"position does not exist"}"#;
                Answer::body(404, "application/json", gzip(refusal))
            }
        }
        .header("Content-Encoding", "gzip")
    })
    .await;
    let client = client(service.url());
    let account = client.account().get().await.expect("an account");
    assert_eq!(account.cash, Some(alpaca_trading::dec!(1000.50)));
    let error = client
        .positions()
        .get("AAPL")
        .await
        .expect_err("no position");
    assert_eq!(error.message(), "position does not exist");
    assert!(error.is_not_found());
}

#[tokio::test]
async fn what_only_claims_to_be_compressed_is_an_error() {
    let whole = gzip(&account().to_string());
    let cut = whole[..whole.len() / 2].to_vec();
    for body in [b"no gzip".to_vec(), cut, account().to_string().into_bytes()] {
        let service = Service::start(move |_| {
            Answer::body(200, "application/json", body.clone()).header("Content-Encoding", "gzip")
        })
        .await;
        let client = client(service.url()).with_retry(alpaca_trading::RetryPolicy::never());
        let error = client.account().get().await.expect_err("no account");
        assert_eq!(
            (error.status(), error.outcome()),
            (Some(200), Outcome::Unknown),
            "{error}"
        );
        assert!(error.is_connection_lost() || error.is_decode(), "{error:?}");
    }
}

/// Blanks that inflate a thousandfold, as often as they are repeated.
fn bomb() -> (Vec<u8>, Vec<u8>) {
    // A header without a name and a time; blocks that are whole by themselves can follow for ever.
    let header = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let blanks = vec![b' '; 4 * 1024 * 1024];
    let mut block = Vec::with_capacity(64 * 1024);
    let mut compress = Compress::new(Compression::best(), false);
    compress
        .compress_vec(&blanks, &mut block, FlushCompress::Full)
        .expect("deflated");
    assert!(block.len() < 8 * 1024, "{}", block.len());
    (header, block)
}

#[tokio::test]
async fn a_bomb_is_stopped_at_the_limit() {
    for (status, kind) in [(200, ErrorKind::TooLarge), (422, ErrorKind::Answer)] {
        let (header, block) = bomb();
        let head = format!("HTTP/1.1 {status} Bomb\r\nContent-Encoding: gzip\r\n\r\n");
        let pouring = Pouring::start([head.into_bytes(), header].concat(), block).await;
        let client = builder(pouring.url())
            .body_limit(2 * 1024 * 1024)
            .build()
            .expect("a client");
        let before = Instant::now();
        let error = client.account().get().await.expect_err("too long");
        assert_eq!(
            (error.kind(), error.status()),
            (kind, Some(status)),
            "{error}"
        );
        assert!(error.body().len() <= 1024 * 1024, "{}", error.body().len());
        assert_eq!(pouring.connections(), 1);
        // The bomb is told by its size, not by the time that it takes to go off.
        assert!(
            before.elapsed() < Duration::from_secs(5),
            "{:?}",
            before.elapsed()
        );
    }
}
