//! The healing stream of activity events: bursts of fills through the simulator, over connections that are cut,
//! with frames that come twice, late, in another order, or not at all until they are asked for again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use alpaca_trading::Client;
use alpaca_trading::resources::activity_events::EventQuery;
use alpaca_trading::stream::{ActivityStream, StreamItem};
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::fill::Touch;
use alpaca_trading_sim::streams::StreamFault;
use chrono::TimeDelta;

use super::scene::by_virtual_clock;
use crate::service::Random;

/// How many events are left out before the service says so.
const LEFT_OUT: u64 = 200;

/// The greatest number of events that happen at once.
const BURST: u64 = 4_000;

/// Among so many events everything must have happened.
const ENOUGH: usize = 100_000;

/// How many frames pass between two faults, about.
const BETWEEN: f64 = 400.0;

/// How long an event may take, by the clock of the stream.
const PATIENCE: Duration = Duration::from_secs(600);

/// The numbers of a run of the stream.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ActivityTally {
    /// How many events there were.
    pub events: usize,
    /// How many of them the stream told.
    pub told: usize,
    /// How many messages came again and were not told.
    pub duplicates: u64,
    /// How many messages the service left out for a reader that was too slow.
    pub dropped: u64,
    /// How many connections there were.
    pub connections: u64,
    /// How long it took, by the wall clock.
    pub wall: Duration,
    /// What must not happen and did.
    pub violations: Vec<String>,
}

impl ActivityTally {
    /// The headings of [`line`](Self::line).
    #[must_use]
    pub fn heading() -> String {
        format!(
            "{:<10} {:>6} {:>8} {:>8} {:>10} {:>8} {:>11} {:>10} {:>8}",
            "soak",
            "seed",
            "events",
            "told",
            "duplicates",
            "dropped",
            "connections",
            "violations",
            "seconds"
        )
    }

    /// The numbers under their headings.
    #[must_use]
    pub fn line(&self, seed: u64) -> String {
        format!(
            "{:<10} {seed:>6} {:>8} {:>8} {:>10} {:>8} {:>11} {:>10} {:>8.1}",
            "activities",
            self.events,
            self.told,
            self.duplicates,
            self.dropped,
            self.connections,
            self.violations.len(),
            self.wall.as_secs_f64()
        )
    }
}

/// Lets so many events happen, and looks whether the stream tells each of them once.
///
/// # Panics
///
/// When the simulator cannot be started.
#[must_use]
pub fn activities(seed: u64, events: usize) -> ActivityTally {
    let started = Instant::now();
    let mut tally = by_virtual_clock(run(seed, events));
    tally.wall = started.elapsed();
    tally
}

async fn run(seed: u64, events: usize) -> ActivityTally {
    let simulator = Simulator::builder()
        .seed(seed)
        .cash(1_000_000_000.into())
        .fill_model(Touch::default())
        .start()
        .await
        .expect("a port");
    let client = simulator.client().expect("a client");
    let mut random = Random::new(seed);
    let query = EventQuery::new().since(simulator.clock().now());
    let events_of = client.activity_events();
    let mut stream = events_of.connect(query).await.expect("a connection");
    let mut told = Told::default();
    let mut happened = 0;
    leave_out(&simulator, 100);
    spoil(&simulator);
    while happened < events {
        let burst = 1 + usize::try_from(random.below(BURST)).expect("a small number");
        let burst = burst.min(events - happened);
        if random.below(3) == 0 {
            leave_out(&simulator, random.below(BURST));
        }
        happen(&simulator, burst);
        happened += burst;
        simulator.clock().advance(TimeDelta::seconds(1));
        told.take(&mut stream, happened).await;
    }
    simulator.faults().clear();
    let state = stream.state();
    let mut violations = told.violations;
    let truth = truth(&client, &simulator).await;
    if told.ids.keys().ne(truth.iter()) {
        let missing: Vec<_> = truth
            .iter()
            .filter(|id| !told.ids.contains_key(*id))
            .collect();
        violations.push(format!("{} were not told: {missing:?}", missing.len()));
    }
    if truth.len() != happened {
        violations.push(format!(
            "{happened} events happened, the service has {}",
            truth.len()
        ));
    }
    if events >= ENOUGH && (state.dropped == 0 || state.reconnects == 0) {
        violations.push(format!("nothing has happened to the stream: {state:?}"));
    }
    let twice = told.ids.iter().filter(|(_, times)| **times > 1);
    violations.extend(twice.map(|(id, times)| format!("{id} was told {times} times")));
    for violation in &mut violations {
        violation.insert_str(0, &format!("activities, seed {seed}: "));
    }
    ActivityTally {
        events: happened,
        told: told.ids.values().sum(),
        duplicates: state.duplicates,
        dropped: state.dropped,
        connections: state.reconnects + 1,
        wall: Duration::ZERO,
        violations,
    }
}

/// After so many frames leaves some out, and then says that the reader is too slow.
fn leave_out(simulator: &Simulator, after: u64) {
    for (times, fault) in [(LEFT_OUT, StreamFault::Drop), (1, StreamFault::SlowReader)] {
        let rule = simulator.faults().on("activity_events");
        rule.after(after).times(times).stream_fault(fault);
    }
}

/// From now on frames suffer what frames suffer.
fn spoil(simulator: &Simulator) {
    for (fault, share) in [
        (StreamFault::Close, 1.0),
        (StreamFault::Error, 1.0),
        (StreamFault::SlowReader, 1.0),
        (StreamFault::Mute, 0.2),
        (StreamFault::Duplicate, 5.0),
        (StreamFault::Reorder, 5.0),
        (StreamFault::Delay(40), 5.0),
    ] {
        let rule = simulator.faults().on("activity_events");
        rule.probability(share / BETWEEN / 10.0).stream_fault(fault);
    }
}

/// Lets so many fills happen.
fn happen(simulator: &Simulator, count: usize) {
    let order = r#"{"symbol":"F","qty":"1","side":"buy","type":"market","time_in_force":"day"}"#;
    for _ in 0..count {
        let (status, answer) = simulator.call("POST", "/v2/orders", order);
        assert_eq!(status, 200, "{answer}");
    }
}

/// What the stream has told: how often each id.
#[derive(Default)]
struct Told {
    ids: BTreeMap<String, usize>,
    violations: Vec<String>,
}

impl Told {
    /// Takes items until so many events were told.
    async fn take(&mut self, stream: &mut ActivityStream, count: usize) {
        while self.ids.len() < count {
            match tokio::time::timeout(PATIENCE, stream.next()).await {
                Ok(Some(StreamItem::Update(update))) => {
                    *self.ids.entry(update.event_id().to_owned()).or_default() += 1;
                }
                Ok(Some(item @ StreamItem::Undecodable { .. })) => {
                    self.violations.push(format!("{item:?}"));
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => {
                    let what = format!("{} of {count} events, and then none", self.ids.len());
                    return self.violations.push(what);
                }
            }
        }
    }
}

/// The ids of all events, read without the crate's stream from a service that does nothing wrong.
///
/// # Panics
///
/// When the service does.
pub async fn truth(client: &Client, simulator: &Simulator) -> BTreeSet<String> {
    let now = simulator.clock().now();
    simulator.clock().advance(TimeDelta::seconds(1));
    let query = EventQuery::new().since(DATE_OF_OLD).until(now);
    let mut bytes = client
        .activity_events()
        .subscribe(query)
        .await
        .expect("events");
    let mut text = Vec::new();
    while let Some(piece) = bytes.next().await {
        text.extend_from_slice(&piece.expect("a piece"));
    }
    let text = String::from_utf8(text).expect("text");
    let events = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let id = |json: &str| {
        let event: serde_json::Value = serde_json::from_str(json).expect("JSON");
        event["event_id"].as_str().expect("an id").to_owned()
    };
    events.map(id).collect()
}

/// Before anything that a simulator does.
const DATE_OF_OLD: chrono::NaiveDate = chrono::NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_under_its_headings() {
        let line = ActivityTally::default().line(1);
        assert_eq!(line.len(), ActivityTally::heading().len());
    }
}
