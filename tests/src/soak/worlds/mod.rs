//! Conservation: worlds in which anything is done at random, and in which everything must add up after each
//! step.
//!
//! What must hold in every world, whatever happens:
//!
//! - After every action cash, positions, what orders have filled and what they hold reconcile with the
//!   activities to the last digit, and no order has taken a step that it may not take.
//! - That an order of a group was moved ends nothing beside it.
//! - Every few actions: the streams have told the same story as the orders, and what came to its end has
//!   stayed there.
//! - At the end, from REST alone: the activities come to the cash and the positions, and these to the equity.
//! - No request fails within the service, however wrong it is.

mod books;
mod garbage;
mod groups;
mod orders;
mod player;

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::Value;

use books::Books;
use player::Player;

/// How many actions there are between two looks at the streams.
const LOOK: usize = 25;

/// What came of one world, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorldTally {
    /// Worlds that were played.
    pub worlds: usize,
    /// What was done in them.
    pub actions: usize,
    /// Orders that were sent.
    pub orders: usize,
    /// Orders that were taken.
    pub accepted: usize,
    /// Replacements that were taken.
    pub replaced: usize,
    /// Those of them that moved an order of a group.
    pub moved: usize,
    /// Closings that were taken.
    pub closed: usize,
    /// Fills, as the activities have them at the end.
    pub fills: usize,
    /// Which kinds of orders were taken, and how many of each.
    pub kinds: BTreeMap<String, usize>,
    /// How long it took by the wall clock; of several worlds, all their times together.
    pub wall: Duration,
    /// What must not happen and did, with the seed, the step, and the last actions.
    pub violations: Vec<String>,
}

impl WorldTally {
    /// The numbers under the headings of [`heading`](Self::heading).
    #[must_use]
    pub fn line(&self, name: &str, seeds: &str) -> String {
        format!(
            "{name:<8} {seeds:>11} {:>7} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9} {:>6} {:>10} {:>8.1}",
            self.worlds,
            self.actions,
            self.orders,
            self.accepted,
            self.replaced,
            self.closed,
            self.fills,
            self.kinds.len(),
            self.violations.len(),
            self.wall.as_secs_f64(),
        )
    }

    /// The headings of the table.
    #[must_use]
    pub fn heading() -> String {
        format!(
            "{:<8} {:>11} {:>7} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9} {:>6} {:>10} {:>8}",
            "soak",
            "seeds",
            "worlds",
            "actions",
            "orders",
            "accepted",
            "replaced",
            "closed",
            "fills",
            "kinds",
            "violations",
            "seconds"
        )
    }
}

impl AddAssign<WorldTally> for WorldTally {
    fn add_assign(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.actions += other.actions;
        self.orders += other.orders;
        self.accepted += other.accepted;
        self.replaced += other.replaced;
        self.moved += other.moved;
        self.closed += other.closed;
        self.fills += other.fills;
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        self.wall += other.wall;
        self.violations.extend(other.violations);
    }
}

/// Plays the world of one seed for so many actions, up to the first violation.
#[must_use]
pub fn world(seed: u64, actions: usize) -> WorldTally {
    let started = Instant::now();
    let mut player = Player::new(seed);
    let mut step = 0;
    let played = play(&mut player, actions, &mut step);
    let mut tally = std::mem::take(&mut player.tally);
    if let Err(what) = played {
        let told = player.told();
        let what = format!("worlds, seed {seed}, step {step}: {what}\n{told}");
        tally.violations.push(what);
    }
    tally.worlds = 1;
    tally.wall = started.elapsed();
    tally
}

/// Plays the worlds of so many seeds in a row, on as many threads as there are processors.
///
/// # Panics
///
/// When a world panics, which is a violation of its own.
#[must_use]
pub fn worlds(first: u64, count: u64, actions: usize) -> WorldTally {
    let started = Instant::now();
    let next = AtomicU64::new(first);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut sum = std::thread::scope(|scope| {
        let played: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut sum = WorldTally::default();
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= first.saturating_add(count) {
                            return sum;
                        }
                        sum += world(seed, actions);
                    }
                })
            })
            .collect();
        let mut sum = WorldTally::default();
        for thread in played {
            sum += thread.join().expect("a world does not panic");
        }
        sum
    });
    sum.wall = started.elapsed();
    sum
}

fn play(player: &mut Player, actions: usize, step: &mut usize) -> Result<(), String> {
    while *step < actions {
        player.step()?;
        *step += 1;
        if step.is_multiple_of(LOOK) || *step == actions {
            player.simulator.look(|world| world.audit_events())?;
            player.check_ends()?;
        }
    }
    reconcile(player)
}

/// Lets what is under way end, and compares what REST says.
fn reconcile(player: &mut Player) -> Result<(), String> {
    player.call("DELETE", "/v2/orders", "")?;
    // Fees of coins are written down at the end of their day.
    player.simulator.clock().advance(TimeDelta::days(3));
    player.simulator.look(|world| world.audit())?;
    let mut books = Books::begin(player.cash);
    let mut token = String::new();
    loop {
        let target = format!("/v2/account/activities?direction=asc&page_size=100{token}");
        let (_, page) = player.call("GET", &target, "")?;
        let page = page.as_array().cloned().unwrap_or_default();
        for activity in &page {
            books.enter(activity)?;
        }
        let Some(last) = page.last().filter(|_| page.len() == 100) else {
            break;
        };
        let id = last["id"].as_str().unwrap_or_default();
        token = format!("&page_token={id}");
    }
    player.tally.fills += books.fills;
    let (_, account) = player.call("GET", "/v2/account", "")?;
    let (_, positions) = player.call("GET", "/v2/positions", "")?;
    books.check(&account, positions.as_array().map_or(&[], Vec::as_slice))?;
    let (status, history) = player.call(
        "GET",
        "/v2/account/portfolio/history?period=1M&timeframe=1D",
        "",
    )?;
    let lengths = ["timestamp", "equity", "profit_loss", "profit_loss_pct"]
        .map(|name| history[name].as_array().map(Vec::len));
    if status != 200
        || lengths
            .iter()
            .any(|length| length.is_none() || *length != lengths[0])
    {
        return Err(format!(
            "the portfolio's history: {status} {}",
            shortened(&history)
        ));
    }
    Ok(())
}

fn shortened(value: &Value) -> String {
    value.to_string().chars().take(600).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_of_a_seed_is_always_the_same() {
        let (mut one, mut other) = (world(7, 120), world(7, 120));
        one.wall = Duration::ZERO;
        other.wall = Duration::ZERO;
        assert_eq!(one, other);
        assert!(one.accepted > 10, "{one:?}");
    }

    #[test]
    fn a_line_stands_under_its_headings() {
        let line = WorldTally::default().line("worlds", "1-1000");
        assert_eq!(line.len(), WorldTally::heading().len());
    }
}
