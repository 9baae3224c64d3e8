//! A journal that is longer than its limit.

use alpaca_trading_sim::{Builder, Simulator};
use serde_json::Value;

use crate::hand::Hand;

const LIMIT: usize = 20_000;

fn builder(seed: u64) -> Builder {
    Simulator::builder().seed(seed).journal()
}

/// Orders and a clock, in rounds.
async fn play(hand: &Hand, rounds: usize) {
    for _ in 0..rounds {
        hand.buy("AAPL").await;
        hand.done("POST", "/clock/advance", r#"{"seconds": 60}"#)
            .await;
    }
}

async fn read(hand: &Hand, since: usize) -> Vec<String> {
    let path = format!("/sim/v1/journal?since={since}");
    let (status, text) = hand.send("GET", &path, "").await;
    assert_eq!(status, 200);
    text.lines().map(str::to_owned).collect()
}

/// How many lines are gone, by the line that says so.
fn gone(line: &str) -> Option<usize> {
    let line: Value = serde_json::from_str(line).unwrap();
    let lines = usize::try_from(line["lines"].as_u64()?).unwrap();
    assert_eq!(line["what"], "dropped");
    assert!(line["at"].is_string());
    Some(lines)
}

#[tokio::test]
async fn the_oldest_lines_go_and_readers_are_told_how_many() {
    let whole = Hand::with(builder(3)).await;
    let hand = Hand::with(builder(3).journal_limit(LIMIT)).await;
    for hand in [&whole, &hand] {
        play(hand, 20).await;
    }
    let (all, kept) = (read(&whole, 0).await, read(&hand, 0).await);
    let bytes = |lines: &[String]| lines.iter().map(|line| line.len() + 1).sum::<usize>();
    let dropped = gone(&kept[0]).unwrap();
    assert!(dropped > 10, "{dropped}");
    assert_eq!(kept[1..], all[dropped..], "the newest, as they were");
    assert!(bytes(&all[dropped..]) <= LIMIT);
    assert!(
        bytes(&all[dropped - 1..]) > LIMIT,
        "no more go than have to"
    );
    assert_eq!(hand.simulator.journal(), kept);
    // A reader counts on: what is gone counts as well.
    let end = all.len();
    for since in [dropped, dropped + 1, end - 1, end, end + 1] {
        let rest = all.get(since..).unwrap_or_default();
        assert_eq!(read(&hand, since).await, rest, "{since}");
    }
    assert_eq!(read(&hand, dropped - 1).await, kept);
    play(&hand, 1).await;
    let more = read(&hand, end).await;
    assert!(!more.is_empty() && more.iter().all(|line| gone(line).is_none()));
}

#[tokio::test]
async fn two_runs_are_the_same_bytes_and_so_is_what_a_snapshot_goes_back_to() {
    let (one, other) = (
        Hand::with(builder(4).journal_limit(LIMIT)).await,
        Hand::with(builder(4).journal_limit(LIMIT)).await,
    );
    let mut seen = Vec::new();
    for (hand, detour) in [(&one, false), (&other, true)] {
        play(hand, 12).await;
        let before = read(hand, 0).await;
        if detour {
            hand.done("POST", "/snapshots", "").await;
            play(hand, 12).await;
            assert!(gone(&read(hand, 0).await[0]) > gone(&before[0]));
            hand.done("POST", "/snapshots/1/restore", "").await;
            assert_eq!(read(hand, 0).await, before);
        }
        play(hand, 12).await;
        seen.push(read(hand, 0).await);
    }
    assert!(gone(&seen[0][0]).is_some());
    assert_eq!(seen[0], seen[1]);
}
