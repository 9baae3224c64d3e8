//! The gate, one report after the other.

use super::*;
use crate::transport::pacing::reading::MARGIN;

const EPOCH: i64 = 1_790_000_000;

/// A gate, and a service whose clock shows [`EPOCH`] at the start.
struct Bench {
    gate: Gate,
    start: Instant,
}

impl Bench {
    fn new(cap: Option<u32>, reserve: u32) -> Self {
        Self {
            gate: Gate::new(cap, reserve),
            start: Instant::now(),
        }
    }

    fn at(&self, seconds: f64) -> Instant {
        self.start + Duration::from_secs_f64(seconds)
    }

    fn ask(&mut self, seconds: f64) -> Verdict {
        self.gate.ask(self.at(seconds), Priority::Normal)
    }

    /// Sends as many as pass, at most `most`.
    fn send(&mut self, seconds: f64, priority: Priority, most: usize) -> usize {
        let now = self.at(seconds);
        (0..most)
            .take_while(|_| match self.gate.ask(now, priority) {
                Verdict::Go { probe } => {
                    self.gate.depart(now, probe);
                    true
                }
                Verdict::Wait(_) => false,
            })
            .count()
    }

    fn answer(&mut self, seconds: f64, probe: bool, remaining: u32, reset: i64) {
        let reading = reading(seconds, Some((remaining, reset)));
        self.gate.answer(self.at(seconds), probe, &reading);
    }
}

/// What the service says at this second, about a window that ends at second `reset`.
fn reading(seconds: f64, quota: Option<(u32, i64)>) -> Reading {
    let date = DateTime::from_timestamp(EPOCH + seconds as i64, 0);
    Reading {
        rate: quota.map_or_else(RateLimit::default, |(remaining, reset)| {
            RateLimit::of(200, remaining, EPOCH + reset)
        }),
        server: date,
        // A clock that is an hour off must not matter.
        local: DateTime::from_timestamp(EPOCH + 3_600, 0).unwrap(),
    }
}

#[test]
fn nothing_known_allows_the_assumed_limit_less_the_reserve() {
    let mut bench = Bench::new(None, 5);
    assert_eq!(bench.send(0.0, Priority::Normal, 1_000), 195);
    assert_eq!(bench.ask(0.0), Verdict::Wait(None));
    assert_eq!(bench.send(0.0, Priority::Close, 1_000), 0);
    assert_eq!(bench.send(0.0, Priority::Cancel, 1_000), 5);
}

#[test]
fn a_small_limit_keeps_at_most_half_for_cancels() {
    for (limit, normal) in [(1, 1), (2, 1), (3, 2), (8, 4), (10, 5), (11, 6)] {
        let mut bench = Bench::new(Some(limit), 5);
        assert_eq!(bench.send(0.0, Priority::Normal, 100), normal, "{limit}");
    }
}

#[test]
fn what_is_under_way_is_not_promised_twice() {
    let mut bench = Bench::new(None, 0);
    assert_eq!(bench.send(0.0, Priority::Normal, 11), 11);
    bench.answer(0.1, false, 20, 60);
    // Ten are under way, and none of them may have been counted.
    assert_eq!(bench.send(0.1, Priority::Normal, 100), 10);
    // Eighteen are under way, and twelve remain at most: the answers overtake each other.
    bench.answer(0.2, false, 12, 60);
    bench.answer(0.3, false, 15, 60);
    assert_eq!(bench.send(0.3, Priority::Normal, 100), 0);
    for _ in 0..18 {
        bench.answer(0.4, false, 2, 60);
    }
    assert_eq!(bench.send(0.4, Priority::Normal, 100), 2);
    assert!(matches!(bench.ask(0.4), Verdict::Wait(Some(_))));
}

#[test]
fn an_empty_window_shuts_until_the_reset_and_then_one_goes_ahead() {
    let mut bench = Bench::new(None, 0);
    bench.send(0.0, Priority::Normal, 1);
    bench.answer(10.4, false, 0, 60);
    // The date said 10, so that the end lies 50 seconds ahead at most.
    let until = bench.at(60.4) + MARGIN;
    assert_eq!(bench.ask(10.4), Verdict::Wait(Some(until)));
    assert_eq!(bench.send(60.3, Priority::Cancel, 1), 0);
    assert_eq!(bench.send(60.5, Priority::Normal, 10), 1);
    bench.answer(60.6, true, 199, 120);
    assert_eq!(bench.send(60.6, Priority::Normal, 1_000), 199);
}

#[test]
fn later_answers_of_a_window_find_its_end_more_exactly() {
    let mut bench = Bench::new(None, 0);
    bench.send(0.0, Priority::Normal, 2);
    bench.answer(10.9, false, 1, 60);
    bench.answer(12.0, false, 0, 60);
    let until = bench.at(60.0) + MARGIN;
    assert_eq!(bench.ask(12.0), Verdict::Wait(Some(until)));
}

#[test]
fn an_answer_of_the_window_before_changes_nothing() {
    let mut bench = Bench::new(None, 0);
    bench.send(0.0, Priority::Normal, 2);
    bench.answer(60.2, false, 199, 120);
    bench.answer(60.3, false, 0, 60);
    assert_eq!(bench.send(60.3, Priority::Normal, 1_000), 199);
    assert_eq!(bench.gate.seen().unwrap().remaining(), Some(199));
}

#[test]
fn a_reset_far_away_or_past_is_not_believed() {
    for (reset, latest) in [(100_000, 65.1), (-100_000, 0.1)] {
        let mut bench = Bench::new(None, 0);
        bench.send(0.0, Priority::Normal, 1);
        bench.answer(0.0, false, 0, reset);
        assert!(matches!(bench.ask(0.0), Verdict::Wait(Some(_))));
        assert_eq!(bench.ask(latest), Verdict::Go { probe: true }, "{reset}");
    }
}

#[test]
fn an_answer_without_headers_still_counts() {
    let mut bench = Bench::new(None, 0);
    bench.send(0.0, Priority::Normal, 3);
    bench.answer(0.1, false, 12, 60);
    let silent = reading(0.2, None);
    bench.gate.answer(bench.at(0.2), false, &silent);
    bench.gate.lose(bench.at(0.2), false);
    assert_eq!(bench.send(0.3, Priority::Normal, 100), 10);
    bench.gate.call_off(false);
    assert_eq!(bench.send(0.3, Priority::Normal, 100), 1, "it was not sent");
}

#[test]
fn a_429_holds_everyone_for_the_mandated_wait() {
    for (mandated, seconds) in [
        (None, 1.0),
        (Some(Duration::ZERO), 1.0),
        (Some(Duration::from_secs(30)), 30.0),
        (Some(Duration::MAX), 86_400.0),
    ] {
        let mut bench = Bench::new(None, 5);
        bench.send(0.0, Priority::Normal, 3);
        let silent = reading(0.0, None);
        bench.gate.refuse(bench.at(0.0), false, &silent, mandated);
        let left = bench.gate.pause_left(bench.at(0.0)).unwrap();
        assert_eq!(left, Duration::from_secs_f64(seconds));
        // Answers to what was sent before do not lift it.
        bench.answer(0.5, false, 199, 60);
        assert_eq!(bench.send(seconds - 0.01, Priority::Cancel, 9), 0);
        assert_eq!(
            bench.send(seconds, Priority::Normal, 9),
            1,
            "one goes ahead"
        );
        assert_eq!(bench.gate.pause_left(bench.at(seconds)), None);
    }
}

#[test]
fn a_shorter_pause_does_not_replace_a_longer_one() {
    let mut bench = Bench::new(None, 5);
    bench.send(0.0, Priority::Normal, 2);
    let silent = reading(0.0, None);
    for seconds in [20, 2] {
        let wait = Some(Duration::from_secs(seconds));
        bench.gate.refuse(bench.at(0.0), false, &silent, wait);
    }
    assert_eq!(bench.ask(0.0), Verdict::Wait(Some(bench.at(20.0))));
}

#[test]
fn a_probe_that_is_lost_is_followed_by_another() {
    let mut bench = Bench::new(None, 5);
    bench.send(0.0, Priority::Normal, 1);
    let silent = reading(0.0, None);
    bench.gate.refuse(bench.at(0.0), false, &silent, None);
    for second in 1..5 {
        let second = f64::from(second);
        assert_eq!(bench.send(second, Priority::Normal, 9), 1);
        let patience = Verdict::Wait(Some(bench.at(second) + PATIENCE));
        assert_eq!(bench.ask(second), patience);
        bench.gate.lose(bench.at(second), true);
    }
}

#[test]
fn a_limit_of_ones_own_holds_whatever_the_service_allows() {
    let cap = Some(50);
    let mut bench = Bench::new(cap, 0);
    bench.send(0.0, Priority::Normal, 1);
    bench.answer(0.1, false, 199, 60);
    assert_eq!(bench.send(0.1, Priority::Normal, 1_000), 49);
    // The service's quota binds when it is the smaller.
    bench.answer(0.2, false, 0, 60);
    for _ in 0..48 {
        bench.gate.call_off(false);
    }
    assert_eq!(bench.send(0.2, Priority::Normal, 1_000), 0);
}

#[test]
fn after_a_window_that_was_not_used_up_one_goes_ahead_of_the_ledger() {
    let mut bench = Bench::new(None, 0);
    // Two windows, each of them half used, within a minute: the ledger is full.
    for (second, reset) in [(55.0, 60), (61.0, 120)] {
        assert_eq!(bench.send(second, Priority::Normal, 100), 100);
        for remaining in (100..200).rev() {
            bench.answer(second + 0.1, false, remaining, reset);
        }
    }
    assert_eq!(bench.send(114.0, Priority::Normal, 100), 100);
    for remaining in (0..100).rev() {
        bench.answer(114.1, false, remaining + 10, 120);
    }
    assert_eq!(bench.ask(120.2), Verdict::Go { probe: true });
    assert_eq!(bench.send(120.2, Priority::Normal, 9), 1);
    bench.answer(120.3, true, 199, 180);
    assert_eq!(bench.send(120.3, Priority::Normal, 999), 199);
}

#[test]
fn a_reset_that_rolls_is_not_waited_for_by_who_alone_has_used_the_quota_up() {
    for (foreign, wakes) in [(0, 60.1), (90, 70.0)] {
        let mut bench = Bench::new(None, 0);
        for (second, sent) in [(0.0, 1), (10.0, 199 - foreign)] {
            assert_eq!(bench.send(second, Priority::Normal, sent), sent);
            for index in 0..sent {
                let left = 199_usize.saturating_sub(foreign + index);
                let left = if second > 0.0 {
                    left.saturating_sub(1)
                } else {
                    left
                };
                let reset = if second > 0.0 { 70 } else { 60 };
                bench.answer(second + 0.1, false, u32::try_from(left).unwrap(), reset);
            }
        }
        let Verdict::Wait(Some(until)) = bench.ask(10.1) else {
            panic!("{foreign}: not shut");
        };
        let wakes = bench.at(wakes);
        assert!(until >= wakes, "{foreign}");
        assert!(until <= wakes + Duration::from_millis(200), "{foreign}");
    }
}

#[test]
fn a_probe_that_hangs_does_not_hold_the_others_for_ever() {
    let mut bench = Bench::new(None, 5);
    bench.send(0.0, Priority::Normal, 1);
    let silent = reading(0.0, None);
    bench.gate.refuse(bench.at(0.0), false, &silent, None);
    assert_eq!(bench.send(1.0, Priority::Normal, 9), 1);
    assert_eq!(bench.send(5.9, Priority::Cancel, 9), 0);
    assert_eq!(bench.send(6.0, Priority::Cancel, 9), 1);
}
