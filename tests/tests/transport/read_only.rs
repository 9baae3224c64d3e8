//! A client that may only read sends nothing that changes anything.

use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Client, Error, ErrorKind, Outcome};
use tests::expectation::operations;
use tests::generated::Call;
use tests::instances::{Generator, Mode};

/// Anything is answered with a refusal, which is enough to see that it was sent.
fn script() -> Script {
    let script = Script::new();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        for segments in 1..8 {
            script.add(method, &"/*".repeat(segments), [Reply::json(422, "{}")]);
        }
    }
    script
}

#[tokio::test(start_paused = true)]
async fn only_reads_are_sent() {
    let spec = tests::spec();
    let script = script();
    let client = script
        .attach(Client::builder().read_only())
        .build()
        .expect("a client");
    assert!(client.is_read_only());
    let (mut sent, mut refused) = (0, 0);
    for (seed, declared) in (0..).zip(operations(&spec)) {
        let mut generator = Generator::new(&spec, seed);
        let values = declared.sample(&mut generator, true, Mode::Full);
        let call = Call::of(&declared.id).all;
        let error = call(client.raw().clone(), values)
            .await
            .expect_err("never a success");
        let error = Error::from_raw(error).await;
        if declared.method == "GET" {
            sent += 1;
            assert_eq!(error.status(), Some(422), "{}: {error}", declared.id);
        } else {
            refused += 1;
            assert_eq!(
                error.kind(),
                ErrorKind::ReadOnly,
                "{}: {error}",
                declared.id
            );
            assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 0));
            let named = format!("{} {}", declared.method, declared.path);
            assert_eq!(error.operation(), Some(named));
            assert!(error.to_string().contains("read-only"), "{error}");
        }
        let requests = script.requests();
        assert_eq!(requests.len(), sent, "{}", declared.id);
        assert!(requests.iter().all(|request| request.method == "GET"));
    }
    assert_eq!((sent, refused), (45, 27));
}

/// Neither copies nor the resources get around it.
#[tokio::test(start_paused = true)]
async fn nor_does_a_copy_send_more() {
    use alpaca_trading::orders::{OrderRequest, Quantity};
    use alpaca_trading::{RetryPolicy, Side, Uuid};

    let script = script();
    let client = script
        .attach(Client::builder().read_only())
        .build()
        .expect("a client");
    let copy = client
        .with_retry(RetryPolicy::default())
        .with_deadline(std::time::Duration::from_secs(9));
    let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    let errors = [
        copy.orders().submit(order).await.expect_err("refused"),
        copy.orders()
            .cancel(Uuid::nil())
            .await
            .expect_err("refused"),
        copy.orders().cancel_all().await.expect_err("refused"),
        copy.positions().close("AAPL").await.expect_err("refused"),
        copy.positions()
            .close_all(false)
            .await
            .expect_err("refused"),
    ];
    for error in errors {
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::ReadOnly, Outcome::NotSent)
        );
    }
    assert!(script.requests().is_empty());
}
