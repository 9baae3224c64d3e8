//! A simulator whose faults come from a seed, and clients of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use alpaca_trading::{Client, Decimal};
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::faults::{Fault, RequestHead};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::service::{Operations, Random};
use crate::soak::Plan;

/// How long after the last call everything has happened that is going to.
const AFTERMATH: Duration = Duration::from_secs(30);

/// How far the clock of the world moves from round to round, so that no order of one round can be taken for
/// that of another.
const ROUND: TimeDelta = TimeDelta::seconds(10);

/// What was seen of the requests.
#[derive(Default)]
struct Seen {
    requests: usize,
    faults: usize,
    /// How often each client order id was sent.
    ids: BTreeMap<String, usize>,
}

/// The simulator of a run.
pub(super) struct Scene {
    pub(super) simulator: Simulator,
    pub(super) plan: Plan,
    seen: Arc<Mutex<Seen>>,
    random: Random,
}

impl Scene {
    pub(super) async fn open(plan: &Plan) -> Self {
        let simulator = Simulator::builder()
            .seed(plan.seed)
            .cash(Decimal::from(1_000_000_000))
            .start()
            .await
            .expect("a port");
        Self {
            simulator,
            plan: plan.clone(),
            seen: Arc::default(),
            random: Random::new(plan.seed ^ 0x5ce_e0e),
        }
    }

    /// The client as the plan has it; each number is another program.
    pub(super) fn client(&self, number: u64) -> Client {
        Client::builder()
            .base_url(self.simulator.base_url())
            .key_pair("PKSIMULATOR", "simulator")
            .seed(self.plan.seed.wrapping_mul(1_000).wrapping_add(number))
            .retry(self.plan.retry.clone())
            .attempt_timeout(self.plan.attempt_timeout)
            .pacing(self.plan.pacing)
            .build()
            .expect("a client")
    }

    /// Begins a round: time passes, and a program starts that has asked what time it is.
    pub(super) async fn begin(&self, number: u64) -> Client {
        self.simulator.clock().advance(ROUND);
        let client = self.client(number);
        let asked = client.clock().get().await;
        asked.expect("nothing goes wrong between two rounds");
        client
    }

    /// From now on things go wrong, in ways drawn for this round.
    pub(super) fn spoil(&mut self) {
        let faults = self.simulator.faults();
        let seen = Arc::clone(&self.seen);
        faults
            .on("*")
            .when(move |head| {
                note(&seen, head);
                false
            })
            .fault(Fault::ResetBefore);
        for _ in 0..=self.random.below(4) {
            let fault = draw(&mut self.random);
            let percent = self.random.pick(&[8, 25, 60]);
            let writes_only = self.plan.operations == Operations::Writes;
            let die = Mutex::new(Random::new(self.random.draw()));
            let seen = Arc::clone(&self.seen);
            faults
                .on("*")
                .when(move |head| {
                    let fits = !writes_only || head.method != "GET";
                    let hit = fits && locked(&die).below(100) < percent;
                    locked(&seen).faults += usize::from(hit);
                    hit
                })
                .fault(fault);
        }
        if self.random.below(10) == 0 {
            // An outage: nobody gets through for a while.
            let (faults, outage) = (faults.clone(), self.plan.outage);
            faults.refuse_connections(true);
            tokio::spawn(async move {
                sleep(outage).await;
                faults.refuse_connections(false);
            });
        }
    }

    /// From now on nothing goes wrong any more. Returns when the last consequence of what did is over.
    pub(super) async fn heal(&self) {
        self.simulator.faults().clear();
        sleep(AFTERMATH).await;
        self.simulator.faults().clear();
    }

    /// A call that nothing can happen to.
    pub(super) fn call(&self, method: &str, target: &str, body: &Value) -> (u16, Value) {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        self.simulator.call(method, target, body)
    }

    /// The orders of the last minute in a symbol, without legs, the oldest first.
    pub(super) fn orders(&self, symbol: &str) -> Vec<Value> {
        let now = self.simulator.clock().now() - TimeDelta::minutes(1);
        let after = now.format("%Y-%m-%dT%H:%M:%SZ");
        self.listed(symbol, &format!("status=all&direction=asc&after={after}"))
    }

    fn listed(&self, symbol: &str, query: &str) -> Vec<Value> {
        let symbol = symbol.replace('/', "");
        let target = format!("/v2/orders?symbols={symbol}&nested=true&limit=500&{query}");
        let (status, orders) = self.call("GET", &target, &Value::Null);
        assert_eq!(status, 200, "{orders}");
        orders.as_array().cloned().expect("a list of orders")
    }

    /// Makes room: without open orders, and with this many units held.
    pub(super) fn prepare(&self, symbol: &str, units: Decimal) {
        for order in self.listed(symbol, "status=open") {
            let id = order["id"].as_str().expect("an id");
            self.call("DELETE", &format!("/v2/orders/{id}"), &Value::Null);
        }
        let path = format!("/v2/positions/{}", symbol.replace('/', ""));
        let (status, position) = self.call("GET", &path, &Value::Null);
        if status == 200 && position["side"] == "short" {
            self.call("DELETE", &path, &Value::Null);
        }
        let tif = if symbol.contains('/') { "gtc" } else { "day" };
        let body = json!({
            "symbol": symbol, "qty": units.to_string(), "side": "buy", "type": "market",
            "time_in_force": tif,
        });
        let (status, order) = self.call("POST", "/v2/orders", &body);
        assert_eq!(status, 200, "{order}");
        // A tenth of the fills are of a part; the rest follows within seconds.
        self.simulator.clock().advance(TimeDelta::minutes(1));
    }

    pub(super) fn requests(&self) -> usize {
        locked(&self.seen).requests
    }

    pub(super) fn faults(&self) -> usize {
        locked(&self.seen).faults
    }

    /// How often a client order id was sent once more to be accepted.
    pub(super) fn resent(&self) -> usize {
        locked(&self.seen).ids.values().map(|times| times - 1).sum()
    }
}

fn note(seen: &Mutex<Seen>, head: &RequestHead<'_>) {
    let mut seen = locked(seen);
    seen.requests += 1;
    if matches!(head.operation, "create_order" | "replace_order") {
        let body: Value = serde_json::from_slice(head.body).expect("the body of an order is JSON");
        let id = body["client_order_id"].as_str().unwrap_or_default();
        *seen.ids.entry(id.to_owned()).or_default() += 1;
    }
}

/// One thing that goes wrong.
fn draw(random: &mut Random) -> Fault {
    let status = random.pick(&[500, 502, 503, 504]);
    let message = json!({ "code": 50_010_000, "message": "internal server error occurred" });
    match random.below(13) {
        0 => Fault::ResetBefore,
        1 => Fault::ResetAfter,
        2 => Fault::CloseAfter,
        3 => Fault::page(status),
        4 => Fault::page_after(status),
        5 => Fault::json(status, &message),
        6 => Fault::StatusAfter {
            code: status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: message.to_string(),
        },
        7 => Fault::HangBefore,
        8 => Fault::HangAfter,
        9 => Fault::CutBody {
            bytes: usize::try_from(random.below(400)).expect("a few hundred"),
        },
        10 => Fault::RateLimited { reset_in: 1 },
        11 => Fault::DelayBefore {
            millis: random.below(40_000),
        },
        _ => Fault::DelayAfter {
            millis: random.below(40_000),
        },
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
