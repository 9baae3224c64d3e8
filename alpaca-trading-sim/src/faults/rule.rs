//! When a fault happens.

use std::fmt;
use std::sync::Arc;

use fastrand::Rng;
use serde::{Deserialize, Serialize};

use super::{Fault, Faults};
use crate::streams::StreamFault;

/// Names a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RuleId(pub(super) u64);

impl RuleId {
    /// The name of this number.
    pub(crate) fn new(number: u64) -> Self {
        Self(number)
    }
}

/// A request, as a rule sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestHead<'a> {
    /// The operation's name, such as `create_order`.
    pub operation: &'a str,
    /// The method, in capitals.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl<'a> RequestHead<'a> {
    pub(crate) fn new(operation: &'a str, method: &'a str, path: &'a str, body: &'a [u8]) -> Self {
        Self {
            operation,
            method,
            path,
            body,
        }
    }
}

type Predicate = Arc<dyn Fn(&RequestHead<'_>) -> bool + Send + Sync>;

/// A fault, and when it happens.
pub(super) struct Rule {
    pub(super) id: RuleId,
    operation: String,
    predicate: Option<Predicate>,
    /// How many requests that fit are let pass first.
    skip: u64,
    /// How often it may still happen; none for ever.
    times: Option<u64>,
    /// In how many of a million cases it happens.
    chance: u32,
    pub(super) fault: Option<Fault>,
    pub(super) stream: Option<StreamFault>,
}

impl Rule {
    pub(super) fn fits(&self, head: &RequestHead<'_>) -> bool {
        (self.operation == "*" || self.operation == head.operation)
            && self.predicate.as_ref().is_none_or(|fits| fits(head))
    }

    pub(super) fn fits_stream(&self, name: &str) -> bool {
        self.operation == "*" || self.operation == name
    }

    /// Whether it happens now. What fits counts, whether it happens or not.
    pub(super) fn applies(&mut self, random: &mut Rng) -> bool {
        if self.is_spent() {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if self.chance < MILLION && random.u32(..MILLION) >= self.chance {
            return false;
        }
        if let Some(times) = &mut self.times {
            *times -= 1;
        }
        true
    }

    pub(super) fn is_spent(&self) -> bool {
        self.times == Some(0)
    }

    pub(super) fn info(&self) -> RuleInfo {
        RuleInfo {
            id: Some(self.id),
            operation: self.operation.clone(),
            after: self.skip,
            times: self.times,
            probability: f64::from(self.chance) / f64::from(MILLION),
            fault: self.fault.clone(),
            stream_fault: self.stream,
        }
    }
}

const MILLION: u32 = 1_000_000;

/// A rule, described.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RuleInfo {
    /// Its name; none of one that is to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RuleId>,
    /// The operation, or the stream; `*` is any.
    pub operation: String,
    /// How many that fit are let pass first.
    #[serde(default)]
    pub after: u64,
    /// How often it may still happen; none for ever.
    #[serde(default)]
    pub times: Option<u64>,
    /// In which part of the cases it happens, from 0 to 1.
    #[serde(default = "always")]
    pub probability: f64,
    /// What happens to a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// What happens to a frame of a stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_fault: Option<StreamFault>,
}

fn always() -> f64 {
    1.0
}

/// Makes a rule: see [`Faults::on`].
#[must_use = "a rule is made by `fault` or `stream_fault`"]
pub struct RuleBuilder {
    faults: Faults,
    operation: String,
    predicate: Option<Predicate>,
    skip: u64,
    times: Option<u64>,
    probability: f64,
}

impl RuleBuilder {
    pub(super) fn new(faults: Faults, operation: &str) -> Self {
        Self {
            faults,
            operation: operation.to_owned(),
            predicate: None,
            skip: 0,
            times: None,
            probability: 1.0,
        }
    }

    /// Only requests of which this is true.
    pub fn when(
        mut self,
        predicate: impl Fn(&RequestHead<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.predicate = Some(Arc::new(predicate));
        self
    }

    /// Not before so many that fit have passed.
    pub fn after(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// At most so many times.
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// In this part of the cases: from 0 to 1.
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability.clamp(0.0, 1.0);
        self
    }

    /// Makes the rule: this is what happens to a request.
    pub fn fault(self, fault: Fault) -> RuleId {
        self.make(Some(fault), None)
    }

    /// Makes the rule: this is what happens to a frame of a stream.
    pub fn stream_fault(self, fault: StreamFault) -> RuleId {
        self.make(None, Some(fault))
    }

    pub(super) fn make(self, fault: Option<Fault>, stream: Option<StreamFault>) -> RuleId {
        // The request that opens this stream is an operation of the document, and has its name.
        let operation = match (self.operation.as_str(), &stream) {
            ("activity_events", None) => "subscribe_to_activity_events".to_owned(),
            ("subscribe_to_activity_events", Some(_)) => "activity_events".to_owned(),
            (name, _) => name.to_owned(),
        };
        // Rounded once, here: whether a rule applies is decided by whole numbers.
        let chance = (self.probability * f64::from(MILLION)).round() as u32;
        let Self {
            faults,
            predicate,
            skip,
            times,
            ..
        } = self;
        faults.with(|state| {
            let id = RuleId(state.next);
            state.next += 1;
            state.rules.push(Rule {
                id,
                operation,
                predicate,
                skip,
                times,
                chance,
                fault,
                stream,
            });
            id
        })
    }
}

impl fmt::Debug for RuleBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleBuilder")
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(faults: &Faults, operation: &str, calls: usize) -> Vec<bool> {
        let head = RequestHead::new(operation, "GET", "/v2/clock", b"");
        (0..calls)
            .map(|_| faults.of_request(&head).is_some())
            .collect()
    }

    #[test]
    fn a_rule_counts_what_fits() {
        let faults = Faults::new(1);
        faults
            .on("get_clock")
            .after(1)
            .times(2)
            .fault(Fault::HangBefore);
        assert_eq!(count(&faults, "get_account", 2), [false, false]);
        assert_eq!(
            count(&faults, "get_clock", 5),
            [false, true, true, false, false]
        );
        assert!(faults.list().is_empty(), "a spent rule is gone");
    }

    #[test]
    fn chance_comes_from_the_seed() {
        let drawn = |seed| {
            let faults = Faults::new(seed);
            faults.on("*").probability(0.5).fault(Fault::ResetBefore);
            count(&faults, "get_clock", 1_000)
        };
        assert_eq!(drawn(3), drawn(3));
        assert_ne!(drawn(3), drawn(4));
        let hits = drawn(3).into_iter().filter(|hit| *hit).count();
        assert!((400..600).contains(&hits), "{hits}");
    }

    #[test]
    fn a_rule_is_described_and_read() {
        let text = r#"{"operation":"create_order","fault":{"kind":"status","code":503,"body":"x"},"times":3,"probability":0.5}"#;
        let info: RuleInfo = serde_json::from_str(text).unwrap();
        assert_eq!(
            (info.times, info.probability, info.after),
            (Some(3), 0.5, 0)
        );
        let error = serde_json::from_str::<RuleInfo>(r#"{"operation":"*","tims":3}"#).unwrap_err();
        assert!(error.to_string().contains("tims"), "{error}");
    }

    #[test]
    fn a_predicate_sees_the_body_and_rules_can_be_removed() {
        let faults = Faults::new(1);
        let id = faults
            .on("create_order")
            .when(|head| head.body.starts_with(b"{\"symbol\":\"AAPL\""))
            .fault(Fault::ResetAfter);
        let asked = |body: &[u8]| {
            faults
                .of_request(&RequestHead::new(
                    "create_order",
                    "POST",
                    "/v2/orders",
                    body,
                ))
                .is_some()
        };
        assert!(asked(b"{\"symbol\":\"AAPL\"}"));
        assert!(!asked(b"{\"symbol\":\"SPY\"}"));
        assert!(faults.remove(id));
        assert!(!faults.remove(id));
        assert!(!asked(b"{\"symbol\":\"AAPL\"}"));
    }
}
