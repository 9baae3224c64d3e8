//! What subscribers cost that do nothing.

use std::sync::Arc;

use allocation_counter::measure;
use alpaca_trading::stream::{StreamItem, TradeStream};
use benches::feed::Feed;
use benches::updates::Frames;
use tokio::runtime::{Builder, Runtime};

use crate::{Outcome, client};

const SUBSCRIBERS: usize = 1_000;

/// How many updates come: more than are kept for whoever does not read.
const UPDATES: usize = 10_000;

/// How long tasks run until they wait.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

fn connect(runtime: &Runtime, feed: &Feed) -> Outcome<TradeStream> {
    let updates = client("http://127.0.0.1:9")?.trade_updates();
    Ok(runtime.block_on(updates.url(&feed.url).without_backfill().connect())?)
}

/// Reads everything with one consumer. What is allocated then and stays, beside what was before.
fn run(runtime: &Runtime, feed: &Feed, frames: &Arc<Frames>, stream: &mut TradeStream) -> i64 {
    let info = measure(|| {
        runtime.block_on(async {
            feed.send(frames, None);
            let mut updates = 0;
            while updates < frames.len() {
                match stream.next().await {
                    Some(StreamItem::Update(_)) => updates += 1,
                    Some(StreamItem::Connected) => {}
                    other => {
                        eprintln!("after {updates} updates: {other:?}");
                        std::process::exit(1);
                    }
                }
            }
        });
    });
    info.bytes_current
}

/// Everything that is the client's runs on this thread, whose allocations are counted.
pub(crate) fn subscribers() -> Outcome<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let frames = Arc::new(Frames::updates(UPDATES));
    let feed = Feed::start()?;

    let mut alone = connect(&runtime, &feed)?;
    let of_one = run(&runtime, &feed, &frames, &mut alone);
    runtime.block_on(alone.close());

    let mut first = connect(&runtime, &feed)?;
    let mut waiting = Vec::new();
    let waits = measure(|| {
        runtime.block_on(async {
            for _ in 0..SUBSCRIBERS {
                let mut stream = first.subscribe();
                waiting.push(tokio::spawn(async move { stream.next().await.is_some() }));
            }
            settle().await;
        });
    });
    for task in waiting {
        task.abort();
    }
    runtime.block_on(settle());

    let mut unread = Vec::new();
    let joined = measure(|| unread.extend((0..SUBSCRIBERS).map(|_| first.subscribe())));
    let of_all = joined.bytes_current + run(&runtime, &feed, &frames, &mut first);
    println!("| {SUBSCRIBERS} subscribers | bytes |");
    println!("| --- | --- |");
    println!(
        "| that wait, each a task of its own | {} |",
        waits.bytes_current
    );
    println!(
        "| that never read, after {UPDATES} updates, beside none | {} |",
        of_all - of_one
    );
    println!("| the connection itself, after these updates | {of_one} |");
    drop(unread);
    Ok(())
}
