//! What is still to happen, by time.
//!
//! Two kinds of entries: tasks, which somebody has put there, and the edges of the calendar (the opening and
//! the close, the sessions around them), of which the next one is always known.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveTime, Utc};

use super::order::OrderIx;
use crate::calendar::Calendar;
use crate::calendar::eastern::{eastern_date, from_eastern};

/// Something that is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// An order reaches its venue.
    Route(OrderIx),
    /// A cancel reaches the venue.
    Cancel(OrderIx),
    /// A replacement reaches the venue: the new order.
    Replace(OrderIx),
    /// What was filled in part is looked at again.
    LookAgain(OrderIx),
}

/// A moment of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Edge {
    /// Midnight in New York: the day's fees are written down.
    Midnight,
    /// Sessions begin, before the opening: a new day for accounts.
    SessionOpen,
    /// The opening.
    Open,
    /// The close.
    Close,
    /// A quarter of an hour after four: old orders are canceled.
    Sweep,
    /// Sessions end.
    SessionClose,
    /// The overnight session begins.
    Overnight,
}

/// The entries, the next one first.
#[derive(Clone, Debug)]
pub(super) struct Agenda {
    tasks: BTreeMap<(DateTime<Utc>, u64), Task>,
    next: u64,
    edge: (DateTime<Utc>, Edge),
}

/// What is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Task(Task),
    Edge(Edge),
}

impl Agenda {
    pub(super) fn new(now: DateTime<Utc>, calendar: &Calendar) -> Self {
        Self {
            tasks: BTreeMap::new(),
            next: 0,
            edge: edge_after(now, None, calendar),
        }
    }

    /// Adds a task; of one time, the one that was added first comes first.
    pub(super) fn add(&mut self, at: DateTime<Utc>, task: Task) {
        self.tasks.insert((at, self.next), task);
        self.next += 1;
    }

    /// Takes a task out that is not to be done any more.
    pub(super) fn forget(&mut self, task: Task) {
        self.tasks.retain(|_, entry| *entry != task);
    }

    /// When the next entry is due.
    pub(super) fn due(&self) -> DateTime<Utc> {
        let task = self.tasks.first_key_value().map(|((at, _), _)| *at);
        task.map_or(self.edge.0, |at| at.min(self.edge.0))
    }

    /// Takes the next entry; of one time, tasks come before the edges of the calendar.
    pub(super) fn take(&mut self, calendar: &Calendar) -> (DateTime<Utc>, Entry) {
        if let Some(entry) = self.tasks.first_entry()
            && entry.key().0 <= self.edge.0
        {
            let ((at, _), task) = entry.remove_entry();
            return (at, Entry::Task(task));
        }
        let (at, edge) = self.edge;
        self.edge = edge_after(at, Some(edge), calendar);
        (at, Entry::Edge(edge))
    }
}

/// The first edge after a time, or after another edge of the same time.
fn edge_after(at: DateTime<Utc>, last: Option<Edge>, calendar: &Calendar) -> (DateTime<Utc>, Edge) {
    let mut date = eastern_date(at);
    // Each day has a midnight, so that two days are enough.
    for _ in 0..3 {
        let mut edges = vec![(from_eastern(date, NaiveTime::MIN), Edge::Midnight)];
        if let Some(day) = calendar.day(date) {
            edges.extend([
                (day.session_open, Edge::SessionOpen),
                (day.open, Edge::Open),
                (day.close, Edge::Close),
                (day.session_close, Edge::SessionClose),
            ]);
            let sweep = NaiveTime::from_hms_opt(16, 15, 0).unwrap_or(NaiveTime::MIN);
            edges.push((from_eastern(date, sweep), Edge::Sweep));
        }
        let evening = NaiveTime::from_hms_opt(20, 0, 0).unwrap_or(NaiveTime::MIN);
        edges.push((from_eastern(date, evening), Edge::Overnight));
        edges.sort_unstable();
        let later = |(time, edge): &(DateTime<Utc>, Edge)| {
            *time > at || (*time == at && last.is_some_and(|last| *edge > last))
        };
        if let Some(next) = edges.into_iter().find(later) {
            return next;
        }
        date = date + Days::new(1);
    }
    // Beyond the last day that a date can have, nothing happens any more.
    (DateTime::<Utc>::MAX_UTC, Edge::Midnight)
}
