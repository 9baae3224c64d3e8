//! A service in memory, which tells what it is asked for and does everything to frames that happens to
//! them: random networks, each of a seed.

use super::*;
use crate::stream::activity_events::cursor::REACH;

/// What a service does to the frames of its connections.
#[derive(Clone)]
struct Service {
    state: Arc<Mutex<State>>,
}

struct State {
    random: fastrand::Rng,
    /// How many events there are.
    count: usize,
    /// How many faults are still to come.
    faults: usize,
    connections: usize,
}

impl Service {
    fn new(seed: u64, count: usize, faults: usize) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                random: fastrand::Rng::with_seed(seed),
                count,
                faults,
                connections: 0,
            })),
        }
    }
}

impl State {
    /// The first and the last event that a query asks for, and whether it has an end.
    fn range(&self, query: &EventQuery) -> (usize, usize, bool) {
        let number_of = |id: &String| id[4..].parse().unwrap();
        let time_of = |time: alpaca_trading_gen::DateOrTime| {
            let millis = (time.time().unwrap() - at(0)).num_milliseconds();
            usize::try_from(millis.max(0)).unwrap().div_ceil(10)
        };
        let first = query.since_id.as_ref().map(number_of);
        let first = first.or(query.since.map(time_of)).unwrap_or(self.count);
        let last = query.until_id.as_ref().map(number_of);
        let last = last.or(query.until.map(time_of));
        (
            first,
            last.map_or(self.count, |last| last + 1).min(self.count),
            last.is_some(),
        )
    }

    fn connection(&mut self, query: &EventQuery) -> Vec<Step> {
        self.connections += 1;
        let (first, end, bounded) = self.range(query);
        let mut steps = Vec::new();
        // Events that are held back, and behind how many others.
        let mut held: Vec<(usize, usize)> = Vec::new();
        for number in first..end {
            let fault = match self.faults > 0 && self.random.u32(..40) == 0 {
                true => self.random.u32(..10),
                false => 99,
            };
            self.faults -= usize::from(fault < 10);
            match fault {
                0 => steps.extend([tell(frame(number)), tell(frame(number))]),
                1..=3 => held.push((number, self.random.usize(1..REACH))),
                4 => return steps,
                5 => {
                    steps.push(Step::Break);
                    return steps;
                }
                6 => {
                    // Half of it, and the end.
                    let text = frame(number);
                    steps.extend([tell(&text[..text.len() / 2]), Step::Break]);
                    return steps;
                }
                7 => steps.push(tell(": you are reading too slowly, dropped 1 messages\n\n")),
                8 => {
                    steps.push(tell(": internal server error\n\n"));
                    return steps;
                }
                9 => {
                    steps.push(Step::Hang);
                    return steps;
                }
                _ => steps.push(tell(frame(number))),
            }
            held.retain_mut(|(number, left)| {
                *left -= 1;
                if *left == 0 {
                    steps.push(tell(frame(*number)));
                }
                *left > 0
            });
        }
        steps.extend(held.into_iter().map(|(number, _)| tell(frame(number))));
        if !bounded {
            steps.push(Step::Hang);
        }
        steps
    }
}

impl Connect for Service {
    fn open(&self, query: EventQuery) -> BoxFuture<'_, Result<Opened>> {
        let steps = self.state.lock().unwrap().connection(&query);
        Box::pin(async move {
            Ok(Opened {
                pieces: pieces(steps, Arc::new(())),
                before: at(0),
            })
        })
    }

    fn clock_offset(&self) -> Option<TimeDelta> {
        None
    }

    fn shown(&self, _: &[u8]) -> String {
        String::new()
    }

    fn hidden(&self, message: &[u8]) -> String {
        crate::stream::clipped_without(message, "")
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_to_frames_each_event_comes_once() {
    const COUNT: usize = 900;
    for seed in 0..120 {
        let query = match seed % 2 {
            0 => EventQuery::new().since(at(0)),
            _ => EventQuery::new().since_id(id(0)),
        };
        let service = Service::new(seed, COUNT, 60);
        let mut stream = begin(service.clone(), query);
        let (mut told, _) = updates(&mut stream, COUNT).await;
        told.sort_unstable();
        assert_eq!(told, (0..COUNT).collect::<Vec<_>>(), "seed {seed}");
        let connections = service.state.lock().unwrap().connections;
        assert!(connections > 1, "seed {seed}");
        assert_eq!(stream.state().reconnects + 1, connections as u64);
    }
}

#[tokio::test(start_paused = true)]
async fn a_range_ends_when_everything_in_it_has_come() {
    const COUNT: usize = 700;
    for seed in 0..120 {
        let query = match seed % 2 {
            0 => EventQuery::new().since(at(20)).until(at(650)),
            _ => EventQuery::new().since_id(id(20)).until_id(id(650)),
        };
        // Fewer, so that a service does not end three connections in a row in the middle of it.
        let stream = begin(Service::new(seed, COUNT, 15), query);
        let (mut told, reason) = to_the_end(stream).await;
        told.sort_unstable();
        assert_eq!(told, (20..=650).collect::<Vec<_>>(), "seed {seed}");
        assert_eq!(reason.kind(), DisconnectKind::Finished);
    }
}
