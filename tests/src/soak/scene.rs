//! A service with its faults, and clients of it: where a run takes place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use alpaca_trading::orders::{Order, Unresolved};
use alpaca_trading::{Client, Error, Pacing, RetryPolicy};
use serde_json::Value;
use tokio::time::sleep;

use super::Plan;
use crate::loopback::Recorded;
use crate::service::{Book, Fault, FaultyBook, Service};

/// How long after the last call everything has happened that is going to: an order that is accepted
/// late, and the end of an outage.
const AFTERMATH: Duration = Duration::from_secs(30);

/// How often an outcome is asked for while the service fails.
const PATIENCE: usize = 200;

/// The service of a run. It does what it is told until [`spoil`](Self::spoil), and again after
/// [`heal`](Self::heal).
pub(super) struct Scene {
    pub(super) plan: Plan,
    service: Service,
    faulty: FaultyBook,
    spoilt: Arc<AtomicBool>,
}

impl Scene {
    pub(super) async fn open(plan: &Plan) -> Self {
        let book = Book::with_rules(plan.rules.clone());
        let faulty = FaultyBook::new(book, plan.faults())
            .affecting(plan.operations)
            .outage(plan.outage);
        let spoilt = Arc::new(AtomicBool::new(false));
        let handler = {
            let (faulty, spoilt) = (faulty.clone(), Arc::clone(&spoilt));
            move |request: &Recorded| match spoilt.load(Ordering::Relaxed) {
                true => faulty.answer(request),
                false => faulty.book().answer(request),
            }
        };
        Self {
            plan: plan.clone(),
            service: Service::start(handler).await,
            faulty,
            spoilt,
        }
    }

    pub(super) fn book(&self) -> &Book {
        self.faulty.book()
    }

    /// The client as the plan has it; each number is another program.
    pub(super) fn client(&self, number: u64) -> Client {
        Client::builder()
            .base_url(self.service.url())
            .key_pair("PKTEST", "secret")
            .seed(self.plan.seed.wrapping_mul(1_000).wrapping_add(number))
            .retry(self.plan.retry.clone())
            .attempt_timeout(self.plan.attempt_timeout)
            .pacing(self.plan.pacing)
            .build()
            .expect("a client")
    }

    /// A client that gives up at once and is never held back: for asking again and again.
    pub(super) fn inquirer(&self) -> Client {
        Client::builder()
            .base_url(self.service.url())
            .key_pair("PKTEST", "secret")
            .retry(RetryPolicy::never())
            .pacing(Pacing::Off)
            .build()
            .expect("a client")
    }

    /// From now on things go wrong.
    pub(super) fn spoil(&self) {
        self.spoilt.store(true, Ordering::Relaxed);
    }

    /// From now on nothing goes wrong any more. Returns when the last consequence of what did is
    /// over.
    pub(super) async fn heal(&self) {
        self.spoilt.store(false, Ordering::Relaxed);
        sleep(AFTERMATH).await;
    }

    /// Waits until what was held up on its way has arrived.
    pub(super) async fn pause(&self) {
        sleep(FaultyBook::LATENESS * 2).await;
    }

    /// What became of it, asked for until there is a clear answer.
    ///
    /// # Errors
    ///
    /// The last one, when there was none.
    pub(super) async fn settle(
        &self,
        client: &Client,
        unresolved: &Unresolved,
    ) -> Result<Option<Order>, Error> {
        // A service whose look-ups lag behind says "none" at first.
        let mut lag = self.plan.rules.blind_lookups;
        let mut answer = Ok(None);
        for _ in 0..PATIENCE {
            answer = client.orders().resolve(unresolved).await;
            match &answer {
                Ok(None) if lag > 0 => lag -= 1,
                Ok(_) => break,
                Err(error) if error.is_unresolved() => break,
                Err(_) => sleep(Duration::from_secs(1)).await,
            }
        }
        answer
    }

    /// How many requests there were so far.
    pub(super) fn requests(&self) -> usize {
        self.service.requests().len()
    }

    /// How often a client order id was sent once more to be accepted.
    pub(super) fn resent(&self) -> usize {
        let mut sent: BTreeMap<String, usize> = BTreeMap::new();
        for request in self.service.requests() {
            if request.method == "POST" || request.method == "PATCH" {
                let body: Value =
                    serde_json::from_slice(&request.body).expect("the body of an order is JSON");
                let id = body["client_order_id"].as_str().unwrap_or_default();
                *sent.entry(id.to_owned()).or_default() += 1;
            }
        }
        sent.values().map(|times| times - 1).sum()
    }

    /// How many requests went wrong.
    pub(super) fn faults(&self) -> usize {
        let injected = self.faulty.injected();
        let wrong = injected.iter().filter(|entry| entry.fault != Fault::None);
        wrong.count()
    }
}

/// Runs a scene to its end by a clock that does not wait in earnest.
pub(super) fn by_virtual_clock<T>(run: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(run)
}
