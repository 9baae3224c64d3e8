//! What has happened, in order: the source of every stream.
//!
//! A log grows at its end and is never changed, so a reader needs no more than its place in it, and one
//! that is slow holds up nobody.

mod packed;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

pub(crate) use packed::Json;
use packed::Shapes;

/// What kind of thing has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Something about an order: what `trade_updates` and `/v2/events/trades` tell.
    Trade,
    /// Something about money: what `/v2beta1/events/activities` tells.
    Activity,
}

/// One thing that has happened.
#[derive(Debug, PartialEq)]
pub struct Event {
    /// Its ULID; of one log they ascend.
    pub id: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What kind of thing it is.
    pub kind: Kind,
    /// The JSON object, packed once it is in a log.
    pub(crate) json: Json,
}

impl Event {
    /// The JSON object that streams send: of a trade event, with `event`, `order`, `timestamp`,
    /// `execution_id`, `event_id`, `at` and what belongs to the event.
    #[must_use]
    pub fn text(&self) -> String {
        self.json.text(&self.id, self.at)
    }
}

/// The events of one account.
#[derive(Debug)]
pub struct EventLog {
    events: Vec<Arc<Event>>,
    shapes: Shapes,
    length: watch::Sender<usize>,
}

impl Default for EventLog {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            shapes: Shapes::default(),
            length: watch::Sender::new(0),
        }
    }
}

impl Clone for EventLog {
    /// The same events, and readers of its own.
    fn clone(&self) -> Self {
        Self {
            length: watch::Sender::new(self.events.len()),
            events: self.events.clone(),
            shapes: self.shapes.clone(),
        }
    }
}

impl EventLog {
    /// Adds an event, and wakes whoever waits for one.
    pub fn push(&mut self, mut event: Event) {
        event.json.pack(&event.id, event.at, &mut self.shapes);
        self.events.push(Arc::new(event));
        self.length.send_replace(self.events.len());
    }

    /// All events so far.
    #[must_use]
    pub fn all(&self) -> &[Arc<Event>] {
        &self.events
    }

    /// The events from this place on.
    #[must_use]
    pub fn since(&self, place: usize) -> &[Arc<Event>] {
        self.events.get(place..).unwrap_or_default()
    }

    /// How many events there are, to be waited for.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<usize> {
        self.length.subscribe()
    }

    /// Takes the place of another log, whose readers go on with this one's events.
    pub fn replace(&mut self, events: Vec<Arc<Event>>) {
        self.events = events;
        self.length.send_replace(self.events.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept as text takes ten times the room, and a world has thousands of events.
    #[tokio::test]
    async fn the_events_of_a_world_are_packed() {
        let cash = rust_decimal::Decimal::from(1_000_000);
        let simulator = crate::Simulator::builder()
            .cash(cash)
            .start()
            .await
            .unwrap();
        for more in [
            r#""symbol":"AAPL","type":"market","client_order_id":"a \"b\""}"#,
            r#""symbol":"AAPL","type":"limit","limit_price":"1.5"}"#,
            r#""symbol":"BTC/USD","type":"market"}"#,
            r#""symbol":"MSFT","type":"market","order_class":"bracket",
                "take_profit":{"limit_price":"2000"},"stop_loss":{"stop_price":"5"}}"#,
        ] {
            let order = format!(r#"{{"qty":"3","side":"buy","time_in_force":"gtc",{more}"#);
            let (status, answer) = simulator.call("POST", "/v2/orders", order);
            assert_eq!(status, 200, "{answer}");
        }
        simulator.call("DELETE", "/v2/orders", "");
        simulator.clock().advance(chrono::TimeDelta::days(3));
        simulator.look(|world| {
            let events = world.accounts()[0].events().all();
            assert!(events.len() > 20, "{}", events.len());
            for event in events {
                assert!(
                    matches!(event.json, Json::Packed { .. }),
                    "{}",
                    event.text()
                );
                let body: serde_json::Value = serde_json::from_str(&event.text()).unwrap();
                assert_eq!(body["event_id"], event.id);
            }
        });
    }

    #[test]
    fn a_reader_goes_on_where_it_was() {
        let mut log = EventLog::default();
        let waiting = log.watch();
        for id in ["A", "B"] {
            log.push(Event {
                id: id.into(),
                at: DateTime::UNIX_EPOCH,
                kind: Kind::Trade,
                json: "{}".into(),
            });
        }
        assert_eq!(*waiting.borrow(), 2);
        assert_eq!(log.since(1).len(), 1);
        assert_eq!(log.since(9).len(), 0);
    }
}
