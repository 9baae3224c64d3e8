//! Sessions begin and end.

use chrono::{DateTime, Days, NaiveTime, Utc};

use super::super::World;
use super::super::account::Figures;
use super::super::agenda::Edge;
use super::super::order::{Order, OrderIx, Status, TimeInForce};
use crate::calendar::eastern::{eastern_date, from_eastern};

/// A quarter past four in New York on the day of a time: when orders that are good till canceled end.
pub(super) fn sweep_of(at: DateTime<Utc>) -> DateTime<Utc> {
    let sweep = NaiveTime::from_hms_opt(16, 15, 0).unwrap_or(NaiveTime::MIN);
    from_eastern(eastern_date(at), sweep)
}

impl World {
    /// An edge of the calendar passes.
    pub(super) fn pass_edge(&mut self, edge: Edge) {
        match edge {
            Edge::Midnight => {
                let ended = eastern_date(self.now) - Days::new(1);
                self.write_fees(ended);
            }
            Edge::SessionOpen => {
                self.begin_day();
                self.begin_again();
                self.activate();
            }
            Edge::Open => {
                self.auction(TimeInForce::Opg);
                self.activate();
            }
            Edge::Close => {
                self.auction(TimeInForce::Cls);
                self.expire();
                self.note_close();
                self.activate();
            }
            Edge::Sweep => self.sweep(),
            Edge::SessionClose => self.expire(),
            Edge::Overnight => self.activate(),
        }
    }

    /// A trading day begins: what was at the last close is what it is measured against.
    fn begin_day(&mut self) {
        self.market.begin_day();
        self.day_began = Some(self.now);
        let market = &self.market;
        for account in &mut self.accounts {
            if let Some((equity, maintenance)) = account.at_close.take() {
                account.last_equity = equity;
                account.last_maintenance_margin = maintenance;
            }
            for (asset, position) in &mut account.positions {
                if let Some(price) = market.last_day_price(*asset) {
                    position.begin_day(price);
                }
            }
        }
    }

    /// Notes prices and what accounts are worth at the close.
    fn note_close(&mut self) {
        self.market.note_close();
        self.last_close_day = Some(eastern_date(self.now));
        let figures: Vec<_> = self
            .accounts
            .iter()
            .map(|account| Figures::of(self, account))
            .collect();
        for (account, figures) in self.accounts.iter_mut().zip(figures) {
            account.at_close = Some((figures.equity, figures.maintenance_margin));
        }
    }

    /// Orders whose session has come go to their venues, the oldest first.
    fn activate(&mut self) {
        for ix in self.orders.open() {
            let ready = self.orders.get(ix).is_some_and(|order| {
                order.status == Status::Accepted && self.first_status(order) == Status::PendingNew
            });
            if ready {
                self.route(ix);
            }
        }
    }

    /// Orders whose time has ended expire; legs end with their parents.
    fn expire(&mut self) {
        let now = self.now;
        self.end_where(Status::Expired, |order| {
            order.time_in_force != TimeInForce::Gtc
                && order.expires_at.is_some_and(|end| end <= now)
        });
    }

    /// Orders that are good till canceled end after 90 days.
    fn sweep(&mut self) {
        let now = self.now;
        let old = |order: &Order| {
            order.time_in_force == TimeInForce::Gtc
                && order.expires_at.is_some_and(|end| end <= now)
        };
        for ix in self.orders.open() {
            let is_old = self
                .orders
                .get(ix)
                .is_some_and(|order| old(order) && order.is_open());
            if is_old && self.cancel(ix).is_ok() {
                self.confirm_cancel(ix);
            } else if is_old && self.is_promised(ix) {
                self.end(ix, Status::Canceled);
            }
        }
    }

    fn end_where(&mut self, status: Status, ends: impl Fn(&Order) -> bool) {
        let open: Vec<OrderIx> = self.orders.open();
        for ix in open {
            if self
                .orders
                .get(ix)
                .is_some_and(|order| order.is_open() && ends(order))
            {
                self.end(ix, status);
            }
        }
    }
}
