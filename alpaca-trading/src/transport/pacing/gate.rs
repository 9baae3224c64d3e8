//! Whether a request may be sent now: the arithmetic of the quota, without waiting.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::ledger::Ledger;
use super::reading::Reading;
use crate::transport::idempotency::Priority;
use crate::transport::rate_limit::RateLimit;
use crate::transport::retry_after::LONGEST_RESET;

/// What the service allows an account in a minute as long as its headers do not say otherwise.
const ASSUMED_LIMIT: u32 = 200;

/// The least pause after a 429, for one that names no wait, or names a time that has passed.
const LEAST_PAUSE: Duration = Duration::from_secs(1);

/// How long the others wait for a probe: a cancel must not hang on a read that does.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest pause after a 429.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

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
    /// When it ends, here. Never too early: see [`Reading::window`].
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
    /// Until when the others wait for the probe that is under way.
    probing: Option<Instant>,
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
            probing: None,
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
        if self.wary && self.probing.is_some() {
            return Verdict::Wait(self.probing);
        }
        let Some(window) = &self.window else {
            // A window has ended, or nothing is known. After one that was used up the service is
            // asked first: others may use the account, and a sliding window frees little at a time.
            return if self.wary {
                Verdict::Go { probe: true }
            } else if own > kept {
                Verdict::Go { probe: false }
            } else if self.headers && self.probing.is_none() {
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
            if own > kept && self.probing.is_none() {
                return Verdict::Go { probe: true };
            }
            let sooner = free_next.map_or(window.ends, |free| free.min(window.ends));
            return Verdict::Wait(Some(sooner));
        }
        Verdict::Wait(Some(window.ends))
    }

    /// A request is sent.
    pub(super) fn depart(&mut self, now: Instant, probe: bool) {
        self.under_way = self.under_way.saturating_add(1);
        if probe {
            self.probing = Some(now + PATIENCE);
        }
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
        self.probing = self.probing.filter(|until| *until > now);
        if let Some(window) = self.window.take_if(|window| window.ends <= now) {
            self.wary |= window.remaining <= i64::from(self.reserve());
        }
    }

    fn arrive(&mut self, probe: bool) {
        self.under_way = self.under_way.saturating_sub(1);
        if probe {
            self.probing = None;
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
    fn read(&mut self, now: Instant, reading: &Reading) -> bool {
        let rate = reading.rate;
        self.look(now, rate);
        if let Some(limit) = rate.limit().filter(|limit| *limit > 0) {
            self.limit = self.cap.map_or(limit, |cap| cap.min(limit));
        }
        let Some((remaining, reset, ends)) = reading.window(now) else {
            return false;
        };
        let remaining = i64::from(remaining);
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
mod tests;
