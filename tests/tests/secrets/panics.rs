//! A panic shows what it was given, which must not hold a secret.

use std::any::Any;
use std::sync::{Arc, Mutex};

use alpaca_trading::{Attempt, Client, Hook, Outgoing};
use tests::loopback::{Loopback, Reply};

use super::{assert_clean, builder};

/// A hook that panics with all that it can see.
struct Panicking {
    before: bool,
}

impl Hook for Panicking {
    fn before(
        &self,
        request: &mut Outgoing<'_>,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        assert!(
            !self.before,
            "before {} {:?}",
            request.target(),
            request.body()
        );
        Ok(())
    }

    fn after(&self, exchange: &Attempt<'_>) {
        panic!("after {exchange:?} {exchange:#?}");
    }
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| {
        payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
    })
    .expect("a text")
}

/// Runs a call that panics and checks what it leaves behind.
async fn panicking(call: impl Future<Output = ()> + Send + 'static, what: &str) -> String {
    let error = tokio::spawn(call).await.expect_err("a panic");
    assert_clean(&format!("{error} {error:?}"), what);
    let text = text(&*error.into_panic());
    assert_clean(&text, what);
    text
}

#[tokio::test]
async fn panics_show_nothing() {
    // What goes to the standard error, with its backtrace.
    let reports: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&reports);
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |report| {
        let trace = std::backtrace::Backtrace::force_capture();
        kept.lock()
            .unwrap()
            .push(format!("{report} {report:?} {trace}"));
    }));
    // Everything that was sent comes back, as JSON, in a header, and in a page.
    let server = Loopback::start(|request| {
        let sent = format!("{:?}", request.headers);
        let body =
            serde_json::json!({"code": 40_310_000, "message": sent, "sent": sent}).to_string();
        let id = request
            .header("apca-api-secret-key")
            .first()
            .copied()
            .unwrap_or("x")
            .to_owned();
        Reply::json(403, body).header("X-Request-ID", &id)
    })
    .await;
    for token in [false, true] {
        let at = || builder(token).base_url(server.url());
        let client = at().build().expect("a client");
        let unwrapped = async move {
            client.account().get().await.unwrap();
        };
        let text = panicking(unwrapped, "an unwrapped error").await;
        assert!(text.contains("GET /v2/account"), "{text}");
        for before in [true, false] {
            let client: Client = at().hook(Panicking { before }).build().expect("a client");
            let copy = client.clone();
            let call = async move {
                let _ = copy.account().get().await;
            };
            panicking(call, "a hook that panics").await;
            // The client has survived it.
            let call = async move {
                let _ = client.account().get().await;
            };
            panicking(call, "the same again").await;
        }
    }
    std::panic::set_hook(usual);
    let reports = reports.lock().unwrap();
    assert_eq!(reports.len(), 10);
    for report in reports.iter() {
        assert!(report.contains("panics::"), "{report}");
        assert_clean(report, "a report of a panic");
    }
}
