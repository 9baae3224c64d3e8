//! How a random walk goes.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::walk::Walk;
use crate::market::{AssetIx, AssetStatus, Market, Universe};

/// Says of a time whether equities are quoted.
pub type Sessions = Arc<dyn Fn(DateTime<Utc>) -> bool + Send + Sync>;

/// Half of the price in one step, or as a spread: more makes no market.
const MOST_BPS: u32 = 5_000;

/// The settings of a [`Walk`].
#[derive(Clone)]
pub struct WalkSettings {
    pub(super) seed: u64,
    pub(super) start: DateTime<Utc>,
    pub(super) interval: TimeDelta,
    pub(super) step_bps: Decimal,
    pub(super) spread_bps: Decimal,
    pub(super) most_volume: Option<u32>,
    pub(super) assets: Option<Vec<AssetIx>>,
    pub(super) sessions: Sessions,
}

impl WalkSettings {
    /// A walk of all assets that are traded, a step a second of up to 2 hundredths of a percent, with a
    /// spread as large, around the clock and without volumes.
    #[must_use]
    pub fn new(seed: u64, start: DateTime<Utc>) -> Self {
        Self {
            seed,
            start,
            interval: TimeDelta::seconds(1),
            step_bps: Decimal::TWO,
            spread_bps: Decimal::TWO,
            most_volume: None,
            assets: None,
            sessions: Arc::new(|_| true),
        }
    }

    /// The time between two quotes of an asset: from a millisecond to a day.
    #[must_use]
    pub fn interval(mut self, interval: TimeDelta) -> Self {
        self.interval = interval;
        self
    }

    /// The most that a price moves in one step: hundredths of a percent, up to 5000. Counted in hundredths
    /// of these; zero keeps prices still.
    #[must_use]
    pub fn step_bps(mut self, step: Decimal) -> Self {
        self.step_bps = step;
        self
    }

    /// The spread: hundredths of a percent of the price, up to 5000. Bids and asks are rounded outwards, so
    /// that a spread that is not zero is never less than this.
    #[must_use]
    pub fn spread_bps(mut self, spread: Decimal) -> Self {
        self.spread_bps = spread;
        self
    }

    /// Gives every quote a volume: a whole number from 1 to this. Prices stay the same.
    #[must_use]
    pub fn volume(mut self, most: u32) -> Self {
        self.most_volume = Some(most);
        self
    }

    /// The assets that walk, in the order of their ticks at one time.
    #[must_use]
    pub fn assets(mut self, assets: Vec<AssetIx>) -> Self {
        self.assets = Some(assets);
        self
    }

    /// When equities are quoted. The answer is taken to stay the same until the next whole minute while it
    /// is no; pairs are quoted always.
    #[must_use]
    pub fn sessions(mut self, sessions: Sessions) -> Self {
        self.sessions = sessions;
        self
    }

    /// The walk, from the last trades of a market. An asset that has none starts at its reference price.
    ///
    /// # Errors
    ///
    /// A setting that is out of its range, or an asset that the universe has not or that is named twice.
    pub fn build(&self, universe: &Universe, market: &Market) -> Result<Walk, WalkError> {
        let range = TimeDelta::milliseconds(1)..=TimeDelta::days(1);
        if !range.contains(&self.interval) {
            return Err(WalkError::Interval(self.interval));
        }
        for (name, bps) in [("step", self.step_bps), ("spread", self.spread_bps)] {
            if bps < Decimal::ZERO || bps > Decimal::from(MOST_BPS) {
                return Err(WalkError::BasisPoints { name, bps });
            }
        }
        let assets = match &self.assets {
            Some(assets) => assets.clone(),
            None => universe
                .iter()
                .filter(|(_, asset)| asset.status == AssetStatus::Active && asset.tradable)
                .map(|(ix, _)| ix)
                .collect(),
        };
        let mut seen = vec![false; universe.len()];
        for ix in &assets {
            match seen.get_mut(ix.index()) {
                Some(seen @ false) => *seen = true,
                Some(_) => return Err(WalkError::Twice(universe.get(*ix).symbol.clone())),
                None => return Err(WalkError::Unknown(*ix)),
            }
        }
        Walk::new(self, &assets, universe, market)
    }

    /// Hundredths of the basis points of a step: parts of a million.
    pub(super) fn step_parts(&self) -> i64 {
        let parts = self.step_bps * Decimal::ONE_HUNDRED;
        parts.trunc().to_i64().unwrap_or(0)
    }
}

/// Why there is no such walk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WalkError {
    /// The interval is not from a millisecond to a day.
    Interval(TimeDelta),
    /// Step or spread are not from 0 to 5000 hundredths of a percent.
    BasisPoints {
        /// Which of them.
        name: &'static str,
        /// What it is.
        bps: Decimal,
    },
    /// An asset that the universe has not.
    Unknown(AssetIx),
    /// An asset that is named twice: its symbol.
    Twice(String),
    /// The start is not between the years 1678 and 2261.
    Start(DateTime<Utc>),
}

impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interval(interval) => {
                write!(f, "interval {interval} must be from a millisecond to a day")
            }
            Self::BasisPoints { name, bps } => {
                write!(f, "{name} {bps} must be from 0 to {MOST_BPS} basis points")
            }
            Self::Unknown(ix) => write!(f, "asset number {} is not in the universe", ix.0),
            Self::Twice(symbol) => write!(f, "asset {symbol} is named twice"),
            Self::Start(start) => write!(f, "start {start} must be between 1678 and 2261"),
        }
    }
}

impl std::error::Error for WalkError {}
