//! The arithmetic of an account: what it is worth, and what it may buy.
//!
//! | figure | is |
//! | --- | --- |
//! | equity | cash + long market value + short market value (which is negative) |
//! | initial margin | half of each position's value, all of it where the asset takes no margin, never less than its maintenance; and the same of what open orders would add |
//! | maintenance margin, long | 30 % above 6.00, 50 % from 2.50, 100 % below; double and triple funds 50 and 75 %; more where the asset asks for more |
//! | maintenance margin, short | above 5.00 the greater of 5.00 a share and 30 %, below the greater of 2.50 a share and 100 % |
//! | multiplier | 1 below 2,000 of equity, else what the account is set to |
//! | buying power at 1 | cash less what open orders hold |
//! | at 2 | 2 × (equity − initial margin) |
//! | at 4 | 4 × (equity − maintenance margin) as of the last close, less what was added to positions today; or 4 × equity less the value of positions, if that is less; less what open orders hold |
//! | regulation T buying power | 2 × (equity − initial margin) |
//! | options buying power | equity − initial margin |
//! | non-marginable buying power | equity − initial margin − 2,000, or the cash ([`Dialect`](crate::world::Dialect)) |

use rust_decimal::{Decimal, dec};

use super::{Account, Position};
use crate::market::{Asset, AssetClass};
use crate::world::order::OrderIx;
use crate::world::{Dialect, World};

/// What an account is worth, and what it may buy. Dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// The value of long positions.
    pub long_market_value: Decimal,
    /// The value of short positions, negative.
    pub short_market_value: Decimal,
    /// Cash and positions.
    pub equity: Decimal,
    /// What positions and open orders bind.
    pub initial_margin: Decimal,
    /// What positions must be covered by.
    pub maintenance_margin: Decimal,
    /// What open orders hold of the buying power.
    pub reserved: Decimal,
    /// 1, 2 or 4.
    pub multiplier: u32,
    /// What may be bought.
    pub buying_power: Decimal,
    /// The same overnight.
    pub regt_buying_power: Decimal,
    /// The same in options.
    pub options_buying_power: Decimal,
    /// The same in what takes no margin.
    pub non_marginable_buying_power: Decimal,
}

/// Below this equity nothing is lent.
pub(crate) const LEAST_FOR_MARGIN: Decimal = dec!(2000);

/// The part of a position's value that must be covered, and the part that a purchase binds.
pub(crate) struct Margins {
    pub(crate) maintenance: Decimal,
    pub(crate) initial: Decimal,
}

impl Margins {
    /// The margins of a position of this value at this price a share.
    pub(crate) fn of(asset: &Asset, qty: Decimal, price: Decimal) -> Self {
        let value = (qty * price).abs();
        if asset.class == AssetClass::Crypto || !asset.marginable {
            return Self {
                maintenance: value,
                initial: value,
            };
        }
        let percent = |percent: Decimal| value * percent / Decimal::ONE_HUNDRED;
        let maintenance = if qty.is_sign_negative() {
            let shares = qty.abs();
            let by_price = if price < dec!(5) {
                percent(dec!(100)).max(shares * dec!(2.50))
            } else {
                percent(dec!(30)).max(shares * dec!(5))
            };
            by_price.max(percent(asset.margin_requirement_short))
        } else {
            let by_price = match price {
                price if price < dec!(2.50) => dec!(100),
                price if price <= dec!(6) => dec!(50),
                _ => dec!(30),
            };
            let by_leverage = match asset.leverage {
                0 | 1 => dec!(30),
                2 => dec!(50),
                _ => dec!(75),
            };
            percent(by_price.max(by_leverage).max(asset.margin_requirement_long))
        };
        Self {
            maintenance,
            initial: percent(dec!(50)).max(maintenance),
        }
    }
}

impl Figures {
    /// The figures of an account at the current prices.
    pub(crate) fn of(world: &World, account: &Account) -> Self {
        let mut figures = Self::default();
        let mut added_today = Decimal::ZERO;
        for (ix, position) in &account.positions {
            let asset = world.universe().get(*ix);
            let price = world.price(*ix);
            figures.add(asset, position, price);
            added_today += position.added_today();
        }
        for ix in &account.orders_open(world) {
            let Some(order) = world.orders().get(*ix) else {
                continue;
            };
            let held = world.held_at_most(order);
            figures.reserved += held;
            let asset = world.universe().get(order.asset);
            let half = asset.marginable && asset.class != AssetClass::Crypto;
            figures.initial_margin += if half { held / dec!(2) } else { held };
        }
        figures.equity = account.cash + figures.long_market_value + figures.short_market_value;
        figures.finish(account, added_today, world.dialect());
        figures
    }

    /// What an account is worth at the current prices.
    pub(crate) fn equity(world: &World, account: &Account) -> Decimal {
        let positions = account.positions.iter();
        let values = positions.map(|(ix, position)| position.qty * world.price(*ix));
        account.cash + values.sum::<Decimal>()
    }

    fn add(&mut self, asset: &Asset, position: &Position, price: Decimal) {
        let value = position.qty * price;
        if value.is_sign_negative() {
            self.short_market_value += value;
        } else {
            self.long_market_value += value;
        }
        let margins = Margins::of(asset, position.qty, price);
        self.maintenance_margin += margins.maintenance;
        self.initial_margin += margins.initial;
    }

    fn finish(&mut self, account: &Account, added_today: Decimal, dialect: &Dialect) {
        let allowed: u32 = account.config.max_margin_multiplier.parse().unwrap_or(1);
        self.multiplier = match self.equity < LEAST_FOR_MARGIN {
            true => 1,
            false => allowed,
        };
        let zero = Decimal::ZERO;
        let free = (self.equity - self.initial_margin).max(zero);
        let at_last_close = account.last_equity - account.last_maintenance_margin;
        let exposure = self.long_market_value - self.short_market_value;
        let now = dec!(4) * self.equity - exposure;
        self.buying_power = match self.multiplier {
            1 => (account.cash - self.reserved).max(zero),
            2 => free * dec!(2),
            _ => {
                let by_close = dec!(4) * at_last_close - added_today;
                (by_close.min(now) - self.reserved).max(zero)
            }
        };
        self.regt_buying_power = match self.multiplier {
            1 => self.buying_power,
            _ => free * dec!(2),
        };
        self.options_buying_power = free;
        self.non_marginable_buying_power = if dialect.non_marginable_is_cash || self.multiplier == 1
        {
            (account.cash - self.reserved).max(zero)
        } else {
            (free - LEAST_FOR_MARGIN).max(zero)
        };
    }
}

impl Account {
    /// Its open orders.
    pub(crate) fn orders_open(&self, world: &World) -> Vec<OrderIx> {
        world.open_orders(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Universe;

    /// A published account: equity 103820.56, cash −23140.2, long 126960.76, and what follows.
    #[test]
    fn the_published_sample_comes_out_to_the_cent() {
        let universe = Universe::builtin();
        let asset = universe.get(universe.find("AAPL").unwrap()).clone();
        let mut account = Account::new(
            super::super::AccountSetup::default(),
            uuid::Uuid::nil(),
            chrono::DateTime::UNIX_EPOCH,
        );
        account.cash = dec!(-23140.2);
        account.last_equity = dec!(103529.24);
        account.last_maintenance_margin = dec!(38000.832);
        let mut figures = Figures::default();
        let position = Position {
            qty: dec!(1),
            ..Position::default()
        };
        figures.add(&asset, &position, dec!(126960.76));
        figures.equity = account.cash + figures.long_market_value;
        figures.finish(&account, Decimal::ZERO, &Dialect::default());
        assert_eq!(figures.equity, dec!(103820.56));
        assert_eq!(figures.initial_margin, dec!(63480.38));
        assert_eq!(figures.maintenance_margin, dec!(38088.228));
        assert_eq!(figures.regt_buying_power, dec!(80680.36));
        assert_eq!(figures.options_buying_power, dec!(40340.18));
        assert_eq!(figures.buying_power, dec!(262113.632));
    }

    /// What was bought today takes its cost once, and a loss of today four times.
    #[test]
    fn buying_power_within_a_day() {
        let universe = Universe::builtin();
        let asset = universe.get(universe.find("AAPL").unwrap()).clone();
        for (price, power) in [(dec!(1000), dec!(300000)), (dec!(500), dec!(150000))] {
            let mut account = Account::new(
                super::super::AccountSetup::default(),
                uuid::Uuid::nil(),
                chrono::DateTime::UNIX_EPOCH,
            );
            let mut position = Position::default();
            position.trade(dec!(100), dec!(1000));
            account.cash -= dec!(100000);
            let mut figures = Figures::default();
            figures.add(&asset, &position, price);
            figures.equity = account.cash + figures.long_market_value;
            figures.finish(&account, position.added_today(), &Dialect::default());
            assert_eq!(figures.buying_power, power, "{price}");
        }
    }

    #[test]
    fn maintenance_goes_by_price_and_kind() {
        let universe = Universe::builtin();
        let mut asset = universe.get(universe.find("AAPL").unwrap()).clone();
        let mut maintenance = |leverage, qty, price| {
            asset.leverage = leverage;
            Margins::of(&asset, qty, price).maintenance
        };
        for (leverage, qty, price, expected) in [
            (1, dec!(100), dec!(2.49), dec!(249)),
            (1, dec!(100), dec!(2.50), dec!(125)),
            (1, dec!(100), dec!(6.00), dec!(300)),
            (1, dec!(100), dec!(6.01), dec!(180.3)),
            (2, dec!(100), dec!(10), dec!(500)),
            (3, dec!(100), dec!(10), dec!(750)),
            (1, dec!(-100), dec!(2), dec!(250)),
            (1, dec!(-100), dec!(4), dec!(400)),
            (1, dec!(-100), dec!(10), dec!(500)),
            (1, dec!(-100), dec!(100), dec!(3000)),
        ] {
            assert_eq!(
                maintenance(leverage, qty, price),
                expected,
                "{leverage} {qty} {price}"
            );
        }
    }
}
