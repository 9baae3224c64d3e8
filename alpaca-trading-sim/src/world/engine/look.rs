//! Looking at an order: does a price wake it, and is any of it filled?

use chrono::Duration;
use rust_decimal::Decimal;

use super::super::World;
use super::super::agenda::Task;
use super::super::order::{Order, OrderIx, OrderType, Side, Status, TimeInForce};
use super::collared;
use crate::calendar::Phase;
use crate::fill::Working;
use crate::market::{AssetClass, AssetIx, Quote};

/// How long after a part was filled the rest is looked at again.
const AGAIN: Duration = Duration::seconds(1);

impl World {
    /// An order reaches its venue.
    pub(super) fn route(&mut self, ix: OrderIx) {
        let Some(order) = self.orders.get(ix) else {
            return;
        };
        // It may have been canceled on its way.
        if !matches!(
            order.status,
            Status::PendingNew | Status::Accepted | Status::Held
        ) {
            return;
        }
        let carried = !order.filled_qty.is_zero();
        if self.turns_away(ix) {
            return;
        }
        if !self.step(ix, Status::New) {
            return;
        }
        if carried {
            self.step(ix, Status::PartiallyFilled);
        }
        self.arrive(ix);
        self.tell(ix, "new");
        self.look(ix);
        self.end_of_immediate(ix);
    }

    /// Notes how an order stands to the market when it arrives.
    pub(super) fn arrive(&mut self, ix: OrderIx) {
        let Some(order) = self.orders.get(ix) else {
            return;
        };
        let marketable = self.quote(order.asset).is_some_and(|quote| {
            !order.waits_for_stop() && working(order, quote, Decimal::ONE).is_marketable()
        });
        let mut trail = order.clone();
        if order.hwm.is_none() {
            self.begin_trail(&mut trail);
        }
        if let Some(order) = self.orders.get_mut(ix) {
            order.queued = false;
            order.resting = order.limit_price.is_some() && !order.waits_for_stop() && !marketable;
            order.hwm = trail.hwm;
            order.stop_price = trail.stop_price;
        }
    }

    /// What is immediate and not filled by now is canceled.
    fn end_of_immediate(&mut self, ix: OrderIx) {
        let immediate = self.orders.get(ix).is_some_and(|order| {
            order.is_open() && matches!(order.time_in_force, TimeInForce::Ioc | TimeInForce::Fok)
        });
        if immediate {
            self.end(ix, Status::Canceled);
        }
    }

    /// Looks at an order with the current quote.
    pub(super) fn look(&mut self, ix: OrderIx) {
        let Some(order) = self.orders.get(ix) else {
            return;
        };
        if !self.is_awake(order) {
            return;
        }
        let Some(quote) = self.quote(order.asset).copied() else {
            return;
        };
        if order.waits_for_stop() && !self.wake(ix, &quote) {
            return;
        }
        self.fill_what_there_is(ix, &quote);
    }

    /// Whether an order trades now: it is at its venue, in a session of its own, and nothing is halted.
    fn is_awake(&self, order: &Order) -> bool {
        let held_stop = order.status == Status::Held && self.stands_by(order);
        if !(order.status.is_working() || held_stop) || order.queued {
            return false;
        }
        if matches!(order.time_in_force, TimeInForce::Opg | TimeInForce::Cls)
            || self.is_halted(order.asset)
        {
            return false;
        }
        // What was canceled on its way has not reached its venue.
        if matches!(
            order.before_pending,
            Some(Status::PendingNew | Status::Accepted)
        ) {
            return false;
        }
        // What its venue has set aside does not trade because a cancel is on its way.
        if matches!(
            order.before_pending,
            Some(Status::AcceptedForBidding | Status::Suspended | Status::DoneForDay)
        ) {
            return false;
        }
        // A leg whose group has not begun is held, whatever became of a cancel of it.
        if order.before_pending == Some(Status::Held) && !self.stands_by(order) {
            return false;
        }
        // Stops wake in core hours alone.
        let core = self.phase_of(self.universe.get(order.asset)) == Phase::Core;
        self.has_session(order) && (core || !order.waits_for_stop())
    }

    /// Whether the session of now is one in which an order works.
    pub(super) fn has_session(&self, order: &Order) -> bool {
        let asset = self.universe.get(order.asset);
        match self.phase_of(asset) {
            Phase::Core => true,
            Phase::Pre | Phase::Post => order.extended_hours,
            Phase::Overnight => {
                let account = self.account(order.account);
                let allowed = account.is_some_and(|own| !own.config.disable_overnight_trading);
                order.extended_hours && asset.has("overnight_tradable") && allowed
            }
            Phase::Closed => false,
        }
    }

    /// Whether the last trade has passed the stop price; a trailing stop follows the price first.
    fn wake(&mut self, ix: OrderIx, quote: &Quote) -> bool {
        let Some(order) = self.orders.get_mut(ix) else {
            return false;
        };
        if order.order_type == OrderType::TrailingStop {
            trail(order, quote.last);
        }
        let Some(stop) = order.stop_price else {
            return false;
        };
        let passed = match order.side {
            Side::Buy => quote.last >= stop,
            Side::Sell => quote.last <= stop,
        };
        if !passed {
            return false;
        }
        order.triggered = true;
        self.triggered(ix);
        // As a limit order it may have to wait.
        let marketable = self
            .orders
            .get(ix)
            .is_some_and(|order| working(order, quote, Decimal::ONE).is_marketable());
        if let Some(order) = self.orders.get_mut(ix) {
            order.resting = order.order_type == OrderType::StopLimit && !marketable;
        }
        true
    }

    fn fill_what_there_is(&mut self, ix: OrderIx, quote: &Quote) {
        let Some(order) = self
            .orders
            .get(ix)
            .filter(|order| order.status.is_working())
        else {
            return;
        };
        let far_side = match order.side {
            Side::Buy => quote.ask,
            Side::Sell => quote.bid,
        };
        let left = match order.left() {
            Some(left) => left,
            None => bought_with(order, far_side),
        };
        if left <= Decimal::ZERO {
            return;
        }
        let closable = self.closable(order);
        if closable <= Decimal::ZERO {
            // Others have closed the position: this would open one on the other side.
            self.end(ix, Status::Canceled);
            return;
        }
        let (left, cut) = (left.min(closable), closable < left);
        let asset = self.universe.get(order.asset);
        let whole_units = asset.class == AssetClass::UsEquity && !order.is_fractional();
        let working = Working {
            whole_units,
            ..working(order, quote, left)
        };
        let Some(execution) = self.fill_model.fill(&working, &mut self.random) else {
            return;
        };
        // Whatever a model says, no more than is left, and something. What is left of an amount depends on the
        // price that the model gives.
        let whole = execution.qty >= left;
        let left = match order.notional {
            Some(_) => bought_at(order, execution.price).min(closable),
            None => left,
        };
        let qty = if whole { left } else { execution.qty.min(left) };
        let (asset, whole_only) = (order.asset, working.whole_only);
        let qty = match self.rest_of(asset, quote) {
            Some(rest) if whole_units => qty.min(rest.floor()),
            Some(rest) => qty.min(rest.trunc_with_scale(9)),
            None => qty,
        };
        if qty <= Decimal::ZERO || execution.price <= Decimal::ZERO || (whole_only && qty < left) {
            return;
        }
        self.market.take(asset, qty);
        let done = qty == left && !(cut && order.notional.is_none());
        self.fill(ix, qty, execution.price, done);
        let open = self.orders.get(ix).is_some_and(Order::is_open);
        if !done && open && self.fill_model.looks_again() {
            self.agenda.add(self.now + AGAIN, Task::LookAgain(ix));
        }
    }

    /// How many units the current quote of an asset still has for orders; none for any number.
    fn rest_of(&self, asset: AssetIx, quote: &Quote) -> Option<Decimal> {
        let offered = self.fill_model.offered(quote)?;
        Some((offered - self.market.taken(asset)).max(Decimal::ZERO))
    }

    /// How many of what is held an order may close; an order that opens may trade any number.
    ///
    /// An order by amount may come to sell more than was reckoned when it was taken: what is promised to others
    /// is not its own.
    pub(super) fn closable(&self, order: &Order) -> Decimal {
        let Some(account) = self
            .account(order.account)
            .filter(|_| !order.intent.opens())
        else {
            return Decimal::MAX;
        };
        let held = account.position(order.asset).qty.abs();
        if order.notional.is_none() {
            return held;
        }
        let others = self.closing_orders(account, order.asset);
        held - others
            .filter_map(|order| self.left_at_most(order))
            .sum::<Decimal>()
    }

    /// Sets the first best price of a trailing stop.
    pub(super) fn begin_trail(&self, order: &mut Order) {
        if order.order_type == OrderType::TrailingStop {
            trail(order, self.price(order.asset));
        }
    }
}

/// An order as a fill model sees it.
fn working<'a>(order: &Order, quote: &'a Quote, left: Decimal) -> Working<'a> {
    let limit = match (order.order_type, order.side) {
        (OrderType::Limit | OrderType::StopLimit, _) => order.limit_price,
        // A stop that buys becomes a limit order, which protects it from a gap.
        (OrderType::Stop, Side::Buy) => order.stop_price.map(collared),
        _ => None,
    };
    Working {
        side: order.side,
        left,
        limit,
        resting: order.resting,
        whole_only: order.time_in_force == TimeInForce::Fok,
        whole_units: false,
        quote,
    }
}

/// What the rest of an order by amount buys at a price.
fn bought_with(order: &Order, price: Decimal) -> Decimal {
    let price = match order.limit_price {
        Some(limit) if order.resting => limit,
        _ => price,
    };
    bought_at(order, price)
}

fn bought_at(order: &Order, price: Decimal) -> Decimal {
    let left = order.notional.unwrap_or_default() - order.filled_value;
    left.checked_div(price)
        .unwrap_or_default()
        .trunc_with_scale(9)
}

/// Moves the stop price of a trailing stop behind the best price.
fn trail(order: &mut Order, last: Decimal) {
    let best = match (order.hwm, order.side) {
        (None, _) => last,
        (Some(best), Side::Sell) => best.max(last),
        (Some(best), Side::Buy) => best.min(last),
    };
    if order.hwm == Some(best) {
        return;
    }
    order.hwm = Some(best);
    let trails = (order.trail_price, order.trail_percent);
    if let Some(stop) = trailing_stop(order.side, best, trails) {
        order.stop_price = Some(stop);
    }
}

/// The stop price that a trail, a price or a percentage, leaves behind the best price.
pub(crate) fn trailing_stop(
    side: Side,
    best: Decimal,
    trails: (Option<Decimal>, Option<Decimal>),
) -> Option<Decimal> {
    let distance = match trails {
        (Some(price), _) => price,
        (None, Some(percent)) => best.checked_mul(percent)? / Decimal::ONE_HUNDRED,
        (None, None) => return None,
    };
    let stop = match side {
        Side::Sell => best - distance,
        Side::Buy => best + distance,
    };
    Some(stop.round_dp(if best < Decimal::ONE { 4 } else { 2 }))
}
