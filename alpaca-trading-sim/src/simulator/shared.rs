//! The world behind a lock, and what time it is there.

use std::panic::{AssertUnwindSafe, catch_unwind};
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
    held: Mutex<Held>,
    runs: bool,
    /// What time it is, for streams that end at a time.
    clock: watch::Sender<DateTime<Utc>>,
}

/// The world, and how its time passes if it does so by itself.
struct Held {
    world: World,
    pace: Option<Pace>,
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
                runs: pace.is_some(),
                held: Mutex::new(Held { world, pace }),
                clock: watch::Sender::new(start),
            }),
        }
    }

    /// Looks at the world, or changes it. The time is brought up first, if it passes by itself.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        self.enter(act, false)
    }

    /// The same where `act` moves the clock: a clock that runs by itself runs on from where it was moved to.
    pub(crate) fn with_clock_moved<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        self.enter(act, true)
    }

    fn enter<T>(&self, act: impl FnOnce(&mut World) -> T, moves: bool) -> T {
        let mut held = self.lock();
        let Held { world, pace } = &mut *held;
        if let Some(pace) = pace {
            // What passes by itself is nobody's request: a fill model that panics in it ends none.
            let pass = AssertUnwindSafe(|| world.run_until(pace.now()));
            if catch_unwind(pass).is_err() {
                tracing::error!("a panic while time passed; the world goes on");
            }
        }
        let value = act(world);
        let now = world.now();
        if let Some(pace) = pace.as_mut().filter(|_| moves) {
            pace.began = Instant::now();
            pace.start = now;
        }
        drop(held);
        self.inner.clock.send_if_modified(|clock| {
            let passed = *clock != now;
            *clock = now;
            passed
        });
        value
    }

    /// Whether time passes by itself.
    pub(crate) fn runs(&self) -> bool {
        self.inner.runs
    }

    /// How many times as fast as on the wall time passes; none for a clock that waits to be told.
    pub(crate) fn speed(&self) -> Option<f64> {
        self.lock().pace.as_ref().map(|pace| pace.speed)
    }

    /// The time of the world, to be waited for.
    pub(crate) fn clock(&self) -> watch::Receiver<DateTime<Utc>> {
        self.inner.clock.subscribe()
    }

    /// A panic in the middle of a change is a fault of the simulator; the world goes on as it is, so that one
    /// request that hits it does not end all others.
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
