//! Does everything add up?

mod groups;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use uuid::Uuid;

use super::World;
use super::account::{Account, Activity, Standing, What};
use super::order::{Order, Side, Status};
use crate::market::AssetIx;

impl World {
    /// Reckons everything again from the activities: cash, positions, what orders have filled; and holds the orders
    /// that belong together against each other.
    ///
    /// # Errors
    ///
    /// The first thing that does not add up, to the last digit. It is a fault of the simulator.
    pub fn audit(&self) -> Result<(), String> {
        if self.illegal_steps > 0 {
            return Err(format!("{} illegal steps of orders", self.illegal_steps));
        }
        let mut filled: BTreeMap<Uuid, (Decimal, Decimal)> = BTreeMap::new();
        let mut revised: BTreeSet<Uuid> = BTreeSet::new();
        for account in &self.accounts {
            self.audit_account(account, &mut filled)?;
            self.audit_costs(account)?;
            let fills = account.activities.iter().filter_map(Activity::fill);
            let revised_fills = fills.filter(|fill| fill.standing != Standing::Stands);
            revised.extend(revised_fills.map(|fill| fill.order_id));
        }
        for order in self.orders.iter() {
            self.audit_order(order, &filled, revised.contains(&order.id))?;
            self.audit_group(order, &revised)?;
        }
        Ok(())
    }

    fn audit_account(
        &self,
        account: &Account,
        filled: &mut BTreeMap<Uuid, (Decimal, Decimal)>,
    ) -> Result<(), String> {
        let mut cash = account.setup.cash;
        let mut held: BTreeMap<AssetIx, Decimal> = BTreeMap::new();
        for activity in &account.activities {
            match &activity.what {
                // What was taken back has never been.
                What::Fill(fill) if !fill.counts() => {}
                What::Fill(fill) => {
                    let value = fill.qty * fill.price;
                    let ix = self
                        .universe
                        .find(&fill.symbol)
                        .ok_or("an unknown symbol")?;
                    let qty = held.entry(ix).or_default();
                    match fill.side {
                        Side::Buy => {
                            cash -= value;
                            *qty += fill.qty;
                        }
                        Side::Sell => {
                            cash += value;
                            *qty -= fill.qty;
                        }
                    }
                    let of_order = filled.entry(fill.order_id).or_default();
                    of_order.0 += fill.qty;
                    of_order.1 += value;
                }
                What::NonTrade(entry) => {
                    cash += entry.net_amount;
                    if let (Some(symbol), Some(qty)) = (&entry.symbol, entry.qty) {
                        let ix = self.universe.find(symbol).ok_or("an unknown symbol")?;
                        *held.entry(ix).or_default() += qty;
                    }
                }
            }
        }
        // Fees that are not written down yet.
        for (ix, fees) in &account.crypto_fees {
            cash -= fees.cash;
            *held.entry(*ix).or_default() -= fees.coins;
        }
        if cash != account.cash {
            return Err(format!(
                "cash is {}, and activities say {cash}",
                account.cash
            ));
        }
        held.retain(|_, qty| !qty.is_zero());
        let positions: BTreeMap<_, _> = account
            .positions
            .iter()
            .map(|(ix, position)| (*ix, position.qty))
            .collect();
        if held != positions {
            return Err(format!(
                "positions are {positions:?}, and activities say {held:?}"
            ));
        }
        for (ix, qty) in positions {
            let promised: Decimal = self
                .closing_orders(account, ix)
                .filter_map(|order| self.left_at_most(order))
                .sum();
            // Fees in a coin may take what was promised a moment before.
            let is_coin = self.universe.get(ix).class == crate::market::AssetClass::Crypto;
            if promised > qty.abs() && !is_coin {
                let orders: Vec<String> = self
                    .closing_orders(account, ix)
                    .map(|order| {
                        format!(
                            "{} {} {} {} {} {} {:?} parent {:?}",
                            order.id,
                            order.class,
                            order.order_type,
                            order.status,
                            order.side,
                            order.left().unwrap_or_default(),
                            order.before_pending,
                            order
                                .parent
                                .and_then(|ix| self.orders.get(ix))
                                .map(|p| (p.id, p.status))
                        )
                    })
                    .collect();
                return Err(format!(
                    "{promised} of {} are promised to orders, and {qty} are held: {}",
                    self.universe.get(ix).symbol,
                    orders.join("; ")
                ));
            }
        }
        Ok(())
    }

    /// What positions have cost is what the fills that count come to, one after the other.
    fn audit_costs(&self, account: &Account) -> Result<(), String> {
        let replayed = self.replayed(account, None)?;
        for (ix, position) in &account.positions {
            let expected = replayed.get(ix).copied().unwrap_or_default();
            if position.cost != expected.cost {
                return Err(format!(
                    "{} has cost {}, and fills say {}",
                    self.universe.get(*ix).symbol,
                    position.cost,
                    expected.cost
                ));
            }
        }
        Ok(())
    }

    fn audit_order(
        &self,
        order: &Order,
        filled: &BTreeMap<Uuid, (Decimal, Decimal)>,
        revised: bool,
    ) -> Result<(), String> {
        let mut expected = (Decimal::ZERO, Decimal::ZERO);
        // What the replaced orders of its chain have filled counts for it.
        let mut id = Some(order.id);
        while let Some(link) = id {
            let (qty, value) = filled.get(&link).copied().unwrap_or_default();
            expected = (expected.0 + qty, expected.1 + value);
            let link = self.orders.find(link).and_then(|ix| self.orders.get(ix));
            id = link.and_then(|order| order.replaces).filter(|replaced| {
                let replaced = self
                    .orders
                    .find(*replaced)
                    .and_then(|ix| self.orders.get(ix));
                replaced.is_some_and(|replaced| replaced.status == Status::Replaced)
            });
        }
        // A replacement that its venue has not seen, or has refused, has filled nothing.
        if order.is_on_its_way() || order.filled_qty.is_zero() {
            expected = match order.status {
                Status::PendingNew | Status::Rejected | Status::Canceled => {
                    (Decimal::ZERO, Decimal::ZERO)
                }
                _ => expected,
            };
        }
        let has = (order.filled_qty, order.filled_value);
        if has != expected {
            return Err(format!(
                "order {} has filled {has:?}, and activities say {expected:?}",
                order.id
            ));
        }
        if order.qty.is_some_and(|qty| order.filled_qty > qty) {
            return Err(format!(
                "order {} has filled more than its quantity",
                order.id
            ));
        }
        // A fill that is taken back does not bring an order that has ended to life.
        if order.status == Status::Filled && order.left() != Some(Decimal::ZERO) && !revised {
            return Err(format!(
                "order {} is filled, and something is left",
                order.id
            ));
        }
        if order.is_open() != order.ended_at.is_none() {
            return Err(format!("order {} has the wrong end", order.id));
        }
        if order
            .notional
            .is_some_and(|notional| order.filled_value > notional)
        {
            return Err(format!("order {} has spent more than its amount", order.id));
        }
        Ok(())
    }
}
