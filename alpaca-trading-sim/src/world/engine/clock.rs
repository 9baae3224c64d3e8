//! The clock: time passes, and what is due happens.

use chrono::{DateTime, Duration, DurationRound, Utc};
use serde_json::json;

use super::super::World;
use super::super::account::Figures;
use super::super::agenda::{Entry, Task};
use super::super::order::amount;
use crate::market::{AssetIx, Quote};

/// A request that changes something takes this long, so that no two happen at once.
const STEP: Duration = Duration::microseconds(1);

impl World {
    /// Lets a request's own time pass, and what was due before it happen.
    pub(crate) fn begin_request(&mut self) {
        self.run_until(self.now + STEP);
    }

    /// Does what is due by now: what a request has set off, after it was answered.
    pub(crate) fn settle(&mut self) {
        self.run_until(self.now);
    }

    /// Lets time pass until `until`. Quotes, sessions and everything that is due happen in their order;
    /// of one time, what is due comes before quotes. A time that has passed changes nothing.
    pub fn run_until(&mut self, until: DateTime<Utc>) {
        loop {
            let due = self.agenda.due();
            let tick = self.next_tick();
            let next = tick.map_or(due, |(_, at)| at.min(due));
            if next > until {
                break;
            }
            self.pass(next.max(self.now));
            match tick {
                Some((source, at)) if at < due => self.take_tick(source),
                _ => self.take_entry(),
            }
        }
        self.pass(until.max(self.now));
    }

    fn take_tick(&mut self, source: usize) {
        let Some(tick) = self.prices.get_mut(source).and_then(|source| source.next()) else {
            return;
        };
        self.set_quote(tick.asset, tick.quote);
    }

    fn take_entry(&mut self) {
        let (_, entry) = self.agenda.take(&self.calendar);
        match entry {
            Entry::Task(Task::Route(ix)) => self.route(ix),
            Entry::Task(Task::Cancel(ix)) => self.confirm_cancel(ix),
            Entry::Task(Task::Replace(ix)) => self.confirm_replace(ix),
            Entry::Task(Task::LookAgain(ix)) => self.look(ix),
            Entry::Edge(edge) => self.pass_edge(edge),
        }
    }

    /// Adds a source of quotes. Those of times that have passed are left out.
    pub(crate) fn play(&mut self, mut prices: Box<dyn crate::market::prices::PriceSource>) {
        while prices.peek().is_some_and(|at| at < self.now) {
            prices.next();
        }
        self.prices.push(prices);
    }

    /// The source whose tick is next, the first of several, and when.
    fn next_tick(&self) -> Option<(usize, DateTime<Utc>)> {
        match self.prices.as_slice() {
            [] => None,
            [only] => Some((0, only.peek()?)),
            several => several
                .iter()
                .enumerate()
                .filter_map(|(source, ticks)| Some((source, ticks.peek()?)))
                .min_by_key(|(_, at)| *at),
        }
    }

    /// Moves the clock, and records what accounts were worth at the end of the minute that it leaves.
    fn pass(&mut self, to: DateTime<Utc>) {
        if self.moved && to >= self.minute + Duration::minutes(1) {
            self.record_minute();
            self.minute = to.duration_trunc(Duration::minutes(1)).unwrap_or(to);
        }
        self.now = to;
    }

    fn record_minute(&mut self) {
        self.moved = false;
        let end = self.minute + Duration::minutes(1);
        let worth: Vec<_> = self
            .accounts
            .iter()
            .map(|account| Figures::equity(self, account))
            .collect();
        for (account, equity) in self.accounts.iter_mut().zip(worth) {
            account.history.record(end, equity);
        }
    }

    /// Sets the quote of an asset, and looks at the orders that wait for it.
    pub fn set_quote(&mut self, asset: AssetIx, quote: Quote) {
        if self.journal.is_some() {
            let universe = std::sync::Arc::clone(&self.universe);
            self.write_down("quote", || {
                json!({
                    "symbol": universe.get(asset).symbol, "bid": amount(quote.bid), "ask": amount(quote.ask),
                    "last": amount(quote.last),
                })
            });
        }
        self.market.set(asset, quote);
        self.moved = true;
        if self.orders.open_in(asset).is_empty() {
            return;
        }
        let mut waiting = std::mem::take(&mut self.scratch);
        waiting.clear();
        waiting.extend_from_slice(self.orders.open_in(asset));
        for ix in &waiting {
            self.look(*ix);
        }
        self.scratch = waiting;
    }
}
