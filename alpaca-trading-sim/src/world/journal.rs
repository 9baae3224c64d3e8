//! Everything that happens, one line of JSON each.
//!
//! The lines come from the world alone, in the order in which things happen there, so that two worlds with
//! the same seed and the same calls write the same bytes. An event of a stream is written down when it happens, once.
//! What is sent to whom, frame by frame, is not: several connections have each event, and which of them is written
//! to first, how many events one write takes along, and whether a client is still there then, is up to the
//! scheduler and the system, and differs from run to run.
//!
//! A journal has a limit in bytes. Beyond it the oldest lines go, one by one as new ones are written: how many are
//! gone is a matter of the lines alone, and so the same in two runs as well. A reader who misses lines is told by
//! one of its own kind, `{"at": …, "lines": N, "what": "dropped"}`, in front: that `N` lines of the beginning are
//! gone, and when the last of them went.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::World;
use super::order::time;

/// The lines that are kept. A copy of a journal, as snapshots have it, shares them.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    lines: VecDeque<Arc<str>>,
    /// The bytes of these, with the end of each line.
    bytes: usize,
    limit: usize,
    /// How many lines were before them.
    dropped: usize,
    /// When the last of those was dropped.
    dropped_at: DateTime<Utc>,
}

impl Journal {
    fn new(limit: usize) -> Self {
        Self {
            lines: VecDeque::new(),
            bytes: 0,
            limit,
            dropped: 0,
            dropped_at: DateTime::UNIX_EPOCH,
        }
    }

    /// Adds a line. It is kept itself, however long it is.
    fn push(&mut self, at: DateTime<Utc>, line: &str) {
        self.bytes = self.bytes.saturating_add(size(line));
        self.lines.push_back(line.into());
        while self.bytes > self.limit
            && self.lines.len() > 1
            && let Some(oldest) = self.lines.pop_front()
        {
            self.bytes = self.bytes.saturating_sub(size(&oldest));
            self.dropped = self.dropped.saturating_add(1);
            self.dropped_at = at;
        }
    }

    /// The lines without the first `since` that were ever written.
    fn since(&self, since: usize) -> Vec<Arc<str>> {
        let mut lines = Vec::new();
        if since < self.dropped {
            let line = json!({
                "at": time(self.dropped_at), "what": "dropped", "lines": self.dropped,
            });
            lines.push(line.to_string().into());
        }
        let kept = self.lines.iter().skip(since.saturating_sub(self.dropped));
        lines.extend(kept.cloned());
        lines
    }
}

/// What a line takes, with its end.
fn size(line: &str) -> usize {
    line.len().saturating_add(1)
}

impl World {
    /// Begins to write down what happens, at most so many bytes of it.
    pub(crate) fn keep_journal(&mut self, limit: usize) {
        self.journal = Some(Journal::new(limit));
    }

    /// Writes something down, if that is wanted: `what` it is, and what belongs to it.
    pub(crate) fn write_down(&mut self, what: &str, more: impl FnOnce() -> Value) {
        let at = self.now;
        if let Some(journal) = &mut self.journal {
            let mut line = json!({ "at": time(at), "what": what });
            if let (Value::Object(line), Value::Object(more)) = (&mut line, more()) {
                line.extend(more);
            }
            journal.push(at, &line.to_string());
        }
    }

    /// The lines that were written down, the oldest first; none unless a journal is kept. Where the oldest are gone,
    /// the first line says how many.
    #[must_use]
    pub fn journal(&self) -> Vec<Arc<str>> {
        self.journal_since(0)
    }

    /// The same without the first `since` lines that were ever written, whether they are kept or not.
    #[must_use]
    pub fn journal_since(&self, since: usize) -> Vec<Arc<str>> {
        let journal = self.journal.as_ref();
        journal.map_or_else(Vec::new, |journal| journal.since(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn read(journal: &Journal, since: usize) -> Vec<String> {
        let lines = journal.since(since);
        lines.iter().map(|line| line.to_string()).collect()
    }

    #[test]
    fn the_oldest_lines_go_and_readers_are_told_what_they_miss() {
        // Three lines of nine letters and their ends.
        let mut journal = Journal::new(30);
        for second in 0..3 {
            journal.push(at(second), "012345678");
        }
        assert_eq!(read(&journal, 0).len(), 3);
        journal.push(at(3), "abc");
        let told = r#"{"at":"1970-01-01T00:00:03Z","lines":1,"what":"dropped"}"#;
        assert_eq!(
            read(&journal, 0),
            [told, "012345678", "012345678", "abc"],
            "no more go than must"
        );
        // Who has had what is gone, misses nothing.
        assert_eq!(read(&journal, 1), ["012345678", "012345678", "abc"]);
        assert_eq!(read(&journal, 3), ["abc"]);
        assert_eq!(read(&journal, 4), [""; 0]);
        assert_eq!(read(&journal, usize::MAX), [""; 0]);
    }

    #[test]
    fn a_line_that_is_too_long_is_kept_alone() {
        let mut journal = Journal::new(10);
        for line in ["a", "b", "0123456789abcdef", "0123456789abcdef"] {
            journal.push(at(0), line);
        }
        assert_eq!((journal.dropped, journal.lines.len()), (3, 1));
        journal.push(at(0), "c");
        assert_eq!(read(&journal, 4), ["c"]);
        assert_eq!((journal.dropped, journal.bytes), (4, 2));
    }

    #[test]
    fn a_copy_goes_on_by_itself_and_alike() {
        let mut journal = Journal::new(50);
        for second in 0..20 {
            journal.push(at(second), "01234567");
        }
        let mut copy = journal.clone();
        journal.push(at(20), "more");
        assert_ne!(read(&journal, 0), read(&copy, 0));
        copy.push(at(20), "more");
        assert_eq!(read(&journal, 0), read(&copy, 0));
    }
}
