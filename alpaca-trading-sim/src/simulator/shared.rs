//! The world behind a lock, and what time it is there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::world::World;

/// How the time of the world passes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum ClockMode {
    /// Only when it is told to.
    #[default]
    Virtual,
    /// By itself, this many times as fast as on the wall: from 0.001 to 100,000.
    Real(f64),
}

/// The world of a simulator, shared by its handle and everything that serves requests.
#[derive(Clone)]
pub(crate) struct Shared {
    inner: Arc<Inner>,
}

struct Inner {
    world: Mutex<World>,
    pace: Option<Pace>,
    /// What time it is, for streams that end at a time.
    clock: watch::Sender<DateTime<Utc>>,
}

/// A clock that runs by itself.
struct Pace {
    speed: f64,
    /// When it began, on the wall and in the world.
    began: Instant,
    start: DateTime<Utc>,
}

impl Pace {
    fn now(&self) -> DateTime<Utc> {
        let passed = self.began.elapsed().as_secs_f64() * self.speed;
        // Ten thousand years are more than a clock can show; it stands still there.
        let micros = (passed * 1e6).clamp(0.0, 3e17) as i64;
        let passed = TimeDelta::microseconds(micros);
        self.start.checked_add_signed(passed).unwrap_or(self.start)
    }
}

impl Shared {
    pub(crate) fn new(world: World, mode: ClockMode) -> Self {
        let start = world.now();
        let pace = match mode {
            ClockMode::Virtual => None,
            ClockMode::Real(speed) => Some(Pace {
                speed: speed.clamp(0.001, 100_000.0),
                began: Instant::now(),
                start,
            }),
        };
        Self {
            inner: Arc::new(Inner {
                world: Mutex::new(world),
                pace,
                clock: watch::Sender::new(start),
            }),
        }
    }

    /// Looks at the world, or changes it. The time is brought up first, if it passes by itself.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.lock();
        if let Some(pace) = &self.inner.pace {
            world.run_until(pace.now());
        }
        let value = act(&mut world);
        let now = world.now();
        drop(world);
        self.inner.clock.send_if_modified(|clock| {
            let passed = *clock != now;
            *clock = now;
            passed
        });
        value
    }

    /// Whether time passes by itself.
    pub(crate) fn runs(&self) -> bool {
        self.inner.pace.is_some()
    }

    /// The time of the world, to be waited for.
    pub(crate) fn clock(&self) -> watch::Receiver<DateTime<Utc>> {
        self.inner.clock.subscribe()
    }

    /// A panic in the middle of a change is a fault of the simulator; the world goes on as it is, so that one
    /// request that hits it does not end all others.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.inner
            .world
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
