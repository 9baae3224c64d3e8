//! Measuring two ways of doing the same, side by side.
//!
//! Both are run in turns, so that whatever disturbs the machine disturbs both, and the median over the
//! rounds is what counts. CPU time is that of the thread, which is the client's alone: the server has
//! threads of its own.

use std::fmt;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// What one round of one side took, for each operation in it.
#[derive(Clone, Copy, Debug)]
struct Sample {
    wall: f64,
    cpu: f64,
}

/// The medians of one side.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Microseconds of wall time for one operation.
    pub wall: f64,
    /// Microseconds of CPU time for one operation.
    pub cpu: f64,
    /// Allocations for one operation.
    pub allocations: f64,
}

/// What a comparison found.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What was done.
    pub name: &'static str,
    /// How many rounds, each with how many operations.
    pub rounds: (usize, usize),
    /// The floor.
    pub floor: Side,
    /// The client.
    pub ours: Side,
    /// The least and the greatest ratio of CPU time within a round.
    pub spread: (f64, f64),
}

/// The CPU time that this thread has used.
#[must_use]
pub fn cpu() -> Duration {
    clock(ClockId::ThreadCPUTime)
}

/// The CPU time that all threads of the process have used.
#[must_use]
pub fn process_cpu() -> Duration {
    clock(ClockId::ProcessCPUTime)
}

fn clock(id: ClockId) -> Duration {
    let time = clock_gettime(id);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanos)
}

fn sample(operations: usize, run: &mut dyn FnMut()) -> Sample {
    let (wall_before, cpu_before) = (Instant::now(), cpu());
    for _ in 0..operations {
        run();
    }
    let per_operation = |time: Duration| time.as_secs_f64() * 1e6 / operations as f64;
    Sample {
        wall: per_operation(wall_before.elapsed()),
        cpu: per_operation(cpu() - cpu_before),
    }
}

/// The middle value, or the mean of the two in the middle.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.len() % 2, middle.checked_sub(1)) {
        (0, Some(below)) => values
            .get(below)
            .zip(values.get(middle))
            .map_or(f64::NAN, |(a, b)| f64::midpoint(*a, *b)),
        _ => values.get(middle).copied().unwrap_or(f64::NAN),
    }
}

/// Runs both sides in turns: a warm-up, then `rounds` of `operations` each, the first side changing
/// from round to round.
pub fn compare(
    name: &'static str,
    rounds: usize,
    operations: usize,
    floor: &mut dyn FnMut(),
    ours: &mut dyn FnMut(),
) -> Comparison {
    sample(operations, floor);
    sample(operations, ours);
    let (mut of_floor, mut of_ours) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        if round % 2 == 0 {
            of_floor.push(sample(operations, floor));
            of_ours.push(sample(operations, ours));
        } else {
            of_ours.push(sample(operations, ours));
            of_floor.push(sample(operations, floor));
        }
    }
    let counted = |run: &mut dyn FnMut()| {
        let info = allocation_counter::measure(|| {
            for _ in 0..operations {
                run();
            }
        });
        info.count_total as f64 / operations as f64
    };
    let side = |samples: &[Sample], allocations: f64| Side {
        wall: median(samples.iter().map(|sample| sample.wall)),
        cpu: median(samples.iter().map(|sample| sample.cpu)),
        allocations,
    };
    let ratios = of_ours
        .iter()
        .zip(&of_floor)
        .map(|(ours, floor)| ours.cpu / floor.cpu);
    let spread = ratios.fold((f64::INFINITY, 0.0_f64), |(least, most), ratio| {
        (least.min(ratio), most.max(ratio))
    });
    Comparison {
        name,
        rounds: (rounds, operations),
        floor: side(&of_floor, counted(floor)),
        ours: side(&of_ours, counted(ours)),
        spread,
    }
}

impl fmt::Display for Comparison {
    /// A row of a Markdown table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (floor, ours) = (self.floor, self.ours);
        write!(
            f,
            "| {} | {:.1} | {:.1} | {:.3} | {:.1} | {:.1} | {:.3} | {:.0} | {:.0} | {:.3} | {:.2}–{:.2} |",
            self.name,
            floor.cpu,
            ours.cpu,
            ours.cpu / floor.cpu,
            floor.wall,
            ours.wall,
            ours.wall / floor.wall,
            floor.allocations,
            ours.allocations,
            ours.allocations / floor.allocations,
            self.spread.0,
            self.spread.1,
        )
    }
}
