//! An order is filled, whole or in part: cash, position, fee, activity, event.

use chrono::{Days, NaiveDate};
use rust_decimal::{Decimal, dec};
use serde_json::json;

use super::super::World;
use super::super::account::{Account, AccountIx, Fee, Fill, Standing, What};
use super::super::order::{Order, OrderIx, Side, Status, amount};
use super::events::FillFacts;
use crate::calendar::eastern::eastern_date;
use crate::market::{AssetClass, AssetIx};

/// Fees of coins by what was traded in 30 days, in hundredths of a percent: from this volume on, of who
/// waited and of who took.
const TIERS: [(Decimal, Decimal, Decimal); 8] = [
    (dec!(0), dec!(15), dec!(25)),
    (dec!(100000), dec!(12), dec!(22)),
    (dec!(500000), dec!(10), dec!(20)),
    (dec!(1000000), dec!(8), dec!(18)),
    (dec!(10000000), dec!(5), dec!(15)),
    (dec!(25000000), dec!(2), dec!(13)),
    (dec!(50000000), dec!(2), dec!(12)),
    (dec!(100000000), dec!(0), dec!(10)),
];

impl World {
    /// Fills `qty` of an order at `price`; `done` says that nothing is left.
    pub(super) fn fill(&mut self, ix: OrderIx, qty: Decimal, price: Decimal, done: bool) {
        let next = match done {
            true => Status::Filled,
            false => Status::PartiallyFilled,
        };
        let under_way = self.orders.get(ix).is_some_and(|order| {
            matches!(order.status, Status::PendingCancel | Status::PendingReplace)
        });
        let value = qty * price;
        if let Some(order) = self.orders.get_mut(ix) {
            order.filled_qty += qty;
            order.filled_value += value;
            if done && order.notional.is_some() {
                order.qty = Some(order.filled_qty);
            }
        }
        // What is under way stays so until the venue has spoken, or nothing is left.
        if under_way && !done {
            let now = self.now;
            if let Some(order) = self.orders.get_mut(ix) {
                order.before_pending = Some(Status::PartiallyFilled);
                order.updated_at = now;
            }
        } else if !self.step(ix, next) {
            return;
        }
        let Some(order) = self.orders.get(ix).cloned() else {
            return;
        };
        let fee = self.fee(&order, qty, value);
        let position = self.book(&order, qty, price, fee);
        self.moved = true;
        let leaves = match (done, order.left()) {
            (true, _) => Decimal::ZERO,
            (false, Some(left)) => left,
            (false, None) => {
                let left = order.notional.unwrap_or_default() - order.filled_value;
                left.checked_div(price)
                    .unwrap_or_default()
                    .trunc_with_scale(9)
            }
        };
        self.note_fill(&order, (qty, price, leaves), next, fee);
        let facts = FillFacts {
            qty,
            price,
            position,
        };
        let event = if done { "fill" } else { "partial_fill" };
        let execution_id = self.tell_fill(ix, event, &facts);
        let activities = self.account_mut(order.account);
        let last = activities.and_then(|account| account.activities.last_mut());
        if let Some(What::Fill(fill)) = last.map(|activity| &mut activity.what) {
            fill.execution_id = execution_id;
        }
        self.after_fill(ix, done);
    }

    /// Changes cash and position; returns the position after it.
    fn book(&mut self, order: &Order, qty: Decimal, price: Decimal, fee: Fee) -> Decimal {
        let value = qty * price;
        let today = eastern_date(self.now);
        let (first, day) = (self.first_day_that_counts(), self.session_day());
        let is_crypto = self.universe.get(order.asset).class == AssetClass::Crypto;
        let Some(account) = self.account_mut(order.account) else {
            return Decimal::ZERO;
        };
        match order.side {
            Side::Buy => account.cash -= value,
            Side::Sell => account.cash += value,
        }
        let signed = match order.side {
            Side::Buy => qty,
            Side::Sell => -qty,
        };
        if !is_crypto {
            let held = account.position(order.asset).qty;
            let opens = held.is_zero() || held.is_sign_positive() == signed.is_sign_positive();
            let trades = &mut account.day_trades;
            trades.filled(order.asset, opens, first, day);
        }
        account.change_position(order.asset, |position| position.trade(signed, price));
        match fee {
            Fee::None => {}
            Fee::Coins(coins) => {
                account.change_position(order.asset, |position| position.shrink(coins));
                let fees = account.crypto_fees.entry(order.asset).or_default();
                fees.coins += coins;
                fees.worth += coins * price;
            }
            Fee::Cash(cash) => {
                account.cash -= cash;
                account.crypto_fees.entry(order.asset).or_default().cash += cash;
            }
        }
        if is_crypto {
            *account.crypto_volume.entry(today).or_default() += value;
        }
        account.position(order.asset).qty
    }

    fn fee(&self, order: &Order, qty: Decimal, value: Decimal) -> Fee {
        let asset = self.universe.get(order.asset);
        let Some(account) = self.account(order.account) else {
            return Fee::None;
        };
        if asset.class != AssetClass::Crypto {
            return Fee::None;
        }
        let today = eastern_date(self.now);
        let rate = rate(account, today, order.resting) / dec!(10000);
        match order.side {
            Side::Buy => Fee::Coins((qty * rate).round_dp(9)),
            Side::Sell => Fee::Cash((value * rate).round_dp(9)),
        }
    }

    fn note_fill(
        &mut self,
        order: &Order,
        (qty, price, leaves): (Decimal, Decimal, Decimal),
        order_status: Status,
        fee: Fee,
    ) {
        let symbol = self.universe.get(order.asset).symbol.clone();
        let details = self.details_of_fill(order, leaves, order_status, "fill");
        let fill = Fill {
            order_id: order.id,
            symbol,
            side: order.side,
            short: order.intent.opens(),
            qty,
            price,
            cum_qty: order.filled_qty,
            leaves_qty: leaves,
            order_status,
            // It is given its id when it is told.
            execution_id: uuid::Uuid::nil(),
            standing: Standing::Stands,
            fee,
        };
        self.note(order.account, self.now, What::Fill(Box::new(fill)), details);
    }

    /// What the stream of activities tells of an execution, or of what has become of one.
    pub(super) fn details_of_fill(
        &self,
        order: &Order,
        leaves: Decimal,
        status: Status,
        execution_type: &str,
    ) -> serde_json::Value {
        let asset = self.universe.get(order.asset);
        json!({
            "order_id": order.id.to_string(),
            "client_order_id": order.client_order_id,
            "symbol": asset.symbol,
            "asset_id": asset.id.to_string(),
            "side": order.side.as_str(),
            "leaves_qty": amount(leaves),
            "cum_qty": amount(order.filled_qty),
            "order_status": status.as_str(),
            "execution_type": execution_type,
            "commission": "0",
        })
    }

    /// Writes the fees of the day down, and forgets volumes that no longer count.
    pub(super) fn write_fees(&mut self, ended: NaiveDate) {
        for index in 0..self.accounts.len() {
            let ix = AccountIx(index);
            let Some(account) = self.account_mut(ix) else {
                return;
            };
            let first = ended - Days::new(31);
            account.crypto_volume.retain(|day, _| *day >= first);
            for (asset, fees) in std::mem::take(&mut account.crypto_fees) {
                self.write_fee(ix, asset, &fees, ended);
            }
        }
    }

    fn write_fee(
        &mut self,
        account: AccountIx,
        asset: AssetIx,
        fees: &super::super::account::CryptoFees,
        date: NaiveDate,
    ) {
        let symbol = self.universe.get(asset).symbol.clone();
        if !fees.coins.is_zero() {
            let price = fees.worth.checked_div(fees.coins).unwrap_or_default();
            self.note_fee(
                account,
                &symbol,
                date,
                (Some(-fees.coins), Some(price.round_dp(9))),
                Decimal::ZERO,
            );
        }
        if !fees.cash.is_zero() {
            self.note_fee(account, &symbol, date, (None, None), -fees.cash);
        }
    }

    fn note_fee(
        &mut self,
        account: AccountIx,
        symbol: &str,
        date: NaiveDate,
        (qty, price): (Option<Decimal>, Option<Decimal>),
        net_amount: Decimal,
    ) {
        let entry = super::super::account::NonTrade {
            activity_type: "CFEE",
            date,
            net_amount,
            qty,
            price,
            symbol: Some(symbol.to_owned()),
            description: "Coin Pair Transaction Fee",
        };
        let details = json!({ "symbol": symbol, "system_date": date.to_string() });
        self.note(account, self.now, What::NonTrade(Box::new(entry)), details);
    }
}

/// The fee of an account, in hundredths of a percent.
fn rate(account: &Account, today: NaiveDate, maker: bool) -> Decimal {
    let first = today - Days::new(30);
    let volume: Decimal = account
        .crypto_volume
        .range(first..)
        .map(|(_, value)| *value)
        .sum();
    let tier = TIERS.iter().rev().find(|(from, _, _)| volume >= *from);
    tier.map_or(Decimal::ZERO, |(_, of_maker, of_taker)| match maker {
        true => *of_maker,
        false => *of_taker,
    })
}
