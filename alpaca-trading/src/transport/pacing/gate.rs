//! Whether a request may be sent now: the arithmetic of the quota, without waiting.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::HeaderMap;
use tokio::time::Instant;

use super::ledger::Ledger;
use crate::transport::idempotency::Priority;
use crate::transport::rate_limit::RateLimit;
use crate::transport::retry_after::{LONGEST_RESET, server_date};

/// What the service allows an account in a minute as long as its headers do not say otherwise.
const ASSUMED_LIMIT: u32 = 200;

/// How long after the computed end of a window the next is believed to have begun.
const MARGIN: Duration = Duration::from_millis(50);

/// The least pause after a 429, for one that names no wait, or names a time that has passed.
const LEAST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause after a 429.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// What the headers of one answer say about the quota, and what time it was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) rate: RateLimit,
    /// The `Date` of the answer.
    pub(crate) server: Option<DateTime<Utc>>,
    /// The local time at which it came, which stands in for a missing `Date`.
    pub(crate) local: DateTime<Utc>,
}

impl Reading {
    /// Reads the headers of an answer that came at `local`.
    pub(crate) fn from_headers(headers: &HeaderMap, local: DateTime<Utc>) -> Self {
        Self {
            rate: RateLimit::from_headers(headers).unwrap_or_default(),
            server: server_date(headers),
            local,
        }
    }
}

/// The answer to whether a request may be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Yes. A probe finds out how things stand: no other is sent until its answer is there.
    Go { probe: bool },
    /// No, and not before this instant; `None` when only the end of an exchange can change it.
    Wait(Option<Instant>),
}

/// The service's current window, as its headers describe it.
#[derive(Debug)]
struct Window {
    /// When it ends, on the clock of the service. Tells one window from the next.
    reset: DateTime<Utc>,
    /// When it ends, here. Never too early: see [`Gate::read`].
    ends: Instant,
    /// The least number of remaining requests that an answer of this window has named, less those
    /// that ended without such an answer.
    remaining: i64,
    /// Whether our own requests account for all that the window has seen.
    all_ours: bool,
}

/// The state of the quota.
///
/// Three sources of knowledge, the best first. A pause after a 429 holds everyone. While a window is
/// known from headers, they are the truth: what is left is the least `remaining` of this window, less
/// all requests under way, which the service may or may not have counted into it. When none is
/// known, at the start, between windows and for a service without headers, our own [`Ledger`] holds
/// to the limit in any span of a minute.
#[derive(Debug)]
pub(super) struct Gate {
    /// The user's own limit, which holds whatever the headers say.
    cap: Option<u32>,
    limit: u32,
    reserve: u32,
    under_way: u32,
    ledger: Ledger,
    window: Option<Window>,
    /// Whether the service sends headers.
    headers: bool,
    /// Whether the service's reset moves along with the requests, as that of a sliding window does.
    rolling: bool,
    /// One request at a time, until one of them is answered with anything but a 429.
    wary: bool,
    probing: bool,
    pause: Option<Instant>,
    seen: Option<(RateLimit, Instant)>,
}

impl Gate {
    pub(super) fn new(cap: Option<u32>, reserve: u32) -> Self {
        Self {
            cap,
            limit: cap.unwrap_or(ASSUMED_LIMIT),
            reserve,
            under_way: 0,
            ledger: Ledger::default(),
            window: None,
            headers: false,
            rolling: false,
            wary: false,
            probing: false,
            pause: None,
            seen: None,
        }
    }

    /// Whether a request of this priority may be sent now.
    pub(super) fn ask(&mut self, now: Instant, priority: Priority) -> Verdict {
        self.refresh(now);
        if self.pause.is_some() {
            return Verdict::Wait(self.pause);
        }
        let kept = match priority {
            Priority::Cancel => 0,
            Priority::Close | Priority::Normal => i64::from(self.reserve()),
        };
        let under_way = i64::from(self.under_way);
        let own = i64::from(self.limit) - i64::from(self.ledger.spent()) - under_way;
        let free_next = self.ledger.next_free();
        if self.cap.is_some() && own <= kept {
            return Verdict::Wait(free_next);
        }
        if self.wary && self.probing {
            return Verdict::Wait(None);
        }
        let Some(window) = &self.window else {
            // A window has ended, or nothing is known. After one that was used up the service is
            // asked first: others may use the account, and a sliding window frees little at a time.
            return if self.wary {
                Verdict::Go { probe: true }
            } else if own > kept {
                Verdict::Go { probe: false }
            } else if self.headers && !self.probing {
                Verdict::Go { probe: true }
            } else {
                Verdict::Wait(free_next)
            };
        };
        if window.remaining - under_way > kept {
            return Verdict::Go { probe: self.wary };
        }
        // A rolling reset is when all is free again, long after the first is. If we alone have used
        // it up, our ledger knows when that is.
        if self.rolling && window.all_ours {
            if own > kept && !self.probing {
                return Verdict::Go { probe: true };
            }
            let sooner = free_next.map_or(window.ends, |free| free.min(window.ends));
            return Verdict::Wait(Some(sooner));
        }
        Verdict::Wait(Some(window.ends))
    }

    /// A request is sent.
    pub(super) fn depart(&mut self, probe: bool) {
        self.under_way = self.under_way.saturating_add(1);
        self.probing |= probe;
    }

    /// A request was not sent after all: it costs nothing.
    pub(super) fn call_off(&mut self, probe: bool) {
        self.arrive(probe);
    }

    /// A request ended without an answer. The service may have counted it.
    pub(super) fn lose(&mut self, now: Instant, probe: bool) {
        self.arrive(probe);
        self.count_unread(now);
    }

    /// A request was answered, not with a 429.
    pub(super) fn answer(&mut self, now: Instant, probe: bool, reading: &Reading) {
        self.arrive(probe);
        self.ledger.spend(now, self.limit);
        let read = self.read(now, reading);
        if !read {
            self.discount();
        }
        if probe {
            self.wary = false;
            self.headers = read;
        }
    }

    /// A request was turned away with a 429: nobody sends before the mandated wait has passed.
    pub(super) fn refuse(
        &mut self,
        now: Instant,
        probe: bool,
        reading: &Reading,
        mandated: Option<Duration>,
    ) {
        self.arrive(probe);
        self.read(now, reading);
        self.wary = true;
        let pause = mandated.unwrap_or_default();
        let until = now + pause.clamp(LEAST_PAUSE, LONGEST_PAUSE);
        self.pause = self.pause.max(Some(until));
    }

    /// Takes note of what the service says, for a client that does not pace itself.
    pub(super) fn look(&mut self, now: Instant, rate: RateLimit) {
        if rate == RateLimit::default() {
            return;
        }
        // Answers overtake each other: of one window, the one with the least left is the latest.
        let stale = self.seen.is_some_and(|(last, at)| {
            let key = |rate: &RateLimit| (rate.reset(), u32::MAX - rate.remaining().unwrap_or(0));
            now.saturating_duration_since(at) <= LONGEST_RESET && key(&rate) < key(&last)
        });
        if !stale {
            self.seen = Some((rate, now));
        }
    }

    /// The latest that the service has said.
    pub(super) fn seen(&self) -> Option<RateLimit> {
        self.seen.map(|(rate, _)| rate)
    }

    /// How many requests are under way.
    #[cfg(test)]
    pub(super) fn under_way(&self) -> u32 {
        self.under_way
    }

    /// How much longer the pause after a 429 lasts.
    pub(super) fn pause_left(&self, now: Instant) -> Option<Duration> {
        let left = self.pause?.checked_duration_since(now)?;
        (!left.is_zero()).then_some(left)
    }

    /// What is kept for cancels: not more than half, or a small limit would leave nothing.
    fn reserve(&self) -> u32 {
        self.reserve.min(self.limit / 2)
    }

    /// Lets go of what time has ended.
    fn refresh(&mut self, now: Instant) {
        self.ledger.settle(now);
        self.pause = self.pause.filter(|until| *until > now);
        if let Some(window) = self.window.take_if(|window| window.ends <= now) {
            self.wary |= window.remaining <= i64::from(self.reserve());
        }
    }

    fn arrive(&mut self, probe: bool) {
        self.under_way = self.under_way.saturating_sub(1);
        if probe {
            self.probing = false;
        }
    }

    /// A request may have been counted, and no header says so.
    fn count_unread(&mut self, now: Instant) {
        self.ledger.spend(now, self.limit);
        self.discount();
    }

    fn discount(&mut self) {
        if let Some(window) = &mut self.window {
            window.remaining -= 1;
        }
    }

    /// Takes in the headers. `false` when they do not describe a window.
    ///
    /// The end of the window is reckoned from the arrival of the answer and its `Date`, which is cut
    /// to the second: both make it too late rather than too early, by up to a second and the
    /// answer's time under way. The least of all answers of a window comes close.
    fn read(&mut self, now: Instant, reading: &Reading) -> bool {
        let rate = reading.rate;
        self.look(now, rate);
        if let Some(limit) = rate.limit().filter(|limit| *limit > 0) {
            self.limit = self.cap.map_or(limit, |cap| cap.min(limit));
        }
        let date = reading.server.unwrap_or(reading.local);
        let (Some(remaining), Some(reset), Some(wait)) =
            (rate.remaining(), rate.reset(), rate.resets_in(date))
        else {
            return false;
        };
        let remaining = i64::from(remaining);
        let ends = now + wait.min(LONGEST_RESET) + MARGIN;
        self.headers = true;
        self.refresh(now);
        let used = i64::from(rate.limit().unwrap_or(self.limit)) - remaining;
        let all_ours = used <= i64::from(self.ledger.spent()) + i64::from(self.under_way);
        match &mut self.window {
            // Overtaken by an answer of a later window; what that said includes this request.
            Some(window) if reset < window.reset => {}
            Some(window) if reset == window.reset => {
                window.ends = window.ends.min(ends);
                if remaining <= window.remaining {
                    window.remaining = remaining;
                    window.all_ours = all_ours;
                }
            }
            current => {
                if let Some(window) = current {
                    // A fixed window is followed by the next when it has ended, not before.
                    self.rolling = reading.server.is_some_and(|date| date < window.reset);
                }
                *current = Some(Window {
                    reset,
                    ends,
                    remaining,
                    all_ours,
                });
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                        self.gate.depart(probe);
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
        #[expect(
            clippy::cast_possible_truncation,
            reason = "cut to the second, as it is"
        )]
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
        // Ten are counted; the answers overtake each other.
        bench.answer(0.2, false, 12, 60);
        bench.answer(0.3, false, 15, 60);
        assert_eq!(
            bench.send(0.3, Priority::Normal, 100),
            12 - 18_usize.min(12)
        );
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
            assert_eq!(bench.ask(second), Verdict::Wait(None));
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
}
