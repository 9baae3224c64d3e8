//! What can go wrong between a client and Alpaca, drawn from a seed.

use std::collections::VecDeque;

use super::random::Random;

/// Whether a request is carried out before something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It is not carried out.
    Before,
    /// It is carried out, and the client does not learn of it.
    After,
}

/// In which form a refusal for too many requests says when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Not at all.
    Absent,
    /// As a number of seconds.
    Seconds,
    /// As a date, which stands beside the header `Date` of the same clock.
    Date,
}

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing.
    None,
    /// The connection is closed without an answer.
    Close(Moment),
    /// The connection is reset without an answer.
    Reset(Moment),
    /// No answer comes, until the client gives up.
    Hang(Moment),
    /// The answer is a failure of the service: 500, 502, 503 or 504.
    Failure {
        /// The status.
        status: u16,
        /// Whether the body is a page of the proxy instead of JSON.
        html: bool,
        /// Whether the request was carried out all the same.
        moment: Moment,
    },
    /// The answer is 429; the request is not carried out.
    TooManyRequests(RetryAfter),
    /// The request is carried out, and the body of the answer ends early.
    CutShort,
    /// No answer comes; the request is carried out two seconds after the client gave up.
    Late,
    /// The request is not carried out, all connections end, and new ones are refused for a while.
    Outage,
}

/// The failures of the service.
const FAILURES: [u16; 4] = [500, 502, 503, 504];

/// Both moments.
const MOMENTS: [Moment; 2] = [Moment::Before, Moment::After];

impl Fault {
    /// Every fault there is, [`None`](Self::None) included.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::None, Self::CutShort, Self::Late, Self::Outage];
        for moment in MOMENTS {
            all.extend([Self::Close(moment), Self::Reset(moment), Self::Hang(moment)]);
            for status in FAILURES {
                all.extend([false, true].map(|html| Self::Failure {
                    status,
                    html,
                    moment,
                }));
            }
        }
        let forms = [RetryAfter::Absent, RetryAfter::Seconds, RetryAfter::Date];
        all.extend(forms.map(Self::TooManyRequests));
        all
    }

    /// Whether the request is carried out, be it later.
    #[must_use]
    pub fn carries_out(self) -> bool {
        match self {
            Self::None | Self::CutShort | Self::Late => true,
            Self::Close(moment)
            | Self::Reset(moment)
            | Self::Hang(moment)
            | Self::Failure { moment, .. } => moment == Moment::After,
            Self::TooManyRequests(_) | Self::Outage => false,
        }
    }

    /// Whether a client waits for an answer until it gives up.
    #[must_use]
    pub fn is_silent(self) -> bool {
        matches!(self, Self::Hang(_) | Self::Late)
    }
}

/// How often each kind of fault is drawn, in proportion to the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// [`Fault::None`].
    pub none: u32,
    /// [`Fault::Close`].
    pub close: u32,
    /// [`Fault::Reset`].
    pub reset: u32,
    /// [`Fault::Hang`].
    pub hang: u32,
    /// [`Fault::Failure`].
    pub failure: u32,
    /// [`Fault::TooManyRequests`].
    pub too_many_requests: u32,
    /// [`Fault::CutShort`].
    pub cut_short: u32,
    /// [`Fault::Late`].
    pub late: u32,
    /// [`Fault::Outage`].
    pub outage: u32,
}

impl Default for Weights {
    /// Every second request goes well, failures are likelier than the rest.
    fn default() -> Self {
        Self {
            none: 10,
            close: 1,
            reset: 1,
            hang: 1,
            failure: 3,
            too_many_requests: 1,
            cut_short: 1,
            late: 1,
            outage: 1,
        }
    }
}

impl Weights {
    /// Nothing goes wrong, until a weight is set.
    pub const NONE: Self = Self {
        none: 1,
        close: 0,
        reset: 0,
        hang: 0,
        failure: 0,
        too_many_requests: 0,
        cut_short: 0,
        late: 0,
        outage: 0,
    };

    fn draw(self, random: &mut Random) -> Fault {
        let moment = random.pick(&MOMENTS);
        let form = random.pick(&[RetryAfter::Absent, RetryAfter::Seconds, RetryAfter::Date]);
        let failure = Fault::Failure {
            status: random.pick(&FAILURES),
            html: random.pick(&[false, true]),
            moment,
        };
        let table = [
            (self.none, Fault::None),
            (self.close, Fault::Close(moment)),
            (self.reset, Fault::Reset(moment)),
            (self.hang, Fault::Hang(moment)),
            (self.failure, failure),
            (self.too_many_requests, Fault::TooManyRequests(form)),
            (self.cut_short, Fault::CutShort),
            (self.late, Fault::Late),
            (self.outage, Fault::Outage),
        ];
        let sum = table.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut drawn = random.below(sum);
        for (weight, fault) in table {
            match drawn.checked_sub(weight.into()) {
                Some(rest) => drawn = rest,
                None => return fault,
            }
        }
        Fault::None
    }
}

#[derive(Clone, Debug)]
enum Source {
    Drawn(Random, Weights),
    Script(VecDeque<Fault>),
}

/// A schedule of faults: one for each request that it is asked about, the same for the same seed.
#[derive(Clone, Debug)]
pub struct Faults {
    source: Source,
    /// How many things may still go wrong.
    left: usize,
}

impl Faults {
    /// Draws faults by their weights.
    ///
    /// # Panics
    ///
    /// When all weights are zero.
    #[must_use]
    pub fn drawn(seed: u64, weights: Weights) -> Self {
        let faults = Self {
            source: Source::Drawn(Random::new(seed), weights),
            left: usize::MAX,
        };
        // Fails here rather than in the middle of a test.
        let _ = faults.clone().draw();
        faults
    }

    /// Draws faults by the usual weights.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::drawn(seed, Weights::default())
    }

    /// These faults one after the other, and then none.
    #[must_use]
    pub fn script(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self {
            source: Source::Script(faults.into_iter().collect()),
            left: usize::MAX,
        }
    }

    /// Lets no more than so many requests go wrong, so that a client that tries often enough comes
    /// to a good end.
    #[must_use]
    pub fn at_most(mut self, count: usize) -> Self {
        self.left = count;
        self
    }

    /// What goes wrong with the next request.
    pub fn draw(&mut self) -> Fault {
        let fault = match &mut self.source {
            Source::Drawn(random, weights) => weights.draw(random),
            Source::Script(faults) => faults.pop_front().unwrap_or(Fault::None),
        };
        if fault == Fault::None || self.left == 0 {
            return Fault::None;
        }
        self.left -= 1;
        fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(count: usize, mut faults: Faults) -> Vec<Fault> {
        (0..count).map(|_| faults.draw()).collect()
    }

    #[test]
    fn a_schedule_depends_on_its_seed_alone() {
        assert_eq!(first(100, Faults::seeded(3)), first(100, Faults::seeded(3)));
        assert_ne!(first(100, Faults::seeded(3)), first(100, Faults::seeded(4)));
    }

    #[test]
    fn every_fault_is_drawn_by_the_usual_weights() {
        let drawn = first(5_000, Faults::seeded(1));
        for fault in Fault::all() {
            assert!(drawn.contains(&fault), "{fault:?} is never drawn");
        }
        assert!(drawn.iter().all(|fault| Fault::all().contains(fault)));
        let good = drawn.iter().filter(|fault| **fault == Fault::None).count();
        assert!((2_300..2_700).contains(&good), "{good} of 5000");
    }

    #[test]
    fn a_weight_of_zero_is_never_drawn() {
        let weights = Weights {
            none: 0,
            late: 1,
            ..Weights::NONE
        };
        assert_eq!(first(20, Faults::drawn(9, weights)), [Fault::Late; 20]);
    }

    #[test]
    fn a_script_and_a_bound_come_to_an_end() {
        let script = [Fault::CutShort, Fault::None, Fault::Late, Fault::Outage];
        assert_eq!(
            first(5, Faults::script(script).at_most(2)),
            [
                Fault::CutShort,
                Fault::None,
                Fault::Late,
                Fault::None,
                Fault::None
            ]
        );
    }
}
