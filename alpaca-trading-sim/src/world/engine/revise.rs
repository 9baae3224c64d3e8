//! What is said after the fact: a fill is taken back or corrected, an order is stated anew.
//!
//! Sources name the events (`trade_bust`, `trade_correct`, `restated`) and the fields that they have, and not what
//! becomes of the books. What is decided here:
//!
//! - A fill that is taken back has never been. Cash, fee, position and what the order has filled are what they would
//!   be without it; a corrected one counts with its new quantity and price. The position is reckoned again from the
//!   fills that are left, in their order, so that what was bought since costs what it did.
//! - The list of activities has what counts: a fill that was taken back is gone from it, a corrected one keeps its id.
//!   The stream of activities tells of either, with the id of the record as `previous_id`. What later fills have said
//!   of `cum_qty` and `leaves_qty` stays.
//! - An order that has ended stays as it ended, with less filled. One that is open has more left to trade, and is `new`
//!   once nothing of it is filled.
//! - Orders that would close more than is left of the position are cut if they are exits of a group, or canceled. A
//!   position that was sold meanwhile is then short, and coins, which nobody can owe, are not taken back.
//! - Day trades stay counted, and fills of an order that was replaced stay as they are.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::json;

use super::super::World;
use super::super::account::{Account, AccountIx, Fee, Fill, Position, Standing, What};
use super::super::check::{price as prices, shape};
use super::super::order::{Order, OrderClass, OrderIx, OrderType, Side, Status, amount};
use super::events::Revision;
use super::venue::{cannot, execution, is_live};
use crate::calendar::eastern::eastern_date;
use crate::market::{AssetClass, AssetIx};

/// What becomes of a fill.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Revised {
    Busted,
    Corrected { qty: Decimal, price: Decimal },
}

/// What an order is from now on, where it is something else.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Restatement {
    pub(crate) qty: Option<Decimal>,
    pub(crate) limit_price: Option<Decimal>,
    pub(crate) stop_price: Option<Decimal>,
}

impl World {
    /// The fills of an order, those that were taken back too, each with its place among the activities.
    pub(crate) fn fills_of(&self, ix: OrderIx) -> Vec<(usize, &Fill)> {
        let Some(order) = self.orders.get(ix) else {
            return Vec::new();
        };
        let activities = self.account(order.account).map(Account::activities);
        let all = activities.unwrap_or_default().iter().enumerate();
        all.filter_map(|(place, activity)| Some((place, activity.fill()?)))
            .filter(|(_, fill)| fill.order_id == order.id)
            .collect()
    }

    /// The positions that the fills of an account come to; `changed` stands for the one at its place.
    pub(crate) fn replayed(
        &self,
        account: &Account,
        changed: Option<(usize, &Fill)>,
    ) -> Result<BTreeMap<AssetIx, Position>, String> {
        let mut positions: BTreeMap<AssetIx, Position> = BTreeMap::new();
        let mut day_to_come = self.day_began;
        for (place, activity) in account.activities.iter().enumerate() {
            if day_to_come.is_some_and(|began| activity.at >= began) {
                day_to_come = None;
                self.begin_day_of(&mut positions);
            }
            let fill = match (changed, activity.fill()) {
                (Some((at, changed)), _) if at == place => Some(changed),
                (_, fill) => fill,
            };
            let Some(fill) = fill.filter(|fill| fill.counts()) else {
                continue;
            };
            let ix = self
                .universe
                .find(&fill.symbol)
                .ok_or("an unknown symbol")?;
            let position = positions.entry(ix).or_default();
            position.trade(fill.signed_qty(), fill.price);
            if let Fee::Coins(coins) = fill.fee {
                position.shrink(coins);
            }
            let is_coin = self.universe.get(ix).class == AssetClass::Crypto;
            if is_coin && position.qty < Decimal::ZERO {
                return Err(format!(
                    "{} that were sold since cannot be taken back",
                    fill.symbol
                ));
            }
            if position.is_flat() {
                positions.remove(&ix);
            }
        }
        if day_to_come.is_some() {
            self.begin_day_of(&mut positions);
        }
        Ok(positions)
    }

    fn begin_day_of(&self, positions: &mut BTreeMap<AssetIx, Position>) {
        for (ix, position) in positions {
            if let Some(price) = self.market.last_day_price(*ix) {
                position.begin_day(price);
            }
        }
    }

    /// Takes a fill back or corrects it: the one at this place of its account's activities.
    pub(crate) fn revise(
        &mut self,
        ix: OrderIx,
        place: usize,
        revised: &Revised,
        reason: &str,
    ) -> Result<(), String> {
        let order = self.known(ix)?.clone();
        let account = self
            .account(order.account)
            .ok_or("there is no such account")?;
        let fill = account.activities.get(place).and_then(|entry| entry.fill());
        let old = fill.ok_or("there is no such fill")?.clone();
        let new = changed(&order, &old, revised)?;
        let position = self.replayed(account, Some((place, &new)))?;
        let position = position.get(&order.asset).copied();
        let (does, execution_type, status) = match revised {
            Revised::Busted => ("bust", "trade_bust", "canceled"),
            Revised::Corrected { .. } => ("correct", "trade_correct", "correct"),
        };
        self.venue_does(
            ix,
            does,
            &json!({ "execution": old.execution_id.to_string(), "qty": amount(new.qty),
                "price": amount(new.price), "reason": reason }),
        );
        self.book_revision(&order, place, (&old, &new), position);
        self.change_filled(ix, &old, &new);
        let Some(order) = self.orders.get(ix).cloned() else {
            return Ok(());
        };
        let leaves = match order.is_open() {
            true => order.left().unwrap_or_default(),
            false => Decimal::ZERO,
        };
        let details = self.details_of_fill(&order, leaves, order.status, execution_type);
        let account = self.account(order.account);
        if let Some(activity) = account.and_then(|own| own.activities.get(place)).cloned() {
            self.tell_activity_again(order.account, &activity, status, details);
        }
        let told = Revision {
            previous: old.execution_id,
            reason: reason.to_owned(),
            qty: new.qty,
            price: new.price,
        };
        let execution_id = self.tell_revision(ix, execution_type, &told);
        let account = self.account_mut(order.account);
        let activity = account.and_then(|own| own.activities.get_mut(place));
        if let Some(What::Fill(fill)) = activity.map(|activity| &mut activity.what) {
            fill.execution_id = execution_id;
        }
        self.even_exits(ix);
        self.let_close_no_more(order.account, order.asset);
        Ok(())
    }

    /// Changes cash, fees, volume, position and the record of the fill.
    fn book_revision(
        &mut self,
        order: &Order,
        place: usize,
        (old, new): (&Fill, &Fill),
        position: Option<Position>,
    ) {
        let is_coin = self.universe.get(order.asset).class == AssetClass::Crypto;
        let Some(account) = self.account_mut(order.account) else {
            return;
        };
        for (fill, sign) in [(old, -Decimal::ONE), (new, Decimal::ONE)] {
            if !fill.counts() {
                continue;
            }
            account.cash += sign * fill.cash();
            // What is given back of a fee that is written down already is written down in its turn.
            let fees = account.crypto_fees.entry(order.asset).or_default();
            match fill.fee {
                Fee::None => {}
                Fee::Coins(coins) => {
                    fees.coins += sign * coins;
                    fees.worth += sign * coins * fill.price;
                }
                Fee::Cash(cash) => {
                    fees.cash += sign * cash;
                    account.cash -= sign * cash;
                }
            }
        }
        let nothing_due = account.crypto_fees.get(&order.asset);
        if nothing_due.is_some_and(|fees| fees.coins.is_zero() && fees.cash.is_zero()) {
            account.crypto_fees.remove(&order.asset);
        }
        match position {
            Some(position) => account.positions.insert(order.asset, position),
            None => account.positions.remove(&order.asset),
        };
        let Some(activity) = account.activities.get_mut(place) else {
            return;
        };
        let day = eastern_date(activity.at);
        activity.what = What::Fill(Box::new(new.clone()));
        if is_coin && let Some(volume) = account.crypto_volume.get_mut(&day) {
            let now = match new.counts() {
                true => new.qty * new.price,
                false => Decimal::ZERO,
            };
            *volume += now - old.qty * old.price;
        }
        self.moved = true;
    }

    /// Changes what an order has filled.
    fn change_filled(&mut self, ix: OrderIx, old: &Fill, new: &Fill) {
        let now = self.now;
        let Some(order) = self.orders.get_mut(ix) else {
            return;
        };
        order.filled_qty -= old.qty;
        order.filled_value -= old.qty * old.price;
        if new.counts() {
            order.filled_qty += new.qty;
            order.filled_value += new.qty * new.price;
        }
        order.updated_at = now;
        if !order.is_open() && order.notional.is_some() && !order.filled_qty.is_zero() {
            order.qty = Some(order.filled_qty);
        }
        if !order.filled_qty.is_zero() {
            return;
        }
        if order.before_pending == Some(Status::PartiallyFilled) {
            order.before_pending = Some(Status::New);
        }
        if order.status == Status::PartiallyFilled {
            self.step(ix, Status::New);
        }
    }

    /// The exits of a group have the same left to close.
    fn even_exits(&mut self, ix: OrderIx) {
        let Some(order) = self.orders.get(ix).filter(|order| order.is_open()) else {
            return;
        };
        let (left, now) = (order.left(), self.now);
        let other = self.exit_beside(ix, order);
        let other = other.and_then(|other| self.orders.get_mut(other));
        if let (Some(other), Some(left)) = (other.filter(|other| other.is_open()), left) {
            other.qty = Some(other.filled_qty + left);
            other.updated_at = now;
        }
    }

    /// Orders that would close more of a position than there is are cut or canceled, the youngest first.
    fn let_close_no_more(&mut self, account: AccountIx, asset: AssetIx) {
        for _ in 0..=self.orders.open_in(asset).len() {
            let Some(owner) = self.account(account) else {
                return;
            };
            let held = owner.position(asset).qty;
            let closing: Vec<&Order> = self.closing_orders(owner, asset).collect();
            let promised: Decimal = closing
                .iter()
                .filter_map(|order| self.left_at_most(order))
                .sum();
            let over = promised - held.abs();
            let wrong = closing.iter().rev().find(|order| match order.side {
                Side::Buy => held > Decimal::ZERO,
                Side::Sell => held < Decimal::ZERO,
            });
            let last = closing.last().filter(|_| over > Decimal::ZERO);
            let Some(order) = wrong.or(last) else {
                return;
            };
            let Some(ix) = self.orders.find(order.id) else {
                return;
            };
            let exit = order.class != OrderClass::Simple && order.status != Status::PendingReplace;
            let cut = match (wrong, order.left()) {
                (None, Some(left)) if exit && left > over => Some(left - over),
                _ => None,
            };
            match (cut, self.orders.get_mut(ix)) {
                (Some(left), Some(order)) => {
                    order.qty = Some(order.filled_qty + left);
                    self.even_exits(ix);
                }
                _ => self.end(ix, Status::Canceled),
            }
        }
    }

    /// The venue states an order anew: it is for fewer or more, or at another price.
    pub(crate) fn restate(&mut self, ix: OrderIx, what: &Restatement) -> Result<(), String> {
        let old = self.known(ix)?;
        if !(is_live(old) || matches!(old.status, Status::Suspended | Status::DoneForDay)) {
            return Err(cannot(old, "restated"));
        }
        let mut new = old.clone();
        if let Some(qty) = what.qty {
            self.restate_qty(old, qty)?;
            new.qty = Some(qty);
        }
        let asset = self.universe.get(old.asset);
        for (name, wanted, price) in [
            ("limit_price", what.limit_price, &mut new.limit_price),
            ("stop_price", what.stop_price, &mut new.stop_price),
        ] {
            let Some(wanted) = wanted else { continue };
            let has = price.is_some() && old.order_type != OrderType::TrailingStop;
            if !has || (name == "stop_price" && old.triggered) {
                return Err(format!("{name}: order {} has none to be changed", old.id));
            }
            if wanted <= Decimal::ZERO || wanted > shape::MOST {
                let most = shape::MOST;
                return Err(format!(
                    "{name}: {wanted} is not above 0 and at most {most}"
                ));
            }
            prices::increment(name, wanted, asset).map_err(|error| error.message)?;
            *price = Some(wanted);
        }
        if (new.qty, new.limit_price, new.stop_price) == (old.qty, old.limit_price, old.stop_price)
        {
            return Err(format!("order {} would be as it is", old.id));
        }
        if !new.reserve.is_zero() && new.notional.is_none() {
            new.reserve = reserve(&new);
        }
        new.updated_at = self.now;
        let text = |value: Option<Decimal>| value.map(amount);
        let facts = json!({ "qty": text(what.qty), "limit_price": text(what.limit_price),
            "stop_price": text(what.stop_price) });
        self.venue_does(ix, "restate", &facts);
        if let Some(order) = self.orders.get_mut(ix) {
            *order = new;
        }
        self.moved = true;
        self.arrive(ix);
        self.tell(ix, "restated");
        self.look(ix);
        Ok(())
    }

    fn restate_qty(&self, order: &Order, qty: Decimal) -> Result<(), String> {
        if order.notional.is_some() || order.class != OrderClass::Simple {
            return Err(format!(
                "qty: order {} is one by amount or of a group, which keeps its own",
                order.id
            ));
        }
        if qty <= order.filled_qty || qty > shape::MOST {
            return Err(format!(
                "qty: {qty} is not above {}, which are filled, and at most {}",
                amount(order.filled_qty),
                shape::MOST
            ));
        }
        if !order.is_fractional() && !qty.fract().is_zero() {
            return Err(format!(
                "qty: {qty}, and order {} is of whole units",
                order.id
            ));
        }
        let account = self.account(order.account);
        if let (Some(account), false) = (account, order.intent.opens()) {
            let most = self.available(account, order.asset) + order.left().unwrap_or_default();
            if qty - order.filled_qty > most {
                return Err(format!(
                    "qty: {qty}, and no more than {} can be closed",
                    amount(most + order.filled_qty)
                ));
            }
        }
        Ok(())
    }
}

/// What an order that opens holds for each unit at its price.
fn reserve(order: &Order) -> Decimal {
    match (order.order_type, order.side) {
        (OrderType::Limit | OrderType::StopLimit, Side::Buy) => {
            order.limit_price.unwrap_or(order.reserve)
        }
        (OrderType::Stop, Side::Buy) => order.stop_price.map_or(order.reserve, super::collared),
        _ => order
            .limit_price
            .map_or(order.reserve, |limit| limit.max(order.reserve)),
    }
}

/// The fill as it is from now on, if that may be.
fn changed(order: &Order, old: &Fill, revised: &Revised) -> Result<Fill, String> {
    if !old.counts() {
        return Err(format!(
            "execution {} was taken back before",
            old.execution_id
        ));
    }
    if order.status == Status::Replaced {
        return Err(format!(
            "order {} was replaced, and its fills count for the other order",
            order.id
        ));
    }
    let mut new = old.clone();
    let Revised::Corrected { qty, price } = *revised else {
        new.standing = Standing::Busted;
        return Ok(new);
    };
    execution(qty, price)?;
    if (qty, price) == (old.qty, old.price) {
        return Err(format!("execution {} would be as it is", old.execution_id));
    }
    if !order.is_fractional() && !qty.fract().is_zero() {
        return Err(format!(
            "qty: {qty}, and order {} is of whole units",
            order.id
        ));
    }
    let filled = order.filled_qty - old.qty + qty;
    let value = order.filled_value - old.qty * old.price + qty * price;
    let too_many = match (order.notional, order.qty) {
        (Some(notional), _) => value > notional || (order.is_open() && value == notional),
        (None, Some(most)) => filled > most || (order.is_open() && filled == most),
        (None, None) => false,
    };
    if too_many {
        return Err(format!(
            "{qty} at {price}: more than order {} is for, or all that it has left",
            order.id
        ));
    }
    new.fee = match old.fee {
        Fee::None => Fee::None,
        Fee::Coins(coins) => Fee::Coins(part(coins, qty, old.qty)),
        Fee::Cash(cash) => Fee::Cash(part(cash, qty * price, old.qty * old.price)),
    };
    new.cum_qty = new.cum_qty - old.qty + qty;
    new.leaves_qty = (new.leaves_qty + old.qty - qty).max(Decimal::ZERO);
    (new.qty, new.price) = (qty, price);
    new.standing = Standing::Corrected;
    Ok(new)
}

/// A fee that was taken of `of`, taken of `value`.
fn part(fee: Decimal, value: Decimal, of: Decimal) -> Decimal {
    let part = fee.checked_mul(value).and_then(|fee| fee.checked_div(of));
    part.unwrap_or(fee).round_dp(9)
}
