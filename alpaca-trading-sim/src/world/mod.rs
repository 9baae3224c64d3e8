//! The world: accounts, orders and a market, moved by requests, quotes and a clock.
//!
//! It is one state machine without threads or waiting: the same calls in the same order give the same
//! world, to the last id. Everything that takes time is an entry of the agenda, carried out when
//! the clock passes it.

pub mod account;
mod agenda;
mod audit;
mod check;
#[cfg(test)]
pub(crate) mod conservation;
mod dialect;
pub(crate) mod engine;
mod journal;
pub mod order;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use fastrand::Rng;
use rust_decimal::Decimal;

use account::{Account, AccountIx, AccountSetup, Figures};
use agenda::Agenda;
pub use dialect::Dialect;
use order::{Order, OrderClass, OrderIx, OrderStore, Status};

use crate::Ids;
use crate::calendar::eastern::eastern_date;
use crate::calendar::{Calendar, Phase};
use crate::fill::FillModel;
use crate::market::prices::PriceSource;
use crate::market::{Asset, AssetClass, AssetIx, Market, Quote, Universe};

/// What a world begins with.
pub(crate) struct Setup {
    pub(crate) seed: u64,
    pub(crate) start: DateTime<Utc>,
    pub(crate) accounts: Vec<AccountSetup>,
    pub(crate) universe: Universe,
    pub(crate) fill_model: Box<dyn FillModel>,
    pub(crate) dialect: Dialect,
    /// How long an order is on its way to its venue, a cancel and a replacement too.
    pub(crate) latency: Duration,
    pub(crate) prices: Vec<Box<dyn PriceSource>>,
}

/// The world.
#[derive(Clone)]
pub struct World {
    now: DateTime<Utc>,
    calendar: Calendar,
    universe: std::sync::Arc<Universe>,
    pub(crate) market: Market,
    accounts: Vec<Account>,
    orders: OrderStore,
    agenda: Agenda,
    fill_model: Box<dyn FillModel>,
    dialect: Dialect,
    latency: Duration,
    prices: Vec<Box<dyn PriceSource>>,
    random: Rng,
    ids: Ids,
    /// Event ids come from a source of their own, so that who listens changes nothing.
    event_ids: Ids,
    /// The last id that an event was given, and when.
    last_event_id: String,
    /// The end of the last whole minute whose equity was recorded, and whether anything has moved since.
    minute: DateTime<Utc>,
    moved: bool,
    /// The trading day of the last close.
    last_close_day: Option<NaiveDate>,
    /// When the last trading day began.
    day_began: Option<DateTime<Utc>>,
    /// How many orders to come their venue turns away.
    to_turn_away: u32,
    /// Orders that a quote may wake, kept to spare an allocation a quote.
    scratch: Vec<OrderIx>,
    journal: Option<journal::Journal>,
    /// Steps that no order may take; always nought, which tests look at.
    illegal_steps: u64,
}

impl World {
    pub(crate) fn new(setup: Setup) -> Self {
        let calendar = Calendar::new();
        let mut ids = Ids::new(setup.seed);
        let accounts = setup.accounts.into_iter().map(|account| {
            let id = ids.uuid();
            Account::new(account, id, setup.start)
        });
        let accounts = accounts.collect();
        let universe = std::sync::Arc::new(setup.universe);
        let mut world = Self {
            now: setup.start,
            market: Market::new(&universe),
            universe,
            accounts,
            orders: OrderStore::default(),
            agenda: Agenda::new(setup.start, &calendar),
            fill_model: setup.fill_model,
            dialect: setup.dialect,
            latency: setup.latency,
            prices: setup.prices,
            random: Rng::with_seed(setup.seed ^ 0x66_69_6c_6c),
            event_ids: Ids::new(setup.seed ^ 0x65_76_65_6e),
            last_event_id: String::new(),
            ids,
            minute: setup.start,
            moved: true,
            last_close_day: None,
            day_began: None,
            to_turn_away: 0,
            scratch: Vec::new(),
            journal: None,
            illegal_steps: 0,
            calendar,
        };
        world.last_close_day = world
            .calendar
            .last_close_before(setup.start)
            .map(eastern_date);
        world
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// What is traded.
    #[must_use]
    pub fn universe(&self) -> &Universe {
        &self.universe
    }

    /// When it is traded.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Which sources are followed where they conflict.
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// The accounts.
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account of this index.
    #[must_use]
    pub fn account(&self, ix: AccountIx) -> Option<&Account> {
        self.accounts.get(ix.0)
    }

    pub(crate) fn account_mut(&mut self, ix: AccountIx) -> Option<&mut Account> {
        self.accounts.get_mut(ix.0)
    }

    pub(crate) fn orders(&self) -> &OrderStore {
        &self.orders
    }

    /// All orders of all accounts, the oldest first.
    pub fn all_orders(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.orders.iter()
    }

    /// What an account is worth, and what it may buy, at the current prices.
    #[must_use]
    pub fn figures(&self, account: &Account) -> Figures {
        Figures::of(self, account)
    }

    /// How often an order was to take a step that it may not take: nought, unless the simulator is wrong.
    #[must_use]
    pub fn illegal_steps(&self) -> u64 {
        self.illegal_steps
    }

    /// The current quote of an asset.
    #[must_use]
    pub fn quote(&self, asset: AssetIx) -> Option<&Quote> {
        self.market.quote(asset)
    }

    /// The price of the last trade of an asset.
    #[must_use]
    pub fn price(&self, asset: AssetIx) -> Decimal {
        match self.market.quote(asset) {
            Some(quote) => quote.last,
            None => self.universe.get(asset).reference_price,
        }
    }

    /// The price of an asset at the last close before today.
    #[must_use]
    pub fn last_day_price(&self, asset: AssetIx) -> Decimal {
        self.market
            .last_day_price(asset)
            .unwrap_or_else(|| self.universe.get(asset).reference_price)
    }

    pub(crate) fn is_halted(&self, asset: AssetIx) -> bool {
        self.market.is_halted(asset)
    }

    /// Switches trading in an asset off and on.
    pub(crate) fn halt(&mut self, asset: AssetIx, halted: bool) {
        self.market.halt(asset, halted);
    }

    /// The session in which an asset is now: coins are always in their core hours.
    #[must_use]
    pub fn phase_of(&self, asset: &Asset) -> Phase {
        match asset.class {
            AssetClass::Crypto => Phase::Core,
            AssetClass::UsEquity => self.calendar.phase(self.now),
        }
    }

    pub(crate) fn last_close_day(&self) -> Option<NaiveDate> {
        self.last_close_day
    }

    /// The day to which what is traded in shares now belongs.
    pub(crate) fn session_day(&self) -> NaiveDate {
        let day = self.calendar.extended_day_of(self.now);
        day.map_or_else(|| eastern_date(self.now), |day| day.date)
    }

    /// The first of the five trading days of which day trades count.
    pub(crate) fn first_day_that_counts(&self) -> NaiveDate {
        let mut first = self.session_day();
        for _ in 1..5 {
            first = match self.calendar.previous_trading_day(first) {
                Some(day) => day.date,
                None => return first,
            };
        }
        first
    }

    /// How many day trades of an account count now.
    pub(crate) fn day_trades(&self, account: &Account) -> u32 {
        account.day_trades.since(self.first_day_that_counts())
    }

    /// The open orders of an account in an asset, the oldest first.
    pub(crate) fn orders_of(
        &self,
        account: &Account,
        asset: AssetIx,
    ) -> impl Iterator<Item = &Order> {
        let id = account.id;
        self.orders
            .open_of(asset)
            .map(|(_, order)| order)
            .filter(move |order| self.account(order.account).is_some_and(|own| own.id == id))
    }

    /// The open orders of an account, the oldest first.
    pub(crate) fn open_orders(&self, account: &Account) -> Vec<OrderIx> {
        let place = self.accounts.iter().position(|own| own.id == account.id);
        place.map_or_else(Vec::new, |place| {
            self.orders.open_by(AccountIx(place)).to_vec()
        })
    }

    /// The open orders that close a position, without those that work beside another one of them.
    pub(crate) fn closing_orders(
        &self,
        account: &Account,
        asset: AssetIx,
    ) -> impl Iterator<Item = &Order> {
        self.orders_of(account, asset).filter(|order| {
            !order.intent.opens() && !order.is_second_exit() && !order.is_on_its_way()
        })
    }

    /// The replacement that is on its way for an order.
    fn replacement_of(&self, order: &Order) -> Option<&Order> {
        let pending = order.status == Status::PendingReplace;
        let id = order.replaced_by.filter(|_| pending)?;
        self.orders.get(self.orders.find(id)?)
    }

    /// How many an order has left; with a replacement on its way, as many as the greater of both has.
    pub(crate) fn left_at_most(&self, order: &Order) -> Option<Decimal> {
        let left = order.left()?;
        // A replacement in a group takes over what the group has left.
        if order.class != OrderClass::Simple {
            return Some(left);
        }
        let replacement = self.replacement_of(order).and_then(|order| order.qty);
        Some(replacement.map_or(left, |qty| left.max(qty - order.filled_qty)))
    }

    /// What an order holds of the buying power; with a replacement on its way, what the greater of both does.
    pub(crate) fn held_at_most(&self, order: &Order) -> Decimal {
        if order.is_on_its_way() {
            return Decimal::ZERO;
        }
        let own = order.held_value();
        let replacement = self.replacement_of(order).and_then(|new| {
            let left = new.qty? - order.filled_qty;
            Some(left.max(Decimal::ZERO) * new.reserve)
        });
        replacement.map_or(own, |held| own.max(held))
    }

    /// How many of a position are not promised to open orders.
    pub(crate) fn available(&self, account: &Account, asset: AssetIx) -> Decimal {
        let promised: Decimal = self
            .closing_orders(account, asset)
            .map(|order| match self.left_at_most(order) {
                Some(left) => left,
                None => {
                    let left = order.notional.unwrap_or_default() - order.filled_value;
                    left.checked_div(self.price(asset))
                        .unwrap_or(left)
                        .round_dp(9)
                }
            })
            .sum();
        (account.position(asset).qty.abs() - promised).max(Decimal::ZERO)
    }

    /// Becomes what another world was. Who reads the logs goes on with the events of that one.
    pub(crate) fn restore(&mut self, from: &Self) {
        let mut restored = from.clone();
        for (account, now) in restored.accounts.iter_mut().zip(&mut self.accounts) {
            let events = account.log.all().to_vec();
            std::mem::swap(&mut account.log, &mut now.log);
            account.log.replace(events);
        }
        *self = restored;
    }

    /// An id of its own.
    pub(crate) fn new_id(&mut self) -> uuid::Uuid {
        self.ids.uuid()
    }

    /// Changes the status of an order, if it may.
    fn step(&mut self, ix: OrderIx, next: Status) -> bool {
        let now = self.now;
        let Some(order) = self.orders.get_mut(ix) else {
            return false;
        };
        if !order.status.may_become(next) {
            tracing::error!(order = %order.id, from = %order.status, to = %next, "an illegal step");
            self.illegal_steps += 1;
            return false;
        }
        order.status = next;
        order.updated_at = now;
        if next.is_terminal() {
            order.ended_at = Some(now);
            order.before_pending = None;
            self.orders.ended(ix);
        }
        true
    }
}
