//! What came of a run, in numbers, and what should not have.

use std::fmt::Write as _;
use std::ops::AddAssign;
use std::time::Duration;

use alpaca_trading::orders::{Order, OrderStatus};
use alpaca_trading::{Error, Outcome};

/// The numbers of one run, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// How many calls were made: submissions, replacements or closings.
    pub calls: usize,
    /// Calls that returned the order.
    pub ok: usize,
    /// Of these, the ones whose own answer was lost, so that the order was looked up.
    pub found: usize,
    /// How often a request was sent once more, the same one.
    pub resent: usize,
    /// Calls that ended in an error which says that the service refused.
    pub rejected: usize,
    /// Calls that ended in an error which says that nothing was sent.
    pub not_sent: usize,
    /// Calls that ended in an error which says that the outcome is not known.
    pub unknown: usize,
    /// Of these, the ones that turned out to have been accepted when they were resolved.
    pub accepted: usize,
    /// And those that turned out not to have been.
    pub not_accepted: usize,
    /// Of the unknown ones, those that the service's answers could not settle later either.
    pub unsettled: usize,
    /// Orders in the book beyond the one that a call may place.
    pub duplicates: usize,
    /// Requests that the service received.
    pub requests: usize,
    /// How many of them went wrong on purpose.
    pub faults: usize,
    /// How long it took, by the wall clock.
    pub wall: Duration,
    /// What must not happen and did, each with the seed and the number of the call.
    pub violations: Vec<String>,
}

impl Tally {
    /// Counts how a call ended.
    pub(super) fn count(&mut self, result: &Result<Order, Error>) {
        self.calls += 1;
        // The book answers `accepted`, the simulator `pending_new`; the order is something else from then on.
        let first = [OrderStatus::Accepted, OrderStatus::PendingNew];
        let found = |order: &Order| !first.contains(&order.status);
        self.found += usize::from(result.as_ref().is_ok_and(found));
        *match result {
            Ok(_) => &mut self.ok,
            Err(error) => match error.outcome() {
                Outcome::Rejected => &mut self.rejected,
                Outcome::NotSent => &mut self.not_sent,
                Outcome::Unknown => &mut self.unknown,
            },
        } += 1;
    }

    /// Counts what an unknown outcome turned out to be; none if that could not be found out.
    pub(super) fn settle(&mut self, accepted: Option<bool>) {
        *match accepted {
            Some(true) => &mut self.accepted,
            Some(false) => &mut self.not_accepted,
            None => &mut self.unsettled,
        } += 1;
    }

    /// The numbers under the headings of [`heading`].
    #[must_use]
    pub fn line(&self, name: &str, seed: &str) -> String {
        let mut line = format!("{name:<8} {seed:>6}");
        let columns = self.columns().into_iter().zip(WIDTHS);
        for ((_, number), width) in columns {
            // Writing to a String cannot fail.
            let _ = write!(line, " {number:>width$}");
        }
        let _ = write!(line, " {:>8.1}", self.wall.as_secs_f64());
        line
    }

    fn columns(&self) -> [(&'static str, usize); 13] {
        [
            ("calls", self.calls),
            ("ok", self.ok),
            ("found", self.found),
            ("resent", self.resent),
            ("rejected", self.rejected),
            ("not sent", self.not_sent),
            ("unknown", self.unknown),
            ("accepted", self.accepted),
            ("not acc.", self.not_accepted),
            ("unsettled", self.unsettled),
            ("duplicates", self.duplicates),
            ("requests", self.requests),
            ("faults", self.faults),
        ]
    }
}

/// How wide the columns are.
const WIDTHS: [usize; 13] = [7, 7, 7, 7, 8, 8, 7, 8, 8, 9, 10, 8, 8];

/// The headings of the table.
#[must_use]
pub fn heading() -> String {
    let mut line = format!("{:<8} {:>6}", "soak", "seed");
    for ((name, _), width) in Tally::default().columns().into_iter().zip(WIDTHS) {
        let _ = write!(line, " {name:>width$}");
    }
    line + "  seconds"
}

impl AddAssign<Tally> for Tally {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.ok += other.ok;
        self.found += other.found;
        self.resent += other.resent;
        self.rejected += other.rejected;
        self.not_sent += other.not_sent;
        self.unknown += other.unknown;
        self.accepted += other.accepted;
        self.not_accepted += other.not_accepted;
        self.unsettled += other.unsettled;
        self.duplicates += other.duplicates;
        self.requests += other.requests;
        self.faults += other.faults;
        self.wall += other.wall;
        self.violations.extend(other.violations);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_under_its_headings() {
        let tally = Tally {
            calls: 10_000,
            faults: 7,
            wall: Duration::from_millis(1_250),
            ..Tally::default()
        };
        let line = tally.line("submit", "all");
        assert_eq!(line.len(), heading().len());
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&line).first().map(String::as_str), Some("submit"));
        assert_eq!(words(&line).last().map(String::as_str), Some("1.2"));
        assert!(line.contains("10000"));
    }

    #[test]
    fn every_number_is_added() {
        let one = Tally {
            calls: 1,
            ok: 1,
            found: 1,
            resent: 1,
            rejected: 1,
            not_sent: 1,
            unknown: 1,
            accepted: 1,
            not_accepted: 1,
            unsettled: 1,
            duplicates: 1,
            requests: 1,
            faults: 1,
            wall: Duration::from_secs(1),
            violations: vec!["one".to_owned()],
        };
        let mut sum = one.clone();
        sum += one;
        assert!(sum.columns().iter().all(|(_, number)| *number == 2));
        assert_eq!(sum.wall.as_secs(), 2);
        assert_eq!(sum.violations.len(), 2);
    }
}
