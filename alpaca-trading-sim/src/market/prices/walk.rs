//! A seeded random walk.
//!
//! Every asset has a price of its own that is finer than its grid, and moves it by a share of itself that
//! is drawn evenly between the step down and the step up. What it draws follows from the seed and its id
//! alone: the path of an asset is the same whichever others walk beside it.

use chrono::{DateTime, Utc};
use fastrand::Rng;
use rust_decimal::Decimal;

use super::source::{PriceSource, Tick};
use super::walk_settings::{Sessions, WalkError, WalkSettings};
use crate::market::{AssetIx, Market, PriceGrid, Universe};

const MINUTE: i64 = 60_000_000_000;

/// After so long without a session the walk ends. The longest closure of the exchanges was shorter.
const PATIENCE: i64 = 14 * 24 * 60 * MINUTE;

/// Decimals of the finer price.
const DECIMALS: u32 = 14;

/// The highest price that a walk reaches.
const CEILING: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);

/// Quotes of a seeded random walk, without an end as long as there are sessions.
///
/// The first comes one interval after the start, since at the start the prices are those of the market.
#[derive(Clone)]
pub struct Walk {
    lanes: Vec<Lane>,
    rates: Rates,
    sessions: Sessions,
    interval: i64,
    /// Whether some lane ticks around the clock.
    always: bool,
    /// The time of the next tick, in nanoseconds since 1970; none at the end.
    at: Option<i64>,
    /// The lane of the next tick.
    place: usize,
    /// Whether equities are quoted at that time.
    open: bool,
    /// Until when they are known to be not.
    closed_until: i64,
    /// The last time at which anything was quoted.
    quoted: i64,
}

/// What all lanes have in common.
#[derive(Clone, Copy)]
struct Rates {
    /// The largest step, in parts of a million.
    step: i64,
    /// Half the spread, as a share of the price.
    half: Decimal,
    most_volume: Option<u32>,
}

/// One asset on its way.
#[derive(Clone)]
struct Lane {
    asset: AssetIx,
    always: bool,
    grid: PriceGrid,
    price: Decimal,
    floor: Decimal,
    steps: Rng,
    volumes: Rng,
}

impl Walk {
    pub(super) fn new(
        settings: &WalkSettings,
        assets: &[AssetIx],
        universe: &Universe,
        market: &Market,
    ) -> Result<Self, WalkError> {
        let refused = WalkError::Start(settings.start);
        let start = settings.start.timestamp_nanos_opt().ok_or(refused)?;
        let refused = WalkError::Interval(settings.interval);
        let interval = settings.interval.num_nanoseconds().ok_or(refused)?;
        let lanes: Vec<_> = assets
            .iter()
            .map(|ix| Lane::new(*ix, settings.seed, universe, market))
            .collect();
        let mut walk = Self {
            always: lanes.iter().any(|lane| lane.always),
            // As if all had ticked at the start.
            place: lanes.len(),
            at: Some(start).filter(|_| !lanes.is_empty()),
            lanes,
            rates: Rates {
                step: settings.step_parts(),
                half: settings.spread_bps * Decimal::new(5, 5),
                most_volume: settings.most_volume,
            },
            sessions: settings.sessions.clone(),
            interval,
            open: true,
            closed_until: i64::MIN,
            quoted: start,
        };
        walk.settle();
        Ok(walk)
    }

    /// Goes on to the next lane that ticks, at this time or a later one.
    fn settle(&mut self) {
        while let Some(at) = self.at {
            let rest = self.lanes.get(self.place..).unwrap_or_default();
            if let Some(skipped) = rest.iter().position(|lane| lane.always || self.open) {
                self.place = self.place.saturating_add(skipped);
                self.quoted = at;
                return;
            }
            self.place = 0;
            self.at = self.step_from(at);
        }
    }

    /// The next time of the walk at which to look for lanes; none at its end.
    fn step_from(&mut self, at: i64) -> Option<i64> {
        let mut next = at.checked_add(self.interval)?;
        if !self.always && next < self.closed_until {
            // Nothing ticks until then: no need to stop at every step.
            let missing = self.closed_until.checked_sub(next)?;
            let steps = missing.checked_add(self.interval)?.checked_sub(1)? / self.interval;
            next = next.checked_add(steps.checked_mul(self.interval)?)?;
        }
        self.open = next >= self.closed_until && (self.sessions)(time(next));
        if !self.open && next >= self.closed_until {
            let minutes = next.div_euclid(MINUTE).checked_add(1)?;
            self.closed_until = minutes.checked_mul(MINUTE)?;
        }
        let waiting = next.checked_sub(self.quoted)?;
        (self.open || self.always || waiting <= PATIENCE).then_some(next)
    }
}

impl PriceSource for Walk {
    fn peek(&self) -> Option<DateTime<Utc>> {
        self.at.map(time)
    }

    fn next(&mut self) -> Option<Tick> {
        let at = time(self.at?);
        let tick = self.lanes.get_mut(self.place)?.step(at, &self.rates);
        self.place = self.place.saturating_add(1);
        self.settle();
        Some(tick)
    }

    fn boxed_clone(&self) -> Box<dyn PriceSource> {
        Box::new(self.clone())
    }
}

fn time(nanos: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_nanos(nanos)
}

impl Lane {
    fn new(ix: AssetIx, seed: u64, universe: &Universe, market: &Market) -> Self {
        let asset = universe.get(ix);
        let grid = asset.grid();
        // A few steps above zero, so that there is room for a bid.
        let floor = grid.lowest() * Decimal::from(4);
        let price = market.last(ix).unwrap_or(asset.reference_price);
        let (high, low) = asset.id.as_u64_pair();
        let mut own = Rng::with_seed(seed ^ high.rotate_left(32) ^ low);
        Self {
            asset: ix,
            always: asset.is_crypto(),
            grid,
            price: price.clamp(floor.min(CEILING), CEILING),
            floor: floor.min(CEILING),
            steps: own.fork(),
            volumes: own.fork(),
        }
    }

    fn step(&mut self, at: DateTime<Utc>, rates: &Rates) -> Tick {
        let parts = self.steps.i64(-rates.step..=rates.step);
        let factor = Decimal::new(parts.saturating_add(1_000_000), 6);
        let moved = self.price.checked_mul(factor).unwrap_or(self.price);
        self.price = moved.round_dp(DECIMALS).clamp(self.floor, CEILING);
        let mut quote = self.grid.quote_within(self.price, rates.half);
        quote.volume = rates
            .most_volume
            .map(|most| Decimal::from(self.volumes.u32(1..=most.max(1))));
        Tick {
            at,
            asset: self.asset,
            quote,
        }
    }
}

#[cfg(test)]
mod tests;
