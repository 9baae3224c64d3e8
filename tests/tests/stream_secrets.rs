//! What is logged and traced while streams are opened, refused and broken, by every crate and at every level: no
//! key is in it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::cell::Cell;
use std::sync::Mutex;

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::resources::activity_events::EventQuery;
use alpaca_trading::stream::StreamItem;
use alpaca_trading::{Client, Pacing, Side, dec};
use alpaca_trading_sim::streams::StreamFault;
use alpaca_trading_sim::{AccountSetup, Simulator};
use tests::traces::Traces;

/// Takes what crates log that do not trace, on the thread of the test: the simulator, which logs what it is sent,
/// has another.
struct Logger(Mutex<Vec<String>>);

thread_local! {
    static IS_LOGGED: Cell<bool> = const { Cell::new(false) };
}

static LOGGER: Logger = Logger(Mutex::new(Vec::new()));

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        IS_LOGGED.get()
    }

    fn log(&self, record: &log::Record<'_>) {
        if !IS_LOGGED.get() {
            return;
        }
        let line = format!("{} {}", record.target(), record.args());
        self.0.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

const SECRET: &str = "a-secret-that-nobody-sees";

/// The secret in the forms in which a frame may be shown.
fn forms() -> [String; 3] {
    let hex = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let list = SECRET
        .bytes()
        .map(|byte| byte.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    [SECRET.to_owned(), hex, list]
}

/// A simulator on a thread of its own.
fn simulator() -> Simulator {
    let account = AccountSetup {
        key_id: "PKLOGGED".to_owned(),
        secret: SECRET.to_owned(),
        ..AccountSetup::default()
    };
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let simulator = Simulator::builder().account(account).start().await.unwrap();
            sender.send(simulator).unwrap();
            std::future::pending::<()>().await;
        });
    });
    receiver.recv().unwrap()
}

fn client(simulator: &Simulator, key: &str) -> Client {
    Client::builder()
        .base_url(simulator.base_url())
        .key_pair(key, SECRET)
        .pacing(Pacing::Off)
        .trace_bodies()
        .build()
        .unwrap()
}

#[tokio::test]
async fn no_key_is_logged_whatever_happens_to_a_stream() {
    log::set_logger(&LOGGER).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    IS_LOGGED.set(true);
    let traces = Traces::record();
    let simulator = simulator();
    let good = client(&simulator, "PKLOGGED");
    let mut shown = Vec::new();

    let mut updates = good.trade_updates().connect().await.unwrap();
    let mut events = good
        .activity_events()
        .connect(EventQuery::new())
        .await
        .unwrap();
    for fault in [
        StreamFault::Close,
        StreamFault::Error,
        StreamFault::SlowReader,
    ] {
        simulator
            .faults()
            .on("trade_updates")
            .times(1)
            .stream_fault(fault);
        let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(1), dec!(100));
        good.orders().submit(request).await.unwrap();
        loop {
            let item = updates.next().await.unwrap();
            shown.push(format!("{item:?}"));
            if matches!(item, StreamItem::Reconciled { .. }) && updates.state().reconnects > 0 {
                break;
            }
        }
    }
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    good.orders().submit(request).await.unwrap();
    while events.next().await.unwrap().update().is_none() {}
    shown.push(format!("{updates:?} {:?} {events:?}", updates.state()));
    updates.close().await;

    let bad = client(&simulator, "PKNOBODY");
    let error = bad.trade_updates().connect().await.unwrap_err();
    shown.push(format!("{error} {error:?}"));
    let error = bad
        .activity_events()
        .connect(EventQuery::new())
        .await
        .unwrap_err();
    shown.push(format!("{error} {error:?}"));

    let logged = LOGGER.0.lock().unwrap();
    // The frame that asks for updates is there: what is looked for would be seen.
    let listens = format!("{:?}", "{\"action\":\"listen\"");
    let listens = listens.trim_matches('"');
    assert!(
        logged
            .iter()
            .any(|line| line.contains("tungstenite") && line.contains(listens)),
        "{logged:?}"
    );
    let traced = traces.lines().into_iter().map(|line| line.text);
    for line in logged.iter().cloned().chain(traced).chain(shown) {
        for form in forms() {
            assert!(!line.contains(&form), "{line}");
        }
    }
}
