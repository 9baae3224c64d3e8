//! Faults on request: what the network and the service do to a client on a bad day.

mod check;
mod fault;
mod rule;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;

pub use check::RuleError;
pub use fault::Fault;
pub use rule::{RequestHead, RuleBuilder, RuleId, RuleInfo};

use crate::streams::{StreamFault, StreamKind};
use crate::wire::refusal::Refusal;
use rule::Rule;

/// The faults of a simulator. Cheap to clone; clones are the same faults.
///
/// Rules are asked in the order in which they were made; the first that applies is the one. What is left to
/// chance comes from the seed, in the order of requests.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use alpaca_trading_sim::Simulator;
/// use alpaca_trading_sim::faults::Fault;
///
/// let simulator = Simulator::builder().start().await?;
/// // The next two orders are accepted, and their answers are lost.
/// simulator.faults().on("create_order").times(2).fault(Fault::ResetAfter);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Faults {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    /// Which connections are refused.
    refusing: Refusal,
}

struct State {
    rules: Vec<Rule>,
    next: u64,
    random: Rng,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            inner: Arc::new(Inner {
                state: Mutex::new(State {
                    rules: Vec::new(),
                    next: 1,
                    random: Rng::with_seed(seed ^ 0x66_61_75_6c),
                }),
                refusing: Refusal::default(),
            }),
        }
    }

    /// Begins a rule for an operation, by the name that its method in the raw client has, such as
    /// `create_order`; `*` is any. For streams: `trade_updates`, `activity_events`, `trade_events`; a fault of
    /// requests happens to the one that opens the stream. `subscribe_to_activity_events`, as the raw client calls
    /// the operation that opens it, is `activity_events`.
    pub fn on(&self, operation: &str) -> RuleBuilder {
        RuleBuilder::new(self.clone(), operation)
    }

    /// Refuses every new connection from now on, or no longer, as a service does that is down: nobody listens at the
    /// port, and `connect` fails with [`ConnectionRefused`](std::io::ErrorKind::ConnectionRefused). The port is
    /// kept meanwhile, so that no other program gets it. It has taken effect when this returns. Connections that
    /// are open go on; those that were made but not yet accepted are reset. After
    /// [`stop_listening`](crate::Simulator::stop_listening) there is no port to keep, and
    /// [`listen`](crate::Simulator::listen) takes it again without listening.
    pub fn refuse_connections(&self, refuse: bool) {
        self.inner.refusing.set(refuse);
    }

    /// Refuses new connections too, but for those whose first request is one to the control surface under
    /// `/sim/v1`: who has no other hand on the simulator could not end it otherwise. So the port is listened on: a
    /// connection is not refused but reset, as soon as its first bytes say that it is for something else. Nothing
    /// of what is sent on it arrives. This is what `POST /sim/v1/faults/refuse` does.
    pub fn refuse_all_but_control(&self, refuse: bool) {
        self.inner.refusing.set_but_control(refuse);
    }

    /// Whether new connections are refused.
    #[must_use]
    pub fn is_refusing(&self) -> bool {
        self.inner.refusing.refuses()
    }

    /// Makes a rule from its description. It comes behind the others.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule: an id, which is given by this method; an operation or a stream that
    /// is not known; a count of nought; a probability that is not from 0 to 1; no fault, two, or one that does
    /// not belong to the operation; a status that is not from 200 to 599; a header that cannot be sent, or
    /// that says how long the body is; a delay of more than a day or a body of
    /// more than a gigabyte. Nothing is changed then.
    pub fn add(&self, rule: RuleInfo) -> Result<RuleId, RuleError> {
        check::check(&rule)?;
        let mut builder = self
            .on(&rule.operation)
            .after(rule.after)
            .probability(rule.probability);
        if let Some(times) = rule.times {
            builder = builder.times(times);
        }
        Ok(builder.make(rule.fault, rule.stream_fault))
    }

    /// Takes a rule away. Whether it was there.
    pub fn remove(&self, id: RuleId) -> bool {
        self.with(|state| {
            let before = state.rules.len();
            state.rules.retain(|rule| rule.id != id);
            state.rules.len() < before
        })
    }

    /// Takes all rules away, and accepts connections again.
    pub fn clear(&self) {
        self.with(|state| state.rules.clear());
        self.refuse_connections(false);
    }

    /// The rules that may still apply.
    #[must_use]
    pub fn list(&self) -> Vec<RuleInfo> {
        self.with(|state| state.rules.iter().map(Rule::info).collect())
    }

    pub(crate) fn refusing(&self) -> Refusal {
        self.inner.refusing.clone()
    }

    /// The fault that a request is to suffer.
    pub(crate) fn of_request(&self, head: &RequestHead<'_>) -> Option<Fault> {
        self.with(|state| state.draw(|rule| rule.fits(head), |rule| rule.fault.clone()))
    }

    /// The fault that the next frame of a stream is to suffer.
    pub(crate) fn of_stream(&self, stream: StreamKind) -> Option<StreamFault> {
        let name = match stream {
            StreamKind::TradeUpdates => "trade_updates",
            StreamKind::ActivityEvents => "activity_events",
            StreamKind::TradeEvents => "trade_events",
        };
        self.with(|state| state.draw(|rule| rule.fits_stream(name), |rule| rule.stream))
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(
            &mut self
                .inner
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

impl State {
    /// What the first rule that fits, and that its count and chance let apply, says.
    fn draw<T>(
        &mut self,
        fits: impl Fn(&Rule) -> bool,
        what: impl Fn(&Rule) -> Option<T>,
    ) -> Option<T> {
        let random = &mut self.random;
        let mut found = None;
        for rule in self.rules.iter_mut().filter(|rule| fits(rule)) {
            if let Some(value) = what(rule)
                && rule.applies(random)
            {
                found = Some(value);
                break;
            }
        }
        self.rules.retain(|rule| !rule.is_spent());
        found
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}
