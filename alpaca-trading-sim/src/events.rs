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

/// How far a log has come: how often it was put back, and how many events it has.
///
/// The length alone does not tell a log that was put back, and has grown again, from one that stood still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// How often the log was put back to another state.
    pub generation: u64,
    /// How many events there are.
    pub length: usize,
}

/// How a log was put back.
#[derive(Clone, Copy, Debug, Default)]
struct PutBack {
    /// How many events there were before.
    from: usize,
    /// How many of the first of them are there still.
    common: usize,
    /// How many there were afterwards.
    to: usize,
}

/// The events of one account.
#[derive(Debug, Default)]
pub struct EventLog {
    events: Vec<Arc<Event>>,
    shapes: Shapes,
    mark: watch::Sender<Mark>,
    /// The last time it was put back.
    put_back: PutBack,
}

impl Clone for EventLog {
    /// The same events, and readers of its own.
    fn clone(&self) -> Self {
        Self {
            mark: watch::Sender::new(Mark {
                generation: 0,
                length: self.events.len(),
            }),
            events: self.events.clone(),
            shapes: self.shapes.clone(),
            put_back: PutBack::default(),
        }
    }
}

impl EventLog {
    /// Adds an event, and wakes whoever waits for one.
    pub fn push(&mut self, mut event: Event) {
        event.json.pack(&event.id, event.at, &mut self.shapes);
        self.events.push(Arc::new(event));
        let length = self.events.len();
        self.mark.send_modify(|mark| mark.length = length);
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

    /// How far it has come.
    #[must_use]
    pub fn mark(&self) -> Mark {
        *self.mark.borrow()
    }

    /// How far it has come, to be waited for.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Mark> {
        self.mark.subscribe()
    }

    /// Puts the log back to other events. Its readers learn of it by its generation, and go on where
    /// [`place_of`](Self::place_of) says.
    pub fn replace(&mut self, events: Vec<Arc<Event>>) {
        let pairs = self.events.iter().zip(&events);
        self.put_back = PutBack {
            from: self.events.len(),
            common: pairs
                .take_while(|(now, then)| Arc::ptr_eq(now, then))
                .count(),
            to: events.len(),
        };
        self.events = events;
        let length = self.events.len();
        self.mark.send_modify(|mark| {
            mark.generation = mark.generation.wrapping_add(1);
            mark.length = length;
        });
    }

    /// The place where a reader goes on that had read as far as `read`.
    ///
    /// As long as the log was not put back, it is the same. A reader that had read everything goes on with what
    /// happened after the log was put back, and so does one that had read what is no longer there. One that was
    /// behind goes on where it was, if all that it has read is there still.
    #[must_use]
    pub fn place_of(&self, read: Mark) -> usize {
        let (now, last) = (self.mark(), self.put_back);
        if read.generation == now.generation {
            return read.length;
        }
        let is_next = read.generation.wrapping_add(1) == now.generation;
        if is_next && read.length < last.from && read.length <= last.common {
            return read.length;
        }
        last.to
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

    fn event(id: &str) -> Event {
        Event {
            id: id.into(),
            at: DateTime::UNIX_EPOCH,
            kind: Kind::Trade,
            json: "{}".into(),
        }
    }

    #[test]
    fn a_reader_goes_on_where_it_was() {
        let mut log = EventLog::default();
        let waiting = log.watch();
        for id in ["A", "B"] {
            log.push(event(id));
        }
        assert_eq!(waiting.borrow().length, 2);
        assert_eq!(log.since(1).len(), 1);
        assert_eq!(log.since(9).len(), 0);
        assert_eq!(log.place_of(log.mark()), 2);
    }

    #[test]
    fn a_log_that_is_put_back_tells_its_readers_where_to_go_on() {
        let mut log = EventLog::default();
        for id in ["A", "B", "C", "D"] {
            log.push(event(id));
        }
        let read = |length| Mark {
            generation: 0,
            length,
        };
        let (early, late) = (log.all()[..2].to_vec(), log.all().to_vec());
        log.replace(early);
        for id in ["E", "F", "G"] {
            log.push(event(id));
        }
        // Behind and within what is still there; at its end; beyond it; at the old end.
        for (had_read, place) in [(0, 0), (1, 1), (2, 2), (3, 2), (4, 2)] {
            assert_eq!(log.place_of(read(had_read)), place, "{had_read}");
        }
        let now = log.mark();
        assert_eq!((now.generation, now.length), (1, 5));
        // Forth again: who had read everything is not told what happened in another course of the world.
        log.replace(late);
        log.push(event("H"));
        assert_eq!(log.place_of(now), 4);
        assert_eq!(log.place_of(Mark { length: 1, ..now }), 1);
        assert_eq!(log.place_of(Mark { length: 3, ..now }), 4);
        // Twice put back since then: only what comes is certain.
        assert_eq!(log.place_of(read(1)), 4);
        assert_eq!(
            log.clone().mark(),
            Mark {
                generation: 0,
                length: 5
            }
        );
    }
}
