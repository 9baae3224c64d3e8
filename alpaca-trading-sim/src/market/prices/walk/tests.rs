//! Tests of walks: the laws that every tick keeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{TimeDelta, Timelike};
use proptest::prelude::*;

use super::*;
use crate::market::{Asset, Quote};

fn dec(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn start() -> DateTime<Utc> {
    at("2026-10-05T13:30:00Z")
}

fn settings(seed: u64) -> WalkSettings {
    WalkSettings::new(seed, start())
}

fn build(settings: &WalkSettings) -> Walk {
    let universe = Universe::builtin();
    settings.build(&universe, &Market::new(&universe)).unwrap()
}

fn take(source: &mut dyn PriceSource, count: usize) -> Vec<Tick> {
    (0..count)
        .map_while(|_| {
            let at = source.peek();
            let tick = source.next();
            assert_eq!(at, tick.map(|tick| tick.at));
            tick
        })
        .collect()
}

fn ix(symbol: &str) -> AssetIx {
    Universe::builtin().find(symbol).unwrap()
}

/// Equities from 13:30 to 20:00 UTC.
fn day() -> Sessions {
    Arc::new(|at| (810..1200).contains(&(at.hour() * 60 + at.minute())))
}

#[test]
fn two_runs_are_the_same() {
    let settings = settings(7).volume(500);
    let (mut one, mut other) = (build(&settings), build(&settings));
    let ticks = take(&mut one, 5_000);
    assert_eq!(ticks, take(&mut other, 5_000));
    assert_ne!(ticks, take(&mut build(&settings.clone().volume(9)), 5_000));
    let mut stranger = build(&WalkSettings::new(8, start()));
    assert_ne!(take(&mut stranger, 5_000), ticks);
}

#[test]
fn a_path_is_fixed_for_good() {
    let aapl = settings(1).assets(vec![ix("AAPL")]);
    let lasts: Vec<_> = take(&mut build(&aapl), 4)
        .iter()
        .map(|tick| tick.quote.last.to_string())
        .collect();
    assert_eq!(lasts, ["262.35", "262.40", "262.36", "262.41"]);
}

#[test]
fn a_path_does_not_depend_on_the_others() {
    let alone = settings(7).assets(vec![ix("AAPL")]);
    let expected = take(&mut build(&alone), 50);
    let mut all = build(&settings(7));
    let mut found = Vec::new();
    while found.len() < 50 {
        found.extend(all.next().filter(|tick| tick.asset == ix("AAPL")));
    }
    assert_eq!(found, expected);
    let with_volume = take(&mut build(&alone.volume(100)), 50);
    for (with, without) in with_volume.iter().zip(&expected) {
        assert_eq!(with.quote.last, without.quote.last);
        assert!(with.quote.volume.is_some_and(|volume| {
            volume >= Decimal::ONE && volume <= Decimal::ONE_HUNDRED && volume.scale() == 0
        }));
    }
}

#[test]
fn a_clone_goes_on_where_it_was() {
    let mut walk = build(&settings(3));
    take(&mut walk, 777);
    let mut clone = walk.boxed_clone();
    assert_eq!(take(&mut walk, 500), take(clone.as_mut(), 500));
}

#[test]
fn times_are_multiples_of_the_interval() {
    let settings = settings(1)
        .interval(TimeDelta::milliseconds(1_500))
        .assets(vec![ix("AAPL"), ix("BTC/USD")]);
    let ticks = take(&mut build(&settings), 6);
    let times: Vec<_> = ticks
        .iter()
        .map(|tick| (tick.at - start()).num_milliseconds())
        .collect();
    assert_eq!(times, [1_500, 1_500, 3_000, 3_000, 4_500, 4_500]);
    let assets: Vec<_> = ticks.iter().map(|tick| tick.asset).collect();
    assert_eq!(assets[..2], [ix("AAPL"), ix("BTC/USD")]);
}

#[test]
fn equities_keep_to_sessions() {
    let settings = WalkSettings::new(1, at("2026-10-05T19:58:00Z"))
        .interval(TimeDelta::seconds(50))
        .sessions(day())
        .assets(vec![ix("AAPL")]);
    let ticks = take(&mut build(&settings), 4);
    let times: Vec<_> = ticks.iter().map(|tick| tick.at).collect();
    // 63,000 seconds of night are 1,260 steps.
    assert_eq!(
        times,
        [
            at("2026-10-05T19:58:50Z"),
            at("2026-10-05T19:59:40Z"),
            at("2026-10-06T13:30:30Z"),
            at("2026-10-06T13:31:20Z"),
        ]
    );
}

#[test]
fn pairs_walk_through_the_night() {
    let settings = WalkSettings::new(1, at("2026-10-05T19:59:00Z"))
        .interval(TimeDelta::seconds(30))
        .sessions(day());
    let assets = vec![ix("AAPL"), ix("BTC/USD"), ix("SPY")];
    let ticks = take(&mut build(&settings.assets(assets)), 10_000);
    let night = at("2026-10-05T20:00:00Z")..at("2026-10-06T13:30:00Z");
    assert!(ticks.last().unwrap().at > night.end);
    let (quiet, loud): (Vec<Tick>, Vec<Tick>) = ticks
        .iter()
        .copied()
        .partition(|tick| night.contains(&tick.at));
    assert!(quiet.iter().all(|tick| tick.asset == ix("BTC/USD")));
    assert_eq!(quiet.len(), 17 * 120 + 60);
    for asset in ["AAPL", "BTC/USD", "SPY"] {
        assert!(loud.iter().any(|tick| tick.asset == ix(asset)), "{asset}");
    }
    assert!(ticks.is_sorted_by_key(|tick| tick.at));
}

#[test]
fn paths_do_not_depend_on_how_nights_are_passed() {
    let settings = WalkSettings::new(1, at("2026-10-05T19:59:30Z"))
        .interval(TimeDelta::seconds(7))
        .sessions(day());
    let alone = settings.clone().assets(vec![ix("SPY")]);
    let both = settings.assets(vec![ix("BTC/USD"), ix("SPY")]);
    let expected = take(&mut build(&alone), 20);
    let found: Vec<_> = take(&mut build(&both), 10_000)
        .into_iter()
        .filter(|tick| tick.asset == ix("SPY"))
        .take(20)
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_walk_without_sessions_ends() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let never = settings(1)
        .interval(TimeDelta::milliseconds(1))
        .assets(vec![ix("AAPL")])
        .sessions(Arc::new(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            false
        }));
    let mut walk = build(&never);
    assert_eq!((walk.peek(), walk.next()), (None, None));
    let minutes = 14 * 24 * 60;
    let asked = asked.load(Ordering::Relaxed);
    assert!((minutes..minutes + 5).contains(&asked), "{asked}");
}

#[test]
fn nothing_walks_where_nothing_is() {
    let mut none = build(&settings(1).assets(Vec::new()));
    assert_eq!((none.peek(), none.next()), (None, None));
}

#[test]
fn the_end_of_time_is_the_end() {
    let late = WalkSettings::new(1, at("2262-04-11T23:47:16Z")).assets(vec![ix("BTC/USD")]);
    let mut walk = build(&late.interval(TimeDelta::milliseconds(400)));
    assert_eq!(take(&mut walk, 10).len(), 2);
}

#[test]
fn a_walk_starts_from_the_market() {
    let universe = Universe::builtin();
    let mut market = Market::new(&universe);
    let quote = PriceGrid::EQUITY.quote_at(dec("500"), Decimal::ONE);
    market.set(ix("AAPL"), quote);
    let still = settings(1)
        .step_bps(Decimal::ZERO)
        .spread_bps(Decimal::ZERO);
    let mut walk = still
        .assets(vec![ix("AAPL"), ix("TWTR")])
        .build(&universe, &market)
        .unwrap();
    let ticks = take(&mut walk, 2);
    assert_eq!(
        ticks[0].quote,
        Quote::around(dec("500"), Decimal::ZERO).unwrap()
    );
    assert_eq!(ticks[1].quote.last, dec("53.70"), "its reference price");
}

#[test]
fn by_default_all_that_is_traded_walks() {
    let universe = Universe::builtin();
    let expected: Vec<_> = universe
        .iter()
        .filter(|(_, asset)| asset.tradable)
        .map(|(ix, _)| ix)
        .collect();
    let ticks = take(&mut build(&settings(1)), expected.len());
    let found: Vec<_> = ticks.iter().map(|tick| tick.asset).collect();
    assert_eq!(found, expected);
    assert!(ticks.iter().all(|tick| tick.at == ticks[0].at));
}

#[test]
fn settings_out_of_range() {
    let universe = Universe::builtin();
    let market = Market::new(&universe);
    let aapl = ix("AAPL");
    for (settings, rule) in [
        (
            settings(1).interval(TimeDelta::zero()),
            "interval P0D must be from a millisecond to a day",
        ),
        (
            settings(1).interval(TimeDelta::days(2)),
            "interval PT172800S must be from a millisecond to a day",
        ),
        (
            settings(1).step_bps(dec("-1")),
            "step -1 must be from 0 to 5000 basis points",
        ),
        (
            settings(1).spread_bps(dec("5000.1")),
            "spread 5000.1 must be from 0 to 5000 basis points",
        ),
        (
            settings(1).assets(vec![AssetIx(999)]),
            "asset number 999 is not in the universe",
        ),
        (
            settings(1).assets(vec![aapl, aapl]),
            "asset AAPL is named twice",
        ),
        (
            WalkSettings::new(1, at("3000-01-01T00:00:00Z")),
            "start 3000-01-01 00:00:00 UTC must be between 1678 and 2261",
        ),
    ] {
        let error = settings.build(&universe, &market).err().unwrap();
        assert_eq!(error.to_string(), rule);
    }
}

#[test]
fn small_steps_add_up() {
    // A step of a thousandth of a cent would be lost if only the quote were kept.
    let settings = settings(1).step_bps(dec("0.5")).assets(vec![ix("F")]);
    let mut lasts: Vec<_> = take(&mut build(&settings), 20_000)
        .iter()
        .map(|tick| tick.quote.last)
        .collect();
    lasts.sort();
    lasts.dedup();
    assert!(lasts.len() > 5, "{lasts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_tick_is_valid(
        seed in any::<u64>(),
        price in 1_i64..50_000_000,
        step in 0_u32..=5_000,
        spread in 0_u32..=5_000,
    ) {
        let price = Decimal::new(price, 4);
        let universe = Universe::new(vec![
            Asset::equity("A", "A", "NYSE", price),
            Asset::crypto("B/USD", "B", price, dec("0.0025")),
            Asset::crypto("C/USD", "C", price, dec("0.000000001")),
        ]).unwrap();
        let settings = WalkSettings::new(seed, start())
            .step_bps(step.into())
            .spread_bps(spread.into());
        let mut walk = settings.build(&universe, &Market::new(&universe)).unwrap();
        let mut before = start();
        for tick in take(&mut walk, 600) {
            prop_assert_eq!(tick.quote.check(), Ok(()));
            let grid = universe.get(tick.asset).grid();
            for price in [tick.quote.bid, tick.quote.ask, tick.quote.last] {
                prop_assert!(grid.contains(price), "{}", price);
            }
            prop_assert!(tick.quote.bid <= tick.quote.last && tick.quote.last <= tick.quote.ask);
            prop_assert!(tick.at >= before);
            before = tick.at;
        }
    }

    #[test]
    fn steps_keep_to_their_size(seed in any::<u64>(), step in 1_u32..200) {
        let universe = Universe::new(vec![
            Asset::crypto("C/USD", "C", dec("100"), dec("0.000000001")),
        ]).unwrap();
        let settings = WalkSettings::new(seed, start()).step_bps(step.into());
        let mut walk = settings.build(&universe, &Market::new(&universe)).unwrap();
        let mut before = dec("100");
        for tick in take(&mut walk, 100) {
            let most = before * Decimal::new(step.into(), 4) + dec("0.000000002");
            prop_assert!((tick.quote.last - before).abs() <= most);
            before = tick.quote.last;
        }
    }
}
