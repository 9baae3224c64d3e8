//! Streams across a restored world.

use crate::support::{ORDER, event, events, listening, start};

const TRADES: &str = "/v2/events/trades";

#[tokio::test]
async fn readers_miss_nothing_that_happens_right_after_a_restore() {
    let simulator = start().await;
    let mut socket = listening(&simulator).await;
    let mut stream = events(&simulator, TRADES).await;
    stream.until("\r\n\r\n").await;
    let early = simulator.snapshot();
    for round in 0..5 {
        let sold = ORDER.replace("buy", "sell");
        simulator.call("POST", "/v2/orders", ORDER);
        for name in ["pending_new", "new", "fill"] {
            assert_eq!(event(&mut socket).await, name, "{round}");
        }
        stream.until("\"fill\"").await;
        stream.until("\n\n").await;
        let late = simulator.snapshot();
        // No reader gets a turn between these: the log is as long as it was, and as long again.
        simulator.restore(&early);
        simulator.call("POST", "/v2/orders", ORDER);
        for name in ["pending_new", "new", "fill"] {
            assert_eq!(event(&mut socket).await, name, "{round}");
        }
        stream.until("\"fill\"").await;
        stream.until("\n\n").await;
        // Forth, to a longer log: what happened there is not told again.
        simulator.restore(&late);
        simulator.call("POST", "/v2/orders", sold);
        for name in ["pending_new", "new", "fill"] {
            assert_eq!(event(&mut socket).await, name, "{round}");
        }
        let text = stream.until("\"fill\"").await;
        assert!(
            text.contains("\"sell\"") && !text.contains("\"buy\""),
            "{text}"
        );
        simulator.restore(&early);
    }
}
