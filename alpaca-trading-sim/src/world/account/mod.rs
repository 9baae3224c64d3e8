//! Accounts: what they hold, what they may do, what has happened to them.

mod activity;
mod config;
mod day_trades;
mod figures;
mod history;
mod json;
mod position;
mod state;
mod watchlist;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

pub(crate) use activity::Fee;
pub use activity::{Activity, Fill, NonTrade, Standing, What};
pub use config::Configurations;
pub(crate) use day_trades::{DayTrades, MOST as DAY_TRADES};
pub use figures::Figures;
pub(crate) use history::{Frame, History};
pub(crate) use json::{AccountJson, PositionJson};
pub use position::Position;
pub use state::{AccountState, AccountStatus};
pub use watchlist::Watchlist;

use super::order::OrderIx;
use crate::EventLog;
use crate::market::AssetIx;

/// Which account of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountIx(pub(crate) usize);

/// What an account begins with.
#[derive(Clone, PartialEq)]
pub struct AccountSetup {
    /// The key id.
    pub key_id: String,
    /// The secret.
    pub secret: String,
    /// The cash, in dollars: from 1 to 1,000,000,000.
    pub cash: Decimal,
    /// The settings.
    pub configurations: Configurations,
    /// What the service lets it do.
    pub state: AccountState,
}

impl Default for AccountSetup {
    fn default() -> Self {
        Self {
            key_id: "PKSIMULATOR".into(),
            secret: "simulator".into(),
            cash: Decimal::ONE_HUNDRED * Decimal::ONE_THOUSAND,
            configurations: Configurations::default(),
            state: AccountState::default(),
        }
    }
}

impl fmt::Debug for AccountSetup {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountSetup")
            .field("key_id", &self.key_id)
            .field("cash", &self.cash)
            .field("configurations", &self.configurations)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A fee in a coin that is written down at the end of the day.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CryptoFees {
    /// Of what was bought, in the coin.
    pub(crate) coins: Decimal,
    /// What these were worth.
    pub(crate) worth: Decimal,
    /// Of what was sold, in dollars.
    pub(crate) cash: Decimal,
}

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: Uuid,
    /// Its number: `PA3` and nine more.
    pub number: String,
    pub(crate) setup: AccountSetup,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// Its cash; negative when borrowed.
    pub cash: Decimal,
    /// Its settings.
    pub config: Configurations,
    /// What the service lets it do.
    pub state: AccountState,
    /// What it holds; nothing flat is in here.
    pub(crate) positions: BTreeMap<AssetIx, Position>,
    /// Its orders, the oldest first.
    pub(crate) orders: Vec<OrderIx>,
    /// All client order ids that were ever used.
    pub(crate) client_order_ids: HashMap<Box<str>, OrderIx>,
    pub(crate) activities: Vec<Activity>,
    pub(crate) log: EventLog,
    pub(crate) watchlists: Vec<Watchlist>,
    /// Equity and maintenance margin at the last close before today.
    pub(crate) last_equity: Decimal,
    pub(crate) last_maintenance_margin: Decimal,
    /// The same at the close of today, for tomorrow.
    pub(crate) at_close: Option<(Decimal, Decimal)>,
    /// What was traded in coins, by day.
    pub(crate) crypto_volume: BTreeMap<NaiveDate, Decimal>,
    pub(crate) crypto_fees: BTreeMap<AssetIx, CryptoFees>,
    pub(crate) day_trades: DayTrades,
    pub(crate) history: History,
}

impl Account {
    pub(crate) fn new(setup: AccountSetup, id: Uuid, at: DateTime<Utc>) -> Self {
        let digits = id.as_u128() % 36_u128.pow(9);
        Self {
            id,
            number: format!("PA3{}", base_36(digits)),
            created_at: at,
            cash: setup.cash,
            config: setup.configurations.clone(),
            state: setup.state.clone(),
            last_equity: setup.cash,
            setup,
            positions: BTreeMap::new(),
            orders: Vec::new(),
            client_order_ids: HashMap::new(),
            activities: Vec::new(),
            log: EventLog::default(),
            watchlists: Vec::new(),
            last_maintenance_margin: Decimal::ZERO,
            at_close: None,
            crypto_volume: BTreeMap::new(),
            crypto_fees: BTreeMap::new(),
            day_trades: DayTrades::default(),
            history: History::default(),
        }
    }

    /// What it holds of an asset.
    #[must_use]
    pub fn position(&self, asset: AssetIx) -> Position {
        self.positions.get(&asset).copied().unwrap_or_default()
    }

    /// Changes what it holds of an asset.
    pub(crate) fn change_position(&mut self, asset: AssetIx, change: impl FnOnce(&mut Position)) {
        let mut position = self.position(asset);
        change(&mut position);
        if position.is_flat() {
            self.positions.remove(&asset);
        } else {
            self.positions.insert(asset, position);
        }
    }

    /// Its activities, the oldest first.
    #[must_use]
    pub fn activities(&self) -> &[Activity] {
        &self.activities
    }

    /// Its events so far, the oldest first.
    #[must_use]
    pub fn events(&self) -> &EventLog {
        &self.log
    }
}

/// Nine digits and capitals.
fn base_36(mut value: u128) -> String {
    let mut text = [b'0'; 9];
    for place in text.iter_mut().rev() {
        let digit = u8::try_from(value % 36).unwrap_or(0);
        *place = if digit < 10 {
            b'0' + digit
        } else {
            b'A' + digit - 10
        };
        value /= 36;
    }
    text.iter().copied().map(char::from).collect()
}
